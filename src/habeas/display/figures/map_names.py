"""Names of provinces, prefectures and counties for a map, in the language that the reader reads.

They are the gazetteer's of the archive's regions, and nothing is fetched for them. A place without
a form in that language is named in another of the same script, else in Latin letters. Invariants:
a province without a point is written in the middle of the places in it, as a label and no location;
each name says its language and script; a language is offered where the gazetteer names most of the
wide places in it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from django.utils.translation import get_language

from habeas.archive import regions
from habeas.display.asking import NotThere
from habeas.display.references import Asked, Target

if TYPE_CHECKING:
    from habeas.names.units import Form, Unit
    from habeas.vocabulary.region import Region

ASKED = "names"  # what is asked of a page with a map: in which language
ENGLISH = "en"
#: What a language calls itself, and the script in which its names are looked for first.
LANGUAGES = {
    ENGLISH: ("English", "Latn"),
    "ug": ("ئۇيغۇرچە", "Arab"),
    "kk": ("Қазақша", "Cyrl"),
    "ky": ("Кыргызча", "Cyrl"),
    "zh": ("中文", "Hani"),
    "be": ("Беларуская", "Cyrl"),
    "ru": ("Русский", "Cyrl"),
    "mn": ("Монгол", "Cyrl"),
}
LEVELS = ("province", "prefecture", "county")
#: Forms that nobody uses today, or that are for finding and not for reading.
_UNREAD = frozenset({"hist", "other", "palladius"})
#: Of names in Latin letters for readers of English, those of maps before those of newspapers.
_ENGLISH_KINDS = ("english", "sasm", "instruction", "uly", "press")


@dataclass(frozen=True, slots=True)
class MapName:
    """A name at its place. ``rank``: 0 for a province, 1 a prefecture, 2 a county."""

    text: str
    language: str
    script: str
    lat: float
    lon: float
    rank: int


@dataclass(frozen=True, slots=True)
class NamesIn:
    """A language in which a map can be named."""

    code: str
    label: str


def languages() -> tuple[NamesIn, ...]:
    """The languages in which the regions of the archive have names; English is always one."""
    wide = [unit for unit in _units(regions.chosen()) if unit.level != LEVELS[-1]]
    wide = wide or list(_units(regions.chosen()))
    named = Counter(code for unit in wide for code in {form.language for form in unit.forms})
    return tuple(
        NamesIn(code, label)
        for code, (label, _script) in LANGUAGES.items()
        if code == ENGLISH or 2 * named[code] > len(wide)
    )


@dataclass(frozen=True, slots=True)
class NamesChoice:
    """A language in which the map of a figure can name places."""

    code: str
    label: str
    url: Target


def choices(figure: str, asked: Asked) -> tuple[NamesChoice, ...]:
    """The languages of a figure's map; ``asked``: what is asked of its page otherwise."""
    return tuple(
        NamesChoice(each.code, each.label, Target("figure", figure, (*asked, (ASKED, each.code))))
        for each in languages()
    )


def language(asked: str) -> str:
    """The language that is asked for, else that of the pages; raises ``NotThere``."""
    if asked and asked not in LANGUAGES:
        raise NotThere
    own = (get_language() or ENGLISH).partition("-")[0]
    return asked or (own if own in LANGUAGES else ENGLISH)


def names(code: str) -> tuple[MapName, ...]:
    """The names for a map in one language, the widest places first."""
    return _names(regions.chosen(), code)


@lru_cache(maxsize=32)
def _names(region: Region, code: str) -> tuple[MapName, ...]:
    units = _units(region)
    points = _points(units)
    found = []
    for unit in units:
        at, form = points.get(unit.id), best(unit.forms, code, region.title)
        if at is not None and form is not None:
            rank = LEVELS.index(unit.level)
            found.append(MapName(form.text, form.language, form.script, *at, rank))
    return tuple(sorted(found, key=lambda name: (name.rank, name.text)))


@lru_cache(maxsize=8)
def _units(region: Region) -> tuple[Unit, ...]:
    from habeas.names import gazetteer_files  # loaded for the first map, not for every page

    read = (
        gazetteer_files.read(file) for name in gazetteer_files.FILES for file in region.files(name)
    )
    return tuple(unit for one in read for unit in one.units if unit.level in LEVELS)


def _points(units: Sequence[Unit]) -> Mapping[str, tuple[float, float]]:
    """Where each is written: at its point, else in the middle of those in it."""
    found = {u.id: (float(u.point.lat), float(u.point.lon)) for u in units if u.point is not None}
    inside: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for unit in units:
        if unit.parent and unit.id in found:
            inside[unit.parent].append(found[unit.id])
    for unit in units:
        if unit.level == LEVELS[0] and unit.id not in found and inside[unit.id]:
            lats, lons = zip(*inside[unit.id], strict=True)
            found[unit.id] = ((min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2)
    return found


def best(forms: Iterable[Form], code: str, title: str = "") -> Form | None:
    """The form for readers of a language; None where there is none in its script nor in Latin.

    ``title`` of the region: what a place of the same name is called in English.
    """
    script = LANGUAGES[code][1]
    read = [form for form in forms if form.kind not in _UNREAD]
    if code == ENGLISH:
        order = {kind: number for number, kind in enumerate(_ENGLISH_KINDS)}
        latin = [form for form in read if form.script == script]
        latin.sort(key=lambda form: (form.text != title, order.get(form.kind, len(order))))
        return latin[0] if latin else None
    own = [form for form in read if form.language == code and form.script == script]
    alike = own or [form for form in read if form.script == script]
    if code == "zh":  # 乌鲁木齐 rather than 乌鲁木齐市
        alike.sort(key=lambda form: (form.kind != "official", len(form.text)))
    return alike[0] if alike else best(read, ENGLISH, title)
