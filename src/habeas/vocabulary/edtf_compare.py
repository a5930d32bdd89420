"""Before, overlaps, within, meet: answered YES or NO only when certain.

The first operand is a statement, the second a window (see ``edtf_extents``): "2018" within
"2017/2018" is YES, "2018" within "2018-06" is UNKNOWN, because the day in 2018 is not known.
A qualified date (``~ ? %``) may lie as far outside what is written as its ``reach_days``.
"One of" agrees or is UNKNOWN; "all of" must hold for all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING

from habeas.vocabulary.answers import Answer, agreed, all_of, any_of
from habeas.vocabulary.edtf_choices import Stretch, share_a_day
from habeas.vocabulary.edtf_extents import Extent

if TYPE_CHECKING:
    from habeas.vocabulary.edtf import Edtf

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
_Compare = Callable[[Extent, Extent], Answer]
_Join = Callable[..., Answer]


def before(a: Edtf, b: Edtf) -> Answer:
    """Does all of ``a`` lie before the beginning of ``b``?"""
    return _over(_before, a, b, statement_all=all_of, window_all=all_of)


def overlaps(a: Edtf, b: Edtf) -> Answer:
    """Does ``a``, wherever it lies, share a day with ``b``?"""
    return _over(_overlaps, a, b, statement_all=any_of, window_all=any_of)


def within(a: Edtf, b: Edtf) -> Answer:
    """Does ``a``, wherever it lies, lie inside ``b``?"""
    inside = _over(_within, a, b, statement_all=all_of, window_all=any_of)
    if b.shape != "all-of":
        if inside is UNKNOWN and a.shape == "all-of":  # all of it in one and the same stretch
            return _over(_within, replace(a, extents=(_from_first_to_last(a),)), b,
                         statement_all=all_of, window_all=any_of)  # fmt: skip
        return inside
    # A long time may lie inside several members together though inside none alone.
    if inside is YES:
        return YES
    reach = _joined(stretch for extent in b.extents for stretch in extent.stretches)
    may = [_may_lie_in(extent, reach) for extent in a.extents]
    return UNKNOWN if (any(may) if a.shape == "one-of" else all(may)) else NO


def meet(a: Edtf, b: Edtf) -> Answer:
    """Do two statements speak of the same time? The same in both directions.

    YES when one surely lies in the time that the other names ("2018-06" and "2018", or the
    same text twice) or both surely share a day; NO when they cannot share one.
    """
    return _over(_meet, a, b, statement_all=any_of, window_all=any_of)


def _over(
    compare: _Compare, a: Edtf, b: Edtf, *, statement_all: _Join, window_all: _Join
) -> Answer:
    if len(a.extents) == 1 and len(b.extents) == 1:
        return compare(a.extents[0], b.extents[0])
    join_a = agreed if a.shape == "one-of" else statement_all
    join_b = agreed if b.shape == "one-of" else window_all
    if b.shape == "one-of":  # which of them is true is the same for all of the statement
        return join_b([join_a([compare(x, y) for x in a.extents]) for y in b.extents])
    return join_a([join_b([compare(x, y) for y in b.extents]) for x in a.extents])


def _before(a: Extent, b: Extent) -> Answer:
    if a.ends_last < b.begins_first:
        return YES
    return NO if a.ends_first >= b.begins_last else UNKNOWN


def _overlaps(a: Extent, b: Extent) -> Answer:
    if _apart(a, b):
        return NO
    if b.covers_first <= b.covers_last and (
        a.begins_last <= b.covers_last and a.ends_first >= b.covers_first
    ):
        return YES
    # Wherever b lies, it lies in what a surely covers from its last start to its first end.
    if a.begins_last <= b.begins_first and b.ends_last <= a.ends_first:
        return YES
    return UNKNOWN


def _within(a: Extent, b: Extent) -> Answer:
    if a.begins_first >= b.covers_first and a.ends_last <= b.covers_last:
        return YES
    if a.begins_last < b.begins_first or a.ends_first > b.ends_last or _apart(a, b):
        return NO
    # A window with unknown digits is one of its choices: what is longer than each is in none.
    return UNKNOWN if _may_lie_in(a, b.stretches) else NO


def _meet(a: Extent, b: Extent) -> Answer:
    if _apart(a, b):
        return NO
    if a.begins_last <= b.ends_first and b.begins_last <= a.ends_first:
        return YES
    return YES if YES in (_within(a, b), _within(b, a)) else UNKNOWN


def hull(a: Edtf) -> tuple[float, float]:
    """The first and the last day on which any of ``a`` may lie, its qualifiers included.

    Infinite where there is no bound. ``a`` is certainly before ``b`` when its last day is
    before the first of ``b``, and certainly inside a span that holds both its days.
    """
    return min(e.begins_first for e in a.extents), max(e.ends_last for e in a.extents)


def _may_lie_in(a: Extent, stretches: Sequence[Stretch]) -> bool:
    """Whether all of a statement may lie inside one of some stretches."""
    if a.masked:
        return share_a_day(a.stretches, stretches)
    return any(
        a.begins_last >= first
        and a.ends_first <= last
        and a.begins_first <= last
        and a.ends_last >= first
        for first, last in stretches
    )


def _joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The stretches with those that touch made one."""
    found: list[Stretch] = []
    for first, last in sorted(stretches):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def _from_first_to_last(a: Edtf) -> Extent:
    """The least stretch that holds every member of a set of which all are meant."""
    return Extent(
        min(e.begins_first for e in a.extents),
        min(e.begins_last for e in a.extents),
        max(e.ends_first for e in a.extents),
        max(e.ends_last for e in a.extents),
        inf,
        -inf,
    )


def _apart(a: Extent, b: Extent) -> bool:
    """Whether they can share no day, the gaps between the choices of unknown digits included."""
    if a.ends_last < b.begins_first or b.ends_last < a.begins_first:
        return True
    return bool(a.masked or b.masked) and not share_a_day(a.stretches, b.stretches)


def sort_key(a: Edtf) -> tuple[float, float, str]:
    """For putting times in a stable order on a page: by first, then last possible day.

    An order is not a finding: "2018" sorts before "2018-06" although it may lie after it.
    Times without a first day come first, times without a last day after those with one.
    """
    earliest = -inf if a.earliest is None else a.earliest
    latest = inf if a.latest is None else a.latest
    return earliest, latest, a.text
