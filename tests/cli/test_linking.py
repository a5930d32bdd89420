"""``habeas link`` on the demonstration: proposed, judged, undone, and what figures say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.cli.running import run

FIGURE = "detention-told-of"
SPELLINGS = {"Mailikemu Maimati", "Mailikemu Mamiti"}


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    directory = tmp_path / "demo"
    assert run("demo", "--no-serve", "--directory", str(directory)).code == 0
    return directory


def headline(demo: Path) -> str:
    found: str = run("figure", "show", FIGURE, "--archive", str(demo), "--json").json["value"]
    return found


def test_two_spellings_are_proposed_and_move_a_figure_until_they_are_judged(demo: Path) -> None:
    there = ("--archive", str(demo))
    assert headline(demo) == "11 persons"
    tried = run("link", "run", "--kind", "person", "--dry-run", *there, "--json").json["runs"][0]
    assert tried["entry"] is None
    assert headline(demo) == "11 persons"
    proposed = run("link", "run", *there, "--json").json["runs"]
    assert [each["kind"] for each in proposed] == ["person", "facility", "organisation", "place"]
    assert headline(demo) == "10 to 11 persons (1 pair not decided)"
    pair = run("link", "next", "--kind", "person", *there, "--json").json["pair"]
    assert {pair["left"]["caption"], pair["right"]["caption"]} == SPELLINGS
    assert pair["left"]["claims"]
    assert 0 < pair["probability"] < 1
    names = (str(pair["left"]["mention"]), str(pair["right"]["mention"]))
    judged = run("link", "judge", *names, "same", "--reason", "one husband", *there, "--json").json
    assert [each["key"] for each in judged["figures"]] == [FIGURE]
    assert headline(demo) == "10 persons"
    undone = run("link", "undo", str(judged["judgement"]), "--reason", "too soon", *there, "--json")
    assert [each["after"] for each in undone.json["figures"]] == [
        "10 to 11 persons (1 pair not decided)"
    ]
    towns = run("link", "run", "--kind", "place", "--dry-run", *there)
    assert "Jiashi County" in next(line for line in towns.out.splitlines() if "Payzawat" in line)


def test_two_reviewers_do_not_see_how_probable_a_pair_is(demo: Path) -> None:
    there = ("--archive", str(demo))
    run("people", "add", "--unprotected", *there)
    people = [p["pseudonym"] for p in run("people", "list", *there, "--json").json["people"]]
    set_ = ("link", "policy", "--reviewers", "2", "--blind", "--as", people[0], *there, "--json")
    assert run(*set_).json["blind"] is True
    assert run("link", "policy", *there, "--json").json["reviewers"] == 2
    proposed = run("link", "run", "--kind", "person", *there)
    assert not re.search(r"  0\.\d", proposed.out)
    asked = ("link", "next", "--kind", "person", "--as", people[0], *there, "--json")
    pair = run(*asked).json["pair"]
    assert "probability" not in pair
    names = (str(pair["left"]["mention"]), str(pair["right"]["mention"]))
    first = run(
        "link", "judge", *names, "same", "--reason", "a", "--as", people[0], *there, "--json"
    )
    assert first.json["waits_for"] == "second"
    assert headline(demo) == "10 to 11 persons (1 pair not decided)"
    assert run(*asked).json["pair"] is None
    second = run(
        "link", "judge", *names, "same", "--reason", "b", "--as", people[1], *there, "--json"
    )
    assert second.json["verdict"] == "same"
    assert headline(demo) == "10 persons"
    told = run("link", "report", *there, "--json").json
    assert told["agreement"] == {"pairs": 1, "agreed": 1, "kappa": None}


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("run", "--kind", "document"), "none of"),
        (("judge",), "No one can be asked"),
        (("judge", "374"), "two mentions and a verdict"),
        (("judge", "374", "374", "same", "--reason", "x"), "same as itself"),
        (("judge", "374", "375", "perhaps", "--reason", "x"), "No verdict"),
        (("undo", "374", "--reason", "x"), "not a judgement"),
    ],
)
def test_what_cannot_be_done_is_said(demo_once: Path, args: tuple[str, ...], words: str) -> None:
    ended = run("link", *args, "--archive", str(demo_once))
    assert ended.code in (2, 3)
    assert words in " ".join(ended.err.split())


@pytest.fixture(scope="module")
def demo_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One demonstration for what changes nothing."""
    directory = tmp_path_factory.mktemp("link") / "demo"
    assert run("demo", "--no-serve", "--directory", str(directory)).code == 0
    return directory
