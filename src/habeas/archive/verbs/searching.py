"""log_search, state_purpose, log_export: what was looked for, shown or taken out, and what for.

Both are recorded before anything is found, shown or written; what was asked is kept as a digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from habeas.archive.errors import EntryRefused
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.rules import checked_purpose
from habeas.archive.verbs.referring import TEAM, Marking

ACTS = ("search", "figure", "bundle", "pages", "library", "pictures")


def log_search(
    batch: Batch, *, purpose: str, words: int, digest: str, size: int, marking: Marking = TEAM
) -> Ref:
    """Record a batch search before it is run; the words themselves are not recorded."""
    return batch.append(
        "search",
        {
            "purpose": checked_purpose(purpose),
            "words": words,
            "digest": digest,
            "size": size,
            **marking.fields(batch),
        },
    )


def state_purpose(
    batch: Batch,
    *,
    purpose: str,
    act: str,
    asked: str,
    size: int,
    level: str,
    marking: Marking = TEAM,
) -> Ref:
    """Record what something is searched, shown or handed over for; ``asked`` itself is not kept."""
    if act not in ACTS:
        raise EntryRefused(f"No act named {act!r}.", next_step=f"Use one of: {', '.join(ACTS)}.")
    return batch.append(
        "purpose",
        {
            "purpose": checked_purpose(purpose),
            "act": act,
            "level": level,
            "asked_sha256": hashlib.sha256(asked.encode("utf-8", "replace")).hexdigest(),
            "size": size,
            **marking.fields(batch),
        },
    )


def log_export(
    batch: Batch,
    *,
    purpose: str,
    viewer: str,
    kinds: Sequence[str],
    digest: str,
    size: int,
    level: str = "",
    figure: str = "",
    format: str = "",
    rows: int | None = None,
    marking: Marking = TEAM,
) -> Ref:
    """Record tables above public that are about to leave as a file, of which ``digest`` is."""
    return batch.append(
        "export",
        {
            "purpose": checked_purpose(purpose),
            "viewer": viewer,
            "level": level,
            "kinds": list(kinds),
            "figure": figure,
            "format": format,
            "rows": rows,
            "digest": digest,
            "size": size,
            **marking.fields(batch),
        },
    )
