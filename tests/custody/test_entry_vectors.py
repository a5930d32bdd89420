"""Our own vectors: the published file is what the program does, and always will be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.custody import entry_vectors

from habeas.custody.errors import CanonicalError, CustodyError
from habeas.custody.log import canonical, disclosures, entries, merkle, proofs
from habeas.custody.log.notes import Signer, Verifier, from_base64

PUBLISHED = json.loads(entry_vectors.FILE.read_text(encoding="utf-8"))
ENTRY_KEY = Verifier.parse(PUBLISHED["keys"]["entry"]["vkey"])


def test_the_published_file_is_what_the_program_writes() -> None:
    assert entry_vectors.FILE.read_text(encoding="utf-8") == entry_vectors.written()


@pytest.mark.parametrize("case", PUBLISHED["entries"], ids=range(len(PUBLISHED["entries"])))
def test_the_composer_writes_the_published_entries(
    case: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    randomness = [*case["salts_hex"], *case["decoys_hex"]]
    drawn: Iterator[bytes] = iter([b"".join(bytes.fromhex(each) + b"\xff" for each in randomness)])
    monkeypatch.setattr(entries.os, "urandom", lambda size: next(drawn)[:size])
    signers = {
        name: Signer.from_seed(key["name"], bytes.fromhex(key["seed_hex"]))
        for name, key in PUBLISHED["keys"].items()
    }
    made = entries.Composer(PUBLISHED["origin"], signers["entry"]).compose(
        case["time"],
        [(name, value) for name, value in case["fields"]],
        case["object"],
        [signers[name] for name in case["cosigners"]],
        case["id"],
    )
    assert made.note.decode() == case["note"]
    assert made.leaf_hash.hex() == case["leaf_hash_hex"]
    assert made.disclosures.decode() == "~".join(case["disclosures"])


@pytest.mark.parametrize("case", PUBLISHED["entries"], ids=range(len(PUBLISHED["entries"])))
def test_the_published_entries_are_read(case: dict[str, Any]) -> None:
    parsed = entries.parse_entry(case["note"].encode())
    entries.check_signed(parsed, [ENTRY_KEY])
    opened = [each.encode() for each in case["disclosures"]]
    assert entries.check_disclosures(parsed, opened) == dict(case["fields"])
    assert [disclosures.open_disclosure(each).salt.hex() for each in opened] == case["salts_hex"]


@pytest.mark.parametrize("case", PUBLISHED["entries_refused"], ids=lambda case: case["why"])
def test_the_published_bad_entries_are_refused(case: dict[str, str]) -> None:
    with pytest.raises(CustodyError):
        entries.check_signed(entries.parse_entry(case["note"].encode()), [ENTRY_KEY])


def test_the_published_values_are_written_or_refused() -> None:
    for case in PUBLISHED["canonical"]:
        assert canonical.encode(case["value"]).hex() == case["utf8_hex"]
    for text in PUBLISHED["canonical_refused"]:
        with pytest.raises(CanonicalError):
            canonical.encode(json.loads(text))


def test_the_published_log_is_proven() -> None:
    log, key = PUBLISHED["log"], Verifier.parse(PUBLISHED["keys"]["checkpoint"]["vkey"])
    notes = [case["note"].encode() for case in PUBLISHED["entries"]]
    for proof, note in zip(log["inclusion_proofs"], notes, strict=True):
        checkpoint = proofs.verify_proof(proof, note, [key], PUBLISHED["origin"])
        assert checkpoint.note.decode() == log["checkpoint"]
    roots = [bytes.fromhex(root) for root in log["roots_hex"]]
    assert roots[0] == merkle.EMPTY_ROOT
    for old_size, proof in log["consistency_proofs_base64"].items():
        hashes = [from_base64(each) for each in proof]
        merkle.verify_consistency(
            int(old_size), len(notes), hashes, roots[int(old_size)], roots[-1]
        )
