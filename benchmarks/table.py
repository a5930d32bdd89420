"""The table that a benchmark run prints."""

from __future__ import annotations

from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table


@dataclass(slots=True)
class Measured:
    """One line: what was measured, ours, the anchor, and how they compare."""

    what: str
    ours: str
    anchor: str = ""
    ratio: str = ""
    bar: str = ""


@dataclass(slots=True)
class Results:
    """The lines measured so far; each is shown as it comes."""

    lines: list[Measured] = field(default_factory=list)
    console: Console = field(default_factory=lambda: Console(width=150))

    def add(self, line: Measured) -> None:
        self.lines.append(line)
        self.console.print(
            f"  {line.what}: {line.ours}  {line.anchor}  {line.ratio}", highlight=False
        )

    def show(self) -> None:
        table = Table("measured", "habeas", "anchor", "ratio", "bar")
        for line in self.lines:
            table.add_row(line.what, line.ours, line.anchor, line.ratio, line.bar)
        self.console.print(table)


def percentile_95(seconds: list[float]) -> float:
    """The 95th percentile, in milliseconds, by the nearest rank."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))] * 1000
