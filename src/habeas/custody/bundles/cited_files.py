"""What the entries of a bundle say of its files and texts: quotes, and places that are not words.

Invariants: a quote is compared with the text or the bytes that the entries vouch for; one file is
held at a time; what is not in the bundle is counted and never called sound.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from habeas.custody.bundles import places_check
from habeas.custody.bundles.files import ABSENT, HOLDS, UNCHECKED, BundleFiles, DoesNotHold
from habeas.custody.log.entries import ParsedEntry


@dataclass(slots=True)
class BundledEntry:
    """An entry as read; ``item`` is what the index says of it, ``fields`` what is disclosed."""

    position: int
    parsed: ParsedEntry
    leaf: bytes
    item: dict[str, Any]
    fields: dict[str, Any] = field(default_factory=dict)


class CitedFiles(BundleFiles):
    """The checks of what is cited, for one that has read the entries."""

    entries: dict[str, BundledEntry]

    def _fields(self, entry_id: str) -> dict[str, Any]:
        entry = self.entries.get(entry_id)
        return {} if entry is None else entry.fields

    def _quotes(self) -> None:
        quoting = [
            entry
            for entry in self.entries.values()
            if entry.fields.get("kind") == "passage" and "quote" in entry.fields
        ]
        quoting.sort(key=lambda entry: str(entry.fields.get("layer", "")))
        texts: dict[str, bytes] = {}
        seen, left_out = 0, 0
        for entry in quoting:
            key = "text" if "layer" in entry.fields else "file"

            def one(f: dict[str, Any] = entry.fields, key: str = key) -> None:
                nonlocal seen, left_out
                if not places_check.well_written(f):
                    raise DoesNotHold("is not written as a passage must be")
                places_check.refuse_other_text(f, self._fields)
                within = self.entries.get(f.get("layer", f.get("exhibit", "")))
                if within is None or key not in within.item or not {"start", "stop"} <= f.keys():
                    left_out += 1
                    return
                path = "data/" + str(within.item[key])
                if path not in texts:
                    texts.clear()
                    texts[path] = self._read(path)
                part: str | bytes = texts[path].decode() if key == "text" else texts[path]
                quote = f["quote"] if key == "text" else f["quote"].encode()
                if not places_check.stands_there({**f, "quote": quote}, part):
                    raise DoesNotHold("quotes words that are not at that place")
                seen += 1

            self._one("quotes", f"Passage {entry.position!r}", one)
        if not quoting:
            self.status["quotes"] = ABSENT
        elif not seen and self.status["quotes"] == HOLDS:
            self.status["quotes"] = UNCHECKED
        self.said["quotes"].append(f"{seen:,} {'quote' if seen == 1 else 'quotes'}")
        if left_out:
            self.said["quotes"].append(f"{left_out:,} of texts that are not in the bundle")

    def _places(self) -> None:
        found = [e for e in self.entries.values() if e.fields.get("kind") == places_check.KIND]
        found.sort(key=lambda entry: str(entry.fields.get("layer", "")))
        texts: dict[str, str] = {}
        inside = left_out = 0

        def text_of(layer: str) -> str | None:
            within = self.entries.get(layer)
            if within is None or "text" not in within.item:
                return None
            if layer not in texts:
                texts.clear()
                texts[layer] = self._read("data/" + str(within.item["text"])).decode()
            return texts[layer]

        for entry in found:

            def one(fields: dict[str, Any] = entry.fields) -> None:
                nonlocal inside, left_out
                checked = places_check.check_place(fields, self._fields, text_of)
                inside += checked.bounded
                left_out += not checked.bounded

            self._one("places", f"The place at {entry.position!r}", one)
        if not found:
            self.status["places"] = ABSENT
        elif not inside and self.status["places"] == HOLDS:
            self.status["places"] = UNCHECKED
        self.said["places"].append(f"{inside:,} {'place' if inside == 1 else 'places'}")
        if left_out:
            self.said["places"].append(f"{left_out:,} whose bounds are not in the bundle")
