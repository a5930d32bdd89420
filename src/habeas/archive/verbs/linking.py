"""linkage, review, review_policy: which pairs may be one, who said what, how it is decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from habeas.archive import models as m
from habeas.archive import rules
from habeas.archive.errors import EntryRefused
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.verbs.deciding import check_pair
from habeas.archive.verbs.referring import TEAM, Marking, Thing, ref

PAIRS_AN_ENTRY = 1_000
MOST_REVIEWERS = 2


class ProposedPair(NamedTuple):
    """Two mentions by entry id, and the probability that they are one in parts per million."""

    left: str
    right: str
    ppm: int


def linkage(
    batch: Batch,
    kind: str,
    pairs: Iterable[ProposedPair],
    *,
    size: int,
    model: str,
    threshold_ppm: int,
    seed: int,
    versions: Mapping[str, str],
    marking: Marking = TEAM,
) -> Ref:
    """Record a run and the pairs it proposes; it takes the place of the one before.

    Only ids and probabilities are recorded: why a pair was proposed is read from the
    mentions again, so nothing here has to be erased with them.
    """
    run = batch.append(
        "linkage",
        {
            "mention_kind": kind,
            "size": size,
            "model": model,
            "threshold_ppm": threshold_ppm,
            "seed": seed,
            "versions": dict(versions),
            **marking.fields(batch),
        },
    )
    waiting: list[list[str | int]] = []
    for pair in pairs:
        waiting.append(list(pair))
        if len(waiting) == PAIRS_AN_ENTRY:
            _propose(batch, run, waiting, marking)
            waiting = []
    if waiting:
        _propose(batch, run, waiting, marking)
    return run


def _propose(batch: Batch, run: Ref, pairs: list[list[str | int]], marking: Marking) -> None:
    fields = {"linkage": run.entry_id, "pairs": pairs, **marking.fields(batch)}
    batch.append("candidates", fields)


def review(
    batch: Batch,
    left: Thing,
    right: Thing,
    verdict: str,
    reason: str = "",
    *,
    seen: Sequence[str] = (),
    marking: Marking = TEAM,
) -> Ref:
    """What one reviewer says of two mentions; by itself it joins nothing.

    ``seen``: the entry ids of the claims that the reviewer was shown.
    """
    rules.refuse(rules.verdict(verdict))
    one, other = ref(batch, left, m.Mention), ref(batch, right, m.Mention)
    check_pair(batch, one, other, verdict)
    return batch.append(
        "review",
        {
            "left": one.entry_id,
            "right": other.entry_id,
            "verdict": verdict,
            "reason": reason,
            "seen": list(seen),
            **marking.fields(batch),
        },
    )


def review_policy(batch: Batch, *, reviewers: int, blind: bool, marking: Marking = TEAM) -> Ref:
    """How pairs are decided from now on: by how many reviewers, and what they are shown."""
    if not 1 <= reviewers <= MOST_REVIEWERS:
        raise EntryRefused(
            f"A pair is decided by one or two reviewers, not {reviewers}.",
            next_step="A third is asked by itself where two differ.",
        )
    return batch.append(
        "review-policy",
        {"reviewers": reviewers, "blind": "yes" if blind else "no", **marking.fields(batch)},
    )
