"""Lines of speech with their times: what the readers of transcripts and of films share.

Invariants: every line of words in a file becomes a part, also one whose time cannot be read:
it then stands without a time, and the reading says which line that is. The words are as they
are written, without marks of layout; a speaker is taken only where the file names one.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from habeas.reading.measured import FURTHEST_MS
from habeas.reading.readers.interface import DraftReading

_TIME = r"(?:(\d{1,6}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_TIMES = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?")
_NUMBER = re.compile(r"\s*\d{1,9}\s*")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?[ \t]+([^>]{1,200})>")
_TAG = re.compile(r"</?(?:[cibuv]|ruby|rt|lang|font)(?:[ .][^>]*)?>|<[\d:.]+>|\{\\[^}]*\}", re.I)
_LONGEST_NAME = 200
_ASIDE = ("NOTE", "STYLE", "REGION")


@dataclass(frozen=True, slots=True)
class Cue:
    """Words and when they are said; None where the file's time cannot be read."""

    text: str
    line: int  # of the file, from 1; 0 where it has none
    from_ms: int | None = None
    to_ms: int | None = None
    speaker: str = ""
    tier: str = ""
    language: str = ""
    fault: str = ""  # what is wrong with its time, or of what else is missing


def add_all(draft: DraftReading, cues: Iterable[Cue], *, stream: int | None = None) -> int:
    """A part for each cue with words; what is wrong is said by line. How many were added."""
    count, latest, out_of_order = 0, 0, False
    for cue in cues:
        where = f"line {cue.line}: " if cue.line else ""
        if cue.fault:
            draft.lacks(f"{where}{cue.fault}")
        if not cue.text.strip():
            continue
        place: dict[str, str | int] = {} if stream is None else {"stream": stream}
        if cue.from_ms is not None and cue.to_ms is not None:
            place |= {"from_ms": cue.from_ms, "to_ms": cue.to_ms}
            out_of_order |= cue.from_ms < latest
            latest = max(latest, cue.from_ms)
        for name, word in (("speaker", cue.speaker), ("tier", cue.tier)):
            if word:
                place[name] = word[:_LONGEST_NAME]
        if cue.line:
            place["line"] = cue.line
        draft.add("line", cue.text, place, language=cue.language[:64])
        count += 1
    if out_of_order:
        draft.warn("The lines are not in the order of their times.")
    return count


def by_time(cue: Cue) -> tuple[bool, int]:
    """Lines without a time come last, in the order of the file."""
    return cue.from_ms is None, cue.from_ms or 0


def timed(cue: Cue, from_ms: int, to_ms: int) -> Cue:
    """The cue with the times that were read, or with what is wrong with them."""
    if to_ms < from_ms:
        return replace(cue, fault="it ends before it begins, so its time is not taken")
    if to_ms > FURTHEST_MS:
        return replace(cue, fault="its time is past 24 days, so it is not taken")
    return replace(cue, from_ms=from_ms, to_ms=to_ms)


def in_subtitles(text: str, *, web: bool) -> Iterator[Cue]:
    """The cues of WebVTT (``web``) or SRT."""
    for number, block in _blocks(text):
        if web and (_is_aside(block[0]) or (number == 1 and block[0].startswith("WEBVTT"))):
            continue
        named = 0 if "-->" in block[0] else 1
        timing = block[named] if len(block) > named else ""
        if "-->" not in timing:
            yield Cue(_words(block), number, fault="its words belong to no time")
            continue
        words = _words(block[named + 1 :])
        at, voice = number + named, _VOICE.search("\n".join(block[named + 1 :]))
        speaker = _plain(voice[1]).strip() if voice else ""
        times = _TIMES.fullmatch(timing)
        fault = _why_no_times(times)
        cue = Cue(words, at, speaker=speaker, fault=fault)
        if times is None or fault:
            yield cue
        else:
            yield timed(cue, _ms(times.groups()[:4]), _ms(times.groups()[4:]))


def _why_no_times(times: re.Match[str] | None) -> str:
    if times is None:
        return "its time cannot be read"
    if any(int(times[at]) > 59 for at in (2, 3, 6, 7)):
        return "its time has more than 59 minutes or seconds"
    return ""


def _is_aside(line: str) -> bool:
    return any(line == word or line.startswith((f"{word} ", f"{word}\t")) for word in _ASIDE)


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """What stands between blank lines, with the number of its first line."""
    block: list[str] = []
    first = 0
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line in enumerate(lines, 1):
        starts_anew = "-->" in line and any("-->" in before for before in block)
        if block and (not line.strip() or starts_anew):
            carried = [block.pop()] if starts_anew and _NUMBER.fullmatch(block[-1]) else []
            if block:
                yield first, block
            block, first = carried, number - len(carried)
        if line.strip():
            first = first if block else number
            block.append(line)
    if block:
        yield first, block


def _words(lines: Iterable[str]) -> str:
    return "\n".join(filter(None, (_plain(line).strip() for line in lines)))


def _plain(line: str) -> str:
    return html.unescape(_TAG.sub("", line))


def _ms(groups: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, fraction = groups
    thousandths = int((fraction or "0").ljust(3, "0"))
    return (
        (int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)
    ) * 1000 + thousandths
