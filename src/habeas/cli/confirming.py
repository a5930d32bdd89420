"""Asking before what cannot be undone: somebody at a terminal says yes, or --yes stands there.

Invariant: ``answerable`` comes before anything is asked, read or computed, so that nobody
waits for a question that cannot be put.
"""

from __future__ import annotations

import sys

from habeas.cli.errors import ConfirmationNeeded, Declined
from habeas.cli.speaking import Speaker, confirmed


def answerable(speaker: Speaker, *, yes: bool) -> None:
    """Refuse to go on where nobody can be asked and nobody said yes beforehand."""
    if not (yes or (sys.stdin.isatty() and not speaker.json)):
        raise ConfirmationNeeded(
            "Nobody can be asked here whether this is meant.", next_step="Add --yes where it is."
        )


def confirm(question: str, otherwise: str, *, yes: bool) -> None:
    """Ask; ``otherwise`` says what a no left as it was."""
    if not yes and not confirmed(question):
        raise Declined(otherwise)
