"""Values and texts as they are shown: what was written beside what was read.

Invariants: the text as recorded is never changed; the normalised form is shown beside it with
the rule that made it; unknown, not applicable and withheld are three answers.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.utils.translation import gettext as _

from habeas.archive import regions
from habeas.archive.models import Claim, Mention
from habeas.display.references import EntryReference, Marked, Target, optional
from habeas.vocabulary import edtf, schema, stances, texts, values
from habeas.vocabulary.errors import VocabularyError


@dataclass(frozen=True, slots=True)
class TextWords(Marked):
    """A text as recorded; '' where language or script is not known."""

    text: str
    language: str
    script: str
    direction: str
    entry: EntryReference | None = optional()


@dataclass(frozen=True, slots=True)
class PropertyWords:
    """A property's name, its label and what it means."""

    name: str
    label: str
    meaning: str


@dataclass(frozen=True, slots=True)
class StanceWords:
    """What the speaker does with the value; ``by`` goes before the speaker's name."""

    code: str
    verb: str
    by: str


@dataclass(frozen=True, slots=True)
class Dated:
    """An EDTF date as recorded and in words."""

    edtf: str
    words: str


@dataclass(frozen=True, slots=True)
class RecordLink(Marked):
    """A record by one of its mentions."""

    position: int
    kind: str
    kind_words: str
    caption: TextWords
    url: Target
    entry: EntryReference | None = optional()


@dataclass(frozen=True, slots=True)
class PointWords:
    """A point; decimal degrees as recorded."""

    lat: str
    lon: str
    precision: str


@dataclass(frozen=True, slots=True)
class Follows:
    """What follows the text that leads."""

    label: str
    text: TextWords


@dataclass(frozen=True, slots=True)
class ValueWords:
    """A claim's value: as written, as read and by which rule, and which of them leads."""

    type: str
    state: str | None
    as_written: TextWords | None
    calendar: str
    read_as: TextWords | None
    rule: str
    record: RecordLink | None
    place: PointWords | None
    leads: TextWords | None
    follows: Follows | None


def vocabulary() -> schema.Schema:
    """The kinds and properties, which are the same in every archive."""
    return schema.core()


def text(content: str, language: str = "", script: str = "") -> TextWords:
    """A text with its language, script and direction."""
    script = script or texts.detect_script(content) or ""
    return TextWords(content, language, script, texts.direction_of(script) if script else "auto")


def property_words(name: str) -> PropertyWords:
    """A property's name, its label and what it means."""
    known = vocabulary().properties.get(name)
    if known is None:  # of another version of the vocabulary
        return PropertyWords(name, name.replace("_", " "), "")
    return PropertyWords(name, known.label, known.meaning)


def is_folded(name: str, kind: str) -> bool:
    """Whether what is said of a property is shown only where a reader opens it.

    Of a kind that is not known, as of a record that the reader may not see, it is.
    """
    known = vocabulary().properties.get(name)
    return known is not None and known.is_folded(kind)


def code_words(code_list: str, code: str) -> str:
    """A code's label; the code itself when the list does not have it."""
    known = regions.with_list(code_list).codes.get(code_list, {}).get(code)
    return known.label if known else code


def codes_in(codes: str, code_list: str) -> list[str]:
    """The labels of codes that are kept as a JSON list."""
    return [code_words(code_list, code) for code in json.loads(codes or "[]")]


def stance(code: str) -> StanceWords:
    """What the speaker does with the value, translated."""
    known = stances.words(code)
    return StanceWords(code, _(known.verb), _(known.by))


def date_words(written: str) -> Dated | None:
    """An EDTF date as recorded and in words; None when not stated."""
    if not written:
        return None
    try:
        words = edtf.describe(edtf.parse(written))
    except VocabularyError:
        words = written
    return Dated(written, words)


def value_of(claim: Claim, referred: Mention | None) -> ValueWords:
    """A claim's value: as written, as read and by which rule, and which of them leads.

    What a source wrote leads where it was kept in the source's words; where only a date,
    count or point was recorded, its plain words lead.
    """
    value = values.from_json(json.loads(claim.value))
    source = value.as_written
    as_written = text(source.text, source.language, source.script) if source else None
    record = None
    read_as: TextWords | None
    if value.type == "ref" and not value.state:
        record = record_link(referred)
        read_as = None if record is None else record.caption
    elif value.type == "text" and not value.state:
        read_as = text(value.text, value.language, value.script)
    else:
        read_as = text(regions.words_of(value), "en", "Latn")
    in_own_words = as_written is not None and (
        value.rule == values.BY_PERSON or value.type in ("text", "code", "ref")
    )
    first, second = (as_written, read_as) if in_own_words else (read_as, as_written)
    follows = None
    if in_own_words and first and second and first.text != second.text:
        follows = Follows(_("read as"), second)
    point = value.point
    return ValueWords(
        type=value.type,
        state=value.state or None,
        as_written=as_written,
        calendar=source.calendar if source else "",
        read_as=read_as,
        rule=value.rule,
        record=record,
        place=None if point is None else PointWords(point.lat, point.lon, point.precision),
        leads=first or second,
        follows=follows,
    )


def record_link(mention: Mention | None) -> RecordLink | None:
    """A mention as a link to its record; None when not visible.

    Never by the record's own number, which is the owner's: it would tell other readers of
    judgements and mentions that they may not see. The link leads to the record of the reader.
    """
    if mention is None:
        return None
    return RecordLink(
        mention.position,
        mention.kind,
        kind_words(mention.kind),
        text(mention.caption, mention.language, mention.script),
        Target("record", mention.position),
    )


def kind_words(kind: str) -> str:
    """A kind of record, one of them."""
    known = vocabulary().kinds.get(kind)
    return known.label if known else kind


def kinds_words(kind: str) -> str:
    """A kind of record, all of them, as a heading."""
    known = vocabulary().kinds.get(kind)
    words = known.plural if known else kind
    return words[:1].upper() + words[1:]
