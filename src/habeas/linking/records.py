"""What goes into a linkage and what comes out of it.

Invariants: a record is only what a source wrote, never a judgement; a candidate is a pair that
a person may want to look at, with a probability and the reasons in plain words, and nothing in
this room ever joins two records. ``left`` < ``right`` in every candidate of one set; in a run
against known records ``left`` is the new one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS = ("person", "facility", "organisation", "place")


class LinkRecord(NamedTuple):
    """One mention, as its source has it. Only records of one kind are compared.

    ``names`` are spellings of the whole name, in any script. The name parts are filled where
    the source gives them apart; otherwise they are read from the names. ``birth_from`` and
    ``birth_to`` are years, both inclusive, None where not known. ``places`` are as written;
    ``names.resolve`` reads them. ``identifiers`` are numbers that one person alone has.
    ``fields`` are further values by name, which ``LinkingSettings.fields`` says how to compare.
    ``dataset`` is where it came from: with ``Settings.within_datasets`` false, records of one
    data set are not compared.
    """

    id: str
    kind: str
    names: tuple[str, ...]
    given_name: str = ""
    family_name: str = ""
    father_name: str = ""
    birth_from: int | None = None
    birth_to: int | None = None
    gender: str = ""
    places: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    dataset: str = ""
    fields: tuple[tuple[str, str], ...] = ()


class CandidatePair(NamedTuple):
    """Two records that may be one. ``reasons``: what met, what differed, what was not known."""

    left: str
    right: str
    probability: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lost:
    """What was not compared, and why. ``records``: how many records it concerns.

    ``kind``: ``name`` (a name that was refused, or stands for one that is not known), ``crowd``
    (so many records have the value that the weights were learned without them), ``block`` (so
    many share the key that it cannot tell them apart), ``field`` (so for nearly every record),
    ``place`` (not read).
    """

    kind: str
    what: str
    records: int
    reason: str
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Changed:
    """A name that was mended before it was compared, and how."""

    id: str
    name: str
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Level:
    """One step of a comparison: how often records of one person, and of two, are on it."""

    comparison: str
    level: int
    means: str
    m: float
    u: float
    learned: str


@dataclass(frozen=True, slots=True)
class Model:
    """What the probabilities stand on. ``digest`` names settings and weights together."""

    digest: str
    seed: int
    prior: float
    levels: tuple[Level, ...]
    versions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class LinkageRun:
    """A run. ``candidates`` are sorted: likeliest first, then by ids; equal input, equal output.

    ``models``: one a kind of record. ``counts``: ``records``, ``names`` (distinct pieces),
    ``name_pairs`` (compared once each), ``pairs`` (of rows compared), ``candidates``.
    """

    candidates: tuple[CandidatePair, ...]
    lost: tuple[Lost, ...]
    models: Mapping[str, Model]
    counts: Mapping[str, int] = field(default_factory=dict)
    changed: tuple[Changed, ...] = ()
