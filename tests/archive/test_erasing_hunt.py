"""Nothing is left: what was planted is found everywhere before the erasure, and nowhere after.

Each place gets a text of its own, so that a copy which the hunt cannot see is noticed before
anything is erased. On PostgreSQL the table files are read; its write-ahead log, which no
command can clean, is expected to hold the text and to be named.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pyrage
import pytest
from django.db import connection
from tests.archive.making import PUBLIC, add_reviewer, says
from tests.support.hunting import Hunter

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.erasing.carrying_out import carry_out
from habeas.archive.erasing.cleaning import remains
from habeas.archive.erasing.decisions import approve_erasure, request_erasure
from habeas.archive.erasing.planning import plan
from habeas.archive.errors import ErasureIncomplete
from habeas.archive.exhibits.intake import Received, record_with_layer, seal_all
from habeas.archive.ledger import rebuilding
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.opening import Archive, open_archive
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verify.verifying import verify
from habeas.custody.errors import KeyringError
from habeas.vocabulary import values

PLACES = (
    *("body", "body in utf-16", "body in base64", "body escaped", "filename", "title", "note"),
    *("received from", "quote", "caption", "value", "as written", "claim note", "how", "about"),
    *("at risk", "assessment", "custody", "judgement", "picture", "long note"),
)
TEXTS = {place: f"zqx {number} تۇرسۇن hid wvk" for number, place in enumerate(PLACES, 100)}


def plant(archive: Archive, folder: Path) -> Ref:
    """An exhibit with a text of its own in every place that is made of it."""
    one = add_reviewer(archive)
    quote = TEXTS["quote"]
    body = "\n".join(
        [
            quote,
            TEXTS["body"],
            base64.b64encode(TEXTS["body in base64"].encode()).decode(),
            json.dumps(TEXTS["body escaped"]),
        ]
    )
    path = folder / "original.txt"
    path.write_text(body, encoding="utf-8")
    (folder / "wide.bin").write_bytes(TEXTS["body in utf-16"].encode("utf-16-le"))
    received = [
        Received(
            path,
            filename=f"{TEXTS['filename']}.txt",
            title=TEXTS["title"],
            note=TEXTS["note"],
            received_from=TEXTS["received from"],
            marking=PUBLIC,
        ),
        Received(folder / "wide.bin", marking=PUBLIC),
    ]
    text, wide = seal_all(archive, received, [])
    with archive.writing(one) as batch:
        exhibit, layer = record_with_layer(batch, text)
        assert layer is not None
        copy, _ = record_with_layer(batch, wide)
        verbs.custody(batch, exhibit, "derived", derived=copy, reason=TEXTS["custody"])
        passage = verbs.cite(batch, exhibit, layer, body, 0, len(quote), marking=PUBLIC)
        source = verbs.source(batch, "W-1", "witness", about=TEXTS["about"], marking=PUBLIC)
        person = verbs.mention(batch, "person", TEXTS["caption"], marking=PUBLIC)
        fellow = verbs.mention(batch, "person", "Somebody else", marking=PUBLIC)
        written = values.text(TEXTS["value"], written=values.Written(TEXTS["as written"]))
        claim = verbs.claim(
            batch,
            person,
            "name",
            written,
            [Attribution(source, how=TEXTS["how"])],
            passages=[passage],
            note=TEXTS["claim note"],
            marking=PUBLIC,
        )
        long = TEXTS["long note"] + " and so on." * 2_000
        says(batch, person, source, "x", passages=(passage,))
        verbs.claim(
            batch,
            person,
            "name",
            values.text("y"),
            [Attribution(source)],
            passages=[passage],
            note=long,
        )
        verbs.assess(batch, claim, "claim", "credibility", "2", TEXTS["assessment"])
        verbs.judge(batch, person, fellow, "different", TEXTS["judgement"])
        verbs.consent(batch, person, basis="given", audience="team", at_risk=TEXTS["at risk"])
    (archive.directory / "cache").mkdir(exist_ok=True)
    (archive.directory / "cache" / "page-1.svg").write_text(f"<text>{TEXTS['picture']}</text>")
    path.unlink()
    (folder / "wide.bin").unlink()
    return exhibit


def leave_traces(archive: Archive) -> None:
    """Freed pages, dead rows and statistics that hold the texts once more."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA secure_delete = OFF")  # Debian's SQLite has it on by itself
        cursor.execute("CREATE TABLE projection_former AS SELECT * FROM projection_claim")
        cursor.execute("DROP TABLE projection_former")
    for row in m.ContentDisclosures.objects.all():
        row.save()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
            cursor.execute("CHECKPOINT")
    else:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA freelist_count")
            assert cursor.fetchone()[0] > 0


