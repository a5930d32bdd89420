"""Bad names are mended with what was changed said, or refused with the reason."""

from __future__ import annotations

import contextlib
import subprocess
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.support import xinjiang

from habeas import names
from habeas.names import writing
from habeas.names.cleaning import clean
from habeas.names.errors import BadName, NamesError, UnknownConversion


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "no letters"),
        ("   ", "no letters"),
        ("12 / 7", "no letters"),
        ("\u200b\u202e", "no letters"),
        ("x" * 10_000, "too long"),
        ("a" * 100, "a word too long"),
        ("Haji", "only a title"),
        ("ھاجى قارى", "only a title"),
        ("阿訇", "only a title"),
        ("Mem\udce9t", "lost in decoding"),
        ("\ufffdursun", "lost in decoding"),
        (b"Memet", "is not a name"),
    ],
)
def test_refused_with_the_reason(name: str, said: str) -> None:
    with pytest.raises(BadName, match=said) as refused:
        xinjiang.compare(name, "Memet")
    assert refused.value.next_step


@pytest.mark.parametrize(
    ("name", "clean_name", "said"),
    [
        ("Me\u200bmet", "Memet", "U+200B"),
        ("\u202eMemet\u202c", "Memet", "U+202E"),
        ("Меmеt", "Memet", "look-alikes"),  # Cyrillic М, е, е
        ("ﻣﻪﻣﻪﺕ", "مەمەت", "read"),
        ("مـەمەت", "مەمەت", "tatweel"),
        ("Ｍｅｍｅｔ", "Memet", ""),
        ("Ch\u2019en", "Ch'en", ""),
        ("Memet  \t Tursun", "Memet Tursun", ""),
    ],
)
def test_mended_and_said(name: str, clean_name: str, said: str) -> None:
    done = clean(name)
    assert done.text == clean_name
    assert said in " ".join(done.changes)


def test_a_word_of_two_scripts_is_said_and_still_compared() -> None:
    found = xinjiang.compare("Жuмa", "Juma")
    assert any("mixes Latin and Cyrillic" in reason for reason in found.reasons)


def test_the_room_is_light_until_a_name_is_read() -> None:
    program = (
        "import sys, habeas.names\n"
        "heavy = {'umsc', 'pypinyin', 'regex', 'rapidfuzz', 'icu'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_missing_library_says_what_to_install() -> None:
    program = (
        "import sys\n"
        "sys.modules['umsc'] = sys.modules['pypinyin'] = None\n"
        "import habeas.names as names\n"
        "from habeas.vocabulary.region import bundled\n"
        "from habeas.names.errors import MissingLibrary\n"
        "try:\n    names.compare('مەمەت', '买买提', bundled('xinjiang'))\n"
        "except MissingLibrary as error:\n    assert 'install habeas again' in str(error)\n"
        "else:\n    raise SystemExit('compared')"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_public_names_are_these() -> None:
    assert set(names.__all__) == {
        "Comparer", "Gazetteer", "Likeness", "NameParts", "PossiblePlace", "Rendering",
        "check", "compare", "convert", "is_placeholder", "keys", "render", "resolve", "take_apart",
    }  # fmt: skip


LETTERS = (
    "aeéëqxghkzyümn'’-·. ,\u200b\u202eءئاەبپتجچخدرزسشغفقكگڭلمنھوۇۆۈۋېىيعحٴ"
    "абвгёжийъыьэюяәғқңөұүіһ买提阿不都拉尔逊陈江"
)


@settings(deadline=None)
@example("ъ", "a", "uey")  # no letter of it sounds
@given(
    st.text(LETTERS, max_size=24),
    st.text(LETTERS, max_size=24),
    st.sampled_from(list(writing.check(xinjiang.XINJIANG))),
)
def test_odd_names_are_answered_or_refused_by_every_call(left: str, right: str, to: str) -> None:
    try:
        found = xinjiang.compare(left, right)
    except BadName:
        return
    assert 0 <= found.similarity <= 1
    assert found.similarity == xinjiang.compare(right, left).similarity
    assert xinjiang.keys(left)
    assert xinjiang.take_apart(left).parts
    with contextlib.suppress(UnknownConversion):
        assert xinjiang.render(left, to).text


@settings(deadline=None, max_examples=20)
@given(st.text(LETTERS, min_size=1, max_size=12))
def test_any_place_is_answered_or_refused(spelling: str) -> None:
    try:
        found = xinjiang.resolve(spelling)
    except NamesError:
        return
    assert len({one.unit.id for one in found}) == len(found)
