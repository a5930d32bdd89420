"""Draws plain rows out of an archive for the second count, and the program's answer out of JSON.

Rows come through ``archive.access.visible`` and carry no sign of what has ended: the second count
works that out by itself. The program's answer is what ``habeas figure show --json`` prints.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

from benchmarks.counting_second.counting import Found
from benchmarks.counting_second.ledger import Rows
from habeas.archive import models as m
from habeas.archive import regions
from habeas.archive.access import Viewer, visible
from habeas.figures.evaluation.inventories import Inventories

_PLAIN: dict[str, tuple[type[m.Projection], tuple[str, ...]]] = {
    "mentions": (m.Mention, ("position", "kind", "caption", "list", "of")),
    "lineages": (m.Lineage, ("position", "source", "repeats")),
    "judgements": (m.Judgement, ("position", "left", "right", "verdict")),
    "assessments": (m.Assessment, ("position", "target", "scheme", "grade")),
    "retractions": (m.Retraction, ("position", "target", "target_kind")),
    "linkages": (m.Linkage, ("position", "kind")),
}


def rows(viewer: Viewer) -> Rows:
    """Everything that the viewer may read and that a count looks at."""
    plain = {
        name: list(visible(viewer, model).order_by("position").values(*columns))
        for name, (model, columns) in _PLAIN.items()
    }
    sources = [
        {"position": s.position, "code": s.code, "kind": s.kind, "interests": _kinds(s.interests)}
        for s in visible(viewer, m.Source).order_by("position")
    ]
    pairs = visible(viewer, m.Candidate).values("linkage", "left", "right", "ppm")
    candidates = [{"position": pair["linkage"], **pair} for pair in pairs]
    known = regions.vocabulary()
    owned = {
        name: (kind.of[0], frozenset(known.shared_with_owner(name)))
        for name, kind in known.kinds.items()
        if kind.of
    }
    of_any = [p.name for p in known.properties.values() if set(p.kinds) == set(known.kinds)]
    return Rows(
        sources=sources, candidates=candidates, claims=_claims(viewer), owned=owned,
        groupings=_groupings(viewer), of_any=frozenset(of_any), **plain,
    )  # fmt: skip


def _groupings(viewer: Viewer) -> list[dict[str, Any]]:
    claims: dict[int, list[int]] = defaultdict(list)
    named = visible(viewer, m.GroupedClaim).order_by("grouping", "claim")
    for grouping, claim in named.values_list("grouping", "claim"):
        claims[grouping].append(claim)
    rows = visible(viewer, m.Grouping).order_by("position").values("position", "episode")
    return [{**row, "claims": claims[row["position"]]} for row in rows]


def _kinds(interests: str) -> list[str]:
    return [each["kind"] for each in json.loads(interests)] if interests else []


def _claims(viewer: Viewer) -> list[dict[str, Any]]:
    chains: dict[int, list[int]] = defaultdict(list)
    for of, source in (
        visible(viewer, m.ClaimSource).order_by("claim", "ordinal").values_list("claim", "source")
    ):
        chains[of].append(source)
    cited = set(visible(viewer, m.ClaimPassage).values_list("claim", flat=True))
    found = []
    for claim in visible(viewer, m.Claim).order_by("position"):
        steps = json.loads(claim.attribution)
        found.append(
            {
                "position": claim.position,
                "subject": claim.subject,
                "property": claim.property,
                "stance": claim.stance,
                "value": json.loads(claim.value),
                "ref": claim.ref,
                "holds": claim.holds,
                "list": claim.list,
                "previous": claim.previous,
                "passages": claim.position in cited,
                "attribution": [
                    {
                        "source": source,
                        "basis": step.get("basis", "not-stated"),
                        "said": step.get("said", ""),
                    }
                    for source, step in zip(chains[claim.position], steps, strict=True)
                ],
            }
        )
    return found


_SPECIAL = {"not known", "not stated", "more than one value", "does not apply"}


def comparable(answer: dict[str, Any], side_by_side: Inventories | None = None) -> dict[str, Any]:
    """The parts of the program's JSON that a second count answers too, and its inventories."""
    members = [each["record"] for each in answer["members"]]
    if answer["kind"] == "reported":
        members = [each["claim"] for each in answer["points"]]
    return {
        "steps": [
            (each["rule"], sorted(each["dropped"]), sorted(each["not_known"]))
            for each in answer["rules"]
        ],
        "members": sorted(members),
        "decided": sorted((each["record"], sorted(each["claims"])) for each in answer["members"]),
        "weak": {each["name"]: each["part"] for each in answer["weak"] if _is_weak(each)},
        "fewest": answer["fewest"],
        "groups": _groups({each["label"]: each["members"] for each in answer["groups"]}),
        **_side_by_side(side_by_side),
    }


def _side_by_side(found: Inventories | None) -> dict[str, Any]:
    if found is None:
        return {"lists": [], "shared": []}
    return {
        "lists": [(e.name, e.number, e.fewest.number, e.alone) for e in found.lists],
        "shared": [(e.left, e.right, e.least, e.most) for e in found.shared],
    }


def _is_weak(point: dict[str, Any]) -> bool:
    """Whether anything has the weak point; what linking compared is not counted twice."""
    return bool(point["part"]) and point["name"] not in ("not-compared", "pairs-beyond")


def second(found: Found) -> dict[str, Any]:
    """The second count's answer in the same form."""
    return {
        "steps": [(rule, sorted(out), sorted(unknown)) for rule, out, unknown in found.steps],
        "members": sorted(found.ungrouped.get(member, member) for member in found.members),
        "decided": sorted((found.ungrouped.get(m, m), c) for m, c in found.decided.items()),
        "weak": {name: part for name, part in found.weak.items() if part},
        "fewest": found.fewest,
        "groups": _groups(found.groups),
        "lists": found.lists,
        "shared": found.shared,
    }


def _groups(groups: dict[str, list[int]]) -> list[tuple[str, list[int]]]:
    """Special groups by name, the others by who is in them: their labels are words."""
    named = [
        (label.lower() if label.lower() in _SPECIAL else "", sorted(each))
        for label, each in groups.items()
    ]
    return sorted((name, each) for name, each in named if each)
