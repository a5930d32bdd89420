"""The command ``habeas``: a table of commands, and one module a command or group of them.

A command is given its arguments and a session, calls the rooms below and says what came of it; no
rule about evidence lives here. ``habeas --help`` reads the table and imports no room that needs a
database, so that it answers at once (``app``).
"""

from habeas.cli.running import main

__all__ = ["main"]
