"""Pictures: the text that OCR finds on each page, and what the file says of itself.

A picture of several pages (tiff) is read page by page; of an animation the first frame is, and
the others are said. EXIF goes into the metadata: when, with which camera, by which program,
and where (in decimal degrees). A picture larger than the cap on pixels is refused before it
is decoded; one that breaks off is read as far as it decodes, and said. A picture too small to
hold text is empty without OCR being asked.
"""

from __future__ import annotations

import contextlib
import math
import re
import struct
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

from PIL import ExifTags, Image, ImageFile, ImageOps, TiffImagePlugin, UnidentifiedImageError

from habeas.reading import measured
from habeas.reading.documents import State
from habeas.reading.readers import ocr
from habeas.reading.readers.interface import DraftReading, InputFile

NAME = "habeas.pictures"
VERSION = "3"
MEDIA_TYPES = frozenset(
    {
        "image/png", "image/jpeg", "image/tiff", "image/webp", "image/gif", "image/bmp",
        "image/jp2", "image/avif", "image/x-icon", "image/x-portable-anymap",
        "image/x-portable-bitmap", "image/x-portable-graymap", "image/x-portable-pixmap",
    }
)  # fmt: skip
_FORMATS = (
    "PNG", "JPEG", "MPO", "TIFF", "WEBP", "GIF", "BMP", "DIB", "JPEG2000", "AVIF", "ICO", "PPM",
)  # fmt: skip
Image.init()  # all formats, once, before the fork
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, TypeError, IndexError, struct.error)
_LEAST_EDGE, _LEAST_PIXELS = 16, 1_500  # below, no line of text fits
_TAGS = {
    "ImageDescription": "description",
    "Make": "camera_make",
    "Model": "camera",
    "Software": "software",
    "DateTime": "modified",
    "Artist": "author",
    "Copyright": "copyright",
    "HostComputer": "computer",
    "DateTimeOriginal": "created",
    "DateTimeDigitized": "digitized",
    "OffsetTimeOriginal": "created_utc_offset",
    "BodySerialNumber": "camera_serial",
    "LensModel": "lens",
    "UserComment": "comment",
    "XPTitle": "title",
    "XPComment": "comment",
    "XPAuthor": "author",
    "XPKeywords": "keywords",
}
_TEXTS = {"comment": "comment", "Comment": "comment", "Description": "description",
          "Title": "title", "Author": "author", "Software": "software",
          "Creation Time": "created", "parameters": "parameters"}  # fmt: skip


def read(source: InputFile, draft: DraftReading) -> None:
    with _opened(source, draft) as picture:
        _describe(picture, draft)
        frames = _frames(picture, draft)
        animated = frames > 1 and picture.format not in {"TIFF", "MPO", "ICO"}
        pages = 1 if animated or picture.format in {"MPO", "ICO"} else frames
        draft.pages = min(pages, draft.limits.pages)
        if animated:
            draft.lacks(f"the frames after the first, of {frames} of the animation")
        sizes: list[tuple[int, int]] = []
        for number in range(1, pages + 1):
            if number > draft.limits.recognised_pages:
                draft.lacks(f"pages past {draft.limits.recognised_pages} were not recognised")
                break
            page = _page(source, picture, number, draft)
            sizes.append((0, 0) if page is None else page.size)
            if number == 1:
                width, height = map(str, sizes[0])
                draft.metadata |= {measured.WIDTH: width, measured.HEIGHT: height}
            if page is None:
                continue
            _recognise(source, page, number, draft)
            draft.progress()
        if pages > 1:
            draft.metadata[measured.PAGE_SIZES] = measured.page_runs(sizes)


def _frames(picture: Image.Image, draft: DraftReading) -> int:
    try:
        return int(getattr(picture, "n_frames", 1) or 1)
    except _BROKEN as error:
        draft.lacks(f"pages or frames after the first, which cannot be counted: {error}")
        return 1


