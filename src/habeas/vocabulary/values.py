"""A value as claimed: what was written, what it was read as, by which rule; or why it is missing.

Invariants: ``as_written`` is never changed or dropped; ``normal`` is the one form that is
compared, or None where the value is missing; unknown, not applicable and withheld are three
states, none of them an empty value. ``from_json(to_json(x)) == x``. The JSON holds texts,
whole numbers, lists and mappings only, so it has one canonical form (RFC 8785).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from habeas.vocabulary import amounts, counts, edtf, outlines, places, texts
from habeas.vocabulary.amounts import Amount
from habeas.vocabulary.counts import Count
from habeas.vocabulary.edtf import Edtf
from habeas.vocabulary.forms import STATES, Coded, Normal, Reference, Value, Written, refuse
from habeas.vocabulary.outlines import Outline
from habeas.vocabulary.places import Point
from habeas.vocabulary.schema import TYPES, Property, Schema, core
from habeas.vocabulary.texts import Text
from habeas.vocabulary.value_json import MENTION, from_json, to_json

__all__ = [
    "BY_PERSON",
    "MISSING_MARK",
    "STATES",
    "ClaimColumns",
    "Coded",
    "Reference",
    "Value",
    "Written",
    "amount",
    "code",
    "columns",
    "count",
    "date",
    "describe",
    "from_json",
    "identifier",
    "missing",
    "outline",
    "parse",
    "place",
    "reference",
    "text",
    "to_json",
    "url",
]

#: What the cell of a missing value starts with: ?unknown, ?not-applicable, ?withheld.
MISSING_MARK = "?"
LONGEST_IDENTIFIER = 500
LONGEST_URL = 2_000

#: Rules that made a normal form: one for each type, with the version of its reader, and one
#: for a person who wrote the normal form beside what the source says.
RULES = {name: f"{name}/1" for name in TYPES}
BY_PERSON = "person"

_MISSING = re.compile(re.escape(MISSING_MARK) + "[a-z-]+")
_URL = re.compile(r"https?://[^\s\x00-\x20<>\"\\^`{|}\x7f]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ClaimColumns:
    """What the claims table holds of a value, for search and comparison.

    ``value_key``: the code, folded text, EDTF, count, point, outline, amount, mention or address;
    '' missing.
    ``number_low`` and ``number_high``: a count's bounds. ``value_from`` and ``value_to``: a
    date's first and last day as ordinals. None: no such bound, or another type.
    """

    value_type: str
    value_key: str
    number_low: int | None
    number_high: int | None
    value_from: int | None
    value_to: int | None


# --- making -------------------------------------------------------------------------------


def missing(type: str, state: str, written: Written | None = None) -> Value:
    """A value that is not given, and why."""
    if type not in TYPES:
        raise refuse(type, "is not a type of value", f"Types: {', '.join(TYPES)}.")
    if state not in STATES:
        raise refuse(state, "is not a reason for a missing value", f"Reasons: {', '.join(STATES)}.")
    return Value(type, None, written, "", state)


def text(text: str, language: str = "", script: str = "", written: Written | None = None) -> Value:
    """A text; its script is found from its letters where it is not given."""
    if not text:
        raise refuse(text, "is empty", _MISSING_VALID)
    return Value("text", texts.make(text, language, script), written)


def date(text: str, written: Written | None = None, rule: str = "") -> Value:
    return Value("date", edtf.parse(text), written, rule)


def count(count: Count, written: Written | None = None, rule: str = "") -> Value:
    return Value("count", count, written, rule)


def place(point: Point, written: Written | None = None, rule: str = "") -> Value:
    return Value("place", point, written, rule)


def outline(outline: Outline, written: Written | None = None, rule: str = "") -> Value:
    return Value("outline", outline, written, rule)


def amount(amount: Amount, written: Written | None = None, rule: str = "") -> Value:
    return Value("amount", amount, written, rule)


def code(
    code_list: str,
    code: str,
    written: Written | None = None,
    rule: str = "",
    *,
    schema: Schema | None = None,
) -> Value:
    """A code, checked against a vocabulary: the core, or an archive's with its regions' lists."""
    (schema or core()).code(code_list, code)
    return Value("code", Coded(code_list, code), written, rule)


def reference(mention: str, value: Value | None = None) -> Value:
    """A reference to a mention, keeping what ``value`` says was written."""
    if not isinstance(mention, str) or MENTION.fullmatch(mention) is None:
        raise refuse(mention, "is not a mention", "A mention's id has 32 hexadecimal digits.")
    if value is None:
        return Value("ref", Reference(mention))
    return replace(value, type="ref", normal=Reference(mention), state="")


def identifier(text: str, written: Written | None = None) -> Value:
    if not text or len(text) > LONGEST_IDENTIFIER or not text.isprintable():
        raise refuse(
            text,
            "is not an identifier",
            f"1 to {LONGEST_IDENTIFIER} characters, all of them visible.",
        )
    return Value("identifier", text, written)


def url(text: str, written: Written | None = None) -> Value:
    if len(text) > LONGEST_URL or _URL.fullmatch(text) is None:
        raise refuse(
            text, "is not a web address", f"https:// and so on, at most {LONGEST_URL} characters."
        )
    return Value("url", text, written)


#: Types whose cell is read by rules of its own, and kept as it was written beside that.
_READ = frozenset({"date", "count", "place", "outline", "amount"})
_MISSING_VALID = "Write ?unknown, ?not-applicable or ?withheld for a missing value."


def parse(
    cell: str,
    prop: Property,
    schema: Schema | None = None,
    *,
    written: str = "",
    language: str = "",
    script: str = "",
    calendar: str = "",
) -> Value:
    """A value of a property from one cell of a table.

    ``written`` is what the source says where the cell is its normal form; ``language``,
    ``script`` and ``calendar`` are of what is written. A cell ``?unknown``,
    ``?not-applicable`` or ``?withheld`` is a missing value. A reference's cell must be the
    mention's id. ``schema`` has the code lists of the regions too.
    Raises a ``VocabularyError`` that names the cell and what would be valid.
    """
    if not isinstance(cell, str):
        raise refuse(cell, "is not a text", _MISSING_VALID)
    cell = cell.strip(" ")
    source = _written(written, language, script, calendar)
    if _MISSING.fullmatch(cell):
        return missing(prop.type, cell[1:], source)
    if not cell:
        raise refuse(cell, f"is not of type {prop.type}", _MISSING_VALID)
    rule = RULES[prop.type] if not written or written == cell else BY_PERSON
    if source is None and prop.type in _READ:
        source = Written(cell)
    match prop.type:
        case "text":
            # The language is that of the original words where they stand beside the text.
            return text(cell, "" if written else language, "" if written else script, source)
        case "date":
            return date(cell, source, rule)
        case "count":
            unit = (schema or core()).codes["unit"].get(prop.unit)
            names = (unit.one, unit.label) if unit else ()
            return count(counts.parse(cell, prop.unit, names), source, rule)
        case "place":
            return place(places.parse(cell), source, rule)
        case "outline":
            return outline(outlines.parse(cell), source, rule)
        case "amount":
            return amount(amounts.parse(cell), source, rule)
        case "code":
            return code(prop.codes, cell, source, rule if written else "", schema=schema)
        case "identifier":
            return identifier(cell, source)
        case "url":
            return url(cell, source)
        case _:
            return reference(cell, Value("ref", None, source))


def _written(text: str, language: str, script: str, calendar: str) -> Written | None:
    if not text:
        return None
    made = texts.make(text, language, script)
    return Written(text, made.language, made.script, texts.make(calendar).text)


# --- comparing and saying -----------------------------------------------------------------


def columns(value: Value) -> ClaimColumns:
    """What the claims table holds of a value."""
    normal = value.normal
    kind = value.type
    if isinstance(normal, Count):
        return ClaimColumns(kind, normal.text, normal.low, normal.high, None, None)
    if isinstance(normal, Edtf):
        return ClaimColumns(kind, normal.text, None, None, normal.earliest, normal.latest)
    return ClaimColumns(kind, _key(normal), None, None, None, None)


def _key(normal: Normal | None) -> str:
    match normal:
        case None:
            return ""
        case Text():
            return texts.fold(normal.text)
        case Coded():
            return normal.code
        case Reference():
            return normal.mention
        case Point() | Outline() | Amount():
            return normal.text
        case _:
            return str(normal)


def describe(value: Value, schema: Schema | None = None) -> str:
    """The normal form in words: "about 120,000 persons", "June 2017"."""
    normal = value.normal
    schema = schema or core()
    match normal:
        case None:
            return STATES[value.state]
        case Text():
            return normal.text
        case Edtf():
            return edtf.describe(normal)
        case Count():
            unit = schema.codes["unit"].get(normal.unit)
            return counts.describe(normal, unit.one if unit else "", unit.label if unit else "")
        case Point():
            return places.describe(normal)
        case Outline():
            return outlines.describe(normal)
        case Amount():
            return amounts.describe(normal)
        case Coded():
            known = schema.codes.get(normal.code_list, {}).get(normal.code)
            return known.label if known else normal.code
        case Reference():
            return f"the record of mention {normal.mention}"
        case _:
            return normal
