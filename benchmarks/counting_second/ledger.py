"""What stood as of a ledger size: live claims, records, lineage, judgements, all from plain rows.

``Rows`` holds lists of plain dictionaries as the archive gave them, each with its ``position``;
nothing in them says what has ended. What ends what is decision 0009: a retraction of a claim, of a
list (its claims and mentions), of a source (every claim that it says or passes on), of a
judgement; and a correction ends the claim that it names. Nothing ends twice, and an end is not
taken back.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

Row = dict[str, Any]


class UnknownRecordError(Exception):
    """A rule names what no record is that stands."""


class UnknownSourceError(Exception):
    """An inventory names a code that no source has."""


@dataclass
class Rows:
    """Everything that a viewer may read."""

    mentions: list[Row] = field(default_factory=list)
    sources: list[Row] = field(default_factory=list)
    lineages: list[Row] = field(default_factory=list)
    claims: list[Row] = field(default_factory=list)
    judgements: list[Row] = field(default_factory=list)
    assessments: list[Row] = field(default_factory=list)
    retractions: list[Row] = field(default_factory=list)
    linkages: list[Row] = field(default_factory=list)
    candidates: list[Row] = field(default_factory=list)
    groupings: list[Row] = field(default_factory=list)
    #: Of a kind that has an owner: the owner's kind, and the properties that both may have.
    owned: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)
    #: The properties that any record may have, such as a name.
    of_any: frozenset[str] = frozenset()

    def as_of(self, size: int) -> Ledger:
        kept = {
            name: [row for row in rows if row["position"] < size]
            for name, rows in vars(self).items()
            if isinstance(rows, list)
        }
        return Ledger(Rows(owned=self.owned, of_any=self.of_any, **kept))


class Ledger:
    """The rows of one size, and what follows from them."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.retracted: dict[str, set[int]] = defaultdict(set)
        for row in rows.retractions:
            self.retracted[row["target_kind"]].add(row["target"])

    # --- claims -----------------------------------------------------------------------------

    def is_live(self, claim: Row) -> bool:
        """Neither retracted, with its list or a source of its chain or by itself, nor corrected."""
        return not (
            claim["position"] in self.retracted["claim"]
            or claim["position"] in self._corrected
            or claim["list"] in self.retracted["list"]
            or any(step["source"] in self.retracted["source"] for step in claim["attribution"])
        )

    @cached_property
    def _corrected(self) -> set[int]:
        return {claim["previous"] for claim in self.rows.claims if claim["previous"] is not None}

    @cached_property
    def live_claims(self) -> list[Row]:
        return [claim for claim in self.rows.claims if self.is_live(claim)]

    # --- records ----------------------------------------------------------------------------

    @cached_property
    def live_judgements(self) -> list[Row]:
        gone = self.retracted["judgement"]
        return [row for row in self.rows.judgements if row["position"] not in gone]

    @cached_property
    def record_of(self) -> dict[int, int]:
        """For each mention its record: the earliest mention that judgements join it to."""
        same = [(j["left"], j["right"]) for j in self.live_judgements if j["verdict"] == "same"]
        of = {row["position"]: row.get("of") for row in self.rows.mentions}
        record = {mention: mention for mention in of}
        self._join(record, [pair for pair in same if of[pair[0]] is None])
        # Two of one owner are the same only while their owners are one record.
        owners_are_one = [
            (left, right)
            for left, right in same
            if of[left] is not None and of[right] is not None
            and record[of[left]] == record[of[right]]
        ]  # fmt: skip
        self._join(record, owners_are_one)
        return record

    @staticmethod
    def _join(record: dict[int, int], same: list[tuple[int, int]]) -> None:
        changed = True
        while changed:
            changed = False
            for left, right in same:
                lower = min(record[left], record[right])
                for mention in (left, right):
                    if record[mention] != lower:
                        record[mention], changed = lower, True

    @cached_property
    def mention(self) -> dict[int, Row]:
        return {row["position"]: row for row in self.rows.mentions}

    @cached_property
    def mentions_of(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for mention in sorted(self.record_of):
            found[self.record_of[mention]].append(mention)
        return found

    def kind_of(self, record: int) -> str:
        return str(self.mention[record]["kind"])

    def records_of_kind(self, kind: str) -> list[int]:
        return [record for record in sorted(self.mentions_of) if self.kind_of(record) == kind]

    @cached_property
    def claims_about(self) -> dict[int, list[Row]]:
        """With those about a detention as claims about its person too, and those of a person that
        a grouping puts in a detention as claims of the detention."""
        found: dict[int, list[Row]] = defaultdict(list)
        for claim in self.live_claims:
            record = self.record_of[claim["subject"]]
            found[record].append(claim)
            owner = self.owner_of(record)
            if owner is not None and claim["property"] not in self.rows.of_any:
                found[owner].append(claim)
            episode = self.episode_of.get(claim["position"])
            if episode is not None:
                found[episode].append(claim)
        return found

    # --- what has an owner ------------------------------------------------------------------

    def owner_of(self, record: int) -> int | None:
        of = self.mention[record].get("of")
        return None if of is None else self.record_of[of]

    @cached_property
    def owned_by(self) -> dict[int, list[int]]:
        """The records that a record owns."""
        found: dict[int, list[int]] = defaultdict(list)
        for record in sorted(self.mentions_of):
            owner = self.owner_of(record)
            if owner is not None:
                found[owner].append(record)
        return found

    @cached_property
    def episode_of(self) -> dict[int, int]:
        """For each claim that a standing grouping puts in a detention of its own person: which.

        A correction takes the place of the claim that it corrects.
        """
        grouped: dict[int, int] = {}
        for row in self.rows.groupings:
            gone = row["position"] in self.retracted["grouping"]
            if gone or row["episode"] not in self.mention or self._ended(row["episode"]):
                continue
            for claim in row["claims"]:
                grouped[claim] = self.record_of[row["episode"]]
        found: dict[int, int] = {}
        previous = {claim["position"]: claim["previous"] for claim in self.rows.claims}
        for claim in self.live_claims:
            at: int | None = claim["position"]
            while at is not None and at not in grouped:
                at = previous.get(at)
            if at is None:
                continue
            episode = grouped[at]
            if self.owner_of(episode) == self.record_of[claim["subject"]]:
                found[claim["position"]] = episode
        return found

    def ungrouped(self, kind: str, owner: int) -> list[Row]:
        """The claims about a record that may be of a detention of it, and are of none."""
        shared = self.rows.owned[kind][1]
        return [
            claim
            for claim in self.live_claims
            if self.record_of[claim["subject"]] == owner
            and claim["property"] in shared
            and claim["position"] not in self.episode_of
        ]

    def possible(self, kind: str) -> list[Row]:
        """The ungrouped claims that assert a value: each reads as one possible detention."""
        of = self.rows.owned[kind][0]
        return [
            claim
            for owner in self.records_of_kind(of)
            for claim in self.ungrouped(kind, owner)
            if claim["stance"] == "asserts" and "state" not in claim["value"]  # says a value
        ]

    def stands(self, record: int) -> bool:
        """Known otherwise than from retracted lists: by a mention, or by a live claim about it."""
        unretracted = not all(map(self._ended, self.mentions_of[record]))
        return unretracted or bool(self.claims_about[record])

    def _ended(self, mention: int) -> bool:
        """Whether its list was retracted, or that of the mention that owns it."""
        row = self.mention[mention]
        owner = self.mention.get(row.get("of") or -1)
        lists = {row["list"], None if owner is None else owner["list"]}
        return bool(lists & self.retracted["list"])

    def named(self, name: str) -> set[int]:
        """The records of a caption exactly as written, or of a ledger position (``#12``)."""
        if name.startswith("#"):
            found = {self.record_of[m] for m in self.record_of if m == int(name[1:])}
        else:
            rows = self.rows.mentions
            found = {self.record_of[row["position"]] for row in rows if row["caption"] == name}
        found = {record for record in found if self.stands(record)}
        if not found:
            raise UnknownRecordError(name)
        return found

    # --- places -----------------------------------------------------------------------------

    @cached_property
    def placing_claims(self) -> list[Row]:
        """What assertions say of where a record lies: ``located_in``, ``place``, ``part_of``."""
        return [
            claim
            for claim in self.live_claims
            if claim["property"] in ("located_in", "place", "part_of")
            and claim["stance"] == "asserts"
            and claim["ref"] is not None
        ]

    @cached_property
    def lies_directly_in(self) -> dict[int, set[int]]:
        found: dict[int, set[int]] = defaultdict(set)
        for claim in self.placing_claims:
            found[self.record_of[claim["subject"]]].add(self.record_of[claim["ref"]])
        return found

    def places_above(self, record: int) -> set[int]:
        above: set[int] = set()
        todo = [record]
        while todo:
            for place in self.lies_directly_in.get(todo.pop(), ()):
                if place not in above:
                    above.add(place)
                    todo.append(place)
        return above

    # --- sources ----------------------------------------------------------------------------

    @cached_property
    def source(self) -> dict[int, Row]:
        return {row["position"]: row for row in self.rows.sources}

    @cached_property
    def repeats(self) -> dict[int, set[int]]:
        found: dict[int, set[int]] = defaultdict(set)
        for row in self.rows.lineages:
            found[row["source"]].add(row["repeats"])
        return found

    def _reached(self, source: int) -> set[int]:
        reached: set[int] = set()
        todo = [source]
        while todo:
            for each in self.repeats.get(todo.pop(), ()):
                if each not in reached:
                    reached.add(each)
                    todo.append(each)
        return reached

    def origins(self, source: int) -> set[frozenset[int]]:
        """Those at the end of the lineage, who repeat nobody, or a ring that repeats itself.

        An origin is named by the sources in it.
        """
        found = set()
        for each in {source} | self._reached(source):
            beyond = self._reached(each)
            ring = {other for other in beyond if each in self._reached(other)} | {each}
            if beyond <= ring:
                found.add(frozenset(ring))
        return found

    def credibility(self, claim: int) -> int | None:
        """The latest grade, 1 to 5; None where there is none or it cannot be judged."""
        grades = [
            row
            for row in self.rows.assessments
            if row["target"] == claim and row["scheme"] == "credibility"
        ]
        if not grades:
            return None
        grade = int(max(grades, key=lambda row: row["position"])["grade"])
        return None if grade == 6 else grade

    # --- pairs ------------------------------------------------------------------------------

    def open_pairs(self, kind: str, probability: float) -> set[tuple[int, int]]:
        """Pairs of records that are proposed or that a reviewer could not tell, and not decided."""
        proposed: set[tuple[int, int]] = set()
        runs = [run for run in self.rows.linkages if run["kind"] == kind]
        if runs:
            newest = max(run["position"] for run in runs)
            for pair in self.rows.candidates:
                if pair["linkage"] == newest and pair["ppm"] >= round(probability * 1_000_000):
                    proposed.add(self._pair(pair["left"], pair["right"]))
        told = {"different": set[tuple[int, int]](), "cannot-tell": set[tuple[int, int]]()}
        for row in self.live_judgements:
            if row["verdict"] in told and self.mention[row["left"]]["kind"] == kind:
                told[row["verdict"]].add(self._pair(row["left"], row["right"]))
        found = (proposed | told["cannot-tell"]) - told["different"]
        return {(left, right) for left, right in found if left != right}

    def _pair(self, left: int, right: int) -> tuple[int, int]:
        one, other = sorted((self.record_of[left], self.record_of[right]))
        return one, other
