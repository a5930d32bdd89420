"""seal, custody, layer: exhibits, what happened to them, and how they were read."""

from __future__ import annotations

import hashlib
from typing import Any

from habeas.archive import models as m
from habeas.archive.errors import EntryRefused
from habeas.archive.ledger import Batch, Ref
from habeas.archive.verbs.referring import TEAM, Place, Thing, ref
from habeas.custody.objects import Sealed
from habeas.vocabulary import edtf, schema


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
    place: Place = TEAM,
) -> Ref:
    """Record bytes that the object store has made durable as an exhibit."""
    if received_on:
        edtf.parse(received_on)
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
            **place.fields(batch),
        },
        object_sha256=sealed.address,
    )


def custody(
    batch: Batch,
    exhibit: Thing,
    event: str,
    *,
    agent: str = "",
    happened_at: str = "",
    reason: str = "",
    authority: str = "",
    place: Place = TEAM,
) -> Ref:
    """Record who held, moved, copied or opened an exhibit, when, why, by whose authority."""
    known = schema.load().codes["custody-event"]
    if event not in known:
        raise EntryRefused(
            f"There is no custody event {event!r}.", next_step=f"Use one of: {', '.join(known)}."
        )
    return batch.append(
        "custody",
        {
            "exhibit": ref(batch, exhibit, m.Exhibit).entry_id,
            "event": event,
            "agent": agent,
            "happened_at": happened_at,
            "reason": reason,
            "authority": authority,
            **place.fields(batch),
        },
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
    place: Place = TEAM,
) -> Ref:
    """Record one reading of an exhibit: its text in UTF-8, ``length`` code points long."""
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
            **place.fields(batch),
        },
        object_sha256=sealed_text.address,
    )


def text_sha256(text: str) -> str:
    """The hash that a layer's text must have."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
