"""Who may speak for whom: persons with their keys, the archive's policy, and the rule of two.

A person is a holder, known by a pseudonym, who may have several keys; whatever takes two people
counts persons. ``TrustState`` reads the entries that matter in the order of the ledger and says of
each whether it counts. The projections, the verbs and ``verify`` all ask it, so that each rule is
written once; ``standalone/verify.py`` has a second reading of the rules for a bundle. The reasons
are in ``docs/decisions/0028-who-may-speak-for-whom.md``.

Always, whatever the age of an archive:
- a public key is granted once, under its holder's name;
- who has or had a key is given another only under a signature by a key of their own that is in
  force, or, once all their keys have ended, on the request of a second person, granted by a third;
- a named person signed, with a key in force; whoever approves is another person than who asked.

From the archive's policy on:
- after the first two people a person's key is granted under an existing person's signature, or,
  where nobody's key is in force any more, to one person after the time of a change of policy;
- what makes things looser (a consent, the lifting of a hold) and a retirement is signed; what makes
  them stricter (a withdrawal, a hold, a lost key) may be by the installation alone;
- the keys of both who ask and who approve are older than the request by the policy's time;
- a key is recovered, and the policy changed, by two people and after the policy's wait.

Invariant: nothing here raises on what an entry says; what cannot be read does not count.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

from habeas.custody.log.notes import Verifier
from habeas.custody.trust import persons
from habeas.custody.trust.persons import DecisionRequest, HeldKey, ReadEntry, TrustRules, lasting
from habeas.errors import HabeasError

ARCHIVE_ROLES: Final = ("entry", "checkpoint")  # no person's keys
FIRST_PEOPLE: Final = 2  # so many may be granted by the installation alone

UNSIGNED: Final = "ledger.decision-unsigned"
ALONE: Final = "trust.installation-alone"
GRANT: Final = "trust.grant-unfounded"
ONE_PERSON: Final = "trust.one-person"
YOUNG: Final = "trust.approver-young"
POLICY: Final = "trust.policy-unfounded"
UNREADABLE: Final = "trust.unreadable"

#: What ``verify`` says of an entry that nobody had the right to write. It stands for ever and has
#: no effect, so it must hold up nothing that two people decided.
ENDURING: Final = frozenset(
    (
        *(UNSIGNED, ALONE, GRANT, ONE_PERSON, YOUNG, POLICY, UNREADABLE),
        *("erasure.unfounded", "note.no-known-key"),
        *("ledger.batch-unsigned", "ledger.statement-late", "ledger.statement-unseen"),
    )
)
#: The kinds that ``TrustState.take`` judges.
GOVERNED: Final = frozenset(
    (
        *("archive", "key", "key-request", "trust-policy", "trust-policy-request"),
        *("consent", "hold", "block", "erasure-request", "erasure-approval"),
    )
)
#: Kind → what makes things looser, in its field ``state``.
_LOOSER: Final = {"consent": "given", "hold": "lifted", "block": "lifted"}


class Objection(NamedTuple):
    """Why an entry does not count: a stable code, what follows "Entry N …", what to do."""

    code: str
    words: str
    next_step: str = ""


class Ruling(NamedTuple):
    """``counts``: whether the entry has its effect; ``key``: the person's that signed it."""

    counts: bool = True
    key: HeldKey | None = None
    problem: Objection | None = None
    request: DecisionRequest | None = None
    recovery: bool = False

    @property
    def readable(self) -> bool:
        """Whether its fields are those of its kind."""
        return self.problem is None or self.problem.code != UNREADABLE

    @property
    def alone(self) -> bool:
        """By the installation alone, and allowed."""
        return self.counts and self.key is None and self.problem is None


