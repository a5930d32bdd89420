"""To be on a list is not to be detained: nothing that a list says is a word of a detention."""

from __future__ import annotations

from pathlib import Path

import pytest

from habeas.vocabulary import region, schema
from habeas.vocabulary.errors import BadRegion, BadSchema

OF_A_LIST = ("listed_in", "listed_for", "listed_decision")
OPEN = ("case-reason", "case-decision")


def test_nothing_that_a_list_says_of_an_entry_is_said_of_a_detention() -> None:
    known = schema.core()
    shared = known.shared_with_owner("detention")
    for name in OF_A_LIST:
        assert "person" in known.properties[name].kinds
        assert "detention" not in known.properties[name].kinds
        assert name not in shared  # so that no grouping takes it, and it is no possible episode


def test_what_an_entry_means_is_said_of_the_document_and_can_be_denied() -> None:
    prop = schema.core().properties["inclusion_means"]
    assert prop.kinds == ("document",)
    assert prop.at_a_time == "many"


@pytest.mark.parametrize("name", OPEN)
def test_a_region_adds_codes_to_a_list_of_the_core_that_takes_them(name: str) -> None:
    core, here = schema.core().codes[name], schema.of(region.bundled("xinjiang")).codes[name]
    assert list(core) == ["not-in-code-list"]
    assert next(iter(here)) == "not-in-code-list"
    assert len(here) > len(core)
    assert list(schema.of(region.bundled("belarus")).codes[name]) == ["not-in-code-list"]


def test_what_a_region_added_is_read_back_from_the_text() -> None:
    here = schema.of(region.bundled("xinjiang"))
    assert schema.read(here.text).codes == here.codes


def made(folder: Path, name: str, code: str, meaning: str) -> schema.Schema:
    (folder / "codes").mkdir(parents=True)
    (folder / "region.yaml").write_text('title: Ruritania\nzones: ["+01:00"]\n')
    of_all = "title: Ethnic group\nmeaning: Groups.\ncodes:\n"
    codes = f"  {code}:\n    label: {code}\n    meaning: {meaning}\n"
    (folder / "codes" / "ethnicity.yaml").write_text(of_all + codes)
    (folder / "codes" / f"{name}.yaml").write_text(of_all + codes)
    return schema.of(region.joined([region.read_folder(folder)]))


def test_a_code_of_the_core_keeps_its_meaning(tmp_path: Path) -> None:
    with pytest.raises(BadSchema, match="two meanings"):
        made(tmp_path / "ruritania", "case-reason", "not-in-code-list", "Something else.")


def test_other_lists_of_the_core_stay_as_they_are(tmp_path: Path) -> None:
    with pytest.raises(BadRegion, match="cannot change"):
        made(tmp_path / "ruritania", "stance", "whispers", "Says it low.")
