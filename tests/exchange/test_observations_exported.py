"""Observations as a table and as STAC items: what accounts agree on, and nothing withheld."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pystac
import pytest
from tests.archive.making import add_reviewer
from tests.cli.running import run
from tests.support import sites

from habeas.archive import verbs
from habeas.archive.access import OWNER, PUBLIC
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.models import Claim, LedgerEntry, List, Mention
from habeas.archive.opening import Archive
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verbs.referring import Marking
from habeas.exchange.errors import ExportRefused
from habeas.exchange.exporting import writing
from habeas.exchange.exporting.writing import ExportRequest
from habeas.exchange.importing import import_folder
from habeas.vocabulary import values

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
FIRST = "Picture of May 2016"
SAMPLE = [{"rows": "all", "checked_by": "A reviewer", "against": "nothing: it is made up"}]


@pytest.fixture
def seen(archive: Archive, tmp_path: Path) -> Archive:
    add_reviewer(archive)
    person = archive.keyring.person(archive.keyring.people()[0])
    import_folder(archive, sites.write(tmp_path / "sites"), person)
    with archive.writing(person) as batch:
        verbs.accept(batch, List.objects.get().position, SAMPLE, "Looked at.")
    (tmp_path / "out").mkdir()
    return archive


def ref(at: int) -> Ref:
    return Ref(LedgerEntry.objects.get(position=at).entry_id, at)


def says(archive: Archive, caption: str, name: str, value: Any, **more: Any) -> Claim:
    """Another source says something of a picture."""
    about = Mention.objects.get(caption=caption)
    other = Claim.objects.filter(property="observed").latest("position").source
    with archive.writing() as batch:
        given = {"marking": Marking(handling="public"), **more}
        said = verbs.claim(
            batch, ref(about.position), name, value, [Attribution(ref(other))], **given
        )
    return Claim.objects.get(position=said.position)


def items(archive: Archive, tmp_path: Path, name: str = "x") -> dict[str, dict[str, Any]]:
    """The items that the public is given, by title; each holds to the schema of STAC 1.1."""
    to = tmp_path / "out" / f"{name}.geojson"
    writing.export(archive, ExportRequest(PUBLIC, ("observations",), to))
    found = json.loads(to.read_text(encoding="utf-8"))
    assert found["type"] == "FeatureCollection"
    for each in found["features"]:
        # By the schemas in the package; that of an extension would have to be fetched.
        pystac.Item.from_dict({**each, "stac_extensions": []}).validate()
    return {each["properties"]["title"]: each for each in found["features"]}


def test_an_item_has_what_is_recorded_and_no_more(seen: Archive, tmp_path: Path) -> None:
    found = items(seen, tmp_path)
    assert len(found) == 4
    first = found[FIRST]
    properties = first["properties"]
    assert (
        properties
        | {
            "datetime": None,
            "start_datetime": "2016-05-01T00:00:00Z",
            "end_datetime": "2016-05-01T23:59:59Z",
            "platform": "Example-2",
            "gsd": 0.5,
            "eo:cloud_cover": 10,
            "providers": [{"name": "Example Imaging"}],
            "habeas:scene_id": "EX2-20160501-01",
            "habeas:facility_caption": "Example training centre",
            "habeas:handling": "public",
        }
        == properties
    )
    (ring,) = first["geometry"]["coordinates"]
    assert ring[0] == ring[-1]
    assert set(map(tuple, ring)) == {
        (float(lon), float(lat)) for lat, lon in (c.split(",") for c in sites.SMALL.split())
    }
    east = sum(a * d - c * b for (a, b), (c, d) in pairwise(ring))
    assert east > 0  # against the clock
    assert first["bbox"] == [79.9, 37.100001, 79.902, 37.102001]
    bare = found["Picture of July 2018 (North)"]["properties"]
    assert not {"platform", "eo:cloud_cover", "providers", "habeas:scene_id"} & bare.keys()
    assert (first["links"], first["assets"]) == ([], {})
    vague = found["An undated picture of 2020"]
    assert vague["geometry"] is None
    assert vague["properties"]["end_datetime"] == "2020-12-31T23:59:59Z"


def test_where_accounts_differ_neither_is_taken(seen: Archive, tmp_path: Path) -> None:
    says(seen, FIRST, "observed", values.date("2016-06-01"))
    says(seen, FIRST, "platform", values.text("Example-2"))
    says(seen, FIRST, "scene_id", values.identifier("EX2-20160501-01"), stance="denies")
    assert FIRST not in items(seen, tmp_path, "a")  # it has no time that all state
    to = tmp_path / "out" / "x.jsonl"
    done = writing.export(seen, ExportRequest(PUBLIC, ("observations",), to))
    (row,) = [
        each for each in map(json.loads, to.read_text(encoding="utf-8").splitlines())
        if each["caption"] == FIRST
    ]  # fmt: skip
    assert (row["observed"], row["scene_id"], row["platform"]) == (None, None, "Example-2")
    assert row["differing"] == "observed; scene_id"
    assert (done.rows, done.undated) == ({"observations": 4}, 0)


def test_what_is_withheld_or_the_teams_own_is_not_in_it(seen: Archive, tmp_path: Path) -> None:
    third = "An undated picture of 2020"
    says(seen, third, "outline", values.missing("outline", "withheld"))
    team = Marking(handling="team")
    hidden = says(seen, third, "scene_id", values.identifier("SECRET-1"), marking=team)
    found = items(seen, tmp_path)[third]
    assert found["geometry"] is None
    assert "bbox" not in found
    assert "SECRET-1" not in json.dumps(found)
    assert str(hidden.position) not in found["properties"]["habeas:claims"].split("; ")
    sealed = items(seen, tmp_path, "again")
    assert sealed[third] == found


def test_the_command_tells_of_observations_without_a_time(seen: Archive, tmp_path: Path) -> None:
    camp = Mention.objects.get(caption="Example training centre")
    with seen.writing() as batch:
        verbs.mention(
            batch, "observation", "Of no day", of=ref(camp.position),
            marking=Marking(handling="public"),
        )  # fmt: skip
    to = tmp_path / "out" / "x.geojson"
    asked = ("export", "observations", "--to", to, "--archive", seen.directory)
    ended = run(*asked, "--json")
    assert ended.code == 0, ended.said
    assert (ended.json["rows"], ended.json["undated"]) == ({"observations": 4}, 1)
    assert ended.json["left_out"] == {}
    assert "Of no day" not in to.read_text(encoding="utf-8")
    assert "STAC has no item without" in run(*asked, "--force").said


def test_no_other_table_is_written_as_items(seen: Archive, tmp_path: Path) -> None:
    for kinds in (("claims",), writing.ALL):
        to = tmp_path / "out" / "x.geojson"
        with pytest.raises(ExportRefused, match="holds the items of observations"):
            writing.export(seen, ExportRequest(PUBLIC, kinds, to))
        assert list(to.parent.iterdir()) == []


def test_no_half_of_it_is_left(
    seen: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any) -> Iterator[Any]:
        yield next(whole(*args))
        raise KeyboardInterrupt

    whole = writing.observations
    monkeypatch.setattr(writing, "observations", broken)
    to = tmp_path / "out" / "x.geojson"
    with pytest.raises(KeyboardInterrupt):
        writing.export(seen, ExportRequest(PUBLIC, ("observations",), to))
    assert list(to.parent.iterdir()) == []


def test_above_public_the_export_is_recorded_first(seen: Archive, tmp_path: Path) -> None:
    to = tmp_path / "out" / "x.geojson"
    person = seen.keyring.person(seen.keyring.people()[0])
    asked = ExportRequest(OWNER, ("observations",), to, purpose="To show them on a map")
    done = writing.export(seen, asked, person)
    assert done.entry is not None
    assert done.rows == {"observations": 4}
