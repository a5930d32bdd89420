"""Each rule once: what an importer lists as a fault, a verb refuses, and the other way round."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.archive.making import acting, add_reviewer, newspaper, place_mention, seal_text

import habeas
from habeas.archive import rules, verbs
from habeas.archive.errors import EntryRefused, PassageOutside
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.opening import Archive
from habeas.archive.store.pieces import in_pieces
from habeas.archive.verbs.claiming import Attribution
from habeas.errors import HabeasError
from habeas.exchange import checking, drafts, folder, names_in, values_in
from habeas.exchange.errors import ImportRefused
from habeas.exchange.importing import import_folder
from habeas.vocabulary import schema, stances, values

FILES = {
    "sources.csv": "id,kind,code,name,interests,repeats\ns-1,publication,news,,,\n",
    "mentions.csv": (
        "id,kind,caption,language,script\nm-1,place,A town,,\nm-2,person,Somebody,,\n"
    ),
    "claims.csv": "id,subject,property,value,source,stance,basis,holds,said\n",
    "judgements.csv": "left,right,verdict,reason\n",
    "assessments.csv": "target,scheme,grade\n",
    "consents.csv": "subject,basis,audience,purposes,expires\n",
}
Doing = Callable[[Batch, Ref, Ref, Ref], object]
CODED = values.code("stance", "asserts")


def _claim(name: str, given: Any = None, **more: Any) -> Doing:
    step = {key: more.pop(key) for key in ("basis", "said") if key in more}
    value = values.text("A") if given is None else given
    return lambda batch, news, town, who: verbs.claim(
        batch, who, name, value(town) if callable(value) else value, [Attribution(news, **step)],
        **more,
    )  # fmt: skip


def _consent(**given: Any) -> Doing:
    words = {"basis": "given", "audience": "team", **given}
    return lambda batch, news, town, who: verbs.consent(batch, who, **words)


#: A row with one thing wrong, the column to which the importer points, and the same by a verb.
WRONG: list[tuple[str, str, str, Doing]] = [
    ("sources.csv", "s-2,rumour,x,,,", "kind", lambda b, n, t, w: verbs.source(b, "x", "rumour")),
    (
        "sources.csv", "s-2,witness,w-1,A name,,", "name",
        lambda b, n, t, w: verbs.source(b, "w-1", "witness", name="A name"),
    ),
    (
        "sources.csv", "s-2,publication,x,,greed: much,", "interests",
        lambda b, n, t, w: verbs.source(
            b, "x", "publication", interests=[{"kind": "greed", "text": "much"}]
        ),
    ),
    (
        "sources.csv", "s-2,publication,x,,,s-2", "repeats",
        lambda b, n, t, w: verbs.lineage(b, n, n),
    ),
    ("mentions.csv", "m-3,ghost,A,,", "kind", lambda b, n, t, w: verbs.mention(b, "ghost", "A")),
    (
        "mentions.csv", "m-3,place,A,the local one,", "language",
        lambda b, n, t, w: verbs.mention(b, "place", "A", language="the local one"),
    ),
    (
        "mentions.csv", "m-3,place,A,,Arabic", "script",
        lambda b, n, t, w: verbs.mention(b, "place", "A", script="Arabic"),
    ),
    ("claims.csv", "c-1,m-2,shoe_size,A,s-1,,,,", "property", _claim("shoe_size")),
    ("claims.csv", "c-1,m-2,population,9,s-1,,,,", "property", _claim("population")),
    (
        "claims.csv", "c-1,m-2,citizenship,m-1,s-1,,,,", "value",
        _claim("citizenship", lambda town: values.reference(town.entry_id)),
    ),
    ("claims.csv", "c-1,m-2,gender,asserts,s-1,,,,", "value", _claim("gender", CODED)),
    ("claims.csv", "c-1,m-2,name,A,s-1,shouts,,,", "stance", _claim("name", stance="shouts")),
    ("claims.csv", "c-1,m-2,name,A,s-1,,a-dream,,", "basis", _claim("name", basis="a-dream")),
    ("claims.csv", "c-1,m-2,name,A,s-1,,,soon,", "holds", _claim("name", holds="soon")),
    ("claims.csv", "c-1,m-2,name,A,s-1,,,,soon", "said", _claim("name", said="soon")),
    ("judgements.csv", "m-1,m-1,same,x", "right", lambda b, n, t, w: verbs.judge(b, t, t, "same")),
    ("judgements.csv", "m-1,m-2,same,x", "right", lambda b, n, t, w: verbs.judge(b, t, w, "same")),
    (
        "judgements.csv", "m-1,m-2,akin,x", "verdict",
        lambda b, n, t, w: verbs.judge(b, t, w, "akin"),
    ),
    (
        "assessments.csv", "s-1,taste,1", "scheme",
        lambda b, n, t, w: verbs.assess(b, n, "source", "taste", "1"),
    ),
    (
        "assessments.csv", "s-1,reliability,Z", "grade",
        lambda b, n, t, w: verbs.assess(b, n, "source", "reliability", "Z"),
    ),
    (
        "assessments.csv", "s-1,credibility,2", "scheme",
        lambda b, n, t, w: verbs.assess(b, n, "source", "credibility", "2"),
    ),
    (
        "consents.csv", "m-1,given,team,,", "subject",
        lambda b, n, t, w: verbs.consent(b, t, basis="given", audience="team"),
    ),
    ("consents.csv", "m-2,guess,team,,", "basis", _consent(basis="guess")),
    ("consents.csv", "m-2,given,world,,", "audience", _consent(audience="world")),
    ("consents.csv", "m-2,given,team,profit,", "purposes", _consent(purposes=["profit"])),
    ("consents.csv", "m-2,given,team,,2027", "expires", _consent(expires="2027")),
]  # fmt: skip


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_an_importer_and_a_verb_refuse_the_same(archive: Archive, tmp_path: Path) -> None:
    person = add_reviewer(archive)
    with archive.writing() as batch:
        made = newspaper(batch), place_mention(batch), verbs.mention(batch, "person", "Somebody")
    for number, (file, row, column, doing) in enumerate(WRONG):
        with pytest.raises(HabeasError), archive.writing(person) as batch:
            doing(batch, *made)
        directory = tmp_path / str(number)
        directory.mkdir()
        for name, text in FILES.items():
            (directory / name).write_text(text + (f"{row}\n" if name == file else ""), "utf-8")
        with pytest.raises(ImportRefused) as caught:
            import_folder(archive, directory, person)
        assert [(fault.file, fault.column) for fault in caught.value.faults] == [(file, column)]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_quote_that_is_too_long_is_a_fault_and_refused(archive: Archive, tmp_path: Path) -> None:
    long = "a" * (rules.LONGEST_QUOTE + 1)
    exhibit, layer = seal_text(archive, tmp_path, long)
    with pytest.raises(PassageOutside), archive.writing() as batch:
        verbs.cite(batch, exhibit, layer, long, 0, len(long))
    directory = tmp_path / "in"
    directory.mkdir()
    for name, text in FILES.items():
        (directory / name).write_text(text, encoding="utf-8")
    claims = f"id,subject,property,value,source,exhibit,quote\nc-1,m-2,name,A,s-1,#0,{long}\n"
    (directory / "claims.csv").write_text(claims.replace("#0", f"#{exhibit.position}"), "utf-8")
    person = acting(archive)
    with pytest.raises(ImportRefused) as caught:
        import_folder(archive, directory, person)
    assert [(f.line, f.column) for f in caught.value.faults] == [(2, "quote")]


def test_the_first_problem_is_raised_in_its_own_words() -> None:
    problems = [rules.Problem("name", "One.", "Two.", ("In a cell.", "There."))]
    assert problems[0].words == ("In a cell.", "There.")
    with pytest.raises(EntryRefused, match="One") as caught:
        rules.refuse(problems)
    assert caught.value.next_step == "Two."
    rules.refuse(())


def test_the_importer_asks_no_code_list_itself() -> None:
    """What is a code is a rule's to say: a second check would come to say something else."""
    for module in (checking, drafts, folder, names_in, values_in):
        tree = ast.parse(inspect.getsource(module))
        asked = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert not asked & {"codes", "kinds", "refers_to", "language_tag", "script_code"}
    assert set(schema.core().codes["verdict"])  # the lists are there to be asked


