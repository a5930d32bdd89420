"""demo: an archive about the internment camps in Xinjiang, loaded as any import is.

With ``--exercise`` one in which everything is made up, as its origin says (``cli.made_up``).
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Annotated

import typer

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, live, visible
from habeas.archive.exhibits.intake import Received, add_files
from habeas.archive.making import init_archive
from habeas.archive.opening import Archive, open_archive
from habeas.archive.pipeline.flow import read_what_waits
from habeas.archive.search import refresh
from habeas.archive.synthetic import words_of
from habeas.archive.verbs.referring import Marking
from habeas.cli.acting import reading_for
from habeas.cli.commands.serve import PortOption, serve_archive
from habeas.cli.errors import DemoOutdated, NotADemo
from habeas.cli.made_up import (
    EXERCISE_TITLE,
    SAMPLE,
    its_person,
    load_exercise,
)
from habeas.cli.speaking import Speaker, speaks_unicode, width
from habeas.demo import corpus_path, tally_path
from habeas.errors import HabeasError
from habeas.exchange.drafts import EXHIBITS
from habeas.exchange.folder import digest_of, read_folder
from habeas.exchange.importing import import_folder
from habeas.exchange.samples import read_sample
from habeas.figures.definition.recorded import in_force
from habeas.figures.why.asking import as_text, tree

MARK = "DEMONSTRATION"  # the file that says that a directory may be made anew
TITLE = "The camps in Xinjiang, as reported in public: a demonstration"
MADE_BY = "The authors of habeas, from one public article; no one of whom it tells took part"
EXERCISE_MADE_BY = "The authors of habeas, who made all of it up"
MARK_TEXT = "An archive made by `habeas demo`. Its keys are unprotected. It may be deleted.\n"
ACCEPTED = "-accepted.csv"  # beside a folder: what of it was checked, by whom, against what
WHY_ACCEPTED = "Checked against what its rows cite, as stated row by row"
FOLLOWED = 1  # members of the sample figure

#: What the pages of the demonstration are read for; signed by its one person, as any purpose.
PURPOSE = "To look at the demonstration"


def demo(
    speaker: Speaker,
    directory: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Where to make it. Without it: demo-archive, or exercise-archive.",
            show_default=False,
        ),
    ] = None,
    serve: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Serve it when it is loaded.")
    ] = True,
    again: Annotated[
        bool, typer.Option("--again", help="Delete an earlier demonstration and make it again.")
    ] = False,
    exercise: Annotated[
        bool,
        typer.Option(
            "--exercise",
            help="Load a made-up table of cases instead, marked SYNTHETIC everywhere, to practise "
            "on.",
        ),
    ] = False,
    port: PortOption = 8417,
) -> None:
    """Load the demonstration archive and serve it.

    Explains one figure on the way. The archive is unprotected: it holds what is public anyway, or,
    with --exercise, nothing that is real.
    """
    default = "exercise-archive" if exercise else "demo-archive"
    directory = (directory or Path(default)).absolute()
    begun = time.monotonic()
    archive = _archive(directory, again=again, exercise=exercise)
    speaker.made_up = words_of(archive.origin)
    loaded = load_exercise(archive, speaker) if exercise else _load(archive, speaker)
    took = time.monotonic() - begun
    if loaded:
        speaker.say(f"The demonstration archive is in {directory}.")
        speaker.say(f"{archive.size:,} entries, loaded in {took:.1f} s.")
    else:
        speaker.say(
            f"The demonstration archive in {directory} is already loaded; --again makes it again."
        )
    key = _sample(archive, speaker, SAMPLE if exercise else "")
    if not serve:
        speaker.say(
            f"To read it in a browser: habeas serve --archive {directory} --purpose '{PURPOSE}'"
        )
        speaker.give(
            {"archive": str(directory), "size": archive.size, "loaded": loaded, "sample": key}
        )
        return
    viewer = reading_for(archive, speaker, PURPOSE, "pages", "", ("", None))
    serve_archive(archive, speaker, "127.0.0.1", port, viewer=viewer)


def _archive(directory: Path, *, again: bool, exercise: bool) -> Archive:
    """The demonstration archive, new or as it was left; refuses any other directory."""
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        if not (directory / MARK).is_file():
            raise NotADemo(
                f"{directory} exists and is not a demonstration archive.",
                next_step="Choose another place with --directory.",
            )
        if not again:
            archive = open_archive(directory)
            if archive.synthetic != exercise:
                which = "the exercise" if archive.synthetic else "the demonstration"
                raise NotADemo(
                    f"{directory} holds {which}.",
                    next_step="Choose another place with --directory, or delete it with --again.",
                )
            return archive
        shutil.rmtree(directory)
    archive = init_archive(
        directory,
        passphrase=None,
        title=EXERCISE_TITLE if exercise else TITLE,
        made_by=EXERCISE_MADE_BY if exercise else MADE_BY,
        synthetic=exercise,
    )
    (directory / MARK).write_text(MARK_TEXT, encoding="utf-8")
    return archive


def _load(archive: Archive, speaker: Speaker) -> bool:
    """Import what is not there yet of the corpus and the tally; whether anything was."""
    corpus, tally = corpus_path(), tally_path()
    lists = set(live(visible(OWNER, m.List)).values_list("digest", flat=True))
    if lists and digest_of(corpus) not in lists:
        raise DemoOutdated(
            "This demonstration was loaded by another version of habeas, or added to.",
            next_step="`habeas demo --again` deletes it and makes it again.",
        )
    wanted = [folder for folder in (corpus, tally) if digest_of(folder) not in lists]
    if tally in wanted and not (tally.is_dir() and _read(archive, tally, speaker)):
        wanted.remove(tally)
    if not wanted:
        return False
    person = its_person(archive)
    with speaker.progress() as progress:
        for folder in wanted:
            made = import_folder(archive, folder, person, progress=progress)
            sample = folder.with_name(folder.name + ACCEPTED)
            if not sample.is_file():
                continue
            with archive.writing(person) as batch:
                verbs.accept(batch, made.list_position, read_sample(sample), WHY_ACCEPTED)
        refresh(archive, lambda done, total: progress("Index", done, total))
    return True


def _read(archive: Archive, folder: Path, speaker: Speaker) -> bool:
    """Seal and read the files of a folder whose places are cited; whether all could be read.

    Before anything else of the archive, so that only they wait to be read.
    """

    public = Marking(handling="public")
    files = [
        Received(
            folder / row["file"], media_type=row["media_type"], title=row["title"],
            received_from=row["received_from"], received_on=row["received_on"], note=row["note"],
            marking=public,
        )
        for row in read_folder(folder).rows(EXHIBITS)
    ]  # fmt: skip
    try:
        found = add_files(archive, files)
        read_what_waits(archive, workers=1)
    except HabeasError as error:
        speaker.note(f"The files of the tally were not read here, so it is left out: {error}")
        return False
    at = [*(ref.position for _, ref in found.exhibits), *(number for _, number in found.known)]
    read = visible(OWNER, m.Reading).filter(exhibit__in=at, inner_path="", ended_at__isnull=True)
    return not found.refused and read.filter(state__in=("read", "in-part")).count() == len(files)


def _sample(archive: Archive, speaker: Speaker, wanted: str = "") -> str | None:
    """Explain the figure that is told in the fewest lines, or the one wanted; gives its key."""
    told = {
        definition.key: as_text(
            tree(archive, OWNER, definition, limit=FOLLOWED),
            width=width(),
            ascii=not speaks_unicode(),
        )
        for definition in in_force(OWNER)
        if definition.kind != "estimated" and wanted in ("", definition.key)
    }
    if not told:
        return None
    key = min(told, key=lambda key: told[key].count("\n"))
    speaker.say()
    speaker.say(f"$ habeas why {key} --limit {FOLLOWED}", style="bold")
    speaker.say_lines(told[key])
    return key
