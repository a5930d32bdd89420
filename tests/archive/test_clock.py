"""Nothing is signed under a clock that cannot be right, unless somebody says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.archive.making import add_reviewer, newspaper
from tests.cli.conftest import archive_here, habeas
from tests.cli.running import Ended

from habeas.archive.errors import ClockDoubted
from habeas.archive.ledger import appending
from habeas.archive.ledger.committed_entries import head
from habeas.archive.making import init_archive
from habeas.archive.opening import Archive
from habeas.archive.store import clock
from habeas.archive.store.clock import BEGUN, DAY, MOST_LATER
from habeas.archive.verify.verifying import verify

__all__ = ["archive_here", "habeas"]
SetClock = Callable[[int], None]
ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """Sets this machine's clock to a time in UTC seconds."""
    monkeypatch.setattr(clock, "_said", False)
    monkeypatch.setattr(clock, "_accepted", False)

    def to(seconds: int) -> None:
        monkeypatch.setattr(appending.time, "time", lambda: float(seconds))

    return to


def append(archive: Archive) -> None:
    with archive.writing() as batch:
        newspaper(batch, f"n-{batch.size}")


@pytest.mark.parametrize(
    "away", [-50 * 365 * DAY, -2 * DAY, MOST_LATER + DAY, 10 * 365 * DAY, 500 * 365 * DAY]
)
def test_a_clock_that_cannot_be_right_signs_nothing(
    archive: Archive, set_clock: SetClock, away: int
) -> None:
    size, newest = head()
    set_clock(newest + away)
    with pytest.raises(ClockDoubted) as refused:
        append(archive)
    assert "--despite-clock" in refused.value.next_step
    assert "Nothing was signed" in refused.value.message
    assert (archive.size, archive.log.size) == (size, size)


@ON_SQLITE
@pytest.mark.parametrize("away", [-DAY, -60, 0, 30 * DAY, MOST_LATER])
def test_what_is_likely_is_not_asked_about(
    archive: Archive, set_clock: SetClock, away: int
) -> None:
    set_clock(head()[1] + away)
    append(archive)
    assert verify(archive).faults == []


@ON_SQLITE
@pytest.mark.parametrize("at", [0, BEGUN - 1, BEGUN + 11 * 365 * DAY])
def test_a_first_entry_needs_a_clock_too(
    backend: str, tmp_path: Path, set_clock: SetClock, at: int
) -> None:
    set_clock(at)
    with pytest.raises(ClockDoubted):
        init_archive(tmp_path / "archive", passphrase=None)
    assert not (tmp_path / "archive").exists()
    clock.accept(accepted=True)
    assert init_archive(tmp_path / "archive", passphrase=None).size > 0


def test_after_an_entry_of_2036(
    archive: Archive, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody said yes once; then the clock was put right. The archive stays of use."""
    right, wrong = head()[1] + 60, appending.head()[1] + 10 * 365 * DAY
    set_clock(wrong)
    clock.accept(accepted=True)
    append(archive)
    set_clock(right)
    clock.accept(accepted=False)
    with pytest.raises(ClockDoubted, match="would be dated like it"):
        append(archive)
    clock.accept(accepted=True)
    append(archive)
    clock.accept(accepted=False)
    clock._said = False
    said: list[str] = []
    monkeypatch.setattr(clock.log, "warning", said.append)
    append(archive)  # it is not asked a second time
    append(archive)
    assert len(said) == 1
    assert "ahead of this machine's clock" in said[0]
    assert head()[1] == wrong
    assert verify(archive).newest == wrong
    set_clock(wrong + 20 * 365 * DAY)
    with pytest.raises(ClockDoubted):  # what was accepted was that time, not any clock
        append(archive)


@ON_SQLITE
def test_decisions_imports_and_jobs_go_the_same_way(archive: Archive, set_clock: SetClock) -> None:
    reviewer = add_reviewer(archive)
    set_clock(0)
    with pytest.raises(ClockDoubted), archive.writing(reviewer):
        pytest.fail("it began")
    with pytest.raises(ClockDoubted), archive.writing(sequence=False):
        pytest.fail("it began")


def test_no_time_ends_in_an_error_of_ours(set_clock: SetClock) -> None:
    for newest in (-(1 << 62), -1, 0, 1, BEGUN, 1 << 40, 1 << 62):
        for now in (0, BEGUN, 1 << 35, 1 << 45):
            set_clock(now)
            assert isinstance(clock.doubt(newest) + clock.remark(newest) + clock.utc(newest), str)


def test_the_commands_say_it(
    archive_here: Path, habeas: Callable[..., Ended], set_clock: SetClock, tmp_path: Path
) -> None:
    (tmp_path / "note.txt").write_text("Twelve rooms.")
    right = int(appending.time.time())
    set_clock(right + 10 * 365 * DAY)
    refused = habeas("add", tmp_path / "note.txt", "--no-read")
    assert refused.code == 3
    assert "[clock.doubted]" in refused.err
    assert "Sound" in habeas("verify").out
    assert habeas("--despite-clock", "add", tmp_path / "note.txt", "--no-read").code == 0
    set_clock(right)
    (tmp_path / "other.txt").write_text("Thirteen rooms.")
    assert habeas("add", tmp_path / "other.txt", "--no-read").code == 3
    assert habeas("--despite-clock", "add", tmp_path / "other.txt", "--no-read").code == 0
    clock._said = False
    (tmp_path / "third.txt").write_text("Fourteen rooms.")
    added = habeas("add", tmp_path / "third.txt", "--no-read")
    assert added.code == 0
    assert "10 years ahead of this machine's clock" in added.err
    verified = habeas("verify")
    assert verified.code == 0
    assert "10 years ahead of this machine's clock" in verified.out
    assert "ahead" in habeas("verify", "--json").json["clock"]
    found = {each["name"]: each for each in habeas("doctor", "--json").json["findings"]}
    assert found["clock"]["state"] == "red"
    assert "10 years ahead" in found["clock"]["words"]


@pytest.mark.parametrize("answer", [True, False])
def test_somebody_at_the_terminal_is_asked(
    archive_here: Path,
    habeas: Callable[..., Ended],
    set_clock: SetClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: bool,
) -> None:
    (tmp_path / "note.txt").write_text("Twelve rooms.")
    set_clock(int(appending.time.time()) + 3 * 365 * DAY)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    asked: list[str] = []

    def confirm(question: str, **given: object) -> bool:
        asked.append(question)
        return answer

    monkeypatch.setattr("typer.confirm", confirm)
    ended = habeas("add", tmp_path / "note.txt", "--no-read")
    assert asked == ["Record all the same, with this clock?"]
    assert ended.code == (0 if answer else 3)
    assert "2 years after the newest entry" in ended.err or "3 years after" in ended.err
