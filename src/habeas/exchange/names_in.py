"""The names that drafts use: ids of their own import, and positions of the archive.

Invariant: an id names one thing in the whole import; a name that refers to nothing, or to a thing
of another kind, is a fault at its cell, unless it only follows from another fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from habeas.archive import models as m
from habeas.archive import regions, rules
from habeas.archive.access import OWNER, visible
from habeas.archive.rules import Problem
from habeas.archive.verbs.referring import last_transcript, retracted_words, why_ended
from habeas.exchange import drafts as d
from habeas.exchange.drafts import DraftRow, Drafts, Faults
from habeas.vocabulary import schema
from habeas.vocabulary.region import Region
from habeas.vocabulary.schema import Schema

_POSITION = re.compile("#(0|[1-9][0-9]{0,17})")  # in one spelling, and in reach of a database
#: Kinds of rows whose ids name something, and what.
_NAMING = {d.EXHIBITS: "exhibit", d.SOURCES: "source", d.MENTIONS: "mention", d.CLAIMS: "claim"}
_KINDS = {what: kind.name for kind, what in _NAMING.items()}
_MODELS: dict[str, type[m.Projection]] = {
    "exhibit": m.Exhibit,
    "source": m.Source,
    "mention": m.Mention,
    "claim": m.Claim,
    "passage": m.Passage,
}


@dataclass(frozen=True, slots=True)
class Known:
    """A thing of the archive or of this import; ``position`` is None for one of this import."""

    what: str  # exhibit, source, mention, claim, passage
    kind: str = ""  # of a mention
    position: int | None = None
    of: str = ""  # the name of the mention that owns it; of a passage, of its exhibit
    ended: tuple[str, str] | None = None  # how and why it is not current, and what to do
    property: str = ""  # of a claim


@dataclass
class DraftNames:
    """What the rows of an import may name, in the archive that it is imported into."""

    drafts: Drafts
    own: dict[str, Known] = field(default_factory=dict)
    _existing: dict[str, Known | None] = field(default_factory=dict)

    @cached_property
    def region(self) -> Region:
        """The regions of the archive."""
        return regions.chosen()

    @cached_property
    def vocabulary(self) -> Schema:
        """The vocabulary of the archive."""
        return schema.of(self.region)

    @property
    def faults(self) -> Faults:
        return self.drafts.faults

    def note(self, row: DraftRow, problems: Iterable[Problem]) -> None:
        """Note each problem at its row; a rule's fields are columns of the row."""
        for problem in problems:
            self.faults.add(row.fault(problem.field, *problem.words))

    def find(self, row: DraftRow, column: str, name: str, *whats: str) -> Known | None:
        """What a name refers to; a fault and None when it is not one of ``whats``."""
        if not name:
            return None  # noted as an empty cell
        found = self._named(name)
        wanted = " or ".join(whats)
        if found is None:
            kinds = [_KINDS[what] for what in whats if what in _KINDS]
            if name.startswith("#") or not self.faults.follows(row, column, name, kinds):
                self.faults.add(
                    row.fault(
                        column,
                        f"{name!r} is not known.",
                        f"Name {_a(wanted)} by its id in this import, "
                        "or in the archive as #number.",
                    )
                )
            return None
        if found.what not in whats:
            self.faults.add(
                row.fault(column, f"{name!r} is {_a(found.what)}.", f"Here goes {_a(wanted)}.")
            )
            return None
        if found.ended is not None:
            self.faults.add(row.fault(column, *found.ended))
            return None
        return found

    def refuse_retracted_words(self, row: DraftRow, column: str, exhibit: str) -> None:
        """Lines of a transcript that was retracted are nobody's words, and no claim cites them."""
        known = self._named(exhibit)
        if known is not None and known.position in self._retracted_words:
            self.faults.add(row.fault(column, *why_ended(last_transcript(known.position))))

    @cached_property
    def _retracted_words(self) -> set[int]:
        return retracted_words()

    def owner_of(self, name: str) -> str:
        """The name of the mention that owns the mention of this name; '' for none."""
        found = self._named(name)
        return found.of if found else ""

    def kind_of(self, name: str) -> str:
        """The kind of the mention of this name; '' where there is none."""
        found = self._named(name)
        return found.kind if found else ""

    def _named(self, name: str) -> Known | None:
        return self._at(name) if name.startswith("#") else self.own.get(name)

    def _at(self, name: str) -> Known | None:
        if name not in self._existing:
            self._existing[name] = _existing(name)
        return self._existing[name]


def _a(what: str) -> str:
    return f"an {what}" if what[0] in "aeiou" else f"a {what}"


def learn(drafts: Drafts) -> DraftNames:
    """Learn the ids of all rows, and check where each row is to lie."""
    names = DraftNames(drafts)
    for kind, what in _NAMING.items():
        for row in drafts.rows(kind):
            _learn(names, row, what)
    compartments = frozenset(visible(OWNER, m.Compartment).values_list("key", flat=True))
    for kind in d.KINDS:
        for row in drafts.rows(kind):
            _check_place(names, row, compartments)
    return names


def _learn(names: DraftNames, row: DraftRow, what: str) -> None:
    name = row["id"]
    if not name:
        return
    if name.startswith("#") or any(c.isspace() for c in name):
        names.faults.add(
            row.fault(
                "id", f"{name!r} is not an id.", "Use letters, digits and dashes; no spaces, no #."
            )
        )
    elif name in names.own:
        names.faults.add(
            row.fault(
                "id", f"{name!r} is there twice.", "Each id names one thing in the whole import."
            )
        )
    else:
        names.own[name] = (
            Known(what, row["kind"], None, row["of"])
            if what == "mention"
            else Known(what, property=row["property"])
        )


def _check_place(names: DraftNames, row: DraftRow, compartments: frozenset[str]) -> None:
    if row["compartment"] and row["compartment"] not in compartments:
        keys = ", ".join(sorted(compartments))
        names.faults.add(
            row.fault(
                "compartment",
                f"No compartment named {row['compartment']!r}.",
                f"Use one of: {keys}.",
            )
        )
    if row["handling"]:
        names.note(row, rules.handling(row["handling"]))


def _existing(name: str) -> Known | None:
    if not _POSITION.fullmatch(name):
        return None
    position = int(name[1:])
    for what, model in _MODELS.items():
        row = visible(OWNER, model).filter(position=position).first()
        if row is not None:
            ended = None if getattr(row, "ended_at", None) is None else why_ended(row)
            if isinstance(row, m.Mention):
                owner = "" if row.of is None else f"#{row.of}"
                return Known(what, row.kind, position, owner, ended)
            exhibit = f"#{row.exhibit}" if isinstance(row, m.Passage) else ""
            said = row.property if isinstance(row, m.Claim) else ""
            return Known(what, "", position, exhibit, ended, said)
    return None
