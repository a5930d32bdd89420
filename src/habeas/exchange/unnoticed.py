"""What an import brings that nobody may notice: it moves a number or opens nothing, and is said.

A source under a code that the archive has is another origin; a person under a name that it has is
another person until somebody judges; a consent to be public that carries a remark opens nothing,
because no rule can read a remark; a point without a precision is not known to be exact. Codes and
names are compared as they are written, within the import also folded: a hint where to look, never a
judgement.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable, Sequence

from habeas.archive import models as m
from habeas.archive.access import OWNER, live, visible
from habeas.archive.access.consents import is_held_back
from habeas.archive.store.pieces import in_pieces
from habeas.exchange import drafts as d
from habeas.exchange.drafts import DraftRow, Drafts
from habeas.vocabulary import places, schema, texts
from habeas.vocabulary.errors import VocabularyError

_MOST_NAMED = 5


def in_drafts(drafts: Drafts) -> tuple[str, ...]:
    """The notes on checked drafts, each a sentence or two."""
    return (
        *_sources(drafts.rows(d.SOURCES)),
        *_people(drafts.rows(d.MENTIONS), drafts.rows(d.JUDGEMENTS)),
        *_consents(drafts.rows(d.CONSENTS)),
        *_points(drafts.rows(d.CLAIMS)),
    )


def _sources(rows: Sequence[DraftRow]) -> Iterable[str]:
    for column, word in (("code", "code"), ("name", "name")):
        told = {row[column] for row in rows if row[column]}
        here = Counter(_key(row[column]) for row in rows if row[column])
        there = _known(m.Source, column, told)
        again = sorted(text for text in told if here[_key(text)] > 1 or _key(text) in there)
        if again:
            which = "sources have" if len(again) > 1 else "source has"
            yield (
                f"{len(again):,} {which} a {word} that another source has too: {_some(again)}. "
                "Each counts as another origin. Where two are one, name the first by its entry "
                "(#12) instead of a new row."
            )


def _people(rows: Sequence[DraftRow], judgements: Sequence[DraftRow]) -> Iterable[str]:
    judged = {row[side] for row in judgements for side in ("left", "right")}
    told = [
        row["caption"]
        for row in rows
        if row["kind"] == "person" and not row["same_as"] and row["id"] not in judged
    ]
    here = Counter(map(_key, told))
    there = _known(m.Mention, "caption", set(told), kind="person")
    again = sorted({text for text in told if here[_key(text)] > 1 or _key(text) in there})
    if again:
        which = "people have names of others" if len(again) > 1 else "person has another's name"
        yield (
            f"{len(again):,} {which}: {_some(again)}. They are counted separately until someone "
            "judges them the same (`habeas link run`, `habeas link judge`)."
        )


def _points(rows: Sequence[DraftRow]) -> Iterable[str]:
    known = schema.core().properties
    bare = []
    for row in rows:
        prop = known.get(row["property"])
        if prop is not None and prop.type == "place":
            with contextlib.suppress(VocabularyError):
                if places.parse(row["value"]).precision == places.NOT_STATED:
                    bare.append(row["id"])
    if bare:
        which = "points have" if len(bare) > 1 else "point has"
        yield (
            f"{len(bare):,} {which} no precision: {_some(bare)}. It is recorded as not stated, and "
            "maps draw it as wide as a county. Where it is known, write it after the point, such "
            f"as `37.08,80.18 settlement`: {', '.join(places.PRECISIONS[:-1])}."
        )


def _consents(rows: Sequence[DraftRow]) -> Iterable[str]:
    held = [
        row["subject"]
        for row in rows
        if row["audience"] == "public"
        and is_held_back(row["basis"], row["scope"], row["at_risk"], row["reason"])
    ]
    if held:
        which = "consents to be public carry" if len(held) > 1 else "consent to be public carries"
        yield (
            f"{len(held):,} {which} a remark ({_some(held)}): no rule can read it, so it "
            "opens nothing. Where the remark limits nothing, record the consent without it."
        )


def _known(
    model: type[m.Source] | type[m.Mention], field: str, told: set[str], **more: str
) -> set[str]:
    """Which of the texts the archive has, as they are written there, folded."""
    found: set[str] = set()
    wanted = sorted(told)
    for some in in_pieces(wanted):
        rows = live(visible(OWNER, model).filter(**{f"{field}__in": some}, **more))
        found.update(_key(text) for text in rows.values_list(field, flat=True))
    return found


def _key(text: str) -> str:
    return texts.fold(text)


def _some(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")
