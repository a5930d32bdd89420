"""The observations: one row a picture of a site that somebody read, with what is said of it.

Of a property of which there is one value at a time the row has it where everybody who states it
says the same and nobody denies it; else the cell is empty, ``differing`` names the property, and
the claims have what each says. Nothing here prefers an account.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

from habeas.archive import models as m
from habeas.archive.access import live, visible
from habeas.exchange.tidy.columns import NO_DAY, HandledRow, Row, column, row_type, several
from habeas.exchange.tidy.reading import TidyReader, bounds, pieces
from habeas.figures.evaluation.loading import live_claims
from habeas.figures.evaluation.rows import value_of
from habeas.vocabulary.values import Value

KIND: Final = "observation"
_DIFFER = "not stated, or accounts differ: see differing"


@row_type
class Observation(HandledRow):
    """One picture of a site. ``docs/reference/tidy-data.md`` describes each column."""

    observation: int = column("number of the record: of its earliest mention")
    caption: str = column("caption of the earliest mention")
    facility: int | None = column(
        "number of the record of the facility", null="not visible to the viewer"
    )
    facility_caption: str | None = column(
        "caption of the facility", null="not visible to the viewer"
    )
    observed: str | None = column("when the picture was taken (EDTF)", null=_DIFFER)
    observed_earliest: datetime.date | None = column("first day of that time", null=NO_DAY)
    observed_latest: datetime.date | None = column("last day of that time", null=NO_DAY)
    scene_id: str | None = column("the provider's identifier of the picture", null=_DIFFER)
    platform: str | None = column("what carried the camera", null=_DIFFER)
    providers: str | None = column(
        "who made or distributes the picture, one a line", null="not stated"
    )
    resolution: int | None = column(
        "ground between the centres of two pixels",
        null=f"{_DIFFER}, or a range",
        unit="centimetres",
    )
    cloud_cover: int | None = column(
        "how much of the picture is under cloud", null=f"{_DIFFER}, or a range", unit="percent"
    )
    outline: str | None = column(
        "limits of the site: corners as latitude,longitude (WGS 84)", null=_DIFFER
    )
    differing: str | None = column("properties of which accounts differ, '; ' between", null="none")
    claims: str | None = column(
        "numbers of the claims that the row rests on, '; ' between", null="nothing is said of it"
    )


#: What a row has one value of, in the order of its columns; ``provider`` may have several.
_ONE: Final = ("observed", "scene_id", "platform", "resolution", "cloud_cover", "outline")
_SEVERAL: Final = "provider"
_FIELDS: Final = ("position", "caption", "of", "label")


def observations(reader: TidyReader) -> Iterator[list[Row]]:
    """The observations of which any mention stands, in ledger order."""
    rows = live(visible(reader.viewer, m.Mention), reader.as_of).filter(kind=KIND)
    seen: set[int] = set()
    for piece in pieces(rows, _FIELDS):
        firsts = {}
        for position, *_ in piece:
            record = reader.records.of(position)
            if record not in seen:
                seen.add(record)
                firsts[record] = position
        yield _rows(reader, firsts)


def _rows(reader: TidyReader, firsts: dict[int, int]) -> list[Row]:
    """Of each record a row; ``firsts``: a mention of it that stands."""
    whose = {p: record for record in firsts for p in reader.records.members(record)}
    seen = visible(reader.viewer, m.Mention).filter(position__lt=reader.as_of)
    mentions = {
        row[0]: row
        for row in seen.filter(position__in=[*whose, *firsts.values()]).values_list(*_FIELDS)
    }
    reader.name(row[2] for row in mentions.values())
    sites = {reader.records.of(row[2]) for row in mentions.values()}
    of_sites = dict(
        seen.filter(position__in=sites | {row[2] for row in mentions.values()}).values_list(
            "position", "label"
        )
    )
    said: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    claims = live_claims(reader.viewer, reader.as_of).filter(
        subject__in=list(whose),
        property__in=[n for n in (*_ONE, _SEVERAL) if n not in reader.withheld],
    )
    for row in claims.order_by("position").values_list(
        "subject", "position", "property", "stance", "value", "label"
    ):
        said[whose[row[0]]].append(row[1:])
    reader.labels.learn(
        [row[3] for row in mentions.values()]
        + [row[4] for rows in said.values() for row in rows]
        + list(of_sites.values())
    )
    return [
        _row(
            reader,
            record,
            [mentions[p] for p in reader.records.members(record) if p in mentions],
            said.get(record, []),
            of_sites,
        )
        for record in firsts
    ]


def _row(
    reader: TidyReader,
    record: int,
    mentions: Sequence[tuple[Any, ...]],
    said: Sequence[tuple[Any, ...]],
    of_sites: dict[int, str],
) -> Row:
    site = reader.records.of(mentions[0][2])
    named = reader.named(site) or reader.named(mentions[0][2])
    values, differing = _agreed(said)
    observed = values.get("observed")
    when = observed.date.text if observed and observed.date else None
    outline = values.get("outline")
    providers = dict.fromkeys(
        value_of(value).text
        for _position, name, stance, value, _label in said
        if name == _SEVERAL and stance == "asserts" and not value_of(value).state
    )
    joining = reader.labels_of_joining(record, site)
    labels = [row[3] for row in mentions] + [row[4] for row in said]
    labels += [of_sites[p] for p in (site, mentions[0][2]) if p in of_sites]
    return (
        record,
        mentions[0][1],
        site if named else None,
        named.caption if named else None,
        when,
        *bounds(when or ""),
        _text(values.get("scene_id")),
        _text(values.get("platform")),
        "\n".join(providers) or None,
        _exact(values.get("resolution")),
        _exact(values.get("cloud_cover")),
        outline.outline.text if outline and outline.outline else None,
        several(differing),
        several(position for position, *_ in said),
        *reader.handled(*dict.fromkeys(labels), *joining),
    )


def _agreed(said: Collection[tuple[Any, ...]]) -> tuple[dict[str, Value], list[str]]:
    """Of each property the value that all give who give one, and those of which there is none."""
    given: dict[str, dict[object, Value]] = {name: {} for name in _ONE}
    denied = set()
    for _position, name, stance, text, _label in said:
        value = value_of(text)
        if name == _SEVERAL or value.state:
            continue
        if stance == "asserts":
            given[name][_normal(value)] = value
        elif stance == "denies":
            denied.add(name)
    differing = [name for name, values in given.items() if len(values) > 1 or name in denied]
    return {
        name: next(iter(values.values()))
        for name, values in given.items()
        if values and name not in differing
    }, differing


def _normal(value: Value) -> object:
    """What two accounts have in common that say the same, however they write it."""
    return value.date or value.count or value.outline or value.text


def _text(value: Value | None) -> str | None:
    return value.text or None if value else None


def _exact(value: Value | None) -> int | None:
    """The number of a count that is exact; of a range the claims tell."""
    count = value.count if value else None
    exact = count is not None and not count.approximate and count.low == count.high
    return count.low if count is not None and exact else None
