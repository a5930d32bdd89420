"""What is shown of inventories side by side: how many are on each, what two share, who is on which.

Nothing is computed here; every mark of the grid is a claim that a reader can open.
"""

from __future__ import annotations

from dataclasses import dataclass

from habeas.display import words
from habeas.display.asking import Query, cut
from habeas.display.figures.drawings import ClaimNumber, claim_numbers
from habeas.display.references import Marked, Target, Turning
from habeas.figures.definition.wording import between_words
from habeas.figures.evaluation.results import CountedFigure, Evaluation

SITES = 100  # rows of the grid in one part


@dataclass(frozen=True, slots=True)
class InventoryMaker(Marked):
    """A source of an inventory."""

    name: words.TextWords
    url: Target


@dataclass(frozen=True, slots=True)
class SharedShown:
    """How many sites an inventory shares with another: '' with itself."""

    other: str
    least: int | None
    most: int | None
    words: str


@dataclass(frozen=True, slots=True)
class InventoryShown:
    """One inventory, what it shares with each in order, and how many are on it alone."""

    name: str
    includes: str
    makers: tuple[InventoryMaker, ...]
    least: int
    most: int
    words: str
    alone: int
    shared: tuple[SharedShown, ...]


@dataclass(frozen=True, slots=True)
class GridSite(Marked):
    """A site by the caption that a figure knows it under."""

    caption: words.TextWords
    url: Target


@dataclass(frozen=True, slots=True)
class GridRow:
    """A site, and for each inventory the claim that puts it there; None: it is not on it."""

    site: GridSite
    on: tuple[ClaimNumber | None, ...]


@dataclass(frozen=True, slots=True)
class InventoriesShown:
    """The inventories side by side; ``exact``: whether so few in all are possible."""

    lists: tuple[InventoryShown, ...]
    least: int
    most: int
    exact: bool
    rows: tuple[GridRow, ...]
    pages: Turning


def inventories(evaluation: Evaluation, query: Query) -> InventoriesShown | None:
    """The inventories of a count; None for other figures."""
    found = evaluation.inventories if isinstance(evaluation, CountedFigure) else None
    if found is None:
        return None
    captions = evaluation.captions
    in_order = sorted(
        found.on, key=lambda r: (-len(found.on[r]), captions.get(r, "").casefold(), r)
    )
    shown, pages = cut(in_order, query, SITES, cursor="site", section="inventories")
    shared = {(each.left, each.right): each for each in found.shared}

    def cell(one: int, other: int) -> SharedShown:
        if one == other:
            return SharedShown(found.lists[other].name, None, None, "")
        each = shared[min(one, other), max(one, other)]
        name, words_ = found.lists[other].name, between_words(each.least, each.most)
        return SharedShown(name, each.least, each.most, words_)

    def row(record: int) -> GridRow:
        claims = dict(zip(found.on[record], found.grounds[record], strict=True))
        return GridRow(
            GridSite(words.text(captions.get(record, "")), Target("record", record)),
            tuple(
                claim_numbers((claims[n],))[0] if n in claims else None
                for n in range(len(found.lists))
            ),
        )

    return InventoriesShown(
        tuple(
            InventoryShown(
                each.name,
                each.includes,
                tuple(
                    InventoryMaker(
                        words.text(evaluation.sources[position].title), Target("source", position)
                    )
                    for position in each.sources
                ),
                each.fewest.number,
                each.number,
                between_words(each.fewest.number, each.number),
                each.alone,
                tuple(cell(n, other) for other in range(len(found.lists))),
            )
            for n, each in enumerate(found.lists)
        ),
        found.fewest.number,
        len(found.on),
        found.fewest.exact,
        tuple(map(row, shown)),
        pages,
    )
