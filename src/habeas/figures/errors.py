"""What can go wrong with a figure, as types.

::

    HabeasError
      FigureError
        DefinitionError     figure.bad-definition    the YAML is not a definition
        UnknownRecord       figure.unknown-record    it names a record nobody may see or knows
        NamesStricter       figure.names-stricter    it is more open than what it names
        UnknownFigure       figure.unknown-figure    no definition of that key
        UnknownSource       figure.unknown-source    a list of an estimate names no known source
        NotEstimated        figure.not-estimated     an estimate asked of another kind of figure
        NotCounted          figure.not-counted       a variant asked of what is not counted
        NoVariant           figure.no-variant        a variant that asks nothing otherwise
        NoSuchDay           figure.no-such-day       a day that cannot be read
        NeedsPurpose        figure.needs-purpose     it picks people, and nobody said what for
        NoLineage           figure.no-lineage        a number without its grounds
        NothingThere        figure.nothing-there     no such position for this viewer
        WrongView           figure.wrong-view        a map asked of a figure without places
        AheadOfLedger       figure.ahead-of-ledger   as of a size that is not reached yet
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from habeas.errors import HabeasError


class FigureError(HabeasError):
    """A figure was refused."""

    code: ClassVar[str] = "figure.error"


@dataclass(frozen=True, slots=True)
class DefinitionProblem:
    """One thing wrong in a definition: where, under which key, why, and what would do."""

    line: int
    key: str
    reason: str
    valid: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.key}: {self.reason} Valid: {self.valid}"


class DefinitionError(FigureError):
    """The text is not a definition; ``problems`` lists everything wrong with it."""

    code: ClassVar[str] = "figure.bad-definition"

    def __init__(self, problems: tuple[DefinitionProblem, ...]) -> None:
        super().__init__(
            "\n".join(str(problem) for problem in problems),
            next_step="See docs/reference/figure-definitions.md.",
        )
        self.problems = problems


class NotCounted(FigureError):
    """A figure that is reported or estimated was asked to be counted otherwise."""

    code: ClassVar[str] = "figure.not-counted"


class NoVariant(FigureError):
    """A variant was asked for that is the figure itself."""

    code: ClassVar[str] = "figure.no-variant"


class NoSuchDay(FigureError):
    """A ledger size was asked for by a day that cannot be read."""

    code: ClassVar[str] = "figure.no-such-day"


class NeedsPurpose(FigureError):
    """A figure that picks people by what marks them was asked without a purpose."""

    code: ClassVar[str] = "figure.needs-purpose"


class UnknownRecord(FigureError):
    """A definition names a record that is not there for this viewer."""

    code: ClassVar[str] = "figure.unknown-record"


class NamesStricter(FigureError):
    """A definition names a record or a source that its readers may not see."""

    code: ClassVar[str] = "figure.names-stricter"


class UnknownFigure(FigureError):
    """No definition of that key is in force for this viewer."""

    code: ClassVar[str] = "figure.unknown-figure"


class UnknownSource(FigureError):
    """A list of an estimate names a source that is not there for this viewer."""

    code: ClassVar[str] = "figure.unknown-source"


class NotEstimated(FigureError):
    """A figure that is counted or reported was asked for its estimate."""

    code: ClassVar[str] = "figure.not-estimated"


class NoLineage(FigureError):
    """A number was about to be shown without the grounds it stands on."""

    code: ClassVar[str] = "figure.no-lineage"


class NothingThere(FigureError):
    """Nothing that this viewer may see lies at a ledger position."""

    code: ClassVar[str] = "figure.nothing-there"


class WrongView(FigureError):
    """A result was asked for in a shape that its definition does not say how to draw."""

    code: ClassVar[str] = "figure.wrong-view"


class AheadOfLedger(FigureError):
    """A figure was asked for as of a ledger size that does not exist yet."""

    code: ClassVar[str] = "figure.ahead-of-ledger"
