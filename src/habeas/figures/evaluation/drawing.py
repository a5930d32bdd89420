"""The shapes in which pages draw a figure: matrix, map, timeline, plot, series.

Each is a pure function of an evaluation, keeps the claims behind every cell, dot and mark,
and refuses a figure without lineage. Denials never become a position, a place or a date.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from habeas.archive import regions
from habeas.figures.errors import WrongView
from habeas.figures.evaluation.answers import UNKNOWN, YES
from habeas.figures.evaluation.results import BreakdownGroup, Evaluation, ReportedPoint
from habeas.figures.evaluation.rows import ClaimRow, value_of
from habeas.vocabulary import edtf


@dataclass(frozen=True, slots=True)
class CellValue:
    """One code in a cell, in words, and the claims that say it."""

    code: str
    label: str
    claims: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One record: a cell a column, then what has no certain column.

    ``undated`` holds claims whose time is not stated or may fit several columns, or none;
    ``undated_counts`` says, where the definition names a property for it, how many there are
    of them by the claims on that property.
    """

    record: int
    caption: str
    cells: tuple[tuple[CellValue, ...], ...]
    undated: tuple[CellValue, ...]
    undated_counts: tuple[CellValue, ...] = ()


@dataclass(frozen=True, slots=True)
class MatrixDate:
    """A date of the matrix: EDTF, and in words."""

    edtf: str
    words: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows in order of caption. ``totals`` counts, for each column, the records by code."""

    property: str
    columns: tuple[MatrixDate, ...]
    rows: tuple[MatrixRow, ...]
    totals: tuple[dict[str, int], ...]


@dataclass(frozen=True, slots=True)
class MapPoint:
    """One place that a claim gives for a record; decimal degrees as text, WGS84."""

    record: int
    caption: str
    lat: str
    lon: str
    precision: str
    words: str
    claim: int


@dataclass(frozen=True, slots=True)
class Moment:
    """One date that claims give for a record. Days are ordinals, None open."""

    record: int
    caption: str
    edtf: str
    words: str
    first: int | None
    last: int | None
    claims: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PlotPoint:
    """A reported point on a time axis. ``first`` and ``last`` both None: no time stated."""

    point: ReportedPoint
    first: int | None
    last: int | None


def matrix(evaluation: Evaluation) -> Matrix:
    """Records by dates. A claim stands in each column in which it certainly held."""
    evaluation.require_lineage()
    draw = evaluation.definition.draw
    if not draw.cell:
        raise _wrong(evaluation, "matrix", "cell")
    texts = draw.columns or tuple(
        sorted({r.holds for r in _drawn(evaluation, draw.cell) if r.holds})
    )
    dates = [edtf.parse(text) for text in texts]
    cells: dict[int, list[dict[str, list[ClaimRow]]]] = {}
    for row in _drawn(evaluation, draw.cell):
        slots = cells.setdefault(row.record, [defaultdict(list) for _ in (*dates, None)])
        when = edtf.parse(row.holds) if row.holds else None
        answers = [UNKNOWN if when is None else edtf.overlaps(when, date) for date in dates]
        certain = [number for number, answer in enumerate(answers) if answer is YES]
        for number in certain or [len(dates)]:
            slots[number][row.value_key].append(row)
    counts: dict[int, dict[str, list[ClaimRow]]] = defaultdict(lambda: defaultdict(list))
    for row in _drawn(evaluation, draw.count) if draw.count else ():
        counts[row.record][row.value_key].append(row)
    rows = [
        MatrixRow(
            record,
            evaluation.captions.get(record, ""),
            tuple(_cell(slot) for slot in slots[:-1]),
            _cell(slots[-1]),
            _cell(counts[record]) if slots[-1] else (),
        )
        for record, slots in cells.items()
    ]
    rows.sort(key=lambda row: (row.caption, row.record))
    totals: list[dict[str, int]] = []
    for number in range(len(dates)):
        tally: dict[str, int] = defaultdict(int)
        for shown in rows:
            for value in shown.cells[number]:
                tally[value.code] += 1
        totals.append(dict(sorted(tally.items())))
    columns = tuple(
        MatrixDate(text, edtf.describe(date)) for text, date in zip(texts, dates, strict=True)
    )
    return Matrix(draw.cell, columns, tuple(rows), tuple(totals))


def _cell(slot: dict[str, list[ClaimRow]]) -> tuple[CellValue, ...]:
    return tuple(
        CellValue(
            code,
            regions.words_of(value_of(rows[0].value)),
            tuple(sorted(row.position for row in rows)),
        )
        for code, rows in sorted(slot.items())
    )


def map_points(evaluation: Evaluation) -> list[MapPoint]:
    """The places of the members, one a claim, in order of record and claim."""
    evaluation.require_lineage()
    name = evaluation.definition.draw.point
    if not name:
        raise _wrong(evaluation, "map", "point")
    found: list[MapPoint] = []
    for row in _drawn(evaluation, name):
        value = value_of(row.value)
        if value.point is not None:
            found.append(
                MapPoint(
                    row.record,
                    evaluation.captions.get(row.record, ""),
                    value.point.lat,
                    value.point.lon,
                    value.point.precision,
                    regions.words_of(value),
                    row.position,
                )
            )
    return sorted(found, key=lambda point: (point.record, point.claim))


def timeline(evaluation: Evaluation) -> list[Moment]:
    """The dates of the members, earliest first; a date that several give is one moment."""
    evaluation.require_lineage()
    name = evaluation.definition.draw.date
    if not name:
        raise _wrong(evaluation, "timeline", "date")
    rows: dict[tuple[int, str], list[ClaimRow]] = defaultdict(list)
    for row in _drawn(evaluation, name):
        if row.value_key:
            rows[row.record, row.value_key].append(row)
    moments = [
        Moment(
            record,
            evaluation.captions.get(record, ""),
            text,
            edtf.describe(edtf.parse(text)),
            said[0].value_from,
            said[0].value_to,
            tuple(sorted(row.position for row in said)),
        )
        for (record, text), said in rows.items()
    ]
    return sorted(moments, key=_chronological)


def _chronological(moment: Moment) -> tuple[bool, int, int, int]:
    start = moment.first if moment.first is not None else moment.last
    return start is None, start or 0, moment.last or 0, moment.record


def plot_points(evaluation: Evaluation) -> list[PlotPoint]:
    """The reported points along the definition's time axis, those without a time last."""
    evaluation.require_lineage()
    if evaluation.kind != "reported":
        raise _wrong(evaluation, "plot", "along")
    by_saying = evaluation.definition.draw.along == "said"
    found: list[PlotPoint] = []
    for point in evaluation.points:
        first, last = point.holds_from, point.holds_to
        if by_saying:
            when = edtf.parse(point.said) if point.said else None
            first, last = (when.earliest, when.latest) if when else (None, None)
        found.append(PlotPoint(point, first, last))
    return sorted(found, key=_along)


def _along(plotted: PlotPoint) -> tuple[bool, int, int]:
    start = plotted.first if plotted.first is not None else plotted.last
    return start is None, start or 0, plotted.point.claim


def series(evaluation: Evaluation) -> tuple[BreakdownGroup, ...]:
    """The breakdown in order of its values."""
    evaluation.require_lineage()
    if evaluation.definition.by is None:
        raise _wrong(evaluation, "series", "by")
    return evaluation.groups


def _drawn(evaluation: Evaluation, name: str) -> list[ClaimRow]:
    members = {member.position for member in evaluation.members}
    return [
        row
        for _, row in sorted(evaluation.claims.items())
        if row.property == name and row.stance == "asserts" and row.record in members
    ]


def _wrong(evaluation: Evaluation, view: str, key: str) -> WrongView:
    return WrongView(
        f"The figure {evaluation.key!r} does not define what a {view} of it shows.",
        next_step=f"Give its definition `{key}` (see docs/reference/figure-definitions.md).",
    )
