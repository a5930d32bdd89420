"""The claims: one row says what one source says of one property of one mention.

A row is a claim that stands, never a fact: two sources that differ are two rows, a denial is a
row whose stance is ``denies``. Values keep what the source wrote beside the normal form, and
each type has columns of its own, so that a count is never mixed with a year.
"""

from __future__ import annotations

import datetime
import json
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any, Final, NamedTuple

from habeas.archive import models as m
from habeas.archive.access import live, visible
from habeas.archive.exhibits.located import words_of
from habeas.exchange.tidy.columns import (
    NO_DAY,
    Cell,
    HandledRow,
    Row,
    column,
    day,
    row_type,
    several,
)
from habeas.exchange.tidy.reading import NEEDS_PURPOSE, NOT_VISIBLE, TidyReader, bounds, pieces
from habeas.figures.evaluation.loading import live_claims
from habeas.figures.evaluation.rows import value_of

_OTHER = "the value is of another type or not given"


@row_type
class Claim(HandledRow):
    """One claim that stands. ``docs/reference/tidy-data.md`` describes each column."""

    claim: int = column("number of the claim's entry in the ledger")
    record: int = column("number of the record that it is about: of its earliest mention")
    record_kind: str = column("kind of the record", codes="kinds of records")
    record_caption: str | None = column("caption of the record", null="not visible to the viewer")
    mention: int = column("number of the mention that the claim names")
    property: str = column("which property the claim is about", codes="properties")
    stance: str = column("what the speaker does with the value", codes="stance")
    value_type: str = column(
        "type of the property", codes="text,date,count,place,code,ref,identifier,url,outline,amount"
    )
    value: str | None = column(
        "the value in its normal form: text, EDTF date, count, point, outline, amount, code, or "
        "the caption of the record referred to",
        null="missing: value_state says why",
    )
    value_state: str | None = column(
        "why no value is given",
        null="there is one",
        codes=f"unknown,not-applicable,withheld,{NEEDS_PURPOSE},{NOT_VISIBLE}",
    )
    value_code_list: str | None = column("the list that a code is of", null=_OTHER)
    value_record: int | None = column("number of the record that the value refers to", null=_OTHER)
    value_as_written: str | None = column(
        "what the source wrote", null="the normal form is what was written, or it is not recorded"
    )
    value_language: str | None = column("language of the text (BCP 47)", null="not stated")
    value_script: str | None = column("script of the text (ISO 15924)", null="not stated")
    date_earliest: datetime.date | None = column("first day that a date allows", null=NO_DAY)
    date_latest: datetime.date | None = column("last day that a date allows", null=NO_DAY)
    count_lower: int | None = column(
        "least number that a count allows", null="no lower bound, or no count", unit="count_unit"
    )
    count_upper: int | None = column(
        "greatest number that a count allows", null="no upper bound, or no count", unit="count_unit"
    )
    count_unit: str | None = column("what is counted", null="no count", codes="unit")
    count_approximate: bool | None = column("whether the speaker said about", null="no count")
    latitude: float | None = column("latitude of a point", null="no point", unit="degrees, WGS 84")
    longitude: float | None = column(
        "longitude of a point", null="no point", unit="degrees, WGS 84"
    )
    place_precision: str | None = column("how exact the point is", null="no point")
    holds: str | None = column("when the value held (EDTF)", null="not stated")
    holds_earliest: datetime.date | None = column("first day of that time", null=NO_DAY)
    holds_latest: datetime.date | None = column("last day of that time", null=NO_DAY)
    source: int = column("number of the source that says it")
    source_code: str = column("code of that source; a witness is known by it alone")
    source_kind: str = column("kind of that source", codes="source-kind")
    source_name: str | None = column(
        "name of that source; see source_handling before it is passed on", null="none recorded"
    )
    source_handling: str = column(
        "handling of the source itself", codes="public,team,restricted,sealed"
    )
    basis: str = column("how the speaker knows", codes="basis")
    said: str | None = column("when the speaker said it (EDTF)", null="not stated")
    said_earliest: datetime.date | None = column("first day of that time", null=NO_DAY)
    said_latest: datetime.date | None = column("last day of that time", null=NO_DAY)
    through: str | None = column(
        "codes of the sources through whom it came, the nearest to the speaker first, '; ' between",
        null="it came from the speaker",
    )
    passages: str | None = column(
        "numbers of the passages that are cited, '; ' between", null="none is cited"
    )
    list: int | None = column("number of the import that it came with", null="none")
    list_row: str | None = column("its row in that import", null="none")
    note: str | None = column("what the person who recorded it adds", null="nothing")
    places: str | None = column(
        "where the cited passages are that are not words of a text, '; ' between",
        null="none is cited, or all are words",
    )
    owner: int | None = column(
        "number of the record that its record is of: the person of a detention, the facility of an "
        "observation",
        null="its record is one by itself",
    )
    detention: int | None = column(
        "number of the detention that the claim is of: its record, or the one that a grouping says",
        null="it is about another kind of record, and no grouping puts it in a detention",
    )
    amount_lower: float | None = column(
        "least amount; value has its exact decimals", null="no amount", unit="amount_currency"
    )
    amount_upper: float | None = column(
        "greatest amount; value has its exact decimals", null="no amount", unit="amount_currency"
    )
    amount_currency: str | None = column("currency of the amount (ISO 4217)", null="no amount")


