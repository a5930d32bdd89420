"""The two rows of words that the index is fed of a passage: as written, and as they sound.

Invariants: the words are those of ``folding.words``, in order, and ``folding.latin`` of each;
a text is cut only where no letter can change another across the cut, at white space and
beside a Han character, so that the rows of the pieces are the rows of the whole. A piece that
comes again is not folded again: most of a text is words that were met before.
"""

from __future__ import annotations

import re

from habeas.archive import folding
from habeas.archive.store import forgetting

#: Unified ideographs: they stay as they are, and nothing composes with them.
_HAN_RUN = re.compile("([\u4e00-\u9fff]+)")
_LONGEST = 40  # code points of a piece that is kept
_MOST = 400_000  # pieces kept: some 150 MB

Rows = tuple[str, str]


def rows(text: str) -> Rows:
    """The folded words, and their Latin forms; '' for the latter where they say the same."""
    if text.isascii():
        return folding.folded(text), ""
    written, sounded = _rows(text)
    return written, "" if sounded == written else sounded


def _rows(text: str) -> Rows:
    pieces = _HAN_RUN.split(text)
    if len(pieces) == 1:
        return _joined([_known[piece] for piece in text.split()])
    between = [_known[piece] if len(piece) <= _LONGEST else _rows(piece) for piece in pieces[::2]]
    runs = pieces[1::2]
    if not any(written for written, _ in between):
        row = " ".join("".join(runs))
        return row, row
    spaced = [(row, row) for row in map(" ".join, runs)]
    return _joined([one for pair in zip(between, [*spaced, ("", "")], strict=True) for one in pair])


def _joined(found: list[Rows]) -> Rows:
    return " ".join([written for written, _ in found]), " ".join([sound for _, sound in found])


class _Known(dict[str, Rows]):
    """The rows of pieces, each made once."""

    def __missing__(self, piece: str) -> Rows:
        written = " ".join(folding.words(piece))
        made = written, folding.latin_field(written) or written
        if len(piece) <= _LONGEST:
            if len(self) >= _MOST:
                self.clear()
            self[piece] = made
        return made


_known = _Known()
forgetting.with_archive(_known.clear)
