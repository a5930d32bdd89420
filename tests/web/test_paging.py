"""Nothing is cut off without a way on, and every link of a page keeps what it was asked for."""

from __future__ import annotations

from typing import Any

import pytest
from tests.web.conftest import Reader
from tests.web.making import PUBLIC, Shelf
from tests.web.test_pages import address

from habeas.archive import verbs
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.models import Claim, Mention, Source
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verbs.referring import ref
from habeas.display import records
from habeas.display.figures import drawings
from habeas.display.figures import figure as one_figure
from habeas.display.figures import places as map_places
from habeas.vocabulary import counts, values

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def walked(owner: Reader, start: str, *steps: str) -> list[Any]:
    """What each page shows under ``steps[:-1]``, following the links under ``steps[-1]``."""
    found: list[Any] = []
    following: str | None = start
    while following:
        twin = owner.twin(following.partition("#")[0])
        page: Any = twin
        for step in steps[:-1]:
            page = page[step]
        found.append(page)
        turning: Any = twin
        for step in steps[-1].split("."):
            turning = turning[step]
        following = turning["next"]
        assert len(found) < 50
    return found


def people(batch: Batch, shelf: Shelf, count: int) -> list[Ref]:
    paper = Attribution(ref(batch, shelf.at["paper"], Source))
    made = []
    for number in range(count):
        person = verbs.mention(batch, "person", f"Invented {number:03}", marking=PUBLIC)
        verbs.consent(batch, person, basis="public-statement", audience="public", marking=PUBLIC)
        camp = values.reference(ref(batch, shelf.at["camp-2"], Mention).entry_id)
        verbs.claim(batch, person, "detained_in", camp, [paper], marking=PUBLIC)
        made.append(person)
    return made


def test_every_claim_that_names_a_record_is_reached(
    shelf: Shelf, owner: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "MENTIONED", 4)
    with shelf.archive.writing(shelf.reviewer) as batch:
        people(batch, shelf, 9)
    pages = walked(owner, address(shelf, "/records/{camp-2}/"), "mentioned", "mentioned_pages")
    seen = [card["position"] for page in pages for card in page]
    expected = Claim.objects.filter(ref=shelf.at["camp-2"]).order_by("position")
    assert seen == list(expected.values_list("position", flat=True))
    assert len(pages) == 3


def test_every_mention_and_judgement_of_a_record_is_reached(
    shelf: Shelf, owner: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "JOINED", 3)
    with shelf.archive.writing(shelf.reviewer) as batch:
        first, *others = people(batch, shelf, 8)
        for other in others[:6]:
            verbs.judge(batch, first, other, "same", "the same invention", marking=PUBLIC)
        verbs.judge(batch, first, others[6], "different", "another", marking=PUBLIC)
    start = f"/records/{first.position}/"
    pages = walked(owner, start, "joined", "mentions", "joined.mentions_pages")
    mentions = [mention["position"] for page in pages for mention in page]
    assert mentions == [first.position, *(other.position for other in others[:6])]
    pages = walked(owner, start, "joined", "judgements", "joined.judgements_pages")
    judged = [judgement["right"]["position"] for page in pages for judgement in page]
    assert judged == [other.position for other in others]