@dataclass(slots=True)
class TrustState:
    """What the ledger says so far. ``origin`` is the archive's."""

    origin: str
    keys: list[HeldKey] = field(default_factory=list)
    requests: dict[str, DecisionRequest] = field(default_factory=dict)
    policy: TrustRules | None = None

    def take(self, entry: ReadEntry) -> Ruling:
        """Judge the next entry and learn from it. For the kinds in ``GOVERNED``."""
        verdict = self.judge(entry)
        if verdict.counts:
            self.learn(entry, verdict)
        return verdict

    def judge(self, entry: ReadEntry) -> Ruling:
        """Whether an entry that comes next counts; learns nothing."""
        try:
            if entry.fields["kind"] == "key" and entry.fields["role"] != "person":
                if entry.fields["role"] in ARCHIVE_ROLES:
                    return Ruling()  # they have rules of their own: ``handovers``
                return Ruling(False, None, _UNREADABLE)
            person = entry.fields.get("person", "")
            key = entry.signed_by(self.in_force(person)) if person else None
            if person and key is None:
                stricter = self._stricter(entry)
                return Ruling(stricter, None, _false(person))
            return _JUDGES[entry.fields["kind"]](self, entry, key)
        except (KeyError, TypeError, ValueError, AttributeError, HabeasError):
            return Ruling(False, None, _UNREADABLE)

    def in_force(self, holder: str) -> list[HeldKey]:
        """The keys with which a person may sign."""
        return [key for key in self.keys if key.holder == holder and not key.ended]

    def at(self, position: int) -> HeldKey | None:
        """The key that was granted at a position."""
        return next((key for key in self.keys if key.position == position), None)

    @property
    def holders(self) -> set[str]:
        """Everybody who has or had a key."""
        return {key.holder for key in self.keys}

    def second(self, asked: DecisionRequest | None, key: HeldKey | None) -> Objection | None:
        """Why a person's signature does not make two people of a request; None where it does."""
        if asked is None:
            return Objection(ONE_PERSON, "answers no request that is still valid")
        if key is None:
            return Objection(UNSIGNED, "is not signed by anyone whose key is active")
        if key.holder == asked.person:
            return Objection(
                ONE_PERSON,
                f"approves what {asked.person} asked for, in the name of {key.holder}",
                "Another person approves it, under their own key (--as).",
            )
        if self.policy is None:
            return None
        requester = self.at(asked.key)
        if requester is None or requester.ended:
            return Objection(
                ONE_PERSON,
                f"approves a request by {asked.person} whose key has ended",
                "Someone whose key is active must ask again.",
            )
        needed = self.policy.approver_age
        if asked.time - requester.time < needed:  # or a puppet asks, and its maker approves
            return Objection(
                YOUNG,
                f"approves what {asked.person} asked for with a key {_older(asked, requester)} "
                f"older than the request; the policy asks for {lasting(needed)} of both keys",
                "Someone whose key is older must ask again; or the same person, when theirs is old "
                "enough. `habeas policy` shows the times.",
            )
        if asked.time - key.time < needed or key.position > asked.position:
            return Objection(
                YOUNG,
                f"is approved by {key.holder} with a key {_older(asked, key)} older than the "
                f"request; the policy asks for {lasting(needed)} of both keys",
                "Someone whose key is older must approve it; or ask again when this key is old "
                "enough. `habeas policy` shows the times.",
            )
        return None

    def ended_last(self, holder: str) -> HeldKey | None:
        """The key of a person that ended last; None where none has."""
        ended = [key for key in self.keys if key.holder == holder and key.ended]
        return max(ended, key=lambda key: key.ended, default=None)

    # --- judging, by kind -----------------------------------------------------------------

    def _stricter(self, entry: ReadEntry) -> bool:
        """What only makes things stricter has its effect whoever wrote it."""
        kind, state = entry.fields.get("kind"), entry.fields.get("state")
        if kind == "key":
            return state in ("retired", "lost")
        return kind in _LOOSER and state != _LOOSER[kind]

    def _archive(self, entry: ReadEntry, key: HeldKey | None) -> Ruling:
        """A new archive begins with its policy, in the entry that says what it is."""
        if "approver_age_seconds" not in entry.fields:
            return Ruling()
        if entry.position != 0:
            return Ruling(False, key, Objection(POLICY, "sets a policy where no archive begins"))
        if not TrustRules.read(entry.fields).within():
            return Ruling(False, key, _OUTSIDE)
        return Ruling()

    def _key(self, entry: ReadEntry, key: HeldKey | None) -> Ruling:
        f = entry.fields
        if f["state"] == "granted":
            return self._grant(entry, key)
        if key is None and f["state"] != "lost" and self.policy is not None:
            return Ruling(True, None, _alone("ends a key"))
        return Ruling(True, key)

    def _grant(self, entry: ReadEntry, key: HeldKey | None) -> Ruling:
        f = entry.fields
        holder, verifier = f["holder"], Verifier.parse(f["verifier"])
        if verifier.name != f"{self.origin}/{holder}":
            return _unfounded(key, f"grants {holder} a key that is named {verifier.name}")
        twin = next((k for k in self.keys if k.verifier.public == verifier.public), None)
        if twin is not None:
            return _unfounded(
                key,
                f"grants {holder} a key that {twin.holder} was granted at entry {twin.position}",
                "Make a new key: each is one person's, and is granted once.",
            )
        if holder not in self.holders:
            if key is None and self.policy is not None and len(self.holders) >= FIRST_PEOPLE:
                return self._again(entry, self.policy)
            return Ruling(True, key)
        if key is not None and key.holder == holder:
            return Ruling(True, key)
        if "request" not in f:
            return _unfounded(
                key,
                f"grants {holder}, who has or had a key, another one without a signature by it",
                "They sign with a key of their own, or two others recover: `habeas people --help`.",
            )
        return self._recovery(entry, key)

    def _again(self, entry: ReadEntry, policy: TrustRules) -> Ruling:
        """The installation brings in one person more, where nobody is left who could sign.

        Otherwise a lost disk, which takes the people's keys along, would end every decision, and
        with them every erasure of what endangers somebody. It waits as a change of policy does.
        """
        holder, last = entry.fields["holder"], max(key.ended_time for key in self.keys)
        if any(not key.ended for key in self.keys):
            return _unfounded(
                None,
                f"brings in {holder} without the signature of anyone who has a key",
                "Someone who has a key must sign for the new person: --as. Keys that are lost are "
                "reported: `habeas people retire --lost`.",
            )
        if entry.time - last < policy.change_wait:
            return _unfounded(
                None,
                f"brings in {holder} {lasting(entry.time - last)} after the last key ended; the "
                f"policy asks for {lasting(policy.change_wait)}",
                "Wait until then; or put back a person's key file from a copy.",
            )
        return Ruling(True, None)

    def _recovery(self, entry: ReadEntry, key: HeldKey | None) -> Ruling:
        f = entry.fields
        holder, asked = f["holder"], self.requests.get(f["request"])
        if asked is not None and asked.kind != "key-request":
            asked = None
        if problem := self.second(asked, key):
            return Ruling(False, key, problem)
        assert asked is not None  # noqa: S101  (`second` saw both)
        assert key is not None  # noqa: S101
        if (asked.holder, asked.verifier) != (holder, f["verifier"]):
            return _unfounded(key, f"grants {holder} another key than was asked for")
        if holder in (asked.person, key.holder):
            return _unfounded(key, f"lets {holder} recover a key of their own")
        if self.in_force(holder):
            return _unfounded(
                key,
                f"recovers a key for {holder}, who has an active key",
                f"Report it first: habeas people retire {holder} --lost.",
            )
        last, wait = self.ended_last(holder), 0 if self.policy is None else self.policy.change_wait
        if last is not None and entry.time - last.ended_time < wait:
            return _unfounded(
                key,
                f"recovers a key for {holder} {lasting(entry.time - last.ended_time)} after theirs "
                f"ended; the policy asks for {lasting(wait)}",
                "Wait until then: so long they can say that they lost nothing.",
            )
        return Ruling(True, key, request=asked, recovery=True)

    def _key_request(self, entry: ReadEntry, key: HeldKey | None) -> Ruling:
        f = entry.fields
        if key is None:
            return _unsigned("key-request")
        verifier = Verifier.parse(f["verifier"])
        if key.holder == f["holder"] or f["holder"] not in self.holders:
            return _unfounded(key, f"asks for a key for {f['holder']}, who cannot be recovered")
        if any(k.verifier.public == verifier.public for k in self.keys):
            return _unfounded(key, "asks for a key that was granted before")
        return Ruling(True, key)

    def _policy_request(self, entry: ReadEntry, key: HeldKey | None) -> Ruling:
        if key is None:
            return _unsigned("trust-policy-request")
        if not TrustRules.read(entry.fields).within():
            return Ruling(False, key, _OUTSIDE)
        return Ruling(True, key)

    def _trust_policy(self, entry: ReadEntry, key: HeldKey | None) -> Ruling:
        f = entry.fields
        if not TrustRules.read(f).within():
            return Ruling(False, key, _OUTSIDE)
        if self.policy is None:  # the first one only adds rules, so one person may record it
            if key is None and any(not each.ended for each in self.keys):
                return Ruling(False, None, Objection(POLICY, "sets a policy that no one signed"))
            return Ruling(True, key)
        asked = self.requests.get(f.get("request", ""))
        if asked is None or asked.policy is None:
            return Ruling(
                False,
                key,
                Objection(
                    POLICY,
                    "changes the policy, and no one asked for that",
                    "`habeas policy propose` asks; another person approves.",
                ),
            )
        if problem := self.second(asked, key):
            return Ruling(False, key, problem)
        if asked.policy != TrustRules.read(f):
            return Ruling(False, key, Objection(POLICY, "sets another policy than was asked for"))
        waited = entry.time - asked.time
        if waited < self.policy.change_wait:
            return Ruling(
                False,
                key,
                Objection(
                    POLICY,
                    f"changes the policy {lasting(waited)} after it was asked for; the current "
                    f"policy requires {lasting(self.policy.change_wait)}",
                    "Approve it when that time is over: `habeas policy` says when.",
                ),
            )
        return Ruling(True, key, request=asked)

    def _stated(self, entry: ReadEntry, key: HeldKey | None) -> Ruling:
        """A consent, a hold, a block: signed where it makes things looser."""
        kind = entry.fields["kind"]
        looser = entry.fields["state"] == _LOOSER[kind]
        if key is None and kind == "block":
            return Ruling(not looser, None, _unsigned(kind).problem)
        if key is None and looser and self.policy is not None:
            what = "records a consent" if kind == "consent" else "lifts a hold"
            return Ruling(False, None, _alone(what))
        return Ruling(True, key)

    def _erasure_request(self, entry: ReadEntry, key: HeldKey | None) -> Ruling:
        return Ruling(True, key) if key is not None else _unsigned("erasure-request")

    def _erasure_approval(self, entry: ReadEntry, key: HeldKey | None) -> Ruling:
        asked = self.requests.get(entry.fields["request"])
        if asked is not None and asked.kind != "erasure-request":
            asked = None
        problem = self.second(asked, key)
        return Ruling(problem is None, key, problem, asked)

    # --- learning -------------------------------------------------------------------------

    def learn(self, entry: ReadEntry, verdict: Ruling) -> None:
        """Take in an entry that was judged to count."""
        f, key = entry.fields, verdict.key
        match f["kind"]:
            case "key" if f["role"] == "person" and f["state"] == "granted":
                by = "" if key is None else key.holder
                verifier = Verifier.parse(f["verifier"])
                self.keys.append(HeldKey(entry.position, entry.time, f["holder"], verifier, by))
                if verdict.request is not None:
                    del self.requests[verdict.request.entry_id]
            case "key" if f["role"] == "person":
                self.keys = [
                    replace(k, ended=entry.position, ended_time=entry.time)
                    if k.verifier.vkey == f.get("verifier") and not k.ended
                    else k
                    for k in self.keys
                ]
            case "archive" if "approver_age_seconds" in f:
                self.policy = TrustRules.read(f)
            case "trust-policy":
                self.policy = TrustRules.read(f)
                if verdict.request is not None:
                    del self.requests[verdict.request.entry_id]
            case "key-request" | "trust-policy-request" | "erasure-request" if key is not None:
                self.requests[entry.entry_id] = DecisionRequest(
                    f["kind"],
                    entry.entry_id,
                    entry.position,
                    entry.time,
                    key.holder,
                    key.position,
                    f.get("holder", ""),
                    f.get("verifier", ""),
                    TrustRules.read(f) if f["kind"] == "trust-policy-request" else None,
                )


