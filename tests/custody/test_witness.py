"""A witness, rule by rule of tlog-witness; and what partners' memories reveal."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.custody.conftest import Log

from habeas.custody.attestation import witness
from habeas.custody.attestation.cosignatures import ML_DSA_44, Cosigner, read_cosignatures
from habeas.custody.attestation.witness import CosignRequest, Witness, WitnessAnswer, parse_request
from habeas.custody.errors import RequestError, WitnessError
from habeas.custody.log import merkle
from habeas.custody.log.checkpoints import Checkpoint, parse_checkpoint, sign_checkpoint
from habeas.custody.log.notes import Signer, sign_note, to_base64

ORIGIN = "example.org/log"
LOG = Signer.from_seed(ORIGIN, b"l" * 32)
STRANGER = Signer.from_seed(ORIGIN, b"s" * 32)
PARTNER = Cosigner.from_seed("partner.example/w", b"p" * 32)
LEAVES = [merkle.leaf_hash(b"%d" % number) for number in range(40)]
OTHER = [merkle.leaf_hash(b"other %d" % number) for number in range(40)]
NOW = 1_700_000_000


def checkpoint(size: int, leaves: list[bytes] = LEAVES, signer: Signer = LOG) -> Checkpoint:
    return sign_checkpoint(signer.name, size, merkle.root_of(leaves[:size]), signer)


def request(old: int, size: int, leaves: list[bytes] = LEAVES, signer: Signer = LOG) -> bytes:
    proof = merkle.consistency_proof(leaves[:size], old) if 0 < old <= size else []
    return CosignRequest(old, tuple(proof), checkpoint(size, leaves, signer)).body()


@pytest.fixture
def partner(tmp_path: Path) -> Witness:
    """A witness that knows one log and has cosigned nothing."""
    witness.trust_log(tmp_path, LOG.verifier)
    return Witness(tmp_path, PARTNER, clock=lambda: NOW + 0.5)


@pytest.fixture
def latest(partner: Witness) -> Callable[[], int]:
    return lambda: ((found := witness.known_logs(partner.directory)[0].latest) and found.size) or 0


def conflict(answer: WitnessAnswer) -> int:
    """The size that a 409 tells; each tells one."""
    assert answer.status == 409
    assert answer.content_type == "text/x.tlog.size"
    assert answer.body.endswith(b"\n")
    return int(answer.body)


# --- what is cosigned -------------------------------------------------------------------


def test_a_log_is_cosigned_as_it_grows(partner: Witness, latest: Callable[[], int]) -> None:
    for old, size in ((0, 7), (7, 8), (8, 32), (32, 33)):
        answer = partner.add_checkpoint(request(old, size))
        assert answer.status == 200
        assert answer.body.startswith("— partner.example/w ".encode())
        found = read_cosignatures(checkpoint(size).note + answer.body, [PARTNER.key])
        assert [one.time for one in found] == [NOW]
        assert latest() == size


def test_each_key_of_the_witness_cosigns(tmp_path: Path) -> None:
    newer = Cosigner.from_seed(PARTNER.key.name, b"n" * 32, ML_DSA_44)
    witness.trust_log(tmp_path, LOG.verifier)
    partner = Witness(tmp_path, PARTNER, newer, clock=lambda: NOW)
    answer = partner.add_checkpoint(request(0, 7))
    for key in (PARTNER.key, newer.key):
        found = read_cosignatures(checkpoint(7).note + answer.body, [key])
        assert [(one.key, one.time) for one in found] == [(key, NOW)]
    assert partner.add_checkpoint(request(7, 9)).status == 200


def test_the_same_checkpoint_is_cosigned_again(partner: Witness) -> None:
    partner.add_checkpoint(request(0, 7))
    assert partner.add_checkpoint(request(7, 7)).status == 200


def test_other_signatures_are_ignored(partner: Witness, latest: Callable[[], int]) -> None:
    """Also when there are as many as a note takes: what is remembered stays readable."""
    strangers = [Signer.from_seed(ORIGIN, bytes([n]) * 32) for n in range(1, 64)]
    note = sign_note(checkpoint(7).note.partition(b"\n\n")[0] + b"\n", LOG, *strangers)
    body = CosignRequest(0, (), parse_checkpoint(note)).body()
    assert partner.add_checkpoint(body).status == 200
    assert latest() == 7
    assert partner.add_checkpoint(request(7, 9)).status == 200


def test_an_empty_log_is_cosigned(partner: Witness) -> None:
    assert partner.add_checkpoint(request(0, 0)).status == 200
    assert partner.add_checkpoint(request(0, 3)).status == 200


def test_extension_lines_are_signed_too(partner: Witness) -> None:
    text = checkpoint(7).note.partition(b"\n\n")[0] + b"\nan extension\n"
    note = sign_note(text, LOG)
    answer = partner.add_checkpoint(CosignRequest(0, (), parse_checkpoint(note)).body())
    assert answer.status == 200
    assert read_cosignatures(note + answer.body, [PARTNER.key])


# --- 404, 403, 400 ----------------------------------------------------------------------


def test_404_for_a_log_that_was_not_named(partner: Witness) -> None:
    stranger = Signer.from_seed("example.org/elsewhere", b"l" * 32)
    assert partner.add_checkpoint(request(0, 7, signer=stranger)).status == 404


def test_403_when_no_trusted_key_signed(partner: Witness, latest: Callable[[], int]) -> None:
    assert partner.add_checkpoint(request(0, 7, signer=STRANGER)).status == 403
    assert latest() == 0


def test_403_for_a_false_signature(partner: Witness) -> None:
    good, other = checkpoint(7).note, checkpoint(8).note
    forged = good.partition(b"\n\n")[0] + b"\n\n" + other.partition(b"\n\n")[2]
    assert partner.add_checkpoint(b"old 0\n\n" + forged).status == 403


def stray(line: bytes) -> bytes:
    """A signature line whose base64 says the same bytes with stray bits."""
    assert line.endswith(b"=\n")
    at = len(line.rstrip(b"=\n")) - 1
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    other = alphabet[alphabet.index(line[at]) + 1]
    return line[:at] + bytes([other]) + line[at + 1 :]


def test_a_line_of_an_unknown_key_is_ignored_however_it_is_spelt(partner: Witness) -> None:
    text, _, own = checkpoint(7).note.partition(b"\n\n")
    for name in ("stranger.example", ORIGIN, "with\u200bnothing"):
        line = stray(STRANGER.sign(b"?\n")).replace(ORIGIN.encode(), name.encode())
        note = text + b"\n\n" + line + own
        assert parse_checkpoint(note).size == 7
        assert partner.add_checkpoint(b"old 0\n\n" + note).status in (200, 409)
    assert witness.known_logs(partner.directory)[0].latest == parse_checkpoint(
        text + b"\n\n" + own + PARTNER.cosign(text + b"\n", NOW)
    )


def test_403_for_stray_bits_in_the_signature_of_a_trusted_key(partner: Witness) -> None:
    text, _, own = checkpoint(7).note.partition(b"\n\n")
    for lines in (stray(own), own + stray(own), stray(own) + own):
        assert partner.add_checkpoint(b"old 0\n\n" + text + b"\n\n" + lines).status == 403


def test_403_comes_before_anything_is_told(partner: Witness) -> None:
    """Somebody without the log's key does not learn how large it is."""
    partner.add_checkpoint(request(0, 7))
    answer = partner.add_checkpoint(request(3, 9, signer=STRANGER))
    assert answer.status == 403
    assert b"7" not in answer.body


