"""A count of detentions is as strict as what makes their people one."""

from __future__ import annotations

import pytest
from tests.archive.making import PUBLIC, add_reviewer, newspaper

from habeas.archive import verbs
from habeas.archive.access import OWNER
from habeas.archive.opening import Archive
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verbs.referring import Marking
from habeas.exchange.tidy.parts import parts
from habeas.exchange.tidy.reading import TidyReader
from habeas.figures.definition.definitions import parse
from habeas.figures.evaluation.evaluating import evaluate_afresh
from habeas.vocabulary import values

RESTRICTED = Marking(handling="restricted")
STAYS = parse(
    "{key: stays, title: Stays, kind: counted, counts: detention, handling: public, "
    "rules: [{rule: has-claim, property: held_from}]}"
)
HELD = parse(
    "{key: held, title: Held, kind: counted, counts: person, handling: public, "
    "rules: [{rule: has-record, kind: detention, claims: [{property: held_from}]}]}"
)


@pytest.mark.parametrize("which", ["stays", "held"])
@pytest.mark.parametrize("how", ["joined", "grouped"])
def test_a_count_of_detentions_is_as_strict_as_what_joins_their_people(
    archive: Archive, which: str, how: str
) -> None:
    signer = add_reviewer(archive)
    with archive.writing(signer) as batch:
        paper = newspaper(batch)
        people = [verbs.mention(batch, "person", name, marking=PUBLIC) for name in ("One", "Two")]
        for person in people:
            verbs.consent(batch, person, basis="public-statement", audience="public")
        stays = [verbs.mention(batch, "detention", "Stay", of=p, marking=PUBLIC) for p in people]
        said = [Attribution(paper)]
        for stay in stays:
            verbs.claim(batch, stay, "held_from", values.date("2017"), said, marking=PUBLIC)
        taken = verbs.claim(batch, people[1], "detained", values.date("2018"), said, marking=PUBLIC)
        verbs.judge(batch, *people, "same", "One.", marking=RESTRICTED)
        if how == "joined":
            verbs.judge(batch, *stays, "same", "One.", marking=PUBLIC)
        else:
            verbs.group(batch, stays[0], [taken], "The same.", marking=PUBLIC)
    definition = {"stays": STAYS, "held": HELD}[which]
    viewer = OWNER.with_purpose(1)
    found = evaluate_afresh(definition, viewer, archive.size)
    assert found.handling == "restricted", found.headline
    reader = TidyReader(viewer, archive.size)
    rows = [row for some in parts(reader, found) for row in some]
    assert {row[-5] for row in rows} == {"restricted"}, rows
