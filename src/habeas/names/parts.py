"""A full name taken apart: the parts to compare, and what was set aside.

Invariants: nothing disappears: each dropped word is in ``dropped`` with what it is. A title
alone is refused. Uyghur and Kazakh names are given name, then father's name; a Chinese name
is surname, then given name, unless it is written in the order of the West.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from habeas.names import chinese, table
from habeas.names.cleaning import clean
from habeas.names.errors import BadName
from habeas.vocabulary import texts
from habeas.vocabulary.errors import shown

_TITLES_WORDS = """
dr mr mrs ms miss prof professor sir madam haji hajji hajim haj hadji ⱨaji qari qarim qarihajim
mollam molla mullah mulla damolla damollam xelpe xelpitim ependi ependim ayla akhund axun axunum
ahun ahunum akhun akhunum xan khan xanim khanim hanim beg bek begim hezritim sheikh mawlana teacher
comrade chairman secretary ھاجى ھاجىم قارى قارىم موللا موللام داموللا داموللام ئاخۇن ئاخۇنۇم خان
بەگ ئەپەندى ئەپەندىم خانىم ھاجىمنىڭ دوكتور پروفېسسور хаджи кари мулла ахун һаҗи қари молла ахун хан
бәг бег ханим г-н г-жа доктор профессор қажы молда қари ишан
阿吉 哈吉 阿吉木 哈吉木 阿訇 阿洪 毛拉 大毛拉 卡日 卡热 卡力 喀日 哈日 先生
女士 同志 博士 教授 校长 书记 主席 老师
"""
_TITLES = frozenset(_TITLES_WORDS.split())
_LINKS_WORDS = """
uly uli ogly oglu oğlu ogli oghli oghly ughli kyzy qyzy qizi kizi kyzi uulu ұлы қызы оглы оғли кызы
угли уулу қизи ئوغلى قىزى ۇلى ۇلي bin bint ibn binti b
"""
#: Words between two names; first of all "b" is an initial.
LINKS = frozenset(_LINKS_WORDS.split())
_TITLE_AT_THE_END = re.compile(r"(?:先生|女士|同志|博士|教授|阿訇)$")
#: A surname made the Russian way from a father's name, and patronymics.
_RUSSIAN = re.compile(
    r"(?<=..)(?:ович|евич|овна|евна|[оеё]ва?"
    r"|ovich|evich|ovna|evna|yevich|yevna|o[vf]|o[vw]a|[eë]f|yëf|yev|eva?|[eë]wa|yeva?"
    r"|(?:ye|ao|nuo|mo|luo|tuo|ke)(?:fu|wa)"  # in pinyin
    r"|ي?(?:[وې][فۋ]|[وە]ۆ)ا?|(?:[耶也奥]|(?<=[诺莫罗托科洛佐索波])(?=[夫娃]))[夫娃])$"
)
_KIN = re.compile(
    r"(?<=..)(?:ұлы|қызы|улы|кызы|уулу|оғли|оглы|қизи|uly|uulu|kyzy|qyzy|oghli|oghly|ogli|oglu|qizi"
    r"|ۇلى|قىزى|ئوغلى)$"
)
#: What only names a father: it never stands for the name of the person.
_PATRONYMIC = re.compile(r"(?:ович|евич|овна|евна|[oe]vich|[oe]vna)$")
_DIGRAPHS = frozenset(("sh", "ch", "zh", "gh", "kh"))


@dataclass(frozen=True, slots=True)
class Part:
    """One part. ``bare`` lacks a Russian or Kazakh ending that ``text`` has."""

    text: str
    bare: str
    script: str

    @property
    def of_kin(self) -> bool:
        """Whether its ending says that it names the family or the father.

        -of and -ef do not: Yousef is a given name.
        """
        return self.bare != self.text and not self.text.endswith(("f", "F"))

    @property
    def is_patronymic(self) -> bool:
        low = self.text.lower()
        return bool(_PATRONYMIC.search(low) or _KIN.search(low))

    @property
    def is_initial(self) -> bool:
        return self.script != "Hani" and (len(self.text) == 1 or self.text.lower() in _DIGRAPHS)


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
        return self.chinese[1] if self._is_chinese and self.chinese else self.parts[0].text

    @property
    def father(self) -> str:
        """The father's name; '' where there is none or the name is Chinese."""
        return "" if self._is_chinese or len(self.parts) < 2 else self.parts[1].text

    @property
    def _is_chinese(self) -> bool:
        """马木提 begins with a Chinese surname, and is Mamut."""
        return self.chinese is not None and not table.load().find(self.parts[0].text)


