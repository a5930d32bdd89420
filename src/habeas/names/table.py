"""The table of given names: which written forms belong to which name.

Invariants: a form may belong to several names (艾买提 is Emet and Ehmet), and the answer
then says all of them; ``related`` names are never merged. The rows are data with a source and
a confidence; no native reader has checked them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any

from habeas.names import uyghur
from habeas.names.errors import BadTable

if TYPE_CHECKING:
    from habeas.vocabulary.region import Region

FILE = "given_names.tsv"
_COLUMNS = 10
#: Into which a Uyghur name is converted.
_ALPHABETS = ("uey", "uky", "uyy")
_STROKES = str.maketrans("ıəɵøƣⱨⱪⱬ", "ieoogqkj".replace("q", "h"))


@dataclass(frozen=True, slots=True)
class GivenName:
    """One name. ``name`` is ULY for Uyghur (``ug``), Cyrillic for Kazakh and Kyrgyz."""

    name: str
    language: str
    sex: str
    also: tuple[str, ...]
    han: tuple[str, ...]
    latin: tuple[str, ...]
    cyrillic: tuple[str, ...]
    related: tuple[str, ...]
    confidence: str
    source: str

    @property
    def key(self) -> str:
        return f"{self.language}:{self.name}"

    @property
    def forms(self) -> tuple[str, ...]:
        """Every written form, the standard spelling first."""
        return (self.name, *self.also, *self.scripts, *self.han, *self.latin, *self.cyrillic)

    @property
    def scripts(self) -> tuple[str, ...]:
        """Uyghur names in their other alphabets, by conversion, the standard spelling first."""
        spelt = [self.converted(to) for to in _ALPHABETS]
        return tuple(form for of_spelling in zip(*spelt, strict=True) for form in of_spelling)

    @property
    def written(self) -> tuple[str, ...]:
        """The forms that the table itself has."""
        return (self.name, *self.also, *self.han, *self.latin, *self.cyrillic)

    def converted(self, to: str) -> tuple[str, ...]:
        """The spellings of a Uyghur name in one of its other alphabets."""
        if self.language != "ug":
            return ()
        return tuple(uyghur.convert(each, "uly", to) for each in (self.name, *self.also))


@lru_cache(maxsize=65_536)
def folded(form: str) -> str:
    """The key of a form: case, accents, apostrophes and hyphens do not matter."""
    low = form.casefold().translate(_STROKES).replace("ş", "sh").replace("ç", "ch")
    low = unicodedata.normalize("NFD", low)
    if any("\u0600" <= x <= "\u06ff" or "\u0400" <= x <= "\u04ff" for x in low):
        return unicodedata.normalize("NFC", low)
    return "".join(x for x in low if not unicodedata.combining(x) and x not in "'-")


def _alphabet(key: str) -> str:
    """Into which alphabet a name is converted that this may be a form of."""
    if any("\u0600" <= letter <= "\u06ff" for letter in key):
        return "uey"
    return "uky" if any("\u0400" <= letter <= "\u04ff" for letter in key) else "uyy"


#: By the key of a form: the places of what it is written for, among all.
Index = Mapping[str, Sequence[int]]


def checked_index(index: Any, among: int) -> Index:
    """What was read back from a file. Errors: ``ValueError`` where it is not an index."""
    if not isinstance(index, dict) or set(map(type, index.values())) - {list}:
        raise ValueError("not an index")
    places = list(chain.from_iterable(index.values()))
    if set(map(type, places)) - {int} or (places and not 0 <= min(places) <= max(places) < among):
        raise ValueError("not places of this index")
    return index


class _ByForm(dict[str, Index]):
    """Names by each written form and by those in one alphabet, converted when it is asked for."""

    def __init__(self, names: Iterable[GivenName]) -> None:
        super().__init__()
        self._names = tuple(names)

    def __missing__(self, alphabet: str) -> Index:
        found: dict[str, list[int]] = {}
        for at, name in enumerate(self._names):
            for form in {folded(form) for form in (*name.written, *name.converted(alphabet))}:
                found.setdefault(form, []).append(at)
        self[alphabet] = found
        return found


class NameTable:
    """Names by their forms. ``without`` makes a smaller table, for measuring."""

    def __init__(self, names: Iterable[GivenName]) -> None:
        self.names = tuple(names)
        self._find = lru_cache(maxsize=65_536)(self._look_up)

    def find(self, form: str) -> tuple[GivenName, ...]:
        """The names that this form is written for; () if the table does not have it."""
        return self._find(form)

    def _look_up(self, form: str) -> tuple[GivenName, ...]:
        key = folded(form)
        return tuple(self.names[at] for at in self._by_form[_alphabet(key)].get(key, ()))

    @property
    def indexes(self) -> dict[str, Index]:
        """The names by their forms in each alphabet."""
        return {alphabet: self._by_form[alphabet] for alphabet in _ALPHABETS}

    @indexes.setter
    def indexes(self, indexes: dict[str, Index]) -> None:
        self._by_form.update(indexes)

    def checked(self, indexes: Any) -> dict[str, Index]:
        """What ``indexes`` gave in an earlier process. Errors: ``ValueError``, ``KeyError`` and
        ``TypeError`` where it cannot have."""
        return {each: checked_index(indexes[each], len(self.names)) for each in _ALPHABETS}

    @cached_property
    def _by_form(self) -> _ByForm:
        return _ByForm(self.names)

    def without(self, keys: frozenset[str]) -> NameTable:
        return NameTable(name for name in self.names if name.key not in keys)


def parse(text: str, where: str = "the table of names") -> NameTable:
    """A table from its file. Errors: ``BadTable`` naming the line; ``where`` is said with it."""
    names: list[GivenName] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        cells = line.split("\t")
        if len(cells) != _COLUMNS or not cells[0] or cells[8] not in ("a", "b", "c"):
            raise BadTable(
                f"Line {number} of {where} is not in order.",
                next_step=f"{_COLUMNS} columns parted by tabs, the ninth a, b or c.",
            )
        split = [tuple(cell.split()) for cell in cells]
        names.append(
            GivenName(
                cells[0], cells[1], cells[2], split[3], split[4], split[5], split[6], split[7],
                cells[8], cells[9],
            )
        )  # fmt: skip
    return NameTable(names)


@lru_cache(maxsize=32)
def of(region: Region) -> NameTable:
    """The table of a region. Errors: ``BadTable`` naming file and line."""
    where = [(f"{file.file} of the region {file.region}", file) for file in region.files(FILE)]
    return NameTable(name for said, file in where for name in parse(file.text, said).names)
