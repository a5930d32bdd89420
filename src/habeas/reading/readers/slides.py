"""Presentations: pptx and odp by our own streaming readers, ppt by kreuzberg.

A slide is a part; what stands on it is cited by slide and paragraph, its notes and comments
say that they are. Slides are in the order of the show; a hidden slide says so and its text is
marked hidden. kreuzberg gives ppt without a place for each slide, which the document says.
"""

from __future__ import annotations

from habeas.reading.documents import State
from habeas.reading.readers import drawing, legacy, markup, opendocument
from habeas.reading.readers.flow import Place
from habeas.reading.readers.interface import DraftReading, InputFile
from habeas.reading.readers.package import Package, Relation, whole

NAME = "habeas.slides"
VERSION = "2"

PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
PPTX_FAMILY = frozenset(
    {
        PPTX,
        "application/vnd.openxmlformats-officedocument.presentationml.slideshow",
        "application/vnd.openxmlformats-officedocument.presentationml.template",
        "application/vnd.ms-powerpoint.presentation.macroEnabled.12",
        "application/vnd.ms-powerpoint.slideshow.macroEnabled.12",
    }
)
ODP_FAMILY = frozenset(
    {
        "application/vnd.oasis.opendocument.presentation",
        "application/vnd.oasis.opendocument.presentation-template",
        "application/vnd.oasis.opendocument.graphics",
    }
)
LEGACY = frozenset({"application/vnd.ms-powerpoint"})
MEDIA_TYPES = PPTX_FAMILY | ODP_FAMILY | LEGACY


def warm_up(media_type: str) -> None:
    if media_type in LEGACY:
        legacy.warm_up()


def read(source: InputFile, draft: DraftReading) -> None:
    try:
        if source.media_type in LEGACY:
            legacy.read_slides(source, draft)
        elif source.media_type in ODP_FAMILY:
            opendocument.read_slides(source, draft)
        else:
            _read_pptx(source, draft)
    except markup.RefusedXml as error:
        draft.ends(State.REFUSED, f"its XML has {error}")


def _read_pptx(source: InputFile, draft: DraftReading) -> None:
    package = Package(source, draft)
    top = package.relations("").values()
    main = next((r.target for r in top if r.kind == "officeDocument"), "ppt/presentation.xml")
    if main not in package:
        draft.ends(State.FAILED, f"the package holds no {main}")
    package.properties(*(r.target for r in top if r.kind.endswith("properties") and not r.outside))
    relations = package.relations(main)
    authors = _comment_authors(package, relations, draft)
    number = 0
    for identifier in _order(package, main, draft):
        relation = relations.get(identifier)
        number += 1
        if relation is None or relation.target not in package:
            draft.lacks(f"slide {number}, which the show names and the package does not hold")
            continue
        _read_slide(package, relation.target, number, authors, draft)
    _files(package, draft)


def _order(package: Package, main: str, draft: DraftReading) -> list[str]:
    found = list[str]()
    for what, tag, attributes in whole(draft, main, package.walk(main)):
        if what == "start" and tag == "p:sldId" and attributes is not None:
            if len(found) >= draft.limits.pages:
                draft.lacks(f"slides past the first {draft.limits.pages}")
                break
            found.append(attributes.get("r:id", ""))
    return found


def _read_slide(
    package: Package, name: str, number: int, authors: dict[str, str], draft: DraftReading
) -> None:
    hidden = False
    for what, tag, attributes in whole(draft, name, package.walk(name)):
        if what == "start" and tag == "p:sld":
            hidden = (attributes or {}).get("show", "") in {"0", "false"}
            break
    where: Place = {"slide": number}
    relations = package.relations(name)
    package.outside(relations.values())
    with draft.open("slide", where, hidden=hidden) as noted:
        if hidden:
            noted.append("This slide is hidden in the show.")
        drawing.read(draft, package, name, where, hidden=hidden)
        for relation in relations.values():
            if relation.outside or relation.target not in package:
                continue
            if relation.kind in {"chart", "diagramData", "chartEx"}:
                place: Place = {**where, "drawing": relation.target}
                drawing.read(draft, package, relation.target, place, hidden=hidden)
            elif relation.kind == "notesSlide":
                drawing.read(draft, package, relation.target, {**where, "notes": 1}, hidden=hidden)
            elif relation.kind == "comments":
                _read_comments(package, relation.target, where, authors, draft)


def _comment_authors(
    package: Package, relations: dict[str, Relation], draft: DraftReading
) -> dict[str, str]:
    authors: dict[str, str] = {}
    for relation in relations.values():
        if relation.kind in {"commentAuthors", "authors"} and relation.target in package:
            for what, tag, attributes in whole(draft, "authors", package.walk(relation.target)):
                if what == "start" and attributes and tag.endswith((":cmAuthor", ":author")):
                    authors[attributes.get("id", "")] = attributes.get("name", "")[:200]
    return authors


def _read_comments(
    package: Package, name: str, where: Place, authors: dict[str, str], draft: DraftReading
) -> None:
    place: Place = dict(where)
    number = 0
    pieces = list[str]()
    for what, value, attributes in whole(draft, name, walk := package.walk(name)):
        if what == "start" and value.endswith(":cm") and attributes is not None:
            number += 1
            place = {**where, "comment": number}
            if by := authors.get(attributes.get("authorId", "")):
                place["by"] = by
            if written := attributes.get("dt") or attributes.get("created"):
                place["written"] = written[:40]
            pieces = []
        elif what == "text" and walk.path[-1] in {"p:text", "a:t"}:
            pieces.append(value)
        elif what == "end" and value.endswith(":cm") and pieces:
            draft.add("paragraph", "".join(pieces), place)
            pieces = []


def _files(package: Package, draft: DraftReading) -> None:
    inside = [n for n in package.names if n.startswith(("ppt/media/", "ppt/embeddings/"))]
    for name in package.names:
        if name.endswith("vbaProject.bin"):
            draft.warn("The presentation holds macros; they are kept and not run.")
            inside.append(name)
    package.inner(inside)
