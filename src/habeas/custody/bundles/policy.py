"""Whom the reader of a bundle believes: the archive's keys, and how many partners are needed.

Invariants: the keys are of the archive that the policy names; a partner is one key, however
many names it is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from habeas.custody.attestation.cosignatures import CosignerKey
from habeas.custody.errors import BundleError, CustodyError
from habeas.custody.log.notes import Verifier


@dataclass(frozen=True, slots=True)
class BundlePolicy:
    """The keys that are believed, and how many partners must have cosigned."""

    origin: str
    entry: tuple[Verifier, ...]
    log: tuple[Verifier, ...]
    people: tuple[Verifier, ...]
    partners: tuple[CosignerKey, ...]
    needed: int

    @property
    def all(self) -> tuple[Verifier, ...]:
        return (*self.entry, *self.log, *self.people)


def read_policy(document: Any) -> BundlePolicy:
    """A policy from its JSON; refuses keys of another archive and more partners than there are."""
    try:
        policy = BundlePolicy(
            document["origin"],
            tuple(Verifier.parse(key) for key in document["entry"]),
            tuple(Verifier.parse(key) for key in document["log"]),
            tuple(Verifier.parse(key) for key in document["people"]),
            tuple(CosignerKey.parse(key) for key in document["partners"]),
            document["needed"],
        )
    except (KeyError, TypeError, AttributeError, CustodyError) as error:
        raise BundleError(f"The policy cannot be read: {error}.") from error
    named = {key.name for key in policy.log}, {key.name for key in policy.entry}
    if named != ({policy.origin}, {f"{policy.origin}/entry"}):
        raise BundleError("The policy names keys of another archive.")
    if type(policy.needed) is not int or not 0 <= policy.needed <= len(policy.partners):
        raise BundleError("The policy asks for more partners than it names.")
    if len({key.public for key in policy.partners}) < len(policy.partners):
        raise BundleError("The policy counts one key as several partners.")
    return policy
