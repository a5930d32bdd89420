"""Imports checked drafts: everything in one transaction, under one person's signature.

Objects are sealed first; then the entries are appended and the batch is closed by the
person's signature over the Merkle root of its entries. If anything fails, nothing of it is
in the ledger.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, gates, visible
from habeas.archive.exhibits.intake import (
    Received,
    SealedFile,
    record_with_layer,
    removed_unless_recorded,
    seal_all,
)
from habeas.archive.exhibits.same_bytes import exhibit_of, receive_again
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref, entry_id_at
from habeas.archive.ledger.trying import trying
from habeas.archive.opening import Archive
from habeas.archive.readings import layer_text
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verbs.referring import Marking, compartment_by_key
from habeas.custody.log.notes import Signer
from habeas.errors import HabeasError
from habeas.exchange import drafts as d
from habeas.exchange import owners, unnoticed
from habeas.exchange.checking import (
    CitedPlace,
    ImportPlan,
    PlannedClaim,
    Quote,
    check,
    exhibit_marking,
    interests_of,
)
from habeas.exchange.drafts import DraftRow, Drafts
from habeas.exchange.errors import ImportedAlready, ImportRefused, InputFault
from habeas.exchange.folder import read_folder
from habeas.vocabulary import values
from habeas.vocabulary.locations import Location

Progress = Callable[[str, int, int], None]


class _TakenBack(Exception):
    """Leaves what a trial sealed to be removed."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import wrote. ``list_position`` names it for `habeas retract`."""

    list_position: int
    exhibits: int
    sources: int
    mentions: int
    claims: int
    definitions: int
    size: int
    notes: tuple[str, ...] = ()  # what it brings that nobody may notice
    judgements: int = 0
    assessments: int = 0
    consents: int = 0
    groupings: int = 0


def import_folder(
    archive: Archive,
    directory: Path,
    person: Signer,
    *,
    again: bool = False,
    progress: Progress = lambda what, done, total: None,
) -> Imported:
    """Import a folder of CSV files."""
    return import_drafts(archive, read_folder(directory), person, again=again, progress=progress)


def import_drafts(
    archive: Archive,
    drafts: Drafts,
    person: Signer,
    *,
    again: bool = False,
    progress: Progress = lambda what, done, total: None,
) -> Imported:
    """Import drafts whole, or raise ``ImportRefused`` with every fault."""
    if not again:
        _refuse_twin(drafts)
    plan = check(archive, drafts, person.name.rpartition("/")[2])
    if plan.faults:
        raise ImportRefused(plan.faults)
    notes = (*drafts.notes, *unnoticed.in_drafts(drafts))
    sealed = _seal(archive, plan, progress)
    with (
        removed_unless_recorded(archive, list(sealed.values())),
        archive.writing(person) as batch,
    ):
        if not again:
            _refuse_twin(drafts)  # another process may have imported it meanwhile
        made = _Writer(archive, batch, plan, sealed, progress).write()
        return replace(made, notes=notes, **_decided(plan))


def preview(
    archive: Archive, drafts: Drafts, *, again: bool = False, person: str = ""
) -> tuple[dict[str, int], tuple[str, ...]]:
    """How much an import of the drafts would bring and what is to be noticed, or its faults.

    ``person``: the pseudonym of who would import them, '' where that is not known. Exhibits are
    counted as they are listed: whether one is held already is found when it is sealed.
    """
    if not again:
        _refuse_twin(drafts)
    plan = check(archive, drafts, person)
    if plan.faults:
        raise ImportRefused(plan.faults)
    if _confirms_its_own(plan):
        _try(archive, plan, person)
    kinds = (d.EXHIBITS, d.SOURCES, d.MENTIONS, d.CLAIMS)
    counts = {kind.name: len(drafts.rows(kind)) for kind in kinds}
    counts["definitions"] = len(drafts.definitions)
    counts |= _decided(plan)
    return counts, (*drafts.notes, *unnoticed.in_drafts(drafts))


def _confirms_its_own(plan: ImportPlan) -> bool:
    """Whether it says of pictures that it brings itself whom they show: what else is known of them
    is found only once they are there."""
    own = (row for row in plan.drafts.rows(d.ASSESSMENTS) if row["scheme"] == gates.DEPICTION)
    return any(not row["target"].startswith("#") for row in own)


def _try(archive: Archive, plan: ImportPlan, person: str) -> None:
    """Record all of it and take it back; refused for what the import would be refused for."""
    sealed = _seal(archive, plan, lambda what, done, total: None)
    with (
        contextlib.suppress(_TakenBack),
        removed_unless_recorded(archive, list(sealed.values())),
    ):
        with trying(archive) as batch:
            batch.pseudonym = person
            _Writer(archive, batch, plan, sealed, lambda what, done, total: None).write()
        raise _TakenBack


