"""Which of Tesseract's models reads a page: asked of a few lines, then of a strip of the page.

Each model gives the letters of its own script to whatever it sees, so the choice goes by how
sure it is of them. A few lines settle it for most pages. Where they do not (letters set far
apart, tables with rules, a script that no model here knows), one model a script reads a
strip across the page, and the one that is sure of most text is taken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from PIL import Image

from habeas.reading.readers import ocr_lines, tesseract
from habeas.reading.readers.tesseract import Line

MODELS: Mapping[str, tuple[str, str]] = {  # language and script
    "eng": ("en", "Latn"),
    "tur": ("tr", "Latn"),
    "rus": ("ru", "Cyrl"),
    "kaz": ("kk", "Cyrl"),
    "uig": ("ug", "Arab"),
    "ara": ("ar", "Arab"),
    "chi_sim": ("zh", "Hans"),
    "chi_tra": ("zh", "Hant"),
}
FIRST = ("eng", "rus", "uig", "chi_sim")  # one a script
_OTHER = {
    "eng": "tur", "tur": "eng", "rus": "kaz", "kaz": "rus", "uig": "ara", "ara": "uig",
    "chi_sim": "chi_tra", "chi_tra": "chi_sim",
}  # fmt: skip
SURE, DOUBTFUL = 70, 60  # mean confidence, of 100
_NOT_ITS_OWN = 45
_NEAR = 0.95  # of the most text
_TELLING_LETTERS = 24  # in fewer, models of other scripts are sure of letters that look alike
_CLEARLY_APART = 2  # of confidence, between the two Chinese models
_HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")


@dataclass(slots=True)
class ModelChoice:
    """The model chosen among ``installed``, and how sure it is. ``sample``: pictures of lines."""

    installed: Sequence[str]
    sample: Sequence[Image.Image]
    model: str = ""
    sure: float = 0.0
    is_either_chinese: bool = False  # both read both, and write their own characters
    _scores: dict[str, float] = field(default_factory=dict)
    _letters: dict[str, int] = field(default_factory=dict)  # of the sample, as each model reads it

    def by_sample(self, first: Sequence[str]) -> None:
        """The model that reads the lines with the most confidence.

        ``first`` are tried first, which saves time and decides nothing: the rest is left out
        only where one is sure of more letters than a model of another script could be.
        """
        for model in (*first, *FIRST):
            if self._tried(model) >= SURE and self._letters[model] >= _TELLING_LETTERS:
                break
        else:
            if max(self._scores.values(), default=0.0) < DOUBTFUL:
                for model in self.installed:
                    self._tried(model)
        best = max(self._scores, key=lambda model: self._scores[model], default=self.installed[0])
        self._take(best)

    def by_strip(self, strip: Image.Image) -> None:
        """The model that is sure of most text on a strip of the page, one a script tried.

        Digits and capitals look alike in two scripts: where they are near, the lines decide.
        """
        read: dict[str, list[Line]] = {}
        scripts: dict[str, str] = {}
        for model in sorted(self._scores, key=lambda model: -self._scores[model]):
            scripts.setdefault(MODELS[model][1][:3], model)
        for model in scripts.values():
            lines = tesseract.recognise([strip], model)[0]
            if not _reads_latin_instead(model, lines):
                read[model] = lines
        if read:
            worth = {model: ocr_lines.worth(lines) for model, lines in read.items()}
            near = [model for model in read if worth[model] >= _NEAR * max(worth.values())]
            best = max(near, key=lambda model: self._scores[model])
            if best != self.model:
                self._take(best)
            if self.model in read:
                self.sure = ocr_lines.confidence([read[self.model]])

    def _take(self, model: str) -> None:
        """This model, or the other of its script where that is surer of the sample."""
        if MODELS[model][0] == "zh":
            model = self._simplified_or_traditional()
        elif self._tried(_OTHER[model]) > self._scores.get(model, 0.0):
            model = _OTHER[model]
        self.model, self.sure = model, self._scores.get(model, 0.0)

    def _tried(self, model: str) -> float:
        if model in self.installed and model not in self._scores:
            pages = tesseract.recognise(self.sample, model, mode=7)
            score = ocr_lines.confidence(pages)
            self._letters[model] = sum(
                map(str.isalpha, "".join(line.text for lines in pages for line in lines))
            )
            if _reads_latin_instead(model, [line for lines in pages for line in lines]):
                score = min(score, _NOT_ITS_OWN)
            self._scores[model] = score
        return self._scores.get(model, 0.0)

    def _simplified_or_traditional(self) -> str:
        simplified, traditional = self._tried("chi_sim"), self._tried("chi_tra")
        if "chi_sim" not in self.installed or "chi_tra" not in self.installed:
            return "chi_sim" if "chi_sim" in self.installed else "chi_tra"
        apart = traditional - simplified
        self.is_either_chinese = abs(apart) < _CLEARLY_APART
        return "chi_tra" if apart >= _CLEARLY_APART else "chi_sim"


def _reads_latin_instead(model: str, lines: Sequence[Line]) -> bool:
    """Whether a Chinese model gave less than a fifth Han: it reads Latin as well."""
    text = "".join(line.text for line in lines)
    return MODELS[model][0] == "zh" and 5 * len(_HAN.findall(text)) < len(text)
