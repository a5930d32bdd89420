"""The public benchmark is frozen, its two sides share no name, and its score is right."""

from __future__ import annotations

import hashlib

from benchmarks.names import UNSEEN, load, recall_at
from benchmarks.names_pairs import DATA, side

#: Changes only with a new version of the benchmark, said in docs/methods/names.md.
SECOND = "4f24cf87779737b8472a4e26bdc2067144400dcd6033a35ac946c5c03760e997"
THIRD = "87e33bb5ba7395d2d53a8a4ee272d1e61cd3b1d29526f976b754703b561aba6a"
FOURTH = "5fb1823ac5fa805411142e2988e76a4386a482b8c0c123425891f52816e5eac0"
FIFTH = "c965ec37e17718e1a8bafd609081394ab5e92e250f44304a2ab09a84ce12a333"
FROZEN = "fe099b8e9dc33f8f739881697043facbea6226cb7bbd35ada121872b0ab7e89a"


def test_the_pairs_are_frozen() -> None:
    for name, digest in (
        ("pairs.csv", FROZEN),
        ("second.csv", SECOND),
        ("third.csv", THIRD),
        ("fourth.csv", FOURTH),
    ):
        assert hashlib.sha256((DATA / name).read_bytes()).hexdigest() == digest, name


def test_each_pair_has_one_label() -> None:
    labels: dict[frozenset[str], str] = {}
    for row in [row for split in ("train", "test", *UNSEEN) for row in load(split)]:
        pair = frozenset((row["left"], row["right"]))
        assert labels.setdefault(pair, row["same"]) == row["same"], pair
    assert {row["kind"] for row in load("second")} == {"given", "full", "county", "town"}


def test_no_name_is_on_both_sides() -> None:
    for split in ("train", "test"):
        for row in load(split):
            assert side(row["left_key"]) == split
            assert row["right_key"].startswith("made ") or side(row["right_key"]) == split


def test_recall_at_a_precision() -> None:
    scored = [(0.9, True), (0.8, True), (0.7, False), (0.6, True)]
    assert recall_at(scored, 1.0) == (2 / 3, 0.8)
    assert recall_at(scored, 0.75) == (1.0, 0.6)
    assert recall_at([(0.5, True), (0.5, False)], 0.95) == (0.0, 1.0)
