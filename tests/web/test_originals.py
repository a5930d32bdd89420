"""The original: recorded before it leaves, sent whole and flat, refused where it must be."""

from __future__ import annotations

import contextlib
import email.message
import hashlib
import http.client
import os
import re
import signal
import subprocess
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.db import connections
from tests.archive.test_erasing import build, erased
from tests.cli.running import PROGRAM
from tests.support.damaged import flip
from tests.web.conftest import Reader, Writer
from tests.web.making import HOSTILE, NOTE, Shelf

from habeas.archive import verbs
from habeas.archive.access import OWNER, PUBLIC, Viewer
from habeas.archive.errors import ArchiveFull, ExhibitBlocked
from habeas.archive.exhibits.intake import Received, add_files
from habeas.archive.models import CustodyEvent, Exhibit, Reading
from habeas.archive.opening import Archive, open_archive
from habeas.archive.pipeline.flow import read_what_waits
from habeas.archive.verbs.blocking import block
from habeas.archive.verify.verifying import verify
from habeas.display.exhibits.originals import safe_name
from habeas.web.explore.exhibits import originals
from habeas.web.explore.exhibits.originals import AT_ONCE, PIECE_BYTES
from habeas.web.serving import MOST_WAITING_BYTES, listen

WritingAs = Callable[[Archive, Viewer, Any], Writer]
only_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def writer(shelf: Shelf, writing_as: WritingAs) -> Writer:
    return writing_as(shelf.archive, OWNER, shelf.reviewer)


@pytest.fixture(autouse=True)
def _nothing_stays_open() -> Iterator[None]:
    yield
    assert originals._sending._value == AT_ONCE  # type: ignore[attr-defined]
    assert not [t for t in threading.enumerate() if t.name == "original"]


def ask(writer: Writer, exhibit: int, purpose: str = "to be read", **more: object) -> Any:
    at = f"/exhibits/{exhibit}/"
    return writer.send(at, f"{at}original/", purpose=purpose, **more)


def copies(exhibit: int) -> Any:
    return CustodyEvent.objects.filter(exhibit=exhibit, event="copied").order_by("position")


def test_it_is_recorded_first_and_then_sent_as_received(shelf: Shelf, writer: Writer) -> None:
    exhibit = shelf.at["exhibit"]
    answer = ask(writer, exhibit, "  read with\nan expert ", authority="the editor")
    (event,) = copies(exhibit)  # before anything of the answer was taken
    digest = hashlib.sha256(NOTE.encode()).hexdigest()
    person = shelf.reviewer.name.rpartition("/")[2]
    assert (event.agent, event.person) == (person, person)
    assert (event.reason, event.authority) == ("read with an expert", "the editor")
    assert event.place == "The browser let in by habeas serve"
    assert event.before_sha256 == event.after_sha256 == digest
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", event.happened_at)
    assert event.label != Exhibit.objects.get(position=exhibit).label  # a public one's is not
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == f'attachment; filename="exhibit-{exhibit}-note.txt"'
    assert answer["Content-Length"] == str(len(NOTE.encode()))
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "no-store"
    assert b"".join(answer).decode() == NOTE
    answer.close()
    step = writer.twin(f"/exhibits/{exhibit}/")["custody"]["steps"][-1]
    assert (step["event"], step["reason"], step["person"]) == (
        "copied", "read with an expert", person,
    )  # fmt: skip
    assert verify(shelf.archive).faults == []


