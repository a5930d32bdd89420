"""Exhibits: sealed bytes, what happened to them, and their text with what is cited of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from habeas.archive.access import Viewer, newest, visible
from habeas.archive.models import Exhibit, Hold, Layer, Passage, Reading
from habeas.archive.rules import LONGEST_QUOTE
from habeas.display import words
from habeas.display.asking import Elsewhere, NotThere, Query, one, paged
from habeas.display.exhibits import layers, readings, recordings
from habeas.display.exhibits.custody import CustodyShown, custody_of
from habeas.display.exhibits.originals import OriginalOffer, offered
from habeas.display.exhibits.placing import AskedPlace, Placing
from habeas.display.exhibits.reading import ReadingPart, TextShown
from habeas.display.exhibits.recordings import RecordingShown, TranscriptShown
from habeas.display.exhibits.shown_places import (
    CitedPlaces,
    OutlinedRectangle,
    cited_places,
    still_of,
    time_of,
)
from habeas.display.locations import of_location, place_of
from habeas.display.proofs import EntryProof, entry_proof
from habeas.display.references import EntryReference, Marked, Target, Turning

if TYPE_CHECKING:
    from habeas.archive.opening import Archive
    from habeas.vocabulary.locations import Location

LAYERS = 200  # of one file, listed
_SECTIONS = {"time": recordings.SECTION, "rectangle": "picture"}  # where a place is shown


@dataclass(frozen=True, slots=True)
class ExhibitWords(Marked):
    """What is known of an exhibit without opening it."""

    position: int
    url: Target
    title: words.TextWords
    filename: str
    media_type: str
    size_bytes: int
    received_from: str
    received_on: words.Dated | None
    plain_sha256: str
    address: str
    note: str


@dataclass(frozen=True, slots=True)
class ListedExhibit(ExhibitWords):
    """An exhibit in a list, with the state of its reading."""

    reading: readings.StateWords


@dataclass(frozen=True, slots=True)
class ExhibitsShown:
    """A part of the exhibits, in the order in which they were sealed."""

    title: str
    exhibits: tuple[ListedExhibit, ...]
    pages: Turning


@dataclass(frozen=True, slots=True)
class HoldShown(Marked):
    """A legal hold that lies on an exhibit."""

    position: int
    authority: str
    reason: str
    entry: EntryReference


@dataclass(frozen=True, slots=True)
class LayerShown(Marked):
    """One reading's text; ``length`` in code points."""

    position: int
    reader: str
    reader_version: str
    settings: str
    length: int
    text_sha256: str
    inner_path: str
    entry: EntryReference


@dataclass(frozen=True, slots=True)
class ExhibitShown:
    """One exhibit: what it is, its custody, what opening it gave, its text and pictures."""

    title: str
    exhibit: ExhibitWords
    custody: CustodyShown
    holds: tuple[HoldShown, ...]
    reading: readings.FileState
    recording: RecordingShown | None
    transcript_of: tuple[TranscriptShown, ...]
    inside: readings.InnerFiles
    cited_places: CitedPlaces
    layers: tuple[LayerShown, ...]
    text: TextShown | None
    may_cite: bool
    placing: Placing
    still: Target | None
    cited_now: str
    cite: str
    longest_quote: int
    original: OriginalOffer
    proof: EntryProof


def exhibits(viewer: Viewer, query: Query) -> ExhibitsShown:
    """A part of the exhibits, with the state of each one's reading."""
    found, pages = paged(visible(viewer, Exhibit), query)
    states = readings.states_of(viewer, [row.position for row in found])
    listed = tuple(ListedExhibit(**_known(row), reading=states[row.position]) for row in found)
    return ExhibitsShown(_("Exhibits"), listed, pages)


def _known(row: Exhibit) -> dict[str, Any]:
    return {
        "position": row.position,
        "url": Target("exhibit", row.position),
        "title": words.text(row.title or row.filename),
        "filename": row.filename,
        "media_type": row.media_type,
        "size_bytes": row.size_bytes,
        "received_from": row.received_from,
        "received_on": words.date_words(row.received_on),
        "plain_sha256": row.plain_sha256,
        "address": row.address,
        "note": row.note,
    }


