"""What leaves tells of a consent what the pages tell, and never that an ended one is agreed."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from tests.support.guarded import STATES, Guarded, fill

from habeas.archive import openness
from habeas.archive.access import Viewer, team_member
from habeas.archive.opening import Archive
from habeas.exchange.tidy.columns import columns_of
from habeas.exchange.tidy.reading import TidyReader
from habeas.exchange.tidy.records import Record, records
from habeas.exchange.tidy.sources import Source, sources


@pytest.fixture
def there(archive: Archive, tmp_path: Path) -> Guarded:
    return fill(archive, tmp_path)


def test_rows_tell_a_consent_as_the_pages_do(there: Guarded) -> None:
    viewer = team_member("team", {"main": "team"})
    for kind, whose in (("record", "person"), ("source", "witness")):
        positions = {state: there.at[f"{whose}-{state}"] for state in STATES}
        shown = openness.of(viewer, {kind: list(positions.values())})
        rows = _rows(there, viewer, kind)
        for state, position in positions.items():
            row = rows[position]
            assert row["consent_state"] == shown[kind, position].consent
            assert row["consent"] == ("agreed" if state == "agreed" else "not-agreed"), state
            assert row["consent_until"] is None


def test_a_consent_is_agreed_on_its_last_day_and_not_after(
    there: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = there.at["person-expired"]
    viewer = team_member("team", {"main": "team"})
    told = []
    for day in ("2020-01-01", "2020-01-02"):
        for module in ("openness", "access.consents", "access.door"):
            monkeypatch.setattr(f"habeas.archive.{module}.today", lambda day=day: day)
        row = _rows(there, viewer, "record")[person]
        told.append((row["consent"], row["consent_state"], row["consent_until"]))
    last = datetime.date(2020, 1, 1)
    assert told == [("agreed", "public", last), ("not-agreed", "expired", None)]


def _rows(there: Guarded, viewer: Viewer, kind: str) -> dict[object, dict[str, object]]:
    reader = TidyReader(viewer, there.archive.size)
    made, table = (records, Record) if kind == "record" else (sources, Source)
    names = [each.name for each in columns_of(table)]
    found = [dict(zip(names, row, strict=True)) for piece in made(reader) for row in piece]
    return {row[names[0]]: row for row in found}
