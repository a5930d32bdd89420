"""A record as one viewer may see it.

Invariant: it is the mentions that they may see, joined by the judgements that they may see, so
that a hidden judgement does not show through (``archive.records`` has what is joined for all).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from habeas.archive.access import Viewer, visible
from habeas.archive.components import components
from habeas.archive.models import Judgement, Mention


@dataclass(frozen=True, slots=True)
class JoinedRecord:
    """One record as a viewer may see it; ``position`` is its earliest visible mention."""

    position: int
    mentions: tuple[Mention, ...]
    judgements: tuple[Judgement, ...]

    @property
    def first(self) -> Mention:
        return self.mentions[0]


def find(viewer: Viewer, position: int) -> JoinedRecord | None:
    """The record that a mention belongs to; None when the viewer may not see the mention."""
    return find_all(viewer, [position]).get(position)


def find_all(viewer: Viewer, wanted: Collection[int]) -> dict[int, JoinedRecord]:
    """The records of several mentions, in three queries."""
    mentions = visible(viewer, Mention)
    canonical = dict(mentions.filter(position__in=wanted).values_list("position", "canonical"))
    if not canonical:
        return {}
    records = set(canonical.values())
    joined = list(mentions.filter(canonical__in=records).order_by("position"))
    judgements = _judgements(viewer, joined) if len(joined) > len(records) else []
    judgements = _while_owners_are_one(viewer, joined, judgements)
    roots = components([m.position for m in joined], [(j.left, j.right) for j in judgements])
    by_root: dict[int, list[Mention]] = defaultdict(list)
    for mention in joined:
        by_root[roots[mention.position]].append(mention)
    between: dict[int, list[Judgement]] = defaultdict(list)
    for judgement in judgements:
        between[roots[judgement.left]].append(judgement)
    return {
        position: JoinedRecord(
            root := roots[position], tuple(by_root[root]), tuple(between.get(root, ()))
        )
        for position in canonical
    }


def _while_owners_are_one(
    viewer: Viewer, joined: Iterable[Mention], judgements: list[Judgement]
) -> list[Judgement]:
    """Those that count for the viewer: of two detentions only while they see one person."""
    owner = {each.position: each.of for each in joined if each.of is not None}
    if not owner or not judgements:
        return judgements
    persons = find_all(viewer, set(owner.values()))

    def whose(mention: int) -> int | None:
        found = persons.get(owner.get(mention, -1))
        return None if found is None else found.position

    return [each for each in judgements if whose(each.left) == whose(each.right)]


def _judgements(viewer: Viewer, joined: Iterable[Mention]) -> list[Judgement]:
    """The live ``same`` judgements among mentions."""
    keys = [m.position for m in joined]
    return list(
        visible(viewer, Judgement)
        .filter(verdict="same", ended_at__isnull=True, left__in=keys, right__in=keys)
        .order_by("position")
    )
