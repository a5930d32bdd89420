"""Candidates measured against labels: pairs, clusters, calibration, what was lost."""

from __future__ import annotations

import pytest

from habeas.linking import CandidatePair, LabelledPair, evaluate, labels_of
from habeas.linking.errors import BadLabel, BadSetting


def edge(left: str, right: str, probability: float) -> CandidatePair:
    return CandidatePair(left, right, probability, ("made up",))


def test_a_chain_keeps_its_pair_precision_and_loses_its_cluster_precision() -> None:
    """Two right pairs and one wrong edge between them: .67 of pairs, .33 of the cluster's."""
    truth = labels_of({"a": "1", "b": "1", "c": "2", "d": "2"})
    found = evaluate(
        [edge("a", "b", 0.99), edge("c", "d", 0.98), edge("b", "c", 0.6)], truth, complete=True
    )
    assert found.pair_precision == pytest.approx(2 / 3)
    assert found.pair_recall == 1
    assert found.cluster_precision == pytest.approx(2 / 6)
    assert found.cluster_recall == 1
    (cluster,) = found.clusters
    assert cluster.records == ("a", "b", "c", "d")
    assert (cluster.weakest.left, cluster.weakest.right) == ("b", "c")
    assert cluster.pure is False


def test_the_weakest_edge_is_one_that_the_cluster_needs() -> None:
    edges = [edge("a", "b", 0.9), edge("b", "c", 0.8), edge("a", "c", 0.6)]
    (cluster,) = evaluate(edges, [], threshold=0.5).clusters
    assert cluster.weakest.probability == 0.8
    assert cluster.pure is None


def test_lost_pairs_are_told_from_those_below_the_threshold() -> None:
    truth = labels_of({"a": "1", "b": "1", "c": "2", "d": "2", "e": "3", "f": "3"})
    found = evaluate([edge("a", "b", 0.9), edge("c", "d", 0.2)], truth, complete=True)
    assert found.lost == (("e", "f"),)
    assert found.below == (("c", "d"),)
    assert found.pair_recall == pytest.approx(1 / 3)


def test_labels_that_are_not_complete_count_only_where_they_tell() -> None:
    labels = [
        LabelledPair("a", "b", True),
        LabelledPair("b", "c", True),
        LabelledPair("c", "x", False),
    ]
    edges = [edge("a", "c", 0.9), edge("a", "x", 0.8), edge("x", "y", 0.7)]
    found = evaluate(edges, labels)
    assert found.pair_precision == 0.5
    assert found.unlabelled == 1
    assert found.lost == (("a", "b"), ("b", "c"))


def test_calibration_compares_what_was_said_with_what_is_true() -> None:
    edges = [edge(f"l{at}", f"r{at}", 0.75) for at in range(4)]
    labels = [LabelledPair(f"l{at}", f"r{at}", at < 3) for at in range(4)]
    (found,) = evaluate(edges, labels).calibration
    assert (found.candidates, found.said, found.true) == (4, 0.75, 0.75)


def test_nothing_to_divide_by_is_none() -> None:
    found = evaluate([], [])
    assert (found.pair_precision, found.pair_recall, found.pair_f1) == (None, None, None)
    assert (found.cluster_precision, found.cluster_recall) == (None, None)


def test_labels_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(BadLabel, match="labelled different"):
        evaluate(
            [],
            [
                LabelledPair("a", "b", True),
                LabelledPair("b", "c", True),
                LabelledPair("a", "c", False),
            ],
        )
    with pytest.raises(BadLabel, match="itself"):
        evaluate([], [LabelledPair("a", "a", True)])


@pytest.mark.parametrize("threshold", [0.0, 1.5])
def test_a_threshold_is_a_probability(threshold: float) -> None:
    with pytest.raises(BadSetting):
        evaluate([], [], threshold=threshold)
