"""verify --deep and --objects-sample, as their user meets them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.cli.running import Ended
from tests.cli.test_faults import filled, flip, largest

__all__ = ["filled"]
Habeas = Callable[..., Ended]


def test_a_fault_says_what_rests_on_it(filled: Path, habeas: Habeas) -> None:
    sound = habeas("verify", "--deep")
    assert sound.code == 0, sound.said
    assert "Also checked: the database file, every derived table, 3 objects opened" in sound.out
    altered = largest(filled / "objects")
    flip(altered)
    ended = habeas("verify", "--deep")
    assert ended.code == 1
    assert f"{altered.parent.name}/{altered.name}" in ended.out
    assert "No claim and no figure rests on it." in ended.out
    faults = habeas("verify", "--deep", "--json").json["faults"]
    assert all(fault["effect"] == {"claims": [], "figures": []} for fault in faults)


def test_a_sample_says_its_seed_and_what_is_not_checked(filled: Path, habeas: Habeas) -> None:
    ended = habeas("verify", "--objects-sample", "1", "--seed", "5", "--json")
    assert ended.code == 0, ended.said
    assert (ended.json["objects"], ended.json["seed"]) == (1, 5)
    said = habeas("verify", "--objects-sample", "1")
    assert "not checked. The sample was taken by chance with the seed " in said.out
    for wrong in ("0", "101%", "five"):
        assert habeas("verify", "--objects-sample", wrong).code == 3
