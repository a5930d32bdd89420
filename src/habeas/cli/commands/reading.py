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
from typing import TYPE_CHECKING, Annotated, Any

import typer

from habeas.cli.options import ArchiveOption, JsonOption, PassphraseFileOption, WorkersOption

if TYPE_CHECKING:
    from habeas.archive.opening import Archive
    from habeas.archive.pipeline.states import File
    from habeas.cli.speaking import Speaker

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


def status(
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """Count the files by how their reading ended. Each is in exactly one state."""
    speaker, archive_ = _begin(archive, passphrase_file, as_json=json)
    from habeas.archive.access import OWNER
    from habeas.archive.pipeline import queue, states

    now, left = states.standing(OWNER), queue.left()
    speaker.give(
        {
            "exhibits": now.exhibits,
            "states": _in_order(now.by_state),
            "inner_states": _in_order(now.inner_by_state),
            "queued": left.all,
            "being_read": left.leased,
            "size": archive_.size,
        }
    )
    if not now.exhibits:
        speaker.say("Nothing is sealed yet. Seal files with `habeas add`.")
        return
    inner = now.inner_by_state
    rows = [("", "exhibits", "files inside")] if inner else []
    for state in states.STATES:
        if now.by_state[state] or inner[state]:
            count = f"{now.by_state[state]:,}"
            rows.append((state, count, f"{inner[state]:,}") if inner else (state, count, ""))
    total = f"{now.exhibits:,}"
    rows.append(("all", total, f"{sum(inner.values()):,}" if inner else ""))
    speaker.table(rows)
    if left.leased:
        speaker.say(f"{left.leased:,} of those that wait are being read now.")
    elif now.waiting:
        speaker.say("`habeas reading work` reads what waits.")


def work(
    workers: WorkersOption = 0,
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """Read what waits to be read.

    Several machines may do this at once against one PostgreSQL database and one folder of
    objects. Whatever is stopped or killed, nothing is lost and nothing is recorded twice.
    """
    speaker, archive_ = _begin(archive, passphrase_file, as_json=json)
    read = read_and_tell(speaker, archive_, workers)
    if not read["exhibits"]:
        speaker.say("Nothing waits to be read.")
    speaker.give(read | {"size": archive_.size})


def retry(
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
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """Read again what failed or was refused, with all files inside it.

    A text that comes out otherwise is a new layer. The former one stays, with what cites it.
    """
    speaker, archive_ = _begin(archive, passphrase_file, as_json=json)
    from habeas.archive.access import OWNER
    from habeas.archive.pipeline import queue, states

    _check_states(state)
    if exhibits:
        chosen = _checked(exhibits)
    elif all_:
        chosen = states.outdated(OWNER, _versions())
    else:
        chosen = states.exhibits_in(OWNER, state or states.UNSUCCESSFUL)
    queue.put(chosen)
    speaker.say(f"{len(chosen):,} to be read again.")
    read = read_and_tell(speaker, archive_, workers)
    speaker.give({"again": len(chosen)} | read | {"size": archive_.size})


def report(
    state: StatesOption = None,
    csv: Annotated[
        Path | None,
        typer.Option(
            "--csv", metavar="FILE", help="Write it as CSV; - for stdout.", show_default=False
        ),
    ] = None,
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """List the files with their state and its reason; without --state those not read whole.

    With --csv or --json every file is listed, unless --state chooses. In the CSV a cell that a
    spreadsheet would take for a formula begins with an apostrophe; the JSON is exact.
    """
    speaker, _ = _begin(archive, passphrase_file, as_json=json)
    from habeas.archive.access import OWNER
    from habeas.archive.pipeline import states
    from habeas.cli.marking import Marks

    _check_states(state)
    unless_all = [each for each in states.STATES if each not in states.WHOLE]
    wanted = state or (list(states.STATES) if csv is not None or json else unless_all)
    found = states.files(OWNER, wanted)
    if csv is not None:
        count = _write_csv(found, csv)
        if str(csv) != "-":
            speaker.say(f"{csv} lists {count:,} files.")
            speaker.give({"file": str(csv), "files": count})
        return
    if speaker.json:
        told = [asdict(file) for file in found]
        marks = Marks(OWNER, {"exhibit": {file["exhibit"] for file in told}})
        speaker.give({"files": [each | marks.told("exhibit", each["exhibit"]) for each in told]})
        return
    _list(speaker, found)


def read_and_tell(speaker: Speaker, archive: Archive, workers: int) -> dict[str, Any]:
    """Read what waits, with progress, and say in one line how it ended."""
    from habeas.archive.pipeline.flow import read_what_waits
    from habeas.cli.speaking import several

    with speaker.progress() as progress:
        read = read_what_waits(archive, workers=workers, progress=progress)
    counts = _in_order(read.states)
    if read.exhibits:
        words = ", ".join(f"{count:,} {state}" for state, count in counts.items())
        inside = sum(counts.values()) - read.exhibits
        also = f" with {several(inside, 'file')} inside" if inside else ""
        speaker.say(f"{several(read.exhibits, 'exhibit')}{also} opened: {words}.")
        troubled = sum(counts.get(state, 0) for state in ("failed", "refused", "in-part"))
        if troubled:
            speaker.say("`habeas reading report` says what was not read, and why.")
    if read.died:
        speaker.note(f"habeas: {several(read.died, 'worker')} ended from outside and replaced.")
    return {"exhibits": read.exhibits, "states": counts}


def _begin(
    archive: Path | None, passphrase_file: Path | None, *, as_json: bool
) -> tuple[Speaker, Archive]:
    from habeas.cli.opening import opened
    from habeas.cli.speaking import Speaker

    return Speaker(json=as_json), opened(archive, passphrase_file)


def _in_order(counted: Counter[str]) -> dict[str, int]:
    from habeas.archive.pipeline.states import STATES

    return {state: counted[state] for state in STATES if counted[state]}


def _check_states(given: list[str] | None) -> None:
    from habeas.archive.errors import EntryRefused
    from habeas.archive.pipeline.states import STATES

    for state in given or ():
        if state not in STATES:
            raise EntryRefused(
                f"There is no state {state!r}.", next_step=f"Use one of: {', '.join(STATES)}."
            )


def _checked(exhibits: list[int]) -> list[int]:
    from habeas.archive import models as m
    from habeas.archive.access import OWNER, visible
    from habeas.archive.errors import UnknownReference

    known = set(
        visible(OWNER, m.Exhibit).filter(position__in=exhibits).values_list("pk", flat=True)
    )
    for position in exhibits:
        if position not in known:
            raise UnknownReference(
                f"Entry {position} is not an exhibit.",
                next_step="`habeas reading report` gives the numbers of exhibits.",
            )
    return sorted(known)


def _versions() -> dict[str, tuple[str, str]]:
    """For each media type that is read: by which reader, in which version."""
    from habeas.reading import readers

    loaded = readers.load()
    return {media_type: (reader.NAME, reader.VERSION) for media_type, reader in loaded.items()}


def _write_csv(files: Iterable[File], path: Path) -> int:
    from habeas.cli.speaking import table_out

    if str(path) == "-":
        out = table_out()
        return _rows(files, out, plainly=out.isatty())
    from habeas.cli.errors import FilesUnusable

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
    from habeas.cli.speaking import plain

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
    from habeas.archive import openness
    from habeas.archive.access import OWNER

    following = iter(files)
    while part := list(itertools.islice(following, _ASKED_AT_ONCE)):
        found = openness.of(OWNER, {"exhibit": {file.exhibit for file in part}})
        for file in part:
            yield file, found["exhibit", file.exhibit].handling


def _cells(file: File) -> Iterator[str]:
    from habeas.archive.cells import cell

    for name in _COLUMNS:
        value = getattr(file, name)
        text = "" if value is None else "; ".join(value) if isinstance(value, tuple) else str(value)
        yield cell(text)


def _list(speaker: Speaker, files: Iterator[File]) -> None:
    from habeas.archive.access import OWNER
    from habeas.cli.marking import Marks
    from habeas.cli.speaking import shown
    from habeas.reading.documents import NOT_THE_FILE, UNKNOWN_DAMAGE

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
        speaker.say("No file is in these states.")
