"""Writes ``docs/reference/entry-vectors.json``, from fixed seeds and the plain functions.

Run ``python -m tests.custody.entry_vectors`` from the root of the repository to write the
file again. The format never changes, so neither may what stands in the file.
"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

from habeas.custody.log import canonical, disclosures, merkle
from habeas.custody.log.checkpoints import sign_checkpoint
from habeas.custody.log.notes import Signer, sign_note
from habeas.custody.log.proofs import InclusionProof

FILE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "entry-vectors.json"
ORIGIN = "habeas/0123456789abcdef0123456789abcdef"
SIGNERS = {
    "entry": Signer.from_seed(f"{ORIGIN}/entry", hashlib.sha256(b"entry").digest()),
    "checkpoint": Signer.from_seed(ORIGIN, hashlib.sha256(b"checkpoint").digest()),
    "person": Signer.from_seed(f"{ORIGIN}/p-0011223344556677", hashlib.sha256(b"person").digest()),
}
VALUES: list[Any] = [
    "",
    "plain",
    'quote " backslash \\ slash / newline \n tab \t bell \u0007 delete \u007f',
    "ئۇيغۇر 维吾尔 😀",
    0,
    -1,
    2**53 - 1,
    -(2**53) + 1,
    [],
    {},
    [1, "1", [], {"a": []}],
    {"b": 1, "a": 2, "": 3},
    {"\ufb33": 1, "\U0001f600": 2, "\u20ac": 3, "\r": 4, "1": 5},
]
REFUSED_JSON = [
    "1.5",
    "1e3",
    "true",
    "null",
    "9007199254740992",
    "-9007199254740992",
    '"\\ud800"',
    '{"a":[0.5]}',
]
ENTRIES: list[dict[str, Any]] = [
    {"time": 1500000000, "fields": []},
    {
        "time": 1500000000,
        "fields": [["kind", "seal"], ["plain_sha256", "ab" * 32]],
        "object": "0123456789abcdef" * 4,
    },
    {
        "time": 1500000001,
        "fields": [
            ["kind", "claim"],
            ["value", {"type": "text", "text": "نامەلۇم", "language": "ug", "script": "Arab"}],
            ["holds", "2017-06/2018"],
        ],
    },
    {"time": 1500000009, "fields": [["kind", "retract"]], "cosigners": ["person"]},
    {"time": 1500086400, "fields": [[f"field-{n:02}", n] for n in range(17)]},
]


class Stream:
    """Bytes that are the same each time: SHA-256 of 0, 1, 2, ..."""

    def __init__(self) -> None:
        self.number = 0

    def take(self, size: int) -> bytes:
        taken = b""
        while len(taken) < size:
            taken += hashlib.sha256(str(self.number).encode()).digest()
            self.number += 1
        return taken[:size]


def build() -> dict[str, Any]:
    """Everything in the file."""
    stream = Stream()
    entries = [_entry(case, stream) for case in ENTRIES]
    notes = [entry["note"].encode() for entry in entries]
    return {
        "format": "habeas entry format, version 1",
        "origin": ORIGIN,
        "keys": {
            name: {"name": signer.name, "seed_hex": hashlib.sha256(name.encode()).hexdigest()}
            | {"vkey": signer.verifier.vkey}
            for name, signer in SIGNERS.items()
        },
        "canonical": [
            {"value": value, "utf8_hex": canonical.encode(value).hex()} for value in VALUES
        ],
        "canonical_refused": REFUSED_JSON,
        "entries": entries,
        "entries_refused": _refused(entries[1]["note"]),
        "log": _log(notes),
    }


def written() -> str:
    """The file's text."""
    return json.dumps(build(), indent=1, ensure_ascii=True) + "\n"


class Drawn(NamedTuple):
    """What an entry is made of, besides its fields: all that is random, and the disclosures."""

    entry_id: str
    salts: list[bytes]
    decoys: list[bytes]
    opened: list[bytes]