def test_400_when_the_old_size_is_larger(partner: Witness) -> None:
    partner.add_checkpoint(request(0, 7))
    assert partner.add_checkpoint(request(7, 5)).status == 400


def test_400_when_the_old_size_is_larger_also_where_it_is_not_ours(partner: Witness) -> None:
    assert partner.add_checkpoint(request(9, 5)).status == 400


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\n\n",
        b"old 0\n",
        request(0, 7).replace(b"old 0", b"old 00"),
        request(0, 7).replace(b"old 0", b"old -1"),
        request(0, 7).replace(b"old 0", b"old  0"),
        request(0, 7).replace(b"old 0", b"Old 0"),
        request(0, 7).replace(b"old 0", b"old 0 "),
        request(0, 7).replace(b"old 0\n", b"old 0\r\n"),
        request(0, 7).replace(b"old 0", b"old 99999999999999999999"),
        request(3, 7).replace(b"=\n", b"\n", 1),
        request(3, 7).replace(b"old 3\n", b"old 3\n" + to_base64(b"short").encode() + b"\n"),
        b"old 3\n" + (to_base64(bytes(32)).encode() + b"\n") * 64 + b"\n" + checkpoint(7).note,
        b"old 0\n\n" + checkpoint(7).note.replace(b"\n7\n", b"\n07\n"),
        b"old 0\n\n" + checkpoint(7).note.rpartition(b"\n\n")[0],
        b"old 0\n\n" + checkpoint(7).note + b"\xff",
        b"old 0\n\n\xff" + checkpoint(7).note,
        b"old 0\n\n" + checkpoint(7).note * 400,
    ],
)
def test_400_for_what_is_not_a_request(partner: Witness, body: bytes) -> None:
    assert partner.add_checkpoint(body).status == 400


