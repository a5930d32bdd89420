"""The report as PDF, by Typst, with the fonts of this machine where they are needed.

Typst brings fonts for Latin letters. Others (Uyghur, Chinese) need a font on this machine;
where there is none, the print says which letters it lacks, and the HTML beside it has them.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from functools import cache
from importlib import resources
from pathlib import Path

import typst

from habeas.custody.errors import BundleError
from habeas.exchange.bundling.blocks import DocumentPart, paragraph

_LATIN = "Libertinus Serif"  # comes with Typst
#: A script, how its letters are told, and fonts that have them, the best first.
_SCRIPTS: tuple[tuple[str, tuple[tuple[int, int], ...], tuple[str, ...]], ...] = (
    (
        "Arabic (Uyghur, Kazakh)",
        ((0x0600, 0x06FF), (0x0750, 0x077F), (0xFB50, 0xFDFF), (0xFE70, 0xFEFF)),
        ("Noto Naskh Arabic", "Noto Sans Arabic", "Amiri", "Scheherazade New", "DejaVu Sans"),
    ),
    (
        "Chinese",
        ((0x2E80, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF)),
        ("Noto Serif CJK SC", "Noto Sans CJK SC", "Source Han Serif SC", "WenQuanYi Zen Hei"),
    ),
    (
        "Cyrillic",
        ((0x0400, 0x052F),),
        (_LATIN, "Noto Serif", "DejaVu Serif"),
    ),
)


@cache
def families() -> frozenset[str]:
    """The fonts that Typst finds on this machine."""
    return frozenset(typst.Fonts().families())


def as_pdf(blocks: Sequence[DocumentPart], seconds: int) -> bytes:
    """The document as PDF, dated ``seconds``; the same for the same input and fonts."""
    text = "".join(
        [block.text for block in blocks]
        + [cell for block in blocks for row in (block.head, *block.rows) for cell in row]
    )
    fonts, missing = _fonts(text)
    shown = list(blocks)
    if missing:
        shown.insert(
            1,
            paragraph(
                f"This print was made on a machine without a font for: {', '.join(missing)}. "
                "The letters are in report.html beside it."
            ),
        )
    document = {
        "title": blocks[0].text,
        "fonts": fonts,
        "blocks": [
            {
                "kind": block.kind,
                "text": _plain(block.text),
                "level": block.level,
                "head": list(block.head),
                "rows": [[_plain(cell) for cell in row] for row in block.rows],
            }
            for block in shown
        ],
    }
    with tempfile.TemporaryDirectory(prefix="habeas-") as folder:
        source = Path(folder) / "report.typ"
        source.write_bytes((resources.files(__package__) / "report.typ").read_bytes())
        try:
            made = typst.compile(
                str(source),
                root=folder,
                format="pdf",
                sys_inputs={"document": json.dumps(document, ensure_ascii=False)},
                timestamp=seconds,
            )
        except RuntimeError as error:
            raise BundleError(
                f"The report could not be printed: {str(error).splitlines()[0][:200]}",
                next_step="Please report this; the bundle was not made.",
            ) from error
    if not isinstance(made, bytes):
        raise BundleError("The report could not be printed.", next_step="Please report this.")
    return made


def _fonts(text: str) -> tuple[list[str], list[str]]:
    """The fonts to try, the first that has a letter is taken; and the scripts without one."""
    here = families()
    chosen, missing = [_LATIN], []
    for script, ranges, candidates in _SCRIPTS:
        if not any(first <= ord(c) <= last for c in text for first, last in ranges):
            continue
        found = next((name for name in candidates if name in here), None)
        if found is None:
            missing.append(script)
        elif found not in chosen:
            chosen.append(found)
    return chosen, missing


def _plain(text: str) -> str:
    return "".join(c if c.isprintable() or c in "\n\u200c\u200d" else "\ufffd" for c in text)
