"""A witness (C2SP tlog-witness): cosigns each state of a log that continues the last one.

A log sends its new checkpoint with a proof that it continues the checkpoint that this
witness cosigned last. ``decide`` is the whole protocol as a function of the request and of
what is remembered; ``Witness`` remembers, one folder for each log, and signs.

    logs/<sha256 of the origin>/keys        the log's public keys, one a line
    logs/<sha256 of the origin>/checkpoint  the newest checkpoint cosigned, under our lines
    logs/<sha256 of the origin>/forks/      signed checkpoints that contradict it: evidence
    logs/<sha256 of the origin>/handovers/  how the log's keys were handed over, one a size

A log whose keys were handed over sends the hand-over with its checkpoint (``add_handover``):
where a trusted key signed it, the new key is trusted in its place, and the former no more.

Invariants: what is remembered never gets smaller and never changes its root for a size;
comparing and remembering are one step, under a lock that other processes share; it is
durable before the cosignature is given. Only logs that were named by hand are answered.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from habeas.custody import durable
from habeas.custody.attestation.cosignatures import Cosigner
from habeas.custody.errors import (
    HandoverError,
    KeyTextError,
    NoteError,
    ProofError,
    RequestError,
    WitnessError,
)
from habeas.custody.keys.handovers import check, read_document
from habeas.custody.keys.key_names import is_synthetic
from habeas.custody.log import merkle
from habeas.custody.log.checkpoints import Checkpoint, open_checkpoint, parse_checkpoint
from habeas.custody.log.notes import Verifier, from_base64, line_of, split_note, to_base64

MOST_PROOF_LINES: Final = 63
LARGEST_REQUEST: Final = 64 * 1024  # bytes; the largest sensible one has about 20,000
SIZE_TYPE: Final = "text/x.tlog.size"
TEXT_TYPE: Final = "text/plain; charset=utf-8"
MIXED: Final = (
    "What is SYNTHETIC and what is not is never cosigned together: only a witness whose name ends "
    "with /synthetic cosigns a made-up log, and no other."
)
_HASH_BYTES: Final = 32
_ORIGIN_SHA256 = re.compile("[0-9a-f]{64}")
_OLD = re.compile(rb"old (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class CosignRequest:
    """What a log asks: a checkpoint, and the proof that it continues the one of ``old_size``."""

    old_size: int
    proof: tuple[bytes, ...]
    checkpoint: Checkpoint  # no signature of it is checked yet

    def body(self) -> bytes:
        """The request as it is sent, or carried on a stick."""
        lines = [f"old {self.old_size}", *(to_base64(each) for each in self.proof)]
        return "\n".join(lines).encode() + b"\n\n" + self.checkpoint.note


@dataclass(frozen=True, slots=True)
class WitnessAnswer:
    """A witness's answer: an HTTP status, a content type and a body."""

    status: int
    body: bytes
    content_type: str = TEXT_TYPE

    @property
    def sentence(self) -> str:
        return self.body.decode("utf-8", "replace").strip()


def parse_request(body: bytes) -> CosignRequest:
    """Read a request; ``RequestError`` where it is not in the one spelling."""
    if len(body) > LARGEST_REQUEST:
        raise RequestError("The request is too large.", next_step="Send the checkpoint only.")
    head, gap, note = body.partition(b"\n\n")
    first, *lines = head.split(b"\n")
    old = _OLD.fullmatch(first)
    if not gap or old is None:
        raise RequestError("The request does not begin with the old size and its proof.")
    if len(lines) > MOST_PROOF_LINES:
        raise RequestError(f"The proof has more than {MOST_PROOF_LINES} lines.")
    try:
        proof = tuple(from_base64(line) for line in lines)
        checkpoint = parse_checkpoint(note)
    except (NoteError, UnicodeDecodeError) as error:
        message = error.message if isinstance(error, NoteError) else "It is not UTF-8."
        raise RequestError(f"The request cannot be read. {message}") from error
    if any(len(each) != _HASH_BYTES for each in proof):
        raise RequestError("A line of the proof is not a SHA-256.")
    return CosignRequest(int(old[1]), proof, checkpoint)


def decide(
    request: CosignRequest, keys: Sequence[Verifier] | None, latest: Checkpoint | None
) -> WitnessAnswer | None:
    """The refusal that the specification demands; None where the checkpoint is to be cosigned.

    ``keys`` are those trusted for the request's origin, None where the origin is unknown;
    ``latest`` is the checkpoint that was cosigned last. The rules are tlog-witness's, in its
    order: 409 always tells the size to ask from, 422 is for what cannot be one log.
    """
    checkpoint = request.checkpoint
    if keys is None:
        return _refusal(404, "This witness does not know that log.")
    try:
        open_checkpoint(checkpoint.note, keys, checkpoint.origin)
    except NoteError:
        return _refusal(403, "No trusted key of that log signed the checkpoint.")
    if request.old_size > checkpoint.size:
        return _refusal(400, "The old size is larger than the checkpoint's.")
    latest_size = latest.size if latest else 0
    latest_root = latest.root if latest else merkle.EMPTY_ROOT
    if request.old_size != latest_size:
        return WitnessAnswer(409, b"%d\n" % latest_size, SIZE_TYPE)
    if checkpoint.size == latest_size and checkpoint.root != latest_root:
        return _refusal(422, "Another root was cosigned for that size.")
    if checkpoint.size == 0 and checkpoint.root != merkle.EMPTY_ROOT:
        return _refusal(422, "An empty log has another root.")
    if not _continues(request, latest_size, latest_root):
        return _refusal(422, "The proof does not show that the log continues.")
    return None


