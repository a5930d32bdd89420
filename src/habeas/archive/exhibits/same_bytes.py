"""Files whose bytes are exhibits already: found without reading those that cannot be.

Bytes are the same exhibit only under the same access label: whether another compartment holds
them makes no difference, so nobody can ask it by adding a file. A picture that waits until somebody
confirms whom it shows stays that exhibit, so that its bytes are not public by being added again. A
file that came with a list which no one has accepted is not held for others: they would wait too.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from django.db.models import Count

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, gates, visible
from habeas.archive.access.labels import label_id, need_of
from habeas.archive.ledger.appending import Batch
from habeas.archive.store.pieces import in_pieces
from habeas.archive.verbs.referring import marking_never_public

if TYPE_CHECKING:
    from habeas.archive.exhibits.intake import Received

T = TypeVar("T")

FEW_ALIKE = 20  # exhibits of one size, up to which a file is compared with all of them at once


def held_digests(files: Sequence[tuple[Path, int, str]]) -> list[AbstractSet[str]]:
    """For each file, by path, size and label: the digests of the exhibits that it may be.

    None for a file of a size that no exhibit has: it need not be hashed before it is sealed.
    """
    digests: dict[tuple[int, str], set[str]] = defaultdict(set)
    many: set[int] = set()
    for sizes in in_pieces(list({size_bytes for _, size_bytes, _ in files})):
        exhibits = visible(OWNER, m.Exhibit).filter(size_bytes__in=sizes)
        counted = exhibits.values_list("size_bytes").annotate(Count("position"))
        alike = dict(counted)
        many.update(size_bytes for size_bytes, count in alike.items() if count > FEW_ALIKE)
        few = exhibits.filter(size_bytes__in=alike.keys() - many)
        rows = list(few.values_list("size_bytes", "label", "plain_sha256"))
        marked = _marked_as({label for _, label, _ in rows})
        for size_bytes, label, digest in rows:
            digests[size_bytes, marked[label]].add(digest)
    return [
        _held_digest(path, label) if size_bytes in many else digests.get((size_bytes, label), set())
        for path, size_bytes, label in files
    ]


def exhibits_with(digests: Iterable[str]) -> dict[tuple[str, str], int]:
    """By label and digest: the earliest exhibit under that label with those bytes."""
    found: dict[tuple[str, str], int] = {}
    for chunk in in_pieces(list(digests)):
        alike = visible(OWNER, m.Exhibit).filter(plain_sha256__in=chunk).order_by("-position")
        rows = list(alike.values_list("label", "plain_sha256", "position"))
        marked = _marked_as({label for label, _, _ in rows})
        for label, digest, position in rows:
            found[marked[label], digest] = position
    return found


def _marked_as(labels: AbstractSet[str]) -> dict[str, str]:
    """For each label of an exhibit, that of a file of its marking which is the same exhibit."""
    found = {label: label for label in labels}
    for part in in_pieces(sorted(labels)):
        gated = m.LabelPart.objects.filter(label__in=part, gate_of__isnull=False)
        waiting: dict[str, list[int]] = defaultdict(list)
        for label, gate in gated.values_list("label", "gate_of"):
            waiting[label].append(gate or 0)
        for label, at in waiting.items():
            lists = m.List.objects.filter(position__in=at).values_list("position", flat=True)
            if all(gates.is_open(each) for each in lists):
                parts = m.LabelPart.objects.filter(label=label, gate_of__isnull=True)
                needs = parts.values_list("compartment", "level", "consent_of", "gate_of")
                found[label] = label_id(frozenset(need_of(*need) for need in needs))
    return found


def exhibit_of(path: Path, label: str) -> int | None:
    """The exhibit under an access label whose bytes the file has, if there is one.

    Hashes only likely files. None also for a file that cannot be read, which sealing names.
    """
    for digest in _held_digest(path, label):
        return exhibits_with([digest]).get((label, digest))
    return None


def _held_digest(path: Path, label: str) -> set[str]:
    """The digest of a file, where there is an exhibit of it under an access label."""
    try:
        if not path.is_file():
            return set()
        size_bytes = path.stat().st_size
        alike = visible(OWNER, m.Exhibit).filter(size_bytes=size_bytes).order_by()
        labels = set(alike.values_list("label", flat=True).distinct())
        if label not in _marked_as(labels).values():
            return set()
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return set()
    return {digest} if (label, digest) in exhibits_with([digest]) else set()


def receive_again(batch: Batch, exhibit: int, file: Received) -> bool:
    """Record that bytes held already came again; False when nothing that is said of it is new.

    Who sent it again is never public, as in every event, also where the file is.
    """
    batch.flush()
    reason = f"as {file.name}" + (f": {file.note}" if file.note else "")
    first = visible(OWNER, m.Exhibit).get(position=exhibit)
    if _is_known(first, file, reason):
        return False
    verbs.custody(
        batch,
        exhibit,
        "received-again",
        agent=file.received_from,
        happened_at=file.received_on,
        reason=reason,
        marking=marking_never_public(first),
    )
    return True


def _is_known(first: m.Exhibit, file: Received, reason: str) -> bool:
    """Whether it came before under this name, from whom and when this file says, if it does."""
    came = [(first.received_from, first.received_on)] * (
        first.filename == file.name and file.note in ("", first.note)
    )
    again = visible(OWNER, m.CustodyEvent).filter(
        exhibit=first.position, event="received-again", reason=reason
    )
    return any(
        file.received_from in ("", agent) and file.received_on in ("", happened_at)
        for agent, happened_at in (*came, *again.values_list("agent", "happened_at"))
    )
