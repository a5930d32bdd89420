"""The formats that are read, each with an example; the table of the documents is made from it.

``example`` is a file of the shared vectors, by its path there, or the bytes, or what makes
them. What a
row says in words is checked by the tests of its reader; the media type, the way it is cited
and whether it can be shown are taken from reading the example in the sandbox.
"""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import typst
from tests.reading.test_flat_office import ofd, words
from tests.reading.test_slides import pptx
from tests.reading.test_tnef import ATTACHED, attribute, tnef_of
from tests.support import films


@dataclass(frozen=True, slots=True)
class Format:
    name: str
    reads: str
    example: str | bytes | Callable[[], bytes]


def _zip() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(zipfile.ZipInfo("note.txt"), "Held in May.")
    return made.getvalue()


def _tar() -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        entry = tarfile.TarInfo("note.txt")
        entry.size = 12
        archive.addfile(entry, io.BytesIO(b"Held in May."))
    return made.getvalue()


_FILES = "documents/ingest-file/"
_OLD = "its text, as far as kreuzberg gives it; always in part, and the reading says so"

FORMATS = (
    Format(
        "PDF",
        "text of each page with the place of every word; notes, form fields, attachments; pages "
        "without sound text are recognised",
        typst.compile(b"Held in May."),
    ),
    Format(
        "plain text, Markdown, JSON, XML, SVG",
        "every character unchanged, in any encoding; an encoding that is not declared is "
        "guessed, and a close guess is a warning",
        "Held in May.\n\nReleased.".encode("utf-16-le"),
    ),
    Format(
        "sound and film (MP4, MOV, MKV, WebM, AVI, MPEG, WMV, FLV; WAV, MP3, AAC, Ogg, FLAC, AMR, "
        "AIFF, CAF)",
        "streams and their measured duration; upright size; what the file says about when, "
        "where and with what it was made, as its statement; subtitles that are text; attached "
        "files inside; played two minutes at a time, re-encoded",
        films.with_subtitles,
    ),
    Format(
        "transcripts: WebVTT, SRT",
        "each line with its time and the speaker that the file names; malformed lines are named",
        b"WEBVTT\n\n00:01.000 --> 00:02.000\n<v A>Held in May.\n",
    ),
    Format(
        "transcripts: Praat TextGrid, ELAN (eaf)", "the words of each tier with their times",
        b'File type = "ooTextFile"\n"TextGrid"\n0\n1\n<exists>\n1\n"IntervalTier"\n"A"\n0\n1\n1\n0'
        b'\n1\n"Held in May."\n',
    ),
    Format("calendar, contact cards", "as plain text", _FILES + "event.ical"),
    Format(
        "HTML", "text as shown, by headings, paragraphs, rows; links and hidden text marked",
        _FILES + "doc.html",
    ),
    Format(
        "Word (docx)", "paragraphs, tables, notes, headers, comments, tracked changes",
        _FILES + "hello world word.docx",
    ),
    Format("OpenDocument text (odt)", "as docx", _FILES + "Plan.odt"),
    Format("Word before 2007 (doc)", _OLD, _FILES + "doc.doc"),
    Format("Rich text (rtf)", _OLD, b"{\\rtf1\\ansi Held in May.\\par}"),
    Format(
        "Excel (xlsx, xls)", "values as shown and as stored, hidden rows and columns marked, dates "
        "by the right calendar", _FILES + "staff_list.xlsx",
    ),
    Format(
        "Word and Excel 2003 XML, flat Word, flat OpenDocument",
        "as their zipped counterparts; pictures inside are left out, and the reading says so",
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">'
        b"<Worksheet><Table><Row><Cell><Data>Held</Data></Cell></Row></Table></Worksheet></Workbook>",
    ),
    Format(
        "OFD", "the words of each page by their position; pictures and attachments as files "
        "inside",
        ofd(words("拘留证", 10, 5)),
    ),
    Format("OpenDocument sheets (ods)", "as xlsx", _FILES + "rom.ods"),
    Format("CSV, TSV", "rows and cells; separator and encoding found", _FILES + "countries.csv"),
    Format(
        "PowerPoint (pptx), OpenDocument slides (odp)",
        "slides in the order of the show, notes, comments, tables; hidden slides marked",
        pptx({"[Content_Types].xml": "<Types/>"}),
    ),
    Format("PowerPoint before 2007 (ppt)", _OLD, _FILES + "slides.ppt"),
    Format(
        "mail (eml, emlx)", "headers, plain bodies; HTML bodies, attachments and mails inside as "
        "files inside", _FILES + "email_multipart_mixed.eml",
    ),
    Format(
        "mailbox (mbox)", "the line that begins each mail; each mail a file inside",
        _FILES + "plan.mbox",
    ),
    Format(
        "Outlook mail (msg)", "headers and body; attachments as files inside",
        _FILES + "piste.msg",
    ),
    Format(
        "Outlook's winmail.dat (TNEF)",
        "people, time, subject and plain body; attachments, HTML and RTF bodies as files inside",
        tnef_of(
            ATTACHED, attribute(0x00018010, b"list.csv\0", 2), attribute(0x0006800F, b"a,b", 2)
        ),
    ),
    Format(
        "Outlook store (pst)", "its messages' text, as far as kreuzberg gives it; always in part, "
        "and the reading says so", _FILES + "testPST.pst",
    ),
    Format("web archive (WARC, ARC, WACZ)", "each record by its address and capture time; digests "
           "checked; contents as files inside", "wacz/valid_example_1.wacz"),
    Format("picture (PNG, JPEG, TIFF, WebP, GIF, BMP, JPEG 2000)", "recognised text with the place "
           "of every word; EXIF with place", _FILES + "regression_jpg.jpg"),
    Format("zip", "a line for each entry; files inside, at any depth the limits allow", _zip()),
    Format("tar, 7z, rar, cab, cpio, ar, ISO 9660", "as zip", _tar()),
    Format(
        "gzip, bzip2, xz, lzma, zstd, lz4, compress", "the one file inside",
        "documents/archives/quine.gz",
    ),
)  # fmt: skip