def draw(fields: list[list[Any]], stream: Stream) -> Drawn:
    """Id, salts and decoys from the stream, in this order."""
    slots = max(16, -(-len(fields) // 16) * 16)
    entry_id = stream.take(16).hex()
    salts = [stream.take(32) for _ in fields]
    decoys = [stream.take(32) for _ in range(slots - len(fields))]
    opened = [
        disclosures.disclose(salt, name, value)
        for salt, (name, value) in zip(salts, fields, strict=True)
    ]
    return Drawn(entry_id, salts, decoys, opened)


def _entry(case: dict[str, Any], stream: Stream) -> dict[str, Any]:
    """One entry by the plain functions; ``entries.Composer`` must give the same."""
    fields = case["fields"]
    entry_id, salts, decoys, opened = draw(fields, stream)
    shown = [disclosures.commitment(each) for each in opened]
    shown += [disclosures.to_base64url(decoy).decode() for decoy in decoys]
    line: dict[str, Any] = {
        "commitments": sorted(shown),
        "id": entry_id,
        "time": case["time"],
        "version": 1,
    }
    if "object" in case:
        line["object"] = case["object"]
    text = f"{ORIGIN}/entry/v1\n".encode() + canonical.encode(line) + b"\n"
    cosigners = [SIGNERS[name] for name in case.get("cosigners", [])]
    note = sign_note(text, SIGNERS["entry"], *cosigners)
    return {
        "time": case["time"],
        "id": entry_id,
        "object": case.get("object"),
        "fields": fields,
        "cosigners": case.get("cosigners", []),
        "salts_hex": [salt.hex() for salt in salts],
        "decoys_hex": [decoy.hex() for decoy in decoys],
        "disclosures": [each.decode() for each in opened],
        "note": note.decode(),
        "leaf_hash_hex": merkle.leaf_hash(note).hex(),
    }


def _refused(note: str) -> list[dict[str, str]]:
    """Notes that are rightly signed or not, and must not be read as entries."""
    first, line, *_ = note.split("\n")
    clear = json.loads(line)

    def signed(first_line: str, second_line: str, rest: str = "") -> str:
        return sign_note(f"{first_line}\n{second_line}\n{rest}", SIGNERS["entry"]).decode()

    def spelled(**changes: Any) -> str:
        return canonical.encode(clear | changes).decode()

    commitments = clear["commitments"]
    spaced = json.dumps(clear, sort_keys=True)
    return [
        {"why": "a later format version", "note": signed(first.replace("v1", "v2"), line)},
        {"why": "the version of the line is another", "note": signed(first, spelled(version=2))},
        {"why": "not canonical", "note": signed(first, spaced)},
        {"why": "a clear field of no known name", "note": signed(first, spelled(kind="claim"))},
        {
            "why": "commitments out of order",
            "note": signed(first, spelled(commitments=commitments[::-1])),
        },
        {"why": "15 commitments", "note": signed(first, spelled(commitments=commitments[1:]))},
        {
            "why": "a commitment twice",
            "note": signed(first, spelled(commitments=sorted([*commitments[1:], commitments[1]]))),
        },
        {"why": "time below 0", "note": signed(first, spelled(time=-1))},
        {"why": "id in capitals", "note": signed(first, spelled(id=clear["id"].upper()))},
        {"why": "a third line", "note": signed(first, line, "more\n")},
        {"why": "no signature", "note": f"{first}\n{line}\n\n"},
        {"why": "a false signature", "note": note.replace('"time":15', '"time":16')},
    ]


def _log(notes: list[bytes]) -> dict[str, Any]:
    leaves = [merkle.leaf_hash(note) for note in notes]
    signer, size = SIGNERS["checkpoint"], len(notes)
    checkpoint = sign_checkpoint(ORIGIN, size, merkle.root_of(leaves), signer)
    proofs = [
        InclusionProof(index, tuple(merkle.inclusion_proof(leaves, index)), checkpoint)
        for index in range(size)
    ]
    bundle = b"".join(len(note).to_bytes(2, "big") + note for note in notes)
    return {
        "roots_hex": [merkle.root_of(leaves[:count]).hex() for count in range(size + 1)],
        "entry_bundle_sha256_hex": hashlib.sha256(bundle).hexdigest(),
        "checkpoint": checkpoint.note.decode(),
        "inclusion_proofs": [proof.text() for proof in proofs],
        "consistency_proofs_base64": {
            str(old): [
                base64.b64encode(each).decode() for each in merkle.consistency_proof(leaves, old)
            ]
            for old in range(1, size + 1)
        },
    }


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
