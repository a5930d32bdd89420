"""Inclusion proofs as text (C2SP tlog-proof): one file that proves one entry.

Invariants: a proof is read in its one spelling; it is believed only together with the
entry's own bytes, the log's key and, inside it, a checkpoint that this key signed.
``extra`` is carried along and never relied on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from habeas.custody.errors import LogError, NoteError, ProofError
from habeas.custody.log import merkle
from habeas.custody.log.checkpoints import Checkpoint, open_checkpoint, parse_checkpoint
from habeas.custody.log.notes import Verifier, from_base64, to_base64
from habeas.custody.log.tiles import HASH_BYTES, TileLog

FIRST_LINE: Final = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile("index (0|[1-9][0-9]{0,18})")
_LONGEST_PATH = 64


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """Where an entry stands, the hashes from it to the root, and the signed root."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: Checkpoint  # its signature is checked by ``verify``
    extra: bytes | None = None

    def text(self) -> str:
        """The proof as a file."""
        lines = [FIRST_LINE]
        if self.extra is not None:
            lines.append("extra " + to_base64(self.extra))
        lines.append(f"index {self.index}")
        lines += [to_base64(each) for each in self.hashes]
        return "\n".join(lines) + "\n\n" + self.checkpoint.note.decode()


def prove(log: TileLog, index: int, *, extra: bytes | None = None) -> InclusionProof:
    """The proof that entry ``index`` is under the log's newest checkpoint."""
    checkpoint = log.checkpoint()
    if checkpoint is None:
        raise LogError(
            "The log has no checkpoint yet.",
            path="checkpoint",
            next_step="Run any command that writes; it signs one.",
        )
    hashes = log.inclusion_proof(index, checkpoint.size)
    return InclusionProof(index, tuple(hashes), checkpoint, extra)


def parse_proof(text: str) -> InclusionProof:
    """Read a proof without believing it."""
    head, gap, note = text.partition("\n\n")
    lines = head.split("\n")
    if not gap or lines.pop(0) != FIRST_LINE:
        raise _malformed("does not begin as a proof does")
    try:
        extra = None
        if lines and lines[0].startswith("extra "):
            extra = from_base64(lines.pop(0).removeprefix("extra "))
        index = _INDEX.fullmatch(lines.pop(0)) if lines else None
        if index is None or len(lines) > _LONGEST_PATH:
            raise _malformed("has no index, or too many hashes")
        hashes = tuple(from_base64(line) for line in lines)
        checkpoint = parse_checkpoint(note.encode())
    except (NoteError, UnicodeEncodeError) as error:
        raise _malformed("holds a line that cannot be read") from error
    if any(len(each) != HASH_BYTES for each in hashes):
        raise _malformed("holds a hash that is not a SHA-256")
    return InclusionProof(int(index[1]), hashes, checkpoint, extra)


def verify_proof(
    proof: InclusionProof | str,
    entry: bytes,
    verifiers: Iterable[Verifier],
    origin: str | None = None,
) -> Checkpoint:
    """The checkpoint under which ``entry`` is proven to stand; raises otherwise."""
    if isinstance(proof, str):
        proof = parse_proof(proof)
    checkpoint = open_checkpoint(proof.checkpoint.note, verifiers, origin)
    merkle.verify_inclusion(
        merkle.leaf_hash(entry), proof.index, checkpoint.size, proof.hashes, checkpoint.root
    )
    return checkpoint


def _malformed(what: str) -> ProofError:
    return ProofError(f"The proof {what}.", next_step="Ask for the proof again.")
