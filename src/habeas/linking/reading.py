"""Records as they come, turned into rows of numbers that can be joined.

Invariants: a name is mended with what was changed said, or refused with the reason; nothing
is dropped silently. One row is one name of one record; 0 stands for "not known" in every
column. Records are read once, and kept until fifty thousand are read together.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import filterfalse, islice
from typing import TYPE_CHECKING, Any

import numpy as np

from habeas.linking import arranging, titles
from habeas.linking.errors import BadRecord
from habeas.linking.records import KINDS, Changed, LinkRecord, Lost
from habeas.names import cleaning, parts, placeholders
from habeas.names.errors import BadName
from habeas.vocabulary.errors import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from habeas.linking.arranging import Numbers, Pair
    from habeas.linking.engine import Column, Engine
    from habeas.linking.settings import LinkingSettings
    from habeas.vocabulary.region import Region

EARLIEST, LATEST = 1, 2_400
GENDERS = {"m": 1, "male": 1, "f": 2, "female": 2}
#: Columns of a row, in order. ``f`` is the father's or family name.
#: ``sf`` is the father's name that the record states apart from its whole names.
COLUMNS = (
    "rid", "rec", "new", "ds", "g", "f", "sf", "kin", "y1", "y2", "gender", "pset", "idset",
)  # fmt: skip
_MOST_SAID = 1_000
_NAMELESS = (("", ""),)
#: Ids of the records that have one placeholder for a name.
_MOST_IDS = 1_000
#: Records read at a time, and letters of their names at most, whatever is sent as a name.
_BATCH, _MOST_LETTERS = 50_000, 10_000_000


class _Placeholder(BadName):
    """It says that a name is not known."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{shown(name)} is not a name.", next_step="Leave the name out.")


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
class ReadRecords:
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


