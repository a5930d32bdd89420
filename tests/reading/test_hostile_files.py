"""Files made to exhaust, escape or mislead: a state in time, and nothing outside."""

from __future__ import annotations

import io
import struct
import tarfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from tests.reading.conftest import TIGHT

from habeas.reading.documents import Document, State
from habeas.reading.limits import MIB, Limits
from habeas.reading.sandbox.opening import Sandbox

Read = Callable[..., list[Document]]
SMALL = replace(TIGHT, input_bytes=32 * MIB, exhibit_unpacked_bytes=80 * MIB, wall_seconds=15.0)


@pytest.fixture(scope="module")
def small() -> Iterator[Sandbox]:
    with Sandbox(SMALL, ocr=False) as warm:
        yield warm


def zip_of(*entries: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return made.getvalue()


def deflated_zip(name: str, size_bytes: int) -> bytes:
    """A zip of one file of NULs, of any size, made without holding it."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(name, "w", force_zip64=True) as entry,
    ):
        for _ in range(size_bytes // MIB):
            entry.write(bytes(MIB))
    return made.getvalue()


# --- too much ---------------------------------------------------------------------------


def test_a_small_zip_of_a_huge_file_is_refused(small: Sandbox) -> None:
    """What a 2 GB file in a 2 MB zip meets, at a sixteenth of its size and of the cap."""
    data = deflated_zip("huge.bin", 128 * MIB)
    assert len(data) < MIB
    inner, outer = small.read(io.BytesIO(data), "bomb.zip")
    assert (inner.state, inner.reason[:12]) == (State.REFUSED, "input_bytes:")
    assert outer.state is State.READ


def test_many_large_files_in_one_zip_are_refused(small: Sandbox) -> None:
    large = bytes(30 * MIB)
    data = zip_of(*((f"{number}.bin", large) for number in range(8)))
    documents = list(small.read(io.BytesIO(data), "bomb.zip"))
    assert documents[-1].state is State.IN_PART
    assert "exhibit_unpacked_bytes" in documents[-1].missing[0]
    assert len(documents) == 4


def test_a_file_larger_than_the_cap_is_refused_with_its_own_hash(small: Sandbox) -> None:
    (document,) = small.read(io.BytesIO(b"x" * (33 * MIB)), "large.txt")
    assert (document.state, document.size_bytes) == (State.REFUSED, 33 * MIB)
    assert document.reason.startswith("input_bytes: ")


def test_a_text_of_gigabytes_is_read_from_its_beginning(read_bytes: Read) -> None:
    """One that would not fit into memory twice; NULs without end are no text."""
    with Sandbox(Limits(text_code_points=1_000), ocr=False, workers=1) as short:
        (document,) = short.read(io.BytesIO(b"Held in May.\n" * 100_000), "long.txt")
    assert document.state is State.IN_PART
    assert document.text.startswith("Held in May.\nHeld in May.")
    (nothing,) = read_bytes(bytes(1_000_000), "nothing.txt")
    assert nothing.state is State.UNSUPPORTED


def test_a_page_that_unpacks_to_half_a_gigabyte(small: Sandbox) -> None:
    """Operators that draw nothing: PDFium walks them until a limit ends it."""
    packed = zlib.compressobj(9)
    content = b"".join(packed.compress(b"q Q " * (MIB // 4)) for _ in range(512)) + packed.flush()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>",
        b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(content), content),
    ]
    body = b"%PDF-1.4\n" + b"".join(
        b"%d 0 obj%s endobj\n" % (number, each) for number, each in enumerate(objects, start=1)
    )
    begun = time.monotonic()
    (document,) = small.read(io.BytesIO(body + b"trailer<</Root 1 0 R>>"), "bomb.pdf")
    assert document.state in (State.EMPTY, State.REFUSED, State.FAILED, State.IN_PART)
    assert time.monotonic() - begun < 4 * SMALL.wall_seconds


def test_a_picture_of_1600_million_pixels_is_refused(small: Sandbox) -> None:
    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    row = zlib.compress(bytes(5_001) * 40_000, 9)
    png = b"\x89PNG\r\n\x1a\n" + chunk(
        b"IHDR", struct.pack(">IIBBBBB", 40_000, 40_000, 1, 0, 0, 0, 0)
    )
    png += chunk(b"IDAT", row) + chunk(b"IEND", b"")
    (document,) = small.read(io.BytesIO(png), "large.png")
    assert document.state in (State.REFUSED, State.FAILED, State.IN_PART)
    assert document.reason or document.missing


@pytest.mark.parametrize("wrapped", ["plain", "svg"])
def test_entities_are_neither_multiplied_nor_fetched(read_bytes: Read, wrapped: str) -> None:
    doctype = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    root = "svg" if wrapped == "svg" else "r"
    data = (
        f'<?xml version="1.0"?><!DOCTYPE {root} [<!ENTITY l0 "lol">{doctype}'
        f'<!ENTITY out SYSTEM "file:///etc/hostname">]><{root}>&l9;&out;</{root}>'
    ).encode()
    (document,) = read_bytes(data, "laughs.xml")
    assert document.state is State.READ
    assert document.text == data.decode()  # as written: nothing is expanded


# --- misleading -------------------------------------------------------------------------


def test_a_tar_that_leads_out_writes_nothing(read_bytes: Read) -> None:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name in ("../../outside.txt", "/etc/absolute.txt"):
            entry = tarfile.TarInfo(name)
            entry.size = 5
            archive.addfile(entry, io.BytesIO(b"moved"))
        for name, kind in (("soft", tarfile.SYMTYPE), ("hard", tarfile.LNKTYPE)):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, "/etc/passwd"
            archive.addfile(entry)
        entry = tarfile.TarInfo("device")
        entry.type, entry.devmajor, entry.devminor = tarfile.CHRTYPE, 1, 3
        archive.addfile(entry)
    documents = read_bytes(made.getvalue(), "leads-out.tar")
    assert [document.inner_path for document in documents] == [
        "../../outside.txt", "/etc/absolute.txt", "",
    ]  # fmt: skip
    warnings = " ".join(documents[-1].warnings)
    for words in ("leads out", "absolute", "symbolic link to /etc/passwd", "hard link", "device"):
        assert words in warnings


def test_names_that_mislead_are_spelled_out(read_bytes: Read) -> None:
    data = zip_of(
        ("line\nbreak.txt", b"1"),
        ("photo\u202egpj.txt", b"2"),
        ("same.txt", b"3"),
        ("box!/inside.txt", b"4"),
        ("x" * 300, b"5"),
        ("қамақ.txt", b"6"),
    )
    twice = data.replace(b"same.txt", b"SAME.txt").replace(b"SAME.txt", b"same.txt")
    documents = read_bytes(twice, "names.zip")
    assert [document.inner_path for document in documents] == [
        "line\\u000abreak.txt", "photo\\u202egpj.txt", "same.txt", "box\\u0021/inside.txt",
        "x" * 300, "қамақ.txt", "",
    ]  # fmt: skip


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_have_two_paths(read_bytes: Read) -> None:
    data = zip_of(("note.txt", b"one"), ("note.txt", b"two"), ("note.txt (2)", b"three"))
    found = {document.inner_path: document.text for document in read_bytes(data, "names.zip")[:-1]}
    assert found == {"note.txt": "one", "note.txt (2)": "two", "note.txt (2) (2)": "three"}


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("gb18030", "喀什看守所人员名单.txt"), ("cp866", "Список задержанных района.txt"),
     ("cp866", "список.txt"), ("utf-8", "ئۇيغۇر.txt")],
)  # fmt: skip
def test_old_zip_names_are_read_as_their_maker_wrote_them(
    read_bytes: Read, encoding: str, name: str
) -> None:
    raw = name.encode(encoding)
    data = zip_of(("a" * len(raw), b"text")).replace(b"a" * len(raw), raw)
    assert read_bytes(data, "old.zip")[0].inner_path == name


def test_what_a_file_claims_to_be_does_not_matter(read_bytes: Read) -> None:
    (document,) = read_bytes(b"Held in May.", "../../etc/passwd\n\ud800.pdf")
    assert (document.media_type, document.state) == ("text/plain", State.READ)


def test_entries_past_the_cap_are_said(read_bytes: Read) -> None:
    limits = Limits(exhibit_entries=10)
    data = zip_of(*((f"{number}.txt", b"text") for number in range(30)))
    with Sandbox(limits, ocr=False, workers=1) as few:
        documents = list(few.read(io.BytesIO(data), "many.zip"))
    assert len(documents) == 11
    assert documents[-1].state is State.IN_PART
    assert "exhibit_entries" in documents[-1].missing[0]
