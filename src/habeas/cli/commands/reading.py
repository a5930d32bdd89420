"""reading status, work, retry, report: what became of every file that was sealed."""

from __future__ import annotations

import csv as csv_
import io
import itertools
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from habeas.archive import models as m
from habeas.archive import openness
from habeas.archive.access import OWNER, visible
from habeas.archive.cells import cell
from habeas.archive.errors import EntryRefused, UnknownReference
from habeas.archive.opening import Archive
from habeas.archive.pipeline import queue, states
from habeas.archive.pipeline.flow import read_what_waits
from habeas.archive.pipeline.states import STATES, File
from habeas.cli.errors import FilesUnusable
from habeas.cli.marking import Marks
from habeas.cli.options import WorkersOption
from habeas.cli.session import Session
from habeas.cli.speaking import Speaker, plain, several, shown, table_out
from habeas.reading import readers
from habeas.reading.documents import NOT_THE_FILE, UNKNOWN_DAMAGE

StatesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--state",
        metavar="STATE",
        help="Only files in this state; can be given several times.",
        show_default=False,
    ),
]
_ASKED_AT_ONCE = 1_000  # files whose level is read together
LISTED = 200  # files on the screen; a report as CSV or JSON holds all
_COLUMNS = (
    *("exhibit", "filename", "inner_path", "state", "reason", "missing", "warnings"),
    *("media_type", "size_bytes", "pages", "reader", "reader_version", "layer", "reading"),
)


def status(session: Session) -> None:
    """Count the files by how their reading ended. Each is in exactly one state."""
    archive = session.open()
    now, left = states.standing(OWNER), queue.left()
    session.give(
        {
            "exhibits": now.exhibits,
            "states": _in_order(now.by_state),
            "inner_states": _in_order(now.inner_by_state),
            "queued": left.all,
            "being_read": left.leased,
            "size": archive.size,
        }
    )
    if not now.exhibits:
        session.say("Nothing is sealed yet. Seal files with `habeas add`.")
        return
    inner = now.inner_by_state
    rows = [("", "exhibits", "files inside")] if inner else []
    for state in states.STATES:
        if now.by_state[state] or inner[state]:
            count = f"{now.by_state[state]:,}"
            rows.append((state, count, f"{inner[state]:,}") if inner else (state, count, ""))
    total = f"{now.exhibits:,}"
    rows.append(("all", total, f"{sum(inner.values()):,}" if inner else ""))
    session.table(rows)
    if left.leased:
        session.say(f"{left.leased:,} of those that wait are being read now.")
    elif now.waiting:
        session.say("`habeas reading work` reads what waits.")


def work(
    session: Session,
    workers: WorkersOption = 0,
) -> None:
    """Read what waits to be read.

    Several machines may do this at once against one PostgreSQL database and one folder of
    objects. Whatever is stopped or killed, nothing is lost and nothing is recorded twice.
    """
    archive = session.open()
    read = read_and_tell(session, archive, workers)
    if not read["exhibits"]:
        session.say("Nothing waits to be read.")
    session.give(read | {"size": archive.size})


def retry(
    session: Session,
    exhibits: Annotated[
        list[int] | None,
        typer.Argument(
            metavar="[EXHIBIT]...",
            help="Only these exhibits, however they ended.",
            show_default=False,
        ),
    ] = None,
    state: StatesOption = None,
    all_: Annotated[
        bool,
        typer.Option("--all", help="All that this program reads otherwise than they were read."),
    ] = False,
    workers: WorkersOption = 0,
) -> None:
    """Read again what failed or was refused, with all files inside it.

    A text that comes out otherwise is a new layer. The former one stays, with what cites it.
    """
    archive = session.open()
    _check_states(state)
    if exhibits:
        chosen = _checked(exhibits)
    elif all_:
        chosen = states.outdated(OWNER, _versions())
    else:
        chosen = states.exhibits_in(OWNER, state or states.UNSUCCESSFUL)
    queue.put(chosen)
    session.say(f"{len(chosen):,} to be read again.")
    read = read_and_tell(session, archive, workers)
    session.give({"again": len(chosen)} | read | {"size": archive.size})


def report(
    session: Session,
    state: StatesOption = None,
    csv: Annotated[
        Path | None,
        typer.Option(
            "--csv", metavar="FILE", help="Write it as CSV; - for stdout.", show_default=False
        ),
    ] = None,
) -> None:
    """List the files with their state and its reason; without --state those not read whole.

    With --csv or --json every file is listed, unless --state chooses. In the CSV a cell that a
    spreadsheet would take for a formula begins with an apostrophe; the JSON is exact.
    """
    session.open()
    _check_states(state)
    unless_all = [each for each in states.STATES if each not in states.WHOLE]
    wanted = state or (list(states.STATES) if csv is not None or session.json else unless_all)
    found = states.files(OWNER, wanted)
    if csv is not None:
        count = _write_csv(found, csv)
        if str(csv) != "-":
            session.say(f"{csv} lists {count:,} files.")
            session.give({"file": str(csv), "files": count})
        return
    if session.json:
        told = [asdict(file) for file in found]
        marks = Marks(OWNER, {"exhibit": {file["exhibit"] for file in told}})
        session.give({"files": [each | marks.told("exhibit", each["exhibit"]) for each in told]})
        return
    none = f"No file is {' or '.join(state)}." if state else "No file is unread or read in part."
    _list(session, found, none)


