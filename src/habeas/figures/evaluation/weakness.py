"""Weak points: what a careful reader would ask before quoting a figure.

Shares are whole numbers, ``part`` of ``whole``, never percentages alone. For a counted
figure they are shares of its members, for a reported one of its points. Sources are taken
after lineage: one that repeats another is not a second origin.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from habeas.archive.review.pairs import OpenPair
from habeas.figures.evaluation.results import FigureMember, Weakness
from habeas.figures.evaluation.rows import ClaimRow, Facts
from habeas.figures.evaluation.times import is_vague

#: Of an entry in a list. To be on a list is not to be detained, so who quotes a count is told.
_OF_A_LIST = frozenset({"listed_in", "listed_for", "listed_decision"})
_LIST_WORDS = "rest on an entry in a list alone, which does not say what was done to anyone"


def of_pairs(pairs: Sequence[OpenPair], counted: Collection[int]) -> tuple[Weakness, ...]:
    """That open pairs with a record that is not counted may move a count past its range.

    Also those on a way between counted records: a rule may drop the whole that they make.
    """
    beyond = sum(pair.left not in counted or pair.right not in counted for pair in pairs)
    if not beyond:
        return ()
    what = "pair joins" if beyond == 1 else "pairs join"
    words = (
        f"{beyond:,} undecided {what} a record that is not counted: "
        "deciding may move the number past its range"
    )
    return (Weakness("pairs-beyond", words, beyond, len(pairs)),)


def of_comparing(members: Sequence[FigureMember], compared: int | None) -> tuple[Weakness, ...]:
    """That some were not compared with the others, so some may be the same."""
    if compared is None or len(members) < 2:
        return ()
    late = sum(member.position >= compared for member in members if not member.ungrouped)
    if not late:
        return ()
    words = (
        "were never compared with the others by `habeas link run`: how many are the same is open"
    )
    return (_share("not-compared", words, late, len(members)),)


def of_grouping(members: Sequence[FigureMember]) -> tuple[Weakness, ...]:
    """That some are one claim each, of which nobody said of which episode it is."""
    loose = sum(member.ungrouped for member in members)
    if not loose:
        return ()
    words = "are one claim each that no one has grouped: several may be the same one"
    return (_share("not-grouped", words, loose, len(members)),)


def of_points(rows: Iterable[ClaimRow], facts: Facts) -> tuple[Weakness, ...]:
    """The weak points of reported claims."""
    tally = Tally("reports")
    for row in rows:
        tally.add([row], facts)
    return tally.weak(facts)


_Time = tuple[str, int | None, int | None]  # EDTF, first and last day


class Tally:
    """How many of what was counted have each weak point, added up as they come.

    ``what``: "records", each resting on the claims that decided it, or "reports", each a claim.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._alone: Counter[int] = Counter()
        self._whole = self._one_origin = self._unsupported = 0
        self._vague_times: dict[_Time, bool] = {}
        self._origins: dict[frozenset[int], frozenset[int]] = {}
        self._undated = self._vague = self._without_passage = self._second_hand = 0
        self._on_a_list = 0

    def add(self, rows: Sequence[ClaimRow], facts: Facts) -> None:
        """One more, resting on these claims."""
        self._whole += 1
        if not rows:
            self._unsupported += 1
            return
        if lonely := self._lonely_origins(rows, facts):
            self._one_origin += 1
            for origin in lonely:
                self._alone[origin] += 1
        is_dated = is_sharp = is_cited = False
        is_passed_on = True
        cited, through = facts.cited, facts.through
        for row in rows:
            # The time that a claim speaks of: the date that is its value, else when it held.
            time = (
                (row.value_key, row.value_from, row.value_to)
                if row.value_type == "date"
                else (row.holds, row.holds_from, row.holds_to)
            )
            is_dated = is_dated or time[0] != ""
            is_sharp = is_sharp or not self._is_vague(time)
            is_cited = is_cited or row.position in cited
            is_passed_on = is_passed_on and row.position in through
        self._undated += not is_dated
        self._vague += not is_sharp
        self._without_passage += not is_cited
        self._second_hand += is_passed_on
        self._on_a_list += all(row.property in _OF_A_LIST for row in rows)

    def _lonely_origins(self, rows: Sequence[ClaimRow], facts: Facts) -> Collection[int]:
        """The origins on which some property of the record rests alone."""
        known = self._origins
        first = rows[0]
        if all(row.property == first.property for row in rows):  # as nearly always
            sources = frozenset([row.source for row in rows])
            origins = known.get(sources)
            if origins is None:
                origins = known[sources] = facts.origins.of_all(sources)
            return origins if len(origins) == 1 else ()
        by_property: dict[str, set[int]] = {}
        for row in rows:
            by_property.setdefault(row.property, set()).update(facts.origins.of(row.source))
        return {min(origins) for origins in by_property.values() if len(origins) == 1}

    def _is_vague(self, time: _Time) -> bool:
        known = self._vague_times.get(time)
        if known is None:
            known = self._vague_times[time] = time[0] == "" or is_vague(*time)
        return known

    def weak(self, facts: Facts) -> tuple[Weakness, ...]:
        """The weak points of all that were added."""
        what, whole, alone = self._what, self._whole, self._alone
        if not whole:
            return ()
        found: list[Weakness] = []
        if what == "records":
            words = _one_origin_words(len(alone))
            found.append(_share("one-origin", words, self._one_origin, whole))
        if alone:
            top, part = min(alone.items(), key=lambda item: (-item[1], item[0]))
            title = facts.sources[top].title if top in facts.sources else "one source"
            words = _largest_words(title, len(alone) if what == "records" else 1)
            found.append(_share("largest-origin", words, part, whole))
        found += [
            _share("undated", "do not state when it held", self._undated, whole),
            _share("vague-dates", "have no date, or one vaguer than a year", self._vague, whole),
            _share("without-passage", "cite no exact passage", self._without_passage, whole),
            _share(
                "second-hand",
                "reached this archive only through someone else",
                self._second_hand,
                whole,
            ),
        ]
        if self._on_a_list:
            found.append(_share("on-a-list", _LIST_WORDS, self._on_a_list, whole))
        if self._unsupported:
            words = "are counted for being recorded at all"
            found.append(_share("no-claim", words, self._unsupported, whole))
        return tuple(found)


def _one_origin_words(different: int) -> str:
    """Which share rests on one origin each; that it need not be the same one is said."""
    words = "rest on one independent origin"
    return f"{words} each, {different:,} different ones in all" if different > 1 else words


def _largest_words(title: str, different: int) -> str:
    words = f"rest on {title} alone"
    return f"{words}, the most for any one origin" if different > 1 else words


def _share(name: str, words: str, part: int, whole: int) -> Weakness:
    return Weakness(name, f"{part:,} of {whole:,} {words}", part, whole)