def _decided(plan: ImportPlan) -> dict[str, int]:
    """How many judgements, assessments and consents an import brings."""
    same = sum(bool(row["same_as"]) for row in plan.drafts.rows(d.MENTIONS))
    return {
        "judgements": same + len(plan.drafts.rows(d.JUDGEMENTS)),
        "assessments": len(plan.drafts.rows(d.ASSESSMENTS)),
        "consents": len(plan.drafts.rows(d.CONSENTS)),
        "groupings": len(plan.drafts.rows(d.GROUPINGS)),
    }


def _refuse_twin(drafts: Drafts) -> None:
    if drafts.held:
        raise ImportedAlready(
            drafts.held,
            next_step="Nothing was imported. Retract that list first, or use `--again` if you mean "
            "it.",
        )
    twin = visible(OWNER, m.List).filter(digest=drafts.digest, ended_at__isnull=True).first()
    if twin is not None:
        raise ImportedAlready(
            f"{drafts.origin} was imported as list {twin.position}, with these very files.",
            next_step="Nothing was imported. Use `--again` if you mean it.",
        )


def _seal(archive: Archive, plan: ImportPlan, progress: Progress) -> dict[str, SealedFile]:
    """Seal the exhibits that are new; a file that is an exhibit already is not sealed twice."""
    for row in plan.drafts.rows(d.EXHIBITS):
        file = plan.exhibits[row["id"]]
        plan.exhibits[row["id"]] = replace(file, marking=exhibit_marking(row))
    new = {
        name: file
        for name, file in plan.exhibits.items()
        if exhibit_of(file.path, file.marking.label) is None
    }
    refused: list[tuple[Path, HabeasError]] = []
    done = 0

    def count(path: Path) -> None:
        nonlocal done
        done += 1
        progress("Sealing", done, len(new))

    sealed = seal_all(archive, list(new.values()), refused, count)
    if refused:
        raise ImportRefused([InputFault(str(path), 0, "", str(error)) for path, error in refused])
    return dict(zip(new, sealed, strict=True))