def _recognise(source: InputFile, page: Image.Image, number: int, draft: DraftReading) -> None:
    where: dict[str, str | int] = {"page": number}
    if min(page.size) < _LEAST_EDGE or page.width * page.height < _LEAST_PIXELS:
        return
    if not source.ocr:
        draft.lacks("text on pictures: recognising is switched off")
        return
    found = ocr.recognise(page, progress=draft.progress, second_opinion=source.second_opinion)
    draft.settings.update(found.settings)
    if found.missing:
        draft.lacks(f"the text of page {number}: {found.missing}")
    for doubt in found.doubts:
        draft.warn(f"Page {number}: {doubt}")
    if found.text or found.warnings:
        draft.add(
            "page", found.text, where, boxes=found.boxes, language=found.language,
            script=found.script, warnings=found.warnings,
        )  # fmt: skip


def picture(source: InputFile, page: int, width_px: int) -> Image.Image:
    """The page upright and at most ``width_px`` wide; nothing but its pixels."""
    with _opened(source, DraftReading(source.limits)) as opened:
        opened.seek(page - 1)
        opened.draft("RGB", (width_px, width_px * 8))
        upright = ImageOps.exif_transpose(opened)
        mode = "RGBA" if upright.has_transparency_data else "RGB"
        shown = _eight_bits(upright).convert(mode)
        if shown.width > width_px:
            height = max(1, round(shown.height * width_px / shown.width))
            shown = shown.resize((width_px, height), Image.Resampling.LANCZOS)
        if mode == "RGBA":
            flat = Image.new("RGB", shown.size, "white")
            flat.paste(shown, mask=shown.getchannel("A"))
            return flat
        shown.info.clear()
        return shown


@contextlib.contextmanager
def _opened(source: InputFile, draft: DraftReading) -> Iterator[Image.Image]:
    """The picture, its size known and not yet decoded."""
    Image.MAX_IMAGE_PIXELS = None  # the cap of ``Limits`` holds, checked before decoding
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's on broken metadata; what matters is said
        try:
            opened = Image.open(
                source.open(), formats=[name for name in _FORMATS if name in Image.OPEN]
            )
        except UnidentifiedImageError:
            draft.ends(State.FAILED, "no picture that can be decoded")
        except _BROKEN as error:
            draft.ends(State.FAILED, f"the picture: {error}")
        _check_size(opened, draft)
        with opened:
            yield opened


def _check_size(opened: Image.Image, draft: DraftReading) -> None:
    if opened.width * opened.height > draft.limits.pixels:
        draft.ends(
            State.REFUSED,
            f"pixels: {opened.width:,} × {opened.height:,} are more than {draft.limits.pixels:,}",
        )


def _page(
    source: InputFile, opened: Image.Image, number: int, draft: DraftReading
) -> Image.Image | None:
    """One page decoded and upright; None where it cannot be, which is said."""
    try:
        opened.seek(number - 1)
        _check_size(opened, draft)
        opened.load()
        return _eight_bits(ImageOps.exif_transpose(opened))
    except _BROKEN as error:
        words = str(error)
    half = _as_far_as_it_goes(source, number)
    if half is None and number == 1:
        draft.ends(State.FAILED, f"the picture: {words}")
    draft.lacks(f"{'part of ' if half else ''}page {number}: {words}")
    return half


def _as_far_as_it_goes(source: InputFile, number: int) -> Image.Image | None:
    """A page that breaks off, grey where nothing came."""
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        again = Image.open(source.open())
        again.seek(number - 1)
        again.load()
        return _eight_bits(ImageOps.exif_transpose(again))
    except _BROKEN:
        return None
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False


