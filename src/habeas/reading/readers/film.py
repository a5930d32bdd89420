"""Sound and film, by ffmpeg: what streams there are, how long they last, what they say of when.

What bounds a place in a recording was measured here: times from the packets as they come out of
the file, and of the first sound by decoding it; the size of the picture from frames that were
decoded. What the file only states (when and where it was made, with which device, how long it
claims to be) is kept under ``stated_…``, and where the two differ the reading says so. Times
count from the recording's own beginning. Subtitles that are text become lines with their times;
files attached are handed out and read as if they had come alone.

Invariants: one state a file; every step has its own bound on time, and what a bound or a fault
cut off is named; nothing but the file itself is opened (``ffmpeg``).
"""

from __future__ import annotations

import array
import contextlib
import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from habeas.reading import measured
from habeas.reading.documents import State
from habeas.reading.limits import MIB
from habeas.reading.measured import FURTHEST_MS, RecordingStream
from habeas.reading.readers import cues, ffmpeg, film_boxes
from habeas.reading.readers.ffmpeg import Medium, Overdue, Unplayable
from habeas.reading.readers.film_pieces import piece as piece
from habeas.reading.readers.film_pieces import still as still
from habeas.reading.readers.interface import DraftReading, InputFile
from habeas.vocabulary.locations import clock

NAME = "habeas.film"
VERSION = "1"
MEDIA_TYPES = frozenset(ffmpeg.DEMUXERS)
_STATES_A_LENGTH = frozenset({"mov", "matroska", "avi", "asf", "flv", "wav", "flac", "aiff", "caf"})
_AS_TEXT = frozenset({"subrip", "ass", "ssa", "mov_text", "webvtt", "text", "srt"})
_KINDS = {"video": "video", "audio": "audio", "subtitle": "subtitle", "attachment": "attachment"}
_TAGS = {
    "creation_time": "created", "date": "date", "com.apple.quicktime.creationdate": "created_local",
    "com.apple.quicktime.make": "make", "com.apple.quicktime.model": "model",
    "com.apple.quicktime.software": "software", "com.android.version": "android_version",
    "com.android.manufacturer": "make", "com.android.model": "model", "make": "make",
    "model": "model", "location": "location", "location-eng": "location",
    "com.apple.quicktime.location.iso6709": "location", "encoder": "software", "title": "title",
    "artist": "artist", "comment": "comment", "description": "description",
}  # fmt: skip
_DIFFERS_MS, _DIFFERS_SHARE = 1_000, 50  # one second, or a fiftieth, whichever is more
_GAP_MS = 5_000
_PROBE_SECONDS, _PACKET_SECONDS, _SOUND_SECONDS, _FRAME_SECONDS = 60, 600, 600, 60
_FRAMES = 40  # decoded to see how large the picture is
_RATE_HZ = 8_000
_PEAK_SAMPLES = _RATE_HZ // 20
_MOST_ATTACHED, _ATTACHED_BYTES = 50, 64 * MIB
_NOT_A_WORD = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(slots=True)
class _Track:
    """A stream as it is measured, packet by packet; times in milliseconds."""

    stream: RecordingStream
    first: int | None = None
    last: int = 0
    units: int = 0
    gap: tuple[int, int] = (0, 0)
    beyond: bool = False

    def take(self, at: int, lasts: int) -> None:
        self.units += 1
        if not -FURTHEST_MS <= at <= FURTHEST_MS or not 0 <= lasts <= FURTHEST_MS:
            self.beyond = True
            return
        if self.first is not None and at - self.last > self.gap[1] - self.gap[0]:
            self.gap = (self.last, at)
        self.first = at if self.first is None else min(self.first, at)
        self.last = max(self.last, at + lasts)


@dataclass(slots=True)
class _Film:
    """One file on its way."""

    source: InputFile
    draft: DraftReading
    medium: Medium
    said: dict[str, Any] = field(default_factory=dict)
    tracks: dict[int, _Track] = field(default_factory=dict)
    keyframes: list[int] = field(default_factory=list)
    waveform: list[int] = field(default_factory=list)
    begins: int = 0

    @property
    def of_time(self) -> list[_Track]:
        return [t for t in self.tracks.values() if t.stream.kind in ("video", "audio")]

    def first(self, kind: str) -> RecordingStream | None:
        return next((t.stream for t in self.tracks.values() if t.stream.kind == kind), None)


