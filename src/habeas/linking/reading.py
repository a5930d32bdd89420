"""Records as they come, turned into rows of numbers that can be joined.

Invariants: a name is mended with what was changed said, or refused with the reason; nothing
is dropped silently. One row is one name of one record; 0 stands for "not known" in every
column. Records are read once and not kept.
"""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from habeas.linking.errors import BadRecord
from habeas.linking.records import KINDS, Changed, Lost
from habeas.names import chinese, cleaning, parts, table
from habeas.names.errors import BadName
from habeas.vocabulary.errors import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from habeas.linking.engine import Engine
    from habeas.linking.records import LinkRecord
    from habeas.linking.settings import Settings

EARLIEST, LATEST = 1, 2_400
GENDERS = {"m": 1, "male": 1, "f": 2, "female": 2}
#: Columns of a row, in order. ``f`` is the father's or family name.
COLUMNS = ("rid", "rec", "new", "ds", "g", "f", "y1", "y2", "gender", "pset", "idset")
_MOST_SAID = 1_000
_LETTERS = re.compile(r"[^\W\d_]+")
_NAMELESS = (("", ""),)
#: Records handed on at a time, and spellings remembered.
_BATCH, _REMEMBERED = 50_000, 65_536


class Codes(dict[str, int]):
    """Texts by number, from 1 on in the order in which they are asked for; 0 is no text."""

    def __missing__(self, text: str) -> int:
        if not text:
            return 0
        number = self[text] = len(self) + 1
        return number

    @property
    def texts(self) -> list[str]:
        return ["", *self]


@dataclass(slots=True)
class Read:
    """Everything read of one kind of record, but the rows, which were handed on."""

    kind: str
    records: int = 0
    rows: int = 0
    pieces: Codes = field(default_factory=Codes)
    placesets: Codes = field(default_factory=Codes)
    idsets: Codes = field(default_factory=Codes)
    datasets: Codes = field(default_factory=Codes)
    genders: Codes = field(default_factory=Codes)
    fields: dict[str, Codes] = field(default_factory=dict)
    lost: list[Lost] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    untold: int = 0


