"""Values and texts as the page's dict holds them: what was written beside what was read.

Invariants: the text as recorded is never changed; the normalised form stands beside it with
the rule that made it; unknown, not applicable and withheld are three answers.
"""

from __future__ import annotations

import json
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from habeas.archive import regions
from habeas.archive.models import Claim, Mention
from habeas.vocabulary import edtf, schema, texts, values
from habeas.vocabulary.errors import VocabularyError

Content = dict[str, Any]


def vocabulary() -> schema.Schema:
    """The kinds and properties, which are the same in every archive."""
    return schema.core()


def text(content: str, language: str = "", script: str = "") -> Content:
    """A text with its language, script and direction."""
    script = script or texts.detect_script(content) or ""
    return {
        "text": content,
        "language": language,
        "script": script,
        "direction": texts.direction_of(script) if script else "auto",
    }


def property_words(name: str) -> Content:
    """A property's name, its label and what it means."""
    known = vocabulary().properties.get(name)
    if known is None:  # of another version of the vocabulary
        return {"name": name, "label": name.replace("_", " "), "meaning": ""}
    return {"name": name, "label": known.label, "meaning": known.meaning}


def code_words(code_list: str, code: str) -> str:
    """A code's label; the code itself when the list does not have it."""
    known = regions.with_list(code_list).codes.get(code_list, {}).get(code)
    return known.label if known else code


def codes_in(codes: str, code_list: str) -> list[str]:
    """The labels of codes that are kept as a JSON list."""
    return [code_words(code_list, code) for code in json.loads(codes or "[]")]


STANCES = {
    "asserts": gettext_noop("says"),
    "denies": gettext_noop("denies"),
    "does-not-know": gettext_noop("does not know"),
    "retracts": gettext_noop("takes back"),
}


def stance(code: str) -> Content:
    """What the speaker does with the value."""
    return {"code": code, "verb": _(STANCES.get(code, code))}


def date_words(written: str) -> Content | None:
    """An EDTF date as recorded and in words; None when not stated."""
    if not written:
        return None
    try:
        words = edtf.describe(edtf.parse(written))
    except VocabularyError:
        words = written
    return {"edtf": written, "words": words}


def value_of(claim: Claim, referred: Mention | None) -> Content:
    """A claim's value: as written, as read and by which rule, and which of them leads.

    What a source wrote leads where it was kept in the source's words; where only a date,
    count or point was recorded, its plain words lead.
    """
    value = values.from_json(json.loads(claim.value))
    source = value.as_written
    as_written = text(source.text, source.language, source.script) if source else None
    content: Content = {
        "type": value.type,
        "state": value.state or None,
        "as_written": as_written,
        "calendar": source.calendar if source else "",
        "read_as": None,
        "rule": value.rule,
        "record": None,
        "place": None,
    }
    if value.type == "ref" and not value.state:
        content["record"] = record_link(referred)
        content["read_as"] = content["record"] and content["record"]["caption"]
    elif value.type == "text" and not value.state:
        content["read_as"] = text(value.text, value.language, value.script)
    else:
        content["read_as"] = text(regions.words_of(value), "en", "Latn")
    if value.point is not None:
        point = value.point
        content["place"] = {"lat": point.lat, "lon": point.lon, "precision": point.precision}
    in_own_words = as_written is not None and (
        value.rule == values.BY_PERSON or value.type in ("text", "code", "ref")
    )
    first, second = (as_written, content["read_as"]) if in_own_words else (
        content["read_as"], as_written
    )  # fmt: skip
    content["leads"] = first or second
    content["follows"] = None
    if in_own_words and first and second and first["text"] != second["text"]:
        content["follows"] = {"label": _("read as"), "text": second}
    return content


def record_link(mention: Mention | None) -> Content | None:
    """A mention as a link to its record; None when not to be seen.

    Never by the record's own number, which is the owner's: it would tell other readers of
    judgements and mentions that they may not see. The link leads to the record of the reader.
    """
    if mention is None:
        return None
    return {
        "position": mention.position,
        "kind": mention.kind,
        "kind_words": kind_words(mention.kind),
        "caption": text(mention.caption, mention.language, mention.script),
        "url": reverse("record", kwargs={"position": mention.position}),
    }


def kind_words(kind: str) -> str:
    """A kind of record, one of them."""
    known = vocabulary().kinds.get(kind)
    return known.label if known else kind


def kinds_words(kind: str) -> str:
    """A kind of record, all of them, as a heading."""
    known = vocabulary().kinds.get(kind)
    words = known.plural if known else kind
    return words[:1].upper() + words[1:]
