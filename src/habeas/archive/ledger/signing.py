"""Which of the keyring's keys signs what in this archive now.

The keyring knows the pairs that were handed over and the one that signs; where a hand-over was
committed and not yet finished, the ledger says that the staged pair is in force. Whoever appends
or writes the log asks here, under the head of the ledger or the sequencer's lock, so that a
process that opened the archive before a hand-over never signs with a retired key after it.

Invariant: a chain is at least as new as what was committed before it was asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from habeas.archive.errors import KeysHandedOver
from habeas.archive.ledger.committed_entries import head
from habeas.archive.models import Key, LocalState
from habeas.archive.store import schema
from habeas.archive.store.facts import facts
from habeas.custody.keys.key_chain import KeyChain, KeyPair, Signing

if TYPE_CHECKING:
    from habeas.custody.keys.keyring import Keyring
    from habeas.custody.log.notes import Signer, Verifier

_CHUNK: Final = 2_000


def key_chain(keyring: Keyring) -> KeyChain:
    """Which key signs what: as the keyring knows it, with a hand-over that is being finished."""
    keyring.refresh()
    chain = keyring.chain
    pending = handed_over_at(keyring)
    if pending is None or keyring.next is None:
        return chain
    entry, checkpoint = keyring.next
    return KeyChain((*chain.pairs, KeyPair(entry.verifier, checkpoint.verifier, pending)))


def handed_over_at(keyring: Keyring) -> int | None:
    """The size at which the ledger hands over to the staged keys; None where it does not."""
    staged = keyring.next
    if staged is None:
        return None
    vkey, size = staged[0].verifier.vkey, head()[0]
    if _projected(size):
        granted = Key.objects.filter(role="entry", verifier=vkey)
        position = granted.values_list("position", flat=True).first()
    else:
        found = (
            fact.position
            for start in range(keyring.staged_from, size, _CHUNK)
            for fact in facts(start, min(start + _CHUNK, size))
            if fact.fields.get("kind") == "key" and fact.fields.get("verifier") == vkey
        )
        position = next(found, None)
    return None if position is None else int(position) + 1


def _projected(size: int) -> bool:
    """Whether the derived tables cover the whole ledger; else the entries are asked."""
    state = dict(LocalState.objects.values_list("name", "value"))
    version = state.get("projection") == schema.projection_version()
    return version and state.get("projected") == str(size)


def entry_signer(keyring: Keyring, size: int) -> Signer:
    """The key that signs the next entry of a ledger of this size."""
    return _held(keyring, key_chain(keyring).entry_at(size))


def checkpoint_signing(keyring: Keyring) -> Signing:
    """What signs checkpoints, of any size from the present one on."""
    return Signing(key_chain(keyring), lambda verifier: _held(keyring, verifier))


def _held(keyring: Keyring, verifier: Verifier) -> Signer:
    signer = keyring.signer(verifier)
    if signer is None:
        raise KeysHandedOver(
            "This copy of the archive is from before its keys were handed over, and the keys that "
            "could sign here were destroyed then.",
            next_step="It can be read and verified. To add to the archive, restore a backup that "
            "was made after the hand-over.",
        )
    return signer
