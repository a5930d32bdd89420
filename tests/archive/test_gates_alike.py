"""A picture that was confirmed waits again once the same picture is found under another name."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.archive.making import PUBLIC, add_reviewer
from tests.archive.test_gates import SAMPLE, WHY, Portrait, assess, depict, portrait, public
from tests.exchange.test_import_waits import folder
from tests.support.drawn import drawn, png, saved_again

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, visible
from habeas.archive.access import PUBLIC as ANYONE
from habeas.archive.awaiting import shown_on_pictures
from habeas.archive.errors import EntryRefused
from habeas.archive.exhibits.intake import Received, add_files
from habeas.archive.ledger import rebuilding
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.opening import Archive
from habeas.archive.picturing import KnownPicture, hash_pictures, register
from habeas.archive.pipeline.flow import read_what_waits
from habeas.exchange.importing import import_folder
from habeas.vocabulary.locations import Location

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def picture(archive: Archive, folder: Path, name: str, data: bytes, *, hashed: bool = True) -> Ref:
    path = folder / name
    path.write_bytes(data)
    ((_, exhibit),) = add_files(archive, [Received(path, marking=PUBLIC)]).exhibits
    if hashed:
        hash_pictures(archive, [exhibit.position])
    return exhibit


def shows(archive: Archive, p: Portrait, exhibit: Ref, whom: Ref, caption: str = "Photo") -> Ref:
    with archive.writing(p.signer) as batch:
        place = verbs.locate(batch, exhibit.position, Location("whole"), marking=PUBLIC)
        photo = verbs.mention(batch, "document", caption, marking=PUBLIC)
        claim = depict(batch, photo, whom, place, p.paper)
        batch.sign_batch()
    return claim


def person(archive: Archive, p: Portrait, name: str) -> Ref:
    with archive.writing(p.signer) as batch:
        made = verbs.mention(batch, "person", name, marking=PUBLIC)
        verbs.consent(batch, made, basis="public-statement", audience="public")
    return made


def confirmed(archive: Archive, folder: Path) -> tuple[Portrait, Ref, Ref]:
    """A portrait of the officer that another person confirmed: its exhibit and its claim."""
    p = portrait(archive, folder)
    exhibit = picture(archive, folder, "a.png", png(drawn(5)))
    claim = shows(archive, p, exhibit, p.officer)
    assess(archive, p.other, claim, "shows")
    assert public(m.Exhibit, exhibit)
    return p, exhibit, claim


def test_a_well_known_picture_that_is_registered_later_closes_it(
    archive: Archive, tmp_path: Path
) -> None:
    p, exhibit, claim = confirmed(archive, tmp_path)
    star = tmp_path / "star.jpg"
    star.write_bytes(saved_again(drawn(5)))
    known = register(archive, "stars", [KnownPicture(star, "Film Star")], p.signer)
    assert not public(m.Exhibit, exhibit)
    assert not public(m.Claim, claim)
    (each,) = [one for one in shown_on_pictures(OWNER) if one.claim == claim.position]
    assert each.contested
    assert rebuilding.check() == []
    with archive.writing(p.other) as batch:
        despite = "He played himself"
        verbs.assess(
            *(batch, claim.position, "claim", "depiction", "shows", "Seen"), despite=despite
        )
    assert public(m.Exhibit, exhibit)
    other = tmp_path / "same-name.jpg"
    other.write_bytes(saved_again(drawn(5), quality=70))
    register(archive, "police", [KnownPicture(other, "Officer Test")], p.signer)
    assert public(m.Exhibit, exhibit)  # it is known under this very name
    register(archive, "silhouettes", [KnownPicture(other, "")], p.signer, known_as="placeholder")
    assert not public(m.Exhibit, exhibit)
    assert rebuilding.check() == []
    placeholders = m.PictureReference.objects.get(placeholder=True)
    with archive.writing(p.signer) as batch:
        verbs.retract(batch, placeholders.list, "list", "They are no placeholders")
    assert public(m.Exhibit, exhibit)
    assert known
    assert rebuilding.check() == []


def test_the_same_picture_under_another_name_closes_both(archive: Archive, tmp_path: Path) -> None:
    p, exhibit, _ = confirmed(archive, tmp_path)
    twin = picture(archive, tmp_path, "b.jpg", saved_again(drawn(5)))
    actor = person(archive, p, "Actor Test")
    second = shows(archive, p, twin, actor)
    assert not public(m.Exhibit, exhibit)
    assert not public(m.Exhibit, twin)
    assess(archive, p.other, second, "does-not-show", "It is the officer")
    assert public(m.Exhibit, exhibit)
    assert not public(m.Exhibit, twin)
    assert rebuilding.check() == []


def test_two_names_of_one_person_close_nothing(archive: Archive, tmp_path: Path) -> None:
    p, exhibit, _ = confirmed(archive, tmp_path)
    twin = picture(archive, tmp_path, "b.jpg", saved_again(drawn(5)))
    same = person(archive, p, "The officer of the leak")
    shows(archive, p, twin, same)
    assert not public(m.Exhibit, exhibit)
    with archive.writing(p.signer) as batch:
        joined = verbs.judge(batch, p.officer, same, "same", "One badge", marking=PUBLIC)
    assert public(m.Exhibit, exhibit)
    assert rebuilding.check() == []
    with archive.writing(p.signer) as batch:
        verbs.retract(batch, joined.position, "judgement", "Two badges")
    assert not public(m.Exhibit, exhibit)
    assert rebuilding.check() == []


def test_a_hash_that_is_made_later_finds_it(archive: Archive, tmp_path: Path) -> None:
    p, exhibit, _ = confirmed(archive, tmp_path)
    late = picture(archive, tmp_path, "b.jpg", saved_again(drawn(5)), hashed=False)
    shows(archive, p, late, person(archive, p, "Actor Test"))
    assert public(m.Exhibit, exhibit)  # other bytes, and no one has compared them
    hash_pictures(archive, [late.position])
    assert not public(m.Exhibit, exhibit)
    assert rebuilding.check() == []


@pytest.mark.parametrize("changed", ["another", "smaller"])
def test_only_the_same_picture_closes_it(archive: Archive, tmp_path: Path, changed: str) -> None:
    p, exhibit, _ = confirmed(archive, tmp_path)
    data = png(drawn(6)) if changed == "another" else png(drawn(5).resize((180, 180)))
    twin = picture(archive, tmp_path, "b.png", data)
    shows(archive, p, twin, person(archive, p, "Actor Test"))
    assert public(m.Exhibit, exhibit) == (changed == "another")


def test_a_file_that_turns_out_to_be_a_picture_is_closed(archive: Archive, tmp_path: Path) -> None:
    """By its name it was a document, of which only the claim waits."""
    p = portrait(archive, tmp_path)
    exhibit = picture(archive, tmp_path, "portrait.pdf", png(drawn(9)), hashed=False)
    claim = shows(archive, p, exhibit, p.officer)
    read_what_waits(archive, workers=1)
    assert not public(m.Exhibit, exhibit)
    hash_pictures(archive, [exhibit.position])
    assess(archive, p.other, claim, "shows")
    assert public(m.Exhibit, exhibit)
    assert rebuilding.check() == []


def test_a_well_known_picture_that_is_cited_of_somebody_stops_their_list(
    archive: Archive, tmp_path: Path
) -> None:
    """Under another property it puts the face beside the name all the same."""
    signer = add_reviewer(archive)
    where = folder(
        tmp_path / "leak",
        exhibits=["id,file,handling", "x,one.png,public"],
        sources=["id,kind,code,name,handling", "s,publication,leak,Leak,public"],
        mentions=["id,kind,caption,handling", "o,person,Officer Three,public"],
        claims=[
            "id,subject,property,value,source,exhibit,place,handling",
            "c,o,occupation,Guard,s,x,whole,public",
        ],
    )
    (where / "one.png").write_bytes(png(drawn(5)))
    came = import_folder(archive, where, signer)

    def accept(despite: str = "") -> None:
        with archive.writing(signer) as batch:
            verbs.accept(batch, came.list_position, SAMPLE, WHY, despite=despite)

    star = tmp_path / "star.jpg"
    star.write_bytes(saved_again(drawn(5)))
    register(archive, "stars", [KnownPicture(star, "Film Star")], signer)
    with pytest.raises(EntryRefused, match="Not compared with others yet"):
        accept()
    exhibit = m.Exhibit.objects.get(filename="one.png")
    hash_pictures(archive, [exhibit.position])
    said = "cited of Officer Three, is the well-known picture of Film Star"
    with pytest.raises(EntryRefused, match=said):
        accept()
    accept("He guards the studio")
    assert visible(ANYONE, m.Exhibit).filter(position=exhibit.position).exists()
