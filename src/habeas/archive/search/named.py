"""Records that go by the names asked, in any script: shown beside the passages that have the words.

No passage with a name is not the same as nobody documented by it. So a search also looks among
the names that the archive's records go by. Only what is documented is found, by its name
alone, and it stands in the order of the ledger: never by what is claimed of it.

Invariants: every name, record, claim and count comes through ``access.visible``; what a viewer may
not see is neither found nor counted; the number of queries does not grow with the archive, and
no more than ``MOST_LIKE`` names are compared for one that is asked.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, TypeGuard

from django.db.models import Count

from habeas import names
from habeas.archive import folding, openness, regions
from habeas.archive import models as m
from habeas.archive.access import Viewer, live, visible
from habeas.archive.joined import JoinedRecord, find_all
from habeas.archive.openness import Openness
from habeas.archive.projection import name_keys
from habeas.archive.search import expanding
from habeas.archive.search.language import And, Or, Phrase, QueryWord, Tree
from habeas.archive.store import deadline
from habeas.names.errors import BadName
from habeas.vocabulary.texts import Text

if TYPE_CHECKING:
    from habeas.vocabulary.region import Region

MOST = 20  # records that are shown
MOST_LIKE = 300  # names that are compared with one that is asked
MOST_ASKED = 6  # names of one query that are looked up, of
MOST_WORDS = 8  # words
MOST_FORMS = 8  # names shown of a record
LIKE = 0.85  # similarity, as ``names.compare`` gives it
_LETTERS = 2  # a word of fewer is no name, but for a Chinese one


@dataclass(frozen=True, slots=True)
class NamedRecord:
    """A record that goes by a name asked. ``position``: its earliest mention that may be seen.

    ``handling``: the strictest of the record and of the names shown. ``consent``: of a person, the
    state of it (``consents.Standing``); '' of others.
    """

    position: int
    kind: str
    name: Text
    forms: tuple[Text, ...]
    claims: int
    handling: str
    consent: str


@dataclass(frozen=True, slots=True)
class NamedRecords:
    """What was found. ``more``: there are more than are shown, or than were looked at."""

    asked: tuple[str, ...] = ()
    records: tuple[NamedRecord, ...] = field(default=())
    more: bool = False


def named(viewer: Viewer, tree: Tree, *, exact: bool = False) -> NamedRecords:
    """The records that go by a name that is asked. ``exact``: as it is written."""
    asked = asked_names(tree)
    if not asked:
        return NamedRecords()
    mentions: list[int] = []
    more = False
    region = regions.chosen()
    for name in asked:
        deadline.check()
        found, cut = _mentions(viewer, name, exact, region)
        mentions += found
        more = more or cut
    records = _records(viewer, sorted(set(mentions)))
    return NamedRecords(asked, tuple(records[:MOST]), more or len(records) > MOST)


def asked_names(tree: Tree) -> tuple[str, ...]:
    """What of a query may be a name: all its words side by side, each phrase, each word."""
    found: list[str] = []
    parts = list(tree.items) if isinstance(tree, And) else [tree]
    words = [part.text for part in parts if _is_plain(part)]
    if 1 < len(words) <= MOST_WORDS:
        found.append(" ".join(words))
    for part in parts:
        found += [each.text for each in _leaves(part)]
    kept = [name for name in dict.fromkeys(found) if _may_be_a_name(name)]
    return tuple(kept[:MOST_ASKED])


def _leaves(part: Tree) -> Iterator[QueryWord | Phrase]:
    for item in part.items if isinstance(part, Or) else (part,):
        if _is_plain(item):
            yield item


def _is_plain(part: Tree) -> TypeGuard[QueryWord | Phrase]:
    if isinstance(part, Phrase):
        return part.within is None
    return (
        isinstance(part, QueryWord) and not part.fuzzy and not any(s in part.text for s in "*?＊？")
    )


def _may_be_a_name(text: str) -> bool:
    words = folding.words(text)
    letters = "".join(words)
    return len(letters) >= _LETTERS and len(words) <= name_keys.MOST_WORDS


# --- by key, then by likeness ----------------------------------------------------------------


def _mentions(viewer: Viewer, asked: str, exact: bool, region: Region) -> tuple[list[int], bool]:
    """The mentions with a name like the one asked, and whether there may be more."""
    spelt = [asked]
    if not exact and (also := expanding.added(asked, region)) is not None:
        spelt += also.spellings
    keys: set[str] = set()
    for form in spelt:
        keys |= name_keys.keys(form, region)
    if not keys:
        return [], False
    rows = visible(viewer, m.NameKey).filter(key__in=sorted(keys)[:400])
    likely = list(
        rows.values("entry", "mention")
        .annotate(alike=Count("key"))
        .order_by("-alike", "entry")
        .values_list("entry", "mention")[: MOST_LIKE + 1]
    )
    cut = len(likely) > MOST_LIKE
    given = _names(viewer, [entry for entry, _ in likely[:MOST_LIKE]])
    return [
        mention
        for entry, mention in likely[:MOST_LIKE]
        if any(
            is_named(asked, name, region, exact) or any(has_words(form, name) for form in spelt[1:])
            for name in given.get(entry, ())
        )
    ], cut


def _names(viewer: Viewer, entries: Sequence[int]) -> dict[int, list[str]]:
    """What each mention or claim that stands calls a record."""
    found: dict[int, list[str]] = defaultdict(list)
    mentions = live(visible(viewer, m.Mention)).filter(position__in=entries)
    for position, caption in mentions.values_list("position", "caption"):
        found[position].append(caption)
    claims = live(visible(viewer, m.Claim)).filter(position__in=entries, stance="asserts")
    for position, value in claims.values_list("position", "value"):
        found[position].append(json.loads(value).get("text", ""))
    return found


@lru_cache(maxsize=16_384)
def is_named(asked: str, name: str, region: Region, exact: bool = False) -> bool:
    """Whether a name has all words asked, or, written otherwise, is like what is asked."""
    if exact:
        wanted, there = folding.words(asked), folding.words(name)
        return any(there[at : at + len(wanted)] == wanted for at in range(len(there)))
    if has_words(asked, name):
        return True
    try:
        if names.is_placeholder(name, region):
            return False
        if names.compare(asked, name, region).similarity >= LIKE:
            return True
        return _is_part(asked, name, region)
    except BadName:
        return False


def has_words(asked: str, name: str) -> bool:
    """Whether a name has all words asked, by their sound."""
    wanted, there = name_keys.words(asked), name_keys.words(name)
    return bool(wanted) and all(any(_has(word, one) for word in there) for one in wanted)


def _has(word: str, wanted: str) -> bool:
    return wanted in word if folding.is_han(wanted[0]) else wanted == word


def _is_part(asked: str, name: str, region: Region) -> bool:
    """Whether each part of what is asked is like another part of the name."""
    wanted = names.take_apart(asked, region).parts
    there = list(names.take_apart(name, region).parts)
    if len(wanted) >= len(there):
        return False
    for part in wanted:
        like = [
            one for one in there if names.compare(part.text, one.text, region).similarity >= LIKE
        ]
        if not like:
            return False
        there.remove(like[0])
    return True


# --- records as the viewer may see them ------------------------------------------------------


def _records(viewer: Viewer, found: Sequence[int]) -> list[NamedRecord]:
    """The records of these mentions, in the order of the ledger."""
    shown = {record.position: record for record in find_all(viewer, found).values()}
    return _told(viewer, [shown[position] for position in sorted(shown)[: MOST + 1]])


def _told(viewer: Viewer, records: Sequence[JoinedRecord]) -> list[NamedRecord]:
    root_of = {each.position: record.position for record in records for each in record.mentions}
    claims = live(visible(viewer, m.Claim)).filter(subject__in=list(root_of))
    counted: Counter[int] = Counter()
    for subject, count in claims.values_list("subject").annotate(Count("position")):
        counted[root_of[subject]] += count
    also: dict[int, list[Text]] = defaultdict(list)
    of_names = claims.filter(property__in=sorted(name_keys.PROPERTIES), stance="asserts")
    labels: dict[int, set[str]] = defaultdict(set)
    for subject, value, label in of_names.order_by("position").values_list(
        "subject", "value", "label"
    ):
        told = json.loads(value)
        if "text" in told:
            text = Text(told["text"], told.get("language", ""), told.get("script", ""))
            also[root_of[subject]].append(text)
            labels[root_of[subject]].add(label)
    known = openness.of(viewer, {"record": [record.position for record in records]})
    levels = openness.levels_of({label for found in labels.values() for label in found})
    result = []
    for record in records:
        root, first = record.position, record.first
        standing = [each for each in record.mentions if each.ended_at is None]
        forms = [Text(each.caption, each.language, each.script) for each in standing] + also[root]
        main = forms[0]  # what was found has one: a mention or a claim that stands
        others = {form.text: form for form in forms if form.text != main.text}
        person = first.kind == "person"  # to the public, who sees whom it may: agreed
        told_of = known.get(("record", root)) or Openness(consent="public" if person else "")
        result.append(
            NamedRecord(
                root,
                first.kind,
                main,
                tuple(others.values())[:MOST_FORMS],
                counted[root],
                openness.strictest([told_of.handling, *(levels[each] for each in labels[root])]),
                told_of.consent,
            )
        )
    return result
