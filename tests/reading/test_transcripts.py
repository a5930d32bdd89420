"""Transcripts: lines with their times; what is malformed is said by line, and its words stay."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from habeas.reading import detecting
from habeas.reading.documents import Document, State
from habeas.reading.readers import cues

ReadBytes = Callable[..., list[Document]]

VTT = """WEBVTT - an interview

NOTE said by whom is in the voice tag

STYLE
::cue { color: red }

first
00:01.000 --> 00:02.500 align:start
<v Witness A>We were held in the <i>school</i> &amp; the hall.

01:00:00.000 --> 01:00:01.000
ئۇلار مېنى
تۇتتى
"""
SRT = """\ufeff1\r
00:00:01,000 --> 00:00:02,500\r
{\\an8}<font color="red">We were held</font>\r
\r
2\r
00:00:02,500 --> 00:00:03,000\r
in May.\r
"""
LONG_GRID = """File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 2.5
tiers? <exists>
size = 2
item []:
    item [1]:
        class = "IntervalTier"
        name = "Witness 1"
        xmin = 0
        xmax = 2.5
        intervals: size = 3
        intervals [1]:
            xmin = 0
            xmax = 0.5
            text = ""
        intervals [2]:
            xmin = 0.5
            xmax = 1.25
            text = "held in ""the school"" 2017"
        intervals [3]:
            xmin = 1.25
            xmax = 2.5
            text = "released"
    item [2]:
        class = "TextTier"
        name = "notes"
        xmin = 0
        xmax = 2.5
        points: size = 1
        points [1]:
            number = 0.75
            mark = "a door"
"""
SHORT_GRID = """File type = "ooTextFile"
"TextGrid"

0
2.5
<exists>
1
"IntervalTier"
"Witness 1"
0
2.5
1
0.5
1.25
"held in May"
"""
EAF = """<?xml version="1.0" encoding="UTF-8"?>
<ANNOTATION_DOCUMENT AUTHOR="" DATE="2020-01-01T00:00:00Z" FORMAT="3.0" VERSION="3.0">
<HEADER MEDIA_FILE="" TIME_UNITS="milliseconds"><MEDIA_DESCRIPTOR MEDIA_URL="file:///etc/passwd"
 MIME_TYPE="video/mp4"/></HEADER>
