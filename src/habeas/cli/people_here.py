"""Whose keys lie on this machine, and who could decide: for ``people`` and ``doctor``.

Invariant: ``protected`` is said only of a key file whose public key is the one that the ledger
granted. A file that somebody else's key was put into looks just as protected.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from habeas.archive import models as m
from habeas.archive.access import OWNER, live, visible
from habeas.archive.projection.trusted_people import policy_row
from habeas.custody.keys.key_files import is_protected
from habeas.custody.keys.person_keys import person_path, public_beside
from habeas.custody.trust.persons import lasting
from habeas.errors import HabeasError

PROTECTED, UNPROTECTED = "protected", "unprotected"
ABSENT = "not on this machine"
ANOTHER = "another key lies here, which was not granted"
GOOD, UNSURE, RED = "good", "unsure", "red"  # the states of the doctor's findings


def kept_key(keys: Path, holder: str, verifier: str) -> str:
    """How the key that was granted lies in the folder ``keys``."""
    try:
        path = person_path(keys, holder, [verifier])
        if not path.is_file():
            return ABSENT
        if public_beside(path) != verifier:
            return ANOTHER
        return PROTECTED if is_protected(path) else UNPROTECTED
    except (HabeasError, OSError):
        return ABSENT


def findings(directory: Path) -> Iterator[tuple[str, str, str]]:
    """Name, state and words: the people's keys, who could decide, and by which policy."""
    rows = live(visible(OWNER, m.Key).filter(role="person")).order_by("position")
    by = {
        (holder, verifier): kept_key(directory / "keys", holder, verifier)
        for holder, verifier in rows.values_list("holder", "verifier")
    }
    kept = list(by.values())
    bare = [holder for (holder, _), how in by.items() if how == UNPROTECTED]
    false = [holder for (holder, _), how in by.items() if how == ANOTHER]
    if false:
        words = f"the key file is not the key that the ledger granted: {', '.join(false)}"
        yield "people", RED, words
    elif bare:
        yield "people", RED, f"keys without a passphrase: {', '.join(bare)}"
    elif by:
        elsewhere = kept.count(ABSENT)
        words = f"{kept.count(PROTECTED)} keys, each under a passphrase and the one granted"
        yield "people", GOOD, words + (f"; {elsewhere} not here" if elsewhere else "")
    else:
        yield "people", UNSURE, "no one has a key: `habeas people add` makes one"
    yield _deciding(len({holder for holder, _ in by}))
    yield _policy()


def _deciding(people: int) -> tuple[str, str, str]:
    if people < 2:
        return "deciding", UNSURE, "nothing that takes two people can be decided: fewer have a key"
    if people == 2:
        words = "two people have a key: if one loses it, no one can replace it. Add a third"
        return "deciding", UNSURE, words
    return "deciding", GOOD, f"{people} people have a key; two can give one back to a third"


def _policy() -> tuple[str, str, str]:
    row = policy_row()
    if row is None:
        words = "none: one operator can make two people and approve at once. `habeas policy adopt`"
        return "policy", UNSURE, words
    waiting = live(visible(OWNER, m.TrustPolicyRequest)).order_by("position").first()
    asked = "" if waiting is None else f"; entry {waiting.position} asks for another"
    if not row.approver_age_seconds:
        return "policy", UNSURE, f"the keys of who asks and who approves may be of any age{asked}"
    age = lasting(row.approver_age_seconds)
    words = f"both people's keys are at least {age} older than a request{asked}"
    return "policy", UNSURE if asked else GOOD, words
