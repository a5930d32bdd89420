"""Recording from a program: the verbs with plain arguments, and errors that name them."""

from __future__ import annotations

import ast
import datetime
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.library.conftest import Made

import habeas
from habeas.archive import models as m
from habeas.archive.ledger import rebuilding
from habeas.library import wording

one_database = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def archive(made: Made) -> Iterator[habeas.Archive]:
    with habeas.open(made.directory) as opened:
        yield opened


def test_from_a_file_to_a_claim_with_its_passage(
    made: Made, archive: habeas.Archive, tmp_path: Path
) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("She taught at the school in Example town until May 2017.", encoding="utf-8")
    exhibit = archive.seal(path, received_from="A relative", received_on="2019-05")
    assert archive.seal(path).position == exhibit.position  # the same bytes are one exhibit
    archive.read()
    passage = archive.cite(exhibit, "taught at the school")
    assert archive.cite(exhibit.position, "taught  at the\nschool") == passage
    source = archive.source("letter-1", "document", name="A letter", handling="restricted")
    (person,) = archive.records("person")
    mention = archive.mention_of(person, "Aygül", language="ug", reason="The same address.")
    claim = archive.claim(
        mention, "occupation", "teacher", by=source, passages=[passage], through=[made.at["news"]],
        said=datetime.date(2019, 5, 1), holds="../2017-05", basis="document", language="en",
    )  # fmt: skip
    (row,) = archive.claims(property="occupation")
    assert (row.claim, row.record, row.mention) == (
        *(claim.position, person.record, mention.position),
    )
    assert (row.value, row.source_code, row.passages, row.through) == (
        *("teacher", "letter-1", str(passage.position), "news"),
    )
    assert (row.holds, row.said, row.handling) == ("../2017-05", "2019-05-01", "restricted")
    judgement = m.Judgement.objects.order_by("position").last()
    assert judgement is not None
    assert (judgement.left, judgement.right, judgement.person) == (
        *(person.record, mention.position, made.person),
    )
    archive.retract(claim, "A test takes it back.")
    assert len(archive.claims(property="occupation")) == 0
    archive.retract(judgement.position, "They are two.")
    assert len(archive.records("person")) == 2
    assert archive.assess(source, "reliability", "B").position == archive.size - 1
    assert rebuilding.check() == []


@one_database
def test_a_place_that_is_not_words_is_cited_and_told_of_in_the_table(
    made: Made, archive: habeas.Archive, tmp_path: Path
) -> None:
    path = tmp_path / "cases.csv"
    path.write_text("name,year\nBaran,1975\n", encoding="utf-8")
    exhibit = archive.seal(path)
    archive.read()
    cell = archive.cite(exhibit, at="cell B2")
    assert archive.cite(exhibit, "1975", at="Cell b2, sheet 1") == cell
    whole = archive.cite(exhibit, at="whole file")
    for wrong, code, bounds in (
        ("cell D2", "passage.outside", "columns A, B"),
        ("page 1", "passage.outside", "no pages"),
        ("somewhere", "vocabulary.bad-location", "somewhere"),
    ):
        with pytest.raises(habeas.HabeasError) as refused:
            archive.cite(exhibit, at=wrong)
        assert refused.value.code == code
        assert bounds in f"{refused.value.message} {refused.value.next_step}"
    source = archive.source("cases", "document")
    claim = archive.claim(made.at["person"], "name", "Baran", by=source, passages=[cell, whole])
    (row,) = (each for each in archive.claims() if each.claim == claim.position)
    assert row.passages == f"{cell.position}; {whole.position}"
    assert row.places == "cell B2, sheet 1; the whole file"


@one_database
def test_values_are_given_as_a_program_has_them(made: Made, archive: habeas.Archive) -> None:
    source = archive.source("s", "publication")
    camp = archive.mention("facility", "A camp")
    town = archive.mention("place", "A town")
    for property, value, normal in (
        ("people_held", 1200, "1200 persons"),
        ("people_held", "~1000-2000", "~1000-2000 persons"),
        ("people_held", "?withheld", None),
        ("opened", datetime.date(2017, 4, 1), "2017-04-01"),
        ("opened", datetime.datetime(2017, 4, 1, 12, tzinfo=datetime.UTC), "2017-04-01"),
        ("location", "44.1,80.2 county", "44.1,80.2 county"),
        ("located_in", town, "A town"),
        ("located_in", town.position, "A town"),
    ):
        made_one = archive.claim(camp, property, value, by=source)
        (row,) = (each for each in archive.claims(property=property) if each.claim == made_one[1])
        assert row.value == normal, (property, value)


