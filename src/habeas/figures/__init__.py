"""Figures: numbers with their recipe, their grounds and their doubts.

``counted`` counts records, ``reported`` shows what others said, ``estimated`` is another
room's; the three are never mixed. ``definitions``, ``rules``, ``counting``, ``reporting``,
``disagreement`` and ``weakness`` are pure functions over plain rows; ``loading`` reads the
rows of one viewer as of one ledger size, through ``habeas.archive.access`` only.
"""

__all__ = [
    "changes",
    "definition",
    "errors",
    "evaluation",
    "why",
]
