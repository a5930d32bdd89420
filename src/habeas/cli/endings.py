"""How a command ends: its exit code. Part of the interface, documented in docs/reference/cli.md."""

from __future__ import annotations

from habeas.errors import HabeasError

OK = 0
FINDINGS = 1  # the command did its work and found something wrong
USAGE = 2  # the command was not written as it takes it
REFUSED = 3  # refused: bad input, a wrong passphrase, an archive that is not fit
BUSY = 4  # another process writes; the same command may succeed later
BUG = 5
INTERRUPTED = 130  # by Ctrl-C, or by answering no
PIPE_CLOSED = 141  # whoever read the output stopped reading

MEANINGS = {
    OK: "done, and nothing found wrong",
    FINDINGS: "done, and something found wrong: faults in `verify`, files refused by `add`, "
    "differences in `rebuild --check`, problems in `figure check`, anything red in `doctor`, "
    "too few cosignatures in `witness`, what does not hold in `timestamp verify`, damage in "
    "`custody --check`, what does not hold in `bundle verify`",
    USAGE: "the command was not written as it takes it",
    REFUSED: "refused, with the reason: bad input, a wrong passphrase, a damaged or newer archive",
    BUSY: "another process is writing to the archive; try again",
    BUG: "a fault of this program; `habeas --debug …` shows where",
    INTERRUPTED: "interrupted, or the question was answered with no",
    PIPE_CLOSED: "whoever read the output stopped reading",
}

_BY_CODE = {
    "archive.busy": BUSY,
    "sequencer.second": BUSY,
    "cli.confirmation-needed": USAGE,
    "cli.declined": INTERRUPTED,
}


def ending_of(error: HabeasError) -> int:
    """The exit code with which an error ends a command."""
    return _BY_CODE.get(error.code, REFUSED)
