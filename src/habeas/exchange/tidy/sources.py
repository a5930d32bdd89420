"""The sources: one row somebody or something that says things, in the version that stands."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.db.models import Count

from habeas.archive import models as m
from habeas.archive.access import live, newest, visible
from habeas.exchange.tidy.columns import Row, column
from habeas.exchange.tidy.reading import TidyReader, pieces
from habeas.figures.evaluation.loading import live_claims


@dataclass(frozen=True, slots=True)
class Source:
    """One source. ``docs/reference/tidy-data.md`` describes each column."""

    source: int = column("number of the source's entry")
    code: str = column("code by which it is known; of a witness all that is known here")
    kind: str = column("kind of source", codes="source-kind")
    name: str | None = column("its name; see handling before it is passed on", null="not recorded")
    about: str | None = column("what is said of it", null="nothing")
    url: str | None = column("its web address", null="not recorded")
    interests: str | None = column(
        "who pays, owns or stands behind it: kind and text, '; ' between", null="none is recorded"
    )
    repeats: str | None = column(
        "codes of the sources that it repeats, '; ' between: it is no origin of its own then",
        null="none that is visible",
    )
    reliability: str | None = column(
        "the newest grade that a reviewer gave", null="not assessed", codes="reliability"
    )
    claims: int = column("how many claims that stand it says itself", unit="claims")
    handling: str = column(
        "the strictest level of all that it rests on", codes="public,team,restricted,sealed"
    )
    consent: str = column(
        "whether the people in it agreed to publication", codes="not-needed,agreed,not-agreed"
    )
    consent_until: datetime.date | None = column(
        "the last day on which all of them agree", null="without end, not needed, or not agreed"
    )
    compartments: str | None = column(
        "keys of the compartments that it lies in, '; ' between", null="none that is visible"
    )
    consent_state: str | None = column(
        "how the consent stands of whoever in it agrees least",
        codes="none,withdrawn,expired,limited,remark,public",
        null="nobody in it must be asked",
    )


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
                "; ".join(repeats.get(position, ())) or None,
                grades.get(position),
                counts.get(position, 0),
                *reader.handled(label),
            )
            for position, code, kind, name, about, url, interests, label in piece
        ]


def _interests(text: str) -> str | None:
    found = json.loads(text or "[]")
    return "; ".join(f"{each.get('kind', '')}: {each.get('text', '')}" for each in found) or None
