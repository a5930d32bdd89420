"""Who sees what: owner, public, and a researcher cleared for one compartment."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.archive.making import (
    PUBLIC,
    acting,
    add_reviewer,
    newspaper,
    place_mention,
    says,
    seal_text,
)

from habeas.archive import models as m
from habeas.archive import openness, verbs
from habeas.archive.access import OWNER, Viewer, explain, newest, team_member, visible
from habeas.archive.access import PUBLIC as THE_PUBLIC
from habeas.archive.access.labels import Need, label_id, strictest
from habeas.archive.blast_radius import blast_radius
from habeas.archive.errors import EntryRefused
from habeas.archive.joined import find_all
from habeas.archive.ledger import rebuilding
from habeas.archive.opening import Archive
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verbs.referring import Marking


def seen(viewer: Viewer, model: type[m.Projection] = m.Claim) -> set[int]:
    return set(visible(viewer, model).values_list("position", flat=True))


def test_each_viewer_sees_what_they_are_cleared_for(archive: Archive) -> None:
    with archive.writing() as batch:
        case = verbs.compartment(batch, "case-7", "Case 7")
        subject, source = place_mention(batch), newspaper(batch)
        public = says(batch, subject, source, "a")
        team = says(batch, subject, source, "b", marking=Marking())
        restricted = says(batch, subject, source, "c", marking=Marking(handling="restricted"))
        elsewhere = says(batch, subject, source, "d", marking=Marking(case))
    everything = {r.position for r in (public, team, restricted, elsewhere)}
    assert seen(OWNER) == everything
    assert seen(THE_PUBLIC) == {public.position}
    assert seen(team_member("r", {"main": "team"})) == {public.position, team.position}
    assert seen(team_member("r", {"main": "restricted"})) == everything - {elsewhere.position}
    assert seen(team_member("r", {"main": "sealed", "case-7": "team"})) == everything
    assert seen(team_member("r", {"case-7": "sealed"})) == {public.position}
    assert seen(team_member("r", {})) == {public.position}


def test_a_claim_is_as_strict_as_its_strictest_part(archive: Archive, tmp_path: Path) -> None:
    with archive.writing() as batch:
        case = verbs.compartment(batch, "case-7", "Case 7")
        hidden_source = newspaper(batch, "hidden", Marking(case, "restricted"))
        open_source, subject = newspaper(batch), place_mention(batch)
        by_source = says(batch, subject, hidden_source)
        passed_on = verbs.claim(
            batch,
            subject,
            "name",
            _text("x"),
            [Attribution(open_source), Attribution(hidden_source)],
            marking=PUBLIC,
        )
        by_subject = says(batch, place_mention(batch, "b", Marking(handling="sealed")), open_source)
    assert not seen(THE_PUBLIC) & {r.position for r in (by_source, passed_on, by_subject)}
    cleared = team_member("r", {"main": "team", "case-7": "restricted"})
    assert seen(cleared) == {by_source.position, passed_on.position}
    reason = explain(
        team_member("r", {"main": "team"}), m.Claim.objects.get(position=by_source.position)
    )
    assert not reason.allowed
    assert "case-7 at level restricted" in reason.sentence


def _text(text: str) -> object:
    from habeas.vocabulary import values

    return values.text(text)


def test_a_person_is_public_only_while_they_agree(archive: Archive) -> None:
    with archive.writing() as batch:
        person = verbs.mention(batch, "person", "Test Person", marking=PUBLIC)
        claim = says(batch, person, newspaper(batch))
    assert seen(THE_PUBLIC) == set()
    assert not explain(THE_PUBLIC, m.Claim.objects.get(position=claim.position)).allowed
    with archive.writing(acting(archive)) as batch:
        verbs.consent(batch, person, basis="public-statement", audience="public")
    assert seen(THE_PUBLIC) == {claim.position}
    with archive.writing(acting(archive)) as batch:
        verbs.withdraw(batch, person.position, "She asked us.")
    assert seen(THE_PUBLIC) == set()
    assert seen(OWNER) == {claim.position}


@pytest.mark.parametrize(("expires", "public"), [("2000-01-01", False), ("2999-01-01", True)])
def test_consent_ends_on_its_day(archive: Archive, expires: str, public: bool) -> None:
    with archive.writing(acting(archive)) as batch:
        person = verbs.mention(batch, "person", "Test Person", marking=PUBLIC)
        says(batch, person, newspaper(batch))
        verbs.consent(batch, person, basis="given", audience="public", expires=expires)
    assert bool(seen(THE_PUBLIC)) is public


def test_consent_for_the_team_is_not_consent_for_the_public(archive: Archive) -> None:
    with archive.writing(acting(archive)) as batch:
        person = verbs.mention(batch, "person", "Test Person", marking=PUBLIC)
        says(batch, person, newspaper(batch))
        verbs.consent(batch, person, basis="given", audience="team")
    assert seen(THE_PUBLIC) == set()


def test_the_newest_consent_stands(archive: Archive) -> None:
    with archive.writing(acting(archive)) as batch:
        person = verbs.mention(batch, "person", "Test Person", marking=PUBLIC)
        claim = says(batch, person, newspaper(batch))
        verbs.consent(batch, person, basis="given", audience="public")
        verbs.consent(batch, person, basis="given", audience="team")
    assert seen(THE_PUBLIC) == set()
    with archive.writing(acting(archive)) as batch:
        verbs.consent(batch, person, basis="given", audience="public")
    assert seen(THE_PUBLIC) == {claim.position}


@pytest.mark.parametrize(
    ("purposes", "public"), [((), True), (("legal",), False), (("legal", "publication"), True)]
)
def test_consent_to_other_purposes_is_not_consent_to_publication(
    archive: Archive, purposes: tuple[str, ...], public: bool
) -> None:
    with archive.writing(acting(archive)) as batch:
        person = verbs.mention(batch, "person", "Test Person", marking=PUBLIC)
        says(batch, person, newspaper(batch))
        verbs.consent(batch, person, basis="given", audience="public", purposes=purposes)
    assert bool(seen(THE_PUBLIC)) is public


def test_consent_follows_the_record_and_leaves_with_an_undone_judgement(archive: Archive) -> None:
    reviewer = add_reviewer(archive)
    with archive.writing(reviewer) as batch:
        known = verbs.mention(batch, "person", "Test Person", marking=PUBLIC)
        other = verbs.mention(batch, "person", "T. Person", marking=PUBLIC)
        claim = says(batch, other, newspaper(batch))
        verbs.consent(batch, known, basis="given", audience="public")
        judged = verbs.judge(batch, known, other, "same", "Same birth date.")
    assert seen(THE_PUBLIC) == {claim.position}
    with archive.writing(reviewer) as batch:
        verbs.retract(batch, judged, "judgement", "Two people.")
    assert seen(THE_PUBLIC) == set()


def test_a_withdrawal_counts_for_every_mention_of_the_person(archive: Archive) -> None:
    reviewer = add_reviewer(archive)
    with archive.writing(reviewer) as batch:
        one, other = (
            verbs.mention(batch, "person", n, marking=PUBLIC) for n in ("T. P.", "Test P.")
        )
        says(batch, one, newspaper(batch))
        verbs.consent(batch, one, basis="given", audience="public")
        verbs.judge(batch, one, other, "same", "Same birth date.")
    assert len(seen(THE_PUBLIC)) == 1
    with archive.writing(acting(archive)) as batch:
        verbs.withdraw(batch, other.position, "She asked us.")
    assert seen(THE_PUBLIC) == set()
    with archive.writing(acting(archive)) as batch:
        verbs.consent(batch, other.position, basis="given", audience="public")
    assert len(seen(THE_PUBLIC)) == 1
    assert rebuilding.check() == []


def test_a_withdrawal_outlasts_an_older_consent_that_is_joined_later(archive: Archive) -> None:
    reviewer = add_reviewer(archive)
    with archive.writing(reviewer) as batch:
        one, other = (
            verbs.mention(batch, "person", n, marking=PUBLIC) for n in ("T. P.", "Test P.")
        )
        claim = says(batch, one, newspaper(batch))
        for mention in (one, other):
            verbs.consent(batch, mention, basis="given", audience="public")
        verbs.withdraw(batch, other)
    assert seen(THE_PUBLIC) == {claim.position}
    with archive.writing(reviewer) as batch:
        judged = verbs.judge(batch, one, other, "same", "Same birth date.")
    assert seen(THE_PUBLIC) == set()
    with archive.writing(reviewer) as batch:
        verbs.retract(batch, judged, "judgement", "Two people.")
    assert seen(THE_PUBLIC) == {claim.position}
    assert rebuilding.check() == []


@pytest.mark.parametrize("expires", ["20270131", "2027-W04-7", "2027-02-30", "2027"])
def test_consent_ends_on_a_day_that_can_be_compared(archive: Archive, expires: str) -> None:
    with archive.writing() as batch:
        person = verbs.mention(batch, "person", "Test Person")
    with pytest.raises(EntryRefused, match="not a day"), archive.writing(acting(archive)) as batch:
        verbs.consent(batch, person, basis="given", audience="public", expires=expires)


def test_a_witness_source_needs_consent_and_has_no_name(archive: Archive) -> None:
    with archive.writing() as batch:
        witness = verbs.source(batch, "W-12", "witness", marking=PUBLIC)
        claim = says(batch, place_mention(batch), witness)
    assert seen(THE_PUBLIC) == set()
    with archive.writing(acting(archive)) as batch:
        verbs.consent(batch, witness, basis="given", audience="public")
    assert seen(THE_PUBLIC) == {claim.position}


def test_a_source_stood_until_it_was_retracted_for_whoever_may_know(archive: Archive) -> None:
    with archive.writing() as batch:
        source = newspaper(batch, marking=Marking())
    with archive.writing(add_reviewer(archive)) as batch:
        taken = verbs.retract(batch, source, "source", "It was invented.")
    for viewer in (OWNER, team_member("a researcher", {"main": "team"})):
        for size, stands in ((taken.position, True), (taken.position + 1, False), (None, False)):
            rows = newest(viewer, m.Source, size)
            assert rows.filter(position=source.position).exists() is stands


def test_a_record_is_as_strict_as_what_joins_it(archive: Archive) -> None:
    with archive.writing(add_reviewer(archive)) as batch:
        one, other = place_mention(batch), place_mention(batch)
        verbs.judge(batch, one, other, "same", "A test.", marking=Marking(handling="sealed"))
    levels = {
        viewer.name: openness.of(viewer, {"record": [other.position]})["record", other.position]
        for viewer in (OWNER, team_member("a researcher", {"main": "team"}))
    }
    assert {name: each.handling for name, each in levels.items()} == {
        "owner": "sealed",
        "a researcher": "public",
    }


def test_links_and_blast_radius_show_no_more_than_rows_do(archive: Archive, tmp_path: Path) -> None:
    exhibit, _ = seal_text(archive, tmp_path)
    with archive.writing() as batch:
        source, hidden = newspaper(batch), place_mention(batch, "hidden", Marking())
        shown = says(batch, place_mention(batch), source)
        says(batch, hidden, source)
    radius = blast_radius(THE_PUBLIC, source.position)
    assert radius is not None
    assert radius.claims == (shown.position,)
    assert blast_radius(THE_PUBLIC, hidden.position) is None
    assert set(visible(THE_PUBLIC, m.ClaimSource).values_list("claim", flat=True)) == {
        shown.position
    }
    assert exhibit.position in seen(THE_PUBLIC, m.Exhibit)
    assert not visible(THE_PUBLIC, m.Label).exists()


def test_blast_radius_joins_by_no_hidden_judgement(archive: Archive) -> None:
    reviewer = add_reviewer(archive)
    with archive.writing(reviewer) as batch:
        source = newspaper(batch)
        hidden = place_mention(batch, "hidden", Marking())
        one, other, third = (place_mention(batch, name) for name in ("one", "other", "third"))
        claims = [says(batch, mention, source).position for mention in (one, other, third)]
        shown = verbs.judge(batch, one, other, "same", "x", marking=PUBLIC)
        verbs.judge(batch, hidden, one, "same", "x")
        verbs.judge(batch, other, third, "same", "x")
    for position in (source.position, shown.position):
        mine = blast_radius(OWNER, position)
        assert mine is not None
        assert (list(mine.claims), mine.records) == (claims, (hidden.position,))
    public = blast_radius(THE_PUBLIC, source.position)
    assert public is not None
    assert public.records == (one.position, third.position)
    public = blast_radius(THE_PUBLIC, shown.position)
    assert public is not None
    assert (list(public.claims), public.records) == (claims[:2], (one.position,))
    both = find_all(THE_PUBLIC, [one.position, other.position])  # asked for by all its mentions
    assert {record.position for record in both.values()} == {one.position}


NEEDS = st.one_of(
    st.tuples(st.one_of(st.none(), st.integers(0, 3)), st.integers(0, 3)),
    st.tuples(st.just("consent"), st.integers(0, 5)),
)


@given(st.lists(NEEDS, max_size=8), st.lists(NEEDS, max_size=8))
def test_joining_labels_is_commutative_idempotent_and_never_laxer(
    left: list[Need], right: list[Need]
) -> None:
    joined = strictest([*left, *right])
    assert joined == strictest([*right, *left])
    assert label_id(joined) == label_id(strictest(joined))
    for first, second in left:
        assert any(
            f == first and (s == second if isinstance(f, str) else s >= second) for f, s in joined
        )