_FIELDS: Final = (
    *("position", "subject", "property", "stance", "value", "value_type"),
    *("value_from", "value_to", "number_low", "number_high", "ref"),
    *("holds", "holds_from", "holds_to", "attribution", "source", "list", "row", "note", "label"),
)
_VALUES: Final = 16  # cells from ``value`` to ``place_precision``; those of an amount follow
_NOTHING: Final[Row] = (None,) * (_VALUES + 3)
_DETENTION: Final = "detention"


def claims(
    reader: TidyReader, *, properties: Collection[str] = (), kinds: Collection[str] = ()
) -> Iterator[list[Row]]:
    """The claims that stand, in ledger order; of some properties, about some kinds of records."""
    rows = live_claims(reader.viewer, reader.as_of)
    if properties:
        rows = rows.filter(property__in=list(properties))
    if kinds:
        mentions = visible(reader.viewer, m.Mention).filter(kind__in=list(kinds))
        rows = rows.filter(subject__in=mentions.values("position"))
    for piece in pieces(rows, _FIELDS):
        yield _rows(reader, piece)


def _rows(reader: TidyReader, piece: list[tuple[Any, ...]]) -> list[Row]:
    first, last = piece[0][0], piece[-1][0]
    reader.name({row[1] for row in piece} | {row[10] for row in piece if row[10] is not None})
    grouped = _grouped(reader, first, last)
    reader.labels.learn({row[19] for row in piece} | {each.label for each in grouped.values()})
    cited: dict[int, list[str]] = defaultdict(list)
    within = visible(reader.viewer, m.ClaimPassage).filter(claim__gte=first, claim__lte=last)
    for claim, passage in within.order_by("claim", "ordinal").values_list("claim", "passage"):
        cited[claim].append(str(passage))
    not_words = visible(reader.viewer, m.Passage).exclude(form="")
    placed = {
        row.position: words_of(row)
        for row in not_words.filter(position__in=within.values("passage"))
    }
    passed_on: dict[int, list[int]] = defaultdict(list)
    further = visible(reader.viewer, m.ClaimSource).filter(claim__gte=first, claim__lte=last)
    for claim, source in (
        further.filter(ordinal__gt=0).order_by("claim", "ordinal").values_list("claim", "source")
    ):
        passed_on[claim].append(source)
    sources, of = reader.sources, reader.records.of
    made = []
    for (
        claim, subject, property, stance, value, value_type, since, until, low, high, ref,
        holds, holds_from, holds_to, attribution, source, list_, row, note, label,
    ) in piece:  # fmt: skip
        record = of(subject)
        about = reader.named(record) or reader.named(subject)
        owner = reader.owner_of(subject)
        joining = reader.labels_of_joining(record, owner, None if ref is None else of(ref))
        grouping = grouped.get(claim)
        detention = record if about and about.kind == _DETENTION else None
        if grouping is not None and grouping.owner == record:
            detention = grouping.detention
            joining |= {grouping.label, *reader.labels_of_joining(detention)}
        said_value = _value(reader, property, value, since, until, low, high, ref)
        speaker = sources.get(source)
        steps = json.loads(attribution)
        said = steps[0].get("said", "")
        through = [sources[at].code for at in passed_on.get(claim, ()) if at in sources]
        made.append(
            (
                claim,
                record,
                about.kind if about else "",
                about.caption if about else None,
                subject,
                property,
                stance,
                value_type,
                *said_value[:_VALUES],
                holds or None,
                day(holds_from),
                day(holds_to),
                source,
                speaker.code if speaker else "",
                speaker.kind if speaker else "",
                (speaker.name or None) if speaker else None,
                reader.labels.of(reader.source_labels[source]).handling if speaker else "sealed",
                steps[0].get("basis", "not-stated"),
                said or None,
                *bounds(said),
                several(through),
                several(cited.get(claim, ())),
                list_,
                row or None,
                note or None,
                several(placed[int(at)] for at in cited.get(claim, ()) if int(at) in placed),
                owner,
                detention,
                *said_value[_VALUES:],
                *reader.handled(label, *joining),
            )
        )
    return made


