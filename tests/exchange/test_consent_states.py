"""What leaves tells of a consent what the pages tell, and never that an ended one is agreed."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from tests.support.guarded import STATES, Guarded, fill

from habeas.archive import openness, verbs
from habeas.archive.access import OWNER, PUBLIC, Viewer, team_member
from habeas.archive.opening import Archive
from habeas.archive.verbs.referring import Marking
from habeas.display import asking
from habeas.display import records as record_pages
from habeas.display import sources as source_pages
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


#: What somebody agreed to, in the order of the ledger; ``unseen``: by an entry that is sealed.
AGREED = {"audience": "public"}
SOON = {"audience": "public", "expires": "2101-05-31"}
LATER = {"audience": "public", "expires": "2102-05-31"}
COURT = {"audience": "team"}
HISTORIES = {
    "unseen alone": [("unseen", AGREED)],
    "unseen end": [("unseen", SOON)],
    "narrowed unseen": [("seen", AGREED), ("unseen", COURT)],
    "ended sooner unseen": [("seen", LATER), ("unseen", SOON)],
    "widened unseen": [("seen", COURT), ("unseen", AGREED)],
    "longer unseen": [("seen", SOON), ("unseen", LATER)],
    "withdrawn": [("seen", AGREED), ("unseen", COURT), ("unseen", None)],
    "agreed": [("unseen", COURT), ("seen", LATER)],
    "never": [],
}
TOLD = {  # to the team: the state and the last day
    **dict.fromkeys(("unseen alone", "unseen end", "never"), ("none", None)),
    **dict.fromkeys(("narrowed unseen", "ended sooner unseen"), ("none", None)),
    "widened unseen": ("limited", None),
    "longer unseen": ("public", datetime.date(2101, 5, 31)),
    "withdrawn": ("withdrawn", None),
    "agreed": ("public", datetime.date(2102, 5, 31)),
}


@pytest.fixture
def told(archive: Archive) -> dict[tuple[str, str], int]:
    """A person, a person joined unseen to one, and a witness, with each history."""
    reviewer = archive.keyring.add_person(None)
    with archive.writing() as batch:
        verbs.add_person(batch, reviewer)
    made = {}
    public, sealed = Marking(handling="public"), Marking(handling="sealed")
    with archive.writing(reviewer) as batch:
        for name, history in HISTORIES.items():
            person = verbs.mention(batch, "person", f"Test {name}", marking=public)
            other = verbs.mention(batch, "person", f"Other {name}", marking=public)
            joined = verbs.mention(batch, "person", f"Hidden {name}", marking=sealed)
            verbs.judge(batch, other, joined, "same", "A test.", marking=sealed)
            witness = verbs.source(batch, f"w {name}", "witness", marking=public)
            for who, unseen in ((person, person), (other, joined), (witness, witness)):
                for by, said in history:
                    subject = who if by == "seen" else unseen
                    marking = public if by == "seen" else sealed
                    if said is None:
                        verbs.withdraw(batch, subject, marking=marking)
                    else:
                        verbs.consent(batch, subject, basis="given", marking=marking, **said)
            made |= {("record", name): person.position, ("joined", name): other.position}
            made["source", name] = witness.position
    return made


def test_one_rule_says_on_pages_and_in_exports_what_somebody_agreed_to(
    archive: Archive, told: dict[tuple[str, str], int]
) -> None:
    made = Guarded(archive, "")
    team = team_member("team", {"main": "team"})
    for viewer in (OWNER, team):
        rows = {kind: _rows(made, viewer, kind) for kind in ("record", "source")}
        for (whose, name), position in told.items():
            kind = "source" if whose == "source" else "record"
            row = rows[kind][position]
            shown = _line(viewer, kind, position)
            assert row["consent_state"] == shown, (viewer.name, whose, name)
            assert row["consent"] == ("agreed" if shown == "public" else "not-agreed")
            if viewer is team:
                expected = TOLD[name]
                assert (row["consent_state"], row["consent_until"]) == expected, (whose, name)
    # To the public all are agreed, and an end that it may not see is not told.
    rows = _rows(made, PUBLIC, "record")
    found = {n: rows[at] for (w, n), at in told.items() if w == "record" and at in rows}
    assert {name: row["consent_until"] for name, row in found.items()} == {
        **dict.fromkeys(("unseen alone", "unseen end", "ended sooner unseen", "widened unseen")),
        "longer unseen": datetime.date(2101, 5, 31),
        "agreed": datetime.date(2102, 5, 31),
    }
    assert {(row["consent"], row["consent_state"]) for row in found.values()} == {
        ("agreed", "public")
    }


def _line(viewer: Viewer, kind: str, position: int) -> str:
    """What the head of a page says."""
    if kind == "source":
        agreed = source_pages.source(viewer, position, asking.Query({})).source.agreed
    else:
        agreed = record_pages.record(viewer, position, asking.Query({})).record.agreed
    assert agreed is not None
    return agreed.state
