"""``python -m benchmarks.names [--split …]``: how well names are compared, against others.

Each comparator gets the same frozen pairs (benchmarks/names_data/pairs.csv) and gives a
number for each. Reported: the highest recall at a threshold whose precision is at least .95,
with the threshold chosen on the same split, the same way for everybody. ``habeas, names held
out`` is the comparer without any row of the table of names for a name of that split, and
without the gazetteer: what it does by rule alone on names that it has never seen. ``second`` to
``fifth`` are pairs that were written without seeing the program
(docs/methods/names.md). Any other comparator: a function of two texts, ``--comparator
package.module:function``.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import sys
import time
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from benchmarks.names_pairs import DATA
from habeas.vocabulary.region import bundled

XINJIANG = bundled("xinjiang")

if TYPE_CHECKING:
    from collections.abc import Callable

    from habeas.names import Likeness

    Compare = Callable[[str, str], float]

PRECISION = 0.95
#: Written without seeing the program.
UNSEEN = ("second", "third", "fourth", "fifth")


def load(split: str) -> list[dict[str, str]]:
    """Pairs of a side of the frozen benchmark, or those of one of the ``UNSEEN``."""
    if split in UNSEEN:
        return _read(f"{split}.csv")
    return [row for row in _read("pairs.csv") if row["split"] == split]


def _read(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def recall_at(
    scored: list[tuple[float, bool]], precision: float = PRECISION
) -> tuple[float, float]:
    """The best recall at a threshold with at least this precision, and that threshold."""
    ordered = sorted(scored, key=lambda one: -one[0])
    positives = sum(same for _, same in ordered)
    best, threshold, right = 0.0, 1.0, 0
    for at, (score, same) in enumerate(ordered, 1):
        right += same
        last = at == len(ordered) or ordered[at][0] != score
        if last and right / at >= precision and right / positives > best:
            best, threshold = right / positives, score
    return best, threshold


# --- comparators ----------------------------------------------------------------------------


def ours() -> Compare:
    from habeas import names

    return _number(partial(names.compare, region=XINJIANG))


def held_out(rows: list[dict[str, str]]) -> Compare:
    from habeas.names import table
    from habeas.names.comparing import Comparer

    whole = table.of(XINJIANG)
    keys = {
        row[side] for row in rows for side in ("left_key", "right_key") if row["kind"] == "given"
    }
    return _number(Comparer(XINJIANG, whole.without(frozenset(keys))).compare)


def by_rule() -> Compare:
    from habeas.names import table
    from habeas.names.comparing import Comparer

    return _number(Comparer(XINJIANG, table.NameTable([])).compare)


def _number(compare: Callable[[str, str], Likeness]) -> Compare:
    from habeas.names.errors import BadName

    def likeness(left: str, right: str) -> float:
        try:
            return compare(left, right).similarity
        except BadName:  # such as a title alone; a refusal finds nothing
            return 0.0

    return likeness


def jaro_winkler() -> Compare:
    from rapidfuzz.distance import JaroWinkler

    return lambda left, right: JaroWinkler.similarity(left.lower(), right.lower())


def token_sort() -> Compare:
    from rapidfuzz import fuzz

    return lambda left, right: fuzz.token_sort_ratio(left.lower(), right.lower()) / 100


def romanised() -> Compare:
    """The best simple baseline: umsc and pypinyin to Latin, then Jaro–Winkler."""
    from pypinyin import lazy_pinyin
    from rapidfuzz.distance import JaroWinkler
    from umsc import UgMultiScriptConverter

    from habeas.vocabulary import texts

    arabic, cyrillic = UgMultiScriptConverter("UAS", "ULS"), UgMultiScriptConverter("UCS", "ULS")

    def latin(text: str) -> str:
        script = texts.detect_script(text)
        if script == "Arab":
            text = arabic(text)
        elif script == "Cyrl":
            text = cyrillic(text)
        elif script == "Hani":
            text = "".join(lazy_pinyin(text)).replace("·", " ")
        return text.lower()

    return lambda left, right: JaroWinkler.similarity(latin(left), latin(right))


def anyascii() -> Compare:
    from anyascii import anyascii as to_ascii
    from rapidfuzz.distance import JaroWinkler

    return lambda left, right: JaroWinkler.similarity(
        to_ascii(left).lower(), to_ascii(right).lower()
    )


def uroman() -> Compare:
    from rapidfuzz.distance import JaroWinkler
    from uroman import Uroman

    made = Uroman()
    return lambda left, right: JaroWinkler.similarity(
        str(made.romanize_string(left)).lower(), str(made.romanize_string(right)).lower()
    )


def logic_v2() -> Compare:
    from nomenklatura.matching import get_algorithm
    from nomenklatura.matching.types import ScoringConfig

    algorithm = get_algorithm("logic-v2")
    config = ScoringConfig.defaults()

    def entity(name: str) -> object:
        from followthemoney import EntityProxy

        return EntityProxy.from_dict(
            {"id": name, "schema": "Person", "properties": {"name": [name]}}
        )

    return lambda left, right: float(algorithm.compare(entity(left), entity(right), config).score)


OTHERS: dict[str, Callable[[], Compare]] = {
    "Jaro–Winkler, raw": jaro_winkler,
    "rapidfuzz token_sort_ratio": token_sort,
    "anyascii + Jaro–Winkler": anyascii,
    "uroman + Jaro–Winkler": uroman,
    "nomenklatura logic-v2": logic_v2,
    "umsc + pypinyin + Jaro–Winkler": romanised,
}


def _kinds(rows: list[dict[str, str]]) -> list[str]:
    """Those that have pairs to keep apart."""
    return list(dict.fromkeys(row["kind"] for row in rows if row["same"] == "0"))


def score(
    compare: Compare, rows: list[dict[str, str]]
) -> tuple[dict[str, tuple[float, float]], float]:
    found: dict[str, tuple[float, float]] = {}
    began = time.perf_counter()
    scores = [compare(row["left"], row["right"]) for row in rows]
    took = (time.perf_counter() - began) / len(rows)
    for kind in _kinds(rows):
        scored = [
            (s, r["same"] == "1") for s, r in zip(scores, rows, strict=True) if r["kind"] == kind
        ]
        found[kind] = recall_at(scored)
    return found, took


def at_trained(make: Callable[[list[dict[str, str]]], Compare]) -> dict[str, tuple[float, float]]:
    """Precision and recall on the test split at the thresholds of the train split, by kind."""
    train, test = load("train"), load("test")
    thresholds = {kind: found[1] for kind, found in score(make(train), train)[0].items()}
    compare = make(test)
    result = {}
    for kind, threshold in thresholds.items():
        rows = [row for row in test if row["kind"] == kind]
        said = [compare(row["left"], row["right"]) >= threshold for row in rows]
        same = [row["same"] == "1" for row in rows]
        right = sum(a and b for a, b in zip(said, same, strict=True))
        result[kind] = (right / max(sum(said), 1), right / sum(same))
    return result


def resolved() -> tuple[int, int, int]:
    """Listed forms of the gazetteer, those that find their place, those that find only another."""
    from habeas.names import gazetteer

    places = gazetteer.of(XINJIANG)
    right = alone = total = 0
    for unit in places.units:
        for form in unit.forms:
            total += 1
            found = {candidate.unit.id for candidate in places.resolve(form.text) if candidate.sure}
            right += unit.id in found
            alone += bool(found) and unit.id not in found
    return total, right, alone


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.names")
    parser.add_argument("--split", choices=("train", "test", *UNSEEN), default="test")
    parser.add_argument("--only", choices=("ours", "others"))
    parser.add_argument("--comparator", help="package.module:function of two texts")
    given = parser.parse_args()
    rows = load(given.split)
    made: dict[str, Callable[[], Compare]] = {}
    if given.only != "ours":
        made |= OTHERS
    if given.only != "others":
        if given.split in UNSEEN:
            made |= {"habeas, no tables": by_rule}
        else:
            made |= {"habeas, names held out": lambda: held_out(rows)}
        made |= {"habeas": ours}
    if given.comparator:
        module, _, function = given.comparator.partition(":")
        made[given.comparator] = lambda: getattr(importlib.import_module(module), function)
    kinds = _kinds(rows)
    counted = Counter((row["kind"], row["same"]) for row in rows)
    console = Console(width=160)
    console.print(f"{given.split}: " + ", ".join(
        f"{kind} {counted[kind, '1']} same + {counted[kind, '0']} different" for kind in kinds
    ), highlight=False)  # fmt: skip
    shown = Table("comparator", *(f"{kind}: recall at .95" for kind in kinds), "µs a pair")
    for name, make in made.items():
        try:
            compare = make()
        except ImportError as error:
            print(f"{name}: not measured, {error}", file=sys.stderr)
            continue
        found, took = score(compare, rows)
        shown.add_row(
            name,
            *(f"{found[k][0]:.3f} (from {found[k][1]:.2f})" for k in kinds),
            f"{took * 1e6:.0f}",
        )
    console.print(shown)
    if given.only != "others":
        if given.split == "test":
            for kind, (precision, recall) in at_trained(held_out).items():
                console.print(
                    f"names held out, {kind}, at the threshold of the train split: "
                    f"precision {precision:.3f}, recall {recall:.3f}", highlight=False
                )  # fmt: skip
        total, right, alone = resolved()
        console.print(
            f"gazetteer: {right} of {total} listed forms resolve to their place; "
            f"{alone} find only another", highlight=False
        )  # fmt: skip


if __name__ == "__main__":
    main()
