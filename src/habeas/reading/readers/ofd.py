"""OFD (GB/T 33190): the fixed pages of Chinese authorities, a zip of XML.

A page's text objects stand where their boxes stand: those at one height are one line, lines go from
top to bottom. Templates that lie under pages are read with them, attachments and pictures are files
inside, annotations follow their page. A page that is a picture alone has no text, which is said.
"""

from __future__ import annotations

import itertools
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field

from habeas.reading.documents import State
from habeas.reading.readers import markup
from habeas.reading.readers.interface import DraftReading, InputFile
from habeas.reading.readers.package import Package, whole

NAME = "habeas.ofd"
VERSION = "2"
MEDIA_TYPES = frozenset({"application/ofd"})

_SAME_LINE = 0.5  # of the lower one's height
_NO_BOX = (0.0, 0.0, 0.0, 0.0)
_INSIDE = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".gif", ".pdf", ".docx", ".xlsx")
_MOST_OBJECTS = 200_000  # of one page


@dataclass(frozen=True, slots=True)
class _Words:
    left: float
    top: float
    right: float
    height: float
    text: str


@dataclass(slots=True)
class _Document:
    pages: list[str] = field(default_factory=list)
    templates: dict[str, str] = field(default_factory=dict)


def read(source: InputFile, draft: DraftReading) -> None:
    package = Package(source, draft)
    number = 0
    try:
        for root in _roots(package, draft):
            found = _document(package, root, draft)
            for page in found.pages:
                number += 1
                _page(package, page, number, found, draft)
    except markup.RefusedXml as error:
        draft.ends(State.REFUSED, f"its XML has {error}")
    draft.pages = 0  # pages are told, but cannot be shown as pictures
    package.inner(name for name in package.names if name.lower().endswith(_INSIDE))
    if not number:
        draft.ends(State.FAILED, "the package names no page")


def _roots(package: Package, draft: DraftReading) -> Iterator[str]:
    walk = package.walk("OFD.xml")
    for what, value, _ in whole(draft, "OFD.xml", walk):
        if what == "text" and walk.path[-1] == "ofd:DocRoot":
            yield _resolved(package, "OFD.xml", value)


def _document(package: Package, root: str, draft: DraftReading) -> _Document:
    found = _Document()
    if root not in package:
        draft.lacks(f"{root}, which the package names and does not hold")
        return found
    for what, tag, attributes in whole(draft, root, package.walk(root)):
        if what != "start" or attributes is None:
            continue
        place = _resolved(package, root, attributes.get("BaseLoc", ""))
        if tag == "ofd:Page" and place:
            found.pages.append(place)
        elif tag == "ofd:TemplatePage" and place:
            found.templates[attributes.get("ID", "")] = place
    return found


def _page(
    package: Package, name: str, number: int, document: _Document, draft: DraftReading
) -> None:
    words, templates = _objects(package, name, draft)
    for template in templates:
        under = document.templates.get(template, "")
        if under:
            words = [*_objects(package, under, draft)[0], *words]
    text = "\n".join(_lines(words))
    if text.strip():
        draft.add("page", text, {"page": number})
    else:
        draft.lacks(f"Page {number} holds no text: what it shows is drawn or a picture.")


def _objects(package: Package, name: str, draft: DraftReading) -> tuple[list[_Words], list[str]]:
    """The text objects of a page, and the templates that it lies on."""
    words: list[_Words] = []
    templates: list[str] = []
    if name not in package:
        draft.lacks(f"{name}, which the package names and does not hold")
        return words, templates
    box, pieces = _NO_BOX, list[str]()
    walk = package.walk(name)
    for what, value, attributes in whole(draft, name, walk):
        if what == "text":
            if walk.path[-1] == "ofd:TextCode":
                pieces.append(value)
        elif what == "start" and attributes is not None:
            if value == "ofd:TextObject":
                box, pieces = _box(attributes.get("Boundary", "")), []
            elif value == "ofd:Template":
                templates.append(attributes.get("TemplateID", ""))
        elif value == "ofd:TextObject" and pieces:
            words.append(_Words(*box, "".join(pieces)))
            if len(words) >= _MOST_OBJECTS:
                draft.lacks(f"text objects of {name} past {_MOST_OBJECTS:,}")
                break
    return words, templates


def _box(said: str) -> tuple[float, float, float, float]:
    """Left, top, right and height of ``Boundary``, in millimetres."""
    try:
        left, top, width, height = map(float, said.split())
    except ValueError:
        return _NO_BOX
    return left, top, left + width, height


def _lines(words: list[_Words]) -> Iterator[str]:
    """From top to bottom, what stands at one height from left to right."""
    line: list[_Words] = []
    for one in sorted(words, key=lambda each: each.top):
        if line and one.top - line[0].top > _SAME_LINE * max(one.height, 0.1):
            yield _joined(line)
            line = []
        line.append(one)
    if line:
        yield _joined(line)


def _joined(line: list[_Words]) -> str:
    """Objects that stand apart are parted by a space."""
    line = sorted(line, key=lambda each: each.left)
    text = line[0].text
    for before, one in itertools.pairwise(line):
        apart = one.left - before.right > _SAME_LINE * max(one.height, 0.1)
        text += f" {one.text}" if apart else one.text
    return text


def _resolved(package: Package, base: str, place: str) -> str:
    """A path of the package, from its root or from the file that names it; '' for none."""
    place = place.strip()
    if not place:
        return ""
    near = posixpath.normpath(posixpath.join(posixpath.dirname(base), place.lstrip("/")))
    far = posixpath.normpath(place.lstrip("/"))
    return near if near in package and not place.startswith("/") else far
