"""How old the keys of who asks and who approves are, and by whose clock: shown beforehand."""

from __future__ import annotations

from habeas.archive.opening import Archive
from habeas.archive.projection.trusted_people import attested_words, so_far
from habeas.archive.store.clock import utc
from habeas.cli.speaking import Speaker
from habeas.custody.log.notes import Signer
from habeas.custody.trust.ages import between
from habeas.custody.trust.persons import DecisionRequest, HeldKey, lasting
from habeas.custody.trust.rules import TrustState


def tell_ages(speaker: Speaker, archive: Archive, person: Signer, asked: DecisionRequest) -> None:
    """Say of both keys how much older than the request they are, and who brought in each."""
    trust = so_far(archive.origin)
    requester = trust.at(asked.key)
    approver = next((k for k in trust.keys if k.verifier == person.verifier), None)
    for key in (requester, approver):
        if key is not None:
            _tell_age(speaker, key, asked)
    if approver is not None and approver.by == asked.person:
        speaker.say(f"{asked.person}, who asks, brought in {approver.holder}, who approves.")
    if requester is not None and requester.by and requester.by == getattr(approver, "holder", ""):
        speaker.say(f"{requester.by}, who approves, brought in {asked.person}, who asks.")


def tell_too_young(speaker: Speaker, archive: Archive, made: int) -> bool:
    """Say at once, of a request just made, that nobody can approve it: the key is too new."""
    trust = so_far(archive.origin)
    asked = next((one for one in trust.requests.values() if one.position == made), None)
    anew = None if asked is None else ask_anew(trust, asked)
    if asked is None or anew is None:
        return False
    speaker.say(f"No one can approve it: {too_young(trust, asked)} {anew_words(anew)}")
    return True


def ask_anew(trust: TrustState, asked: DecisionRequest) -> int | None:
    """From when on the asker can ask anew; None where their key was old enough.

    The age counts at the time of the request, so that one that came too soon stays too soon.
    """
    key = trust.at(asked.key)
    if key is None or trust.policy is None:
        return None
    from_when = key.time + trust.policy.approver_age
    return from_when if asked.time < from_when else None


def too_young(trust: TrustState, asked: DecisionRequest) -> str:
    needed = 0 if trust.policy is None else trust.policy.approver_age
    return f"{asked.person}'s key is newer than {lasting(needed)}."


def anew_words(from_when: int) -> str:
    return f"Ask again from {utc(from_when)} on, or have someone whose key is older ask."


def _tell_age(speaker: Speaker, key: HeldKey, asked: DecisionRequest) -> None:
    age = max(asked.time - key.time, 0)
    found = between(attested_words(), key.position, asked.position)
    clock = "by this machine's clock, which no one confirms"
    if found.at_least and found.at_least >= age // 2:
        clock = f"at least {lasting(found.at_least)} by the word of {', '.join(found.by)}"
    whose = f"signed for by {key.by}" if key.by else "by the installation alone"
    speaker.say(
        f"The key of {key.holder} was granted at entry {key.position}, {whose}: "
        f"{lasting(age)} before the request, {clock}."
    )
