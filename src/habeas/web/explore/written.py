"""Values and texts as the page's dict holds them: what was written beside what was read.

Invariants: the text as recorded is never changed; the normalised form stands beside it with
the rule that made it; unknown, not applicable and withheld are three answers.
"""

from __future__ import annotations

import functools
import json
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from habeas.archive.models import Claim, Mention
from habeas.vocabulary import edtf, schema, texts, values
from habeas.vocabulary.errors import VocabularyError

Content = dict[str, Any]


@functools.cache
def vocabulary() -> schema.Schema:
    """The vocabulary in use, loaded once."""
    return schema.load()


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
    known = vocabulary().codes.get(code_list, {}).get(code)
    return known.label if known else code


STANCES = {
    "asserts": _("says"),
    "denies": _("denies"),
    "does-not-know": _("does not know"),
    "retracts": _("takes back"),
}


def stance(code: str) -> Content:
    """What the speaker does with the value."""
    return {"code": code, "verb": _(STANCES.get(code, code))}


def missing_words(state: str) -> str:
    """Unknown, not applicable and withheld are three answers."""
    return {
        "unknown": _("not known"),
        "not-applicable": _("does not apply"),
        "withheld": _("withheld"),
    }.get(state, state)


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
    """A claim's value: as written, as read, and by which rule."""
    raw: Content = json.loads(claim.value)
    written = raw.get("written") or {}
    content: Content = {
        "type": claim.value_type,
        "state": raw.get("state"),
        "as_written": None,
        "read_as": None,
        "rule": raw.get("rule", ""),
        "record": None,
        "place": None,
    }
    if raw.get("state"):
        content["read_as"] = missing_words(raw["state"])
    elif claim.ref is not None or raw.get("type") == "ref":
        content["record"] = record_link(referred)
        if referred is not None:
            content["read_as"] = referred.caption
    else:
        content["read_as"] = _words(raw)
    if written.get("text"):
        content["as_written"] = text(
            written["text"], written.get("language", ""), written.get("script", "")
        )
        content["calendar"] = written.get("calendar", "")
    elif raw.get("type") == "text" and not raw.get("state"):
        content["as_written"] = text(
            raw.get("text", ""), raw.get("language", ""), raw.get("script", "")
        )
    if raw.get("type") == "place" and not raw.get("state"):
        content["place"] = {name: raw[name] for name in ("lat", "lon", "precision") if name in raw}
    content["same"] = (
        content["as_written"] is not None and content["as_written"]["text"] == content["read_as"]
    )
    return content


def _words(raw: Content) -> str:
    if raw.get("type") == "code":
        return code_words(raw.get("list", ""), raw.get("code", ""))
    if raw.get("type") == "text":
        return str(raw.get("text", ""))
    try:
        return values.describe(values.from_json(raw))
    except VocabularyError:
        return json.dumps(raw, ensure_ascii=False)


def record_link(mention: Mention | None) -> Content | None:
    """A record as a link: its caption in its script, its kind; None when not to be seen."""
    if mention is None:
        return None
    return {
        "position": mention.canonical,
        "mention": mention.position,
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
