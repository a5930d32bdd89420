"""The demonstration corpus keeps its own rules: anchored, attributed, in our own words.

These tests read the files as they lie, without the importer; ``test_loading`` imports them.
"""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from pathlib import Path

import pytest
from tests.support import presence

from habeas.demo import corpus_path

Row = dict[str, str]
CORPUS = corpus_path()
SECONDARY = "Secondary note: the original is not held by this archive."
OWN = "Note of the editors of this corpus."
LETTERS = ("2019-07", "2019-10", "2020-10", "2021-03")
ONE_OF_THE_LETTERS = "[2019-07,2019-10,2020-10,2021-03]"
#: Official names of facilities and bodies, which may stand as they are.
NAMES = (
    "Artux City Vocational Skills Education Training Service Center",
    "Lop County No. 4 Vocational Skills Education and Training Center",
    "Committee on the Elimination of Racial Discrimination",
    "Public Security Bureau of the Xinjiang Production and Construction Corps",
)


def table(name: str) -> list[Row]:
    with (CORPUS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@pytest.fixture(scope="module")
def claims() -> list[Row]:
    return table("claims")


@pytest.fixture(scope="module")
def notes() -> dict[str, str]:
    return {
        row["id"]: (CORPUS / row["file"]).read_text(encoding="utf-8") for row in table("exhibits")
    }


@pytest.fixture(scope="module")
def article(repository: Path) -> str:
    path = Path(
        os.environ.get("HABEAS_ARTICLE", repository.parent / "shared" / "reference" / "article.txt")
    )
    if not path.is_file():
        presence.missing(f"{path}", "put the reference article there")
    return path.read_text(encoding="utf-8")


def test_every_file_is_utf_8_with_line_feeds_and_every_note_is_an_exhibit() -> None:
    listed = {row["file"] for row in table("exhibits")}
    found = {f"exhibits/{path.name}" for path in (CORPUS / "exhibits").iterdir()}
    assert listed == found
    for path in CORPUS.rglob("*"):
        if path.is_file():
            text = path.read_bytes().decode("utf-8")
            assert "\r" not in text, path
            assert text.endswith("\n"), path


def test_every_note_says_that_it_is_secondary_or_the_editors_own(notes: dict[str, str]) -> None:
    for name, text in notes.items():
        title, _, second = text.split("\n")[:3]
        assert title.startswith("# "), name
        assert second == SECONDARY or second.startswith(OWN), name


def test_every_quote_stands_in_its_note_once_or_says_which(
    claims: list[Row], notes: dict[str, str]
) -> None:
    for claim in claims:
        assert claim["quote"], claim["id"]
        for quote in claim["quote"].split(" ¶ "):
            times = notes[claim["exhibit"]].count(quote)
            assert times >= 1, claim["id"]
            if times > 1:
                assert 1 <= int(claim["occurrence"]) <= times, claim["id"]


def test_ids_are_unique_across_the_tables_and_every_reference_resolves(claims: list[Row]) -> None:
    exhibits, sources, mentions = table("exhibits"), table("sources"), table("mentions")
    ids = [row["id"] for rows in (exhibits, sources, mentions, claims) for row in rows]
    assert [name for name, times in Counter(ids).items() if times > 1] == []
    known_sources = {row["id"] for row in sources}
    known_mentions = {row["id"] for row in mentions}
    for claim in claims:
        assert claim["subject"] in known_mentions, claim["id"]
        assert {claim["source"], *claim["through"].split()} <= known_sources, claim["id"]
    for row in sources:
        assert set(row["repeats"].split()) <= known_sources, row["id"]
    for row in table("judgements"):
        assert {row["left"], row["right"]} <= known_mentions
        assert row["reason"]
    for row in table("consents"):
        assert row["subject"] in known_mentions | known_sources
        assert row["reason"]
    for row in table("assessments"):
        assert row["target"] in set(ids)
        assert row["reason"]


def test_every_source_says_something(claims: list[Row]) -> None:
    speaking = {claim["source"] for claim in claims}
    for claim in claims:
        speaking.update(claim["through"].split())
    assert {row["id"] for row in table("sources")} == speaking


def test_whoever_speaks_in_a_secondary_note_speaks_through_the_article(claims: list[Row]) -> None:
    """The chain of a claim ends at the article, unless the article itself is speaking."""
    for claim in claims:
        chain = [claim["source"], *claim["through"].split()]
        if claim["source"] != "s-editors":
            through_it = [name for name in chain if name == "s-article" or name[:6] == "s-art-"]
            assert through_it, claim["id"]


# --- people -----------------------------------------------------------------------------


def test_every_public_person_has_a_consent_and_no_other_has_one() -> None:
    agreed = {row["subject"]: row for row in table("consents")}
    for row in table("mentions"):
        if row["kind"] == "person":
            assert (row["handling"] == "public") == (row["id"] in agreed), row["id"]
    bases = {"public-statement", "public-office", "published-record"}
    assert {row["basis"] for row in agreed.values()} <= bases


def test_a_name_kept_for_the_team_is_withheld_and_not_in_the_package(article: str) -> None:
    """The package lies in clear with everybody who installs it; so the names lie nowhere in it.

    Nor does this test hold them: it finds them in the article by the words around them.
    """
    team = {row["id"] for row in table("mentions") if row["handling"] == "team"}
    named = {c["subject"]: c["value"] for c in table("claims") if c["property"] == "name"}
    assert {named[mention] for mention in team} == {"?withheld"}
    around = (
        r"leaker (\w+ \w+) went on",
        r"According to Radio Free Asia, (\w+), a 35 year old",
        r"re-education camp by (\w+ \w+), a former model",
        r"attributed to (\w+ \w+), former area police chief",
        r"rumors of Uyghur musician (\w+ \w+) dying",
        r"Hong Kong actors (\w+ \w+) and",
        r"Hong Kong actors \w+ \w+ and (\w+ [\w-]+) in a list",
    )
    found = [re.search(words, article) for words in around]
    names = [match[1] for match in found if match]
    assert len(names) == len(around)
    for path in CORPUS.parent.rglob("*"):
        if path.is_file() and path.suffix in {".csv", ".md", ".yaml", ".py"}:
            assert [n for n in names if n in path.read_text(encoding="utf-8")] == [], path


def test_what_would_lead_to_a_withheld_name_is_not_there_either() -> None:
    """The day, age and county of one death lead to one name; so do words for a trade."""
    leads = re.compile(
        r"pichan|shanshan|鄯善|2018-08-21\b.*death|died.{0,40}21 August|former model|musician"
        r"|\bpolice chief|Hong Kong.{0,20}actor|actors? from Hong Kong",
        re.IGNORECASE,
    )
    for path in CORPUS.parent.rglob("*"):
        if path.is_file() and path.suffix in {".csv", ".md", ".yaml"}:
            assert leads.findall(path.read_text(encoding="utf-8")) == [], path


def test_a_witness_without_a_name_is_placed_only_where_the_article_places_them() -> None:
    """Two officers are; a place that we add would narrow down who spoke."""
    places = {row["caption"].split(" ")[0] for row in table("mentions") if row["kind"] == "place"}
    placed = {
        row["id"]
        for row in table("sources")
        if row["kind"] == "witness" and places & set(re.findall(r"\w+", row["about"]))
    }
    assert placed == {"s-onsu-officer", "s-kuqa-officer"}


def test_a_source_without_a_public_name_is_known_by_a_code() -> None:
    for row in table("sources"):
        assert row["code"]
        if row["kind"] == "witness":
            assert row["name"] == ""
            assert re.fullmatch(r"W-\d\d", row["code"])


def test_sexual_violence_is_a_bare_category_and_never_about_a_person(claims: list[Row]) -> None:
    """What is told is not made milder by silence, and no detail of it is here."""
    bare = re.compile(
        r"\bsexual violence\b|\bill-treatment of a sexual kind\b"
        r"|\bforced (?:sterilisation|abortion|contraception)\b",
        re.IGNORECASE,
    )
    words = re.compile(
        r"\b(rap(?:e|ed|es|ing|ists?)|sexual\w*|abortion\w*|sterili[sz]\w*|contracept\w*)\b",
        re.IGNORECASE,
    )
    for path in CORPUS.parent.rglob("*"):
        if path.is_file() and path.suffix in {".csv", ".md", ".yaml"}:
            rest = bare.sub("", path.read_text(encoding="utf-8"))
            assert words.findall(rest.replace("**Sexual violence**", "")) == [], path
    kinds = {row["id"]: row["kind"] for row in table("mentions")}
    told = [c for c in claims if bare.search(c["value"])]
    assert len(told) >= 6
    assert {kinds[c["subject"]] for c in told} <= {"facility", "event", "document"}


# --- the table of positions -------------------------------------------------------------


def position_rows(text: str) -> dict[str, str]:
    rows = re.findall(r"^- (Row (\d+)\. (.+?): .+)$", text, re.MULTILINE)
    assert [int(number) for _, number, _ in rows] == list(range(1, len(rows) + 1))
    return {country: line for line, _, country in rows}


def printed_rows(article: str) -> dict[str, list[str]]:
    lines = article.split("\n")
    begin = next(n for n, line in enumerate(lines) if line.startswith("Country Position in"))
    end = next(n for n, line in enumerate(lines) if line.startswith("Date Support Condemn"))
    rows: dict[str, list[str]] = {}
    for line in lines[begin + 1 : end]:
        match = re.fullmatch(r"(.+?)((?: (?:Support|Condemn|China))*)", line.replace("\u00a0", " "))
        assert match is not None
        rows[match[1]] = match[2].split()
    return rows


def test_the_note_has_the_rows_of_the_printed_table(article: str, notes: dict[str, str]) -> None:
    printed = printed_rows(article)
    assert len(printed) == 192
    assert list(position_rows(notes["x-positions-table"])) == list(printed)
    countries = {row["caption"] for row in table("mentions") if row["kind"] == "country"}
    assert countries == set(printed)


def test_each_row_of_the_table_is_claimed_as_far_as_it_is_known(
    article: str, claims: list[Row]
) -> None:
    captions = {row["id"]: row["caption"] for row in table("mentions")}
    code = {"Support": "support", "Condemn": "condemn", "China": "self"}
    of_the_table = [claim for claim in claims if claim["source"] == "s-art-table"]
    for country, entries in printed_rows(article).items():
        found = [c for c in of_the_table if captions[c["subject"]] == country]
        positions = [c for c in found if c["property"] == "un_position"]
        counts = [c["value"] for c in found if c["property"] == "un_position_count"]
        assert {c["value"] for c in positions} == {code[entry] for entry in entries}, country
        if len(entries) == len(LETTERS):
            assert tuple(c["holds"] for c in positions) == LETTERS, country
            assert counts == []
        elif entries:
            assert [c["holds"] for c in positions] == [ONE_OF_THE_LETTERS], country
            assert positions[0]["note"], country
            assert counts == [f"exactly {len(entries)}"], country
        else:
            assert found == [], country


def test_the_totals_that_disagree_all_stand(claims: list[Row]) -> None:
    joined = {row["id"]: row["same_as"] for row in table("mentions") if row["same_as"]}
    totals: dict[str, set[str]] = {}
    for claim in claims:
        if claim["property"] == "signatories":
            letter = joined.get(claim["subject"], claim["subject"])
            totals.setdefault(letter, set()).add(claim["value"].removeprefix("exactly "))
    assert totals["m-l-1907-condemn"] == {"22"}
    assert totals["m-l-1907-support"] == {"50", "24"}
    assert totals["m-l-1910-condemn"] == {"23"}
    assert totals["m-l-1910-support"] == {"54"}
    assert totals["m-l-2010-condemn"] == {"39"}
    assert totals["m-l-2010-support"] == {"45", "46"}
    # Two passages on March 2021 that differ in leader, session and total stay two letters.
    assert totals["m-l-2103-support"] == {"64"}
    assert totals["m-l-2103-belarus"] == {"65"}


# --- wording ----------------------------------------------------------------------------


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:['’][^\W_]+)*", text.lower().replace("-", " ").replace(",", ""))


def test_no_run_of_eight_words_is_the_articles_own(article: str) -> None:
    run = 8
    theirs = words(article)
    known = {tuple(theirs[n : n + run]) for n in range(len(theirs) - run + 1)}
    texts = [path for path in (*CORPUS.rglob("*"), CORPUS.parent / "README.md") if path.is_file()]
    for path in texts:
        text = path.read_text(encoding="utf-8")
        for name in NAMES:
            text = text.replace(name, " ¤ ").replace(name.partition("No. 4 ")[2] or name, " ¤ ")
        ours = words(text.replace("¤", "namehere"))
        copied = [
            ours[n : n + run]
            for n in range(len(ours) - run + 1)
            if tuple(ours[n : n + run]) in known
        ]
        assert copied == [], path.name
