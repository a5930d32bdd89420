"""keys: who can open them, who could recover them, tried before it is needed."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import subprocess
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pyrage
import pytest
from tests.cli.conftest import PASSPHRASE
from tests.cli.running import PROGRAM, Ended

from habeas.custody.keys import key_files, recovery
from habeas.custody.keys.keyring import Keyring

Habeas = Callable[..., Ended]


@pytest.fixture
def custodian(tmp_path: Path) -> tuple[Path, str]:
    """A custodian's identity file, as age-keygen writes it, and the recipient."""
    identity = pyrage.x25519.Identity.generate()
    file = tmp_path / "custodian.txt"
    file.write_text(f"# created: today\n# public key: {identity.to_public()}\n{identity}\n")
    return file, str(identity.to_public())


def words_file(folder: Path, text: str) -> Path:
    file = folder / f"p-{text[:4]}"
    file.write_text(f"{text}\n", encoding="utf-8")
    file.chmod(0o600)
    return file


def finding(habeas: Habeas, name: str) -> tuple[str, str]:
    for each in habeas("doctor", "--json").json["findings"]:
        if each["name"] == name:
            return each["state"], each["words"]
    raise AssertionError(name)


def test_an_unprotected_archive_is_protected_and_its_passphrase_forgotten(
    archive_here: Path, habeas: Habeas, custodian: tuple[Path, str], tmp_path: Path
) -> None:
    """One test, because each passphrase costs what scrypt is meant to cost."""
    file, recipient = custodian
    assert habeas("keys", "custodians", "add", "abroad", recipient).code == 0
    first = words_file(tmp_path, "first words")
    assert habeas("keys", "protect", "--new-passphrase-file", first).code == 0
    assert key_files.is_protected(archive_here / "keys")
    assert finding(habeas, "keys")[0] == "good"
    rehearsed = habeas("keys", "rehearse", "--identity", file)
    assert rehearsed.code == 0, rehearsed.said
    assert "custodian abroad gave back the keys" in rehearsed.out
    before = (archive_here / "keys" / "installation").read_bytes()
    new = words_file(tmp_path, "second words")
    recover = ("keys", "recover", "--identity", file, "--new-passphrase-file", new)
    refused = habeas(*recover)
    assert "cli.confirmation-needed" in refused.err
    assert (archive_here / "keys" / "installation").read_bytes() == before
    assert habeas(*recover, "--yes").code == 0
    assert habeas("verify", "--passphrase-file", new).code == 0
    wrong = habeas("verify", "--passphrase-file", first)
    assert "keys.wrong-passphrase" in wrong.err
    assert "first words" not in wrong.said


def test_a_person_sets_a_passphrase(archive_here: Path, habeas: Habeas, tmp_path: Path) -> None:
    person = habeas("people", "list", "--json").json["people"][0]["pseudonym"]
    new = words_file(tmp_path, "mine alone")
    assert habeas("keys", "protect", "--as", person, "--new-passphrase-file", new).code == 0
    assert key_files.is_protected(archive_here / "keys" / "people" / f"{person}.key")
    unknown = habeas("keys", "protect", "--as", "p-0000000000000000")
    assert "keys.missing" in unknown.err


def test_custodians_come_and_go(
    archive_here: Path, habeas: Habeas, custodian: tuple[Path, str], tmp_path: Path
) -> None:
    file, recipient = custodian
    assert "No custodian" in habeas("keys", "custodians").out
    state, words = finding(habeas, "recovery")
    assert state == "unsure"
    assert "no one else" in words
    assert habeas("keys", "custodians", "add", "abroad", recipient).code == 0
    state, words = finding(habeas, "recovery")
    assert state == "unsure"
    assert "by abroad, alone" in words
    assert "Never tried" in words
    assert "what custodians are called" in finding(habeas, "stranger")[1]
    again = habeas("keys", "custodians", "add", "again", recipient)
    assert "recovery.bad-recipient" in again.err
    secret = file.read_text().splitlines()[-1]
    given = habeas("keys", "custodians", "add", "oops", secret)
    assert "secret key" in given.err
    assert secret not in given.said
    assert recipient in habeas("keys", "custodians", "list").out
    assert habeas("keys", "custodians", "remove", "nobody").code != 0
    removed = habeas("keys", "custodians", "remove", "abroad")
    assert "A copy made before still opens" in removed.out
    assert habeas("keys", "rehearse", "--identity", file).code != 0
    assert not (archive_here / "keys" / "recovery" / "copy").exists()


