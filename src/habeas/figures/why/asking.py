"""How do you know? From a figure, record, claim, source or exhibit down to sealed bytes.

``tree`` gives one structure; ``as_text``, ``as_json`` and a template render it. It is
bounded: only the members of the shown slice are followed down, and what is left out is
counted in ``more``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from django.db.models import Q

from habeas.archive import models as m
from habeas.archive import regions
from habeas.archive.access import Viewer, as_known, erasing_entry, visible
from habeas.archive.attestation.proving import Proven, inclusion
from habeas.figures.definition import recorded
from habeas.figures.definition.definitions import FigureDefinition
from habeas.figures.definition.wording import property_words
from habeas.figures.errors import NothingThere
from habeas.figures.evaluation import conflicts as found_conflicts
from habeas.figures.evaluation.disagreement import Conflict
from habeas.figures.evaluation.erased import erased_since, words_of
from habeas.figures.evaluation.evaluating import evaluate
from habeas.figures.evaluation.loading import grouped_in, live_claims, records_around
from habeas.figures.evaluation.results import Evaluation, FigureMember
from habeas.figures.why.claim_steps import Descent, Prover, erased_by
from habeas.figures.why.marking import marked
from habeas.figures.why.measured_steps import told_sites
from habeas.figures.why.nodes import Node, NodeFact, as_json
from habeas.figures.why.open_steps import told_inventories, told_lists, told_pairs
from habeas.figures.why.printing import as_text
from habeas.vocabulary import schema as vocabulary

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

LIMIT = 10  # members followed down
CLAIMS_EACH = 5  # claims followed down for each of them
CONFLICTS_SHOWN = 5

__all__ = ["as_json", "as_text", "tree"]


def tree(
    archive: Archive,
    viewer: Viewer,
    target: FigureDefinition | Evaluation | int,
    *,
    as_of: int | None = None,
    limit: int = LIMIT,
    offset: int = 0,
    proof: bool = True,
) -> Node:
    """The way down from a figure's definition, an evaluation, or a ledger position.

    A position may be that of a definition, claim, mention (its record), source, exhibit or
    acceptance.
    ``limit`` and ``offset`` choose the members that are followed. Raises ``NothingThere``
    alike for what does not exist and for what the viewer may not see.
    """

    proving = prover(archive) if proof else None
    n = archive.size if as_of is None else as_of
    if isinstance(target, FigureDefinition):
        target = evaluate(archive, target, viewer, as_of)
    elif isinstance(target, int) and (
        visible(viewer, m.Definition).filter(position=target).exists()
    ):
        target = evaluate(archive, recorded.at(viewer, target), viewer, as_of)
    if isinstance(target, Evaluation):
        down = Descent(viewer, target.as_of, regions.vocabulary(), proving, archive)
        figure = _figure(target, limit, offset, down)
        return marked(viewer, under_checkpoint(figure, down), target.handling)
    down = Descent(viewer, n, regions.vocabulary(), proving, archive)
    return marked(viewer, under_checkpoint(_thing(viewer, target, n, limit, offset, down), down))


def prover(archive: Archive) -> Prover:
    """What proves that an entry is in the log."""

    def prove(position: int) -> Proven:
        return inclusion(archive, position)

    return prove


def under_checkpoint(node: Node, down: Descent) -> Node:
    """The whole tree, saying at its top under which signed checkpoint its proofs hold."""
    if down.checkpoint is None:
        return node
    size, root = down.checkpoint
    return replace(
        node,
        facts=(*node.facts, NodeFact("checkpoint", f"signed log of {size:,} entries, root {root}")),
    )


def _thing(viewer: Viewer, target: int, as_of: int, limit: int, offset: int, down: Descent) -> Node:
    if target in down.read([target]).claims:
        return down.claim(target)
    mention = visible(viewer, m.Mention).filter(position=target).first()
    if mention is not None:
        return _record(viewer, mention, as_of, limit, offset, down)
    exhibit = visible(viewer, m.Exhibit).filter(position=target).first()
    if exhibit is not None:
        return _exhibit(viewer, exhibit, limit, offset, down)
    source = visible(viewer, m.Source).filter(position=target).first()
    if source is not None:
        as_known(viewer, [source])
        return _source(viewer, source, limit, offset, down)
    acceptance = visible(viewer, m.Acceptance).filter(position=target).first()
    if acceptance is not None:
        return _acceptance(viewer, acceptance, down)
    erased = visible(viewer, m.Erased).filter(position=target).first()
    if erased is not None:
        at = erasing_entry(viewer, erased.erased_at)
        raise NothingThere(
            f"The content of entry {target} ({erased.kind}) was erased{erased_by(at)}.",
            next_step="It is gone. The log still shows that there was an entry: "
            f"`habeas prove {target}`.",
        )
    raise NothingThere(
        f"Nothing that can be explained is at entry {target}.",
        next_step="Give a figure's key, or the position of a claim, record, source, exhibit or "
        "acceptance.",
    )


def _acceptance(viewer: Viewer, row: m.Acceptance, down: Descent) -> Node:
    """On what somebody checked of an import its rows may be public."""
    came = visible(viewer, m.List).filter(position=row.list).first()
    name = "" if came is None else f" “{came.name}”"
    facts = [
        NodeFact("checked", f"{part['rows']}; by {part['checked_by']}; against {part['against']}")
        for part in json.loads(row.sample)
    ]
    facts += [
        NodeFact(label, words)
        for label, words in (("because", row.reason), ("despite", row.despite))
        if words
    ]
    if row.ended_at is not None:
        facts.append(NodeFact("ended", f"{row.ended_by} by entry {row.ended_at}"))
    title = f"The list{name} at entry {row.list} was accepted"
    return Node("acceptance", title, tuple(facts), down.proof(row.position), row.position)


# --- figure -------------------------------------------------------------------------------


def _figure(evaluation: Evaluation, limit: int, offset: int, down: Descent) -> Node:
    evaluation.require_lineage()
    definition = evaluation.definition
    shown, members_in_all = _slice(evaluation, limit, offset)
    unknown = evaluation.undecided[:limit]
    followed = [claim for member in (*shown, *unknown) for claim in member.claims[:CLAIMS_EACH]]
    owners = [member.of for member in (*shown, *unknown) if member.of is not None]
    down.read(followed, owners)
    facts = [NodeFact(evaluation.kind, evaluation.headline)]
    if definition.question:
        facts.append(NodeFact("question", definition.question))
    if definition.note:
        facts.append(NodeFact("note", definition.note))
    facts += [
        NodeFact("as of", f"ledger size {evaluation.as_of:,}"),
        NodeFact("scope", evaluation.scope),
    ]
    if since := erased_since(down.viewer, evaluation.as_of):
        facts.append(NodeFact("erased since", words_of(since)))
    children = [_recipe(evaluation), *told_lists(evaluation), *told_pairs(evaluation)]
    children += told_inventories(evaluation)
    children += told_sites(evaluation)
    weak = tuple(Node("weak-point", point.words) for point in evaluation.weak if point.part)
    if weak:
        children.append(Node("weak-points", "What a careful reader would ask", (), weak))
    if evaluation.conflicts:
        children.append(_conflicts(evaluation.conflicts, evaluation))
    more = max(0, members_in_all - offset - len(shown))
    title = _members_title(evaluation, offset, len(shown), members_in_all)
    if evaluation.kind != "reported":
        nodes = tuple(_member(member, evaluation, down) for member in shown)
    else:
        nodes = tuple(down.claim(member.claims[0]) for member in shown)
    children.append(Node("members", title, (), nodes, more=more))
    if unknown:
        children.append(
            Node(
                "not-known",
                f"Not known: {len(evaluation.undecided):,}",
                (NodeFact("meaning", "the rules cannot decide on what is recorded"),),
                tuple(_member(member, evaluation, down) for member in unknown),
                more=len(evaluation.undecided) - len(unknown),
            )
        )
    return Node("figure", definition.title, tuple(facts), tuple(children), definition.position)


def _slice(evaluation: Evaluation, limit: int, offset: int) -> tuple[list[FigureMember], int]:
    if evaluation.kind != "reported":
        return list(evaluation.members[offset : offset + limit]), len(evaluation.members)
    points = evaluation.points[offset : offset + limit]
    return [FigureMember(p.record, (p.claim,)) for p in points], len(evaluation.points)


def _members_title(evaluation: Evaluation, offset: int, shown: int, in_all: int) -> str:
    words = {"counted": "Counted", "estimated": "On a list", "measured": "Measured"}
    what = words.get(evaluation.kind, "Reported")
    if shown == in_all:
        return f"{what}: {in_all:,}"
    return f"{what}: {offset + 1:,}–{offset + shown:,} of {in_all:,}"


def _recipe(evaluation: Evaluation) -> Node:
    rules = []
    for number, step in enumerate(evaluation.steps, 1):
        told = f"{step.entered:,} in, {len(step.dropped):,} dropped"
        if step.not_known:
            told += f", {len(step.not_known):,} not known"
        rules.append(
            Node(
                "rule",
                f"{number}. {step.words}",
                (NodeFact("waterfall", f"{told}, {step.kept:,} on"),),
            )
        )
    definition = evaluation.definition
    what = definition.counts or ", ".join(
        property_words(name, vocabulary.core()) for name in definition.reports
    )
    facts = (
        NodeFact("counts" if definition.counts else "reports", what)
        if not definition.measures
        else NodeFact("measures", f"{definition.measures} of each {definition.counts}"),
        NodeFact("definition", f"{definition.key}, sha256 {definition.digest}"),
    )
    return Node("recipe", "How it was made", facts, tuple(rules), definition.position)


def _member(member: FigureMember, evaluation: Evaluation, down: Descent) -> Node:
    caption = evaluation.captions.get(member.position, f"record {member.position}")
    claims = [claim for claim in member.claims[:CLAIMS_EACH] if claim in down.claims]
    return Node(
        "record",
        caption,
        tuple(_of_whom(member, down)),
        tuple(down.claim(claim) for claim in claims) or down.proof(member.position),
        member.record,
        more=len(member.claims) - len(claims),
    )


def _of_whom(member: FigureMember, down: Descent) -> Iterator[NodeFact]:
    """Of an episode, of whom it is; and of a claim that reads as one, that it only may be one."""
    owner = None if member.of is None else down.mentions.get(member.of)
    if member.ungrouped:
        yield NodeFact("meaning", "one claim that no one has grouped: it counts as a possible one")
    elif owner is not None:
        yield NodeFact("of", owner.caption)


def _conflicts(conflicts: Sequence[Conflict], evaluation: Evaluation) -> Node:
    nodes = []
    for conflict in conflicts[:CONFLICTS_SHOWN]:
        name = evaluation.captions.get(conflict.record, f"record {conflict.record}")
        claims = ", ".join(f"#{claim}" for claim in conflict.claims[:12])
        if len(conflict.claims) > 12:
            claims += f" and {len(conflict.claims) - 12} more"
        reasons = sorted({pair.reason for pair in conflict.pairs})
        nodes.append(
            Node(
                "conflict",
                f"{name}, {property_words(conflict.property, vocabulary.core())}: "
                f"{len(conflict.claims)} claims {conflict.words}",
                (NodeFact("claims", claims), *(NodeFact("because", reason) for reason in reasons)),
            )
        )
    return Node(
        "conflicts",
        f"Claims that differ, side by side: {len(conflicts):,}",
        (),
        tuple(nodes),
        more=len(conflicts) - len(nodes),
    )


# --- record, exhibit, source ----------------------------------------------------------------


def _record(
    viewer: Viewer, mention: m.Mention, as_of: int, limit: int, offset: int, down: Descent
) -> Node:
    records = records_around(viewer, [mention.position], as_of)
    mentions = records.members(records.of(mention.position))
    about = Q(subject__in=mentions)
    if mention.of is not None and (grouped := grouped_in(viewer, mentions, as_of)):
        about |= Q(position__in=grouped)
    claims = live_claims(viewer, as_of).filter(about)
    in_all = claims.count()
    wanted = claims.order_by("property", "position").values_list("position", flat=True)
    shown = list(wanted[offset : offset + limit])
    down.read(shown)
    captions = dict(
        visible(viewer, m.Mention).filter(position__in=mentions).values_list("position", "caption")
    )
    facts = [NodeFact("kind", mention.kind)]
    if len(mentions) > 1:
        facts.append(
            NodeFact("mentions joined", ", ".join(f"{captions[p]} (#{p})" for p in mentions))
        )
    children: list[Node] = []
    conflicts = found_conflicts.of_subject(viewer, mention.position, as_of)
    if conflicts:
        words = [
            f"{property_words(c.property, vocabulary.core())}: {len(c.claims)} claims {c.words}"
            for c in conflicts
        ]
        children.append(
            Node("conflicts", "Claims that differ", (), tuple(Node("conflict", w) for w in words))
        )
    children += [down.claim(claim) for claim in shown]
    children += down.proof(mentions[0])
    return Node(
        "record",
        captions.get(mentions[0], mention.caption),
        tuple(facts),
        tuple(children),
        mentions[0],
        more=max(0, in_all - offset - len(shown)),
    )


def _exhibit(viewer: Viewer, exhibit: m.Exhibit, limit: int, offset: int, down: Descent) -> Node:
    passages = visible(viewer, m.Passage).filter(exhibit=exhibit.position).order_by("position")
    in_all = passages.count()
    shown = list(passages[offset : offset + limit])
    layers = {p.layer for p in shown if p.layer is not None}
    rows = visible(viewer, m.Layer).filter(position__in=layers)
    down.layers = {row.position: row for row in rows}
    down.exhibits = {}  # it stands above them: not repeated under each passage
    node = down.exhibit(exhibit)
    children = (*node.children, *(down.passage(passage) for passage in shown))
    more = max(0, in_all - offset - len(shown))
    return Node(node.kind, node.title, node.facts, children, node.position, more=more)


def _source(viewer: Viewer, source: m.Source, limit: int, offset: int, down: Descent) -> Node:
    spoken = visible(viewer, m.ClaimSource).filter(source=source.position).order_by("claim")
    in_all = spoken.count()
    shown = list(spoken.values_list("claim", flat=True)[offset : offset + limit])
    down.read(shown)
    down.sources[source.position] = source
    node = down.source(source.position, {}, through=False)
    facts = node.facts
    if source.about:
        facts = (*facts, NodeFact("about", source.about))
    if source.ended_at is not None:
        facts = (*facts, NodeFact("ended", f"{source.ended_by} by entry {source.ended_at}"))
    children = [down.claim(claim) for claim in shown if claim in down.claims]
    children += down.proof(source.position)
    more = max(0, in_all - offset - len(shown))
    return Node("source", source.name or source.code, facts, tuple(children), source.position, more)
