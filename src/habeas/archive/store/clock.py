"""This machine's clock beside the ledger's newest entry: is what it says fit to be signed?

An entry is never dated before the one that precedes it. So one append under a clock that is years
ahead would date everything after it alike, until those years have passed, and nothing in the log
could ever put it right. Before anything is signed the clock is therefore held against the newest
entry, and where the two cannot both be right it is asked about.

Invariants: nobody is asked about what is likely (an archive that rested for some months, a clock
that is a little slow); what was accepted is not asked again for the same newest entry, or an
archive that once was written to under a wrong clock could not be used any more; while the newest
entry lies ahead of the clock, that is said.
"""

from __future__ import annotations

import datetime
import logging
import time
from typing import Final

from habeas.archive.errors import ClockDoubted

log = logging.getLogger(__name__)

#: 2025-01-01: this program was begun later, so no clock that is right says less.
BEGUN: Final = 1_735_689_600
DAY: Final = 86_400
NOTED: Final = 300  # seconds that the newest entry may lie ahead unsaid
MOST_AHEAD: Final = DAY  # of the clock; more is asked about
MOST_LATER: Final = 400 * DAY  # that an archive may have rested
MOST_LATER_AT_FIRST: Final = 10 * 365 * DAY  # after BEGUN, where there is no entry yet
_STATE: Final = "clock"  # of local_state: the newest entry's time that was accepted

_accepted = False
_said = False


def accept(*, accepted: bool) -> None:
    """Whether somebody said, for this process, that things are to be recorded all the same."""
    global _accepted
    _accepted = accepted


def remark(newest: int) -> str:
    """That the newest entry lies ahead of the clock, in words; '' where it does not."""
    ahead = newest - int(time.time())
    if ahead <= NOTED:
        return ""
    return (
        f"The newest entry is dated {utc(newest)}, {_span(ahead)} ahead of this machine's clock: "
        "one of the two is wrong. Until then, whatever is recorded is dated like it."
    )


def doubt(newest: int) -> str:
    """Why the clock cannot be right, or the newest entry's time; '' where both may be."""
    now = int(time.time())
    first = newest == 0
    if newest - now > MOST_AHEAD:
        return (
            f"This machine's clock says {utc(now)}, and the newest entry is dated {utc(newest)}, "
            f"{_span(newest - now)} later. Whatever is recorded now would be dated like it."
        )
    if now < BEGUN:
        return f"This machine's clock says {utc(now)}, and this program is younger than that."
    if first and now - BEGUN > MOST_LATER_AT_FIRST:
        return (
            f"This machine's clock says {utc(now)}. If that is wrong, nothing can be dated rightly "
            "until then."
        )
    if not first and now - newest > MOST_LATER:
        return (
            f"This machine's clock says {utc(now)}, {_span(now - newest)} after the newest entry "
            f"({utc(newest)}). If that is wrong, nothing can be dated rightly until then."
        )
    return ""


def refuse_doubtful(newest: int) -> None:
    """Refuse to go on where the clock is doubted and nobody accepted it; say what is to be said."""
    global _said
    why = doubt(newest)
    known = newest > int(time.time()) and _remembered() == str(newest)
    if why and not (_accepted or known):
        raise ClockDoubted(
            f"{why} Nothing was signed.",
            next_step="Set the clock and run the same command again. Where the clock is right, "
            "or must do: `habeas --despite-clock …`.",
        )
    if (words := remark(newest)) and not _said:
        _said = True
        log.warning(words)


def remember(newest: int) -> None:
    """Do not ask again while this is the newest time; inside the transaction that appends."""
    from habeas.archive.models import LocalState

    if _accepted and newest - int(time.time()) > MOST_AHEAD:
        LocalState.objects.update_or_create(name=_STATE, defaults={"value": str(newest)})


def utc(seconds: int) -> str:
    """A time as it is shown; a number where no calendar has it."""
    try:
        when = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    except (ValueError, OverflowError, OSError):
        return f"second {seconds}"
    return when.strftime("%Y-%m-%d %H:%M UTC")


def _remembered() -> str | None:
    from habeas.archive.models import LocalState

    return LocalState.objects.filter(name=_STATE).values_list("value", flat=True).first()


def _span(seconds: int) -> str:
    for length, one in ((365 * DAY, "year"), (DAY, "day"), (3_600, "hour"), (60, "minute")):
        if (count := seconds // length) > 0:
            return f"{count:,} {one}{'' if count == 1 else 's'}"
    return f"{seconds} seconds"