def test_a_failed_rehearsal_is_remembered(
    archive_here: Path, habeas: Habeas, custodian: tuple[Path, str], tmp_path: Path
) -> None:
    file, recipient = custodian
    habeas("keys", "custodians", "add", "abroad", recipient)
    before = (archive_here / "keys" / "installation").read_bytes()
    assert habeas("keys", "rehearse", "--identity", file).code == 0
    assert finding(habeas, "recovery")[0] == "good"
    other = tmp_path / "other.txt"
    other.write_text(f"{pyrage.x25519.Identity.generate()}\n")
    tried = habeas("keys", "rehearse", "--identity", other)
    assert "recovery.wrong-key" in tried.err
    state, words = finding(habeas, "recovery")
    assert state == "red"
    assert "it FAILED" in words
    assert (archive_here / "keys" / "installation").read_bytes() == before
    nothing = tmp_path / "nothing.txt"
    nothing.write_text("hello\n")
    assert "holds no age identity" in habeas("keys", "rehearse", "--identity", nothing).err


def test_rotation_seals_the_copy_anew_and_says_so(
    archive_here: Path, habeas: Habeas, custodian: tuple[Path, str], tmp_path: Path
) -> None:
    file, recipient = custodian
    (tmp_path / "note.txt").write_text("A note.")
    assert habeas("add", tmp_path / "note.txt").code == 0
    habeas("keys", "custodians", "add", "abroad", recipient)
    copy = archive_here / "keys" / "recovery" / "copy"
    kept = tmp_path / "kept-elsewhere"
    kept.write_bytes(copy.read_bytes())
    rotated = habeas("keys", "rotate", "--rewrap", "--json")
    assert rotated.json["epoch"] == 2
    assert rotated.json["rewrapped"] >= 1
    assert habeas("keys", "rehearse", "--identity", file).code == 0
    older = habeas("keys", "rehearse", "--identity", file, "--copy", kept)
    assert older.code == 1
    assert "of epoch 2" in older.out
    assert finding(habeas, "recovery")[0] == "red"
    refused = habeas("keys", "rotate", "--end-old")
    assert "cli.confirmation-needed" in refused.err
    assert habeas("keys", "rotate", "--end-old", "--yes", "--json").json["ended"] == [1, 2]
    assert habeas("verify").code == 0
    key_files.replace(copy, kept.read_bytes())
    recipients = archive_here / "keys" / "recovery" / "recipients"
    text = re.sub('"copy_of": "[0-9a-f]+"', '"copy_of": "00"', recipients.read_text())
    key_files.replace(recipients, text.encode())
    assert "habeas keys refresh" in finding(habeas, "recovery")[1]
    assert habeas("keys", "refresh").code == 0
    assert habeas("keys", "rehearse", "--identity", file).code == 0


def test_shares_are_not_shown_where_there_is_no_terminal(
    archive_here: Path, habeas: Habeas
) -> None:
    ended = habeas("keys", "shares", "2", "3")
    assert "cli.shares-not-shown" in ended.err
    assert not (archive_here / "keys" / "recovery").exists()
    assert "recovery.bad-shares" in habeas("keys", "shares", "1", "3").err


