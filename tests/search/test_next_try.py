"""The advice where nothing is found fits what was asked."""

from __future__ import annotations

import pytest

from habeas.archive.search.parsing import parse
from habeas.archive.search.refining import next_try, positive


@pytest.mark.parametrize(
    ("asked", "advice"),
    [
        ("camp", "ending"), ("camps Kashgar", "ending"), ("Consenter*", "shorter"),
        ("c?mp", "shorter"), ("camp~1", "amiss"), ('"camp twelve"', "apart"),
        ('"camp twelve"~5', "farther"), ("拘留所", "characters"), ("camp source:letter", "filter"),
        ("(Consenter* OR other)", "shorter"),
    ],
)  # fmt: skip
def test_the_advice_fits_the_query(asked: str, advice: str) -> None:
    assert next_try(positive(parse(asked))) == advice
