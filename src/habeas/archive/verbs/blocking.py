"""block, unblock: an exhibit is not shown or handed out, or is again; it is kept either way."""

from __future__ import annotations

from habeas.archive import models as m
from habeas.archive.access.blocked_bytes import blocked_exhibits
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.store import shown_copies
from habeas.archive.verbs.referring import TEAM, Marking, Thing, ref


def block(batch: Batch, exhibit: Thing, reason: str, *, marking: Marking = TEAM) -> Ref:
    """Stop showing and handing out an exhibit: somebody in it withdrew. Signed.

    What was made of it to show it goes, whatever becomes of the entry.
    """
    made = _block(batch, exhibit, "placed", reason, marking)
    batch.flush()
    rows = m.Exhibit.objects.filter(position__in=blocked_exhibits())
    shown_copies.drop(batch.archive, rows.values_list("address", flat=True))
    return made


def unblock(batch: Batch, exhibit: Thing, reason: str, *, marking: Marking = TEAM) -> Ref:
    """Show an exhibit again. Signed."""
    return _block(batch, exhibit, "lifted", reason, marking)


def is_blocked(exhibit: int) -> bool:
    """Whether an exhibit is blocked now."""
    return m.Block.objects.filter(exhibit=exhibit, ended_at__isnull=True).exists()


def _block(batch: Batch, exhibit: Thing, state: str, reason: str, marking: Marking) -> Ref:
    about = ref(batch, exhibit, m.Exhibit)
    fields = {"exhibit": about.entry_id, "state": state, "reason": reason}
    return batch.append("block", {**fields, **marking.fields(batch)})
