"""Writes docs/reference/vocabulary.md from the data: ``python -m habeas.vocabulary.reference``.

Everything on the page comes from the YAML files and from the constants of the readers, so
the page cannot say what the program does not do; a test compares the two.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace

from habeas.vocabulary import amounts, counts, edtf, outlines, places, region
from habeas.vocabulary.edtf_date import VALID as DATE_VALID
from habeas.vocabulary.schema import CodeList, Property, Schema, core, of
from habeas.vocabulary.values import STATES

_TYPES = {
    "text": ("words, with language and script", "`text`, `language`, `script`"),
    "date": ("a time in EDTF", "`edtf`"),
    "count": ("how many, of a unit", "`low`, `high`, `unit`, `approximate`"),
    "place": ("a point with its precision", "`lat`, `lon`, `precision`"),
    "code": ("a code of a list below", "`list`, `code`"),
    "ref": ("a mention of another record", "`mention`"),
    "identifier": ("a name in someone's register", "`identifier`"),
    "url": ("a web address", "`url`"),
    "outline": ("a ring of points around a site", "`ring`"),
    "amount": ("an amount of money", "`low`, `high`, `currency`"),
}


def page() -> str:
    """The whole page as Markdown."""
    schema = core()
    parts = (_head(), _values(), _kinds(schema), _properties(schema), _codes(schema), _of_regions())
    return "\n".join(line for part in parts for line in part)


def _head() -> Iterator[str]:
    yield from (
        "# Vocabulary",
        "",
        "<!-- Made by `python -m habeas.vocabulary.reference`. Change the data, not this page. -->",
        "",
        "What may be said of a record, in which words. The data is in",
        "`src/habeas/vocabulary/data/`; an archive logs its text by digest, and every claim",
        "commits to the digest of the vocabulary that it was made under, so a meaning that",
        "changes later does not change what was claimed.",
        "",
        "No property scores, ranks or predicts a person, none shows where",
        "someone is now, and none holds a measure of a body. None may be added.",
        "",
    )


def _values() -> Iterator[str]:
    yield from ("## Values", "")
    yield from (
        "Each value keeps what was written (`written`: text, language, script, calendar) beside",
        "its normal form and the `rule` that made it: a reader with its version, such as",
        "`date/1`, or `person`.",
        "",
    )
    yield from _table(
        ("type", "what it is", "parts in JSON"),
        [(f"`{name}`", what, parts) for name, (what, parts) in _TYPES.items()],
    )
    yield from (
        "",
        "A value that is missing says why, in the part `state`: "
        + ", ".join(f"`{state}`" for state in STATES)
        + ". In a table: "
        + ", ".join(f"`?{state}`" for state in STATES)
        + ".",
        "",
        f"- **date**: {DATE_VALID} At most {edtf.LONGEST_TEXT:,} characters.",
        f"- **count**: {counts.VALID} Whole numbers from 0 to {counts.LARGEST:,}.",
        f"- **place**: {places.VALID} Degrees are WGS 84, at most seven decimals.",
        f"- **outline**: {outlines.VALID}",
        f"  {outlines.FEWEST} to {outlines.MOST} corners. The ring may be closed or not, begin at",
        "  any corner and go either way round: it is kept in one order.",
        f"- **amount**: {amounts.VALID}",
        "",
        "How times and counts are compared, and when the answer is “unknown”:",
        "[dates and counts](../methods/dates-and-counts.md).",
        "",
    )


def _kinds(schema: Schema) -> Iterator[str]:
    yield from ("## Kinds of record", "")
    yield from _table(
        ("kind", "meaning", "owner", "FollowTheMoney", "HURIDOCS"),
        [
            (f"`{k.name}`", k.meaning, ", ".join(f"`{o}`" for o in k.of), k.ftm, k.huridocs)
            for k in schema.kinds.values()
        ],
    )
    yield from (
        "",
        "A mention of a kind that has an owner names a mention of its owner (`of`). The record is",
        "never more open than its owner and is erased with it; two of them are the same only while",
        "their owners are one record.",
        "",
    )


def _properties(schema: Schema) -> Iterator[str]:
    yield from (
        "## Properties",
        "",
        "*Handling* is the least handling of a claim of the property. *Once*: two different",
        "values at the same time cannot both hold, so claims of both are shown as a conflict.",
        "*Folded*: pages show it once a reader opens it, since it may tell what hurts to read.",
        "Equivalents are given where there is a true one: FollowTheMoney 4.11 as",
        "`schema:property`, HURIDOCS Events Standard Formats as field number and name, STAC 1.1 as",
        "the field of an item.",
        "",
    )
    everywhere = [p for p in schema.properties.values() if len(p.kinds) == len(schema.kinds)]
    yield from ("### Any record", "", *_property_table(everywhere), "")
    for kind in schema.kinds.values():
        own = [p for p in schema.of_kind(kind.name) if p not in everywhere]
        yield from (f"### {kind.label}", "", *_property_table(own), "")


def _property_table(properties: Sequence[Property]) -> Iterator[str]:
    yield from _table(
        ("property", "value", "meaning", "handling", "once", "FollowTheMoney", "HURIDOCS"),
        [
            (
                f"`{p.name}`",
                _value_words(p),
                f"**{p.label}.** {p.meaning}"
                + (" To pick people by it, a purpose must be stated." if p.needs_purpose else "")
                + _folds(p),
                p.sensitivity,
                "yes" if p.at_a_time == "one" else "",
                p.ftm or (f"STAC: {p.stac}" if p.stac else ""),
                p.huridocs,
            )
            for p in properties
        ],
    )


def _folds(p: Property) -> str:
    return f" Folded on pages for: {', '.join(p.folds)}." if p.folds else ""


def _value_words(p: Property) -> str:
    if p.codes:
        listed = p.codes in core().lists
        return f"code of [{p.codes}](#{_anchor(p.codes) if listed else OF_REGIONS})"
    if p.unit:
        return f"count of {p.unit}"
    if p.refers_to:
        return f"ref to {', '.join(p.refers_to)}"
    return p.type


OF_REGIONS = "code-lists-of-regions"


def _anchor(code_list: str) -> str:
    return f"list-{code_list}"


def _codes(schema: Schema) -> Iterator[str]:
    yield from ("## Code lists", "")
    for found in schema.lists.values():
        yield from _code_list(found, f"List {found.name}")


def _code_list(found: CodeList, title: str) -> Iterator[str]:
    yield from (f"### {title}", "", f"{found.title}. {found.meaning}")
    if found.huridocs:
        yield from ("", f"HURIDOCS: {found.huridocs}.")
    yield ""
    yield from _table(
        ("code", "label", "meaning"),
        [(f"`{c.code}`", c.label, c.meaning) for c in found.codes.values()],
    )
    yield ""


def _of_regions() -> Iterator[str]:
    yield from (
        "## Code lists of regions",
        "",
        "An archive has these of its regions besides (`habeas regions`); where it has several, a",
        "list of two of them has the codes of both. `case-reason` and `case-decision` have the",
        "codes of the core too.",
        "",
    )
    for name in region.bundled_names():
        here = region.bundled(name)
        for found in of(here).lists.values():
            of_core = core().codes.get(found.name, {})
            own = {name: code for name, code in found.codes.items() if name not in of_core}
            if own:
                yield from _code_list(replace(found, codes=own), f"List {found.name}, {here.title}")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |"


if __name__ == "__main__":
    sys.stdout.write(page())
