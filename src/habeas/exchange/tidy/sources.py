"""The sources: one row somebody or something that says things, in the version that stands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from django.db.models import Count

from habeas.archive import models as m
from habeas.archive.access import live, newest, visible
from habeas.exchange.tidy.columns import HandledRow, Row, column, row_type, several
from habeas.exchange.tidy.reading import TidyReader, pieces
from habeas.figures.evaluation.loading import live_claims


@row_type
class Source(HandledRow):
    """One source. ``docs/reference/tidy-data.md`` describes each column."""

    source: int = column("number of the source's entry")
    code: str = column("code by which it is known; of a witness all that is known here")
    kind: str = column("kind of source", codes="source-kind")
    name: str | None = column("its name; see handling before it is passed on", null="not recorded")
    about: str | None = column("what is said of it", null="nothing")
    url: str | None = column("its web address", null="not recorded")
    interests: str | None = column(
        "who pays for, owns or backs it: kind and text, '; ' between", null="none is recorded"
    )
    repeats: str | None = column(
        "codes of the sources that it repeats, '; ' between: it is then not an independent origin",
        null="none that is visible",
    )
    reliability: str | None = column(
        "the newest grade that a reviewer gave", null="not assessed", codes="reliability"
    )
    claims: int = column("number of its own claims that have not been withdrawn", unit="claims")


_FIELDS: Final = ("position", "code", "kind", "name", "about", "url", "interests", "label")


def sources(reader: TidyReader) -> Iterator[list[Row]]:
    """The sources that stand, in ledger order."""
    graded = live(visible(reader.viewer, m.Assessment), reader.as_of).filter(
        scheme="reliability", target_kind="source"
    )
    grades = dict(graded.order_by("position").values_list("target", "grade"))
    repeats = reader.repeats()
    for piece in pieces(newest(reader.viewer, m.Source, reader.as_of), _FIELDS):
        said = live_claims(reader.viewer, reader.as_of).filter(source__in=[row[0] for row in piece])
        counts = dict(said.values_list("source").annotate(number=Count("position")).order_by())
        yield [
            (
                position,
                code,
                kind,
                name or None,
                about or None,
                url or None,
                _interests(interests),
                several(repeats.get(position, ())),
                grades.get(position),
                counts.get(position, 0),
                *reader.handled(label),
            )
            for position, code, kind, name, about, url, interests, label in piece
        ]


def _interests(text: str) -> str | None:
    found = json.loads(text or "[]")
    return several(f"{each.get('kind', '')}: {each.get('text', '')}" for each in found)
