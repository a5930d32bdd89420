"""Where lines of text stand on a picture, found without recognising anything.

The second opinion on what an OCR engine found: ink is told from paper, rows of ink are lines
(a horizontal projection profile, in columns where the page has them), and ink outside all
recognised lines is a line that was left out. Works on a reduced picture that is set
straight; bands are in pixels of the picture given, once straight. Plain Pillow, so that
reading needs no numpy.
"""

from __future__ import annotations

import itertools
import math
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

Edges = tuple[float, float, float, float]  # left, top, right, bottom
_LONGEST_EDGE = 1600  # of the reduced picture
_LEAST_CONTRAST = 24  # grey levels between paper and ink
_ANGLES = tuple(step / 4 for step in range(-16, 17))  # degrees


@dataclass(frozen=True, slots=True)
class Band:
    """A rectangle that holds ink, in pixels, right and bottom outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left


@dataclass(frozen=True, slots=True)
class Layout:
    """The ink of a picture (white on black, reduced by ``scale``) and its lines."""

    ink: Image.Image
    scale: float
    lines: tuple[Band, ...]
    line_height: float  # the usual one, in pixels of the picture; 0 where there is none
    skew: float  # degrees; ink and lines are turned back by it about the middle
    size: tuple[int, int]  # of the picture
    noise: float  # mean difference from the picture without single specks, grey levels


def turned(box: Edges, degrees: float, size: tuple[int, int]) -> Edges:
    """The edges around a box after the picture is turned about its middle.

    Positive is clockwise as the picture is seen, as ``Image.rotate(-degrees)`` does.
    """
    if not degrees:
        return box
    radians = math.radians(degrees)
    sine, cosine = math.sin(radians), math.cos(radians)
    x, y = size[0] / 2, size[1] / 2
    left, top, right, bottom = box
    corners = [
        (x + (a - x) * cosine - (b - y) * sine, y + (a - x) * sine + (b - y) * cosine)
        for a in (left, right)
        for b in (top, bottom)
    ]
    return (
        min(a for a, _b in corners),
        min(b for _a, b in corners),
        max(a for a, _b in corners),
        max(b for _a, b in corners),
    )


def paper(grey: Image.Image) -> Image.Image:
    """The picture with its background made even: paper white, ink as dark as it was over it."""
    small = grey.resize((max(1, grey.width // 8), max(1, grey.height // 8)), Image.Resampling.BOX)
    under = small.filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.GaussianBlur(6))
    under = under.resize(grey.size, Image.Resampling.BILINEAR)
    return ImageOps.invert(ImageChops.subtract(under, grey))


def noise_of(grey: Image.Image) -> float:
    sample = _middle(grey, 800)
    difference = ImageChops.difference(sample, sample.filter(ImageFilter.MedianFilter(3)))
    return _mean(difference)


def skew_degrees(ink: Image.Image) -> float:
    """How far lines lean, positive counter-clockwise; 0 where no angle stands out."""
    small = ink.copy()
    small.thumbnail((500, 500), Image.Resampling.BOX)
    scores = {
        angle: _sharpness(small.rotate(-angle, Image.Resampling.BILINEAR)) for angle in _ANGLES
    }
    best = max(scores, key=lambda angle: scores[angle])
    return best if scores[best] > 1.1 * scores[0.0] and abs(best) < 4 else 0.0


def layout_of(grey: Image.Image) -> Layout:
    """Ink and lines of an upright grey picture."""
    scale = min(1.0, _LONGEST_EDGE / max(grey.size))
    size = (max(1, round(grey.width * scale)), max(1, round(grey.height * scale)))
    noise = noise_of(grey)
    reduced = grey.resize(size, Image.Resampling.BOX) if scale < 1 else grey
    if noise > 6:
        reduced = reduced.filter(ImageFilter.MedianFilter(3)).filter(ImageFilter.GaussianBlur(1))
    ink = _ink(reduced)
    skew = skew_degrees(ink)
    if skew:
        ink = ink.rotate(-skew, fillcolor=0)
    found = _lines(ink, (0, 0, *ink.size), depth=0)
    height = median(band.height for band in found) if found else 0.0
    kept = tuple(_grown(band, scale) for band in found if band.height >= 0.4 * height)
    return Layout(ink, scale, kept, height / scale, skew, grey.size, noise)


def left_out(layout: Layout, words: Iterable[Edges]) -> list[Band]:
    """Lines of ink outside of ``words``, boxes in pixels of the picture as it was given."""
    if not layout.line_height:
        return []
    rest = layout.ink.copy()
    draw, scale = ImageDraw.Draw(rest), layout.scale
    margin = max(1.0, 0.25 * layout.line_height * scale)
    for word in words:
        left, top, right, bottom = turned(word, -layout.skew, layout.size)
        draw.rectangle(
            (left * scale - margin, top * scale - margin,
             right * scale + margin, bottom * scale + margin),
            fill=0,
        )  # fmt: skip
    usual = layout.line_height * scale
    found = _lines(rest, (0, 0, *rest.size), depth=0)
    return [
        _grown(band, scale)
        for band in found
        if 0.5 * usual <= band.height <= 2.2 * usual
        and band.width >= 1.5 * usual
        and 0.04 <= _mean(rest.crop((band.left, band.top, band.right, band.bottom))) / 255 <= 0.6
    ]


def _ink(grey: Image.Image) -> Image.Image:
    """White where there is ink, black elsewhere; threshold by Otsu over the evened picture."""
    dark = ImageOps.invert(paper(grey))
    level = max(_LEAST_CONTRAST, _otsu(dark.histogram()))
    return dark.point(lambda value: 255 if value > level else 0)


def _otsu(histogram: Sequence[int]) -> int:
    total = sum(histogram)
    weighted = sum(level * count for level, count in enumerate(histogram))
    below = below_weighted = 0
    best, best_between = 0, -1.0
    for level, count in enumerate(histogram[:256]):
        below += count
        below_weighted += level * count
        above = total - below
        if below == 0 or above == 0:
            continue
        apart = below_weighted / below - (weighted - below_weighted) / above
        between = below * above * apart * apart
        if between > best_between:
            best, best_between = level, between
    return best


def _lines(ink: Image.Image, area: tuple[int, int, int, int], depth: int) -> list[Band]:
    """Rows of ink in an area, in columns where white runs through its whole height."""
    left, top, right, bottom = area
    region = ink.crop(area)
    if depth < 4 and region.height > 60:
        gap = _column_gap(region)
        if gap is not None:
            low, high = gap
            return _lines(ink, (left, top, left + low, bottom), depth + 1) + _lines(
                ink, (left + high, top, right, bottom), depth + 1
            )
    rows = _profile(region, across=False)
    if not rows:
        return []
    floor = max(0.6, 0.04 * _high(rows))
    found = list[Band]()
    for start, stop in _runs(rows, floor, join=2):
        strip = region.crop((0, start, region.width, stop))
        columns = _runs(_profile(strip, across=True), 4.0, join=region.width)
        if columns and stop - start >= 4:
            begin, end = columns[0][0], columns[-1][1]
            found.append(Band(left + begin, top + start, left + end, top + stop))
    return found


def _column_gap(region: Image.Image) -> tuple[int, int] | None:
    """The widest run without ink between two columns, if it is wide enough to part them."""
    columns = _profile(region, across=True)
    inked = _runs(columns, max(0.4, 0.02 * _high(columns)), join=1)
    gaps = [
        (before[1], after[0])
        for before, after in itertools.pairwise(inked)
        if before[1] - inked[0][0] > 0.15 * region.width
        and inked[-1][1] - after[0] > 0.15 * region.width
    ]
    if not gaps:
        return None
    low, high = max(gaps, key=lambda gap: gap[1] - gap[0])
    return (low, high) if high - low >= max(12, 0.02 * region.width) else None


def _profile(region: Image.Image, *, across: bool) -> Sequence[float]:
    """The mean ink of each column (``across``) or row."""
    if not region.width or not region.height:
        return []
    size = (region.width, 1) if across else (1, region.height)
    return array("f", region.convert("F").resize(size, Image.Resampling.BOX).tobytes())


def _runs(profile: Sequence[float], floor: float, *, join: int) -> list[tuple[int, int]]:
    """Where the profile is above the floor; gaps of up to ``join`` do not part runs."""
    runs = list[tuple[int, int]]()
    for at, value in enumerate(profile):
        if value <= floor:
            continue
        if runs and at - runs[-1][1] <= join:
            runs[-1] = (runs[-1][0], at + 1)
        else:
            runs.append((at, at + 1))
    return runs


def _high(profile: Sequence[float]) -> float:
    return sorted(profile)[int(len(profile) * 0.95)] if profile else 0.0


def _sharpness(ink: Image.Image) -> float:
    rows = _profile(ink, across=False)
    return sum((one - other) ** 2 for one, other in itertools.pairwise(rows))


def _grown(band: Band, scale: float) -> Band:
    """The band in pixels of the whole picture, with a little room around."""
    room = max(2.0, 0.15 * band.height)
    return Band(
        max(0, int((band.left - room) / scale)),
        max(0, int((band.top - room) / scale)),
        int((band.right + room) / scale),
        int((band.bottom + room) / scale),
    )


def _middle(image: Image.Image, edge: int) -> Image.Image:
    width, height = min(edge, image.width), min(edge, image.height)
    left, top = (image.width - width) // 2, (image.height - height) // 2
    return image.crop((left, top, left + width, top + height))


def _mean(image: Image.Image) -> float:
    histogram = image.histogram()
    total = sum(histogram)
    return sum(level * count for level, count in enumerate(histogram)) / total if total else 0.0
