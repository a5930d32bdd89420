"""Reads OpenDocument text and presentations: odt by paragraph, odp by slide.

Tracked deletions stand at the head of the file, in their own paragraphs; they are read as
deleted text, hidden. Notes and comments follow the paragraph they stand in. What a style or
a section hides is marked hidden. An encrypted package is said to be encrypted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import ExitStack

from habeas.reading.documents import State
from habeas.reading.readers.flow import Flow, Place
from habeas.reading.readers.interface import DraftReading, InputFile
from habeas.reading.readers.markup import Event, Walk
from habeas.reading.readers.package import Package, whole

_BLANKS = re.compile("[ \t\r\n]+")
_UNSHOWN = frozenset({"text:note-citation", "text:ruby-text", "office:forms"})


def opened(source: InputFile, draft: DraftReading) -> Package:
    """The package, with its properties; one that needs a password ends here."""
    package = Package(source, draft)
    if "META-INF/manifest.xml" in package:
        for what, tag, _attributes in whole(
            draft, "manifest", package.walk("META-INF/manifest.xml")
        ):
            if what == "start" and tag == "manifest:encryption-data":
                draft.ends(State.ENCRYPTED, "the document needs a password")
    if "content.xml" not in package:
        draft.ends(State.FAILED, "the package holds no content.xml")
    package.properties("meta.xml")
    return package


def read_text(source: InputFile, draft: DraftReading) -> None:
    package = opened(source, draft)
    hidden = _hiding_styles(package, draft)
    _Content(draft, hidden).read(package, "content.xml")
    _Content(draft, hidden, around=True).read(package, "styles.xml")
    files(package, draft)


def read_slides(source: InputFile, draft: DraftReading) -> None:
    package = opened(source, draft)
    hidden = _hiding_styles(package, draft)
    _Content(draft, hidden, slides=True).read(package, "content.xml")
    files(package, draft)


def read_flat(events: Iterable[Event], walk: Walk, draft: DraftReading, *, slides: bool) -> None:
    """A text or a presentation that is one XML file."""
    _Content(draft, frozenset(), slides=slides).read_events(events, walk)


def files(package: Package, draft: DraftReading) -> None:
    """Pictures and objects of the package, as files inside."""
    objects = {name.split("/")[0] for name in package.names if name.startswith("Object ")}
    for name in sorted(objects):
        draft.lacks(f"the embedded object {name}")
    package.inner(name for name in package.names if name.startswith("Pictures/"))
    if any(name.startswith(("Basic/", "Scripts/")) for name in package.names):
        draft.warn("The document holds macros; they are kept and not run.")


def _hiding_styles(package: Package, draft: DraftReading) -> frozenset[str]:
    """The names of the styles whose text or slide is not shown."""
    hiding, style = set[str](), ""
    for name in ("styles.xml", "content.xml"):
        if name not in package:
            continue
        walk = package.walk(name)
        for what, tag, attributes in walk:
            if what != "start" or attributes is None:
                continue
            if tag == "office:body":
                break
            if tag == "style:style":
                style = attributes.get("style:name", "")
                if attributes.get("style:parent-style-name", "") in hiding:
                    hiding.add(style)
            elif (
                attributes.get("text:display") == "none"
                or attributes.get("presentation:visibility") == "hidden"
            ):
                hiding.add(style)
    return frozenset(hiding)


class _Content:
    """content.xml of a text or a presentation; or styles.xml for what stands on each page."""

    def __init__(
        self,
        draft: DraftReading,
        hiding: frozenset[str],
        *,
        slides: bool = False,
        around: bool = False,
    ) -> None:
        self._draft = draft
        self._hiding = hiding
        self._slides = slides
        self._around = around
        self._flow = Flow(draft)
        self._places = list[tuple[str, Place]]()  # what changed the place, and the place before
        self._hidden_depths = list[int]()
        self._page = ExitStack()  # the part of the slide that is open
        self._hidden_spans = list[int]()
        self._slide = self._notes = self._comments = self._changes = 0
        self._change = dict[str, str]()
        self._field: list[str] | None = None
        self._blank = True

    def read(self, package: Package, name: str) -> None:
        if name in package:
            walk = package.walk(name)
            self.read_events(whole(self._draft, name, walk), walk)

    def read_events(self, events: Iterable[Event], walk: Walk) -> None:
        flow = self._flow
        try:
            self._events(events, walk)
            flow.close()
        finally:
            flow.shut()
            self._page.close()

    def _events(self, events: Iterable[Event], walk: Walk) -> None:
        inside = False
        for what, value, attributes in events:
            if not inside:
                inside = what == "start" and value == (
                    "office:master-styles" if self._around else "office:body"
                )
            elif what == "text":
                self._text(value)
            elif what == "start" and attributes is not None:
                if value in _UNSHOWN:
                    walk.skip()
                else:
                    self._start(value, attributes, walk.path)
            else:
                self._end(value, walk.path)

    def _start(self, tag: str, attributes: dict[str, str], path: list[str]) -> None:
        flow = self._flow
        if tag in {"text:p", "text:h"}:
            level = attributes.get("text:outline-level", "1")
            heading = (int(level[:3]) if level.isdecimal() else 1) if tag == "text:h" else 0
            if attributes.get("presentation:style-name", "").endswith("title"):
                heading = 1
            hidden = attributes.get("text:style-name", "") in self._hiding
            flow.begin(heading=heading, hidden=hidden or bool(self._hidden_depths))
            self._blank = True
        elif tag == "text:s":
            count = attributes.get("text:c", "1")
            self._put(" " * (min(int(count[:6]), 10_000) if count.isdecimal() else 1))
        elif tag in {"text:tab", "text:line-break"}:
            self._put("\t" if tag == "text:tab" else "\n")
            self._blank = True
        elif tag in {"text:hidden-text", "text:hidden-paragraph"}:
            words = attributes.get("text:string-value", "")
            flow.aside("hidden", "Hidden in the document.", words)
        elif tag == "text:section" and attributes.get("text:display") == "none":
            self._hidden_depths.append(len(path))
        elif tag in {"text:note-body", "office:annotation", "draw:page", "presentation:notes"}:
            self._begin_place(tag, attributes, path)
        elif tag in {"style:header", "style:footer"} and self._around:
            self._enter(tag, {tag.removeprefix("style:"): attributes.get("style:display", "all")})
        elif tag == "text:changed-region":
            self._changes += 1
            self._change = {}
            self._enter(tag, {"change": self._changes})
        elif tag in {"dc:creator", "dc:date"}:
            self._field = []
        elif tag.startswith("table:"):
            self._table(tag, attributes)
        elif tag == "text:span" and attributes.get("text:style-name", "") in self._hiding:
            self._hidden_spans.append(len(path))
        elif tag == "text:change-start" and flow.paragraph:
            flow.paragraph.warn("Holds text inserted as a tracked change.")

    def _begin_place(self, tag: str, attributes: dict[str, str], path: list[str]) -> None:
        if tag == "text:note-body":
            self._notes += 1
            self._enter(tag, {**self._on_slide(), "note": self._notes})
        elif tag == "office:annotation":
            self._comments += 1
            if self._flow.paragraph:
                self._flow.paragraph.warn(f"Comment {self._comments} is here.")
            self._enter(tag, {**self._on_slide(), "comment": self._comments})
        elif tag == "draw:page" and self._slides:
            self._slide += 1
            self._enter(tag, self._on_slide())
            hidden = attributes.get("draw:style-name", "") in self._hiding
            noted = self._page.enter_context(
                self._draft.open("slide", self._on_slide(), hidden=hidden)
            )
            if hidden:
                self._hidden_depths.append(len(path))
                noted.append("This slide is hidden in the show.")
        elif tag == "presentation:notes":
            self._enter(tag, {**self._on_slide(), "notes": 1})

    def _on_slide(self) -> Place:
        return {"slide": self._slide} if self._slide else {}

    def _enter(self, tag: str, place: Place) -> None:
        self._places.append((tag, self._flow.place))
        self._flow.place = place

    def _table(self, tag: str, attributes: dict[str, str]) -> None:
        flow = self._flow
        if tag == "table:table":
            flow.begin_table()
        elif tag == "table:table-row":
            flow.begin_row()
        elif tag in {"table:table-cell", "table:covered-table-cell"}:
            flow.begin_cell()
            repeats = attributes.get("table:number-columns-repeated", "1")
            if repeats.isdecimal():
                flow.pass_columns(int(repeats[:6]) - 1)

    def _end(self, tag: str, path: list[str]) -> None:
        flow = self._flow
        if tag in {"text:p", "text:h"}:
            if flow.paragraph and self._change and path.count("text:deletion"):
                by, on = self._change.get("dc:creator", "somebody"), self._change.get("dc:date", "")
                words = f"Deleted by {by}{' on ' + on if on else ''} as a tracked change."
                text, flow.paragraph.pieces = "".join(flow.paragraph.pieces), []
                flow.aside("deleted", words, text)
            flow.end()
        elif tag in {"table:table-cell", "table:covered-table-cell"}:
            flow.end_cell()
        elif tag == "table:table-row":
            flow.end_row()
        elif tag == "table:table":
            flow.end_table()
        elif tag in {"dc:creator", "dc:date"} and self._field is not None:
            words, self._field = "".join(self._field).strip()[:200], None
            if path[-2] == "office:annotation":
                key = "by" if tag == "dc:creator" else "written"
                flow.place = {**flow.place, key: words}
            else:
                self._change[tag] = words
        if self._places and tag == self._places[-1][0]:
            flow.place = self._places.pop()[1]
            if tag == "draw:page":
                self._page.close()
        if self._hidden_spans and self._hidden_spans[-1] == len(path):
            self._hidden_spans.pop()
        if self._hidden_depths and self._hidden_depths[-1] == len(path):
            self._hidden_depths.pop()

    def _text(self, text: str) -> None:
        if self._field is not None:
            if len(self._field) < 100:
                self._field.append(text)
        elif self._flow.paragraph is not None:
            text = _BLANKS.sub(" ", text)
            if self._blank:
                text = text.lstrip(" ")
            if text:
                self._blank = text.endswith(" ")
                self._put(text)

    def _put(self, text: str) -> None:
        if self._hidden_spans:
            self._flow.aside("hidden", "Hidden in the document.", text)
        else:
            self._flow.text(text)
