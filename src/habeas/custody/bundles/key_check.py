"""Which of an archive's keys must have signed what in a bundle: the policy's, and what follows.

A bundle of an archive whose keys were handed over brings the hand-overs. Whoever trusts one pair
of the chain can follow it: forward, because the trusted pair signed the hand-over, and backward,
because it signed a log in which the hand-over stands.

Invariant: with several keys and no hand-over between them, nothing says when each was in force;
such a policy is refused rather than let a retired key sign.
"""

from __future__ import annotations

from collections.abc import Sequence

from habeas.custody.bundles.policy import BundlePolicy
from habeas.custody.errors import BundleError, HandoverError
from habeas.custody.keys.handovers import Handover, follow
from habeas.custody.keys.key_chain import KeyChain
from habeas.custody.log.checkpoints import Checkpoint, open_checkpoint
from habeas.custody.log.notes import Verifier


class BundledKeys:
    """The keys of a policy, and the chain that hand-overs make of them."""

    def __init__(self, policy: BundlePolicy) -> None:
        self._policy = policy
        self.chain: KeyChain | None = None
        self.followed: tuple[int, ...] = ()  # sizes of hand-overs to keys that the policy lacks

    @property
    def all(self) -> tuple[Verifier, ...]:
        known = (*self._policy.all, *(self.chain.all if self.chain else ()))
        return tuple(dict.fromkeys(known))

    def follow(self, handovers: Sequence[Handover]) -> None:
        """Take up the hand-overs, which must lead from or to keys that the policy names."""
        if not handovers:
            if max(len(self._policy.log), len(self._policy.entry)) > 1:
                raise BundleError(
                    "The policy names several keys of the archive, and no hand-over here shows "
                    "when each was active: name the key that was active when this bundle was made."
                )
            return
        chain = follow(handovers)
        trusted = [
            number
            for number, pair in enumerate(chain.pairs)
            if pair.entry in self._policy.entry and pair.checkpoint in self._policy.log
        ]
        if not trusted:
            raise HandoverError("No key that the policy names is among those handed over.")
        self.chain = chain
        self.followed = tuple(pair.since for pair in chain.pairs[trusted[-1] + 1 :])

    def entry_at(self, position: int) -> tuple[Verifier, ...]:
        """The keys of which one must have signed the entry at a position."""
        return self._policy.entry if self.chain is None else (self.chain.entry_at(position),)

    def sealing(self) -> tuple[Verifier, ...]:
        """The keys of which one must have sealed the bundle."""
        return self._policy.entry if self.chain is None else (self.chain.current.entry,)

    def open(self, note: bytes) -> Checkpoint:
        """A checkpoint that the key in force at its size signed."""
        if self.chain is not None:
            self.chain.open(note)
        return open_checkpoint(note, self.all, self._policy.origin)
