"""A person who signs on a machine of their own: what the tests of submissions share."""

from __future__ import annotations

import time
from collections.abc import Callable

from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.submissions import Submission, drawn_up
from habeas.archive.ledger.trying import proposed
from habeas.archive.opening import Archive
from habeas.custody.log.entries import new_entry_id
from habeas.custody.log.notes import Signer
from habeas.custody.log.statements import SeenLedger, sign_statement

Act = Callable[[Batch], object]


def seen_now(archive: Archive) -> SeenLedger:
    return SeenLedger(archive.log.size, archive.log.root(archive.log.size).hex())


def pseudonym(signer: Signer) -> str:
    return signer.name.rpartition("/")[2]


def signed(
    archive: Archive,
    signer: Signer,
    act: Act,
    not_after: int | None = None,
    form: str | None = None,
) -> Submission:
    """What a person is shown of an act, and signs."""
    until = int(time.time()) + 600 if not_after is None else not_after
    who = pseudonym(signer)
    entries = proposed(archive, who, act)
    form = new_entry_id() if form is None else form
    shown = drawn_up(archive.origin, entries, who, seen_now(archive), until, form)
    return Submission(shown, sign_statement(shown[-1].statement, signer))


def record(archive: Archive, submission: Submission, act: Act) -> None:
    with archive.writing(submission=submission) as batch:
        act(batch)
