"""A name written in another alphabet, and how that was done.

Invariants: what cannot be known from the letters is said, not guessed: Han characters are
read back only through the table of names, and a Latin spelling is taken as ULY, which
``how`` says.
"""

from __future__ import annotations

from dataclasses import dataclass

from habeas.names import chinese, cyrillic, table, uyghur
from habeas.names.cleaning import clean
from habeas.names.errors import UnknownConversion
from habeas.vocabulary import texts
from habeas.vocabulary.errors import shown

TARGETS = {
    **uyghur.ORTHOGRAPHIES,
    "pinyin": "pinyin without tones, of Han",
    "kk-latin": "Kazakh Cyrillic, romanised (BGN/PCGN 1979)",
    "ky-latin": "Kyrgyz Cyrillic, romanised (BGN/PCGN 1979)",
    "ru-latin": "Russian, romanised (BGN/PCGN 1947)",
    "ru-passport": "Russian, as in a passport (ICAO 9303)",
    "kk-cyrillic": "Kazakh Arabic letters to Kazakh Cyrillic",
}
_UYGHUR_CYRILLIC = set("җәғқһөүң")
_OTHER_CYRILLIC = set("іұыёщъьэ")


@dataclass(frozen=True, slots=True)
class Rendering:
    """The name in the other alphabet. ``others``: it may be these as well."""

    text: str
    how: str
    others: tuple[str, ...] = ()


def render(name: str, script: str) -> Rendering:
    """The name in one of ``TARGETS``. Errors: ``BadName``, ``UnknownConversion``."""
    text = clean(name).text
    found = texts.detect_script(text)
    if script not in TARGETS:
        raise UnknownConversion(
            f"There is no writing {shown(script)} here.", next_step=f"One of: {', '.join(TARGETS)}."
        )
    if script == "pinyin" and found == "Hani":
        words = text.replace("·", " ").split()
        return Rendering(
            " ".join("".join(chinese.pinyin(w)).capitalize() for w in words), "Han by pypinyin"
        )
    if script in ("kk-latin", "ky-latin", "ru-latin", "ru-passport") and found == "Cyrl":
        language = script[:2]
        done = cyrillic.romanise(text, language, passport=script == "ru-passport")
        if not any(texts.detect_script(letter) == "Cyrl" for letter in done):
            return Rendering(done, TARGETS[script])
    if script == "kk-cyrillic" and found == "Arab":
        first, *others = [
            " ".join(word[:1].upper() + word[1:] for word in way.split())
            for way in cyrillic.kazakh_from_arabic(text)
        ]
        return Rendering(first, TARGETS[script], tuple(others))
    if script in uyghur.ORTHOGRAPHIES:
        if found == "Hani":
            return _from_han(text, script)
        source = {"Arab": "uey", "Latn": "uly", "Cyrl": "uky"}.get(found or "", "")
        if source == "uly" and set(text.lower()) & set("ⱪⱨⱬƣəɵø"):
            source = "uyy"
        low = set(text.lower())
        if source and (source != "uky" or (low & _UYGHUR_CYRILLIC and not low & _OTHER_CYRILLIC)):
            done = uyghur.convert(text, source, script)
            return Rendering(done, f"read as {uyghur.ORTHOGRAPHIES[source]}, converted with umsc")
    raise UnknownConversion(
        f"{shown(name)} cannot be written in {TARGETS[script]} by rule.",
        next_step="Write it by hand, and keep what was written beside it.",
    )


def _from_han(text: str, script: str) -> Rendering:
    """Each part through the table; refused where a part is not in it."""
    written, other = [], []
    for word in text.replace("·", " ").split():
        names = [name for name in table.load().find(word) if name.language == "ug"]
        if not names:
            raise UnknownConversion(
                f"{shown(word)} is not in the table of names, and Han does not tell the sounds.",
                next_step="Look for the name in another source, or add it to the table.",
            )
        spelt = [uyghur.convert(name.name, "uly", script) for name in names]
        written.append(spelt[0])
        other += spelt[1:]
    return Rendering(" ".join(written), "Han through the table of given names", tuple(other))
