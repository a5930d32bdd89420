"""cite: an exact place in the text of an exhibit, by the words that stand there."""

from __future__ import annotations

from typing import Annotated

import typer

from habeas.archive import models as m
from habeas.archive.access import OWNER, visible
from habeas.archive.errors import UnknownReference
from habeas.archive.exhibits.quoting import cite_once, read_text, spots, the_spot
from habeas.archive.readings import locator_words
from habeas.archive.verbs.referring import marking_as_exhibit
from habeas.cli.session import Session


def cite(
    session: Session,
    exhibit: Annotated[int, typer.Argument(metavar="EXHIBIT", help="The exhibit's number.")],
    quote: Annotated[
        str, typer.Argument(metavar="QUOTE", help="The words to cite, exactly as in the text.")
    ],
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
    """Cite a place in an exhibit's text.

    White space in the quote stands for any white space in the text. Words that stand in several
    places are refused, and the places are listed. The same place twice is one passage.
    """
    archive = session.open()
    row = visible(OWNER, m.Exhibit).filter(position=exhibit).first()
    if row is None:
        raise UnknownReference(
            f"Entry {exhibit} is not an exhibit.",
            next_step="`habeas reading report` gives the numbers of exhibits.",
        )
    read = read_text(archive, OWNER, exhibit, inner=inner, layer=layer)
    spot = the_spot(spots(read, quote, page=page), quote, occurrence)
    position, new = cite_once(
        archive, read.layer, read.text, spot.start, spot.stop, marking_as_exhibit(row)
    )
    place = locator_words(spot.locator)
    words = [f"exhibit {exhibit}", read.layer.inner_path, place]
    session.say(f"#{position}  {', '.join(filter(None, words))}{' (cited before)' * (not new)}")
    session.say(f"    characters {spot.start}-{spot.stop} of text layer {read.layer.position}")
    step = (
        f"Record what it shows: write {position} in the column `passages` of a row in claims.csv, "
        "then `habeas import DIR`."
    )
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
