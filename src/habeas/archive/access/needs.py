"""The needs of a label, as a condition that the database asks of each row.

Written as SQL because it stands in nearly every question that is not the owner's: as nested
querysets Django wrote it anew each time, which took a third of the time of a page. Invariants: what
is null meets no need; a label that does not exist is nobody's.
"""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, F, Func
from django.db.models.sql.compiler import SQLCompiler

from habeas.archive.access.labels import LEVELS, NOT_AGREED

Clearances = tuple[tuple[int, int], ...]  # compartment, and up to which level

_LABEL = "EXISTS (SELECT 1 FROM projection_label seen WHERE seen.id = {column} AND ({needs}))"
_EVERYBODYS = (
    "seen.level = %s AND NOT seen.awaits AND seen.public_until >= %s AND seen.public_until <> %s"
)
_THEIRS = (
    "NOT EXISTS (SELECT 1 FROM projection_label_part part WHERE part.label = seen.id"
    " AND part.consent_of IS NULL AND part.gate_of IS NULL"
    " AND NOT (part.level IS NOT NULL AND ({met})))"
)
_NO_CASE = "part.compartment IS NULL AND part.level <= %s"
_CASE = "part.compartment IS NOT NULL AND part.compartment = %s AND part.level <= %s"


class NeedsMet(Func):
    """Whether the label that a column names is one whose every need is met on a day (ISO).

    ``cleared``: the clearances of one of the team, None for everyone else.
    """

    output_field = BooleanField()

    def __init__(self, column: str, day: str, cleared: Clearances | None) -> None:
        super().__init__(F(column))
        self.needs, self.asked = _EVERYBODYS, [LEVELS["public"], day, NOT_AGREED]
        if cleared is not None:
            met = " OR ".join([_NO_CASE, *(_CASE for _ in cleared)])
            self.needs += f" OR {_THEIRS.format(met=met)}"
            self.asked += [LEVELS["team"], *(each for pair in cleared for each in pair)]

    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: Any,
        function: str | None = None,
        template: str | None = None,
        arg_joiner: str | None = None,
        **extra_context: Any,
    ) -> tuple[str, tuple[Any, ...]]:
        column, given = compiler.compile(self.source_expressions[0])
        return _LABEL.format(column=column, needs=self.needs), (*given, *self.asked)
