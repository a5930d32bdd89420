"""A source's accounts as lines of text, for the terminal and for a program that prints them.

Invariants: what a page folds is not written out unless it is asked for; nothing is said that the
page does not say.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from habeas.archive.openness import PUBLIC, Openness, strictest
from habeas.display import cards
from habeas.display.accounts import AccountsShown, Compared, DatedAccount
from habeas.display.plain import plain, under
from habeas.display.references import Marked


def lines(shown: AccountsShown, *, unfold: bool = False) -> Iterator[str]:
    """The accounts, then property by property what each says; ``unfold``: what is folded too."""
    if shown.source is not None:
        interests = "; ".join(f"{each.label}: {each.text}" for each in shown.source.interests)
        yield shown.title + _marks(shown.source) + (f" ({interests})" if interests else "")
    yield _("Accounts: %(dates)s") % {"dates": "; ".join(map(_when, shown.accounts)) or _("none")}
    yield _("A difference says nothing about honesty: memory, questions and circumstances differ.")
    if shown.more:
        yield _("Not all claims of this source are compared here.")
    for row in shown.compared:
        yield ""
        yield from _compared(row, unfold=unfold)


def as_data(shown: AccountsShown) -> dict[str, Any]:
    """The accounts as plain data, as strict as the strictest of what is in them."""
    found: dict[str, Any] = plain(shown)
    return {**found, "handling": strictest({PUBLIC, *under("handling", found)})}


def _compared(row: Compared, *, unfold: bool) -> Iterator[str]:
    about = "" if row.record is None else f"{row.record.caption.text}{_marks(row.record)} — "
    yield f"{about}{row.property.label}: {row.state_words}"
    folded = row.folded and not unfold
    for told in row.told:
        yield f"  {_when(told.account)} · {told.state_words}"
        for card in told.claims:
            yield f"    {_said(card, folded=folded)}"
    if row.official:
        yield "  " + _("What governments say of the same")
        for card in row.official:
            yield f"    {_speaker(card)}: {_said(card, folded=folded)}"
        if row.official_more:
            yield "    " + _("%(n)s more") % {"n": row.official_more}


def _when(account: DatedAccount) -> str:
    date = account.said.words if account.said else _("no date stated")
    return f"{date}, {account.where}" if account.where else date


def _said(card: cards.Card, *, folded: bool) -> str:
    number = f"#{card.position}{_marks(card)}"
    if folded:
        return f"{_('folded')}  {number}"
    leads = card.value.leads
    value = leads.text if leads else _("a record that is not visible to you")
    stance = "" if card.stance.code == "asserts" else f"{card.stance.verb}: "
    period = f" ({card.holds.words})" if card.holds else ""
    return f"{stance}{value}{period}  {number}"


def _speaker(card: cards.Card) -> str:
    if card.speaker is None:
        return _("a source that is not visible to you")
    date = card.attribution[0].said
    said = f", {date.words}" if date else ""
    return f"{card.speaker.name.text}{_marks(card.speaker)}{said}"


def _marks(thing: Marked) -> str:
    words = Openness(thing.handling or "public", thing.consent, thing.held).words
    return f" [{', '.join(words)}]" if words else ""
