"""A rectangle of a turned and cropped page of a real PDF is the same place wherever it is shown.

Where the words are is worked out here from the numbers in the PDF, not by a reader: an error that
the reading and the drawing share would not be seen otherwise.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from tests.archive.making import PUBLIC, newspaper, place_mention, says
from tests.cli.running import run
from tests.exchange.bundles import by_archive_code, by_standalone
from tests.reading.test_pdf import raw_pdf
from tests.web.conftest import Reader

from habeas.archive import models as m
from habeas.archive.access import OWNER, Viewer
from habeas.archive.exhibits import locating, places
from habeas.archive.exhibits.intake import Received, add_files
from habeas.archive.ledger.committed_entries import Ref, entry_id_at
from habeas.archive.opening import Archive
from habeas.archive.pipeline.flow import read_what_waits
from habeas.archive.verify.verifying import verify
from habeas.exchange.bundling.choosing import choose
from habeas.exchange.bundling.writing import write
from habeas.vocabulary import locations
from habeas.vocabulary.locations import Location

ReadingAs = Callable[[Archive, Viewer], Reader]
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

#: Of the page, in points from its lower left corner: what is cut out, and where words are.
CROP = (100, 50, 350, 550)
HELD = (118, 424, 186, 458)
TEXT = (
    "BT /F 20 Tf 122 433 Td (Held) Tj ET "
    "BT /F 20 Tf 230 120 Td (Released) Tj ET "
    "BT /F 20 Tf 10 10 Td (beyond) Tj ET"
)
MILLION = 1_000_000


def as_seen(turn: int, cut: bool) -> tuple[int, int, int, int]:
    """The edges of HELD on the upright page, in 1/1,000,000: left, top, right, bottom."""
    x0, y0, x1, y1 = CROP if cut else (0, 0, 400, 600)

    def turned(x: float, y: float) -> tuple[float, float]:
        u, v = (x - x0) / (x1 - x0), (y1 - y) / (y1 - y0)
        return {0: (u, v), 90: (1 - v, u), 180: (1 - u, 1 - v), 270: (v, 1 - u)}[turn]

    one, other = turned(HELD[0], HELD[1]), turned(HELD[2], HELD[3])
    across, down = sorted((one[0], other[0])), sorted((one[1], other[1]))
    left, right, top, bottom = (round(each * MILLION) for each in (*across, *down))
    return left, top, right, bottom


PAGES = [(turn, cut) for turn in (0, 90, 180, 270) for cut in (False, True)]


def pdf(turn: int, cut: bool) -> bytes:
    boxes = "/MediaBox[0 0 400 600]" + (f"/CropBox[{' '.join(map(str, CROP))}]" if cut else "")
    return raw_pdf(f"{boxes}/Rotate {turn}", TEXT)


def words_within(archive: Archive, exhibit: int, edges: tuple[int, int, int, int]) -> list[str]:
    """The words that the reading has wholly inside these edges of the page."""
    left, top, right, bottom = edges
    layer = m.Layer.objects.get(exhibit=exhibit)
    text = archive.read_object(layer.address).decode()
    (part,) = (each for each in places.of_layer(archive, layer).parts if each.kind == "page")
    return [
        text[box.start : box.stop]
        for box in part.boxes
        if left <= box.left * 100 and box.right * 100 <= right
        and top <= box.top * 100 and box.bottom * 100 <= bottom
    ]  # fmt: skip


def test_the_words_that_it_was_drawn_around_are_in_it_everywhere(
    archive: Archive, tmp_path: Path, reading_as: ReadingAs
) -> None:
    files = []
    for turn, cut in PAGES:
        path = tmp_path / f"{turn}-{cut}.pdf"
        path.write_bytes(pdf(turn, cut))
        files.append(Received(path, marking=PUBLIC))
    exhibits = [ref.position for _, ref in add_files(archive, files).exhibits]
    read_what_waits(archive, workers=1)
    claims = []
    with archive.writing() as batch:
        town, paper = place_mention(batch), newspaper(batch)
    for (turn, cut), exhibit in zip(PAGES, exhibits, strict=True):
        edges = as_seen(turn, cut)
        assert words_within(archive, exhibit, edges) == ["Held"]
        left, top, right, bottom = edges
        place = Location("rectangle", page=1, left=left, top=top, right=right, bottom=bottom)
        assert locations.parse(locations.words(place)) == place
        found = locating.find(archive, OWNER, exhibit, place)
        label = m.Layer.objects.get(exhibit=exhibit).label
        cited, _ = locating.locate_once(archive, found, label, PUBLIC, quote="Held")
        with archive.writing() as batch:
            ref = Ref(entry_id_at(cited), cited)
            claims.append(says(batch, town, paper, f"{turn} {cut}", passages=(ref,)).position)

    # On the page: the outline is there, and in the picture under it is ink where the outline is.
    owner = reading_as(archive, OWNER)
    for (turn, cut), claim in zip(PAGES, claims, strict=True):
        left, top, right, bottom = as_seen(turn, cut)
        at = owner.twin(f"/claims/{claim}/")["passages"][0]["shown"]["rectangle"]
        assert (at["left"], at["top"]) == (left, top)
        assert (at["across"], at["down"]) == (right - left, bottom - top)
        page = Image.open(io.BytesIO(owner.get(at["url"]).content)).convert("L")
        upright = (250, 500) if cut else (400, 600)
        wide, high = upright if turn in (0, 180) else upright[::-1]
        assert (at["width"], at["height"]) == (wide * 1_000, high * 1_000)
        assert page.width / page.height == pytest.approx(wide / high, rel=0.01)
        assert _ink(page, (left, top, right, bottom))
        assert not _ink(page, _beside(left, top, right, bottom))

    # In the terminal, in a bundle, and by the verifier alone.
    bundle = tmp_path / "bundle"
    write(archive, choose(archive, "public", record=town.position), "public", bundle)
    told = (bundle / "data/report/report.html").read_text("utf-8")
    for (turn, cut), claim in zip(PAGES, claims, strict=True):
        left, top, right, bottom = as_seen(turn, cut)
        place = Location("rectangle", page=1, left=left, top=top, right=right, bottom=bottom)
        assert locations.words(place) in told
        why = run("why", claim, "--archive", archive.directory).out
        assert f"{locations.words(place)}: “Held”" in why
    for report in (by_standalone(bundle), by_archive_code(bundle)):
        assert (report.result, set(report.failing)) == ("holds", set())
        said = next(check for check in report.report["checks"] if check["check"] == "places")
        assert said["said"] == [f"{len(PAGES)} places"]
    assert not verify(archive).faults


def _ink(page: Image.Image, edges: tuple[int, int, int, int]) -> bool:
    left, top, right, bottom = edges
    wide, high = page.size
    box = (left * wide, top * high, right * wide, bottom * high)
    darkest, _ = page.crop(tuple(each // MILLION for each in box)).getextrema()  # type: ignore[arg-type]
    return bool(darkest < 128)


def _beside(left: int, top: int, right: int, bottom: int) -> tuple[int, int, int, int]:
    """A place as large, as far from the other edges of the page: the mirror of this one."""
    return MILLION - right, MILLION - bottom, MILLION - left, MILLION - top
