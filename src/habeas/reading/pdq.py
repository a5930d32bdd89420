"""PDQ: 256 bits that stay nearly the same when a picture is made smaller or saved again.

To find the same picture twice, under two names or in a set of well-known ones. It is taken of the
whole picture and says nothing of who or what is in it: two pictures of one person have hashes as
far apart as any two. Nothing here cuts a picture up, and nothing looks for faces.

After Meta's reference (Davis and Rosen, "The TMK+PDQF video-hashing algorithm and the PDQ
image-hashing algorithm", 2019): luminance, a tent filter down to 64 × 64, the 16 × 16 lowest
frequencies of its cosine transform but the constant ones, and a bit for each that is above their
median. Pillow's bilinear filter is that tent where its output has half the spacing, so that every
second sample is one of the reference's; hashes differ from the reference's by a few bits.
``quality`` is the reference's measure of how much there is to see: of a plain or blurred picture
the hash says little.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from operator import mul
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL.Image import Image

NAME: Final = "habeas.pdq"
VERSION: Final = "1"
BITS: Final = 256
#: At most so many bits apart are two pictures taken for one, both of at least this quality: what
#: the reference recommends (ThreatExchange, ``pdq/README.md``: 31 of 256, 50 of 100).
SAME_AT_MOST: Final = 31
LEAST_QUALITY: Final = 50
WIDTH_PX: Final = 512  # what the picture is made smaller to beforehand, as the reference does
_SIDE, _LOW = 64, 16


@dataclass(frozen=True, slots=True)
class WholeHash:
    """``pdq``: 64 hexadecimal digits, as the reference writes them. ``quality``: 0 to 100."""

    pdq: str
    quality: int

    @property
    def bits(self) -> int:
        return int(self.pdq, 16)


def of_picture(picture: Image) -> WholeHash:
    """The hash of a whole picture."""
    grey = _samples(picture)
    frequencies = _transformed(grey)
    middle = sorted(frequencies)[(len(frequencies) - 1) // 2]
    bits = sum(1 << place for place, value in enumerate(frequencies) if value > middle)
    return WholeHash(f"{bits:064x}", _quality(grey))


def distance(one: int, other: int) -> int:
    """How many of the 256 bits differ."""
    return (one ^ other).bit_count()


def _samples(picture: Image) -> list[list[float]]:
    """64 × 64 of luminance, 0 to 255."""
    from PIL.Image import Resampling

    colours = picture.convert("RGB")
    if max(colours.size) <= 2 * _SIDE:  # the reference's filter is one pixel wide: none
        step, size, way, box = 1, (_SIDE, _SIDE), Resampling.NEAREST, None
    else:
        step, size, way = 2, (2 * _SIDE - 1, 2 * _SIDE - 1), Resampling.BILINEAR
        (left, right), (top, bottom) = map(_sampled, colours.size)
        box = (left, top, right, bottom)
    bands = [band.convert("F").resize(size, way, box=box).tobytes() for band in colours.split()]
    red, green, blue = (memoryview(band).cast("f").tolist() for band in bands)
    across = range(0, size[0], step)
    return [
        [0.299 * red[d + x] + 0.587 * green[d + x] + 0.114 * blue[d + x] for x in across]
        for d in range(0, size[0] * size[1], step * size[0])
    ]


def _sampled(length: int) -> tuple[float, float]:
    """From where to where along one side samples lie; an even window of the reference's filter
    stands half a pixel aside, each of the two times that it is used."""
    half, aside = length / (4 * _SIDE), float((length + 2 * _SIDE - 1) // (2 * _SIDE) % 2 == 0)
    aside = min(aside, half)
    return half + aside, length - half + aside


@cache
def _cosines() -> tuple[tuple[float, ...], ...]:
    scale = math.sqrt(2 / _SIDE)
    return tuple(
        tuple(
            scale * math.cos(math.pi / 2 / _SIDE * (row + 1) * (2 * at + 1)) for at in range(_SIDE)
        )
        for row in range(_LOW)
    )


def _transformed(grey: list[list[float]]) -> list[float]:
    """The lowest frequencies down and across, row by row, without the constant ones."""
    cosines, columns = _cosines(), list(zip(*grey, strict=True))
    down = [[sum(map(mul, wave, column)) for column in columns] for wave in cosines]
    return [sum(map(mul, row, wave)) for row in down for wave in cosines]


def _quality(grey: list[list[float]]) -> int:
    """The sum of the steps between neighbours, as the reference scales it."""
    steps = sum(
        abs(int((one - other) * 100 / 255))
        for lines in (grey, list(zip(*grey, strict=True)))
        for line, following in pairwise(lines)
        for one, other in zip(line, following, strict=True)
    )
    return min(100, int(steps / 90))
