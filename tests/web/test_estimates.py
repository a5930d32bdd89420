"""The page of an estimated figure: before anybody computed it, after, and for whom."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.figures.test_estimated import CELLS, define, fill
from tests.web.conftest import Reader

from habeas.archive.access import OWNER, PUBLIC, Viewer
from habeas.archive.opening import Archive
from habeas.figures.evaluation import estimates
from habeas.figures.evaluation.evaluating import evaluate

ReadingAs = Callable[[Archive, Viewer], Reader]
PAGE = "/figures/held-in-all/"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_an_estimate_is_shown_apart_with_all_that_it_stands_on(
    archive: Archive, reading_as: ReadingAs
) -> None:
    fill(archive, CELLS)
    definition = define(archive)
    owner = reading_as(archive, OWNER)
    before = owner.page(PAGE)
    assert "habeas figure estimate held-in-all" in before
    assert "Whoever wrote home" in before
    assert owner.get(f"{PAGE}estimate/methods.svg").status_code == 404
    made = estimates.compute(archive, evaluate(archive, definition, OWNER))
    assert made is not None
    after = owner.page(PAGE)
    assert made.apart.words in after
    assert "could not have been on any list" in after
    picture = owner.get(f"{PAGE}estimate/methods.svg")
    assert picture.status_code == 200
    assert b"<svg" in picture.content
    assert owner.twin(PAGE)["estimate"]["methods"][0]["key"] == "latent-class"
    assert "Registry" in owner.page(f"{PAGE}why/")
    for path in (f"{PAGE}rules/3/", f"{PAGE}?as_of={archive.size}"):
        owner.page(path)
    public = reading_as(archive, PUBLIC)
    assert made.apart.words not in public.page(PAGE)
    assert public.get(f"{PAGE}estimate/methods.svg").status_code == 404
