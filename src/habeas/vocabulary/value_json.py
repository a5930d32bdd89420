"""Values as JSON: what the ledger commits to and the claims table keeps.

Invariants: texts, whole numbers and mappings only, so that every value has one canonical
form (RFC 8785); empty parts are left out; ``from_json(to_json(x)) == x``; a part that is
not known is refused, never ignored. Codes are not checked here: lists change, claims do not.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from habeas.vocabulary import amounts, counts, edtf, outlines, places
from habeas.vocabulary.amounts import Amount
from habeas.vocabulary.counts import Count
from habeas.vocabulary.edtf import Edtf
from habeas.vocabulary.errors import shown
from habeas.vocabulary.forms import STATES, Coded, Normal, Reference, Value, Written, refuse
from habeas.vocabulary.outlines import Outline
from habeas.vocabulary.places import Point
from habeas.vocabulary.schema import TYPES
from habeas.vocabulary.texts import Text

MENTION = re.compile(r"[0-9a-f]{32}")
_VALID = "See docs/reference/vocabulary.md for the parts of each type."


def to_json(value: Value) -> dict[str, object]:
    """The value as texts, whole numbers and mappings. Empty parts are left out."""
    data: dict[str, object] = {"type": value.type}
    written = value.as_written
    if written is not None:
        data["written"] = {
            name: part
            for name in ("text", "language", "script", "calendar")
            if (part := getattr(written, name))
        }
    if value.rule:
        data["rule"] = value.rule
    normal = value.normal
    if normal is None:
        data["state"] = value.state
    elif isinstance(normal, Count):
        if normal.low is not None:
            data["low"] = normal.low
        if normal.high is not None:
            data["high"] = normal.high
        data["unit"] = normal.unit
        if normal.approximate:
            data["approximate"] = "yes"
    elif isinstance(normal, Edtf):
        data["edtf"] = normal.text
    elif isinstance(normal, Text):
        data["text"] = normal.text
        if normal.language:
            data["language"] = normal.language
        if normal.script:
            data["script"] = normal.script
    elif isinstance(normal, Coded):
        data |= {"list": normal.code_list, "code": normal.code}
    elif isinstance(normal, Point):
        data |= {"lat": normal.lat, "lon": normal.lon, "precision": normal.precision}
    elif isinstance(normal, Outline):
        data["ring"] = normal.text
    elif isinstance(normal, Amount):
        data |= {"low": normal.low, "high": normal.high, "currency": normal.currency}
    elif isinstance(normal, Reference):
        data["mention"] = normal.mention
    else:
        data[value.type] = normal
    return data


_NO_LIST: frozenset[str] = frozenset(("type", "written", "rule"))
_KEYS = {
    "text": _NO_LIST | {"text", "language", "script"},
    "date": _NO_LIST | {"edtf"},
    "count": _NO_LIST | {"low", "high", "unit", "approximate"},
    "place": _NO_LIST | {"lat", "lon", "precision"},
    "code": _NO_LIST | {"list", "code"},
    "ref": _NO_LIST | {"mention"},
    "identifier": _NO_LIST | {"identifier"},
    "url": _NO_LIST | {"url"},
    "outline": _NO_LIST | {"ring"},
    "amount": _NO_LIST | {"low", "high", "currency"},
}
_STATE_KEYS = _NO_LIST | {"state"}
_WRITTEN_KEYS = frozenset(("text", "language", "script", "calendar"))


def from_json(data: object) -> Value:
    """The value that ``to_json`` gave; ``BadValue`` for anything that it cannot have given."""
    if not isinstance(data, dict):
        raise refuse(data, "is not a value", _VALID)
    kind = data.get("type")
    keys = _KEYS.get(kind) if isinstance(kind, str) else None
    if keys is None or not isinstance(kind, str):
        raise refuse(kind, "is not a type of value", f"Types: {', '.join(TYPES)}.")
    written = _written_from(data["written"]) if "written" in data else None
    rule = data.get("rule", "")
    state = data.get("state", "")
    if not isinstance(rule, str) or not isinstance(state, str) or (state and state not in STATES):
        raise refuse(kind, "has a rule or state that is not one", _VALID)
    if not data.keys() <= (_STATE_KEYS if state else keys):
        raise refuse(kind, f"has a part {shown(_stranger(data, keys))}", _VALID)
    if state:
        return Value(kind, None, written, rule, state)
    try:
        return Value(kind, _NORMAL[kind](data), written, rule)
    except KeyError as error:
        raise refuse(kind, f"lacks its part {error}", _VALID) from None


def _stranger(data: dict[str, Any], keys: frozenset[str]) -> str:
    return next((str(key) for key in data if key not in keys), "state")


def _written_from(data: object) -> Written:
    if not isinstance(data, dict) or not data.keys() <= _WRITTEN_KEYS or "text" not in data:
        raise refuse("written", "has other parts than text, language, script, calendar", _VALID)
    if not all(isinstance(part, str) for part in data.values()):
        raise refuse("written", "has a part that is not a text", _VALID)
    return Written(**data)


def _texts_of(data: dict[str, Any], *names: str) -> tuple[str, ...]:
    found = tuple(data[name] for name in names)
    if all(isinstance(part, str) and part for part in found):
        return found
    raise refuse(data.get("type"), f"has an empty or wrong part among {', '.join(names)}", _VALID)


def _count_from(data: dict[str, Any]) -> Count:
    low, high, unit = data.get("low"), data.get("high"), data["unit"]
    approximate = data.get("approximate", "")
    if not isinstance(unit, str) or approximate not in ("", "yes"):
        raise refuse("count", "has a wrong unit or mark", _VALID)
    return counts.make(low, high, approximate=approximate == "yes", unit=unit)


def _text_from(data: dict[str, Any]) -> Text:
    text, language, script = data["text"], data.get("language", ""), data.get("script", "")
    if isinstance(text, str) and text and isinstance(language, str) and isinstance(script, str):
        return Text(text, language, script)
    raise refuse("text", "has an empty or wrong part", _VALID)


def _reference_from(data: dict[str, Any]) -> Reference:
    mention = data["mention"]
    if isinstance(mention, str) and MENTION.fullmatch(mention) is not None:
        return Reference(mention)
    raise refuse(mention, "is not a mention", "A mention's id has 32 hexadecimal digits.")


_NORMAL: dict[str, Callable[[dict[str, Any]], Normal]] = {
    "text": _text_from,
    "date": lambda data: edtf.parse(*_texts_of(data, "edtf")),
    "count": _count_from,
    "place": lambda data: places.make(*_texts_of(data, "lat", "lon", "precision")),
    "code": lambda data: Coded(*_texts_of(data, "list", "code")),
    "ref": _reference_from,
    "identifier": lambda data: _texts_of(data, "identifier")[0],
    "url": lambda data: _texts_of(data, "url")[0],
    "outline": lambda data: outlines.parse(*_texts_of(data, "ring")),
    "amount": lambda data: amounts.make(*_texts_of(data, "low", "high", "currency")),
}
