"""Who signed what stands in a person's name in a bundle, by the archive's own rules.

A bundle holds the grants of keys only where whoever made it asked for persons to be shown, and
never the whole ledger: the rules that bind from an archive's policy on are ``habeas verify``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from habeas.custody.bundles.files import ABSENT, FAILS, HOLDS, UNCHECKED
from habeas.custody.log.entries import ParsedEntry
from habeas.custody.trust.persons import said
from habeas.custody.trust.rules import TrustState

_SHOWN = frozenset(("holder", "verifier"))  # without these a grant cannot be judged


class DisclosedEntry(NamedTuple):
    """One entry of the bundle with the fields that it discloses."""

    position: int
    parsed: ParsedEntry
    fields: Mapping[str, Any]


@dataclass(slots=True)
class PeopleKeys:
    """``signed`` entries are by the persons that they name; of ``unknown`` no grant is here, and
    ``batched`` are signed as a whole, by an entry that closes their batch."""

    signed: int = 0
    unknown: int = 0
    batched: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def status(self) -> str:
        """Of the check, as the report of a bundle has it."""
        if self.faults:
            return FAILS
        unchecked = self.unknown or self.batched
        return HOLDS if self.signed else UNCHECKED if unchecked else ABSENT

    @property
    def words(self) -> list[str]:
        """What was found, without the faults."""
        found = []
        if self.signed:
            found.append(f"{self.signed:,} entries signed by the persons that they name")
        if self.unknown:
            found.append(f"{self.unknown:,} name persons whose grants are not here")
        if self.batched:
            found.append(f"{self.batched:,} are of batches that are signed as a whole")
        return found


def check_people(origin: str, entries: Iterable[DisclosedEntry]) -> PeopleKeys:
    """The grants in a bundle, and who signed under them."""
    found, trust = PeopleKeys(), TrustState(origin)
    for entry in sorted(entries, key=lambda entry: repr(entry.position).zfill(20)):
        wrong = _check(trust, entry, found)
        if wrong:
            found.faults.append(f"Entry {entry.position!r} {wrong}.")
    return found


def _check(trust: TrustState, entry: DisclosedEntry, found: PeopleKeys) -> str:
    f = entry.fields
    if entry.parsed.statement is not None and not entry.parsed.statement.is_signed:
        found.batched += "person" in f
        return ""
    person, kind = f.get("person"), f.get("kind")
    known = isinstance(person, str) and person in trust.holders
    grants = kind == "key" and f.get("role") == "person" and {*_SHOWN, "state"} <= f.keys()
    if grants or (kind == "key-request" and f.keys() >= _SHOWN):
        named = {**f, "person": person if known else _signer(trust, entry)}
        judged = trust.take(said(entry.parsed, entry.position, named))
        if judged.problem is not None:
            return judged.problem.words
    elif known:
        signing = said(entry.parsed, entry.position, f).signed_by(trust.in_force(str(person)))
        if signing is None:
            return f"names {person}, whose active keys did not sign it"
    if known:
        found.signed += 1
    elif person:
        found.unknown += 1
    return ""


def _signer(trust: TrustState, entry: DisclosedEntry) -> str:
    """Whose key signed, where the entry withholds it; the note shows the key's name."""
    key = said(entry.parsed, entry.position, {}).signed_by(k for k in trust.keys if not k.ended)
    return "" if key is None else key.holder
