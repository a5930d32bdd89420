"""An evaluated figure on the screen and as JSON.

Invariants: a value is never shown without its kind, nor before its lineage is required.
"""

from __future__ import annotations

from typing import Any

from habeas.archive.access import OWNER, Viewer
from habeas.archive.awaiting import unreviewed, unreviewed_words
from habeas.cli.marking import Marks, of_level
from habeas.cli.speaking import Speaker, several, shown
from habeas.figures.evaluation.erased import erased_since, words_of
from habeas.figures.evaluation.results import (
    CountedFigure,
    EstimatedFigure,
    Evaluation,
    FigureMember,
)

POINTS_SHOWN = 40
GROUPS_SHOWN = 40
PAIRS_SHOWN = 20


def tell(
    speaker: Speaker, evaluation: Evaluation, viewer: Viewer, as_of: int | None = None
) -> None:
    """The figure with its recipe and its doubts; ``as_of`` as it was asked for."""
    evaluation.require_lineage()
    definition = evaluation.definition
    marks = _marks(viewer, evaluation)
    speaker.say(shown(definition.title) + of_level(evaluation.handling), style="bold")
    if definition.question:
        speaker.say(shown(definition.question))
    speaker.say(f"{evaluation.kind}: {shown(evaluation.headline)}", style="bold")
    speaker.say(f"as of ledger size {evaluation.as_of:,}. {evaluation.scope}")
    if since := erased_since(viewer, evaluation.as_of):
        speaker.say(f"{words_of(since)}.")
    if definition.note:
        speaker.say(shown(definition.note))
    speaker.say()
    speaker.table(
        [
            (
                f"{number}. {shown(step.words)}",
                f"{step.entered:,} in",
                f"{len(step.dropped):,} dropped",
                f"{len(step.not_known):,} not known",
                f"{step.kept:,} on",
            )
            for number, step in enumerate(evaluation.steps, 1)
        ]
    )
    _points(speaker, evaluation, marks)
    _groups(speaker, evaluation)
    _lists(speaker, evaluation, marks)
    _inventories(speaker, evaluation)
    _pairs(speaker, evaluation, marks)
    for weak in evaluation.weak:
        if weak.part:
            speaker.say(f"- {shown(weak.words)}")
    if part := unreviewed(evaluation.grounds):
        speaker.say(f"- {unreviewed_words(part, len(evaluation.grounds))}")
    if evaluation.conflicts:
        speaker.say(f"- {several(len(evaluation.conflicts), 'set')} of claims that differ")
    speaker.say()
    then = "" if as_of is None else f" --as-of {as_of}"
    speaker.say(f"`habeas why {definition.key}{then}` follows it down to sealed bytes.")


def _marks(viewer: Viewer, evaluation: Evaluation) -> Marks:
    """Of all that is named under the figure."""
    records = {member.record for member in (*evaluation.members, *evaluation.undecided)}
    records |= {point.record for point in evaluation.points}
    records |= {p for each in evaluation.open_pairs for p in (each.pair.left, each.pair.right)}
    sources = {point.source for point in evaluation.points}
    lists = evaluation.capture.lists if isinstance(evaluation, EstimatedFigure) else ()
    sources |= {position for each in lists for position in each.sources}
    claims = {point.claim for point in evaluation.points}
    return Marks(viewer, {"record": records, "source": sources, "claim": claims})


def _points(speaker: Speaker, evaluation: Evaluation, marks: Marks) -> None:
    if not evaluation.points:
        return
    speaker.say()
    first = evaluation.points[:POINTS_SHOWN]
    alike = marks.common(speaker, [("claim", point.claim) for point in first], evaluation.handling)
    speaker.table(
        [
            (
                f"#{point.claim}",
                point.stance,
                shown(point.words),
                point.holds or "no time stated",
                shown(point.about) + marks.said("record", point.record, *alike),
                shown(point.source_title) + marks.said("source", point.source, *alike),
                marks.said("claim", point.claim, *alike).strip(),
            )
            for point in first
        ]
    )
    _more(speaker, len(evaluation.points) - POINTS_SHOWN)
    speaker.say()


