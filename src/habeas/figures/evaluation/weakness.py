"""Weak points: what a careful reader would ask before quoting a figure.

Shares are whole numbers, ``part`` of ``whole``, never percentages alone. For a counted
figure they are shares of its members, for a reported one of its points. Sources are taken
after lineage: one that repeats another is not a second origin.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from habeas.archive.review.pairs import OpenPair
from habeas.figures.evaluation.results import FigureMember, Weakness
from habeas.figures.evaluation.rows import ClaimRow, Facts
from habeas.figures.evaluation.times import is_vague


def of_members(
    members: Sequence[FigureMember], claims: Mapping[int, ClaimRow], facts: Facts
) -> tuple[Weakness, ...]:
    """The weak points of counted records, each by the claims that decided it."""
    return _weak([[claims[c] for c in member.claims] for member in members], "records", facts)


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
    """That some were not compared with the others, so the range may be too narrow."""
    if compared is None:
        return ()
    late = sum(member.position >= compared for member in members)
    if not late:
        return ()
    words = (
        "were never compared with the others by `habeas link run`: how many are the same is open"
    )
    return (_share("not-compared", words, late, len(members)),)


def of_points(rows: Iterable[ClaimRow], facts: Facts) -> tuple[Weakness, ...]:
    """The weak points of reported claims."""
    return _weak([[row] for row in rows], "reports", facts)


def _weak(supports: list[list[ClaimRow]], what: str, facts: Facts) -> tuple[Weakness, ...]:
    whole = len(supports)
    if not whole:
        return ()
    one_origin = 0
    alone: Counter[int] = Counter()
    undated = vague = without_passage = second_hand = 0
    for rows in supports:
        if not rows:
            continue
        lonely = _lonely_origins(rows, facts)
        one_origin += bool(lonely)
        alone.update(lonely)
        undated += all(not _time(row)[0] for row in rows)
        vague += all(_time(row)[0] == "" or is_vague(*_time(row)) for row in rows)
        without_passage += not any(row.position in facts.cited for row in rows)
        second_hand += all(row.position in facts.through for row in rows)
    found: list[Weakness] = []
    if what == "records":
        found.append(_share("one-origin", _one_origin_words(len(alone)), one_origin, whole))
    if alone:
        top, part = min(alone.items(), key=lambda item: (-item[1], item[0]))
        title = facts.sources[top].title if top in facts.sources else "one source"
        found.append(
            _share(
                "largest-origin",
                _largest_words(title, len(alone) if what == "records" else 1),
                part,
                whole,
            )
        )
    found += [
        _share("undated", "do not state when it held", undated, whole),
        _share("vague-dates", "have no date, or one vaguer than a year", vague, whole),
        _share("without-passage", "cite no exact passage", without_passage, whole),
        _share("second-hand", "reached this archive only through someone else", second_hand, whole),
    ]
    unsupported = sum(not rows for rows in supports)
    if unsupported:
        found.append(
            _share("no-claim", "are counted for being recorded at all", unsupported, whole)
        )
    return tuple(found)


def _one_origin_words(different: int) -> str:
    """Which share rests on one origin each; that it need not be the same one is said."""
    words = "rest on one independent origin"
    return f"{words} each, {different:,} different ones in all" if different > 1 else words


def _largest_words(title: str, different: int) -> str:
    words = f"rest on {title} alone"
    return f"{words}, the most for any one origin" if different > 1 else words


def _lonely_origins(rows: Iterable[ClaimRow], facts: Facts) -> set[int]:
    """The origins on which some property of the record rests alone."""
    by_property: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        by_property[row.property].update(facts.origins.of(row.source))
    return {min(origins) for origins in by_property.values() if len(origins) == 1}


def _share(name: str, words: str, part: int, whole: int) -> Weakness:
    return Weakness(name, f"{part:,} of {whole:,} {words}", part, whole)


def _time(row: ClaimRow) -> tuple[str, int | None, int | None]:
    """The time that a claim speaks of: the date that is its value, else when it held."""
    if row.value_type == "date":
        return row.value_key, row.value_from, row.value_to
    return row.holds, row.holds_from, row.holds_to
