"""What the library gives: frozen values, frames, their handling, and what a notebook is told."""

from __future__ import annotations

import dataclasses
import datetime
import sys
import warnings
from typing import Any

import pytest
from django.db import connections
from tests.archive.making import PUBLIC
from tests.exchange.tidy_world import DEFINITION, FORMULA, SECRET
from tests.library.conftest import Made

import habeas
from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER
from habeas.archive.opening import open_archive
from habeas.estimation import CaptureTable

one_database = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
PURPOSE = "Counting for the yearly report"


def test_every_form_holds_the_same(made: Made) -> None:
    with habeas.open(made.directory, purpose=PURPOSE) as archive:
        claims = archive.claims()
        tables = [
            claims,
            archive.records(),
            archive.sources(),
            archive.figure("with-a-count").parts,
        ]
    held = next(each for each in claims if each.claim == made.at["held"])
    assert isinstance(held, habeas.Claim)
    assert (held.count_lower, held.count_upper) == (1000, 3000)
    assert held.holds_earliest == datetime.date(2018, 1, 1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        held.value = "9"  # type: ignore[misc]
    for table in tables:
        names = [column.name for column in table.columns]
        exact = [dict(zip(names, dataclasses.astuple(row), strict=True)) for row in table]  # type: ignore[call-overload]
        assert table.to_arrow().to_pylist() == exact
        assert table.to_polars().to_dicts() == exact
        frame = table.to_pandas()
        assert list(frame.columns) == names
        assert [_plain(row) for row in frame.to_dict("records")] == exact
        assert frame.attrs["habeas"]["viewer"] == "owner"
    assert str(claims.to_pandas()["count_lower"].dtype) == "Int64"


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    import pandas

    found = {name: None if pandas.isna(value) else value for name, value in row.items()}
    return {
        name: value.date() if isinstance(value, datetime.datetime) else value
        for name, value in found.items()
    }


@one_database
def test_a_table_says_as_whom_it_was_read_and_how_strict_it_is(made: Made) -> None:
    with habeas.open(made.directory) as archive:
        everything = archive.claims()
        public = archive.seen_by(habeas.PUBLIC).claims()
        team = archive.seen_by({"main": "team"}).sources()
    assert (everything.viewer, everything.handling, everything.not_agreed) == ("owner", "sealed", 2)
    assert (public.viewer, public.handling, len(public)) == ("public", "public", 3)
    assert repr(everything).startswith("<claims: 6 rows, as the owner reads the archive")
    assert "sealed at most; in 2 of them someone has not agreed" in repr(everything)
    assert SECRET not in {each.name for each in team}
    assert everything[0] == next(iter(everything))
    assert len(everything[1:3]) == 2


@one_database
def test_why_is_as_strict_as_what_it_does_not_follow_down(made: Made) -> None:
    text = DEFINITION.replace("has-claim", "no-claim").replace("with-a-count", "without")
    with open_archive(made.directory).writing() as batch:
        verbs.define(
            batch, key="without", title="Without", kind="counted", marking=PUBLIC,
            text=text.replace("people_held", "deaths"),
        )  # fmt: skip
    connections.close_all()
    with habeas.open(made.directory) as archive:
        found = archive.why("without", limit=1)
        assert "Secret place" not in str(found)
        assert found.handling == "sealed"
        assert archive.seen_by(habeas.PUBLIC).why("without").handling == "public"


@one_database
def test_what_a_notebook_would_save_is_warned_of_once_an_archive(made: Made) -> None:
    with habeas.open(made.directory) as archive:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            shown = archive.seen_by(habeas.PUBLIC).sources()._repr_html_()
        with pytest.warns(habeas.HandlingWarning, match="clear its outputs"):
            archive.claims()._repr_html_()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            whole = archive.claims()._repr_html_() + archive.why(made.at["named"])._repr_html_()
    assert FORMULA.replace('"', "&quot;") in shown
    assert "<script" not in whole
    assert "as the owner reads the archive" in whole


@one_database
def test_markup_and_direction_marks_in_evidence_are_shown_not_obeyed(made: Made) -> None:
    with habeas.open(made.directory) as archive:
        archive.source("x", "publication", name="<script>alert(1)</script>\u202eabc\x1b[1m")
        with pytest.warns(habeas.HandlingWarning):
            html = archive.sources()._repr_html_()
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "\u202e" not in html
    assert "\x1b" not in html


@one_database
def test_what_marks_people_and_searches_need_a_purpose(made: Made) -> None:
    with habeas.open(made.directory) as archive:
        with pytest.raises(habeas.HabeasError) as refused:
            archive.claims(property="religion")
        assert refused.value.code == "purpose.needed"
        assert "purpose='…'" in refused.value.next_step
        (faith,) = (row for row in archive.claims() if row.property == "religion")
        assert (faith.value, faith.value_state) == (None, "needs-purpose")
        assert m.StatedPurpose.objects.count() == 0
    with habeas.open(made.directory, purpose=PURPOSE) as archive:
        (faith,) = archive.claims(property="religion")
        assert faith.value == "X"
        found = archive.search("held in Example town")
        assert [row.handling for row in found] == ["public"]
        assert len(archive.seen_by({"main": "team"}).search("held in Example town")) == 1
    row = m.StatedPurpose.objects.get()
    assert (row.act, row.purpose, row.person) == ("library", PURPOSE, made.person)


@one_database
def test_tables_are_narrowed_by_property_kind_and_size(made: Made) -> None:
    with habeas.open(made.directory) as archive:
        assert {row.property for row in archive.claims(property="people_held")} == {"people_held"}
        assert {row.record_kind for row in archive.claims(kind="facility")} == {"facility"}
        assert [row.caption for row in archive.records("person")] == ["Aygul Test"]
        before = archive.claims(as_of=made.at["held"])
        assert len(before) == 0
        assert before.as_of == made.at["held"]
        for bad, argument in (
            (lambda: archive.claims(property="job"), "property"),
            (lambda: archive.records("persn"), "kind"),
            (lambda: archive.claims(as_of=10**6), "as_of"),
            (lambda: archive.why(object()), "target"),
            (lambda: archive.capture_table(), "figure"),
            (lambda: archive.search("x", limit=0), "limit"),
            (lambda: archive.export("people", "x.csv"), "what"),
            (lambda: archive.export("figure", "x.csv"), "key"),
        ):
            with pytest.raises(habeas.HabeasError, match=argument) as refused:
                bad()
            assert "--" not in f"{refused.value.message} {refused.value.next_step}"


@one_database
def test_lists_become_a_capture_table(made: Made) -> None:
    with habeas.open(made.directory) as archive:
        table = archive.capture_table(
            lists={"First": "news", "Second": ["again", "h-1"]}, kind="place"
        )
        with pytest.raises(habeas.HabeasError, match="not estimated"):
            archive.capture_table(figure="with-a-count")
    assert isinstance(table, CaptureTable)
    assert table.observed == 1
    assert table.lists == ("First + Second",)  # one repeats the other: no two lists


@one_database
def test_an_export_from_a_program_obeys_the_same_rule(made: Made, tmp_path: Any) -> None:
    with habeas.open(made.directory) as archive:
        with pytest.raises(habeas.HabeasError) as refused:
            archive.export("claims", tmp_path / "x.csv")
        assert refused.value.code == "purpose.needed"
        done = archive.export("claims", tmp_path / "x.csv", purpose=PURPOSE)
        assert done.rows == {"claims": 6}
        assert m.Export.objects.get().position == done.entry
        assert archive.seen_by(habeas.PUBLIC).export("claims", tmp_path / "y.csv").entry is None
    assert OWNER.purpose is None


@one_database
def test_a_form_that_is_not_installed_says_what_to_install(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    with habeas.open(made.directory) as archive:
        claims = archive.claims()
    for package, extra, form in (
        ("pandas", "pandas", claims.to_pandas),
        ("polars", "polars", claims.to_polars),
        ("pyarrow", "arrow", claims.to_arrow),
    ):
        monkeypatch.setitem(sys.modules, package, None)
        with pytest.raises(habeas.HabeasError) as refused:
            form()
        assert refused.value.code == "export.package-missing"
        assert f"pip install 'habeas[{extra}]'" in refused.value.next_step
