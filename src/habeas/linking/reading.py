"""Records as they come, turned into rows of numbers that can be joined.

Invariants: a name is mended with what was changed said, or refused with the reason; nothing
is dropped silently. One row is one name of one record; 0 stands for "not known" in every
column. Records are read once and not kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from habeas.linking.errors import BadRecord
from habeas.linking.records import KINDS, Changed, Lost
from habeas.names import chinese, cleaning, parts, table
from habeas.names.errors import BadName
from habeas.vocabulary.errors import shown

if TYPE_CHECKING:
    from habeas.linking.records import LinkRecord
    from habeas.linking.settings import Settings

EARLIEST, LATEST = 1, 2_400
GENDERS = {"m": 1, "male": 1, "f": 2, "female": 2}
#: Columns of a row, in order. ``f`` is the father's or family name.
COLUMNS = ("rid", "rec", "new", "ds", "g", "f", "y1", "y2", "gender", "pset", "idset")
_MOST_SAID = 1_000
_PLAIN = re.compile(r"[^\W\d_]+(?:[ ·][^\W\d_]+)*")


@dataclass(slots=True)
class Codes:
    """Texts by number, from 1 on in order of appearance; 0 is no text."""

    of: dict[str, int] = field(default_factory=dict)

    def code(self, text: str) -> int:
        return self.of.setdefault(text, len(self.of) + 1) if text else 0

    @property
    def texts(self) -> list[str]:
        return ["", *self.of]


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
    """Turns records of one kind into rows."""

    def __init__(self, kind: str, settings: Settings) -> None:
        self.read = Read(kind)
        self.read.fields = {each.name: Codes() for each in settings.fields}
        self.read.genders.of.update({"male": 1, "female": 2})
        self._plain = settings.names == "plain"

    def rows(self, record: LinkRecord, *, new: bool) -> list[tuple[int, ...]]:
        """The rows of one record, one a name. Errors: ``BadRecord``."""
        read = self.read
        _check(record)
        read.records += 1
        y1, y2 = _years(record)
        given = dict(record.fields)
        unknown = given.keys() - read.fields.keys()
        if unknown:
            raise BadRecord(
                f"The record {shown(record.id)} has the field {shown(min(unknown))}, which the"
                " settings do not name.",
                next_step="Add it to Settings.fields, or leave it out.",
            )
        shared = (
            y1,
            y2,
            self._gender(record.gender),
            read.placesets.code("\n".join(sorted({_line(p) for p in record.places if p.strip()}))),
            read.idsets.code(
                "\n".join(sorted({_line(i) for i in record.identifiers if i.strip()}))
            ),
            *(codes.code(_line(given.get(name, ""))) for name, codes in read.fields.items()),
        )
        dataset = read.datasets.code(record.dataset)
        made = []
        for g, f in self._names(record) or [("", "")]:
            read.rows += 1
            made.append(
                (
                    read.rows, read.records, int(new), dataset,
                    read.pieces.code(g), read.pieces.code(f), *shared,
                )
            )  # fmt: skip
        return made

    def _gender(self, written: str) -> int:
        known = GENDERS.get(written.strip().lower())
        return known if known else self.read.genders.code(written.strip().lower())

    # --- names ----------------------------------------------------------------------------

    def _names(self, record: LinkRecord) -> list[tuple[str, str]]:
        """Each name of a record as (given, father or family); whole names of what is no person."""
        found: list[tuple[str, str]] = []
        second = record.father_name or record.family_name
        if record.kind == "person" and (record.given_name or second):
            both = (self._piece(record, record.given_name), self._piece(record, second))
            if any(both):
                found.append(both)
        for name in record.names:
            try:
                found += self._of(record, name)
            except BadName as error:
                self._refused(record, name, error)
        return list(dict.fromkeys(found))

    def _of(self, record: LinkRecord, name: str) -> list[tuple[str, str]]:
        if self._plain or record.kind != "person":
            cleaned = cleaning.clean(name)
            self._mended(record, name, cleaned.changes)
            text = cleaned.text.casefold()
            if record.kind != "person":
                return [(text, "")]
            first, _, rest = text.partition(" ")
            return [(first, rest.rpartition(" ")[2])]
        if _PLAIN.fullmatch(name):
            words = name.replace("·", " ").split(" ")
            simple = [_simple(word) for word in words]
            if len(simple) > 1 and all(simple):
                return _arranged(simple)
        taken = parts.take_apart(name)
        self._mended(record, name, (*taken.changes, *(f"set aside {d}" for d in taken.dropped)))
        words = [part.text for part in taken.parts]
        if taken.chinese:
            return [(words[0], "")]
        if len(words) == 1 and (halves := _run_together(words[0])):
            self._mended(record, name, (f"read as {halves[0]} and {halves[1]}",))
            return [halves, (words[0], "")]
        return _arranged(words)

    def _piece(self, record: LinkRecord, name: str) -> str:
        if not name.strip():
            return ""
        if not self._plain and _PLAIN.fullmatch(name) and (simple := _simple(name)):
            return simple
        try:
            if self._plain:
                return cleaning.clean(name).text.casefold()
            taken = parts.take_apart(name)
        except BadName as error:
            self._refused(record, name, error)
            return ""
        self._mended(record, name, (*taken.changes, *(f"set aside {d}" for d in taken.dropped)))
        return " ".join(part.text for part in taken.parts)

    def _refused(self, record: LinkRecord, name: str, error: BadName) -> None:
        if len(self.read.lost) < _MOST_SAID:
            self.read.lost.append(Lost("name", shown(name), 1, error.message, (record.id,)))
        else:
            self.read.untold += 1

    def _mended(self, record: LinkRecord, name: str, changes: tuple[str, ...]) -> None:
        if changes and len(self.read.changed) < 100 * _MOST_SAID:
            self.read.changed.append(Changed(record.id, shown(name), changes))


def _check(record: LinkRecord) -> None:
    wrong = ""
    if not record.id:
        wrong = "A record has no id."
    elif record.kind not in KINDS:
        wrong = f"The record {shown(record.id)} has the kind {shown(record.kind)}."
    elif (
        record.birth_from is not None
        and record.birth_to is not None
        and record.birth_from > record.birth_to
    ):
        wrong = f"The record {shown(record.id)} was born no earlier than it was born no later."
    elif any(
        y is not None and not EARLIEST <= y < LATEST for y in (record.birth_from, record.birth_to)
    ):
        wrong = f"The record {shown(record.id)} has a year of birth that is no year."
    if wrong:
        raise BadRecord(wrong, next_step=f"Kinds are {', '.join(KINDS)}; years run from 1 on.")


def _years(record: LinkRecord) -> tuple[int, int]:
    if record.birth_from is None and record.birth_to is None:
        return 0, 0
    return record.birth_from or EARLIEST, record.birth_to or LATEST


def _line(text: str) -> str:
    return " ".join(text.split())


def _arranged(words: list[str]) -> list[tuple[str, str]]:
    """Given name and father's name; what may be read in two ways is kept in both.

    A name of three words has its given name in one word or two. A Chinese name in Latin letters
    is kept whole too: in Han characters it comes as one word, which may be no Chinese name at
    all (许库尔 is Shükür), so that word is one piece of evidence and not two.
    """
    if len(words) == 1:
        return [(words[0], "")]
    if len(words) == 2:
        both = [(words[0], words[1])]
        return [*both, (" ".join(words), "")] if _may_be_chinese(*words) else both
    return [(words[0], words[1]), (" ".join(words[:2]), words[2])]


@lru_cache(maxsize=1)
def _surnames() -> frozenset[tuple[str, ...]]:
    return frozenset(chinese.pinyin(surname) for surname in chinese.SURNAMES)


@lru_cache(maxsize=65_536)
def _may_be_chinese(first: str, second: str) -> bool:
    read = [chinese.syllables(word) if word.isascii() else () for word in (first, second)]
    return all(0 < len(one) <= 2 for one in read) and bool(set(read) & _surnames())


@lru_cache(maxsize=262_144)
def _simple(word: str) -> str:
    """The word as it is compared, if it is nothing but one part of a name; else ''."""
    try:
        taken = parts.take_apart(word)
    except BadName:
        return ""
    if taken.changes or taken.dropped or len(taken.parts) != 1:
        return ""
    return taken.parts[0].text


@lru_cache(maxsize=65_536)
def _known(word: str) -> bool:
    return bool(table.load().find(word))


@lru_cache(maxsize=65_536)
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
