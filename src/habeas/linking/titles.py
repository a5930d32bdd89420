"""Names of facilities and organisations: the kind of place, its number, and the proper name.

Invariants: 墨玉县第二看守所 and "Qaraqash County Detention Centre No. 2" have one kind, one number
and one proper name; another number or another kind is another facility, however alike the rest.
The words for kinds are our own list, from public usage; what it does not have stays in the
proper name.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from habeas.names import characters, gazetteer, keys, placeholders, ranks
from habeas.names.errors import BadName

#: Kinds of facility and organisation by their words, the longer ones first.
_KINDS = {
    "training centre": (
        r"(?:职业技能)?(?:教育)?培训中心|教培中心|教育转化(?:培训)?中心|"
        r"(?:vocational )?(?:skills? )?(?:education(?:al)? )?(?:and )?"
        r"(?:training|transformation) (?:cent(?:er|re)|school)|"
        r"re-?education (?:camp|cent(?:er|re))|تەربىيەلەش مەركىزى|"
        r"центр (?:профессионального )?обучения"
    ),
    "detention centre": (
        r"看守所|(?:pre-?trial )?detention cent(?:er|re)|kanshousuo|قاماقخانا|"
        r"следственный изолятор|сизо"
    ),
    "administrative detention": (r"拘留所|(?:administrative )?lock-?up|juliusuo"),
    "prison": (r"监狱|监区|\bprison\b|\bjail\b|\btürme\b|تۈرمە|тюрьма|колония"),
    "police": (
        r"公安局|派出所|public security bureau|police (?:station|department|bureau)|"
        r"ساقچى"
    ),
    "hospital": (r"医院|\bhospital\b|دوختۇرخانا|больница"),
    "school": (r"学校|小学|中学|\bschool\b|مەكتەپ|школа"),
    "company": (
        r"(?:有限)?(?:责任)?公司|集团|"
        r"\b(?:co|ltd|inc|llc|company|corporation|corp|group|limited)\b\.?|"
        r"شىركەت|компания|ооо"
    ),
}
_OF_KIND = tuple((kind, re.compile(pattern)) for kind, pattern in _KINDS.items())
_HAN_DIGITS = "零一二三四五六七八九"
_ZEROS = str.maketrans("〇○", "零零")
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10,
}  # fmt: skip
#: A number; in Han only after 第 or before what is numbered: 五家渠 is a place.
_NUMBER = re.compile(
    r"(?:第|\bno\.?\s*|\bnr\.?\s*|\bnumber\s*|№\s*|#)?(?<!\d)(\d{1,5})(?!\d)(?:号|st\b|nd\b|rd\b|th\b)?|"
    r"第([零一二三四五六七八九十百]{1,5})号?|"
    r"([零一二三四五六七八九十百]{1,5})(?:号|(?=$|\s|看|监|所|教|培|职|中|小|医|公|拘|团|师|连|营|大?队))|"
    rf"\b({'|'.join(_ORDINALS)})\b"
)
_RANKS = re.compile(
    r"(?<=[\u3400-\u9fff]{2})(?:地区|自治州|自治县|县|市|区|州|乡|镇)|"
    r"\b(?:county|prefecture|city|district|township|region|the|of|and|for)\b|ناھىيىسى|شەھىرى|район"
)


@dataclass(frozen=True, slots=True)
class Title:
    """A name taken apart. ``kinds`` and ``numbers`` may be empty; ``proper`` too.

    ``ranked``: the proper name with the word for the rank of its place, such as 和田市.
    """

    proper: str
    ranked: str
    kinds: frozenset[str]
    numbers: frozenset[int]


@lru_cache(maxsize=65_536)
def take_apart(name: str) -> Title:
    """The parts of a name of a facility or organisation."""
    text = characters.simplified(unicodedata.normalize("NFKC", name).casefold())
    text = text.translate(_ZEROS)
    text = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    numbers = frozenset(
        _number(next(filter(None, found))) for found in _NUMBER.findall(text) if any(found)
    )
    text = _NUMBER.sub(" ", text)
    kinds = set()
    for kind, pattern in _OF_KIND:
        if pattern.search(text):
            kinds.add(kind)
            text = pattern.sub(" ", text)
    return Title(_words(_RANKS.sub(" ", text)), _words(text), frozenset(kinds), numbers)


def is_named(name: str) -> bool:
    """Whether a name says more than the kind of what has no known name: Unknown prison."""
    title = take_apart(name)
    return bool(title.numbers) or not placeholders.is_placeholder(title.proper)


def _words(text: str) -> str:
    return " ".join(word for word in re.split(r"[\s,.()（）/&·-]+", text) if word)


def _number(written: str) -> int:
    if written in _ORDINALS:
        return _ORDINALS[written]
    if written.isdecimal():  # in the digits of any script
        return int(written)
    if not set(written) & set("十百"):  # 五一 is said digit by digit
        return int("".join(str(_HAN_DIGITS.find(letter)) for letter in written))
    total = digit = 0
    for letter in written:
        if letter in "十百":
            total += (digit or 1) * (10 if letter == "十" else 100)
            digit = 0
        else:
            digit = _HAN_DIGITS.find(letter)
    return total + digit


@lru_cache(maxsize=65_536)
def units(name: str) -> frozenset[str]:
    """Places that the whole name is listed for."""
    try:
        return frozenset(unit.id for unit in gazetteer.xinjiang().listed(name))
    except BadName:
        return frozenset()


def of_other_ranks(left: Title, right: Title) -> bool:
    """Whether both say the rank of their places, and no place has both: 和田市, 和田地区.

    A county that became a city is one place: 库车县, 库车市.
    """
    said = ranks.rank_said(left.ranked), ranks.rank_said(right.ranked)
    if not all(said) or said[0] == said[1]:
        return False
    mine, theirs = units(left.ranked), units(right.ranked)
    return bool(mine and theirs) and not mine & theirs


def places_of(left: str, right: str) -> gazetteer.Places | None:
    """What the gazetteer says of two whole proper names."""
    try:
        return gazetteer.xinjiang().places_of(left, right)
    except BadName:
        return None


def title_keys(name: str) -> frozenset[str]:
    """Keys that two names of one facility have in common: its place, its words by sound."""
    title = take_apart(name)
    found = {f"u:{unit}" for unit in units(title.proper)}
    words = title.proper.split()
    found |= {f"w:{word}" for word in words}
    for word in (words if len(words) > 1 else []) + [title.proper]:
        found |= {f"h:{word[at : at + 2]}" for at in range(len(word) - 1) if word[at] >= "\u3400"}
        try:
            found |= {key for key in keys(word) if key.startswith("s:") and len(key) > 3}
        except BadName:
            continue
    return frozenset(found)
