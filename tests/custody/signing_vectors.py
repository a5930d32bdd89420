"""Writes ``docs/reference/signing-vectors.json``, from fixed seeds and the plain functions.

Run ``python -m tests.custody.signing_vectors`` from the root of the repository to write the file
again. The format never changes, so neither may what stands in the file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.custody.entry_vectors import ORIGIN, SIGNERS, Stream, draw

from habeas.custody.log import canonical, disclosures, merkle
from habeas.custody.log.notes import Signer, from_base64, line_of

FILE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "signing-vectors.json"
KIND = b"\xffhabeas/statement/v2"
ADDRESS = "0123456789abcdef" * 4
SEEN = {"root": "5e" * 32, "size": 41}
NOT_AFTER = 1_800_000_600
TIME = 1_800_000_000
MEMBERS: list[dict[str, Any]] = [
    {"fields": [["kind", "mention"], ["caption", "نامەلۇم"], ["mention_kind", "person"]]},
    {"fields": [["kind", "claim"], ["property", "held_in"], ["value", {"text": "名字"}]]},
    {"fields": [["kind", "exhibit"], ["filename", "list.csv"]], "object": ADDRESS},
]
ALONE: list[dict[str, Any]] = [
    {"fields": [["kind", "retraction"], ["reason", "copied twice"], ["target", "ab" * 16]]},
    {"fields": [], "object": ADDRESS},
    {"fields": [[f"field-{n:02}", n] for n in range(17)]},
]
PARTS = [[41, 2], [50, 1]]


def build() -> dict[str, Any]:
    """Everything in the file."""
    stream = Stream()
    members = [_statement(case, stream, {}) for case in MEMBERS]
    alone = [_statement(case, stream, _signed()) for case in ALONE]
    root = merkle.root_of([merkle.leaf_hash(each["statement"].encode()) for each in members])
    batch = {"count": len(members), "root": root.hex()}
    closing = _statement(
        {"fields": [["kind", "submission"], ["person", "p-0011223344556677"]]},
        stream,
        _signed() | {"batch": batch},
    )
    return {
        "format": "habeas entry format, version 2",
        "origin": ORIGIN,
        "keys": {
            name: {
                "name": SIGNERS[name].name,
                "seed_hex": hashlib.sha256(name.encode()).hexdigest(),
            }
            | {"vkey": SIGNERS[name].verifier.vkey}
            for name in ("entry", "person")
        },
        "person_statement_key_id_hex": _key_id(SIGNERS["person"]).hex(),
        "alone": [_recorded(each, sign=True) for each in alone],
        "batch": {
            "entries": [_recorded(each, sign=False) for each in members],
            "closing": _recorded(closing, sign=True, parts=PARTS),
        },
        "statements_refused": _statements_refused(alone[0]),
        "notes_refused": _notes_refused(alone[0], closing),
        "shown_refused": _shown_refused(alone[0]),
    }


def written() -> str:
    """The file's text."""
    return json.dumps(build(), indent=1, ensure_ascii=True) + "\n"


def _signed() -> dict[str, Any]:
    return {"seen": SEEN, "not_after": NOT_AFTER}


def _statement(case: dict[str, Any], stream: Stream, more: dict[str, Any]) -> dict[str, Any]:
    fields = case["fields"]
    entry_id, salts, decoys, opened = draw(fields, stream)
    hidden = [hashlib.sha256(decoy).digest() for decoy in decoys]
    shown = [*map(disclosures.commitment, opened)]
    shown += [disclosures.to_base64url(each).decode() for each in hidden]
    line = {"commitments": sorted(shown), "id": entry_id, "version": 2} | more
    if "object" in case:
        line["object"] = case["object"]
    return {
        "fields": fields,
        "salts_hex": [salt.hex() for salt in salts],
        "decoys_hex": [decoy.hex() for decoy in decoys],
        "disclosures": [each.decode() for each in opened],
        "statement": text_of("statement", line),
        "line": line,
    }


def text_of(what: str, line: dict[str, Any]) -> str:
    """The two lines of a statement or of an entry."""
    return f"{ORIGIN}/{what}/v2\n{canonical.encode(line).decode()}\n"


def _key_id(signer: Signer) -> bytes:
    hashed = signer.name.encode() + b"\n" + KIND + signer.verifier.public
    return hashlib.sha256(hashed).digest()[:4]


def signature(statement: str, signer: Signer = SIGNERS["person"]) -> str:
    """A person's signature line over a statement, by the plain rule."""
    over_note = from_base64(signer.sign(statement.encode()).split()[-1])
    return line_of(signer.name, int.from_bytes(_key_id(signer), "big"), over_note[4:]).decode()


def note(text: str, lines: Sequence[str] = ()) -> str:
    """A note: the person's lines, then the installation's."""
    return text + "\n" + "".join(lines) + SIGNERS["entry"].sign(text.encode()).decode()


