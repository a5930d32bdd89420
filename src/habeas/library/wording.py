"""Errors in the words of a program: an option of the command line becomes the argument.

The rooms below word their next steps for the terminal. Invariant (by test): no text of theirs that
reaches a program names an option.
"""

from __future__ import annotations

import re
from typing import Final

from habeas.errors import HabeasError

#: Whole phrases first, then single options.
_PHRASES: Final = (
    (r"Use `?--as`? to choose whose key signs", "Choose whose key signs: --as p-…"),
    (r"use `?--as`? to choose whose key signs", "choose whose key signs: --as p-…"),
    (r"(?<=hoose whose key signs: )--as [^.;]*", "habeas.open(…, person='p-…')"),
    (
        r"`habeas [^`]*--purpose TEXT`(?:, for pages `habeas serve --purpose TEXT`)?",
        "habeas.open(…, purpose='…')",
    ),
    (r"`habeas search --public` searches what is public",
     "viewer=habeas.PUBLIC reads what is public"),
    (r"--purpose TEXT", "purpose='…'"),
    (r"Name an archive with `--archive`", "Give the path of an archive"),
)  # fmt: skip
_OPTIONS: Final = {
    "--as": "person=",
    "--passphrase-file": "passphrase=",
    "--person-passphrase-file": "person_passphrase=",
    "--purpose": "purpose=",
    "--force": "force=True",
    "--inner": "inner=",
    "--page": "page=",
    "--layer": "layer=",
    "--level": "viewer=",
    "--again": "again=True",
}
#: An option by itself, not one within a whole command in backquotes.
_OPTION: Final = re.compile(r"`?(--[a-z]+(?:-[a-z]+)*)(?: FILE| TEXT)?`?")
_COMMAND: Final = re.compile(r"`habeas [^`]*`")


def in_python(error: HabeasError) -> HabeasError:
    """The same error, whose message and next step name arguments."""
    error.message = words(error.message)
    error.next_step = words(error.next_step)
    error.args = (error.message, *error.args[1:])
    return error


def words(text: str) -> str:
    """A sentence for the terminal, for a program."""
    for pattern, instead in _PHRASES:
        text = re.sub(pattern, instead, text)
    kept = _COMMAND.findall(text)  # whole commands stay: they are typed in a terminal
    text = _COMMAND.sub("\0", text)
    text = _OPTION.sub(lambda found: _OPTIONS.get(found[1], found[0]), text)
    for command in kept:
        text = text.replace("\0", command, 1)
    return text
