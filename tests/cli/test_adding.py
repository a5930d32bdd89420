"""Files of every sort: what can be sealed is, what cannot is named."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

import pytest
from tests.cli.running import Ended


@pytest.fixture
def leak(archive_here: Path) -> Path:
    """A received folder with a good file in it."""
    folder = archive_here.parent / "leak"
    folder.mkdir()
    (folder / "good.txt").write_text("good", encoding="utf-8")
    return folder


def test_links_in_a_folder_are_not_followed(leak: Path, habeas: Callable[..., Ended]) -> None:
    secret = leak.parent / "secret.txt"
    secret.write_text("mine, not theirs", encoding="utf-8")
    (leak / "innocent.txt").symlink_to(secret)
    (leak / "folder").symlink_to(leak.parent)
    ended = habeas("add", leak, "--json")
    assert ended.code == 1
    assert [Path(item["file"]).name for item in ended.json["sealed"]] == ["good.txt"]
    refused = {Path(item["file"]).name for item in ended.json["refused"]}
    assert refused == {"innocent.txt", "folder"}


def test_a_link_named_by_hand_is_followed(leak: Path, habeas: Callable[..., Ended]) -> None:
    (leak.parent / "link.txt").symlink_to(leak / "good.txt")
    assert habeas("add", leak.parent / "link.txt").code == 0


def test_what_is_no_file(leak: Path, habeas: Callable[..., Ended]) -> None:
    os.mkfifo(leak / "pipe")
    ended = habeas("add", leak)
    assert ended.code == 1
    assert "pipe: It is a pipe, not a regular file." in ended.err
    assert "1 file sealed" in ended.out


def test_a_file_that_vanishes(
    leak: Path, habeas: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    (leak / "gone.txt").write_text("soon gone", encoding="utf-8")
    from habeas.archive.exhibits import intake

    look = intake.held_digests

    def vanish(received: Sequence[tuple[Path, int, str]]) -> list[AbstractSet[str]]:
        found = look(received)
        (leak / "gone.txt").unlink()
        return found

    monkeypatch.setattr(intake, "held_digests", vanish)
    ended = habeas("add", leak, "--json")
    assert ended.code == 1
    (refused,) = ended.json["refused"]
    assert Path(refused["file"]).name == "gone.txt"
    assert len(ended.json["sealed"]) == 1


def test_a_file_that_may_not_be_read(
    leak: Path, habeas: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root reads everything, so the refusal is made up."""
    (leak / "closed.txt").write_text("closed", encoding="utf-8")
    opened = os.open

    def refuse(path: str, *more: int, **named: int) -> int:
        if str(path).endswith("closed.txt"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return opened(path, *more, **named)

    monkeypatch.setattr("habeas.custody.objects.object_store.os.open", refuse)
    ended = habeas("add", leak)
    assert ended.code == 1
    assert "closed.txt cannot be read: Permission denied" in ended.err
    assert "1 file sealed" in ended.out


def test_names_that_steer_a_terminal(leak: Path, habeas: Callable[..., Ended]) -> None:
    (leak / "\x1b]0;title\x07.txt").write_text("one", encoding="utf-8")
    (leak / "a\u202etxt.exe").write_text("two", encoding="utf-8")
    (leak / "لائحة.txt").write_text("three", encoding="utf-8")
    (leak / os.fsdecode(b"\xff\xfe.txt")).write_text("four", encoding="utf-8")
    ended = habeas("add", leak)
    assert ended.code == 0, ended.said
    assert not {"\x1b", "\x07", "\u202e"} & set(ended.said)
    assert "لائحة.txt" in re.sub("[\u2066-\u2069]", "", ended.out)  # isolated, not changed
    assert habeas("verify").code == 0


def test_the_place_in_a_folder_is_recorded(leak: Path, habeas: Callable[..., Ended]) -> None:
    (leak / "2018" / "lists").mkdir(parents=True)
    (leak / "2018" / "lists" / "a.txt").write_text("a list", encoding="utf-8")
    ended = habeas("add", leak, "--json")
    number = next(i["exhibit"] for i in ended.json["sealed"] if i["file"].endswith("a.txt"))
    assert "leak/2018/lists/a.txt" in habeas("why", str(number)).out


def test_stopped_half_way_it_goes_on(
    leak: Path, habeas: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("habeas.archive.exhibits.intake.ROUND", 4)
    for number in range(9):
        (leak / f"{number}.txt").write_text(f"file {number}", encoding="utf-8")
    from habeas.custody.objects.object_store import SealingBatch

    seal = SealingBatch.seal

    def stop(self: SealingBatch, source: object, *more: object) -> object:
        if isinstance(source, Path) and source.name == "5.txt":
            raise KeyboardInterrupt
        return seal(self, source, *more)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SealingBatch, "seal", stop)
        assert habeas("add", leak).code == 130
    assert habeas("verify").code == 0
    ended = habeas("add", leak, "--json")
    assert ended.code == 0
    assert (len(ended.json["sealed"]), len(ended.json["held_already"])) == (6, 4)
    assert habeas("verify", "--json").json["leftovers"] == []


def test_the_real_article(
    archive_here: Path, habeas: Callable[..., Ended], repository: Path
) -> None:
    article = repository.parent / "shared" / "reference" / "article.txt"
    if not article.is_file():
        pytest.skip("the reference article is not here")
    assert habeas("add", article, "--from", "A public page").code == 0
    assert habeas("verify").code == 0
