"""Where a passage is, as one value that every page, twin and list renders.

Words of a text have their code points there; any other place has its form, its numbers and the
words in which it can be typed again (``habeas cite --at``). That a place is cited says nothing of
what is seen or heard there.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from habeas.archive.exhibits.located import location_of
from habeas.archive.models import Passage
from habeas.display.references import optional
from habeas.vocabulary import locations
from habeas.vocabulary.locations import Location

WORDS = "words"  # the form of a passage of a text


@dataclass(frozen=True, slots=True)
class CitedLocation:
    """``form``: words, or one of ``locations.FORMS``; ``words`` '' where it is words of a text.

    Numbers are those of the entry: edges in 1/1,000,000 of the upright page or picture, times in
    milliseconds; ``inner_path``: of a file inside the exhibit.
    """

    form: str
    words: str
    inner_path: str
    sheet: int | None = optional()
    row: int | None = optional()
    column: int | None = optional()
    page: int | None = optional()
    left: int | None = optional()
    top: int | None = optional()
    right: int | None = optional()
    bottom: int | None = optional()
    from_ms: int | None = optional()
    to_ms: int | None = optional()
    stream: int | None = optional()

    @property
    def edges(self) -> tuple[int, int, int, int] | None:
        """Left, top, right, bottom, where it has a rectangle."""
        if self.left is None or self.top is None or self.right is None or self.bottom is None:
            return None
        return self.left, self.top, self.right, self.bottom


def place_of(passage: Passage) -> CitedLocation:
    """Where a passage is."""
    if not passage.form:
        return CitedLocation(WORDS, "", passage.inner_path)
    return of_location(location_of(passage), passage.inner_path)


def of_location(found: Location, inner_path: str) -> CitedLocation:
    """A place that is not words."""
    return CitedLocation(found.form, locations.words(found), inner_path, **found.numbers)


def citing_command(exhibit: int, place: CitedLocation) -> str:
    """The command that cites a place that is not words, to be copied."""
    parts = ["habeas", "cite", str(exhibit), "--at", place.words]
    if place.inner_path:
        parts += ["--inner", place.inner_path]
    return shlex.join(parts)
