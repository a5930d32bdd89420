"""What a search for a name costs a viewer does not depend on whom they may not see."""

from __future__ import annotations

import pytest
from django.db import connection
from tests.archive.making import acting, newspaper, text_value

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import PUBLIC, Viewer, team_member, visible
from habeas.archive.opening import Archive
from habeas.archive.search import searching
from habeas.archive.search.named import named
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verbs.referring import Marking

HIDDEN = 120


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_names_that_may_not_be_seen_take_no_work(archive: Archive) -> None:
    with archive.writing() as batch:
        case = verbs.compartment(batch, "case-7", "Case 7")
        for number in range(HIDDEN):
            verbs.mention(batch, "person", "Tursun Qadir", marking=Marking(case, "sealed"))
            verbs.mention(batch, "person", f"Polat Ahmet{number}", marking=Marking(case, "sealed"))
    for viewer in (PUBLIC, team_member("m", {"main": "team"})):
        _steps(viewer, "Nobody Atall")  # what is loaded once
        assert _steps(viewer, "Tursun Qadir") <= _steps(viewer, "Rozi Hemit") + 10


def _steps(viewer: Viewer, name: str) -> int:
    """Hundreds of steps of the database's machine."""
    found = 0

    def count() -> int:
        nonlocal found
        found += 1
        return 0

    connection.ensure_connection()
    connection.connection.set_progress_handler(count, 100)
    try:
        assert named(viewer, searching.checked(name)).records == ()
    finally:
        connection.connection.set_progress_handler(None, 0)
    return found


def test_a_name_that_became_stricter_is_no_more_looked_up(archive: Archive) -> None:
    """A claim that a sealed entry retracts is as strict as that, and so are its keys."""
    with archive.writing(acting(archive)) as batch:
        case = verbs.compartment(batch, "case-7", "Case 7")
        person = verbs.mention(batch, "person", "Rozi Hemit")
        paper = Attribution(newspaper(batch), "press-report")
        claim = verbs.claim(batch, person, "other_name", text_value("Tursun Qadir"), [paper])
        batch.flush()
        before = set(_clearances(claim.position))
        verbs.retract(batch, claim, "claim", "A test.", marking=Marking(case, "sealed"))
    label = m.Claim.objects.get(position=claim.position).label
    parts = m.LabelPart.objects.filter(label=label, consent_of=None)
    wanted = set(parts.values_list("compartment", "level"))
    (after,) = set(_clearances(claim.position))
    found = m.LabelPart.objects.filter(label=after)
    assert {after} != before
    assert set(found.values_list("compartment", "level")) == wanted
    assert not m.Label.objects.get(id=after).needs_consent
    member = team_member("m", {"main": "team"})
    assert not visible(member, m.NameKey).filter(entry=claim.position).exists()


def _clearances(entry: int) -> list[str]:
    return list(m.NameKey.objects.filter(entry=entry).values_list("clearance", flat=True))