def read(source: InputFile, draft: DraftReading) -> None:
    if not ffmpeg.is_installed():
        draft.ends(
            State.UNSUPPORTED,
            "ffmpeg is not installed here. Install it (Debian: ffmpeg), then run "
            "`habeas reading retry --state unsupported`.",
        )
    film = _Film(source, draft, ffmpeg.opened(source, draft.progress))
    draft.settings["ffmpeg"] = ffmpeg.version()
    film.said = _probed(film)
    _take_streams(film)
    _measure_packets(film)
    _look_at_frames(film)
    _listen(film)
    _state(film)
    _add_subtitles(film)
    _hand_out_attached(film)
    if not draft.missing:
        draft.state = State.READ  # also without a word of text: it was measured


def _probed(film: _Film) -> dict[str, Any]:
    draft = film.draft
    if film.medium.demuxer == "mov":
        for where in film_boxes.outside_references(film.source.data)[:5]:
            draft.lacks(
                f"what the file says lies outside of it, which was not opened: {where[:200]!r}"
            )
    try:
        said = film.medium.probe(
            "-show_streams", "-show_format", "-show_chapters", seconds=_PROBE_SECONDS
        )
    except Unplayable as error:
        if "max pixel count" in str(error):
            most = film.source.limits.pixels
            draft.ends(State.REFUSED, f"pixels: a picture in it is larger than {most:,}")
        draft.ends(State.FAILED, f"ffmpeg cannot open it: {error}.")
    if not _listed(said, "streams"):
        draft.ends(State.FAILED, "ffmpeg finds no sound and no picture in it.")
    return said


def _take_streams(film: _Film) -> None:
    limits, draft = film.source.limits, film.draft
    streams = _listed(film.said, "streams")
    if len(streams) > limits.streams:
        draft.lacks(f"streams: {limits.streams} of {len(streams)} are measured")
    for said in streams[: limits.streams]:
        number = _integer(said.get("index"))
        kind = _KINDS.get(str(said.get("codec_type")), "data")
        if kind == "video" and _mapping(said, "disposition").get("attached_pic"):
            kind = "picture"
        width, height = _integer(said.get("width")), _integer(said.get("height"))
        if width * height > limits.pixels:
            draft.lacks(
                f"the picture of stream {number}: pixels: {width:,} × {height:,} are more than "
                f"{limits.pixels:,}"
            )
            kind, width, height = "data", 0, 0
        turned = _rotation(said)
        if turned % 180:
            width, height = height, width
        film.tracks[number] = _Track(
            RecordingStream(
                number,
                kind,
                _NOT_A_WORD.sub("", str(said.get("codec_name", "")))[:32],
                width_px=width,
                height_px=height,
                rotation_degrees=turned,
                language=_language(_tags(said).get("language", "")),
            )
        )  # fmt: skip


def _measure_packets(film: _Film) -> None:
    draft, count = film.draft, 0
    most, shown = film.source.limits.packets, "packet=stream_index,pts_time,dts_time,duration_time"
    main = film.first("video")
    try:
        for row in film.medium.rows("-show_entries", f"{shown},flags", seconds=_PACKET_SECONDS):
            if len(row) < 5 or (track := film.tracks.get(_integer(row[0]))) is None:
                continue
            count += 1
            if count > most:
                draft.lacks(f"packets: what comes after the first {most:,}")
                break
            at = _ms(row[1]) if row[1] != "N/A" else _ms(row[2])
            if at is None:
                track.units += 1
                continue
            track.take(at, _ms(row[3]) or 0)
            if main is not None and track.stream.number == main.number and "K" in row[4]:
                film.keyframes.append(at)
    except Overdue:
        draft.lacks(f"the rest: measuring it takes more than {_PACKET_SECONDS} seconds")
    except Unplayable as error:
        draft.lacks(f"the rest: {error}")
    if film.medium.said:
        draft.lacks(f"something of the file is damaged: {film.medium.said}")
    if not any(track.units for track in film.of_time):
        if draft.missing:
            draft.ends(State.FAILED, f"Nothing of it can be played: {draft.missing[0]}.")
        draft.ends(State.FAILED, "No sound and no picture can be taken out of it.")
    firsts = [track.first for track in film.of_time if track.first is not None]
    film.begins = _beginning(film, min(firsts, default=0))
    for track in film.tracks.values():
        first = film.begins if track.first is None else track.first
        track.stream = replace(
            track.stream, from_ms=max(0, first - film.begins),
            to_ms=min(FURTHEST_MS, max(0, track.last - film.begins)), units=track.units,
        )  # fmt: skip
        _doubt_track(film, track)
    film.keyframes = sorted(max(0, at - film.begins) for at in film.keyframes)


def _beginning(film: _Film, first: int) -> int:
    """Where a player begins: sound that only winds up the decoder lies before it."""
    stated = _ms(str(_mapping(film.said, "format").get("start_time", "")))
    return stated if stated is not None and first <= stated <= first + 1_000 else first


