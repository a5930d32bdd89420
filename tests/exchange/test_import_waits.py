"""Whatever an import brings waits for the acceptance of its list: its files, sources and figures,
and what it decides about things that were there before."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.archive.making import PUBLIC, add_reviewer, newspaper, says
from tests.archive.test_gates import SAMPLE, WHY, depict, portrait, seal_picture

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, Viewer, newest, visible
from habeas.archive.access import PUBLIC as ANYONE
from habeas.archive.access.gates import GateRules
from habeas.archive.blast_radius import stays_of_list
from habeas.archive.exhibits.intake import Received, add_files
from habeas.archive.joined import find_all
from habeas.archive.ledger import rebuilding
from habeas.archive.opening import Archive
from habeas.archive.verify.verifying import verify
from habeas.custody.log.notes import Signer
from habeas.errors import HabeasError
from habeas.exchange.folder import read_folder
from habeas.exchange.importing import import_folder, preview
from habeas.vocabulary.locations import Location

FIGURE = """key: towns
title: {title}
kind: counted
counts: place
handling: public
rules:
  - {{rule: has-claim, property: name}}
"""


def folder(path: Path, definition: str = "", **tables: list[str]) -> Path:
    path.mkdir()
    for name, lines in tables.items():
        (path / f"{name}.csv").write_text("\n".join(lines) + "\n", "utf-8")
    if definition:
        (path / "definitions").mkdir()
        (path / "definitions/one.yaml").write_text(definition, "utf-8")
    return path


def shown(model: type[m.Projection], viewer: Viewer = ANYONE) -> set[int]:
    return set(visible(viewer, model).values_list("position", flat=True))


WAITING = (
    *(m.Exhibit, m.Layer, m.Passage, m.Source, m.Lineage, m.Mention, m.Claim, m.Assessment),
    *(m.Definition, m.CustodyEvent),
)


def test_files_sources_and_figures_of_a_list_wait_with_its_rows(
    archive: Archive, tmp_path: Path
) -> None:
    signer = add_reviewer(archive)
    where = folder(
        tmp_path / "leak",
        FIGURE.format(title="Towns where Officer Three worked"),
        exhibits=["id,file,title,handling", "x,note.txt,Portrait of Officer Three,public"],
        sources=[
            "id,kind,code,name,repeats,handling",
            "s,publication,leak,Leak,,public",
            "r,publication,copy,Copy,s,public",
        ],
        mentions=["id,kind,caption,handling", "t,place,Town,public"],
        claims=[
            "id,subject,property,value,source,exhibit,quote,handling",
            "c,t,name,Town,s,x,Officer Three,public",
        ],
        assessments=["target,scheme,grade,reason,handling", "s,reliability,A,Sure,public"],
    )
    (where / "note.txt").write_text("Officer Three stands there.", "utf-8")
    came = import_folder(archive, where, signer)
    assert {model.__name__: shown(model) for model in WAITING if shown(model)} == {}
    assert all(shown(model, OWNER) for model in WAITING)
    with archive.writing(signer) as batch:
        accepted = verbs.accept(batch, came.list_position, SAMPLE, WHY)
    assert [model.__name__ for model in WAITING if not shown(model)] == []
    with archive.writing(signer) as batch:
        verbs.retract(batch, accepted, "acceptance", "The sample was not drawn by chance")
    assert not any(shown(model) for model in WAITING)
    rebuilding.rebuild(archive)
    assert not any(shown(model) for model in WAITING)
    assert not verify(archive).faults


def test_what_a_list_decides_about_others_waits(archive: Archive, tmp_path: Path) -> None:
    """It may not name, join, judge or publish anybody before somebody has accepted it."""
    signer = add_reviewer(archive)
    with archive.writing(signer) as batch:
        paper = newspaper(batch)
        one, two = (verbs.mention(batch, "place", f"Town {n}", marking=PUBLIC) for n in "12")
        person = verbs.mention(batch, "person", "Somebody Test", marking=PUBLIC)
        twin, known = (verbs.mention(batch, "person", f"Twin {n}", marking=PUBLIC) for n in "12")
        verbs.consent(batch, known, basis="public-office", audience="public", marking=PUBLIC)
        for each in (one, two, person):
            says(batch, each, paper)
        text = FIGURE.format(title="Towns")
        verbs.define(batch, key="towns", title="Towns", kind="counted", text=text, marking=PUBLIC)
    where = folder(
        tmp_path / "decisions",
        FIGURE.format(title="Towns of murderers"),
        judgements=[
            "left,right,verdict,reason,handling",
            f"#{one.position},#{two.position},same,One town,public",
            f"#{twin.position},#{known.position},same,One person,public",
        ],
        consents=[
            "subject,basis,audience,handling",
            f"#{person.position},public-office,public,public",
        ],
        assessments=[
            "target,scheme,grade,reason,handling",
            f"#{paper.position},reliability,F,Liars,public",
        ],
    )
    came = import_folder(archive, where, signer).list_position

    def told() -> tuple[int, set[int], int, list[str]]:
        records = find_all(ANYONE, [one.position])
        return (
            len(records[one.position].mentions),
            shown(m.Mention) & {person.position, twin.position},
            len(shown(m.Assessment)),
            [row.title for row in newest(ANYONE, m.Definition)],
        )

    waits = (1, set(), 0, ["Towns"])
    opened = (2, {person.position, twin.position}, 1, ["Towns of murderers"])
    assert told() == waits
    assert len(find_all(OWNER, [one.position])[one.position].mentions) == 2
    assert rebuilding.check() == []
    with archive.writing(signer) as batch:
        accepted = verbs.accept(batch, came, SAMPLE, WHY)
    assert told() == opened
    assert rebuilding.check() == []
    with archive.writing(signer) as batch:
        verbs.retract(batch, accepted, "acceptance", "The sample was not drawn by chance")
    assert told() == waits
    assert rebuilding.check() == []
    assert not verify(archive).faults


def test_what_a_list_limits_binds_at_once(archive: Archive, tmp_path: Path) -> None:
    signer = add_reviewer(archive)
    with archive.writing(signer) as batch:
        person = verbs.mention(batch, "person", "Somebody Test", marking=PUBLIC)
        verbs.consent(batch, person, basis="public-office", audience="public", marking=PUBLIC)
    assert person.position in shown(m.Mention)
    consents = ["subject,basis,audience", f"#{person.position},given,team"]
    import_folder(archive, folder(tmp_path / "limits", consents=consents), signer)
    assert person.position not in shown(m.Mention)


def test_bytes_that_wait_are_neither_opened_nor_kept_from_others(
    archive: Archive, tmp_path: Path
) -> None:
    """A picture that no one confirmed stays closed when its bytes are added again; a file of a list
    that no one accepted does not stand in the way of the same file from elsewhere."""
    p = portrait(archive, tmp_path)
    again = add_files(archive, [Received(tmp_path / "officer.png", marking=PUBLIC)])
    assert [at for _, at in again.known] == [p.exhibit.position]
    assert p.exhibit.position not in shown(m.Exhibit)
    where = folder(tmp_path / "leak", exhibits=["id,file,handling", "x,note.txt,public"])
    (where / "note.txt").write_text("A note.", "utf-8")
    came = import_folder(archive, where, p.signer).list_position
    ((_, own),) = add_files(archive, [Received(where / "note.txt", marking=PUBLIC)]).exhibits
    assert own.position in shown(m.Exhibit)
    with archive.writing(p.signer) as batch:
        verbs.accept(batch, came, SAMPLE, WHY)
    third = add_files(archive, [Received(where / "note.txt", marking=PUBLIC)])
    assert not third.exhibits


def refused(archive: Archive, where: Path, signer: Signer) -> list[tuple[str, int, str]]:
    """What an import is refused for; a dry run, with nothing left of it, for the same."""
    objects = sorted((archive.directory / "objects").glob("??/*"))
    with pytest.raises(HabeasError) as tried:
        preview(archive, read_folder(where), person=signer.name.rpartition("/")[2])
    with pytest.raises(HabeasError) as done:
        import_folder(archive, where, signer)
    assert str(tried.value) == str(done.value)
    assert sorted((archive.directory / "objects").glob("??/*")) == objects
    faults = getattr(done.value, "faults", ())
    return [(each.file, each.line, each.reason) for each in faults] or [("", 0, str(done.value))]


def test_a_dry_run_is_stopped_where_the_import_is(archive: Archive, tmp_path: Path) -> None:
    """Whoever claims whom a picture shows does not confirm it with the same folder; nor is one
    confirmed that was not compared."""
    p = portrait(archive, tmp_path)
    says_so = "target,scheme,grade,reason"
    own = folder(
        tmp_path / "own",
        exhibits=["id,file", "x,one.png"],
        sources=["id,kind,code", "s,document,leak"],
        mentions=["id,kind,caption", "o,person,Officer", "d,document,Portrait"],
        claims=[
            "id,subject,property,value,source,exhibit,place",
            "c,d,depicts,o,s,x,whole file",
            "n,o,name,Officer,s,,",
        ],
        assessments=[says_so, "c,depiction,shows,It says so", "n,depiction,shows,It says so"],
    )
    (own / "one.png").write_bytes(b"\x89PNG of another officer")
    one, another = refused(archive, own, p.signer)
    assert (one[1], "someone other than who claimed it" in one[2]) == (2, True)
    assert (another[1], "not assessed on a claim of name" in another[2]) == (3, True)
    known = [says_so, f"#{p.claim.position},depiction,shows,It says so"]
    theirs = folder(tmp_path / "theirs", assessments=known)
    ((_, _, why),) = refused(archive, theirs, p.signer)
    assert "someone other" in why
    assert preview(archive, read_folder(theirs), person=p.other.name.rpartition("/")[2])
    with archive.writing(p.signer) as batch:
        alone = GateRules(acceptance=True, another_person=False)
        verbs.gate_policy(batch, alone, "There is one of us")
    (own / "assessments.csv").write_text(f"{says_so}\nc,depiction,shows,It says so\n", "utf-8")
    ((_, _, why),) = refused(archive, own, p.signer)
    assert "Not compared with others yet" in why
    new = seal_picture(archive, tmp_path, "new.png", b"\x89PNG that nobody compared", hashed=False)
    with archive.writing(p.other) as batch:
        place = verbs.locate(batch, new.position, Location("whole"), marking=PUBLIC)
        unseen = depict(batch, p.photo, p.officer, place, p.paper)
        batch.sign_batch()
    (theirs / "assessments.csv").write_text(
        f"{says_so}\n#{unseen.position},depiction,shows,It says so\n", "utf-8"
    )
    ((_, line, why),) = refused(archive, theirs, p.signer)
    assert (line, "Not compared with others yet" in why) == (2, True)


def test_nothing_of_a_list_is_public_once_it_is_retracted(archive: Archive, tmp_path: Path) -> None:
    """An accepted list with a consent, a judgement, a source, a file and a figure: the records and
    claims end with it, and of the rest the public sees nothing more; what stays is told."""
    signer = add_reviewer(archive)
    with archive.writing(signer) as batch:
        paper = newspaper(batch)
        person = verbs.mention(batch, "person", "Somebody Test", marking=PUBLIC)
        one, two = (verbs.mention(batch, "place", f"Town {n}", marking=PUBLIC) for n in "12")
        for each in (person, one, two):
            says(batch, each, paper)
    before = {model: shown(model) for model in (*WAITING, m.Judgement)}
    where = folder(
        tmp_path / "leak",
        FIGURE.format(title="Towns of murderers"),
        exhibits=["id,file,title,handling", "x,note.txt,Of Officer Three,public"],
        sources=["id,kind,code,name,handling", "s,publication,leak,Leak,public"],
        mentions=["id,kind,caption,handling", "t,place,Town,public"],
        claims=["id,subject,property,value,source,handling", "c,t,name,Town,s,public"],
        judgements=[
            "left,right,verdict,reason,handling",
            f"#{one.position},#{two.position},same,One town,public",
        ],
        consents=[
            "subject,basis,audience,handling",
            f"#{person.position},public-office,public,public",
        ],
        assessments=["target,scheme,grade,reason,handling", "s,reliability,A,Sure,public"],
    )
    (where / "note.txt").write_text("Officer Three stands there.", "utf-8")
    came = import_folder(archive, where, signer).list_position
    with archive.writing(signer) as batch:
        verbs.accept(batch, came, SAMPLE, WHY)
    assert person.position in shown(m.Mention)
    assert shown(m.Judgement)
    with archive.writing(signer) as batch:
        verbs.retract(batch, came, "list", "It was invented", marking=PUBLIC)
    assert {model: shown(model) for model in (*WAITING, m.Judgement)} == before
    assert rebuilding.check() == []
    stays = stays_of_list(OWNER, came)
    assert {kind: len(positions) for kind, positions in stays.items()} == {
        "judgement": 1,
        "consent": 1,
        "assessment": 1,
        "source": 1,
        "definition": 1,
        "exhibit": 1,
    }
    assert not verify(archive).faults
