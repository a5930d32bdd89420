"""What the library gives: rows in memory, as frozen values and as data frames.

Invariants: a table knows as whom it was read, as of which ledger size, how strict its strictest row
is and in how many rows someone has not agreed; it stays when the archive is closed; an integer
with an empty cell stays an integer in every form.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from habeas.archive.openness import NOT_GIVEN, strictest
from habeas.archive.synthetic import MARK
from habeas.display import accounts_in_words
from habeas.display.accounts import AccountsShown
from habeas.display.plain import under
from habeas.display.stays_plain import as_json, lines_of
from habeas.exchange.errors import PackageMissing
from habeas.exchange.exporting.parquet import pyarrow, schema_of
from habeas.exchange.tidy.columns import VERSION, Column, Row, columns_of, made_up
from habeas.figures.why.nodes import Node
from habeas.figures.why.printing import as_text
from habeas.library import notebook
from habeas.library.notebook import SHOWN, NotebookNotice

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow as arrow

    from habeas.display.episodes import Detentions as Shown
    from habeas.exchange.tidy.parts import Part

R = TypeVar("R")
_LAST = -5  # the last cells of every row: handling, consent, until, compartments, state


class Table(Sequence[R], Generic[R]):
    """Rows of one kind. Iterating gives frozen values, ``to_pandas()`` and its like a frame.

    ``viewer``: as whom it was read. ``handling``: the strictest of its rows. ``not_agreed``: in how
    many rows someone has not agreed to publication. ``as_of``: the ledger size.
    """

    version = VERSION

    def __init__(
        self,
        name: str,
        kind: type[R],
        rows: Iterable[Row],
        viewer: str,
        as_of: int,
        notice: NotebookNotice,
    ) -> None:
        self.name = name
        self.viewer = viewer
        self.as_of = as_of
        if notice.made_up and "synthetic" not in {each.name for each in fields(kind)}:  # type: ignore[arg-type]
            asked: type = kind
            kind, rows = made_up(asked), ((MARK, *row) for row in rows)
        self._kind = kind
        self._rows = tuple(rows)
        self._notice = notice
        levels = {str(row[_LAST]) for row in self._rows}
        self.handling = strictest(levels)
        self.not_agreed = sum(row[_LAST + 1] == NOT_GIVEN for row in self._rows)

    @property
    def columns(self) -> tuple[Column, ...]:
        """Name, type, meaning and unit of each column, and what an empty cell means."""
        kind: type = self._kind
        return columns_of(kind)

    @overload
    def __getitem__(self, index: int) -> R: ...
    @overload
    def __getitem__(self, index: slice) -> Table[R]: ...
    def __getitem__(self, index: int | slice) -> R | Table[R]:
        if isinstance(index, slice):
            return Table(
                self.name, self._kind, self._rows[index], self.viewer, self.as_of, self._notice
            )
        return self._kind(*self._rows[index])

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[R]:
        return (self._kind(*row) for row in self._rows)

    def to_arrow(self) -> arrow.Table:
        """An Arrow table; meanings and units are in its schema. Needs the extra ``arrow``."""
        package = pyarrow()
        self._shown_perhaps()
        schema = schema_of(self._kind, self._about())
        arrays = [
            package.array(cells, each.type)
            for cells, each in zip(self._cells(), schema, strict=True)
        ]
        return package.Table.from_arrays(arrays, schema=schema)

    def to_pandas(self) -> pandas.DataFrame:
        """A pandas frame with nullable types; dates are ``datetime64[s]``. Extra ``pandas``."""
        try:
            import pandas
        except ImportError:
            raise PackageMissing("to_pandas()", "pandas", "pandas") from None
        self._shown_perhaps()
        frame = pandas.DataFrame(
            {
                each.name: pandas.Series(cells, dtype=_PANDAS[each.type])
                for each, cells in zip(self.columns, self._cells(), strict=True)
            }
        )
        frame.attrs["habeas"] = self._about()
        return frame

    def to_polars(self) -> polars.DataFrame:
        """A polars frame. Needs the extra ``polars``."""
        try:
            import polars
        except ImportError:
            raise PackageMissing("to_polars()", "polars", "polars") from None
        self._shown_perhaps()
        types = {
            "integer": polars.Int64,
            "number": polars.Float64,
            "text": polars.String,
            "boolean": polars.Boolean,
            "date": polars.Date,
        }
        return polars.DataFrame(
            [
                polars.Series(each.name, cells, dtype=types[each.type])
                for each, cells in zip(self.columns, self._cells(), strict=True)
            ]
        )

    def _cells(self) -> list[list[Any]]:
        if not self._rows:
            return [[] for _ in self.columns]
        return [list(cells) for cells in zip(*self._rows, strict=True)]

    def _about(self) -> dict[str, str]:
        return {
            "table": self.name,
            "viewer": self.viewer,
            "handling": self.handling,
            "not_agreed": str(self.not_agreed),
            "as_of": str(self.as_of),
            **({"synthetic": self._notice.made_up} if self._notice.made_up else {}),
        }

    def _shown_perhaps(self) -> None:
        """In a notebook a frame is made to be shown."""
        if notebook.in_notebook():
            self._notice.give(self.handling, self.not_agreed, self.viewer)

    def lines(self) -> list[str]:
        """What is above the rows wherever they are shown."""
        rows = f"{len(self):,} row{'' if len(self) == 1 else 's'}"
        whom = notebook.whom(self.viewer)
        return [
            f"{self.name}: {rows}, as {whom} reads the archive at {self.as_of:,} entries",
            handling_words(self.handling, self.not_agreed),
            *filter(None, [self._notice.made_up]),
        ]

    def __repr__(self) -> str:
        return "\n".join([f"<{self.lines()[0]}>", *self.lines()[1:]])

    def _repr_html_(self) -> str:
        self._notice.give(self.handling, self.not_agreed, self.viewer)
        names = [each.name for each in self.columns]
        return notebook.table(self.lines(), names, self._rows[:SHOWN], max(0, len(self) - SHOWN))


_PANDAS = {
    "integer": "Int64",
    "number": "Float64",
    "text": "string",
    "boolean": "boolean",
    "date": "datetime64[s]",
}


def handling_words(handling: str, not_agreed: int) -> str:
    """How strict the strictest is, and in how many rows someone has not agreed."""
    said = f"Handling: {handling} at most"
    if not_agreed:
        said += f"; in {not_agreed:,} of them someone has not agreed to publication"
    return said + "."


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as one viewer may see it as of one ledger size.

    ``value`` is the whole answer in words, with what the rules could not decide; a table of its
    parts (total, groups, members, reports, estimates) is ``parts``. ``number`` is None for a figure
    that is not counted: reports are never made into one number. ``synthetic`` says that everything
    in the archive is made up, where it is.
    """

    key: str
    title: str
    question: str
    kind: str
    value: str
    number: int | None
    not_known: int
    unit: str
    as_of: int
    scope: str
    parts: Table[Part] = field(repr=False)
    synthetic: str = ""

    def to_pandas(self) -> pandas.DataFrame:
        """The parts as a pandas frame."""
        return self.parts.to_pandas()

    def to_polars(self) -> polars.DataFrame:
        """The parts as a polars frame."""
        return self.parts.to_polars()

    def to_arrow(self) -> arrow.Table:
        """The parts as an Arrow table."""
        return self.parts.to_arrow()

    def _repr_html_(self) -> str:
        lines = notebook.block([self.title, self.value, self.scope], "")
        return lines.replace("<pre><bdi></bdi></pre>", "") + self.parts._repr_html_()


