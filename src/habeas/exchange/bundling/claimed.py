"""What is claimed, by whom and on what: the first thing that a report of a bundle says.

Claims about one thing stand together, in the order of the ledger; each with who says it and through
whom, how they know, and the words that it rests on with the exhibit that holds them. Invariant: it
is made from ``Item.fields``, so what is withheld is not said, only that it is withheld.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from habeas.archive import regions
from habeas.exchange.bundling.blocks import DocumentPart, heading, paragraph, table
from habeas.exchange.bundling.disclosing import Item
from habeas.vocabulary import edtf, locations, schema, stances, values
from habeas.vocabulary.errors import VocabularyError

LISTED = 2_000  # claims told one by one
LONGEST_QUOTE = 400  # characters; the whole stands in the passage's entry
WITHHELD = "withheld"

ById = Mapping[str, Item]


def claims(items: Sequence[Item]) -> Iterator[DocumentPart]:
    """The claims of a bundle, by what they are about."""
    by_id = {item.entry_id: item for item in items}
    told = [item for item in items if item.kind == "claim"]
    yield heading("What is claimed")
    if not told:
        yield paragraph(
            "The entries of this bundle include no claim: it covers exhibits, and shows what they "
            "are and where they have been, not what anyone says about them."
        )
        return
    yield paragraph(
        "Each line is someone's word, under their name or code, not a finding of this archive. "
        "Accounts that contradict each other are shown beside each other."
    )
    groups: dict[str, list[Item]] = {}
    for item in told[:LISTED]:
        groups.setdefault(str(item.fields.get("subject", "")), []).append(item)
    for subject, group in groups.items():
        yield heading(_subject(subject, by_id), 3)
        yield table(
            ("What", "Who says so, and how they know", "On what", "Entry"),
            [_row(item, by_id) for item in group],
        )
    if len(told) > LISTED:
        yield paragraph(f"And {len(told) - LISTED:,} more; data/bundle.json names all.")


def _subject(entry_id: str, by_id: ById) -> str:
    found = by_id.get(entry_id)
    if found is None:
        return f"Someone or something that is {WITHHELD}"
    kind = str(found.fields.get("mention_kind", "")).capitalize() or "Mention"
    return f"{kind} {found.position}: {_caption(found)}"


def _caption(item: Item) -> str:
    return str(item.fields.get("caption", "")) or f"its name is {WITHHELD}"


def _row(item: Item, by_id: ById) -> tuple[str, ...]:
    f = item.fields
    name = f.get("property")
    known = schema.core().properties.get(str(name))
    label = known.label if known else str(name or WITHHELD).replace("_", " ")
    stance = str(f.get("stance", stances.ASSERTS))
    says = stances.mark(stance, stances.words(stance).verb)
    what = f"{label}: {says}{_value(f, by_id)}"
    if f.get("holds"):
        what += f" (held {_date(str(f['holds']))})"
    if f.get("note"):
        what += f". Note of whoever recorded it: {f['note']}"
    return what, _who(f, by_id), "; ".join(_grounds(f, by_id)), str(item.position)


def _value(fields: Mapping[str, Any], by_id: ById) -> str:
    if "value" not in fields:
        return WITHHELD
    try:
        value = values.from_json(fields["value"])
    except VocabularyError:
        return "in a form that this program does not read"
    mention = by_id.get(getattr(value.normal, "mention", ""))
    said = _caption(mention) if mention is not None else regions.words_of(value)
    written = value.as_written.text if value.as_written else ""
    return f"{said} (as written: {written})" if written and written != said else said


def _who(fields: Mapping[str, Any], by_id: ById) -> str:
    steps = fields.get("attribution")
    if not isinstance(steps, list):
        return WITHHELD
    return ", through ".join(_step(step, by_id) for step in steps)


def _step(step: Mapping[str, str], by_id: ById) -> str:
    found = by_id.get(step.get("source", ""))
    f = {} if found is None else found.fields
    who = str(f.get("name", "")) or str(f.get("code", "")) or f"someone who is {WITHHELD}"
    basis = schema.core().codes["basis"].get(step.get("basis", ""))
    said = step.get("said", "")
    known = basis.label if basis else step.get("basis", "")
    more = [
        f"how they know: {known[:1].lower()}{known[1:]}" if known else "",
        step.get("how", ""),
        f"said {_date(said)}" if said else "",
        step.get("where", ""),
    ]
    told = "; ".join(part for part in more if part)
    return f"{who} ({told})" if told else who


def _grounds(fields: Mapping[str, Any], by_id: ById) -> Iterable[str]:
    cited = fields.get("passages")
    if not cited:
        yield WITHHELD if "passages" not in fields and "row" not in fields else "no passage"
        return
    for entry_id in cited:
        found = by_id.get(entry_id)
        if found is None or found.erased_at is not None:
            yield f"a passage that is {WITHHELD}" if found is None else "a passage that was erased"
            continue
        exhibit = by_id.get(str(found.fields.get("exhibit", "")))
        where = f"exhibit {exhibit.position}" if exhibit else "an exhibit that is withheld"
        quote = str(found.fields.get("quote", ""))
        quote = f"{quote[:LONGEST_QUOTE]}…" if len(quote) > LONGEST_QUOTE else quote
        if found.kind == "location":
            place = _place(found)
            yield f"{place} of {where}: “{quote}”" if quote else f"{place} of {where}"
            continue
        yield f"“{quote}” ({where})" if quote else f"a place in {where}, its words {WITHHELD}"


def _place(item: Item) -> str:
    """A place that is not words, with the file inside that it is of."""
    try:
        location = locations.of_fields(item.fields)
    except VocabularyError:
        return "a place in a form that this program does not read"
    if not location.form or locations.lacking(location):
        return f"a place that is {WITHHELD}"
    place, inside = locations.words(location), item.fields.get("inner_path")
    return f"{place} of the file {inside} inside" if inside else place


def _date(written: str) -> str:
    try:
        return edtf.describe(edtf.parse(written))
    except VocabularyError:
        return written
