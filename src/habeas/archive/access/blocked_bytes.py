"""The bytes of a blocked exhibit are handed to nobody: ``blocking`` says why, and what instead."""

from __future__ import annotations

from collections.abc import Collection

from habeas.archive import models as m
from habeas.archive.errors import ExhibitBlocked


def _with_transcripts(blocked: set[int]) -> set[int]:
    """The exhibits, and those in which somebody wrote down what is said in them.

    Also where that transcript was retracted: nobody vouches for the words, and they are the words
    of those who speak all the same.
    """
    rows = m.Transcript.objects.filter(exhibit__in=blocked)
    return blocked | set(rows.values_list("transcript", flat=True)) if blocked else blocked


def blocked_exhibits() -> set[int]:
    """Every exhibit that is blocked, and what was written down of one."""
    rows = m.Block.objects.filter(ended_at__isnull=True)
    return _with_transcripts(set(rows.values_list("exhibit", flat=True)))


def blocked_among(exhibits: Collection[int]) -> set[int]:
    """Those of the exhibits that are blocked."""
    return blocked_exhibits() & set(exhibits)


def refuse_blocked(address: str) -> None:
    """Refuse the bytes of an object that belongs to a blocked exhibit."""
    blocked = blocked_exhibits()
    if not blocked:
        return
    exhibit = (
        m.Exhibit.objects.filter(position__in=blocked, address=address)
        .values_list("position", flat=True)
        .first()
    )
    for model, name in ((m.Layer, "address"), (m.Reading, "map_address")):
        if exhibit is None:
            of_it = model._default_manager.filter(exhibit__in=blocked, **{name: address})
            exhibit = of_it.values_list("exhibit", flat=True).first()
    if exhibit is not None:
        raise ExhibitBlocked(
            f"Exhibit {exhibit} is blocked: someone who speaks in it withdrew consent.",
            next_step="Show a copy without them: `habeas erase redact`.",
        )
