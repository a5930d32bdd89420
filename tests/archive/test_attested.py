"""Cosignatures and timestamps of an archive's log, on each database."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.custody.authority import Authority

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import PUBLIC, visible
from habeas.archive.attestation import cosigning, timestamping
from habeas.archive.errors import EntryRefused
from habeas.archive.ledger import rebuilding
from habeas.archive.opening import Archive
from habeas.archive.verify import verifying
from habeas.custody.attestation.cosignatures import Cosigner
from habeas.custody.attestation.partners import CosigningPolicy, Partner
from habeas.custody.attestation.timestamps import make_request, read_certificates, stamped_text
from habeas.custody.errors import Forked, PartnerRefused, RolledBack, TimestampError
from habeas.custody.log.checkpoints import sign_checkpoint

ALICE = Cosigner.from_seed("alice.example/w", b"a" * 32)
BOB = Cosigner.from_seed("bob.example/w", b"b" * 32)
POLICY = CosigningPolicy(1, (Partner(ALICE.key), Partner(BOB.key)))
NOW = 1_700_000_000


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa") / "own")


def grow(archive: Archive, key: str) -> None:
    with archive.writing() as batch:
        verbs.compartment(batch, key, "A case")


def cosigned(archive: Archive, *cosigners: Cosigner, time: int = NOW) -> bytes:
    note = cosigning.newest_checkpoint(archive).note
    text = note.rpartition(b"\n\n")[0] + b"\n"
    return note + b"".join(one.cosign(text, time) for one in cosigners)


def test_cosignatures_are_kept_and_logged_when_the_log_grows_anyway(archive: Archive) -> None:
    size = archive.size
    cosigning.add_cosigned(archive, POLICY, cosigned(archive, ALICE))
    cosigning.add_cosigned(archive, POLICY, cosigned(archive, BOB))
    standing = POLICY.standing(cosigning.newest_checkpoint(archive).note)
    assert {one.key for one in standing.cosignatures} == {ALICE.key, BOB.key}
    assert cosigning.record_cosignatures(archive, POLICY) == []
    assert archive.size == size, "logging them alone would only make another checkpoint"
    grow(archive, "c")
    assert POLICY.standing(cosigning.newest_checkpoint(archive).note).cosignatures == ()
    assert len(cosigning.record_cosignatures(archive, POLICY)) == 2
    assert cosigning.record_cosignatures(archive, POLICY) == []
    rows = visible(PUBLIC, m.Cosignature).order_by("position")
    assert list(rows.values_list("partner", "size", "signed_at")) == [
        ("alice.example/w", size, NOW),
        ("bob.example/w", size, NOW),
    ]
    assert cosigning.last_cosigned(archive, ALICE.key) == size
    assert verifying.verify(archive).sound
    assert rebuilding.check() == []


def test_the_archive_goes_on_under_a_cosigned_checkpoint(archive: Archive) -> None:
    for number in range(3):
        cosigning.add_cosigned(archive, POLICY, cosigned(archive, ALICE, time=NOW + number))
        grow(archive, f"c-{number}")
    assert len(cosigning.kept(archive)) == 3
    assert verifying.verify(archive).sound


def test_an_older_state_may_be_cosigned_late(archive: Archive) -> None:
    note = cosigned(archive, ALICE)
    grow(archive, "c")
    found = cosigning.add_cosigned(archive, POLICY, note)
    assert found.checkpoint.size == archive.size - 1
    assert len(cosigning.record_cosignatures(archive, POLICY)) == 1


def test_a_cosignature_of_tomorrow_is_refused(archive: Archive) -> None:
    with pytest.raises(PartnerRefused, match="in the future"):
        cosigning.add_cosigned(archive, POLICY, cosigned(archive, ALICE, time=2**40))
    assert cosigning.kept(archive) == []


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_nothing_is_kept_of_what_contradicts_the_log(archive: Archive, tmp_path: Path) -> None:
    shutil.copytree(archive.directory / "log", tmp_path / "older")
    grow(archive, "c")
    larger = cosigned(archive, ALICE)
    signer = archive.keyring.checkpoint
    forked = sign_checkpoint(signer.name, archive.size, b"x" * 32, signer).note
    text = forked.rpartition(b"\n\n")[0] + b"\n"
    with pytest.raises(Forked):
        cosigning.add_cosigned(archive, POLICY, forked + ALICE.cosign(text, NOW))
    shutil.rmtree(archive.directory / "log")
    shutil.copytree(tmp_path / "older", archive.directory / "log")
    with pytest.raises(RolledBack):
        cosigning.add_cosigned(archive, POLICY, larger)
    assert cosigning.kept(archive) == []


def test_a_timestamp_over_an_older_checkpoint_is_found_and_logged(
    archive: Archive, authority: Authority
) -> None:
    size = archive.size
    request = make_request(stamped_text(cosigning.newest_checkpoint(archive)))
    for number in range(3):
        grow(archive, f"c-{number}")
    chain = read_certificates(authority.chain)
    reply = authority.reply(request)
    added = timestamping.add_reply(archive, reply, chain, request)
    assert added.size == size
    with pytest.raises(EntryRefused, match="already"):
        timestamping.add_reply(archive, reply, chain, request)
    (one,) = timestamping.logged(archive)
    assert one.proof == reply
    checked = timestamping.verify_logged(archive, one)
    assert checked.fault is None
    assert checked.time == added.time
    assert visible(PUBLIC, m.Timestamp).count() == 1
    assert verifying.verify(archive).sound
    assert rebuilding.check() == []


def test_a_timestamp_over_another_history_does_not_hold(
    archive: Archive, authority: Authority
) -> None:
    """An entry that a program of somebody else's making put there."""
    signer = archive.keyring.checkpoint
    other = sign_checkpoint(signer.name, archive.size, b"x" * 32, signer)
    reply = authority.reply(make_request(stamped_text(other)))
    with pytest.raises(TimestampError, match="no checkpoint that this archive signed"):
        timestamping.add_reply(archive, reply, read_certificates(authority.chain))
    with archive.writing() as batch:
        verbs.timestamp(batch, other, "rfc3161", reply, chain=[b"\x30\x00"])
    (one,) = timestamping.logged(archive)
    fault = timestamping.verify_logged(archive, one, read_certificates(authority.chain)).fault
    assert fault is not None
    assert "another root" in fault.message


def test_what_was_logged_as_a_chain_and_is_none(archive: Archive, authority: Authority) -> None:
    checkpoint = cosigning.newest_checkpoint(archive)
    with archive.writing() as batch:
        verbs.timestamp(batch, checkpoint, "rfc3161", b"\x30\x00", chain=[b"\x30\x00"])
    (one,) = timestamping.logged(archive)
    checked = timestamping.verify_logged(archive, one)
    assert checked.fault is not None
    assert checked.fault.code == "timestamp.refused"


def test_there_are_two_kinds_of_timestamps(archive: Archive) -> None:
    with pytest.raises(EntryRefused), archive.writing() as batch:
        verbs.timestamp(batch, cosigning.newest_checkpoint(archive), "sundial", b"x")
