"""From records to candidates: read, find who may meet, compare, weigh, say why.

Invariants: one kind of record at a time; the result is a function of records, settings and
versions, and not of threads or memory; nothing but candidates comes out, no two records are
ever joined.
"""

from __future__ import annotations

import contextlib
import gc
import heapq
from importlib.metadata import version
from typing import TYPE_CHECKING

from habeas.linking import choosing, comparing, crowding, training
from habeas.linking.blocking import WORDS, Blocking, TooBig
from habeas.linking.engine import Engine, by_column, open_engine
from habeas.linking.errors import BadRecord
from habeas.linking.levels import comparisons_of
from habeas.linking.likeness import NamePieces, hubs
from habeas.linking.places import PlaceUnits, read_places
from habeas.linking.reading import COLUMNS, ReadRecords, RecordReader, check
from habeas.linking.records import KINDS, LinkageRun, Lost, Model
from habeas.linking.settings import LinkingSettings
from habeas.linking.wording import Wording
from habeas.linking.workers import Workers
from habeas.vocabulary.errors import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from habeas.linking.levels import Comparison
    from habeas.linking.records import CandidatePair, LinkRecord
    from habeas.vocabulary.region import Region

    Progress = Callable[[str, int, int], None]

_SAID_EVERY = 20_000
#: A name that more than this share of the records bear tells nobody apart.
_NEARLY_ALL = 0.5
_WIDEST_BUCKETED = 2


def link(
    records: Iterable[LinkRecord],
    region: Region,
    *,
    known: Iterable[LinkRecord] | None = None,
    settings: LinkingSettings | None = None,
    progress: Progress | None = None,
) -> LinkageRun:
    """Candidates among ``records``; with ``known``, also between them and the known ones.

    ``progress`` is called with a stage, how much is done and of how much (0: not known).
    Errors: ``BadRecord``, ``BadSetting``, ``ExtraMissing``.
    """
    settings = settings or LinkingSettings()
    said = progress or (lambda stage, done, of: None)
    engine, workers = open_engine(settings), Workers(settings.threads, region)
    try:
        with _not_collecting():
            read = _read(engine, workers, settings, region, records, known, said)
            runs = [
                _Run(engine, settings, region, *read[kind], said) for kind in KINDS if kind in read
            ]
            for run in runs:
                run.run()
    finally:
        workers.close()
        engine.close()
    candidates = heapq.merge(
        *(run.candidates for run in runs), key=lambda c: (-c.probability, c.left, c.right)
    )
    counts: dict[str, int] = {}
    for run in runs:
        for name, count in run.counts.items():
            counts[name] = counts.get(name, 0) + count
    return LinkageRun(
        tuple(candidates),
        tuple(lost for run in runs for lost in run.lost),
        {run.kind: run.model for run in runs},
        counts,
        tuple(changed for run in runs for changed in run.read.changed),
    )


