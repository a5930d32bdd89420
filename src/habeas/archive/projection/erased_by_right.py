"""Is an erasure one by right? ``wrong`` says it, for ``verify`` and the projections alike.

Content may be missing only where an erasure entry lists the position, and that entry must rest
on a request and an approval by two people over the same list, each with a key that counted
(``custody.trust.rules``) and, from the archive's policy on, was in force when it was carried out.
"""

from __future__ import annotations

from habeas.archive.projection.erased_entries import ErasureRecord
from habeas.custody.trust.rules import GOVERNED, TrustState

#: Who decided what is never erased: nobody could check the rest without it.
NEVER = frozenset({*(GOVERNED - {"consent", "hold", "block"}), "erasure", "batch", "submission"})


def wrong(
    trust: TrustState,
    record: ErasureRecord,
    request: frozenset[int] | None,
    keys: tuple[int, int] | None,
    *,
    again: bool,
) -> str:
    """Why, as the ledger stands, two people do not stand behind an erasure; '' where they do.

    ``request``: what a person asked for; ``keys``: the grants of those who asked for that very
    thing and approved it; ``again``: whether it was carried out before, by right.
    """
    if request is None or keys is None:
        return "has no request and approval by two people that belong together"
    if again:
        return "carries out a request that was carried out before"
    if request != frozenset(record.things):
        return "does not erase what was signed for"
    if never := sorted({one.kind for one in record.things.values()} & NEVER):
        return f"takes along entries that are never erased ({never[0]})"
    if trust.policy is not None:
        for key in map(trust.at, keys):
            if key is None or key.ended:
                return "was carried out after the key of one of the two had ended"
    return ""
