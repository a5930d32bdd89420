"""The page of what waits; and every page that the public asks for while something does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.archive.test_gates import SAMPLE, WHY, assess, bring, portrait
from tests.support.archives import ArchiveMaker
from tests.web.conftest import Reader

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, PUBLIC, Viewer
from habeas.archive.opening import Archive
from habeas.custody.errors import BundleError
from habeas.exchange.bundling.choosing import choose
from habeas.figures.definition.definitions import parse
from habeas.figures.evaluation.evaluating import evaluate

ReadingAs = Callable[[Archive, Viewer], Reader]
FIGURE = """key: towns
title: Towns
kind: counted
counts: place
rules:
  - {rule: has-claim, property: name}
"""


def test_nobody_outside_reads_what_waits_by_any_address(
    archive: Archive, reading_as: ReadingAs, tmp_path: object
) -> None:
    p = portrait(archive, tmp_path)  # type: ignore[arg-type]
    with archive.writing(p.signer) as batch:
        came = bring(batch)
        definition = verbs.define(batch, key="towns", title="Towns", kind="counted", text=FIGURE)
    town = m.Mention.objects.get(list=came.position).position
    said = m.Claim.objects.get(list=came.position).position
    addresses = (
        f"/records/{town}/",
        f"/claims/{said}/",
        f"/claims/{p.claim.position}/",
        f"/exhibits/{p.exhibit.position}/",
        f"/records/{p.photo.position}/",
    )
    owner = reading_as(archive, OWNER)
    for address in addresses:
        assert owner.get(address).status_code == 200
    public = reading_as(archive, PUBLIC)
    for address in addresses:
        assert public.get(address).status_code == 404, address
        assert public.get(f"{address.rstrip('/')}.json").status_code == 404
    assert "Town of a list" not in public.page("/records/place/")
    assert "Town of a list" not in public.page("/search/?q=Town")
    assert "Town of a list" not in public.page("/waiting/")
    assert definition
    counted = evaluate(archive, parse(FIGURE), PUBLIC, archive.size)
    assert counted.headline.startswith("0")
    with pytest.raises(BundleError):
        choose(archive, "public", exhibits=[p.exhibit.position])
    with pytest.raises(BundleError):
        choose(archive, "public", record=town)
    with archive.writing(p.signer) as batch:
        verbs.accept(batch, came.position, SAMPLE, WHY)
    assess(archive, p.other, p.claim, "shows")
    for address in addresses:
        assert public.get(address).status_code == 200, address
    assert choose(archive, "public", record=town).positions


def test_the_page_says_what_waits_and_on_which_sample_a_list_was_accepted(
    archive: Archive, reading_as: ReadingAs, tmp_path: object
) -> None:
    p = portrait(archive, tmp_path)  # type: ignore[arg-type]
    with archive.writing(p.signer) as batch:
        came = bring(batch)
    owner = reading_as(archive, OWNER)
    page = owner.page("/waiting/")
    assert "Not public before it is accepted." in page
    assert "No one has confirmed whom the picture shows" in page
    assert "No one has confirmed whom the picture shows" in owner.page(
        f"/claims/{p.claim.position}/"
    )
    before = owner.queries("/waiting/")
    with archive.writing(p.signer) as batch:
        verbs.accept(batch, came.position, SAMPLE, WHY)
        for number in range(5):
            bring(batch, f"list {number}")
    told = owner.twin("/waiting/")
    assert [each["sample"] for each in told["accepted"]] == [SAMPLE]
    assert len(told["waiting"]) == 5
    assert owner.queries("/waiting/") <= before
    assess(archive, p.other, p.claim, "does-not-show", "He is an actor")
    page = owner.page("/waiting/")
    assert "He is an actor" in page
    assert 'href="/waiting/"' in owner.page("/")


def test_an_older_archive_says_how_much_no_one_has_accepted(
    archive_maker: ArchiveMaker, backend: str, reading_as: ReadingAs, tmp_path: object
) -> None:
    from tests.archive.making import add_reviewer

    old = archive_maker.without_gate(tmp_path / "old", backend)  # type: ignore[operator]
    signer = add_reviewer(old)
    with old.writing(signer) as batch:
        came = bring(batch)
        verbs.define(batch, key="towns", title="Towns", kind="counted", text=FIGURE)
    owner = reading_as(old, OWNER)
    words = "the claim that it rests on came in with a list that no one has accepted"
    assert words in owner.page("/figures/towns/")
    assert "public without one" in owner.page("/waiting/")
    with old.writing(signer) as batch:
        verbs.accept(batch, came.position, SAMPLE, WHY)
    assert words not in owner.page("/figures/towns/")
