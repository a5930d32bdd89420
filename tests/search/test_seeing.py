"""Who finds what: nothing of another's compartment shows in hits, totals, facets or errors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from tests.search.making import PUBLIC, TEAM, Sealed, seal_texts

from habeas.archive import verbs
from habeas.archive.access import OWNER, Viewer, team_member
from habeas.archive.access import PUBLIC as THE_PUBLIC
from habeas.archive.opening import Archive
from habeas.archive.search import refining, refresh, searching
from habeas.archive.search.errors import QueryRefused
from habeas.archive.search.files import layers_with
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verbs.referring import Marking
from habeas.vocabulary import values

OPEN = "An open letter about the camp in Kashgar."
INNER = "A team note about the camp. Teamword."
SECRET = "قەشقەر: the secret file about the camp. Sealedword."


@pytest.fixture
def shelf(archive: Archive, tmp_path: Path) -> dict[str, Sealed]:
    with archive.writing() as batch:
        case = verbs.compartment(batch, "case-7", "Case 7")
    made: dict[str, Any] = {}
    for name, text, place, source in (
        ("open", OPEN, PUBLIC, "a courier"),
        ("inner", INNER, TEAM, "a team member"),
        ("secret", SECRET, Marking(case, "sealed"), "Secretsource"),
    ):
        (made[name],) = seal_texts(
            archive, tmp_path / name, [text], marking=place, received_from=source,
            received_on="1999", names=[f"{name}-folder/{name}.txt"],
        )  # fmt: skip
    with archive.writing() as batch:
        place = Marking(case, "sealed")
        source = verbs.source(batch, "w", "publication", marking=place)
        subject = verbs.mention(batch, "place", "x", marking=place)
        passage = verbs.cite(
            batch, made["open"].exhibit, made["open"].layer, OPEN, 0, 7, marking=place
        )
        verbs.claim(
            batch, subject, "name", values.text("x"), [Attribution(source)],
            passages=[passage], marking=place,
        )  # fmt: skip
    refresh(archive)
    return made


def people() -> dict[str, Viewer]:
    return {
        "owner": OWNER,
        "cleared": team_member("c", {"main": "team", "case-7": "sealed"}),
        "team": team_member("t", {"main": "team"}),
        "public": THE_PUBLIC,
    }


SEES = {"owner": 3, "cleared": 3, "team": 2, "public": 1}


def test_hits_and_totals_are_what_the_viewer_may_see(
    archive: Archive, shelf: dict[str, Sealed]
) -> None:
    for who, viewer in people().items():
        found = searching.search(archive, viewer, "camp")
        assert found.total == len(found.hits) == SEES[who]
        for asked in ("NOT nothing", "camp OR sealedword", "ca*", "comp~1", "type:text"):
            assert searching.search(archive, viewer, asked).total == SEES[who], asked
        assert searching.search(archive, viewer, "sealedword").total == (SEES[who] == 3)


def test_facets_and_filters_tell_nothing_of_what_is_withheld(
    archive: Archive, shelf: dict[str, Sealed]
) -> None:
    for who in ("team", "public"):
        _tells_nothing(archive, shelf, who)


def _tells_nothing(archive: Archive, shelf: dict[str, Sealed], who: str) -> None:
    viewer = people()[who]
    found = searching.search(archive, viewer, "camp")
    told = json.dumps({k: [(v.value, v.count) for v in vs] for k, vs in found.facets.items()})
    for word in ("secret", "Secretsource", "sealed"):
        assert word not in told
    assert sum(v.count for v in found.facets["type"]) == SEES[who]
    assert found.facets["has"] == []
    for asked in (
        "has:claim", "has:passage", "source:Secretsource", "folder:secret-folder",
        f"exhibit:{shelf['secret'].exhibit}", "name:secret", "secretsource", "sealedw*",
    ):  # fmt: skip
        withheld = searching.search(archive, viewer, asked)
        absent = searching.search(archive, viewer, "source:Nobodyatall")
        assert (withheld.total, withheld.hits) == (absent.total, absent.hits) == (0, []), asked
        assert withheld.facets == absent.facets


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_is_nowhere_is_told_and_only_of_what_the_viewer_may_see(
    archive: Archive, shelf: dict[str, Sealed]
) -> None:
    for asked in ("camp AND {}", "{} AND type:text AND NOT kashgar", "{}"):
        for who, viewer in people().items():
            for absent in ("nobodywrote", "source:Nobodyatall", "folder:no-such-folder"):
                found = searching.search(archive, viewer, asked.format(absent))
                assert [str(part) for part in found.nowhere] == [absent]
            if SEES[who] < 3:
                for withheld in ("sealedword", "source:Secretsource", "has:claim"):
                    found = searching.search(archive, viewer, asked.format(withheld))
                    assert [str(part) for part in found.nowhere] == [withheld]
    together = searching.search(archive, OWNER, "letter AND teamword")
    assert (together.total, together.nowhere) == (0, [])
    assert searching.search(archive, OWNER, "camp").nowhere == []


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_order_of_hits_does_not_tell_of_words_that_are_withheld(
    archive: Archive, shelf: dict[str, Sealed], tmp_path: Path
) -> None:
    """How rare a word is in the whole index would tell how often the withheld texts have it."""
    seal_texts(archive, tmp_path / "a", ["rose rose tulip"] * 2, marking=PUBLIC)
    seal_texts(archive, tmp_path / "b", ["tulip", "rose"], marking=PUBLIC)
    asked = "rose OR tulip"
    refresh(archive)
    before = searching.search(archive, THE_PUBLIC, asked, exact=True)
    seal_texts(archive, tmp_path / "c", ["tulip"] * 20, marking=TEAM)
    refresh(archive)
    after = searching.search(archive, THE_PUBLIC, asked, exact=True)
    assert [hit.layer for hit in after.hits] == [hit.layer for hit in before.hits]
    assert after.facets == before.facets


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_who_is_cleared_finds_the_claims(archive: Archive, shelf: dict[str, Sealed]) -> None:
    for who in ("owner", "cleared"):
        (hit,) = searching.search(archive, people()[who], "has:claim").hits
        assert hit.layer == shelf["open"].layer


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_errors_are_the_same_for_everybody(archive: Archive, shelf: dict[str, Sealed]) -> None:
    for asked in ("(camp", "sealedword AND", "source:", "*", "date:never"):
        said = set()
        for viewer in people().values():
            with pytest.raises(QueryRefused) as refused:
                searching.search(archive, viewer, asked)
            said.add((str(refused.value), refused.value.column))
        assert len(said) == 1, asked


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_added_spellings_do_not_depend_on_the_archive(
    archive: Archive, shelf: dict[str, Sealed]
) -> None:
    answers = [searching.search(archive, viewer, "Kashgar") for viewer in people().values()]
    assert all(answer.added == answers[0].added != [] for answer in answers)
    assert [answer.total for answer in answers] == [2, 2, 1, 1]  # قەشقەر is in the secret file
    assert searching.search(archive, OWNER, "Kashgar", exact=True).total == 1
    assert searching.search(archive, OWNER, "Kashgar", exact=True).added == []


def test_a_hit_whose_row_may_no_longer_be_seen_is_not_counted(
    archive: Archive, shelf: dict[str, Sealed]
) -> None:
    """The index is older than the rows: what it still allows is asked for once more."""
    with connection.cursor() as cursor:
        for table in ("projection_layer", "projection_exhibit"):
            cursor.execute(
                f"UPDATE {table} SET label = (SELECT label FROM {table} WHERE position = %s)"
                " WHERE position = %s",
                [shelf["secret"].layer, shelf["inner"].layer]
                if table == "projection_layer"
                else [shelf["secret"].exhibit, shelf["inner"].exhibit],
            )
    viewer = people()["team"]
    found = searching.search(archive, viewer, "camp")
    assert found.total == len(found.hits) == 1
    assert sum(value.count for value in found.facets["type"]) == 1
    refresh(archive)  # sees that a label is another, and builds anew
    assert searching.search(archive, viewer, "teamword", facets=False).total == 0


def test_a_file_counts_by_what_the_viewer_may_see(
    archive: Archive, shelf: dict[str, Sealed]
) -> None:
    """Each shelf file is one compartment's; what a file must have is asked of visible ones."""
    for who, viewer in people().items():
        sees = SEES[who]
        for asked, total in (
            ("file:(camp)", sees),
            ("file:(camp OR sealedword)", sees),
            ("file:(camp sealedword)", int(sees == 3)),
            ("file:(camp NOT sealedword)", min(sees, 2)),
            ("NOT file:(letter camp)", sees - 1),
            ("file:(NOT sealedword)", min(sees, 2)),
        ):
            found = searching.search(archive, viewer, asked)
            assert found.total == len(found.hits) == total, (who, asked)


