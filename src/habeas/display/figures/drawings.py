"""What a figure draws: plot, matrix, map, timeline, series, each with its table.

Invariants: the shapes come from ``figures.evaluation.drawing``, which refuses a figure without
lineage; every mark on a drawing is a row of the table beside it, with its claims; a place
is drawn as wide as its precision and never as an exact dot when it is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from habeas.display import cards, words
from habeas.display.asking import Query, cut
from habeas.display.figures import charts, map_names, places
from habeas.display.figures.heading import as_of_asked
from habeas.display.references import Marked, Target, Turning
from habeas.figures.evaluation import drawing
from habeas.figures.evaluation.results import Evaluation, ReportedPoint
from habeas.vocabulary import stances

DRAWN = 120  # accounts in one plot; all of them are in the table
ROW = "row"  # what is asked for: at which row of a drawing a part of it begins


@dataclass(frozen=True, slots=True)
class ClaimNumber(Marked):
    """A claim by its entry number."""

    position: int
    url: Target


@dataclass(frozen=True, slots=True)
class DrawnRecord(Marked):
    """A record by the caption that a figure knows it under."""

    position: int
    caption: words.TextWords
    url: Target


@dataclass(frozen=True, slots=True)
class PlotPart:
    """The accounts of one property in one unit, as a drawing that its digest names."""

    property: words.PropertyWords
    unit: str
    svg: Target
    specification: Target
    digest: str
    logarithmic: bool
    drawn: int
    left_out: int
    denied: int
    denied_words: str  # how they are drawn; '' where none is denied


@dataclass(frozen=True, slots=True)
class PlotShown:
    """Accounts as points and ranges; what is not one thing has no common axis."""

    view: str
    parts: tuple[PlotPart, ...]
    not_drawn: int


@dataclass(frozen=True, slots=True)
class CellCode:
    """One code in a cell, and the claims that say it."""

    code: str
    label: str
    claims: tuple[ClaimNumber, ...]


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """What is said of one record at one time."""

    column: str
    edtf: str
    values: tuple[CellCode, ...]


@dataclass(frozen=True, slots=True)
class MatrixLine:
    """One record, a cell a time; what has no certain time is kept apart."""

    record: DrawnRecord
    cells: tuple[MatrixCell, ...]
    undated: tuple[CellCode, ...]
    undated_counts: tuple[CellCode, ...]


@dataclass(frozen=True, slots=True)
class CodeTotal:
    """How many records have a code at one time."""

    code: str
    label: str
    records: int


@dataclass(frozen=True, slots=True)
class MatrixShown:
    """Records down, times across."""

    view: str
    property: words.PropertyWords
    columns: tuple[words.Dated, ...]
    rows: tuple[MatrixLine, ...]
    pages: Turning
    has_undated: bool
    totals: tuple[tuple[CodeTotal, ...], ...]


@dataclass(frozen=True, slots=True)
class PrecisionWords:
    """How precisely a place is known, in a sentence."""

    precision: str
    words: str


@dataclass(frozen=True, slots=True)
class MapPlace:
    """One row of a map's table; decimal degrees as recorded. ``speaker``: who says where it is."""

    number: int
    record: DrawnRecord
    lat: str
    lon: str
    precision: str
    precision_words: str
    claims: tuple[ClaimNumber, ...]
    speaker: cards.SourceLink | None = None


@dataclass(frozen=True, slots=True)
class MapShown:
    """Places on a map, and how exactly they are known. ``names_in``: those around, a language."""

    view: str
    svg: Target | None
    geojson: Target
    names_in: str
    languages: tuple[map_names.NamesChoice, ...]
    precisions: tuple[str, ...]
    precision_words: tuple[PrecisionWords, ...]
    places: tuple[MapPlace, ...]
    pages: Turning


@dataclass(frozen=True, slots=True)
class MomentShown:
    """What is said of a record at a time."""

    record: DrawnRecord
    when: words.Dated
    claims: tuple[ClaimNumber, ...]


@dataclass(frozen=True, slots=True)
class YearShown:
    """The moments of one year; '' where a date does not say."""

    year: str
    moments: tuple[MomentShown, ...]


@dataclass(frozen=True, slots=True)
class TimelineShown:
    """Moments by year."""

    view: str
    years: tuple[YearShown, ...]
    pages: Turning


