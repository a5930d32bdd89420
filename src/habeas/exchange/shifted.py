"""Outlines that lie off their stated place by the shift of a Chinese map: asked about by row.

An outline of a facility, or of an observation of it, is compared with every place that the import
or the archive states for that facility to the site. Where ``as_written`` repeats the value,
somebody says that it is meant, and it is taken. Invariant: each outline is asked about once, and
nothing is moved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from habeas.archive.access import OWNER, visible
from habeas.archive.models import Claim, Mention
from habeas.exchange import drafts as d
from habeas.exchange.drafts import DraftRow
from habeas.exchange.names_in import DraftNames
from habeas.vocabulary import datums, places, values
from habeas.vocabulary.outlines import Outline
from habeas.vocabulary.places import Point

Read = Iterable[tuple[DraftRow, values.Value | None]]


def check(names: DraftNames, claims: Read) -> None:
    """Note each outline of the import that is probably in a shifted datum."""
    joined = _Joined(names)
    outlines: list[tuple[DraftRow, Outline, str]] = []
    stated: dict[str, list[Point]] = defaultdict(list)
    for row, value in claims:
        if value is None:
            continue
        if isinstance(value.normal, Outline) and row["as_written"] != row["value"]:
            site = names.owner_of(row["subject"]) or row["subject"]
            outlines.append((row, value.normal, joined.record(site)))
        elif isinstance(value.normal, Point) and value.normal.precision in datums.PRECISE:
            stated[joined.record(row["subject"])].append(value.normal)
    for row, outline, site in outlines:
        for place in (*stated.get(site, ()), *_in_archive(site)):
            if shift := datums.likely_shift(outline, place):
                names.faults.add(row.fault("value", *_words(shift, place)))
                break


def _words(shift: datums.LikelyShift, place: Point) -> tuple[str, str]:
    shifted = "The stated place" if shift.of_place else "The outline"
    told = (
        f"{shifted} is probably in {shift.datum}, the datum of maps published in China: the "
        f"outline lies {shift.apart:,.0f} m from {places.describe(place)}, and with that shift "
        f"{shift.apart_if_shifted:,.0f} m."
    )
    return told, "Convert it to WGS 84. If it is meant as it is, repeat it in as_written."


class _Joined:
    """One name for the mentions that ``same_as`` of the import, or the archive, joins."""

    def __init__(self, names: DraftNames) -> None:
        rows = names.drafts.rows(d.MENTIONS)
        self._same = {row["id"]: row["same_as"] for row in rows if row["same_as"]}

    def record(self, name: str) -> str:
        seen = set()
        while name in self._same and name not in seen:
            seen.add(name)
            name = self._same[name]
        if name.startswith("#") and name[1:].isdecimal():
            found = visible(OWNER, Mention).filter(position=int(name[1:])).first()
            return name if found is None else f"#{found.canonical}"
        return name


def _in_archive(site: str) -> Iterable[Point]:
    if not site.startswith("#") or not site[1:].isdecimal():
        return
    keys = visible(OWNER, Mention).filter(canonical=int(site[1:])).values("position")
    rows = visible(OWNER, Claim).filter(
        subject__in=keys, property="location", ended_at__isnull=True, stance="asserts"
    )
    for key in rows.values_list("value_key", flat=True):
        if key:
            yield places.parse(key)
