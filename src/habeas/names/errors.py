"""What the names room refuses, and why.

HabeasError
└── NamesError              names.refused
    ├── BadName             names.bad-name
    ├── UnknownConversion   names.unknown-conversion
    ├── BadGazetteer        names.bad-gazetteer
    ├── BadTable            names.bad-table
    └── MissingLibrary      names.missing-library
"""

from __future__ import annotations

from typing import ClassVar

from habeas.errors import HabeasError


class NamesError(HabeasError):
    """Something cannot be read, converted or compared as a name."""

    code: ClassVar[str] = "names.refused"


class BadName(NamesError):
    """Not a name: empty, too long, broken, or only a title."""

    code: ClassVar[str] = "names.bad-name"


class UnknownConversion(NamesError):
    """No rule leads from this writing to that one."""

    code: ClassVar[str] = "names.unknown-conversion"


class BadGazetteer(NamesError):
    """A gazetteer file is not in order."""

    code: ClassVar[str] = "names.bad-gazetteer"


class BadTable(NamesError):
    """A table of given names is not in order."""

    code: ClassVar[str] = "names.bad-table"


class MissingLibrary(NamesError):
    """A library that names need is not installed."""

    code: ClassVar[str] = "names.missing-library"

    def __init__(self, library: str) -> None:
        super().__init__(
            f"The library {library} is not installed, and names are read with it.",
            next_step="It comes with habeas: install habeas again.",
        )
