"""A sheet on its exhibit's page is a table, of the same text: nothing moves, all of it is cited."""

from __future__ import annotations

import csv
import threading
import zipfile
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from tests.web.conftest import Reader
from tests.web.test_choosing import SELECT, press, violations

from habeas.archive import verbs
from habeas.archive.access import OWNER, Viewer
from habeas.archive.exhibits.intake import Received, add_files
from habeas.archive.models import Layer, Passage, Reading
from habeas.archive.opening import Archive
from habeas.archive.pipeline.flow import read_what_waits
from habeas.archive.readings import layer_text
from habeas.display.exhibits.tables import LONGEST_CELL, ROWS
from habeas.web.serving import listen

if TYPE_CHECKING:
    from tests.support.browser import WatchedPage

    OpenPage = Callable[..., WatchedPage]

ReadingAs = Callable[[Archive, Viewer], Reader]
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
LONG = 2 * ROWS + 30
SHEET = (
    '<Worksheet ss:Name="{}"><Table><Row><Cell><Data ss:Type="String">in {}</Data></Cell>'
    '<Cell ss:Index="4"><Data ss:Type="String">far</Data></Cell></Row></Table></Worksheet>'
)
SEVERAL = (
    '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
    f"{SHEET.format('Names', 'one')}{SHEET.format('名单', 'two')}</Workbook>"
)


