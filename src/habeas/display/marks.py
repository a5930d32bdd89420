"""How open a thing is, set on every value that shows one: in one place, for all builders.

Invariants: a value that shows a person, source, mention, claim, passage, exhibit or judgement is
``Marked`` and points to it, by the ``Target`` of its page or by ``entry`` where it has none; so a
builder added later is marked without doing anything. Queries do not grow with what is shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from habeas.archive import openness
from habeas.archive.access import Viewer
from habeas.archive.access.consents import Standing
from habeas.archive.access.labels import LEVEL_NAMES
from habeas.archive.openness import Openness
from habeas.display import words
from habeas.display.references import PLAIN, EntryReference, Marked, Target, fields_of, optional

V = TypeVar("V")
Thing = tuple[str, int]

#: Pages of what has a handling level; a passage is at its own address beside its exhibit's.
PAGES = frozenset({"record", "claim", "source", "exhibit", "passage"})
_TARGETS = ("url", "passage_url")  # the first that leads


def marked(viewer: Viewer, value: V) -> V:
    """The value, with how open each thing in it is, as the viewer may know."""
    wanted: dict[str, set[int]] = defaultdict(set)
    _gather(value, wanted)
    return _with_marks(value, openness.of(viewer, wanted)) if wanted else value


def _gather(value: Any, wanted: dict[str, set[int]]) -> None:
    """The things that a value and what is in it show, by kind."""
    if isinstance(value, Marked) and (found := _thing(value)) is not None:
        wanted[found[0]].add(found[1])
    for inner in _inside(value):
        if type(inner) not in PLAIN:
            _gather(inner, wanted)


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, tuple):
        return value
    return [getattr(value, each.name) for each in fields_of(type(value))]


def _thing(value: Marked) -> Thing | None:
    """What a value shows: by ``entry``, else by the page that it leads to."""
    entry = getattr(value, "entry", None)
    if isinstance(entry, EntryReference):
        return entry.kind, entry.position
    for name in _TARGETS:
        target = getattr(value, name, None)
        if isinstance(target, Target) and target.name in PAGES and isinstance(target.of, int):
            return target.name, target.of
    return None


def _with_marks(value: Any, known: dict[Thing, Openness]) -> Any:
    if isinstance(value, tuple):
        return tuple([_with_marks(inner, known) for inner in value])
    changed = {}
    for each in fields_of(type(value)):
        before = getattr(value, each.name)
        if type(before) not in PLAIN and (after := _with_marks(before, known)) is not before:
            changed[each.name] = after
    if isinstance(value, Marked) and (thing := _thing(value)) in known:
        found = known[thing]
        changed["handling"] = value.handling or found.handling
        changed["consent"] = value.consent or found.consent
        changed["held"] = value.held or found.held
    return replace(value, **changed) if changed else value


@dataclass(frozen=True, slots=True)
class ConsentLine(Marked):
    """What someone agreed to, as the one line at the head of what is shown of them."""

    state: str
    sentence: str
    facts: tuple[str, ...] = ()
    remarks: tuple[str, ...] | None = optional()
    entry: EntryReference | None = optional()


def consent_line(standing: Standing | None) -> ConsentLine | None:
    """The line for a consent as it is now; None where none is asked for."""
    if standing is None:
        return None
    row = standing.newest
    sentence = _sentences()[standing.state]
    if row is None:
        return ConsentLine(standing.state, sentence)
    told = LEVEL_NAMES[row.audience]
    purposes = words.codes_in(row.purposes, "consent-purpose")
    facts = (
        words.code_words("consent-basis", row.basis),
        "" if standing.state == "remark" else _("open to: %(level)s") % {"level": told},
        _("for: %(purposes)s") % {"purposes": ", ".join(purposes)} if purposes else "",
        _("until %(day)s") % {"day": row.expires} if row.expires else "",
    )
    return ConsentLine(
        standing.state,
        sentence,
        tuple(fact for fact in facts if fact),
        remarks=tuple(text for text in (row.scope, row.at_risk, row.reason) if text.strip()),
        entry=EntryReference("consent", row.position),
    )


def _sentences() -> dict[str, str]:
    return {
        "none": _("No consent visible to you is recorded: none of this may be made public."),
        "public": _("Agreed to publication."),
        "limited": _("Agreed, but not to publication."),
        "remark": _("Agreed, with a remark. This by itself does not allow publication."),
        "withdrawn": _("Consent withdrawn: none of this may be made public."),
        "expired": _("The consent has expired: none of this may be made public."),
    }
