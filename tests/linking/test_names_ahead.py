"""Names that are compared while records are still read give what one thread gives at the end."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.linking.people import people
from tests.support import xinjiang

from habeas.linking import likeness
from habeas.linking.likeness import Likenesses, NamePieces
from habeas.linking.workers import Workers


def pieces() -> list[str]:
    names = (record.names[0].replace("·", " ") for record in people(3_000)[0])
    return ["", *dict.fromkeys(word for name in names for word in name.split(" "))]


def told(found: Likenesses) -> list[tuple[int, int, float, str]]:
    return sorted(zip(found.left, found.right, found.likeness, found.why, strict=True))


def test_what_is_compared_ahead_is_what_is_compared_at_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    everything = pieces()
    assert len(everything) > 1_600
    alone = NamePieces(
        "person", Workers(1, xinjiang.XINJIANG), xinjiang.XINJIANG, plain=False
    ).compare(everything, lambda done, of: None)
    monkeypatch.setattr(likeness, "_WORTH_A_PROCESS", 1)
    workers = Workers(2, xinjiang.XINJIANG)
    try:
        ahead = NamePieces("person", workers, xinjiang.XINJIANG, plain=False)
        for first, last in ((1, 1_200), (1_200, 1_400), (1_400, 1_600)):
            ahead.hear(everything[first:last])
            for heard in ahead._heard:
                heard.result()
        assert ahead._asked
        found = ahead.compare(everything, lambda done, of: None)
    finally:
        workers.close()
    assert told(found) == told(alone)
    assert found.compared == alone.compared
    assert found.crowded == alone.crowded


def test_what_lies_in_the_folder_that_somebody_is_in_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("open('ran', 'w').close()\n")
    monkeypatch.chdir(tmp_path)
    workers = Workers(1, xinjiang.XINJIANG)
    try:
        assert len(workers.ask("score", "person", [("Memet", "Mehmet")]).result()) == 1
    finally:
        workers.close()
    assert not (tmp_path / "ran").exists()
