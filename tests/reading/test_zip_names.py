"""Names in a zip: each as its maker meant it, though they came from several machines."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest

from habeas.reading.documents import Document

Read = Callable[..., list[Document]]
Name = tuple[str, str]

LIST, RUSSIAN = ("名单.txt", "gbk"), ("Список задержанных.txt", "cp1251")


def zipped(*names: Name) -> bytes:
    """A zip without the mark for UTF-8 whose names are in the encodings given."""
    stream = io.BytesIO()
    raws = [name.encode(encoding) for name, encoding in names]
    with zipfile.ZipFile(stream, "w") as archive:
        for number, raw in enumerate(raws):
            archive.writestr(f"{number:\x01>{len(raw)}}", b"text")
    data = stream.getvalue()
    for number, raw in enumerate(raws):
        data = data.replace(f"{number:\x01>{len(raw)}}".encode(), raw)
    return data


@pytest.mark.parametrize(
    "names",
    [
        (LIST, RUSSIAN),
        (LIST, ("قائمة المعتقلين.txt", "cp1256")),
        (LIST, ("和田.txt", "gbk"), ("Список.txt", "cp866"), ("夏木.txt", "utf-8")),
        (("名單表.txt", "big5"), RUSSIAN, ("Хотан.txt", "cp1251")),
    ],
)
def test_each_name_is_read_by_itself(read_bytes: Read, names: tuple[Name, ...]) -> None:
    *inner, box = read_bytes(zipped(*names), "box.zip")
    assert [one.inner_path for one in inner] == [name for name, _ in names]
    assert any("more than one encoding" in warning for warning in box.warnings)


def test_folders_and_files_of_a_path_may_differ(read_bytes: Read) -> None:
    """As where a folder from one machine was packed again with files of another."""
    raws = [
        "看守所名单/".encode("gbk") + "买买提.txt".encode(),
        "看守所名单/".encode("gbk") + "Список задержанных.txt".encode("cp1251"),
        "看守所名单/和田.txt".encode("gbk"),
    ]
    names = [(raw.decode("latin-1"), "latin-1") for raw in raws]
    *inner, _ = read_bytes(zipped(*names), "box.zip")
    assert [one.inner_path for one in inner] == [
        "看守所名单/买买提.txt", "看守所名单/Список задержанных.txt", "看守所名单/和田.txt",
    ]  # fmt: skip


def test_a_mark_for_utf8_on_names_that_are_none(read_bytes: Read) -> None:
    """Python refuses the whole list of contents over one; the names were lost."""
    data = bytearray(zipped(LIST, ("买买提.txt", "gbk"), ("Hotan.txt", "ascii")))
    at = 0
    for _ in range(3):
        at = data.index(b"PK\1\2", at + 1)
        data[at + 9] |= 8
    *inner, box = read_bytes(bytes(data), "box.zip")
    assert [one.inner_path for one in inner] == ["名单.txt", "买买提.txt", "Hotan.txt"]
    assert "Names marked as UTF-8 are not in it." in box.warnings


def test_names_that_share_an_encoding_share_it(read_bytes: Read) -> None:
    names = [(f"{name}.txt", "gbk") for name in ("买买提", "喀什", "和田", "李")]
    *inner, box = read_bytes(zipped(*names), "box.zip")
    assert [one.inner_path for one in inner] == [name for name, _ in names]
    assert box.warnings == ()


@pytest.mark.parametrize("name", ["買.txt", "买.txt", "名单.txt", "李.pdf"])
def test_a_single_short_name_is_a_doubt(read_bytes: Read, name: str) -> None:
    *_, box = read_bytes(zipped((name, "gbk")), "box.zip")
    assert any(warning.startswith("Names: ") for warning in box.warnings)
