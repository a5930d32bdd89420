"""Places that are not words: found in what a reading says of a file, and cited once.

Invariants: a place is checked against one logged reading, by default the one that stands; a cell
or row is one that the reading's places name, and its words are those of the reading's text; what
is not there is refused with what is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from habeas.archive import models as m
from habeas.archive import rules, verbs
from habeas.archive.access import OWNER, Viewer, newest, visible
from habeas.archive.access.blocked_bytes import refuse_blocked
from habeas.archive.errors import PassageOutside, QuoteNotFound, UnknownReference
from habeas.archive.exhibits import places as placing
from habeas.archive.exhibits.located import range_of
from habeas.archive.exhibits.places import Places
from habeas.archive.ledger.committed_entries import Ref, entry_id_at
from habeas.archive.readings import bounds_of, layer_text
from habeas.archive.store.facts import stored_json
from habeas.archive.verbs.referring import Marking, marking_as_exhibit
from habeas.vocabulary import locations
from habeas.vocabulary.locations import Bounds, Location

if TYPE_CHECKING:
    from habeas.archive.opening import Archive


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """A place with the reading that bounds it; of a cell or row, its words in the text."""

    exhibit: int
    location: Location
    reading: m.Reading | None
    range: verbs.LayerRange | None = None

    @property
    def quote(self) -> str:
        return "" if self.range is None else self.range.text[self.range.start : self.range.stop]


class LocatedFile:
    """One file of an exhibit in which places are found, with what its latest reading says of it.

    Its text is read once, however many of its cells are asked for.
    """

    def __init__(self, archive: Archive, viewer: Viewer, exhibit: int, *, inner: str = "") -> None:
        self._archive, self._viewer, self._exhibit, self._inner = archive, viewer, exhibit, inner
        readings = newest(viewer, m.Reading).filter(exhibit=exhibit, inner_path=inner)
        self._reading = readings.order_by("-position").first()

    def find(self, location: Location) -> FoundPlace:
        """The place in the file; refused with the bounds where it is not."""
        read = self._reading
        if read is None and (self._inner or location.form != "whole"):
            raise UnknownReference(
                f"Exhibit {self._exhibit} has no reading of {self._inner!r}."
                if self._inner
                else f"Exhibit {self._exhibit} was not read yet, so the place cannot be checked.",
                next_step="`habeas reading report --state read` lists the files inside."
                if self._inner
                else "Read it with `habeas reading work`.",
            )
        rules.refuse(rules.location(location, self._bounds))
        if not location.in_table or read is None:
            return FoundPlace(self._exhibit, location, read)
        places, layer, text = self._opened
        start, stop = range_of(places, location)
        return FoundPlace(self._exhibit, location, read, verbs.LayerRange(layer, text, start, stop))

    def written(self, text: str) -> Location:
        """The place that is written; a sheet may be given by its name."""
        return locations.parse(text, self._sheets)

    def _sheets(self) -> list[str]:
        try:
            return [sheet.name for sheet in self._opened[0].tables.sheets]
        except PassageOutside:
            return []

    @cached_property
    def _bounds(self) -> Bounds:
        return Bounds() if self._reading is None else bounds_of(self._reading)

    @cached_property
    def _opened(self) -> tuple[Places, Ref, str]:
        wanted = -1 if self._reading is None or self._reading.layer is None else self._reading.layer
        layer = visible(self._viewer, m.Layer).filter(position=wanted).first()
        if layer is None:
            raise PassageOutside(
                "The file has no sheets or tables that were read.",
                next_step="Cite the whole file, or a rectangle of a page.",
            )
        refuse_blocked(layer.address)
        ref = Ref(entry_id_at(layer.position), layer.position)
        return placing.of_layer(self._archive, layer), ref, layer_text(self._archive, layer)


def find(
    archive: Archive, viewer: Viewer, exhibit: int, location: Location, *, inner: str = ""
) -> FoundPlace:
    """The place in an exhibit, or in a file inside it; refused with the bounds where it is not."""
    return LocatedFile(archive, viewer, exhibit, inner=inner).find(location)


def written(
    archive: Archive, viewer: Viewer, exhibit: int, text: str, *, inner: str = ""
) -> Location:
    """The place that is written of an exhibit; a sheet may be given by its name."""
    return LocatedFile(archive, viewer, exhibit, inner=inner).written(text)


def cite(
    archive: Archive, exhibit: m.Exhibit, location: Location, *, inner: str = "", quote: str = ""
) -> tuple[FoundPlace, int, bool]:
    """Cite a place as its exhibit is marked: the place, its entry, whether that is new.

    ``quote``: what somebody reads there; of a cell or row nothing else than its own words.
    """
    found = find(archive, OWNER, exhibit.position, location, inner=inner)
    if location.in_table and quote and quote != found.quote:
        raise QuoteNotFound(
            f"The {location.form} holds other words: {found.quote[:200]}",
            next_step="Leave the quote out: the words are taken from the file.",
        )
    label = exhibit.label if found.reading is None else found.reading.label
    made, new = locate_once(archive, found, label, marking_as_exhibit(exhibit), quote=quote)
    return found, made, new


def located_already(found: FoundPlace, quote: str, label: str) -> int | None:
    """The entry that cites this very place under an access label, if there is one."""
    reading = None if found.reading is None else found.reading.position
    rows = m.Passage.objects.filter(
        exhibit=found.exhibit, form=found.location.form, reading=reading, label=label,
        place=stored_json(found.location.numbers), quote=found.quote or quote,
    )  # fmt: skip
    return rows.order_by("position").values_list("position", flat=True).first()


def locate_once(
    archive: Archive, found: FoundPlace, label: str, marking: Marking, *, quote: str = ""
) -> tuple[int, bool]:
    """The entry that cites this place, and whether it is new; ``label``: what it would have."""
    known = located_already(found, quote, label)
    if known is not None:
        return known, False
    with archive.writing() as batch:
        known = located_already(found, quote, label)
        if known is not None:
            return known, False
        made = verbs.locate(
            batch,
            found.exhibit,
            found.location,
            reading=None if found.reading is None else found.reading.position,
            words=found.range,
            quote=quote,
            marking=marking,
        )
    return made.position, True
