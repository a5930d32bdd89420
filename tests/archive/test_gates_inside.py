"""Whoever has a file has each picture in it: a file is as closed as the pictures that it holds."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tests.archive.making import PUBLIC, says
from tests.archive.test_gates import Portrait, assess, depict, portrait, public, seal_picture

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.ledger import rebuilding
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.opening import Archive
from habeas.reading.documents import Document, State
from habeas.vocabulary.locations import Location

FACE = Location("rectangle", page=2, left=0, top=0, right=500_000, bottom=500_000)


def read(
    archive: Archive,
    exhibit: Ref,
    media_type: str,
    inside: dict[str, bytes] | None = None,
    boxes: str = "",
    **more: str,
) -> dict[str, Ref]:
    """Record what a reading found: of a file, and of the pictures in it."""
    metadata = {"page_boxes": boxes, **more} if boxes else more
    found = {}
    with archive.writing() as batch:
        own = Document("", "", 3, media_type, State.READ, reader="t", reader_version="1",
                       metadata=metadata)  # fmt: skip
        found[""] = verbs.reading(batch, exhibit, own, marking=PUBLIC)
        for path, data in (inside or {}).items():
            digest = hashlib.sha256(data).hexdigest()
            inner = Document(path, digest, len(data), "image/png", State.READ, reader="t",
                             reader_version="1")  # fmt: skip
            made = verbs.reading(batch, exhibit, inner, within=found[""], marking=PUBLIC)
            found[path] = made
    return found


def shows(archive: Archive, p: Portrait, exhibit: Ref, location: Location, reading: Ref) -> Ref:
    """Another picture is said to show the officer."""
    with archive.writing(p.signer) as batch:
        photo = verbs.mention(batch, "document", "A picture", marking=PUBLIC)
        place = verbs.locate(batch, exhibit, location, reading=reading, marking=PUBLIC)
        claim = depict(batch, photo, p.officer, place, p.paper)
        batch.sign_batch()
    return claim


def test_an_archive_waits_with_the_picture_in_it(archive: Archive, tmp_path: Path) -> None:
    p = portrait(archive, tmp_path)
    leak = seal_picture(archive, tmp_path, "leak.zip", b"PK of a leak")
    found = read(archive, leak, "application/zip", {"a.png": b"one", "b.png": b"two"})
    assert public(m.Exhibit, leak)
    claim = shows(archive, p, leak, Location("whole"), found["a.png"])
    assert not public(m.Exhibit, leak)
    assess(archive, p.other, claim, "shows")
    assert public(m.Exhibit, leak)
    assess(archive, p.other, claim, "does-not-show", "An actor")
    assert not public(m.Exhibit, leak)
    assert rebuilding.check() == []


def test_a_document_waits_with_the_picture_on_a_page_of_it(
    archive: Archive, tmp_path: Path
) -> None:
    """What is said of the document as a whole takes nothing from its readers; nor is it looked for
    among pictures that were not compared."""
    p = portrait(archive, tmp_path)
    report = seal_picture(archive, tmp_path, "report.pdf", b"%PDF a report", hashed=False)
    found = read(archive, report, "application/pdf", boxes="1-3 595276x841890")
    shows(archive, p, report, Location("whole"), found[""])
    assert public(m.Exhibit, report)
    claim = shows(archive, p, report, FACE, found[""])
    assert not public(m.Exhibit, report)
    assess(archive, p.other, claim, "shows")
    (whole,) = m.Claim.objects.filter(property="depicts", position__lt=claim.position).exclude(
        position=p.claim.position
    )
    assert not public(m.Exhibit, report)  # of the whole it is not confirmed yet
    with archive.writing(p.signer) as batch:
        verbs.retract(batch, whole.position, "claim", "It shows him on page 2")
    assert public(m.Exhibit, report)
    assert rebuilding.check() == []


def test_the_same_picture_is_as_closed_wherever_it_lies(archive: Archive, tmp_path: Path) -> None:
    """By itself and in an archive, whichever was read or claimed first."""
    p = portrait(archive, tmp_path)
    data = (tmp_path / "officer.png").read_bytes()
    late = seal_picture(archive, tmp_path, "late.zip", b"PK of the same")
    other = seal_picture(archive, tmp_path, "other.zip", b"PK of another")
    read(archive, other, "application/zip", {"b.png": b"another"})
    assert public(m.Exhibit, late)
    read(archive, late, "application/zip", {"in/x.png": data})
    assert not public(m.Exhibit, late)
    assert public(m.Exhibit, other)
    assess(archive, p.other, p.claim, "shows")
    assert public(m.Exhibit, late)
    alone = seal_picture(archive, tmp_path, "alone.png", b"another")
    assert public(m.Exhibit, alone)
    again = seal_picture(archive, tmp_path, "again.zip", b"PK once more")
    found = read(archive, again, "application/zip", {"c.png": b"another"})
    claim = shows(archive, p, again, Location("whole"), found["c.png"])
    files = (alone, other, again)
    assert [public(m.Exhibit, each) for each in files] == [False] * 3
    assess(archive, p.other, claim, "shows")
    assert [public(m.Exhibit, each) for each in files] == [True] * 3
    assert rebuilding.check() == []


def test_a_picture_in_an_archive_is_under_no_name_either(archive: Archive, tmp_path: Path) -> None:
    p = portrait(archive, tmp_path)
    leak = seal_picture(archive, tmp_path, "leak.zip", b"PK of a leak")
    found = read(archive, leak, "application/zip", {"a.png": b"one", "b.png": b"two"})
    with archive.writing(p.signer) as batch:
        place = verbs.locate(batch, leak, Location("whole"), reading=found["b.png"], marking=PUBLIC)
        named = says(batch, p.officer, p.paper, "Officer Test", passages=(place,))
    assert not public(m.Claim, named)
    first = shows(archive, p, leak, Location("whole"), found["a.png"])
    assess(archive, p.other, first, "shows")
    assert not public(m.Claim, named)  # of the second one nobody has said anything
    second = shows(archive, p, leak, Location("whole"), found["b.png"])
    assess(archive, p.other, second, "shows")
    assert public(m.Claim, named)
    assert rebuilding.check() == []
