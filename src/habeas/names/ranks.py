"""The rank that is written with the name of a place: 和田市, Hotan City; what is left without it.

Invariants: a pure function of the written text; something is always left.
"""

from __future__ import annotations

import re
from functools import lru_cache

from habeas.names import characters

#: Words for the rank of a place, by the endings of the Han names of such places.
_RANK_WORDS = {
    "prefecture wilayiti wilayet region diqu zhou oblasti облысы вилайити область округ префектура "
    "ۋىلايىتى ئوبلاستى": ("地区", "自治州"),
    "county nahiyisi nahiye xian hsien ауданы уезд наһийиси ناھىيىسى ناھىيە نەھىيىسى": ("县",),
    "city shehiri sheher shahri shi қаласы шәһири город شەھىرى شەھەر": ("市",),
    "district rayoni qu район райони رايونى": ("区",),
}
_RANK_OF = {word: ends for words, ends in _RANK_WORDS.items() for word in words.split()}
#: What stands beside a word of rank: Kizilsu Kyrgyz Autonomous Prefecture.
_BESIDE_RANK = frozenset(
    (
        *("autonomous", "aptonom", "kazakh", "kazak", "hui", "mongol", "mongolian", "kirghiz"),
        *("kyrgyz", "tajik", "xibe", "sibe", "uyghur", "uygur", "uighur", "of", "the"),
        *("ئاپتونوم", "аптоном", "автономный", "автономная"),
    )
)
#: Those that people are called by as well.
_IN_PEOPLES_NAMES = frozenset(("shi", "qu", "xian", "zhou", "hui", "hsien", "the", "of"))
#: Those that may come first.
_FIRST = frozenset(("the", "of", "city", "county", "prefecture", "region", "district", "город"))
_HAN_ENDING = re.compile(
    r"(?<=..)(?:维吾尔自治区|(?:蒙古|柯尔克孜|回族|哈萨克|塔吉克|锡伯)?自治[州县]|地区|[市县区乡镇州])$"
)
#: The region and the country, said before or after the place.
_WHERE = re.compile(
    r"(?i)^新疆(?:维吾尔自治区)?(?=..)|,?\s+(?:xinjiang|sinkiang|xuar|china|prc)\b[\w\s,]*$"
)


@lru_cache(maxsize=65_536)
def ways(text: str) -> tuple[str, ...]:
    """As written, then with one word of rank after the other taken off, where something is left.

    Xinjiang before or after it is taken off too.
    """
    found = [text, _WHERE.sub("", text).strip(" ,")]
    words = found[-1].split()
    while len(words) > 1 and _is_rank(words[-1]):
        words.pop()
        found.append(" ".join(words))
    while len(words) > 1 and words[0].lower() in _FIRST:
        words.pop(0)
        found.append(" ".join(words))
    found.append(_HAN_ENDING.sub("", characters.simplified(found[-1])))
    if len(words) == 1 and (match := _ATTACHED.search(words[0])):
        found.append(words[0][: match.start()])
    return tuple(dict.fromkeys(way for way in found if any(map(str.isalpha, way)))) or (text,)


#: Ranks in pinyin, written to the name: Shayaxian.
_ATTACHED = re.compile(r"(?i)(?<=[a-z]{3})(?:diqu|xian|shi|zhou|qu)$")


def without_ranks(text: str) -> str:
    """Without the words that are ranks and cannot be part of a person's name."""
    words = text.split()
    while len(words) > 1 and words[-1].lower() not in _IN_PEOPLES_NAMES and _is_rank(words[-1]):
        words.pop()
    return _HAN_ENDING.sub("", " ".join(words))


def _is_rank(word: str) -> bool:
    return word.lower() in _RANK_OF or word.lower() in _BESIDE_RANK


def bare(text: str) -> str:
    """Without the words for its rank."""
    return ways(text)[-1]


def rank_said(text: str) -> tuple[str, ...]:
    """The rank that a text says its place has, by the endings of Han names; () for none."""
    words = text.lower().split()
    for word in reversed(words[1:]):
        if word in _RANK_OF:
            return _RANK_OF[word]
    if words and words[0] in _FIRST and words[0] in _RANK_OF:
        return _RANK_OF[words[0]]
    ending = match[0] if (match := _HAN_ENDING.search(text)) else ""
    if ending.endswith("州"):
        return ("地区", "自治州")
    return (ending,) if ending == "地区" else tuple(ending[-1:])