def test_words_of_one_file_are_found_over_its_pages(archive: Archive, tmp_path: Path) -> None:
    far = "The camp was built. " + "Nothing else is on this page. " * 100 + "A letter told of it."
    seal_texts(archive, tmp_path / "a", [far, "A camp and nothing more.", "A letter, no more."])
    refresh(archive)
    found = searching.search(archive, OWNER, "camp letter", exact=True)
    assert (found.total, found.nowhere) == (0, [])
    wider = refining.spread(found.tree)
    assert str(wider) == "file:(camp AND letter)"
    found = searching.search(archive, OWNER, str(wider), exact=True)
    assert found.total == 2
    assert len({hit.layer for hit in found.hits}) == 1
    assert all(hit.ranges for hit in found.hits)


def test_no_layer_is_looked_at_that_the_viewer_may_not_see(
    archive: Archive, shelf: dict[str, Sealed], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not only the hits: what a file has is asked of visible passages alone."""
    looked: set[int] = set()

    def watched(*given: Any) -> set[int]:
        found = layers_with(*given)
        looked.update(found)
        return found

    monkeypatch.setattr(searching, "layers_with", watched)
    for asked in ("file:(camp)", "file:(NOT nothing)", "NOT file:(teamword)"):
        searching.search(archive, THE_PUBLIC, asked)
    assert looked == {shelf["open"].layer}


def test_what_is_nowhere_is_not_said_of_what_a_file_shall_lack(
    archive: Archive, shelf: dict[str, Sealed]
) -> None:
    found = searching.search(archive, OWNER, "file:(NOT camp)")
    assert (found.total, [str(part) for part in found.nowhere]) == (0, ["file:(NOT camp)"])


@pytest.mark.parametrize(
    ("asked", "wider"),
    [
        ("camp letter language:en", "file:(camp AND letter) AND language:en"),
        ("camp (a OR b) NOT c", "file:(camp AND (a OR b) AND NOT c)"),
        ("camp letter NOT page:1", "file:(camp AND letter) AND NOT page:1"),
        ("camp language:en", None),
        ("camp (type:pdf OR type:text)", None),
        ("a " * 21, None),
        ("a b " + "NOT " * 20 + "c", None),
        ("camp NOT letter", None),
        ("camp OR letter", None),
        ("file:(camp letter)", None),
    ],
)
def test_a_query_spread_over_a_file(asked: str, wider: str | None) -> None:
    found = refining.spread(searching.checked(asked))
    assert found == (None if wider is None else searching.checked(wider))
