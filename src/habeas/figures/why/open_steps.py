"""What a number leaves open, as steps of its why: open pairs, and an estimate's lists.

How probable a run found a pair is not shown: who judges it may have to be blind to that.
"""

from __future__ import annotations

from collections.abc import Sequence

from habeas.figures.definition.wording import between_words
from habeas.figures.evaluation.capturing import CaptureList, FigureCapture
from habeas.figures.evaluation.estimates import Told
from habeas.figures.evaluation.results import CountedFigure, EstimatedFigure, Evaluation
from habeas.figures.evaluation.undecided import Weighed
from habeas.figures.why.nodes import Node, NodeFact

PAIRS_SHOWN = 20


def told_lists(evaluation: Evaluation) -> list[Node]:
    """The steps between an estimate and its members; none for other figures."""
    if not isinstance(evaluation, EstimatedFigure):
        return []
    captured = evaluation.capture
    nodes = [_lists(evaluation, captured)]
    if captured.pairs:
        heaviest = [Weighed(pair, 1, 0) for pair in captured.pairs]
        nodes.append(_pairs(evaluation, heaviest, told_weight=False))
    if evaluation.estimates is not None:
        nodes.append(_made(evaluation.estimates.apart, evaluation))
    return nodes


def told_inventories(evaluation: Evaluation) -> list[Node]:
    """The inventories of a count with what they share; none for other figures."""
    found = evaluation.inventories if isinstance(evaluation, CountedFigure) else None
    if found is None:
        return []
    lists = tuple(
        Node(
            "list",
            each.name,
            (
                NodeFact("on it", between_words(each.fewest.number, each.number)),
                NodeFact("on no other, as decided", f"{each.alone:,}"),
                NodeFact("could hold", each.includes),
            ),
            tuple(
                Node("source", evaluation.sources[position].title, (), (), position)
                for position in each.sources
            ),
        )
        for each in found.lists
    )
    shared = tuple(
        Node(
            "shared",
            f"{found.lists[each.left].name} and {found.lists[each.right].name}: "
            f"{between_words(each.least, each.most)}",
        )
        for each in found.shared
    )
    facts = [NodeFact("in all", between_words(found.fewest.number, len(found.on)))]
    if not found.fewest.exact:
        facts.append(NodeFact("lower end", "a bound: there may be no way to so few"))
    if found.apart:
        entries = ", ".join(f"#{at}" for at in found.apart[:PAIRS_SHOWN])
        facts.append(NodeFact("judged different among them", entries))
    return [
        Node("inventories", f"The inventories: {len(lists)}", tuple(facts), lists),
        Node("shared", "What each two share", (), shared),
    ]


def told_pairs(evaluation: Evaluation) -> list[Node]:
    """The pairs that make a count a range, heaviest first."""
    if not evaluation.open_pairs:
        return []
    return [_pairs(evaluation, evaluation.open_pairs, told_weight=True)]


def _lists(evaluation: Evaluation, captured: FigureCapture) -> Node:
    asked = evaluation.definition.estimation
    facts = [
        NodeFact("population closed", asked.closed_population),
        NodeFact("everyone could have been listed", asked.everyone_could_be_listed),
    ]
    if captured.table is not None:
        facts.append(NodeFact("on several lists", f"{captured.table.on_several:,}"))
        facts.append(NodeFact("table", f"sha256 {captured.table.digest}"))
    return Node(
        "lists",
        f"The lists: {len(captured.lists)}",
        tuple(facts),
        tuple(_list(each, evaluation) for each in captured.lists),
    )


def _list(each: CaptureList, evaluation: Evaluation) -> Node:
    facts = [NodeFact("on it", f"{each.persons:,}")]
    facts += [NodeFact("could hold", part.includes) for part in each.parts]
    if each.merged:
        facts.append(NodeFact("one list because", "their sources repeat each other"))
    sources = tuple(
        Node("source", evaluation.sources[position].title, (), (), position)
        for position in each.sources
    )
    return Node("list", each.name, tuple(facts), sources)


def _pairs(evaluation: Evaluation, pairs: Sequence[Weighed], *, told_weight: bool) -> Node:
    def name(record: int) -> str:
        return f"{evaluation.captions.get(record, 'record')} (#{record})"

    def node(each: Weighed) -> Node:
        pair, facts = each.pair, []
        if pair.judgement is not None:
            facts.append(NodeFact("judged", "cannot tell"))
        else:
            facts.append(NodeFact("proposed by", f"the run at entry {pair.linkage}"))
        if told_weight:
            ends = ["upper end -1 if the same"] * each.if_same
            ends += ["lower end +1 if different"] * each.if_different
            facts.append(NodeFact("decided, it moves", ", ".join(ends) or "neither end alone"))
        return Node(
            "pair", f"{name(pair.left)} and {name(pair.right)}", tuple(facts), (), pair.entry
        )

    return Node(
        "pairs",
        f"Pairs not decided yet: {len(pairs):,}",
        (),
        tuple(node(each) for each in pairs[:PAIRS_SHOWN]),
        more=max(0, len(pairs) - PAIRS_SHOWN),
    )


def _made(told: Told, evaluation: Evaluation) -> Node:
    document = told.document
    facts = [
        NodeFact("estimated", told.words),
        NodeFact("method", evaluation.definition.estimation.method),
    ]
    chosen = [
        each
        for each in document.get("methods", ())
        if each["key"] == evaluation.definition.estimation.method
    ]
    facts += [NodeFact("assumes", each["assumption"]) for each in chosen]
    if "seed" in document:
        versions = ", ".join(f"{name} {v}" for name, v in document["versions"].items())
        facts.append(NodeFact("made with", f"seed {document['seed']}; {versions}"))
    cautions = tuple(Node("caution", each["sentence"]) for each in document.get("cautions", ()))
    return Node("estimate", "How the number was made", tuple(facts), cautions)