def _eight_bits(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16"):
        return image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode in {"I", "F"}:
        return ImageOps.autocontrast(image.convert("L"))
    return image


# --- what the file says of itself -------------------------------------------------------


#: EXIF's orientations as degrees clockwise to upright; four are mirrored as well.
_TURNED = {3: 180, 4: 180, 5: 270, 6: 90, 7: 90, 8: 270}


def _describe(opened: Image.Image, draft: DraftReading) -> None:
    metadata = draft.metadata
    metadata["width_px"], metadata["height_px"] = str(opened.width), str(opened.height)
    for key, value in list(opened.info.items()):
        if kept := _TEXTS.get(key if isinstance(key, str) else ""):
            _keep(metadata, kept, value)
    try:
        exif = opened.getexif()
        base = {ExifTags.TAGS.get(tag, ""): value for tag, value in exif.items()}
        own = exif.get_ifd(ExifTags.IFD.Exif)
        base |= {ExifTags.TAGS.get(tag, ""): value for tag, value in own.items()}
        place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    except Exception as error:  # broken EXIF is common and says nothing of the picture
        draft.warn(f"The picture's EXIF cannot be read: {type(error).__name__}.")
        base, place = {}, {}
    for tag, kept in _TAGS.items():
        if tag in base:
            _keep(metadata, kept, base[tag])
    stored = base.get("Orientation")
    turned = _TURNED.get(stored, 0) if isinstance(stored, int) else 0
    across = turned in (90, 270)
    size = (opened.height, opened.width) if across else (opened.width, opened.height)
    metadata[measured.WIDTH], metadata[measured.HEIGHT] = map(str, size)
    metadata[measured.ROTATION] = str(turned)
    _keep_place({ExifTags.GPSTAGS.get(tag, ""): value for tag, value in place.items()}, draft)
    if "xmp" in opened.info:
        draft.warn("The picture holds XMP metadata, which is not read.")


def _keep(metadata: dict[str, str], key: str, value: Any) -> None:
    if isinstance(value, (tuple, list)):
        value = (
            bytes(value) if all(isinstance(one, int) and 0 <= one < 256 for one in value) else value
        )
    if isinstance(value, bytes):
        value = _text_of(value)
    text = str(value).replace("\0", "").strip()[:2000]
    if text and key not in metadata:
        metadata[key] = text


def _text_of(raw: bytes) -> str:
    for mark, encoding in ((b"ASCII\0\0\0", "ascii"), (b"UNICODE\0", "utf-16")):
        if raw.startswith(mark):
            return raw[8:].decode(encoding, "replace")
    if len(raw) % 2 == 0 and raw[1::2].count(0) > len(raw) / 5:
        return raw.decode("utf-16-le", "replace")
    return raw.decode("utf-8", "replace")


def _keep_place(place: Mapping[str, Any], draft: DraftReading) -> None:
    """Latitude and longitude as ``37.0800,80.1800``: decimal degrees, WGS 84 as cameras write."""
    edges = []
    for name, against in (("GPSLatitude", "S"), ("GPSLongitude", "W")):
        try:
            degrees, minutes, seconds = (_number(part) for part in place[name])
        except (KeyError, TypeError, ValueError, ZeroDivisionError):
            if name in place:
                draft.warn("The picture's place cannot be read.")
            return
        value = degrees + minutes / 60 + seconds / 3600
        if not math.isfinite(value) or value > 180:
            draft.warn("The picture's place is none.")
            return
        reference = str(place.get(f"{name}Ref", "")).strip().upper()
        edges.append(-value if reference.startswith(against) else value)
    draft.metadata["place"] = f"{edges[0]:.6f},{edges[1]:.6f}"
    with contextlib.suppress(KeyError, TypeError, ValueError, ZeroDivisionError):
        below = place.get("GPSAltitudeRef") in {1, b"\x01"}
        draft.metadata["altitude_m"] = f"{'-' if below else ''}{_number(place['GPSAltitude']):.1f}"
    with contextlib.suppress(KeyError, TypeError, ValueError, ZeroDivisionError):
        hour, minute, second = (int(_number(part)) for part in place["GPSTimeStamp"])
        day = re.sub(r"\D", "-", str(place["GPSDateStamp"]).replace("\0", "")[:10])
        draft.metadata["place_time"] = f"{day}T{hour:02d}:{minute:02d}:{second:02d}Z"
    with contextlib.suppress(KeyError, TypeError, ValueError, ZeroDivisionError):
        draft.metadata["direction_degrees"] = f"{_number(place['GPSImgDirection']):.1f}"


def _number(value: Any) -> float:
    if isinstance(value, TiffImagePlugin.IFDRational):
        return float(value.numerator) / float(value.denominator)
    return float(value)