class _Grouping(NamedTuple):
    """Which detention a claim was put in, and whose that is; as strict as ``label``."""

    detention: int
    owner: int | None
    label: str


def _grouped(reader: TidyReader, first: int, last: int) -> dict[int, _Grouping]:
    """What groupings say of the claims between two, of those that stand for the viewer."""
    named = visible(reader.viewer, m.GroupedClaim).filter(claim__gte=first, claim__lte=last)
    standing = live(visible(reader.viewer, m.Grouping), reader.as_of).filter(
        position__in=named.values("grouping")
    )
    groupings = {row[0]: row[1:] for row in standing.values_list("position", "episode", "label")}
    if not groupings:
        return {}
    episodes = {episode for episode, _ in groupings.values()}
    there = live(visible(reader.viewer, m.Mention), reader.as_of).filter(position__in=episodes)
    kept = set(there.values_list("position", flat=True))
    reader.name(kept)
    found = {}
    for grouping, claim in named.order_by("grouping").values_list("grouping", "claim"):
        episode, label = groupings.get(grouping, (None, ""))
        if episode in kept:
            owner = reader.owner_of(episode)
            found[claim] = _Grouping(reader.records.of(episode), owner, label)
    return found


def _value(
    reader: TidyReader,
    property: str,
    text: str,
    since: int | None,
    until: int | None,
    low: int | None,
    high: int | None,
    ref: int | None,
) -> Row:
    if property in reader.withheld:
        return None, NEEDS_PURPOSE, *_NOTHING[2:]
    value = value_of(text)
    written = value.as_written
    as_written = written.text if written else None
    language = value.language or (written.language if written else "") or None
    script = value.script or (written.script if written else "") or None
    if value.state:
        said: Row = (None, value.state, None, None, as_written, language, script)
        return (*said, *_NOTHING[7:])
    point, count, amount = value.point, value.count, value.amount
    normal: str | None
    record = None
    if ref is not None:
        referred = reader.named(reader.records.of(ref)) or reader.named(ref)
        if referred is None:
            return None, NOT_VISIBLE, *_NOTHING[2:]
        normal, record = referred.caption, reader.records.of(ref)
    elif count is not None:
        normal = count.text
    elif value.date is not None:
        normal = value.date.text
    elif point is not None:
        normal = point.text
    elif (shaped := amount or value.outline) is not None:
        normal = shaped.text
    else:
        normal = value.code or value.text
    place: tuple[Cell, ...] = (None, None, None)
    if point is not None:
        place = (float(point.lat), float(point.lon), point.precision or None)
    return (
        normal,
        None,
        value.code_list or None,
        record,
        as_written,
        language,
        script,
        day(since),
        day(until),
        low,
        high,
        (count.unit or None) if count else None,
        count.approximate if count else None,
        *place,
        *((float(amount.low), float(amount.high), amount.currency) if amount else _NOTHING[:3]),
    )