@dataclass(frozen=True, slots=True)
class SeriesGroup:
    """A group of a series; ``share`` in percent of the largest."""

    label: str
    number: int
    share: int


@dataclass(frozen=True, slots=True)
class SeriesShown:
    """Groups with their numbers."""

    view: str
    groups: tuple[SeriesGroup, ...]


Drawing = PlotShown | MatrixShown | MapShown | TimelineShown | SeriesShown


def drawn(evaluation: Evaluation, query: Query, as_of: int | None) -> Drawing | None:
    """What the figure's view shows; None for a plain number.

    ``as_of`` is the ledger size that the reader asked for: pictures are drawn for the same.
    """
    match evaluation.definition.view:
        case "plot":
            return _plot(evaluation, as_of)
        case "matrix":
            return _matrix(evaluation, query)
        case "map":
            return _map(evaluation, query, as_of)
        case "timeline":
            return _timeline(evaluation, query)
        case "series":
            return _series(evaluation)
        case _:
            return None


def _rows(found: Sequence[Any], query: Query) -> tuple[list[Any], Turning]:
    return cut(found, query, places.ROWS, cursor=ROW, section="drawing")


def claim_numbers(claims: Sequence[int]) -> tuple[ClaimNumber, ...]:
    """Claims as links by their entry numbers."""
    return tuple(ClaimNumber(claim, Target("claim", claim)) for claim in claims)


def _record(position: int, caption: str) -> DrawnRecord:
    return DrawnRecord(position, words.text(caption), Target("record", position))


# --- plot ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DrawnPart:
    """The accounts of one property in one unit: what is not one thing has no common axis."""

    property: str
    unit: str
    accounts: tuple[charts.Account, ...]
    left_out: int = 0  # accounts beyond the first ``DRAWN``, which are in the table only


def plot_parts(evaluation: Evaluation) -> list[DrawnPart]:
    """The accounts that a plot draws, each part in order of time."""
    points = [
        plotted.point
        for plotted in drawing.plot_points(evaluation)
        if plotted.point.stance in (stances.ASSERTS, stances.DENIES)
        and (plotted.point.low is not None or plotted.point.high is not None)
    ]
    several = len({point.record for point in points}) > 1
    found: dict[tuple[str, str], list[charts.Account]] = {}
    for point in points:
        account = _account(evaluation, point, with_subject=several)
        found.setdefault((point.property, point.unit), []).append(account)
    return [
        DrawnPart(name, unit, tuple(accounts[:DRAWN]), max(0, len(accounts) - DRAWN))
        for (name, unit), accounts in found.items()
    ]


def _account(evaluation: Evaluation, point: ReportedPoint, *, with_subject: bool) -> charts.Account:
    said = evaluation.definition.draw.along == "said"
    when = words.date_words(point.said if said else point.holds)
    denied = point.stance == stances.DENIES
    number = point.words.removesuffix(f" {point.unit}")  # the axis names the unit
    return charts.Account(
        label=point.source_title,
        about=point.about if with_subject else "",
        when=when.words if when else "",
        words=stances.mark(point.stance, words.stance(point.stance).verb) + number,
        low=point.low,
        high=point.high,
        denied=denied,
    )


def plot_spec(part: DrawnPart, *, scheme: str, width: str) -> charts.Spec:
    """The specification of one part's drawing: kept as evidence of what was drawn."""
    return charts.accounts_spec(part.accounts, part.unit, scheme=scheme, width=width)


def _plot(evaluation: Evaluation, as_of: int | None) -> PlotShown:
    parts = plot_parts(evaluation)
    numbers = sum(len(part.accounts) + part.left_out for part in parts)
    return PlotShown(
        "plot",
        tuple(_plot_part(evaluation.key, part, n, as_of) for n, part in enumerate(parts)),
        len(evaluation.points) - numbers,
    )


def _plot_part(key: str, part: DrawnPart, number: int, as_of: int | None) -> PlotPart:
    asked = as_of_asked(as_of, part=number)
    denied = sum(account.denied for account in part.accounts)
    return PlotPart(
        property=words.property_words(part.property),
        unit=part.unit,
        svg=Target("drawing", key, asked),
        specification=Target("specification", key, asked),
        digest=charts.digest_of(plot_spec(part, scheme="light", width="wide")),
        logarithmic=charts.is_logarithmic(part.accounts),
        drawn=len(part.accounts),
        left_out=part.left_out,
        denied=denied,
        denied_words=_(stances.words(stances.DENIES).drawn) if denied else "",
    )