class RecordReader:
    """Reads records of one kind into the tables ``r_KIND`` and ``ids_KIND``, column by column.

    ``hear`` is given the new pieces of a large run, fifty thousand records at a time.

    Most of what a record says, another record has said before in the same words: those are read
    once and remembered by how they are written.
    """

    def __init__(
        self,
        engine: Engine,
        kind: str,
        settings: LinkingSettings,
        region: Region,
        hear: Callable[[list[str]], None],
    ) -> None:
        self.read = ReadRecords(kind)
        self.read.fields = {each.name: Codes() for each in settings.fields}
        self.read.genders.update({"male": 1, "female": 2})
        self._engine = engine
        self._region = region
        self._hear = hear
        self._heard = 0
        self._plain = settings.names == "plain"
        self._gender = lru_cache(maxsize=arranging.REMEMBERED)(self._read_gender)
        self._places = lru_cache(maxsize=arranging.REMEMBERED)(self._read_places)
        self._identifiers = lru_cache(maxsize=arranging.REMEMBERED)(self._read_identifiers)
        self._name = lru_cache(maxsize=arranging.REMEMBERED)(self._read_name)
        self._waiting: list[LinkRecord] = []
        self._new = array("q")
        self._letters = 0
        self._stated: list[str] = []
        self._placeholders: dict[str, list[str]] = {}
        self._borne: dict[str, int] = {}
        self._last: dict[str, str] = {}

    def take(self, record: LinkRecord, *, new: bool) -> None:
        """One record more. Errors: ``BadRecord``, of this one or of one that waited."""
        self._waiting.append(record)
        self._new.append(new)
        self._letters += sum(map(len, record.names))
        if len(self._waiting) >= _BATCH or self._letters >= _MOST_LETTERS:
            self.hand_on()
            self._hear(list(islice(self.read.pieces, self._heard, None)))
            self._heard = len(self.read.pieces)

    def hand_on(self) -> None:
        """What was taken since the last time, into the tables. Errors: ``BadRecord``."""
        if not self._waiting:
            return
        read, columns = self.read, self._columns()
        number = np.arange(read.records + 1, read.records + len(self._waiting) + 1)
        of_records = {"rec": number, "new": self._new, **self._read_values(columns)}
        self._stated = [""] * len(self._waiting)
        of, g, f, kin = self._read_names()
        stated = np.array([read.pieces[text] for text in self._stated], dtype=np.int64)
        of_rows: dict[str, Column] = {
            "rid": np.arange(read.rows + 1, read.rows + len(of) + 1), "g": g, "f": f,
            "sf": stated[of], "kin": kin,
            **{name: np.asarray(values)[of] for name, values in of_records.items()},
        }  # fmt: skip
        in_order = (*COLUMNS, *(f"field_{name}" for name in read.fields))
        self._engine.put(f"r_{read.kind}", {name: of_rows[name] for name in in_order})
        self._engine.put(
            f"ids_{read.kind}", {"rec": number, "text": columns["id"], "new": self._new}
        )
        read.records += len(self._waiting)
        read.rows += len(of)
        self._waiting, self._new, self._letters = [], array("q"), 0

    def finish(self) -> ReadRecords:
        """Everything read, once the last records were handed on; what is lost is said."""
        self.hand_on()
        for text, ids in self._placeholders.items():
            reason = "It says that a name is not known: its records were compared without it."
            self.read.lost.append(Lost("name", text, self._borne[text], reason, tuple(ids)))
        self._placeholders = {}
        return self.read

    def _columns(self) -> dict[str, Any]:
        """What was taken, value by value. Errors: ``BadRecord``."""
        values = zip(*self._waiting, strict=True)
        columns: dict[str, Any] = dict(zip(LinkRecord._fields, values, strict=True))
        try:
            for name in ("birth_from", "birth_to"):
                columns[name] = _years(columns[name])
        except (OverflowError, TypeError):
            for record in self._waiting:
                check(record)
            raise
        if not all(columns["id"]) or not _in_order(columns["birth_from"], columns["birth_to"]):
            for record in self._waiting:
                check(record)
        return columns

    def _read_values(self, columns: dict[str, Any]) -> dict[str, Column]:
        """Of each record everything but its names."""
        read, first, last = self.read, columns["birth_from"], columns["birth_to"]
        known = (first > 0) | (last > 0)
        return {
            "ds": [read.datasets[name] for name in columns["dataset"]],
            "y1": np.where(known, np.maximum(first, EARLIEST), 0),
            "y2": np.where(known & (last == 0), LATEST, last),
            "gender": list(map(self._gender, columns["gender"])),
            "pset": [self._places(some) if some else 0 for some in columns["places"]],
            "idset": [self._identifiers(some) if some else 0 for some in columns["identifiers"]],
            **self._read_fields(),
        }

    def _read_gender(self, written: str) -> int:
        told = written.strip().lower()
        return GENDERS.get(told) or self.read.genders[told]

    def _read_places(self, places: tuple[str, ...]) -> int:
        return self.read.placesets[_lines(tuple(filter(self._tells, places)))]

    def _read_identifiers(self, identifiers: tuple[str, ...]) -> int:
        # digits alone hold no word for "not known", and most identifiers are digits alone
        told = (each for each in identifiers if each.isdecimal() or self._tells(each))
        return self.read.idsets[_lines(tuple(filterfalse(placeholders.is_filler, told)))]

    def _tells(self, written: str) -> bool:
        """Whether a text says more than that nothing is known."""
        return not placeholders.is_placeholder(written, self._region)

    def _read_fields(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {f"field_{name}": [] for name in self.read.fields}
        for record in self._waiting if found or any(r.fields for r in self._waiting) else ():
            given = dict(record.fields)
            unknown = given.keys() - self.read.fields.keys()
            if unknown:
                raise BadRecord(
                    f"The record {shown(record.id)} has the field {shown(min(unknown))}, which the"
                    " settings do not name.",
                    next_step="Add it to LinkingSettings.fields, or leave it out.",
                )
            for name, codes in self.read.fields.items():
                found[f"field_{name}"].append(codes[self._field(given.get(name, ""))])
        return found

    def _field(self, written: str) -> str:
        return _line(written) if self._tells(written) else ""

    # --- names ----------------------------------------------------------------------------

    def _read_names(self) -> tuple[Numbers, Numbers, Numbers, Numbers]:
        """Of each row: which record it is of, counted from 0, its two pieces, and whether the
        second is a father's or family name by its ending."""
        taken, pieces = self._waiting, self.read.pieces
        at, words_of, words = self._read_pairs()
        other = np.ones(len(taken), dtype=bool)
        other[at] = False
        found = [self._names(taken[i], i) or _NAMELESS for i in np.flatnonzero(other).tolist()]
        rows = np.ones(len(taken), dtype=np.int64)
        rows[other] = [len(some) for some in found]
        of = np.repeat(np.arange(len(taken)), rows)
        texts = words + [piece for some in found for pair in some for piece in pair]
        both = np.empty((len(of), 2), dtype=np.int64)
        both[~other[of]] = words_of
        both[other[of]] = np.arange(len(words), len(texts)).reshape(-1, 2)
        # numbered as if one row was read after the other, so that batches make no difference
        number = np.zeros(len(texts), dtype=np.int64)
        distinct, first = np.unique(both, return_index=True)
        for text in distinct[np.argsort(first)].tolist():
            number[text] = pieces[texts[text]]
        kin = np.zeros(len(texts), dtype=np.int64)
        if self.read.kind == "person" and not self._plain:
            for text in np.unique(both[:, 1]).tolist():
                kin[text] = parts.is_of_kin(texts[text], self._region)
        return of, number[both[:, 0]], number[both[:, 1]], kin[both[:, 1]]

    def _read_pairs(self) -> tuple[Numbers, Numbers, list[str]]:
        """The records whose one name is two plain words, as most are, and these words."""
        if self._plain or self.read.kind != "person":
            return np.zeros(0, dtype=np.int64), np.zeros((0, 2), dtype=np.int64), []
        return arranging.arrange_pairs(
            [record.names[0] if _one_short_name(record) else "" for record in self._waiting],
            self._region,
        )

    def _names(self, record: LinkRecord, at: int) -> Sequence[Pair]:
        """Each name of a record as (given, father or family); whole names of what is no person."""
        found: list[Pair] = []
        person = record.kind == "person"
        second = record.father_name or record.family_name
        given = other = ""
        if person and (record.given_name or second):
            given, other = self._piece(record, record.given_name), self._piece(record, second)
        for name in record.names:
            plain = () if not person or self._plain else arranging.arrange_plain(name, self._region)
            if plain:
                found += plain
                continue
            try:
                pairs, changes = self._name(name)
            except BadName as error:
                self._refused(record, name, error)
                continue
            for change in changes:
                self._mended(record, name, change)
            found += pairs
        if given:
            found.insert(0, (given, other))
        if other and record.father_name.strip():
            self._stated[at] = other
            # first, so that what is said of two records is said of the stated names
            with_father = [(one, other) for one, _ in found] or [("", other)]
            found = with_father + [pair for pair in found if pair[1]]
        elif other and not found:
            found = [("", other)]
        return found if len(found) < 2 else list(dict.fromkeys(found))

    def _read_name(self, name: str) -> tuple[list[Pair], list[tuple[str, ...]]]:
        """A whole name, and what was changed in it, step by step. Errors: ``BadName``."""
        person = self.read.kind == "person"
        region = self._region
        if placeholders.is_placeholder(name, region) or not (
            person or titles.is_named(name, region)
        ):
            raise _Placeholder(name)
        if person and not self._plain:
            return arranging.arrange(name, region)
        cleaned = cleaning.clean(name)
        text = cleaned.text.casefold()
        first, _, rest = text.partition(" ")
        return [(first, rest.rpartition(" ")[2]) if person else (text, "")], [cleaned.changes]

    def _piece(self, record: LinkRecord, name: str) -> str:
        if not name.strip():
            return ""
        if not self._plain and (simple := arranging.plain_word(name, self._region)):
            return simple
        if placeholders.is_placeholder(name, self._region):
            self._refused(record, name, _Placeholder(name))
            return ""
        try:
            if self._plain:
                return cleaning.clean(name).text.casefold()
            taken = parts.take_apart(name, self._region)
        except BadName as error:
            self._refused(record, name, error)
            return ""
        self._mended(record, name, arranging.changes(taken))
        return " ".join(part.text for part in taken.parts)

    def _refused(self, record: LinkRecord, name: str, error: BadName) -> None:
        if isinstance(error, _Placeholder):
            self._unnamed(record, shown(name))
        elif len(self.read.lost) < _MOST_SAID:
            self.read.lost.append(Lost("name", shown(name), 1, error.message, (record.id,)))
        else:
            self.read.untold += 1

    def _unnamed(self, record: LinkRecord, placeholder: str) -> None:
        """One record more that has a placeholder, however often it has it."""
        ids = self._placeholders.setdefault(placeholder, [])
        if self._last.get(placeholder) != record.id:
            self._last[placeholder] = record.id
            self._borne[placeholder] = self._borne.get(placeholder, 0) + 1
            if len(ids) < _MOST_IDS:
                ids.append(record.id)

    def _mended(self, record: LinkRecord, name: str, changes: tuple[str, ...]) -> None:
        if changes and len(self.read.changed) < 100 * _MOST_SAID:
            self.read.changed.append(Changed(record.id, shown(name), changes))


def _one_short_name(record: LinkRecord) -> bool:
    """Whether a record has one whole name, of a length that is not refused, and no part apart."""
    _, _, names, given, family, father, *_ = record
    alone = len(names) == 1 and not (given or family or father)
    return alone and len(names[0]) <= cleaning.LONGEST_NAME


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
        wrong = f"The record {shown(record.id)} has a year of birth that is not a year."
    if wrong:
        raise BadRecord(wrong, next_step=f"Kinds are {', '.join(KINDS)}; years run from 1 on.")


def _years(column: Iterable[int | None]) -> Numbers:
    """Years as numbers: 0 where not known, -1 for a year 0, which is no year."""
    # an array of this kind refuses what is no whole number; numpy would round or read it
    return np.array(array("q", [0 if year is None else year or -1 for year in column]))


def _in_order(first: Numbers, last: Numbers) -> bool:
    """Whether ``check`` has nothing to say against any of these years."""
    wrong = (first < 0) | (last < 0) | (first >= LATEST) | (last >= LATEST)
    return not (wrong | ((first > last) & (last > 0))).any()


def _line(text: str) -> str:
    return " ".join(text.split())


def _lines(several: tuple[str, ...]) -> str:
    """Several texts as one, whatever their order."""
    if len(several) == 1:
        return _line(several[0])
    return "\n".join(sorted({_line(text) for text in several if text.strip()}))
