"""A cited place on its pages: an outline on a picture, a time that plays, a cell, a whole file."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from tests.archive.making import PUBLIC, newspaper, place_mention, says
from tests.support import films
from tests.support.archives import Filling
from tests.web.conftest import Reader
from tests.web.test_browser import PHONE, let_in, violations

from habeas.archive import models as m
from habeas.archive.access import OWNER, Viewer
from habeas.archive.access import PUBLIC as EVERYBODY
from habeas.archive.exhibits import locating
from habeas.archive.exhibits.intake import Received, add_files
from habeas.archive.ledger.committed_entries import Ref, entry_id_at
from habeas.archive.opening import Archive
from habeas.archive.pipeline.flow import read_what_waits
from habeas.archive.verbs.referring import Marking
from habeas.vocabulary import locations
from habeas.web.serving import Serving, listen

if TYPE_CHECKING:
    from tests.support.browser import WatchedPage

    OpenPage = Callable[..., WatchedPage]
ReadingAs = Callable[[Archive, Viewer], Reader]
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

SHEET = "name,year,place\nBaran,1975,Site A\nTuran,1980,Site B\n"
PLACES = {
    "cell": ("people.csv", "cell B3, sheet 1"),
    "row": ("people.csv", "row 2, sheet 1"),
    "rectangle": ("photo.png", "page 1, 50-100 % across, 25-75 % down"),
    "time": ("talk.ogg", "0:00.500-0:01.250"),
    "framed": ("film.mp4", "0:00.500-0:01.250, 0-50 % across, 10.5-60 % down"),
    "whole": ("photo.png", "the whole file"),
}


@dataclass
class Placed:
    """``at``: the exhibits by file name; ``places`` and ``claims`` by form."""

    archive: Archive
    at: dict[str, int]
    places: dict[str, int]
    claims: dict[str, int]


def fill(archive: Archive, folder: Path) -> Placed:
    """A table, a picture, a sound and a film, each cited by a claim of its own."""
    (folder / "people.csv").write_text(SHEET, encoding="utf-8")
    Image.new("RGB", (400, 200), "teal").save(folder / "photo.png")
    (folder / "talk.ogg").write_bytes(films.sound("ogg"))
    (folder / "film.mp4").write_bytes(films.film())
    names = ("people.csv", "photo.png", "talk.ogg", "film.mp4")
    files = [Received(folder / name, marking=PUBLIC) for name in names]
    added = add_files(archive, files).exhibits
    placed = Placed(archive, {path.name: ref.position for path, ref in added}, {}, {})
    read_what_waits(archive, workers=1)
    for form, (name, at) in PLACES.items():
        placed.places[form] = cite(placed, name, at, "A gate" if form == "rectangle" else "")
    with archive.writing() as batch:
        source, place = newspaper(batch), place_mention(batch)
        for form, position in placed.places.items():
            ref = Ref(entry_id_at(position), position)
            placed.claims[form] = says(batch, place, source, passages=(ref,)).position
    return placed


def cite(placed: Placed, name: str, at: str, quote: str = "", marking: Marking = PUBLIC) -> int:
    exhibit = placed.at[name]
    found = locating.find(placed.archive, OWNER, exhibit, locations.parse(at))
    label = m.Exhibit.objects.get(position=exhibit).label if marking is PUBLIC else "none yet"
    return locating.locate_once(placed.archive, found, label, marking, quote=quote)[0]


@pytest.fixture
def placed(filled: Filling) -> Placed:
    archive, made = filled(fill)
    return Placed(archive, made.at, made.places, made.claims)


@pytest.fixture
def owner(placed: Placed, reading_as: ReadingAs) -> Reader:
    return reading_as(placed.archive, OWNER)


def test_every_form_is_one_value_on_every_page(placed: Placed, owner: Reader) -> None:
    for form, (name, words) in PLACES.items():
        shown = owner.twin(f"/claims/{placed.claims[form]}/")
        (card,) = shown["claim"]["passages"]
        (passage,) = shown["passages"]
        assert card["place"] == passage["place"] == passage["shown"]["place"]
        assert card["place"]["words"] == words
        assert card["place"]["form"] == ("time" if form == "framed" else form)
        there = owner.get(card["exhibit"]["passage_url"])
        assert there.status_code == 302
        assert there["Location"].startswith(f"/exhibits/{placed.at[name]}/?")
        path = there["Location"].partition("#")[0]
        asked = owner.twin(path)["cited_places"]["asked"]
        assert (asked["place"], asked["position"]) == (card["place"], placed.places[form])
        assert [claim["position"] for claim in asked["claims"]] == [placed.claims[form]]
        assert there["Location"].partition("#")[2] in owner.page(path)
        assert words in owner.page(f"/claims/{placed.claims[form]}/")
        assert words in owner.page(path)
    record = owner.page(f"/records/{m.Claim.objects.get(pk=placed.claims['cell']).subject}/")
    assert all(words in record for _, words in PLACES.values())


def test_what_is_shown_of_each(placed: Placed, owner: Reader) -> None:
    def shown(form: str) -> tuple[Any, str]:
        path = f"/claims/{placed.claims[form]}/"
        return owner.twin(path)["passages"][0], owner.page(path)

    passage, page = shown("rectangle")
    at = passage["shown"]["rectangle"]
    assert (at["left"], at["top"], at["across"], at["down"]) == (500_000, 250_000, 500_000, 500_000)
    assert (at["width"], at["height"]) == (400, 200)
    picture = owner.get(at["url"])
    assert Image.open(io.BytesIO(picture.content)).format == "PNG"
    assert 'x="500000" y="250000" width="500000" height="500000"' in page
    assert "with the cited place outlined: page 1, 50-100 % across, 25-75 % down" in page
    assert "A gate" in page
    assert "Read there by who cites it" in page
    assert "What it shows is not: look at it." in page
    passage, page = shown("framed")
    player = passage["shown"]["player"]
    assert (player["at"], player["cited"]["to_ms"], player["cited"]["across"]) == (
        500, 1_250, 500_000,
    )  # fmt: skip
    assert f'src="{player["source"]}#t=0.500,1.250"' in page
    assert "Outlined in the film: 0:00.500-0:01.250" in page
    assert (
        "media-src 'self'"
        in owner.get(f"/claims/{placed.claims['time']}/")["Content-Security-Policy"]
    )
    passage, page = shown("whole")
    assert passage["shown"]["whole"]["extent"] == "400 × 200 pixels"
    assert passage["shown"]["whole"]["name"] in page
    passage, page = shown("cell")
    assert passage["shown"]["rectangle"] is passage["shown"]["player"] is None
    cells = {c["heading"]["text"]: c["found"] for c in passage["context"]["row"]["cells"]}
    assert cells == {"name": False, "year": True, "place": False}
    passage, page = shown("row")
    assert all(cell["found"] for cell in passage["context"]["row"]["cells"])


def test_the_picture_of_an_exhibit_outlines_what_is_cited_on_its_page(
    placed: Placed, owner: Reader
) -> None:
    other = cite(placed, "photo.png", "0-10 across, 0-10 down", marking=Marking(handling="sealed"))
    path = f"/exhibits/{placed.at['photo.png']}/"
    outlined = owner.twin(f"{path}?passage={other}")["text"]["picture"]["rectangles"]
    assert [(each["left"], each["current"]) for each in outlined] == [(500_000, False), (0, True)]
    page = owner.page(f"{path}?passage={other}")
    assert page.count('class="over') == 2
    assert "Outlined: page 1, 0-10 % across, 0-10 % down." in " ".join(page.split())
    listed = owner.twin(path)["cited_places"]
    assert listed["asked"] is None
    assert [each["position"] for each in listed["places"]] == [
        placed.places["rectangle"], placed.places["whole"], other,
    ]  # fmt: skip


def test_a_small_rectangle_is_shown_enlarged_beside_the_whole(
    placed: Placed, owner: Reader
) -> None:
    small = cite(placed, "photo.png", "10-20 across, 50-60 down")
    with placed.archive.writing() as batch:
        ref = Ref(entry_id_at(small), small)
        claim = says(batch, place_mention(batch), newspaper(batch, "small"), passages=(ref,))
    path = f"/claims/{claim.position}/"
    at = owner.twin(path)["passages"][0]["shown"]["rectangle"]
    assert at["enlarged"] == {"left": 32, "top": 96, "across": 56, "down": 28}  # of 400 x 200
    page = owner.page(path)
    assert 'viewBox="32 96 56 28"' in page
    assert "The cited place, enlarged: page 1, 10-20 % across, 50-60 % down" in page
    large = owner.twin(f"/claims/{placed.claims['rectangle']}/")["passages"][0]["shown"]
    assert large["rectangle"]["enlarged"] is None


def test_a_film_is_shown_still_where_the_cited_time_begins(
    placed: Placed, owner: Reader, reading_as: ReadingAs
) -> None:
    still = owner.twin(f"/claims/{placed.claims['framed']}/")["passages"][0]["shown"]["still"]
    assert still == f"/exhibits/{placed.at['film.mp4']}/stills/{placed.places['framed']}.png"
    shown = owner.get(still)
    image = Image.open(io.BytesIO(shown.content))
    assert (shown["Content-Type"], image.format) == ("image/png", "PNG")
    assert max(image.size) <= 640
    for path in (f"claims/{placed.claims['framed']}", f"passages/{placed.places['framed']}"):
        assert f'poster="{still}"' in owner.page(f"/{path}/")
    sound = owner.twin(f"/claims/{placed.claims['time']}/")["passages"][0]["shown"]
    assert sound["still"] is None
    # Of no other moment, no other file, and for no one who may not see the place.
    film = placed.at["film.mp4"]
    for other in (placed.places["rectangle"], placed.places["time"], placed.claims["framed"]):
        assert owner.get(f"/exhibits/{film}/stills/{other}.png").status_code == 404
    hidden = cite(placed, "film.mp4", "0:01-0:01.100", marking=Marking(handling="sealed"))
    public = reading_as(placed.archive, EVERYBODY)
    assert public.get(f"/exhibits/{film}/stills/{hidden}.png").status_code == 404
    kept = list((placed.archive.directory / "cache" / "pictures").glob("*/*-still-*.png"))
    address = m.Exhibit.objects.get(position=film).address
    assert [path.parent.name for path in kept] == [address]  # goes with the exhibit


def test_who_may_not_see_a_place_sees_nothing_of_it(placed: Placed, reading_as: ReadingAs) -> None:
    hidden = cite(placed, "photo.png", "0-7 across, 0-7 down", marking=Marking(handling="sealed"))
    public = reading_as(placed.archive, EVERYBODY)
    path = f"/exhibits/{placed.at['photo.png']}/"
    shown = public.twin(path)
    assert hidden not in [each["position"] for each in shown["cited_places"]["places"]]
    assert [each["left"] for each in shown["text"]["picture"]["rectangles"]] == [500_000]
    assert public.get(f"/passages/{hidden}/").status_code == 404
    assert public.get(f"{path}?passage={hidden}").status_code == 404
    for asked in (placed.places["cell"], placed.claims["cell"], 10**9, "x"):
        assert public.get(f"{path}?passage={asked}").status_code == 404, asked


def test_many_places_cost_no_more_queries(placed: Placed, owner: Reader) -> None:
    exhibit = f"/exhibits/{placed.at['photo.png']}/"
    claim = f"/claims/{placed.claims['rectangle']}/"
    before = owner.queries(exhibit), owner.queries(claim)
    more = [
        cite(placed, "photo.png", f"{n}-{n + 1} across, 0-50 down", "A gate") for n in range(40)
    ]
    with placed.archive.writing() as batch:
        refs = [Ref(entry_id_at(position), position) for position in more]
        place, source = place_mention(batch), newspaper(batch, "other")
        many = says(batch, place, source, passages=tuple(refs)).position
        for ref in refs[:20]:
            says(batch, place, source, "Another", passages=(ref,))
    assert owner.queries(exhibit) == before[0]
    assert owner.queries(f"/claims/{many}/") <= before[1] + 2
    assert "<summary" in owner.page(exhibit)  # over thirty are folded


@pytest.fixture
def served(placed: Placed) -> Iterator[Serving]:
    serving = listen(placed.archive, port=0)
    thread = threading.Thread(target=serving.run, daemon=True)
    thread.start()
    yield serving
    serving.close()
    thread.join(10)


def test_the_outline_lies_where_the_place_is(
    placed: Placed, served: Serving, open_page: OpenPage
) -> None:
    page = let_in(open_page(), served)
    for viewport in ({"width": 1280, "height": 900}, PHONE):
        page.page.set_viewport_size(viewport)  # type: ignore[arg-type]
        for path in ("claims/{}".format(placed.claims["rectangle"]),
                     "passages/{}".format(placed.places["rectangle"])):  # fmt: skip
            page.visit(f"{served.origin}/{path}/")
            picture = page.page.locator(".sheet img").first.bounding_box()
            outline = page.page.locator(".outlines .over").first.bounding_box()
            assert picture is not None
            assert outline is not None
            assert outline["x"] == pytest.approx(picture["x"] + picture["width"] / 2, abs=3)
            assert outline["y"] == pytest.approx(picture["y"] + picture["height"] / 4, abs=3)
            assert outline["width"] == pytest.approx(picture["width"] / 2, abs=6)
            assert violations(page) == []
            wide = page.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= viewport["width"]


@pytest.mark.parametrize("form", ["time", "framed"])
def test_a_cited_time_plays_from_its_start_and_stops_at_its_end(
    form: str, placed: Placed, served: Serving, open_page: OpenPage
) -> None:
    page = let_in(open_page(color_scheme="dark"), served)
    for path in (f"claims/{placed.claims[form]}", f"passages/{placed.places[form]}"):
        page.visit(f"{served.origin}/{path}/")
        assert violations(page) == []
        button = page.page.get_by_role("button", name="Play 0:00.500–0:01.250")
        button.focus()
        page.page.keyboard.press("Enter")
        told = page.page.locator(".recording-status")
        told.get_by_text("Stopped at the end of the cited time.").wait_for(timeout=60_000)
        at, paused = page.page.evaluate(
            "(v => [v.currentTime, v.paused])(document.querySelector('video'))"
        )
        assert paused
        assert 1.2 <= at <= 1.6
        page.page.keyboard.press("Enter")  # once more from its start
        page.page.wait_for_function("!document.querySelector('video').paused", timeout=60_000)
        assert page.page.evaluate("document.querySelector('video').currentTime") < 1.3
        told.get_by_text("Stopped at the end of the cited time.").wait_for(timeout=60_000)
