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


def test_names_that_share_an_encoding_share_it(read_bytes: Read) -> None:
    names = [(f"{name}.txt", "gbk") for name in ("买买提", "喀什", "和田", "李")]
    *inner, box = read_bytes(zipped(*names), "box.zip")
    assert [one.inner_path for one in inner] == [name for name, _ in names]
    assert box.warnings == ()


@pytest.mark.parametrize("name", ["買.txt", "买.txt", "名单.txt", "李.pdf"])
def test_a_single_short_name_is_a_doubt(read_bytes: Read, name: str) -> None:
    *_, box = read_bytes(zipped((name, "gbk")), "box.zip")
    assert any(warning.startswith("Names: ") for warning in box.warnings)
