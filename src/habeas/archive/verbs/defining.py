"""define, log_vocabulary: what claims and figures stand on, logged exactly as written.

What a definition means is the figures room's; here it is text with a key, a title, a
figure kind and a digest.
"""

from __future__ import annotations

import hashlib

from habeas.archive import models as m
from habeas.archive import regions, rules
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.verbs.referring import TEAM, Marking
from habeas.vocabulary.schema import Schema

FIGURE_KINDS = ("counted", "measured", "reported", "estimated")


def define(
    batch: Batch, *, key: str, title: str, kind: str, text: str, marking: Marking = TEAM
) -> Ref:
    """Log a definition; an earlier one with the same key is superseded."""
    rules.refuse(rules.code("kind", kind, FIGURE_KINDS, "kind of figure"))
    return batch.append(
        "definition",
        {
            "key": key,
            "title": title,
            "figure_kind": kind,
            "text": text,
            "digest": hashlib.sha256(text.encode("utf-8")).hexdigest(),
            **marking.fields(batch),
        },
    )


def vocabulary_of(batch: Batch) -> Schema:
    """The vocabulary of the archive, looked up once a batch."""
    if batch.vocabulary is None:
        batch.vocabulary = regions.vocabulary()
    return batch.vocabulary


def log_vocabulary(batch: Batch) -> str:
    """Log the vocabulary of this archive, unless it has been; gives its digest."""
    now = vocabulary_of(batch)
    if now.digest not in batch.vocabularies:
        batch.flush()
        if not m.Vocabulary.objects.filter(digest=now.digest).exists():
            batch.append("vocabulary", {"name": "habeas", "digest": now.digest, "text": now.text})
        batch.vocabularies.add(now.digest)
    return now.digest
