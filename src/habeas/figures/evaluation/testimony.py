"""What one speaker says of one thing on several dates: how a later account stands to earlier ones.

Definitions and their reasons: docs/methods/testimony.md. Invariants: vague values that can agree
are no difference; one speaker's rounding of a number is none; nothing is added up to a score, and
nothing here says which account is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from habeas.figures.evaluation import disagreement
from habeas.figures.evaluation.rows import ClaimRow
from habeas.vocabulary import edtf, stances
from habeas.vocabulary.answers import Answer


class AccountState(StrEnum):
    """What an account says of one property, seen from the accounts before it."""

    CONTRADICTED = "contradicted"
    CHANGED = "changed"
    ADDED = "added"
    REPEATED = "repeated"
    FIRST = "first"
    SILENT = "silent"


#: What is shown first matters most.
ORDER = tuple(AccountState)


def ordered(accounts: Sequence[str]) -> list[str]:
    """Dates of accounts, earliest first; those without a date last, as nobody knows their place."""
    return sorted(accounts, key=lambda said: (not said, _days(said), said))


def before(left: str, right: str) -> bool:
    """Whether an account is certainly earlier than another; never where a date is missing."""
    if not left or not right:
        return False
    a, b = edtf.parse(left).latest, edtf.parse(right).earliest
    return a is not None and b is not None and a < b


def states(
    accounts: Sequence[tuple[str, Sequence[ClaimRow]]], *, at_a_time: str
) -> list[AccountState]:
    """The state of each account, in the order given, on one property of one record.

    ``accounts``: the date of each, and its claims on the property. An account is *silent* that has
    none, *first* before which no other speaks of it. It is *added* where an account that is
    certainly earlier was silent on the property, or where it says something further.
    """
    found = []
    for place, (said, claims) in enumerate(accounts):
        if not claims:
            found.append(AccountState.SILENT)
            continue
        earlier = [row for _, rows in accounts[:place] for row in rows]
        if earlier:
            found.append(_worst(claims, earlier, one=at_a_time == "one"))
        elif any(before(other, said) for other, _ in accounts[:place]):
            found.append(AccountState.ADDED)
        else:
            found.append(AccountState.FIRST)
    return found


def _worst(claims: Sequence[ClaimRow], earlier: Sequence[ClaimRow], *, one: bool) -> AccountState:
    each = {_of(claim, earlier, one=one) for claim in claims}
    return min(each, key=ORDER.index)


def _of(claim: ClaimRow, earlier: Sequence[ClaimRow], *, one: bool) -> AccountState:
    """How one claim stands to what was said before: repeated by any is repeated."""
    each = {between(other, claim, one_at_a_time=one) for other in earlier}
    for state in (AccountState.CONTRADICTED, AccountState.REPEATED, AccountState.CHANGED):
        if state in each:
            return state
    return AccountState.ADDED


def between(left: ClaimRow, right: ClaimRow, *, one_at_a_time: bool) -> AccountState:
    """How two claims of one speaker on one property of one record stand to each other."""
    if left.stance != right.stance:
        if {left.stance, right.stance} != {stances.ASSERTS, stances.DENIES}:
            return AccountState.CHANGED
    elif (left.value, left.ref_record) == (right.value, right.ref_record):
        return AccountState.REPEATED if _same_time(left, right) else AccountState.ADDED
    elif disagreement.rounded(left, right) and _same_time(left, right):
        return AccountState.REPEATED
    answer, _ = disagreement.disagree(left, right, one_at_a_time=one_at_a_time)
    meet = disagreement.meeting(left, right)
    if answer is not Answer.NO and meet is not Answer.NO:
        certain = answer is Answer.YES and meet is Answer.YES
        return AccountState.CONTRADICTED if certain else AccountState.CHANGED
    if left.stance == right.stance and meet is not Answer.NO:
        if disagreement.same(left, right) is not Answer.NO:
            return AccountState.REPEATED
        return (
            AccountState.CHANGED
            if one_at_a_time and left.value_type != "count"
            else AccountState.ADDED
        )
    return AccountState.ADDED


def _same_time(left: ClaimRow, right: ClaimRow) -> bool:
    if not left.holds or not right.holds:
        return True
    return edtf.meet(edtf.parse(left.holds), edtf.parse(right.holds)) is not Answer.NO


def _days(said: str) -> int:
    if not said:
        return 0
    day = edtf.parse(said).earliest
    return 0 if day is None else day
