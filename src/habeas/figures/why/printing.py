"""A why tree as plain text for a terminal: boxes, wrapped, safe to print.

Invariants: the same tree and width give the same text; what was printed whole above (an
exhibit, a passage) is named again as "above" and not repeated; no line is wider than the width
(unless one word is); text with right-to-left letters stands between U+2068 and U+2069 on
each line, so it cannot reorder what is around it; control characters and foreign
direction marks of quoted evidence are shown as U+FFFD and never reach the terminal.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace

from habeas.figures.why.nodes import Node

_BOXES = ("├── ", "└── ", "│   ", "    ")
_ASCII = ("|-- ", "`-- ", "|   ", "    ")
_ONCE = frozenset({"exhibit", "passage"})
_NARROWEST = 24  # columns kept for text however deep the tree
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
#: Signs of our sentences between the texts of others.
_OURS = frozenset("\u2018\u2019\u201c\u201d:\u2192")
_PAIRS = (("[", "]"), ("(", ")"), ("\u27e6", "\u27e7"))
_DIRECTION_MARKS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_SHOWN_WHOLE = frozenset("\u200c\u200d")  # joiners: Uyghur and Arabic are spelled with them


#: Labels as they are printed, where the key would be misread: "held" is of a value, not a person.
_LABELS = {"held": "for which time"}


def as_text(node: Node, *, width: int = 80, ascii: bool = False) -> str:
    """The tree as text, lines of at most ``width`` columns; ``ascii`` for old terminals."""
    boxes = _ASCII if ascii else _BOXES
    return "\n".join(_lines(node, "", "", width, boxes, {})) + "\n"


def _lines(
    node: Node, head: str, under: str, width: int, boxes: tuple[str, ...], seen: dict[int, Node]
) -> Iterator[str]:
    tee, corner, bar, blank = boxes
    if node.position is not None and node.kind in _ONCE:
        whole = seen.setdefault(node.position, node)
        if whole is not node and whole == node:
            title = f"{node.title} (above)"
            node = replace(node, title=title, facts=(), children=(), more=0, sound=None)
    place = f" #{node.position}" if node.position is not None else ""
    mark = {True: " ✓", False: " ✗", None: ""}[node.sound]
    if boxes is _ASCII:
        mark = {True: " ok", False: " NOT VERIFIED", None: ""}[node.sound]
    children = list(node.children)
    has_children = bool(children or node.more)
    inner = under + (bar if has_children else blank)
    first = True
    said = f" [{', '.join(node.marks)}]" if node.marks else ""
    for line in wrap(f"{node.title}{place}{said}{mark}", width - cells(head)):
        yield (head if first else inner) + line
        first = False
    for fact in node.facts:
        label = f"{_LABELS.get(fact.label, fact.label)}: "
        hang = " " * min(cells(label), 12)
        room = width - cells(inner)
        for number, line in enumerate(wrap(label + fact.value, room, hang)):
            yield inner + (hang if number else "") + line
    if has_children and node.facts and not head:
        yield (under + bar).rstrip()
    for number, child in enumerate(children):
        last = number == len(children) - 1 and not node.more
        step, below = (corner, blank) if last else (tee, bar)
        yield from _lines(child, under + step, under + below, width, boxes, seen)
    if node.more:
        yield f"{under}{corner}{'...' if boxes is _ASCII else '…'} {node.more:,} more"


def wrap(text: str, width: int, hang: str = "") -> list[str]:
    """``text`` in lines of at most ``width`` columns; later lines leave room for ``hang``."""
    room = max(width, _NARROWEST)
    lines: list[str] = []
    line, used = "", 0
    for word in _words(safe(text)):
        size = cells(word)
        limit = room - (len(hang) if lines else 0)
        if line and used + 1 + size > limit:
            lines.append(line)
            line, used = "", 0
            limit = room - len(hang)
        while size > limit:  # a hash, an address, or a script without spaces
            head, word = _cut(word, limit)
            lines.append(head)
            size = cells(word)
            limit = room - len(hang)
        line, used = (f"{line} {word}", used + 1 + size) if line else (word, size)
    if line or not lines:
        lines.append(line)
    return [isolated(found) for found in lines]


def _words(text: str) -> list[str]:
    return text.split()


def _cut(word: str, limit: int) -> tuple[str, str]:
    """The longest head of ``word`` that fits, not splitting a letter from its marks."""
    used = 0
    for index, character in enumerate(word):
        size = cells(character)
        if used + size > limit and index:
            return word[:index], word[index:]
        used += size
    return word, ""


def cells(text: str) -> int:
    """How many terminal columns a text takes: Han and the like two, marks none."""
    total = 0
    for character in text:
        if character < "\u0300":
            total += 1
        elif unicodedata.combining(character) or unicodedata.category(character) in (
            "Mn",
            "Me",
            "Cf",
        ):
            continue
        else:
            total += 2 if unicodedata.east_asian_width(character) in "WF" else 1
    return total


def safe(text: str) -> str:
    """Without anything that steers a terminal: line ends become spaces, controls U+FFFD."""
    return "".join(
        " "
        if character in "\n\r\t\x0b\x0c\x85\u2028\u2029"
        else "\ufffd"
        if steers(character)
        else character
        for character in text
    )


def steers(character: str) -> bool:
    """Whether a terminal obeys the character instead of showing it."""
    if character < "\u007f":
        return character < " "
    if character in _SHOWN_WHOLE:
        return False
    return character in _DIRECTION_MARKS or unicodedata.category(character) in ("Cc", "Cs")


def isolated(line: str) -> str:
    """The runs of a line that are of one right-to-left text, isolated.

    Latin words between two such letters are of that text, as a name in an Arabic sentence is,
    unless a quotation mark, a colon or an arrow of ours parts them. Brackets stay in pairs.
    """
    marked = [
        index
        for index, character in enumerate(line)
        if character >= "\u0590" and unicodedata.bidirectional(character) in _RIGHT_TO_LEFT
    ]
    if not marked:
        return line
    runs = [[marked[0], marked[0] + 1]]
    for index in marked[1:]:
        if _parts(line[runs[-1][1] : index]):
            runs.append([index, index + 1])
        runs[-1][1] = index + 1
    kept, done = [], 0
    for first, last in runs:
        start, stop = _with_marks(line, first, last)
        kept += [line[done:start], "\u2068", line[start:stop], "\u2069"]
        done = stop
    return "".join([*kept, line[done:]])


def _parts(between: str) -> bool:
    latin = any(unicodedata.bidirectional(character) == "L" for character in between)
    return latin and not _OURS.isdisjoint(between)


def _with_marks(line: str, start: int, stop: int) -> tuple[int, int]:
    """A run with the marks on its last letter, and with brackets of which it has one half."""
    while stop < len(line) and unicodedata.category(line[stop]) in ("Mn", "Me", "Cf"):
        stop += 1
    for opens, closes in _PAIRS:
        missing = line.count(opens, start, stop) - line.count(closes, start, stop)
        if missing < 0 and line[start - 1 : start] == opens:
            start -= 1
        elif missing > 0 and line[stop : stop + 1] == closes:
            stop += 1
    return start, stop
