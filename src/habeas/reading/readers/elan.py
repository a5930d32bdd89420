"""ELAN's annotations (EAF): the words of each tier, with the times of their slots.

An annotation that refers to another (a translation of it, a gloss) has that one's time. Slots
without a time of their own lie between two that have one; their annotations keep the outer times.
Format: MPI for Psycholinguistics, EAF schemas 2.x and 3.0. XML by ``markup``: no entity, no
document type, nothing fetched.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from habeas.reading.documents import State
from habeas.reading.readers import cues, markup
from habeas.reading.readers.cues import Cue
from habeas.reading.readers.interface import DraftReading, InputFile

NAME = "habeas.elan"
VERSION = "1"
MEDIA_TYPES = frozenset({"application/x-eaf+xml"})
_MOST_STEPS = 50  # from an annotation to the one whose time it has


@dataclass(slots=True)
class _Annotation:
    name: str
    tier: str
    speaker: str
    language: str
    start: str = ""  # slots
    end: str = ""
    of: str = ""  # another annotation, whose time it has
    words: str = ""


@dataclass(slots=True)
class _Found:
    slots: dict[str, int | None] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    annotations: list[_Annotation] = field(default_factory=list)


def read(source: InputFile, draft: DraftReading) -> None:
    found = _Found()
    try:
        _walk(source, found)
    except markup.RefusedXml as error:
        draft.ends(State.REFUSED, f"XML with {error}, which is never read")
    except markup.BrokenXml as error:
        if not found.annotations:
            draft.ends(State.FAILED, str(error))
        draft.lacks(f"what comes after the fault: {error}")
    times = _Times(found)
    lines = [_cue(each, number, times) for number, each in enumerate(found.annotations, 1)]
    cues.add_all(draft, sorted(lines, key=cues.by_time))


def _walk(source: InputFile, found: _Found) -> None:
    data = source.data
    chunks = (bytes(data[at : at + 65_536]) for at in range(0, len(data), 65_536))
    tier: dict[str, str] = {}
    now: _Annotation | None = None
    taking = False
    for kind, name, attributes in markup.events(chunks):
        if kind == "start" and attributes is not None:
            if name == "TIME_SLOT":
                slot = attributes.get("TIME_SLOT_ID", "")
                value = attributes.get("TIME_VALUE", "")
                found.slots[slot] = int(value) if value.isdecimal() and len(value) < 16 else None
                found.order.append(slot)
            elif name == "TIER":
                tier = attributes
            elif name in ("ALIGNABLE_ANNOTATION", "REF_ANNOTATION"):
                now = _Annotation(
                    attributes.get("ANNOTATION_ID", ""), tier.get("TIER_ID", ""),
                    tier.get("PARTICIPANT", ""), tier.get("LANG_REF", ""),
                    attributes.get("TIME_SLOT_REF1", ""), attributes.get("TIME_SLOT_REF2", ""),
                    attributes.get("ANNOTATION_REF", ""),
                )  # fmt: skip
                found.annotations.append(now)
            taking = name == "ANNOTATION_VALUE"
        elif kind == "end":
            taking = False
        elif taking and now is not None:
            now.words += name


class _Times:
    """The time of each annotation, by its slots or by the annotation it refers to."""

    def __init__(self, found: _Found) -> None:
        self._known = {each.name: each for each in found.annotations}
        self._before: dict[str, int | None] = {}
        self._after: dict[str, int | None] = {}
        for names, into in ((found.order, self._before), (found.order[::-1], self._after)):
            latest: int | None = None
            for name in names:
                value = found.slots[name]
                latest = latest if value is None else value
                into[name] = latest

    def of(self, annotation: _Annotation) -> tuple[int, int] | None:
        for _ in range(_MOST_STEPS):
            if not annotation.of:
                break
            other = self._known.get(annotation.of)
            if other is None:
                return None
            annotation = other
        start, end = self._before.get(annotation.start), self._after.get(annotation.end)
        return None if start is None or end is None or annotation.of else (start, end)


def _cue(each: _Annotation, number: int, times: _Times) -> Cue:
    cue = Cue(each.words, 0, speaker=each.speaker, tier=each.tier, language=each.language)
    when = times.of(each)
    if when is None:
        return replace(cue, fault=f"annotation {number}: it has no time that can be read")
    cue = cues.timed(cue, *when)
    return replace(cue, fault=f"annotation {number}: {cue.fault}") if cue.fault else cue
