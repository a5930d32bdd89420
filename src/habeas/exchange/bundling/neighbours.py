"""What of a passage's sides is of other rows: in a sheet or table these are other people.

A passage keeps up to 32 characters before and after its quote (``verbs.citing``), for whoever looks
for it in another reading. In a list of people they are the rows beside. A field of an entry is
disclosed whole or not at all, so a side that reaches into another row is withheld whole; its
commitment stays in the entry, and every check holds as before.

Invariant: where it cannot be told whose words a side is, it is withheld.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Final

from habeas.archive import models as m
from habeas.archive.access import OWNER, visible
from habeas.archive.exhibits.places import Places, of_layer
from habeas.archive.opening import Archive
from habeas.archive.store.pieces import in_pieces
from habeas.errors import HabeasError

SIDES: Final = frozenset({"prefix", "suffix"})
WORDS: Final = (
    "The fields prefix and suffix of {}: the words beside the quote are of other rows of the sheet "
    "or table, and so of other people."
)
FACTS: Final = frozenset({"metadata"})
FACTS_WORDS: Final = (
    "The field metadata of the readings of {} whose bytes are not handed over: what the file says "
    "of itself, and its size and time, so that places in it cannot be checked against them."
)
#: A text of these names without places is lines: each is a row.
_LINES: Final = (".csv", ".tsv", ".tab")


def sides_of_others(archive: Archive, positions: Collection[int]) -> dict[int, frozenset[str]]:
    """For each passage among the entries, the sides that hold words of other rows."""
    by_layer: dict[int, list[m.Passage]] = defaultdict(list)
    for part in in_pieces(sorted(positions)):
        cited = visible(OWNER, m.Passage).filter(position__in=part, layer__isnull=False)
        for row in cited.exclude(prefix="", suffix=""):
            by_layer[row.layer or 0].append(row)
    found: dict[int, frozenset[str]] = {}
    for part in in_pieces(sorted(by_layer)):
        layers = {row.position: row for row in visible(OWNER, m.Layer).filter(position__in=part)}
        names = _names({row.exhibit for row in layers.values()})
        for position in part:
            layer = layers.get(position)
            places = _places(archive, layer)
            lines = layer is not None and names.get(layer.exhibit, "").lower().endswith(_LINES)
            for passage in by_layer[position]:
                if withheld := _withheld(passage, places, lines=lines):
                    found[passage.position] = withheld
    return found


def facts_of_files_left_out(
    positions: Collection[int], exhibits: Collection[int]
) -> dict[int, frozenset[str]]:
    """For each reading of a file whose bytes are not handed over, what it found in them.

    Where and by whom a picture was taken is in its bytes: who is not given them is not told it.
    """
    found: dict[int, frozenset[str]] = {}
    for part in in_pieces(sorted(positions)):
        rows = visible(OWNER, m.Reading).filter(position__in=part)
        for position, exhibit in rows.values_list("position", "exhibit"):
            if exhibit not in exhibits:
                found[position] = FACTS
    return found


def words_for(withheld: Mapping[int, frozenset[str]], shown: Collection[str]) -> list[str]:
    """In sentences, what is withheld because it is of others, but for what is to be shown."""
    said = []
    for fields, sentence, one in ((SIDES, WORDS, "one passage"), (FACTS, FACTS_WORDS, "one file")):
        many = sum(bool((sides & fields) - set(shown)) for sides in withheld.values())
        if many:
            noun = one.partition(" ")[2]
            said.append(sentence.format(f"{many:,} {noun}s" if many > 1 else one))
    return said


def _names(exhibits: Collection[int]) -> dict[int, str]:
    rows = visible(OWNER, m.Exhibit).filter(position__in=exhibits)
    return dict(rows.values_list("position", "filename"))


def _places(archive: Archive, layer: m.Layer | None) -> Places | None:
    """None where they cannot be read, as of a blocked exhibit."""
    if layer is None:
        return None
    try:
        return of_layer(archive, layer)
    except HabeasError:
        return None


def _withheld(passage: m.Passage, places: Places | None, *, lines: bool) -> frozenset[str]:
    before, after = passage.prefix, passage.suffix
    if places is None:
        return SIDES
    first, last = passage.start - len(before), passage.stop + len(after)
    rows = [part for part in places.around(first, last) if part.kind == "row"]
    if not rows and lines:
        outside = {"prefix": "\n" in before, "suffix": "\n" in after}
        return frozenset(side for side, reaches in outside.items() if reaches)
    begins = max((r.start for r in rows if r.start <= passage.start < r.stop), default=None)
    ends = min((r.stop for r in rows if r.start < passage.stop <= r.stop), default=None)
    found = set()
    if begins is not None:
        if before[: max(0, begins - first)].strip():
            found.add("prefix")
    elif any(r.start < passage.start and r.stop > first for r in rows):
        found.add("prefix")
    if ends is not None:
        if after[max(0, ends - passage.stop) :].strip():
            found.add("suffix")
    elif any(r.stop > passage.stop and r.start < last for r in rows):
        found.add("suffix")
    return frozenset(found)
