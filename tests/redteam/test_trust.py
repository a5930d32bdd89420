"""Attacks on who may speak for whom, by somebody who holds the passphrase and all installation
keys. Each was possible once or is a variant of one that was; each must come to nothing: the verbs
refuse it, its entry has no effect, and ``verify`` names it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.archive.making import PUBLIC, newspaper, says, seal_text
from tests.redteam.forging import forge, grant, key_in_the_name_of

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import PUBLIC as ANYONE
from habeas.archive.access import visible
from habeas.archive.erasing.carrying_out import carry_out
from habeas.archive.erasing.decisions import approve_erasure, request_erasure
from habeas.archive.erasing.planning import plan
from habeas.archive.errors import ErasureRefused, PersonNeeded, TrustRefused
from habeas.archive.ledger import rebuilding
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.making import init_archive
from habeas.archive.opening import Archive
from habeas.archive.projection.erased_entries import runs
from habeas.archive.verify.verifying import Report, verify
from habeas.cli.people_here import kept_key
from habeas.custody.attestation.cosignatures import Cosignature, Cosigner
from habeas.custody.keys.person_keys import open_person
from habeas.custody.log.notes import Signer
from habeas.custody.trust.persons import DEFAULT, HOUR, TrustRules

DAY = 24 * HOUR
START = 1_900_000_000


class Clock:
    """This machine's clock, which whoever holds the machine sets as she likes."""

    def __init__(self) -> None:
        self.now = float(START)

    def time(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Team:
    """Three people whose keys are old enough, and what they have recorded."""

    archive: Archive
    clock: Clock
    one: Signer
    two: Signer
    three: Signer
    exhibit: Ref
    person: Ref
    claim: Ref
    attacks: dict[str, tuple[Ref, str]] = field(default_factory=dict)

    def forge(
        self,
        name: str,
        code: str,
        kind: str,
        fields: dict[str, Any],
        *signers: Signer,
        by: Signer | None = None,
    ) -> Ref:
        """One attack, and the code of the fault that it must leave."""
        person = "" if by is None else by.name.rpartition("/")[2]
        made = forge(self.archive, kind, fields, *signers, person=person, at=int(self.clock.now))
        self.attacks[name] = made, code
        return made


def pseudonym(signer: Signer) -> str:
    return signer.name.rpartition("/")[2]


@pytest.fixture
def team(tmp_path: Path, empty_database: str | None, monkeypatch: pytest.MonkeyPatch) -> Team:
    ticking = Clock()
    for module in ("habeas.archive.ledger.appending", "habeas.archive.store.clock"):
        monkeypatch.setattr(f"{module}.time", ticking)
    archive = init_archive(tmp_path / "archive", passphrase=None, database_url=empty_database)
    people: list[Signer] = []
    for _ in range(3):
        signer = archive.keyring.add_person(None)
        with archive.writing(people[0] if people else None) as batch:
            verbs.add_person(batch, signer)
        people.append(signer)
    ticking.wait(5 * DAY)
    exhibit, _ = seal_text(archive, tmp_path)
    with archive.writing(people[0]) as batch:
        person = verbs.mention(batch, "person", "Aygul Test", marking=PUBLIC)
        claim = says(batch, person, newspaper(batch))
    return Team(archive, ticking, *people, exhibit, person, claim)


def codes(report: Report, position: int) -> set[str]:
    return {fault.code for fault in report.faults if fault.position == position}


def asked(team: Team, by: Signer) -> Ref:
    with team.archive.writing(by) as batch:
        what = plan(team.archive, "exhibit", [team.exhibit.position])
        return request_erasure(batch, what, "withdrawn", "As asked.")


def test_a_sound_team_has_no_fault(team: Team) -> None:
    report = verify(team.archive)
    assert report.faults == []
    assert report.alone == {}  # but for the first person, whom nobody could sign for


def test_nothing_that_one_operator_writes_speaks_for_others(team: Team) -> None:
    """Every attack that leaves the state as it was, one after another in one archive."""
    archive, one, two, three = team.archive, team.one, team.two, team.three
    keys = list(m.Key.objects.order_by("position").values())
    with archive.writing(one) as batch:
        held = verbs.hold(batch, team.exhibit, authority="Court of Example")

    # In somebody else's name, who has a key already.
    stolen = key_in_the_name_of(pseudonym(two), archive)
    team.forge("second grant", "trust.grant-unfounded", "key", grant(stolen))
    team.forge(
        "decision under it",
        "note.no-known-key",
        "retraction",
        {"target": team.claim.entry_id, "target_kind": "claim", "reason": "x"},
        stolen,
        by=two,
    )
    team.forge(
        "by another person's word", "trust.grant-unfounded", "key", grant(stolen), one, by=one
    )
    team.forge("signed by itself", "ledger.decision-unsigned", "key", grant(stolen), stolen, by=two)
    # One key for two people, and a key under another's name.
    twin = Signer.generate(f"{archive.origin}/p-{'7' * 16}")
    shared = grant(twin) | {"verifier": one.verifier.vkey}
    team.forge("key of another", "trust.grant-unfounded", "key", shared, one, by=one)
    same = key_of(one, f"{archive.origin}/p-{'8' * 16}")
    team.forge("one key, two names", "trust.grant-unfounded", "key", grant(same), one, by=one)
    # People out of nothing.
    team.forge("a fourth person", "trust.grant-unfounded", "key", grant(twin))
    # What makes things looser, unsigned.
    lifted = {"target": team.exhibit.entry_id, "state": "lifted", "authority": "x"}
    team.forge("lift", "trust.installation-alone", "hold", lifted)
    team.forge("lift in a name", "ledger.decision-unsigned", "hold", lifted, by=two)
    given = {
        "subject": team.person.entry_id,
        "state": "given",
        "audience": "public",
        "basis": "given",
        "handling": "public",
    }
    team.forge("consent", "trust.installation-alone", "consent", given)
    # The policy.
    none = {"approver_age_seconds": 0, "change_wait_seconds": 0}
    team.forge("policy by the installation", "trust.policy-unfounded", "trust-policy", none)
    team.forge("policy by one", "trust.policy-unfounded", "trust-policy", none, one, by=one)
    team.forge(
        "policy as an archive",
        "trust.policy-unfounded",
        "archive",
        {"title": "x", "program": "x", **none},
    )
    wish = team.forge("wish", "", "trust-policy-request", {**none, "reason": "x"}, one, by=one)
    team.forge(
        "own wish",
        "trust.one-person",
        "trust-policy",
        {**none, "request": wish.entry_id},
        one,
        by=one,
    )
    team.forge(
        "at once",
        "trust.policy-unfounded",
        "trust-policy",
        {**none, "request": wish.entry_id},
        two,
        by=two,
    )
    long = {"approver_age_seconds": 3650 * DAY, "change_wait_seconds": 0, "reason": "x"}
    team.forge("for ten years", "trust.policy-unfounded", "trust-policy-request", long, one, by=one)
    # An erasure's second person.
    request = asked_in_spite(team, one)
    yes = {"request": request.entry_id}
    team.forge("own request", "trust.one-person", "erasure-approval", yes, one, by=one)
    team.forge("in a name", "ledger.decision-unsigned", "erasure-approval", yes, stolen, by=two)
    team.forge(
        "of no request", "trust.one-person", "erasure-approval", {"request": "0" * 32}, two, by=two
    )
    team.forge(
        "of a wish", "trust.one-person", "erasure-approval", {"request": wish.entry_id}, two, by=two
    )
    # What cannot be read.
    team.forge("garbage", "trust.unreadable", "key", {"role": "person", "state": "granted"})
    team.forge(
        "a key that is none",
        "trust.unreadable",
        "key",
        grant(twin) | {"verifier": "x"},
        one,
        by=one,
    )

    report = verify(archive)
    expected = {name: {code} - {""} for name, (_, code) in team.attacks.items()}
    found = {name: codes(report, made.position) for name, (made, _) in team.attacks.items()}
    assert found == expected
    assert {fault.position for fault in report.faults} <= {
        made.position for made, _ in team.attacks.values()
    }
    assert list(m.Key.objects.order_by("position").values()) == keys
    assert m.Hold.objects.get(position=held.position).ended_at is None
    assert m.TrustPolicy.objects.get().position == 0
    assert not visible(ANYONE, m.Mention).filter(position=team.person.position).exists()
    assert rebuilding.check() == []
    rebuilding.restart()
    rebuilding.rebuild()
    assert rebuilding.check() == []
    with pytest.raises(PersonNeeded), archive.writing(stolen):
        pass
    with pytest.raises(ErasureRefused, match="Court of Example"):
        carry_out(
            archive, request.position, one, archive.directory.parent / "b", only_own_keys=True
        )
    assert three.name  # nobody needed them


def key_of(signer: Signer, name: str) -> Signer:
    """The same private key under another name."""
    return Signer(name, signer._key)


def asked_in_spite(team: Team, by: Signer) -> Ref:
    """A request signed by its person, though a hold forbids it."""
    what = plan(team.archive, "exhibit", [team.exhibit.position])
    fields = {
        "target_kind": "exhibit",
        "targets": list(what.targets),
        "basis": "withdrawn",
        "positions": runs(what.erased),
        "reason": "x",
    }
    return team.forge("request", "", "erasure-request", fields, by, by=by)


def test_people_made_in_minutes_approve_nothing(team: Team) -> None:
    """The two-person rule by one operator: make a person, ask, approve at once."""
    archive, clock = team.archive, team.clock
    puppet = archive.keyring.add_person(None)
    with archive.writing(team.one) as batch:
        verbs.add_person(batch, puppet)
    clock.wait(600)
    request = asked(team, team.one)
    with pytest.raises(TrustRefused, match="10 min older"), archive.writing(puppet) as batch:
        approve_erasure(batch, request.position)
    yes = {"request": request.entry_id}
    forged = team.forge("", "", "erasure-approval", yes, puppet, by=puppet)
    assert codes(verify(archive), forged.position) == {"trust.approver-young"}
    elsewhere = archive.directory.parent / "b"
    with pytest.raises(ErasureRefused, match="no approval"):
        carry_out(archive, request.position, team.one, elsewhere, only_own_keys=True)
    clock.wait(4 * DAY)  # waiting does not heal it: the key must be older than the request
    with pytest.raises(TrustRefused), archive.writing(puppet) as batch:
        approve_erasure(batch, request.position)


def test_a_puppet_does_not_ask_either(team: Team) -> None:
    """The same with swapped roles: the puppet asks, and its maker's old key approves."""
    archive, clock = team.archive, team.clock
    puppet = archive.keyring.add_person(None)
    with archive.writing(team.one) as batch:
        verbs.add_person(batch, puppet)
    clock.wait(60)
    request = asked(team, puppet)
    with archive.writing(puppet) as batch:
        wish = verbs.request_policy(batch, TrustRules(0, 0), "We are few.")
    clock.wait(4 * DAY)  # waiting does not heal it
    with pytest.raises(TrustRefused, match="60 s older"), archive.writing(team.one) as batch:
        approve_erasure(batch, request.position)
    with pytest.raises(TrustRefused, match="60 s older"), archive.writing(team.one) as batch:
        verbs.approve_policy(batch, wish.position)
    yes, none = (
        {"request": request.entry_id},
        {"request": wish.entry_id, **TrustRules(0, 0).fields()},
    )
    forged = [
        team.forge("", "", "erasure-approval", yes, team.one, by=team.one),
        team.forge("", "", "trust-policy", none, team.one, by=team.one),
    ]
    report = verify(archive)
    assert [codes(report, each.position) for each in forged] == [{"trust.approver-young"}] * 2
    elsewhere = archive.directory.parent / "b"
    with pytest.raises(ErasureRefused, match="no approval"):
        carry_out(archive, request.position, team.one, elsewhere, only_own_keys=True)
    again = asked(team, puppet)  # nobody is stuck: they ask anew
    with archive.writing(team.one) as batch:
        approve_erasure(batch, again.position)
    assert len(verify(archive).faults) == len(forged)


@pytest.mark.parametrize("who", ["a puppet asks", "it is at once"])
def test_nobodys_name_is_taken_over_in_minutes(team: Team, who: str) -> None:
    """She reports a key lost, lets somebody ask for another, and grants it to herself."""
    archive, clock, lost = team.archive, team.clock, pseudonym(team.two)
    asking = team.three
    if who == "a puppet asks":
        asking = archive.keyring.add_person(None)
        with archive.writing(team.one) as batch:
            verbs.add_person(batch, asking)
    with archive.writing() as batch:
        verbs.end_key(batch, lost, "lost")
    clock.wait(60)
    new = archive.keyring.add_person(None, lost)
    with archive.writing(asking) as batch:
        request = verbs.request_key(batch, new, "Forgotten.")
    clock.wait(71 * HOUR if who == "it is at once" else 4 * DAY)
    with pytest.raises(TrustRefused), archive.writing(team.one) as batch:
        verbs.recover_key(batch, request.position)
    asks = {"request": request.entry_id}
    forged = team.forge("", "", "key", grant(new, **asks), team.one, by=team.one)
    code = {"a puppet asks": "trust.approver-young", "it is at once": "trust.grant-unfounded"}[who]
    assert codes(verify(archive), forged.position) == {code}
    assert not m.Key.objects.filter(holder=lost, ended_at__isnull=True).exists()
    clock.wait(HOUR)
    if who == "it is at once":
        with archive.writing(team.one) as batch:
            verbs.recover_key(batch, request.position)
        assert len(verify(archive).faults) == 1


def test_two_people_whose_keys_are_old_enough_may(team: Team) -> None:
    request = asked(team, team.one)
    with team.archive.writing(team.two) as batch:
        approve_erasure(batch, request.position)
    elsewhere = team.archive.directory.parent / "b"
    carry_out(team.archive, request.position, team.one, elsewhere, only_own_keys=True)
    report = verify(team.archive)
    assert report.faults == []
    (found,) = report.approvals
    assert (found.requester, found.approver) == (pseudonym(team.one), pseudonym(team.two))
    assert (found.age, found.by) == (5 * DAY, ())  # nobody confirms this machine's clock


@pytest.mark.parametrize("which", ["approver", "requester"])
def test_a_key_that_ended_before_approves_nothing(team: Team, which: str) -> None:
    archive = team.archive
    request = asked(team, team.one)
    ended = team.two if which == "approver" else team.one
    with archive.writing(team.three) as batch:
        verbs.end_key(batch, pseudonym(ended), "lost")
    code = {"approver": "ledger.decision-unsigned", "requester": "trust.one-person"}[which]
    yes = {"request": request.entry_id}
    forged = team.forge("", "", "erasure-approval", yes, team.two, by=team.two)
    assert codes(verify(archive), forged.position) == {code}
    with pytest.raises((PersonNeeded, TrustRefused)), archive.writing(team.two) as batch:
        approve_erasure(batch, request.position)


def test_an_approval_is_of_one_request_only(team: Team) -> None:
    """An erasure that names another request's approval, and one carried out after a key ended."""
    archive = team.archive
    first, second = asked(team, team.one), asked(team, team.one)
    with archive.writing(team.two) as batch:
        yes = approve_erasure(batch, first.position)
    things = {"things": [], "request": second.entry_id, "approval": yes.entry_id}
    replayed = team.forge("", "", "erasure", things, team.one, by=team.one)
    report = verify(archive)
    assert codes(report, replayed.position) == {"erasure.unfounded"}
    elsewhere = archive.directory.parent / "b"
    with pytest.raises(ErasureRefused):
        carry_out(archive, second.position, team.one, elsewhere, only_own_keys=True)


@pytest.mark.parametrize(
    "what", ["nothing", "its list", "another list", "no approval", "no signature", "garbage"]
)
def test_a_forged_erasure_does_not_block_a_sound_one(team: Team, what: str) -> None:
    """A witness's erasure is approved; one entry more must not say that it was carried out."""
    archive, requester = team.archive, team.one
    request = asked(team, requester)
    with archive.writing(team.two) as batch:
        yes = approve_erasure(batch, request.position)
    erased = plan(archive, "exhibit", [team.exhibit.position]).record.fields()["things"]
    fields: dict[str, Any] = {
        "things": [] if what == "nothing" else erased,
        "request": request.entry_id,
        "approval": request.entry_id if what == "no approval" else yes.entry_id,
    }
    if what == "another list":
        fields["things"] = [{**group, "positions": [[1, 1]]} for group in erased]
    if what == "garbage":
        fields = {"things": 7, "request": "0" * 32, "approval": {}}
    unsigned = what in ("its list", "no signature")
    by = team.three
    forged = team.forge("", "", "erasure", fields, *(() if unsigned else (by,)), by=by)
    assert codes(verify(archive), forged.position)
    assert not m.Erasure.objects.exists()
    assert not m.Erased.objects.exists()
    elsewhere = archive.directory.parent / "b"
    done = carry_out(archive, request.position, requester, elsewhere, only_own_keys=True)
    report = verify(archive)
    assert {fault.position for fault in report.faults} == {forged.position}
    assert m.Erasure.objects.get().position == done
    assert rebuilding.check() == []
    again = team.forge("", "", "erasure", {**fields, "things": erased}, by, by=by)
    assert {fault.position for fault in verify(archive).faults} == {
        forged.position,
        again.position,
    }
    assert m.Erasure.objects.get().position == done


def test_two_keys_of_one_person_are_one_person(team: Team) -> None:
    archive, clock = team.archive, team.clock
    further = archive.keyring.add_person(None, pseudonym(team.one))
    with archive.writing(team.one) as batch:
        verbs.add_key(batch, further)
    clock.wait(5 * DAY)
    request = asked(team, team.one)
    with pytest.raises(ErasureRefused, match="cannot approve it too"):  # noqa: SIM117
        with archive.writing(further) as batch:
            approve_erasure(batch, request.position)
    yes = {"request": request.entry_id}
    forged = team.forge("", "", "erasure-approval", yes, further, by=further)
    report = verify(archive)
    assert codes(report, forged.position) == {"trust.one-person"}
    assert len(report.faults) == 1  # what the further key signed itself is theirs, and sound


def test_a_lost_key_comes_back_by_two_others_only(team: Team) -> None:
    archive, lost = team.archive, pseudonym(team.one)
    new = archive.keyring.add_person(None, lost)
    with pytest.raises(TrustRefused, match="has an active key"):  # noqa: SIM117
        with archive.writing(team.two) as batch:
            verbs.request_key(batch, new, "They forgot it.")
    with archive.writing() as batch:  # nobody need be there to report it
        verbs.end_key(batch, lost, "lost")
    with archive.writing(team.two) as batch:
        request = verbs.request_key(batch, new, "They forgot it.")
    with pytest.raises(TrustRefused, match="in the name of"), archive.writing(team.two) as batch:
        verbs.recover_key(batch, request.position)
    asks = {"request": request.entry_id}
    attacks = [
        team.forge("", "", "key", grant(new, **asks), team.two, by=team.two),
        team.forge("", "", "key", grant(new, **asks), new, by=new),
        team.forge("", "", "key", grant(new, **asks)),
    ]
    team.clock.wait(3 * DAY)
    with archive.writing(team.three) as batch:
        recovered = verbs.recover_key(batch, request.position)
    again = key_in_the_name_of(lost, archive)
    with archive.writing(new) as batch:
        verbs.end_key(batch, lost, "lost")
    attacks.append(  # the request was granted once, and for another key
        team.forge("", "", "key", grant(again, **asks), team.three, by=team.three)
    )
    report = verify(archive)
    assert {fault.position for fault in report.faults} == {each.position for each in attacks}
    assert m.Key.objects.get(position=recovered.position).request == request.position
    kinds = [(one.kind, one.requester, one.approver) for one in report.approvals]
    assert kinds == [("key", pseudonym(team.two), pseudonym(team.three))]
    assert rebuilding.check() == []


def test_a_policy_is_changed_by_two_people_in_its_own_time(team: Team) -> None:
    archive, clock = team.archive, team.clock
    with archive.writing(team.one) as batch:
        request = verbs.request_policy(batch, TrustRules(0, 0), "We are few.")
    clock.wait(71 * HOUR)
    with pytest.raises(TrustRefused, match="71 h after"), archive.writing(team.two) as batch:
        verbs.approve_policy(batch, request.position)
    clock.wait(HOUR)
    with pytest.raises(TrustRefused, match="in the name of"), archive.writing(team.one) as batch:
        verbs.approve_policy(batch, request.position)
    with archive.writing(team.two) as batch:
        verbs.approve_policy(batch, request.position)
    with pytest.raises(TrustRefused, match="not a request"), archive.writing(team.two) as batch:
        verbs.approve_policy(batch, request.position)
    with archive.writing(team.one) as batch:
        other = verbs.request_policy(batch, TrustRules(HOUR, HOUR), "Again.")
    none = {**TrustRules(0, 0).fields(), "request": request.entry_id}
    replayed = team.forge("", "", "trust-policy", none, team.two, by=team.two)
    clock.wait(60)
    with archive.writing(team.two) as batch:  # the policy in force asks for no time
        verbs.approve_policy(batch, other.position)
    report = verify(archive)
    assert {fault.position for fault in report.faults} == {replayed.position}
    assert rebuilding.check() == []


def test_a_clock_that_was_moved_is_found_out_by_what_others_saw(team: Team) -> None:
    """She sets this machine's clock four days ahead; a partner saw the log an hour apart."""
    archive, clock = team.archive, team.clock
    partner = Cosigner.generate("partner.example/w")
    now = int(clock.now)
    _cosigned(archive, partner, now)
    puppet = archive.keyring.add_person(None)
    with archive.writing(team.one) as batch:
        verbs.add_person(batch, puppet)
    clock.wait(4 * DAY)
    request = asked(team, team.one)
    with archive.writing(puppet) as batch:
        made = approve_erasure(batch, request.position)
    assert verify(archive).faults == []  # by this machine's clock it was old enough
    _cosigned(archive, partner, now + HOUR)
    report = verify(archive)
    assert codes(report, made.position) == {"trust.approver-young"}
    assert "60 min at most" in report.faults[0].message


@pytest.mark.parametrize("what", ["requester", "wait"])
def test_a_moved_clock_hides_neither_a_requester_nor_a_wait(team: Team, what: str) -> None:
    archive, clock, lost = team.archive, team.clock, pseudonym(team.two)
    partner = Cosigner.generate("partner.example/w")
    now = int(clock.now)
    asking = team.three
    _cosigned(archive, partner, now)
    if what == "requester":
        asking = archive.keyring.add_person(None)
        with archive.writing(team.one) as batch:
            verbs.add_person(batch, asking)
        clock.wait(4 * DAY)
    with archive.writing() as batch:
        verbs.end_key(batch, lost, "lost")
    new = archive.keyring.add_person(None, lost)
    with archive.writing(asking) as batch:
        request = verbs.request_key(batch, new, "Forgotten.")
    clock.wait(4 * DAY)
    with archive.writing(team.one) as batch:
        made = verbs.recover_key(batch, request.position)
    assert verify(archive).faults == []
    _cosigned(archive, partner, now + HOUR)
    found = codes(verify(archive), made.position)
    expected = {"trust.grant-unfounded"}  # the loss was within the hour too
    assert found == expected | ({"trust.approver-young"} if what == "requester" else set())


def test_nobody_confirms_what_no_policy_asks_for(older: Archive, tmp_path: Path) -> None:
    """Partners saw the log long apart; but nothing was to wait, so nothing is confirmed."""
    archive = older
    people = [archive.keyring.add_person(None) for _ in range(2)]
    for person in people:
        with archive.writing(people[0] if person is people[1] else None) as batch:
            verbs.add_person(batch, person)
    exhibit, _ = seal_text(archive, tmp_path)
    partner = Cosigner.generate("partner.example/w")
    _cosigned(archive, partner, START)
    _cosigned(archive, partner, START + 9 * DAY)
    with archive.writing(people[0]) as batch:
        what = plan(archive, "exhibit", [exhibit.position])
        request = request_erasure(batch, what, "withdrawn", "As asked.")
    with archive.writing(people[1]) as batch:
        approve_erasure(batch, request.position)
    (found,) = verify(archive).approvals
    assert found.by == ()


@pytest.mark.parametrize("role", ["device", ["person"], ""])
def test_a_key_of_no_known_role_ends_nothing(team: Team, role: Any) -> None:
    """Judged by no rule for persons, it must not end a person's key all the same."""
    said = grant(team.two) | {"role": role, "state": "retired"}
    ending = team.forge("", "", "key", said)
    granting = team.forge("", "", "key", said | {"state": "granted"}, team.one, by=team.one)
    report = verify(team.archive)
    for each in (ending, granting):
        assert codes(report, each.position) == {"trust.unreadable"}
    assert m.Key.objects.get(holder=pseudonym(team.two)).ended_at is None
    assert rebuilding.check() == []


@pytest.mark.parametrize("role", ["entry", "checkpoint"])
def test_a_role_beside_a_decision_hides_it_from_nobody(team: Team, role: str) -> None:
    said = {"target": team.exhibit.entry_id, "state": "lifted", "authority": "x", "role": role}
    forged = team.forge("", "", "hold", said)
    assert codes(verify(team.archive), forged.position) >= {"trust.installation-alone"}


def test_partners_confirm_an_age(team: Team) -> None:
    archive, clock = team.archive, team.clock
    partner = Cosigner.generate("partner.example/w")
    _cosigned(archive, partner, int(clock.now))
    clock.wait(4 * DAY)
    _cosigned(archive, partner, int(clock.now))
    request = asked(team, team.one)
    with archive.writing(team.two) as batch:
        approve_erasure(batch, request.position)
    (found,) = verify(archive).approvals
    assert found.by == ("partner.example/w",)


def _cosigned(archive: Archive, partner: Cosigner, when: int) -> None:
    checkpoint = archive.log.checkpoint()
    assert checkpoint is not None
    line = partner.cosign(checkpoint.note.partition(b"\n\n")[0] + b"\n", when)
    with archive.writing() as batch:
        verbs.cosignature(batch, checkpoint, Cosignature(partner.key, when, line))


def test_the_content_of_a_grant_is_not_erased(team: Team) -> None:
    archive = team.archive
    first = m.Key.objects.get(holder=pseudonym(team.two)).position
    m.ContentDisclosures.objects.filter(position=first).update(disclosures=b"=99999")
    report = verify(archive)
    assert codes(report, first) == {"content.missing"}


def test_what_makes_things_stricter_never_waits(team: Team) -> None:
    """Nobody is there who could sign; and a false name does not undo it."""
    archive = team.archive
    with archive.writing(team.one) as batch:
        verbs.consent(batch, team.person, basis="given", audience="public", marking=PUBLIC)
    assert visible(ANYONE, m.Mention).filter(position=team.person.position).exists()
    with archive.writing() as batch:
        verbs.withdraw(batch, team.person)
        verbs.hold(batch, team.exhibit, authority="Court of Example")
        verbs.end_key(batch, pseudonym(team.three), "lost")
    assert not visible(ANYONE, m.Mention).filter(position=team.person.position).exists()
    report = verify(archive)
    assert report.faults == []
    assert report.alone == {"key": 1, "consent": 1, "hold": 1}
    for looser in (
        lambda batch: verbs.consent(batch, team.person, basis="given", audience="public"),
        lambda batch: verbs.lift(batch, team.exhibit, authority="x"),
        lambda batch: verbs.end_key(batch, pseudonym(team.two), "retired"),
    ):
        with pytest.raises(PersonNeeded), archive.writing() as batch:
            looser(batch)
    with archive.writing(team.one) as batch:
        verbs.consent(batch, team.person, basis="given", audience="public", marking=PUBLIC)
    false = {"subject": team.person.entry_id, "state": "withdrawn"}
    forged = team.forge("", "", "consent", false, team.one, by=team.two)
    assert codes(verify(archive), forged.position) == {"ledger.decision-unsigned"}
    assert not visible(ANYONE, m.Mention).filter(position=team.person.position).exists()


@pytest.fixture
def older(tmp_path: Path, empty_database: str | None, monkeypatch: pytest.MonkeyPatch) -> Archive:
    """An archive as older programs made it: its first entry states no policy."""
    with monkeypatch.context() as patch:
        patch.setattr(TrustRules, "fields", lambda self: {})
        return init_archive(tmp_path / "older", passphrase=None, database_url=empty_database)


def test_an_archive_from_before_is_sound_and_adopts_a_policy(
    older: Archive, tmp_path: Path
) -> None:
    """Older programs asked for no person: that is told, and is no fault. Then the rules bind."""
    archive = older
    people = [archive.keyring.add_person(None) for _ in range(4)]
    for person in people[:3]:
        forge(archive, "key", grant(person))
    exhibit, _ = seal_text(archive, tmp_path)
    hold = {"target": exhibit.entry_id, "authority": "x"}
    forge(archive, "hold", {**hold, "state": "placed"})
    forge(archive, "hold", {**hold, "state": "lifted"})
    with archive.writing(people[0]) as batch:
        person = verbs.mention(batch, "person", "Aygul Test", marking=PUBLIC)
    consent = {"subject": person.entry_id, "state": "given", "audience": "public"}
    forge(archive, "consent", consent)
    report = verify(archive)
    assert report.faults == []
    assert report.alone == {"key": 2, "hold": 2, "consent": 1}
    with pytest.raises(TrustRefused, match="no one signed"), archive.writing() as batch:
        verbs.first_policy(batch, DEFAULT)
    with archive.writing(people[0]) as batch:
        verbs.first_policy(batch, DEFAULT)
    with pytest.raises(TrustRefused), archive.writing(people[0]) as batch:
        verbs.first_policy(batch, DEFAULT)
    assert verify(archive).faults == []
    late = [
        forge(archive, "key", grant(people[3])),
        forge(archive, "hold", {**hold, "state": "lifted"}),
        forge(archive, "consent", consent),
    ]
    report = verify(archive)
    assert {fault.position for fault in report.faults} == {each.position for each in late}
    assert rebuilding.check() == []


def test_a_key_file_of_somebody_else_signs_nothing(team: Team) -> None:
    """She puts a key of her own where another person's lay: it is not called protected."""
    keys = team.archive.directory / "keys"
    holder = pseudonym(team.two)
    granted_key = team.two.verifier.vkey
    assert kept_key(keys, holder, granted_key) == "unprotected"
    folder = keys / "people"
    for path in folder.glob(f"{holder}.*"):
        path.unlink()
    team.archive.keyring.add_person("a passphrase of hers", holder)
    for path in folder.glob(f"{holder}.*"):
        path.rename(folder / f"{holder}{path.suffix}")
    assert kept_key(keys, holder, granted_key) == "another key lies here, which was not granted"
    stranger = open_person(keys, holder, "a passphrase of hers")
    with pytest.raises(PersonNeeded), team.archive.writing(stranger):
        pass


def test_where_everybody_lost_their_key_one_person_comes_in_after_a_while(team: Team) -> None:
    """A lost disk must not end every erasure; and nobody gains more by it than by waiting."""
    archive, clock = team.archive, team.clock
    new, other = (archive.keyring.add_person(None) for _ in range(2))
    with archive.writing() as batch:
        verbs.end_key(batch, pseudonym(team.one), "lost")
        verbs.end_key(batch, pseudonym(team.two), "lost")
    clock.wait(4 * DAY)
    with pytest.raises(TrustRefused, match="anyone who has a key"), archive.writing() as batch:
        verbs.add_person(batch, new)
    with archive.writing() as batch:
        verbs.end_key(batch, pseudonym(team.three), "lost")
    clock.wait(71 * HOUR)
    with pytest.raises(TrustRefused, match="71 h after"), archive.writing() as batch:
        verbs.add_person(batch, new)
    forged = team.forge("", "", "key", grant(new))
    assert codes(verify(archive), forged.position) == {"trust.grant-unfounded"}
    clock.wait(HOUR)
    with archive.writing() as batch:
        verbs.add_person(batch, new)
    with pytest.raises(TrustRefused), archive.writing() as batch:
        verbs.add_person(batch, other)
    with archive.writing(new) as batch:
        verbs.add_person(batch, other)
    report = verify(archive)
    assert {fault.position for fault in report.faults} == {forged.position}
    assert rebuilding.check() == []


@pytest.mark.parametrize("kind", ["custody", "definition"])
def test_who_is_named_signed_whatever_it_says(team: Team, kind: str) -> None:
    """Also of what need not be signed: a custody event in another's name is shown as theirs."""
    fields: dict[str, dict[str, Any]] = {
        "custody": {"exhibit": team.exhibit.entry_id, "event": "handed-over", "reason": "sold"},
        "definition": {
            "key": "k", "title": "T", "figure_kind": "counted", "text": "x", "digest": "0" * 64,
        },
    }  # fmt: skip
    nobody = forge(team.archive, kind, fields[kind], person=pseudonym(team.two))
    another = forge(team.archive, kind, fields[kind], team.one, person=pseudonym(team.two))
    found = {(fault.position, fault.code) for fault in verify(team.archive).faults}
    for entry in (nobody, another):
        assert (entry.position, "note.no-known-key") in found
