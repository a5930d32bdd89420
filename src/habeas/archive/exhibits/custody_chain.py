"""The chain of custody of an exhibit: what was stated of it and what the archive saw itself.

Stated: the custody events, each somebody's word. Seen: that the exhibit was sealed, read as
text, time-stamped and cosigned; these are entries of the same ledger and are not stated a
second time. Both stand in one list in the order of the ledger, which is the
order in which they were recorded; when something happened is said beside it, as stated.

Invariant: everything is read through ``access.visible``; a step whose derived exhibit the
viewer may not see does not name it.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_noop

from habeas.archive import models as m
from habeas.archive.access import Viewer, visible
from habeas.vocabulary import schema

UNNAMED_AUTHORITY = "an authority that the token does not name"
MOST_STEPS = 1_000  # of each kind; a chain that is longer says how many it leaves out
STATED, SEEN = "stated", "seen"

#: The events that only the archive itself sees, in words, which pages translate. The others are
#: custody-event codes.
SEEN_WORDS = {
    "read": gettext_noop("Read as text"),
    "opened-unread": gettext_noop("Opened, no text found"),
    "cosigned": gettext_noop("Cosigned by a partner"),
    "held": gettext_noop("Legal hold placed"),
    "lifted": gettext_noop("Legal hold lifted"),
    "derived-from": gettext_noop("Derived from another exhibit"),
    "blocked": gettext_noop("Blocked: no longer shown or handed out"),
    "unblocked": gettext_noop("Block lifted"),
}


def words_of(event: str) -> str:
    """An event in words; the code itself where a newer program wrote it."""
    known = schema.core().codes["custody-event"].get(event)
    return SEEN_WORDS.get(event) or (known.label if known else event)


@dataclass(frozen=True, slots=True)
class CustodyStep:
    """One step. ``position`` and ``entry_id`` name the entry that says it.

    ``by`` is stated or seen; ``recorded_at`` in UTC seconds by the archive's clock;
    ``happened_at`` EDTF as stated, '' not stated; ``derived`` an exhibit's position.
    """

    position: int
    entry_id: str
    by: str
    event: str
    recorded_at: int
    agent: str = ""
    happened_at: str = ""
    place: str = ""
    reason: str = ""
    authority: str = ""
    responsible: str = ""
    changed: str = ""
    before_sha256: str = ""
    after_sha256: str = ""
    derived: int | None = None
    outcome: str = ""
    person: str = ""

    def as_json(self) -> dict[str, Any]:
        """What is stated, without what is not."""
        return {name: value for name, value in asdict(self).items() if value not in ("", None)}


@dataclass(frozen=True, slots=True)
class Chain:
    """The steps in the order of the ledger; ``more`` counts those left out."""

    exhibit: int
    steps: tuple[CustodyStep, ...]
    more: int = 0


def chain(viewer: Viewer, exhibit: m.Exhibit) -> Chain:
    """What is known of an exhibit's custody, for one viewer."""
    about = Q(exhibit=exhibit.position) | Q(derived=exhibit.position)
    events = visible(viewer, m.CustodyEvent).filter(about).order_by("position")
    rows = list(events[: MOST_STEPS + 1])
    more = events.count() - MOST_STEPS if len(rows) > MOST_STEPS else 0
    found = [*_stated(viewer, exhibit, rows[:MOST_STEPS]), *_seen(viewer, exhibit)]
    found.sort(key=lambda step: step.position)  # stable: received stands before sealed
    entries = {step.position for step in found}
    known = {
        position: (entry_id, time)
        for position, entry_id, time in m.LedgerEntry.objects.filter(
            position__in=entries
        ).values_list("position", "entry_id", "time")
    }
    steps = tuple(_dated(step, *known.get(step.position, ("", 0))) for step in found)
    return Chain(exhibit.position, steps, more)


def _dated(step: CustodyStep, entry_id: str, time: int) -> CustodyStep:
    return CustodyStep(**{**asdict(step), "entry_id": entry_id, "recorded_at": time})


def _stated(
    viewer: Viewer, exhibit: m.Exhibit, rows: list[m.CustodyEvent]
) -> Iterator[CustodyStep]:
    named = {row.derived for row in rows if row.derived is not None} - {exhibit.position}
    named |= {row.exhibit for row in rows} - {exhibit.position}
    may_see = {exhibit.position}
    if named:
        others = visible(viewer, m.Exhibit).filter(position__in=named)
        may_see.update(others.values_list("position", flat=True))
    for row in rows:
        if row.position == exhibit.position:  # the row that sealing itself makes
            yield from _first(exhibit)
            continue
        if row.exhibit != exhibit.position:
            if row.exhibit in may_see:
                yield _derived_from(row)
            continue
        yield CustodyStep(
            row.position,
            "",
            STATED,
            row.event,
            0,
            agent=row.agent,
            happened_at=row.happened_at,
            place=row.place,
            reason=row.reason,
            authority=row.authority,
            responsible=row.responsible,
            changed=row.changed,
            before_sha256=row.before_sha256,
            after_sha256=row.after_sha256,
            derived=row.derived if row.derived in may_see else None,
            outcome=row.outcome,
            person=row.person,
        )


