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
from typing import TYPE_CHECKING

from habeas.names import chinese, people, table
from habeas.names.cleaning import clean
from habeas.names.errors import BadName
from habeas.vocabulary import texts
from habeas.vocabulary.errors import shown
from habeas.vocabulary.texts import late_pattern

if TYPE_CHECKING:
    from habeas.vocabulary.region import Region

_DIGRAPHS = frozenset(("sh", "ch", "zh", "gh", "kh"))


@dataclass(frozen=True, slots=True)
class NamePart:
    """One part. ``bare`` lacks an ending of family or kin that ``text`` has.

    ``is_patronymic``: its ending only names a father.
    """

    text: str
    bare: str
    script: str
    is_patronymic: bool = False

    @property
    def of_kin(self) -> bool:
        """Whether its ending says that it names the family or the father.

        -of and -ef do not: Yousef is a given name.
        """
        return self.bare != self.text and not self.text.endswith(("f", "F"))

    @property
    def is_initial(self) -> bool:
        return self.script != "Hani" and (len(self.text) == 1 or self.text.lower() in _DIGRAPHS)


@dataclass(frozen=True, slots=True)
class NameParts:
    """A name in its parts, in the order written. ``chinese``: read as surname, given name.

    ``joined``: the parts with each title written to the name before it, as in Turdi Axun and
    Turdiaxun; () where no title follows a name. ``known``: a table of the region has the first.
    """

    parts: tuple[NamePart, ...]
    dropped: tuple[str, ...]
    changes: tuple[str, ...]
    chinese: tuple[str, str] | None = None
    joined: tuple[NamePart, ...] = ()
    known: bool = False

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
        return self.chinese is not None and not self.known


def take_apart(name: str, region: Region) -> NameParts:
    """The parts of a name. Errors: ``BadName``, also for a title alone."""
    return _taken_apart(name if isinstance(name, str) else clean(name).text, region)


@lru_cache(maxsize=65_536)
def _taken_apart(name: str, region: Region) -> NameParts:
    cleaned = clean(name)
    said = people.check(region)
    text, comma = cleaned.text.replace("،", ","), []
    if text.count(",") == 1 and texts.detect_script(text) != "Hani":
        last, first = (half.strip() for half in text.split(","))
        if first and last:
            text, comma = f"{first} {last}", ["turned round at the comma"]
    parts: list[NamePart] = []
    joined: list[NamePart] = []
    dropped = []
    waiting = ""  # a title that the next name may be written to
    for word in _words(text):
        low = word.lower()
        if not any(letter.isalpha() for letter in word):
            dropped.append(f"{word}, which has no letters")
        elif low in said.titles:
            dropped.append(f"title {word}")
            if joined:
                joined[-1] = _part(joined[-1].text + low, region)
            else:
                waiting = word
        elif low in said.links and (parts or low != "b"):
            dropped.append(f"link {word}")
        else:
            han = texts.detect_script(word) == "Hani" and len(word) > 3
            if han and (match := said.title_at_the_end.search(word)):
                dropped.append(f"title {match[0]}")
                word = word[: match.start()]
            parts.append(_part(word, region))
            joined.append(_part(waiting + low, region) if waiting else parts[-1])
            waiting = ""
    if not parts:
        raise BadName(
            f"{shown(name)} is only a title.",
            next_step="Give the name that goes with the title, or leave the name out.",
        )
    split = None
    if len(parts) == 1 and parts[0].script == "Hani":
        split = chinese.surname_split(parts[0].text)
    return NameParts(
        tuple(parts),
        tuple(dropped),
        (*cleaned.changes, *comma),
        split,
        tuple(joined) if joined != parts else (),
        bool(split) and bool(table.of(region).find(parts[0].text)),
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


_ONE_SCRIPT = late_pattern(
    "[\u3400-\u9fff\uf900-\ufaff]+|[\u0600-\u06ff\u0750-\u077f]+"
    "|[^\u3400-\u9fff\uf900-\ufaff\u0600-\u06ff\u0750-\u077f]+"
)


def _part(word: str, region: Region) -> NamePart:
    script = texts.detect_script(word) or ""
    said, low = people.check(region), word.lower()
    patronymic = bool(said.patronymic.search(low) or said.kin.search(low))
    return NamePart(word, _bare(word, script, said), script, patronymic)


@lru_cache(maxsize=65_536)
def is_of_kin(word: str, region: Region) -> bool:
    """Whether the ending of a word says that it names the father or the family."""
    return _part(word, region).of_kin


@lru_cache(maxsize=65_536)
def is_initial(word: str, region: Region) -> bool:
    """Whether a word is but the first letter of a name; a Han character never is."""
    return _part(word, region).is_initial


def _bare(word: str, script: str, said: people.People) -> str:
    least = 3 if script == "Hani" else 5
    if script not in ("Latn", "Cyrl", "Arab", "Hani") or len(word) < least:
        return word
    low = word.lower()
    for ending in (said.kin, said.family):
        if (match := ending.search(low)) and match.start() >= least - 2:
            return word[: match.start()]
    return word
