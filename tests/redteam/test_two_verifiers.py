"""Both verifiers of bundles come to one answer of a place, whatever is disclosed of it.

Places, passages and readings with everything that JSON can hold in every field, and with any field
left out: the one never holds where the other fails, and neither ends in an error of Python's own.
"""

from __future__ import annotations

import random
from typing import Any

import pytest

from habeas.custody.bundles.cited_files import BundledEntry, CitedFiles
from habeas.custody.log.entries import ParsedEntry
from habeas.custody.standalone import verify as standalone

TEXTS = {"data/t": "abcdefghij"}
ODD: tuple[Any, ...] = (
    *(-1, 0, 1, 2, 3, 9, 1_000_000, 1_000_001, 5_000, 5_001, 2**31 - 1, 2**31, -(2**63), 10**30),
    *(True, False, None, "1", "\u0663", "", 1.0, [], {}, ["r"]),
)
FACTS = {
    "duration_ms": ("5000", "0", "05", "\u0665", 5_000, None, "99999999999", "5000\n"),
    "upright_width_px": ("640", "0", "", 640, "1\n"),
    "page_boxes": ("1-3 595x841", "1 5x5; 3 5x5", "1-3 0x841", "0-3 5x5", "3-1 5x5", 5, "01 5x5"),
    "page_sizes_px": ("1-2 5x5", "", "junk"),
    "stream_1": ("kind=video from_ms=0", "kind=", "", None, ["kind="]),
    "stream_1000": ("kind=audio",),
}
FORMS = {
    "cell": {"sheet": 1, "row": 4, "column": 3},
    "row": {"sheet": 1, "row": 4},
    "rectangle": {"page": 2, "left": 0, "top": 0, "right": 10, "bottom": 10},
    "time": {"from_ms": 1, "to_ms": 5_000},
    "whole": {},
}


def case(chance: random.Random) -> dict[str, dict[str, Any]]:
    """What is disclosed of a place or passage, its exhibit, its reading and its text."""

    def maybe(share: float) -> bool:
        return chance.random() < share

    form = chance.choice([*FORMS, "rectangle", "time"])
    place: dict[str, Any] = {"kind": "location", "form": form, "exhibit": "e", "reading": "r"}
    place |= FORMS[form]
    if form == "time" and maybe(0.4):
        place |= {name: FORMS["rectangle"][name] for name in standalone.EDGES}
    if form == "time" and maybe(0.4):
        place["stream"] = chance.choice([0, 1, 1_000])
    if form in ("cell", "row") or maybe(0.1):
        place |= {"layer": "l", "start": 2, "stop": 4, "quote": "cd"}
    if maybe(0.2):
        place = {"kind": "passage", "exhibit": "e", "layer": "l"}
        place |= {"start": 2, "stop": 4, "quote": "cd"}
    reading: dict[str, Any] = {"kind": "reading", "exhibit": "e", "layer": "l"}
    reading["metadata"] = {
        name: chance.choice(some if maybe(0.3) else some[:1])
        for name, some in FACTS.items()
        if maybe(0.5)
    }
    layer: dict[str, Any] = {"kind": "layer", "exhibit": "e"}
    exhibit: dict[str, Any] = {"kind": "exhibit"}
    for fields in (place, place, place, reading, reading, layer):
        name = chance.choice([each for each in fields if each != "kind"] or ["exhibit"])
        if maybe(0.15):
            fields.pop(name, None)
        elif maybe(0.15):
            fields[name] = chance.choice(ODD)
    if maybe(0.1):
        place[chance.choice(standalone.NUMBERS)] = chance.choice(ODD)
    if maybe(0.1):
        reading["pages"] = chance.choice([3, *ODD])
    if maybe(0.1):
        chance.choice([place, reading])["inner_path"] = chance.choice(["a.txt", "", None])
    if maybe(0.05):
        chance.choice([exhibit, reading, layer])["kind"] = "claim"
    found = {"e": exhibit, "r": reading, "l": layer, "p": place}
    for name in ("e", "r", "l"):
        if maybe(0.05):
            del found[name]
    return found


def _empty(checking: Any) -> None:
    checking.status = dict.fromkeys(standalone.CHECKS, standalone.HOLDS)
    checking.said = {name: [] for name in standalone.CHECKS}
    checking.faults = {name: [] for name in standalone.CHECKS}


def _item(name: str) -> dict[str, Any]:
    return {"text": "t"} if name == "l" else {}


def alone(given: dict[str, dict[str, Any]]) -> dict[str, tuple[str, list[str]]]:
    bundle: Any = standalone.Bundle.__new__(standalone.Bundle)
    _empty(bundle)
    bundle.entries = {
        name: {"fields": fields, "position": at, "item": _item(name)}
        for at, (name, fields) in enumerate(given.items())
    }
    bundle.read = lambda path, most=0: TEXTS[path].encode()
    bundle.check_quotes()
    bundle.check_places()
    return {name: (bundle.status[name], bundle.said[name]) for name in ("quotes", "places")}


class Ours(CitedFiles):
    def __init__(self, given: dict[str, dict[str, Any]]) -> None:
        _empty(self)
        parsed = ParsedEntry("o", 1, "", 0, "", (), (), b"")
        self.entries = {
            name: BundledEntry(at, parsed, b"", _item(name), fields)
            for at, (name, fields) in enumerate(given.items())
        }

    def _read(self, path: str, most: int = 0) -> bytes:
        return TEXTS[path].encode()

    def answers(self) -> dict[str, tuple[str, list[str]]]:
        self._quotes()
        self._places()
        return {name: (self.status[name], self.said[name]) for name in ("quotes", "places")}


@pytest.mark.parametrize("seed", range(4))
def test_both_come_to_one_answer_of_any_place(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - cases to be drawn again, no secret
    met = set()
    for _ in range(1_500):
        given = case(chance)
        answer = alone(given)
        assert Ours(given).answers() == answer, given
        met |= {status for status, _ in answer.values()}
    assert met == {"holds", "fails", "absent", "not checked here"}
