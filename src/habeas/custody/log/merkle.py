"""The Merkle tree of RFC 6962 and RFC 9162 with SHA-256.

Invariants: leaves and nodes are hashed with different first bytes, so neither passes for
the other; a proof is accepted only when every hash of it was needed; consistency with the
empty tree is not a proof of anything and is refused.

The tree is asked for in half-open ranges [start, stop) of leaves. ``inclusion_ranges``
and ``consistency_ranges`` say which ranges a proof consists of; whoever stores hashes
(a list here, tiles in ``tiles``) supplies them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from habeas.custody.errors import ProofError

EMPTY_ROOT = hashlib.sha256(b"").digest()
Range = tuple[int, int]
_sha256 = hashlib.sha256


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one entry's bytes."""
    return _sha256(b"\x00" + entry).digest()


def leaf_hashes(entries: Iterable[bytes]) -> list[bytes]:
    """The hash of each entry's bytes."""
    return [_sha256(b"\x00" + entry).digest() for entry in entries]


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees."""
    return _sha256(b"\x01" + left + right).digest()


def root_of(leaf_hashes: Iterable[bytes]) -> bytes:
    """The root over leaf hashes; the hash of nothing for none."""
    level = list(leaf_hashes)
    if not level:
        return EMPTY_ROOT
    while len(level) > 1:
        odd = [level[-1]] if len(level) % 2 else []
        level = [
            _sha256(b"\x01" + left + right).digest()
            for left, right in zip(level[::2], level[1::2], strict=False)
        ] + odd
    return level[0]


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """The subtrees beside the path from leaf ``index`` to the root, leaf first."""
    if not 0 <= index < size:
        raise ProofError(
            f"A log of size {size} has no entry {index}.",
            next_step="Positions count from 0 and are below the size.",
        )
    ranges: list[Range] = []
    start, stop = 0, size
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            ranges.append((middle, stop))
            stop = middle
        else:
            ranges.append((start, middle))
            start = middle
    return ranges[::-1]


def consistency_ranges(old_size: int, size: int) -> list[Range]:
    """The subtrees that show that the tree of ``old_size`` is the beginning of this one."""
    if not 0 < old_size <= size:
        raise ProofError(
            f"Consistency from size {old_size} to size {size} cannot be shown.",
            next_step="The older size must be at least 1 and no more than the newer.",
        )
    ranges: list[Range] = []
    start, stop = 0, size
    whole = True  # the old tree is, so far, a complete subtree of which the verifier has the root
    while old_size != stop:
        middle = start + _split(stop - start)
        if old_size <= middle:
            ranges.append((middle, stop))
            stop = middle
        else:
            ranges.append((start, middle))
            start = middle
            whole = False
    if not whole:
        ranges.append((start, stop))
    return ranges[::-1]


def inclusion_proof(leaf_hashes: Sequence[bytes], index: int) -> list[bytes]:
    """The proof that leaf ``index`` is in the tree over ``leaf_hashes``."""
    ranges = inclusion_ranges(index, len(leaf_hashes))
    return [root_of(leaf_hashes[start:stop]) for start, stop in ranges]


def consistency_proof(leaf_hashes: Sequence[bytes], old_size: int) -> list[bytes]:
    """The proof that the first ``old_size`` leaves are the beginning of the tree."""
    ranges = consistency_ranges(old_size, len(leaf_hashes))
    return [root_of(leaf_hashes[start:stop]) for start, stop in ranges]


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The root that a proof leads to (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        raise _refused(f"entry {index} is not in a log of size {size}")
    _check_hashes([leaf, *proof])
    node, last, root = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise _refused("the proof is too long")
        if node & 1 or node == last:
            root = node_hash(sibling, root)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            root = node_hash(root, sibling)
        node >>= 1
        last >>= 1
    if last:
        raise _refused("the proof is too short")
    return root


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Raise ``ProofError`` unless the leaf is at ``index`` of the tree with ``root``."""
    if root_from_inclusion(leaf, index, size, proof) != root:
        raise _refused("the proof leads to another root")


def verify_consistency(
    old_size: int, size: int, proof: Sequence[bytes], old_root: bytes, root: bytes
) -> None:
    """Raise ``ProofError`` unless the older tree is the beginning of the newer one.

    RFC 9162, 2.1.4.2, with "from size 0" refused.
    """
    if old_size <= 0:
        raise _refused("consistency with an empty log proves nothing")
    if old_size > size:
        raise _refused(f"the older size {old_size} is larger than the newer, {size}")
    if old_size == size:
        if proof:
            raise _refused("two logs of one size need no proof, and one was given")
        if old_root != root:
            raise _refused("two logs of one size have different roots")
        return
    _check_hashes([old_root, root, *proof])
    path = list(proof)
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_root)
    if not path:
        raise _refused("the proof is empty")
    node, last = old_size - 1, size - 1
    while node & 1:
        node >>= 1
        last >>= 1
    old_reached = reached = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise _refused("the proof is too long")
        if node & 1 or node == last:
            old_reached = node_hash(sibling, old_reached)
            reached = node_hash(sibling, reached)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            reached = node_hash(reached, sibling)
        node >>= 1
        last >>= 1
    if last:
        raise _refused("the proof is too short")
    if old_reached != old_root:
        raise _refused("the proof leads to another root for the older log")
    if reached != root:
        raise _refused("the proof leads to another root for the newer log")


def _split(count: int) -> int:
    """The largest power of two below ``count``."""
    return 1 << (count - 1).bit_length() - 1


def _check_hashes(hashes: Sequence[bytes]) -> None:
    if any(len(each) != 32 for each in hashes):
        raise _refused("a hash does not have 32 bytes")


def _refused(why: str) -> ProofError:
    return ProofError(
        f"The proof does not hold: {why}.",
        next_step="Ask for the proof again, for the sizes of the checkpoints that you hold.",
    )
