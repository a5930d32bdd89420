"""Shares on paper: any m of n give the identity back, fewer say nothing, slips are told."""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Callable

import pyrage
import pytest
from shamir_mnemonic import Share

from habeas.custody.errors import SharesRefused
from habeas.custody.keys import age_keys, shares


@pytest.fixture(scope="module")
def made() -> tuple[str, list[str]]:
    return shares.split(2, 3)


def read(words: list[str]) -> list[shares.ShareRead]:
    return [shares.read_share(each) for each in words]


def test_any_of_them_give_the_identity_back(made: tuple[str, list[str]]) -> None:
    identity, words = made
    for chosen in itertools.permutations(words, 2):
        assert shares.join(read(list(chosen))) == identity
    assert shares.join(read(words)) == identity  # more than needed do no harm
    sealed = pyrage.encrypt(
        b"x", [pyrage.x25519.Recipient.from_str(age_keys.recipient_of(identity))]
    )
    assert pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(identity)]) == b"x"


def test_four_letters_of_a_word_are_enough(made: tuple[str, list[str]]) -> None:
    short = [" ".join(word[:4].upper() for word in share.split()) for share in made[1]]
    assert shares.join(read(short[1:])) == made[0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda w: w[:-1], "33 words; these are 32"),
        (lambda w: [*w[:6], "zebrawood", *w[7:]], "Word 7 is not in the list"),
        (lambda w: [*w[:6], w[7], w[6], *w[8:]], "checksum"),
        (lambda w: [*w[:-1], "academic" if w[-1] != "academic" else "acid"], "checksum"),
        (lambda w: [], "these are 0"),
    ],
)
def test_a_slip_is_told_without_repeating_the_words(
    made: tuple[str, list[str]], change: Callable[[list[str]], list[str]], said: str
) -> None:
    told = [
        tell_of_the_slip(share.split(), change, said)
        for share in (made[1][0], shares.split(2, 3)[1][0])
    ]
    # "again" and "paper" are words of the list as well: what another share is told too is ours.
    assert not set(made[1][0].split()[8:]) & (told[0] - told[1])


def tell_of_the_slip(
    words: list[str], change: Callable[[list[str]], list[str]], said: str
) -> set[str]:
    changed = change(words)
    if changed == words:  # two equal words side by side: swap others
        changed = [words[1], words[0], *words[2:]]
    with pytest.raises(SharesRefused, match=said) as refusal:
        shares.read_share(" ".join(changed))
    return set(re.findall(r"\w+", str(refusal.value).lower()))


def test_too_few_twice_the_same_and_none(made: tuple[str, list[str]]) -> None:
    one = shares.read_share(made[1][0])
    for given in ([one], [one, one]):
        with pytest.raises(SharesRefused, match="1 of the 2 shares needed is here"):
            shares.join(given)
    with pytest.raises(SharesRefused, match="No share"):
        shares.join([])


def test_two_sets_are_told_apart(made: tuple[str, list[str]]) -> None:
    _, other = shares.split(2, 3)
    with pytest.raises(SharesRefused, match="different sets") as refusal:
        shares.join(read([made[1][0], other[0], made[1][1]]))
    assert "the first typed and the third typed; the second typed" in str(refusal.value)


def test_a_share_with_a_right_checksum_and_another_value_gives_no_key(
    made: tuple[str, list[str]],
) -> None:
    good = read(made[1])
    real = Share.from_mnemonic(made[1][1])
    forged = dataclasses.replace(real, value=bytes(len(real.value)))  # its checksum is computed
    with pytest.raises(SharesRefused, match="do not fit together"):
        shares.join([good[0], shares.read_share(forged.mnemonic())])


@pytest.mark.parametrize(("needed", "made_"), [(1, 3), (3, 2), (2, 17), (0, 0)])
def test_what_cannot_be_made_is_refused(needed: int, made_: int) -> None:
    with pytest.raises(SharesRefused):
        shares.split(needed, made_)


def test_a_share_does_not_show_its_words(made: tuple[str, list[str]]) -> None:
    assert made[1][0].split()[10] not in repr(shares.read_share(made[1][0]))
