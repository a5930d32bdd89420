"""Makes benchmarks/names_data/pairs.csv: labelled pairs of names, split for good.

    python -m benchmarks.names_pairs

Run once; the file is frozen and committed, and a changed table of names does not change it.
The split is by name (by place, by person): all pairs of a name are on one side, by the hash
of its key, so that nothing learned of a name helps on the other side. Negatives are the
nearest other names by Jaro–Winkler on their standard Latin spelling, which is no part of the
comparer that is measured here. Names that the table calls related, names of which one is the
other with a suffix, and forms shared by two names give no negatives.
"""

from __future__ import annotations

import csv
import hashlib
import random
import re
from itertools import combinations
from pathlib import Path

from habeas.vocabulary.region import bundled

XINJIANG = bundled("xinjiang")

DATA = Path(__file__).resolve().parent / "names_data"
TEST_SHARE = 0.4
_NEGATIVES_A_NAME = 6
_SUFFIXES = ("jan", "gül", "xan", "axun", "nisa", "ay", "bek")


def side(key: str) -> str:
    """test or train, by the hash of the key alone."""
    number = int.from_bytes(hashlib.sha256(f"habeas-names/1 {key}".encode()).digest()[:4], "big")
    return "test" if number / 2**32 < TEST_SHARE else "train"


def given_names() -> list[list[str]]:
    from rapidfuzz.distance import JaroWinkler

    from habeas.names import table

    names = [name for name in table.of(XINJIANG).names if name.confidence != "c"]
    rows: list[list[str]] = []
    chosen = random.Random(2017)
    for name in names:
        groups = [
            g
            for g in ([name.name, *name.scripts], [*name.han], [*name.latin], [*name.cyrillic])
            if g
        ]
        pairs = [
            (a, b)
            for one, other in combinations(groups, 2)
            for a in one
            for b in other
            if table.folded(a) != table.folded(b)
        ]
        pairs += list(combinations(name.han, 2))
        if len(name.scripts) > 1:
            pairs.append((name.name, name.scripts[0]))
        chosen.shuffle(pairs)
        rows += [[a, b, "given", "1", side(name.key), name.key, name.key] for a, b in pairs[:6]]
    for name in names:
        near = sorted(
            (other for other in names if other.key != name.key and _apart(name, other)),
            key=lambda other: -JaroWinkler.similarity(name.name, other.name),
        )
        taken = 0
        for other in near:
            if taken == _NEGATIVES_A_NAME:
                break
            if side(other.key) != side(name.key):
                continue
            a, b = chosen.choice(name.forms), chosen.choice(other.forms)
            rows.append([a, b, "given", "0", side(name.key), name.key, other.key])
            taken += 1
    return rows


def _apart(one, other) -> bool:  # type: ignore[no-untyped-def]
    from habeas.names import table

    if one.language != other.language or one.name in other.related or other.name in one.related:
        return False
    if {table.folded(f) for f in one.forms} & {table.folded(f) for f in other.forms}:
        return False
    short, long = sorted((one.name.lower(), other.name.lower()), key=len)
    if long.startswith(short[:-1]) and any(long.endswith(suffix) for suffix in _SUFFIXES):
        return False
    return not set(one.related) & set(other.related)


def full_names() -> list[list[str]]:
    from rapidfuzz.distance import JaroWinkler

    from habeas.names import table

    lines = (DATA / "public_figures.tsv").read_text(encoding="utf-8").splitlines()
    people = [line.split("\t") for line in lines if line and not line.startswith("#")]
    chosen = random.Random(2018)
    find = table.of(XINJIANG).find
    rows: list[list[str]] = []
    names = [n for n in table.of(XINJIANG).names if n.confidence != "c" and n.language == "ug"]
    for forms in people:
        pairs = list(combinations(forms, 2))
        chosen.shuffle(pairs)
        rows += [[a, b, "full", "1", side(forms[0]), forms[0], forms[0]] for a, b in pairs[:6]]
        near = sorted(
            (other for other in people if other is not forms and side(other[0]) == side(forms[0])),
            key=lambda other: -JaroWinkler.similarity(forms[0], other[0]),
        )
        for other in near[:4]:
            a, b = chosen.choice(forms), chosen.choice(other)
            rows.append([a, b, "full", "0", side(forms[0]), forms[0], other[0]])
        # The same father's name, another given name: brothers and sisters, made up.
        latin = forms[0].split(" ")
        if len(latin) == 2 and not any("'" in form for form in forms):
            like = sorted(names, key=lambda n: -JaroWinkler.similarity(n.name, latin[0]))
            own = {table.folded(re.split("[ ·]", form)[0]) for form in forms}
            like = [n for n in like if not own & {table.folded(form) for form in n.forms}]
            like = [n for n in like if not set(n.related) & {x.name for f in own for x in find(f)}]
            like = [n for n in like if JaroWinkler.similarity(n.name, latin[0]) < 0.8][:8]
            for name in chosen.sample(like, 3):
                made = f"{chosen.choice((name.name, *name.latin))} {latin[1]}"
                a = chosen.choice(forms)
                rows.append([a, made, "full", "0", side(forms[0]), forms[0], f"made {made}"])
    return rows


def places() -> list[list[str]]:
    from rapidfuzz.distance import JaroWinkler

    from habeas.names import gazetteer

    chosen = random.Random(2019)
    kept = ("official", "pinyin", "uly", "uey", "uky", "sasm", "press", "ru")
    units = [u for u in gazetteer.of(XINJIANG).units if u.level == "county" and u.id[:2] == "65"]
    forms = {
        u.id: [
            f.text
            for f in u.forms
            if f.kind in kept
            and not f.text.endswith(("县", "市", "区"))
            and not any(
                w in f.text
                for w in (
                    "County",
                    "City",
                    "District",
                    "Autonomous",
                    "nahiyisi",
                    "ناھىيىسى",
                    "наһийиси",
                )
            )
        ]
        for u in units
    }
    head = {
        u.id: next((f.text for f in u.forms if f.kind in ("uly", "pinyin")), u.name) for u in units
    }
    rows: list[list[str]] = []
    for unit in units:
        pairs = list(combinations(dict.fromkeys(forms[unit.id]), 2))
        chosen.shuffle(pairs)
        kind = "county" if unit.related else "county-unrelated"
        rows += [[a, b, kind, "1", side(unit.id), unit.id, unit.id] for a, b in pairs[:8]]
        near = sorted(
            (
                o
                for o in units
                if o is not unit
                and side(o.id) == side(unit.id)
                and not set(forms[o.id]) & set(forms[unit.id])
            ),
            key=lambda o: -JaroWinkler.similarity(head[unit.id], head[o.id]),
        )
        for other in near[:8]:
            a, b = chosen.choice(forms[unit.id]), chosen.choice(forms[other.id])
            rows.append([a, b, "county", "0", side(unit.id), unit.id, other.id])
    return rows


def main() -> None:
    rows = given_names() + full_names() + places()
    with (DATA / "pairs.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["left", "right", "kind", "same", "split", "left_key", "right_key"])
        writer.writerows(rows)
    print(len(rows), "pairs")


if __name__ == "__main__":
    main()
