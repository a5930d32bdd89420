"""custody: the chain printed, added to, checked and copied out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.running import Ended
from tests.support.damaged import flip

from habeas.cli import endings


@pytest.fixture
def exhibit(archive_here: Path, habeas: Callable[..., Ended]) -> str:
    file = archive_here.parent / "statement.txt"
    file.write_text("Twelve rooms.\n", encoding="utf-8")
    added = habeas("add", file, "--from", "A courier", "--on", "2019-11-24", "--json")
    return str(added.json["sealed"][0]["exhibit"])


def test_the_chain_is_printed_and_added_to(exhibit: str, habeas: Callable[..., Ended]) -> None:
    said = ("--by", "A courier", "--where", "Example town", "--why", "safe keeping")
    more = ("--at", "2019-11-24T14:30+08:00", "--authority", "the owner", "--changed", "nothing")
    ended = habeas("custody", exhibit, "--add", "transfer-in", *said, *more, "--responsible", "me")
    assert ended.code == endings.OK, ended.said
    for words in ("Received", "Sealed", "Transferred in", "14:30 (UTC+08:00)", "answers for it"):
        assert words in ended.out
    steps = habeas("custody", exhibit, "--json").json["steps"]
    events = [step["event"] for step in steps if step["event"] != "read"]
    assert events == ["received", "sealed", "transfer-in"]
    assert steps[-1]["place"] == "Example town"
    assert habeas("verify").code == endings.OK


def test_a_person_may_sign_an_event(exhibit: str, habeas: Callable[..., Ended]) -> None:
    pseudonym = habeas("people", "--json").json["people"][0]["pseudonym"]
    added = habeas(
        *("custody", exhibit, "--add", "opened", "--by", "me", "--why", "reading"),
        *("--as", pseudonym, "--json"),
    )
    assert added.json["steps"][-1]["person"] == pseudonym


def test_a_copy_and_a_check_are_events(
    exhibit: str, habeas: Callable[..., Ended], tmp_path: Path
) -> None:
    copied = habeas(
        "custody", exhibit, "--copy-to", tmp_path / "copy", "--by", "me", "--why", "the expert"
    )
    assert copied.code == endings.OK, copied.said
    assert (tmp_path / "copy").read_text("utf-8") == "Twelve rooms.\n"
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o600
    assert habeas("custody", exhibit, "--check").code == endings.OK
    for path in (tmp_path / "archive" / "objects").rglob("*"):
        if path.is_file() and len(path.name) == 64:
            flip(path)
    damaged = habeas("custody", exhibit, "--check")
    assert damaged.code == endings.FINDINGS
    assert "Damaged" in damaged.out
    steps = habeas("custody", exhibit, "--json").json["steps"]
    assert [step["outcome"] for step in steps if "outcome" in step] == ["as-sealed", "damaged"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--add", "bogus", "--by", "a", "--why", "b"), endings.REFUSED, "No custody event"),
        (("--add", "opened", "--by", "a"), endings.REFUSED, "without --why"),
        (("--add", "opened", "--why", "a"), endings.REFUSED, "without --by"),
        (("--add", "derived", "--by", "a", "--why", "b"), endings.REFUSED, "was derived"),
        (("--add", "opened", "--by", "a", "--why", "b", "--at", "x"), endings.REFUSED, "date"),
        (("--copy-to", "x", "--by", "a"), endings.REFUSED, "recorded with who"),
        (("--check", "--copy-to", "x"), endings.USAGE, "one of"),
        (("--by", "a"), endings.USAGE, "give what happened"),
    ],
)
def test_what_says_too_little_is_refused(
    exhibit: str, habeas: Callable[..., Ended], arguments: tuple[str, ...], code: int, words: str
) -> None:
    before = habeas("verify", "--json").json["size"]
    ended = habeas("custody", exhibit, *arguments)
    assert (ended.code, words in ended.err) == (code, True), ended.said
    assert habeas("verify", "--json").json["size"] == before


def test_what_is_no_exhibit_is_refused(exhibit: str, habeas: Callable[..., Ended]) -> None:
    assert "[reference.unknown]" in habeas("custody", "0").err


def test_a_bundle_names_the_files_that_it_gives_whole(
    archive_here: Path, habeas: Callable[..., Ended]
) -> None:
    path = archive_here.parent / "victims.csv"
    path.write_text("Name,Born\nPerson One,1961\nPerson Two,1962\n", encoding="utf-8")
    number = str(habeas("add", path, "--json").json["sealed"][0]["exhibit"])
    told = ("bundle", "make", number, "--level", "team", "--purpose", "For a court of law")
    said = habeas(*told, "--to", "../whole").out
    assert "Given whole: victims.csv, with every row, also those of other people." in said
    assert f"`--without-file {number}` proves it without giving it." in said
    assert habeas(*told, "--to", "../w2", "--json").json["given_whole"] == [int(number)]
    proven = habeas(*told, "--to", "../proven", "--without-file", number)
    assert proven.code == 0
    assert "Given whole" not in proven.out
