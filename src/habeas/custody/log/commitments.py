"""The commitments of an entry as they are written: sorted, padded, of one spelling each.

Invariants: each is base64url of 32 bytes in its one spelling; they ascend strictly, so none occurs
twice; their number is a positive multiple of 16. The functions here are hot: a log has millions.
"""

from __future__ import annotations

from binascii import b2a_base64
from operator import lt
from typing import Final

from habeas.custody.errors import EntryError
from habeas.custody.log import disclosures

COMMITMENT_BLOCK: Final = 16

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_LAST = b"AEIMQUYcgkosw048"  # 32 bytes have one spelling
_STRIDE = 46  # a commitment of 43 characters, and what stands between it and the next
_BETWEEN = b'","'


def slots_for(count: int) -> int:
    """How many commitments an entry of so many fields shows."""
    return max(COMMITMENT_BLOCK, -(-count // COMMITMENT_BLOCK) * COMMITMENT_BLOCK)


def write_commitments(packed: bytes | bytearray, slots: int) -> str:
    """As an entry shows them, without the outer quotes; of each 32 bytes and a zero byte."""
    shown = b2a_base64(packed, newline=False).translate(disclosures.TO_URLSAFE).decode()
    return '","'.join(sorted([shown[at : at + 43] for at in range(0, 44 * slots, 44)]))


def read_commitments(written: bytes) -> list[str] | None:
    """The commitments; None where the bytes are not such a list at all.

    Checked all at once: nothing but the alphabet and what stands between two, in its places.
    """
    others = len(written) // _STRIDE
    quotes = b'"' * others
    if (
        len(written) != others * _STRIDE + 43
        or written.translate(None, _ALPHABET) != _BETWEEN * others
        or written[43::_STRIDE] != quotes
        or written[45::_STRIDE] != quotes
        or written[42::_STRIDE].translate(None, _LAST)
    ):
        return None
    shown = written.decode().split('","')
    if len(shown) % COMMITMENT_BLOCK:
        raise malformed(f"has {len(shown)} commitments, not a multiple of {COMMITMENT_BLOCK}")
    if not all(map(lt, shown, shown[1:])):
        raise malformed("has commitments out of order or twice")
    return shown


def malformed(what: str) -> EntryError:
    return EntryError(
        f"The entry {what}.", next_step="It was altered, or it is not of an archive of this kind."
    )