<TIME_ORDER><TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="500"/><TIME_SLOT TIME_SLOT_ID="ts2"/>
<TIME_SLOT TIME_SLOT_ID="ts3" TIME_VALUE="2000"/></TIME_ORDER>
<TIER TIER_ID="speech" PARTICIPANT="Witness A" LINGUISTIC_TYPE_REF="u">
<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" TIME_SLOT_REF1="ts1" TIME_SLOT_REF2="ts2">
<ANNOTATION_VALUE>We were held</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>
<TIER TIER_ID="English" PARENT_REF="speech" LINGUISTIC_TYPE_REF="t">
<ANNOTATION><REF_ANNOTATION ANNOTATION_ID="a2" ANNOTATION_REF="a1">
<ANNOTATION_VALUE>a gloss</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION></TIER>
</ANNOTATION_DOCUMENT>
"""


def lines(document: Document) -> list[tuple[str, dict[str, str | int]]]:
    return [(document.text[p.start : p.stop], dict(p.locator)) for p in document.parts]


def test_webvtt(read_bytes: ReadBytes) -> None:
    (found,) = read_bytes(VTT.encode(), "talk")
    assert (found.state, found.media_type) == (State.READ, "text/vtt")
    assert lines(found) == [
        (
            "We were held in the school & the hall.",
            {"from_ms": 1000, "to_ms": 2500, "speaker": "Witness A", "line": 9},
        ),
        ("ئۇلار مېنى\nتۇتتى", {"from_ms": 3_600_000, "to_ms": 3_601_000, "line": 12}),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_subrip(encoding: str, read_bytes: ReadBytes) -> None:
    (found,) = read_bytes(SRT.encode(encoding), "talk.srt")
    assert (found.state, found.media_type) == (State.READ, "application/x-subrip")
    assert [words for words, _ in lines(found)] == ["We were held", "in May."]
    assert lines(found)[1][1] == {"from_ms": 2500, "to_ms": 3000, "line": 6}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
def test_textgrid(encoding: str, read_bytes: ReadBytes) -> None:
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    (found,) = read_bytes((mark + LONG_GRID).encode(encoding), "talk")
    assert (found.state, found.media_type) == (State.READ, "text/x-textgrid")
    assert [
        (words, place["from_ms"], place["to_ms"], place["tier"]) for words, place in lines(found)
    ] == [
        ('held in "the school" 2017', 500, 1250, "Witness 1"),
        ("a door", 750, 750, "notes"),
        ("released", 1250, 2500, "Witness 1"),
    ]  # fmt: skip
    (short,) = read_bytes(SHORT_GRID.encode(encoding))
    assert [words for words, _ in lines(short)][:1] == ["held in May"]


def test_elan(read_bytes: ReadBytes) -> None:
    (found,) = read_bytes(EAF.encode(), "talk.eaf")
    assert (found.state, found.media_type) == (State.READ, "application/x-eaf+xml")
    times = {"from_ms": 500, "to_ms": 2000}
    assert lines(found) == [
        ("We were held", {**times, "speaker": "Witness A", "tier": "speech"}),
        ("a gloss", {**times, "tier": "English"}),
    ]


MALFORMED = {
    "no such time": (
        "WEBVTT\n\n00:01.000 --> later\nheld\n\n00:02.000 --> 00:03.000\nin May\n",
        "line 3: its time cannot be read",
    ),
    "ends first": (
        "1\n00:00:05,000 --> 00:00:01,000\nheld\n\n2\n00:00:02,000 --> 00:00:03,000\nin May\n",
        "line 2: it ends before it begins, so its time is not taken",
    ),
    "90 minutes": (
        "1\n00:90:05,000 --> 00:91:01,000\nheld\n\n2\n00:00:02,000 --> 00:00:03,000\nin May\n",
        "line 2: its time has more than 59 minutes or seconds",
    ),
    "no time": (
        "WEBVTT\n\nheld\n\n00:02.000 --> 00:03.000\nin May\n",
        "line 3: its words belong to no time",
    ),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_what_is_malformed_is_said_by_line_and_its_words_stay(
    case: str, read_bytes: ReadBytes
) -> None:
    data, fault = MALFORMED[case]
    (found,) = read_bytes(data.encode(), "talk.srt")
    assert found.state is State.IN_PART
    assert found.missing == (fault,)
    assert [words for words, _ in lines(found)] == ["held", "in May"]
    assert "from_ms" not in lines(found)[0][1]


def test_a_textgrid_that_breaks_off_is_read_that_far(read_bytes: ReadBytes) -> None:
    (found,) = read_bytes(LONG_GRID[: LONG_GRID.index("intervals [3]")].encode())
    assert found.state is State.IN_PART
    assert [words for words, _ in lines(found)] == ['held in "the school" 2017']
    assert found.missing == ("what comes after line 23: the file ends where a number should be",)
    (head,) = read_bytes(LONG_GRID[:60].encode())
    assert head.state is State.FAILED


def test_elan_with_an_entity_is_refused(read_bytes: ReadBytes) -> None:
    bomb = EAF.replace(
        "<ANNOTATION_DOCUMENT", '<!DOCTYPE a [<!ENTITY a "held">]><ANNOTATION_DOCUMENT', 1
    )
    (found,) = read_bytes(bomb.encode())
    assert found.state is State.REFUSED
    assert found.text == ""


def test_elan_with_faults(read_bytes: ReadBytes) -> None:
    circle = EAF.replace('ANNOTATION_REF="a1"', 'ANNOTATION_REF="a2"')
    (found,) = read_bytes(circle.encode())
    assert found.missing == ("annotation 2: it has no time that can be read",)
    (cut,) = read_bytes(EAF[: EAF.index('<TIER TIER_ID="English"')].encode())
    assert cut.state is State.IN_PART
    assert [words for words, _ in lines(cut)] == ["We were held"]


def test_other_text_is_no_transcript() -> None:
    assert detecting.media_type(b"WEBVTTED is no word\n") == "text/plain"
    assert detecting.media_type(b"Held at 00:01:02,000 on May 1.\n") == "text/plain"
    assert detecting.media_type(b"Held. --> released\n", "a.srt") == "application/x-subrip"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 10**8), st.integers(0, 10**6),
            st.text("abz ئ见\u200f.", min_size=1).map(str.strip).filter(bool),
        ),
        max_size=5,
    )
)  # fmt: skip
def test_what_is_written_is_read(spoken: list[tuple[int, int, str]]) -> None:
    def clock(ms: int) -> str:
        return (
            f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d}.{ms % 1000:03d}"
        )

    blocks = [f"{clock(at)} --> {clock(at + lasts)}\n{words}\n" for at, lasts, words in spoken]
    found = list(cues.in_subtitles("\n".join(["WEBVTT\n", *blocks]), web=True))
    assert [(cue.from_ms, cue.to_ms, cue.text) for cue in found] == [
        (at, at + lasts, words) for at, lasts, words in spoken
    ]


@settings(max_examples=80, deadline=None)
@given(st.text("0123456789:,.->\n \tWEBVTTNOTEab<v>", max_size=80), st.booleans())
def test_any_text_is_cues_or_faults(text: str, web: bool) -> None:
    for cue in cues.in_subtitles(text, web=web):
        assert cue.fault or (cue.from_ms is not None and cue.to_ms is not None)
        if cue.from_ms is not None and cue.to_ms is not None:
            assert 0 <= cue.from_ms <= cue.to_ms