def take_apart(name: str) -> Parts:
    """The parts of a name. Errors: ``BadName``, also for a title alone."""
    return _taken_apart(name) if isinstance(name, str) else _taken_apart(clean(name).text)


@lru_cache(maxsize=65_536)
def _taken_apart(name: str) -> Parts:
    cleaned = clean(name)
    text, comma = cleaned.text.replace("،", ","), []
    if text.count(",") == 1 and texts.detect_script(text) != "Hani":
        last, first = (half.strip() for half in text.split(","))
        if first and last:
            text, comma = f"{first} {last}", ["turned round at the comma"]
    parts: list[Part] = []
    joined: list[Part] = []
    dropped = []
    waiting = ""  # a title that the next name may be written to
    for word in _words(text):
        low = word.lower()
        if not any(letter.isalpha() for letter in word):
            dropped.append(f"{word}, which has no letters")
        elif low in _TITLES:
            dropped.append(f"title {word}")
            if joined:
                joined[-1] = _part(joined[-1].text + low)
            else:
                waiting = word
        elif low in LINKS and (parts or low != "b"):
            dropped.append(f"link {word}")
        else:
            han = texts.detect_script(word) == "Hani" and len(word) > 3
            if han and (match := _TITLE_AT_THE_END.search(word)):
                dropped.append(f"title {match[0]}")
                word = word[: match.start()]
            parts.append(_part(word))
            joined.append(_part(waiting + low) if waiting else parts[-1])
            waiting = ""
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


def _words(text: str) -> list[str]:
    """The words, also where a letter of another script, or a capital after a small letter, follows
    on the one before."""
    found = []
    for word in re.split(r"[ ·.=﹒•,،、/()（）\[\]_]+", text):
        for piece in _ONE_SCRIPT.findall(word):
            found += [bare for run in _runs(piece) if (bare := run.strip('-;:"«»“”'))]
    return found


def _runs(word: str) -> list[str]:
    """KerimMijit is two words."""
    cuts = [at for at in range(3, len(word) - 1) if word[at].isupper() and word[at - 1].islower()]
    return [word[start:end] for start, end in pairwise([0, *cuts, len(word)])]


_ONE_SCRIPT = re.compile(
    "[\u3400-\u9fff\uf900-\ufaff]+|[\u0600-\u06ff\u0750-\u077f]+"
    "|[^\u3400-\u9fff\uf900-\ufaff\u0600-\u06ff\u0750-\u077f]+"
)


def _part(word: str) -> Part:
    script = texts.detect_script(word) or ""
    return Part(word, _bare(word, script), script)


@lru_cache(maxsize=65_536)
def is_of_kin(word: str) -> bool:
    """Whether the ending of a word says that it names the father or the family."""
    return _part(word).of_kin


@lru_cache(maxsize=65_536)
def is_initial(word: str) -> bool:
    """Whether a word is but the first letter of a name; a Han character never is."""
    return _part(word).is_initial


def _bare(word: str, script: str) -> str:
    least = 3 if script == "Hani" else 5
    if script not in ("Latn", "Cyrl", "Arab", "Hani") or len(word) < least:
        return word
    low = word.lower()
    for ending in (_KIN, _RUSSIAN):
        if (match := ending.search(low)) and match.start() >= least - 2:
            return word[: match.start()]
    return word


#: Elements that are added to a given name, by sound (common alphabet); see docs/methods.
SUFFIXES = (
    "can", "con", "jan", "jon", "xan", "xen", "han", "axun", "ahun", "ahoñ", "bek", "beg", "beke",
    "haci", "haji", "aci", "aji", "hacim", "hajim",
)  # fmt: skip
HAN_SUFFIXES = (
    "江", "坚", "汗", "罕", "阿洪", "达洪", "塔洪", "别克", "白克", "巴克", "阿吉", "哈吉",
)  # fmt: skip
