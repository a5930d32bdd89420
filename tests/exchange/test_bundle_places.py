"""Places that are not words, and transcripts, in a bundle: carried, and checked by both."""

from __future__ import annotations

import json
import lzma
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.archive.making import PUBLIC, newspaper, place_mention, says
from tests.archive.test_locations import SHEET, Filled, cited, fill, ref_of
from tests.exchange.bundles import by_archive_code, by_standalone

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.errors import EntryRefused
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.opening import Archive
from habeas.archive.verify.verifying import verify
from habeas.exchange.bundling.choosing import choose
from habeas.exchange.bundling.disclosing import Rules
from habeas.exchange.bundling.writing import write

OLD = Path(__file__).parents[1] / "redteam" / "verify-85ba1c9.py.xz"

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


def of_record(archive: Archive, to: Path, passages: list[Ref], **more: Any) -> Path:
    """A bundle of a record with a claim that cites these places."""
    with archive.writing() as batch:
        place = place_mention(batch)
        says(batch, place, newspaper(batch), passages=tuple(passages))
    write(archive, choose(archive, "public", record=place.position), "public", to, **more)
    return to


def both(bundle: Path) -> tuple[str, set[str]]:
    alone, ours = by_standalone(bundle), by_archive_code(bundle)
    assert (alone.result, alone.failing) == (ours.result, ours.failing)
    return alone.result, set(alone.failing)


def said(bundle: Path) -> dict[str, Any]:
    """What the program in the bundle says of the check of places."""
    report = by_standalone(bundle).report
    assert report["checks"] == by_archive_code(bundle).report["checks"]
    return next(check for check in report["checks"] if check["check"] == "places")


def every_form(archive: Archive, at: Filled) -> list[Ref]:
    found = [
        cited(archive, exhibit, place)
        for exhibit, place in (
            (at.sheet, "cell C4"), (at.sheet, "row 1"), (at.pages, "page 3, 1-2 across, 0-5 down"),
            (at.film, "0:01-0:05, stream 1, 0-50 across, 0-50 down"), (at.film, "whole file"),
        )
    ]  # fmt: skip
    return [ref_of(position) for position in found]


def test_every_form_is_in_a_bundle_and_checked_by_both(archive: Archive, tmp_path: Path) -> None:
    at = fill(archive, tmp_path)
    bundle = of_record(archive, tmp_path / "bundle", every_form(archive, at))
    assert json.loads((bundle / "data/bundle.json").read_text())["format"] == "habeas-bundle/3"
    assert both(bundle) == ("holds", set())
    assert said(bundle)["said"] == ["5 places"]
    report = (bundle / "data/report/report.html").read_text("utf-8")
    assert f"cell C4, sheet 1 of exhibit {at.sheet.position}: “1975”" in report
    assert f"the whole file of exhibit {at.film.position}" in report
    alone = by_standalone(bundle).report
    assert any("shows what a claim says: look at the place" in each for each in alone["not_proven"])
    old = tmp_path / "verify.py"
    old.write_bytes(lzma.decompress(OLD.read_bytes()))
    refused = subprocess.run(
        [sys.executable, "-I", old, bundle], capture_output=True, text=True, check=False
    )
    assert refused.returncode == 2
    assert "use a newer verifier" in refused.stderr


def test_facts_of_a_file_that_is_left_out_are_withheld_and_that_is_said(
    archive: Archive, tmp_path: Path
) -> None:
    at = fill(archive, tmp_path)
    places = every_form(archive, at)
    left = {"without_files": [at.film.position, at.pages.position, at.sheet.position]}
    bundle = of_record(archive, tmp_path / "bundle", places, **left)
    assert both(bundle) == ("holds", set())
    assert said(bundle)["said"] == ["1 place", "4 whose bounds are not in the bundle"]
    assert b"595276x841890" not in b"".join(
        path.read_bytes() for path in bundle.rglob("*.disclosures")
    )
    assert "readings of 3 files" in (bundle / "data/report/report.html").read_text("utf-8")
    shown = tmp_path / "shown"
    record = m.Mention.objects.get().position
    chosen = choose(archive, "public", record=record)
    write(archive, chosen, "public", shown, rules=Rules(shown=frozenset({"metadata"})), **left)
    assert said(shown)["said"] == ["3 places", "2 whose bounds are not in the bundle"]


def wrong(at: Filled) -> list[dict[str, Any]]:
    """Places as another program might record them, each outside its file or of another."""
    film, sheet, pages = at.film.entry_id, at.sheet.entry_id, at.pages.entry_id
    read = {name: ref.entry_id for name, ref in at.readings.items()}
    edges = {"left": 0, "top": 0, "right": 9, "bottom": 9}
    cell = {"exhibit": sheet, "form": "cell", "sheet": 1, "row": 4, "column": 1,
            "reading": read["sheet"], "layer": at.layer.entry_id}  # fmt: skip
    return [
        {"exhibit": film, "form": "time", "reading": read["film"], "from_ms": 1, "to_ms": 5_001},
        {"exhibit": film, "form": "time", "reading": read["film"], "from_ms": 0, "to_ms": 9,
         "stream": 2},
        {"exhibit": film, "form": "rectangle", "reading": read["film"], "page": 1, **edges},
        {"exhibit": pages, "form": "rectangle", "reading": read["pages"], "page": 4, **edges},
        {"exhibit": pages, "form": "time", "reading": read["pages"], "from_ms": 0, "to_ms": 0},
        {"exhibit": pages, "form": "whole", "reading": read["film"]},
        {"exhibit": pages, "form": "whole", "reading": read["pages"], "inner_path": "a.txt"},
        {**cell, "start": 16, "stop": 20, "quote": "1976"},
        {**cell, "start": 0, "stop": 99, "quote": "x"},
        {**cell, "start": -5, "stop": 20, "quote": "1975"},
        {**cell, "exhibit": pages, "reading": read["pages"], "start": 16, "stop": 20,
         "quote": "1975"},
    ]  # fmt: skip


