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
from habeas.vocabulary.locations import Bounds

KIND: Final = "location"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,9}")
_RUN = re.compile(r"([1-9][0-9]{0,6})(?:-([1-9][0-9]{0,6}))? [1-9][0-9]{0,9}x[1-9][0-9]{0,9}")
_STREAM = re.compile(r"stream_(0|[1-9][0-9]{0,2})")

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CheckedPlace:
    """``bounded``: by what is in the bundle; else only that it is written as a place must be."""

    bounded: bool


def check_place(
    fields: Fields, find: Callable[[str], Fields], text_of: Callable[[str], str | None]
) -> CheckedPlace:
    """Check one place; ``DoesNotHold`` says why it does not hold.

    ``find`` gives the disclosed fields of an entry by its id, none where it is not here;
    ``text_of`` the text of a layer.
    """
    exhibit = find(str(fields.get("exhibit", "")))
    if exhibit and exhibit.get("kind") != "exhibit":
        raise DoesNotHold("is a place in something that is not an exhibit")
    if "form" not in fields:
        return CheckedPlace(bounded=False)
    try:
        location = locations.of_fields(fields)
    except BadLocation:
        raise DoesNotHold("is not written as a place must be") from None
    if next(locations.problems(location), None) is not None:
        raise DoesNotHold("is not written as a place must be")
    if "reading" not in fields:
        if location.form != "whole":
            raise DoesNotHold("names no reading that bounds it")
        return CheckedPlace(bounded=bool(exhibit))
    reading = find(str(fields["reading"]))
    if not reading:
        return CheckedPlace(bounded=False)
    if reading.get("kind") != "reading" or reading.get("exhibit") != fields.get("exhibit"):
        raise DoesNotHold("is bounded by a reading of another file")
    if reading.get("inner_path", "") != fields.get("inner_path", ""):
        raise DoesNotHold("is bounded by a reading of another file")
    if location.in_table:
        return _in_text(fields, reading, text_of)
    if location.form != "whole" and "metadata" not in reading:
        return CheckedPlace(bounded=False)
    if locations.outside(location, bounds(reading)) is not None:
        raise DoesNotHold("is outside what the reading of its file says")
    return CheckedPlace(bounded=True)


def _in_text(fields: Fields, reading: Fields, text_of: Callable[[str], str | None]) -> CheckedPlace:
    layer = str(fields.get("layer", ""))
    if not layer or reading.get("layer", layer) != layer:
        raise DoesNotHold("is in another text than that of its reading")
    text = text_of(layer)
    if text is None:
        return CheckedPlace(bounded=False)
    start, stop = fields["start"], fields["stop"]
    if not 0 <= start <= stop <= len(text) or text[start:stop] != fields.get("quote", ""):
        raise DoesNotHold("quotes words that are not at that place")
    return CheckedPlace(bounded=True)


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
        pages.append((1, int(reading["pages"])))
    streams = [
        int(match[1])
        for name, words in facts.items()
        if (match := _STREAM.fullmatch(name)) and "kind=" in str(words)
    ]
    return Bounds(duration, tuple(pages), tuple(sorted(streams)), bool(duration and width))


def _number(facts: Mapping[str, Any], name: str) -> int:
    written = str(facts.get(name, ""))
    return int(written) if _NUMBER.fullmatch(written) else 0
