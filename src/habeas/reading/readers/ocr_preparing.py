"""A picture made ready to be recognised, and places on it put back on the picture as given."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageFilter, ImageOps

from habeas.reading.readers.ocr_layout import Band, Layout, paper, turned
from habeas.reading.readers.tesseract import Line

PADDING_PX = 12
_LINE_PX, _MOST_SCALE, _LEAST_SCALE = 36, 3.0, 0.5
_MOST_PIXELS = 40_000_000


@dataclass(frozen=True, slots=True)
class Mapping:
    """From the prepared picture back to the grey one: scaled, then straightened."""

    scale: float
    skew: float
    size: tuple[int, int]  # of the prepared picture

    def cut(self, band: Band) -> tuple[int, int, int, int]:
        """Where a band of the layout, which is straight as well, stands on the prepared picture."""
        width, height = self.size
        return (
            max(0, int(band.left * self.scale) - 8),
            max(0, int(band.top * self.scale)),
            min(width, int(band.right * self.scale) + 8),
            min(height, int(band.bottom * self.scale) + 1),
        )

    def back(self, line: Line) -> None:
        """Put a line found on the prepared picture where it stands on the grey one."""
        for word in line.words:
            box = turned((word.left, word.top, word.right, word.bottom), self.skew, self.size)
            word.left, word.top, word.right, word.bottom = (edge / self.scale for edge in box)


def grey_of(image: Image.Image) -> Image.Image:
    """One channel, what is transparent shown on white, not larger than Tesseract can take."""
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        over = image.convert("RGBA")
        image = Image.new("RGBA", over.size, "white")
        image.alpha_composite(over)
    if image.mode in {"I;16", "I", "F"}:
        image = ImageOps.autocontrast(image.point(lambda value: value / 256).convert("L"))
    grey = image.convert("L")
    pixels = grey.width * grey.height
    if pixels > _MOST_PIXELS:
        share = (_MOST_PIXELS / pixels) ** 0.5
        grey = grey.resize(
            (max(1, int(grey.width * share)), max(1, int(grey.height * share))),
            Image.Resampling.BOX,
        )
    middle = sorted(grey.resize((64, 64), Image.Resampling.BOX).tobytes())
    if middle[len(middle) // 2] < 100:  # light text on dark
        grey = ImageOps.invert(grey)
    return grey


def prepared(grey: Image.Image, layout: Layout) -> tuple[Image.Image, Mapping]:
    """The picture evened, smoothed, straightened and scaled to the size that models know."""
    scale = 1.0
    if layout.line_height:
        scale = min(_MOST_SCALE, max(_LEAST_SCALE, _LINE_PX / layout.line_height))
        scale = min(scale, (_MOST_PIXELS / (grey.width * grey.height)) ** 0.5)
        if 0.85 < scale < 1.25:  # never the size of the other pass: models drop lines by size
            scale = 1.25
    size = (max(1, round(grey.width * scale)), max(1, round(grey.height * scale)))
    made = grey.resize(size, Image.Resampling.LANCZOS) if scale != 1.0 else grey
    if layout.noise > 6 or scale > 1.2:
        made = made.filter(ImageFilter.GaussianBlur(max(1.0, scale)))
    made = paper(made)
    skew = layout.skew
    if skew:
        made = made.rotate(-skew, Image.Resampling.BICUBIC, fillcolor=255)
    return ImageOps.autocontrast(made, cutoff=(1, 30)), Mapping(scale, skew, size)


def padded(cut: Image.Image, scale: float) -> Image.Image:
    if scale != 1.0:
        size = (max(1, round(cut.width * scale)), max(1, round(cut.height * scale)))
        cut = cut.resize(size, Image.Resampling.LANCZOS)
    return ImageOps.expand(cut, PADDING_PX, 255)
