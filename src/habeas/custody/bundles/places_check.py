"""Places that are not words: that each is inside its file, as the reading in the bundle says.

The same rule as the archive's, made from what the bundle discloses alone. Invariants: what a place
shows is not looked at; a reading that is not in the bundle, or whose facts are withheld, bounds
nothing and is counted as such; words of a cell or row are compared with the text where it is here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from habeas.custody.bundles.files import DoesNotHold
from habeas.vocabulary import locations
from habeas.vocabulary.errors import BadLocation
from habeas.vocabulary.locations import FURTHEST, MILLIONTHS, Bounds, Location

KIND: Final = "location"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,9}")
_RUN = re.compile(r"([1-9][0-9]{0,6})(?:-([1-9][0-9]{0,6}))? [1-9][0-9]{0,9}x[1-9][0-9]{0,9}")
_STREAM = re.compile(r"stream_(0|[1-9][0-9]{0,2})")
_TYPES: Final = {
    **dict.fromkeys(("exhibit", "reading", "layer", "inner_path", "quote", "form"), str),
    **dict.fromkeys(("start", "stop", "pages"), int),
    "metadata": dict,
}
#: In place of a number that is not disclosed: one with which any other may be.
_ANY: Final = Location(
    "", sheet=1, row=1, column=1, page=1,
    left=0, top=0, right=MILLIONTHS, bottom=MILLIONTHS, from_ms=0, to_ms=FURTHEST,
)  # fmt: skip

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CheckedPlace:
    """``bounded``: by what is in the bundle; else only that it is written as a place must be."""

    bounded: bool


def well_written(fields: Fields) -> bool:
    """Whether what is disclosed of a place, passage or reading is of the types it must be of."""
    typed = all(type(fields[name]) is kind for name, kind in _TYPES.items() if name in fields)
    return typed and all(type(word) is str for word in fields.get("metadata", {}).values())


def refuse_other_text(fields: Fields, find: Callable[[str], Fields]) -> None:
    """Refuse a text that is not of the file that is cited, as far as both are disclosed."""
    layer, exhibit = find(fields.get("layer", "")), fields.get("exhibit")
    of = layer.get("exhibit", exhibit)
    if layer and (layer.get("kind") != "layer" or (exhibit is not None and of != exhibit)):
        raise DoesNotHold("is in a text of another file")


def stands_there(fields: Fields, text: str | bytes | None) -> bool | None:
    """Whether the words stand where it is said; None where what tells is not disclosed."""
    start, stop = fields.get("start"), fields.get("stop")
    if text is None or start is None or stop is None:
        return None
    if not 0 <= start <= stop <= len(text):
        return False
    quote = fields.get("quote", None if start < stop else text[:0])
    return None if quote is None else bool(text[start:stop] == quote)


def check_place(
    fields: Fields, find: Callable[[str], Fields], text_of: Callable[[str], str | None]
) -> CheckedPlace:
    """Check one place; ``DoesNotHold`` says why it does not hold.

    ``find`` gives the disclosed fields of an entry by its id, none where it is not here;
    ``text_of`` the text of a layer. What is withheld looks like what was never stated: of a place
    of which something is not disclosed it is not said that it is inside, nor that it is not.
    """
    if not well_written(fields):
        raise DoesNotHold("is not written as a place must be")
    exhibit = find(fields.get("exhibit", ""))
    if exhibit and exhibit.get("kind") != "exhibit":
        raise DoesNotHold("is a place in something that is not an exhibit")
    refuse_other_text(fields, find)
    if "form" not in fields:
        return CheckedPlace(bounded=False)
    location, whole = _location(fields)
    if not whole or "exhibit" not in fields:
        return CheckedPlace(bounded=False)
    if "reading" not in fields:
        return CheckedPlace(bounded=location.form == "whole" and bool(exhibit))
    reading = find(fields["reading"])
    if not reading:
        return CheckedPlace(bounded=False)
    if not well_written(reading) or reading.get("kind") != "reading":
        raise DoesNotHold("is bounded by something that is not written as a reading")
    other = reading.get("exhibit", fields["exhibit"]) != fields["exhibit"]
    if other or reading.get("inner_path", "") != fields.get("inner_path", ""):
        raise DoesNotHold("is bounded by a reading of another file")
    if "exhibit" not in reading:
        return CheckedPlace(bounded=False)
    if location.in_table:
        return _in_text(fields, reading, text_of)
    if location.form != "whole" and "metadata" not in reading:
        return CheckedPlace(bounded=False)
    if locations.outside(location, bounds(reading)) is not None:
        raise DoesNotHold("is outside what the reading of its file says")
    return CheckedPlace(bounded=True)


def _location(fields: Fields) -> tuple[Location, bool]:
    """The place, and whether all of it is disclosed; what is must be as it must be written."""
    try:
        location = locations.of_fields(fields)
    except BadLocation:
        raise DoesNotHold("is not written as a place must be") from None
    lacking = locations.lacking(location)
    given = {**location.numbers, **{name: _ANY.numbers[name] for name in lacking}}
    filled = Location(location.form, **given)
    if next(locations.problems(filled), None) is not None:
        raise DoesNotHold("is not written as a place must be")
    return location, not lacking


def _in_text(fields: Fields, reading: Fields, text_of: Callable[[str], str | None]) -> CheckedPlace:
    layer = fields.get("layer")
    if layer is None or "layer" not in reading:
        return CheckedPlace(bounded=False)
    if reading["layer"] != layer:
        raise DoesNotHold("is in another text than that of its reading")
    found = stands_there(fields, text_of(layer))
    if found is False:
        raise DoesNotHold("quotes words that are not at that place")
    return CheckedPlace(bounded=bool(found))


def bounds(reading: Fields) -> Bounds:
    """What a reading says of the file's size and time (docs/reference/reading.md)."""
    facts: Mapping[str, Any] = reading.get("metadata") or {}
    duration, width = _number(facts, "duration_ms"), _number(facts, "upright_width_px")
    sizes = str(facts.get("page_boxes") or facts.get("page_sizes_px") or "")
    found = [_RUN.fullmatch(run) for run in sizes.split("; ")]
    pages = [(int(run[1]), int(run[2] or run[1])) for run in found if run is not None]
    if width and not duration:
        pages.append((1, 1))
    if reading.get("pages"):
        pages.append((1, reading["pages"]))
    streams = [
        int(match[1])
        for name, words in facts.items()
        if (match := _STREAM.fullmatch(name)) and "kind=" in str(words)
    ]
    return Bounds(duration, tuple(pages), tuple(sorted(streams)), bool(duration and width))


def _number(facts: Mapping[str, Any], name: str) -> int:
    written = str(facts.get(name, ""))
    return int(written) if _NUMBER.fullmatch(written) else 0
