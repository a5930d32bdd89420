"""The citations: one row is one place in a file that one claim rests on.

A claim may cite several places and several claims one, so places are a table beside the claims:
``claim`` joins the two. Numbers are those of ``vocabulary.locations``; a place that is words of a
text has its range instead. That a place is cited says nothing of what it shows.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

from habeas.archive import models as m
from habeas.archive.access import visible
from habeas.archive.exhibits.located import words_of
from habeas.exchange.tidy.columns import HandledRow, Row, column, row_type
from habeas.exchange.tidy.reading import TidyReader, pieces
from habeas.figures.evaluation.loading import live_claims
from habeas.vocabulary.locations import NUMBERS

WORDS: Final = "words"  # the form of a passage that is no other place
_OTHER = "a place of another form"
_EDGE = "1/1,000,000 of the upright page or picture"


@row_type
class Citation(HandledRow):
    """One place that one claim rests on. ``docs/reference/tidy-data.md`` describes each column."""

    claim: int = column("number of the claim's entry in the ledger")
    passage: int = column("number of the passage that it cites")
    form: str = column("what sort of place it is", codes=f"{WORDS},cell,row,rectangle,time,whole")
    place: str | None = column(
        "the place in words, as `habeas cite --at` takes it", null="it is words of a text"
    )
    exhibit: int = column("number of the exhibit that it is in")
    exhibit_sha256: str = column("SHA-256 of the exhibit's bytes")
    inner_path: str | None = column("the file inside the exhibit", null="the exhibit itself")
    layer: int | None = column("number of the text layer that holds its words", null="no text")
    reading: int | None = column("number of the reading that bounds it", null="nothing needs to")
    start: int | None = column(
        "where its words begin in the layer, or in the bytes if there is none",
        null="it has no words", unit="code points, or bytes",
    )  # fmt: skip
    stop: int | None = column(
        "where they end", null="it has no words", unit="code points, or bytes"
    )
    quote: str | None = column("its words, or what is read in it", null="none are recorded")
    sheet: int | None = column("sheet or table, from 1", null=_OTHER)
    sheet_row: int | None = column("row of the sheet, from 1", null=_OTHER)
    sheet_column: int | None = column(
        "column of the sheet, from 1 (A)", null="a place of another form, or a whole row"
    )
    page: int | None = column("page, from 1; a picture is page 1", null=_OTHER)
    left: int | None = column("left edge of the rectangle", null="no rectangle", unit=_EDGE)
    top: int | None = column("top edge of the rectangle", null="no rectangle", unit=_EDGE)
    right: int | None = column("right edge of the rectangle", null="no rectangle", unit=_EDGE)
    bottom: int | None = column("bottom edge of the rectangle", null="no rectangle", unit=_EDGE)
    from_ms: int | None = column("start of the time", null=_OTHER, unit="milliseconds")
    to_ms: int | None = column("end of the time", null=_OTHER, unit="milliseconds")
    stream: int | None = column("stream of the recording", null="none is named")


_RANGED: Final = frozenset({"", "cell", "row"})  # forms that have words of a text


def citations(reader: TidyReader) -> Iterator[list[Row]]:
    """The places that the claims that stand rest on, in ledger order of the claims."""
    rows = live_claims(reader.viewer, reader.as_of)
    for piece in pieces(rows, ("position", "subject", "ref", "label")):
        if found := _rows(reader, piece):
            yield found


def _rows(reader: TidyReader, piece: list[tuple[Any, ...]]) -> list[Row]:
    within = visible(reader.viewer, m.ClaimPassage).filter(
        claim__gte=piece[0][0], claim__lte=piece[-1][0]
    )
    reader.name(row[1] for row in piece)
    cited: dict[int, list[int]] = defaultdict(list)
    for claim, at in within.order_by("claim", "ordinal").values_list("claim", "passage"):
        cited[claim].append(at)
    passages = {
        row.position: row
        for row in visible(reader.viewer, m.Passage).filter(position__in=within.values("passage"))
    }
    exhibits = visible(reader.viewer, m.Exhibit).filter(
        position__in={row.exhibit for row in passages.values()}
    )
    hashes = dict(exhibits.values_list("position", "plain_sha256"))
    layers = visible(reader.viewer, m.Layer).filter(
        position__in={row.layer for row in passages.values() if row.layer is not None}
    )
    inner = dict(layers.exclude(inner_path="").values_list("position", "inner_path"))
    reader.labels.learn({row[3] for row in piece} | {row.label for row in passages.values()})
    made = []
    for claim, subject, ref, label in piece:
        of = reader.records.of
        referred = None if ref is None else of(ref)
        joining = reader.labels_of_joining(of(subject), reader.owner_of(subject), referred)
        for at in cited.get(claim, ()):
            passage = passages.get(at)
            if passage is not None and passage.exhibit in hashes:
                handled = reader.handled(label, passage.label, *joining)
                path = passage.inner_path or inner.get(passage.layer or -1, "")
                made.append((claim, *_place(passage, path, hashes[passage.exhibit]), *handled))
    return made


def _place(passage: m.Passage, inner_path: str, sha256: str) -> Row:
    ranged = passage.form in _RANGED
    numbers = json.loads(passage.place or "{}")
    return (
        passage.position,
        passage.form or WORDS,
        words_of(passage) or None,
        passage.exhibit,
        sha256,
        inner_path or None,
        passage.layer,
        passage.reading,
        passage.start if ranged else None,
        passage.stop if ranged else None,
        passage.quote or None,
        *(numbers.get(name) for name in NUMBERS),
    )
