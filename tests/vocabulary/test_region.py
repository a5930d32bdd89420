"""A region is a folder of data: read, joined, refused by file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from habeas import names
from habeas.linking import titles
from habeas.names.errors import NamesError
from habeas.vocabulary import region, schema
from habeas.vocabulary.errors import BadRegion, BadSchema, UnknownRegion, VocabularyError

#: The vocabulary of an archive of Xinjiang as it is now: a claim commits to it, and a change of it
#: is meant. An archive logs each version that its claims were made under.
DIGEST = "c786a22399b7874f0d18ddb2439447db12bff162e0c648f3c958a5e2bbc28d28"
CODES = "title: Ethnic group\nmeaning: Groups.\ncodes:\n"


def code(name: str, meaning: str) -> str:
    return f"  {name}:\n    label: {name}\n    meaning: {meaning}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "ruritania"
    (made / "codes").mkdir(parents=True)
    (made / "region.yaml").write_text('title: Ruritania\nzones: ["+01:00"]\n')
    (made / "codes" / "ethnicity.yaml").write_text(CODES + code("ruritanian", "Ruritanian."))
    return made


def check(folder: Path) -> None:
    found = region.joined([region.read_folder(folder)])
    schema.of(found)
    names.check(found)
    titles.check(found)


def test_the_vocabulary_of_xinjiang_changes_only_where_it_is_meant_to() -> None:
    assert schema.of(region.bundled("xinjiang")).digest == DIGEST


@pytest.mark.parametrize("name", region.bundled_names())
def test_what_comes_with_habeas_is_in_order_and_read_back_from_its_text(name: str) -> None:
    folder = region.bundled_folder(name)
    again = region.read(name, folder.text)
    assert again == folder
    assert region.joined([again]) is region.bundled(name)
    names.check(region.bundled(name))
    titles.check(region.bundled(name))


def test_a_region_holds_data_alone() -> None:
    room = Path(region.__file__).parents[1] / "regions"
    assert [path.name for path in room.rglob("*.py")] == ["__init__.py"]


def test_codes_of_two_regions_are_joined_in_order(folder: Path) -> None:
    both = region.joined([region.read_folder(folder), region.bundled_folder("xinjiang")])
    codes = schema.of(both).codes["ethnicity"]
    assert next(iter(codes)) == "ruritanian"
    assert "uyghur" in codes
    assert schema.read(schema.of(both).text).codes["ethnicity"] == codes
    assert both.zones == ("+01:00", "+06:00", "+08:00")


def test_one_code_with_two_meanings_is_refused_by_name(folder: Path) -> None:
    (folder / "codes" / "ethnicity.yaml").write_text(CODES + code("han", "A small river."))
    both = region.joined([region.read_folder(folder), region.bundled_folder("xinjiang")])
    with pytest.raises(BadSchema, match="‘han’ of the list ethnicity has two meanings"):
        schema.of(both)


def test_a_region_does_not_change_the_core(folder: Path) -> None:
    (folder / "codes" / "stance.yaml").write_text(CODES + code("asserts", "Shouts."))
    with pytest.raises(BadRegion, match=r"codes/stance\.yaml: the list belongs to the core"):
        check(folder)


def test_an_unknown_region_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownRegion) as refused:
        region.bundled("atlantis")
    assert "xinjiang" in (refused.value.next_step or "")


WRONG = {
    "region.yaml": [
        ("zones: []\n", "title is missing"),
        ("title: R\nzone: []\n", "line 2: no key named ‘zone’"),
        ('title: R\nzones:\n  - "+1"\n', "line 3: ‘\\+1’ is not a zone"),
        ("title: R\ntitle: S\n", "line 2: ‘title’ is there twice"),
        ("title: [\n", "line 2: it is not YAML"),
        ("title: R\nzones: &a [*a]\n", "line 2: anchors"),
        ("title: &a R\nzones: [*a, *a]\n", "line 1: anchors"),
        ("title: R\n? [a]\n: b\n", "line 2: a key must be a text"),
        ("title: R\nzones: " + "[" * 30 + "]" * 30 + "\n", "line 2: it is nested too deep"),
        ("title: R\nlanguages:\n  - {language: be}\n", "line 3: script, when is missing"),
        ("title: R\n# === file: x\n", "line 2: no line may have"),
    ],
    "people.yaml": [
        ("titles:\n  mr: yes\n", "line 2: titles must be a list of texts"),
        ('endings:\n  family:\n    - "(a+)+"\n', "line 3: .* repeats a group"),
        ('endings:\n  family:\n    - "("\n', "line 3: .* is not a pattern"),
    ],
    "ranks.yaml": [("words:\n  - words: [a]\n", "line 2: said is missing")],
    "sites.yaml": [("kinds:\n  prison:\n    - '['\n", "line 3: .* is not a pattern")],
    "placeholders.tsv": [("en\tunknown\nen\n", "line 2: a line has a language")],
    "given_names.tsv": [("a\tb\n", "Line 1 of given_names.tsv of the region ruritania")],
    "letters.yaml": [
        ("readings:\n  - name: A\n", "line 2: script is missing"),
        ("readings:\n  - {name: A, script: Latn, reader: x}\n", "line 2: no reader named ‘x’"),
        ("readings:\n  - {name: A, script: Latn, steps: [{by: x}]}\n", "no step named ‘x’"),
        (
            "tables:\n  a: [{use: a}]\nreadings: []\n",
            "the table ‘a’ uses itself",
        ),
        (
            "readings:\n  - name: A\n    script: Latn\n    steps:\n      - letters: {ab: c}\n",
            "line 5: ‘ab’ is not one letter",
        ),
    ],
    "writing.yaml": [
        ("targets:\n  a: {title: A}\n", "line 2: a target has either steps or by"),
        ("targets:\n  a: {title: A, by: magic}\n", "line 2: nothing is named ‘magic’"),
    ],
    "gazetteer.tsv": [
        ("id\tname\n", "line 1: the first line must name the columns"),
        ("id\tlevel\tparent\tpoint\tsource\tofficial/xx/No\n", "line 1: .*No"),
        (
            "id\tlevel\tparent\tpoint\tsource\tofficial/en/Latn\n1\tcounty\t2\t\teditors\tA\n",
            "line 2: it is in 2, which is not on an earlier line",
        ),
        (
            "id\tlevel\tparent\tpoint\tsource\tofficial/en/Latn\n1\tcounty\t\t\teditors\tЖ\n",
            "line 2: Ж is not written in Latn",
        ),
    ],
    "gazetteer.json": [
        ("{", r"gazetteer\.json: It is not JSON"),
        (
            '{"format": "habeas-gazetteer/1", "name": "", "sources": {}, "units": [{"id": "1"}]}',
            r"gazetteer\.json: .*'forms' is missing",
        ),
    ],
    "codes/ethnicity.yaml": [
        ("title: t\nmeaning: m\ncodes:\n  a:\n    label: A\n", "line 5: meaning is missing"),
        ("title: t\nmeaning: m\ncodes: [a]\n", "line 3: codes must be a list of keys"),
    ],
    "cities.csv": [("a", r"a region has no such file; files: region\.yaml")],
}


@pytest.mark.parametrize(
    ("file", "text", "said"), [(f, text, said) for f, some in WRONG.items() for text, said in some]
)
def test_what_is_wrong_is_told_by_file_and_line(
    folder: Path, file: str, text: str, said: str
) -> None:
    (folder / file).write_text(text, encoding="utf-8")
    with pytest.raises((VocabularyError, NamesError), match=said) as refused:
        check(folder)
    assert file in str(refused.value) or isinstance(refused.value, NamesError)


def test_a_region_needs_the_lists_of_the_cores_properties(folder: Path) -> None:
    (folder / "codes" / "ethnicity.yaml").unlink()
    with pytest.raises(BadRegion, match=r"codes/ethnicity\.yaml: it is missing, and the property"):
        check(folder)


def test_a_link_is_no_file_of_a_region(folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("titles: []\n")
    (folder / "people.yaml").symlink_to(secret)
    with pytest.raises(BadRegion, match=r"people\.yaml: it is not a file"):
        check(folder)


def test_bytes_that_are_no_text_are_told_by_line(folder: Path) -> None:
    (folder / "placeholders.tsv").write_bytes(b"en\tunknown\nru\t\xff\n")
    with pytest.raises(BadRegion, match=r"placeholders\.tsv, line 2: it is not UTF-8"):
        check(folder)


def test_a_folder_that_is_none_and_a_name_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(BadRegion, match="is not a folder"):
        region.read_folder(tmp_path / "nowhere")
    with pytest.raises(BadRegion, match="cannot be the name of a region"):
        region.read_folder(tmp_path / "My Region")
