"""A place that is not words: cited inside its bounds, checked again, gone with what it is of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.archive.making import PUBLIC, acting, newspaper, place_mention, says, seal_text

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, visible
from habeas.archive.access import PUBLIC as EVERYBODY
from habeas.archive.blast_radius import blast_radius
from habeas.archive.erasing.closure import Graph, close
from habeas.archive.erasing.planning import plan
from habeas.archive.errors import AlreadyEnded, ArchiveError, EntryRefused, PassageOutside
from habeas.archive.exhibits import located, locating
from habeas.archive.ledger import rebuilding
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.opening import Archive
from habeas.archive.readings import map_of
from habeas.archive.verbs.referring import Marking
from habeas.archive.verify.verifying import verify
from habeas.reading.documents import Document, Part, State
from habeas.vocabulary import locations
from habeas.vocabulary.errors import BadLocation

SHEET = "name\tyear\nBaran\t1975\n"
PARTS = [
    Part("sheet", 0, 21, {"sheet": "People"}),
    Part("row", 0, 9, {"sheet": "People", "row": 1}),
    Part("cell", 0, 4, {"sheet": "People", "row": 1, "column": 1}),
    Part("cell", 5, 9, {"sheet": "People", "row": 1, "column": 2}),
    Part("row", 10, 20, {"sheet": "People", "row": 4}),
    Part("cell", 10, 15, {"sheet": "People", "row": 4, "column": 1}),
    Part("cell", 16, 20, {"sheet": "People", "row": 4, "column": 3}),
]


@dataclass
class Filled:
    film: Ref
    sheet: Ref
    pages: Ref
    readings: dict[str, Ref]
    layer: Ref


def fill(archive: Archive, folder: Path) -> Filled:
    """A film of five seconds, a sheet and a file of three pages, as readings describe them."""
    film, _ = seal_text(archive, folder, "a film, to these tests", "film.txt")
    sheet, layer = seal_text(archive, folder, SHEET, "sheet.txt")
    pages, _ = seal_text(archive, folder, "pages, to these tests", "pages.txt")
    facts = {
        "film": (film, "video/mp4", {
            "duration_ms": "5000", "upright_width_px": "64", "upright_height_px": "48",
            "stream_0": "kind=video from_ms=0 to_ms=5000",
            "stream_1": "kind=audio from_ms=0 to_ms=9",
        }),
        "sheet": (sheet, "text/csv", {}),
        "pages": (pages, "application/pdf", {"page_boxes": "1-3 595276x841890"}),
    }  # fmt: skip
    with archive.objects.batch() as objects:
        sealed = objects.seal(map_of(PARTS))
    readings = {}
    with archive.writing() as batch:
        for name, (exhibit, kind, metadata) in facts.items():
            of_sheet = name == "sheet"
            document = Document(
                "", "", 3, kind, State.READ, reader="test", reader_version="1", metadata=metadata
            )
            readings[name] = verbs.reading(
                batch, exhibit, document, layer=layer if of_sheet else None,
                sealed_map=sealed if of_sheet else None, marking=PUBLIC,
            )  # fmt: skip
    return Filled(film, sheet, pages, readings, layer)


def cited(archive: Archive, exhibit: Ref, at: str, quote: str = "") -> int:
    found = locating.find(archive, OWNER, exhibit.position, locations.parse(at))
    label = m.Exhibit.objects.get(position=exhibit.position).label
    first, new = locating.locate_once(archive, found, label, PUBLIC, quote=quote)
    assert new
    assert locating.locate_once(archive, found, label, PUBLIC, quote=quote) == (first, False)
    return first


def test_every_form_is_cited_claimed_checked_and_made_again(
    archive: Archive, tmp_path: Path
) -> None:
    at = fill(archive, tmp_path)
    made = {
        "cell": cited(archive, at.sheet, "cell C4"),
        "row": cited(archive, at.sheet, "row 4, sheet 1"),
        "rectangle": cited(archive, at.pages, "page 3, 10-20 across, 0-50 down", "a stamp"),
        "time": cited(archive, at.film, "0:01-0:05, stream 1, 0-50 across, 0-50 down"),
        "whole": cited(archive, at.film, "whole file"),
    }
    rows = {row.form: row for row in visible(EVERYBODY, m.Passage).exclude(form="")}
    assert {form: row.position for form, row in rows.items()} == made
    assert (rows["cell"].quote, rows["row"].quote) == ("1975", "Baran\t1975")
    assert (rows["cell"].layer, rows["cell"].start, rows["cell"].stop) == (
        at.layer.position,
        16,
        20,
    )
    assert rows["rectangle"].quote == "a stamp"
    assert located.words_of(rows["cell"]) == "cell C4, sheet 1"
    with archive.writing() as batch:
        refs = [ref_of(position) for position in made.values()]
        claim = says(batch, place_mention(batch), newspaper(batch), passages=tuple(refs))
    for position in (*made.values(), at.film.position):
        radius = blast_radius(OWNER, position)
        assert radius is not None
        assert radius.claims == (claim.position,)
    report = verify(archive)
    assert (report.faults, report.locations) == ([], 5)
    before = list(m.Passage.objects.values())
    rebuilding.rebuild(archive)
    assert list(m.Passage.objects.values()) == before


def ref_of(position: int) -> Ref:
    return Ref(m.LedgerEntry.objects.get(position=position).entry_id, position)


OUTSIDE = (
    ("sheet", "cell B4", "in columns A, C"), ("sheet", "row 3", "from 1 to 4"),
    ("sheet", "row 1, sheet 2", "1 People"), ("pages", "page 4", "from 1 to 3"),
    ("film", "0:04-0:06", "0:00 to 0:05"), ("film", "page 1", "0:00 to 0:05"),
    ("film", "cell A1", "whole file"), ("sheet", "0:01-0:02", "Only sound and film"),
)  # fmt: skip


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_place_that_is_not_there_is_refused_with_the_bounds(
    archive: Archive, tmp_path: Path
) -> None:
    made = fill(archive, tmp_path)
    for of, at, bounds in OUTSIDE:
        with pytest.raises(PassageOutside) as refused:
            cited(archive, getattr(made, of), at)
        assert bounds in refused.value.next_step, at


def test_the_verb_refuses_what_no_reading_bounds(archive: Archive, tmp_path: Path) -> None:
    at = fill(archive, tmp_path)
    size = archive.size
    page, cell = locations.parse("page 1"), locations.parse("cell C4")
    for exhibit, location, more, error in (
        (at.pages, page, {}, ArchiveError),
        (at.film, page, {"reading": at.readings["pages"]}, EntryRefused),
        (at.pages, locations.Location("page"), {"reading": at.readings["pages"]}, PassageOutside),
        (at.sheet, cell, {"reading": at.readings["sheet"]}, EntryRefused),
        (at.pages, page, {"reading": at.readings["pages"], "quote": "x" * 8_001}, PassageOutside),
        (
            at.sheet,
            cell,
            {"reading": at.readings["sheet"], "words": verbs.LayerRange(at.layer, SHEET, 16, 99)},
            PassageOutside,
        ),
    ):
        with pytest.raises(error), archive.writing() as batch:
            verbs.locate(batch, exhibit, location, marking=PUBLIC, **more)
    assert archive.size == size
    with pytest.raises(BadLocation):
        locations.parse("page one")


def test_verify_names_a_place_outside_its_bounds(archive: Archive, tmp_path: Path) -> None:
    """As another program might have recorded it; that a cell is another one too."""
    at = fill(archive, tmp_path)
    with archive.writing() as batch:
        fields = PUBLIC.fields(batch)
        film, sheet = at.film.entry_id, at.sheet.entry_id
        text = {"layer": at.layer.entry_id, "reading": at.readings["sheet"].entry_id}
        for given in (
            {"exhibit": film, "form": "time", "reading": at.readings["film"].entry_id,
             "from_ms": 4_000, "to_ms": 5_001},
            {"exhibit": film, "form": "time", "from_ms": 1, "to_ms": 2},
            {"exhibit": film, "form": "whole", "reading": at.readings["pages"].entry_id},
            {"exhibit": sheet, "form": "cell", "sheet": 1, "row": 4, "column": 1, **text,
             "start": 16, "stop": 20, "quote": "1975"},
            {"exhibit": sheet, "form": "cell", "sheet": 1, "row": 9, "column": 1, **text,
             "start": 16, "stop": 20, "quote": "1975"},
        ):  # fmt: skip
            batch.append("location", {**given, **fields})
    faults = verify(archive).faults
    assert [fault.code for fault in faults] == ["location.outside"] * 5
    assert "0:00 to 0:05" in faults[0].message


def test_it_is_as_strict_as_its_parts_and_is_erased_with_them(
    archive: Archive, tmp_path: Path
) -> None:
    at = fill(archive, tmp_path)
    with archive.writing() as batch:
        strict = verbs.locate(
            batch, at.film, locations.parse("whole"), marking=Marking(handling="sealed")
        )
        open_ = verbs.locate(batch, at.film, locations.parse("whole"), marking=PUBLIC)
        claim = says(batch, place_mention(batch), newspaper(batch), passages=(strict, open_))
    seen = set(visible(EVERYBODY, m.Passage).values_list("position", flat=True))
    assert open_.position in seen
    assert strict.position not in seen
    assert not visible(EVERYBODY, m.Claim).filter(position=claim.position).exists()
    what = plan(archive, "exhibit", [at.film.position])
    assert {strict.position, open_.position, claim.position} <= set(what.erased)
    assert what.by_kind["location"] == 2


def test_one_that_no_claim_is_left_on_goes_with_the_claim() -> None:
    graph = Graph()
    at = {f"{n:032d}": n for n in range(4)}
    for position, fields in enumerate((
        {"kind": "exhibit"}, {"kind": "location", "exhibit": f"{0:032d}"},
        {"kind": "claim", "passages": [f"{1:032d}"]},
    )):  # fmt: skip
        graph.add(position, fields, at)
    assert close(graph, [2]).erased == {1, 2}
    assert close(graph, [0]).erased == {0, 1, 2}


def test_what_cites_a_retracted_transcript_ends_and_is_not_cited_again(
    archive: Archive, tmp_path: Path
) -> None:
    words, layer = seal_text(archive, tmp_path, SHEET, "lines.txt")
    sound, _ = seal_text(archive, tmp_path, "sound, to these tests", "sound.txt")
    with archive.writing() as batch:
        document = Document("", "", 3, "text/vtt", State.READ, reader="test", reader_version="1")
        read = verbs.reading(batch, words, document, layer=layer, marking=PUBLIC)
        by = newspaper(batch, "scribe"), newspaper(batch, "other")
        first, second = (
            verbs.transcript(batch, sound, words, source, "en", reading=read, marking=PUBLIC)
            for source in by
        )
        line = verbs.cite(batch, words, layer, SHEET, 0, 4, marking=PUBLIC)
        place, source = place_mention(batch), newspaper(batch)
        claim = says(batch, place, source, passages=(line,))
    shown = blast_radius(OWNER, first.position)
    assert shown is not None
    assert shown.claims == ()  # another stands for the same lines
    with archive.writing(acting(archive)) as batch:
        verbs.retract(batch, first, "transcript", "Not hers", marking=PUBLIC)
    assert m.Claim.objects.get(position=claim.position).ended_at is None
    shown = blast_radius(OWNER, by[1].position)
    assert shown is not None
    assert shown.claims == (claim.position,)
    with archive.writing(acting(archive)) as batch:
        made = verbs.retract(batch, by[1], "source", "It was invented", marking=PUBLIC)
    row = m.Claim.objects.get(position=claim.position)
    assert (row.ended_at, row.ended_by, row.ended_why) == (
        made.position,
        "retracted",
        by[1].position,
    )
    assert m.Transcript.objects.get(position=second.position).ended_at == made.position
    with pytest.raises(AlreadyEnded, match="It was invented"), archive.writing() as batch:
        says(batch, place, source, passages=(line,))
    before = list(m.Claim.objects.values())
    rebuilding.rebuild(archive)
    assert list(m.Claim.objects.values()) == before