def _doubt_track(film: _Film, track: _Track) -> None:
    number, (start, stop) = track.stream.number, track.gap
    if track.beyond:
        film.draft.warn(f"Times in stream {number} past 24 days are not believed.")
    if track.stream.kind in ("video", "audio") and stop - start > _GAP_MS:
        since, until = clock(start - film.begins), clock(stop - film.begins)
        film.draft.warn(f"Stream {number} holds nothing from {since} to {until}.")


def _look_at_frames(film: _Film) -> None:
    """Decode some frames: whether that works, and how large they are."""
    main = film.first("video")
    if main is None:
        return
    sizes: dict[tuple[int, int], int] = {}
    try:
        for row in film.medium.rows(
            "-skip_frame", "nokey", "-select_streams", str(main.number),
            "-show_entries", "frame=width,height", "-read_intervals", f"%+#{_FRAMES}",
            seconds=_FRAME_SECONDS,
        ):  # fmt: skip
            if len(row) >= 2 and (size := (_integer(row[0]), _integer(row[1]))) != (0, 0):
                sizes[size] = sizes.get(size, 0) + 1
    except Overdue:
        film.draft.warn("Decoding its first frames takes too long.")
    except Unplayable as error:
        film.draft.lacks(f"the picture of stream {main.number} cannot be decoded: {error}")
    if not sizes:
        said = f": {film.medium.said}" if film.medium.said else ""
        film.draft.lacks(f"no frame of stream {main.number} can be decoded{said}")
        return
    if len(sizes) > 1:
        film.draft.warn("Its picture changes its size; the first is what places are measured by.")
    width, height = next(iter(sizes))
    if main.rotation_degrees % 180:
        width, height = height, width
    film.tracks[main.number].stream = replace(main, width_px=width, height_px=height)


def _listen(film: _Film) -> None:
    """Decode the first sound: how long it lasts, and how loud it is when."""
    sound = film.first("audio")
    if sound is None or not sound.units:
        return
    held, samples = bytearray(), 0
    peak_bytes = 2 * _PEAK_SAMPLES
    try:
        for piece in film.medium.decoded(
            "-map", f"0:{sound.number}", "-vn", "-sn", "-dn", "-ac", "1", "-ar", str(_RATE_HZ),
            "-f", "s16le", "pipe:1", seconds=_SOUND_SECONDS,
        ):  # fmt: skip
            held += piece
            samples += len(piece) // 2
            whole = len(held) - len(held) % peak_bytes
            film.waveform += _peaks(held[:whole])
            del held[:whole]
    except Unplayable as error:
        film.draft.lacks(f"the rest of the sound of stream {sound.number}: {error}")
    else:
        if film.medium.said:
            film.draft.lacks(f"some of the sound of stream {sound.number}: {film.medium.said}")
        lasts = samples * 1000 // _RATE_HZ
        if _differ(lasts, sound.to_ms - sound.from_ms):
            film.draft.warn(
                f"The sound of stream {sound.number} lasts {clock(lasts)} when it is decoded; its "
                f"times say {clock(sound.to_ms - sound.from_ms)}."
            )
    film.waveform += _peaks(held)


