"""What linking refuses, and why.

HabeasError
└── LinkingError             linking.refused
    ├── ExtraMissing         linking.packages-missing    splink or duckdb is not there
    ├── BadRecord            linking.bad-record          a record cannot be compared at all
    ├── BadSetting           linking.bad-setting         a setting has no meaning
    └── BadLabel             linking.bad-label           labels contradict, or name no record
"""

from __future__ import annotations

from typing import ClassVar

from habeas.errors import HabeasError


class LinkingError(HabeasError):
    """Records cannot be linked as asked."""

    code: ClassVar[str] = "linking.refused"


class ExtraMissing(LinkingError):
    """A package of the extra ``linking`` (or ``spark``) is not installed."""

    code: ClassVar[str] = "linking.packages-missing"


class BadRecord(LinkingError):
    """A record has no id, an unknown kind, or an id that another record has."""

    code: ClassVar[str] = "linking.bad-record"


class BadSetting(LinkingError):
    """A setting has no meaning."""

    code: ClassVar[str] = "linking.bad-setting"


class BadLabel(LinkingError):
    """A label contradicts another or is about one record only."""

    code: ClassVar[str] = "linking.bad-label"
