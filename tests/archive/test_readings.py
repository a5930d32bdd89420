"""What a reading leaves: a state, a layer, the places in it; and what a later one replaces."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as some
from tests.archive.making import seal_text

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.ledger import rebuilding
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.opening import Archive
from habeas.archive.readings import (
    locator_in,
    locator_words,
    map_of,
    parts_in,
    parts_of,
)
from habeas.archive.verbs.reading import LONGEST_PATH
from habeas.reading.documents import Box, Document, Part, State

WORDS = some.text(max_size=12)
PARTS = some.builds(
    Part,
    kind=some.sampled_from(["page", "cell", "paragraph"]),
    start=some.integers(0, 2**40),
    stop=some.integers(0, 2**40),
    locator=some.dictionaries(WORDS, WORDS | some.integers(-(2**50), 2**50), max_size=3),
    stored=WORDS,
    hidden=some.booleans(),
    language=WORDS,
    script=WORDS,
    warnings=some.lists(WORDS, max_size=2).map(tuple),
    boxes=some.lists(
        some.builds(Box, *[some.integers(0, 10_000)] * 6, confidence=some.integers(-1, 100)),
        max_size=3,
    ).map(tuple),
)


@given(some.lists(PARTS, max_size=5))
def test_a_map_gives_back_the_parts_that_went_in(parts: list[Part]) -> None:
    assert parts_in(map_of(parts)) == parts


def document(state: State = State.READ, inner_path: str = "", **more: object) -> Document:
    return Document(
        inner_path=inner_path,
        sha256="0" * 64,
        size_bytes=3,
        media_type="text/plain",
        state=state,
        reader="test",
        reader_version="1",
        **more,  # type: ignore[arg-type]
    )


def test_places_in_a_text_come_back_through_the_archive(archive: Archive, tmp_path: Path) -> None:
    exhibit, layer = seal_text(archive, tmp_path, "first page\nsecond page\n")
    parts = [
        Part("page", 0, 11, {"page": 1}),
        Part("line", 0, 10, {"line": 1}),
        Part("page", 11, 23, {"page": 2}, boxes=(Box(11, 17, 1, 2, 3, 4),)),
        Part("line", 11, 22, {"line": 1}),
    ]
    with archive.objects.batch() as objects:
        sealed = objects.seal(map_of(parts))
    with archive.writing() as batch:
        verbs.reading(batch, exhibit, document(), layer=layer, sealed_map=sealed)
    again = parts_of(archive, layer.position)
    assert again == parts
    assert locator_in(again, 0, 5) == {"page": 1, "line": 1}
    assert locator_in(again, 6, 17) == {"page": 1, "line": 1, "page_to": 2}


def test_a_locator_is_said_in_words() -> None:
    parts = [Part("sheet", 0, 9, {"sheet": "Names"}), Part("row", 4, 9, {"row": 12})]
    assert locator_words(locator_in(parts, 5, 6)) == "sheet Names, row 12"
    assert locator_words({"page": 3, "page_to": 4}) == "pages 3-4"
    assert locator_words(locator_in([], 5, 6)) == ""


def test_a_layer_without_a_map_has_no_parts(archive: Archive, tmp_path: Path) -> None:
    _, layer = seal_text(archive, tmp_path)
    assert parts_of(archive, layer.position) == []


def _run(archive: Archive, exhibit: Ref, *inner: Document) -> list[int]:
    with archive.writing() as batch:
        outer = verbs.reading(batch, exhibit, document(State.EMPTY))
        made = [verbs.reading(batch, exhibit, each, within=outer).position for each in inner]
    return [outer.position, *made]


def test_a_later_reading_ends_the_earlier_with_all_its_inner_files(
    archive: Archive, tmp_path: Path
) -> None:
    exhibit, _ = seal_text(archive, tmp_path)
    first = _run(archive, exhibit, document(inner_path="a"), document(inner_path="b"))
    second = _run(archive, exhibit, document(State.FAILED, "a", reason="broken"))
    ended = m.Reading.objects.filter(position__in=first)
    assert {(row.ended_at, row.ended_by) for row in ended} == {(second[0], "superseded")}
    now = m.Reading.objects.filter(ended_at__isnull=True).order_by("position")
    assert [(row.inner_path, row.state) for row in now] == [("", "empty"), ("a", "failed")]
    third = _run(archive, exhibit)
    assert m.Reading.objects.get(position=first[0]).ended_at == second[0]
    assert m.Reading.objects.get(position=second[1]).ended_at == third[0]
    before = rebuilding.digests()
    rebuilding.restart()
    rebuilding.rebuild()
    assert rebuilding.digests() == before


def test_what_a_hostile_file_says_of_itself_is_cut_and_says_so(
    archive: Archive, tmp_path: Path
) -> None:
    exhibit, _ = seal_text(archive, tmp_path)
    hostile = document(
        State.IN_PART,
        "x" * 70_000,
        metadata={f"key {n}": "v" * 5_000 for n in range(500)},
        warnings=tuple(f"warning {n}" for n in range(500)),
        missing=("lone \ud800 surrogate",),
        reason="r" * 9_000,
    )
    _run(archive, exhibit, hostile)
    row = m.Reading.objects.exclude(inner_path="").get()
    assert len(row.inner_path) == LONGEST_PATH + 1 + 64
    assert row.missing == '["lone \ufffd surrogate"]'
    assert "440 more" in row.warnings
    assert row.reason.endswith("…")
    assert rebuilding.check() == []


def test_an_entry_of_an_older_program_has_no_inner_path_and_is_read(
    archive: Archive, tmp_path: Path
) -> None:
    exhibit, _ = seal_text(archive, tmp_path)
    with archive.objects.batch() as objects:
        text = objects.seal(b"old")
    with archive.writing() as batch:
        batch.keep_object(text)
        fields = {"exhibit": exhibit.entry_id, "text_sha256": text.plain_sha256, "length": 3}
        fields |= {"reader": "old", "reader_version": "1", "settings": {}}
        old = batch.append("layer", fields, object_sha256=text.address)
    rebuilding.restart()
    rebuilding.rebuild()
    assert m.Layer.objects.get(position=old.position).inner_path == ""
