"""Key files under passphrases that cost nothing, in the process of the tests alone.

The program's own take a second of scrypt to write and a second to open, on purpose. What a test
says about them (which passphrase opens what, what is refused) holds for any work factor, so in
this process they are written with the smallest. The format is the same, and the program opens
them as it opens its own. Processes that tests start write real ones, and ``custody/test_keys``
asks one for its work factor.
"""

from __future__ import annotations

import os

from tests.custody import age_kinds

WORK = 1


def encrypt(data: bytes, passphrase: str, armored: bool = False) -> bytes:
    """An age file under a passphrase, as ``pyrage.passphrase.encrypt`` writes it, but cheap."""
    if armored:
        raise NotImplementedError("this program writes no armored files")
    key = os.urandom(16)
    stanza = age_kinds.scrypt(WORK, salt=os.urandom(16), passphrase=passphrase, key=key)
    starts = range(0, max(1, len(data)), age_kinds.CHUNK)
    chunks = [data[start : start + age_kinds.CHUNK] for start in starts]
    return age_kinds.head(stanza, key=key) + age_kinds.payload(*chunks, key=key)