def _recorded(
    drawn: dict[str, Any], *, sign: bool, parts: list[list[int]] | None = None
) -> dict[str, Any]:
    line = drawn["line"] | {"time": TIME}
    if parts is not None:
        line["batch"] = line["batch"] | {"parts": parts}
    lines = [signature(drawn["statement"])] if sign else []
    made = note(text_of("entry", line), lines)
    return {
        **{name: drawn[name] for name in drawn if name != "line"},
        "signature": "".join(lines),
        "time": TIME,
        "parts": parts or [],
        "note": made,
        "leaf_hash_hex": merkle.leaf_hash(made.encode()).hex(),
    }


def _statements_refused(good: dict[str, Any]) -> list[dict[str, str]]:
    line = good["line"]
    commitments = line["commitments"]
    without_seen = {name: line[name] for name in line if name != "seen"}
    batch = {"count": 3, "root": "cc" * 32}
    capitals = line | {"seen": SEEN | {"root": "5E" * 32}}
    return [
        {"why": why, "statement": statement}
        for why, statement in (
            ("a time", text_of("statement", line | {"time": TIME})),
            ("an entry", text_of("entry", line)),
            ("another version", text_of("statement", line | {"version": 1})),
            ("until when, and not what was seen", text_of("statement", without_seen)),
            ("parts", text_of("statement", line | {"batch": batch | {"parts": [[1, 3]]}})),
            ("a batch that says not what was seen", text_of("statement", without_not(line, batch))),
            ("a field of no known name", text_of("statement", line | {"kind": "claim"})),
            ("15 commitments", text_of("statement", line | {"commitments": commitments[1:]})),
            (
                "commitments out of order",
                text_of("statement", line | {"commitments": commitments[::-1]}),
            ),
            ("not canonical", good["statement"].replace('],"id"', '], "id"')),
            (
                "a root in capitals",
                text_of("statement", capitals),
            ),
            ("a size below 0", text_of("statement", line | {"seen": SEEN | {"size": -1}})),
            ("a third line", good["statement"] + "more\n"),
        )
    ]


def without_not(line: dict[str, Any], batch: dict[str, Any]) -> dict[str, Any]:
    """A batch's line without what was seen and until when it holds."""
    return {n: line[n] for n in line if n not in ("seen", "not_after")} | {"batch": batch}


def _notes_refused(good: dict[str, Any], closing: dict[str, Any]) -> list[dict[str, str]]:
    line = good["line"] | {"time": TIME}
    text = text_of("entry", line)
    over_note = SIGNERS["person"].sign(text.encode()).decode()
    as_note_key = SIGNERS["person"].sign(good["statement"].encode()).decode()
    signed = signature(good["statement"])

    def batch(parts: Any, **more: Any) -> str:
        of = closing["line"]["batch"] | {"parts": parts} | more
        return note(
            text_of("entry", closing["line"] | {"time": TIME, "batch": of}),
            [signature(closing["statement"])],
        )

    seen_later = text_of("entry", line | {"seen": SEEN | {"size": 42}})
    return [
        {"why": why, "note": made}
        for why, made in (
            ("no time", note(text_of("entry", good["line"]), [signed])),
            ("the person signed the note", note(text, [over_note])),
            (
                "a signature over the statement under the id of one over a note",
                note(text, [as_note_key]),
            ),
            ("what was seen is another", note(seen_later, [signed])),
            ("until when is another", note(text_of("entry", line | {"not_after": 1}), [signed])),
            ("another object", note(text_of("entry", line | {"object": ADDRESS}), [signed])),
            ("another id", note(text_of("entry", line | {"id": "00" * 16}), [signed])),
            ("another origin", note(text.replace(ORIGIN, ORIGIN + "0"), [signed])),
            ("a batch of fewer", batch([[41, 2]])),
            ("parts out of order", batch([[50, 1], [41, 2]])),
            ("parts that touch", batch([[41, 2], [43, 1]])),
            ("an empty part", batch([[41, 3], [50, 0]])),
            ("a batch of another number", batch([[41, 4]], count=4)),
            ("a batch with another root", batch(PARTS, root="cc" * 32)),
        )
    ]


def _shown_refused(good: dict[str, Any]) -> list[dict[str, Any]]:
    opened, decoys = good["disclosures"], good["decoys_hex"]
    salt, (name, value) = bytes.fromhex(good["salts_hex"][0]), good["fields"][0]
    spaced = json.dumps([disclosures.to_base64url(salt).decode(), name, value])
    loose = disclosures.to_base64url(spaced.encode()).decode()
    return [
        {"why": why, "statement": good["statement"], "disclosures": ours, "decoys_hex": theirs}
        for why, ours, theirs in (
            ("a field is not shown", opened[1:], decoys),
            ("a decoy is not shown", opened, decoys[1:]),
            ("a decoy is another", opened, [*decoys[1:], "00" * 32]),
            ("a field is shown twice", [*opened, opened[0]], decoys),
            ("a field that is not canonical", [loose, *opened[1:]], decoys),
            ("a decoy of 31 bytes", opened, [*decoys[1:], decoys[0][2:]]),
        )
    ]


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
