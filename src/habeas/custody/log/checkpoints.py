"""Checkpoints (C2SP tlog-checkpoint): the log's size and root under its signature.

Invariants: a checkpoint is read in its one spelling; it is believed only when the log's
own key, whose name is the origin, signed it. Partners' cosignatures ride along as further
signature lines and are neither needed nor judged here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from habeas.custody.errors import NoteError, UnknownKeyError
from habeas.custody.log.notes import (
    Signer,
    Verifier,
    check_signatures,
    from_base64,
    sign_note,
    split_note,
    to_base64,
)

_SIZE = re.compile("0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log's state: the root over its first ``size`` entries."""

    origin: str
    size: int
    root: bytes
    note: bytes = field(repr=False)

    @property
    def root_text(self) -> str:
        """The root as it stands in the note: standard base64."""
        return to_base64(self.root)


def text_of(origin: str, size: int, root: bytes) -> str:
    """The text that the log's key signs."""
    return f"{origin}\n{size}\n{to_base64(root)}\n"


def sign_checkpoint(origin: str, size: int, root: bytes, *signers: Signer) -> Checkpoint:
    """A checkpoint signed by the log's key, or where it is handed over by both."""
    return Checkpoint(origin, size, root, sign_note(text_of(origin, size, root), *signers))


def parse_checkpoint(note: bytes) -> Checkpoint:
    """Read a checkpoint without checking a signature."""
    return Checkpoint(*read_text(split_note(note)[0]), note)


def read_text(text: bytes) -> tuple[str, int, bytes]:
    """Origin, size and root of a checkpoint's text."""
    origin, *rest = text.decode()[:-1].split("\n")
    if not origin or len(rest) < 2 or not all(rest) or not _SIZE.fullmatch(rest[0]):
        raise _malformed("does not give origin, size and root")
    root = from_base64(rest[1])
    if len(root) != 32:
        raise _malformed("has a root that is not a SHA-256")
    return origin, int(rest[0]), root


def open_checkpoint(
    note: bytes, verifiers: Iterable[Verifier], origin: str | None = None
) -> Checkpoint:
    """Read a checkpoint that the log's own key signed.

    ``verifiers`` are keys that we know; one of them must be the log's, named as the
    origin. A false signature by any of them refuses the checkpoint.
    """
    checkpoint = parse_checkpoint(note)
    if origin is not None and checkpoint.origin != origin:
        raise _malformed(f"is of the log {checkpoint.origin}, not of {origin}")
    text, signatures = split_note(note)
    verified, _ = check_signatures(text, signatures, verifiers)
    if all(signature.name != checkpoint.origin for signature in verified):
        raise UnknownKeyError(
            f"The checkpoint of {checkpoint.origin} is not signed by that log's key.",
            next_step="A partner's cosignature alone is not enough; fetch the checkpoint again.",
        )
    return checkpoint


def _malformed(what: str) -> NoteError:
    return NoteError(f"The checkpoint {what}.", next_step="Fetch the log's checkpoint again.")
