"""The text of one file: a page at a time beside its picture, as tables, or in windows.

Invariants: a text with pages is shown by pages, one with sheets by groups of rows unless its
text is asked for (``view=text``, ``window``), any other in windows of ``layers.WINDOW`` code
points; offsets are those of the layer; a place asked for (``from``, ``to``) decides the page;
boxes are drawn on the picture for the same places that are marked in the text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from habeas.archive.access import Viewer, visible
from habeas.archive.exhibits import places as placing
from habeas.archive.exhibits import quoting
from habeas.archive.models import Layer, Passage, Reading
from habeas.archive.readings import Locator, layer_text, locator_words
from habeas.display.asking import NotThere, Query
from habeas.display.exhibits import layers, tables
from habeas.display.exhibits.chosen import ChosenWords, chosen
from habeas.display.exhibits.layers import CitingClaim, TextSegment
from habeas.display.exhibits.shown_places import WIDTHS, OutlinedRectangle, rectangles_on
from habeas.display.references import Marked, Target

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

CITED = 500  # passages marked in one part of a text
LONGEST_PAGE = 60_000  # code points; a text with a longer one is shown in windows
LONGEST_LIST = 2_000  # pages, slides or sheets in the list
MOST_FOUND = 100  # places of an in-document search
MOST_BOXES = 3_000  # drawn on one picture
MOST_LOCATED = 30_000  # parts; where there are more, found places are given by their offset
_PAGES = ("page", "text-layer")  # what the page shows, and what the file says that it shows


@dataclass(frozen=True, slots=True)
class PagePicture:
    """The picture of a page; ``cited``, ``found``: [left, top, width, height] in 1/10,000."""

    page: int
    url: Target
    large_url: Target
    small_px: int
    large_px: int
    cited: tuple[tuple[int, int, int, int], ...]
    found: tuple[tuple[int, int, int, int], ...]
    rectangles: tuple[OutlinedRectangle, ...]


@dataclass(frozen=True, slots=True)
class PartLink(Marked):
    """A page, slide or sheet."""

    words: str
    url: Target
    current: bool


@dataclass(frozen=True, slots=True)
class WordsFound(Marked):
    """A place of the words that were asked for."""

    url: Target
    start: int
    place: str
    before: str
    words: str
    after: str


@dataclass(frozen=True, slots=True)
class FoundInText:
    """The places of the words that were asked for in a text; ``more`` are left out."""

    places: tuple[WordsFound, ...]
    more: int


@dataclass(frozen=True, slots=True)
class TextShown:
    """A part of a text with what is cited of it."""

    layer: int | None
    window: int
    windows: int
    page: int | None
    pages: int
    first: int
    last: int
    length: int
    segments: tuple[TextSegment, ...]
    table: tables.SheetShown | None
    other_view: Target | None
    warnings: tuple[str, ...]
    previous: Target | None
    next: Target | None
    picture: PagePicture | None
    list: tuple[PartLink, ...]
    found: FoundInText | None
    asked: str
    quote: str
    chosen: ChosenWords | None


class ReadingPart:
    """What of a text is shown: the range, the page, the place asked for."""

    def __init__(
        self,
        archive: Archive,
        viewer: Viewer,
        query: Query,
        exhibit: int,
        layer: Layer | None,
        reading: Reading | None,
    ) -> None:
        self.viewer, self.query = viewer, query
        self.exhibit, self.layer, self.reading = exhibit, layer, reading
        mapped = "" if reading is None or not _is_of(reading, layer) else reading.map_address
        self.places = placing.at(archive, mapped)
        self.parts = self.places.parts  # but for the rows and cells of sheets
        self.text = layer_text(archive, layer) if layer is not None else ""
        self.asked = self._asked()
        self.by_page = [p for p in self.parts if p.kind in _PAGES and "page" in p.locator]
        if any(p.stop - p.start > LONGEST_PAGE for p in self.by_page):
            self.by_page = []
        self.pictures = reading.pages if reading is not None else 0
        self.page = self._page()
        self.row = query.number("row")  # a row of Tables, or with ``sheet`` its number
        self.group = self._group()
        self.first, self.last = self._range()

    def _asked(self) -> tuple[int, int] | None:
        """The place that a link leads to; a place that no text could have is not a page."""
        start, stop = self.query.number("from"), self.query.number("to")
        if start is None:
            return None
        if start > len(self.text) or (stop is not None and stop < start):
            raise NotThere
        return start, min(stop if stop is not None else start, len(self.text))

    def _page(self) -> int | None:
        pages = self.page_count
        if not pages:
            return None
        wanted = self.query.number("page")
        if wanted is not None:
            if not 1 <= wanted <= pages:
                raise NotThere
            return wanted
        window = self.query.number("window", most=10**9)
        start = self.asked[0] if self.asked else (window or 0) * layers.WINDOW
        if start and start >= len(self.text):
            raise NotThere
        for part in self.by_page:
            if start < part.stop:
                return int(part.locator["page"])
        return pages if start else 1

    @property
    def page_count(self) -> int:
        numbers = [n for part in self.by_page if isinstance(n := part.locator["page"], int)]
        return max([*numbers, self.pictures], default=0) if numbers or self.pictures else 0

    def _group(self) -> tables.Group | None:
        """The rows to show; None where the text is shown as a text."""
        of, get = self.places.tables, self.query.asked
        as_text = get.get("view") == "text" or ("window" in get and self.asked is None)
        if not len(of) or self.by_page or as_text:
            return None
        if self.asked is not None:
            return tables.group_at(self.places, self.text, self.asked[0])
        first = self.query.number("rows") or 0
        sheet = of.sheet_of(first)
        if sheet is None:
            raise NotThere
        if self.row is not None:
            first = self.row = tables.row_numbered(sheet, self.row)
        return tables.Group(self.places, self.text, sheet, first)

    def _range(self) -> tuple[int, int]:
        if self.group is not None:
            return self.group.span
        if self.by_page:
            here = [p for p in self.by_page if p.locator["page"] == self.page]
            if not here:
                return 0, 0  # a page without text
            return min(p.start for p in here), max(p.stop for p in here)
        window = self.query.number("window", most=10**9)
        if window is None:
            window = layers.window_of(self.asked[0]) if self.asked else 0
        first = window * layers.WINDOW
        if first and first >= len(self.text):
            raise NotThere
        return first, min(first + layers.WINDOW, len(self.text))

    def locator(self, start: int, stop: int) -> Locator:
        """Where code points are, as people find it; of too many parts, nothing."""
        if len(self.parts) > MOST_LOCATED:
            return {}
        return self.places.locator(start, stop)

    # --- what is shown -------------------------------------------------------------------

    def address(self, section: str = "", **more: object) -> Target:
        """Where another place of this file is shown."""
        asked: dict[str, object] = {}
        if self.reading is not None and self.reading.inner_path:
            asked["file"] = self.reading.position
        if self.layer is not None:
            asked["layer"] = self.layer.position
        asked |= {name: value for name, value in more.items() if value is not None}
        told = tuple((name, str(value)) for name, value in asked.items())
        return Target("exhibit", self.exhibit, told, section)

    def shown(self) -> TextShown:
        """The text with what is cited of it."""
        text = self.text[self.first : self.last]
        cited = self._cited()
        window = layers.window_of(self.first)
        windows = max(1, -(-len(self.text) // layers.WINDOW))
        before, after = self._neighbours(window, windows)
        claims = layers.citing(self.viewer, [p.position for p in cited])
        return TextShown(
            layer=self.layer.position if self.layer is not None else None,
            window=window,
            windows=1 if self.by_page or self.group else windows,
            page=self.page,
            pages=self.page_count,
            first=self.first,
            last=self.last,
            length=len(self.text),
            segments=layers.segments(text, self.first, cited, claims, self.asked),
            table=self._table(cited, claims),
            other_view=self._other_view(),
            warnings=self._warnings(),
            previous=before,
            next=after,
            picture=self._picture(cited),
            list=self._list(),
            found=self._found(),
            asked=self.query.text("q")[:500],
            quote=self.text[self.asked[0] : self.asked[1]] if self.asked else "",
            chosen=chosen(self),
        )

    def _table(
        self, cited: Sequence[Passage], claims: Mapping[int, Sequence[CitingClaim]]
    ) -> tables.SheetShown | None:
        if self.group is None:
            return None
        row = self.row if self.asked is None else None
        return tables.sheet_shown(self.group, self.address, cited, claims, self.asked, row)

    def _other_view(self) -> Target | None:
        """Where the text is shown as a text, or as a table, at the same place."""
        if not len(self.places.tables) or self.by_page:
            return None
        start = self.asked[0] if self.asked else self.first
        stop = self.asked[1] if self.asked else None
        if self.group is not None:
            place = {"from": start, "to": stop} if self.asked or self.first else {}
            return self.address("text", view="text", **place)
        if self.places.tables.at(start) is None:
            return self.address("text")
        return self.address("text", **{"from": start, "to": stop})

    def _cited(self) -> list[Passage]:
        if self.layer is None:
            return []
        return list(
            visible(self.viewer, Passage)
            .filter(
                exhibit=self.layer.exhibit,
                layer=self.layer.position,
                start__lt=self.last,
                stop__gt=self.first,
            )
            .order_by("start", "position")[:CITED]
        )

    def _neighbours(self, window: int, windows: int) -> tuple[Target | None, Target | None]:
        if self.group is not None:
            back, on = (
                None if row is None else self.address("text", rows=row)
                for row in (self.group.before, self.group.after)
            )
            return back, on
        if self.page is not None and (self.by_page or self.pictures):
            turning = [self.page - 1, self.page + 1]
            if self.by_page or not self.text:
                before, after = (
                    self.address("text", page=n) if 1 <= n <= self.page_count else None
                    for n in turning
                )
                return before, after
        before = self.address("text", window=window - 1) if window else None
        after = self.address("text", window=window + 1) if window + 1 < windows else None
        return before, after

    def _warnings(self) -> tuple[str, ...]:
        here = [p for p in self.places.around(self.first, self.last) if p.warnings]
        said = dict.fromkeys(warning for part in here[:200] for warning in part.warnings)
        return tuple(said)[:20]

    def _picture(self, cited: Sequence[Passage]) -> PagePicture | None:
        """The picture of the page that is shown, with boxes for what is marked in its text."""
        if self.reading is None or not self.pictures:
            return None
        number = self.page or 1
        if number > self.pictures:
            return None
        here = (self.reading.exhibit, self.reading.position, number)
        small, large = WIDTHS
        return PagePicture(
            page=number,
            url=Target("picture", here),
            large_url=Target("picture", here, (("width", str(large)),)),
            small_px=small,
            large_px=large,
            cited=self._boxes([(p.start, p.stop) for p in cited]),
            found=self._boxes([self.asked] if self.asked else []),
            rectangles=rectangles_on(
                self.viewer,
                self.exhibit,
                self.reading.inner_path,
                number,
                self.query.number("passage"),
            ),
        )

    def _boxes(self, ranges: Sequence[tuple[int, int]]) -> tuple[tuple[int, int, int, int], ...]:
        found = []
        for part in self.parts if ranges else ():
            if part.stop <= self.first or part.start >= self.last or not part.boxes:
                continue
            for box in part.boxes:
                if any(box.start < stop and box.stop > start for start, stop in ranges):
                    width, height = box.right - box.left, box.bottom - box.top
                    found.append((box.left, box.top, width, height))
        return tuple(found[:MOST_BOXES])

    def _list(self) -> tuple[PartLink, ...]:
        """The pages, slides or sheets, each with its address."""
        if self.page_count > 1:
            return tuple(
                PartLink(str(number), self.address("text", page=number), number == self.page)
                for number in _near(self.page or 1, self.page_count)
            )
        if self.places.tables.sheets:
            return self._sheets()
        parts = [p for p in self.parts if p.kind == "slide"][:LONGEST_LIST]
        return tuple(
            PartLink(
                str(part.locator.get("slide", n)),
                self.address("found", **{"from": part.start}),
                False,
            )
            for n, part in enumerate(parts, 1)
        )

    def _sheets(self) -> tuple[PartLink, ...]:
        """The sheets, where there are several; one without rows is led to in the text."""
        sheets = self.places.tables.sheets[:LONGEST_LIST]
        as_table = self.group is not None
        return tuple(
            PartLink(
                sheet.name or str(n),
                self.address("text", rows=sheet.first)
                if len(sheet) and as_table
                else self.address("found", view="text", **{"from": sheet.start}),
                self.group is not None and self.group.sheet is sheet,
            )
            for n, sheet in enumerate(sheets, 1)
            if len(sheets) > 1
        )

    def _found(self) -> FoundInText | None:
        """The places of the words that were asked for in this document."""
        asked = self.query.text("q")[:500].split()
        if not asked or not self.text:
            return None
        every = list(quoting.places(self.text, asked, any_case=True))
        return FoundInText(
            tuple(
                WordsFound(
                    url=self.address("found", **{"from": start, "to": stop, "q": " ".join(asked)}),
                    start=start,
                    place=locator_words(self.locator(start, stop)),
                    before=self.text[max(0, start - 40) : start],
                    words=self.text[start:stop],
                    after=self.text[stop : stop + 40],
                )
                for start, stop in every[:MOST_FOUND]
            ),
            max(0, len(every) - MOST_FOUND),
        )


def _is_of(reading: Reading, layer: Layer | None) -> bool:
    return layer is None or reading.layer == layer.position


def _near(page: int, count: int) -> list[int]:
    """The first, the last and those around a page, so that a list of 5,000 stays a list."""
    wanted = {1, count, *range(page - 3, page + 4), *range(0, count, max(10, count // 10))}
    return sorted(n for n in wanted if 1 <= n <= count)
