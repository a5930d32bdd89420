"""What one source says on different dates, property by property, and what officials say of it.

Invariants: only claims that the viewer may see make an account, so that a hidden one leaves no
column, no count and no gap; order follows what differs, never who is believed; no score.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.utils.translation import gettext as _

from habeas.archive.access import Viewer, as_known, newest, visible
from habeas.archive.errors import UnknownReference
from habeas.archive.models import Claim, Mention, Source
from habeas.display import cards, words
from habeas.display.asking import by_position, one
from habeas.display.speakers import Occasion, occasion_of
from habeas.figures.evaluation import loading
from habeas.figures.evaluation.rows import ClaimRow
from habeas.figures.evaluation.testimony import ORDER, AccountState, ordered, states
from habeas.vocabulary.stances import ASSERTS

CLAIMS = 400  # of a source that are compared
OFFICIAL = 200  # claims of governments that are read
BESIDE = 6  # claims of governments beside one property


@dataclass(frozen=True, slots=True)
class DatedAccount:
    """One occasion on which a source spoke; None: no date is stated."""

    said: words.Dated | None
    where: str


@dataclass(frozen=True, slots=True)
class ToldThen:
    """What one account says of one property."""

    account: DatedAccount
    state: str
    state_words: str
    claims: tuple[cards.Card, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """One property of one record through all accounts; ``folded``: opened by the reader.

    ``official``: what governments say of it, those first who do not assert it; ``official_more``:
    how many others are not shown.
    """

    record: words.RecordLink | None
    property: words.PropertyWords
    state: str
    state_words: str
    folded: bool
    told: tuple[ToldThen, ...]
    official: tuple[cards.Card, ...]
    official_more: int


@dataclass(frozen=True, slots=True)
class AccountsShown:
    """The accounts of one source side by side; ``more``: not all its claims are compared."""

    title: str
    source: cards.SourceLink | None
    accounts: tuple[DatedAccount, ...]
    compared: tuple[Compared, ...]
    more: bool


def accounts(viewer: Viewer, position: int) -> AccountsShown:
    """The accounts of the source at a position; raises ``NotThere`` or ``Gone``."""
    row = as_known(viewer, [one(viewer, Source, position)])[0]
    rows, records, more = _said(viewer, position)
    by_key: dict[tuple[int, str], dict[Occasion, list[ClaimRow]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for claim in rows:
        by_key[claim.record, claim.property][_occasion(claim)].append(claim)
    occasions = _in_order({_occasion(claim) for claim in rows})
    official = _official(viewer, position, rows, records)
    keys = {c.position for c in rows} | {p for found in official.values() for p in found[:BESIDE]}
    claims = by_position(viewer, Claim, keys)
    around = cards.around(viewer, list(claims.values()))
    shown = {key: cards.card(claim, around) for key, claim in claims.items()}
    mentions = by_position(viewer, Mention, {record for record, _ in by_key})
    made = {each: DatedAccount(words.date_words(each[0]), each[1]) for each in occasions}
    ranked = []
    for (record, name), said in by_key.items():
        known = words.vocabulary().properties.get(name)
        at_a_time = known.at_a_time if known else "many"
        found = states([(e[0], said.get(e, [])) for e in occasions], at_a_time=at_a_time)
        worst = min(found, key=ORDER.index)
        first = min(c.position for each in said.values() for c in each)
        compared = Compared(
            record=words.record_link(mentions.get(record)),
            property=words.property_words(name),
            state=worst.value,
            state_words=_words()[worst],
            folded=words.is_folded(name, mentions[record].kind if record in mentions else ""),
            told=tuple(
                ToldThen(
                    made[each],
                    state.value,
                    _words()[state],
                    tuple(shown[c.position] for c in said.get(each, []) if c.position in shown),
                )
                for each, state in zip(occasions, found, strict=True)
            ),
            official=tuple(
                shown[p] for p in official.get((record, name), ())[:BESIDE] if p in shown
            ),
            official_more=max(0, len(official.get((record, name), ())) - BESIDE),
        )
        ranked.append(((ORDER.index(worst), at_a_time != "one", first), compared))
    ranked.sort(key=lambda each: each[0])
    return AccountsShown(
        title=_("Accounts over time: %(name)s") % {"name": row.name or row.code},
        source=cards.source_link(row),
        accounts=tuple(made[each] for each in occasions),
        compared=tuple(compared for _, compared in ranked),
        more=more,
    )


def source_named(viewer: Viewer, asked: str) -> int:
    """The place of a source by its number or its code; raises ``UnknownReference``."""
    number = asked.removeprefix("#")
    sources = visible(viewer, Source)
    if number.isascii() and number.isdigit() and len(number) <= 16:
        found = sources.filter(position=int(number)).values_list("position", flat=True)
    else:
        of_code = newest(viewer, Source).filter(code=asked)
        found = of_code.order_by("position").values_list("position", flat=True)
    if (position := found.first()) is None:
        raise UnknownReference(
            f"No source has the number or code {asked!r}.",
            next_step="Give the number of a source, as on its page, or its code.",
        )
    return position


def _said(viewer: Viewer, position: int) -> tuple[list[ClaimRow], loading.Records, bool]:
    """The live claims that the source itself says, as far as they are compared, and the records
    that they are about."""
    live = loading.live_claims(viewer, None).filter(source=position).order_by("position")
    raw = list(live.values_list(*loading.claim_columns())[: CLAIMS + 1])
    subject, ref = (loading.claim_columns().index(name) for name in ("subject", "ref"))
    named = {row[at] for row in raw for at in (subject, ref) if row[at] is not None}
    records = loading.records_around(viewer, named, None)
    return loading.with_records(raw[:CLAIMS], records), records, len(raw) > CLAIMS


def _official(
    viewer: Viewer, position: int, rows: list[ClaimRow], records: loading.Records
) -> dict[tuple[int, str], list[int]]:
    """What governments say of the same properties of the same records, denials first."""
    wanted = {(claim.record, claim.property) for claim in rows}
    mentions = {m for record, _ in wanted for m in records.members(record)}
    governments = visible(viewer, Source).filter(kind="government").exclude(position=position)
    queried = (
        loading.live_claims(viewer, None)
        .filter(subject__in=mentions, property__in={name for _, name in wanted})
        .filter(source__in=governments.values("position"))
        .order_by("position")
        .values_list("position", "subject", "property", "stance")[:OFFICIAL]
    )
    found: dict[tuple[int, str], list[int]] = defaultdict(list)
    for claim, subject, name, _stance in sorted(queried, key=lambda row: row[3] == ASSERTS):
        key = (records.of(subject), name)
        if key in wanted:
            found[key].append(claim)
    return found


def _occasion(claim: ClaimRow) -> Occasion:
    return occasion_of(claim.attribution)


def _in_order(occasions: set[Occasion]) -> list[Occasion]:
    dates = ordered([said for said, _ in occasions])
    return sorted(occasions, key=lambda each: (dates.index(each[0]), each[1]))


def _words() -> dict[AccountState, str]:
    return {
        AccountState.CONTRADICTED: _("differs from an earlier account"),
        AccountState.CHANGED: _("told differently"),
        AccountState.ADDED: _("added"),
        AccountState.REPEATED: _("repeated"),
        AccountState.FIRST: _("said"),
        AccountState.SILENT: _("nothing here"),
    }
