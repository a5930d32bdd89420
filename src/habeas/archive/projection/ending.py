"""What a later entry ends: the one place that writes ``ended_at`` and ``ended_by``.

Invariant: what has ended stays ended by the entry that ended it first. What is taken back is from
then on as strict as what took it back: ``taking_back``. Readings end by the later reading of the
same file: ``archive.readings``.
"""

from __future__ import annotations

from typing import Any

from django.db import models as orm


def end(rows: orm.QuerySet[Any], position: int, how: str, **why: int | None) -> None:
    """End those of the rows that stand, by the entry at a position."""
    rows.filter(ended_at__isnull=True).update(ended_at=position, ended_by=how, **why)
