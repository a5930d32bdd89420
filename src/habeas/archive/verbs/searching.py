"""log_search: that a list of words was looked for at once, by whom and what for."""

from __future__ import annotations

from habeas.archive.errors import EntryRefused
from habeas.archive.ledger import Batch, Ref
from habeas.archive.verbs.referring import TEAM, Place

SHORTEST_PURPOSE = 10  # characters


def log_search(
    batch: Batch, *, purpose: str, words: int, digest: str, size: int, place: Place = TEAM
) -> Ref:
    """Record a batch search before it is run; the words themselves are not recorded."""
    purpose = purpose.strip()
    if len(purpose) < SHORTEST_PURPOSE:
        raise EntryRefused(
            "A search for a list of words needs a purpose that says something.",
            next_step="Say in a sentence what it is for; it is recorded.",
        )
    return batch.append(
        "search",
        {
            "purpose": purpose,
            "words": words,
            "digest": digest,
            "size": size,
            **place.fields(batch),
        },
    )
