"""Web pages: the text a reader would see, block by block; nothing is fetched, nothing runs.

A block (paragraph, heading, list item, cell) is cited by its number. What the page hides by
attribute or inline style is read and marked hidden; what style sheets or scripts would hide
or add is not known, and a page that is mostly script says so. Links go to the metadata. Comments in
the source and words in attributes (``alt``, ``title``, ``placeholder``) are read as hidden text.
"""

from __future__ import annotations

import re
from collections import Counter

from habeas.reading import data_urls
from habeas.reading.encodings import decoding, labels
from habeas.reading.readers.flow import Flow
from habeas.reading.readers.interface import DraftReading, InputFile
from habeas.reading.readers.tags import Tags

NAME = "habeas.web"
VERSION = "5"
MEDIA_TYPES = frozenset({"text/html", "application/xhtml+xml"})


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BLOCKS = _words(
    "address article aside blockquote body center dd details dialog dir div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol "
    "option p pre section select summary table tbody td tfoot th thead title tr ul caption "
    "button textarea iframe noscript object video audio canvas embed noembed noframes template "
    "datalist optgroup map svg text desc meter progress dialog frameset marquee"
)
_DROPPED = _words("script style")
_UNSHOWN = _words("template object noembed noframes datalist")
_DATA_BLOCKS = frozenset({"application/json", "application/ld+json"})
_FRAMES = {"iframe": "src", "embed": "src", "object": "data", "img": "src", "frame": "src"}
_SMALL_PICTURE = 1_000  # bytes: a dot or an arrow
_MOST_INSIDE = 200
_VOID = _words("area base br col embed hr img input link meta param source track wbr keygen frame")
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_CHARSET = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.I)
_MOST_COMMENTS = 200
_HINTS = {  # attributes that hold words
    "title": "A hint, shown on pointing at its place.",
    "placeholder": "A hint in an empty field.",
    "aria-label": "A label, read aloud and not shown.",
}
_MOST_LINKS = 200
_DEEPEST = 5_000
_CLOSED_BY = {  # a start that ends what is open without an end tag
    "li": {"li"}, "p": _BLOCKS, "td": {"td", "th", "tr"}, "th": {"td", "th", "tr"}, "tr": {"tr"},
    "option": {"option", "select"}, "dt": {"dt", "dd"}, "dd": {"dt", "dd"},
}  # fmt: skip


def read(source: InputFile, draft: DraftReading) -> None:
    text = _decoded(source, draft)
    page = _Page(draft)
    try:
        page.take(text, draft.progress)
        page.close()
        page.finish()
    finally:
        page.flow.shut()
    if page.links:
        draft.metadata["links"] = "\n".join(link[:500] for link in page.links)
    if page.scripts > 20_000 and page.seen < page.scripts / 100:
        draft.warn("The page is mostly script: a browser may have shown more than is read here.")


def _decoded(source: InputFile, draft: DraftReading) -> str:
    """By the byte order mark, else by what the page says if it fits, else as any text."""
    data = source.bytes()
    declared = _CHARSET.search(data[:4096])
    said = declared[1].decode("ascii") if declared else labels.declared_by_xml(data)
    decoded = decoding.decode_labelled(data, source.charset or said)
    draft.settings["encoding"] = decoded.encoding
    for doubt in decoded.doubts:
        draft.warn(doubt)
    if decoded.lossy:
        draft.lacks("Bytes that are not text in the encoding chosen.")
    return decoded.text.removeprefix("\ufeff")


def _span(said: str) -> int:
    return max(1, int(said[:5])) if said.isascii() and said.isdecimal() else 1


