"""Lists that nobody has accepted and pictures that nobody has confirmed are not public; nor is
what rests on them, whatever its handling."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.archive.making import PUBLIC, add_reviewer, newspaper, says
from tests.support.archives import ArchiveMaker

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, explain, gates, team_member, visible
from habeas.archive.access import PUBLIC as ANYONE
from habeas.archive.access.gates import GateRules
from habeas.archive.erasing.carrying_out import carry_out
from habeas.archive.erasing.decisions import approve_erasure, request_erasure
from habeas.archive.erasing.planning import plan
from habeas.archive.errors import AlreadyEnded, EntryRefused
from habeas.archive.exhibits.intake import Received, record_with_layer, seal_all
from habeas.archive.ledger import rebuilding
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.opening import Archive, open_archive
from habeas.archive.store.facts import facts
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verify.verifying import verify
from habeas.custody.log.notes import Signer
from habeas.figures.evaluation.loading import live_claims
from habeas.vocabulary import values
from habeas.vocabulary.locations import Location

SAMPLE = [{"rows": "1-20", "checked_by": "r-1", "against": "the sealed scans"}]
WHY = "Every tenth row was read against its scan"


def seen(viewer: object = ANYONE) -> set[str]:
    """What of a list the public sees, by what it says."""
    claims = visible(viewer, m.Claim).values_list("value_key", flat=True)  # type: ignore[arg-type]
    mentions = visible(viewer, m.Mention).values_list("caption", flat=True)  # type: ignore[arg-type]
    return {*claims, *mentions}


def bring(batch: Batch, name: str = "a list") -> Ref:
    """A list with a row that says something, handled as public."""
    came = verbs.begin_list(batch, name, name.encode().hex().ljust(64, "0"))
    town = verbs.mention(batch, "place", f"Town of {name}", list=came, marking=PUBLIC)
    says(batch, town, newspaper(batch, name.replace(" ", "-")), f"Said by {name}", list_=came)
    return came


def test_rows_of_a_list_are_public_while_its_acceptance_stands(archive: Archive) -> None:
    signer = add_reviewer(archive)
    with archive.writing(signer) as batch:
        came = bring(batch)
    assert seen() == set()
    assert "Town of a list" in seen(OWNER)
    assert "Town of a list" in seen(team_member("t", {"main": "team"}))
    mention = m.Mention.objects.get()
    assert "was not accepted" in explain(ANYONE, mention).sentence
    with archive.writing(signer) as batch:
        accepted = verbs.accept(batch, came.position, SAMPLE, WHY)
    assert seen() == {"said by a list", "Town of a list"}
    with archive.writing(signer) as batch:
        verbs.retract(batch, accepted.position, "acceptance", "The sample was not drawn by chance")
    assert seen() == set()
    with archive.writing(signer) as batch:
        verbs.accept(batch, came.position, SAMPLE, "A new sample")
    assert len(seen()) == 2
    rebuilding.rebuild(archive)
    assert len(seen()) == 2
    assert not verify(archive).faults


def test_what_rests_on_a_closed_list_waits_with_it(archive: Archive) -> None:
    """A claim about one of its people that came another way, a judgement, a correction."""
    signer = add_reviewer(archive)
    with archive.writing(signer) as batch:
        came, other = bring(batch, "one"), bring(batch, "two")
        paper = newspaper(batch, "apart")
        (first,) = m.Mention.objects.filter(list=came.position).values_list("position", flat=True)
        free = verbs.mention(batch, "place", "Freetown", marking=PUBLIC)
        apart = says(batch, Ref(_id(first), first), paper, "Said apart")
        about = says(batch, free, paper, "Said of Freetown")
        same = verbs.judge(batch, first, free, "same", "One town", marking=PUBLIC)
    assert seen() == {"Freetown", "said of freetown"}
    assert not visible(ANYONE, m.Judgement).exists()
    wrong = m.Claim.objects.get(list=came.position)
    with archive.writing(signer) as batch:
        verbs.correct(
            batch,
            wrong.position,
            subject=free.position,
            property="name",
            value=values.text("Said anew"),
            attribution=[Attribution(paper)],
            marking=PUBLIC,
        )
    assert "said anew" not in seen()
    with archive.writing(signer) as batch:
        verbs.accept(batch, came.position, SAMPLE, WHY)
    assert {"said apart", "said anew"} <= seen()
    assert visible(ANYONE, m.Judgement).filter(position=same.position).exists()
    assert "said by two" not in seen()
    assert {apart.position, about.position} <= set(
        visible(ANYONE, m.Claim).values_list("position", flat=True)
    )
    assert other.position


def _id(position: int) -> str:
    return str(m.LedgerEntry.objects.get(position=position).entry_id)


def test_an_acceptance_says_what_was_checked(archive: Archive) -> None:
    signer = add_reviewer(archive)
    with archive.writing(signer) as batch:
        came = bring(batch)
    for sample, reason, words in (
        ([], WHY, "No sample"),
        ([{**SAMPLE[0], "against": " "}], WHY, "checked against"),
        (SAMPLE, " ", "needs a reason"),
    ):
        with pytest.raises(EntryRefused, match=words), archive.writing(signer) as batch:
            verbs.accept(batch, came.position, sample, reason)
    with archive.writing(signer) as batch:
        verbs.accept(batch, came.position, SAMPLE, WHY)
    with pytest.raises(EntryRefused, match="was accepted at"), archive.writing(signer) as batch:
        verbs.accept(batch, came.position, SAMPLE, WHY)
    with archive.writing(signer) as batch:
        verbs.retract(batch, came.position, "list", "It was invented")
    assert seen() == set()


def test_nothing_is_added_to_a_list_that_was_accepted(archive: Archive) -> None:
    signer = add_reviewer(archive)
    with archive.writing(signer) as batch:
        came = bring(batch)
        paper = newspaper(batch, "apart")
        town = verbs.mention(batch, "place", "Another town", marking=PUBLIC)
    with archive.writing(signer) as batch:
        verbs.accept(batch, came.position, SAMPLE, WHY)
        with pytest.raises(AlreadyEnded, match="as it is"):
            verbs.mention(batch, "place", "Added later", list=came, marking=PUBLIC)
    with archive.writing(signer) as batch, pytest.raises(AlreadyEnded, match="as it is"):
        says(batch, town, paper, "Added later", list_=came)


def test_an_archive_of_old_is_asked_only_from_its_policy_on(
    archive_maker: ArchiveMaker, backend: str, tmp_path: Path
) -> None:
    old = archive_maker.without_gate(tmp_path / "old", backend)
    signer = add_reviewer(old)
    with old.writing(signer) as batch:
        bring(batch, "before")
    assert "said by before" in seen()
    with old.writing(signer) as batch:
        verbs.gate_policy(batch, gates.DEFAULT, "A film star was shown as a police officer")
        after = bring(batch, "after")
    assert seen() == {"said by before", "Town of before"}
    with old.writing(signer) as batch:  # a laxer policy opens nothing
        verbs.gate_policy(batch, GateRules(acceptance=False, another_person=False), "A trial")
        bring(batch, "later")
    assert {"said by before", "said by later"} <= seen()
    assert "said by after" not in seen()
    with pytest.raises(EntryRefused, match="already"), old.writing(signer) as batch:
        verbs.gate_policy(batch, GateRules(acceptance=False, another_person=False), "Again")
    rebuilding.rebuild(old)
    assert "said by after" not in seen()
    with old.writing(signer) as batch:
        verbs.accept(batch, after.position, SAMPLE, WHY)
    assert "said by after" in seen()
    assert not verify(old).faults


# --- pictures --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Portrait:
    """A picture that somebody says shows an officer, with a consent that needs no asking."""

    signer: Signer
    other: Signer
    exhibit: Ref
    place: Ref
    photo: Ref
    officer: Ref
    claim: Ref
    paper: Ref


def seal_picture(
    archive: Archive, folder: Path, name: str, data: bytes, *, hashed: bool = True
) -> Ref:
    path = folder / name
    path.write_bytes(data)
    sealed = seal_all(archive, [Received(path, marking=PUBLIC)], [])[0]
    with archive.writing() as batch:
        made = record_with_layer(batch, sealed)[0]
        if hashed:
            verbs.picture_hash(batch, made, None, "It is not a picture that opens.")
    return made


def depict(
    batch: Batch, photo: Ref, whom: Ref, place: Ref | None, source: Ref, **more: object
) -> Ref:
    return verbs.claim(
        batch,
        photo,
        "depicts",
        values.reference(whom.entry_id),
        [Attribution(source)],
        passages=() if place is None else (place,),
        **{"marking": PUBLIC, **more},  # type: ignore[arg-type]
    )


def portrait(archive: Archive, folder: Path) -> Portrait:
    signer, other = add_reviewer(archive), add_reviewer(archive)
    exhibit = seal_picture(archive, folder, "officer.png", b"\x89PNG of an officer")
    with archive.writing(signer) as batch:
        paper = newspaper(batch)
        place = verbs.locate(batch, exhibit.position, Location("whole"), marking=PUBLIC)
        photo = verbs.mention(batch, "document", "Portrait", marking=PUBLIC)
        officer = verbs.mention(batch, "person", "Officer Test", marking=PUBLIC)
        verbs.consent(batch, officer, basis="public-statement", audience="public")
        claim = depict(batch, photo, officer, place, paper)
        batch.sign_batch()
    return Portrait(signer, other, exhibit, place, photo, officer, claim, paper)


def public(model: type[m.Projection], thing: Ref) -> bool:
    return visible(ANYONE, model).filter(position=thing.position).exists()


def assess(archive: Archive, signer: Signer, claim: Ref, grade: str, reason: str = "He said so"):  # type: ignore[no-untyped-def]
    with archive.writing(signer) as batch:
        return verbs.assess(batch, claim.position, "claim", "depiction", grade, reason)


def counts(claim: Ref, archive: Archive, as_of: int | None = None) -> bool:
    rows = live_claims(OWNER, archive.size if as_of is None else as_of)
    return rows.filter(position=claim.position).exists()


def test_what_a_picture_shows_counts_once_another_person_confirmed_it(
    archive: Archive, tmp_path: Path
) -> None:
    p = portrait(archive, tmp_path)
    assert not counts(p.claim, archive)
    for model, thing in ((m.Claim, p.claim), (m.Exhibit, p.exhibit), (m.Mention, p.photo)):
        assert not public(model, thing)
    assert not public(m.Passage, p.place)
    with pytest.raises(EntryRefused, match="someone other"):
        assess(archive, p.signer, p.claim, "shows")
    with pytest.raises(EntryRefused, match="without a reason"):
        assess(archive, p.other, p.claim, "shows", "  ")
    before = archive.size
    assess(archive, p.other, p.claim, "shows")
    assert counts(p.claim, archive)
    assert not counts(p.claim, archive, before)
    for model, thing in ((m.Claim, p.claim), (m.Exhibit, p.exhibit), (m.Mention, p.photo)):
        assert public(model, thing)
    assess(archive, p.other, p.claim, "does-not-show", "He is an actor")
    assert not counts(p.claim, archive)
    assert not public(m.Exhibit, p.exhibit)
    rebuilding.rebuild(archive)
    assert not public(m.Exhibit, p.exhibit)
    assert not counts(p.claim, archive)
    assert not verify(archive).faults


def test_a_second_name_closes_a_picture_until_that_is_settled_too(
    archive: Archive, tmp_path: Path
) -> None:
    """And a retracted claim leaves the picture closed until somebody says whom it shows."""
    p = portrait(archive, tmp_path)
    assess(archive, p.other, p.claim, "shows")
    with archive.writing(p.signer) as batch:
        cites = says(batch, p.photo, p.paper, "On the wall", passages=(p.place,))
        town = verbs.mention(batch, "place", "Town", marking=PUBLIC)
        elsewhere = says(batch, town, p.paper, "Seen behind him", passages=(p.place,))
    assert public(m.Claim, elsewhere)
    with archive.writing(p.signer) as batch:
        actor = verbs.mention(batch, "person", "Actor Test", marking=PUBLIC)
        verbs.consent(batch, actor, basis="public-statement", audience="public")
        second = depict(batch, p.photo, actor, p.place, p.paper)
    for model, thing in ((m.Exhibit, p.exhibit), (m.Claim, cites), (m.Claim, elsewhere)):
        assert not public(model, thing)
    with archive.writing(p.signer) as batch:
        verbs.retract(batch, second.position, "claim", "The wrong name")
    for model, thing in ((m.Exhibit, p.exhibit), (m.Claim, elsewhere)):
        assert public(model, thing)
    with archive.writing(p.signer) as batch:
        verbs.retract(batch, p.claim.position, "claim", "It is an actor")
    assert not public(m.Exhibit, p.exhibit)
    with archive.writing(p.signer) as batch:
        right = depict(batch, p.photo, actor, p.place, p.paper)
    assert not public(m.Exhibit, p.exhibit)
    assess(archive, p.other, right, "shows")
    assert public(m.Exhibit, p.exhibit)
    assert public(m.Claim, right)


def test_a_corrected_claim_is_looked_at_anew(archive: Archive, tmp_path: Path) -> None:
    p = portrait(archive, tmp_path)
    assess(archive, p.other, p.claim, "shows")
    with archive.writing(p.signer) as batch:
        corrected = verbs.correct(
            batch,
            p.claim.position,
            subject=p.photo,
            property="depicts",
            value=values.reference(p.officer.entry_id),
            attribution=[Attribution(p.paper)],
            passages=(p.place,),
            marking=PUBLIC,
        )
    assert not public(m.Claim, corrected)
    assert not public(m.Exhibit, p.exhibit)
    assess(archive, p.other, corrected, "shows")
    assert public(m.Exhibit, p.exhibit)


def test_a_document_of_words_stays_public_and_the_place_in_it_waits(
    archive: Archive, tmp_path: Path
) -> None:
    """A claim on one page of a long report must not take the report from readers."""
    p = portrait(archive, tmp_path)
    report = seal_picture(archive, tmp_path, "report.pdf", b"%PDF a report")
    with archive.writing(p.signer) as batch:
        place = verbs.locate(batch, report.position, Location("whole"), marking=PUBLIC)
        claim = depict(batch, p.photo, p.officer, place, p.paper)
    assert public(m.Exhibit, report)
    assert not public(m.Claim, claim)


def test_what_is_erased_of_a_list_is_as_strict_as_it_was(archive: Archive, tmp_path: Path) -> None:
    """A replay finds a row that is erased, and with it that its list was never accepted."""
    p = portrait(archive, tmp_path)
    with archive.writing(p.signer) as batch:
        came = bring(batch)
        (town,) = m.Mention.objects.filter(list=came.position).values_list("position", flat=True)
        free = verbs.mention(batch, "place", "Freetown", marking=PUBLIC)
        same = verbs.judge(batch, town, free, "same", "One town", marking=PUBLIC)
        noted = says(batch, Ref(_id(town), town), p.paper, "Said apart")
    row = m.Claim.objects.get(list=came.position)
    what = plan(archive, "claim", [noted.position, row.position])
    with archive.writing(p.signer) as batch:
        request = request_erasure(batch, what, "withdrawn", "As asked.").position
    with archive.writing(p.other) as batch:
        approve_erasure(batch, request)
    carry_out(archive, request, p.signer, tmp_path / "after", only_own_keys=True)
    again = open_archive(archive.directory)
    assert not visible(ANYONE, m.Judgement).filter(position=same.position).exists()
    erased = json.dumps(
        [f.fields for f in facts(0, again.size) if f.fields.get("kind") == "erasure"]
    )
    assert f'"gates": [{came.position}]' in erased
    assert verify(again).faults == []
    assert rebuilding.check() == []


def test_anybody_may_confirm_where_the_policy_says_so(
    archive_maker: ArchiveMaker, backend: str, tmp_path: Path
) -> None:
    one = archive_maker.without_gate(tmp_path / "alone", backend)
    signer = add_reviewer(one)
    with one.writing(signer) as batch:
        verbs.gate_policy(batch, GateRules(acceptance=True, another_person=False), "One person")
    exhibit = seal_picture(one, tmp_path, "town.png", b"\x89PNG of a town")
    with one.writing(signer) as batch:
        paper = newspaper(batch)
        place = verbs.locate(batch, exhibit.position, Location("whole"), marking=PUBLIC)
        photo = verbs.mention(batch, "document", "Town", marking=PUBLIC)
        town = verbs.mention(batch, "place", "Example town", marking=PUBLIC)
        claim = depict(batch, photo, town, place, paper)
    assess(one, signer, claim, "shows", "I stood there")
    assert public(m.Claim, claim)


def test_only_a_claim_of_depicts_is_assessed_by_it(archive: Archive, tmp_path: Path) -> None:
    p = portrait(archive, tmp_path)
    with archive.writing(p.signer) as batch:
        name = says(batch, p.photo, p.paper)
    for target, kind in ((name, "claim"), (p.paper, "source")):
        with pytest.raises(EntryRefused, match="not assessed on"), archive.writing(p.other) as b:
            verbs.assess(b, target.position, kind, "depiction", "shows", "He said so")