def _peaks(samples: bytearray) -> list[int]:
    """The loudest of each twentieth of a second, from 0 to 99."""
    numbers = array.array("h", bytes(samples[: len(samples) - len(samples) % 2]))
    found = (numbers[at : at + _PEAK_SAMPLES] for at in range(0, len(numbers), _PEAK_SAMPLES))
    return [min(99, max(max(some), -min(some)) * 100 // 32_768) for some in found]


def _state(film: _Film) -> None:
    """What was measured, then what the file states."""
    metadata, streams = film.draft.metadata, [track.stream for track in film.tracks.values()]
    duration = max((s.to_ms for s in streams if s.kind in ("video", "audio")), default=0)
    metadata[measured.DURATION] = str(duration)
    main = film.first("video")
    if main is not None and main.width_px:
        metadata[measured.WIDTH], metadata[measured.HEIGHT] = (
            str(main.width_px),
            str(main.height_px),
        )
        metadata[measured.ROTATION] = str(main.rotation_degrees)
    metadata[measured.STREAMS] = str(len(_listed(film.said, "streams")))
    for stream in streams:
        metadata[measured.STREAM.format(stream.number)] = stream.written()
    if film.keyframes:
        metadata[measured.KEYFRAME_COUNT] = str(len(film.keyframes))
        metadata[measured.KEYFRAMES] = measured.few_times(film.keyframes)
    if film.waveform:
        metadata[measured.WAVEFORM] = measured.waveform_of(film.waveform)
    said = _mapping(film.said, "format")
    claimed = (
        _ms(str(said.get("duration", ""))) if film.medium.demuxer in _STATES_A_LENGTH else None
    )
    if claimed is not None and _differ(claimed, duration):
        metadata["stated_duration_ms"] = str(claimed)
        film.draft.warn(
            f"The file says that it lasts {clock(claimed)}; what is in it lasts {clock(duration)}."
        )
    for tags in (_tags(said), *(_tags(each) for each in _listed(film.said, "streams"))):
        for name, value in tags.items():
            if (kept := _TAGS.get(name.lower())) and value.strip():
                metadata.setdefault(f"stated_{kept}", value.strip()[:500])
    if chapters := len(_listed(film.said, "chapters")):
        metadata["stated_chapters"] = str(chapters)


def _add_subtitles(film: _Film) -> None:
    for track in film.tracks.values():
        stream = track.stream
        if stream.kind != "subtitle":
            continue
        if stream.codec not in _AS_TEXT:
            film.draft.lacks(f"the subtitles of stream {stream.number}, which are pictures")
            continue
        written = bytearray()
        most = film.source.limits.text_code_points * 4
        try:
            for piece in film.medium.decoded(
                "-map", f"0:{stream.number}", "-c:s", "srt", "-f", "srt", "pipe:1",
                seconds=_PROBE_SECONDS,
            ):  # fmt: skip
                written += piece
                if len(written) > most:
                    break
        except Unplayable as error:
            film.draft.lacks(f"the rest of the subtitles of stream {stream.number}: {error}")
        found = cues.in_subtitles(written.decode("utf-8", "replace"), web=False)
        lines = (replace(cue, line=0, language=stream.language) for cue in found)
        cues.add_all(film.draft, lines, stream=stream.number)


def _hand_out_attached(film: _Film) -> None:
    """Files in a film are files inside: fonts, mostly, and whatever else somebody put there."""
    attached = [
        said for said in _listed(film.said, "streams") if said.get("codec_type") == "attachment"
    ]
    if len(attached) > _MOST_ATTACHED:
        film.draft.lacks(f"attached files after the first {_MOST_ATTACHED} of {len(attached)}")
    for at, said in enumerate(attached[:_MOST_ATTACHED]):
        name = _tags(said).get("filename") or f"attached {at + 1}"
        handle, path = tempfile.mkstemp()
        os.close(handle)
        try:
            with contextlib.suppress(Unplayable):  # it says that there is nothing to convert
                for _ in film.medium.decoded(
                    seconds=_PROBE_SECONDS, before=("-y", f"-dump_attachment:t:{at}", path)
                ):
                    pass
            size = os.path.getsize(path)
            if not 0 < size <= _ATTACHED_BYTES:
                film.draft.inner_ends(name, State.FAILED, "It cannot be taken out.", size)
                continue
            with open(path, "rb") as file:
                film.draft.inner(name, file.read())
        finally:
            os.unlink(path)


# --- what ffprobe says, a hostile file's words ----------------------------------------------


def _listed(said: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = said.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _mapping(said: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = said.get(name)
    return found if isinstance(found, dict) else {}


def _tags(said: Mapping[str, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in _mapping(said, "tags").items()}


def _language(stated: str) -> str:
    return "" if stated == "und" else _NOT_A_WORD.sub("", stated)[:16]


def _rotation(said: Mapping[str, Any]) -> int:
    """Degrees clockwise that set the picture upright; ffmpeg states them the other way round."""
    turns: Iterable[object] = (each.get("rotation") for each in _listed(said, "side_data_list"))
    turn = next((turn for turn in turns if turn is not None), 0)
    with contextlib.suppress(ValueError, OverflowError, TypeError):
        return round(-float(str(turn)) / 90) * 90 % 360
    return 0


def _integer(value: object) -> int:
    return int(value) if re.fullmatch(r"\d{1,9}", str(value)) else 0  # type: ignore[call-overload]


def _ms(seconds: str) -> int | None:
    """Milliseconds of ffprobe's ``12.345000``; None where it has no time."""
    found = re.fullmatch(r"(-?)(\d{1,15})\.(\d{3})\d*", seconds)
    if found is None:
        return None
    value = int(found[2]) * 1000 + int(found[3])
    return -value if found[1] else value


def _differ(one_ms: int, other_ms: int) -> bool:
    return abs(one_ms - other_ms) > max(_DIFFERS_MS, other_ms // _DIFFERS_SHARE)
