"""define: a figure's definition, logged exactly as written.

What a definition means is the figures room's; here it is text with a key, a title, a
figure kind and a digest.
"""

from __future__ import annotations

import hashlib

from habeas.archive.errors import EntryRefused
from habeas.archive.ledger import Batch, Ref
from habeas.archive.verbs.referring import TEAM, Place

FIGURE_KINDS = ("counted", "reported", "estimated")


def define(batch: Batch, *, key: str, title: str, kind: str, text: str, place: Place = TEAM) -> Ref:
    """Log a definition; an earlier one with the same key is superseded."""
    if kind not in FIGURE_KINDS:
        raise EntryRefused(
            f"There is no kind of figure {kind!r}.",
            next_step=f"Use one of: {', '.join(FIGURE_KINDS)}.",
        )
    return batch.append(
        "definition",
        {
            "key": key,
            "title": title,
            "figure_kind": kind,
            "text": text,
            "digest": hashlib.sha256(text.encode("utf-8")).hexdigest(),
            **place.fields(batch),
        },
    )
