"""Pictures that a test draws: a seed gives the same one each time. Nobody is in them."""

from __future__ import annotations

import io
import random
from pathlib import Path

from PIL import Image, ImageDraw


def drawn(seed: int, size: tuple[int, int] = (512, 640)) -> Image.Image:
    """Rectangles and ellipses."""
    chance = random.Random(seed)  # noqa: S311

    def colour() -> tuple[int, int, int]:
        red, green, blue = (chance.randrange(256) for _ in range(3))
        return red, green, blue

    picture = Image.new("RGB", size, colour())
    draw = ImageDraw.Draw(picture)
    for number in range(40):
        x, y = chance.randrange(size[0]), chance.randrange(size[1])
        wide, high = chance.randrange(20, 200), chance.randrange(20, 200)
        (draw.ellipse if number % 2 else draw.rectangle)((x, y, x + wide, y + high), fill=colour())
    return picture


def png(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()


def saved_again(picture: Image.Image, quality: int = 60) -> bytes:
    """The picture as it goes round: smaller, and as a JPEG."""
    written = io.BytesIO()
    picture.resize((picture.width // 2, picture.height // 2)).save(written, "JPEG", quality=quality)
    return written.getvalue()


def put(folder: Path, files: dict[str, bytes]) -> Path:
    """A folder with these files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder
