"""The trust policy, and what partners' answers reveal about this log."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.custody.conftest import Log

from habeas.custody.attestation import witness
from habeas.custody.attestation.cosignatures import Cosigner
from habeas.custody.attestation.partners import (
    Partner,
    ask,
    check_cosigned,
    parse_policy,
    read_policy,
)
from habeas.custody.attestation.witness import Witness, WitnessAnswer
from habeas.custody.errors import Forked, PartnerRefused, PolicyError, RolledBack
from habeas.custody.log.checkpoints import Checkpoint, parse_checkpoint, sign_checkpoint
from habeas.custody.log.notes import Signer
from habeas.custody.log.tiles import TileLog

ALICE = Cosigner.from_seed("alice.example/w", b"a" * 32)
BOB = Cosigner.from_seed("bob.example/w", b"b" * 32)
CAROL = Cosigner.from_seed("carol.example/w", b"c" * 32)


def written(needed: object, *cosigners: Cosigner, more: str = "") -> str:
    partners = "".join(f'[[partner]]\nkey = "{one.key.vkey}"\n{more}' for one in cosigners)
    return f"needed = {needed}\n{partners}"


def cosigned(checkpoint: Checkpoint, *cosigners: Cosigner, time: int = 1_700_000_000) -> bytes:
    text = checkpoint.note.partition(b"\n\n")[0] + b"\n"
    return checkpoint.note + b"".join(one.cosign(text, time) for one in cosigners)


# --- the policy -------------------------------------------------------------------------


def test_m_of_n() -> None:
    policy = parse_policy(written(2, ALICE, BOB, CAROL))
    signer = Signer.generate("example.org/log")
    checkpoint = sign_checkpoint(signer.name, 3, bytes(32), signer)
    assert not policy.standing(checkpoint.note).enough
    assert not policy.standing(cosigned(checkpoint, ALICE)).enough
    assert policy.standing(cosigned(checkpoint, ALICE, CAROL)).enough
    stranger = Cosigner.generate("alice.example/w")
    assert not policy.standing(cosigned(checkpoint, ALICE, stranger)).enough


def test_one_partner_counts_once() -> None:
    policy = parse_policy(written(2, ALICE, BOB))
    signer = Signer.generate("example.org/log")
    checkpoint = sign_checkpoint(signer.name, 3, bytes(32), signer)
    assert not policy.standing(cosigned(checkpoint, ALICE, ALICE)).enough


@pytest.mark.parametrize(
    "text",
    [
        "",
        "needed = 1\n",
        "needed = 1\npartner = []\n",
        written(0, ALICE),
        written(2, ALICE),
        written('"1"', ALICE),
        written("true", ALICE),
        written(1, ALICE, ALICE),
        written(1, ALICE, Cosigner.from_seed("other.example/w", b"a" * 32)),
        written(1, ALICE, Cosigner.from_seed("alice.example/w", b"b" * 32)),
        written(1, ALICE, more='url = "ftp://alice.example"\n'),
        written(1, ALICE, more='url = "https://me:secret@alice.example/"\n'),
        written(1, ALICE, more='url = "https://alice.example/?q"\n'),
        written(1, ALICE, more="url = 7\n"),
        written(1, ALICE, more="weight = 7\n"),
        "needed = 1\n[[partner]]\nurl = 'https://alice.example'\n",
        "needed = 1\n[[partner]]\nkey = 'alice'\n",
        written(1, ALICE) + "[other]\nx = 1\n",
        "needed = \n",
    ],
)
def test_a_policy_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(PolicyError) as refused:
        parse_policy(text)
    assert refused.value.next_step


def test_an_error_names_the_file_and_the_partner(tmp_path: Path) -> None:
    path = tmp_path / "partners.toml"
    path.write_text(written(1, ALICE) + "[[partner]]\nkey = 'bob'\n")
    with pytest.raises(PolicyError) as refused:
        read_policy(path)
    assert refused.value.message.startswith(f"{path}: Partner 2 in the trust policy: ")


def test_a_policy_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="No trust policy at"):
        read_policy(tmp_path / "partners.toml")
    (tmp_path / "partners.toml").write_text(written(1, ALICE, more='url = "http://[::1]:8418/w"\n'))
    policy = read_policy(tmp_path / "partners.toml")
    assert policy.partner("alice.example/w").url == "http://[::1]:8418/w"
    with pytest.raises(PolicyError, match="no partner"):
        policy.partner("bob.example/w")
    assert "/" not in policy.partners[0].file_name


# --- what answers mean ------------------------------------------------------------------


@pytest.fixture
def partner(log: Log, tmp_path: Path) -> Witness:
    witness.trust_log(tmp_path / "alice", log.keyring.checkpoint.verifier)
    return Witness(tmp_path / "alice", ALICE)


def rewritten(log: Log) -> TileLog:
    """Another history, signed by the same key: entries in the other order."""
    log.memory.clear()
    directory = log.directory.parent / "rewritten"
    other = Log(directory, log.keyring, log.notes[::-1], log.memory)
    with other.sequencer() as sequencer:
        sequencer.extend(other.notes[:300])
        sequencer.extend(other.notes[300:])
    return TileLog(directory)


def test_the_partner_corrects_what_we_believe(log: Log, partner: Witness) -> None:
    tiles, known = TileLog(log.directory), Partner(ALICE.key)
    ask(known, tiles, parse_checkpoint(log.memory[300]), 0, partner.add_checkpoint)
    for believed in (0, 300, 17):
        bodies: list[bytes] = []

        def send(body: bytes, bodies: list[bytes] = bodies) -> WitnessAnswer:
            bodies.append(body)
            return partner.add_checkpoint(body)

        ask(known, tiles, parse_checkpoint(log.memory[300]), believed, send)
        assert len(bodies) == (1 if believed == 300 else 2)


def test_an_older_copy_is_told_by_the_partner(log: Log, partner: Witness) -> None:
    tiles, known = TileLog(log.directory), Partner(ALICE.key)
    ask(known, tiles, parse_checkpoint(log.memory[600]), 0, partner.add_checkpoint)
    with pytest.raises(RolledBack) as found:
        ask(known, tiles, parse_checkpoint(log.memory[300]), 0, partner.add_checkpoint)
    assert "an older copy of the archive was put back, and 300 entries are missing" in str(
        found.value
    )


@pytest.mark.parametrize("size", [300, 600])
def test_another_history_is_told_by_the_partner(log: Log, partner: Witness, size: int) -> None:
    """Of the same size (409) and of a larger one (422)."""
    first = parse_checkpoint(log.memory[300])
    ask(Partner(ALICE.key), TileLog(log.directory), first, 0, partner.add_checkpoint)
    other = rewritten(log)
    with pytest.raises(Forked, match="two histories"):
        ask(
            Partner(ALICE.key),
            other,
            parse_checkpoint(log.memory[size]),
            0,
            partner.add_checkpoint,
        )


@pytest.mark.parametrize(
    "answer",
    [
        WitnessAnswer(500, b"oops"),
        WitnessAnswer(404, b"?"),
        WitnessAnswer(409, b"300\n", "text/x.tlog.size"),  # says again what it was just given
        WitnessAnswer(409, b"3 00\n", "text/x.tlog.size; charset=utf-8"),
        WitnessAnswer(200, b""),
        WitnessAnswer(200, b"nothing signed\n"),
        WitnessAnswer(200, "— bob.example/w AAAA\n".encode()),
        WitnessAnswer(200, BOB.cosign(b"x\n1\n", 1)),
        WitnessAnswer(200, ALICE.cosign(b"another text\n", 1)),
    ],
)
def test_other_answers_are_refusals(log: Log, answer: WitnessAnswer) -> None:
    checkpoint = parse_checkpoint(log.memory[600])
    with pytest.raises(PartnerRefused) as refused:
        ask(Partner(ALICE.key), TileLog(log.directory), checkpoint, 300, lambda body: answer)
    assert refused.value.next_step


def test_a_cosigned_checkpoint_that_fits(log: Log) -> None:
    own, tiles = log.keyring.chain, TileLog(log.directory)
    for size in (300, 600):
        note = cosigned(parse_checkpoint(log.memory[size]), ALICE, BOB)
        found = check_cosigned(note, tiles, own, [ALICE.key])
        assert [one.key for one in found.cosignatures] == [ALICE.key]
        assert found.checkpoint.size == size


def test_a_cosigned_checkpoint_shows_that_the_log_was_rolled_back(log: Log) -> None:
    own = log.keyring.chain
    note = cosigned(parse_checkpoint(log.memory[600]), ALICE)
    tiles = TileLog(log.directory)
    tiles.publish(parse_checkpoint(log.memory[590]))
    with pytest.raises(RolledBack, match=r"600 entries on 2023-11-14 22:13:20 UTC, and here"):
        check_cosigned(note, tiles, own, [ALICE.key])


def test_a_cosigned_checkpoint_shows_that_the_log_was_forked(log: Log) -> None:
    own = log.keyring.chain
    note = cosigned(parse_checkpoint(log.memory[590]), ALICE)
    with pytest.raises(Forked, match="two histories"):
        check_cosigned(note, rewritten(log), own, [ALICE.key])


def test_a_checkpoint_without_a_partner_or_of_another_log_says_nothing(log: Log) -> None:
    own, tiles = log.keyring.chain, TileLog(log.directory)
    note = cosigned(parse_checkpoint(log.memory[600]), BOB)
    with pytest.raises(PartnerRefused, match="No partner"):
        check_cosigned(note, tiles, own, [ALICE.key])
    stranger = Signer.from_seed(own.origin, b"s" * 32)
    forged = cosigned(sign_checkpoint(own.origin, 900, bytes(32), stranger), ALICE)
    with pytest.raises(Exception, match="No key that is known"):
        check_cosigned(forged, tiles, own, [ALICE.key])
