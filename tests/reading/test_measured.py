"""The facts of size and time that places are checked against: written and read alike."""

from __future__ import annotations

import io
from collections.abc import Callable

import typst
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from habeas.reading import measured
from habeas.reading.documents import Document
from habeas.reading.measured import RecordingStream
from habeas.vocabulary import locations

ReadBytes = Callable[..., list[Document]]
number = st.integers(0, 2**31 - 1)


@given(st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 10**6)), min_size=1, max_size=20))
def test_page_sizes_are_written_and_read(sizes: list[tuple[int, int]]) -> None:
    known = measured.measured({measured.PAGE_BOXES: measured.page_runs(sizes)})
    for page, size in enumerate(sizes, 1):
        assert known.page_size(page) == size
    assert known.page_size(len(sizes) + 1) is None


def test_page_sizes_fit_an_entry() -> None:
    sizes = [(600_000 + at, 800_000) for at in range(5_000)]
    words = measured.page_runs(sizes)
    assert len(words) <= 480
    known = measured.measured({measured.PAGE_BOXES: words})
    assert known.page_size(1) == (600_000, 800_000)
    assert known.page_size(5_000) is None  # not stated, rather than wrong


@given(st.builds(
    RecordingStream, number=st.integers(0, 31),
    kind=st.sampled_from(["video", "audio", "subtitle"]),
    codec=st.sampled_from(["", "h264"]), from_ms=number, to_ms=number, width_px=number,
    height_px=number, rotation_degrees=st.sampled_from([0, 90, 180, 270]), units=number,
    language=st.sampled_from(["", "uig"]),
))  # fmt: skip
def test_streams_are_written_and_read(stream: RecordingStream) -> None:
    known = measured.measured({f"stream_{stream.number}": stream.written()})
    assert known.streams == (stream,)
    assert known.stream(stream.number) == stream


@given(st.lists(st.integers(0, 10**9), max_size=300).map(sorted))
def test_few_times_are_in_order_and_of_those(times: list[int]) -> None:
    few = [int(word) for word in measured.few_times(times).split()]
    assert few == sorted(few)
    assert set(few) <= set(times)
    assert len(measured.few_times(times)) <= 480
    assert bool(few) == bool(times)


@given(st.lists(st.integers(0, 99), max_size=2_000))
def test_a_waveform_keeps_the_loudest(peaks: list[int]) -> None:
    drawn = measured.waveform_in(measured.waveform_of(peaks))
    assert max(drawn, default=0) == max(peaks, default=0)
    assert len(drawn) == min(240, len(peaks))


def test_what_is_no_fact_is_not_taken() -> None:
    odd = {"duration_ms": "-5", "upright_width_px": "1e9", "stream_0": "", "page_boxes": "1 x"}
    assert measured.measured(odd) == measured.Measured()


def test_a_page_has_its_box(read_bytes: ReadBytes) -> None:
    pdf = typst.compile(b"#set page(width: 200pt, height: 100pt)\nHeld\n#pagebreak()\nin May")
    (found,) = read_bytes(pdf, "a.pdf")
    assert found.metadata["page_boxes"] == "1-2 200000x100000"


def test_a_picture_says_its_upright_size(read_bytes: ReadBytes) -> None:
    made = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (30, 20)).save(made, "JPEG", exif=exif)
    known = measured.measured(read_bytes(made.getvalue(), "a.jpg")[-1].metadata)
    assert (known.width_px, known.height_px, known.rotation_degrees) == (20, 30, 90)
    frames = io.BytesIO()
    Image.new("L", (30, 20)).save(
        frames, "TIFF", save_all=True, append_images=[Image.new("L", (10, 40))]
    )
    pages = measured.measured(read_bytes(frames.getvalue(), "a.tif")[-1].metadata)
    assert (pages.page_size(1), pages.page_size(2)) == ((30, 20), (10, 40))


def test_clock() -> None:
    assert [locations.clock(ms) for ms in (0, 61_500, 3_723_000)] == ["0:00", "1:01.500", "1:02:03"]
