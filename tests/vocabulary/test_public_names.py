"""The names that the other rooms and notebooks use; taking one away breaks them."""

from __future__ import annotations

import importlib

import pytest

NAMES = {
    "answers": "Answer agreed all_of any_of",
    "edtf": "Answer Edtf before describe hull meet overlaps parse sort_key within",
    "counts": "Count could_equal describe make parse reach",
    "places": "PRECISIONS Point describe make parse",
    "texts": "Text detect_script direction_of fold language_tag make script_code",
    "clock": "utc_minutes",
    "locations": "Bounds Location of_fields outside parse problems words",
    "schema": "Code CodeList Kind Property Schema core of read",
    "values": "BY_PERSON MISSING_MARK STATES ClaimColumns Coded Reference Value Written amount "
    "code columns count date describe from_json identifier missing outline parse place reference "
    "text to_json url",
    "outlines": "Outline describe make parse",
    "areas": "Area Growth corner_metres describe describe_growth growth measure",
    "datums": "LikelyShift likely_shift to_bd09 to_gcj02",
    "amounts": "Amount CURRENCIES describe make parse",
    "errors": "VocabularyError BadAmount BadCount BadDate BadOutline BadPlace BadSchema BadText "
    "BadValue UnknownCode",
}


@pytest.mark.parametrize("module", NAMES)
def test_public_names_are_there(module: str) -> None:
    found = importlib.import_module(f"habeas.vocabulary.{module}")
    for name in NAMES[module].split():
        assert hasattr(found, name), name
    if hasattr(found, "__all__"):
        assert set(NAMES[module].split()) == set(found.__all__)
