"""What an erasure would do, before anybody decides: exact, counted by kind, with what it cannot do.

Invariants: a plan changes nothing; what ``closure`` says goes is what goes, not more and not
less; a legal hold on an exhibit in the plan, or on one that anything in it is part of or cites,
is found and named; so is what says or holds the same and stays (``elsewhere``). A plan reads the
whole ledger's content once.
"""

from __future__ import annotations

import contextlib
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction

from habeas.archive import models as m
from habeas.archive import rules
from habeas.archive.access.labels import LEVEL_NAMES, Need, Needs, need_of
from habeas.archive.components import components
from habeas.archive.erasing.closure import Closed, Graph, close, versions
from habeas.archive.erasing.elsewhere import OtherTraces, elsewhere
from habeas.archive.errors import EntryRefused, UnknownReference
from habeas.archive.kinds import ROWS_OF
from habeas.archive.ledger import rebuilding
from habeas.archive.ledger.committed_entries import head
from habeas.archive.projection.erased_entries import ErasureRecord, Erasures, Thing, ended_elsewhere
from habeas.archive.records import members
from habeas.archive.store import schema
from habeas.archive.store.connecting import holding_the_head
from habeas.archive.store.database_errors import plain_errors
from habeas.archive.store.facts import facts
from habeas.archive.store.pieces import in_pieces
from habeas.custody.log.disclosures import join, read, split, tombstone

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

CHUNK = 4_000
TARGET_KINDS = ("exhibit", "claim", "consent")
_A_TARGET = {
    "exhibit": "an exhibit",
    "claim": "a claim",
    "consent": "a person's mention or a source",
}
CONTEXT = ("prefix", "suffix")  # of a passage
OUTWARD = ("copied", "exported", "returned", "transfer-out")  # custody events

#: Where the access label of each kind of erased entry stands.
_LABELLED: dict[str, type[m.Projection]] = {
    model.__name__.lower(): model
    for model in schema.projections()
    if issubclass(model, m.Projection)
}
_LABELLED |= {kind: _LABELLED[name] for kind, name in ROWS_OF.items()}


@dataclass(frozen=True, slots=True)
class HoldInTheWay:
    """A legal hold in the way: on which exhibit, by whose order, at which entry."""

    exhibit: int
    authority: str
    position: int


@dataclass(frozen=True, slots=True)
class ErasurePlan:
    """What goes and what stays. Positions everywhere; ``by_kind`` counts them."""

    target_kind: str
    targets: tuple[int, ...]
    kept: tuple[int, ...]
    closed: Closed
    by_kind: Mapping[str, int]
    record: ErasureRecord  # what the erasure entry will say
    objects: tuple[str, ...]  # addresses whose bytes and keys go
    held: tuple[HoldInTheWay, ...]
    compartments: tuple[str, ...]
    handling: str  # the strictest level of what goes
    elsewhere: OtherTraces  # what stays and holds the same bytes or text
    parting: tuple[tuple[int, ...], ...]  # mentions joined only through what goes
    given_out: tuple[tuple[int, str, str], ...]  # copies that left: exhibit, event, to whom
    exports: tuple[
        tuple[int, str, str], ...
    ]  # tables that left and may hold it: entry, kinds, level
    trimmed: tuple[int, ...]  # passages that stay, without the words beside their quote
    others: Mapping[int, int] = field(default_factory=dict)
    # consent: exhibits that stay though the person spoke in them → passages of others in each

    @property
    def erased(self) -> tuple[int, ...]:
        return tuple(sorted(self.closed.erased))

    @property
    def twins(self) -> tuple[int, ...]:
        """Exhibits of the same bytes that stay."""
        return tuple(copy.exhibit for copy in self.elsewhere.copies if copy.how == "bytes")


