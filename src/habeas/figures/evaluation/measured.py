"""What a measured figure gives: outlines with their areas, and how much the sites grew.

Invariants: every number stands with its interval of 95 %, or with why it has none; nothing that a
source reports is among them.
"""

from __future__ import annotations

from dataclasses import dataclass

from habeas.figures.definition.wording import grouped
from habeas.figures.evaluation.results import Evaluation, FigureMember
from habeas.vocabulary import areas
from habeas.vocabulary.areas import Area, Growth


@dataclass(frozen=True, slots=True)
class MeasuredOutline:
    """One outline of a site: ``when`` its picture was taken (EDTF), '' where that is not known.

    ``view`` is the observation, or the site itself; ``error_stated``: its analyst states how far a
    corner may be off. ``claims`` are all that the numbers rest on, ``claim`` the outline itself.
    """

    claim: int
    view: int
    when: str
    area: Area
    error_stated: bool
    source: int
    claims: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OutlineChange:
    """From one outline of a site to a later one, by the claims of both."""

    before: int
    after: int
    before_when: str
    after_when: str
    growth: Growth


@dataclass(frozen=True, slots=True)
class MeasuredSite:
    """A facility with its outlines in order of time, and the changes between first and last."""

    record: int
    caption: str
    outlines: tuple[MeasuredOutline, ...]
    changes: tuple[OutlineChange, ...]


@dataclass(frozen=True, kw_only=True)
class MeasuredFigure(Evaluation):
    """Areas, or changes of area, of the sites that the rules kept."""

    members: tuple[FigureMember, ...] = ()
    sites: tuple[MeasuredSite, ...] = ()

    @property
    def headline(self) -> str:
        """The measurement where there is one site and one number, else how many there are."""
        if self.definition.measures == "area-change":
            words = self._changes()
        elif len(self.sites) == 1 and len(self.sites[0].outlines) == 1:
            words = areas.describe(self.sites[0].outlines[0].area)
        else:
            outlines = sum(len(site.outlines) for site in self.sites)
            words = f"{_several(outlines, 'outline')} of {_several(len(self.sites), 'site')}"
        if self.not_known:
            words += f" ({grouped(self.not_known)} more not known)"
        return words

    def _changes(self) -> str:
        changes = [change.growth for site in self.sites for change in site.changes]
        if len(changes) == 1:
            return areas.describe_growth(changes[0])
        known = [found.interval_95 for found in changes if found.interval_95 is not None]
        grew = sum(low > 0 for low, _ in known)
        shrank = sum(high < 0 for _, high in known)
        told = f"{_several(len(self.sites), 'site')} measured twice"
        if changes:
            told += f", {_several(len(changes), 'pair')} of outlines: {grew:,} certainly grew"
            told += f", {shrank:,} certainly shrank" if shrank else ""
            open_ones, unknown = len(known) - grew - shrank, len(changes) - len(known)
            told += f", {open_ones:,} may not have changed" if open_ones else ""
            told += f", {unknown:,} without a known error" if unknown else ""
        return told

    def _own_fault(self) -> str:
        if [site.record for site in self.sites] != [member.position for member in self.members]:
            return "its sites are not its members."
        return ""


def _several(number: int, noun: str) -> str:
    return f"{grouped(number)} {noun}" + ("" if number == 1 else "s")