@contextlib.contextmanager
def _not_collecting() -> Iterator[None]:
    """Without Python's search for cycles: a run makes millions of small things and no cycles
    among them, and each search looks at all that are held (a tenth of a million's time)."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _read(
    engine: Engine,
    workers: Workers,
    settings: LinkingSettings,
    region: Region,
    records: Iterable[LinkRecord],
    known: Iterable[LinkRecord] | None,
    said: Progress,
) -> dict[str, tuple[ReadRecords, NamePieces]]:
    """All records into their tables, those of each kind apart, and their names to be compared."""
    readers: dict[str, RecordReader] = {}
    plain = settings.names == "plain"
    names = {kind: NamePieces(kind, workers, region, plain=plain) for kind in KINDS}
    done = 0
    for new, some in ((True, records), (False, known or ())):
        for record in some:
            if record.kind not in readers:
                check(record)
                hear = names[record.kind].hear
                readers[record.kind] = RecordReader(engine, record.kind, settings, region, hear)
            readers[record.kind].take(record, new=new)
            done += 1
            if done % _SAID_EVERY == 0:
                said("reading", done, 0)
    for kind, reader in readers.items():
        reader.finish()
        twice = engine.rows(
            f"select text from ids_{kind} group by text having count(*) > 1 order by text limit 1"
        )
        for (one,) in twice:
            raise BadRecord(
                f"Two records have the id {shown(one)}.", next_step="Give each record its own id."
            )
    return {kind: (reader.read, names[kind]) for kind, reader in readers.items()}


class _Run:
    """One kind of record."""

    candidates: list[CandidatePair]
    model: Model

    def __init__(
        self,
        engine: Engine,
        settings: LinkingSettings,
        region: Region,
        read: ReadRecords,
        names: NamePieces,
        said: Progress,
    ) -> None:
        self.kind = read.kind
        self.read = read
        self._names = names
        self.lost: list[Lost] = list(read.lost)
        self.counts: dict[str, int] = {}
        self.candidates = []
        self._engine = engine
        self._settings = settings
        self._region = region
        self._said = said
        self._comparisons: tuple[Comparison, ...] = comparisons_of(read.kind, settings.fields)

    def run(self) -> None:
        if self.read.untold:
            self.lost.append(
                Lost("name", f"{self.read.untold} more names", self.read.untold, "refused as names")
            )
        self._tables()
        compared = self._likenesses()
        places = self._places()
        self._crowds = crowding.find(
            self._engine, self.read.rows, self.read.pieces.texts, self.read.placesets,
            person=self.kind == "person",
        )  # fmt: skip
        self.lost += self._crowds.lost
        self._plain = self._comparisons
        self._comparisons = self._crowds.stepped(self._plain)
        blocking = Blocking(self._engine, self._settings, self.kind, self.read.rows)
        self._said("finding pairs", 0, 0)
        blocking.build()
        self.lost += [self._too_big(each) for each in blocking.too_big]
        comparer = comparing.Comparing(
            self._engine, self._settings, self._comparisons, self.read.rows, self._crowds
        )
        comparer.name_steps()
        fields = sum(rule.bit for rule in blocking.rules if rule.name.startswith("field_"))
        self._said("comparing pairs", 0, sum(rule.pairs for rule in blocking.rules))
        comparer.compare(blocking, fields)
        counted = [
            (int(mask), int(pattern), int(n), int(told))
            for mask, pattern, n, told in self._engine.rows(
                "select mask, pattern, n, told from patterns order by pattern, mask, told"
            )
        ]
        self._said("weighing", 0, 0)
        telling = [(mask, pattern, n) for mask, pattern, n, told in counted if told]
        weights = self._weigh(comparer, blocking, telling)
        scores = training.score(
            self._engine, self._comparisons, weights, sorted({p for _, p, _, _ in counted})
        )
        self.lost += choosing.choose(self._engine, self._settings, self.kind, scores)
        wording = Wording(self.read, places, self._comparisons, choosing.whys(self._engine))
        self.candidates = list(choosing.chosen(self._engine, wording))
        self.counts |= {
            "records": self.read.records,
            "names": len(self.read.pieces),
            "name_pairs": compared,
            "pairs": sum(n for _, _, n, _ in counted),
            "candidates": len(self.candidates),
        }

    # --- what is compared -----------------------------------------------------------------

    def _tables(self) -> None:
        """Table ``r`` of this kind, and the tables that its numbers point to."""
        engine, read = self._engine, self.read
        columns = (*COLUMNS, *(f"field_{field.name}" for field in self._settings.fields))
        typed = ", ".join(f"cast({column} as int) as {column}" for column in columns)
        engine.make("r", f"select {typed} from r_{self.kind}")
        engine.drop(f"r_{self.kind}")
        years = engine.rows("select distinct y1, y2 from r where y1 > 0")
        engine.drop("buckets", "ids", *(f"values_{field.name}" for field in self._settings.fields))
        buckets = sorted((y1, y2, bucket) for y1, y2 in years for bucket in _buckets(y1, y2))
        engine.put("buckets", by_column(("y1", "y2", "bucket"), buckets))
        codes: dict[str, int] = {}
        members = [
            (number, codes.setdefault(one, len(codes) + 1))
            for idset, number in read.idsets.items()
            for one in idset.split("\n")
        ]
        engine.put("ids", by_column(("idset", "code"), members))
        for name, values in read.fields.items():
            numbers, texts = list(values.values()), list(values)
            engine.put(f"values_{name}", {"code": numbers, "text": texts})

    def _likenesses(self) -> int:
        engine, pieces = self._engine, self.read.pieces.texts
        weights = [0] * len(pieces)
        for column in ("g", "f"):
            for piece, n in engine.rows(f"select {column}, count(*) from r group by {column}"):
                weights[int(piece)] += int(n)
        found = self._names.compare(
            pieces, lambda done, of: self._said("comparing names", done, of)
        )
        engine.drop("alike", "whys", "hubs")
        pairs = {"a": found.left, "b": found.right}
        likeness = [round(each * 10_000) for each in found.likeness]
        engine.put("alike", pairs | {"likeness": likeness})
        engine.put("whys", pairs | {"text": found.why})
        engine.put("hubs", by_column(("piece", "hub"), hubs(found, weights)))
        self.lost += [
            Lost("name", f"the key {key}", n, "Too many spellings share it to compare them all.")
            for key, n in found.crowded
        ]
        return found.compared

    def _places(self) -> PlaceUnits:
        borne = self._engine.rows("select pset, count(*) from r where pset > 0 group by pset")
        found = read_places(
            self.read.placesets,
            {int(pset): int(n) for pset, n in borne},
            self._region,
            lambda done, of: self._said("reading places", done, of),
        )
        self._engine.drop("units")
        self._engine.put("units", by_column(("pset", "unit", "wide_unit"), found.members))
        self.lost += found.lost
        return found

    def _too_big(self, big: TooBig) -> Lost:
        words = WORDS.get(big.rule, f"the field {big.rule.removeprefix('field_')}")
        what = words
        if big.rule == "g":
            what = f"{words} {self.read.pieces.texts[big.example[0]]}"
        elif big.rule == "gf":
            pair = sorted(divmod(big.example[0], 2**32))
            what = f"{words} {' and '.join(self.read.pieces.texts[piece] for piece in pair)}"
        if big.largest > _NEARLY_ALL * self.read.rows:
            return Lost(
                "field", what, big.records,
                f"This field cannot tell people apart: {big.largest:,} of {self.read.rows:,}"
                " records have the same value, and nothing else in them divides those.",
            )  # fmt: skip
        return Lost(
            "block", what, big.records,
            f"{big.blocks:,} groups of up to {big.largest:,} records share {words}, too many to"
            " compare each with each; their records met only by other keys.",
        )  # fmt: skip

    # --- weights --------------------------------------------------------------------------

    def _weigh(
        self,
        comparer: comparing.Comparing,
        blocking: Blocking,
        patterns: list[tuple[int, int, int]],
    ) -> training.Weights:
        versions = tuple((name, version(name)) for name in ("habeas", "splink", "duckdb"))
        given = self._settings.models.get(self.kind)
        if given:
            weights = training.weights_of(given)
            self.model = given
            if self._crowds.weigh(weights, self._plain):
                self.model = training.model_of(
                    self._settings, self.kind, self._comparisons, weights, versions
                )
            return training.weights_of(self.model)
        everyone = self._all_pairs()
        exact = comparer.exactly()
        u = training.chance(self._plain, comparer.by_chance(), exact, everyone)
        sessions = self._sessions(blocking)
        weights = training.learn(self._engine, self._plain, patterns, sessions, u, everyone)
        counted = [(pattern, n) for _, pattern, n in patterns]
        for _ in range(2):
            weights.prior = training.prior_of(
                self._plain, weights, counted, everyone, self._crowds.rows
            )
            weights.u = training.without_matches(weights, u, exact)
        self._crowds.weigh(weights, self._plain)
        self.model = training.model_of(
            self._settings, self.kind, self._comparisons, weights, versions
        )
        return training.weights_of(self.model)

    def _sessions(self, blocking: Blocking) -> list[training.TrainingPass]:
        bits = {rule.name: rule.bit for rule in blocking.rules}
        names = bits.get("g", 0) | bits.get("gf", 0)
        found = [
            training.TrainingPass("the same names", names, ("given", "father"), rich=True),
            training.TrainingPass("the same identifier", bits["id"], ("identifier",)),
        ]
        if "yp" in bits:
            fixed = ("birth", "place", "gender")
            found.append(
                training.TrainingPass("the same year of birth and place", bits["yp"], fixed)
            )
        found += [
            training.TrainingPass(f"the same {name.removeprefix('field_')}", bit, (name,))
            for name, bit in bits.items()
            if name.startswith("field_")
        ]
        return found

    def _all_pairs(self) -> float:
        new, old = 0.0, 0.0
        same = 0.0
        told = " where told = 1" if self._crowds.found else ""
        for _, fresh, known in self._engine.rows(
            f"select ds, sum(new), sum(1 - new) from r{told} group by ds"
        ):
            new, old = new + int(fresh), old + int(known)
            same += int(fresh) * (int(fresh) - 1) / 2 + int(fresh) * int(known)
        everyone = new * (new - 1) / 2 + new * old
        return max(1.0, everyone if self._settings.within_datasets else everyone - same)


def _buckets(y1: int, y2: int) -> set[int]:
    """Two of them for a year, so that years one apart share one."""
    if y2 - y1 > _WIDEST_BUCKETED:
        return set()
    return {
        bucket for year in range(y1, y2 + 1) for bucket in (year // 2 * 2, (year + 1) // 2 * 2 + 1)
    }