#: A picture or a film without text is sound: "empty" would read as damage.
_IN_WORDS = {"empty": "without text"}


def read_and_tell(speaker: Speaker, archive: Archive, workers: int) -> dict[str, Any]:
    """Read what waits, with progress, and say in one line how it ended."""
    with speaker.progress() as progress:
        read = read_what_waits(archive, workers=workers, progress=progress)
    counts = _in_order(read.states)
    if read.exhibits:
        words = ", ".join(f"{n:,} {_IN_WORDS.get(state, state)}" for state, n in counts.items())
        inside = sum(counts.values()) - read.exhibits
        also = f" with {several(inside, 'file')} inside" if inside else ""
        speaker.say(f"{several(read.exhibits, 'exhibit')}{also} opened: {words}.")
        troubled = sum(counts.get(state, 0) for state in ("failed", "refused", "in-part"))
        if troubled:
            speaker.say("`habeas reading report` says what was not read, and why.")
    if read.died:
        speaker.note(f"habeas: {several(read.died, 'worker')} ended from outside and replaced.")
    return {"exhibits": read.exhibits, "states": counts}


def _in_order(counted: Counter[str]) -> dict[str, int]:
    return {state: counted[state] for state in STATES if counted[state]}


def _check_states(given: list[str] | None) -> None:
    for state in given or ():
        if state not in STATES:
            raise EntryRefused(
                f"No state named {state!r}.", next_step=f"Use one of: {', '.join(STATES)}."
            )


def _checked(exhibits: list[int]) -> list[int]:
    known = set(
        visible(OWNER, m.Exhibit).filter(position__in=exhibits).values_list("pk", flat=True)
    )
    for position in exhibits:
        if position not in known:
            raise UnknownReference(
                f"Entry {position} is not an exhibit.",
                next_step="`habeas reading report --csv -` lists them with their numbers.",
            )
    return sorted(known)


def _versions() -> dict[str, tuple[str, str]]:
    """For each media type that is read: by which reader, in which version."""
    loaded = readers.load()
    return {media_type: (reader.NAME, reader.VERSION) for media_type, reader in loaded.items()}


def _write_csv(files: Iterable[File], path: Path) -> int:
    if str(path) == "-":
        out = table_out()
        return _rows(files, out, plainly=out.isatty())

    try:
        out = path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise FilesUnusable(
            f"{path} cannot be written: {os.strerror(error.errno or 0)}.",
            next_step="Name a file in a folder that is there.",
        ) from None
    with out:
        return _rows(files, out)


def _rows(files: Iterable[File], out: Any, *, plainly: bool = False) -> int:
    buffer = io.StringIO()
    writer = csv_.writer(buffer, lineterminator="\r\n")
    writer.writerow((*_COLUMNS, "handling"))
    count = 0
    for file, handling in _with_handling(files):
        count += 1
        cells = (*_cells(file), handling)
        writer.writerow(map(plain, cells) if plainly else cells)
        if buffer.tell() > 1 << 16:
            out.write(buffer.getvalue())
            buffer.seek(0)
            buffer.truncate()
    out.write(buffer.getvalue())
    return count


def _with_handling(files: Iterable[File]) -> Iterator[tuple[File, str]]:
    """Each file with the handling level of its exhibit, asked for many at a time."""
    following = iter(files)
    while part := list(itertools.islice(following, _ASKED_AT_ONCE)):
        found = openness.of(OWNER, {"exhibit": {file.exhibit for file in part}})
        for file in part:
            yield file, found["exhibit", file.exhibit].handling


def _cells(file: File) -> Iterator[str]:
    for name in _COLUMNS:
        value = getattr(file, name)
        text = "" if value is None else "; ".join(value) if isinstance(value, tuple) else str(value)
        yield cell(text)


def _list(speaker: Speaker, files: Iterator[File], nothing: str) -> None:
    more = 0
    rows: list[tuple[str, ...]] = []
    exhibits: list[int] = []
    for file in files:
        if len(rows) == LISTED:
            more += 1
            continue
        name = file.filename + (f" › {file.inner_path}" if file.inner_path else "")
        unknown = [words for words in file.warnings if words in (UNKNOWN_DAMAGE, NOT_THE_FILE)]
        why = "; ".join(filter(None, (file.reason, *file.missing, *unknown)))
        exhibits.append(file.exhibit)
        rows.append((f"exhibit {file.exhibit}", file.state, shown(name), shown(why)))
    marks = Marks(OWNER, {"exhibit": set(exhibits)})
    alike = marks.common(speaker, [("exhibit", exhibit) for exhibit in exhibits])
    said = [marks.said("exhibit", exhibit, *alike) for exhibit in exhibits]
    speaker.table([(*row[:2], row[2] + m, *row[3:]) for row, m in zip(rows, said, strict=True)])
    if more:
        speaker.say(f"… and {more:,} more; --csv FILE lists all.")
    if not rows:
        speaker.say(nothing)
