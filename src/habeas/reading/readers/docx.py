"""Reads docx: the body, then headers, footers, notes, comments, drawings and files inside.

Text deleted or hidden is not in its paragraph's text but follows it, marked hidden, with who
deleted it and when. Automatic numbers of lists are made by the office program and are not in
the file's text: that is said. Field codes are dropped and their results kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from habeas.reading.documents import State
from habeas.reading.readers import drawing
from habeas.reading.readers.flow import Flow, Place
from habeas.reading.readers.interface import DraftReading, InputFile
from habeas.reading.readers.markup import Event, Walk
from habeas.reading.readers.package import Package, Relation, whole

_OFF = frozenset({"0", "false", "off", "none"})
_SPACES = {
    "w:tab": "\t",
    "w:ptab": "\t",
    "w:br": "\n",
    "w:cr": "\n",
    "w:noBreakHyphen": "\u2011",
    "w:softHyphen": "\u00ad",
}
_AROUND = (  # relation, what holds one text, the word of the locator
    ("header", "w:hdr", "header"),
    ("footer", "w:ftr", "footer"),
    ("footnotes", "w:footnote", "footnote"),
    ("endnotes", "w:endnote", "endnote"),
    ("comments", "w:comment", "comment"),
)
_DRAWN = ("chart", "diagramData", "chartEx")


@dataclass(slots=True)
class _Style:
    based_on: str = ""
    name: str = ""
    outline: int = 0
    hidden: bool = False


def read(source: InputFile, draft: DraftReading) -> None:
    package = Package(source, draft)
    top = package.relations("").values()
    main = next((r.target for r in top if r.kind == "officeDocument"), "word/document.xml")
    if main not in package:
        draft.ends(State.FAILED, f"the package holds no {main}")
    package.properties(*(r.target for r in top if r.kind.endswith("properties") and not r.outside))
    relations = package.relations(main)
    styles = _styles(package, relations, draft)
    _Text(draft, styles).read(whole(draft, main, walk := package.walk(main)), walk)
    for kind, holder, word in _AROUND:
        targets = sorted(r.target for r in relations.values() if r.kind == kind and not r.outside)
        for number, target in enumerate(targets, 1):
            if target not in package:
                draft.lacks(f"{target}, which the document names and the package does not hold")
                continue
            walk = package.walk(target)
            text = _Text(draft, styles, holder, word, number)
            text.read(whole(draft, target, walk), walk)
    for relation in relations.values():
        if relation.kind in _DRAWN and relation.target in package:
            drawing.read(draft, package, relation.target, {"drawing": relation.target})
    _files(package, main, draft)


def read_flat(events: Iterable[Event], walk: Walk, draft: DraftReading) -> None:
    """A document that is one XML file: body, notes and headers in the order of the file."""
    _Text(draft, {}).read(events, walk)


def _files(package: Package, main: str, draft: DraftReading) -> None:
    """What the document reaches for outside, and the files that it holds."""
    folder = main.rpartition("/")[0] or "word"
    inside = list[str]()
    for name in package.names:
        if name.startswith((f"{folder}/media/", f"{folder}/embeddings/", f"{folder}/activeX/")):
            inside.append(name)
        elif name.endswith("vbaProject.bin"):
            draft.warn("The document holds macros; they are kept and not run.")
            inside.append(name)
        elif name.startswith(f"{folder}/_rels/"):
            owner = name.replace("_rels/", "").removesuffix(".rels")
            relations = package.relations(owner)
            package.outside(relations.values())
            inside += [r.target for r in relations.values() if r.kind == "aFChunk"]
    package.inner(inside)


def _styles(
    package: Package, relations: dict[str, Relation], draft: DraftReading
) -> dict[str, _Style]:
    styles: dict[str, _Style] = {}
    target = next((r.target for r in relations.values() if r.kind == "styles"), "")
    if target not in package:
        return styles
    style = _Style()
    for what, tag, attributes in whole(draft, target, package.walk(target)):
        if what != "start" or attributes is None:
            continue
        value = attributes.get("w:val", "")
        if tag == "w:style" and len(styles) < 20_000:
            style = styles[attributes.get("w:styleId", "")] = _Style()
        elif tag == "w:name":
            style.name = value.casefold()
        elif tag == "w:basedOn":
            style.based_on = value
        elif tag == "w:outlineLvl" and value.isdecimal():
            style.outline = int(value) + 1
        elif tag == "w:vanish" and value not in _OFF:
            style.hidden = True
    return styles


class _Text:
    """One part of the package: the body, or a file of notes, of comments, a header."""

    def __init__(
        self,
        draft: DraftReading,
        styles: dict[str, _Style],
        holder: str = "",
        word: str = "",
        number: int = 0,
    ) -> None:
        self._draft = draft
        self._styles = styles
        self._holder, self._word, self._number = holder, word, number
        self._flow = Flow(draft)
        self._changed = list[tuple[str, str]]()  # open tracked changes: tag, words
        self._run_hidden = False

    def read(self, events: Iterable[Event], walk: Walk) -> None:
        flow = self._flow
        try:
            for what, value, attributes in events:
                if what == "text":
                    self._text(walk.path[-1], value)
                elif what == "start":
                    if value == "mc:Fallback" or value == "w:pPrChange" or value == "w:rPrChange":
                        walk.skip()
                    elif attributes is not None:
                        self._start(value, attributes, walk.path)
                else:
                    self._end(value)
            flow.close()
        finally:
            flow.shut()

    def _start(self, tag: str, attributes: dict[str, str], path: list[str]) -> None:
        flow = self._flow
        if tag == "w:p":
            flow.begin()
        elif tag == "w:r":
            self._run_hidden = False
        elif tag in _SPACES:
            if tag != "w:tab" or path[-2] != "w:tabs":
                self._put(_SPACES[tag])
        elif tag == "w:sym":
            code = attributes.get("w:char", "")
            if code and all(digit in "0123456789abcdefABCDEF" for digit in code[:6]):
                self._put(chr(min(int(code[:6], 16), 0xFFFF)))
        elif tag in {"w:vanish", "w:webHidden", "w:specVanish"}:
            if attributes.get("w:val", "") not in _OFF and path[-3:-1] == ["w:r", "w:rPr"]:
                self._run_hidden = tag != "w:webHidden"
        elif tag in {"w:pStyle", "w:rStyle", "w:outlineLvl", "w:numPr"}:
            self._style(tag, attributes.get("w:val", ""), path)
        elif tag in {"w:ins", "w:del", "w:moveFrom", "w:moveTo"}:
            self._change(tag, attributes, path)
        elif tag == "w:tbl":
            flow.begin_table()
        elif tag == "w:tr":
            flow.begin_row()
        elif tag == "w:tc":
            flow.begin_cell()
        elif tag == "w:gridSpan":
            value = attributes.get("w:val", "")
            if value.isdecimal():
                flow.pass_columns(int(value[:5]) - 1)
        elif tag == "w:commentReference" and flow.paragraph:
            flow.paragraph.warn(f"Comment {attributes.get('w:id', '')} is here.")
        elif tag == self._holder:
            self._begin_holder(attributes)

    def _begin_holder(self, attributes: dict[str, str]) -> None:
        place: Place = {self._word: attributes.get("w:id", "") or self._number}
        if self._word == "comment":
            if author := attributes.get("w:author", ""):
                place["by"] = author[:200]
            if date := attributes.get("w:date", ""):
                place["written"] = date[:40]
        self._flow.place = place

    def _end(self, tag: str) -> None:
        flow = self._flow
        if tag == "w:p":
            flow.end()
        elif tag == "w:tc":
            flow.end_cell()
        elif tag == "w:tr":
            flow.end_row()
        elif tag == "w:tbl":
            flow.end_table()
        elif self._changed and tag == self._changed[-1][0]:
            self._changed.pop()

    def _style(self, tag: str, value: str, path: list[str]) -> None:
        paragraph = self._flow.paragraph
        if paragraph is None:
            return
        if tag == "w:numPr":
            self._draft.warn("Automatic list numbers and bullets are not in the text.")
        elif tag == "w:outlineLvl":
            if value.isdecimal() and int(value[:3]) < 9:
                paragraph.heading = int(value[:3]) + 1
        else:
            outline, hidden = self._looked_up(value)
            if tag == "w:rStyle":
                self._run_hidden = self._run_hidden or (hidden and path[-2] == "w:rPr")
            else:
                paragraph.heading = paragraph.heading or outline
                paragraph.hidden = hidden

    def _looked_up(self, identifier: str) -> tuple[int, bool]:
        """The heading level of a style (0: none) and whether it hides, through its bases."""
        outline, hidden = 0, False
        for _step in range(20):
            style = self._styles.get(identifier)
            if style is None:
                break
            named = style.name.removeprefix("heading ")
            if not outline and named != style.name and named.isdecimal():
                outline = int(named[:2])
            outline, hidden = outline or style.outline, hidden or style.hidden
            outline = outline or (1 if style.name == "title" else 0)
            identifier = style.based_on
        return outline, hidden

    def _change(self, tag: str, attributes: dict[str, str], path: list[str]) -> None:
        author = attributes.get("w:author", "")[:200] or "somebody"
        when = f" on {attributes['w:date'][:40]}" if attributes.get("w:date") else ""
        words = {
            "w:ins": f"Inserted by {author}{when} as a tracked change.",
            "w:moveTo": f"Moved here by {author}{when} as a tracked change.",
            "w:del": f"Deleted by {author}{when} as a tracked change.",
            "w:moveFrom": f"Moved away by {author}{when} as a tracked change.",
        }[tag]
        if path[-2] == "w:trPr":
            self._draft.warn(f"A table row: {words}")
        if path[-2] in {"w:rPr", "w:trPr"}:  # of a paragraph's mark or a row: not of its text
            words = ""
        self._changed.append((tag, words))
        if not words:
            return
        if tag in {"w:ins", "w:moveTo"} and self._flow.paragraph:
            self._flow.paragraph.warn(words)

    def _text(self, tag: str, text: str) -> None:
        if tag in {"w:t", "m:t", "w:delText", "a:t"}:
            self._put(text)

    def _put(self, text: str) -> None:
        gone = next(
            (
                words
                for tag, words in reversed(self._changed)
                if words and tag in {"w:del", "w:moveFrom"}
            ),
            "",
        )
        if gone:
            self._flow.aside("deleted", gone, text)
        elif self._run_hidden:
            self._flow.aside("hidden", "Hidden in the document.", text)
        else:
            if self._changed and self._changed[-1][1] and self._flow.paragraph:
                self._flow.paragraph.warn(self._changed[-1][1])
            self._flow.text(text)
