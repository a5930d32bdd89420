"""The condition that the database asks of each label says what the rules say, nulls included."""

from __future__ import annotations

import random
from types import MappingProxyType

import pytest
from django.db import transaction

from habeas.archive import models as m
from habeas.archive.access import PUBLIC, Viewer, visible, visible_labels
from habeas.archive.access.consents import today
from habeas.archive.access.labels import LEVELS
from habeas.archive.opening import Archive

CASES, ABSENT = (5, 17), 99
UNTIL = ("", "2019-01-01", "9999-12-31")


def _parts(chance: random.Random) -> list[dict[str, int | None]]:
    """Needs of every shape, also such as the program never writes."""
    return [
        {
            "compartment": chance.choice([None, *CASES, ABSENT]),
            "level": chance.choice([None, 0, 1, 2, 3]),
            "consent_of": chance.choice([None, None, None, 40]),
            "gate_of": chance.choice([None, None, None, 41]),
        }
        for _ in range(chance.randrange(4))
    ]


def _is_met(viewer: Viewer, part: dict[str, int | None]) -> bool:
    if part["consent_of"] is not None or part["gate_of"] is not None:
        return True
    level, case = part["level"], part["compartment"]
    if level is None:
        return False
    most = LEVELS["team"] if case is None else viewer.cleared.get(case)
    return most is not None and level <= most


def _may(viewer: Viewer, label: m.Label, parts: list[dict[str, int | None]]) -> bool:
    public = label.level == 0 and not label.awaits and label.public_until >= today()
    return public or (viewer.is_team and all(_is_met(viewer, part) for part in parts))


@pytest.mark.parametrize(
    "viewer",
    [
        PUBLIC,
        Viewer("nobody's", cleared=MappingProxyType({5: 3})),  # cleared, and not of the team
        Viewer("outsider", is_team=True),
        Viewer("reader", is_team=True, cleared=MappingProxyType({5: 1})),
        Viewer("steward", is_team=True, cleared=MappingProxyType({5: 3, 17: 2})),
    ],
    ids=lambda viewer: viewer.name,
)
def test_the_labels_whose_every_need_is_met(archive: Archive, viewer: Viewer) -> None:
    chance = random.Random(7)  # noqa: S311
    expected: dict[str, bool] = {}
    with transaction.atomic():
        for number in range(400):
            label = m.Label(
                id=f"made-{number}",
                level=chance.randrange(4),
                public_until=chance.choice(UNTIL),
                needs_consent=False,
                awaits=chance.random() < 0.3,
            )
            label.save(force_insert=True)
            parts = _parts(chance)
            for at, part in enumerate(parts):
                m.LabelPart(id=f"{label.id}:{at}", label=label.id, **part).save(force_insert=True)
            expected[label.id] = _may(viewer, label, parts)
        made = visible_labels(viewer).filter(id__startswith="made-")
        assert set(made.values_list("id", flat=True)) == {i for i, may in expected.items() if may}
        assert any(expected.values())
        assert not all(expected.values())
        transaction.set_rollback(True)


def test_a_label_that_is_not_there_is_nobodys(archive: Archive) -> None:
    with transaction.atomic():
        m.Compartment.objects.all().update(label="none")
        everybody = Viewer("steward", is_team=True, cleared=MappingProxyType({5: 3}))
        assert not visible(everybody, m.Compartment).exists()
        transaction.set_rollback(True)
