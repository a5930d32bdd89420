"""seal, layer: exhibits, and how they were read."""

from __future__ import annotations

from typing import Any

from habeas.archive import models as m
from habeas.archive import rules
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.verbs.referring import TEAM, Marking, Thing, ref
from habeas.custody.objects.object_store import Sealed


def seal(
    batch: Batch,
    sealed: Sealed,
    *,
    filename: str,
    media_type: str = "",
    title: str = "",
    received_from: str = "",
    received_on: str = "",
    note: str = "",
    marking: Marking = TEAM,
) -> Ref:
    """Record bytes that the object store has made durable as an exhibit."""
    rules.refuse(rules.date("received_on", received_on))
    batch.keep_object(sealed)
    return batch.append(
        "exhibit",
        {
            "plain_sha256": sealed.plain_sha256,
            "size_bytes": sealed.size_bytes,
            "filename": filename,
            "media_type": media_type,
            "title": title,
            "received_from": received_from,
            "received_on": received_on,
            "note": note,
            **marking.fields(batch),
        },
        object_sha256=sealed.address,
    )


def layer(
    batch: Batch,
    exhibit: Thing,
    sealed_text: Sealed,
    *,
    length: int,
    reader: str,
    reader_version: str,
    settings: dict[str, Any],
    inner_path: str = "",
    marking: Marking = TEAM,
) -> Ref:
    """Record the text of an exhibit, or of a file inside it: UTF-8, ``length`` code points long."""
    batch.keep_object(sealed_text)
    return batch.append(
        "layer",
        {
            "exhibit": ref(batch, exhibit, m.Exhibit).entry_id,
            "text_sha256": sealed_text.plain_sha256,
            "reader": reader,
            "reader_version": reader_version,
            "settings": settings,
            "length": length,
            "inner_path": inner_path,
            **marking.fields(batch),
        },
        object_sha256=sealed_text.address,
    )
