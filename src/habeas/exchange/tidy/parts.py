"""A figure as a table: one row its total, each group, member, report, list and estimate.

``part`` says which. Counted, measured, reported and estimated numbers have columns of their own and
are never in one: what sums up one of them cannot take in another. A refused estimate is a row with
the reason and no number.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import Any

from habeas.archive import models as m
from habeas.archive import openness
from habeas.archive.access import visible
from habeas.archive.groupings import episodes_of
from habeas.archive.store.pieces import in_pieces
from habeas.exchange.tidy.columns import (
    NO_DAY,
    Cell,
    HandledRow,
    Row,
    column,
    day,
    row_type,
    several,
)
from habeas.exchange.tidy.reading import PIECE, TidyReader, bounds
from habeas.figures.evaluation import undecided
from habeas.figures.evaluation.episodes import every_tie
from habeas.figures.evaluation.measured import MeasuredFigure
from habeas.figures.evaluation.results import (
    BreakdownGroup,
    CountedFigure,
    EstimatedFigure,
    Evaluation,
    FigureMember,
    ReportedPoint,
)
from habeas.vocabulary import areas

_OTHER = "the row is of another part"
_AREA, _GROWTH = "square metres", "percent"  # units of what is measured


@row_type
class Part(HandledRow):
    """One part of a figure. ``docs/reference/tidy-data.md`` describes each column."""

    figure: str = column("key of the figure")
    kind: str = column("kind of the figure", codes="counted,measured,reported,estimated")
    as_of: int = column("size of the ledger that it is evaluated as of", unit="entries")
    definition: str = column("SHA-256 of the text of its definition")
    part: str = column(
        "what the row is",
        codes="total,group,member,not-known,report,list,estimate,outline,change",
    )
    label: str | None = column(
        "the group, the caption of the record, the list, or the method", null="not visible"
    )
    record: int | None = column("number of the record that is counted or reported on", null=_OTHER)
    claims: str | None = column("numbers of the claims behind the row, '; ' between", null=_OTHER)
    counted_lower: int | None = column("least number that is counted", null=_OTHER, unit="unit")
    counted_upper: int | None = column(
        "greatest number that it can be: with what the rules could not decide, and every open pair "
        "as two",
        null="not worked out, or another part",
        unit="unit",
    )
    reported_lower: int | None = column(
        "least number that the speaker says", null="no lower bound, no number, or another part",
        unit="unit",
    )  # fmt: skip
    reported_upper: int | None = column(
        "greatest number that the speaker says", null="no upper bound, no number, or another part",
        unit="unit",
    )  # fmt: skip
    reported_approximate: bool | None = column("whether the speaker said about", null=_OTHER)
    estimated: float | None = column("the estimate", null="refused, or another part", unit="unit")
    estimated_lower_95: float | None = column(
        "lower end of its interval of 95 %", null="refused, or another part", unit="unit"
    )
    estimated_upper_95: float | None = column(
        "upper end of its interval of 95 %", null="no upper end, refused, or another part",
        unit="unit",
    )  # fmt: skip
    unit: str | None = column("what is counted, measured, reported or estimated", null="not stated")
    words: str | None = column("the value, or why there is none, in words", null="nothing to say")
    stance: str | None = column("what the speaker does with the value", null=_OTHER, codes="stance")
    property: str | None = column("which property is reported", null=_OTHER, codes="properties")
    holds: str | None = column("when the value held (EDTF)", null="not stated, or another part")
    holds_earliest: datetime.date | None = column("first day of that time", null=NO_DAY)
    holds_latest: datetime.date | None = column("last day of that time", null=NO_DAY)
    said: str | None = column("when the speaker said it (EDTF)", null="not stated, or another part")
    said_earliest: datetime.date | None = column("first day of that time", null=NO_DAY)
    said_latest: datetime.date | None = column("last day of that time", null=NO_DAY)
    source: int | None = column("number of the source that says it", null=_OTHER)
    source_title: str | None = column(
        "name of that source, else its code; see handling before it is passed on", null=_OTHER
    )
    basis: str | None = column("how the speaker knows", null="not stated", codes="basis")
    measured: float | None = column("the area, or by how much it grew", null=_OTHER, unit="unit")
    measured_lower_95: float | None = column(
        "lower end of its interval of 95 %", null="not known, or another part", unit="unit"
    )
    measured_upper_95: float | None = column(
        "upper end of its interval of 95 %", null="not known, or another part", unit="unit"
    )


def parts(reader: TidyReader, evaluation: Evaluation) -> Iterator[list[Row]]:
    """The rows of a figure that was evaluated for the reader's viewer."""
    evaluation.require_lineage()
    rows = _Rows(reader, evaluation)
    found: list[Row] = []
    for row in rows.all():
        found.append(row)
        if len(found) == PIECE:
            yield found
            found = []
    if found:
        yield found