def picture(evaluation: Evaluation) -> Target | None:
    """A map or the first part of a plot as a picture alone; None where nothing is drawn."""
    view, key = evaluation.definition.view, evaluation.key
    if view == "map" and drawing.map_points(evaluation):
        return Target("drawing", key, as_of_asked(None, row=0))
    if view == "plot" and plot_parts(evaluation):
        return Target("drawing", key, as_of_asked(None, part=0))
    return None


# --- matrix ----------------------------------------------------------------------------


def _matrix(evaluation: Evaluation, query: Query) -> MatrixShown:
    found = drawing.matrix(evaluation)
    rows, pages = _rows(found.rows, query)
    labels: dict[str, str] = {}
    for row in found.rows:
        for values in (*row.cells, row.undated):
            labels.update({value.code: value.label for value in values})
    return MatrixShown(
        view="matrix",
        property=words.property_words(found.property),
        columns=tuple(words.Dated(c.edtf, c.words) for c in found.columns),
        rows=tuple(
            MatrixLine(
                _record(row.record, row.caption),
                tuple(
                    MatrixCell(column.words, column.edtf, _codes(values))
                    for column, values in zip(found.columns, row.cells, strict=True)
                ),
                _codes(row.undated),
                _codes(row.undated_counts),
            )
            for row in rows
        ),
        pages=pages,
        has_undated=any(row.undated for row in found.rows),
        totals=tuple(
            tuple(CodeTotal(code, labels.get(code, code), number) for code, number in each.items())
            for each in found.totals
        ),
    )


def _codes(values: Sequence[drawing.CellValue]) -> tuple[CellCode, ...]:
    return tuple(CellCode(v.code, v.label, claim_numbers(v.claims)) for v in values)


# --- map -------------------------------------------------------------------------------


def _map(evaluation: Evaluation, query: Query, as_of: int | None) -> MapShown:
    found, pages = _rows(drawing.map_points(evaluation), query)
    start = query.number(ROW) or 0
    named = map_names.language(query.text(map_names.ASKED))
    asked = as_of_asked(as_of, row=start, names=named)
    precisions = sorted({point.precision for point in found}, key=places.order)
    return MapShown(
        view="map",
        svg=Target("drawing", evaluation.key, asked) if found else None,
        geojson=Target("places", evaluation.key, asked),
        names_in=named,
        languages=map_names.choices(evaluation.key, as_of_asked(as_of, row=start)),
        precisions=tuple(precisions),
        precision_words=tuple(
            PrecisionWords(name, places.precision_words(name)) for name in precisions
        ),
        places=tuple(
            MapPlace(
                number=number,
                record=_record(point.record, point.caption),
                lat=point.lat,
                lon=point.lon,
                precision=point.precision,
                precision_words=places.precision_words(point.precision),
                claims=claim_numbers((point.claim,)),
            )
            for number, point in enumerate(found, start + 1)
        ),
        pages=pages,
    )


# --- timeline and series -----------------------------------------------------------------


def _timeline(evaluation: Evaluation, query: Query) -> TimelineShown:
    moments, pages = _rows(drawing.timeline(evaluation), query)
    years = tuple(
        YearShown(
            year,
            tuple(
                MomentShown(
                    _record(moment.record, moment.caption),
                    words.Dated(moment.edtf, moment.words),
                    claim_numbers(moment.claims),
                )
                for moment in group
            ),
        )
        for year, group in groupby(moments, key=_year)
    )
    return TimelineShown("timeline", years, pages)


def _year(moment: drawing.Moment) -> str:
    """The year in which a moment begins, as its date says it; '' when it does not."""
    digits = moment.edtf.lstrip("[{")[:4]
    return digits if digits.isdigit() else ""


def _series(evaluation: Evaluation) -> SeriesShown:
    groups = drawing.series(evaluation)
    largest = max((group.number for group in groups), default=0)
    return SeriesShown(
        "series",
        tuple(
            SeriesGroup(
                group.label, group.number, round(100 * group.number / largest) if largest else 0
            )
            for group in groups
        ),
    )
