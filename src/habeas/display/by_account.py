"""What is said of a record, by account: who says it, through whom, when, how they know, said once.

Invariants: an account is the claims that show the same attribution in every step, so no two
speakers are one; each claim is in exactly one account; accounts are in the order of the ledger,
never of merit. Of speakers that the viewer may not see nothing is told apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from habeas.display.asking import Query
from habeas.display.cards import Card, Cited, OfProperty, Step
from habeas.display.references import Target, Turning


@dataclass(frozen=True, slots=True)
class AccountOfRecord:
    """One account: its attribution, the passages that all of it rests on, and its claims.

    ``passages``: () where its claims cite different ones, or one of them is folded with its words;
    they then stand with each. ``claims`` are positions, in the order of their properties.
    """

    attribution: tuple[Step, ...]
    passages: tuple[Cited, ...]
    claims: tuple[int, ...]


def arranged(
    properties: Sequence[OfProperty], pages: Turning, query: Query
) -> tuple[AccountOfRecord, ...]:
    """The claims by account; () where they are shown by property.

    By account if not asked otherwise, but where they fill several parts: accounts would be torn.
    """
    by = query.text("by")
    whole = pages.first is None and pages.next is None
    if by == "property" or (by != "account" and not whole):
        return ()
    return accounts(card for group in properties for card in group.claims)


def otherwise(record: int, told: Sequence[AccountOfRecord]) -> Target:
    """The same claims in the other arrangement."""
    by = "property" if told else "account"
    return Target("record", record, (("by", by),), section="said")


def accounts(cards: Iterable[Card]) -> tuple[AccountOfRecord, ...]:
    """The claims by account."""
    told: dict[tuple[Step, ...], list[Card]] = defaultdict(list)
    for card in cards:
        told[card.attribution].append(card)
    found = sorted(told.items(), key=lambda account: min(card.position for card in account[1]))
    return tuple(
        AccountOfRecord(attribution, _alike(said), tuple(card.position for card in said))
        for attribution, said in found
    )


def _alike(said: list[Card]) -> tuple[Cited, ...]:
    passages = {card.passages for card in said}
    if len(passages) > 1 or any(card.folded for card in said):
        return ()
    return passages.pop()