def _continues(request: CosignRequest, size: int, root: bytes) -> bool:
    if size == 0:
        return not request.proof
    try:
        merkle.verify_consistency(
            size, request.checkpoint.size, request.proof, root, request.checkpoint.root
        )
    except ProofError:
        return False
    return True


def _refusal(status: int, sentence: str) -> WitnessAnswer:
    return WitnessAnswer(status, sentence.encode() + b"\n")


class Witness:
    """A witness's memory and keys. Threads and processes may share the directory."""

    def __init__(
        self,
        directory: Path | str,
        *cosigners: Cosigner,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``cosigners`` are the keys of this one witness: each signs what is cosigned."""
        self.directory = Path(directory)
        self.cosigners = cosigners
        self._clock = clock
        self._turn = threading.Lock()

    def add_checkpoint(self, body: bytes) -> WitnessAnswer:
        """Answer one request; what it changes is durable before the answer is given."""
        try:
            request = parse_request(body)
        except RequestError as error:
            return _refusal(400, error.message)
        if self._mixes(request.checkpoint.origin):
            return _refusal(403, MIXED)
        folder = log_folder(self.directory, request.checkpoint.origin)
        if not folder.is_dir():
            return _refusal(404, "This witness does not know that log.")
        with self._turn, _locked(folder):
            keys, latest = _keys(folder), _latest(folder)
            refusal = decide(request, keys, latest)
            if refusal is not None:
                same_size = request.checkpoint.size == (latest.size if latest else 0)
                if refusal.status == 422 and same_size:
                    _keep_fork(folder, request.checkpoint)
                return refusal
            note, line = self._cosigned(request.checkpoint, keys)
            durable.prepare_folder(folder)
            durable.write_file(folder, folder / "checkpoint", note)
        return WitnessAnswer(200, line)

    def _mixes(self, origin: str) -> bool:
        """Whether a log that is made up would be cosigned by a witness that is not, or one not."""
        return any(is_synthetic(one.key.name) != is_synthetic(origin) for one in self.cosigners)

    def add_handover(self, body: bytes) -> WitnessAnswer:
        """Cosign the checkpoint at which a log's keys were handed over, and follow to the new one.

        The body is a request whose place of the checkpoint the hand-over takes. The former key
        is not trusted from then on; what it signed beyond that size is refused.
        """
        head, gap, document = body.partition(b"\n\n")
        try:
            files = read_document(document)
            request = parse_request(head + gap + files.get("checkpoint", b""))
        except (HandoverError, RequestError) as error:
            return _refusal(400, error.message)
        folder = log_folder(self.directory, request.checkpoint.origin)
        if not folder.is_dir():
            return _refusal(404, "This witness does not know that log.")
        if self._mixes(request.checkpoint.origin):
            return _refusal(403, MIXED)
        try:
            handed = check(files)
        except HandoverError as error:
            return _refusal(422, error.message)
        former, new = handed.old.checkpoint, handed.new.checkpoint
        with self._turn, _locked(folder):
            keys, latest = _keys(folder), _latest(folder)
            if former not in keys:
                if new in keys and latest is not None and latest.size >= handed.size:
                    return WitnessAnswer(
                        409, b"%d\n" % latest.size, SIZE_TYPE
                    )  # it is known already
                return _refusal(403, "The key that hands over is not trusted, or no more.")
            refusal = decide(request, keys, latest)
            if refusal is not None:
                return refusal
            note, lines = self._cosigned(request.checkpoint, (former, new))
            kept = [key for key in keys if key not in (former, new)]
            durable.prepare_folder(folder)
            path = folder / "handovers" / str(handed.size)
            durable.write_file(folder, path, document, 0o600)
            durable.write_file(folder, folder / "checkpoint", note)
            _write_keys(folder, (*kept, new))
        return WitnessAnswer(200, lines)

    def answer_by_file(self, body: bytes) -> tuple[WitnessAnswer, bytes]:
        """Answer one request that came by file: what a server would say, and the file to return.

        The file is the newest checkpoint that this witness cosigned, with its cosignature:
        the one asked for, or the one that contradicts it. It is empty where there is none.
        """
        head, gap, rest = body.partition(b"\n\n")
        handed = rest.startswith(b"{")
        answer = self.add_handover(body) if handed else self.add_checkpoint(body)
        try:
            note = read_document(rest).get("checkpoint", b"") if handed else rest
            request = parse_request(head + gap + note)
            folder = log_folder(self.directory, request.checkpoint.origin)
            return answer, (folder / "checkpoint").read_bytes()
        except (HandoverError, RequestError, FileNotFoundError):
            return answer, b""

    def cosigned(self, origin_sha256: str) -> bytes | None:
        """The newest cosigned checkpoint of the log whose origin has this SHA-256, in hex.

        What a monitor asks for. None where the log is not known, or was never cosigned.
        """
        if not _ORIGIN_SHA256.fullmatch(origin_sha256):
            return None
        try:
            return (self.directory / "logs" / origin_sha256 / "checkpoint").read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def _cosigned(self, checkpoint: Checkpoint, keys: Sequence[Verifier]) -> tuple[bytes, bytes]:
        """The checkpoint under the log's own signatures and ours, and our lines.

        Only one line for each trusted key is kept: others are anybody's and could fill the note.
        """
        text, signatures = split_note(checkpoint.note)
        trusted = {(key.name, key.key_id) for key in keys}
        kept = {
            (one.name, one.key_id): line_of(one.name, one.key_id, one.raw)
            for one in signatures
            if (one.name, one.key_id) in trusted
        }
        now = int(self._clock())
        lines = b"".join(cosigner.cosign(text, now) for cosigner in self.cosigners)
        return text + b"\n" + b"".join(kept.values()) + lines, lines


@dataclass(frozen=True, slots=True)
class KnownLog:
    """A log that a witness answers, and how far it cosigned it."""

    origin: str
    keys: tuple[Verifier, ...]
    latest: Checkpoint | None
    forks: int  # contradicting checkpoints kept as evidence
    handovers: tuple[int, ...] = ()  # the sizes at which its keys were handed over


def trust_log(directory: Path, key: Verifier) -> None:
    """Answer the log that this key signs for; its name is the log's origin."""
    folder = log_folder(directory, key.name)
    durable.make_private(folder)
    with _locked(folder):
        keys = _keys(folder) if (folder / "keys").exists() else ()
        if key in keys:
            return
        if _was_retired(folder, key):
            raise WitnessError(
                "This key of the log was handed over to another, which this witness follows.",
                next_step="Nothing was changed. If you were asked to go back to it, ask why, by a "
                "way that you trust.",
            )
        durable.prepare_folder(folder)
        _write_keys(folder, (*keys, key))


def _write_keys(folder: Path, keys: Sequence[Verifier]) -> None:
    lines = "".join(f"{each.vkey}\n" for each in keys)
    durable.write_file(folder, folder / "keys", lines.encode(), 0o600)


def _was_retired(folder: Path, key: Verifier) -> bool:
    kept = sorted((folder / "handovers").glob("*"))
    return any(check(read_document(path.read_bytes())).old.checkpoint == key for path in kept)


def known_logs(directory: Path) -> list[KnownLog]:
    """The logs that this witness answers."""
    found = []
    for folder in sorted((directory / "logs").glob("*")):
        keys = _keys(folder)
        forks = sum(1 for _ in (folder / "forks").glob("*"))
        sizes = sorted(int(path.name) for path in (folder / "handovers").glob("*"))
        found.append(KnownLog(keys[0].name, keys, _latest(folder), forks, tuple(sizes)))
    return sorted(found, key=lambda log: log.origin)


def log_folder(directory: Path, origin: str) -> Path:
    """Where a witness keeps what it knows of one log."""
    return directory / "logs" / hashlib.sha256(origin.encode()).hexdigest()


def _keys(folder: Path) -> tuple[Verifier, ...]:
    try:
        lines = (folder / "keys").read_text(encoding="utf-8").splitlines()
        keys = tuple(Verifier.parse(line) for line in lines)
    except (OSError, KeyTextError, UnicodeDecodeError) as error:
        raise _damaged(folder / "keys") from error
    if not keys:
        raise _damaged(folder / "keys")
    return keys


def _latest(folder: Path) -> Checkpoint | None:
    try:
        return parse_checkpoint((folder / "checkpoint").read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, NoteError) as error:
        raise _damaged(folder / "checkpoint") from error


def _keep_fork(folder: Path, checkpoint: Checkpoint) -> None:
    """Keep a checkpoint that the log signed against the one cosigned; one for each text."""
    text, _ = split_note(checkpoint.note)
    name = f"{checkpoint.size}-{hashlib.sha256(text).hexdigest()[:32]}"
    if not (folder / "forks" / name).exists():
        durable.prepare_folder(folder)
        durable.write_file(folder, folder / "forks" / name, checkpoint.note)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    path = folder / "lock"
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _damaged(path: Path) -> WitnessError:
    return WitnessError(
        f"What this witness remembers in {path} cannot be read.",
        next_step="Restore it from a backup. Do not delete it: a witness that forgets can be "
        "made to cosign a second history.",
    )