def test_every_row_of_a_drawing_is_reached(
    shelf: Shelf, owner: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = owner.twin("/figures/positions/")["drawing"]["rows"]
    places = owner.twin("/figures/camps/")["drawing"]["places"]
    monkeypatch.setattr(map_places, "ROWS", 1)
    pages = walked(owner, "/figures/positions/", "drawing", "rows", "drawing.pages")
    assert [row for page in pages for row in page] == whole
    pages = walked(owner, "/figures/camps/", "drawing", "places", "drawing.pages")
    assert [place for page in pages for place in page] == places
    pages = walked(owner, "/figures/events/", "drawing", "years", "drawing.pages")
    assert len(pages) == 3
    second = owner.twin("/figures/camps/?row=1")["drawing"]
    numbers = [f["properties"]["label"] for f in owner.get(second["geojson"]).json()["features"]]
    assert set(numbers) == {"2"}
    assert ">2</text>" in owner.get(second["svg"]).content.decode()


def test_accounts_beyond_a_plot_are_said_to_be_in_the_table(
    shelf: Shelf, owner: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawings, "DRAWN", 1)
    drawing = owner.twin("/figures/held/")["drawing"]
    assert (drawing["parts"][0]["drawn"], drawing["parts"][0]["left_out"]) == (1, 3)
    assert drawing["not_drawn"] == 0
    assert "3 more are in the table but not drawn." in owner.page("/figures/held/")


def test_every_record_that_a_rule_set_aside_is_named(
    shelf: Shelf, owner: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    figure = owner.twin("/figures/certain/")
    step = figure["waterfall"][1]
    assert (step["dropped"], step["not_known"], step["kept"]) == (0, 1, 2)
    named = owner.twin(step["url"])["not_known"]
    assert [row["record"]["caption"]["text"] for row in named] == ["Ruritania"]
    assert named[0]["claims"], "with the claim that leaves it open"
    assert f'href="{step["url"]}#not-known"' in owner.page("/figures/certain/")
    monkeypatch.setattr(one_figure, "FALLEN", 1)
    step = owner.twin("/figures/said-by-officials/")["waterfall"][1]
    pages = walked(owner, step["url"], "dropped", "dropped_pages")
    assert sum(len(page) for page in pages) == step["dropped"] == 3
    for number in ("0", "3", "99"):
        assert owner.get(f"/figures/certain/rules/{number}/").status_code == 404


def test_differences_of_a_figure_and_their_accounts_are_all_reached(
    shelf: Shelf, owner: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    with shelf.archive.writing(shelf.reviewer) as batch:
        paper = Attribution(ref(batch, shelf.at["paper"], Source))
        for subject in ("region", "camp-1", "camp-2"):
            about = ref(batch, shelf.at[subject], Mention)
            for number in range(1, 15):
                value = values.count(counts.make(number, number, approximate=False, unit="persons"))
                verbs.claim(
                    batch, about, "people_held", value, [paper], holds="2020", marking=PUBLIC
                )
    whole = owner.twin("/figures/held/")["differences"]
    assert len(whole) == 3
    assert any(difference["more"] for difference in whole)
    page = owner.page("/figures/held/")
    assert f'href="/records/{shelf.at["camp-1"]}/?property=people_held"' in page
    monkeypatch.setattr(one_figure, "DIFFERENCES", 1)
    pages = walked(owner, "/figures/held/", "differences", "differences_pages")
    assert [difference for page in pages for difference in page] == whole
    monkeypatch.setattr(records, "DIFFERENCES", 0)
    twin = owner.twin(address(shelf, "/records/{camp-1}/"))
    assert twin["differences"] == []
    beyond = owner.twin(twin["differences_more"])["differences"]
    assert beyond[0]["record"]["position"] == shelf.at["camp-1"]


def test_a_page_as_of_an_earlier_size_leads_to_pages_and_pictures_of_that_size(
    shelf: Shelf, owner: Reader
) -> None:
    size = owner.twin("/figures/held/")["size"]
    then = owner.get("/figures/held/drawing.svg").content
    with shelf.archive.writing(shelf.reviewer) as batch:
        number = ref(batch, shelf.at["number"], Claim)
        verbs.retract(batch, number, "claim", "an exercise", marking=PUBLIC)
    assert owner.get("/figures/held/drawing.svg").content != then
    twin = owner.twin(f"/figures/held/?as_of={size}")
    assert owner.get(twin["drawing"]["parts"][0]["svg"]).content == then
    assert f"as_of={size}" in twin["drawing"]["parts"][0]["specification"]
    assert twin["figure"]["why_url"] == f"/figures/held/why/?as_of={size}"
    assert all(f"as_of={size}" in step["url"] for step in twin["waterfall"])
    why = owner.twin(twin["figure"]["why_url"])
    assert why["figure"]["url"] == f"/figures/held/?as_of={size}"
    assert why["command"] == f"habeas why held --as-of {size}"
    camps = owner.twin(f"/figures/camps/?as_of={size}")["drawing"]
    assert f"as_of={size}" in camps["svg"]
    assert f"as_of={size}" in camps["geojson"]
