"""figure compare, diff: one figure beside another of itself, and who leaves or enters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from habeas.archive.access import OWNER, Viewer
from habeas.cli.marking import Marks, of_level
from habeas.cli.options import AsOfOption, PersonOption
from habeas.cli.purposes import PurposeOption
from habeas.cli.session import PersonSession
from habeas.cli.speaking import shown
from habeas.figures.changes.between import between, size_of
from habeas.figures.changes.comparison import (
    FigureComparison,
    MemberState,
    MovedMember,
    MovingCause,
)
from habeas.figures.changes.otherwise import beside, words_of
from habeas.figures.definition import recorded
from habeas.figures.evaluation.variants import Variant

MOVED_SHOWN = 40
KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="The figure's key.")]
Explained = Callable[[Sequence[MovedMember]], Sequence[MovedMember]]


def compare(
    session: PersonSession,
    key: KeyArgument,
    without: Annotated[
        str,
        typer.Option(
            metavar="CODE",
            help="Leave out what this source says, and who only repeats it.",
            show_default=False,
        ),
    ] = "",
    origins: Annotated[
        int, typer.Option(metavar="N", min=1, max=99, help="Ask for N independent origins.")
    ] = 1,
    sharp: Annotated[
        bool, typer.Option("--sharp", help="Leave out claims whose date is vague.")
    ] = False,
    as_of: AsOfOption = None,
    purpose: PurposeOption = "",
    as_: PersonOption = "",
) -> None:
    """Count a figure otherwise: without a source, with more origins, without vague dates.

    Both numbers, then who leaves and who enters, and by which claims.
    """
    archive = session.open()
    definition = recorded.named(OWNER, key, as_of)
    viewer = session.viewer(as_, purpose, "figure", key)
    variant = Variant(without, origins, sharp)
    found = beside(archive, viewer, definition, variant, as_of)
    said = ("as defined", "; ".join(words_of(variant)))
    _tell(session, viewer, found, said, lambda moved: moved)


def diff(
    session: PersonSession,
    key: KeyArgument,
    before: Annotated[
        str,
        typer.Argument(metavar="SIZE|DAY", help="A ledger size, or a day: the size at its end."),
    ],
    after: Annotated[
        str, typer.Argument(metavar="SIZE|DAY", help="With which to compare; now by default.")
    ] = "",
    purpose: PurposeOption = "",
    as_: PersonOption = "",
) -> None:
    """Compare a figure at two ledger sizes: who came, who left, and by which entries."""
    archive = session.open()
    first = size_of(archive, before)
    second = size_of(archive, after) if after else archive.size
    recorded.named(OWNER, key, max(first, second))
    viewer = session.viewer(as_, purpose, "figure", key)
    found = between(archive, viewer, key, first, second)
    said = tuple(f"as of {size:,} entries" for size in found.sizes)
    _tell(session, viewer, found.comparison, (said[0], said[1]), found.explained)


def _tell(
    session: PersonSession,
    viewer: Viewer,
    found: FigureComparison,
    said: tuple[str, str],
    explained: Explained,
) -> None:
    found.before.require_lineage()
    found.after.require_lineage()
    session.say(shown(found.before.definition.title) + of_level(found.handling), style="bold")
    both = zip(said, (found.before, found.after), strict=True)
    session.table([(shown(words), shown(each.headline)) for words, each in both])
    for note in found.notes:
        session.say(f"- {_cause(note)}")
    everybody = session.json
    document: dict[str, Any] = {
        "key": found.after.key,
        "kind": found.after.kind,
        "handling": found.handling,
        "before": {"words": said[0], "value": found.before.headline, "as_of": found.before.as_of},
        "after": {"words": said[1], "value": found.after.headline, "as_of": found.after.as_of},
        "notes": [_cause_json(note) for note in found.notes],
    }
    for name, title, moved in (
        ("left", "Who leaves", found.left),
        ("came", "Who enters", found.came),
        ("unsettled", "Not known in one of the two only", found.unsettled),
    ):
        if name == "unsettled" and not moved and not session.json:
            continue
        some = explained(moved if everybody else moved[:MOVED_SHOWN])
        marks = _marks(viewer, some)
        session.say(f"{title}: {len(moved):,}")
        for each in some:
            words = f"is {_where(each.after, found.after.kind)}"
            if name == "came":
                words = f"was {_where(each.before, found.after.kind)}"
            if name == "unsettled":
                words = f"{_where(each.before, found.after.kind)} → {words}"
            session.say(
                f"  {shown(each.caption)} (#{each.record}){marks.said('record', each.record)}: "
                f"{shown(words)}"
            )
            for cause in each.causes:
                session.say(f"    - {_cause(cause)}")
        if len(moved) > len(some):
            session.say(f"  … {len(moved) - len(some):,} more; --json gives all")
        document[name] = [_moved_json(each, marks) for each in some]
    session.give(document)


def _marks(viewer: Viewer, moved: Sequence[MovedMember]) -> Marks:
    claims = {c.about for each in moved for c in each.causes if c.of_claim and c.about is not None}
    claims |= {claim for each in moved for claim in each.claims}
    return Marks(viewer, {"record": {each.record for each in moved}, "claim": claims})


def _where(state: MemberState, kind: str) -> str:
    if state.state in ("dropped", "not-known"):
        words = "left out" if kind == "reported" else "not counted"
        words = words if state.state == "dropped" else "not known"
        return f"{words}, rule {state.rule}: {state.words}"
    if state.state == "joined":
        return f"counted as one with #{state.record}"
    return "not there"


def _cause(cause: MovingCause) -> str:
    about = "" if cause.about is None else f" (#{cause.about})"
    by = "" if cause.entry in (None, cause.about) else f", by entry {cause.entry}"
    return f"{cause.words}{about}{by}"


def _cause_json(cause: MovingCause) -> dict[str, Any]:
    return {"words": cause.words, "entry": cause.entry, "about": cause.about}


def _state_json(state: MemberState) -> dict[str, Any]:
    return {
        "state": state.state,
        "rule": state.rule,
        "words": state.words,
        "record": state.record,
    }


def _moved_json(each: MovedMember, marks: Marks) -> dict[str, Any]:
    return {
        "record": each.record,
        "caption": each.caption,
        "before": _state_json(each.before),
        "after": _state_json(each.after),
        "claims": list(each.claims),
        "causes": [_cause_json(cause) for cause in each.causes],
        **marks.told("record", each.record),
    }
