"""What stops a run of readings. Nothing here is about a file: a bad file ends in a state.

HabeasError
└── ReadingError
    ├── SandboxMissing     reading.sandbox-missing    no bubblewrap or libseccomp here
    ├── RiskNotNamed       reading.risk-not-named     the words for reading without it are others
    ├── SandboxBroken      reading.sandbox-broken     the sandbox failed, not the file
    │   └── SandboxEnded   reading.sandbox-ended      a running one ended while a file was read
    ├── SecondOpinionMissing
    │                      reading.second-opinion-missing    the extra ``rapidocr`` is not there
    ├── NoPicture          reading.no-picture         this page cannot be shown
    └── NoPiece            reading.no-piece           this piece of a recording cannot be played
"""

from __future__ import annotations

from habeas.errors import HabeasError


class ReadingError(HabeasError):
    """The root of this room's errors."""

    code = "reading.error"


class SandboxMissing(ReadingError):
    """What the sandbox is made of is not installed."""

    code = "reading.sandbox-missing"


class RiskNotNamed(ReadingError):
    """Reading without a sandbox was asked for, but not in the words that name the risk."""

    code = "reading.risk-not-named"


class SandboxBroken(ReadingError):
    """The sandbox cannot start, or ended by itself: nothing is known about the file."""

    code = "reading.sandbox-broken"


class SandboxEnded(SandboxBroken):
    """A sandbox that ran ended by itself: nothing is known about the file; another may do."""

    code = "reading.sandbox-ended"


class SecondOpinionMissing(ReadingError):
    """Another engine was asked for and is not installed."""

    code = "reading.second-opinion-missing"


class NoPicture(ReadingError):
    """The page cannot be shown as a picture; the message says why."""

    code = "reading.no-picture"


class NoPiece(ReadingError):
    """The piece of a recording cannot be made; the message says why."""

    code = "reading.no-piece"
