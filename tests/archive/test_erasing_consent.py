"""One person's withdrawal: all that rests on their word goes, what they share is blocked."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from tests.archive.making import PUBLIC, add_reviewer, newspaper, place_mention, says, seal_text

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, visible
from habeas.archive.access import PUBLIC as THE_PUBLIC
from habeas.archive.erasing.carrying_out import carry_out
from habeas.archive.erasing.decisions import approve_erasure, request_erasure
from habeas.archive.erasing.planning import plan
from habeas.archive.errors import EntryRefused, ExhibitBlocked
from habeas.archive.exhibits.blocking import LEFT_OUT, redacted, without
from habeas.archive.ledger import rebuilding
from habeas.archive.opening import Archive, open_archive
from habeas.archive.readings import layer_text
from habeas.archive.store.facts import facts
from habeas.archive.verbs.blocking import block, unblock
from habeas.archive.verify.verifying import verify

TEXT = "Aygul Test was held in the school. The other one saw the gate."


def test_a_withdrawal_takes_what_the_person_said_and_leaves_others(
    archive: Archive, tmp_path: Path
) -> None:
    one, two = add_reviewer(archive), add_reviewer(archive)
    exhibit, layer = seal_text(archive, tmp_path, TEXT)
    with archive.writing(one) as batch:
        witness = verbs.source(batch, "W-1", "witness", about="x", marking=PUBLIC)
        paper, town = newspaper(batch), place_mention(batch)
        hers = verbs.cite(batch, exhibit, layer, TEXT, 0, 34, marking=PUBLIC)
        others = verbs.cite(batch, exhibit, layer, TEXT, 35, 62, marking=PUBLIC)
        person = verbs.mention(batch, "person", "Aygul Test", marking=PUBLIC)
        verbs.consent(batch, witness, basis="given", audience="public")
        said = says(batch, person, witness, "Aygul Test", passages=(hers,))
        seen = says(batch, town, paper, "The gate", passages=(others,))
        verbs.withdraw(batch, witness)
    what = plan(archive, "consent", [witness.position])
    assert what.others == {exhibit.position: 1}
    assert {said.position, hers.position, person.position, witness.position} < set(what.erased)
    assert what.trimmed == (others.position,)  # her words stood beside the other's quote
    assert not {exhibit.position, others.position, seen.position} & set(what.erased)
    with archive.writing(one) as batch:
        request = request_erasure(batch, what, "withdrawn", "As asked.").position
    with archive.writing(two) as batch:
        approve_erasure(batch, request)
    carry_out(archive, request, one, tmp_path / "after", only_own_keys=True)
    again = open_archive(archive.directory)
    assert m.Claim.objects.get().position == seen.position
    left = m.Passage.objects.get()
    assert (left.quote, left.prefix, left.suffix) == (TEXT[35:62], "", "")
    assert "Aygul" not in str([f.fields for f in facts(0, again.size)])
    assert verify(again).faults == []
    assert rebuilding.check() == []


def test_a_blocked_exhibit_is_given_to_nobody_and_is_still_verified(
    archive: Archive, tmp_path: Path
) -> None:
    person = add_reviewer(archive)
    exhibit, layer = seal_text(archive, tmp_path, TEXT)
    row, text = m.Exhibit.objects.get(), m.Layer.objects.get()
    with archive.writing(person) as batch:
        block(batch, exhibit, "Somebody withdrew.")
    with pytest.raises(ExhibitBlocked, match=f"Exhibit {exhibit.position} is blocked"):
        archive.read_object(row.address)
    with pytest.raises(ExhibitBlocked):
        archive.copy_object(row.address, io.BytesIO())
    with pytest.raises(ExhibitBlocked):
        layer_text(archive, text)
    assert not visible(OWNER, m.Layer).exists()
    assert visible(OWNER, m.Exhibit).exists()  # that it is there is no secret
    assert verify(archive).faults == []
    assert rebuilding.check() == []
    with archive.writing(person) as batch:
        unblock(batch, exhibit, "They agree again.")
    assert archive.read_object(row.address) == TEXT.encode()
    assert rebuilding.check() == []
    assert layer.position == text.position


def test_a_redacted_copy_can_stay_when_the_original_goes(archive: Archive, tmp_path: Path) -> None:
    one, two = add_reviewer(archive), add_reviewer(archive)
    exhibit, _ = seal_text(archive, tmp_path, TEXT)
    with archive.writing(one) as batch:
        block(batch, exhibit, "Somebody withdrew.")
    copy = redacted(archive, exhibit.position, one, [(23, 33)], ["Aygul Test"])
    text = layer_text(archive, m.Layer.objects.get(exhibit=copy.position))
    assert text == f"{LEFT_OUT} was held in {LEFT_OUT}. The other one saw the gate."
    event = m.CustodyEvent.objects.get(event="derived")
    assert (event.exhibit, event.derived) == (exhibit.position, copy.position)
    of_it = {m.Exhibit: copy.position, m.CustodyEvent: event.position}
    for model, position in of_it.items():  # of a public exhibit, and not public with it
        assert visible(OWNER, model).filter(position=position).exists()
        assert not visible(THE_PUBLIC, model).filter(position=position).exists()
    assert not visible(THE_PUBLIC, m.Layer).filter(exhibit=copy.position).exists()
    assert copy.position in plan(archive, "exhibit", [exhibit.position]).erased
    what = plan(archive, "exhibit", [exhibit.position], [copy.position])
    with archive.writing(one) as batch:
        request = request_erasure(batch, what, "withdrawn", "As asked.").position
    with archive.writing(two) as batch:
        approve_erasure(batch, request)
    carry_out(archive, request, one, tmp_path / "after", only_own_keys=True)
    again = open_archive(archive.directory)
    left = m.Exhibit.objects.get()
    assert left.position == copy.position
    assert b"Aygul" not in again.read_object(left.address)
    assert verify(again).faults == []
    assert rebuilding.check() == []


def test_what_is_left_out_does_not_say_how_long_it_was() -> None:
    assert without("abcdefgh", [(1, 3), (2, 5)], ["h"]) == (f"a{LEFT_OUT}fg{LEFT_OUT}", 2)
    assert without("aaa", [], ["aa"]) == (LEFT_OUT, 1)
    assert without("abc", [], ["x", ""]) == ("abc", 0)
    with pytest.raises(EntryRefused, match="4-9"):
        without("abc", [(4, 9)], [])
