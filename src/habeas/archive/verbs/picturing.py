"""picture_hash, picture_reference: hashes of whole pictures, made in the sandbox."""

from __future__ import annotations

from typing import Final

from habeas.archive import models as m
from habeas.archive import rules
from habeas.archive.errors import EntryRefused
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.verbs.referring import (
    TEAM,
    Marking,
    Thing,
    marking_never_public,
    ref,
    refuse_closed_list,
)
from habeas.reading import pdq
from habeas.reading.pdq import WholeHash

WELL_KNOWN, PLACEHOLDER = "well-known", "placeholder"
KNOWN_AS: Final = (WELL_KNOWN, PLACEHOLDER)


def picture_hash(batch: Batch, exhibit: Thing, made: WholeHash | None, cause: str = "") -> Ref:
    """Record the hash of an exhibit that is a picture, or why it has none. Never public."""
    file = ref(batch, exhibit, m.Exhibit)
    if made is None and not cause:
        raise EntryRefused("A picture without a hash needs a cause.", next_step="Say why.")
    batch.flush()
    row = m.Exhibit.objects.get(position=file.position)
    hashed = {} if made is None else {"pdq": made.pdq, "quality": made.quality}
    return batch.append(
        "picture-hash",
        {
            "exhibit": file.entry_id,
            "reader": pdq.NAME,
            "reader_version": pdq.VERSION,
            "cause": cause,
            **hashed,
            **marking_never_public(row).fields(batch),
        },
    )


def picture_reference(
    batch: Batch,
    list: Ref,
    name: str,
    made: WholeHash,
    plain_sha256: str,
    *,
    known_as: str = WELL_KNOWN,
    marking: Marking = TEAM,
) -> Ref:
    """Record a picture that is known elsewhere: its hash and its stated name, not the picture."""
    rules.refuse(rules.code("known_as", known_as, KNOWN_AS, "kind of known picture"))
    if known_as == WELL_KNOWN and not name.strip():
        raise EntryRefused("A well-known picture has a name.", next_step="Say whom it shows.")
    refuse_closed_list(batch, list)
    return batch.append(
        "picture-reference",
        {
            "list": list.entry_id,
            "known_as": known_as,
            "name": name,
            "pdq": made.pdq,
            "quality": made.quality,
            "plain_sha256": plain_sha256,
            "reader": pdq.NAME,
            "reader_version": pdq.VERSION,
            **marking.fields(batch),
        },
    )