@dataclass(frozen=True, slots=True)
class Why:
    """How something is known, down to sealed bytes: a tree of what rests on what."""

    node: Node
    viewer: str
    as_of: int
    handling: str
    not_agreed: int
    _notice: NotebookNotice = field(repr=False, compare=False)

    def __str__(self) -> str:
        return "\n".join(filter(None, [self._notice.made_up, as_text(self.node)]))

    def _repr_html_(self) -> str:
        self._notice.give(self.handling, self.not_agreed, self.viewer)
        return notebook.block(
            [
                f"As {notebook.whom(self.viewer)} reads the archive at {self.as_of:,} entries",
                handling_words(self.handling, self.not_agreed),
                *filter(None, [self._notice.made_up]),
            ],
            as_text(self.node),
        )


@dataclass(frozen=True, slots=True)
class PersonDetentions:
    """A person's detentions in time, and what is last known of them, as the person's page has it.

    ``shown`` has the values (``episodes``, ``ungrouped``, ``last_known``, ``undated``, ``death``);
    None where nothing of the sort is claimed. ``str()`` gives lines, ``to_dict()`` plain data.
    """

    person: int
    caption: str
    shown: Shown | None
    viewer: str
    as_of: int
    handling: str
    not_agreed: int
    _notice: NotebookNotice = field(repr=False, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """What `habeas detentions --json` gives; empty where nothing is claimed."""
        return {} if self.shown is None else as_json(self.shown)

    def __str__(self) -> str:
        found = [] if self.shown is None else lines_of(self.shown)
        return "\n".join([self.caption, *("  " * indent + line for indent, line in found)])

    def _repr_html_(self) -> str:
        self._notice.give(self.handling, self.not_agreed, self.viewer)
        whom = notebook.whom(self.viewer)
        about = f"As {whom} reads the archive at {self.as_of:,} entries"
        return notebook.block([about, handling_words(self.handling, self.not_agreed)], str(self))


@dataclass(frozen=True, slots=True)
class Accounts:
    """What one source says on different dates: ``str()`` gives it as lines, ``to_dict()`` as data.

    What may hurt to read is folded in the lines (``text(unfold=True)`` writes it out) and marked
    ``folded`` in the data. ``handling``: the strictest of what is in it.
    """

    shown: AccountsShown = field(repr=False)
    viewer: str
    as_of: int
    _notice: NotebookNotice = field(repr=False, compare=False)

    @property
    def handling(self) -> str:
        return str(self.to_dict()["handling"])

    def to_dict(self) -> dict[str, Any]:
        """As `habeas accounts --json` gives it."""
        return accounts_in_words.as_data(self.shown)

    def text(self, *, unfold: bool = False) -> str:
        """As `habeas accounts` prints it."""
        return "\n".join(accounts_in_words.lines(self.shown, unfold=unfold))

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        not_agreed = sum(each != "public" for each in under("consent", self.to_dict()))
        self._notice.give(self.handling, not_agreed, self.viewer)
        return notebook.block(
            [
                f"As {notebook.whom(self.viewer)} reads the archive at {self.as_of:,} entries",
                handling_words(self.handling, 0),
            ],
            self.text(),
        )
