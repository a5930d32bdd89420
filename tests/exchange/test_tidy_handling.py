"""How strict a row of a tidy table says that it is: as the strictest of all that it rests on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.archive.making import PUBLIC, TEXT, add_reviewer, seal_text
from tests.exchange.tidy_world import SEALED, TEAM, say

from habeas.archive import verbs
from habeas.archive.access import OWNER, team_member
from habeas.archive.opening import Archive
from habeas.exchange.exporting import writing
from habeas.exchange.tidy.reading import TidyReader

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

UNSAID = """\
key: unsaid
title: Persons of whom no death is claimed
kind: counted
counts: person
rules:
  - {rule: no-claim, property: death_date}
"""


def rows(archive: Archive, kind: str, figure: str = "", viewer: Any = OWNER) -> list[Any]:
    made = writing._rows(archive, TidyReader(viewer, archive.size), kind, figure)
    return [writing.KINDS[kind](*row) for piece in made for row in piece]


def test_a_figures_row_is_as_strict_as_whom_it_counts_without_a_claim(archive: Archive) -> None:
    with archive.writing() as batch:
        verbs.mention(batch, "person", "Sealed Test", marking=SEALED)
        verbs.define(
            batch, key="unsaid", title="Unsaid", kind="counted", text=UNSAID, marking=PUBLIC
        )
    said = {(row.part, row.handling, row.consent) for row in rows(archive, "figure", "unsaid")}
    assert said == {("total", "sealed", "not-agreed"), ("member", "sealed", "not-agreed")}


def test_a_figures_row_is_as_strict_as_its_definition(archive: Archive) -> None:
    with archive.writing() as batch:
        verbs.define(
            batch, key="unsaid", title="Unsaid", kind="counted", text=UNSAID, marking=SEALED
        )
    (total,) = rows(archive, "figure", "unsaid")
    assert (total.counted_lower, total.handling, total.consent) == (0, "sealed", "not-needed")


def test_what_names_a_record_is_as_strict_as_what_joined_it(archive: Archive) -> None:
    person = add_reviewer(archive)
    with archive.writing(person) as batch:
        source = verbs.source(batch, "news", "publication", name="News", marking=PUBLIC)
        town = verbs.mention(batch, "place", "Example town", marking=PUBLIC)
        same = verbs.mention(batch, "place", "Example-Stadt", marking=PUBLIC)
        camp = verbs.mention(batch, "facility", "Example camp", marking=PUBLIC)
        verbs.judge(batch, town, same, "same", "A test.", marking=SEALED)
        say(batch, same, "people_held", "10", source)
        say(batch, camp, "located_in", same.entry_id, source)
        say(batch, camp, "people_held", "20", source)
    everything = {row.property + str(row.record): row.handling for row in rows(archive, "claims")}
    assert everything == {
        f"people_held{town.position}": "sealed",
        f"located_in{camp.position}": "sealed",
        f"people_held{camp.position}": "public",
    }
    assert [row.handling for row in rows(archive, "records")] == ["sealed", "public"]
    team = team_member("ayla", {"main": "team"})
    seen = rows(archive, "records", viewer=team)
    assert [(row.mentions, row.handling) for row in seen] == [(1, "public")] * 3


def test_a_cited_place_is_as_strict_as_what_joined_the_owner(
    archive: Archive, tmp_path: Path
) -> None:
    """As the claim is that cites it: one rule for both."""
    person = add_reviewer(archive)
    exhibit, layer = seal_text(archive, tmp_path)
    with archive.writing(person) as batch:
        source = verbs.source(batch, "news", "publication", name="News", marking=PUBLIC)
        camp = verbs.mention(batch, "facility", "Example camp", marking=PUBLIC)
        same = verbs.mention(batch, "facility", "Example-Lager", marking=PUBLIC)
        view = verbs.mention(batch, "observation", "A picture", of=same, marking=PUBLIC)
        verbs.judge(batch, camp, same, "same", "A test.", marking=SEALED)
        passage = verbs.cite(batch, exhibit, layer, TEXT, 11, 20, marking=PUBLIC)
        say(batch, view, "observed", "2018", source, passages=(passage,))
    for kind in ("claims", "citations", "observations"):
        assert [row.handling for row in rows(archive, kind)] == ["sealed"], kind


def test_an_agreement_that_has_expired_is_none(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = add_reviewer(archive)
    with archive.writing(person) as batch:
        aygul = verbs.mention(batch, "person", "Aygul Test", marking=TEAM)
        verbs.consent(batch, aygul, basis="given", audience="public", expires="2031-05-31")

    def told() -> tuple[str, str]:
        (row,) = rows(archive, "records")
        return row.consent, str(row.consent_until)

    assert told() == ("agreed", "2031-05-31")
    monkeypatch.setattr("habeas.archive.access.consents.today", lambda: "2031-05-31")
    assert told() == ("agreed", "2031-05-31")
    monkeypatch.setattr("habeas.archive.access.consents.today", lambda: "2031-06-01")
    assert told() == ("not-agreed", "None")
