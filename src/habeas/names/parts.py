"""A full name taken apart: the parts to compare, and what was set aside.

Invariants: nothing disappears: each dropped word is in ``dropped`` with what it is. A title
alone is refused. Uyghur and Kazakh names are given name, then father's name; a Chinese name
is surname, then given name, unless it is written in the order of the West.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from habeas.names import chinese
from habeas.names.cleaning import clean
from habeas.names.errors import BadName
from habeas.vocabulary import texts
from habeas.vocabulary.errors import shown

_TITLES_WORDS = """
dr mr mrs ms miss prof professor sir madam haji hajji hajim haj hadji qari qarim qarihajim
mollam molla mullah mulla damolla damollam xelpe xelpitim ependi ependim ayla akhund axun axunum
ahun ahunum akhun akhunum xan xanim khanim hanim beg bek begim hezritim sheikh mawlana teacher
comrade chairman secretary ھاجى ھاجىم قارى قارىم موللا موللام داموللا داموللام ئاخۇن ئاخۇنۇم
ئەپەندى ئەپەندىم خانىم ھاجىمنىڭ دوكتور پروفېسسور хаджи кари мулла ахун г-н г-жа доктор профессор
қажы молда қари ишан
阿吉 哈吉 阿吉木 哈吉木 阿訇 阿洪 毛拉 大毛拉 卡日 卡热 卡力 喀日 哈日 先生
女士 同志 博士 教授 校长 书记 主席 老师
"""
_TITLES = frozenset(_TITLES_WORDS.split())
_LINKS_WORDS = """
uly uli ogly oglu oghli oghly ughli kyzy qyzy qizi kizi kyzi ұлы қызы оглы кызы угли уулу ئوغلى
قىزى bin bint ibn binti b
"""
_LINKS = frozenset(_LINKS_WORDS.split())
_ROYAL_HAN = re.compile(r"(?:先生|女士|同志|博士|教授|阿訇)$")
#: A surname made the Russian way from a father's name, and patronymics.
_RUSSIAN = re.compile(
    r"(?<=..)(?:ович|евич|овна|евна|[оеё]ва?"
    r"|ovich|evich|ovna|evna|yevich|yevna|o[vf]|o[vw]a|[eë]f|yëf|yev|eva?|[eë]wa|yeva?)$"
)
_KIN = re.compile(r"(?<=..)(?:ұлы|қызы|улы|кызы|уулу|uly|uulu|kyzy|qyzy)$")


@dataclass(frozen=True, slots=True)
class Part:
    """One part. ``bare`` lacks a Russian or Kazakh ending that ``text`` has."""

    text: str
    bare: str
    script: str


@dataclass(frozen=True, slots=True)
class Parts:
    """A name in its parts, in the order written. ``chinese``: read as surname, given name.

    ``joined``: the parts with each title written to the name before it, as in Turdi Axun and
    Turdiaxun; () where no title follows a name.
    """

    parts: tuple[Part, ...]
    dropped: tuple[str, ...]
    changes: tuple[str, ...]
    chinese: tuple[str, str] | None = None
    joined: tuple[Part, ...] = ()

    @property
    def given(self) -> str:
        """The given name, by the order of its kind of name."""
        return self.chinese[1] if self.chinese else self.parts[0].text

    @property
    def father(self) -> str:
        """The father's name; '' where there is none or the name is Chinese."""
        return "" if self.chinese or len(self.parts) < 2 else self.parts[1].text


@lru_cache(maxsize=65_536)
def take_apart(name: str) -> Parts:
    """The parts of a name. Errors: ``BadName``, also for a title alone."""
    cleaned = clean(name)
    text, comma = cleaned.text, []
    if text.count(",") == 1 and texts.detect_script(text) != "Hani":
        last, first = (half.strip() for half in text.split(","))
        if first and last:
            text, comma = f"{first} {last}", ["turned round at the comma"]
    words = [w.strip('.,;:()[]"«»“”') for w in re.split(r"[ ·.=﹒•,،、/]+", text)]
    parts: list[Part] = []
    joined: list[Part] = []
    dropped = []
    for word in words:
        if not word or not any(letter.isalpha() for letter in word):
            continue
        if word.lower() in _TITLES:
            dropped.append(f"title {word}")
            if joined:
                together = joined[-1].text + word.lower()
                joined[-1] = Part(together, together, joined[-1].script)
        elif word.lower() in _LINKS:
            dropped.append(f"link {word}")
        else:
            script = texts.detect_script(word) or ""
            if script == "Hani" and len(word) > 3 and (match := _ROYAL_HAN.search(word)):
                dropped.append(f"title {match[0]}")
                word = word[: match.start()]
            parts.append(Part(word, _bare(word, script), script))
            joined.append(parts[-1])
    if not parts:
        raise BadName(
            f"{shown(name)} is only a title.",
            next_step="Give the name that goes with the title, or leave the name out.",
        )
    split = None
    if len(parts) == 1 and parts[0].script == "Hani":
        split = chinese.surname_split(parts[0].text)
    return Parts(
        tuple(parts),
        tuple(dropped),
        (*cleaned.changes, *comma),
        split,
        tuple(joined) if joined != parts else (),
    )


def _bare(word: str, script: str) -> str:
    if script not in ("Latn", "Cyrl") or len(word) < 5:
        return word
    low = word.lower()
    for ending in (_KIN, _RUSSIAN):
        if (match := ending.search(low)) and match.start() >= 3:
            return word[: match.start()]
    return word


#: Elements that are added to a given name, by sound (common alphabet); see docs/methods.
SUFFIXES = (
    "can", "con", "jan", "xan", "han", "axun", "ahun", "ahoñ", "bek", "beg",
    "haci", "haji", "hacim", "hajim",
)  # fmt: skip
HAN_SUFFIXES = ("江", "汗", "罕", "阿洪", "达洪", "塔洪", "别克", "阿吉", "哈吉")
