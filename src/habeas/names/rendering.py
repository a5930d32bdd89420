"""A name written in another alphabet, and how that was done.

Invariants: what cannot be known from the letters is said, not guessed: Han characters are
read back only through the table of names, and a Latin spelling is taken as ULY, which
``how`` says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from habeas.names import chinese, kazakh, table, uyghur, writing
from habeas.names.cleaning import clean
from habeas.names.errors import UnknownConversion
from habeas.vocabulary import texts
from habeas.vocabulary.errors import shown

if TYPE_CHECKING:
    from habeas.vocabulary.region import Region

_UYGHUR_CYRILLIC = set("җәғқһөүң")
_OTHER_CYRILLIC = set("іұыёщъьэ")


@dataclass(frozen=True, slots=True)
class Rendering:
    """The name in the other alphabet. ``others``: it may be these as well."""

    text: str
    how: str
    others: tuple[str, ...] = ()


def render(name: str, script: str, region: Region) -> Rendering:
    """The name in one of the region's writings. Errors: ``BadName``, ``UnknownConversion``."""
    text = clean(name).text
    found = texts.detect_script(text)
    targets = writing.check(region)
    target = targets.get(script)
    if target is None:
        raise UnknownConversion(
            f"No script named {shown(script)} here.", next_step=f"One of: {', '.join(targets)}."
        )
    if target.steps is not None and found == target.script:
        first, *others = target.write(text)
        left = any(texts.detect_script(letter) == found for letter in first)
        if not left or target.to == found:
            return Rendering(first, target.title, tuple(others))
    if target.by == "pinyin" and found == "Hani":
        words = text.replace("·", " ").split()
        return Rendering(
            " ".join("".join(chinese.pinyin(w)).capitalize() for w in words), "Han by pypinyin"
        )
    if target.by == "kazakh-arabic" and found == "Arab":
        first, *others = [
            " ".join(word[:1].upper() + word[1:] for word in way.split())
            for way in kazakh.from_arabic(text)
        ]
        return Rendering(first, target.title, tuple(others))
    if target.by == "uyghur":
        if found == "Hani":
            return _from_han(text, script, region)
        source = {"Arab": "uey", "Latn": "uly", "Cyrl": "uky"}.get(found or "", "")
        if source == "uly" and set(text.lower()) & set("ⱪⱨⱬƣəɵø"):
            source = "uyy"
        low = set(text.lower())
        if source and (source != "uky" or (low & _UYGHUR_CYRILLIC and not low & _OTHER_CYRILLIC)):
            done = uyghur.convert(text, source, script)
            return Rendering(done, f"read as {uyghur.ORTHOGRAPHIES[source]}, converted with umsc")
    raise UnknownConversion(
        f"{shown(name)} cannot be written in {target.title} by rule.",
        next_step="Write it by hand, and keep what was written beside it.",
    )


def _from_han(text: str, script: str, region: Region) -> Rendering:
    """Each part through the table; refused where a part is not in it."""
    written, other = [], []
    for word in text.replace("·", " ").split():
        names = [name for name in table.of(region).find(word) if name.language == "ug"]
        if not names:
            raise UnknownConversion(
                f"{shown(word)} is not in the table of names, and Han does not tell the sounds.",
                next_step="Look for the name in another source, or add it to the table.",
            )
        spelt = [uyghur.convert(name.name, "uly", script) for name in names]
        written.append(spelt[0])
        other += spelt[1:]
    return Rendering(" ".join(written), "Han through the table of given names", tuple(other))