def test_one_function_ends_a_thing_and_the_words_of_a_stance_are_its_codes() -> None:
    """What ended stays ended by what ended it first: nobody else writes it."""
    found = set()
    for path in Path(inspect.getfile(habeas)).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                given = {keyword.arg for keyword in node.keywords}
                if node.func.attr == "update" and "ended_at" in given:
                    found.add(path.name)
    assert found == {"ending.py"}
    assert stances.WORDS.keys() == schema.core().codes["stance"].keys()


def test_pieces_are_in_order_and_whole() -> None:
    assert [list(piece) for piece in in_pieces(range(7), 3)] == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(in_pieces([])) == []


def test_a_scheme_is_of_claims_or_of_sources() -> None:
    assert [problem.reason for problem in rules.graded("reliability", "claim")] == [
        "Reliability is not a grade of a claim."
    ]
    for scheme, what in (("credibility", "claim"), ("reliability", "source")):
        assert not list(rules.graded(scheme, what))
    for what in ("claim", "source"):
        assert not list(rules.graded("verification-step", what))


def test_words_stand_under_their_own_article() -> None:
    known = schema.core()
    (missing,) = rules.grouping(known, "organisation", "x", 1)
    assert missing.reason == "An organisation is not part of another record."
    assert missing.valid == "Name a detention or an observation."
