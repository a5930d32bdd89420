"""The texts that were looked at last, so that a page of hits does not open one anew for each.

Invariants: in memory only, never on disk; forgotten when the archive is closed.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from habeas.archive import models as m
from habeas.archive.readings import layer_text
from habeas.archive.store import forgetting

if TYPE_CHECKING:
    from habeas.archive.opening import Archive


class _Texts:
    """The texts read last, in memory only; small enough to be of no account."""

    MOST = 16_000_000  # code points

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int, str], str] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()  # pages are served by several threads

    def get(self, archive: Archive, layer: m.Layer) -> str:
        key = (archive.origin, layer.position, layer.text_sha256)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        text = layer_text(archive, layer)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = text
                self._size += len(text)
            while self._size > self.MOST and len(self._kept) > 1:
                self._size -= len(self._kept.popitem(last=False)[1])
        return text

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self._size = 0


texts = _Texts()
forgetting.with_archive(texts.clear)
