"""The vocabulary's own data: whole, consistent, and without what must never be there."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from habeas.vocabulary import reference, region
from habeas.vocabulary.errors import BadSchema, UnknownCode
from habeas.vocabulary.schema import Schema, of, read
from habeas.vocabulary.values import STATES

KINDS = {"person", "facility", "organisation", "country", "place", "document", "event"}
OWNED = {"detention": ("person",), "observation": ("facility",)}
#: How long a code may be where the archive keeps it in a column of its own.
COLUMN_WIDTHS = {
    "stance": 16, "source-kind": 20, "verdict": 12, "custody-event": 20, "credibility": 20,
    "reliability": 20, "verification-step": 20, "consent-basis": 24,
}  # fmt: skip


@pytest.fixture(scope="module")
def schema() -> Schema:
    return of(region.bundled("xinjiang"))


def test_the_kinds_are_those_of_the_design(schema: Schema) -> None:
    assert set(schema.kinds) == KINDS | OWNED.keys()
    assert {kind.name: kind.of for kind in schema.kinds.values() if kind.of} == OWNED


def test_the_digest_is_that_of_the_text_and_the_text_gives_it_back(schema: Schema) -> None:
    assert hashlib.sha256(schema.text.encode()).hexdigest() == schema.digest
    assert read(schema.text) == schema
    assert of(region.bundled("xinjiang")) is schema


def test_the_text_holds_every_file_whole_in_the_order_of_names(schema: Schema) -> None:
    package = Path(__file__).parents[2] / "src" / "habeas"
    data, own = package / "vocabulary" / "data", package / "regions" / "xinjiang"
    files = {path.relative_to(data).as_posix(): path for path in data.rglob("*.yaml")}
    for path in own.glob("codes/*.yaml"):  # codes added to a list of the core stand after it
        name = f"codes/{path.name}"
        files[f"{name[:-5]}@01-xinjiang.yaml" if name in files else name] = path
    names = sorted(files)
    assert re.findall(r"^# === file: (.+)$", schema.text, re.M) == names
    for name in names:
        assert files[name].read_text("utf-8") in schema.text


def test_changing_any_meaning_changes_the_digest(schema: Schema) -> None:
    changed = read(schema.text.replace("says whoever speaks", "says one who speaks", 1))
    assert changed.digest != schema.digest
    assert changed.properties == schema.properties


def test_every_code_list_that_the_archive_needs_is_there(schema: Schema) -> None:
    needed = [
        "answer",
        "basis",
        "stance",
        "handling",
        "source-kind",
        "interest-kind",
        "verdict",
        "custody-event",
        "credibility",
        "reliability",
        "verification-step",
        "consent-basis",
        "place-precision",
        "un-position",
        "unit",
    ]
    assert set(needed) <= set(schema.codes)
    assert list(schema.codes["stance"]) == ["asserts", "denies", "does-not-know", "retracts"]
    assert list(schema.codes["handling"]) == ["public", "team", "restricted", "sealed"]
    assert list(schema.codes["verdict"]) == ["same", "different", "cannot-tell"]
    assert list(schema.codes["credibility"]) == list("123456")
    assert list(schema.codes["reliability"]) == list("ABCDEF")
    assert list(schema.codes["un-position"]) == ["support", "condemn", "self"]
    assert list(schema.codes["missing"]) == list(STATES)


def test_codes_fit_their_columns(schema: Schema) -> None:
    for name, width in COLUMN_WIDTHS.items():
        assert all(len(code) <= width for code in schema.codes[name]), name
    assert all(len(name) <= 40 for name in schema.properties)


def test_codes_are_plain_and_explained(schema: Schema) -> None:
    for name, codes in schema.codes.items():
        for code in codes.values():
            assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*|[A-F]", code.code), (name, code.code)
            assert code.meaning.endswith(".")
    assert all(code.one for code in schema.codes["unit"].values())


def test_properties_are_explained_in_whole_sentences(schema: Schema) -> None:
    for prop in schema.properties.values():
        assert prop.meaning.endswith("."), prop.name
        assert prop.label[0].isupper(), prop.name
        assert not prop.ftm or re.match(r"[A-Z][A-Za-z]+:[a-z]", prop.ftm), prop.name
        assert not prop.huridocs or re.match(r"\d{4} ", prop.huridocs), prop.name


def test_no_property_says_what_the_program_never_does(schema: Schema) -> None:
    """No score, rank or prediction of a person, no present place, no measure of a body."""
    forbidden = (
        "score|rank|risk|threat_level|predict|likelihood|suspicio|biometr|finger|face|iris|dna|"
        "blood|height|weight|eye|hair|gait|voice|phone|email|imei|plate|current|present_loc|now|contact_of"
    )
    for prop in schema.of_kind("person"):
        assert not re.search(forbidden, prop.name), prop.name
        assert prop.type != "place", "a person has no point on a map"


def test_what_may_hurt_people_is_never_public_by_default(schema: Schema) -> None:
    strictness = ["public", "team", "restricted", "sealed"]
    floors = {"birth_date": "team", "ethnicity": "team", "religion": "team", "relative_of": "team",
              "native_place": "team", "note": "team", "health": "restricted",
              "identity_number": "sealed"}  # fmt: skip
    for name, floor in floors.items():
        found = strictness.index(schema.properties[name].sensitivity)
        assert found >= strictness.index(floor), name


def test_a_code_that_is_not_there_names_those_that_are(schema: Schema) -> None:
    with pytest.raises(UnknownCode) as refused:
        schema.code("un-position", "abstain")
    assert "support, condemn, self" in refused.value.next_step


def test_yes_and_no_are_codes_not_truths(schema: Schema) -> None:
    assert list(schema.codes["answer"])[:2] == ["yes", "no"]


# --- files that are not in order ----------------------------------------------------------


def broken(schema: Schema, old: str, new: str) -> str:
    assert old in schema.text
    return schema.text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("label: Yes", "lable: Yes", "label is missing"),
        ("    label: Yes", "    score: 5\n    label: Yes", "no key named score"),
        ("type: url", "type: face", "no type named face"),
        ("codes: gender", "codes: race-science", "code list that exists"),
        ("unit: persons", "unit: scores", "unit of the list"),
        ("refers_to: [country]", "refers_to: [planet]", "no kind named planet"),
        ("  kinds: [person]", "  kinds: person", "is a list"),
        ("sensitivity: sealed", "sensitivity: secret", "no sensitivity"),
        ("at_a_time: one", "at_a_time: two", "one or many"),
        ("\nbirth_date:", "\nBirth Date:", "small letters"),
        ("\nbirth_date:", "\n  : [", "not YAML"),
        ("# === file: kinds.yaml", "# === file: other.yaml", "missing"),
    ],
)
def test_a_file_that_is_not_in_order_is_refused(
    schema: Schema, old: str, new: str, reason: str
) -> None:
    with pytest.raises(BadSchema, match=re.escape(reason)):
        read(broken(schema, old, new))


# --- the reference page -------------------------------------------------------------------


def test_the_reference_page_is_made_from_the_data(schema: Schema, repository: Path) -> None:
    page = repository / "docs" / "reference" / "vocabulary.md"
    assert page.read_text("utf-8") == reference.page(), (
        "Run: python -m habeas.vocabulary.reference > docs/reference/vocabulary.md"
    )


def test_the_reference_page_names_everything(schema: Schema) -> None:
    page = reference.page()
    for name in (*schema.kinds, *schema.properties, *schema.codes):
        assert f"`{name}`" in page or f"### List {name}\n" in page, name


def test_which_properties_fold_is_data(schema: Schema) -> None:
    known = schema
    folding = {name for name, each in known.properties.items() if each.folds}
    assert {"ill_treated", "saw_violence", "health", "description"} <= folding
    description = known.properties["description"]
    assert description.is_folded("person")
    assert not description.is_folded("document")
    assert description.is_folded(""), "of what is not known, as of what may not be seen"
    assert not known.properties["name"].is_folded("person")
    text = known.text.replace("folds: [person, detention]", "folds: [country]", 1)
    with pytest.raises(BadSchema, match="does not belong"):
        read(text)