def _least(found: CountedFigure, group: BreakdownGroup) -> int:
    """How many are in a group at least: no pair that is open takes one away or makes two one."""
    if found.fewest is None:
        return group.number
    counted = [member.position for member in found.members]
    pairs = [each.pair for each in found.open_pairs]
    return undecided.fewest_in(group.members, counted, [*pairs, *every_tie(found.members)])


def _stands_on(member: FigureMember) -> tuple[int, ...]:
    """The records that a member is one by: its own, and its owner's, by which it is joined."""
    return (member.position, member.record, *(() if member.of is None else (member.of,)))


class _Rows:
    def __init__(self, reader: TidyReader, evaluation: Evaluation) -> None:
        self.reader = reader
        self.evaluation = evaluation
        definition = evaluation.definition
        self.unit = definition.unit or definition.counts or None
        self.head: Row = (
            evaluation.key, evaluation.kind, evaluation.as_of, definition.digest,
        )  # fmt: skip
        self.own = self._labels_of(m.Definition, [evaluation.definition.position])
        self.claims = self._labels_of(m.Claim, evaluation.grounds)
        members = (*evaluation.members, *evaluation.undecided)
        records = {each for one in members for each in _stands_on(one)}
        records |= {point.record for point in evaluation.points}
        named = {mention for record in records for mention in reader.records.members(record)}
        self.mentions = self._labels_of(m.Mention, named)
        self.told_apart = self._groupings() if definition.episodes_of else {}
        level, *of_whole = self._handled(records, evaluation.grounds)
        level = openness.strictest((str(level), evaluation.handling))  # what only moves it as well
        self.whole: tuple[Cell, ...] = (level, *of_whole)

    def _labels_of(
        self, model: type[m.Projection], positions: Iterable[int | None]
    ) -> dict[int, str]:
        wanted = sorted(position for position in positions if position is not None)
        found: dict[int, str] = {}
        for some in in_pieces(wanted, PIECE):
            rows = visible(self.reader.viewer, model).filter(position__in=some)
            found |= dict(rows.values_list("position", "label"))
        self.reader.labels.learn(found.values())
        return found

    def _groupings(self) -> dict[int, str]:
        """The label of the grouping that says of which detention a claim is."""
        viewer, as_of = self.reader.viewer, self.evaluation.as_of
        grouped = episodes_of(viewer, self.evaluation.grounds, as_of)
        labels = self._labels_of(m.Grouping, {grouping for _, grouping in grouped.values()})
        return {claim: labels[grouping] for claim, (_, grouping) in grouped.items()}

    def all(self) -> Iterator[Row]:
        found = self.evaluation
        if isinstance(found, CountedFigure):
            yield self._total(found)
            for group in found.groups:
                yield self._row("group", group.label, counted=(_least(found, group), None))
        elif isinstance(found, EstimatedFigure):
            yield from self._estimates(found)
        elif isinstance(found, MeasuredFigure):
            yield from self._measured(found)
        else:
            for point in found.points:
                yield self._report(point)
        for part, members in (("member", found.members), ("not-known", found.undecided)):
            for member in members:
                yield self._row(
                    part,
                    found.captions.get(member.position),
                    record=member.record,
                    claims=member.claims,
                    stands_on=_stands_on(member),
                )

    def _total(self, found: CountedFigure) -> Row:
        number = found.number
        lower = number if found.fewest is None else found.fewest
        return self._row(
            "total",
            found.definition.title,
            counted=(lower, number + found.not_known),
            words=found.headline,
        )

    def _estimates(self, found: EstimatedFigure) -> Iterator[Row]:
        yield self._row(
            "total",
            found.definition.title,
            counted=(found.fewest, None),
            words=found.headline,
        )
        captured, estimates = found.capture, found.estimates
        for each in captured.lists:
            yield self._row("list", each.name, counted=(each.fewest, None))
        document = estimates.apart.document if estimates else {}
        for method in document.get("methods", ()):
            low, high = method["interval_95"] or (None, None)
            refused = method["refusal"]
            yield self._row(
                "estimate",
                method["title"],
                estimated=(method["estimate"], low, high),
                words=refused["reason"] if refused else None,
            )
        if not document.get("methods") and "refusal" in document:
            yield self._row("estimate", None, words=document["refusal"]["reason"])

    def _measured(self, found: MeasuredFigure) -> Iterator[Row]:
        yield self._row("total", found.definition.title, words=found.headline)
        for site in found.sites:
            for one in site.outlines:
                yield self._row(
                    "outline",
                    site.caption,
                    record=site.record,
                    claims=one.claims,
                    unit=_AREA,
                    words=areas.describe(one.area),
                    measured=(one.area.square_metres, *(one.area.interval_95 or (None, None))),
                )
            for each in site.changes:
                yield self._row(
                    "change",
                    site.caption,
                    record=site.record,
                    claims=(each.before, each.after),
                    unit=_GROWTH,
                    words=areas.describe_growth(each.growth),
                    measured=(each.growth.percent, *(each.growth.interval_95 or (None, None))),
                )

    def _report(self, point: ReportedPoint) -> Row:
        return self._row(
            "report",
            point.about or None,
            record=point.record,
            claims=(point.claim,),
            reported=(point.low, point.high, point.approximate),
            unit=point.unit or None,
            words=point.words,
            report=(
                point.stance,
                point.property,
                point.holds or None,
                day(point.holds_from),
                day(point.holds_to),
                point.said or None,
                *bounds(point.said),
                point.source,
                point.source_title or None,
                point.basis or None,
            ),
        )

    def _row(
        self,
        part: str,
        label: str | None,
        *,
        record: int | None = None,
        claims: Iterable[int] | None = None,
        counted: tuple[Cell, Cell] = (None, None),
        reported: tuple[Cell, Cell, Cell] = (None, None, None),
        estimated: tuple[Any, Any, Any] = (None, None, None),
        unit: str | None = None,
        words: str | None = None,
        report: Row = (None,) * 11,
        stands_on: Iterable[int] = (),
        measured: Row = (None, None, None),
    ) -> Row:
        return (
            *self.head,
            part,
            label,
            record,
            None if claims is None else several(claims),
            *counted,
            *reported,
            *(None if each is None else float(each) for each in estimated),
            unit or self.unit,
            words,
            *report,
            *measured,
            *(self.whole if claims is None else self._handled((record, *stands_on), claims)),
        )

    def _handled(self, records: Iterable[int | None], claims: Iterable[int]) -> tuple[Cell, ...]:
        """Of a row that rests on the definition, on these records and on these claims."""
        labels = {
            *self.own.values(),
            *(self.claims[each] for each in claims if each in self.claims),
            *(self.told_apart[each] for each in claims if each in self.told_apart),
        }
        records = tuple(records)
        labels |= self.reader.labels_of_joining(*records)
        for record in records:
            members = () if record is None else self.reader.records.members(record)
            labels.update(self.mentions[each] for each in members if each in self.mentions)
        return self.reader.handled(*labels)
