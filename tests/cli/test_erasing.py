"""Erasing from the command line: asked for, approved by another, typed, done, and told."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.running import Ended

Habeas = Callable[..., Ended]
WORDS = "Tursun Example hid in the well behind the bakery"


@pytest.fixture
def exhibit(archive_here: Path, habeas: Habeas, tmp_path: Path) -> int:
    """An exhibit in an archive with two people."""
    assert habeas("people", "add", "--unprotected").code == 0
    file = tmp_path / "statement.txt"
    file.write_text(f"{WORDS}.\n", encoding="utf-8")
    added = habeas("add", file, "--json")
    assert added.code == 0, added.said
    return int(added.json["sealed"][0]["exhibit"])


@pytest.fixture
def people(habeas: Habeas, exhibit: int) -> list[str]:
    return [key["pseudonym"] for key in habeas("people", "list", "--json").json["people"]]


def asked(habeas: Habeas, exhibit: int, person: str) -> int:
    ended = habeas(
        *("erase", "request", "exhibit", str(exhibit), "--reason", "As asked.", "--yes"),
        *("--as", person, "--json"),
    )
    assert ended.code == 0, ended.said
    return int(ended.json["requested"])


def carry_out(habeas: Habeas, request: int, person: str, backup: Path, *more: str) -> Ended:
    return habeas(
        *("erase", "carry-out", str(request), "--backup", backup, "--as", person, *more),
    )


def test_a_request_is_shown_approved_and_carried_out(
    habeas: Habeas, exhibit: int, people: list[str], tmp_path: Path
) -> None:
    shown = habeas("erase", "request", "exhibit", str(exhibit), "--dry-run")
    assert shown.code == 0, shown.said
    assert "To be erased: " in shown.out
    assert habeas("erase", "list").out == "No one has asked for an erasure.\n"
    request = asked(habeas, exhibit, people[0])
    assert "waits for another person's approval" in habeas("erase", "list").out
    same = habeas("erase", "approve", str(request), "--as", people[0], "--yes")
    assert (same.code != 0, "erasure.refused" in same.err) == (True, True)
    early = carry_out(habeas, request, people[0], tmp_path / "b", "--confirm", "3")
    assert "no approval" in early.err
    approved = habeas("erase", "approve", str(request), "--as", people[1], "--yes")
    assert approved.code == 0, approved.said
    assert "This cannot reach:" in approved.err
    assert "given to a court" in approved.err

    count = len(
        habeas("erase", "request", "exhibit", str(exhibit), "--dry-run", "--json").json["erased"]
    )
    unasked = carry_out(habeas, request, people[0], tmp_path / "b")
    assert f"--confirm {count}" in unasked.err
    wrong = carry_out(habeas, request, people[0], tmp_path / "b", "--confirm", str(count + 1))
    assert f"{count} entries would be erased" in wrong.err
    lonely = carry_out(habeas, request, people[0], tmp_path / "b", "--confirm", str(count))
    assert "No one could restore the new backup" in lonely.err
    assert habeas("verify").code == 0
    done = carry_out(
        *(habeas, request, people[0], tmp_path / "b", "--confirm", str(count)),
        *("--only-own-keys", "--json"),
    )
    assert done.code == 0, done.said
    assert (tmp_path / "b").exists()
    assert done.json["epochs"] == [2]
    assert WORDS not in done.said
    verified = habeas("verify", "--json")
    assert verified.code == 0
    assert len(verified.json["erased"]) == count
    entry = done.json["erasure"]
    assert f"{count} entries erased by request at entry {entry}" in habeas("verify").out
    assert f"erased at entry {entry}" in habeas("why", str(exhibit)).err
    assert f"erased at entry {entry}" in habeas("erase", "list").out
    assert habeas("rebuild", "--check").code == 0
    assert "No erasure is under way" in habeas("erase", "resume").out


def test_a_new_team_is_told_to_wait_and_both_ages_are_shown(
    habeas: Habeas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request by a key that is too new says at once that nobody can approve it."""
    assert habeas("init", tmp_path / "new", "--unprotected").code == 0
    monkeypatch.chdir(tmp_path / "new")
    assert habeas("people", "add", "--unprotected").code == 0
    one = habeas("people", "list", "--json").json["people"][0]["pseudonym"]
    assert habeas("people", "add", "--unprotected", "--as", one).code == 0
    two = habeas("people", "list", "--json").json["people"][1]["pseudonym"]
    file = tmp_path / "statement.txt"
    file.write_text(f"{WORDS}.\n", encoding="utf-8")
    sealed = habeas("add", file, "--json").json["sealed"][0]["exhibit"]
    told = habeas(
        *("erase", "request", "exhibit", str(sealed), "--reason", "x", "--yes", "--as", two)
    )
    assert f"No one can approve it: {two}'s key is newer than 72 h." in told.out
    assert "Another person now approves it" not in told.out
    request = str(habeas("erase", "list", "--json").json["requests"][0]["entry"])
    refused = habeas("erase", "approve", request, "--yes", "--as", one)
    assert "trust.refused" in refused.err
    assert f"The key of {two} was granted at entry" in refused.said
    assert f"The key of {one} was granted at entry" in refused.said
    assert f"{one}, who approves, brought in {two}, who asks." in refused.said


