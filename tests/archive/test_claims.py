"""Claims: corrected, retracted, superseded, never edited; and what a verb refuses."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from tests.archive.making import (
    TEXT,
    add_reviewer,
    newspaper,
    place_mention,
    says,
    seal_text,
    text_value,
)

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, live, visible
from habeas.archive.errors import AlreadyEnded, EntryRefused, PassageOutside
from habeas.archive.opening import Archive
from habeas.archive.verbs.claiming import Attribution
from habeas.vocabulary import schema


def live_claims(as_of: int | None = None) -> set[int]:
    return set(live(visible(OWNER, m.Claim), as_of).values_list("position", flat=True))


def test_a_correction_supersedes_and_the_old_value_stays_as_of_before(archive: Archive) -> None:
    reviewer = add_reviewer(archive)
    with archive.writing() as batch:
        subject, source = place_mention(batch), newspaper(batch)
        old = says(batch, subject, source, "Exampel")
    before = archive.size
    with archive.writing(reviewer) as batch:
        new = verbs.correct(
            batch,
            old.position,
            subject=subject,
            property="name",
            value=text_value("Example"),
            attribution=[Attribution(source)],
        )
    assert live_claims() == {new.position}
    assert live_claims(as_of=before) == {old.position}
    ended = m.Claim.objects.get(position=old.position)
    assert (ended.ended_at, ended.ended_by) == (new.position, "superseded")
    with pytest.raises(AlreadyEnded), archive.writing(reviewer) as batch:
        verbs.correct(batch, old.position)


@pytest.mark.parametrize("role", ["speaker", "channel"])
def test_retracting_a_source_ends_what_it_says_and_passes_on(archive: Archive, role: str) -> None:
    reviewer = add_reviewer(archive)
    with archive.writing() as batch:
        subject, bad, good = place_mention(batch), newspaper(batch, "bad"), newspaper(batch, "good")
        chain = [Attribution(bad), Attribution(good)]
        if role == "channel":
            chain.reverse()
        hit = verbs.claim(batch, subject, "name", text_value("A"), chain)
        spared = says(batch, subject, good, "B")
    with archive.writing(reviewer) as batch:
        verbs.retract(batch, bad.position, "source", "It copied a forgery.")
    assert live_claims() == {spared.position}
    with pytest.raises(AlreadyEnded, match="was retracted"), archive.writing() as batch:
        says(batch, subject, bad, "C")
    assert m.Claim.objects.get(position=hit.position).ended_why == bad.position


def test_retracting_a_list_ends_its_claims_and_mentions_only(archive: Archive) -> None:
    reviewer = add_reviewer(archive)
    with archive.writing() as batch:
        source = newspaper(batch)
        imported = verbs.begin_list(batch, "leak", "0" * 64)
        inside = verbs.mention(batch, "person", "Test Person", list=imported)
        says(batch, inside, source, list_=imported)
        outside = says(batch, place_mention(batch), source)
    with archive.writing(reviewer) as batch:
        verbs.retract(batch, imported, "list", "It holds film stars.")
    assert live_claims() == {outside.position}
    assert m.Mention.objects.get(position=inside.position).ended_by == "retracted"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"property": "colour"}, "No property"),
        ({"property": "capacity"}, "not one of a place"),
        ({"property": "location"}, "takes a place"),
        ({"stance": "shouts"}, "No stance"),
        ({"attribution": []}, "A claim needs a source"),
    ],
)
def test_what_a_claim_refuses(archive: Archive, change: dict[str, object], message: str) -> None:
    with archive.writing() as batch:
        subject, source = place_mention(batch), newspaper(batch)
    given = {"property": "name", "value": text_value("x"), "attribution": [Attribution(source)]}
    with pytest.raises(EntryRefused, match=message), archive.writing() as batch:
        verbs.claim(batch, subject, **(given | change))  # type: ignore[arg-type]


def test_a_claim_is_never_handled_laxer_than_its_property(archive: Archive) -> None:
    with archive.writing() as batch:
        person = verbs.mention(batch, "person", "Test Person")
        claim = verbs.claim(
            batch, person, "relative_of", _reference(person), [Attribution(newspaper(batch))]
        )
    label = m.Claim.objects.get(position=claim.position).label
    assert m.Label.objects.get(id=label).level >= 1


def _reference(mention: object) -> object:
    from habeas.vocabulary import values

    return values.reference(mention.entry_id)  # type: ignore[attr-defined]


def test_a_passage_keeps_its_quote_and_context_and_lies_inside(
    archive: Archive, tmp_path: Path
) -> None:
    exhibit, layer = seal_text(archive, tmp_path)
    start = TEXT.index("例子")
    with archive.writing() as batch:
        passage = verbs.cite(batch, exhibit, layer, TEXT, start, start + 2)
    row = m.Passage.objects.get(position=passage.position)
    assert (row.quote, row.suffix) == ("例子", " says the same.")
    assert TEXT[:start].endswith(row.prefix)
    assert len(row.prefix) == 32
    with pytest.raises(PassageOutside), archive.writing() as batch:
        verbs.cite(batch, exhibit, layer, TEXT, 10, len(TEXT) + 1)


def test_nul_in_a_value_survives_in_content_and_is_shown_as_a_symbol(archive: Archive) -> None:
    with archive.writing() as batch:
        mention = place_mention(batch, "a\x00b")
    assert m.Mention.objects.get(position=mention.position).caption == "a\u2400b"


def test_the_vocabulary_of_a_claim_is_in_the_ledger(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also after a program with a newer vocabulary took over."""
    newer = dataclasses.replace(schema.core(), digest="f" * 64, text="newer")
    monkeypatch.setattr("habeas.archive.regions.vocabulary", lambda: newer)
    with archive.writing() as batch:
        subject, source = place_mention(batch), newspaper(batch)
        for value in "abc":
            says(batch, subject, source, value)
    assert m.Vocabulary.objects.filter(digest="f" * 64).count() == 1
    with archive.writing() as batch:
        says(batch, subject, source, "d")
    assert m.Vocabulary.objects.count() == 2
    assert set(m.Claim.objects.values_list("vocabulary", flat=True)) == {"f" * 64}


def test_a_retracted_list_takes_nothing_more(archive: Archive) -> None:
    reviewer = add_reviewer(archive)
    with archive.writing() as batch:
        subject, source = place_mention(batch), newspaper(batch)
        wrong = verbs.begin_list(batch, "wrong file", "0" * 64)
    with archive.writing(reviewer) as batch:
        verbs.retract(batch, wrong, "list", "It was the wrong file.")
        with pytest.raises(AlreadyEnded, match="was retracted"):
            verbs.mention(batch, "place", "One more", list=wrong)
    chain = [Attribution(source)]
    with pytest.raises(AlreadyEnded, match="was retracted"), archive.writing() as batch:
        verbs.claim(batch, subject, "name", text_value("A"), chain, list=wrong)
    assert live_claims() == set()
