"""The advice where nothing is found fits what was asked."""

from __future__ import annotations

import pytest

from habeas.archive.search.parsing import parse
from habeas.archive.search.refining import counterpart, next_try, positive


@pytest.mark.parametrize(
    ("asked", "advice"),
    [
        ("camp", "ending"), ("camps Kashgar", "ending"), ("Consenter*", "shorter"),
        ("c?mp", "shorter"), ("camp~1", "amiss"), ('"camp twelve"', "apart"),
        ('"camp twelve"~5', "farther"), ("拘留所", "characters"), ("监狱", "counterpart"),
        ("監獄 NOT x", "counterpart"), ("监", "counterpart"), ("拘", "unread"),
        ("camp source:letter", "filter"),
        ("(Consenter* OR other)", "shorter"),
    ],
)  # fmt: skip
def test_the_advice_fits_the_query(asked: str, advice: str) -> None:
    assert next_try(positive(parse(asked))) == advice


@pytest.mark.parametrize(
    ("asked", "other"),
    [("监狱", "監獄"), ("監獄", "监狱"), ("監狱", "监狱"), ("拘留所", ""), ("camp", "")],
)
def test_a_word_that_is_nowhere_is_given_in_its_other_characters(asked: str, other: str) -> None:
    """Nothing is searched for that was not asked; what to ask too is said."""
    assert counterpart(positive(parse(asked))) == other
