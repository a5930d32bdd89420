"""What of each chosen entry is disclosed. The rest stays a commitment in the entry.

Withheld unless asked for: the pseudonym of the person who acted, the compartment, from whom a
restricted or sealed thing was received, and words of other rows beside a quote (``neighbours``).
Whoever makes the bundle may withhold more.

Invariant: everything that the bundle says in words is made from ``Item.fields``, so a withheld
field is in no report either.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from habeas.archive.access import OWNER, visible
from habeas.archive.models import ContentDisclosures, Key, KeyRequest, LedgerEntry
from habeas.archive.store.pieces import in_pieces
from habeas.custody.errors import BundleError
from habeas.custody.log import disclosures as sd
from habeas.custody.log.notes import split_note

ALWAYS = frozenset({"person", "compartment"})
OF_STRICT_THINGS = frozenset({"received_from"})
STRICT = frozenset({"restricted", "sealed"})


@dataclass(frozen=True, slots=True)
class Rules:
    """Field names that are withheld everywhere, and those shown although the rules say not."""

    withheld: frozenset[str] = frozenset()
    shown: frozenset[str] = frozenset()

    said: tuple[str, ...] = ()  # what else is withheld, in sentences

    def withholds(self, name: str, handling: str) -> bool:
        if name in self.withheld:
            return True
        if name in self.shown:
            return False
        return name in ALWAYS or (name in OF_STRICT_THINGS and handling in STRICT)

    @property
    def words(self) -> list[str]:
        """The rules in sentences, for the reports."""
        found = [f"The field {name} of every entry." for name in sorted(ALWAYS - self.shown)]
        found += [
            f"The field {name} of restricted and sealed things."
            for name in sorted(OF_STRICT_THINGS - self.shown)
        ]
        found += [f"The field {name} of every entry." for name in sorted(self.withheld - ALWAYS)]
        return [*found, *self.said]


@dataclass(slots=True)
class Item:
    """One entry of the bundle: ``fields`` and ``disclosures`` hold only what is disclosed.

    ``erased_at`` is the position of the entry that erased its content, None where it stands.
    ``file`` and ``text`` are the paths of what it vouches for, below ``data/``.
    """

    position: int
    entry_id: str
    time: int
    note: bytes
    disclosures: list[bytes] = field(repr=False)
    fields: dict[str, Any]
    withheld: int
    erased_at: int | None = None
    file: str = ""
    text: str = ""

    @property
    def kind(self) -> str:
        return str(self.fields.get("kind", ""))


def items(
    positions: Collection[int],
    rules: Rules,
    of_others: Mapping[int, frozenset[str]] = MappingProxyType({}),
) -> list[Item]:
    """The entries at these positions, in order, with what the rules let through.

    ``of_others``: fields that are withheld of one entry besides, unless they are to be shown.
    """
    ordered = sorted(positions)
    found: list[Item] = []
    met: set[str] = set()
    for part in in_pieces(ordered):
        content = dict(
            visible(OWNER, ContentDisclosures)
            .filter(position__in=part)
            .values_list("position", "disclosures")
        )
        rows = LedgerEntry.objects.filter(position__in=part).order_by("position")
        for row in rows:
            held = content.get(row.position)
            others = of_others.get(row.position, frozenset()) - rules.shown
            item, names = _item(row, b"" if held is None else bytes(held), rules, others)
            met |= names
            found.append(item)
    _refuse_unknown(rules, met)
    return found


def grants(positions: Collection[int], rules: Rules) -> set[int]:
    """Where persons are shown: every grant of a key to those who signed, and its end.

    Without them nobody could check that a signature is by the person whom an entry names.
    """
    if "person" not in rules.shown or "person" in rules.withheld:
        return set()
    wanted = sorted(positions)
    signers = {
        signature.name.rpartition("/")[2]
        for some in in_pieces(wanted)
        for note in LedgerEntry.objects.filter(position__in=some).values_list("note", flat=True)
        for signature in split_note(bytes(note))[1]
    }
    found: set[int] = set()
    keys = visible(OWNER, Key).filter(role="person")
    while True:  # whoever signed a grant is shown with their own
        rows = list(keys.filter(holder__in=signers))
        requests = visible(OWNER, KeyRequest).filter(
            position__in=[row.request for row in rows if row.request is not None]
        )
        found = {
            position
            for row in rows
            for position in (row.position, row.request, row.ended_at)
            if position is not None
        }
        more = {row.by for row in rows if row.by} | {row.person for row in requests}
        if more <= signers:
            return found
        signers |= more


def _item(
    row: LedgerEntry, held: bytes, rules: Rules, of_others: Set[str]
) -> tuple[Item, Set[str]]:
    disclosed = [(*sd.read(line)[1:], line) for line in sd.split(held)]
    fields: dict[str, Any] = {name: value for name, value, _ in disclosed}
    handling = str(fields.get("handling", "team"))
    shown = {name for name in fields if not rules.withholds(name, handling)} - of_others
    return Item(
        row.position,
        row.entry_id,
        row.time,
        bytes(row.note),
        [line for name, _, line in disclosed if name in shown],
        {name: value for name, value in fields.items() if name in shown},
        len(fields) - len(shown),
        erased_at=sd.erased_by(held),
    ), fields.keys()


def _refuse_unknown(rules: Rules, met: set[str]) -> None:
    """A misspelt name would disclose what was to be withheld."""
    if unknown := sorted(rules.withheld - met - ALWAYS - OF_STRICT_THINGS):
        raise BundleError(
            f"No entry of the bundle has a field {unknown[0]!r}.",
            next_step=f"They have: {', '.join(sorted(met))}.",
        )
    if needed := sorted(rules.withheld & {"kind"}):
        raise BundleError(
            f"The field {needed[0]!r} cannot be withheld: nothing could be checked.",
            next_step="Leave the exhibit out instead.",
        )
