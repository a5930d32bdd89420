"""``python -m benchmarks.leak [--files N]``: a generated leak, from a disk to every passage found.

The files are made here from synthetic text: plain text in five encodings, CSV, HTML, mail with
an attachment, Word, PDF and zips, each different, in folders. ``habeas add`` seals, reads and
indexes them as a user would run it; a tenth of the files goes first, so that the cost of a file
can be compared with ten times as many. Pictures are left out: OCR is measured by itself.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from benchmarks.table import Measured, Results

_ENGLISH = [
    "the",
    "camp",
    "witness",
    "record",
    "county",
    "officials",
    "said",
    "released",
    "family",
    "village",
    "police",
]
_RUSSIAN = [
    "лагерь",
    "свидетель",
    "запись",
    "уезд",
    "чиновники",
    "сказали",
    "семья",
    "деревня",
    "полиция",
    "письмо",
]
_UYGHUR = [
    "لاگېر",
    "گۇۋاھچى",
    "خاتىرە",
    "ناھىيە",
    "ئائىلە",
    "كەنت",
    "ساقچى",
    "خەت",
    "يىل",
    "دېدى",
]
_CHINESE = [
    "营",
    "证人",
    "记录",
    "县",
    "官员",
    "家庭",
    "村庄",
    "警察",
    "信",
    "年",
    "说",
    "释放",
]
_TURKISH = [
    "kamp",
    "tanık",
    "kayıt",
    "ilçe",
    "memurlar",
    "aile",
    "köy",
    "polis",
    "mektup",
    "yıl",
    "söyledi",
]
_DOCX_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-'
    'package.relationships+xml"/><Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_DOCX_RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/'
    '2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.leak")
    parser.add_argument("--files", type=int, default=20_000)
    given = parser.parse_args()
    results = Results()
    with tempfile.TemporaryDirectory() as scratch:
        for files in (max(1, given.files // 10), given.files):
            _measure(results, Path(scratch) / str(files), files)
    results.show()


def _measure(results: Results, folder: Path, files: int) -> None:
    disk, archive = folder / "disk", folder / "archive"
    size = generate(disk, files)
    _habeas("init", str(archive), "--unprotected")
    started = time.perf_counter()
    _habeas("add", str(disk), "--archive", str(archive))
    seconds = time.perf_counter() - started
    told = json.loads(_habeas("reading", "status", "--archive", str(archive), "--json"))
    results.add(
        Measured(
            f"{files:,} mixed files, {size / 2**20:,.0f} MiB: sealed, read, indexed",
            f"{files / seconds:,.0f} files/s, {size / 2**20 / seconds:,.1f} MiB/s",
            json.dumps(told.get("states", told), sort_keys=True)[:120],
        )
    )
    shutil.rmtree(folder)


def _habeas(*args: str) -> str:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("habeas")), *args],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr)
    return done.stdout


def generate(folder: Path, files: int) -> int:
    """Write the files; how many bytes they have."""
    chance = random.Random(11)
    makers = (_plain, _plain, _csv, _html, _mail, _docx, _pdf, _zip)
    size = 0
    for number in range(files):
        name, data = makers[number % len(makers)](chance, number)
        path = folder / f"box {number // 1000}" / f"{number // 100:04}" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        size += len(data)
    return size


def _words(chance: random.Random, words: list[str], many: int) -> str:
    return "\n".join(
        " ".join(chance.choice(words) for _ in range(12)) + f" {chance.random():.6f}."
        for _ in range(max(1, many // 12))
    )


def _plain(chance: random.Random, number: int) -> tuple[str, bytes]:
    words, encoding = (
        (_ENGLISH, "utf-8"),
        (_UYGHUR, "utf-8"),
        (_RUSSIAN, "cp1251"),
        (_CHINESE, "gb18030"),
        (_TURKISH, "utf-16"),
    )[number // 8 % 5]
    return f"note {number}.txt", _words(chance, words, chance.randrange(60, 1200)).encode(encoding)


def _csv(chance: random.Random, number: int) -> tuple[str, bytes]:
    rows = [f"{i},{chance.choice(_RUSSIAN)},{chance.choice(_ENGLISH)},{chance.randrange(10**6)}"
            for i in range(chance.randrange(20, 120))]  # fmt: skip
    return f"list {number}.csv", ("number,name,place,sum\n" + "\n".join(rows)).encode()


def _html(chance: random.Random, number: int) -> tuple[str, bytes]:
    body = "".join(f"<p>{_words(chance, _TURKISH, 60)}</p>" for _ in range(chance.randrange(2, 12)))
    page = f"<!doctype html><meta charset=utf-8><title>Page {number}</title><body>{body}"
    return f"page {number}.html", page.encode()


def _mail(chance: random.Random, number: int) -> tuple[str, bytes]:
    from email.message import EmailMessage

    mail = EmailMessage()
    mail["From"], mail["To"] = f"a{number}@example.org", "b@example.org"
    mail["Subject"] = _words(chance, _UYGHUR, 12).splitlines()[0]
    mail.set_content(_words(chance, _RUSSIAN, 200))
    mail.add_attachment(
        _words(chance, _ENGLISH, 100).encode(), maintype="text", subtype="plain", filename="a.txt"
    )
    return f"mail {number}.eml", bytes(mail)


def _docx(chance: random.Random, number: int) -> tuple[str, bytes]:
    paragraphs = "".join(
        f"<w:p><w:r><w:t>{_words(chance, _CHINESE, 36)}</w:t></w:r></w:p>"
        for _ in range(chance.randrange(3, 30))
    )
    document = (
        '<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/'
        f'wordprocessingml/2006/main"><w:body>{paragraphs}</w:body></w:document>'
    )
    parts = {
        "[Content_Types].xml": _DOCX_TYPES,
        "_rels/.rels": _DOCX_RELATIONS,
        "word/document.xml": document,
    }
    return f"letter {number}.docx", _zipped(parts)


def _pdf(chance: random.Random, number: int) -> tuple[str, bytes]:
    pages = [_words(chance, _ENGLISH, 120).splitlines() for _ in range(chance.randrange(1, 4))]
    return f"report {number}.pdf", _pdf_of(pages)


def _zip(chance: random.Random, number: int) -> tuple[str, bytes]:
    inner = {f"inner {i}.txt": _words(chance, _UYGHUR, 60) for i in range(3)}
    return f"box {number}.zip", _zipped(inner)


def _zipped(parts: dict[str, str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as box:
        for name, text in parts.items():
            box.writestr(name, text)
    return target.getvalue()


def _pdf_of(pages: list[list[str]]) -> bytes:
    """A PDF of plain lines, written by hand: the smallest thing that readers accept."""
    count = len(pages)
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(count))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for i, lines in enumerate(pages):
        shown = "".join(f"({line}) Tj T* " for line in lines)
        stream = f"BT /F1 9 Tf 11 TL 40 800 Td {shown}ET".encode()
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * i} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        table,
    )
    return bytes(out)


if __name__ == "__main__":
    main()
