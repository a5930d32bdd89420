"""reading: how the opening of one file ended, with its text layer where it has text.

An entry is small, so what a file says of itself is cut here (``LONGEST``, ``MOST``); it says
where. The whole text is in the layer and every place in it in the sealed map.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping

from habeas.archive import models as m
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.verbs.referring import TEAM, Marking, Thing, ref
from habeas.custody.objects.object_store import Sealed
from habeas.reading.documents import Document

LONGEST = 500  # code points of one piece of metadata, warning or setting
MOST = 60  # pieces of each
LONGEST_PATH = 3_000  # code points
MORE = "…"
_SURROGATES = re.compile("[\ud800-\udfff]")


def reading(
    batch: Batch,
    exhibit: Thing,
    document: Document,
    *,
    layer: Ref | None = None,
    sealed_map: Sealed | None = None,
    within: Ref | None = None,
    marking: Marking = TEAM,
) -> Ref:
    """Record how a file was read. ``within`` is the reading of the exhibit it lies in."""
    if sealed_map is not None:
        batch.keep_object(sealed_map)
    inner = bool(document.inner_path)
    return batch.append(
        "reading",
        {
            "exhibit": ref(batch, exhibit, m.Exhibit).entry_id,
            "state": str(document.state),
            "inner_path": kept_path(document.inner_path),
            "inner_sha256": document.sha256 if inner else "",
            "inner_size": document.size_bytes if inner else None,
            "media_type": _cut(document.media_type),
            "reason": _cut(document.reason),
            "cause": document.cause or None,
            "missing": _list(document.missing) or None,
            "warnings": _list(document.warnings) or None,
            "metadata": _pairs(document.metadata) or None,
            "reader": _cut(document.reader),
            "reader_version": _cut(document.reader_version),
            "settings": _pairs(document.settings) or None,
            "pages": document.pages or None,
            "layer": None if layer is None else layer.entry_id,
            "within": None if within is None else within.entry_id,
            **marking.fields(batch),
        },
        object_sha256=None if sealed_map is None else sealed_map.address,
    )


def kept_path(inner_path: str) -> str:
    """An inner path as entries keep it; a very long one is cut and ends in its hash."""
    path = exact(inner_path)
    if len(path) <= LONGEST_PATH:
        return path
    digest = hashlib.sha256(path.encode("utf-8")).hexdigest()
    return f"{path[:LONGEST_PATH]}{MORE}{digest}"


def exact(text: str) -> str:
    """The text with what UTF-8 cannot hold replaced, one code point for one."""
    return _SURROGATES.sub("\ufffd", text)


def _cut(text: str, most: int = LONGEST) -> str:
    text = exact(text)
    return text if len(text) <= most else f"{text[:most]}{MORE}"


def _list(items: Iterable[str]) -> list[str]:
    given = [_cut(item) for item in items]
    return given if len(given) <= MOST else [*given[:MOST], f"{MORE} {len(given) - MOST} more"]


def _pairs(items: Mapping[str, str]) -> dict[str, str]:
    given = {_cut(str(key), 60): _cut(str(value)) for key, value in items.items()}
    if len(given) <= MOST:
        return given
    kept = dict(list(given.items())[:MOST])
    return {**kept, MORE: f"{len(given) - MOST} more"}