def _first(exhibit: m.Exhibit) -> Iterator[CustodyStep]:
    """Received, where anything is said of it, and sealed."""
    at = exhibit.position
    if exhibit.received_from or exhibit.received_on:
        yield CustodyStep(
            *(at, "", STATED, "received", 0),
            agent=exhibit.received_from,
            happened_at=exhibit.received_on,
            reason=exhibit.note,
        )
    yield CustodyStep(
        *(at, "", SEEN, "sealed", 0),
        changed="Encrypted and stored under the hash of the encrypted bytes; the bytes as "
        "received are unchanged inside.",
        after_sha256=exhibit.plain_sha256,
    )


def _derived_from(row: m.CustodyEvent) -> CustodyStep:
    """The event of another exhibit of which this one was made."""
    return CustodyStep(
        *(row.position, "", STATED, "derived-from", 0),
        agent=row.agent,
        happened_at=row.happened_at,
        changed=row.changed,
        before_sha256=row.before_sha256,
        after_sha256=row.after_sha256,
        derived=row.exhibit,
        person=row.person,
    )


def _seen(viewer: Viewer, exhibit: m.Exhibit) -> Iterator[CustodyStep]:
    at = exhibit.position
    for layer in visible(viewer, m.Layer).filter(exhibit=at).order_by("position")[:MOST_STEPS]:
        inside = f" of {layer.inner_path} inside it" if layer.inner_path else ""
        yield CustodyStep(
            *(layer.position, "", SEEN, "read", 0),
            agent=f"{layer.reader} {layer.reader_version}",
            changed=f"A text layer{inside} was made, {layer.length:,} characters; the exhibit "
            "is unchanged.",
            after_sha256=layer.text_sha256,
        )
    unread = visible(viewer, m.Reading).filter(exhibit=at, inner_path="", layer__isnull=True)
    for reading in unread.order_by("position")[:MOST_STEPS]:
        yield CustodyStep(
            *(reading.position, "", SEEN, "opened-unread", 0),
            agent=f"{reading.reader} {reading.reader_version}".strip(),
            reason=reading.reason or reading.state,
        )
    for hold in visible(viewer, m.Hold).filter(target=at).order_by("position")[:MOST_STEPS]:
        yield CustodyStep(
            *(hold.position, "", STATED, "held", 0),
            reason=hold.reason,
            authority=hold.authority,
        )
        if hold.ended_at is not None:
            yield CustodyStep(hold.ended_at, "", STATED, "lifted", 0)
    for block in visible(viewer, m.Block).filter(exhibit=at).order_by("position")[:MOST_STEPS]:
        yield CustodyStep(*(block.position, "", STATED, "blocked", 0), reason=block.reason)
        if block.ended_at is not None:
            yield CustodyStep(block.ended_at, "", STATED, "unblocked", 0)
    yield from attested(viewer, at)


def attested(viewer: Viewer, at: int, *, newest: bool = False) -> Iterator[CustodyStep]:
    """By whom the entry at a position is attested: the first by each, or the newest."""
    stamps = visible(viewer, m.Timestamp).filter(size__gt=at, stamped_at__isnull=False)
    order = ("-size", "-position") if newest else ("stamped_at", "position")
    for stamp in _first_of_each(stamps.order_by(*order), "authority", "method"):
        by = ", ".join(json.loads(stamp.accepted_by))
        yield CustodyStep(
            *(stamp.position, "", SEEN, "time-stamped", 0),
            agent=stamp.authority or UNNAMED_AUTHORITY,
            happened_at=_utc(stamp.stamped_at),
            changed=f"The log of {stamp.size:,} entries, with this one, existed by then"
            f"{f' ({by})' if by else ''}.",
        )
    cosigned = visible(viewer, m.Cosignature).filter(size__gt=at)
    order = ("-size", "-position") if newest else ("signed_at", "position")
    for one in _first_of_each(cosigned.order_by(*order), "verifier"):
        yield CustodyStep(
            *(one.position, "", SEEN, "cosigned", 0),
            agent=one.partner,
            happened_at=_utc(one.signed_at),
            changed=f"The log of {one.size:,} entries, with this one, was seen by then.",
        )


def _first_of_each(rows: Any, *fields: str) -> Iterable[Any]:
    met: set[tuple[Any, ...]] = set()
    for row in rows[:MOST_STEPS]:
        key = tuple(getattr(row, name) for name in fields)
        if key not in met:
            met.add(key)
            yield row


def _utc(seconds: int | None) -> str:
    """A time as EDTF in UTC, as far as calendars go; '' for none."""
    if seconds is None or not 0 <= seconds < 253_402_300_800:
        return ""
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
