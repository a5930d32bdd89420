"""The exercise: a made-up table of the shape that the public article describes, and its figures.

311 rows, "Row 1" to "Row 311", with the marginal counts that the article gives for a leaked list
of cases. Nobody is in it: no name, no place, no date. It goes in by the mapping ``cases.yaml``, as
anybody's table does, into an archive whose origin says that it is made up, and nowhere else.
Invariant: ``table`` gives the same bytes on every machine.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from habeas.demo.exercise.made_up import NAME, ROWS, table

FOLDER = "folder"  # the list, its source, what is said of it, the figures
MAPPING = "cases.yaml"


def exercise_path() -> Path:
    """The folder with the mapping and with what is imported beside the table."""
    return Path(str(resources.files(__name__)))


__all__ = ["FOLDER", "MAPPING", "NAME", "ROWS", "exercise_path", "table"]
