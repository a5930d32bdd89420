"""Which regions an archive has: an entry, from which its vocabulary and its rooms follow."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from tests.archive.making import add_reviewer, newspaper

from habeas.archive import models as m
from habeas.archive import regions, verbs
from habeas.archive.errors import PersonNeeded
from habeas.archive.ledger.rebuilding import rebuild
from habeas.archive.opening import Archive
from habeas.archive.projection import name_keys, things
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verify.verifying import verify
from habeas.vocabulary import region, schema, values
from habeas.vocabulary.errors import UnknownCode, VocabularyError


@pytest.fixture
def ruritania(tmp_path: Path) -> region.Folder:
    made = tmp_path / "ruritania"
    (made / "codes").mkdir(parents=True)
    (made / "region.yaml").write_text('title: Ruritania\nzones: ["+01:00"]\n')
    (made / "codes" / "ethnicity.yaml").write_text(
        "title: Ethnic group\nmeaning: Groups.\ncodes:\n"
        "  ruritanian:\n    label: Ruritanian\n    meaning: Ruritanian.\n"
    )
    return region.read_folder(made)


def ethnic_group(archive: Archive, code: str, known: region.Region) -> None:
    with archive.writing() as batch:
        source = newspaper(batch)
        somebody = verbs.mention(batch, "person", "Test Somebody")
        value = values.code("ethnicity", code, schema=schema.of(known))
        verbs.claim(batch, somebody, "ethnicity", value, [Attribution(source)])


def vocabularies() -> set[str]:
    return set(m.Claim.objects.values_list("vocabulary", flat=True))


def test_an_archive_without_an_entry_is_xinjiangs(archive: Archive) -> None:
    assert regions.chosen() is region.bundled("xinjiang")
    ethnic_group(archive, "uyghur", regions.chosen())
    assert vocabularies() == {regions.vocabulary().digest}


def test_regions_are_chosen_joined_replayed_and_verified(
    archive: Archive, ruritania: region.Folder
) -> None:
    xinjiang = region.bundled_folder("xinjiang")
    before = regions.vocabulary().digest
    with archive.writing() as batch:
        verbs.choose_regions(batch, [ruritania, xinjiang], reason="two cases")
    assert regions.chosen() is region.joined([ruritania, xinjiang])
    assert regions.vocabulary().digest != before
    ethnic_group(archive, "ruritanian", regions.chosen())
    assert vocabularies() == {regions.vocabulary().digest}
    (claim,) = m.Claim.objects.all()
    assert regions.words_of(values.from_json(json.loads(claim.value))) == "Ruritanian"
    rebuild()
    assert regions.chosen() is region.joined([ruritania, xinjiang])
    assert verify(archive).faults == []
    with archive.writing() as batch:
        verbs.choose_regions(batch, [ruritania])
    assert regions.chosen().names == ("ruritania",)
    with pytest.raises(UnknownCode):
        regions.vocabulary().code("ethnicity", "uyghur")


def test_keys_of_names_are_made_anew_for_the_regions(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(things, "_MOST_KEYS", 0)  # written one after the other
    belarus = region.bundled("belarus")
    with archive.writing() as batch:
        source = newspaper(batch)
        somebody = verbs.mention(batch, "person", "Ціханава Вольга")
        name = values.text("Сяргей Тэст")
        verbs.claim(batch, somebody, "other_name", name, [Attribution(source)])
    before = set(m.NameKey.objects.values_list("key", "entry", "mention"))
    with archive.writing() as batch:
        verbs.choose_regions(batch, belarus.folders)
        verbs.mention(batch, "person", "Дзмітрый Тэст")
    after = set(m.NameKey.objects.values_list("key", "entry", "mention"))
    wanted = name_keys.keys("Ціханава Вольга", belarus)
    assert {key for key, entry, _ in after if entry == somebody.position} == wanted
    assert before - after
    m.NameKey.objects.all().delete()
    monkeypatch.undo()
    m.LocalState.objects.filter(name="projection").update(value="older")
    rebuild()
    assert set(m.NameKey.objects.values_list("key", "entry", "mention")) == after


def test_where_there_are_people_a_person_signs(archive: Archive, ruritania: region.Folder) -> None:
    person = add_reviewer(archive)
    with pytest.raises(PersonNeeded), archive.writing() as batch:
        verbs.choose_regions(batch, [ruritania])
    assert regions.entry() is None
    with archive.writing(person) as batch:
        verbs.choose_regions(batch, [ruritania])
    assert verify(archive).faults == []


def test_an_unsigned_choice_after_people_is_a_fault(
    archive: Archive, ruritania: region.Folder
) -> None:
    add_reviewer(archive)
    with archive.writing() as batch:
        told = {"name": ruritania.name, "digest": ruritania.digest, "text": ruritania.text}
        batch.append("region", {"regions": [told]})
    assert [fault.code for fault in verify(archive).faults] == ["ledger.decision-unsigned"]


def test_bad_regions_are_refused_before_anything_is_recorded(
    archive: Archive, ruritania: region.Folder
) -> None:
    size = archive.size
    wrong = dataclasses.replace(ruritania, text=ruritania.text + "# === file: people.yaml\n- a\n")
    for folders in ([], [ruritania, ruritania], [wrong]):
        with pytest.raises(VocabularyError), archive.writing() as batch:
            verbs.choose_regions(batch, folders)
    assert archive.size == size