def test_a_place_outside_its_file_fails_by_both(archive: Archive, tmp_path: Path) -> None:
    at = fill(archive, tmp_path)
    for number, fields in enumerate(wrong(at)):
        with archive.writing() as batch:
            made = batch.append("location", {**fields, **PUBLIC.fields(batch)})
        bundle = of_record(archive, tmp_path / f"bundle-{number}", [made])
        assert both(bundle) == ("fails", {"places"}), fields


WITHHELD = (
    ({"exhibit"}, "0 places"), ({"reading"}, "1 place"), ({"layer"}, "3 places"),
    ({"start", "page"}, "2 places"), ({"quote"}, "3 places"), ({"from_ms", "left"}, "3 places"),
)  # fmt: skip


def test_what_is_withheld_is_neither_called_wrong_nor_inside(
    archive: Archive, tmp_path: Path
) -> None:
    """A genuine bundle was called altered where one number of a place was withheld."""
    at = fill(archive, tmp_path)
    places = every_form(archive, at)
    with archive.writing() as batch:
        places.append(verbs.cite(batch, at.sheet, at.layer, SHEET, 0, 4, marking=PUBLIC))
    for number, (fields, inside) in enumerate(WITHHELD):
        to = tmp_path / f"bundle-{number}"
        bundle = of_record(archive, to, places, rules=Rules(withheld=frozenset(fields)))
        assert both(bundle) == ("holds", set()), fields
        assert said(bundle)["said"][0] == inside, fields
        report = (bundle / "data/report/report.html").read_text("utf-8")
        assert "page None" not in report
        assert "None" not in report


def test_words_of_another_file_are_not_its_words(archive: Archive, tmp_path: Path) -> None:
    at = fill(archive, tmp_path)
    other = {"exhibit": at.pages.entry_id, "layer": at.layer.entry_id, "start": 0, "stop": 4}
    with pytest.raises(EntryRefused, match="not a text of exhibit"), archive.writing() as batch:
        verbs.cite(batch, at.pages, at.layer, SHEET, 0, 4, marking=PUBLIC)
    backwards = {**other, "exhibit": at.sheet.entry_id, "start": -21, "stop": -17}
    for number, fields in enumerate((other, backwards)):
        with archive.writing() as batch:
            made = batch.append("passage", {**fields, "quote": SHEET[:4], **PUBLIC.fields(batch)})
        bundle = of_record(archive, tmp_path / f"bundle-{number}", [made])
        assert both(bundle) == ("fails", {"quotes"}), fields
        assert {fault.position for fault in verify(archive).faults} >= {made.position}


def test_a_transcript_is_carried_with_who_made_it(archive: Archive, tmp_path: Path) -> None:
    at = fill(archive, tmp_path)
    with archive.writing() as batch:
        source = newspaper(batch, "scribe")
        told = {"reading": at.readings["sheet"], "marking": PUBLIC}
        made = verbs.transcript(batch, at.film, at.sheet, source, "ug", **told)
        translated = verbs.transcript(
            batch, at.film, at.sheet, source, "en", translates=made, **told
        )
        line = verbs.cite(batch, at.sheet, at.layer, SHEET, 0, 4, marking=PUBLIC)
    bundle = of_record(archive, tmp_path / "bundle", [line])
    index = json.loads((bundle / "data/bundle.json").read_text())
    here = {entry["position"]: entry for entry in index["entries"]}
    assert index["format"] == "habeas-bundle/3"
    wanted = {at.film, at.sheet, at.readings["sheet"], at.layer, source, made, translated, line}
    assert {each.position for each in wanted} <= set(here)
    assert "file" in here[at.sheet.position]
    assert "file" not in here[at.film.position]  # nobody asked for the recording
    assert both(bundle) == ("holds", set())
    report = (bundle / "data/report/report.html").read_text("utf-8")
    assert f"what is said in exhibit {at.film.position}, transcribed by Scribe (ug" in report


def test_where_nothing_is_new_the_format_is_the_first(archive: Archive, tmp_path: Path) -> None:
    at = fill(archive, tmp_path)
    with archive.writing() as batch:
        line = verbs.cite(batch, at.sheet, at.layer, SHEET, 0, 4, marking=PUBLIC)
    bundle = of_record(archive, tmp_path / "bundle", [line])
    assert json.loads((bundle / "data/bundle.json").read_text())["format"] == "habeas-bundle/1"
    report = by_standalone(bundle).report
    assert "places" not in {check["check"] for check in report["checks"]}
