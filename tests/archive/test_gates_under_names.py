"""No claim brings a picture under somebody's name in public, of whatever property it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.archive.making import PUBLIC, newspaper, says
from tests.archive.test_gates import (
    SAMPLE,
    Portrait,
    assess,
    bring,
    depict,
    portrait,
    public,
    seal_picture,
)
from tests.archive.test_gates_inside import FACE, read
from tests.support.archives import ArchiveMaker

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access.under_names import NOT_APPLICABLE
from habeas.archive.ledger import rebuilding
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.opening import Archive
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verify.verifying import verify
from habeas.reading.documents import Document, State
from habeas.vocabulary import values
from habeas.vocabulary.locations import Location

FILM = {"duration_ms": "12000", "upright_width_px": "64", "upright_height_px": "48"}


def actor_on(archive: Archive, p: Portrait, place: Ref) -> tuple[Ref, Ref, Ref]:
    """Somebody else, confirmed to be whom a picture shows: they, what is called so, the claim."""
    with archive.writing(p.signer) as batch:
        actor = verbs.mention(batch, "person", "Actor Test", marking=PUBLIC)
        verbs.consent(batch, actor, basis="public-statement", audience="public")
        photo = verbs.mention(batch, "document", "Portrait two", marking=PUBLIC)
        film = depict(batch, photo, actor, place, p.paper)
        batch.sign_batch()
    assess(archive, p.other, film, "shows")
    return actor, photo, film


def three_pages(archive: Archive, folder: Path, name: str) -> tuple[Ref, Ref]:
    """A document that is no picture, and the reading that measured its pages."""
    file = seal_picture(archive, folder, name, b"%PDF " + name.encode(), hashed=False)
    return file, read(archive, file, "application/pdf", boxes="1-3 595276x841890")[""]


def test_a_name_does_not_bring_a_portrait_with_it(archive: Archive, tmp_path: Path) -> None:
    """Whole or in part, of the person or of a detention of theirs, and whoever refers to them."""
    p = portrait(archive, tmp_path)
    new = seal_picture(archive, tmp_path, "new.jpg", b"\xff\xd8 of nobody known")
    with archive.writing(p.signer) as batch:
        whole = verbs.locate(batch, new.position, Location("whole"), marking=PUBLIC)
        held = verbs.mention(batch, "detention", "Held", of=p.officer, marking=PUBLIC)
        town = verbs.mention(batch, "place", "Town", marking=PUBLIC)
        letter = verbs.mention(batch, "document", "A letter", marking=PUBLIC)
        named = [
            says(batch, p.officer, p.paper, "Officer Test", passages=(whole,)),
            says(batch, held, p.paper, "The night in May", passages=(whole,)),
        ]
        by = verbs.claim(
            batch,
            letter,
            "author",
            values.reference(p.officer.entry_id),
            [Attribution(p.paper)],
            passages=(whole,),
            marking=PUBLIC,
        )
        place = says(batch, town, p.paper, "The gate", passages=(whole,))
    claims = [*named, by]
    assert [public(m.Claim, each) for each in claims] == [False] * 3
    assert public(m.Claim, place)
    assert public(m.Exhibit, new)
    # Shown to be somebody else, it stays closed; that it shows the officer opens it.
    actor, photo, film = actor_on(archive, p, whole)
    assert public(m.Claim, film)
    assert [public(m.Claim, each) for each in claims] == [False] * 3
    assert rebuilding.check() == []
    with archive.writing(p.signer) as batch:
        same = verbs.judge(batch, actor, p.officer, "same", "He was both", marking=PUBLIC)
    assert [public(m.Claim, each) for each in claims] == [True] * 3
    with archive.writing(p.signer) as batch:
        verbs.retract(batch, same.position, "judgement", "Two people")
    assert [public(m.Claim, each) for each in claims] == [False] * 3
    with archive.writing(p.signer) as batch:
        verbs.retract(batch, film.position, "claim", "It is the officer")
        true = depict(batch, photo, p.officer, whole, p.paper)
        batch.sign_batch()
    assess(archive, p.other, true, "shows")
    assert [public(m.Claim, each) for each in claims] == [True] * 3
    assess(archive, p.other, true, "does-not-show", "It is an actor")
    assert [public(m.Claim, each) for each in claims] == [False] * 3
    assert rebuilding.check() == []
    assert not verify(archive).faults


def shows_no_one(
    batch: Batch, of: Ref, place: Ref, source: Ref, state: str = NOT_APPLICABLE
) -> Ref:
    """A claim that a picture shows nobody; or, by another state, somebody who is not named."""
    value = values.missing("ref", state)
    said = [Attribution(source)]
    return verbs.claim(batch, of, "depicts", value, said, passages=(place,), marking=PUBLIC)


def test_a_scan_is_cited_once_it_is_said_to_show_no_one(archive: Archive, tmp_path: Path) -> None:
    """A picture of a page: somebody says that it shows no one, another confirms it."""
    p = portrait(archive, tmp_path)
    scan = seal_picture(archive, tmp_path, "list.png", b"\x89PNG of a list")
    with archive.writing(p.signer) as batch:
        line = verbs.locate(batch, scan.position, Location("whole"), marking=PUBLIC)
        listed = says(batch, p.officer, p.paper, "Officer Test", passages=(line,))
        page = verbs.mention(batch, "document", "The list", marking=PUBLIC)
        nobody = shows_no_one(batch, page, line, p.paper)
        batch.sign_batch()
    assert not public(m.Claim, listed)
    assess(archive, p.other, nobody, "shows", "It is a page of writing")
    assert public(m.Claim, listed)
    assert rebuilding.check() == []


@pytest.mark.parametrize("how", ["denied", "unknown"])
def test_that_it_is_not_them_opens_nothing(archive: Archive, tmp_path: Path, how: str) -> None:
    """An actor's portrait that is truly said not to show the officer stays closed under his name;
    so does one of somebody whom no one knows."""
    p = portrait(archive, tmp_path)
    actor = seal_picture(archive, tmp_path, "actor.jpg", b"\xff\xd8 of an actor")
    with archive.writing(p.signer) as batch:
        whole = verbs.locate(batch, actor.position, Location("whole"), marking=PUBLIC)
        named = says(batch, p.officer, p.paper, "Officer Test", passages=(whole,))
        photo = verbs.mention(batch, "document", "A picture", marking=PUBLIC)
        if how == "denied":
            found = depict(batch, photo, p.officer, whole, p.paper, stance="denies")
        else:
            found = shows_no_one(batch, photo, whole, p.paper, "unknown")
        batch.sign_batch()
    assess(archive, p.other, found, "does-not-show" if how == "denied" else "shows")
    assert public(m.Claim, found)
    assert not public(m.Claim, named)
    assert rebuilding.check() == []


def test_a_file_turns_out_to_be_a_picture(archive: Archive, tmp_path: Path) -> None:
    """Sealed under the name of a document, and read only later; and the other way round."""
    p = portrait(archive, tmp_path)
    for name, first, media_type in (
        ("one.pdf", True, "image/png"),
        ("two.png", False, "text/plain"),
    ):
        file = seal_picture(archive, tmp_path, name, name.encode())
        with archive.writing(p.signer) as batch:
            place = verbs.locate(batch, file.position, Location("whole"), marking=PUBLIC)
            claim = says(batch, p.officer, p.paper, f"Said in {name}", passages=(place,))
        assert public(m.Claim, claim) is first
        with archive.writing() as batch:
            verbs.reading(
                batch,
                file.position,
                Document("", "", 3, media_type, State.READ, reader="test", reader_version="1"),
            )
        assert public(m.Claim, claim) is not first
        assert rebuilding.check() == []


def test_archives_without_a_policy_keep_what_they_show(
    archive_maker: ArchiveMaker, backend: str, tmp_path: Path
) -> None:
    old = archive_maker.without_gate(tmp_path / "old", backend)
    p = portrait(old, tmp_path)
    scan = seal_picture(old, tmp_path, "list.png", b"\x89PNG of a list")
    with old.writing(p.signer) as batch:
        line = verbs.locate(batch, scan.position, Location("whole"), marking=PUBLIC)
        listed = says(batch, p.officer, newspaper(batch, "n"), "Officer Test", passages=(line,))
    assert public(m.Claim, listed)
    assert rebuilding.check() == []


def test_a_rectangle_of_a_page_or_of_a_film_is_looked_at_like_a_picture(
    archive: Archive, tmp_path: Path
) -> None:
    """A scan of forty portraits is a PDF, and a still of a film is a portrait too."""
    p = portrait(archive, tmp_path)
    scan, pages = three_pages(archive, tmp_path, "scan.pdf")
    film = seal_picture(archive, tmp_path, "film.mp4", b"a film", hashed=False)
    played = read(archive, film, "video/mp4", **FILM)[""]
    still = Location("time", from_ms=0, to_ms=900, left=0, top=0, right=500_000, bottom=500_000)
    with archive.writing(p.signer) as batch:
        cited = {
            "a face on a page": verbs.locate(batch, scan, FACE, reading=pages, marking=PUBLIC),
            "a face in a film": verbs.locate(batch, film, still, reading=played, marking=PUBLIC),
            "what is said": verbs.locate(
                batch, film, Location("time", from_ms=0, to_ms=900), reading=played, marking=PUBLIC
            ),
            "the document": verbs.locate(batch, scan, Location("whole"), marking=PUBLIC),
        }
        claims = {
            what: says(batch, p.officer, p.paper, f"Officer, {what}", passages=(place,))
            for what, place in cited.items()
        }
    seen = {what: public(m.Claim, claim) for what, claim in claims.items()}
    assert seen == {
        "a face on a page": False,
        "a face in a film": False,
        "what is said": True,
        "the document": True,
    }
    assert public(m.Exhibit, scan)
    assert rebuilding.check() == []
    with archive.writing(p.signer) as batch:
        page = verbs.mention(batch, "document", "A page", marking=PUBLIC)
        says_so = depict(batch, page, p.officer, cited["a face on a page"], p.paper)
        batch.sign_batch()
    assert not public(m.Claim, claims["a face on a page"])
    assess(archive, p.other, says_so, "shows")
    assert public(m.Claim, claims["a face on a page"])
    assert not public(m.Claim, claims["a face in a film"])
    assert rebuilding.check() == []


def test_one_portrait_of_a_page_says_nothing_of_the_others(
    archive: Archive, tmp_path: Path
) -> None:
    """A confirmed portrait, or a confirmed site, on one page of a file opens no other rectangle."""
    p = portrait(archive, tmp_path)
    scan, pages = three_pages(archive, tmp_path, "scan.pdf")
    here = {"left": 100_000, "top": 100_000, "right": 400_000, "bottom": 400_000}
    drawn = {
        "shown": Location("rectangle", page=1, **here),
        "drawn again": Location("rectangle", page=1, **(here | {"left": 90_000, "top": 110_000})),
        "a part of it": Location("rectangle", page=1, **(here | {"right": 200_000})),
        "beside it": Location("rectangle", page=1, **(here | {"left": 390_000, "right": 700_000})),
        "the page": Location("rectangle", page=1, left=0, top=0, right=999_000, bottom=999_000),
        "another page": Location("rectangle", page=2, **here),
    }
    with archive.writing(p.signer) as batch:
        cited = {
            what: verbs.locate(batch, scan, place, reading=pages, marking=PUBLIC)
            for what, place in drawn.items()
        }
        claims = {
            what: says(batch, p.officer, p.paper, f"Officer, {what}", passages=(place,))
            for what, place in cited.items()
        }
        page = verbs.mention(batch, "document", "A page", marking=PUBLIC)
        true = depict(batch, page, p.officer, cited["shown"], p.paper)
        batch.sign_batch()
    assess(archive, p.other, true, "shows")
    opened = {"shown", "drawn again", "a part of it"}
    assert {what for what, claim in claims.items() if public(m.Claim, claim)} == opened
    actor_on(archive, p, cited["another page"])
    assert {what for what, claim in claims.items() if public(m.Claim, claim)} == opened
    assert rebuilding.check() == []


def test_what_a_still_of_a_film_shows_closes_what_it_opened(
    archive: Archive, tmp_path: Path
) -> None:
    """A film is no picture, and yet a word about a still of it is a word about whom it shows."""
    p = portrait(archive, tmp_path)
    film = seal_picture(archive, tmp_path, "film.mp4", b"a film", hashed=False)
    played = read(archive, film, "video/mp4", **FILM)[""]
    edges = {"left": 0, "top": 0, "right": 500_000, "bottom": 500_000}
    with archive.writing(p.signer) as batch:
        stills = [
            verbs.locate(
                batch,
                film,
                Location("time", from_ms=at, to_ms=at + 900, **edges),
                reading=played,
                marking=PUBLIC,
            )
            for at in (0, 5_000)
        ]
        claims = [says(batch, p.officer, p.paper, "Officer Test", passages=(s,)) for s in stills]
        page = verbs.mention(batch, "document", "A film", marking=PUBLIC)
        shown = depict(batch, page, p.officer, stills[0], p.paper)
        batch.sign_batch()
    assert [public(m.Claim, each) for each in claims] == [False, False]
    assess(archive, p.other, shown, "shows")
    assert [public(m.Claim, each) for each in claims] == [True, False]
    with archive.writing(p.signer) as batch:
        late = says(batch, p.officer, p.paper, "Said later", passages=(stills[0],))
    assert public(m.Claim, late)
    assess(archive, p.other, shown, "does-not-show", "It is an actor")
    assert [public(m.Claim, each) for each in (*claims, late)] == [False] * 3
    assert rebuilding.check() == []


def test_a_whole_document_that_shows_somebody_says_nothing_of_a_rectangle(
    archive: Archive, tmp_path: Path
) -> None:
    """A report shows the officer on some page; which, the claim of the whole does not say."""
    p = portrait(archive, tmp_path)
    scan, pages = three_pages(archive, tmp_path, "report.pdf")
    with archive.writing(p.signer) as batch:
        face = verbs.locate(batch, scan, FACE, reading=pages, marking=PUBLIC)
        whole = verbs.locate(batch, scan, Location("whole"), marking=PUBLIC)
        named = says(batch, p.officer, p.paper, "Officer Test", passages=(face,))
        report = verbs.mention(batch, "document", "A report", marking=PUBLIC)
        shown = depict(batch, report, p.officer, whole, p.paper)
        batch.sign_batch()
    assess(archive, p.other, shown, "shows")
    assert not public(m.Claim, named)
    with archive.writing(p.signer) as batch:
        verbs.retract(batch, shown.position, "claim", "It has no picture")
        none = shows_no_one(batch, report, whole, p.paper)
        batch.sign_batch()
    assert not public(m.Claim, named)
    assess(archive, p.other, none, "shows", "It is a report of words")
    assert public(m.Claim, named)
    assert rebuilding.check() == []


def test_a_file_in_another_turns_out_to_be_a_picture(archive: Archive, tmp_path: Path) -> None:
    """Read as something else at first, it was cited under a name; a better reader knows it."""
    p = portrait(archive, tmp_path)
    leak = seal_picture(archive, tmp_path, "leak.zip", b"PK of a leak")
    claims = []
    for media_type, first in (("application/octet-stream", True), ("image/png", False)):
        with archive.writing() as batch:
            own = Document("", "", 3, "application/zip", State.READ, reader="t", reader_version="1")
            outer = verbs.reading(batch, leak, own, marking=PUBLIC)
            inner = Document("a.dat", "5" * 64, 3, media_type, State.READ, reader="t",
                             reader_version="1")  # fmt: skip
            inside = verbs.reading(batch, leak, inner, within=outer, marking=PUBLIC)
        assert [public(m.Claim, each) for each in claims] == [first] * len(claims)
        with archive.writing(p.signer) as batch:
            place = verbs.locate(batch, leak, Location("whole"), reading=inside, marking=PUBLIC)
            claims.append(says(batch, p.officer, p.paper, "Officer Test", passages=(place,)))
        assert public(m.Claim, claims[-1]) is first
    assert rebuilding.check() == []


def test_a_join_that_waits_opens_nothing(archive: Archive, tmp_path: Path) -> None:
    """A list that no one has accepted says that the officer and the actor are one person."""
    p = portrait(archive, tmp_path)
    new = seal_picture(archive, tmp_path, "new.jpg", b"\xff\xd8 of nobody known")
    with archive.writing(p.signer) as batch:
        whole = verbs.locate(batch, new.position, Location("whole"), marking=PUBLIC)
        named = says(batch, p.officer, p.paper, "Officer Test", passages=(whole,))
    actor, _, _ = actor_on(archive, p, whole)
    with archive.writing(p.signer) as batch:
        came = bring(batch)
        between = verbs.mention(batch, "person", "Officer Test", marking=PUBLIC, list=came)
        for other in (p.officer, actor):
            verbs.judge(batch, between, other, "same", "The list says so", marking=PUBLIC)
    assert not public(m.Claim, named)
    assert rebuilding.check() == []
    with archive.writing(p.other) as batch:
        accepted = verbs.accept(batch, came.position, SAMPLE, "Read")
    assert public(m.Claim, named)
    assert rebuilding.check() == []
    with archive.writing(p.signer) as batch:
        verbs.retract(batch, accepted.position, "acceptance", "Not read")
    assert not public(m.Claim, named)
    assert rebuilding.check() == []