@given(st.binary(max_size=300))
def test_no_bytes_confuse_the_reader(body: bytes) -> None:
    with pytest.raises(RequestError):
        parse_request(body)


@given(st.data())
def test_a_changed_request_is_refused_or_means_the_same(data: st.DataObject) -> None:
    body = request(5, 21)
    place = data.draw(st.integers(0, len(body) - 1))
    changed = body[:place] + bytes([data.draw(st.integers(0, 255))]) + body[place + 1 :]
    try:
        read = parse_request(changed)
    except RequestError:
        return
    answer = witness.decide(read, [LOG.verifier], checkpoint(5))
    if answer is None:
        assert read.checkpoint.root == checkpoint(21).root


def test_63_lines_of_proof_are_read(partner: Witness) -> None:
    body = b"old 3\n" + (to_base64(bytes(32)).encode() + b"\n") * 63 + b"\n" + checkpoint(7).note
    assert len(parse_request(body).proof) == 63
    assert conflict(partner.add_checkpoint(body)) == 0


# --- 409 and 422 ------------------------------------------------------------------------


def test_409_with_the_size_when_the_old_size_is_another(
    partner: Witness, latest: Callable[[], int]
) -> None:
    assert conflict(partner.add_checkpoint(request(3, 9))) == 0
    partner.add_checkpoint(request(0, 7))
    for old in (0, 6, 8):
        assert conflict(partner.add_checkpoint(request(old, 9))) == 7
    assert latest() == 7


def test_409_for_an_older_checkpoint(partner: Witness, latest: Callable[[], int]) -> None:
    """A rolled-back log: all it can say honestly is a size that is not the latest."""
    partner.add_checkpoint(request(0, 9))
    assert conflict(partner.add_checkpoint(request(0, 7))) == 9
    assert conflict(partner.add_checkpoint(request(7, 7))) == 9
    assert latest() == 9


def test_422_for_another_root_at_the_same_size(partner: Witness, latest: Callable[[], int]) -> None:
    partner.add_checkpoint(request(0, 7))
    assert partner.add_checkpoint(request(7, 7, OTHER)).status == 422
    known = witness.known_logs(partner.directory)[0]
    assert known.latest is not None
    assert known.latest.root == checkpoint(7).root


def test_a_fork_is_kept_as_evidence_once(partner: Witness) -> None:
    partner.add_checkpoint(request(0, 7))
    for _ in range(3):
        partner.add_checkpoint(request(7, 7, OTHER))
    kept = list(partner.directory.glob("logs/*/forks/*"))
    assert [path.read_bytes() for path in kept] == [checkpoint(7, OTHER).note]
    assert witness.known_logs(partner.directory)[0].forks == 1


def test_422_for_a_root_of_an_empty_log_that_is_not_its_root(partner: Witness) -> None:
    note = sign_checkpoint(ORIGIN, 0, bytes(32), LOG)
    assert partner.add_checkpoint(CosignRequest(0, (), note).body()).status == 422


def test_422_when_the_proof_does_not_hold(partner: Witness, latest: Callable[[], int]) -> None:
    partner.add_checkpoint(request(0, 7))
    good = merkle.consistency_proof(LEAVES[:9], 7)
    for proof in ([], good[:-1], [*good, bytes(32)], [bytes(32), *good[1:]], good[::-1]):
        body = CosignRequest(7, tuple(proof), checkpoint(9)).body()
        assert partner.add_checkpoint(body).status == 422
    assert partner.add_checkpoint(request(7, 9, OTHER)).status == 422
    assert latest() == 7


