"""How a table looks in a notebook, and the warning that what is shown there is saved with it.

Invariants: every text of evidence is escaped, isolated and steers nothing; the first lines say as
whom it was read, how strict it is and whether someone has not agreed to publication.
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

SHOWN = 10  # rows
LONGEST = 60  # characters of a cell
_FIRST = ("handling", "consent")
_CELL = 'style="text-align:left;vertical-align:top;white-space:nowrap"'


class NotebookNotice:
    """Whether it was said of this archive that a notebook keeps what it shows.

    ``made_up``: the sentence that everything in the archive is, '' where it is not.
    """

    def __init__(self) -> None:
        self.made_up = ""
        self._said = False

    def give(self, strictest: str, not_agreed: int, viewer: str) -> None:
        """Warn, once, of something above public or of someone who has not agreed."""
        if self._said or (strictest == "public" and not not_agreed):
            return
        self._said = True
        warnings.warn(
            f"This is {strictest} as {whom(viewer)} reads the archive"
            f"{', and someone in it has not agreed to publication' if not_agreed else ''}. "
            "A saved notebook keeps what it shows: clear its outputs before you share it. "
            "This warning is given once per archive.",
            HandlingWarning,
            stacklevel=3,
        )


def whom(viewer: str) -> str:
    """A viewer's name in a sentence."""
    return f"the {viewer}" if viewer in ("owner", "public") else viewer


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


def table(lines: Iterable[str], names: Sequence[str], rows: Sequence[Row], left_out: int) -> str:
    """A table as HTML: handling and consent first, without the columns that are empty here."""
    order = sorted(range(len(names)), key=lambda at: names[at] not in _FIRST)
    shown = [at for at in order if any(row[at] is not None for row in rows) or not rows]
    head = "".join(f"<th {_CELL}>{escape(names[at])}</th>" for at in shown)
    body = "".join(
        "<tr>" + "".join(f"<td {_CELL}>{_cell(row[at])}</td>" for at in shown) + "</tr>"
        for row in rows
    )
    rest = [f"{left_out:,} more rows"] if left_out else []
    if len(shown) < len(names):
        rest.append(f"{len(names) - len(shown)} more columns, which are empty in these rows")
    more = f"<p>… {' and '.join(rest)}.</p>" if rest else ""
    about = "".join(f"<p>{told(line)}</p>" for line in lines)
    return (
        f'<div>{about}<div style="overflow-x:auto"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>{more}</div>"
    )


def _cell(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return told(text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…") if text else ""


def block(lines: Iterable[str], text: str) -> str:
    """A text of several lines as HTML under its lines."""
    about = "".join(f"<p>{told(line)}</p>" for line in lines)
    return f"<div>{about}<pre>{told(text)}</pre></div>"