def _groups(speaker: Speaker, evaluation: Evaluation) -> None:
    if not evaluation.groups:
        return
    speaker.say()
    speaker.table([(shown(g.label), f"{g.number:,}") for g in evaluation.groups[:GROUPS_SHOWN]])
    _more(speaker, len(evaluation.groups) - GROUPS_SHOWN)
    speaker.say()


def _pairs(speaker: Speaker, evaluation: Evaluation, marks: Marks) -> None:
    """The pairs that make a count a range, heaviest first."""
    if not evaluation.open_pairs:
        return
    captions = evaluation.captions
    speaker.say()
    speaker.say("Not decided; each could be one record or two:")
    pairs = [each.pair for each in evaluation.open_pairs[:PAIRS_SHOWN]]
    named = [("record", position) for pair in pairs for position in (pair.left, pair.right)]
    alike = marks.common(speaker, named, evaluation.handling)
    speaker.table(
        [
            [
                f"{shown(captions.get(p, ''))} (#{p}){marks.said('record', p, *alike)}"
                for p in (pair.left, pair.right)
            ]
            for pair in pairs
        ],
        indent="  ",
    )
    _more(speaker, len(evaluation.open_pairs) - PAIRS_SHOWN)


def _lists(speaker: Speaker, evaluation: Evaluation, marks: Marks) -> None:
    """The lists of an estimate, then each method beside the others, then what to doubt."""
    if not isinstance(evaluation, EstimatedFigure):
        return
    speaker.say()
    lists = evaluation.capture.lists
    alike = marks.common(
        speaker, [("source", p) for each in lists for p in each.sources], evaluation.handling
    )
    speaker.table(
        [
            (
                shown(each.name),
                f"{each.persons:,}",
                "".join(
                    dict.fromkeys(marks.said("source", p, *alike) for p in each.sources)
                ).strip(),
            )
            for each in lists
        ]
    )
    found = evaluation.estimates
    if found is None:
        if evaluation.capture.table is not None:
            speaker.say(f"`habeas figure estimate {evaluation.key}` computes the estimate.")
        return
    document = found.apart.document
    speaker.say()
    speaker.table([_method(each) for each in document.get("methods", ())])
    for caution in document.get("cautions", ()):
        speaker.say(f"- {shown(caution['sentence'])}")


def _inventories(speaker: Speaker, evaluation: Evaluation) -> None:
    """How many sites are on each inventory, on no other, and on each two."""
    found = evaluation.inventories if isinstance(evaluation, CountedFigure) else None
    if found is None:
        return
    speaker.say()
    speaker.table(
        [
            (
                shown(each.name),
                f"{_range(each.fewest.number, each.number)} on it",
                f"{each.alone:,} on no other",
            )
            for each in found.lists
        ]
    )
    for pair in found.shared:
        if pair.most:
            names = " and ".join(shown(found.lists[n].name) for n in (pair.left, pair.right))
            speaker.say(f"{_range(pair.least, pair.most)} on both {names}")


def _range(least: int, most: int) -> str:
    return f"{most:,}" if least == most else f"{least:,} to {most:,}"


def _inventories_json(evaluation: Evaluation) -> dict[str, Any] | None:
    found = evaluation.inventories if isinstance(evaluation, CountedFigure) else None
    if found is None:
        return None
    return {
        "lists": [
            {
                "name": each.name,
                "includes": each.includes,
                "sources": list(each.sources),
                "least": each.fewest.number,
                "most": each.number,
                "alone": each.alone,
            }
            for each in found.lists
        ],
        "shared": [
            {"lists": [pair.left, pair.right], "least": pair.least, "most": pair.most}
            for pair in found.shared
        ],
        "sites": [
            {"record": record, "lists": list(on), "claims": list(found.grounds.get(record, ()))}
            for record, on in sorted(found.on.items())
        ],
        "least": found.fewest.number,
        "exact": found.fewest.exact,
    }


def _method(each: dict[str, Any]) -> tuple[str, ...]:
    if each["estimate"] is None:
        return (each["title"], "refused", each["refusal"]["reason"])
    low, high = each["interval_95"] or (None, None)
    top = "no upper end" if high is None else f"{high:,.0f}"
    return (each["title"], f"{each['estimate']:,.0f}", f"{low:,.0f} to {top}")


