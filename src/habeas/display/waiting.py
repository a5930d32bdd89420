"""What waits before it is public: lists that no one accepted, and whom pictures are said to show.

The same page says which pictures are the same one under two names. Whole pictures are compared,
never faces; nothing here is about a person but what sources say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from habeas.archive.access import Viewer, gates
from habeas.archive.awaiting import ImportedList, SamplePart, imported_lists, shown_on_pictures
from habeas.archive.models import Claim
from habeas.archive.same_pictures import (
    EXHIBIT,
    PLACEHOLDER,
    SamePicture,
    pictures,
    same_pictures,
    uncompared,
)
from habeas.display import cards, words
from habeas.display.asking import by_position
from habeas.display.references import Marked, Target

MOST = 200  # pictures on one page; `habeas pictures list` has all


@dataclass(frozen=True, slots=True)
class AwaitedList:
    """An import; ``state``: waits, older (than the policy), or accepted."""

    position: int
    name: str
    claims: int
    records: int
    state: str
    acceptance: int | None
    person: str
    reason: str
    despite: str
    sample: tuple[SamplePart, ...]


@dataclass(frozen=True, slots=True)
class AwaitedPicture:
    """The claim of whom a picture shows. ``grade_words`` is '' while no one has looked."""

    card: cards.Card
    grade_words: str
    reason: str
    person: str
    contested: bool


@dataclass(frozen=True, slots=True)
class SameShown(Marked):
    """One picture found twice, or known elsewhere."""

    exhibit: int
    url: Target
    shown_as: str
    other: str
    other_url: Target | None
    other_shown_as: str
    bits_apart: int
    conflict: bool


@dataclass(frozen=True, slots=True)
class WaitingShown:
    """The page. ``binds``: the policy asks for acceptances; ``uncompared``: pictures not hashed."""

    title: str
    binds: bool
    another_person: bool
    waiting: tuple[AwaitedList, ...]
    accepted: tuple[AwaitedList, ...]
    pictures: tuple[AwaitedPicture, ...]
    same: tuple[SameShown, ...]
    compared: int
    uncompared: int


def waiting(viewer: Viewer) -> WaitingShown:
    """What this viewer may see of what waits, and of what was accepted on which sample."""
    lists = [_list(each) for each in imported_lists(viewer)]
    rules = gates.policy_at()
    known = pictures(viewer)
    missing = uncompared(viewer, known)
    return WaitingShown(
        title=_("What waits"),
        binds=rules.acceptance,
        another_person=rules.another_person,
        waiting=tuple(each for each in lists if each.acceptance is None),
        accepted=tuple(each for each in lists if each.acceptance is not None),
        pictures=_pictures(viewer),
        same=tuple(map(_same, same_pictures(viewer)[:MOST])),
        compared=len(known) - len(missing),
        uncompared=len(missing),
    )


def _pictures(viewer: Viewer) -> tuple[AwaitedPicture, ...]:
    said = shown_on_pictures(viewer)[:MOST]
    rows = by_position(viewer, Claim, [each.claim for each in said])
    shown = cards.cards(viewer, [rows[each.claim] for each in said])
    return tuple(
        AwaitedPicture(
            card,
            words.code_words("depiction", each.grade) if each.grade else "",
            each.reason,
            each.person,
            each.contested,
        )
        for each, card in zip(said, shown, strict=True)
    )


def _list(each: ImportedList) -> AwaitedList:
    state = "accepted" if each.acceptance is not None else "waits" if each.binds else "older"
    return AwaitedList(
        *(each.position, each.name, each.claims, each.records, state, each.acceptance),
        *(each.person, each.reason, each.despite, each.sample),
    )


def _same(each: SamePicture) -> SameShown:
    if each.of == EXHIBIT:
        other, url = _("exhibit %(number)s") % {"number": each.other}, Target("exhibit", each.other)
    else:
        other, url = each.name, None
        if each.of == PLACEHOLDER:
            other = _("a placeholder")
    return SameShown(
        exhibit=each.exhibit,
        url=Target("exhibit", each.exhibit),
        shown_as=_names(one.caption for one in each.shown_as),
        other=other,
        other_url=url,
        other_shown_as=_names(one.caption for one in each.other_shown_as),
        bits_apart=each.bits_apart,
        conflict=each.conflict,
    )


def _names(captions: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(captions))
