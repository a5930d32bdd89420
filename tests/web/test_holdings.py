"""What an archive holds, as pages: the list, one count, and its why; each with its twin."""

from __future__ import annotations

import pytest
from tests.web.conftest import Reader

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def test_the_overview_leads_to_the_counts_and_each_to_its_why(owner: Reader) -> None:
    assert 'href="/holdings/"' in owner.page("/")
    shown = owner.twin("/holdings/")["holdings"]
    assert {"records-person", "exhibits", "sources", "claims-not-reviewed"} <= {
        each["key"] for each in shown
    }
    for each in shown:
        assert each["title"] in owner.page(each["url"])
        one = owner.twin(each["url"])
        assert one["holding"]["number"] == each["number"]
        assert one["waterfall"][-1]["kept"] == each["number"]
        assert owner.twin(each["why_url"])["tree"]["kind"] == "figure"
        assert "How it was made" in owner.page(each["why_url"])


def test_what_is_none_of_them_is_not_there(owner: Reader) -> None:
    for path in ("/holdings/claims-believed/", "/holdings/claims/?as_of=99999999"):
        assert owner.get(path).status_code == 404
