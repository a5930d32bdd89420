"""Handling and consent beside what a command lists, shows or finds.

Invariants: what may not be public bears its mark wherever it stands; what is said of every row of
a list is said once, in a line above it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from habeas.archive import openness
from habeas.archive.access import Viewer
from habeas.archive.openness import Openness
from habeas.cli.speaking import Speaker

Thing = tuple[str, int]


class Marks:
    """The marks of some things, each a kind (``openness.KINDS``) and a position."""

    def __init__(self, viewer: Viewer, wanted: Mapping[str, Collection[int]]) -> None:

        self._found = openness.of(viewer, wanted)

    def said(self, kind: str, position: int | None, *beyond: str) -> str:
        """`` [sealed, no consent]``, to stand behind a name; ``beyond``: what was said before."""
        return bracketed(w for w in self.words(kind, position) if w not in beyond)

    def told(self, kind: str, position: int | None) -> dict[str, Any]:
        """The same as keys of a JSON object."""
        known = self._known(kind, position)
        if known is None:
            return {}
        found: dict[str, Any] = {"handling": known.handling}
        return {**found, "consent": known.consent} if known.consent else found

    def words(self, kind: str, position: int | None) -> tuple[str, ...]:
        """The marks in words."""
        known = self._known(kind, position)
        return () if known is None else known.words

    def common(self, speaker: Speaker, things: Iterable[Thing], above: str = "") -> tuple[str, ...]:
        """What is to be said of each of these things, said in a line of its own.

        ``above``: the level of what they stand under, which was said there.
        """
        each = [self.words(*thing) for thing in things]
        alike = tuple(words for words in each[0] if all(words in o for o in each)) if each else ()
        if len(each) == 1:
            return tuple(words for words in alike if words == above)
        if said := [words for words in alike if words != above]:
            speaker.say(f"All of these: {', '.join(said)}.")
        return alike

    def _known(self, kind: str, position: int | None) -> Openness | None:
        return None if position is None else self._found.get((kind, position))


def bracketed(words: Iterable[str]) -> str:
    """Marks in words, to stand behind a name."""
    said = ", ".join(words)
    return f" [{said}]" if said else ""


def of_level(handling: str) -> str:
    """The mark of a level, to stand behind a name; public needs none."""
    return bracketed(() if handling in ("", "public") else (handling,))


def common_level(speaker: Speaker, levels: Sequence[str]) -> str:
    """The level of several figures that are all of one, said in a line of its own; else ''."""
    alike = levels[0] if len(levels) > 1 and len(set(levels)) == 1 else ""
    if alike in ("", "public"):
        return ""
    speaker.say(f"All of these: {alike}.")
    return alike
