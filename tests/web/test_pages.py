"""Every page, as each persona: what it shows, what it must not, and its JSON twin."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from tests.support.damaged import flip
from tests.web.conftest import Reader, viewers
from tests.web.making import CHINESE, HOSTILE, INNER, KAZAKH, PUBLIC, SECRET, UYGHUR, Shelf

from habeas.archive import verbs
from habeas.archive.access import Viewer
from habeas.archive.ledger import appending
from habeas.archive.ledger.committed_entries import head
from habeas.archive.models import Claim, Layer, Mention, Source
from habeas.archive.opening import Archive
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verbs.referring import ref
from habeas.vocabulary import values

ReadingAs = Callable[[Archive, Viewer], Reader]

PAGES = (
    "/", "/figures/", "/figures/spoke/", "/figures/spoke/why/", "/figures/held/",
    "/figures/held/why/", "/figures/camps/", "/figures/camps/why/", "/figures/positions/",
    "/figures/positions/why/", "/figures/events/", "/figures/events/why/",
    "/figures/by-year/", "/figures/certain/", "/figures/certain/rules/2/",
    "/figures/said-by-officials/rules/2/", "/records/", "/records/person/", "/records/facility/",
    "/records/place/", "/records/country/", "/records/event/", "/records/document/",
    "/records/organisation/", "/records/{region}/", "/records/{region}/?property=people_held",
    "/records/{camp-1}/", "/records/{camp-2}/", "/records/{person}/", "/records/{Utopia}/",
    "/records/{alias}/", "/claims/{number}/", "/claims/{denial}/", "/claims/{range}/",
    "/claims/{unknown}/", "/claims/{held}/", "/claims/{corrected}/", "/claims/{correction}/",
    "/claims/{retracted}/", "/exhibits/", "/exhibits/{exhibit}/",
    "/exhibits/{exhibit}/?window=2", "/exhibits/{exhibit}/?q=paragraph+7&from=3&to=9",
    "/exhibits/{exhibit}/?file={inner-file}", "/sources/", "/sources/{institute}/",
    "/sources/{ministry}/", "/sources/{paper}/", "/sources/{ministry}/accounts/",
    "/search/", "/differences/", "/about/",
    "/figures/spoke/compare/", "/figures/spoke/compare/?sharp=yes",
    "/figures/spoke/diff/?from=20&to=85",
    "/holdings/", "/holdings/records-person/", "/holdings/records-person/why/",
    "/holdings/sources/why/",
    "/waiting/",
)  # fmt: skip
FILES = (
    "/figures/held/drawing.svg", "/figures/held/drawing.svg?scheme=dark&width=narrow",
    "/figures/held/drawing.vl.json", "/figures/camps/drawing.svg",
    "/figures/camps/drawing.svg?scheme=dark", "/figures/camps/places.geojson",
)  # fmt: skip
HIDDEN = (
    "/records/{secret-person}/", "/claims/{secret-claim}/", "/exhibits/{secret-exhibit}/",
    "/sources/{secret}/", "/passages/{secret-passage}/",
)  # fmt: skip


HIDDEN_FILES = (
    "/exhibits/{secret-exhibit}/pictures/{secret-reading}/1.png",
    "/exhibits/{secret-exhibit}/recording/{secret-reading}/0.webm",
    "/exhibits/{secret-exhibit}/passages/",
    "/exhibits/{secret-exhibit}/places/",
    "/exhibits/{secret-exhibit}/stills/{secret-passage}.png",
    "/exhibits/{secret-exhibit}/original/",
    "/figures/guess/estimate/methods.svg",
)


def address(shelf: Shelf, path: str) -> str:
    return re.sub(r"{([^}]+)}", lambda match: str(shelf.at[match[1]]), path)


@pytest.mark.parametrize("persona", ["owner", "team", "public"])
def test_every_page_and_its_twin(shelf: Shelf, reading_as: ReadingAs, persona: str) -> None:
    reader = reading_as(shelf.archive, viewers()[persona]())
    for path in PAGES:
        page = reader.page(address(shelf, path))
        twin = reader.twin(address(shelf, path))
        for shown in (page, json.dumps(twin, ensure_ascii=False)):
            assert persona == "owner" or SECRET not in shown, path
            assert persona != "public" or INNER not in shown, path
        assert "<script>" not in page, path
        assert "None" not in page, path
        assert "\u202e" not in page, path
        assert " style=" not in page, path
        assert re.search(r'<link rel="alternate" type="application/json" href="[^"]+"', page), path
        assert page.count("<h1") == 1, path
        assert f"<title>{twin['title'].split('<')[0][:20]}" in page, path
    for path in FILES:
        answer = reader.get(address(shelf, path))
        assert answer.status_code == 200, path
        assert SECRET not in answer.content.decode() or persona == "owner"


@pytest.mark.parametrize("persona", ["team", "public"])
def test_what_may_not_be_seen_is_answered_like_what_is_not_there(
    shelf: Shelf, reading_as: ReadingAs, persona: str
) -> None:
    reader = reading_as(shelf.archive, viewers()[persona]())
    nowhere = reader.get("/claims/999999/")
    assert nowhere.status_code == 404
    for path in HIDDEN:
        for twin in ("", ".json"):
            where = address(shelf, path)
            answer = reader.get(where.rstrip("/") + twin if twin else where)
            assert answer.status_code == 404, path
            if not twin:
                assert _main(answer) == _main(nowhere)

    for path in HIDDEN_FILES:
        answer = reader.get(address(shelf, path))
        assert (answer.status_code, _main(answer)) == (404, _main(nowhere)), path


def _main(answer: Any) -> str:
    return re.search(r"<main.*</main>", answer.content.decode(), re.DOTALL)[0]  # type: ignore[index]


def test_the_owner_sees_it(shelf: Shelf, owner: Reader) -> None:
    for path in HIDDEN:
        assert SECRET in owner.page(address(shelf, path)), path


def test_a_hidden_judgement_joins_nothing(shelf: Shelf, reading_as: ReadingAs) -> None:
    """The public sees two records where the owner, who may see the judgement, sees one."""
    public = reading_as(shelf.archive, viewers()["public"]())
    assert (
        public.twin(address(shelf, "/records/{hidden-alias}/"))["record"]["position"]
        == (shelf.at["hidden-alias"])
    )
    captions = [r["caption"]["text"] for r in public.twin("/records/facility/")["records"]]
    assert "Camp apart" in captions
    joined = public.twin(address(shelf, "/records/{camp-1}/"))["joined"]
    assert [m["caption"]["text"] for m in joined["mentions"]] == ["Camp 1", CHINESE]
    owner = reading_as(shelf.archive, viewers()["owner"]())
    answer = owner.get(address(shelf, "/records/{hidden-alias}/"))
    assert answer["Location"] == address(shelf, "/records/{camp-1}/")
    captions = [r["caption"]["text"] for r in owner.twin("/records/facility/")["records"]]
    assert "Camp apart" not in captions


@pytest.mark.parametrize(
    "path",
    [
        "/claims/x/", "/claims/-1/", "/claims/99999999999999999999/", "/records/nobody/",
        "/figures/none/", "/figures/none/why/", "/figures/none/drawing.svg",
        "/figures/spoke/drawing.svg", "/figures/held/drawing.svg?part=9",
        "/figures/held/drawing.svg?scheme=pink", "/figures/camps/drawing.vl.json",
        "/figures/held/places.geojson", "/exhibits/?after=x", "/exhibits/?after=-1",
        "/records/person/?after=99999999999999999", "/figures/spoke/?as_of=soon",
        "/exhibits/{exhibit}/?window=99", "/exhibits/{exhibit}/?layer=1", "/nowhere",
        "/differences/?after=1&since=" + "x" * 99,
        "/differences/?after=1&since=%00",
        "/records/{region}/?property=%00",
        "/records/{region}/?property=<script>",
        "/records/{region}/?after=1&since=%ff",
    ],
)  # fmt: skip
def test_an_address_that_leads_nowhere(shelf: Shelf, owner: Reader, path: str) -> None:
    answer = owner.get(address(shelf, path))
    assert answer.status_code == 404
    assert b"There is nothing here" in answer.content


def test_a_claim_shows_who_says_it_and_where(shelf: Shelf, owner: Reader) -> None:
    page = owner.page(address(shelf, "/claims/{number}/"))
    assert "Institute of Examples" in page
    assert "The Example" in page  # through whom
    assert "by asking" in page
    assert '<mark><bdi dir="ltr" class="script-latn">about 120,000 people</bdi></mark>' in page
    assert "In May 2018 the institute put the number at" in page
    assert "The ministry denied that anybody was held" in page  # context after it
    assert f"habeas prove {shelf.at['number']} --out" in page
    assert "c2sp.org/tlog-proof@v1" in page
    twin = owner.twin(address(shelf, "/claims/{number}/"))
    assert twin["proof"]["sound"] is True
    stances = {card["stance"]["code"] for card in twin["beside"]}
    assert stances == {"denies", "asserts", "does-not-know"}
    assert twin["assessments"][0]["grade"] == "3"


def test_a_denial_has_the_same_card_as_an_assertion(shelf: Shelf, owner: Reader) -> None:
    page = owner.page(address(shelf, "/claims/{number}/"))
    assert "Denied by" in page
    for word in ("lie", "false", "error", "wrong", "liar"):
        assert not re.search(rf"\b{word}\b", re.sub(r"<[^>]+>", " ", page)), word


def test_corrections_and_retractions_stay_readable(shelf: Shelf, owner: Reader) -> None:
    assert "Replaced by" in owner.page(address(shelf, "/claims/{corrected}/"))
    assert "This replaces" in owner.page(address(shelf, "/claims/{correction}/"))
    page = owner.page(address(shelf, "/claims/{retracted}/"))
    assert "Retracted at entry" in page
    assert "said by mistake" in page


def test_names_stand_in_their_scripts(shelf: Shelf, owner: Reader) -> None:
    page = owner.page(address(shelf, "/records/{camp-1}/"))
    assert f'<bdi dir="rtl" lang="ug" class="script-arab">{UYGHUR}</bdi>' in page
    assert f'<bdi dir="ltr" lang="zh-Hans" class="script-hani">{CHINESE}</bdi>' in page
    assert f'<bdi dir="ltr" lang="kk" class="script-cyrl">{KAZAKH}</bdi>' in page


def test_the_text_of_an_exhibit_marks_what_is_cited(shelf: Shelf, owner: Reader) -> None:
    page = owner.page(address(shelf, "/exhibits/{exhibit}/"))
    claim = shelf.at["number"]
    assert f'<a href="/claims/{claim}/"' in page
    twin = owner.twin(address(shelf, "/exhibits/{exhibit}/"))["text"]
    text = "".join(segment["text"] for segment in twin["segments"])
    assert text == shelf.text[: twin["last"]]
    assert twin["windows"] > 2
    second = owner.twin(address(shelf, "/exhibits/{exhibit}/?window=1"))["text"]
    assert (
        "".join(s["text"] for s in second["segments"])
        == shelf.text[second["first"] : second["last"]]
    )
    assert second["first"] == twin["last"]


def test_a_passage_leads_to_its_place(shelf: Shelf, owner: Reader) -> None:
    quote = owner.twin(address(shelf, "/claims/{number}/"))["passages"][0]
    answer = owner.get(quote["url"])
    assert answer.status_code == 302
    place, _, anchor = answer["Location"].partition("#")
    assert f'id="{anchor}"' in owner.page(place)


def test_kinds_of_numbers_stay_apart(shelf: Shelf, owner: Reader) -> None:
    kinds = owner.twin("/")["kinds"]
    assert [kind["kind"] for kind in kinds] == ["counted", "reported", "estimated"]
    for kind in kinds:
        for entry in kind["figures"]:
            assert (entry["figure"] or entry["heading"])["kind"] == kind["kind"]
    estimated = kinds[2]["figures"][0]
    assert estimated["figure"] is None
    assert estimated["refused"]["code"] == "figure.unknown-source"
    assert all(entry["figure"]["number"] is None for entry in kinds[1]["figures"])


def test_a_figure_that_cannot_be_given_says_so(shelf: Shelf, owner: Reader) -> None:
    answer = owner.get("/figures/guess/")
    assert answer.status_code == 409
    assert b"figure.unknown-source" in answer.content
    assert owner.get("/figures/guess.json").json()["code"] == "figure.unknown-source"


def test_a_figure_as_of_an_earlier_size(shelf: Shelf, owner: Reader) -> None:
    now = owner.twin("/figures/spoke/")
    size = now["size"]
    same = owner.twin(f"/figures/spoke/?as_of={size}")
    assert same["figure"]["number"] == now["figure"]["number"] == 3
    answer = owner.get(f"/figures/spoke/?as_of={size + 1}")
    assert answer.status_code == 409
    assert owner.get("/figures/spoke/?as_of=5").status_code == 404  # not defined yet


def test_the_public_counts_only_what_is_public(shelf: Shelf, reading_as: ReadingAs) -> None:
    public = reading_as(shelf.archive, viewers()["public"]())
    assert public.twin("/figures/spoke/")["figure"]["number"] == 1


def test_the_matrix_never_guesses_a_date(shelf: Shelf, owner: Reader) -> None:
    drawing = owner.twin("/figures/positions/")["drawing"]
    rows = {row["record"]["caption"]["text"]: row for row in drawing["rows"]}
    assert [len(cell["values"]) for cell in rows["Ruritania"]["cells"]] == [0, 0]
    assert rows["Ruritania"]["undated"][0]["code"] == "condemn"
    assert [count["label"] for count in rows["Ruritania"]["undated_counts"]] == ["2 entries"]
    assert rows["Utopia"]["undated_counts"] == [], "only where a date is not stated"
    said = [cell["values"][0]["code"] for cell in rows["Utopia"]["cells"]]
    assert said == ["support", "condemn"]


def test_the_map_says_how_exactly(shelf: Shelf, owner: Reader) -> None:
    drawing = owner.twin("/figures/camps/")["drawing"]
    assert {place["precision"] for place in drawing["places"]} == {"county"}
    assert "located only to the county" in owner.page("/figures/camps/")
    circles = owner.get("/figures/camps/places.geojson").json()["features"]
    ring = next(f for f in circles if f["geometry"]["type"] == "Polygon")["geometry"][
        "coordinates"
    ][0]
    assert max(lat for _, lat in ring) - min(lat for _, lat in ring) > 0.8  # over 90 km wide


def test_a_plot_draws_what_the_table_says(shelf: Shelf, owner: Reader) -> None:
    drawing = owner.twin("/figures/held/")["drawing"]
    assert drawing["parts"][0]["drawn"] == 4
    svg = owner.get("/figures/held/drawing.svg").content.decode()
    assert "Institute of Examples" in svg
    assert "<script" not in svg
    assert "style" not in svg


def test_why_ends_at_sealed_bytes(shelf: Shelf, owner: Reader) -> None:
    page = owner.page("/figures/held/why/")
    assert "SHA-256" in page or "sha256" in page
    tree = owner.twin("/figures/held/why/")["tree"]
    kinds: set[str] = set()

    def walk(node: dict[str, object]) -> None:
        kinds.add(str(node["kind"]))
        for child in node["children"]:  # type: ignore[attr-defined]
            walk(child)

    walk(tree)
    assert {"claim", "source", "passage", "exhibit", "proof"} <= kinds


def test_hostile_words_stay_words(shelf: Shelf, owner: Reader) -> None:
    for path in ("/records/{person}/", "/claims/{denial}/", "/sources/{institute}/", "/exhibits/"):
        page = owner.page(address(shelf, path))
        assert "&lt;script&gt;" in page
        assert "U+202E" in page
    raw = owner.twin(address(shelf, "/records/{person}/"))["record"]["caption"]["text"]
    assert raw == f"Ana Open {HOSTILE}", "the data twin keeps what was recorded, exactly"


def test_headers_of_every_page(shelf: Shelf, owner: Reader) -> None:
    for path in ("/", "/overview.json", "/static/explore/habeas.css", "/figures/held/drawing.svg"):
        answer = owner.get(path)
        assert answer.status_code == 200
        if answer.streaming:
            assert b"".join(answer)
            answer.close()
        assert answer["Cache-Control"] == "no-store"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["X-Content-Type-Options"] == "nosniff"
        policy = dict(
            part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";")
        )
        assert policy == {
            "default-src": "'none'", "script-src": "'self'", "style-src": "'self'",
            "img-src": "'self' data:", "font-src": "'self'", "connect-src": "'self'",
            "worker-src": "'self'", "frame-ancestors": "'none'", "base-uri": "'none'",
            "form-action": "'self'",
        }, path  # fmt: skip


def test_a_damaged_text_does_not_hide_the_claim(shelf: Shelf, owner: Reader) -> None:
    """The quote and its kept sides are shown, with what is wrong with the sealed text."""
    layer = Layer.objects.get(exhibit=shelf.at["exhibit"])
    path = shelf.archive.directory / "objects" / layer.address[:2] / layer.address
    flip(path)
    page = owner.page(address(shelf, "/claims/{number}/"))
    assert "about 120,000 people" in page
    assert "could not be read" in page
    assert owner.get(address(shelf, "/exhibits/{exhibit}/")).status_code == 409


def test_a_long_record_is_read_in_pages(shelf: Shelf, owner: Reader) -> None:
    with shelf.archive.writing() as batch:
        paper = Attribution(ref(batch, shelf.at["paper"], Source))
        about = ref(batch, shelf.at["region"], Mention)
        for number in range(120):
            name = values.text(f"Name {number}")
            verbs.claim(batch, about, "other_name", name, [paper], marking=PUBLIC)
    seen: list[int] = []
    following: str | None = address(shelf, "/records/{region}/")
    pages = 0
    while following:
        twin = owner.twin(following)
        seen += [c["position"] for group in twin["properties"] for c in group["claims"]]
        following = twin["pages"]["next"]
        pages += 1
    expected = Claim.objects.filter(subject=shelf.at["region"]).order_by("property", "position")
    assert seen == list(expected.values_list("position", flat=True))
    assert pages == 3


def test_a_fresh_archive_says_that_it_is_empty(archive: Archive, reading_as: ReadingAs) -> None:
    for viewer in viewers().values():
        reader = reading_as(archive, viewer())
        overview = reader.page("/")
        assert "Nothing is counted here yet." in overview
        assert "No reported number is visible to you." in overview
        assert "No estimate has been published in this archive." in overview
        assert "No source is visible to you." in reader.page("/sources/")
        assert "No exhibit is visible to you." in reader.page("/exhibits/")
        assert "No accounts that are visible to you differ." in reader.page("/differences/")
        assert "No record of this kind is visible to you." in reader.page("/records/person/")
        assert reader.get("/claims/1/").status_code == 404


def test_a_twin_can_be_asked_for_by_its_format(shelf: Shelf, owner: Reader) -> None:
    path = address(shelf, "/claims/{number}/")
    answer = owner.get(f"{path}?format=json")
    assert answer.json() == owner.twin(path)


def test_what_the_archive_notes_on_a_claim_stands_apart_from_what_is_said(
    shelf: Shelf, owner: Reader
) -> None:
    page = owner.page(address(shelf, "/claims/{number}/"))
    assert re.search(r"Note by this archive</dt>\s*<dd>.*We read it as number\.", page)
    assert owner.twin(address(shelf, "/claims/{number}/"))["note"] == "We read it as number."


def test_the_overview_says_what_the_archive_is_about_to_its_team(
    shelf: Shelf, reading_as: ReadingAs
) -> None:
    seen = {
        name: reading_as(shelf.archive, viewer()).twin("/")["archive"]
        for name, viewer in viewers().items()
    }
    assert seen["owner"] == seen["team"] == "Archive"
    assert seen["public"] == ""


def test_every_page_says_that_the_newest_entry_lies_ahead_of_the_clock(
    shelf: Shelf, owner: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "ahead of this machine" not in owner.page("/")
    newest = head()[1]
    monkeypatch.setattr(appending.time, "time", lambda: newest - 3 * 365 * 86_400.0)
    assert "3 years ahead of this machine" in owner.page("/")
    assert "3 years ahead of this machine" in owner.page("/search/")
    assert "3 years ahead of this machine" in owner.twin("/about/")["clock"]