class _Writer:
    """Appends the plan's rows in an order in which each finds what it refers to."""

    def __init__(
        self,
        archive: Archive,
        batch: Batch,
        plan: ImportPlan,
        sealed: dict[str, SealedFile],
        progress: Progress,
    ) -> None:
        self.archive, self.batch, self.plan = archive, batch, plan
        self.sealed, self.progress = sealed, progress
        self.refs: dict[str, Ref] = {}
        self.layers: dict[str, tuple[Ref, str]] = {}
        self.passages: dict[tuple[Quote, Marking], Ref] = {}
        self.places: dict[tuple[str, Location, Marking], Ref] = {}

    def write(self) -> Imported:
        drafts, batch = self.plan.drafts, self.batch
        self.list = verbs.begin_list(batch, drafts.name, drafts.digest)
        for row in drafts.rows(d.EXHIBITS):
            self._exhibit(row)
        for row in drafts.rows(d.SOURCES):
            self._source(row)
        for row in drafts.rows(d.SOURCES):
            for repeats in row["repeats"].split():
                verbs.lineage(
                    batch, self.refs[row["id"]], self._ref(repeats), marking=self._marking(row)
                )
        for row in owners.owners_first(drafts.rows(d.MENTIONS)):
            self._mention(row)
        for done, claim in enumerate(self.plan.claims, 1):
            self._claim(claim)
            self.progress("Claims", done, len(self.plan.claims))
        self._decisions()
        for definition, text in self.plan.definitions:
            verbs.define(
                batch,
                key=definition.key,
                title=definition.title,
                kind=definition.kind,
                text=text,
                marking=Marking(handling=definition.handling, list=self.list),
            )
        batch.sign_batch()
        batch.flush()
        return Imported(
            self.list.position,
            len(drafts.rows(d.EXHIBITS)),
            len(drafts.rows(d.SOURCES)),
            len(drafts.rows(d.MENTIONS)),
            len(self.plan.claims),
            len(self.plan.definitions),
            batch.size,
        )

    def _ref(self, name: str) -> Ref:
        known = self.refs.get(name)
        if known is None:
            position = int(name.removeprefix("#"))
            known = self.refs[name] = Ref(entry_id_at(position), position)
        return known

    def _marking(self, row: DraftRow, handling: str = "team") -> Marking:
        key = row["compartment"]
        compartment = compartment_by_key(self.batch, key) if key else None
        return Marking(compartment, row["handling"] or handling, self.list)

    def _exhibit(self, row: DraftRow) -> None:
        name = row["id"]
        file = self.sealed.get(name)
        if file is None:
            self._known_exhibit(name, self.plan.exhibits[name])
            return
        marking = replace(file.received.marking, list=self.list)
        file = replace(file, received=replace(file.received, marking=marking))
        self.refs[name], layer = record_with_layer(self.batch, file)
        if layer is not None and file.text is not None:
            self.layers[name] = (layer, file.text)

    def _known_exhibit(self, name: str, file: Received) -> None:
        position = exhibit_of(file.path, file.marking.label)
        if position is None:
            raise ImportRefused(
                [InputFault(file.name, 0, "", "The file changed while it was imported.")]
            )
        self.refs[name] = Ref(entry_id_at(position), position)
        receive_again(self.batch, position, file)

    def _source(self, row: DraftRow) -> None:
        self.refs[row["id"]] = verbs.source(
            self.batch,
            row["code"],
            row["kind"],
            name=row["name"],
            about=row["about"],
            url=row["url"],
            interests=[{"kind": k, "text": t} for k, t in interests_of(row["interests"])],
            marking=self._marking(row),
        )

    def _mention(self, row: DraftRow) -> None:
        self.refs[row["id"]] = verbs.mention(
            self.batch,
            row["kind"],
            row["caption"],
            language=row["language"],
            script=row["script"],
            list=self.list,
            row=row["id"],
            of=self._ref(row["of"]) if row["of"] else None,
            marking=self._marking(row),
        )

    def _claim(self, claim: PlannedClaim) -> None:
        row = claim.row
        marking = self._marking(row)
        value = claim.value
        if claim.ref:
            value = values.reference(self._ref(claim.ref).entry_id, value)
        assert value is not None  # noqa: S101  (a plan without faults has every value)
        speaker = Attribution(
            self._ref(row["source"]),
            row["basis"] or "not-stated",
            row["how"],
            row["said"],
            row["where"],
        )
        self.refs[row["id"]] = verbs.claim(
            self.batch,
            self._ref(row["subject"]),
            row["property"],
            value,
            [speaker, *(Attribution(self._ref(name)) for name in claim.through)],
            stance=row["stance"] or "asserts",
            holds=row["holds"],
            passages=[
                *(self._passage(quote, marking) for quote in claim.quotes),
                *(self._located(place, marking) for place in claim.places),
                *map(self._ref, claim.passages),
            ],
            list=self.list,
            row=row["id"],
            note=row["note"],
            marking=marking,
        )

    def _passage(self, quote: Quote, marking: Marking) -> Ref:
        # One passage for each marking: a claim is as strict as its passages, and must not
        # become stricter because another claim quotes the same words.
        known = self.passages.get((quote, marking))
        if known is None:
            layer, text = self._layer(quote.exhibit)
            if text[quote.start : quote.stop] != quote.text:
                raise ImportRefused(
                    [InputFault(quote.exhibit, 0, "", "The file changed while it was imported.")]
                )
            known = self.passages[quote, marking] = verbs.cite(
                self.batch,
                self._ref(quote.exhibit),
                layer,
                text,
                quote.start,
                quote.stop,
                marking=marking,
            )
        return known

    def _located(self, place: CitedPlace, marking: Marking) -> Ref:
        known = self.places.get((place.exhibit, place.location, marking))
        if known is None:
            found = place.found
            known = self.places[place.exhibit, place.location, marking] = verbs.locate(
                self.batch,
                self._ref(place.exhibit),
                place.location,
                reading=None
                if found is None or found.reading is None
                else self._ref(f"#{found.reading.position}"),
                words=None if found is None else found.range,
                marking=marking,
            )
        return known

    def _layer(self, name: str) -> tuple[Ref, str]:
        if name not in self.layers:
            exhibit = self._ref(name).position
            newest = visible(OWNER, m.Layer).filter(exhibit=exhibit).order_by("-position").first()
            if newest is None:
                raise ImportRefused([InputFault(name, 0, "", "The exhibit has no text.")])
            ref = Ref(entry_id_at(newest.position), newest.position)
            self.layers[name] = (ref, layer_text(self.archive, newest))
        return self.layers[name]

    def _decisions(self) -> None:
        drafts, batch = self.plan.drafts, self.batch
        for row, left, right, verdict in owners.joining(self.plan.names):
            verbs.judge(
                batch,
                self._ref(left),
                self._ref(right),
                verdict,
                row["reason"],
                marking=self._marking(row),
            )
        for row in drafts.rows(d.GROUPINGS):
            verbs.group(
                batch,
                self._ref(row["episode"]),
                [self._ref(name) for name in row["claims"].split()],
                row["reason"],
                marking=self._marking(row),
            )
        for row in drafts.rows(d.ASSESSMENTS):
            known = self.plan.names.find(row, "target", row["target"], "claim", "source")
            assert known is not None  # noqa: S101  (checked)
            verbs.assess(
                batch,
                self._ref(row["target"]),
                known.what,
                row["scheme"],
                row["grade"],
                row["reason"],
                marking=self._marking(row),
            )
        for row in drafts.rows(d.CONSENTS):
            verbs.consent(
                batch,
                self._ref(row["subject"]),
                basis=row["basis"],
                audience=row["audience"],
                scope=row["scope"],
                purposes=row["purposes"].split(),
                expires=row["expires"],
                at_risk=row["at_risk"],
                reason=row["reason"],
                marking=self._marking(row),
            )
