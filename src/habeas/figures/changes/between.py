"""One figure at two ledger sizes: which members came and left, and by which entries.

A member moves when an entry between the two sizes says something of it, ends what was said, joins
it to another, or takes that back; and when the definition, or whose word repeats whose, changed for
all. Invariants: both sizes are evaluated as they are for this viewer; entries are named only where
the viewer may see them; what is asked for a page is explained for a page.
"""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db.models import F, Model, Q
from django.db.models.lookups import GreaterThanOrEqual, LessThan

from habeas.archive import models as m
from habeas.archive.access import Viewer, visible
from habeas.archive.store.pieces import in_pieces
from habeas.figures.changes.comparison import FigureComparison, MovedMember, MovingCause, compared
from habeas.figures.definition.definitions import FigureDefinition
from habeas.figures.definition.recorded import named
from habeas.figures.errors import AheadOfLedger, NoSuchDay, UnknownFigure
from habeas.figures.evaluation.evaluating import evaluate
from habeas.figures.evaluation.loading import Records, all_records

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_AT_ONCE = 400  # mentions named in one question
_ENDED = {
    "retracted": "was retracted",
    "superseded": "was replaced by a newer version",
    "erased": "was erased",
}


def size_of(archive: Archive, written: str) -> int:
    """A ledger size written as a number, or as a day: how many entries there were at its end (UTC).

    Raises ``NoSuchDay`` for what is neither, and for a day before the first entry, and
    ``AheadOfLedger``.
    """
    if written.isascii() and written.isdigit() and len(written) <= 15 and int(written):
        if int(written) > archive.size:
            raise AheadOfLedger(
                f"The ledger has only {archive.size:,} entries, not {int(written):,}.",
                next_step=f"Ask for a size up to {archive.size}, or for a day.",
            )
        return int(written)
    if _DAY.match(written):
        try:
            day = datetime.date.fromisoformat(written)
            end = datetime.datetime.combine(day, datetime.time.max, datetime.UTC).timestamp()
        except (ValueError, OverflowError):
            pass
        else:
            # Times never go back, so the last one by then is the size.
            upto = m.LedgerEntry.objects.filter(time__lte=int(end)).order_by("-position")
            last = upto.values_list("position", flat=True).first()
            if last is not None:
                return int(last) + 1
            raise NoSuchDay(
                f"The archive had no entry by the end of {written}.",
                next_step="Ask for a later day, or for a ledger size.",
            )
    raise NoSuchDay(
        f"{written!r} is neither a ledger size nor a day.",
        next_step="Write a size such as 1200, or a day such as 2024-03-31.",
    )


@dataclass(frozen=True, slots=True)
class BetweenSizes:
    """A figure at two sizes, and what is needed to say by which entries its members moved."""

    viewer: Viewer
    definition: FigureDefinition
    comparison: FigureComparison
    then: Records
    now: Records

    @property
    def sizes(self) -> tuple[int, int]:
        return self.comparison.before.as_of, self.comparison.after.as_of

    def explained(self, moved: Sequence[MovedMember]) -> tuple[MovedMember, ...]:
        """These with the entries by which each moved."""
        if self.definition.kind == "reported":
            return _of_claims(self, moved)
        mentions = {each.record: self._mentions(each) for each in moved}
        found = _causes(self, {p for group in mentions.values() for p in group})
        return tuple(
            replace(
                each,
                causes=tuple(
                    sorted(
                        {cause for p in mentions[each.record] for cause in found.get(p, ())},
                        key=lambda cause: (cause.entry or 0, cause.about or 0),
                    )
                ),
            )
            for each in moved
        )

    def _mentions(self, moved: MovedMember) -> frozenset[int]:
        whole = {moved.record}
        for records in (self.then, self.now):
            whole.update(p for one in list(whole) for p in records.members(records.of(one)))
        return frozenset(whole)


