"""The demonstration corpus: what a public article reports on the Xinjiang camps.

The corpus is data: notes, tables and figure definitions in ``corpus/``, in the ordinary
import format. It goes in by ``habeas import`` like anybody's own material; no code of this
program knows its contents, and with this package deleted everything else still works. ``tally/``
goes in the same way once its two files were read in the sandbox: its claims cite a cell, an outline
on a drawing and a whole file.
``exercise/`` is an archive of its own: a made-up table, marked as such wherever it is shown.
``README.md`` beside this file says by which rules it was written.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path


def tally_path() -> Path:
    """The second folder: what the editors counted, in files that are read before it is imported."""
    return Path(str(resources.files(__name__))) / "tally"


def corpus_path() -> Path:
    """The folder to import. It lies beside this module, also in an installed package."""
    return Path(str(resources.files(__name__))) / "corpus"


__all__ = [
    "corpus_path",
    "exercise",
    "tally_path",
]
