"""How good candidates are, against labels that people gave.

Invariants: clusters are made here to be measured, and for nothing else. Where labels are not
complete, a candidate without a label counts for nothing, and the result says how many there
were. A share of nothing is None, never zero.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from habeas.linking.errors import BadLabel, BadSetting
from habeas.linking.records import LinkageRun
from habeas.vocabulary.errors import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from habeas.linking.records import CandidatePair

Pair = tuple[str, str]

_BINS = (0.0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """What a person said of two records: the same, or different."""

    left: str
    right: str
    same: bool


@dataclass(frozen=True, slots=True)
class Bin:
    """Labelled candidates of a range of probability: how many, the mean said, the share true."""

    low: float
    high: float
    candidates: int
    said: float
    true: float


@dataclass(frozen=True, slots=True)
class Cluster:
    """Records that the edges at or above the threshold join, directly or through others.

    ``weakest``: the least likely edge that the cluster needs to hold together (of its likeliest
    spanning tree): the first to look at. ``pure``: whether all of them are the same by the
    labels; None where the labels do not tell.
    """

    records: tuple[str, ...]
    weakest: CandidatePair
    pure: bool | None


@dataclass(frozen=True, slots=True)
class LinkageQuality:
    """Counts, and shares at ``threshold``; None where there is nothing to divide by.

    ``lost``: same pairs that are no candidate at all, so that no threshold finds them;
    ``below``: same pairs that are candidates below the threshold. ``cluster_precision`` and
    ``cluster_recall`` are of the pairs that the clusters imply, chains included.
    """

    threshold: float
    labels: int
    unlabelled: int
    pair_precision: float | None
    pair_recall: float | None
    cluster_precision: float | None
    cluster_recall: float | None
    lost: tuple[Pair, ...]
    below: tuple[Pair, ...]
    calibration: tuple[Bin, ...]
    clusters: tuple[Cluster, ...]

    @property
    def pair_f1(self) -> float | None:
        """The harmonic mean of pair precision and recall."""
        if self.pair_precision is None or self.pair_recall is None:
            return None
        total = self.pair_precision + self.pair_recall
        return 2 * self.pair_precision * self.pair_recall / total if total else 0.0


def labels_of(entities: Mapping[str, str]) -> tuple[LabelledPair, ...]:
    """Every same pair, from who is who (record id to the id of whom it is of)."""
    members: dict[str, list[str]] = defaultdict(list)
    for record in sorted(entities):
        members[entities[record]].append(record)
    return tuple(
        LabelledPair(left, right, same=True)
        for together in members.values()
        for at, left in enumerate(together)
        for right in together[at + 1 :]
    )


def evaluate(
    candidates: LinkageRun | Iterable[CandidatePair],
    labels: Iterable[LabelledPair],
    *,
    threshold: float = 0.5,
    complete: bool = False,
) -> LinkageQuality:
    """Measure candidates against labels.

    ``complete``: every pair of records that is the same is labelled so, and all others are
    different. Otherwise only labelled pairs count, and what follows from them: the same as the
    same is the same, different from the same is different. Errors: ``BadLabel``, ``BadSetting``.
    """
    if not 0 < threshold <= 1:
        raise BadSetting(
            f"A threshold of {threshold} is not a probability.", next_step="Give one in (0, 1]."
        )
    found = candidates.candidates if isinstance(candidates, LinkageRun) else tuple(candidates)
    truth = _Truth(labels, complete=complete)
    probability = {_pair(c.left, c.right): c.probability for c in found}
    judged = [(c, truth.same(c.left, c.right)) for c in found]
    above = [(c, same) for c, same in judged if c.probability >= threshold]
    right = sum(same is True for _, same in above)
    decided = sum(same is not None for _, same in above)
    true_pairs = truth.same_pairs()
    lost = tuple(sorted(pair for pair in true_pairs if pair not in probability))
    below = tuple(sorted(p for p in true_pairs if probability.get(p, threshold) < threshold))
    clusters, implied = _clusters([c for c, _ in above], truth)
    implied_right = sum(truth.same(*pair) is True for pair in implied)
    implied_decided = sum(truth.same(*pair) is not None for pair in implied)
    return LinkageQuality(
        threshold,
        truth.labels,
        sum(same is None for _, same in judged),
        _share(right, decided),
        _share(right, len(true_pairs)),
        _share(implied_right, implied_decided),
        _share(implied_right, len(true_pairs)),
        lost,
        below,
        _calibration(judged),
        clusters,
    )


class _Truth:
    """Labels and what follows from them."""

    def __init__(self, labels: Iterable[LabelledPair], *, complete: bool) -> None:
        self._above: dict[str, str] = {}
        self._complete = complete
        self.labels = 0
        different: list[LabelledPair] = []
        for label in labels:
            self.labels += 1
            if label.left == label.right:
                raise BadLabel(
                    f"A label compares {shown(label.left)} with itself.",
                    next_step="A label is of two records.",
                )
            if label.same:
                self._above[self.root(label.left)] = self.root(label.right)
            else:
                different.append(label)
        self._different = {_pair(self.root(x.left), self.root(x.right)) for x in different}
        for x in different:
            if self.root(x.left) == self.root(x.right):
                raise BadLabel(
                    f"{shown(x.left)} and {shown(x.right)} are labelled different, and the same"
                    " through other labels.",
                    next_step="Look at the labels of both again.",
                )

    def root(self, record: str) -> str:
        top = record
        while (higher := self._above.get(top, top)) != top:
            top = higher
        while record != top:
            record, self._above[record] = self._above.get(record, top), top
        return top

    def same(self, left: str, right: str) -> bool | None:
        """None where the labels do not tell."""
        one, other = self.root(left), self.root(right)
        if one == other:
            return True
        return False if self._complete or _pair(one, other) in self._different else None

    def same_pairs(self) -> set[Pair]:
        members: dict[str, list[str]] = defaultdict(list)
        for record in {*self._above, *self._above.values()}:
            members[self.root(record)].append(record)
        return {
            _pair(left, right)
            for together in members.values()
            for at, left in enumerate(together)
            for right in together[at + 1 :]
        }


def _clusters(edges: list[CandidatePair], truth: _Truth) -> tuple[tuple[Cluster, ...], list[Pair]]:
    """Clusters by the likeliest edges first: the last edge that joins two parts is the weakest."""
    above: dict[str, str] = {}
    weakest: dict[str, CandidatePair] = {}
    members: dict[str, list[str]] = {}

    def root(record: str) -> str:
        while above.setdefault(record, record) != record:
            above[record] = above[above[record]]
            record = above[record]
        return record

    for edge in sorted(edges, key=lambda c: (-c.probability, c.left, c.right)):
        one, other = root(edge.left), root(edge.right)
        if one == other:
            continue
        if len(members.get(one, (one,))) < len(members.get(other, (other,))):
            one, other = other, one
        above[other] = one
        members.setdefault(one, [one]).extend(members.pop(other, [other]))
        weakest[one] = edge
    implied: list[Pair] = []
    clusters = []
    for top, together in members.items():
        inside = sorted(together)
        pairs = [_pair(x, y) for at, x in enumerate(inside) for y in inside[at + 1 :]]
        implied += pairs
        said = {truth.same(*pair) for pair in pairs}
        pure = False if False in said else True if said == {True} else None
        clusters.append(Cluster(tuple(inside), weakest[top], pure))
    clusters.sort(key=lambda c: (c.weakest.probability, c.records))
    return tuple(clusters), implied


def _calibration(judged: list[tuple[CandidatePair, bool | None]]) -> tuple[Bin, ...]:
    bins = []
    for low, high in pairwise(_BINS):
        inside = [
            (c.probability, same)
            for c, same in judged
            if same is not None and (low <= c.probability < high or c.probability == high == 1.0)
        ]
        if inside:
            said = sum(p for p, _ in inside) / len(inside)
            true = sum(same for _, same in inside) / len(inside)
            bins.append(Bin(low, high, len(inside), round(said, 4), round(true, 4)))
    return tuple(bins)


def _pair(left: str, right: str) -> Pair:
    return (left, right) if left < right else (right, left)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