BAD: tuple[tuple[str, Callable[[habeas.Archive, Any], object]], ...] = (
    ("mention", lambda a, at: a.claim(a.records("person")[0], "name", "x", by=at["news"])),
    ("mention", lambda a, at: a.claim(at["news"], "name", "x", by=at["news"])),
    ("mention", lambda a, at: a.claim("somebody", "name", "x", by=at["news"])),
    ("property", lambda a, at: a.claim(at["person"], "job", "x", by=at["news"])),
    ("value", lambda a, at: a.claim(at["person"], "name", None, by=at["news"])),
    ("value", lambda a, at: a.claim(at["person"], "name", 1.5, by=at["news"])),
    ("value", lambda a, at: a.claim(at["town"], "people_held", "many", by=at["news"])),
    ("by", lambda a, at: a.claim(at["person"], "name", "x", by=at["town"])),
    ("by", lambda a, at: a.claim(at["person"], "name", "x", by="news")),
    ("passages", lambda a, at: a.claim(at["person"], "name", "x", by=at["news"], passages=[1])),
    ("through", lambda a, at: a.claim(at["person"], "name", "x", by=at["news"], through=[1])),
    ("stance", lambda a, at: a.claim(at["person"], "name", "x", by=at["news"], stance="says")),
    ("basis", lambda a, at: a.claim(at["person"], "name", "x", by=at["news"], basis="knows")),
    ("said", lambda a, at: a.claim(at["person"], "name", "x", by=at["news"], said="May 2018")),
    ("holds", lambda a, at: a.claim(at["person"], "name", "x", by=at["news"], holds="1/5/18")),
    ("handling", lambda a, at: a.source("x", "publication", handling="secret")),
    ("compartment", lambda a, at: a.source("x", "publication", compartment="none")),
    ("record", lambda a, at: a.mention_of(at["news"])),
    ("thing", lambda a, at: a.retract(0, "A reason.")),
    ("left", lambda a, at: a.judge(at["news"], at["town"], "same")),
    ("exhibit", lambda a, at: a.cite(at["news"], "x")),
    ("at", lambda a, at: a.cite(at["news"], at="page 1", page=1)),
    ("received_on", lambda a, at: a.seal(__file__, received_on="yesterday")),
)


@one_database
def test_an_error_names_the_argument_and_nothing_is_recorded(
    made: Made, archive: habeas.Archive
) -> None:
    size = archive.size
    for argument, act in BAD:
        with pytest.raises(habeas.HabeasError) as refused:
            act(archive, made.at)
        error = refused.value
        assert error.code == "library.bad-argument", (argument, error)
        assert error.message.startswith(f"{argument}: "), (argument, error.message)
        assert error.next_step
        assert "--" not in f"{error.message} {error.next_step}"
    assert archive.size == size


@one_database
def test_who_reads_as_somebody_else_records_nothing(made: Made, archive: habeas.Archive) -> None:
    with pytest.raises(habeas.HabeasError) as refused:
        archive.seen_by(habeas.PUBLIC).source("x", "publication")
    assert refused.value.code == "library.read-only"


@one_database
def test_a_decision_needs_a_persons_key(made: Made, archive: habeas.Archive) -> None:
    (archive.directory / "keys" / "people").rename(archive.directory / "away")
    with pytest.raises(habeas.HabeasError) as refused:
        archive.judge(made.at["town"], made.at["same"], "different")
    assert refused.value.code == "person.needed"
    assert archive.source("x", "publication").position == archive.size - 1  # is no decision


#: What no method of the library calls: keys, backups, blocking, erasing, timestamps, bundles.
COMMANDS_ONLY = {
    *("backing_up", "blocking", "erasing", "people", "opentimestamps", "recovery"),
    *("timestamps", "bundling"),
}


def test_no_words_of_the_rooms_reach_a_program_with_an_option(repository: Path) -> None:
    """Every text below the terminal that names an option is worded anew, or typed there whole."""
    left = []
    for path in sorted((repository / "src" / "habeas").rglob("*.py")):
        room = path.relative_to(repository / "src" / "habeas").parts[0]
        if room not in ("archive", "custody", "figures", "exchange") or COMMANDS_ONLY & {
            *path.parts,
            path.stem,
        }:
            continue
        for text in _told(ast.parse(path.read_text(encoding="utf-8"))):
            said = re.sub(r"`[^`]*`", "", wording.words(text))
            if re.search(r"(?<!-)--[a-z]", said):
                left.append((path.name, said))
    assert left == []


def _told(tree: ast.Module) -> Iterator[str]:
    """The texts that are given to an error: messages and next steps."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Raise) and isinstance(call.exc, ast.Call):
            for given in [*call.exc.args, *(each.value for each in call.exc.keywords)]:
                parts = [
                    part.value
                    for part in ast.walk(given)
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                ]
                yield "".join(parts)