class Terminal:
    """The program at a terminal of its own; what it shows is kept here and nowhere else."""

    def __init__(self, directory: Path, *arguments: str) -> None:
        self._master, slave = pty.openpty()
        self._process = subprocess.Popen(
            [PROGRAM, *arguments],
            cwd=directory,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # Ctrl-C reaches it
            env={**os.environ, "TERM": "xterm", "COLUMNS": "120", "NO_COLOR": "1"},
        )
        os.close(slave)
        self.shown = ""

    def wait_for(self, pattern: str) -> re.Match[str]:
        deadline = time.monotonic() + 60
        while not (found := re.search(pattern, self.shown)):
            ready, _, _ = select.select([self._master], [], [], 1)
            try:
                data = os.read(self._master, 4096) if ready else b""
            except OSError:
                data = b""
            self.shown += data.decode()
            assert time.monotonic() < deadline, self.shown
        self.shown = self.shown[found.end() :]
        return found

    def type(self, line: str) -> None:
        os.write(self._master, f"{line}\n".encode())

    def ended(self) -> int:
        try:
            while data := os.read(self._master, 4096):
                self.shown += data.decode()
        except OSError:
            pass
        os.close(self._master)
        return self._process.wait(60)


def test_a_share_is_wiped_also_when_somebody_breaks_off(archive_here: Path) -> None:
    terminal = Terminal(archive_here, "keys", "shares", "2", "2")
    terminal.wait_for("to show that it is written down: ")
    terminal.type("\x03")
    assert terminal.ended() == 130
    assert "\033[3J" in terminal.shown
    assert not (archive_here / "keys" / "recovery").exists()


