"""A hand-over of an archive's keys: the document that lets others follow from old to new keys.

It is nothing but evidence from the log itself: the four entries that grant the new keys and retire
the old, each with what it discloses and its proof, and the checkpoint of the size at which they
end, signed by both checkpoint keys. So it can be checked like any other entry, by hand too, and
whoever steals the old keys afterwards can add no other one to a log that partners cosigned.

    checkpoint         of size N, under the old and the new key
    <N-4>.note …       checkpoint key: granted (the new), retired (the old); entry key: retired
    <N-1>.note         (the old), granted (the new). All four signed by the old entry key
    <n>.disclosures    kind, role, verifier and state of each; who acted is withheld
    <n>.tlog-proof     under that checkpoint

In one file, as the log and partners keep it: JSON, ``habeas-handover/1``, origin, size, files.

Invariants: nothing is believed that the old keys did not sign and the tree does not hold; no key
serves twice, nor in two roles.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from habeas.custody.errors import CustodyError, HandoverError
from habeas.custody.keys.key_chain import KeyChain, KeyPair
from habeas.custody.log import merkle
from habeas.custody.log.checkpoints import Checkpoint, open_checkpoint, parse_checkpoint
from habeas.custody.log.entries import check_disclosures, check_signed, parse_entry
from habeas.custody.log.notes import Verifier
from habeas.custody.log.proofs import InclusionProof, parse_proof

FORMAT: Final = "habeas-handover/1"
FOLDER: Final = "handovers"  # below log/, one file for each, named by its size
LARGEST: Final = 64 * 1024  # bytes of one
ENTRIES: Final = 4
DISCLOSED: Final = ("kind", "holder", "role", "verifier", "state")
GRANTED: Final = "granted"
ENDED: Final = ("retired", "stolen")  # how the old pair ends
#: Role and whether it is granted, of the four entries in their order.
STEPS: Final = (("checkpoint", True), ("checkpoint", False), ("entry", False), ("entry", True))


@dataclass(frozen=True, slots=True)
class Handover:
    """A hand-over that was checked: from one pair of keys to the next, at a size of the log."""

    old: KeyPair
    new: KeyPair
    state: str
    checkpoint: Checkpoint

    @property
    def size(self) -> int:
        return self.checkpoint.size


def document(origin: str, size: int, files: Mapping[str, bytes]) -> bytes:
    """A hand-over as one file."""
    texts = {name: data.decode() for name, data in files.items()}
    content = {"format": FORMAT, "origin": origin, "size": size, "files": texts}
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def files_of(
    checkpoint: Checkpoint, entries: Sequence[tuple[bytes, Sequence[bytes], Sequence[bytes]]]
) -> dict[str, bytes]:
    """The files, of the four entries' notes, disclosures and hashes up to the root."""
    files = {"checkpoint": checkpoint.note}
    for place, (note, disclosed, hashes) in enumerate(entries, checkpoint.size - ENTRIES):
        proof = InclusionProof(place, tuple(hashes), checkpoint).text().encode()
        files[f"{place}.note"] = note
        files[f"{place}.disclosures"] = b"".join(line + b"\n" for line in disclosed)
        files[f"{place}.tlog-proof"] = proof
    return files


def read_document(data: bytes) -> dict[str, bytes]:
    """The files in a document; nothing of them is checked yet."""
    try:
        if len(data) > LARGEST:
            raise ValueError
        found = json.loads(data)
        if found["format"] != FORMAT:
            raise ValueError
        return {str(name): str(text).encode() for name, text in found["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise HandoverError(
            "This is not a hand-over of keys that this program can read.",
            next_step="Ask for the file in log/handovers of the archive.",
        ) from None


def check(files: Mapping[str, bytes]) -> Handover:
    """The hand-over in these files; raises where any of it does not hold.

    That the old keys are ones that the reader trusts is the reader's to compare.
    """
    try:
        return _checked(files)
    except (CustodyError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, HandoverError):
            raise
        why = error.message if isinstance(error, CustodyError) else "Something of it is missing."
        raise HandoverError(
            f"The hand-over of keys does not hold. {why}",
            next_step="Follow no key that it names; ask the archive, by a way that you trust.",
        ) from error


def _checked(files: Mapping[str, bytes]) -> Handover:
    checkpoint = parse_checkpoint(files["checkpoint"])
    origin, size = checkpoint.origin, checkpoint.size
    if size < ENTRIES:
        raise _wrong("It is of a log that is too small.")
    told = [_entry(files, checkpoint, place) for place in range(size - ENTRIES, size)]
    keys = []
    for (_, fields), (role, granted) in zip(told, STEPS, strict=True):
        states = (GRANTED,) if granted else ENDED
        if fields["kind"] != "key" or fields["role"] != role or fields["state"] not in states:
            raise _wrong("Its entries are not the four that hand keys over.")
        keys.append(Verifier.parse(fields["verifier"]))
    new_checkpoint, old_checkpoint, old_entry, new_entry = keys
    names = [key.name for key in keys]
    if names != [origin, origin, f"{origin}/entry", f"{origin}/entry"]:
        raise _wrong("It names keys of another archive.")
    if len({key.public for key in keys}) != len(keys):
        raise _wrong("It names one key twice.")
    for parsed, _ in told:
        check_signed(parsed, [old_entry])
    open_checkpoint(checkpoint.note, [old_checkpoint], origin)
    open_checkpoint(checkpoint.note, [new_checkpoint], origin)
    state = str(told[2][1]["state"])
    return Handover(
        KeyPair(old_entry, old_checkpoint),
        KeyPair(new_entry, new_checkpoint, size),
        state,
        checkpoint,
    )


def _entry(files: Mapping[str, bytes], checkpoint: Checkpoint, place: int) -> tuple[Any, Any]:
    note = files[f"{place}.note"]
    parsed = parse_entry(note)
    if parsed.origin != checkpoint.origin:
        raise _wrong("An entry is of another archive.")
    fields = check_disclosures(parsed, files[f"{place}.disclosures"].split())
    proof = parse_proof(files[f"{place}.tlog-proof"].decode())
    if proof.index != place or proof.extra is not None or proof.checkpoint.note != checkpoint.note:
        raise _wrong("A proof is of another place.")
    merkle.verify_inclusion(
        merkle.leaf_hash(note), place, checkpoint.size, proof.hashes, checkpoint.root
    )
    return parsed, fields


def follow(handovers: Iterable[Handover], first: KeyPair | None = None) -> KeyChain:
    """The chain that hand-overs make, the oldest first; ``first`` where there is none.

    Each must be handed on by the keys that the one before it handed over to.
    """
    pairs: list[KeyPair] = []
    for each in sorted(handovers, key=lambda handover: handover.size):
        if not pairs:
            pairs.append(each.old)
        last = pairs[-1]
        if (last.entry, last.checkpoint) != (each.old.entry, each.old.checkpoint):
            raise _wrong(
                "It is signed by keys that were no longer active: there are two hand-overs."
            )
        if any(key in (pair.entry, pair.checkpoint) for pair in pairs for key in _keys(each.new)):
            raise _wrong("It grants a retired key again.")
        pairs.append(each.new)
    if not pairs and first is not None:
        pairs.append(first)
    return KeyChain(tuple(pairs))


def _keys(pair: KeyPair) -> Iterator[Verifier]:
    yield pair.entry
    yield pair.checkpoint


def _wrong(what: str) -> HandoverError:
    return HandoverError(
        f"The hand-over of keys does not hold. {what}",
        next_step="Follow no key that it names; ask the archive, by a way that you trust.",
    )