def write(path: Path, rows: list[list[Any]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.fixture
def sheets(archive: Archive, tmp_path: Path, cases: Path, vectors: Path) -> SimpleNamespace:
    """Sheets of many kinds, read; ``at`` says which exhibit each is."""
    people = [[n, f"Person {n}", 1950 + n % 50, ""] for n in range(1, LONG)]
    plain = write(tmp_path / "plain.csv", [["Tursun", "Hotan", "1975"], ["Omer", "Aksu", "1980"]])
    with zipfile.ZipFile(tmp_path / "box.zip", "w") as box:
        box.write(plain, "inner/plain.csv")
    arabic = [["الاسم", "السنة"], ["محمد", "2017"], ["علي", "2018"]]
    files = {
        "team": next((cases / "team-sheet").glob("*.xlsx")),
        "merged": cases / "sheets" / "merged.xlsx",
        "xml": cases / "fake-office" / "xml2003.xls",
        "long": write(tmp_path / "long.csv", [["No", "Name", "Born", "Note"], *people]),
        "wide": write(tmp_path / "wide.csv", [[f"w{n}" for n in range(320)], ["x" * 9_000]]),
        "arabic": write(tmp_path / "arabic.csv", arabic),
        "story": write(tmp_path / "story.csv", [["Name", "Story"], ["<b>A</b>", "1\n2\t\u202e3"]]),
        "box": tmp_path / "box.zip",
        "several": tmp_path / "several.xml",
        "odf": vectors / "documents" / "ingest-file" / "rom.ods",
    }
    (tmp_path / "several.xml").write_text(SEVERAL, encoding="utf-8")
    added = add_files(archive, [Received(path) for path in files.values()])
    read_what_waits(archive, workers=2)
    at = dict(zip(files, (ref.position for _, ref in added.exhibits), strict=True))
    return SimpleNamespace(archive=archive, at=at)


class Pieces(HTMLParser):
    """The texts of a table that say where they stand: code point and text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []
        self._open: list[tuple[str, int | None]] = []
        self.feed(page[page.index('<table class="grid"') : page.index("</table>")])

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        known = dict(attributes)
        at = known.get("data-from")
        if at is not None:
            self.found.append((int(at), ""))
        self._open.append((tag, None if at is None else int(at)))

    def handle_endtag(self, tag: str) -> None:
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if any(at is not None for _, at in self._open):
            if ("span", None) in self._open:  # a control character, by name
                data = chr(int(data[2:], 16))
            at, text = self.found[-1]
            self.found[-1] = (at, text + data)


def test_a_sheet_is_a_table_of_the_same_text(
    sheets: SimpleNamespace, reading_as: ReadingAs
) -> None:
    owner = reading_as(sheets.archive, OWNER)
    for exhibit in sheets.at.values():
        if exhibit == sheets.at["box"]:
            continue
        page = owner.page(f"/exhibits/{exhibit}/")
        text = layer_text(sheets.archive, Layer.objects.filter(exhibit=exhibit).latest("position"))
        pieces = Pieces(page).found
        assert pieces, exhibit
        for at, piece in pieces:  # each where it says it stands, code point by code point
            assert text[at : at + len(piece)] == piece
        if exhibit != sheets.at["wide"]:
            first, last = pieces[0][0], pieces[-1][0] + len(pieces[-1][1])
            assert "".join(piece for _, piece in pieces) == text[first:last]

    def table(name: str, query: str = "") -> Any:
        return owner.twin(f"/exhibits/{sheets.at[name]}/{query}")["text"]["table"]

    team = table("team")
    assert (team["sheet"], team["heading_row"]) == ("Victims", 1)
    assert [c["heading"]["text"] for c in team["columns"]][1:4] == [
        *("Name (as given)", "ئىسمى", "中文名"),
    ]
    assert [c["column"] for c in team["columns"] if c["numbers"]] == [
        1,
        6,
    ]
    assert table("arabic")["direction"] == "rtl"
    assert team["direction"] == "ltr"
    page = owner.page(f"/exhibits/{sheets.at['arabic']}/")
    assert '<bdi dir="rtl" lang="ar" class="script-arab">' in page
    page = owner.page(f"/exhibits/{sheets.at['story']}/")
    assert "<b>A</b>" not in page
    assert "\u202e" not in page
    assert "Merged cells: A1:A3" in owner.page(f"/exhibits/{sheets.at['merged']}/")
    assert table("xml")["heading_row"] is None
    assert "No heading row was recognised" in owner.page(f"/exhibits/{sheets.at['xml']}/")
    inner = Reading.objects.get(exhibit=sheets.at["box"], inner_path="inner/plain.csv")
    inside = owner.twin(f"/exhibits/{sheets.at['box']}/?file={inner.position}")["text"]["table"]
    assert [row["number"] for row in inside["rows"]] == [1, 2]
    several = owner.twin(f"/exhibits/{sheets.at['several']}/")["text"]
    assert [(item["words"], item["current"]) for item in several["list"]] == [
        *(("Names", True), ("名单", False)),
    ]
    second = owner.twin(several["list"][1]["url"].partition("#")[0])["text"]["table"]
    assert second["sheet"] == "名单"
    assert [column["letters"] for column in second["columns"]] == ["A", "D"]
    assert owner.twin(f"/exhibits/{sheets.at['team']}/")["text"]["list"] == []
    # Nothing grows without bound: columns and long cells are said to be left out.
    wide = table("wide")
    assert (len(wide["columns"]), wide["columns_left_out"]) == (300, 20)
    cut = wide["rows"][-1]["cells"][0]
    assert cut["left_out"] == 9_000 - LONGEST_CELL
    assert "view=text" in cut["text_url"]
    # The text is one switch away, and where windows of it were asked for they stay.
    at = f"/exhibits/{sheets.at['team']}/"
    for query in ("?view=text", "?window=0"):
        assert owner.twin(at + query)["text"]["table"] is None
        assert owner.twin(at + query)["text"]["segments"][0]["text"].startswith("№\tName")
    shown = owner.twin(at)["text"]
    assert "".join(piece["text"] for piece in shown["segments"]).startswith("№\tName")
    assert "view=text" in shown["other_view"]
    comes_in_groups_and_leads_to_rows(sheets, owner)


def comes_in_groups_and_leads_to_rows(sheets: SimpleNamespace, owner: Reader) -> None:
    at = f"/exhibits/{sheets.at['long']}/"
    first = owner.twin(at)["text"]
    seen = [row["number"] for row in first["table"]["head"]]
    text = first
    while True:
        seen += [row["number"] for row in text["table"]["rows"]]
        assert len(text["table"]["rows"]) <= ROWS
        if text["next"] is None:
            break
        text = owner.twin(text["next"].partition("#")[0])["text"]
    assert seen == list(range(1, LONG + 1))
    # Headings head every group, but are text only in their own.
    page = owner.page(text["previous"].partition("#")[0])
    assert '<tr class="headings again"><th scope="row">1</th>' in page
    number = LONG - 3
    led = owner.twin(f"{at}?rows=0&row={number}")["text"]["table"]
    assert [row["number"] for row in led["rows"] if row["current"]] == [number]
    layer = Layer.objects.get(exhibit=sheets.at["long"])
    start = layer_text(sheets.archive, layer).index(f"Person {number - 1}")
    page = owner.page(f"{at}?layer={layer.position}&from={start}&to={start + 6}")
    assert f'<tr class="current"><th scope="row">{number}</th>' in page
    assert page.count('id="found"') == 1
    assert f'<mark data-from="{start}" class="found">Person</mark>' in page
    wider = owner.twin(f"{at}?from={start}&to={start + 6}")["text"]["chosen"]["wider"]
    assert [one["words"] for one in wider] == ["the cell", "the row"]
    for wrong in ("?rows=99999", "?rows=x", "?row=x"):
        assert owner.get(f"{at}{wrong}").status_code == 404, wrong
    queries = owner.queries(at)
    assert queries <= 27  # one asks for transcripts, one for places cited
    assert owner.queries(f"/exhibits/{sheets.at['arabic']}/") >= queries - 2  # not by rows


@pytest.fixture
def served(sheets: SimpleNamespace) -> Iterator[SimpleNamespace]:
    person = sheets.archive.keyring.add_person(None)
    with sheets.archive.writing() as batch:
        verbs.add_person(batch, person)
    serving = listen(sheets.archive, port=0, person=person)
    thread = threading.Thread(target=serving.run, daemon=True)
    thread.start()
    yield SimpleNamespace(serving=serving, at=sheets.at, archive=sheets.archive)
    serving.close()
    thread.join(10)


def test_what_is_chosen_in_a_table_is_cited_as_in_the_text(
    served: SimpleNamespace, open_page: OpenPage
) -> None:
    at = f"{served.serving.origin}/exhibits/{served.at['team']}/"
    page = open_page()
    page.visit(served.serving.url)
    page.visit(at)
    assert violations(page) == []
    page.page.evaluate(SELECT, ["Tursun", "吐尔逊"])  # over three cells
    passage = press(page)
    assert passage.quote == "Tursun Qadir-Example\tتۇرسۇن قادىر\t吐尔逊"
    table = page.page.locator("table.grid")
    assert table.locator("tr.current th").first.inner_text() == "3"
    page.visit(f"{at}?view=text")
    page.page.evaluate(SELECT, ["Tursun", "吐尔逊"])
    page.page.locator("#citing button").click()
    page.page.wait_for_url("**cited=before**")
    assert Passage.objects.filter(start=passage.start, stop=passage.stop).count() == 1
    # Over headings that are repeated nothing is chosen: it is not one stretch of the text.
    page.visit(f"{served.serving.origin}/exhibits/{served.at['long']}/?rows={ROWS}")
    page.page.evaluate(SELECT, ["Name", f"Person {ROWS + 1}"])
    page.page.wait_for_timeout(300)
    start = page.page.locator("#citing input[name=start]").input_value()
    text = layer_text(served.archive, Layer.objects.get(exhibit=served.at["long"]))
    assert start == "" or int(start) > text.index(f"Person {ROWS - 1}")
    for width, scheme in ((390, "light"), (1280, "dark")):
        small = open_page(viewport={"width": width, "height": 844}, color_scheme=scheme)
        small.context.add_cookies(page.context.cookies())
        for name in ("arabic", "wide"):
            small.visit(f"{served.serving.origin}/exhibits/{served.at[name]}/")
            assert small.page.evaluate(
                "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
            ), name
        small.assert_contained()
    page.assert_contained()
