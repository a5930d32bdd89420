"""cite: an exact place in an exhibit, by the words that stand there or by where it is."""

from __future__ import annotations

from typing import Annotated

import typer

from habeas.archive import models as m
from habeas.archive.access import OWNER, visible
from habeas.archive.errors import UnknownReference
from habeas.archive.exhibits import locating
from habeas.archive.exhibits.quoting import cite_once, read_text, spots, the_spot
from habeas.archive.opening import Archive
from habeas.archive.readings import locator_words
from habeas.archive.verbs.referring import marking_as_exhibit
from habeas.cli.session import Session
from habeas.vocabulary import locations
from habeas.vocabulary.locations import Location

_STEP = (
    "Record what it shows: write #{} in the column `passages` of a row in claims.csv, "
    "then `habeas import DIR`."
)


def cite(
    session: Session,
    exhibit: Annotated[int, typer.Argument(metavar="EXHIBIT", help="The exhibit's number.")],
    quote: Annotated[
        str,
        typer.Argument(
            metavar="QUOTE",
            help="The words to cite, exactly as in the text. With --at: what you read there.",
            show_default=False,
        ),
    ] = "",
    at: Annotated[
        str,
        typer.Option(
            metavar="PLACE",
            help="A place that is not words: 'cell C12, sheet 2' (or its name), 'row 12', "
            "'page 3, 10-42.5 across, 5-20 down' (in per cent), '1:02.5-1:09', 'whole file'.",
            show_default=False,
        ),
    ] = "",
    inner: Annotated[
        str,
        typer.Option(
            metavar="PATH", help="A file inside it, such as box.zip!/1.pdf.", show_default=False
        ),
    ] = "",
    page: Annotated[
        int | None,
        typer.Option(metavar="P", min=1, help="The page it is on.", show_default=False),
    ] = None,
    layer: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="A text layer, by its number. Without it: that of the latest reading.",
            show_default=False,
        ),
    ] = None,
    occurrence: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, help="Which one, if it appears several times.", show_default=False
        ),
    ] = None,
) -> None:
    """Cite a place in an exhibit: words of its text, or a place that is not words.

    White space in the quote stands for any white space in the text. Words that stand in several
    places are refused, and the places are listed. The same place twice is one passage.

    A cell, a row, a rectangle of a page or picture or a time of a recording is checked against the
    latest reading of the file, and refused where the file ends before it. That somebody cites a
    place says nothing of what it shows: record that as a claim.
    """
    archive = session.open()
    row = visible(OWNER, m.Exhibit).filter(position=exhibit).first()
    if row is None:
        raise UnknownReference(
            f"Entry {exhibit} is not an exhibit.",
            next_step="`habeas reading report --csv -` lists them with their numbers.",
        )
    if at:
        location = locating.written(archive, OWNER, exhibit, at, inner=inner)
        _cite_place(session, archive, row, location, inner, quote, page or layer)
        return
    if not quote:
        raise typer.BadParameter("give the words to cite, or a place with --at")
    read = read_text(archive, OWNER, exhibit, inner=inner, layer=layer)
    spot = the_spot(spots(read, quote, page=page), quote, occurrence)
    position, new = cite_once(
        archive, read.layer, read.text, spot.start, spot.stop, marking_as_exhibit(row)
    )
    place = locator_words(spot.locator)
    words = [f"exhibit {exhibit}", read.layer.inner_path, place]
    session.say(f"#{position}  {', '.join(filter(None, words))}{' (cited before)' * (not new)}")
    session.say(f"    characters {spot.start}-{spot.stop} of text layer {read.layer.position}")
    step = _STEP.format(position)
    session.say(f"  → {step}")
    session.give(
        {
            "passage": position,
            "new": new,
            "exhibit": exhibit,
            "inner_path": read.layer.inner_path,
            "layer": read.layer.position,
            "start": spot.start,
            "stop": spot.stop,
            "locator": spot.locator,
            "quote": spot.quote,
            "next_step": step,
        }
    )


def _cite_place(
    session: Session,
    archive: Archive,
    exhibit: m.Exhibit,
    location: Location,
    inner: str,
    quote: str,
    other: int | None,
) -> None:
    """Cite a place that is not words."""
    if other is not None:
        raise typer.BadParameter("--at names the whole place: leave out --page and --layer")
    found, position, new = locating.cite(archive, exhibit, location, inner=inner, quote=quote)
    place = locations.words(location)
    words = [f"exhibit {exhibit.position}", inner, place]
    session.say(f"#{position}  {', '.join(filter(None, words))}{' (cited before)' * (not new)}")
    if found.reading is not None:
        session.say(f"    within the bounds of the reading at entry {found.reading.position}")
    step = _STEP.format(position)
    session.say(f"  → {step}")
    session.give(
        {
            "passage": position,
            "new": new,
            "exhibit": exhibit.position,
            "inner_path": inner,
            "reading": None if found.reading is None else found.reading.position,
            "form": location.form,
            "place": location.numbers,
            "words": place,
            "quote": found.quote or quote,
            "next_step": step,
        }
    )