def plan(
    archive: Archive,
    target_kind: str,
    targets: Collection[int],
    kept: Collection[int] = (),
    also: Collection[int] = (),
) -> ErasurePlan:
    """The plan for exhibits, for claims, or for all that rests on somebody's consent.

    ``also``: exhibits that are taken along, because they hold the same.
    """
    if target_kind not in TARGET_KINDS:
        raise EntryRefused(
            f"A {target_kind} is not erased by itself.",
            next_step=f"Erase one of: {', '.join(TARGET_KINDS)}.",
        )
    whole, _ = graph()
    seeds = _seeds(whole, target_kind, targets) | _seeds(whole, "exhibit", also)
    made = {d for several in whole.made.values() for d in several}
    if wrong := set(kept) - made:
        raise EntryRefused(
            f"Exhibit {min(wrong)} is not derived from another one, so nothing would take it away.",
            next_step="Keep only copies that were derived, such as a redacted one.",
        )
    closed = close(whole, seeds, set(kept))
    trimmed, overlapping = _neighbours(closed.erased)
    closed = Closed(closed.erased, {**closed.shells, **overlapping})
    things = [
        Thing(position, _kind(whole, position), needs)
        for position, needs in _needs(whole, closed.erased).items()
    ]
    return ErasurePlan(
        target_kind=target_kind,
        targets=tuple(sorted(seeds)),
        kept=tuple(sorted(kept)),
        closed=closed,
        by_kind=Counter(_kind(whole, position) for position in sorted(closed.erased)),
        record=ErasureRecord.of(things, ended_elsewhere(set(closed.erased))),
        objects=_objects(closed.erased),
        held=_held(closed.erased),
        compartments=_compartments(things),
        handling=LEVEL_NAMES[_strictest(things)],
        elsewhere=elsewhere(archive, closed.erased),
        parting=_parting(closed.erased),
        given_out=_given_out(closed.erased),
        exports=_exports(closed.erased),
        trimmed=trimmed,
        others=_others(closed.erased) if target_kind == "consent" else {},
    )


def planned_again(archive: Archive, asked: m.ErasureRequest) -> ErasurePlan:
    """The plan of a request as the archive stands now."""
    targets = set(json.loads(asked.targets))
    also: set[int] = set()
    if asked.target_kind != "exhibit":  # exhibits among the targets were taken along
        rows = m.Exhibit.objects.filter(position__in=targets)
        also = set(rows.values_list("position", flat=True))
    return plan(archive, asked.target_kind, targets - also, json.loads(asked.kept), also)


def graph() -> tuple[Graph, dict[str, int]]:
    """Everything that the ledger's content says of what refers to what."""
    at = dict(m.LedgerEntry.objects.values_list("entry_id", "position").iterator())
    whole = Graph()
    for start in range(0, head()[0], CHUNK):
        for fact in facts(start, start + CHUNK):
            if fact.fields:
                whole.add(fact.position, fact.fields, at)
    return whole, at


def _kind(whole: Graph, position: int) -> str:
    kind = whole.kinds[position]
    return "source" if kind == "person" else kind


def _seeds(whole: Graph, target_kind: str, targets: Iterable[int]) -> set[int]:
    seeds: set[int] = set()
    for target in targets:
        kind = _kind(whole, target) if target in whole.kinds else ""
        match target_kind, kind:
            case "exhibit", "exhibit":
                seeds.add(target)
            case "claim", "claim":
                seeds |= versions(whole, target)
            case "consent", "mention":
                _refuse_owned(target)
                seeds.update(members(target))
            case "consent", "source":
                seeds |= _source_versions(target)
            case _:
                raise UnknownReference(
                    f"Entry {target} is not {_A_TARGET[target_kind]}, or it was erased.",
                    next_step="Look up its number on its page or with `--json`.",
                )
    return seeds


def _refuse_owned(mention: int) -> None:
    """A detention goes with its person: to erase it alone would leave what else they said."""
    row = m.Mention.objects.filter(position=mention, of__isnull=False).first()
    if row is not None:
        rules.refuse(rules.agreeing(row.kind, f"Entry {mention}", str(row.of)))


