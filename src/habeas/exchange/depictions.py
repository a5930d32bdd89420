"""Whether an import may say whom pictures show, by the rules of a single assessment."""

from __future__ import annotations

from habeas.archive import rules
from habeas.archive.access import gates
from habeas.archive.same_pictures import stops
from habeas.exchange.drafts import DraftRow
from habeas.exchange.names_in import DraftNames, Known


def check(names: DraftNames, row: DraftRow, target: Known, person: str) -> None:
    """What a picture shows is confirmed by another person, once it was compared with others.

    Of a claim of this import the pictures can be compared only once it is there: ``importing``.
    """
    now = target.position is None
    another = gates.policy_at(target.position).another_person
    own = another and (now or gates.claimant(target.position or 0) == (person or None))
    property = target.property if target.what == "claim" else None
    if wrong := [*rules.depiction(property, own=own)]:
        names.note(row, wrong)
    elif row["grade"] == gates.SHOWS and target.position is not None:
        waiting, conflicts = stops([target.position])
        for problem in rules.compared(waiting, [each.words for each in conflicts], ""):
            valid = problem.valid
            if not waiting:
                valid = "Retract what is wrong, or confirm it apart: `habeas pictures confirm`."
            names.faults.add(row.fault("target", problem.reason, valid))