def test_shares_on_paper_recover_the_keys(archive_here: Path, habeas: Habeas) -> None:
    """At a real terminal: each share shown once, two words typed back, then typed in again."""
    terminal = Terminal(archive_here, "keys", "shares", "2", "3")
    papers = []
    for number in (1, 2, 3):
        table = terminal.wait_for(rf"Share {number} of 3(.|\n)*?Word (\d+), to show[^:]*: ")
        listed = re.findall(r"(\d+) ([a-z]+)", table[0].partition("for one person:")[2])
        words = {int(place): word for place, word in listed if int(place) <= 33}
        assert sorted(words) == list(range(1, 34))
        papers.append(" ".join(words[place] for place in range(1, 34)))
        if number == 1:
            terminal.type("wrong")
            terminal.wait_for(r"another word.*\s+Word (\d+), to show[^:]*: ")
        terminal.type(words[int(table[2])])
        second = terminal.wait_for(r"Word (\d+), to show[^:]*: ")
        terminal.type(words[int(second[1])])
        terminal.wait_for(re.escape("\033[3J"))
    assert terminal.ended() == 0
    assert "Any 2 of these 3 shares now recover the keys" in terminal.shown
    for path in archive_here.rglob("*"):
        if path.is_file():
            assert papers[0].encode() not in path.read_bytes()

    terminal = Terminal(archive_here, "keys", "rehearse")
    terminal.wait_for("Type share 1")
    terminal.type(papers[2].replace(papers[2].split()[9], "zzzz"))
    terminal.wait_for("Word 10 is not in the list")
    terminal.wait_for("Type share 1")
    terminal.type(papers[2])
    terminal.wait_for("Type share 2 of 2")
    terminal.type(papers[2])
    terminal.wait_for("Share 3 was typed already")
    terminal.wait_for("Type share 2 of 2")
    terminal.type(papers[0])
    assert terminal.ended() == 0, terminal.shown
    assert "Recovery works: 2 shares" in terminal.shown
    state, words_ = finding(habeas, "recovery")
    assert state == "good"
    assert "any 2 of the 3 holders of shares" in words_

    piped = subprocess.run(
        [PROGRAM, "keys", "rehearse"],
        cwd=archive_here,
        input=f"{papers[0]}\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 of the 2 shares needed is here" in piped.stderr
    assert papers[0].split()[3] not in piped.stderr


def test_a_new_set_of_shares_ends_the_former(archive_here: Path, habeas: Habeas) -> None:
    from habeas.custody.keys import age_keys, shares

    keyring = Keyring.open(archive_here / "keys")
    sets = []
    for _ in range(2):
        identity, words = shares.split(2, 2)
        sets.append(words)
        new = recovery.Shares(2, 2, age_keys.recipient_of(identity), "2026-01-01")
        keyring.seal_copy(recovery.Recipients(shares=new))

    def rehearse(lines: list[str]) -> str:
        done = subprocess.run(
            [PROGRAM, "keys", "rehearse"],
            cwd=archive_here,
            input="\n".join(lines),
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr

    assert "recovery.wrong-key" in rehearse(sets[0])
    assert "different sets" in rehearse([sets[0][0], sets[1][1]])
    assert "Recovery works" in rehearse(sets[1])


def test_a_protected_archive_is_asked_for_its_passphrase(
    protected: Path, habeas: Habeas, custodian: tuple[Path, str]
) -> None:
    right, wrong = protected.parent / "right", protected.parent / "wrong"
    assert right.read_text().strip() == PASSPHRASE
    add = ("keys", "custodians", "add", "abroad", custodian[1], "--passphrase-file")
    assert "keys.wrong-passphrase" in habeas(*add, wrong).err
    assert habeas(*add, right).code == 0
    assert habeas("keys", "rehearse", "--identity", custodian[0]).code == 0  # no passphrase
    assert "keys.passphrase-needed" in habeas("keys", "rotate").err


def test_who_lacks_their_key_file_is_told_to_put_it_back(
    archive_here: Path, habeas: Callable[..., Ended]
) -> None:
    (key,) = (archive_here / "keys" / "people").glob("p-*.key")
    key.rename(archive_here.parent / key.name)
    for command in (["people", "renew"], ["people", "add", "--as", key.stem]):
        ended = habeas(*command)
        assert ended.code != 0
        assert "puts their own file p-….key back into keys/people" in ended.err
        assert "habeas people retire p-… --lost --unsigned" in ended.err
        assert "Make one with" not in ended.err
    (archive_here.parent / key.name).rename(key)
    assert habeas("people", "renew", "--unprotected").code == 0


def test_where_a_key_is_made_the_options_say_whose_passphrase(
    archive_here: Path, habeas: Callable[..., Ended], tmp_path: Path
) -> None:
    new = tmp_path / "new"
    new.write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    new.chmod(0o600)
    made = habeas("people", "add", "--person-passphrase-file", new, "--json").json
    for command in ("add", "renew"):
        told = ("people", command, "--as", made["pseudonym"], "--unprotected")
        ended = habeas(*told, "--person-passphrase-file", new)
        assert "Name a file that holds it: --as-passphrase-file FILE." in ended.err
        assert habeas(*told, "--as-passphrase-file", new).code == 0
    for command in ("add", "renew", "request"):
        said = " ".join(habeas("people", command, "--help").out.split())
        assert "Read the new key's passphrase, not that of who acts" in said
        assert "the acting person's passphrase" not in said


def test_what_nobody_could_ever_approve_is_not_asked_for(
    habeas: Callable[..., Ended], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert habeas("init", "young", "--unprotected").code == 0
    monkeypatch.chdir(tmp_path / "young")
    name = habeas("people", "add", "--unprotected", "--json").json["pseudonym"]
    ended = habeas("policy", "propose", "--approver-hours", "24", "--reason", "We are few.")
    assert "[trust.refused]" in ended.err
    assert f"No one could approve it: {name}'s key is newer than 72 h." in ended.err
    assert re.search(r"Ask again from 20..-..-.. ..:.. UTC on", ended.err)
    assert habeas("policy", "--json").json["requests"] == []
    assert (
        habeas(
            "policy", "propose", "--approver-hours", "24", "--reason", "We are few.", "--yes"
        ).code
        == 0
    )
    said = habeas("policy").out
    assert f"It cannot be approved: {name}'s key was too young when they asked. Ask again" in said
    assert "Another person can approve it" not in said
    (waiting,) = habeas("policy", "--json").json["requests"]
    assert waiting["ask_anew_at"] > 0
