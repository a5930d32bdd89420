"""The records: one row a person, place or thing that a viewer may see, whatever its spellings.

A record is the mentions that the viewer may see, joined by the judgements that they may see. Its
caption is that of its earliest mention; what is claimed of it is in the claims.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any, Final

from habeas.archive import models as m
from habeas.archive.access import live, visible
from habeas.exchange.tidy.columns import HandledRow, Row, column, row_type
from habeas.exchange.tidy.reading import TidyReader, pieces
from habeas.figures.evaluation.loading import live_claims


@row_type
class Record(HandledRow):
    """One record. ``docs/reference/tidy-data.md`` describes each column."""

    record: int = column("number of the record: of its earliest mention")
    kind: str = column("kind of the record", codes="kinds of records")
    caption: str = column("caption of the earliest mention")
    language: str | None = column("language of the caption (BCP 47)", null="not stated")
    script: str | None = column("script of the caption (ISO 15924)", null="not stated")
    mentions: int = column("how many mentions are joined in it", unit="mentions")
    claims: int = column("number of claims about it that have not been withdrawn", unit="claims")
    sources: int = column("how many sources say anything of it", unit="sources")
    origins: int = column(
        "how many of these are independent: what repeats another is not counted", unit="sources"
    )
    owner: int | None = column(
        "number of the record that it is of: the person of a detention, the facility of an "
        "observation",
        null="it is a record by itself",
    )


_FIELDS: Final = ("position", "kind", "caption", "language", "script", "label", "of")


def records(reader: TidyReader, *, kinds: Collection[str] = ()) -> Iterator[list[Row]]:
    """The records of which any mention stands, in ledger order."""
    rows = live(visible(reader.viewer, m.Mention), reader.as_of)
    if kinds:
        rows = rows.filter(kind__in=list(kinds))
    seen: set[int] = set()  # of records of several mentions, which are few
    for piece in pieces(rows, _FIELDS):
        firsts: dict[int, tuple[Any, ...]] = {}
        for row in piece:
            record = reader.records.of(row[0])
            if record == row[0] and len(reader.records.members(record)) == 1:
                firsts[record] = row
            elif record not in seen:
                seen.add(record)
                firsts[record] = row
        yield _rows(reader, firsts)


def _rows(reader: TidyReader, firsts: dict[int, tuple[Any, ...]]) -> list[Row]:
    members = {record: reader.records.members(record) for record in firsts}
    whose = {mention: record for record, found in members.items() for mention in found}
    rows = visible(reader.viewer, m.Mention).filter(position__in=list(whose))
    mentions = {row[0]: row for row in rows.filter(position__lt=reader.as_of).values_list(*_FIELDS)}
    said: dict[int, list[int]] = defaultdict(list)
    claims = live_claims(reader.viewer, reader.as_of).filter(subject__in=list(whose))
    for subject, source in claims.values_list("subject", "source"):
        said[whose[subject]].append(source)
    reader.labels.learn(row[5] for row in mentions.values())
    return [
        _row(
            reader,
            record,
            [mentions[at] for at in members[record] if at in mentions] or [row],
            said.get(record, []),
        )
        for record, row in firsts.items()
    ]


def _row(reader: TidyReader, record: int, mentions: list[tuple[Any, ...]], said: list[int]) -> Row:
    _, kind, caption, language, script, _, of = mentions[0]
    owner = None if of is None else reader.records.of(of)
    joining = reader.labels_of_joining(record, owner)
    return (
        record,
        kind,
        caption,
        language or None,
        script or None,
        len(mentions),
        len(said),
        len({reader.origins.first(source) for source in said}),
        len(reader.origins.of_all(said)),
        owner,
        *reader.handled(*(row[5] for row in mentions), *joining),
    )
