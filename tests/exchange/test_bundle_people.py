"""A bundle that shows persons holds their grants, and both verifiers check who signed what."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from tests.exchange.bundles import Verdict, World, by_archive_code, by_standalone
from tests.redteam.forging import forge, grant, key_in_the_name_of

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.custody.bundles.people_check import DisclosedEntry, check_people
from habeas.custody.log.entries import Composed, Composer, parse_entry
from habeas.custody.log.notes import OVER_NOTE, Signer
from habeas.custody.log.statements import OVER_STATEMENT, SeenLedger, draw_up
from habeas.custody.standalone import verify as standalone
from habeas.exchange.bundling.choosing import Chosen
from habeas.exchange.bundling.disclosing import Rules
from habeas.exchange.bundling.writing import write

NOW = 1_900_000_000
PERSONS = Rules(shown=frozenset({"person"}))


def checked(world: World, to: Path, positions: set[int], rules: Rules = PERSONS) -> list[Verdict]:
    write(world.archive, Chosen("x", positions), "team", to, rules=rules)
    found = [by_standalone(to), by_archive_code(to)]
    assert found[0].report["checks"] == found[1].report["checks"]
    return found


def people(verdict: Verdict) -> dict[str, object] | None:
    return next((c for c in verdict.report["checks"] if c["check"] == "people"), None)


def decisions(world: World) -> set[int]:
    return {m.Judgement.objects.get().position}


def the_reviewer(world: World) -> Signer:
    return world.archive.keyring.person(world.archive.keyring.people()[0])


def test_a_decision_is_shown_with_the_grant_of_the_key_that_signed_it(
    world: World, tmp_path: Path
) -> None:
    for verdict in checked(world, tmp_path / "b", decisions(world)):
        assert (verdict.result, verdict.failing) == ("holds", frozenset())
        found = people(verdict)
        assert found is not None
        assert found["status"] == "holds"
        assert verdict.report["entries"] == 2  # the judgement, and the grant


def test_a_bundle_that_shows_no_person_says_nothing_of_them(world: World, tmp_path: Path) -> None:
    for verdict in checked(world, tmp_path / "b", decisions(world), Rules()):
        assert verdict.result == "holds"
        assert people(verdict) is None
        assert verdict.report["entries"] == 1


def _second_grant(world: World, stolen: Signer) -> set[int]:
    return {forge(world.archive, "key", grant(stolen)).position}


def _in_their_name(world: World, stolen: Signer) -> set[int]:
    claim = m.LedgerEntry.objects.get(position=world.claim).entry_id
    fields = {"target": claim, "target_kind": "claim", "reason": "x"}
    holder = stolen.name.rpartition("/")[2]
    return {forge(world.archive, "retraction", fields, stolen, person=holder).position}


def _one_key_for_two(world: World, stolen: Signer) -> set[int]:
    fields = grant(stolen) | {"holder": f"p-{'0' * 16}"}
    return {forge(world.archive, "key", fields).position}


def _recovered_by_one(world: World, stolen: Signer) -> set[int]:
    reviewer = the_reviewer(world)
    holder = reviewer.name.rpartition("/")[2]
    fields = {"holder": holder, "verifier": stolen.verifier.vkey, "reason": "x"}
    asked = forge(world.archive, "key-request", fields, reviewer, person=holder)
    more = grant(stolen, request=asked.entry_id)
    return {asked.position, forge(world.archive, "key", more).position}


@pytest.mark.parametrize(
    "attack", [_second_grant, _in_their_name, _one_key_for_two, _recovered_by_one]
)
def test_whoever_signs_for_others_is_named_by_both_verifiers(
    world: World, tmp_path: Path, attack: Callable[[World, Signer], set[int]]
) -> None:
    holder = the_reviewer(world).name.rpartition("/")[2]
    stolen = key_in_the_name_of(holder, world.archive)
    forged = attack(world, stolen)
    to = tmp_path / "b"
    write(world.archive, Chosen("x", decisions(world) | forged), "team", to, rules=PERSONS)
    for verdict in (by_standalone(to), by_archive_code(to)):
        assert verdict.failing == {"people"}
        found = people(verdict)
        assert found is not None
        assert len(found["faults"]) == len(forged)  # type: ignore[arg-type]


def test_further_and_recovered_keys_hold_in_both(world: World, tmp_path: Path) -> None:
    archive = world.archive
    first = the_reviewer(world)
    others = [archive.keyring.add_person(None) for _ in range(2)]
    for other in others:
        with archive.writing(first) as batch:
            verbs.add_person(batch, other)
    further = archive.keyring.add_person(None, others[0].name.rpartition("/")[2])
    with archive.writing(others[0]) as batch:
        verbs.add_key(batch, further)
    lost = first.name.rpartition("/")[2]
    new = archive.keyring.add_person(None, lost)
    with archive.writing(others[1]) as batch:
        verbs.end_key(batch, lost, "lost")
        asked = verbs.request_key(batch, new, "Forgotten.")
    with archive.writing(further) as batch:
        verbs.recover_key(batch, asked.position)
    with archive.writing(new) as batch:
        made = verbs.retract(batch, world.claim, "claim", "x")
    for verdict in checked(world, tmp_path / "b", {made.position} | decisions(world)):
        assert (verdict.result, verdict.failing) == ("holds", frozenset())
        assert verdict.report["entries"] == 9


class Liar(Signer):
    """It signs something else than what lies before it."""

    def sign(self, text: bytes, kind: bytes = OVER_NOTE) -> bytes:
        return super().sign(text + b"not this", kind)


ORIGIN = "example.org/histories"
HOLDERS = [f"p-{n}" for n in range(4)]


def history(seed: int) -> list[DisclosedEntry]:
    """Grants, ends, requests, recoveries and decisions, in part falsely signed or misnamed."""
    chance = random.Random(seed)  # noqa: S311
    composer = Composer(ORIGIN, Signer.from_seed(ORIGIN, bytes(32)))
    keys = [
        Signer.from_seed(f"{ORIGIN}/{holder}", chance.randbytes(32))
        for holder in HOLDERS
        for _ in range(3)
    ]
    lie = {key: Liar(key.name, key._key) for key in keys}
    shown: list[DisclosedEntry] = []
    requests: list[tuple[str, str, str]] = []
    for position in range(chance.randint(1, 18)):
        key = chance.choice(keys)
        holder, verifier = key.name.rpartition("/")[2], key.verifier.vkey
        state = chance.choice(["granted"] * 5 + ["retired", "lost", "lost", "else"])
        fields: dict[str, Any] = {"holder": holder, "verifier": verifier}
        match chance.choice(["key"] * 6 + ["key-request", "recovery", "consent"]):
            case "key":
                fields |= {"kind": "key", "role": "person", "state": state}
            case "recovery" if requests:
                request, holder, verifier = chance.choice(requests)
                fields = {"kind": "key", "role": "person", "state": "granted", "request": request}
                fields |= {"holder": holder, "verifier": verifier}
            case "key-request":
                fields |= {"kind": "key-request", "reason": "x"}
            case _:
                fields = {"kind": "consent", "state": state}
        if fields.get("state") == "lost" and chance.random() < 0.2:
            fields["verifier"] = chance.choice(["none", f"x{verifier}"])
        signers = [
            lie[each] if chance.random() < 0.15 else each
            for each in chance.sample(keys, chance.choice([0, 1, 1, 1, 2]))
        ]
        if signers and chance.random() < 0.7:
            fields["person"] = signers[0].name.rpartition("/")[2]
        elif chance.random() < 0.4:
            fields["person"] = chance.choice(HOLDERS)
        made = (_composed, _stated)[position % 2](composer, fields, signers)
        if fields["kind"] == "key-request":
            requests.append((made.entry_id, holder, verifier))
        shown.append(DisclosedEntry(position, parse_entry(made.note), fields))
    return shown


def _composed(composer: Composer, fields: dict[str, Any], signers: list[Signer]) -> Composed:
    """In format 1."""
    return composer.compose(NOW, list(fields.items()), cosigners=signers)


def _stated(composer: Composer, fields: dict[str, Any], signers: list[Signer]) -> Composed:
    """In format 2."""
    seen = SeenLedger(0, "0" * 64)
    made = draw_up(composer.origin, list(fields.items()), seen=seen, not_after=NOW)
    lines = [signer.sign(made.statement.text, OVER_STATEMENT) for signer in signers]
    return composer.record(made.statement, NOW, made.disclosures, lines)


def _signed_text(one: DisclosedEntry) -> bytes:
    """As the verifier that uses the standard library alone reads it."""
    origin, _, entry_id, statement = standalone.read_entry(one.parsed.text)
    assert (origin, entry_id) == (one.parsed.origin, one.parsed.entry_id)
    if one.parsed.statement is not None:
        whole = one.parsed.statement
        assert statement == (whole.text if whole.is_signed else b"")
    return bytes(statement)


def by_the_other(shown: list[DisclosedEntry]) -> standalone.Bundle:
    """The same, as the verifier that uses the standard library alone has them."""
    bundle = object.__new__(standalone.Bundle)
    bundle.origin = ORIGIN
    bundle.status, bundle.faults = {"people": standalone.HOLDS}, {"people": []}
    bundle.said = {"people": []}
    bundle.entries = {
        one.parsed.entry_id: {
            "id": one.parsed.entry_id,
            "position": one.position,
            "fields": dict(one.fields),
            "statement": (statement := _signed_text(one)),
            "kind": b"\x01" if statement == one.parsed.text else standalone.OVER_STATEMENT,
            "signatures": [
                (each.name, each.key_id.to_bytes(4, "big"), each.raw)
                for each in one.parsed.signatures
            ],
        }
        for one in shown
    }
    bundle.check_people()
    return bundle


def test_both_verifiers_judge_any_history_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    for quick in ("signed_by", "sound_key"):  # arithmetic that other tests hold against others
        monkeypatch.setattr(standalone, quick, QUICK[quick])
    good = bad = 0
    for seed in range(150):
        shown = history(seed)
        found, other = check_people(ORIGIN, shown), by_the_other(shown)
        at = [
            [fault.split()[1] for fault in each] for each in (found.faults, other.faults["people"])
        ]
        assert at[0] == at[1], seed
        assert (found.status, found.words) == (other.status["people"], other.said["people"]), seed
        good, bad = good + found.signed, bad + len(found.faults)
    assert min(good, bad) > 50


def _signed_by(public: bytes, text: bytes, raw: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(raw, text)
    except InvalidSignature:
        return False
    return True


QUICK: dict[str, Callable[..., object]] = {
    "signed_by": _signed_by,
    "sound_key": lambda public: public,
}


@pytest.mark.parametrize("how", ["retired", "lost"])
def test_a_falsely_signed_end_is_a_fault_and_ends_the_key_in_both(how: str) -> None:
    composer = Composer(ORIGIN, Signer.from_seed(ORIGIN, bytes(32)))
    one, new = (Signer.from_seed(f"{ORIGIN}/p-0", bytes([n]) * 32) for n in (1, 2))
    two = Signer.from_seed(f"{ORIGIN}/p-1", b"3" * 32)
    said: list[tuple[dict[str, Any], list[Signer]]] = [
        (grant(one), []),
        ({**grant(two), "person": "p-0"}, [one]),
        ({**grant(one), "state": how, "person": "p-1"}, [new]),  # in another's name
        ({**grant(new), "person": "p-0"}, [one]),
        ({"kind": "consent", "person": "p-0"}, [one]),
    ]
    shown = []
    for position, (fields, signers) in enumerate(said):
        fields = {"kind": "key", **fields}
        made = composer.compose(1_900_000_000, list(fields.items()), cosigners=signers)
        shown.append(DisclosedEntry(position, parse_entry(made.note), fields))
    for faults in (check_people(ORIGIN, shown).faults, by_the_other(shown).faults["people"]):
        assert [fault.split()[1] for fault in faults] == ["2", "3", "4"]
