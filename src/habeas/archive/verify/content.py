"""The content: each object against its address, each quote against its text, each place too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from habeas.archive import models as m
from habeas.archive.exhibits.located import location_of, range_of
from habeas.archive.exhibits.places import Places, places_in
from habeas.archive.readings import bounds_of, layer_text
from habeas.archive.store.pieces import in_pieces
from habeas.archive.store.still import part
from habeas.archive.verify.report import UNREADABLE, Progress, Report, Sample, words_of
from habeas.custody.checks.fixity import audit_objects
from habeas.custody.objects.object_store import ADDRESS
from habeas.vocabulary import locations

if TYPE_CHECKING:
    from habeas.archive.opening import Archive


def check_objects(
    archive: Archive, report: Report, progress: Progress, sample: Sample | None
) -> None:
    expected = set(_addresses(report))
    taken = expected if sample is None else sample.of(expected)
    report.objects, report.objects_left = len(taken), len(expected) - len(taken)
    report.faults.extend(
        audit_objects(archive.objects, taken, lambda done, total: progress("Objects", done, total))
    )
    report.leftovers = sorted(set(archive.objects.addresses()) - expected)


def _addresses(report: Report) -> Iterator[str]:
    """The addresses of kept keys; one that is none is named."""
    for address in m.ContentObjectKey.objects.values_list("address", flat=True).iterator():
        if isinstance(address, str) and ADDRESS.fullmatch(address):
            yield address
        else:
            report.fault("content.altered", None, "A kept key is of no object: it was altered.")


def never_recorded(archive: Archive, addresses: Iterable[str]) -> list[str]:
    """Which of these objects still belong to no entry: somebody may have recorded some by now."""
    return [
        address
        for several in in_pieces(list(addresses))
        for address in _without_key(several)
        if archive.objects.exists(address)
    ]


def _without_key(addresses: Sequence[str]) -> Iterator[str]:
    found = m.ContentObjectKey.objects.filter(address__in=addresses)
    recorded = set(found.values_list("address", flat=True))
    return (address for address in addresses if address not in recorded)


def check_quotes(archive: Archive, report: Report, progress: Progress) -> None:
    positions = list(m.Layer.objects.order_by("position").values_list("position", flat=True))
    for done, position in enumerate(positions, 1):
        try:
            with part():
                _check_layer(archive, report, m.Layer.objects.get(position=position))
        except UNREADABLE as error:
            words = "it is not text" if isinstance(error, UnicodeError) else words_of(error)
            report.fault("layer.altered", _whole(position), f"Text layer {position}: {words}")
        progress("Quotes", done, len(positions))


def check_locations(archive: Archive, report: Report, progress: Progress) -> None:
    """Each place that is not words: its exhibit, its reading, its bounds. Never what it shows."""
    found = m.Passage.objects.exclude(form="").order_by("position")
    positions = list(found.values_list("position", flat=True))
    places = _LastPlaces(archive)
    for done, position in enumerate(positions, 1):
        try:
            with part():
                wrong = _wrong_place(places, m.Passage.objects.get(position=position))
        except UNREADABLE as error:
            wrong = words_of(error)
        if wrong:
            message = f"The place at entry {position} does not hold: {wrong}"
            report.fault("location.outside", _whole(position), message)
        report.locations += 1
        progress("Places", done, len(positions))


class _LastPlaces:
    """The places of the map that was read last: those of one sheet come one after another."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._address, self._places = "", Places()

    def of(self, address: str) -> Places:
        if address != self._address:
            data = self._archive.read_object(address, even_blocked=True) if address else b""
            self._address, self._places = address, places_in(data) if data else Places()
        return self._places


def _wrong_place(read: _LastPlaces, passage: m.Passage) -> str:
    """What is wrong with a place; '' where nothing is."""
    location = location_of(passage)
    if not m.Exhibit.objects.filter(position=passage.exhibit).exists():
        return "its exhibit is not there."
    reading = m.Reading.objects.filter(
        position=-1 if passage.reading is None else passage.reading
    ).first()
    if reading is None and (passage.reading is not None or location.form != "whole"):
        return "the reading that bounds it is not there."
    if reading is None:
        return ""
    if (reading.exhibit, reading.inner_path) != (passage.exhibit, passage.inner_path):
        return "the reading that bounds it is of another file."
    wrong = next(locations.problems(location), None)
    wrong = wrong or locations.outside(location, bounds_of(reading))
    if wrong is not None:
        return " ".join(wrong)
    if location.in_table:
        if reading.layer is None or reading.layer != passage.layer:
            return "its text is not that of its reading."
        if range_of(read.of(reading.map_address), location) != (passage.start, passage.stop):
            return "the reading has that cell or row at another place of its text."
    return ""


def _check_layer(archive: Archive, report: Report, layer: m.Layer) -> None:
    text = layer_text(archive, layer, even_blocked=True)
    for passage in m.Passage.objects.filter(layer=layer.position).order_by("position"):
        report.quotes += 1
        start, stop = passage.start, passage.stop
        inside = 0 <= start <= stop <= len(text)
        if not inside or text[start:stop].replace("\x00", "\u2400") != passage.quote:
            report.fault(
                "passage.differs",
                passage.position,
                f"The quote of passage {passage.position} is not what its text says.",
            )
        elif passage.exhibit != layer.exhibit:
            report.fault(
                "passage.differs",
                passage.position,
                f"Passage {passage.position} is of exhibit {passage.exhibit}, and its text is of "
                f"exhibit {layer.exhibit}.",
            )


def _whole(position: object) -> int | None:
    return position if isinstance(position, int) else None