class Reader:
    """Reads records of one kind into the tables ``r_KIND`` and ``ids_KIND``, some at a time.

    ``hear`` is given the new pieces of a large run, fifty thousand records at a time.

    Most of what a record says, another record has said before in the same words: those are read
    once and remembered by how they are written.
    """

    def __init__(
        self, engine: Engine, kind: str, settings: Settings, hear: Callable[[list[str]], None]
    ) -> None:
        self.read = Read(kind)
        self.read.fields = {each.name: Codes() for each in settings.fields}
        self.read.genders.update({"male": 1, "female": 2})
        self._engine = engine
        self._hear = hear
        self._heard = 0
        self._columns = (*COLUMNS, *(f"field_{each.name}" for each in settings.fields))
        self._plain = settings.names == "plain"
        self._gender = lru_cache(maxsize=_REMEMBERED)(self._read_gender)
        self._places = lru_cache(maxsize=_REMEMBERED)(self._read_places)
        self._name = lru_cache(maxsize=_REMEMBERED)(self._read_name)
        self._rows = array("q")
        self._ids: list[str] = []
        self._new = array("q")

    def take(self, record: LinkRecord, *, new: bool) -> None:
        """One record, whose rows are one a name. Errors: ``BadRecord``."""
        read = self.read
        check(record)
        y1, y2 = _years(record.birth_from, record.birth_to)
        places = self._places(record.places) if record.places else 0
        idset = read.idsets[_lines(record.identifiers)] if record.identifiers else 0
        shared: tuple[int, ...] = (y1, y2, self._gender(record.gender), places, idset)
        if record.fields or read.fields:
            shared += self._fields(record)
        read.records += 1
        named = (read.records, new, read.datasets[record.dataset])
        pieces = read.pieces
        for given, father in self._names(record) or _NAMELESS:
            read.rows += 1
            self._rows.extend((read.rows, *named, pieces[given], pieces[father], *shared))
        self._ids.append(record.id)
        self._new.append(new)
        if len(self._ids) >= _BATCH:
            self.hand_on()
            self._hear(list(islice(read.pieces, self._heard, None)))
            self._heard = len(read.pieces)

    def hand_on(self) -> None:
        """What was read since the last time, into the tables."""
        read = self.read
        rows = np.asarray(self._rows).reshape(-1, len(self._columns))
        self._engine.put(f"r_{read.kind}", dict(zip(self._columns, rows.T, strict=True)))
        numbers = range(read.records - len(self._ids) + 1, read.records + 1)
        self._engine.put(f"ids_{read.kind}", {"rec": numbers, "text": self._ids, "new": self._new})
        self._rows, self._ids, self._new = array("q"), [], array("q")

    def _read_gender(self, written: str) -> int:
        told = written.strip().lower()
        return GENDERS.get(told) or self.read.genders[told]

    def _read_places(self, places: tuple[str, ...]) -> int:
        return self.read.placesets[_lines(places)]

    def _fields(self, record: LinkRecord) -> tuple[int, ...]:
        given = dict(record.fields)
        unknown = given.keys() - self.read.fields.keys()
        if unknown:
            raise BadRecord(
                f"The record {shown(record.id)} has the field {shown(min(unknown))}, which the"
                " settings do not name.",
                next_step="Add it to Settings.fields, or leave it out.",
            )
        return tuple(codes[_line(given.get(name, ""))] for name, codes in self.read.fields.items())

    # --- names ----------------------------------------------------------------------------

    def _names(self, record: LinkRecord) -> Sequence[tuple[str, str]]:
        """Each name of a record as (given, father or family); whole names of what is no person."""
        found: list[tuple[str, str]] = []
        second = record.father_name or record.family_name
        if record.kind == "person" and (record.given_name or second):
            both = (self._piece(record, record.given_name), self._piece(record, second))
            if any(both):
                found.append(both)
        for name in record.names:
            if not self._plain and record.kind == "person" and (simple := _simple_name(name)):
                found += simple
                continue
            try:
                pairs, changes = self._name(name)
            except BadName as error:
                self._refused(record, name, error)
                continue
            for change in changes:
                self._mended(record, name, change)
            found += pairs
        return found if len(found) < 2 else list(dict.fromkeys(found))

    def _read_name(self, name: str) -> tuple[list[tuple[str, str]], list[tuple[str, ...]]]:
        """A whole name, and what was changed in it, step by step. Errors: ``BadName``."""
        person = self.read.kind == "person"
        if self._plain or not person:
            cleaned = cleaning.clean(name)
            text = cleaned.text.casefold()
            first, _, rest = text.partition(" ")
            return [(first, rest.rpartition(" ")[2]) if person else (text, "")], [cleaned.changes]
        taken = parts.take_apart(name)
        changes = [_changes(taken)]
        words = [part.text for part in taken.parts]
        if taken.chinese:
            return [(words[0], "")], changes
        if len(words) == 1 and (halves := _run_together(words[0])):
            changes.append((f"read as {halves[0]} and {halves[1]}",))
            return [halves, (words[0], "")], changes
        return _arranged(words), changes

    def _piece(self, record: LinkRecord, name: str) -> str:
        if not name.strip():
            return ""
        if not self._plain and (simple := _simple(name)):
            return simple
        try:
            if self._plain:
                return cleaning.clean(name).text.casefold()
            taken = parts.take_apart(name)
        except BadName as error:
            self._refused(record, name, error)
            return ""
        self._mended(record, name, _changes(taken))
        return " ".join(part.text for part in taken.parts)

    def _refused(self, record: LinkRecord, name: str, error: BadName) -> None:
        if len(self.read.lost) < _MOST_SAID:
            self.read.lost.append(Lost("name", shown(name), 1, error.message, (record.id,)))
        else:
            self.read.untold += 1

    def _mended(self, record: LinkRecord, name: str, changes: tuple[str, ...]) -> None:
        if changes and len(self.read.changed) < 100 * _MOST_SAID:
            self.read.changed.append(Changed(record.id, shown(name), changes))


