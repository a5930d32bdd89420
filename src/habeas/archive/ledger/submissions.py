"""Submissions: entries that a person signed on a machine of their own (entry format 2).

``trying.proposed`` gives what an act would append; the person draws up statements of exactly that
and signs; ``Archive.writing`` is given the submission, the act is repeated, and each entry that it
appends must be the next one that was signed. One decision is signed alone; anything else is a
batch, which an entry of the kind ``submission`` closes.

Invariants: nothing is appended that was not shown to who signed it, and nothing that was signed is
left out; an entry id is recorded once, so neither a retry nor a kept signature does anything twice;
what was seen is a beginning of this very ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from habeas.archive.errors import AlreadyRecorded, PersonNeeded, SubmissionOutdated
from habeas.archive.models import Key, LedgerEntry
from habeas.custody.errors import StatementRefused
from habeas.custody.log.entries import Composed, Composer, ParsedEntry
from habeas.custody.log.notes import Verifier, read_signature
from habeas.custody.log.statements import (
    VERSION,
    DrawnUp,
    SeenLedger,
    batch_root,
    check_shown,
    check_statement,
    draw_up,
)

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

CLOSING = "submission"


class ProposedEntry(NamedTuple):
    """An entry that an act would append."""

    entry_id: str
    fields: dict[str, Any]
    object_sha256: str | None


class Submission(NamedTuple):
    """What was shown to a person, in order, and their signature line over the last of it."""

    shown: tuple[DrawnUp, ...]
    line: bytes


def drawn_up(
    origin: str,
    entries: Sequence[ProposedEntry],
    pseudonym: str,
    seen: SeenLedger,
    not_after: int,
    form: str,
) -> tuple[DrawnUp, ...]:
    """The statements of proposed entries, as a program does it that a person trusts.

    ``form``: the id of what was filled in, 32 hex digits. The entry that is signed bears it, so of
    one form one thing is recorded, however often it is drawn up and sent.
    """
    alone = is_alone([each.fields for each in entries])
    made = [
        draw_up(
            origin,
            list(each.fields.items()),
            object_sha256=each.object_sha256,
            entry_id=form if alone else each.entry_id,
            seen=seen if alone else None,
            not_after=not_after if alone else None,
        )
        for each in entries
    ]
    if alone:
        return tuple(made)
    root = batch_root(each.statement for each in made)
    fields = [("person", pseudonym), ("kind", CLOSING)]
    closing = draw_up(origin, fields, seen=seen, not_after=not_after, batch=root, entry_id=form)
    return (*made, closing)


def is_alone(entries: Sequence[dict[str, Any]]) -> bool:
    """Whether entries with these fields are one decision, which needs no batch."""
    return len(entries) == 1 and "person" in entries[0]


class SignedEntries:
    """The entries of a submission, given out one by one as the act is repeated.

    Made under the head of the ledger. Raises ``StatementRefused`` for what was never a sound
    submission, ``AlreadyRecorded``, ``PersonNeeded`` and ``SubmissionOutdated``.
    """

    def __init__(self, archive: Archive, submission: Submission, now: int) -> None:
        origin = archive.origin
        if not submission.shown:
            raise _refused("holds no entry")
        self._shown = submission.shown
        self._line = submission.line
        self._fields = [check_shown(*each) for each in submission.shown]
        self._next = 0
        signed = submission.shown[-1].statement
        if any(each.statement.origin != origin for each in submission.shown):
            raise _refused("is for another archive")
        if signed.seen is None or signed.not_after is None:
            raise _refused("is not signed")
        members = [each.statement for each in submission.shown[:-1]]
        if signed.batch is None:
            if members or not is_alone(self._fields):
                raise _refused("holds several entries, or no decision, and nothing that closes it")
        elif not members or batch_root(members) != signed.batch:
            raise _refused("signs another root than that of its entries")
        self._refuse_ids()
        if now > signed.not_after:
            raise SubmissionOutdated(
                "What was signed could be recorded only until a time that is over.",
                next_step="Look at it again and sign again; what was typed is kept.",
            )
        _check_seen(archive, signed.seen)
        signature = read_signature(submission.line)
        self.verifier = check_statement(signed, [signature], _keys_of(signature.name))
        self.pseudonym = self.verifier.name.rpartition("/")[2]
        #: What covers the entries of the batch; None where one is signed alone.
        self.closing: ParsedEntry | None = None
        if signed.batch is not None:
            self._refuse_in_batch()
            self.closing = ParsedEntry(
                origin,
                VERSION,
                signed.entry_id,
                time=now,
                object_sha256=None,
                commitments=signed.commitments,
                signatures=(signature,),
                text=b"",
                statement=signed,
            )

    @property
    def _is_left(self) -> bool:
        """Whether something was signed that the act has not appended."""
        return self._next < len(self._shown) - (self.closing is not None)

    def take(
        self, composer: Composer, time: int, fields: dict[str, Any], object_sha256: str | None
    ) -> Composed:
        """The entry with these fields, which must be the next one that was signed."""
        if not self._is_left:
            raise _changed()
        shown, known = self._shown[self._next], self._fields[self._next]
        if known != fields or shown.statement.object_sha256 != object_sha256:
            raise _changed()
        self._next += 1
        lines = [] if self.closing else [self._line]
        return composer.record(shown.statement, time, shown.disclosures, lines)

    def close(
        self, composer: Composer, time: int, position: int
    ) -> tuple[Composed, dict[str, Any]] | None:
        """What closes the batch, at its position; None where one was signed alone."""
        if self._is_left:
            raise _changed("Less would be recorded now than was signed")
        if self.closing is None:
            return None
        shown, fields = self._shown[-1], self._fields[-1]
        if fields != {"kind": CLOSING, "person": self.pseudonym}:
            raise _refused("is closed by an entry that says something else")
        count = len(self._shown) - 1
        parts = ((position - count, count),)
        made = composer.record(shown.statement, time, shown.disclosures, [self._line], parts)
        return made, fields

    def _refuse_ids(self) -> None:
        ids = [each.statement.entry_id for each in self._shown]
        if len(set(ids)) < len(ids):
            raise _refused("gives two entries one id")
        there = LedgerEntry.objects.filter(entry_id__in=ids).order_by("position")
        if (position := there.values_list("position", flat=True).first()) is not None:
            raise AlreadyRecorded(
                f"This was recorded before, from entry {position} on.",
                next_step="Nothing was recorded a second time.",
            )

    def _refuse_in_batch(self) -> None:
        """What cannot be followed by others under the same signature."""
        for fields in self._fields:
            if fields.get("kind") == "erasure":  # it replays a ledger where the batch is open
                raise _refused("carries out an erasure together with other entries")
            ends = fields.get("kind") == "key" and fields.get("state") != "granted"
            if ends and fields.get("verifier") == self.verifier.vkey:
                raise StatementRefused(
                    "What was submitted ends the key that it is signed with, and says more.",
                    next_step="Nothing was recorded; sign the end of this key alone, as the last.",
                )


def _keys_of(name: str) -> list[Verifier]:
    rows = Key.objects.filter(role="person", ended_at__isnull=True)
    keys = [Verifier.parse(vkey) for vkey in rows.values_list("verifier", flat=True)]
    own = [key for key in keys if key.name == name]
    if not own:
        raise PersonNeeded(
            f"No key of {name.rpartition('/')[2]} is active in this archive.",
            next_step="Use a key from `habeas people`.",
        )
    return own


def _check_seen(archive: Archive, seen: SeenLedger) -> None:
    """That whoever signed looked at this ledger, and not at one that was shown to them alone."""
    log = archive.log
    if seen.size > log.size or log.root(seen.size).hex() != seen.root:
        raise StatementRefused(
            "What was signed was signed over another ledger than this one.",
            next_step="Compare checkpoints with your partners before anyone signs again.",
        )


def _refused(what: str) -> StatementRefused:
    return StatementRefused(
        f"What was submitted {what}.", next_step="Nothing was recorded; make it again and sign it."
    )


def _changed(how: str = "What would be recorded now is not what was signed") -> SubmissionOutdated:
    return SubmissionOutdated(
        f"{how}: something changed meanwhile.",
        next_step="Look at what changed, then sign again; what was typed is kept.",
    )
