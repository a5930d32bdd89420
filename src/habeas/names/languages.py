"""Which language a text is in, by letters that a region says tell it.

Invariants: only what a region says; () where it says nothing, and then whoever asks has rules of
their own. The rules go in order, those of the first region first.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from habeas.names import conditions
from habeas.vocabulary import texts
from habeas.vocabulary.errors import VocabularyError
from habeas.vocabulary.region import SETTINGS

if TYPE_CHECKING:
    from habeas.names.conditions import Conditions
    from habeas.vocabulary.region import Region

_KEYS = ("language", "script", "when")


@dataclass(frozen=True, slots=True)
class _Rule:
    language: str
    script: str
    when: Conditions


@lru_cache(maxsize=32)
def check(region: Region) -> tuple[_Rule, ...]:
    """The rules of a region. Errors: ``BadRegion`` by file and line."""
    found = []
    for file in region.files(SETTINGS):
        listed = file.at(("languages",)) or []
        if not isinstance(listed, list):
            raise file.refuse(("languages",), "languages must be a list")
        for at in range(len(listed)):
            path = ("languages", at)
            file.mapping(path, needed=_KEYS, optional=())
            language, script = (file.text_at((*path, key)) for key in _KEYS[:2])
            try:
                texts.make("a", language, script)
            except VocabularyError as error:
                raise file.refuse(path, error.message) from error
            found.append(_Rule(language, script, conditions.read(file, (*path, "when"))))
    return tuple(found)


def told(sample: str, script: str, region: Region) -> str:
    """The language of a text in a script; '' where the region does not tell."""
    low = sample.lower()
    for rule in check(region):
        if rule.script == script and conditions.hold(rule.when, low):
            return rule.language
    return ""