class _Page(Tags):
    """Blocks into the draft as the tags come; wrong nesting is taken as it stands."""

    def __init__(self, draft: DraftReading) -> None:
        super().__init__()
        self._draft = draft
        self.flow = Flow(draft)
        self.links: list[str] = []
        self.scripts = self.seen = 0
        self._open: list[tuple[str, bool]] = []  # tag, whether it hides
        self._opened = Counter[str]()  # how many of each tag are open
        self._heading: list[int] = []  # the levels of those that are
        self._hidden = 0
        self._dropped = ""
        self._dropped_depth = 0
        self._title: list[str] | None = None
        self._blank = True
        self._preformatted = 0
        self._cells: list[str] = []
        self._data: list[str] | None = None  # a script that holds data and no program
        self._files = 0
        self._comments: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "title" and "title" not in self._draft.metadata and not self._is_in_drawing():
            self._title = []
        if tag == "meta":
            self._keep_meta(attributes)
        if self._dropped:
            self._dropped_depth += tag == self._dropped
            return
        if tag in _DROPPED:
            self._dropped, self._dropped_depth = tag, 1
            self._data = [] if attributes.get("type", "").lower() in _DATA_BLOCKS else None
            return
        self._close_before(tag)
        hides = (
            "hidden" in attributes
            or tag in _UNSHOWN
            or (tag == "input" and attributes.get("type", "").lower() == "hidden")
            or bool(_HIDING.search(attributes.get("style", "")))
        )
        if tag in _BLOCKS:
            self._end_block()
        if tag not in _VOID and len(self._open) < _DEEPEST:
            self._open.append((tag, hides))
            self._opened[tag] += 1
            self._heading += [_HEADINGS[tag]] if tag in _HEADINGS else []
            self._hidden += hides
        self._special(tag, attributes)
        for name, why in _HINTS.items():
            if words := attributes.get(name, "").strip():
                self._begin()
                self._said(words, why)

    def _said(self, words: str, why: str) -> None:
        """Words of an attribute, beside the block that it stands in."""
        self.flow.aside("hidden", why, words, apart=True)

    def handle_comment(self, data: str) -> None:
        """Kept to the end: what the makers of a page noted for themselves may name people."""
        if (words := data.strip()) and not words.startswith("[if") and words != "<![endif]":
            self._comments.append(words)

    def _is_in_drawing(self) -> bool:
        return self._opened["svg"] > 0

    def _special(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "br":
            self._put("\n")
            self._blank = True
        elif tag == "pre":
            self._preformatted += 1
        elif tag == "a" and (link := attributes.get("href", "").strip()):
            if link not in self.links and len(self.links) < _MOST_LINKS and link[0] != "#":
                self.links.append(link)
        elif tag == "img" and (words := attributes.get("alt", "").strip()):
            self._begin()
            self._said(words, "A picture's description, shown only without the picture.")
        elif tag == "input" and attributes.get("type", "").lower() not in {"hidden", "password"}:
            if words := attributes.get("value", ""):
                self._put(words if self._blank else f" {words}")
                self._put(" ")
                self._blank = True
        elif tag == "table":
            self.flow.begin_table()
            self._cells.append("table")
        elif tag == "tr" and self._cells[-1:] == ["table"]:
            self.flow.begin_row()
            self._cells.append("tr")
        elif tag in {"td", "th"} and self._cells[-1:] == ["tr"]:
            rows, columns = (_span(attributes.get(name, "1")) for name in ("rowspan", "colspan"))
            self.flow.begin_cell(rows=rows, columns=columns)
            self._cells.append("td")
            self.flow.pass_columns(columns - 1)

        self._inside(tag, attributes)

    def _inside(self, tag: str, attributes: dict[str, str]) -> None:
        """Documents and pictures that the page holds in itself are files inside."""
        if words := attributes.get("srcdoc", "") if tag == "iframe" else "":
            self._file("frame", words.encode("utf-8", "replace"), "text/html; charset=utf-8")
        link = attributes.get(_FRAMES.get(tag, ""), "")
        if link[:5].lower() != "data:":
            return
        found = data_urls.opened(link)
        if found is None:
            self._draft.lacks("Data that the page holds in itself and that cannot be decoded.")
        elif not found.media_type.startswith("image/") or len(found.data) >= _SMALL_PICTURE:
            self._file("inside", found.data, found.media_type)

    def _file(self, called: str, data: bytes, kind: str) -> None:
        self._files += 1
        if self._files > _MOST_INSIDE:
            self._draft.lacks(f"Files that the page holds in itself, past {_MOST_INSIDE}.")
        else:
            self._draft.inner(f"{called} {self._files}", data, kind)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag in _DROPPED and self._dropped == tag:
            self._dropped = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "title" and self._title is not None:
            if words := _BLANKS.sub(" ", "".join(self._title)).strip():
                self._draft.metadata["title"] = words[:2000]
            self._title = None
        if self._dropped:
            if tag == self._dropped:
                self._dropped_depth -= 1
                if self._dropped_depth <= 0:
                    self._dropped = ""
                    if self._data and (words := "".join(self._data)).strip():
                        self._file("data", words.encode("utf-8", "replace"), "application/json")
                    self._data = None
            return
        if tag in _BLOCKS:
            self._end_block()
        if self._opened[tag]:
            while self._pop() != tag:
                pass

    def _close_before(self, tag: str) -> None:
        while self._open:
            name = self._open[-1][0]
            if tag not in _CLOSED_BY.get(name, ()):
                return
            self._end_block()
            self._pop()

    def _pop(self) -> str:
        name, hides = self._open.pop()
        self._opened[name] -= 1
        if name in _HEADINGS:
            self._heading.pop()
        self._hidden -= hides
        if name == "pre":
            self._preformatted -= 1
        level = {"table": "table", "tr": "tr", "td": "td", "th": "td"}.get(name)
        if level and level in self._cells:
            self._end_block()
            while self._cells:
                ended = self._cells.pop()
                {"table": self.flow.end_table, "tr": self.flow.end_row, "td": self.flow.end_cell}[
                    ended
                ]()
                if ended == level:
                    break
        return name

    def handle_data(self, data: str) -> None:
        if self._title is not None and len(self._title) < 1000:
            self._title.append(data)
            return
        if self._dropped:
            self.scripts += len(data) if self._dropped == "script" else 0
            if self._data is not None:
                self._data.append(data)
            return
        if not self._preformatted:
            data = _BLANKS.sub(" ", data)
            if self._blank:
                data = data.lstrip(" ")
        if data:
            self.seen += len(data)
            self._put(data)
            if not self._hidden:
                self._blank = data.endswith(" ")

    def _put(self, text: str) -> None:
        if not text.strip() and self.flow.paragraph is None:
            return
        self._begin()
        paragraph = self.flow.paragraph
        if self._hidden and paragraph is not None and not paragraph.hidden:
            self.flow.aside("hidden", "Hidden on the page.", text)
        else:
            self.flow.text(text)

    def _begin(self) -> None:
        if self.flow.paragraph is None:
            heading = self._heading[-1] if self._heading else 0
            self.flow.begin(heading=heading, hidden=bool(self._hidden))

    def _end_block(self) -> None:
        paragraph = self.flow.paragraph
        if paragraph is not None:
            if paragraph.pieces and not self._preformatted:
                paragraph.pieces[-1] = paragraph.pieces[-1].rstrip(" \n")
            self.flow.end()
        self._blank = True

    def _keep_meta(self, attributes: dict[str, str]) -> None:
        name = (attributes.get("name") or attributes.get("property") or "").lower()
        kept = {
            "author": "author", "description": "description", "keywords": "keywords",
            "og:description": "description", "og:title": "title",
            "generator": "software", "article:published_time": "created",
            "article:modified_time": "modified", "og:site_name": "site", "og:url": "url",
        }.get(name)  # fmt: skip
        if kept and kept not in self._draft.metadata and attributes.get("content", "").strip():
            self._draft.metadata[kept] = attributes["content"].strip()[:2000]

    def finish(self) -> None:
        self._end_block()
        while self._open:
            self._pop()
        self.flow.close()
        if len(self._comments) > _MOST_COMMENTS:
            self._draft.lacks(f"Comments in the page's source, past {_MOST_COMMENTS}.")
        for number, words in enumerate(self._comments[:_MOST_COMMENTS], 1):
            self._draft.add(
                "comment", words, {"comment": number}, hidden=True,
                warnings=["A comment in the page's source, not shown to readers."],
            )  # fmt: skip
