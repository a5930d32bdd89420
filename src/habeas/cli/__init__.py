"""The command ``habeas``: a table of commands, and one module a command or group of them.

A command reads its arguments, opens an archive, calls the rooms below and says what came of it; no
rule about evidence lives here. ``habeas --help`` reads the table and imports no room that needs a
database, so that it answers at once (``app``).
"""

from habeas.cli.running import main

__all__ = ["main"]