@only_sqlite
def test_what_cannot_be_recorded_does_not_leave(
    shelf: Shelf, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise ArchiveFull("The disk is full.", next_step="Make room, then try again.")

    monkeypatch.setattr(Archive, "writing", full)
    answer = ask(writer, shelf.at["exhibit"])
    assert answer.status_code == 409
    assert not answer.streaming
    assert b"Make room, then try again." in answer.content
    assert NOTE[:30].encode() not in answer.content


@only_sqlite
@pytest.mark.parametrize("purpose", ["", " \t\n", "x" * 501])
def test_without_a_purpose_nothing_leaves(shelf: Shelf, writer: Writer, purpose: str) -> None:
    answer = ask(writer, shelf.at["exhibit"], purpose)
    assert (answer.status_code, b"web.form" in answer.content) == (409, True)
    assert not copies(shelf.at["exhibit"]).exists()


@only_sqlite
def test_a_damaged_object_is_neither_sent_nor_recorded(shelf: Shelf, writer: Writer) -> None:
    row = Exhibit.objects.get(position=shelf.at["exhibit"])
    path = shelf.archive.directory / "objects" / row.address[:2] / row.address
    flip(path)
    answer = ask(writer, shelf.at["exhibit"])
    assert answer.status_code == 409
    assert b"its bytes were altered" in answer.content
    assert not copies(shelf.at["exhibit"]).exists()


@only_sqlite
def test_a_blocked_one_is_offered_and_handed_to_nobody(shelf: Shelf, writer: Writer) -> None:
    exhibit, other = shelf.at["exhibit"], shelf.at["secret-exhibit"]
    answer = ask(writer, exhibit)  # recorded, and not yet sent when somebody withdraws
    with shelf.archive.writing(shelf.reviewer) as batch:
        block(batch, exhibit, "withdrawn")
    with contextlib.closing(answer), pytest.raises(ExhibitBlocked):
        assert next(iter(answer.streaming_content)) == b""
    page = writer.page(f"/exhibits/{exhibit}/")
    assert f"/exhibits/{exhibit}/original/" not in page
    assert "Its bytes are not given to anyone." in page
    assert "--copy-to" not in page
    assert writer.twin(f"/exhibits/{exhibit}/")["original"]["state"] == "blocked"
    listed = {each["position"]: each for each in writer.twin("/exhibits/")["exhibits"]}
    assert listed[exhibit]["reading"]["state"] == "blocked"
    refused = writer.send(f"/exhibits/{other}/", f"/exhibits/{exhibit}/original/", purpose="x")
    assert refused.status_code == 409
    assert b"exhibit.blocked" in refused.content
    assert copies(exhibit).count() == 1


def test_one_that_is_erased_or_not_to_be_seen_is_not_there(
    archive: Archive, tmp_path: Path, writing_as: WritingAs
) -> None:
    world = build(archive, tmp_path)
    at, other = (f"/exhibits/{one.position}/" for one in (world.exhibit, world.other))
    erased(archive, world, tmp_path, "exhibit", world.exhibit.position)
    writer = writing_as(open_archive(archive.directory), OWNER, world.one)
    answer = writer.send(other, f"{at}original/", purpose="x")
    assert (answer.status_code, b"Erased at entry" in answer.content) == (410, True)


@only_sqlite
def test_the_public_gets_nothing_that_it_may_not_see(shelf: Shelf, writing_as: WritingAs) -> None:
    public = writing_as(shelf.archive, PUBLIC, shelf.reviewer)
    at, hidden = (f"/exhibits/{shelf.at[name]}/" for name in ("exhibit", "secret-exhibit"))
    answers = [
        public.send(at, f"{where}original/", purpose="x") for where in (hidden, "/exhibits/99999/")
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert not copies(shelf.at["secret-exhibit"]).exists()


@only_sqlite
def test_a_retired_key_hands_nothing_out(shelf: Shelf, writer: Writer) -> None:
    with shelf.archive.writing(shelf.reviewer) as batch:
        verbs.end_key(batch, shelf.reviewer.name.rpartition("/")[2], "retired")
    answer = ask(writer, shelf.at["exhibit"])
    assert (answer.status_code, b"person.needed" in answer.content) == (409, True)
    assert not copies(shelf.at["exhibit"]).exists()


@only_sqlite
def test_a_few_at_once_and_pages_in_between(shelf: Shelf, writer: Writer) -> None:
    exhibit = shelf.at["exhibit"]
    taken = [ask(writer, exhibit) for _ in range(AT_ONCE)]
    refused = ask(writer, exhibit)
    assert (refused.status_code, b"web.too-many" in refused.content) == (409, True)
    assert copies(exhibit).count() == AT_ONCE
    assert next(iter(taken[0].streaming_content))  # the browser went away in the middle
    for answer in taken:
        answer.close()
    again = ask(writer, exhibit)
    assert b"".join(again).decode() == NOTE
    again.close()


@only_sqlite
def test_of_a_file_inside_only_what_holds_it_is_offered(
    archive: Archive, tmp_path: Path, writing_as: WritingAs
) -> None:
    person = archive.keyring.add_person(None)
    with archive.writing() as batch:
        verbs.add_person(batch, person)
    box = tmp_path / "box.zip"
    with zipfile.ZipFile(box, "w") as made:
        made.writestr("inner/note.txt", "Twelve rooms, she said.")
    exhibit = add_files(archive, [Received(box)]).exhibits[0][1].position
    read_what_waits(archive, workers=1)
    inner = Reading.objects.exclude(inner_path="").get().position
    writer = writing_as(archive, OWNER, person)
    page = writer.page(f"/exhibits/{exhibit}/?file={inner}")
    assert "A file inside cannot be downloaded by itself." in page
    assert f'action="/exhibits/{exhibit}/original/"' in page
    assert f"exhibit-{exhibit}-box.zip" in page
    answer = ask(writer, exhibit)
    assert b"".join(answer) == box.read_bytes()
    answer.close()


@only_sqlite
def test_the_page_and_its_twin_say_what_will_be_done(
    shelf: Shelf, writer: Writer, reading_as: Callable[..., Reader]
) -> None:
    exhibit = shelf.at["exhibit"]
    page, said = writer.page(f"/exhibits/{exhibit}/"), writer.twin(f"/exhibits/{exhibit}/")
    assert said["original"]["state"] == "offered"
    assert f"Signed by {said['original']['by']}" in page
    assert said["original"]["filename"] in page
    assert "Do not trust this file." in page
    assert "csrfmiddlewaretoken" not in str(said)
    reader = reading_as(shelf.archive, OWNER)
    said = reader.twin(f"/exhibits/{exhibit}/")["original"]
    assert (said["state"], said["by"]) == ("read-only", "")
    page = reader.page(f"/exhibits/{exhibit}/")
    assert said["serve"] in page
    assert said["copy"] in page


# --- names -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        ("note.txt", "exhibit-7-note.txt"),
        ("disk/a/b.pdf", "exhibit-7-b.pdf"),
        ("..\\..\\boot.ini", "exhibit-7-boot.ini"),
        ("../../etc/passwd", "exhibit-7-passwd"),
        ("\u202efdp.exe", "exhibit-7-_fdp.exe"),
        ("a\u2066b\u200fc\u061cd.txt", "exhibit-7-a_b_c_d.txt"),
        ('x"; filename="y.html', "exhibit-7-x_; filename=_y.html"),
        ("a\r\nSet-Cookie: x=1\r\n\r\n<html>", "exhibit-7-a__Set-Cookie_ x=1_____html_"),
        ("nul\x00l\x7f\x85.txt", "exhibit-7-nul_l__.txt"),
        ("%2e%2e%2fx", "exhibit-7-_2e_2e_2fx"),
        (".bashrc", "exhibit-7-.bashrc"),
        ("CON", "exhibit-7-CON"),
        ("trailing. . ", "exhibit-7-trailing"),
        ("/", "exhibit-7-original"),
        ("", "exhibit-7-original"),
        ("name\ud800\U000e0041\ue000.doc", "exhibit-7-name___.doc"),
        ("قەشقەر.pdf", "exhibit-7-قەشقەر.pdf"),
        ("名单.xlsx", "exhibit-7-名单.xlsx"),
        ("x" * 300 + ".pdf", "exhibit-7-" + "x" * 117 + ".pdf"),
        ("名" * 300, "exhibit-7-" + "名" * 121),
    ],
)
def test_names_lose_what_hides_reorders_or_leads_elsewhere(name: str, saved: str) -> None:
    assert safe_name(Exhibit(position=7, filename=name)) == saved