def between(
    archive: Archive, viewer: Viewer, key: str, size_before: int, size_after: int
) -> BetweenSizes:
    """A figure at two sizes, the earlier first; each with the definition that it had then.

    Where it was not defined yet, with the one that it has at the later size. Raises
    ``UnknownFigure``.
    """
    first, second = sorted((size_before, size_after))
    definition = named(viewer, key, second)
    notes: list[MovingCause] = []
    try:
        earlier = named(viewer, key, first)
    except UnknownFigure:
        earlier = definition
        notes.append(MovingCause("the figure was defined", entry=definition.position))
    if earlier.digest != definition.digest:
        notes.append(MovingCause("the definition was replaced", entry=definition.position))
    if definition.asks_who_speaks:
        rows = visible(viewer, m.Lineage).filter(_within("position", first, second))
        repeating = rows.order_by("position").values_list("position", flat=True)
        notes += [MovingCause("a source was said to repeat another", entry) for entry in repeating]
    before = evaluate(archive, earlier, viewer, first)
    after = evaluate(archive, definition, viewer, second)
    then, now = all_records(viewer, before.as_of), all_records(viewer, after.as_of)
    found = compared(before, after, then=then.of, now=now.of, notes=tuple(notes))
    return BetweenSizes(viewer, definition, found, then, now)


def _within(name: str, first: int, second: int) -> Q:
    """Which rows lie between two sizes by this column.

    The sum keeps a database from walking an index of the column (``access.live``).
    """
    return Q(GreaterThanOrEqual(F(name) + 0, first)) & Q(LessThan(F(name) + 0, second))


def _causes(asked: BetweenSizes, mentions: Iterable[int]) -> dict[int, set[MovingCause]]:
    """For each mention, what between the two sizes was recorded or ended about it."""
    first, second = asked.sizes
    found: dict[int, set[MovingCause]] = defaultdict(set)
    names = asked.definition.properties
    moving = _within("position", first, second) | _within("ended_at", first, second)
    for some in in_pieces(sorted(mentions), _AT_ONCE):
        claims = visible(asked.viewer, m.Claim).filter(moving, subject__in=some)
        for subject, position, ended_at, ended_by in claims.filter(property__in=names).values_list(
            "subject", "position", "ended_at", "ended_by"
        ):
            found[subject].update(_told("claim", asked, position, ended_at, ended_by))
        judged = visible(asked.viewer, m.Judgement).filter(moving, verdict="same")
        for left, right, position, ended_at, ended_by in judged.filter(
            Q(left__in=some) | Q(right__in=some)
        ).values_list("left", "right", "position", "ended_at", "ended_by"):
            what = "judgement that two are the same"
            for mention in (left, right):
                found[mention].update(_told(what, asked, position, ended_at, ended_by))
        known = visible(asked.viewer, m.Mention).filter(moving, position__in=some)
        for position, ended_at, ended_by in known.values_list("position", "ended_at", "ended_by"):
            found[position].update(_told("mention", asked, position, ended_at, ended_by))
    return found


def _of_claims(asked: BetweenSizes, moved: Sequence[MovedMember]) -> tuple[MovedMember, ...]:
    rows: dict[int, set[MovingCause]] = {}
    for some in in_pieces([claim for each in moved for claim in each.claims], _AT_ONCE):
        claims = visible(asked.viewer, m.Claim).filter(position__in=some)
        for position, ended_at, ended_by in claims.values_list("position", "ended_at", "ended_by"):
            rows[position] = set(_told("claim", asked, position, ended_at, ended_by))
    return tuple(
        replace(
            each,
            causes=tuple(
                sorted(
                    {cause for claim in each.claims for cause in rows.get(claim, ())},
                    key=lambda cause: cause.entry or 0,
                )
            ),
        )
        for each in moved
    )


def _told(
    what: str, asked: BetweenSizes, position: int, ended_at: int | None, ended_by: str
) -> Iterable[MovingCause]:
    """That a thing began or ended between the two sizes."""
    first, second = asked.sizes
    if first <= position < second:
        yield MovingCause(f"a {what} was recorded", position, position, what == "claim")
    if ended_at is not None and first <= ended_at < second:
        words = _ENDED.get(ended_by, "ended")
        yield MovingCause(
            f"a {what} {words}", _seen(asked.viewer, ended_at), position, what == "claim"
        )


def _seen(viewer: Viewer, entry: int) -> int | None:
    """The entry that ended something, where the viewer may see what it recorded."""
    if viewer.is_owner:
        return entry
    kinds: tuple[type[Model], ...] = (m.Claim, m.Retraction, m.Source, m.Mention)
    known = any(visible(viewer, kind).filter(pk=entry).exists() for kind in kinds)
    return entry if known else None
