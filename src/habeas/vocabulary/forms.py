"""What a value is made of: the form that is compared, beside what was written.

Invariants: ``as_written`` is never changed or dropped; ``normal`` is None where, and only
where, ``state`` says why the value is missing; nothing here reads or checks anything.
"""

from __future__ import annotations

from dataclasses import dataclass

from habeas.vocabulary.amounts import Amount
from habeas.vocabulary.counts import Count
from habeas.vocabulary.edtf import Edtf
from habeas.vocabulary.errors import BadValue, shown
from habeas.vocabulary.outlines import Outline
from habeas.vocabulary.places import Point
from habeas.vocabulary.texts import Text

STATES = {"unknown": "not known", "not-applicable": "does not apply", "withheld": "withheld"}


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the source. ``calendar`` names one other than Gregorian, as stated."""

    text: str
    language: str = ""
    script: str = ""
    calendar: str = ""


@dataclass(frozen=True, slots=True)
class Coded:
    """A code of a code list."""

    code_list: str
    code: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A mention, by the id (32 hex digits) of the entry that made it."""

    mention: str


Normal = Text | Edtf | Count | Point | Outline | Amount | Coded | Reference | str


@dataclass(frozen=True, slots=True)
class Value:
    """One value. ``state`` is '' where it is given, else unknown, not-applicable, withheld."""

    type: str
    normal: Normal | None
    as_written: Written | None = None
    rule: str = ""
    state: str = ""

    @property
    def count(self) -> Count | None:
        return self.normal if isinstance(self.normal, Count) else None

    @property
    def date(self) -> Edtf | None:
        return self.normal if isinstance(self.normal, Edtf) else None

    @property
    def point(self) -> Point | None:
        return self.normal if isinstance(self.normal, Point) else None

    @property
    def outline(self) -> Outline | None:
        return self.normal if isinstance(self.normal, Outline) else None

    @property
    def amount(self) -> Amount | None:
        return self.normal if isinstance(self.normal, Amount) else None

    @property
    def text(self) -> str:
        """The text of a text, an identifier or a URL; '' of anything else."""
        if isinstance(self.normal, Text):
            return self.normal.text
        return self.normal if isinstance(self.normal, str) else ""

    @property
    def language(self) -> str:
        return self.normal.language if isinstance(self.normal, Text) else ""

    @property
    def script(self) -> str:
        return self.normal.script if isinstance(self.normal, Text) else ""

    @property
    def unit(self) -> str:
        return self.normal.unit if isinstance(self.normal, Count) else ""

    @property
    def approximate(self) -> bool:
        return isinstance(self.normal, Count | Edtf) and self.normal.approximate

    @property
    def code(self) -> str:
        return self.normal.code if isinstance(self.normal, Coded) else ""

    @property
    def code_list(self) -> str:
        return self.normal.code_list if isinstance(self.normal, Coded) else ""

    @property
    def mention(self) -> str:
        return self.normal.mention if isinstance(self.normal, Reference) else ""


def refuse(what: object, reason: str, valid: str) -> BadValue:
    return BadValue(f"{shown(what)} {reason}.", next_step=valid)
