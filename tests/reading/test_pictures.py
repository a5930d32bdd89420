"""What is read of pictures: text by page, what the file says of itself, what it refuses."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image
from tests.reading.drafting import read
from tests.reading.pages import as_file, page
from tests.support import presence

from habeas.reading.documents import State
from habeas.reading.limits import Limits
from habeas.reading.readers import ocr, pictures
from habeas.reading.readers.interface import InputFile


@pytest.fixture
def models() -> None:
    if ocr.recognise(Image.new("L", (60, 60), 255)).missing:
        presence.missing("Tesseract", "install the packages of scripts/system-packages")


@pytest.mark.usefixtures("models")
def test_each_page_of_a_tiff_is_cited_by_its_number() -> None:
    first, second = page([("en", "first page")]), page([("en", "second page")])
    data = as_file(first, "TIFF", save_all=True, append_images=[second])
    done = read(pictures, data, "image/tiff")
    assert done.of("page") == [("first page", {"page": 1}), ("second page", {"page": 2})]
    assert done.draft.pages == 2
    again = read(pictures, data, "image/tiff")
    assert (again.text, again.parts) == (done.text, done.parts)


@pytest.mark.usefixtures("models")
@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "BMP"])
def test_each_kind_of_picture_is_read(kind: str) -> None:
    done = read(pictures, as_file(page([("en", "seen here")]), kind), f"image/{kind.lower()}")
    assert done.of("page") == [("seen here", {"page": 1})]


@pytest.mark.usefixtures("models")
def test_text_on_nothing_is_read_as_on_white() -> None:
    ink = page([("en", "seen here")]).point(lambda value: 255 - value)
    clear = Image.new("RGBA", ink.size, (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), mask=ink)
    assert read(pictures, as_file(clear), "image/png").text == "seen here\n"


def test_a_picture_without_text_adds_none() -> None:
    for size in ((600, 400), (8, 8), (1, 1)):
        done = read(pictures, as_file(Image.new("RGB", size, "white")), "image/png")
        assert (done.text, done.draft.state, done.draft.missing) == ("", None, [])


def test_an_animation_says_that_only_its_first_frame_was_looked_at() -> None:
    frames = [Image.new("L", (40, 40), shade) for shade in (255, 128, 0)]
    data = as_file(frames[0], "GIF", save_all=True, append_images=frames[1:])
    done = read(pictures, data, "image/gif")
    assert done.draft.missing == ["the frames after the first, of 3 of the animation"]


def test_exif_says_when_where_and_with_what() -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0131] = "Maker", "Camera 7", "Editor 1.0"
    exif[0x8769] = {0x9003: "2019:05:01 10:11:12", 0x9011: "+08:00"}
    exif[0x8825] = {
        1: "N", 2: (37.0, 4.0, 48.0), 3: "W", 4: (80.0, 10.0, 48.0), 5: b"\x00", 6: 1300.5,
        7: (2.0, 11.0, 12.0), 29: "2019:05:01",
    }  # fmt: skip
    data = as_file(Image.new("RGB", (40, 40), "white"), "JPEG", exif=exif)
    found = read(pictures, data, "image/jpeg").draft.metadata
    assert found["place"] == "37.080000,-80.180000"
    assert (found["altitude_m"], found["place_time"]) == ("1300.5", "2019-05-01T02:11:12Z")
    assert (found["camera"], found["created"]) == ("Camera 7", "2019:05:01 10:11:12")
    assert (found["software"], found["created_utc_offset"]) == ("Editor 1.0", "+08:00")
    shown = pictures.picture(InputFile(data, "", "image/jpeg", Limits()), 1, 100)
    assert not shown.getexif()
    assert shown.info == {}


def test_a_picture_is_shown_upright_and_no_wider_than_asked() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    data = as_file(Image.new("RGB", (400, 200), "white"), "JPEG", exif=exif)
    shown = pictures.picture(InputFile(data, "", "image/jpeg", Limits()), 1, 100)
    assert shown.size == (100, 200)


def huge_png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content))
            + kind
            + content
            + struct.pack(">I", zlib.crc32(kind + content))
        )

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100))


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded() -> None:
    done = read(pictures, huge_png(40_000, 40_000), "image/png")
    assert done.draft.state is State.REFUSED
    assert done.draft.reason.startswith("pixels: 40,000 × 40,000")


def test_every_page_of_a_tiff_is_held_to_the_cap_on_pixels() -> None:
    pages = [Image.new("1", (50, 50), 1), Image.new("1", (500, 500), 1)]
    data = as_file(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    done = read(pictures, data, "image/tiff", limits=Limits(pixels=10_000))
    assert done.draft.state is State.REFUSED


@pytest.mark.parametrize(
    "data", [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0\0\x10JFIF\0", b"GIF89a" + b"\xff" * 40]
)
def test_a_broken_picture_has_failed(data: bytes) -> None:
    assert read(pictures, data, "image/png").draft.state is State.FAILED


def test_a_picture_that_breaks_off_is_never_silently_whole() -> None:
    noise = Image.effect_noise((300, 300), 90)
    data = as_file(noise, "JPEG")
    done = read(pictures, data[: len(data) // 2], "image/jpeg")
    assert done.draft.missing or done.draft.state is State.FAILED


@pytest.mark.usefixtures("models")
def test_the_pictures_of_others_are_read(vectors: Path) -> None:
    folder = vectors / "documents" / "ingest-file"
    done = read(pictures, (folder / "regression_gif.gif").read_bytes(), "image/gif")
    assert done.text == "This is text inside a GIF image\n"
    assert Image.open(io.BytesIO((folder / "regression_webp.webp").read_bytes())).format == "WEBP"
