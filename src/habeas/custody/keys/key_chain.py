"""Which key signs what: the entry and checkpoint keys of an archive, one pair after the other.

A pair is retired by a hand-over (``handovers``), which the former pair signs, at one size of the
log. Entries below that size are the former pair's, entries from it on the new one's; the
checkpoint of that size is signed by both, so that whoever trusts the former can follow, and
every larger one by the new key alone.

Invariants: at each position one entry key is in force, and at each size one checkpoint key: what
a retired key signs beyond its end counts for nothing, and what it signed before stays good.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from habeas.custody.errors import KeyRetired, UnknownKeyError
from habeas.custody.log.checkpoints import Checkpoint, open_checkpoint, parse_checkpoint
from habeas.custody.log.notes import Signer, Verifier, line_of, split_note


@dataclass(frozen=True, slots=True)
class KeyPair:
    """An entry key and a checkpoint key, in force from the log of ``since`` entries on."""

    entry: Verifier
    checkpoint: Verifier
    since: int = 0


@dataclass(frozen=True, slots=True)
class KeyChain:
    """The pairs of one archive, the oldest first; there is at least one."""

    pairs: tuple[KeyPair, ...]

    @property
    def origin(self) -> str:
        return self.pairs[-1].checkpoint.name

    @property
    def current(self) -> KeyPair:
        return self.pairs[-1]

    @property
    def handovers(self) -> tuple[int, ...]:
        """The sizes at which a pair was handed over to the next."""
        return tuple(pair.since for pair in self.pairs[1:])

    @property
    def all(self) -> tuple[Verifier, ...]:
        return tuple(key for pair in self.pairs for key in (pair.entry, pair.checkpoint))

    def entry_at(self, position: int) -> Verifier:
        """The key that must have signed the entry at a position."""
        return [pair.entry for pair in self.pairs if pair.since <= max(position, 0)][-1]

    def checkpoint_at(self, size: int) -> Verifier:
        """The key that must have signed the checkpoint of a size; at a hand-over the former."""
        return [pair.checkpoint for pair in self.pairs if pair.since < max(size, 1)][-1]

    def signing(self, size: int) -> tuple[Verifier, ...]:
        """The keys that sign the checkpoint of a size: at a hand-over both."""
        new = [pair.checkpoint for pair in self.pairs[1:] if pair.since == size]
        return (self.checkpoint_at(size), *new)

    def open(self, note: bytes) -> Checkpoint:
        """Read a checkpoint that the key in force at its size signed."""
        size = parse_checkpoint(note).size
        try:
            return open_checkpoint(note, self.signing(size)[:1], self.origin)
        except UnknownKeyError as error:
            ids = {(one.name, one.key_id) for one in split_note(note)[1]}
            if any((key.name, key.key_id) in ids for key in self.all):
                raise KeyRetired(
                    f"The checkpoint of {size:,} entries is signed by a key of this log that was "
                    "not active at that size.",
                    next_step="A retired key, or a copy of it, was used after its hand-over. "
                    "Rely on nothing that it signed since.",
                ) from error
            raise

    def own_lines(self, note: bytes) -> bytes:
        """The checkpoint under the log's own signatures only."""
        text, signatures = split_note(note)
        own = {(key.name, key.key_id) for key in self.all}
        kept = (one for one in signatures if (one.name, one.key_id) in own)
        return text + b"\n" + b"".join(line_of(*one[:3]) for one in kept)


@dataclass(frozen=True, slots=True)
class Signing:
    """A chain of which the private keys in force can be found: what signs checkpoints."""

    chain: KeyChain
    find: Callable[[Verifier], Signer]

    @classmethod
    def with_one(cls, signer: Signer) -> Signing:
        """For a log whose key was never handed over."""
        pair = KeyPair(signer.verifier, signer.verifier)
        return cls(KeyChain((pair,)), lambda verifier: signer)

    def signers(self, size: int) -> list[Signer]:
        return [self.find(key) for key in self.chain.signing(size)]