def exhibit(
    archive: Archive, viewer: Viewer, position: int, query: Query, *, by: str | None = None
) -> ExhibitShown:
    """The exhibit at a position, and a part of its text; raises ``NotThere`` or ``Gone``.

    ``by``: in whose name the reader may cite and take the original; None where they may not.
    """
    row = one(viewer, Exhibit, position)
    asked = _asked(viewer, row, query)
    reading = readings.chosen(viewer, row, query)
    placed = AskedPlace(archive, viewer, row, reading, query)
    query = placed.led_to()
    read, layer = _layers_of(viewer, row, reading, query)
    original = offered(row, by)
    part = ReadingPart(archive, viewer, query, position, layer, reading)
    text = part.shown() if layer is not None or part.pictures else None
    if text is not None:
        text = _outlined(text, placed.location)
    quote = (text.quote if text else "") or _("the exact words")
    page = part.page if part.by_page else None
    path = reading.inner_path if reading is not None else ""
    cited = cited_places(viewer, position, path, asked)
    at = cited.asked.place if cited.asked is not None else None
    if at is None and placed.location is not None:
        at = of_location(placed.location, path)
    recording = recordings.shown(
        *(archive, viewer, row, reading, query),
        time_of(at) if at is not None and at.form == "time" else None,
    )
    now = query.text("cited")
    holds = visible(viewer, Hold).filter(target=position, ended_at__isnull=True)
    return ExhibitShown(
        title=row.title or row.filename,
        exhibit=ExhibitWords(**_known(row)),
        custody=custody_of(archive, viewer, row),
        holds=tuple(
            HoldShown(
                hold.position, hold.authority, hold.reason, EntryReference("hold", hold.position)
            )
            for hold in holds.order_by("position")[:20]
        ),
        reading=readings.state_of(
            reading, blocked=original.state == "blocked", with_text=bool(read)
        ),
        recording=recording,
        transcript_of=recordings.transcript_of(viewer, position),
        inside=readings.inside(viewer, position, query),
        cited_places=cited,
        layers=tuple(map(_layer, read)),
        text=text,
        may_cite=by is not None and layer is not None,
        placing=placed.shown(
            _forms(text, recording, original.state == "blocked"),
            None if text is None or text.picture is None else text.picture.page,
            0 if recording is None else recording.duration_ms,
            may_cite=by is not None,
        ),
        still=still_of(asked)
        if asked is not None and asked.form == "time" and recording and recording.kind == "film"
        else None,
        cited_now=now if now in ("new", "before") else "",
        cite=readings.cite_command(position, reading, page, quote) if layer else "",
        longest_quote=LONGEST_QUOTE,
        original=original,
        proof=entry_proof(archive, viewer, position),
    )


def _forms(
    text: TextShown | None, recording: RecordingShown | None, blocked: bool
) -> tuple[str, ...]:
    """In which forms a place of the file can be cited: of what is shown of it."""
    if blocked:
        return ()
    there = {
        "rectangle": text is not None and text.picture is not None,
        "time": recording is not None,
        "cell": text is not None and text.table is not None,
        "whole": True,
    }
    return tuple(form for form, is_there in there.items() if is_there)


def _outlined(text: TextShown, at: Location | None) -> TextShown:
    """The text with the rectangle that was asked for on the picture of its page."""
    if text.picture is None or at is None or at.form != "rectangle" or at.edges is None:
        return text
    if at.page != text.picture.page:
        return text
    left, top, right, bottom = at.edges
    box = OutlinedRectangle(left, top, right - left, bottom - top, current=True)
    others = tuple(replace(each, current=False) for each in text.picture.rectangles)
    return replace(text, picture=replace(text.picture, rectangles=(*others, box)))


def passage(viewer: Viewer, position: int) -> Elsewhere:
    """Where a passage is shown: its place in its exhibit. ``NotThere`` or ``Gone``."""
    row = one(viewer, Passage, position)
    one(viewer, Exhibit, row.exhibit)
    place: dict[str, object] = {}
    section = ""
    if row.layer is not None:
        place = {
            "layer": row.layer,
            "window": layers.window_of(row.start),
            "from": row.start,
            "to": row.stop,
        }
        section = f"passage-{position}"
    if row.form:
        if row.layer is None:
            place = _of_place(viewer, row)
            section = _SECTIONS.get(row.form, "place")
        place["passage"] = position
    asked = tuple((name, str(value)) for name, value in place.items())
    return Elsewhere(Target("exhibit", row.exhibit, asked, section))


def _of_place(viewer: Viewer, row: Passage) -> dict[str, object]:
    """What asks for the page, the moment or the file inside that a place is of."""
    place: dict[str, object] = {}
    at = place_of(row)
    if row.inner_path:
        read = newest(viewer, Reading).filter(exhibit=row.exhibit, inner_path=row.inner_path)
        if (inner := read.order_by("-position").first()) is not None:
            place["file"] = inner.position
    if at.page is not None:
        place["page"] = at.page
    return place


def _asked(viewer: Viewer, exhibit: Exhibit, query: Query) -> Passage | None:
    """The place that was led to; one of another exhibit is not there."""
    wanted = query.number("passage")
    if wanted is None:
        return None
    rows = visible(viewer, Passage).filter(position=wanted, exhibit=exhibit.position)
    found = rows.exclude(form="").first()
    if found is None:
        raise NotThere
    return found


def _layers_of(
    viewer: Viewer, exhibit: Exhibit, reading: Reading | None, query: Query
) -> tuple[list[Layer], Layer | None]:
    """The texts of this one file, the earliest first, and the one to show.

    That is the one asked for; else that of the reading; else, before any, the newest.
    """
    rows = visible(viewer, Layer).filter(exhibit=exhibit.position).order_by("position")
    wanted = query.number("layer")
    if wanted is None:
        path = reading.inner_path if reading is not None else ""
        found = list(rows.filter(inner_path=path)[:LAYERS])
        if reading is None:
            return found, found[-1] if found else None
        return found, next((row for row in found if row.position == reading.layer), None)
    asked = rows.filter(position=wanted).first()
    if asked is None:
        raise NotThere
    return list(rows.filter(inner_path=asked.inner_path)[:LAYERS]), asked


def _layer(layer: Layer) -> LayerShown:
    return LayerShown(
        position=layer.position,
        reader=layer.reader,
        reader_version=layer.reader_version,
        settings=layer.settings,
        length=layer.length,
        text_sha256=layer.text_sha256,
        inner_path=layer.inner_path,
        entry=EntryReference("layer", layer.position),
    )