def _source_versions(source: int) -> set[int]:
    earlier = dict(m.Source.objects.values_list("position", "previous"))
    pairs = [(one, before) for one, before in earlier.items() if before in earlier]
    joined = components(earlier, [(one, before or 0) for one, before in pairs])
    return {one for one, first in joined.items() if first == joined[source]}


def _needs(whole: Graph, erased: Collection[int]) -> dict[int, Needs]:
    """The access needs of each entry that goes, as they stand now."""
    by_kind: dict[str, list[int]] = defaultdict(list)
    for position in erased:
        by_kind[_kind(whole, position)].append(position)
    labels: dict[int, str] = {}
    for kind, positions in by_kind.items():
        model = _LABELLED.get(kind)
        for chunk in in_pieces(sorted(positions)):
            if model is not None:
                rows = model._default_manager.filter(position__in=chunk)
                labels.update(rows.values_list("position", "label"))
    parts: dict[str, set[Need]] = defaultdict(set)
    for labels_chunk in in_pieces(sorted(set(labels.values()))):
        named = m.LabelPart.objects.filter(label__in=labels_chunk)
        for label, *part in named.values_list(
            "label", "compartment", "level", "consent_of", "gate_of"
        ):
            parts[label].add(need_of(*part))
    sealed: Needs = frozenset(
        {(None, 3)}
    )  # where no row says it (a withdrawal): as strict as can be
    return {
        position: frozenset(parts[labels[position]]) if position in labels else sealed
        for position in sorted(erased)
    }


def _strictest(things: Iterable[Thing]) -> int:
    levels = [second for t in things for first, second in t.needs if not isinstance(first, str)]
    return max(levels, default=1)


def _compartments(things: Iterable[Thing]) -> tuple[str, ...]:
    positions = {
        first
        for thing in things
        for first, _ in thing.needs
        if first is not None and not isinstance(first, str)
    }
    keys = m.Compartment.objects.filter(position__in=positions).order_by("key")
    return tuple(keys.values_list("key", flat=True))


def _objects(erased: Collection[int]) -> tuple[str, ...]:
    """The objects that belong to what goes and to nothing that stays."""
    going: set[str] = set()
    staying: set[str] = set()
    for model, field_name in (
        (m.Exhibit, "address"),
        (m.Layer, "address"),
        (m.Reading, "map_address"),
    ):
        rows = model._default_manager.exclude(**{field_name: ""})
        for position, address in rows.values_list("position", field_name).iterator():
            (going if position in erased else staying).add(address)
    return tuple(sorted(going - staying))


def _held(erased: Collection[int]) -> tuple[HoldInTheWay, ...]:
    """Holds on exhibits that go, that anything which goes is a part of, or that it cites."""
    exhibits: set[int] = set()
    for model in (m.Layer, m.Reading, m.Passage, m.CustodyEvent):
        for chunk in in_pieces(sorted(erased)):
            rows = model._default_manager.filter(position__in=chunk)
            exhibits.update(rows.values_list("exhibit", flat=True))
    for chunk in in_pieces(sorted(erased)):
        cited = m.ClaimPassage.objects.filter(claim__in=chunk).values("passage")
        rows = m.Passage.objects.filter(position__in=cited)
        exhibits.update(rows.values_list("exhibit", flat=True))
    exhibits.update(erased)
    holds = m.Hold.objects.filter(ended_at__isnull=True).order_by("position")
    return tuple(
        HoldInTheWay(hold.target, hold.authority, hold.position)
        for hold in holds
        if hold.target in exhibits
    )