def table_files() -> Iterator[Path]:
    """PostgreSQL's files of this database: every table, TOAST table, index and statistic of
    ours, and every file that belongs to no relation any more. None on SQLite.

    The other catalogues are left out: they describe tables and hold no row's content.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute("SELECT current_setting('data_directory')")
        data = Path(cursor.fetchone()[0])
        cursor.execute(
            "SELECT pg_relation_filepath(c.oid), c.relname ~ '^pg_' AND c.relname !~ '^pg_toast_' "
            "AND c.relname !~ '^pg_statistic' AND c.oid < 16384 FROM pg_class c "
            "WHERE pg_relation_filepath(c.oid) LIKE 'base/%'"
        )
        catalogues = {data / path for path, is_catalogue in cursor.fetchall() if is_catalogue}
        cursor.execute("SELECT 'base/' || oid FROM pg_database WHERE datname = current_database()")
        folder = data / cursor.fetchone()[0]
    for path in sorted(folder.iterdir()):
        first = path.with_name(path.name.partition(".")[0].partition("_")[0])
        if first.name.isdigit() and first not in catalogues:
            yield path


def hunted(hunter: Hunter, archive: Archive) -> dict[str, set[str]]:
    """Everywhere: the archive's directory, its objects opened, the server's table files."""
    found = hunter.in_folder(archive.directory) | hunter.in_objects(archive)
    for path in table_files():
        if texts := hunter.in_file(path):
            found[f"table {path.name}"] = texts
    return found


def opened_backup(archive: Archive, path: Path) -> bytes:
    """What a backup holds, opened with the archive's own keys."""
    identity = archive.keyring.backup_identity(archive.keyring.current_epoch)
    opened: bytes = pyrage.decrypt(path.read_bytes(), [pyrage.x25519.Identity.from_str(identity)])
    return opened


def test_what_was_planted_is_found_before_and_nowhere_after(
    archive: Archive, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    exhibit = plant(archive, tmp_path / "in")
    leave_traces(archive)
    digest = m.Exhibit.objects.get(position=exhibit.position).plain_sha256
    hunter = Hunter(*TEXTS.values(), digest)
    before = hunted(hunter, archive)
    missed = {p for p, text in TEXTS.items() if not any(text in f for f in before.values())}
    assert missed == set()
    assert any(digest in texts for texts in before.values())
    objects = m.Exhibit.objects.count() + m.Layer.objects.count()

    one, two = add_reviewer(archive), add_reviewer(archive)
    what = plan(archive, "exhibit", [exhibit.position])
    assert len(what.objects) == objects
    with archive.writing(one) as batch:
        request = request_erasure(batch, what, "endangering", "As asked.").position
    with archive.writing(two) as batch:
        approve_erasure(batch, request)
    carry_out(archive, request, one, tmp_path / "after.habeas", only_own_keys=True)

    again = open_archive(archive.directory)
    assert hunted(hunter, again) == {}
    backup = opened_backup(again, tmp_path / "after.habeas")
    assert hunter.in_bytes(backup) == set()
    assert b"ledger_entry" in backup  # it was opened
    with pytest.raises(KeyringError, match="epoch 1"):  # nor can an older backup be opened
        again.keyring.backup_identity(1)
    assert verify(again).faults == []
    assert rebuilding.check() == []
    assert m.Mention.objects.get().caption == "Somebody else"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_reader_that_holds_old_pages_makes_it_fail_and_it_is_finished_later(
    archive: Archive, tmp_path: Path
) -> None:
    """A database browser is no habeas process: nothing but the busy checkpoint tells of it."""
    import sqlite3

    from habeas.archive.erasing.carrying_out import resume

    (tmp_path / "in").mkdir()
    exhibit = plant(archive, tmp_path / "in")
    one, two = add_reviewer(archive), add_reviewer(archive)
    with archive.writing(one) as batch:
        what = plan(archive, "exhibit", [exhibit.position])
        request = request_erasure(batch, what, "mistaken", "As asked.").position
    with archive.writing(two) as batch:
        approve_erasure(batch, request)
    browser = sqlite3.connect(archive.directory / "habeas.db", isolation_level=None)
    browser.execute("BEGIN")
    assert browser.execute("SELECT count(*) FROM ledger_entry").fetchone()
    connection.ensure_connection()
    connection.connection.execute("PRAGMA busy_timeout = 200")
    with pytest.raises(ErasureIncomplete, match="still in its write-ahead log"):
        carry_out(archive, request, one, tmp_path / "after", only_own_keys=True)
    hunter = Hunter(*TEXTS.values())
    assert hunter.in_folder(archive.directory)  # it is, and it was said
    assert archive.keyring.epochs == (1, 2)  # the old keys are not destroyed before all is done
    assert not (tmp_path / "after").exists()
    browser.close()
    assert resume(open_archive(archive.directory, erasing=True)) is not None
    assert hunted(hunter, open_archive(archive.directory)) == {}


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_the_server_s_own_copies_are_named(archive: Archive) -> None:
    told = {one.what: one.words for one in remains()}
    assert set(told) >= {"write-ahead log", "archived write-ahead log", "server backups"}
    assert "segments up to 0000" in told["write-ahead log"]
    with connection.cursor() as cursor:
        cursor.execute("SHOW max_wal_size")
        assert cursor.fetchone()[0] in told["write-ahead log"]


def test_the_hunt_finds_a_text_in_every_form() -> None:
    text = "zqx تۇرسۇن wvk"
    hunter = Hunter(text)
    import gzip
    import io
    import zipfile
    import zlib

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x", text + " " * 1000)
    for data in (
        text.encode(),
        text.encode("utf-16-be"),
        json.dumps({"a": text}).encode(),
        base64.urlsafe_b64encode(f"ab{text}".encode()),
        base64.b64encode(json.dumps([text]).encode()),
        base64.b64encode(base64.b64encode(text.encode() * 2)),
        zlib.compress(text.encode()),
        gzip.compress(b"x" * 50 + text.encode("utf-16-le")),
        packed.getvalue(),
        text.encode().hex().encode(),
    ):
        assert hunter.in_bytes(b"before" + data + b"after") == {text}
    assert hunter.in_bytes(b"zqx wvk") == set()
