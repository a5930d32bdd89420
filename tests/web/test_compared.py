"""A figure beside itself: two forms, both numbers, who moved, and what cannot be asked."""

from __future__ import annotations

import pytest
from tests.web.conftest import Reader
from tests.web.making import Shelf

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def test_a_count_leads_to_both_comparisons_and_a_report_to_one(owner: Reader) -> None:
    counted, reported = owner.page("/figures/camps/"), owner.page("/figures/held/")
    assert "/figures/camps/compare/" in counted
    assert "/figures/camps/diff/" in counted
    assert "/figures/held/diff/" in reported
    assert "/figures/held/compare/" not in reported


def test_nothing_is_compared_until_a_reader_says_with_what(owner: Reader) -> None:
    shown = owner.twin("/figures/camps/compare/")
    assert "compared" not in shown
    assert shown["asked"]["sources"]
    assert "compared" not in owner.twin("/figures/camps/diff/")


def test_without_its_source_the_members_leave_with_what_was_left_out(owner: Reader) -> None:
    for source in owner.twin("/figures/camps/compare/")["asked"]["sources"]:
        shown = owner.twin(f"/figures/camps/compare/?without={source['code']}")["compared"]
        if shown["left_in_all"]:
            break
    assert shown["before"]["number"] - shown["after"]["number"] == shown["left_in_all"]
    assert all(each["causes"] for each in shown["left"])
    assert {each["elsewhere"] for each in shown["left"]} == {"is not counted, by rule 2"}
    page = owner.page(f"/figures/camps/compare/?without={source['code']}")
    assert "Who leaves" in page
    assert f"habeas figure compare camps --without {source['code']}" in page


def test_at_two_sizes_who_came_is_named_with_the_entries(shelf: Shelf, owner: Reader) -> None:
    shown = owner.twin("/figures/camps/diff/?from=1")["compared"]
    assert shown["came_in_all"] == shown["after"]["number"] > 0
    assert all(cause["entry"] is not None for each in shown["came"] for cause in each["causes"])
    assert {each["elsewhere"] for each in shown["came"]} == {"was not there"}
    assert "Who enters" in owner.page(f"/figures/camps/diff/?from=1&to={shelf.archive.size}")


def test_who_enters_was_not_counted_and_who_leaves_is_not(shelf: Shelf, owner: Reader) -> None:
    """As of the first size a camp was dropped, of which the second counts: never the other way."""
    whole = owner.twin("/figures/camps/diff/?from=1")["compared"]["came"]
    words = set()
    for size in range(1, shelf.archive.size + 1):
        shown = owner.twin(f"/figures/camps/diff/?from={size}")["compared"]
        words |= {each["elsewhere"] for each in shown["came"]}
        assert not shown["left"]
    assert whole
    assert words <= {"was not there", "was not counted, by rule 2"}
    assert "was not counted, by rule 2" in words


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/figures/camps/compare/?without=nobody-at-all", "figure.unknown-source"),
        ("/figures/held/compare/?sharp=yes", "figure.not-counted"),
        ("/figures/camps/diff/?from=June", "figure.no-such-day"),
        ("/figures/camps/diff/?from=99999999", "figure.ahead-of-ledger"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_reason(
    owner: Reader, path: str, code: str
) -> None:
    answer = owner.get(f"{path}&format=json")
    assert answer.status_code == 409
    assert answer.json()["code"] == code


@pytest.mark.parametrize(
    "path", ["/figures/no-such/diff/", "/figures/camps/compare/?sharp=1", "/figures/no/compare/"]
)
def test_what_no_page_could_have_asked_is_not_there(owner: Reader, path: str) -> None:
    assert owner.get(path).status_code == 404