def _more(speaker: Speaker, left_out: int) -> None:
    if left_out > 0:
        speaker.say(f"… {left_out:,} more; --json gives all")


def as_json(evaluation: Evaluation, viewer: Viewer | None = None) -> dict[str, Any]:
    """The figure as plain data; positions are ledger positions. Marked for the owner or another."""
    evaluation.require_lineage()
    definition = evaluation.definition
    marks = _marks(viewer or OWNER, evaluation)
    counted = evaluation if isinstance(evaluation, CountedFigure) else None
    return {
        "key": definition.key,
        "handling": evaluation.handling,
        "title": definition.title,
        "question": definition.question,
        "note": definition.note,
        "kind": evaluation.kind,
        "value": evaluation.headline,
        "number": None if counted is None else counted.number,
        "fewest": None if counted is None else counted.fewest,
        "open_pairs": [
            {
                "left": each.pair.left,
                "right": each.pair.right,
                "entry": each.pair.entry,
                "if_same": each.if_same,
                "if_different": each.if_different,
            }
            for each in evaluation.open_pairs
        ],
        "inventories": _inventories_json(evaluation),
        "not_known": evaluation.not_known,
        "unit": definition.unit,
        "as_of": evaluation.as_of,
        "scope": evaluation.scope,
        "definition": {"entry": definition.position, "sha256": definition.digest},
        "rules": [
            {
                "rule": step.rule,
                "words": step.words,
                "entered": step.entered,
                "dropped": list(step.dropped),
                "not_known": list(step.not_known),
                "kept": step.kept,
            }
            for step in evaluation.steps
        ],
        "members": [
            {
                "record": member.record,
                "caption": evaluation.captions.get(member.position, ""),
                "claims": list(member.claims),
                **_episode(member),
                **marks.told("record", member.record),
            }
            for member in evaluation.members
        ],
        "undecided": [
            {
                "record": member.record,
                "claims": list(member.claims),
                **_episode(member),
                **marks.told("record", member.record),
            }
            for member in evaluation.undecided
        ],
        "capture": _capture(evaluation),
        "points": [_point(point, marks) for point in evaluation.points],
        "groups": [
            {"label": g.label, "number": g.number, "members": list(g.members)}
            for g in evaluation.groups
        ],
        "weak": [
            {"name": w.name, "words": w.words, "part": w.part, "whole": w.whole}
            for w in evaluation.weak
        ],
        "unreviewed": unreviewed(evaluation.grounds),
        "conflicts": [
            {
                "record": c.record,
                "property": c.property,
                "claims": list(c.claims),
                "certain": c.certain,
            }
            for c in evaluation.conflicts
        ],
    }


def _episode(member: FigureMember) -> dict[str, Any]:
    """Of an owned record whose it is, and whether it is one claim that nobody has grouped."""
    if member.of is None:
        return {}
    return {"of": member.of, "ungrouped": member.ungrouped}


def _capture(evaluation: Evaluation) -> dict[str, Any] | None:
    """What an estimate is made from and what it says; None for other figures."""
    if not isinstance(evaluation, EstimatedFigure):
        return None
    captured, found = evaluation.capture, evaluation.estimates
    return {
        "lists": [
            {
                "name": each.name,
                "on_it": each.persons,
                "could_hold": [part.includes for part in each.parts],
                "sources": list(each.sources),
            }
            for each in captured.lists
        ],
        "table": None if captured.table is None else captured.table.digest,
        "refusal": captured.refusal,
        "undecided_pairs": [[pair.left, pair.right] for pair in captured.pairs],
        "estimate": None if found is None else found.apart.document,
        "estimate_with_pairs_joined": (
            None if found is None or found.joined is None else found.joined.document
        ),
    }


def _point(point: Any, marks: Marks) -> dict[str, Any]:
    names = (
        *("claim", "record", "about", "property", "stance", "words", "low", "high", "unit"),
        *("approximate", "holds", "said", "source", "source_title", "basis", "method"),
    )
    return {
        **{name: getattr(point, name) for name in names},
        "through": list(point.through),
        **marks.told("claim", point.claim),
        **{f"record_{name}": word for name, word in marks.told("record", point.record).items()},
        **{f"source_{name}": word for name, word in marks.told("source", point.source).items()},
    }
