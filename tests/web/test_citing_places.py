"""Citing a rectangle, a time, a cell or a whole file from an exhibit's page."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.archive.making import PUBLIC
from tests.support.archives import Filling
from tests.web.conftest import Reader, Writer
from tests.web.test_browser import PHONE, let_in, violations
from tests.web.test_cited_places import Placed, fill

from habeas.archive.access import OWNER, Viewer
from habeas.archive.access import PUBLIC as EVERYBODY
from habeas.archive.exhibits.intake import Received, add_files
from habeas.archive.models import Passage
from habeas.archive.opening import Archive
from habeas.archive.pipeline.flow import read_what_waits
from habeas.archive.verify.verifying import verify
from habeas.web.serving import Serving, listen

if TYPE_CHECKING:
    from tests.support.browser import WatchedPage

    OpenPage = Callable[..., WatchedPage]
ReadingAs = Callable[[Archive, Viewer], Reader]
WritingAs = Callable[[Archive, Viewer, Any], Writer]
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

#: What is typed into which form of which file, and the place that it is.
TYPED = {
    "rectangle": (
        "photo.png", "form=rectangle&page=1&left=10&right=42,5&top=5&bottom=20",
        "page 1, 10-42.5 % across, 5-20 % down",
    ),
    "time": ("talk.ogg", "form=time&start=0:00.25&end=0:01", "0:00.250-0:01"),
    "framed": (
        "film.mp4", "form=time&start=0:00&end=0:01&left=0&right=50&top=0&bottom=50",
        "0:00-0:01, 0-50 % across, 0-50 % down",
    ),
    "cell": ("people.csv", "form=cell&cell=b2&sheet=1", "cell B2, sheet 1"),
    "row": ("people.csv", "form=cell&cell=3&sheet=", "row 3, sheet 1"),
    "whole": ("talk.ogg", "form=whole", "the whole file"),
    "words": ("people.csv", "place=cell A2", "cell A2, sheet 1"),
}  # fmt: skip
REFUSED = {
    "form=rectangle&page=1&left=50&right=20&top=0&bottom=9": "photo.png",
    "form=rectangle&page=1&left=&right=&top=&bottom=": "photo.png",
    "form=rectangle&page=1&left=0&right=101&top=0&bottom=50": "photo.png",
    "form=time&start=0:00&end=9:59:59": "talk.ogg",
    "form=time&start=x&end=": "talk.ogg",
    "form=cell&cell=ZZ900&sheet=1": "people.csv",
    "form=cell&cell=B2&sheet=7": "people.csv",
    "form=time&start=0:00&end=0:01": "photo.png",
    "place=%00": "photo.png",
}


@pytest.fixture
def placed(filled: Filling) -> Placed:
    archive, made = filled(fill)
    return Placed(archive, made.at, made.places, made.claims)


@pytest.fixture
def writer(placed: Placed, writing_as: WritingAs) -> Writer:
    return writing_as(placed.archive, OWNER, placed.archive.keyring.add_person(None))


def fields(chosen: dict[str, Any], **other: object) -> dict[str, Any]:
    return {
        "place": chosen["place"]["words"],
        "reading": "" if chosen["reading"] is None else chosen["reading"],
        "quote_sha256": chosen["quote_sha256"],
        **other,
    }


@pytest.mark.parametrize("form", TYPED)
def test_what_is_typed_is_shown_and_becomes_a_passage_once(
    placed: Placed, writer: Writer, form: str
) -> None:
    name, asked, words = TYPED[form]
    at = f"/exhibits/{placed.at[name]}/"
    shown = writer.twin(f"{at}?{asked}")
    chosen = shown["placing"]["chosen"]
    assert shown["placing"]["refused"] is None
    assert chosen["place"]["words"] == words
    size = placed.archive.size
    assert "Cite this place" in writer.page(f"{at}?{asked}")
    assert placed.archive.size == size  # asking records nothing
    quote = "" if chosen["quote"] else "A gate"
    answer = writer.send(at, f"{at}places/", **fields(chosen, quote=quote))
    assert answer.status_code == 303
    made = Passage.objects.latest("position")
    assert made.quote == (chosen["quote"] or quote)
    path = answer["Location"].partition("#")[0]
    assert f"passage={made.position}" in path
    assert f"Recorded: passage {made.position}." in " ".join(writer.page(path).split())
    again = writer.send(at, f"{at}places/", **fields(chosen, quote=quote))
    assert "cited=before" in again["Location"]
    assert Passage.objects.latest("position") == made
    assert verify(placed.archive).faults == []


@pytest.mark.parametrize("asked", REFUSED)
def test_what_is_not_in_the_file_is_told_and_what_was_typed_stays(
    placed: Placed, writer: Writer, asked: str
) -> None:
    at = f"/exhibits/{placed.at[REFUSED[asked]]}/"
    shown = writer.twin(f"{at}?{asked}")["placing"]
    assert shown["chosen"] is None
    assert shown["refused"]["message"]
    assert shown["refused"]["next_step"]
    typed = dict(pair.split("=") for pair in asked.split("&"))
    for field in ("left", "right", "start", "cell"):
        assert shown["typed"][field] == typed.get(field, "")
    assert 'role="alert"' in writer.page(f"{at}?{asked}")


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"quote_sha256": "0" * 64}, "web.words-changed"),
        ({"quote_sha256": ""}, "web.words-changed"),
        ({"reading": "1"}, "web.words-changed"),
        ({"reading": ""}, "web.words-changed"),
        ({"reading": "x"}, "web.form"),
        ({"quote_sha256": "x"}, "web.form"),
        ({"place": "cell Q99"}, "passage.outside"),
        ({"place": "nowhere"}, "vocabulary.bad-location"),
    ],
)
def test_what_is_not_what_its_reader_saw_is_refused(
    placed: Placed, writer: Writer, other: dict[str, object], code: str
) -> None:
    at = f"/exhibits/{placed.at['people.csv']}/"
    chosen = writer.twin(f"{at}?form=cell&cell=B2&sheet=1")["placing"]["chosen"]
    size = placed.archive.size
    answer = writer.send(at, f"{at}places/", **fields(chosen, **other))
    assert answer.status_code == 409
    assert f"<code>{code}</code>" in answer.content.decode()
    assert placed.archive.size == size


def test_who_only_reads_is_given_the_command(placed: Placed, reading_as: ReadingAs) -> None:
    reader = reading_as(placed.archive, EVERYBODY)
    name, asked, words = TYPED["rectangle"]
    path = f"/exhibits/{placed.at[name]}/?{asked}"
    page = reader.page(path)
    assert "Cite this place" not in page
    command = reader.twin(path)["placing"]["chosen"]["command"]
    assert command == f"habeas cite {placed.at[name]} --at '{words}'"
    assert command.replace("'", "&#x27;") in page
    assert reader.client.post(f"/exhibits/{placed.at[name]}/places/").status_code in (302, 403, 405)


def test_each_file_has_the_forms_of_what_is_shown_of_it(placed: Placed, writer: Writer) -> None:
    forms = {
        name: writer.twin(f"/exhibits/{position}/")["placing"]["forms"]
        for name, position in placed.at.items()
    }
    assert forms == {
        "people.csv": ["cell", "whole"],
        "photo.png": ["rectangle", "whole"],
        "talk.ogg": ["time", "whole"],
        "film.mp4": ["time", "whole"],
    }


def test_a_cell_is_marked_in_its_sheet_and_a_rectangle_on_its_picture(
    placed: Placed, writer: Writer
) -> None:
    name, asked, _ = TYPED["cell"]
    text = writer.twin(f"/exhibits/{placed.at[name]}/?{asked}")["text"]
    marked = [
        piece["text"]
        for row in text["table"]["rows"] + text["table"]["head"]
        for cell in row["cells"]
        if cell
        for piece in cell["pieces"]
        if piece["found"]
    ]
    assert marked == ["1975"]
    name, asked, _ = TYPED["rectangle"]
    text = writer.twin(f"/exhibits/{placed.at[name]}/?{asked}")["text"]
    (current,) = (each for each in text["picture"]["rectangles"] if each["current"])
    assert (current["left"], current["across"]) == (100_000, 325_000)


@pytest.fixture
def serving(placed: Placed) -> Iterator[Serving]:
    person = placed.archive.keyring.add_person(None)
    serving = listen(placed.archive, port=0, person=person)
    thread = threading.Thread(target=serving.run, daemon=True)
    thread.start()
    yield serving
    serving.close()
    thread.join(10)


def test_a_rectangle_is_drawn_by_pointer_or_typed(
    placed: Placed, serving: Serving, open_page: OpenPage
) -> None:
    opened = let_in(open_page(), serving)
    opened.visit(f"{serving.origin}/exhibits/{placed.at['photo.png']}/")
    page = opened.page
    page.locator(".placing summary").first.click()
    sheet = page.locator("#picture .sheet")
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.75, steps=4)
    page.mouse.up()
    drawn = {n: float(page.locator(f"#placing-{n}").input_value()) for n in ("left", "bottom")}
    assert drawn == pytest.approx({"left": 25, "bottom": 75}, abs=1.5)
    page.locator("#placing-left").fill("10")  # by keyboard, what was drawn is changed
    assert page.locator(".drawing rect.over").get_attribute("x") == "10"
    page.locator("#placing-left").press("Enter")
    page.wait_for_url("**form=rectangle**")
    assert page.locator(".placing-chosen strong").inner_text().startswith("page 1, 10-")
    page.get_by_role("button", name="Cite this place").click()
    page.wait_for_url("**cited=new**")
    made = Passage.objects.latest("position")
    assert made.form == "rectangle"
    assert violations(opened) == []


def test_a_cell_is_pressed_and_a_time_is_taken_from_the_player(
    placed: Placed, serving: Serving, open_page: OpenPage
) -> None:
    opened = let_in(open_page(), serving)
    page = opened.page
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    opened.visit(f"{serving.origin}/exhibits/{placed.at['people.csv']}/")
    page.locator(".placing summary").first.click()
    page.get_by_text("Turan").first.click()
    assert page.locator("#placing-cell").input_value() == "A3"
    opened.visit(f"{serving.origin}/exhibits/{placed.at['talk.ogg']}/")
    page.locator(".placing summary").first.click()
    page.evaluate(
        """() => new Promise((done) => {
            const video = document.querySelector("video");
            video.addEventListener("seeked", done, {once: true});
            video.addEventListener("loadedmetadata", () => { video.currentTime = 0.5; });
            video.preload = "auto";
            video.load();
        })"""
    )
    page.locator('[data-now="start"]').click()
    assert page.locator("#placing-start").input_value() == "0:00.500"
    assert violations(opened) == []


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_the_marked_cell_of_a_wide_sheet_is_in_sight_on_a_phone(
    placed: Placed, serving: Serving, open_page: OpenPage, tmp_path: Path, direction: str
) -> None:
    name, value = ("الاسم", "قيمة") if direction == "rtl" else ("Name", "value")
    rows = [",".join([name, *(f"{value} {n}" for n in range(24))])]
    rows += [",".join(f"{value} {row}.{column}" for column in range(25)) for row in range(40)]
    (tmp_path / "wide.csv").write_text("\n".join(rows), "utf-8")
    received = Received(tmp_path / "wide.csv", marking=PUBLIC)
    ((_, ref),) = add_files(placed.archive, [received]).exhibits
    read_what_waits(placed.archive, workers=1)
    opened = let_in(open_page(), serving)
    opened.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    for cell in ("B3", "T12", "Y41"):
        for section in ("found", "cite-place"):
            opened.visit(f"{serving.origin}/exhibits/{ref.position}/?place=cell+{cell}#{section}")
            left, right, first, last = opened.page.evaluate(IN_FRAME)
            assert first <= left + 1, (cell, section)
            assert right <= last + 1, (cell, section)


#: Where the marked cell is, and between where the columns that stay leave the frame to it.
IN_FRAME = """() => {
    const box = (at) => at.getBoundingClientRect();
    const frame = box(document.querySelector(".frame-of-rows"));
    const cell = document.querySelector("mark.found, #found").closest("td");
    const fixed = [...cell.parentElement.cells].slice(0, 2);
    const rtl = document.querySelector(".grid").dir === "rtl";
    const [first, last] = fixed.includes(cell) ? [frame.left, frame.right] : rtl
        ? [frame.left, Math.min(...fixed.map((each) => box(each).left))]
        : [Math.max(...fixed.map((each) => box(each).right)), frame.right];
    return [box(cell).left, box(cell).right, first, last];
}"""
