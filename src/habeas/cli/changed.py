"""Which figures an act changes, on the screen and as JSON: one wording for every verb."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from habeas.cli.marking import of_level
from habeas.cli.speaking import Speaker, shown
from habeas.figures.changes.dependents import Change


def tell(speaker: Speaker, changes: Sequence[Change], none: str) -> None:
    """Each changed figure before and after; ``none`` is said where there is no change."""
    if not changes:
        speaker.say(none)
        return
    levels = {change.handling for change in changes}
    alike = levels.pop() if len(levels) == 1 and len(changes) > 1 else ""
    speaker.say(f"Figures{of_level(alike)}:")
    rows = []
    for change in changes:
        after = shown(change.after)
        if not change.value_changed:
            after += " (the same, on fewer claims)"
        mark = "" if alike else of_level(change.handling)
        rows.append((f"{change.key}{mark}", f"{shown(change.before)} → {after}"))
    speaker.table(rows, indent="  ")


def as_json(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """The same as plain data."""
    return [
        {
            "key": change.key,
            "title": change.title,
            "before": change.before,
            "after": change.after,
            "value_changed": change.value_changed,
            "handling": change.handling,
        }
        for change in changes
    ]
