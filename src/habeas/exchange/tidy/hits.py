"""What a search found: one row a passage, with the words around those that were found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from habeas.archive import models as m
from habeas.archive.access import visible
from habeas.archive.readings import locator_words
from habeas.exchange.tidy.columns import HandledRow, Row, column, row_type
from habeas.exchange.tidy.reading import TidyReader
from habeas.vocabulary import locations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from habeas.archive.search.searching import Hit


@row_type
class Found(HandledRow):
    """One passage that was found. ``docs/reference/tidy-data.md`` describes each column."""

    exhibit: int = column("number of the exhibit")
    title: str = column("title of the exhibit, else its file's name")
    inner_path: str | None = column("the file inside it", null="the exhibit itself")
    place: str | None = column("page, row or part, in words", null="the text has no parts")
    layer: int = column("number of the text layer")
    start: int = column("where the passage begins in the layer", unit="code points")
    stop: int = column("where it ends", unit="code points")
    text: str = column("the words around what was found")
    language: str | None = column("language of the passage (BCP 47)", null="not recognised")
    script: str | None = column("script of the passage (ISO 15924)", null="not recognised")
    fault: str | None = column("why its words cannot be shown", null="they can")
    cite_exhibit: int | None = column(
        "number of the exhibit in which it is a place that is not words: of a transcript the "
        "recording",
        null="it can be cited by its words only",
    )
    cite_at: str | None = column(
        "that place, as `habeas cite --at` takes it", null="it can be cited by its words only"
    )


def hits(reader: TidyReader, found: Sequence[Hit]) -> Iterator[list[Row]]:
    """The hits of a search that was made for the reader's viewer, the best first."""
    layers = visible(reader.viewer, m.Layer).filter(position__in={hit.layer for hit in found})
    labels = dict(layers.values_list("position", "label"))
    yield [
        (
            hit.exhibit,
            hit.title,
            hit.inner_path or None,
            locator_words(hit.locator) or None,
            hit.layer,
            hit.start,
            hit.stop,
            hit.text,
            hit.language or None,
            hit.script or None,
            hit.fault or None,
            hit.place.exhibit if hit.place else None,
            locations.words(hit.place.location) if hit.place else None,
            *reader.handled(labels[hit.layer]),
        )
        for hit in found
        if hit.layer in labels
    ]
