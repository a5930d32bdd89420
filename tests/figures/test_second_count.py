"""The figures against a second count, written from the reference alone.

``python -m benchmarks.counting`` compares a thousand archives; here are a dozen, and what the
comparison once found.
"""

from __future__ import annotations

import pytest
from benchmarks import counting
from benchmarks.counting_archives import making
from benchmarks.counting_dates import DATES, WINDOWS
from benchmarks.counting_second import dates
from benchmarks.counting_second.ledger import Ledger, Rows

from habeas.archive import verbs
from habeas.archive.access import OWNER, PUBLIC
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.opening import Archive
from habeas.archive.verbs.claiming import Attribution
from habeas.cli.evaluated import as_json
from habeas.figures.definition.definitions import parse
from habeas.figures.evaluation.evaluating import evaluate
from habeas.vocabulary import edtf, schema, values

ARCHIVES = 12
sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def test_both_counts_agree_on_the_demonstration() -> None:
    part = counting.demonstration()
    assert part.apart == []
    assert part.answers == 24


def test_both_counts_agree_on_archives_made_at_random() -> None:
    part, public = counting.Compared("now"), counting.Compared("public")
    with making() as maker:
        for seed in range(ARCHIVES):
            archive = maker.make(seed)
            texts = counting.definitions_for(seed, 3)
            counting.compare(part, archive, texts, f"archive {seed}")
            counting.compare(public, archive, texts[:1], "public", viewer=PUBLIC)
            if seed == 0:
                every = range(1, archive.size + 1, 7)
                counting.compare(part, archive, texts[:1], "sizes", sizes=every)
    assert part.apart == []
    assert public.apart == []
    assert part.answers > 3 * ARCHIVES


def test_both_compare_dates_alike() -> None:
    apart = []
    for said in DATES:
        for asked in WINDOWS:
            for name in ("within", "overlaps"):
                answer = getattr(dates, name)(said, asked)
                ours = getattr(edtf, name)(edtf.parse(said), edtf.parse(asked)).value
                if {True: "yes", False: "no", None: "unknown"}[answer] != ours:
                    apart.append((name, said, asked, ours, answer))
    assert apart == []


def test_the_comparison_sees_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    def everything_stands(ledger: Ledger, record: int) -> bool:
        return False

    monkeypatch.setattr(Ledger, "stands", everything_stands)
    part = counting.Compared("now")
    with making() as maker:
        archive = maker.make(1)
        text = "{key: k, title: All, kind: counted, counts: facility}"
        counting.compare(part, archive, [text], "archive 1")
    assert len(part.apart) == 1
    assert "members: habeas [" in part.apart[0]


# --- what it found --------------------------------------------------------------------------


def _answer(archive: Archive, text: str) -> dict[str, object]:
    return as_json(evaluate(archive, parse(text), OWNER, shown=False))


def _claim(batch: Batch, subject: Ref, source: Ref, name: str, cell: str, **more: object) -> Ref:
    value = values.parse(cell, schema.core().properties[name])
    return verbs.claim(batch, subject, name, value, [Attribution(source)], **more)  # type: ignore[arg-type]


@sqlite
def test_a_record_of_a_retracted_list_is_named_while_it_stands(archive: Archive) -> None:
    person = archive.keyring.add_person(None)
    with archive.writing() as batch:
        verbs.add_person(batch, person)
        source = verbs.source(batch, "s", "organisation")
        list_ = verbs.begin_list(batch, "wrong file", "0" * 64)
        spoken_of = verbs.mention(batch, "facility", "Spoken of", list=list_)
        verbs.mention(batch, "facility", "Listed only", list=list_)
        _claim(batch, spoken_of, source, "facility_type", "camp")
    with archive.writing(person) as batch:
        verbs.retract(batch, list_, "list", "It was the wrong file.")
    head = "key: k\ntitle: One\nkind: counted\ncounts: facility\nrules:\n"
    for name in ("Spoken of", f"'#{spoken_of.position}'"):
        answer = _answer(archive, f"{head}  - {{rule: record, is: {name}}}")
        assert answer["number"] == 1
    part = counting.Compared("refused")
    text = f"{head}  - {{rule: record, is: Listed only}}"
    counting.compare(part, archive, [text], "it stands no longer")
    assert (part.refused, part.apart) == (1, [])


@sqlite
def test_a_claim_that_leaves_it_open_does_not_decide(archive: Archive) -> None:
    with archive.writing() as batch:
        one = verbs.source(batch, "one", "organisation")
        other = verbs.source(batch, "other", "organisation")
        camp = verbs.mention(batch, "facility", "Camp")
        sure = _claim(batch, camp, one, "facility_type", "camp", holds="2019-07")
        _claim(batch, camp, other, "facility_type", "camp", holds="[2019-07,2019-10]")
    answer = _answer(
        archive,
        "{key: k, title: One, kind: counted, counts: facility, rules: ["
        "{rule: has-claim, property: facility_type, holds: {within: 2019-07}}]}",
    )
    assert [member["claims"] for member in answer["members"]] == [[sure.position]]  # type: ignore[attr-defined]
    weak = {each["name"]: each["part"] for each in answer["weak"]}  # type: ignore[attr-defined]
    assert weak["one-origin"] == 1


@sqlite
def test_only_what_leads_up_to_a_place_decides_that_it_lies_there(archive: Archive) -> None:
    with archive.writing() as batch:
        source = verbs.source(batch, "s", "organisation")
        camp = verbs.mention(batch, "facility", "Camp")
        town, county, other = (
            verbs.mention(batch, "place", name) for name in ("Town", "County", "Other")
        )

        def lies(inner: Ref, name: str, outer: Ref) -> Ref:
            value = values.reference(outer.entry_id)
            return verbs.claim(batch, inner, name, value, [Attribution(source)])

        leading = [lies(camp, "located_in", town), lies(town, "part_of", county)]
        lies(camp, "located_in", other)
        lies(county, "part_of", other)
    answer = _answer(
        archive,
        "{key: k, title: One, kind: counted, counts: facility, rules: ["
        "{rule: in-place, place: County}]}",
    )
    wanted = [claim.position for claim in leading]
    assert [member["claims"] for member in answer["members"]] == [wanted]  # type: ignore[attr-defined]


@sqlite
@pytest.mark.parametrize(
    ("holds", "vague"), [("{2019-07,2019-10}", 0), ("[2019-07,2019-10]", 1), ("{2018,2019}", 1)]
)
def test_several_times_are_vague_where_nobody_knows_which(
    archive: Archive, holds: str, vague: int
) -> None:
    with archive.writing() as batch:
        source = verbs.source(batch, "s", "organisation")
        camp = verbs.mention(batch, "facility", "Camp")
        _claim(batch, camp, source, "facility_type", "camp", holds=holds)
    part = counting.Compared("one")
    text = "{key: k, title: Kinds, kind: reported, reports: facility_type}"
    counting.compare(part, archive, [text], "one")
    weak = {each["name"]: each["part"] for each in _answer(archive, text)["weak"]}  # type: ignore[attr-defined]
    assert (weak["vague-dates"], part.apart) == (vague, [])


def test_the_second_count_reads_rows_of_no_archive() -> None:
    """It needs no database: three rows and a definition are enough."""
    plain = Rows(mentions=[{"position": 1, "kind": "person", "caption": "A", "list": None}])
    found = counting._second(plain.as_of(2), "{key: k, title: A, kind: counted, counts: person}")
    assert found["members"] == [1]
