"""Appending: the one write path.

A ``Batch`` lives inside one database transaction that holds the head of the ledger, so
its positions follow without a gap and are taken back when it fails. Entries are signed as
they are appended and written, with their disclosures and projections, a thousand at a
time. Nothing outside this module inserts into a ledger or content table (sealing's object
keys excepted, which go through ``Batch.keep_object``).
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from habeas.archive.errors import EntryRefused, PersonNeeded, TrustRefused
from habeas.archive.kinds import KINDS
from habeas.archive.ledger.committed_entries import Ref, head
from habeas.archive.ledger.submissions import CLOSING, ProposedEntry, SignedEntries, Submission
from habeas.archive.models import ContentDisclosures, ContentObjectKey, Key, LedgerEntry, LocalState
from habeas.archive.projection.projecting import project
from habeas.archive.projection.projector import Projector
from habeas.archive.projection.trusted_people import so_far
from habeas.archive.store.facts import Fact
from habeas.archive.store.rows import insert
from habeas.custody.log.entries import Composed, parse_entry
from habeas.custody.log.merkle import root_of
from habeas.custody.trust.persons import ReadEntry, said
from habeas.custody.trust.rules import GOVERNED, Ruling, TrustState

if TYPE_CHECKING:
    from habeas.archive.opening import Archive
    from habeas.custody.log.notes import Signer
    from habeas.custody.objects.object_store import Sealed
    from habeas.vocabulary.schema import Schema

FLUSH_EVERY = 4000


class Batch:
    """Entries being appended in one transaction. Made by ``Archive.writing``."""

    def __init__(
        self, archive: Archive, person: Signer | None, submission: Submission | None = None
    ) -> None:
        self.archive = archive
        self.person = person
        self.pseudonym = "" if person is None else person.name.rpartition("/")[2]
        self.taken_back = False  # of a trial (``trying``), which nobody signs
        self.first, self._time = head()
        self.proposed: list[ProposedEntry] | None = None  # of a trial that somebody will sign
        self._signed: SignedEntries | None = None
        if submission is not None:
            self._time = self._now()
            self._signed = SignedEntries(archive, submission, self._time)
            self.pseudonym = self._signed.pseudonym
        self._composer = archive.composer(self.first)
        self._next = self.first
        self._projector = Projector()
        self._entries: list[tuple[Any, ...]] = []
        self._content: list[tuple[Any, ...]] = []
        self._object_keys: list[tuple[Any, ...]] = []
        self._facts: list[Fact] = []
        self._hashes: list[bytes] = []
        # What verbs have looked up in this batch, so that each thing is looked up once.
        self.compartments: dict[str, Ref] = {}
        self.mention_kinds: dict[str, str] = {}
        self.layer_exhibits: dict[int, int] = {}
        self.vocabularies: set[str] = set()
        self.vocabulary: Schema | None = None
        self.ended_sources: set[int] | None = None
        self.closed_lists: set[int] | None = None
        self.ended_words: set[int] | None = None  # files of lines nobody vouches for any more
        self._trust: TrustState | None = None
        if (
            person is not None
            and not Key.objects.filter(
                holder=self.pseudonym,
                role="person",
                verifier=person.verifier.vkey,
                ended_at__isnull=True,
            ).exists()
        ):
            raise PersonNeeded(
                f"The key of {self.pseudonym} is not granted in this archive, or no longer.",
                next_step="Use a key from `habeas people`.",
            )

    @property
    def trust(self) -> TrustState:
        """Who may sign what, with all that this batch has appended."""
        if self._trust is None:
            self.flush()
            self._trust = so_far(self.archive.origin)
        return self._trust

    @property
    def size(self) -> int:
        """The size of the ledger with what this batch has appended."""
        return self._next

    def append(
        self,
        kind: str,
        fields: dict[str, Any],
        *,
        object_sha256: str | None = None,
        decision: bool = False,
    ) -> Ref:
        """Append one entry; ``decision`` makes the acting person sign it as well.

        Fields that are empty strings or None are left out: absent means not stated.
        """
        given = {name: value for name, value in fields.items() if value is not None and value != ""}
        known = KINDS[kind]
        if not given.keys() <= known.allowed:
            unknown = min(given.keys() - known.allowed)
            raise EntryRefused(f"An entry of kind {kind} has no field {unknown!r}.")
        if not known.required <= given.keys():
            lacking = min(known.required - given.keys())
            raise EntryRefused(f"An entry of kind {kind} needs the field {lacking!r}.")
        signed_by: tuple[Signer, ...] = ()
        if decision or known.decision:
            signed_by = self._cosigners(kind)
            if self.pseudonym:
                given["person"] = self.pseudonym
        given["kind"] = kind
        self._time = self._now()
        if self._signed is None:
            composed = self._composer.compose(
                self._time, list(given.items()), object_sha256=object_sha256, cosigners=signed_by
            )
        else:
            composed = self._signed.take(self._composer, self._time, given, object_sha256)
        return self._add(composed, given, object_sha256)

    def _now(self) -> int:
        if self._signed is not None:  # in date when it was accepted, however long the act takes
            return self._time
        return max(int(time.time()), self._time)

    def _add(self, composed: Composed, given: dict[str, Any], object_sha256: str | None) -> Ref:
        position, kind = self._next, given["kind"]
        closing = None if self._signed is None else self._signed.closing
        verdict = None
        if kind in GOVERNED:
            entry = said(parse_entry(composed.note), position, given, closing)
            if self.taken_back:  # judged as if it were signed
                entry = replace(entry, signed_by=lambda keys: next(iter(keys), None))
            verdict = self._judged(entry, kind)
        if self.proposed is not None:
            self.proposed.append(ProposedEntry(composed.entry_id, given, object_sha256))
        self._next += 1
        self._entries.append(
            (position, composed.entry_id, self._time, composed.leaf_hash, composed.note)
        )
        self._content.append((position, composed.disclosures))
        self._facts.append(
            Fact(
                position,
                composed.entry_id,
                self._time,
                object_sha256,
                given,
                note=composed.note,
                verdict=verdict,
                closing=None if kind == CLOSING else closing,
            )
        )
        self._hashes.append(composed.leaf_hash)
        if len(self._entries) >= FLUSH_EVERY:
            self.flush()
        return Ref(composed.entry_id, position)

    def _judged(self, entry: ReadEntry, kind: str) -> Ruling:
        """Refuse here, before it stands for ever, what ``verify`` would call a fault."""
        verdict = self.trust.judge(entry)
        if verdict.problem is not None and not self.taken_back:
            raise TrustRefused(
                f"This {kind} cannot be recorded: it {verdict.problem.words}.",
                next_step=verdict.problem.next_step or "Nothing was recorded.",
            )
        self.trust.learn(entry, verdict)
        return verdict

    def _cosigners(self, kind: str) -> tuple[Signer, ...]:
        if self.taken_back or self._signed is not None:
            return ()
        if self.person is None:
            raise PersonNeeded(
                f"A {kind} is a decision and must be signed by a person.",
                next_step="Make a key with `habeas people add`; use `--as` to choose whose key "
                "signs.",
            )
        return (self.person,)

    def sign_batch(self) -> Ref:
        """Close an import: one person's signature over the root of all entries of this batch."""
        root = root_of(self._hashes).hex()
        return self.append(
            "batch", {"first": self.first, "count": self._next - self.first, "root": root}
        )

    def finish(self) -> None:
        """Write what is left; a submission is closed, and all of it must have been appended."""
        if self._signed is not None:
            closed = self._signed.close(self._composer, self._time, self._next)
            if closed is not None:
                self._add(*closed, None)
        self.flush()

    def keep_object(self, sealed: Sealed) -> None:
        """Keep the wrapped key of a sealed object; its bytes are durable already."""
        if not self._object_keys:  # an epoch that ended meanwhile must not be wrapped in
            self.archive.keyring.refresh()
        epoch, wrapped = self.archive.keyring.wrap(sealed.identity, sealed.address)
        self._object_keys.append((sealed.address, epoch, wrapped))

    def replayed(self) -> None:
        """The projections were made anew in this transaction: forget what was looked up."""
        self._projector = Projector()
        self._trust = None
        self.compartments.clear()
        self.mention_kinds.clear()
        self.layer_exhibits.clear()
        self.ended_sources = self.closed_lists = self.ended_words = None

    def flush(self) -> None:
        """Write what was appended, so that queries inside the batch see it."""
        insert(ContentObjectKey, self._object_keys)
        insert(LedgerEntry, self._entries)
        insert(ContentDisclosures, self._content)
        project(self._projector, self._facts)
        self._projector.flush()
        self._entries, self._content, self._facts, self._object_keys = [], [], [], []
        LocalState.objects.filter(name="projected").update(value=str(self._next))
