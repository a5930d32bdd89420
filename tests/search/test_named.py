"""Records that go by a name asked: found in any script, by whoever may see them only."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.archive.making import acting, newspaper, text_value
from tests.search.making import PUBLIC, seal_texts

from habeas.archive import purposes, verbs
from habeas.archive.access import OWNER, Viewer, team_member
from habeas.archive.access import PUBLIC as THE_PUBLIC
from habeas.archive.joined import find
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.opening import Archive
from habeas.archive.search import refresh, searching
from habeas.archive.search.named import NamedRecords, asked_names, named
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verbs.referring import Marking

OPEN = ["Mehmet Tohti", "ئايگۈل قادىر", "喀什", "Camp 12", "Unknown", "Rahile Dawut"]


@pytest.fixture
def other_name() -> list[Ref]:
    """The claim that gives a record its other name."""
    return []


@pytest.fixture
def people(archive: Archive, tmp_path: Path, other_name: list[Ref]) -> dict[str, int]:
    """Records of several names, one only for the team, one sealed; one joined of two mentions."""
    with archive.writing(acting(archive)) as batch:
        case = verbs.compartment(batch, "case-7", "Case 7")
        paper = Attribution(newspaper(batch), "press-report")
        found = {}
        for name in OPEN:
            kind = {"喀什": "place", "Camp 12": "facility"}.get(name, "person")
            ref = verbs.mention(batch, kind, name, marking=PUBLIC)
            if kind == "person":
                verbs.consent(
                    batch, ref, basis="public-statement", audience="public", marking=PUBLIC
                )
            found[name] = ref.position
            if name == "Rahile Dawut":
                also = text_value("热依拉·达吾提")
                claim = verbs.claim(batch, ref, "other_name", also, [paper], marking=PUBLIC)
                hidden = text_value("Sealedname")
                secret = Marking(case, "sealed")
                verbs.claim(batch, ref, "other_name", hidden, [paper], marking=secret)
                other_name.append(claim)
        found["team"] = verbs.mention(batch, "person", "Perhat Tursun").position
        sealed = verbs.mention(batch, "person", "Abdulla Sealed", marking=Marking(case, "sealed"))
        found["sealed"] = sealed.position
    seal_texts(archive, tmp_path / "texts", ["A letter about nobody."])
    refresh(archive)
    return found


def at(viewer: Viewer, asked: str, *, exact: bool = False) -> list[int]:
    found = named(viewer, searching.checked(asked), exact=exact)
    return [record.position for record in found.records]


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("Mehmet", "Mehmet Tohti"),
        ("买买提", "Mehmet Tohti"),
        ("Mehmet Tohti", "Mehmet Tohti"),
        ('"mehmet tohti"', "Mehmet Tohti"),
        ("Tohti OR nobody", "Mehmet Tohti"),
        ("Aygul", "ئايگۈل قادىر"),
        ("Айгуль", "ئايگۈل قادىر"),
        ("Kashgar", "喀什"),
        ("قەشقەر", "喀什"),
        ('"camp 12"', "Camp 12"),
        ("热依拉", "Rahile Dawut"),
        ("达吾提", "Rahile Dawut"),
    ],
)
def test_a_name_is_found_in_any_script(people: dict[str, int], asked: str, name: str) -> None:
    assert at(OWNER, asked) == [people[name]]


def test_what_is_no_name_of_a_record_finds_none(people: dict[str, int]) -> None:
    for asked in ("Nobodyatall", "NOT Mehmet", "mehm*", "type:pdf", "Memtimin", "ab", "x"):
        assert at(OWNER, asked) == []
    assert at(OWNER, "قەشقەر", exact=True) == []
    assert at(OWNER, "喀什", exact=True) == [people["喀什"]]


def test_nobody_finds_or_counts_what_is_not_theirs_to_see(
    archive: Archive, people: dict[str, int]
) -> None:
    member = team_member("m", {"main": "team"})
    for asked, position in (("Perhat", people["team"]), ("Abdulla", people["sealed"])):
        assert at(OWNER, asked) == [position]
        assert named(THE_PUBLIC, searching.checked(asked)) == NamedRecords((asked,))
    assert at(member, "Perhat") == [people["team"]]
    assert at(member, "Abdulla") == []
    # A name that only a sealed claim gives: not found, not listed, not counted.
    (all_of_it,) = named(OWNER, searching.checked("Rahile")).records
    (theirs,) = named(THE_PUBLIC, searching.checked("Rahile")).records
    assert at(OWNER, "Sealedname") == [people["Rahile Dawut"]]
    assert at(THE_PUBLIC, "Sealedname") == []
    assert (all_of_it.claims, theirs.claims) == (2, 1)
    assert [form.text for form in theirs.forms] == ["热依拉·达吾提"]
    secret = searching.search(archive, THE_PUBLIC, "Abdulla")
    absent = searching.search(archive, THE_PUBLIC, "Nobodyatall")
    assert (secret.named.records, secret.looked) == (absent.named.records, absent.looked)


def test_what_was_taken_back_is_no_name(
    archive: Archive, people: dict[str, int], other_name: list[Ref]
) -> None:
    assert at(OWNER, "热依拉") == [people["Rahile Dawut"]]
    with archive.writing(acting(archive)) as batch:
        verbs.retract(batch, other_name[0], "claim", "Another person's name.")
    assert named(OWNER, searching.checked("达吾提 热依拉")).records[0].forms[0].text == "Sealedname"


def test_records_joined_are_one_and_say_how_they_are_handled(
    archive: Archive, people: dict[str, int]
) -> None:
    (mehmet,) = named(OWNER, searching.checked("Mehmet")).records
    assert (mehmet.handling, mehmet.consent, mehmet.kind) == ("public", "public", "person")
    (perhat,) = named(OWNER, searching.checked("Perhat")).records
    assert (perhat.handling, perhat.consent, perhat.claims) == ("team", "none", 0)
    (camp,) = named(OWNER, searching.checked('"Camp 12"')).records
    assert camp.consent == ""


def test_what_a_mention_joined_that_was_taken_back_is_one_record_still(
    archive: Archive, people: dict[str, int]
) -> None:
    with archive.writing(acting(archive)) as batch:
        wrong = verbs.begin_list(batch, name="A list", digest="0" * 64)
        between = verbs.mention(batch, "person", "A wrong name", list=wrong)
        for name in ("Mehmet Tohti", "Rahile Dawut"):
            verbs.judge(batch, people[name], between, "same", "A test.")
    with archive.writing(acting(archive)) as batch:
        verbs.retract(batch, wrong, "list", "It was the wrong file.")
    for asked in ("Mehmet", "Rahile"):
        (record,) = named(OWNER, searching.checked(asked)).records
        assert record.position == find(OWNER, record.position).position  # type: ignore[union-attr]
        assert [record.name.text, record.forms[0].text] == ["Mehmet Tohti", "Rahile Dawut"]
    assert at(OWNER, "wrong") == []


def test_the_answer_says_what_was_looked_through(archive: Archive, people: dict[str, int]) -> None:
    found = searching.search(archive, OWNER, "Mehmet")
    assert (found.total, len(found.named.records)) == (0, 1)
    assert found.looked is not None
    assert (found.looked.read, found.looked.unread) == (1, 0)
    assert searching.search(archive, OWNER, "letter").looked is None
    assert searching.search(archive, OWNER, "letter", first=10).named == NamedRecords()


def test_names_above_public_need_a_purpose_too(archive: Archive, people: dict[str, int]) -> None:
    assert purposes.reaches_above_public(OWNER)
    assert not purposes.reaches_above_public(THE_PUBLIC)


def test_the_number_of_queries_does_not_grow(archive: Archive, people: dict[str, int]) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            named(OWNER, searching.checked("Mehmet Tohti"))
        return len(caught)

    few = queries()
    with archive.writing() as batch:
        for number in range(400):
            verbs.mention(batch, "person", f"Mehmet Tohti {number}", marking=PUBLIC)
    assert queries() <= few + 1
    found = named(OWNER, searching.checked("Mehmet Tohti"))
    assert (len(found.records), found.more) == (20, True)


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("Mehmet Tohti", ("Mehmet Tohti", "Mehmet", "Tohti")),
        ('"Mehmet Tohti" camp', ("Mehmet Tohti camp", "Mehmet Tohti", "camp")),
        ("a OR Mehmet", ("Mehmet",)),
        ('"a b"~3 mehm* lager~1 language:ug NOT Tohti', ()),
    ],
)
def test_what_of_a_query_may_be_a_name(asked: str, names: tuple[str, ...]) -> None:
    assert asked_names(searching.checked(asked)) == names
