"""Arguments as a program gives them: numbers, rows, dates, texts; refused under their name.

Invariant: what is wrong with an argument is a ``BadArgument`` that begins with its name.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from habeas.archive import models as m
from habeas.archive.access import OWNER, visible
from habeas.archive.access.labels import LEVELS
from habeas.archive.errors import UnknownReference
from habeas.archive.ledger.committed_entries import Ref, entry_id_at
from habeas.archive.verbs.referring import Marking, find_compartment
from habeas.library.errors import BadArgument
from habeas.vocabulary import edtf, values
from habeas.vocabulary.errors import VocabularyError
from habeas.vocabulary.schema import Property, Schema

#: Something in the archive: its number, what a verb returned, or a row of a table.
Thing = object
Names = str | Collection[str]
MAIN: Final = "main"  # the compartment that every archive begins with


def number_of(thing: object, argument: str) -> int:
    """The number of something: an int, what a verb returned, or a row of a table."""
    for attribute in ("position", "claim", "mention", "record", "source", "exhibit"):
        found = getattr(thing, attribute, None)
        if isinstance(found, int) and not isinstance(thing, int):
            return found
    if isinstance(thing, str) and thing.removeprefix("#").isdecimal():
        return int(thing.removeprefix("#"))
    if isinstance(thing, int) and not isinstance(thing, bool) and thing >= 0:
        return thing
    raise BadArgument(
        argument,
        f"{type(thing).__name__} does not identify anything in the archive",
        "Give a number, a row of a table, or what a verb returned.",
    )


def known_names(argument: str, given: Names, there: Iterable[str]) -> tuple[str, ...]:
    """One name or several, each of which must be there."""
    names = (given,) if isinstance(given, str) else tuple(given)
    names = tuple(name for name in names if name != "") if isinstance(given, str) else names
    for name in names:
        if name not in there:
            raise BadArgument(
                argument, f"no {argument} is named {name!r}", f"Use one of: {', '.join(there)}."
            )
    return names


def value_of(
    known: Property, value: object, written: tuple[str, str, str, str], vocabulary: Schema
) -> values.Value:
    """A value of a property; ``written``: text, language, script and calendar of the source."""
    if value is None or value == "":
        raise BadArgument(
            "value", "no value is given",
            "Give the reason: '?unknown', '?not-applicable' or '?withheld'.",
        )  # fmt: skip
    if known.type == "ref" and not (isinstance(value, str) and value.startswith("?")):
        cell = ref_of(number_of(value, "value"), m.Mention, "value").entry_id
    elif isinstance(value, datetime.datetime):
        cell = value.date().isoformat()
    elif isinstance(value, datetime.date):
        cell = value.isoformat()
    elif isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        cell = str(value)
    else:
        raise BadArgument(
            "value", f"a {type(value).__name__} is not a {known.type}",
            f"{known.meaning} Give a text, a number, a date or a mention.",
        )  # fmt: skip
    text, language, script, calendar = written
    with naming("value"):
        return values.parse(
            cell,
            known,
            vocabulary,
            written=text,
            language=language,
            script=script,
            calendar=calendar,
        )


@contextmanager
def naming(argument: str) -> Iterator[None]:
    """What the vocabulary refuses, under the name of the argument that it was in."""
    try:
        yield
    except VocabularyError as error:
        raise BadArgument(argument, error.message, error.next_step) from None


def edtf_of(given: object, argument: str) -> str:
    """An EDTF text as such, or a date; '' where none is given."""
    text = given.isoformat() if isinstance(given, datetime.date) else str(given)
    with naming(argument):
        return date_of(text)


def date_of(text: str) -> str:
    """An EDTF text, checked; what it refuses is not yet named (``naming``)."""
    return edtf.parse(text).text if text else ""


def marking_in(handling: str, compartment: str) -> Marking:
    """Level and compartment of what is recorded."""
    if handling not in LEVELS:
        raise BadArgument(
            "handling", f"no level is named {handling!r}", f"Use one of: {', '.join(LEVELS)}."
        )
    if compartment == MAIN:
        return Marking(handling=handling)
    try:
        return Marking(find_compartment(compartment), handling)
    except UnknownReference as error:
        raise BadArgument("compartment", error.message, error.next_step) from None


def ref_of(number: int, model: type[m.Projection], argument: str) -> Ref:
    """The thing of a kind that has this number."""
    if not visible(OWNER, model).filter(position=number).exists():
        raise BadArgument(
            argument,
            f"entry {number} is not a {model.__name__.lower()}",
            "Give what a verb returned, a row of a table, or its number.",
        )
    return Ref(entry_id_at(number), number)
