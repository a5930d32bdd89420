"""The tree: every proof that it makes holds, and no other."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.custody.errors import ProofError
from habeas.custody.log import merkle

MOST = 130


def leaves(count: int) -> list[bytes]:
    return [merkle.leaf_hash(str(number).encode()) for number in range(count)]


def plain_root(hashes: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word for word."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    left, right = plain_root(hashes[:split]), plain_root(hashes[split:])
    return hashlib.sha256(b"\x01" + left + right).digest()


@pytest.mark.parametrize("size", [*range(20), 63, 64, 65, 255, 256, 257])
def test_the_root_is_that_of_rfc_6962(size: int) -> None:
    assert merkle.root_of(leaves(size)) == plain_root(leaves(size))


def test_the_empty_leaf_and_the_empty_tree_have_their_known_hashes() -> None:
    assert merkle.leaf_hash(b"").hex().startswith("6e340b9cffb37a989ca544e6bb780a2c")
    assert merkle.EMPTY_ROOT.hex().startswith("e3b0c44298fc1c149afbf4c8996fb924")


@given(st.data())
def test_inclusion_holds_for_its_own_place_only(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, MOST))
    index = data.draw(st.integers(0, size - 1))
    hashes = leaves(size)
    root, proof = merkle.root_of(hashes), merkle.inclusion_proof(hashes, index)
    merkle.verify_inclusion(hashes[index], index, size, proof, root)
    other = data.draw(st.integers(0, size).filter(lambda number: number != index))
    with pytest.raises(ProofError):
        merkle.verify_inclusion(hashes[index], other, size, proof, root)
    with pytest.raises(ProofError):
        merkle.verify_inclusion(merkle.leaf_hash(b"other"), index, size, proof, root)
    with pytest.raises(ProofError):
        merkle.verify_inclusion(hashes[index], index, size, [*proof, bytes(32)], root)
    for at in range(len(proof)):
        with pytest.raises(ProofError):
            merkle.verify_inclusion(hashes[index], index, size, proof[:at] + proof[at + 1 :], root)


@given(st.data())
def test_consistency_holds_for_a_true_beginning_only(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, MOST))
    old_size = data.draw(st.integers(1, size))
    hashes = leaves(size)
    old_root, root = merkle.root_of(hashes[:old_size]), merkle.root_of(hashes)
    proof = merkle.consistency_proof(hashes, old_size)
    merkle.verify_consistency(old_size, size, proof, old_root, root)
    forked = merkle.root_of([*hashes[: old_size - 1], merkle.leaf_hash(b"other")])
    with pytest.raises(ProofError):
        merkle.verify_consistency(old_size, size, proof, forked, root)
    with pytest.raises(ProofError):
        merkle.verify_consistency(old_size, size, proof, old_root, merkle.leaf_hash(b"x"))
    with pytest.raises(ProofError):
        merkle.verify_consistency(old_size, size, [*proof, bytes(32)], old_root, root)


def test_a_leaf_does_not_pass_for_a_node() -> None:
    left, right = leaves(2)
    assert merkle.leaf_hash(left + right) != merkle.node_hash(left, right)


@pytest.mark.parametrize(("old_size", "size"), [(0, 5), (0, 0), (-1, 5), (6, 5)])
def test_consistency_with_nothing_or_the_future_is_refused(old_size: int, size: int) -> None:
    with pytest.raises(ProofError):
        merkle.verify_consistency(old_size, size, [], merkle.EMPTY_ROOT, merkle.EMPTY_ROOT)
    with pytest.raises(ProofError):
        merkle.consistency_proof(leaves(size), old_size)


@pytest.mark.parametrize("index", [-1, 3, 10])
def test_a_leaf_outside_the_tree_has_no_proof(index: int) -> None:
    with pytest.raises(ProofError, match="size 3"):
        merkle.inclusion_proof(leaves(3), index)
    with pytest.raises(ProofError):
        merkle.root_from_inclusion(bytes(32), index, 3, [])


def decoded(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def test_the_inclusion_vectors_of_other_implementations(vectors: Path) -> None:
    files = sorted((vectors / "merkle" / "inclusion").rglob("*.json"))
    assert len(files) == 98
    for file in files:
        case = json.loads(file.read_text())
        try:
            merkle.verify_inclusion(
                decoded(case["leafHash"]),
                case["leafIdx"],
                case["treeSize"],
                [decoded(each) for each in case["proof"] or []],
                decoded(case["root"]),
            )
            held = True
        except ProofError:
            held = False
        assert held != case["wantErr"], file


def test_the_consistency_vectors_of_other_implementations(vectors: Path) -> None:
    files = sorted((vectors / "merkle" / "consistency").rglob("*.json"))
    assert len(files) == 98
    for file in files:
        case = json.loads(file.read_text())
        try:
            merkle.verify_consistency(
                case["size1"],
                case["size2"],
                [decoded(each) for each in case["proof"] or []],
                decoded(case["root1"]),
                decoded(case["root2"]),
            )
            held = True
        except ProofError:
            held = False
        assert held != case["wantErr"], file