def _parting(erased: Collection[int]) -> tuple[tuple[int, ...], ...]:
    """Groups of mentions that are one record now and would be several."""
    gone = [p for p in m.Mention.objects.values_list("position", flat=True) if p in erased]
    records: set[int] = set()
    for chunk in in_pieces(gone):
        rows = m.Mention.objects.filter(position__in=chunk)
        records.update(rows.values_list("canonical", flat=True))
    parting: list[tuple[int, ...]] = []
    for record in sorted(records):
        fellows = m.Mention.objects.filter(canonical=record).values_list("position", flat=True)
        staying = sorted(set(fellows) - set(erased))
        pairs = m.Judgement.objects.filter(
            verdict="same", ended_at__isnull=True, left__in=staying, right__in=staying
        ).values_list("left", "right")
        firsts = sorted(set(components(staying, pairs).values()))
        if len(firsts) > 1:
            parting.append(tuple(firsts))
    return tuple(parting)


def _neighbours(erased: Collection[int]) -> tuple[tuple[int, ...], dict[int, tuple[int, ...]]]:
    """Passages that stay beside ones that go: whose context holds their words, whose quote does."""
    gone: dict[int, list[m.Passage]] = defaultdict(list)
    for chunk in in_pieces(sorted(erased)):
        for passage in m.Passage.objects.filter(position__in=chunk, layer__isnull=False):
            if passage.layer not in erased:
                gone[passage.layer or 0].append(passage)
    trimmed: set[int] = set()
    overlapping: dict[int, tuple[int, ...]] = {}
    for layer, leaving in gone.items():
        for one in m.Passage.objects.filter(layer=layer).exclude(position__in=list(erased)):
            start, stop = one.start - len(one.prefix), one.stop + len(one.suffix)
            if any(start < other.stop and other.start < stop for other in leaving):
                trimmed.add(one.position)
            shared = tuple(
                other.position
                for other in leaving
                if one.start < other.stop and other.start < one.stop
            )
            if shared:
                overlapping[one.position] = shared
    return tuple(sorted(trimmed)), overlapping


def _given_out(erased: Collection[int]) -> tuple[tuple[int, str, str], ...]:
    """What custody events say has left the archive, of the exhibits that go."""
    events = m.CustodyEvent.objects.filter(event__in=OUTWARD).order_by("position")
    return tuple(
        (exhibit, event, agent)
        for exhibit, event, agent in events.values_list("exhibit", "event", "agent")
        if exhibit in erased
    )


def _exports(erased: Collection[int]) -> tuple[tuple[int, str, str], ...]:
    """The tables above public that left since any of it was there."""
    since = m.Export.objects.filter(size__gt=min(erased, default=0)).order_by("position")
    return tuple(since.values_list("position", "kinds", "level"))


def _others(erased: Collection[int]) -> dict[int, int]:
    """Exhibits that stay though passages of them go, with how many passages of others stay."""
    touched: set[int] = set()
    for chunk in in_pieces(sorted(erased)):
        rows = m.Passage.objects.filter(position__in=chunk)
        touched.update(rows.values_list("exhibit", flat=True))
    touched -= set(erased)
    return {
        exhibit: sum(
            position not in erased
            for position in m.Passage.objects.filter(exhibit=exhibit).values_list(
                "position", flat=True
            )
        )
        for exhibit in sorted(touched)
    }


@contextlib.contextmanager
def as_if_erased(what: ErasurePlan) -> Iterator[None]:
    """Inside, the archive stands as it would after the erasure; everything is taken back."""
    schema.prepare()
    with plain_errors(), holding_the_head():
        savepoint = transaction.savepoint()
        at = head()[0]
        bury(what, at)
        rebuilding.renew(erasures=Erasures({at: what.record}))
        try:
            yield
        finally:
            transaction.savepoint_rollback(savepoint)


def bury(what: ErasurePlan, erasure: int) -> None:
    """Put the tombstone of an erasure in place of what goes; take the context of what is beside."""
    for chunk in in_pieces(list(what.erased)):
        rows = m.ContentDisclosures.objects.filter(position__in=chunk)
        rows.update(disclosures=tombstone(erasure))
    for row in m.ContentDisclosures.objects.filter(position__in=what.trimmed):
        kept = [one for one in split(bytes(row.disclosures)) if read(one)[1] not in CONTEXT]
        row.disclosures = join(kept)
        row.save()
