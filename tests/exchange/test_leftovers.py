"""What programs leave in a cell is refused, with what would be valid; what people write is not."""

from __future__ import annotations

import pytest

from habeas.exchange.drafts import DraftRow
from habeas.exchange.leftovers import doubt, far_off
from habeas.vocabulary import region, schema, values


def _doubted(column: str, cell: str, **others: str) -> tuple[str, str] | None:
    return doubt(DraftRow("mentions.csv", 2, {column: cell, **others}), column)


@pytest.mark.parametrize(
    "cell",
    ["None", "nil", "undefined", "[object Object]", "NaN", "NaT", "null", "NULL", "N/A", "#REF!"],
)
def test_a_programs_word_for_nothing_is_no_name(cell: str) -> None:
    for column in ("caption", "value", "name", "title", "code"):
        assert _doubted(column, cell) is not None
    assert _doubted("value", cell, as_written=cell) is None
    assert _doubted("as_written", cell) is None
    assert _doubted("quote", cell) is None


def test_a_letter_that_was_lost_is_told() -> None:
    found = _doubted("caption", "Tur\ufffdsun")
    assert found is not None
    assert "U+FFFD" in found[0]
    assert _doubted("quote", "Tur\ufffdsun") is None  # as it stands in the exhibit
    assert _doubted("file", "Tur\ufffdsun.txt") is None


@pytest.mark.parametrize("mark", ["\u200b", "\ufeff", "\u00ad", "\u2060", "\u0007", "\u0085"])
def test_a_character_that_nobody_sees_is_told_and_the_name_without_it_given(mark: str) -> None:
    for cell in (f"{mark}Tursun", f"Tur{mark}sun"):
        found = _doubted("caption", cell)
        assert found is not None
        assert f"U+{ord(mark):04X}" in found[0]
        assert found[1] == "Write it without: Tursun"
        assert mark not in found[0] + found[1]


@pytest.mark.parametrize(
    "cell",
    [
        "Nil Yilmaz",
        "none of them",
        "Nan",
        "Null",
        "Nil",
        "می\u200cخواهم",
        "e\u0301",
        "\u200fعلي",
        "line\nline",
        "a\tb",
    ],
)
def test_what_people_write_is_taken(cell: str) -> None:
    assert _doubted("caption", cell) is None


def _far_off(cell: str, as_written: str = "") -> tuple[str, str] | None:
    value = values.parse(cell, schema.core().properties["birth_date"], schema.core())
    row = DraftRow("claims.csv", 2, {"value": cell, "as_written": as_written})
    return far_off(row, value, region.bundled("xinjiang"))


@pytest.mark.parametrize("hour", ["T00:00", "T00:00:00", "T00:00:00Z", "T00:00:00+08:00"])
def test_a_midnight_that_a_program_added_is_asked_about(hour: str) -> None:
    told = _far_off(f"2018-06-05{hour}")
    assert told is not None
    assert "Write the day: 2018-06-05." in told[1]
    assert _far_off(f"2018-06-05{hour}", f"2018-06-05{hour}") is None
    assert _far_off("2018-06-05T14:30:00") is None