_JUDGES: Final[dict[str, Callable[[TrustState, ReadEntry, HeldKey | None], Ruling]]] = {
    "archive": TrustState._archive,
    "key": TrustState._key,
    "key-request": TrustState._key_request,
    "trust-policy": TrustState._trust_policy,
    "trust-policy-request": TrustState._policy_request,
    "consent": TrustState._stated,
    "hold": TrustState._stated,
    "block": TrustState._stated,
    "erasure-request": TrustState._erasure_request,
    "erasure-approval": TrustState._erasure_approval,
}

_UNREADABLE: Final = Objection(UNREADABLE, "is not written as it must be")
_OUTSIDE: Final = Objection(
    POLICY,
    f"sets times that are not between 0 and {persons.MOST_SECONDS // persons.HOUR} hours",
    "A longer time could stop every erasure, and a person whom it protects.",
)


def _older(asked: DecisionRequest, key: HeldKey) -> str:
    return lasting(max(asked.time - key.time, 0))


def _unfounded(key: HeldKey | None, words: str, next_step: str = "") -> Ruling:
    return Ruling(False, key, Objection(GRANT, words, next_step))


def _unsigned(kind: str) -> Ruling:
    words = f"is a {kind} that was not signed by anyone whose key is active"
    return Ruling(False, None, Objection(UNSIGNED, words, "Use --as to choose whose key signs."))


def _false(person: Any) -> Objection:
    words = f"names {person} and is signed by none of their active keys"
    return Objection(UNSIGNED, words, "Use a key from `habeas people`.")


def _alone(what: str) -> Objection:
    return Objection(
        ALONE,
        f"{what} by the installation alone, which the archive's policy does not allow",
        "A person must sign it: use --as to choose whose key signs.",
    )
