"""What an estimate is made of: each method's number or refusal, and the whole answer.

Invariants: a method has an estimate or a refusal, never both; the first method is the reported
one; the observed count is the floor of every answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from habeas.estimation.classes import LatentClass
from habeas.estimation.errors import Caution
from habeas.estimation.shaking import Shaken, ShakenPoint
from habeas.estimation.tables import CaptureTable


@dataclass(frozen=True, slots=True)
class MethodResult:
    """What one method says: a number with its interval, or why it gives none."""

    key: str
    title: str
    assumption: str
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    interval: str = ""  # what kind of interval
    over_models: tuple[float, float] | None = None  # bootstrap that repeats the search
    monte_carlo: tuple[float, ...] = ()  # errors of low, estimate, high
    model: str = ""
    details: tuple[tuple[str, str], ...] = ()
    refusal: str = ""  # its code
    reason: str = ""
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """How many there were, as far as this table can say: the numbers, without their renderings."""

    table: CaptureTable
    closed_population: str
    everyone_could_be_listed: str
    methods: tuple[MethodResult, ...]
    cautions: tuple[Caution, ...]
    without_each_list: tuple[Shaken, ...]
    one_link: tuple[Shaken, ...]
    curve: tuple[ShakenPoint, ...]
    seed: int
    versions: tuple[tuple[str, str], ...]
    classes: LatentClass | None = field(repr=False, default=None)

    @property
    def reported(self) -> MethodResult:
        """The latent class result: a number or a refusal."""
        return self.methods[0]

    @property
    def refused(self) -> bool:
        return self.reported.estimate is None

    @property
    def floor(self) -> int:
        """At least so many: those who were observed."""
        return self.table.observed

    def method(self, key: str) -> MethodResult:
        return next(each for each in self.methods if each.key == key)

    @property
    def sentence(self) -> str:
        """The answer in one sentence, as it may be quoted."""
        unit, said = self.table.unit, self.reported
        if said.estimate is None or said.low is None or said.high is None:
            return f"At least {self.floor:,} ({unit}); no estimate: {said.reason}"
        return (
            f"At least {self.floor:,} ({unit}) were documented; about {said.estimate:,.0f} in "
            f"all, {said.low:,.0f} to {said.high:,.0f} with 95 % probability under the "
            "model's assumptions."
        )
