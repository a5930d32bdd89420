"""Shares of an age identity's secret (SLIP-39): any ``needed`` of them give it back.

A share is 33 English words with a checksum, for paper. Fewer than ``needed`` shares say
nothing about the secret. There is one group and no passphrase over the shares: whoever
recovers under stress must not need a further secret.

Invariants: no message repeats a word of a share; a set is used only when its own digest
holds, so that shares of two sets, or one word replaced by a cunning hand, give no key.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from shamir_mnemonic import MnemonicError, Share, combine_mnemonics, generate_mnemonics
from shamir_mnemonic.wordlist import WORDLIST

from habeas.custody.errors import SharesRefused
from habeas.custody.keys.age_keys import SECRET_BYTES, identity_of

WORDS: Final = 33
MOST: Final = 16
_UNIQUE_LETTERS: Final = 4  # SLIP-39: the first four letters tell each word from all others
_BY_LETTERS: Final = {word[:_UNIQUE_LETTERS]: word for word in WORDLIST}


@dataclass(frozen=True, slots=True)
class ShareRead:
    """A share that was typed without a mistake. ``words`` stay out of ``repr``."""

    number: int
    needed: int
    set_id: int
    words: str

    def __repr__(self) -> str:
        return f"ShareRead(number={self.number}, needed={self.needed})"


def split(needed: int, made: int) -> tuple[str, list[str]]:
    """A new identity, and ``made`` shares of it of which ``needed`` give it back."""
    if not 2 <= needed <= made <= MOST:
        raise SharesRefused(
            f"{needed} of {made} shares cannot be made.",
            next_step=f"Ask for at least 2 needed, and at most {MOST} in all. Where one person "
            "alone may recover, name them with `habeas keys custodians add`.",
        )
    secret = secrets.token_bytes(SECRET_BYTES)
    return identity_of(secret), generate_mnemonics(1, [(needed, made)], secret)[0]


def read_share(text: str) -> ShareRead:
    """A share as it was typed: four letters of a word are enough, case does not matter."""
    typed = text.lower().split()
    if len(typed) != WORDS:
        raise SharesRefused(
            f"A share has {WORDS} words; these are {len(typed)}.",
            next_step="Type it again from the paper.",
        )
    words = []
    for number, word in enumerate(typed, 1):
        known = _BY_LETTERS.get(word[:_UNIQUE_LETTERS], "")
        if not known or not known.startswith(word):
            raise SharesRefused(
                f"Word {number} is not in the list of words.",
                next_step="Look at it on the paper again.",
            )
        words.append(known)
    try:
        share = Share.from_mnemonic(" ".join(words))
    except MnemonicError:
        raise SharesRefused(
            "These words are not a share: its checksum does not hold.",
            next_step="One word or more is another one on the paper, or the order is wrong.",
        ) from None
    if share.group_count != 1:
        raise SharesRefused(
            "This share was not made by this program.", next_step="Type one that was."
        )
    return ShareRead(share.index + 1, share.member_threshold, share.identifier, " ".join(words))


def join(shares: Sequence[ShareRead]) -> str:
    """The identity that shares of one set stand for; more than are needed do no harm."""
    if not shares:
        raise SharesRefused("No share was given.", next_step="Type one share on each line.")
    if len({share.set_id for share in shares}) > 1:
        raise SharesRefused(
            "These shares are of different sets: "
            + "; ".join(_numbers(shares, set_id) for set_id in dict.fromkeys(_set_ids(shares)))
            + " belong together.",
            next_step="New shares replace all earlier ones: use one set only.",
        )
    different = {share.number: share for share in shares}
    needed = shares[0].needed
    if len(different) < needed:
        raise SharesRefused(
            f"{len(different)} of the {needed} shares needed "
            + ("is" if len(different) == 1 else "are")
            + " here"
            + (", counting each once." if len(different) < len(shares) else "."),
            next_step="Ask another holder of a share. Fewer say nothing at all.",
        )
    try:
        secret = combine_mnemonics([each.words for each in list(different.values())[:needed]])
    except MnemonicError:
        raise SharesRefused(
            "These shares do not fit together: one of them was altered.",
            next_step="Try another one in place of each in turn.",
        ) from None
    return identity_of(secret)


def _set_ids(shares: Iterable[ShareRead]) -> list[int]:
    return [share.set_id for share in shares]


def _numbers(shares: Sequence[ShareRead], set_id: int) -> str:
    places = [n for n, share in enumerate(shares, 1) if share.set_id == set_id]
    return " and ".join(f"the {_ordinal(place)}" for place in places)


def _ordinal(number: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(number, f"{number}th") + " typed"
