"""demo: an import as any other. A made-up corpus stands in, so this needs no real one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.running import Ended

from habeas.archive.models import ArchiveTitle

SOURCES = "id,kind,code\ns-1,publication,news\n"
MENTIONS = "id,kind,caption\nm-1,facility,Old school\n"
CLAIMS = "id,subject,property,value,source\nc-1,m-1,facility_type,camp,s-1\n"
FIGURE = """key: camps
title: Camps
kind: counted
counts: facility
unit: facilities
rules:
  - {rule: has-claim, property: facility_type, code: camp}
"""


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "corpus"
    (folder / "definitions").mkdir(parents=True)
    (folder / "sources.csv").write_text(SOURCES)
    (folder / "mentions.csv").write_text(MENTIONS)
    (folder / "claims.csv").write_text(CLAIMS)
    (folder / "definitions" / "camps.yaml").write_text(FIGURE)
    monkeypatch.setattr("habeas.cli.commands.demo.corpus_path", lambda: folder)
    monkeypatch.setattr("habeas.cli.commands.demo.tally_path", lambda: tmp_path / "no tally")
    return folder


def test_it_is_made_told_and_not_made_twice(
    corpus: Path, habeas: Callable[..., Ended], tmp_path: Path
) -> None:
    ended = habeas("demo", "--no-serve")
    assert ended.code == 0, ended.said
    assert "$ habeas why camps" in ended.out
    assert "counted: 1 facility" in ended.out
    assert f"habeas serve --archive {tmp_path / 'demo-archive'}" in ended.out
    assert habeas("verify", "--archive", "demo-archive").code == 0
    assert ArchiveTitle.objects.get().made_by.startswith("The authors of habeas, from one")
    again = habeas("demo", "--no-serve", "--json")
    assert again.json["loaded"] is False
    assert again.json["sample"] == "camps"
    anew = habeas("demo", "--no-serve", "--json", "--again")
    assert anew.json["loaded"] is True
    assert anew.json["size"] == again.json["size"]


def test_it_touches_no_other_directory(
    corpus: Path, habeas: Callable[..., Ended], tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "work.txt").write_text("months of it")
    for more in ((), ("--again",)):
        ended = habeas("demo", "--no-serve", "--directory", "mine", *more)
        assert ended.code == 3
        assert "[cli.not-a-demo]" in ended.err
    assert (tmp_path / "mine" / "work.txt").read_text() == "months of it"


def test_one_that_was_interrupted_is_finished(
    corpus: Path, habeas: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("habeas.cli.commands.demo.import_folder", interrupt)
        assert habeas("demo", "--no-serve").code == 130
    ended = habeas("demo", "--no-serve", "--json")
    assert ended.code == 0
    assert ended.json["loaded"] is True
    assert habeas("verify", "--archive", "demo-archive").code == 0


def test_one_of_another_version_is_named(corpus: Path, habeas: Callable[..., Ended]) -> None:
    assert habeas("demo", "--no-serve").code == 0
    (corpus / "sources.csv").write_text(SOURCES + "s-2,publication,more\n")
    ended = habeas("demo", "--no-serve")
    assert ended.code == 3
    assert "[cli.demo-outdated]" in ended.err
    assert habeas("demo", "--no-serve", "--again").code == 0


def test_it_ends_by_serving(
    corpus: Path, habeas: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[object] = []

    class Served:
        url = "http://127.0.0.1:1/?token=x"

        def run(self) -> None:
            served.append(self)
            raise KeyboardInterrupt

    monkeypatch.setattr("habeas.cli.commands.serve.listen", lambda *_, **__: Served())
    ended = habeas("demo")
    assert ended.code == 0
    assert served
    assert Served.url in ended.out
