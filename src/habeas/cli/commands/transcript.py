"""transcript: what is said in a recording, as somebody wrote it down or translated it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from habeas.archive import models as m
from habeas.archive import rules, verbs
from habeas.archive.access import OWNER, visible
from habeas.archive.errors import EntryRefused, UnknownReference
from habeas.archive.exhibits import transcripts
from habeas.archive.exhibits.intake import Received, add_files
from habeas.archive.ledger.committed_entries import Ref, entry_id_at
from habeas.archive.opening import Archive
from habeas.archive.readings import standing
from habeas.archive.verbs.referring import Marking, marking_as_exhibit
from habeas.cli.commands.reading import read_and_tell
from habeas.cli.session import Session
from habeas.cli.speaking import several
from habeas.vocabulary.locations import clock

_RECORDINGS = ("audio/", "video/")
_MOST_NAMED = 3


def add(
    session: Session,
    recording: Annotated[
        int, typer.Argument(metavar="RECORDING", help="The recording: an exhibit's number.")
    ],
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="The transcript (WebVTT, SRT, TextGrid, ELAN, or any text), or the number of an "
            "exhibit that is one.",
        ),
    ],
    by: Annotated[
        str,
        typer.Option(
            "--by", metavar="SOURCE", help="Who transcribed it: a source's code or number."
        ),
    ],
    language: Annotated[
        str, typer.Option(metavar="TAG", help="The language of its words: ug, zh, en, kk-Cyrl.")
    ],
    translates: Annotated[
        int | None,
        typer.Option(
            metavar="N", help="The transcript that this one translates.", show_default=False
        ),
    ] = None,
    note: Annotated[
        str, typer.Option(metavar="TEXT", help="What else to record of it.", show_default=False)
    ] = "",
) -> None:
    """Record who transcribed or translated a recording.

    The file is sealed as an exhibit with the recording's compartment and handling, and read. Its
    lines are shown beside the recording under that source's name, and `habeas search` finds them.
    """
    archive = session.open()
    row = visible(OWNER, m.Exhibit).filter(position=recording).first()
    if row is None:
        raise UnknownReference(
            f"Entry {recording} is not an exhibit.",
            next_step="`habeas reading report --csv -` lists them with their numbers.",
        )
    source, marking = _source(by), marking_as_exhibit(row)
    rules.refuse(rules.transcript(language, itself=file == str(recording)))
    words = _sealed(session, archive, file, marking)
    read_and_tell(session, archive, 1)
    _refuse_no_recording(recording)
    reading = standing(OWNER, words)
    if reading is None or reading.layer is None:
        why = "" if reading is None else f" ({reading.state}: {reading.reason})"
        raise EntryRefused(
            f"Exhibit {words} has no text that can be used as a transcript{why}.",
            next_step="It stays sealed. Give a file in WebVTT, SRT, TextGrid, ELAN or plain text.",
        )
    running_on = transcripts.past_the_end(archive, OWNER, recording, reading.position)
    known = visible(OWNER, m.Transcript).filter(
        exhibit=recording, transcript=words, source=source.position, ended_at__isnull=True
    )
    if (before := known.order_by("position").first()) is not None:
        raise EntryRefused(
            f"This is recorded already, at entry {before.position}, in {before.language}.",
            next_step=f"If that one is wrong, `habeas retract {before.position}` takes it back.",
        )
    with archive.writing() as batch:
        made = verbs.transcript(
            batch, _ref(recording), _ref(words), source, language, reading=_ref(reading.position),
            translates=translates, note=note, marking=marking,
        )  # fmt: skip
    lines = list(transcripts.lines_of(archive, OWNER, reading.position))
    timed = sum(line.from_ms is not None for line in lines)
    session.say(f"#{made.position}  transcript of exhibit {recording}: exhibit {words}, {language}")
    session.say(f"    {several(timed, 'line')} with a time")
    if not timed:
        session.say("    Its lines have no times, so they do not link to moments of the recording.")
    for number, end_ms in running_on[:_MOST_NAMED]:
        session.say(f"    Line {number} goes on to {clock(end_ms)}, after the recording's end.")
    if len(running_on) > _MOST_NAMED:
        session.say(f"    … and {len(running_on) - _MOST_NAMED:,} more go on after its end.")
    session.give(
        {
            "transcript": made.position, "recording": recording, "exhibit": words,
            "reading": reading.position, "language": language, "lines": len(lines),
            "timed": timed, "translates": translates,
            "past_the_end": [number for number, _ in running_on],
        }
    )  # fmt: skip


def list_(
    session: Session,
    recording: Annotated[
        int, typer.Argument(metavar="RECORDING", help="The recording: an exhibit's number.")
    ],
) -> None:
    """List the transcripts of a recording, with who made them and in which language."""
    session.open()
    found: list[dict[str, Any]] = []
    for row in transcripts.of_recording(OWNER, recording):
        source = visible(OWNER, m.Source).filter(position=row.source).first()
        found.append(
            {
                "transcript": row.position,
                "exhibit": row.transcript,
                "language": row.language,
                "by": "" if source is None else source.code,
                "translates": row.translates,
                "note": row.note,
            }
        )
    for each in found:
        of = f", translates {each['translates']}" if each["translates"] is not None else ""
        session.say(
            f"#{each['transcript']}  {each['language']}, by {each['by']}: exhibit "
            f"{each['exhibit']}{of}"
        )
    if not found:
        session.say("No transcripts recorded. Add one with `habeas transcript add`.")
    session.give({"recording": recording, "transcripts": found})


def _source(by: str) -> Ref:
    rows = visible(OWNER, m.Source).filter(ended_at__isnull=True)
    found = rows.filter(code=by).order_by("-position").first()
    if found is None and by.isdecimal() and len(by) < 16:
        found = rows.filter(position=int(by)).first()
    if found is None:
        raise UnknownReference(
            f"No source named {by!r}.",
            next_step="Add the transcriber to sources.csv, then run `habeas import DIR`.",
        )
    return _ref(found.position)


def _sealed(session: Session, archive: Archive, file: str, marking: Marking) -> int:
    """The exhibit that is the transcript: one that is there, or the file, sealed now."""
    path = Path(file)
    if not path.exists() and file.isdecimal() and len(file) < 16:
        if not visible(OWNER, m.Exhibit).filter(position=int(file)).exists():
            raise UnknownReference(
                f"Entry {file} is not an exhibit.", next_step="Give a file, or an exhibit's number."
            )
        return int(file)
    added = add_files(archive, [Received(path, marking=marking)], lambda _: None)
    for _, error in added.refused:
        raise error
    for _, ref in added.exhibits:
        session.say(f"#{ref.position}  sealed: {path.name}")
        return ref.position
    return added.known[0][1]


def _refuse_no_recording(recording: int) -> None:
    read = standing(OWNER, recording)
    if read is not None and not read.media_type.startswith(_RECORDINGS):
        raise EntryRefused(
            f"Exhibit {recording} is not a recording: its type is {read.media_type or 'unknown'}.",
            next_step="Give the number of the sound or film that the transcript is of.",
        )


def _ref(position: int) -> Ref:
    return Ref(entry_id_at(position), position)
