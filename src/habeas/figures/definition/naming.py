"""What a definition names, and whether those who may read it may know that name.

Invariant: a definition is read by more people than what it counts, and its text is shown whole. So
one that names a record by its caption, or a source by its code, is recorded only where a reader of
its own level sees some record of that caption, or that source; a name that nobody has betrays none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from habeas.archive import models as m
from habeas.archive.access import OWNER, PUBLIC, Viewer, team_member, visible
from habeas.figures.definition import rules as r
from habeas.figures.definition.definitions import FigureDefinition
from habeas.figures.errors import NamesStricter, UnknownSource


def records_named(rule: r.Rule) -> Iterable[str]:
    """The captions and positions by which a rule names records, as written."""
    yield from rule.records
    for test in rule.tests:
        if test.condition in ("points-to", "subject"):
            yield from test.operands


def captions_named(definition: FigureDefinition) -> set[str]:
    """The captions that a definition names."""
    named = {name for rule in definition.asked for name in records_named(rule)}
    return {name for name in named if not name.startswith("#")}


def codes_named(definition: FigureDefinition) -> set[str]:
    """The codes of sources that a definition names."""
    tests = [test for rule in definition.asked for test in rule.tests]
    found = {code for test in tests if test.condition == "source" for code in test.operands}
    return found | {code for each in definition.lists for code in each.sources}


def too_open(
    definition: FigureDefinition,
    opened: Callable[[str, str], bool | None] = lambda what, name: None,
) -> list[str]:
    """The captions and codes that no reader of the definition's level may know, in order.

    ``opened`` tells of what is about to be recorded (a "mention" or a "source", and its caption or
    code): whether such a reader would see it, or None where it is not among that.
    """
    reader = _reader(definition.handling)
    return [
        *_unseen("mention", captions_named(definition), m.Mention, "caption", reader, opened),
        *_unseen("source", codes_named(definition), m.Source, "code", reader, opened),
    ]


def require_known_sources(definition: FigureDefinition) -> None:
    """Refuse a definition that names a code which no source has: it would be a silent zero."""
    named = codes_named(definition)
    rows = visible(OWNER, m.Source).filter(code__in=named)
    if missing := sorted(named - set(rows.values_list("code", flat=True))):
        raise UnknownSource(
            f"No source has the code {', '.join(missing)}.",
            next_step="Write each code as it is recorded.",
        )


def require_openly_named(definition: FigureDefinition) -> None:
    """Refuse a definition that is more open than what it names (``NamesStricter``)."""
    if names := too_open(definition):
        raise NamesStricter(refusal(definition.handling, names), next_step=ADVICE)


def refusal(level: str, names: Iterable[str]) -> str:
    """Why a definition is refused that names these."""
    shown = ", ".join(f"“{name}”" for name in names)
    return f"The definition is handled {level} and names what its readers may not see: {shown}."


ADVICE = "Give it the handling of what it names, such as `handling: sealed`, or name it by `#12`."


def _unseen(
    what: str,
    names: set[str],
    model: type[m.Mention] | type[m.Source],
    column: str,
    reader: Viewer,
    opened: Callable[[str, str], bool | None],
) -> list[str]:
    def known(viewer: Viewer) -> set[str]:
        rows = visible(viewer, model).filter(**{f"{column}__in": names})
        return set(rows.values_list(column, flat=True))

    if not names:
        return []
    told = {name: opened(what, name) for name in names}
    there = known(OWNER) | {name for name, seen in told.items() if seen is not None}
    seen = known(reader) | {name for name, seen in told.items() if seen}
    return sorted(there - seen)


def _reader(level: str) -> Viewer:
    """Who may read a definition of a level; every one lies in the main compartment."""
    return PUBLIC if level == "public" else team_member("a reader", {"main": level})
