"""The rows that are being projected: buffered, labelled, and with what they refer to looked up.

A ``Projector`` knows no kind of entry; the module of each kind is handed one, and ``projecting``
runs them. Invariants: a reference is to something projected before; a row is as strict as its
parts; what is erased is found only where a replay meets it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import models as orm

from habeas.archive import models as m
from habeas.archive import regions
from habeas.archive.access.consents import Agreements
from habeas.archive.access.gates import Gates
from habeas.archive.access.labels import LEVELS, LabelWriter
from habeas.archive.access.under_names import LookedAt, looked_at
from habeas.archive.errors import UnknownReference
from habeas.archive.kinds import IMPORTED, ROWS_OF
from habeas.archive.projection.erased_entries import Erasures
from habeas.archive.readings import end_former_readings
from habeas.archive.store import schema
from habeas.archive.store.facts import Fact, Fields
from habeas.archive.store.pieces import in_pieces
from habeas.archive.store.rows import columns, insert
from habeas.custody.trust.persons import Speakers
from habeas.custody.trust.rules import Ruling, TrustState
from habeas.vocabulary.region import Region

#: Which fields of which kind refer to what.
_REFERENCES: dict[str, tuple[tuple[str, type[m.Projection]], ...]] = {
    "custody": (("exhibit", m.Exhibit), ("derived", m.Exhibit)),
    "layer": (("exhibit", m.Exhibit),),
    "reading": (("exhibit", m.Exhibit), ("layer", m.Layer), ("within", m.Reading)),
    "passage": (("exhibit", m.Exhibit), ("layer", m.Layer)),
    "location": (("exhibit", m.Exhibit), ("reading", m.Reading), ("layer", m.Layer)),
    "transcript": (
        *(("exhibit", m.Exhibit), ("of", m.Exhibit), ("reading", m.Reading)),
        *(("source", m.Source), ("translates", m.Transcript)),
    ),
    "source": (("previous", m.Source),),
    "lineage": (("source", m.Source), ("repeats", m.Source)),
    "list": (("exhibit", m.Exhibit),),
    "mention": (("list", m.List), ("of", m.Mention)),
    "claim": (("subject", m.Mention), ("list", m.List), ("previous", m.Claim)),
    "judgement": (("left", m.Mention), ("right", m.Mention)),
    "grouping": (("episode", m.Mention),),
    "acceptance": (("list", m.List),),
    "picture-hash": (("exhibit", m.Exhibit),),
    "picture-reference": (("list", m.List),),
}


def _defaults(model: type[orm.Model]) -> tuple[Any, ...]:
    return tuple(f.get_default() for f in model._meta.concrete_fields if f.column)


class Projector:
    """Turns facts into rows, in order. Use inside one transaction; call ``flush`` at its end.

    ``erasures`` is given by a replay, which meets entries that refer to erased ones. What is
    appended now may not.
    """

    def __init__(self, erasures: Erasures | None = None) -> None:
        self.rows: dict[type[orm.Model], list[list[Any]]] = defaultdict(list)
        self.erasures = erasures
        self._known: dict[type[m.Projection], dict[str, tuple[int, str]]] = defaultdict(dict)
        self.reread: set[int] = set()  # exhibits with a reading since the last flush
        self._seen: dict[int, LookedAt | None] = {}  # by passage
        self.looked_at: set[int] = set()  # exhibits that claims show, since the last flush
        self.agreements = Agreements()
        self.gates = Gates()
        self.labels = LabelWriter(self.agreements.until, self.agreements.is_new, self.gates.is_open)
        self.trust: TrustState | None = None
        self.speakers = Speakers()  # behind entries of format 2
        self._region: Region | None = None
        self.verdict = Ruling()  # of the governed entry that is being projected
        self._defaults = {model: _defaults(model) for model in schema.projections()}
        self._places = {
            model: {name: index for index, name in enumerate(columns(model))}
            for model in self._defaults
        }

    @property
    def region(self) -> Region:
        """The regions in force for what is projected now."""
        if self._region is None:
            self._region = regions.chosen()
        return self._region

    @region.setter
    def region(self, chosen: Region) -> None:
        self._region = chosen

    def flush(self) -> None:
        """Write what is buffered."""
        self.labels.flush()
        for model, rows in self.rows.items():
            insert(model, rows)
        self.rows.clear()
        end_former_readings(self.reread)
        self.reread.clear()
        self.looked_at.clear()
        self.agreements.written()

    # --- references ----------------------------------------------------------------------

    def position_of(self, model: type[m.Projection], entry_id: str) -> int:
        """The ledger position of the thing that an entry id names."""
        return self.find(model, entry_id)[0]

    def label_of(self, model: type[m.Projection], entry_id: str) -> str:
        return self.find(model, entry_id)[1]

    def find(self, model: type[m.Projection], entry_id: str) -> tuple[int, str]:
        found = self._known[model].get(entry_id)
        if found is None:
            self._look_up(model, [entry_id])
            found = self._known[model].get(entry_id)
        if found is None:
            found = self._erased(model, entry_id)
        if found is None:
            raise UnknownReference(
                f"Entry {entry_id} is not a {model.__name__.lower()} of this archive.",
                next_step="Refer to something that was appended before.",
            )
        return found

    def found(
        self, model: type[m.Projection], entry_ids: Sequence[str]
    ) -> dict[str, tuple[int, str]]:
        """Position and label of those of the things that are there."""
        known = self._known[model]
        missing = sorted({i for i in entry_ids if i not in known})
        for some in in_pieces(missing):
            self._look_up(model, some)
        return {i: known[i] for i in entry_ids if i in known}

    def learn(self, facts: Sequence[Fact]) -> None:
        """Look up in bulk what the facts refer to."""
        wanted: dict[type[m.Projection], set[str]] = defaultdict(set)
        for fact in facts:
            fields = fact.fields
            for name, model in _REFERENCES.get(fields.get("kind", ""), ()):
                if name in fields:
                    wanted[model].add(fields[name])
            if "compartment" in fields:
                wanted[m.Compartment].add(fields["compartment"])
            if "list" in fields:
                wanted[m.List].add(fields["list"])
            if fields.get("kind") == "grouping":
                wanted[m.Claim].update(fields["claims"])
            if fields.get("kind") == "claim":
                wanted[m.Source].update(step["source"] for step in fields["attribution"])
                wanted[m.Passage].update(fields.get("passages", ()))
                if "mention" in fields["value"]:
                    wanted[m.Mention].add(fields["value"]["mention"])
        own = {fact.entry_id for fact in facts}
        for model, ids in wanted.items():
            known = self._known[model]
            if len(known) > 300_000:
                known.clear()
            missing = [i for i in ids if i not in known and i not in own]
            for some in in_pieces(missing):
                self._look_up(model, some)

    def _look_up(self, model: type[m.Projection], entry_ids: Sequence[str]) -> None:
        by_position = dict(
            m.LedgerEntry.objects.filter(entry_id__in=entry_ids).values_list("position", "entry_id")
        )
        for position, label in model._default_manager.filter(position__in=by_position).values_list(
            "position", "label"
        ):
            self._known[model][by_position[position]] = (position, label)

    def _erased(self, model: type[m.Projection], entry_id: str) -> tuple[int, str] | None:
        """A thing that was erased: what rests on it stays as strict as it was.

        Only a replay meets one: nothing new may refer to it.
        """
        found = None if self.erasures is None else self.erasures.thing(entry_id)
        if found is None or ROWS_OF.get(found.kind, found.kind) != model.__name__.lower():
            return None
        self._known[model][entry_id] = found.position, self.labels.intern(found.needs)
        return self._known[model][entry_id]

    def add(self, model: type[m.Projection], fact: Fact, label: str, **given: Any) -> None:
        self._known[model][fact.entry_id] = (fact.position, label)
        self.row(model, position=fact.position, label=label, **given)

    def cited(self, passage: int, exhibit: int, inner_path: str, form: str, place: str) -> None:
        """A passage was made; claims that cite it may show a picture."""
        if len(self._seen) > 300_000:
            self.flush()
            self._seen.clear()
        self._seen[passage] = looked_at(exhibit, inner_path, form, place)

    def seen_in(self, passages: Sequence[int]) -> set[LookedAt]:
        """The files that are looked at, rather than read, in some passages."""
        missing = [each for each in passages if each not in self._seen]
        for some in in_pieces(missing):
            rows = m.Passage.objects.filter(position__in=some)
            for row in rows.values_list("position", "exhibit", "inner_path", "form", "place"):
                self.cited(*row)
        found = (self._seen.get(each) for each in passages)
        return {file for file in found if file is not None}

    def relabelled(self, model: type[m.Projection], positions: Sequence[int]) -> None:
        """Rows in the database have another label now: forget the one that is remembered."""
        known = self._known[model]
        for chunk in in_pieces(positions):
            rows = m.LedgerEntry.objects.filter(position__in=chunk)
            for entry_id in rows.values_list("entry_id", flat=True):
                known.pop(entry_id, None)

    def row(self, model: type[orm.Model], **given: Any) -> None:
        row = list(self._defaults[model])
        places = self._places[model]
        for name, value in given.items():
            row[places[name]] = value
        self.rows[model].append(row)

    def own_label(
        self, fields: Fields, consent_of: int | None = None, gate_of: int | None = None
    ) -> str:
        compartment = fields.get("compartment")
        position = None if compartment is None else self.position_of(m.Compartment, compartment)
        level = LEVELS[fields.get("handling", "team")]
        if "list" in fields and fields["kind"] in IMPORTED:
            came_with = self.position_of(m.List, fields["list"])
            gate_of = came_with if self.gates.of_list(came_with) else gate_of
        return self.labels.of(position, level, consent_of, gate_of)

    def join(self, *labels: str) -> str:
        return self.labels.join(*labels)

    def maybe(self, model: type[m.Projection], entry_id: str | None) -> int | None:
        return None if entry_id is None else self.position_of(model, entry_id)