@only_sqlite
@pytest.mark.parametrize(
    "name", ["قەشقەر \u202efdp.exe", 'quo"te\\.txt', "a'b;c=d.txt", "名单 (1).xlsx", HOSTILE]
)
def test_every_name_is_one_that_a_browser_reads_back(
    archive: Archive, tmp_path: Path, writing_as: WritingAs, name: str
) -> None:
    person = archive.keyring.add_person(None)
    with archive.writing() as batch:
        verbs.add_person(batch, person)
    path = tmp_path / "x"
    path.write_bytes(b"<script>alert(1)</script>")
    exhibit = add_files(archive, [Received(path, filename=name)]).exhibits[0][1].position
    answer = ask(writing_as(archive, OWNER, person), exhibit)
    header = answer["Content-Disposition"]
    assert header.isascii()
    assert header.isprintable()
    read = email.message.Message()
    read["Content-Disposition"] = header
    row = Exhibit.objects.get(position=exhibit)
    assert read.get_content_disposition() == "attachment"
    assert read.get_filename() == safe_name(row)
    answer.close()


# --- through the real server ------------------------------------------------------------------


class Browser:
    """Speaks HTTP by hand, with the cookies that it was given."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.origin = f"http://{parts.netloc}"
        self.connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)
        self.cookies: dict[str, str] = {}
        assert self.get(f"/?{parts.query}").status == 303

    def get(self, path: str) -> http.client.HTTPResponse:
        return self._answer("GET", path, None, {})

    def send(self, page: str, to: str, **form: str) -> http.client.HTTPResponse:
        found = re.search(
            r'name="csrfmiddlewaretoken" value="([^"]+)"',
            self.get(page).body.decode(),  # type: ignore[attr-defined]
        )
        assert found is not None
        body = urlencode({"csrfmiddlewaretoken": found[1], **form})
        headers = {"Origin": self.origin, "Content-Type": "application/x-www-form-urlencoded"}
        return self._answer("POST", to, body, headers)

    def _answer(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> http.client.HTTPResponse:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.connection.request(method, path, body, {**headers, "Cookie": cookie})
        answer = self.connection.getresponse()
        for given in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = given.partition(";")[0].partition("=")
            self.cookies[name] = value
        if answer.headers.get_content_type() != "application/octet-stream":
            answer.body = answer.read()  # type: ignore[attr-defined]
        return answer


def peak_kib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1])  # type: ignore[index]


@only_sqlite
def test_a_large_one_passes_through_little_memory_and_no_file(
    archive: Archive, tmp_path: Path
) -> None:
    """The installed program, started in a person's name; the browser reads slowly at first."""
    person = archive.keyring.add_person(None)
    with archive.writing() as batch:
        verbs.add_person(batch, person)
    large, small = tmp_path / "large.bin", tmp_path / "small.bin"
    size = 160 * 1024 * 1024
    block_ = os.urandom(1024 * 1024)
    with large.open("wb") as file:
        for _ in range(size // len(block_)):
            file.write(block_)
    small.write_bytes(block_)
    whole = hashlib.sha256(large.read_bytes()).hexdigest()
    added = add_files(archive, [Received(small), Received(large)])
    one, other = (ref.position for _, ref in added.exhibits)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    pseudonym = person.name.rpartition("/")[2]
    server = subprocess.Popen(
        [PROGRAM, "serve", "--as", pseudonym, "--port", "0", "--archive", archive.directory],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "TMPDIR": str(scratch)},
    )
    try:
        assert server.stdout is not None
        browser = Browser(server.stdout.readline().strip())
        with browser.send(
            f"/exhibits/{one}/", f"/exhibits/{one}/original/", purpose="warm"
        ) as answer:
            assert answer.read() == block_
        before = peak_kib(server.pid)
        with browser.send(
            f"/exhibits/{other}/", f"/exhibits/{other}/original/", purpose="large"
        ) as answer:
            assert copies(other).count() == 1  # and not a byte of it has been read here
            opened = {os.readlink(link) for link in Path(f"/proc/{server.pid}/fd").iterdir()}
            assert not [name for name in opened if str(scratch) in name]
            digest, length = hashlib.sha256(), 0
            while piece := answer.read(1 << 20):
                digest.update(piece)
                length += len(piece)
        assert (length, digest.hexdigest()) == (size, whole)
        more_mib = (peak_kib(server.pid) - before) / 1024
        assert more_mib < 24, "than for a small one"
        assert list(scratch.iterdir()) == []
        browser.connection.close()
    finally:
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=30)
    connections.close_all()


