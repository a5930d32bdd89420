"""The command ``habeas``: one module a verb, under ``verbs``.

A verb reads its arguments, opens an archive, calls the rooms below and says what came of
it; no rule about evidence lives here. Heavy modules are imported inside the functions that
use them, so that ``habeas --help`` answers at once.
"""

from habeas.cli.running import main

__all__ = ["main"]