def test_a_hold_is_named_and_forbids_it(habeas: Habeas, exhibit: int, people: list[str]) -> None:
    held = habeas("hold", "set", str(exhibit), "--authority", "Court of Example", "--as", people[0])
    assert held.code == 0, held.said
    assert "Court of Example" in habeas("hold").out
    ended = habeas(
        *("erase", "request", "exhibit", str(exhibit), "--reason", "x", "--yes"),
        *("--as", people[0]),
    )
    assert ended.code != 0
    assert "Legal hold: exhibit" in ended.out
    assert "Court of Example" in ended.err
    lifted = habeas(
        *("hold", "lift", str(exhibit), "--authority", "The same", "--yes", "--as", people[0])
    )
    assert lifted.code == 0, lifted.said
    assert habeas("hold").out == "No legal holds.\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("erase", "request", "exhibit", "1", "--reason", "x", "--yes"),
        ("erase", "request", "city", "7", "--reason", "x", "--yes"),
        ("erase", "approve", "1", "--yes"),
        ("erase", "carry-out", "1", "--backup", "b", "--confirm", "1"),
        ("consent", "withdraw", "1", "--yes"),
        ("hold", "set", "1", "--authority", "x"),
    ],
)
def test_what_is_not_there_is_refused(
    habeas: Habeas, exhibit: int, arguments: tuple[str, ...]
) -> None:
    ended = habeas(*arguments)
    assert ended.code not in (0, 70), ended.said
    assert "→" in ended.err


def test_the_same_bytes_added_again_are_a_new_exhibit(
    habeas: Habeas, exhibit: int, people: list[str], tmp_path: Path
) -> None:
    """Nothing is kept that could answer whether these bytes were here before."""
    request = asked(habeas, exhibit, people[0])
    assert habeas("erase", "approve", str(request), "--as", people[1], "--yes").code == 0
    count = habeas("erase", "list", "--json").json["requests"][0]["entries"]
    done = carry_out(
        *(habeas, request, people[1], tmp_path / "b", "--confirm", str(count)),
        "--only-own-keys",
    )
    assert done.code == 0, done.said
    again = habeas("add", tmp_path / "statement.txt", "--json")
    assert again.code == 0, again.said
    assert again.json["sealed"][0]["exhibit"] > exhibit
    assert again.json["held_already"] == []


def test_a_withdrawal_blocks_what_is_shared_and_a_redacted_copy_is_made(
    habeas: Habeas, archive_here: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "note.txt").write_text("Aygul Test was held. Another saw the gate.", "utf-8")
    for name, text in {
        "exhibits.csv": "id,file\nx,note.txt\n",
        "sources.csv": "id,kind,code\nw,witness,W-1\np,publication,paper\n",
        "mentions.csv": "id,kind,caption\na,person,Aygul Test\nt,place,Town\n",
        "claims.csv": "id,subject,property,value,source,exhibit,quote\n"
        "1,a,name,Aygul Test,w,x,Aygul Test was held\n2,t,name,Town,p,x,saw the gate\n",
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    imported = habeas("import", folder, "--json")
    assert imported.code == 0, imported.said
    source = int(imported.json["list"]) + 3
    ended = habeas(
        *("erase", "request", "consent", str(source), "--reason", "As asked.", "--yes", "--json")
    )
    assert ended.code == 0, ended.said
    (exhibit,) = ended.json["blocked"]
    assert ended.json["blocked"] == {exhibit: 1}
    assert ended.json["by_kind"]["consent"] == 1  # the withdrawal, which goes with the rest
    refused = habeas(
        *("custody", exhibit, "--by", "x", "--why", "y", "--copy-to", tmp_path / "out")
    )
    assert "exhibit.blocked" in refused.err
    assert not (tmp_path / "out").exists()
    phrases = tmp_path / "phrases"
    phrases.write_text("Aygul Test\n", encoding="utf-8")
    made = habeas("erase", "redact", exhibit, "--phrases", phrases, "--json")
    assert made.code == 0, made.said
    assert made.json["redacted"] > int(exhibit)
    again = habeas("erase", "unblock", exhibit, "--reason", "They agree again.", "--yes")
    assert again.code == 0, again.said
    assert habeas("erase", "redact", exhibit, "--range", "x").code == 2
    assert habeas("verify").code == 0


def test_what_stays_and_holds_the_same_is_shown_and_taken_along(
    habeas: Habeas, exhibit: int, people: list[str], tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "box.zip", "w") as box:
        box.write(tmp_path / "statement.txt", "papers/statement.txt")
    (tmp_path / "report.txt").write_text(f"He said: {WORDS.upper()}.", encoding="utf-8")
    added = habeas("add", tmp_path / "box.zip", tmp_path / "report.txt", "--json").json
    box_at, report = (each["exhibit"] for each in added["sealed"])
    shown = habeas("erase", "request", "exhibit", str(exhibit), "--dry-run")
    assert f"exhibit {box_at}, papers/statement.txt: the same bytes" in shown.out
    assert f"exhibit {report}: some of the same text" in shown.out
    assert f"--also {box_at} --also {report}" in shown.out
    request = asked(habeas, exhibit, people[0])
    approved = habeas("erase", "approve", str(request), "--as", people[1], "--yes")
    assert f"exhibit {box_at}, papers/statement.txt: the same bytes" in approved.out
    along = habeas(
        *("erase", "request", "exhibit", str(exhibit), "--also", str(box_at)),
        *("--also", str(report), "--dry-run", "--json"),
    ).json
    assert along["elsewhere"]["copies"] == []
    assert {exhibit, box_at, report} <= set(along["erased"])