def check(record: LinkRecord) -> None:
    """Errors: ``BadRecord`` for what no record can say."""
    wrong = ""
    first, last = record.birth_from, record.birth_to
    if not record.id:
        wrong = "A record has no id."
    elif record.kind not in KINDS:
        wrong = f"The record {shown(record.id)} has the kind {shown(record.kind)}."
    elif first is not None and last is not None and first > last:
        wrong = f"The record {shown(record.id)} was born no earlier than it was born no later."
    elif (first is not None and not EARLIEST <= first < LATEST) or (
        last is not None and not EARLIEST <= last < LATEST
    ):
        wrong = f"The record {shown(record.id)} has a year of birth that is no year."
    if wrong:
        raise BadRecord(wrong, next_step=f"Kinds are {', '.join(KINDS)}; years run from 1 on.")


def _years(first: int | None, last: int | None) -> tuple[int, int]:
    if first is None and last is None:
        return 0, 0
    return first or EARLIEST, last or LATEST


def _line(text: str) -> str:
    return " ".join(text.split())


def _lines(several: tuple[str, ...]) -> str:
    """Several texts as one, whatever their order."""
    if len(several) == 1:
        return _line(several[0])
    return "\n".join(sorted({_line(text) for text in several if text.strip()}))


def _changes(taken: parts.Parts) -> tuple[str, ...]:
    return (*taken.changes, *(f"set aside {what}" for what in taken.dropped))


def _simple_name(name: str) -> list[tuple[str, str]]:
    """A name of several words, each nothing but one part of a name; else nothing."""
    words = list(map(_simple, name.replace("·", " ").split(" ")))
    return [] if len(words) < 2 or "" in words else _arranged(words)


def _arranged(words: list[str]) -> list[tuple[str, str]]:
    """Given name and father's name; what may be read in two ways is kept in both.

    A name of three words has its given name in one word or two. A Chinese name in Latin letters
    is kept whole too: in Han characters it comes as one word, which may be no Chinese name at
    all (许库尔 is Shükür), so that word is one piece of evidence and not two.
    """
    if len(words) == 2:
        first, second = words
        if (one := _chinese(first)) and (other := _chinese(second)) and one + other > 2:
            return [(first, second), (f"{first} {second}", "")]
        return [(first, second)]
    if len(words) == 1:
        return [(words[0], "")]
    return [(words[0], words[1]), (" ".join(words[:2]), words[2])]


@lru_cache(maxsize=1)
def _surnames() -> frozenset[tuple[str, ...]]:
    return frozenset(chinese.pinyin(surname) for surname in chinese.SURNAMES)


@lru_cache(maxsize=_REMEMBERED)
def _chinese(word: str) -> int:
    """0 for no word of a Chinese name in Latin letters, 2 for a surname, 1 for another word."""
    read = chinese.syllables(word) if word.isascii() else ()
    return 0 if not 0 < len(read) <= 2 else 2 if read in _surnames() else 1


@lru_cache(maxsize=4 * _REMEMBERED)
def _simple(word: str) -> str:
    """The word as it is compared, if it is nothing but letters of one part of a name; else ''."""
    if not _LETTERS.fullmatch(word):
        return ""
    try:
        taken = parts.take_apart(word)
    except BadName:
        return ""
    if taken.changes or taken.dropped or len(taken.parts) != 1:
        return ""
    return taken.parts[0].text


@lru_cache(maxsize=_REMEMBERED)
def _known(word: str) -> bool:
    return bool(table.load().find(word))


@lru_cache(maxsize=_REMEMBERED)
def _run_together(word: str) -> tuple[str, str] | None:
    """Two names of the table written as one word, where there is only one way to part them."""
    least = 2 if any("\u3400" <= x <= "\u9fff" for x in word) else 4
    if len(word) < 2 * least or _known(word):
        return None
    ways = [
        (word[:at], word[at:])
        for at in range(least, len(word) - least + 1)
        if _known(word[:at]) and _known(word[at:])
    ]
    return ways[0] if len(ways) == 1 else None
