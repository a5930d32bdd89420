"""Projections are a function of the ledger: dropped and replayed, they are the same."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from django.db import connection
from tests.archive.making import (
    PUBLIC,
    acting,
    add_reviewer,
    attest,
    newspaper,
    place_mention,
    says,
    seal_text,
)

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.errors import NewerArchive, ProjectionOutdated
from habeas.archive.ledger import rebuilding
from habeas.archive.opening import Archive, open_archive
from habeas.archive.verbs.referring import Marking
from habeas.reading.documents import Document, State


def fill(archive: Archive, folder: Path) -> None:
    """Something of every kind."""
    reviewer = add_reviewer(archive)
    exhibit, layer = seal_text(archive, folder)
    with archive.writing(reviewer) as batch:
        first, second = newspaper(batch, "one"), newspaper(batch, "two")
        verbs.lineage(batch, second, first, reason="Same words.")
        imported = verbs.begin_list(batch, "list", "1" * 64)
        person = verbs.mention(batch, "person", "Test Person", list=imported, marking=PUBLIC)
        twin = verbs.mention(batch, "person", "T. Person", marking=PUBLIC)
        passage = verbs.cite(batch, exhibit, layer, "Aygul Test said", 0, 5)
        wrong = says(batch, person, first, "x", passages=(passage,), list_=imported)
        says(batch, twin, second, "y")
        says(batch, place_mention(batch), second, "z", stance="denies")
        judged = verbs.judge(batch, person, twin, "same", "x")
        verbs.consent(batch, person, basis="given", audience="public")
        verbs.assess(batch, wrong, "claim", "credibility", "3", "x")
        verbs.custody(batch, exhibit, "opened", agent="researcher", reason="reading")
        verbs.hold(batch, exhibit, authority="a court")
        read = Document("", "0" * 64, 3, "text/plain", State.READ, metadata={"author": "Nobody"})
        within = verbs.reading(batch, exhibit, read, layer=layer)
        inner = Document("box!/x", "1" * 64, 3, "", State.FAILED, reason="x", missing=("y",))
        verbs.reading(batch, exhibit, inner, within=within)
        verbs.reading(batch, exhibit, read)
        verbs.define(batch, key="k", title="K", kind="counted", text="key: k")
        verbs.define(batch, key="k", title="K2", kind="counted", text="key: k\n")
        verbs.log_search(batch, purpose="To test a rebuild.", words=2, digest="2" * 64, size=9)
        batch.sign_batch()
    attest(archive)
    with archive.writing(reviewer) as batch:
        verbs.retract(batch, judged, "judgement", "x")
        verbs.retract(batch, wrong, "claim", "x")
        verbs.withdraw(batch, person)
        verbs.lift(batch, exhibit, authority="a court")
        verbs.end_key(batch, reviewer.name.rpartition("/")[2], "retired")


def test_a_rebuild_gives_the_identical_tables(archive: Archive, tmp_path: Path) -> None:
    fill(archive, tmp_path)
    before = rebuilding.digests()
    assert rebuilding.check() == []
    rebuilding.restart()
    assert rebuilding.rebuild() == archive.size
    assert rebuilding.digests() == before


@pytest.mark.parametrize("chunk", [1, 7])
def test_the_chunk_size_changes_nothing(
    archive: Archive, tmp_path: Path, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(archive, tmp_path)
    before = rebuilding.digests()
    monkeypatch.setattr(rebuilding, "CHUNK", chunk)
    rebuilding.restart()
    rebuilding.rebuild()
    assert rebuilding.digests() == before


def test_an_interrupted_rebuild_goes_on_and_nothing_is_written_meanwhile(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(archive, tmp_path)
    before = rebuilding.digests()
    monkeypatch.setattr(rebuilding, "CHUNK", 5)

    def stop(done: int, total: int) -> None:
        if done == 10:
            raise KeyboardInterrupt

    rebuilding.restart()
    with pytest.raises(KeyboardInterrupt):
        rebuilding.rebuild(stop)
    with pytest.raises(ProjectionOutdated, match="interrupted"), archive.writing():
        pass
    with pytest.raises(ProjectionOutdated):
        open_archive(archive.directory)
    again = open_archive(archive.directory, outdated=True)
    assert rebuilding.rebuild() == again.size - 10
    assert rebuilding.digests() == before


@pytest.mark.parametrize("first", [0, 1])
def test_two_rebuilds_at_once_give_the_identical_tables(
    archive: Archive, first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other takes every second entry: the consent, between a mention and what is said of it."""
    with archive.writing(acting(archive)) as batch:
        source = newspaper(batch)
        for _ in range(first):
            newspaper(batch)
        person = verbs.mention(batch, "person", "Test Person", marking=PUBLIC)
        verbs.consent(batch, person, basis="given", audience="public")
        says(batch, person, source, marking=Marking(handling="restricted"))
    before = rebuilding.digests()
    monkeypatch.setattr(rebuilding, "CHUNK", 1)
    theirs = False

    def other_process(done: int, total: int) -> None:
        nonlocal theirs
        if not theirs:
            theirs = True
            with contextlib.suppress(KeyboardInterrupt):
                rebuilding.rebuild(stop)
            theirs = False

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    rebuilding.restart()
    rebuilding.rebuild(other_process)
    assert rebuilding.digests() == before


def test_a_changed_projection_is_found_and_named(archive: Archive, tmp_path: Path) -> None:
    fill(archive, tmp_path)
    m.Mention.objects.filter(caption="T. Person").update(caption="Film Star")
    differences = rebuilding.check()
    assert [d.table for d in differences] == ["projection_mention"]
    assert m.Mention.objects.filter(caption="Film Star").exists()  # a check changes nothing


def test_projections_of_another_program_version_are_refused_until_rebuilt(archive: Archive) -> None:
    m.LocalState.objects.filter(name="projection").update(value="older")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE projection_gone (x integer)")
    with pytest.raises(ProjectionOutdated, match="another version"):
        open_archive(archive.directory)
    open_archive(archive.directory, outdated=True)
    with pytest.raises(ProjectionOutdated, match="another version"):
        rebuilding.check()
    rebuilding.rebuild()
    assert "projection_gone" not in connection.introspection.table_names()
    open_archive(archive.directory)


def test_a_database_newer_than_the_program_is_refused(archive: Archive) -> None:
    m.LocalState.objects.filter(name="format").update(value="99")
    with pytest.raises(NewerArchive, match="newer habeas"):
        open_archive(archive.directory)
