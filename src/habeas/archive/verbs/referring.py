"""How verbs refer to things: by ``Ref`` or ledger position, and how they are marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from habeas.archive import models as m
from habeas.archive import rules
from habeas.archive.access.labels import LEVEL_NAMES, LEVELS, label_id
from habeas.archive.errors import AlreadyEnded, UnknownReference
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref, entry_id_at
from habeas.archive.store.facts import facts

Thing = Ref | int


@dataclass(frozen=True, slots=True)
class Marking:
    """The compartment (None: the archive's main one) and handling level of a thing.

    ``list``: with which it came, where it waits for the acceptance of that list
    (``kinds.IMPORTED``).
    """

    compartment: Ref | None = None
    handling: str = "team"
    list: Ref | None = None

    def fields(self, batch: Batch) -> dict[str, str]:
        """The fields that every entry of a thing carries: two, and its list."""
        rules.refuse(rules.handling(self.handling))
        compartment = self.compartment or main_compartment(batch)
        found = {"compartment": compartment.entry_id, "handling": self.handling}
        return found if self.list is None else {**found, "list": self.list.entry_id}

    @property
    def label(self) -> str:
        """The access label of what is so marked, names nobody and waits for nothing."""
        compartment = self.compartment or find_compartment("main")
        return label_id(frozenset(((compartment.position, LEVELS[self.handling]),)))


TEAM = Marking()


def marking_as_exhibit(exhibit: m.Exhibit) -> Marking:
    """The marking of an exhibit, which its text, passages and transcripts have too.

    What was done with it has another, and so has a redacted copy: ``marking_never_public``.
    """
    need = m.LabelPart.objects.filter(label=exhibit.label, level__isnull=False).first()
    if need is None or need.level is None:
        return Marking(handling="sealed")
    compartment = need.compartment
    ref = None if compartment is None else Ref(entry_id_at(compartment), compartment)
    return Marking(ref, LEVEL_NAMES[need.level])


def marking_never_public(row: m.Projection) -> Marking:
    """The marking of an event about a thing: that of the thing, and never public.

    Who copied a public exhibit, and for whom, is not public with it. A redacted copy begins like
    this too (``exhibits.blocking``); its text, passages and transcripts do not
    (``marking_as_exhibit``).
    """
    fields = facts(row.position, row.position + 1)[0].fields
    compartment = fields.get("compartment")
    handling = str(fields.get("handling", "team")).replace("public", "team")
    if compartment is None:
        return Marking(handling=handling)
    position = m.LedgerEntry.objects.values_list("position", flat=True).get(entry_id=compartment)
    return Marking(Ref(str(compartment), position), handling)


def main_compartment(batch: Batch) -> Ref:
    """The compartment that every archive begins with."""
    return compartment_by_key(batch, "main")


def compartment_by_key(batch: Batch, key: str) -> Ref:
    """A compartment that exists, by its key."""
    cached = batch.compartments.get(key)
    if cached is None:
        batch.flush()
        cached = batch.compartments[key] = find_compartment(key)
    return cached


def find_compartment(key: str) -> Ref:
    """The same, outside a batch."""
    found = m.Compartment.objects.filter(key=key).values_list("position", flat=True).first()
    if found is None:
        keys = m.Compartment.objects.values_list("key", flat=True)
        raise UnknownReference(
            f"No compartment named {key!r}.",
            next_step=f"Use one of: {', '.join(sorted(keys))}.",
        )
    return Ref(entry_id_at(found), found)


def ref(batch: Batch, thing: Thing, model: type[m.Projection]) -> Ref:
    """The thing as a ``Ref``; a position must be one of the model's rows."""
    if isinstance(thing, Ref):
        return thing
    batch.flush()
    if not model._default_manager.filter(position=thing).exists():
        raise UnknownReference(
            f"Entry {thing} is not a {model.__name__.lower()}.",
            next_step="Look up its number on its page or with `--json`.",
        )
    return Ref(entry_id_at(thing), thing)


def kind_of(batch: Batch, mention: Ref) -> str:
    """The kind of record of a mention, which must stand."""
    kind = batch.mention_kinds.get(mention.entry_id)
    if kind is None:
        if mention.position >= batch.first:
            batch.flush()
        kind = _learn_kind(batch, m.Mention.objects.get(position=mention.position), mention)
    return kind


def kind_by_id(batch: Batch, entry_id: str) -> str:
    """The same, of the mention that a value names."""
    if entry_id in batch.mention_kinds:
        return batch.mention_kinds[entry_id]
    row = _mention_by_id(entry_id)
    if row is None:  # of this batch: to write it for each reference would cost its speed
        batch.flush()
        row = _mention_by_id(entry_id)
    if row is None:
        raise UnknownReference(
            f"Entry {entry_id} is not a mention of this archive.",
            next_step="Refer to something that was appended before.",
        )
    return _learn_kind(batch, row, Ref(entry_id, row.position))


def _mention_by_id(entry_id: str) -> m.Mention | None:
    """Asked in SQL, because it is asked for each reference of an import: to have Django write the
    same query anew takes ten times as long as to answer it."""
    rows = m.Mention.objects.raw(
        "SELECT named.* FROM projection_mention named JOIN ledger_entry entry"
        " ON entry.position = named.position WHERE entry.entry_id = %s",
        [entry_id],
    )
    return next(iter(rows), None)


def _learn_kind(batch: Batch, row: m.Mention, mention: Ref) -> str:
    if row.ended_at is not None:
        refuse_ended(batch, mention, m.Mention)
    batch.mention_kinds[mention.entry_id] = row.kind
    return row.kind


def refuse_ended(batch: Batch, thing: Ref, model: type[m.Projection]) -> None:
    """Refuse to act on something that was retracted, superseded or withdrawn."""
    batch.flush()
    row: Any = model._default_manager.filter(position=thing.position).first()
    if row is not None and row.ended_at is not None:
        reason, valid = why_ended(row)
        raise AlreadyEnded(reason, next_step=valid)


def why_ended(row: Any) -> tuple[str, str]:
    """How and why something that is not current ended, and what to do instead."""
    why = m.Retraction.objects.filter(position=row.ended_at).values_list("reason", flat=True)
    reason = f" Why: {found.rstrip('.')}." if (found := why.first()) else ""
    what = f"The {type(row).__name__.lower()} at entry {row.position}"
    return (
        f"{what} was {row.ended_by} at entry {row.ended_at}.{reason}",
        "Refer to the current one.",
    )


def refuse_closed_list(batch: Batch, of: Ref | None) -> None:
    """Refuse to add to a list that was retracted, because what it added would not be taken back, or
    accepted, because nobody looked at what would come."""
    if of is None:
        return
    if batch.closed_lists is None:
        batch.flush()
        ended = m.List.objects.filter(ended_at__isnull=False)
        accepted = m.Acceptance.objects.filter(ended_at__isnull=True)
        batch.closed_lists = {
            *ended.values_list("position", flat=True),
            *accepted.values_list("list", flat=True),
        }
    if of.position in batch.closed_lists:
        refuse_ended(batch, of, m.List)
        raise AlreadyEnded(
            f"The list at entry {of.position} was accepted as it is; no one would have looked at "
            "what is added now.",
            next_step="Begin another list.",
        )


def retracted_words() -> set[int]:
    """The files of transcripts that were all retracted: nobody's words any more."""
    rows = m.Transcript.objects.values_list("transcript", "ended_at")
    standing = {file for file, ended_at in rows if ended_at is None}
    return {file for file, _ in rows} - standing


def last_transcript(file: int) -> m.Transcript:
    """The latest that this file was recorded as."""
    return m.Transcript.objects.filter(transcript=file).order_by("-position")[0]


def refuse_retracted_words(batch: Batch, passages: Sequence[Ref]) -> None:
    """Refuse to cite lines whose every transcript was retracted."""
    if not passages:
        return
    if batch.ended_words is None:
        batch.flush()
        batch.ended_words = retracted_words()
    if not batch.ended_words:
        return
    batch.flush()
    cited = m.Passage.objects.filter(
        position__in=[passage.position for passage in passages], exhibit__in=batch.ended_words
    )
    if (file := cited.values_list("exhibit", flat=True).first()) is not None:
        last = last_transcript(file)
        refuse_ended(batch, Ref(entry_id_at(last.position), last.position), m.Transcript)
