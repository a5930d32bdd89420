"""What a keyring knows of the keys that signed before and that will sign next.

In the content of ``keys/installation``, beside the two seeds that sign now:

    next     the seeds of the pair that is about to take over, kept before anything names it
    former   the public keys of the pairs that were handed over, and the size of the log at which

Invariant: of a former pair nothing secret is kept.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from habeas.custody.keys.key_chain import KeyChain, KeyPair
from habeas.custody.log.notes import Signer, Verifier


@dataclass(frozen=True, slots=True)
class Succession:
    """The pair that comes next, if any, and those that were before, each with its end."""

    next: tuple[Signer, Signer] | None
    staged_from: int  # the size of the ledger when the next pair was made
    former: tuple[tuple[KeyPair, int], ...]

    @classmethod
    def read(cls, content: Mapping[str, Any], entry_name: str, checkpoint_name: str) -> Succession:
        staged, size = None, 0
        if "next" in content:
            seeds = [bytes.fromhex(content["next"][role]) for role in ("entry", "checkpoint")]
            size = int(content["next"]["from"])
            staged = (
                Signer.from_seed(entry_name, seeds[0]),
                Signer.from_seed(checkpoint_name, seeds[1]),
            )
        since, former = 0, []
        for one in content.get("former", ()):
            keys = Verifier.parse(one["entry"]), Verifier.parse(one["checkpoint"])
            former.append((KeyPair(*keys, since), int(one["until"])))
            since = int(one["until"])
        return cls(staged, size, tuple(former))

    def chain(self, entry: Verifier, checkpoint: Verifier) -> KeyChain:
        """The whole chain, up to the pair that signs now."""
        since = self.former[-1][1] if self.former else 0
        return KeyChain((*(pair for pair, _ in self.former), KeyPair(entry, checkpoint, since)))


def stage(content: dict[str, Any], size: int) -> None:
    """Make the next pair, unless it is there already."""
    if "next" not in content:
        seeds = {role: secrets.token_hex(32) for role in ("entry", "checkpoint")}
        content["next"] = seeds | {"from": size}


def promote(content: dict[str, Any], former: KeyPair, until: int) -> None:
    """Let the next pair sign, and keep of the former only its public keys."""
    ended = {"entry": former.entry.vkey, "checkpoint": former.checkpoint.vkey, "until": until}
    content["former"] = [*content.get("former", ()), ended]
    staged = content.pop("next")
    content |= {role: staged[role] for role in ("entry", "checkpoint")}


def shown(pair: KeyPair) -> bytes:
    """What the file ``verifiers`` says of the pair in force."""
    return f"{pair.entry.vkey}\n{pair.checkpoint.vkey}\n".encode()


def showable(chain: KeyChain) -> list[bytes]:
    """What it may say: the former pair too, where a hand-over was interrupted."""
    return [shown(pair) for pair in chain.pairs[-2:]]
