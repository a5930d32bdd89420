"""How old an approver's key is, and by whose clock: shown before anybody approves."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from habeas.archive.opening import Archive
    from habeas.cli.speaking import Speaker
    from habeas.custody.notes import Signer
    from habeas.custody.persons import Request


def tell_age(speaker: Speaker, archive: Archive, person: Signer, asked: Request) -> None:
    """Say how much older than the request the approving key is, and how it came to be granted."""
    from habeas.archive.trusting import attested_words, so_far
    from habeas.custody.ages import between
    from habeas.custody.persons import lasting

    trust = so_far(archive.origin)
    key = next((k for k in trust.keys if k.verifier == person.verifier), None)
    if key is None:
        return
    age = max(asked.time - key.time, 0)
    found = between(attested_words(), key.position, asked.position)
    clock = "by this machine's clock, which nobody confirms"
    if found.at_least is not None and found.at_least >= age // 2:
        clock = f"at least {lasting(found.at_least)} by the word of {', '.join(found.by)}"
    whose = f"signed for by {key.by}" if key.by else "by the installation alone"
    speaker.say(
        f"The key of {key.holder} was granted at entry {key.position}, {whose}: "
        f"{lasting(age)} before the request, {clock}."
    )
    if key.by == asked.person:
        speaker.say(f"{asked.person}, who asks, brought this person in.")


def utc(seconds: int) -> str:
    """A time in UTC, to the minute."""
    moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return f"{moment:%Y-%m-%d %H:%M} UTC"
