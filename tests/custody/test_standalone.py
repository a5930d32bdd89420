"""verify.py by itself: old Pythons, strict signatures, and the reference proofs."""

from __future__ import annotations

import ast
import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from habeas.custody import standalone
from habeas.custody.log import ed25519
from habeas.custody.standalone import verify


def test_it_is_one_file_for_python_3_9_and_imports_only_the_standard_library() -> None:
    tree = ast.parse(standalone.program(), feature_version=(3, 9))
    named = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            named.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            named.add(node.module or "")
        assert not isinstance(node, ast.Match)
        if isinstance(node, ast.Call):
            assert "strict" not in {keyword.arg for keyword in node.keywords}  # zip: 3.10
    assert named <= sys.stdlib_module_names | {"__future__"}
    later = ("file_digest", "datetime.UTC", "tomllib", "removesuffix(", "ExceptionGroup")
    assert not [word for word in later if word.encode() in standalone.program()]


def test_it_takes_no_signature_that_the_archive_would_not(vectors: Path) -> None:
    """All 914 vectors of C2SP/CCTV, and both verifiers give each the same answer."""
    found = json.loads((vectors / "ed25519" / "ed25519vectors.json").read_bytes())
    assert len(found) == 914
    different = []
    for vector in found:
        key, signature = bytes.fromhex(vector["key"]), bytes.fromhex(vector["sig"])
        message = vector["msg"].encode()
        ours = ed25519.is_sound_key(key) and ed25519.verify(
            Ed25519PublicKey.from_public_bytes(key), signature, message
        )
        if verify.signed_by(key, message, signature) != ours or (ours and vector["flags"]):
            different.append(vector["number"])
    assert different == []


@pytest.mark.parametrize("kind", ["inclusion", "consistency"])
def test_it_takes_the_reference_proofs_and_no_others(vectors: Path, kind: str) -> None:
    wrong = []
    files = sorted((vectors / "merkle" / kind).rglob("*.json"))
    assert len(files) == 98
    for path in files:
        vector = json.loads(path.read_bytes())
        proof = [base64.b64decode(each) for each in vector["proof"] or []]
        try:
            if any(len(each) != 32 for each in proof):
                raise verify.Fault
            if kind == "inclusion":
                leaf, root = (base64.b64decode(vector[name] or "") for name in ("leafHash", "root"))
                at, size = vector["leafIdx"], vector["treeSize"]
                holds = verify.root_of_path(leaf, at, size, proof) == root and len(leaf) == 32
            else:
                old, new = (base64.b64decode(vector[name] or "") for name in ("root1", "root2"))
                verify.check_consistency(vector["size1"], old, vector["size2"], new, proof)
                holds = True
        except verify.Fault:
            holds = False
        if holds == vector["wantErr"]:
            wrong.append(path.name)
    assert wrong == []


@pytest.mark.parametrize(
    ("file", "hash_name"),
    [
        ("sigstage/response-sha256.tsr", "sha256"),
        ("sigstage/response-sha384.tsr", "sha384"),
        ("sigstage/response-sha512.tsr", "sha512"),
        ("identrust/issue-104.tsr", "sha512"),
        ("test_tsa/response.tsr", "sha512"),
    ],
)
def test_it_reads_the_imprint_of_real_tokens(vectors: Path, file: str, hash_name: str) -> None:
    import hashlib

    reply = (vectors / "timestamps" / file).read_bytes()
    name, digest, moment = verify.read_token(reply)
    assert (name, digest) == (hash_name, hashlib.new(hash_name, b"hello").digest())
    assert moment.year > 2000


def test_it_says_what_is_no_bundle(tmp_path: Path) -> None:
    (tmp_path / "verify.py").write_bytes(standalone.program())
    done = subprocess.run(
        [sys.executable, "-I", "-S", tmp_path / "verify.py"],
        env={},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert done.stderr == "Cannot be checked: bagit.txt is missing: this is not a habeas bundle.\n"