@only_sqlite
def test_what_waits_for_a_slow_browser_waits_in_no_file(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server would put it into a temporary file: plain evidence on the disk."""
    person = archive.keyring.add_person(None)
    with archive.writing() as batch:
        verbs.add_person(batch, person)
    path = tmp_path / "large.bin"
    path.write_bytes(os.urandom(24 * 1024 * 1024))
    exhibit = add_files(archive, [Received(path)]).exhibits[0][1].position
    files: list[object] = []
    real = tempfile.TemporaryFile
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda *a, **k: files.append(a) or real(*a, **k))
    serving = listen(archive, port=0, person=person)
    thread = threading.Thread(target=serving.run, daemon=True)
    thread.start()
    try:
        browser = Browser(serving.url)
        at = f"/exhibits/{exhibit}/"
        answer = browser.send(at, f"{at}original/", purpose="slowly")
        sending = [t for t in threading.enumerate() if t.name == "original"]
        assert sending
        most = waiting = 0
        for _ in range(300):  # until the browser, who takes nothing, holds it up
            channels = list(serving._server.active_channels.values())
            waiting = max(channel.total_outbufs_len for channel in channels)
            most = max(most, waiting)
            if waiting > MOST_WAITING_BYTES:
                break
            time.sleep(0.05)
        assert MOST_WAITING_BYTES < most <= MOST_WAITING_BYTES + PIECE_BYTES
        assert answer.read(1) != b""
        browser.connection.close()  # goes away in the middle
        answer.close()
        sending[0].join(30)
        assert not sending[0].is_alive()
        assert copies(exhibit).count() == 1
        assert files == []
        for _ in range(300):  # the server's own thread is a step behind
            if originals._sending._value == AT_ONCE:  # type: ignore[attr-defined]
                break
            time.sleep(0.1)
    finally:
        serving.close()
        thread.join(10)
