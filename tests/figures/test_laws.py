"""What must hold of every count: laws, tried on many made-up ledgers and definitions."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.archive.making import PUBLIC, acting
from tests.figures import making as make

from habeas.archive import verbs
from habeas.archive.access import OWNER
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.opening import Archive
from habeas.archive.verbs.claiming import Attribution
from habeas.figures.definition.definitions import FigureDefinition, parse
from habeas.figures.errors import DefinitionError
from habeas.figures.evaluation.evaluating import compute, evaluate_afresh
from habeas.figures.evaluation.results import CountedFigure
from habeas.figures.evaluation.rows import ClaimRow, Facts
from habeas.figures.evaluation.variants import ClaimsLeftOut, Variant, leaving_out
from habeas.vocabulary import edtf, schema, values

HEAD = "key: law\ntitle: Law\nkind: counted\ncounts: country\nrules:\n"
WITHIN = "  - {rule: has-claim, property: un_position, code: support, holds: {within: 2019}}\n"
OVERLAPS = "  - {rule: has-claim, property: un_position, holds: {overlaps: 2019-07/2020-03}}\n"
EITHER = "  - {rule: has-claim, property: [un_position], stance: [asserts, denies]}\n"
NONE = "  - {rule: no-claim, property: un_position, code: condemn, holds: {within: 2019}}\n"
VAGUE = ("", "2019", "201X", "2019~", "2019-0X", "2019-07", "[2018,2019-07]", "2019?")
SHARP = ("2019-07-08", "2019-12", "2018-03-02", "2020-01", "2021-05-05")


def definition(*rules: str, **keys: str) -> FigureDefinition:
    more = "".join(f"{key}: {value}\n" for key, value in keys.items())
    return parse(more + HEAD + "".join(rules))


def counted(asked: FigureDefinition, facts: Facts) -> CountedFigure:
    found = compute(asked, facts, schema.core(), as_of=1_000, viewer="owner", scope="")
    found.require_lineage()
    assert isinstance(found, CountedFigure)
    return found


@st.composite
def ledgers(draw: st.DrawFn, times: tuple[str, ...] = (*VAGUE, *SHARP)) -> Facts:
    """Up to twelve claims about four records by four sources that repeat each other somehow."""
    said = draw(
        st.lists(
            st.tuples(
                st.integers(1, 4),
                st.integers(900, 903),
                st.sampled_from(times),
                st.sampled_from(("asserts", "asserts", "denies", "does-not-know")),
                st.sampled_from((make.SUPPORT, make.CONDEMN)),
            ),
            max_size=12,
        )
    )
    repeats = draw(st.lists(st.tuples(st.integers(900, 903), st.integers(900, 903)), max_size=4))
    claims = [
        make.claim(100 + n, record, "un_position", value, holds=when, source=source, stance=stance)
        for n, (record, source, when, stance, value) in enumerate(said)
    ]
    sources = [make.source(position, f"source-{position}") for position in range(900, 904)]
    return make.facts(claims, records=(1, 2, 3, 4), sources=sources, repeats=repeats)


# --- dropping a source never raises a monotone count -----------------------------------------


@given(
    ledgers(), st.integers(900, 903), st.sampled_from([(WITHIN,), (OVERLAPS,), (EITHER, WITHIN)])
)
def test_dropping_a_source_never_raises_a_monotone_count(
    facts: Facts, source: int, rules: tuple[str, ...]
) -> None:
    asked = definition(*rules, monotone="yes")
    assert asked.monotone
    variant = Variant(without=f"source-{source}")
    before = counted(asked, facts)
    after = counted(asked, leaving_out(asked, variant, facts, ClaimsLeftOut()))
    assert after.number <= before.number
    assert {m.position for m in after.members} <= {m.position for m in before.members}


@pytest.mark.parametrize(
    ("rules", "because"),
    [
        ((WITHIN, NONE), "rule 2 drops"),
        (("  - {rule: record, is-not: A}\n",), "rule 1 drops"),
        (
            (WITHIN.replace("code", "origins-at-least: 2, code"),),
            "rule 1 rests on who repeats whom",
        ),
        ((WITHIN.replace("code", "repeats: no, code"),), "rule 1 rests on who repeats whom"),
    ],
)
def test_the_mark_is_refused_where_a_source_can_hold_the_number_down(
    rules: tuple[str, ...], because: str
) -> None:
    with pytest.raises(DefinitionError, match=because):
        definition(*rules, monotone="yes")
    assert not definition(*rules, monotone="no").monotone


def test_what_the_mark_is_refused_for_does_raise_a_count() -> None:
    """Dropped is who condemned; without who says so, the count is higher."""
    claims = [
        make.claim(1, 1, "un_position", make.SUPPORT, holds="2019-07", source=900),
        make.claim(2, 1, "un_position", make.CONDEMN, holds="2019-08", source=901),
    ]
    facts = make.facts(claims, records=(1,))
    asked = definition(WITHIN, NONE)
    without = leaving_out(asked, Variant(without="source-901"), facts, ClaimsLeftOut())
    assert (counted(asked, facts).number, counted(asked, without).number) == (0, 1)


# --- a vague date lies between its sharp readings --------------------------------------------


def readings(text: str) -> list[str]:
    """Days that a vague date may mean; any of some days where it states none."""
    if not text:
        return ["2018-01-01", "2019-07-08", "2030-01-01"]
    low, high = edtf.hull(edtf.parse(text))
    days = ["2018-01-01", "2018-12-31", "2019-01-01", "2019-07-08", "2019-12-31", "2020-01-01"]
    days += ["2020-06-30", "2021-01-01", "2030-01-01"]
    return [day for day in days if low <= (edtf.parse(day).earliest or 0) <= high]


@given(ledgers(), st.sampled_from([(WITHIN,), (OVERLAPS,), (WITHIN, NONE), (NONE,)]), st.data())
def test_no_sharp_reading_of_vague_dates_gives_a_count_outside_the_range(
    facts: Facts, rules: tuple[str, ...], data: st.DataObject
) -> None:
    """At least the counted ones, at most those and the ones not known, however they are read."""
    asked = definition(*rules)
    vague = counted(asked, facts)
    low, high = vague.number, vague.number + vague.not_known
    sharp: list[ClaimRow] = []
    for row in facts.claims:
        choices = readings(row.holds) or [row.holds]
        day = data.draw(st.sampled_from(choices))
        when = edtf.parse(day) if day else None
        sharp.append(
            row._replace(
                holds=day,
                holds_from=when.earliest if when else None,
                holds_to=when.latest if when else None,
            )
        )
    read = make.facts(sharp, records=facts.records, sources=facts.sources.values())
    found = counted(asked, read)
    assert low <= found.number
    assert found.number + found.not_known <= high


# --- corrections and retractions commute with recounting -------------------------------------

_ACTS = st.lists(
    st.tuples(st.sampled_from(("claim", "correct", "retract", "same", "undo")), st.integers(0, 9)),
    min_size=1,
    max_size=8,
)
_Said = tuple[Ref, Ref]  # the claim, and of whom


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=_ACTS)
def test_corrections_and_retractions_commute_with_recounting(
    archive: Archive, acts: list[tuple[str, int]]
) -> None:
    """Each count as of a size is what it was when the ledger had that size, whatever came since."""
    asked = definition(WITHIN)
    person = acting(archive)
    with archive.writing() as batch:
        code = f"news-{archive.size}"
        source = verbs.source(batch, code, "publication", marking=PUBLIC)
        states = [verbs.mention(batch, "country", f"{code} {n}", marking=PUBLIC) for n in range(4)]
    claims: list[_Said] = []
    judged: list[Ref] = []
    known: dict[int, tuple[object, ...]] = {}
    for act, number in acts:
        known[archive.size] = answered(asked, archive.size)
        with archive.writing(person) as batch:
            if act == "claim" or (act in ("correct", "retract") and not claims):
                claims.append(said(batch, states[number % 4], source, number))
            elif act == "correct":
                old, whose = claims.pop(number % len(claims))
                claims.append(said(batch, whose, source, number, previous=old))
            elif act == "retract":
                old, _ = claims.pop(number % len(claims))
                verbs.retract(batch, old.position, "claim", "A test takes it back.")
            elif act == "same":
                pair = states[number % 4], states[(number + 1) % 4]
                left, right = (state.position for state in pair)
                judged.append(verbs.judge(batch, left, right, "same", "A test."))
            elif judged:
                undone = judged.pop(number % len(judged))
                verbs.retract(batch, undone.position, "judgement", "A test takes it back.")
        for size, before in known.items():
            assert answered(asked, size) == before


def said(batch: Batch, whose: Ref, source: Ref, number: int, previous: Ref | None = None) -> _Said:
    value = values.from_json(dict(make.CONDEMN if number % 3 == 0 else make.SUPPORT))
    holds = (*SHARP, *VAGUE)[number % 10]
    attribution = [Attribution(source)]
    made = verbs.claim(
        batch, whose, "un_position", value, attribution, holds=holds, previous=previous
    )
    return made, whose


def answered(asked: FigureDefinition, size: int) -> tuple[object, ...]:
    found = evaluate_afresh(asked, OWNER, size)
    return found.headline, found.members, found.undecided, found.steps, found.grounds