def test_422_for_a_proof_where_there_is_nothing_to_prove(partner: Witness) -> None:
    body = CosignRequest(0, (bytes(32),), checkpoint(7)).body()
    assert partner.add_checkpoint(body).status == 422
    partner.add_checkpoint(request(0, 7))
    body = CosignRequest(7, (bytes(32),), checkpoint(7)).body()
    assert partner.add_checkpoint(body).status == 422


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40), st.booleans())
def test_what_is_remembered_only_grows(seen: int, old: int, size: int, forked: bool) -> None:
    """Whatever is asked: only a continuation of what was seen is cosigned."""
    latest = checkpoint(seen) if seen else None
    leaves = OTHER if forked else LEAVES
    answer = witness.decide(parse_request(request(old, size, leaves)), [LOG.verifier], latest)
    if answer is None:
        assert old == seen <= size
        assert not forked or seen == 0
    elif old > size:
        assert answer.status == 400
    elif old != seen:
        assert conflict(answer) == seen
    else:
        assert forked
        assert answer.status == 422


# --- memory -----------------------------------------------------------------------------


def test_it_remembers_after_a_restart(partner: Witness) -> None:
    partner.add_checkpoint(request(0, 9))
    again = Witness(partner.directory, PARTNER)
    assert conflict(again.add_checkpoint(request(0, 7))) == 9


def test_it_is_durable_before_the_answer(
    partner: Witness, monkeypatch: pytest.MonkeyPatch, latest: Callable[[], int]
) -> None:
    def full(*_: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(witness.durable, "write_file", full)
        with pytest.raises(OSError, match="Input"):
            partner.add_checkpoint(request(0, 7))
    assert latest() == 0


def test_of_many_at_once_one_wins(tmp_path: Path) -> None:
    """Two witnesses over one folder, as two processes would be; no race rolls leaves back."""
    witness.trust_log(tmp_path, LOG.verifier)
    both = [Witness(tmp_path, PARTNER), Witness(tmp_path, PARTNER)]
    both[0].add_checkpoint(request(0, 5))
    answers: list[WitnessAnswer] = []
    threads = [
        threading.Thread(
            target=lambda n=number: answers.append(both[n % 2].add_checkpoint(request(5, 6 + n)))
        )
        for number in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status for answer in answers) == [200] + [409] * 11


def test_a_memory_that_cannot_be_read_is_not_forgotten(partner: Witness) -> None:
    partner.add_checkpoint(request(0, 9))
    (file,) = partner.directory.glob("logs/*/checkpoint")
    file.chmod(0o600)
    file.write_bytes(b"\x00")
    with pytest.raises(WitnessError, match="cannot be read"):
        partner.add_checkpoint(request(0, 7))


def test_a_log_may_have_two_keys(partner: Witness) -> None:
    witness.trust_log(partner.directory, STRANGER.verifier)
    witness.trust_log(partner.directory, STRANGER.verifier)
    assert partner.add_checkpoint(request(0, 7, signer=STRANGER)).status == 200
    assert partner.add_checkpoint(request(7, 9)).status == 200
    assert len(witness.known_logs(partner.directory)[0].keys) == 2


def test_by_file_the_newest_cosigned_checkpoint_comes_back(partner: Witness) -> None:
    answer, file = partner.answer_by_file(request(0, 9))
    assert answer.status == 200
    assert file.startswith(checkpoint(9).note)
    assert read_cosignatures(file, [PARTNER.key])
    answer, contradiction = partner.answer_by_file(request(0, 7))
    assert answer.status == 409
    assert contradiction == file
    assert partner.answer_by_file(b"?")[1] == b""


def test_a_real_log_is_cosigned(log: Log, tmp_path: Path) -> None:
    from habeas.custody.attestation.partners import Partner, ask
    from habeas.custody.log.tiles import TileLog

    witness.trust_log(tmp_path / "w", log.keyring.checkpoint.verifier)
    partner = Witness(tmp_path / "w", PARTNER)
    tiles = TileLog(log.directory)
    known = Partner(PARTNER.key)
    for size in (300, 590, 600):
        signed = parse_checkpoint(log.memory[size])
        note, cosignature = ask(known, tiles, signed, 0, partner.add_checkpoint)
        assert cosignature.key == PARTNER.key
        assert note.startswith(signed.note)
