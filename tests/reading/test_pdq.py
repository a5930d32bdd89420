"""PDQ of whole pictures, beside what Meta's reference gives; and the index that finds near ones."""

from __future__ import annotations

import io
import itertools
import json
import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.support.drawn import drawn, png, saved_again

from habeas.reading import hashes_out, pdq
from habeas.reading.errors import NoPicture
from habeas.reading.hash_index import HashIndex
from habeas.reading.sandbox.opening import Sandbox

#: Seed and size of a drawn picture, its hash and quality by pdqhash 0.2.8 (Meta's C++), once.
REFERENCE = (
    (0, (512, 640), "f2585ecc772959623dee36c5d4927627199a69728dccf6cc9239978985ce4803", 100),
    (0, (300, 200), "5938553ccb2ad930ebe263e0e772ac700df2ad9201323ef27c2270eef3ccd30d", 100),
    (0, (900, 700), "ffb38ce7390d6b72914a544d4bf1f8b0928d039fd8623518048b7bf0f874eaa8", 100),
    (1, (512, 640), "de2ea3b3d1a8229b87699b2c933ccc7a1c63570c331651036dd3ec9ca0bbce4d", 100),
    (1, (300, 200), "e141e003276f074dfe09005d0059fff1f9f1001f00fdfff800f9f813b3f603f6", 92),
    (2, (900, 700), "83196d9ade6ee9b197d16c5e25a3929350aca2346c8b35eaae1b01e9b136ae1e", 100),
    (3, (300, 200), "a55a350b76398ce94ae7c3112b5ca697c6f29c86555a390da96daaad95a3f422", 100),
    (3, (96, 96), "8607787cc0c73e07f0fc0607f87c81df7c0fc1f81e07f07e0fc0f00f07fcf803", 31),
)
CLOSE = 8  # bits of 256, to the reference


@pytest.mark.parametrize(("seed", "size", "expected", "quality"), REFERENCE)
def test_it_is_that_of_the_reference(
    seed: int, size: tuple[int, int], expected: str, quality: int
) -> None:
    found = pdq.of_picture(drawn(seed, size))
    assert pdq.distance(found.bits, int(expected, 16)) <= CLOSE
    assert abs(found.quality - quality) <= 1


def test_a_picture_saved_again_is_the_same_and_another_is_not() -> None:
    hashes = [pdq.of_picture(drawn(seed)) for seed in range(12)]
    for seed, found in enumerate(hashes):
        again = pdq.of_picture(Image.open(io.BytesIO(saved_again(drawn(seed)))))
        assert pdq.distance(found.bits, again.bits) <= pdq.SAME_AT_MOST
    pairs = itertools.combinations(hashes, 2)
    assert min(pdq.distance(one.bits, other.bits) for one, other in pairs) > 2 * pdq.SAME_AT_MOST


def test_of_a_plain_picture_it_says_little() -> None:
    for colour in ("white", "navy"):
        assert pdq.of_picture(Image.new("RGB", (300, 300), colour)).quality < pdq.LEAST_QUALITY
    for size in ((1, 1), (1, 5000), (3, 900)):
        assert len(pdq.of_picture(Image.new("L", size)).pdq) == 64


def test_in_the_sandbox_it_is_the_same_for_any_format() -> None:
    plain = pdq.of_picture(drawn(5))
    with Sandbox() as sandbox:
        for name, data in (("a.png", png(drawn(5))), ("b.jpg", saved_again(drawn(5), 95))):
            found = sandbox.picture_hash(io.BytesIO(data), name)
            assert pdq.distance(found.bits, plain.bits) <= CLOSE
        with pytest.raises(NoPicture):
            sandbox.picture_hash(io.BytesIO(b"\x89PNG\r\n\x1a\n broken"), "c.png")
        with pytest.raises(NoPicture):
            sandbox.picture_hash(io.BytesIO(b"words"), "d.txt")


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"[]",
        b'{"pdq": "x", "quality": 1}',
        b'{"pdq": "' + b"0" * 64 + b'", "quality": 101}',
        b'{"pdq": "' + b"0" * 64 + b'", "quality": true}',
        b'{"pdq": "' + b"0" * 64 + b'"}',
        b"{" * 1000,
    ],
)
def test_what_a_hostile_reader_sends_is_no_hash(told: bytes) -> None:
    head = json.dumps({}).encode()
    with pytest.raises(NoPicture):
        hashes_out.read_hash(struct.pack(">I", len(head)) + head + told)
    with pytest.raises(NoPicture):
        hashes_out.read_hash(told)


@given(st.integers(0, 2**256 - 1), st.sets(st.integers(0, 255), max_size=40), st.randoms())
def test_the_index_finds_all_that_is_near_and_nothing_else(
    bits: int, turned: set[int], chance: random.Random
) -> None:
    other = bits
    for place in turned:
        other ^= 1 << place
    far = [chance.getrandbits(256) for _ in range(20)]
    index = HashIndex([(number, each) for number, each in enumerate([other, *far, other])])
    found = dict(index.near(bits))
    expected = {
        number: pdq.distance(bits, each)
        for number, each in enumerate([other, *far, other])
        if pdq.distance(bits, each) <= pdq.SAME_AT_MOST
    }
    assert found == expected
    with pytest.raises(ValueError, match="31"):
        list(index.near(bits, 32))
