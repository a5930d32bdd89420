"""What is said of a record by account: one speaker's word is said once, and no two are one."""

from __future__ import annotations

import pytest
from tests.archive.making import PUBLIC, newspaper

from habeas.archive import verbs
from habeas.archive.access import OWNER
from habeas.archive.access import PUBLIC as ANYONE
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.opening import Archive
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verbs.referring import TEAM
from habeas.display import records
from habeas.display.asking import Query
from habeas.vocabulary import values


@pytest.fixture
def told(archive: Archive) -> dict[str, Ref]:
    """A facility of which a newspaper speaks twice, once later, and a hidden witness twice."""
    with archive.writing() as batch:
        paper = newspaper(batch)
        one = verbs.source(batch, "w-1", "person", name="First witness", marking=TEAM)
        other = verbs.source(batch, "w-2", "person", name="Second witness", marking=TEAM)
        school = verbs.mention(batch, "facility", "School No. 4", marking=PUBLIC)
        said: dict[str, Ref] = {"school": school}

        def says(name: str, by: Ref, text: str, when: str, property: str = "description") -> None:
            value = values.text(text, language="en")
            given = [Attribution(by, said=when)]
            said[name] = verbs.claim(batch, school, property, value, given, marking=PUBLIC)

        says("early", paper, "It was a school.", "2018")
        says("late", paper, "It has a wall.", "2020")
        says("again", paper, "A former school.", "2018", "other_name")
        says("seen", one, "I saw it.", "2019")
        says("heard", other, "I heard of it.", "2019")
    return said


def shown(viewer: object, school: Ref, **asked: str) -> records.RecordShown:
    return records.record(viewer, school.position, Query(asked))  # type: ignore[arg-type]


def test_an_attribution_is_said_once_and_each_claim_is_in_one_account(
    told: dict[str, Ref],
) -> None:
    page = shown(OWNER, told["school"])
    at = {name: ref.position for name, ref in told.items()}
    assert [account.claims for account in page.accounts] == [
        (at["early"], at["again"]),  # in the order of the ledger, the claims by property
        (at["late"],),
        (at["seen"],),
        (at["heard"],),
    ]
    by_property = [c.position for part in page.properties for c in part.claims]
    assert by_property == [at[n] for n in ("early", "late", "seen", "heard", "again")]
    assert page.otherwise is not None
    assert page.otherwise.asked == (("by", "property"),)


def test_by_property_is_a_link_away(told: dict[str, Ref]) -> None:
    page = shown(OWNER, told["school"], by="property")
    assert page.accounts == ()
    assert page.otherwise is not None
    assert page.otherwise.asked == (("by", "account"),)
    assert shown(OWNER, told["school"], property="other_name").accounts == ()


def test_hidden_speakers_are_not_told_apart(told: dict[str, Ref]) -> None:
    page = shown(ANYONE, told["school"])
    hidden = [a for a in page.accounts if not any(step.source for step in a.attribution)]
    at = {told["seen"].position, told["heard"].position}
    assert [set(account.claims) for account in hidden] in ([], [at])


def test_a_long_record_is_by_property_so_that_no_account_is_torn(
    told: dict[str, Ref], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "CLAIMS", 2)
    page = shown(OWNER, told["school"])
    assert page.accounts == ()
    assert shown(OWNER, told["school"], by="account").accounts
