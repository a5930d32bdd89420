"""Generated passages in six languages, the same for the same number; nobody is in them.

Words are made of syllables of each language and drawn by Zipf's law, so that there are common
and rare ones; Chinese is drawn character by character from as many as a newspaper uses.
"""

from __future__ import annotations

import itertools
import random
from bisect import bisect_left
from dataclasses import dataclass

LANGUAGES = ("zh", "ug", "ru", "kk", "tr", "en")
_SHARE = (30, 20, 15, 10, 5, 20)  # in a hundred passages
_SYLLABLES = {
    "ug": ("قا قە شە يا تە ر بى يە لە شت نى دە گې را ئۇ مۇ سۇ خو ما نا ئى شى ۋۇ جى دۆ لۈ ھە كى"),
    "ru": ("ка ла ге ря про во ди ст ель но сть за де ржа ны по ли ци я об ра зо ва ние шко ла"),
    "kk": ("қа за қ тәр бие ле у ла ге рі ха лық ө ңір ұлт тық мек теп бі лім беру аза мат"),
    "tr": ("ka ra kol ev le ri çı ğı şe hir köy lü ge nç ya şa mak iz le me ön ce sı nır"),
    "en": ("re edu ca tion camp de tain ed of fi cial re port vil lage po lice re gion fam ily in"),
}
_WORDS = 20_000  # of each language
_CHARACTERS = 3_000
PASSAGES_A_TEXT = 100


@dataclass(frozen=True, slots=True)
class _Speech:
    words: list[str]
    weights: list[float]  # summed
    length: int
    between: str


class Corpus:
    """Passages by their number."""

    def __init__(self) -> None:
        chance = random.Random(11)
        self._speech = {name: _speech(name, chance) for name in LANGUAGES}

    def language(self, number: int) -> str:
        return random.Random(number).choices(LANGUAGES, _SHARE)[0]

    def passage(self, number: int) -> str:
        """About 400 characters."""
        chance = random.Random(number)
        speech = self._speech[chance.choices(LANGUAGES, _SHARE)[0]]
        total = speech.weights[-1]
        drawn = [
            speech.words[bisect_left(speech.weights, chance.random() * total)]
            for _ in range(speech.length)
        ]
        stop = "。" if speech.between == "" else ". "
        sentences = [speech.between.join(drawn[at : at + 12]) for at in range(0, speech.length, 12)]
        return stop.join(sentences) + stop.strip()

    def text(self, number: int) -> tuple[str, list[tuple[int, int]]]:
        """A text of a hundred passages, one on each page, and where they stand."""
        first = number * PASSAGES_A_TEXT
        passages = [self.passage(first + at) for at in range(PASSAGES_A_TEXT)]
        starts = list(itertools.accumulate((len(p) + 1 for p in passages), initial=0))
        places = [(start, start + len(p)) for start, p in zip(starts, passages, strict=False)]
        return "\n".join(passages) + "\n", places


def _speech(name: str, chance: random.Random) -> _Speech:
    if name == "zh":
        words = [chr(0x4E00 + n) for n in chance.sample(range(0x5000), _CHARACTERS)]
        return _Speech(words, _zipf(_CHARACTERS), 180, "")
    made: dict[str, None] = {}
    while len(made) < _WORDS:
        made["".join(chance.choices(_SYLLABLES[name].split(), k=chance.randint(1, 5)))] = None
    return _Speech(list(made), _zipf(_WORDS), 60, " ")


def _zipf(count: int) -> list[float]:
    return list(itertools.accumulate(1 / (rank + 3) for rank in range(count)))
