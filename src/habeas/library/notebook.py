"""How a table looks in a notebook, and the warning that what is shown there is saved with it.

Invariants: every text of evidence is escaped, isolated and steers nothing; the first lines say as
whom it was read, how strict it is and whether somebody has not agreed to publication.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

from habeas.figures.why import printing
from habeas.library.errors import HandlingWarning

if TYPE_CHECKING:
    from habeas.exchange.tidy.columns import Row

SHOWN = 20  # rows


class Notice:
    """Whether it was said of this archive that a notebook keeps what it shows."""

    def __init__(self) -> None:
        self._said = False

    def give(self, strictest: str, not_agreed: int, viewer: str) -> None:
        """Warn, once, of something above public or of somebody who has not agreed."""
        if self._said or (strictest == "public" and not not_agreed):
            return
        self._said = True
        warnings.warn(
            f"This is {strictest} as {viewer} reads the archive"
            f"{', and somebody in it has not agreed to publication' if not_agreed else ''}. "
            "A notebook that is saved keeps what it shows: clear its outputs before you pass it "
            "on. This is said once an archive.",
            HandlingWarning,
            stacklevel=3,
        )


def in_notebook() -> bool:
    """Whether this program runs under a kernel that keeps outputs."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and hasattr(shell, "kernel")


def told(text: object) -> str:
    """A cell or a line as HTML: escaped, isolated, without what steers."""
    plain = "".join(
        "\ufffd" if printing.steers(letter) and letter not in "\n\t" else letter
        for letter in str(text)
    )
    return f"<bdi>{escape(plain)}</bdi>"


def table(lines: Iterable[str], names: Sequence[str], rows: Iterable[Row], left_out: int) -> str:
    """A table as HTML under its lines."""
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = "".join(
        "<tr>" + "".join(f"<td>{'' if c is None else told(c)}</td>" for c in row) + "</tr>"
        for row in rows
    )
    more = f"<p>… and {left_out:,} more rows</p>" if left_out else ""
    about = "".join(f"<p>{told(line)}</p>" for line in lines)
    return (
        f'<div>{about}<div style="overflow-x:auto"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>{more}</div>"
    )


def block(lines: Iterable[str], text: str) -> str:
    """A text of several lines as HTML under its lines."""
    about = "".join(f"<p>{told(line)}</p>" for line in lines)
    return f"<div>{about}<pre>{told(text)}</pre></div>"
