"""A person's detentions as lines of text and as plain data: for the terminal and for programs.

Renderings of ``episodes.Detentions``; nothing is read or chosen here. Invariants: every value
stands with its speaker and the number of its claim, so that it can be followed with ``habeas why``;
lines do not write out what a page folds unless it is asked for, plain data has it and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from habeas.display import cards
from habeas.display.episodes import Detentions, EpisodeShown
from habeas.display.last_known import Said

_HIDDEN = "a record that is not visible to you"
_UNNAMED = "a source that is not visible to you"


def lines_of(found: Detentions, *, unfold: bool = False) -> Iterator[tuple[int, str]]:
    """Each line with how far it is indented; ``unfold``: what is folded too."""
    if len(found.last_known) > 1:
        yield 0, "It is not certain which of these was last:"
    for status in found.last_known:
        several = "1 account" if status.speakers == 1 else f"{status.speakers} accounts"
        yield 0, f"Last known: {status.said}, {status.as_of.words} ({status.ago}), by {several}"
        yield from _accounts(status.accounts)
    for told in found.undated:
        yield 0, f"Without a date, perhaps later: {told.said}"
        yield from _accounts(told.accounts)
    for account in found.death:
        name = account.source.name.text if account.source else _UNNAMED
        yield 0, f"Of the death, {name}:"
        yield from _said(account.said, alone=True, unfold=unfold)
    if found.episodes:
        yield 0, f"Detentions: {len(found.episodes) + found.more}"
    for episode in found.episodes:
        yield from _episode(episode, unfold=unfold)
    if found.more:
        yield 1, f"{found.more} more are not shown here; the record's page has all."
    if found.ungrouped:
        yield 0, f"In no detention in particular, each a possible one: {len(found.ungrouped)}"
        for possible in found.ungrouped:
            card = possible.claim
            yield 1, f"{card.property.label}: {_value(card, unfold=unfold)}"
    if found.unread:
        yield 0, f"{found.unread} further claims about the person were not read for this."


def folds(found: Detentions) -> bool:
    """Whether something of it is folded."""
    said = [*(each.said for each in found.death), *(each.said for each in found.episodes)]
    cards_shown = [card for some in said for each in some for card in each.accounts]
    cards_shown += [possible.claim for possible in found.ungrouped]
    return any(card.folded for card in cards_shown)


def _episode(episode: EpisodeShown, *, unfold: bool) -> Iterator[tuple[int, str]]:
    yield 1, f"{episode.record.caption.text} ({episode.record.position}): {episode.dates}"
    for overlap in episode.overlaps:
        when = "at the same time as" if overlap.certain else "perhaps at the same time as"
        yield 2, f"{when} {overlap.other.caption.text} ({overlap.other.position})"
    yield from _said(episode.said, unfold=unfold)
    for following in episode.continued_in:
        yield 2, f"then moved to {following.caption.text} ({following.position})"
    if episode.grouped:
        was = "1 of these was" if episode.grouped == 1 else f"{episode.grouped} of these were"
        yield 2, f"{was} said of the person and put here by a judgement"
    if episode.unread:
        yield 2, f"{episode.unread} further claims about it were not read for this"


def _said(said: Sequence[Said], *, alone: bool = False, unfold: bool) -> Iterator[tuple[int, str]]:
    for each in said:
        for card in each.accounts:
            value = _value(card, alone=alone, unfold=unfold)
            yield 1 if alone else 2, f"{each.property.label}: {value}"


def _accounts(accounts: Sequence[cards.Card]) -> Iterator[tuple[int, str]]:
    for card in accounts:
        yield 1, f"{_speaker(card)}, claim {card.position}"


def _value(card: cards.Card, *, alone: bool = False, unfold: bool) -> str:
    said = card.value.leads.text if card.value.leads else _HIDDEN
    if card.folded and not unfold:
        said = "folded"
    if card.stance.code != "asserts":
        said = f"{card.stance.verb}: {said}"
    if card.holds:
        said += f", {card.holds.words}"
    return f"{said} (claim {card.position}{'' if alone else f', {_speaker(card)}'})"


def _speaker(card: cards.Card) -> str:
    return card.speaker.name.text if card.speaker else _UNNAMED


def as_json(found: Detentions) -> dict[str, Any]:
    """Everything of it as plain data; days are ISO 8601, '' where open or not stated."""
    return {
        "last_known": [
            {
                "said": status.said,
                "as_of": status.as_of.edtf,
                "days_ago": status.days_ago,
                "ago": status.ago,
                "speakers": status.speakers,
                "claims": [card.position for card in status.accounts],
            }
            for status in found.last_known
        ],
        "undated": [
            {"said": told.said, "claims": [card.position for card in told.accounts]}
            for told in found.undated
        ],
        "death": [
            {
                "source": account.source.position if account.source else None,
                "said": _said_json(account.said),
            }
            for account in found.death
        ],
        "detentions": [_episode_json(episode) for episode in found.episodes],
        "more": found.more,
        "possible": [_claim_json(possible.claim) for possible in found.ungrouped],
        "unread": found.unread,
    }


def _episode_json(episode: EpisodeShown) -> dict[str, Any]:
    return {
        "record": episode.record.position,
        "caption": episode.record.caption.text,
        "dates": episode.dates,
        "began": {"earliest": episode.began.earliest, "latest": episode.began.latest},
        "ended": {"earliest": episode.ended.earliest, "latest": episode.ended.latest},
        "certain": bool(episode.bar and episode.bar.certain),
        "overlaps": [
            {"record": each.other.position, "certain": each.certain} for each in episode.overlaps
        ],
        "continued_in": [link.position for link in episode.continued_in],
        "said": _said_json(episode.said),
        "grouped": episode.grouped,
        "unread": episode.unread,
    }


def _said_json(said: Sequence[Said]) -> list[dict[str, Any]]:
    return [_claim_json(card) for each in said for card in each.accounts]


def _claim_json(card: cards.Card) -> dict[str, Any]:
    source = card.speaker
    return {
        "claim": card.position,
        "property": card.property.name,
        "stance": card.stance.code,
        "value": card.value.leads.text if card.value.leads else None,
        "folded": card.folded,
        "state": card.value.state,
        "record": card.value.record.position if card.value.record else None,
        "holds": card.holds.edtf if card.holds else "",
        "source": source.position if source else None,
        "source_name": source.name.text if source else None,
    }
