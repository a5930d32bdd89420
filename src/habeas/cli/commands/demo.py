"""demo: an archive about the internment camps in Xinjiang, loaded as any import is."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Annotated

import typer

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, live, visible
from habeas.archive.making import init_archive
from habeas.archive.opening import Archive, open_archive
from habeas.archive.search import refresh
from habeas.cli.acting import reading_for
from habeas.cli.commands.serve import PortOption, serve_archive
from habeas.cli.errors import DemoOutdated, NotADemo
from habeas.cli.speaking import Speaker, speaks_unicode, width
from habeas.demo import corpus_path
from habeas.exchange.folder import digest_of
from habeas.exchange.importing import import_folder
from habeas.figures.definition.recorded import in_force
from habeas.figures.why.asking import as_text, tree

MARK = "DEMONSTRATION"  # the file that says that a directory may be made anew
TITLE = "The camps in Xinjiang, as reported in public: a demonstration"
MARK_TEXT = "An archive made by `habeas demo`. Its keys are unprotected. It may be deleted.\n"
FOLLOWED = 1  # members of the sample figure

#: What the pages of the demonstration are read for; signed by its one person, as any purpose.
PURPOSE = "To look at the demonstration"


def demo(
    speaker: Speaker,
    directory: Annotated[Path, typer.Option(metavar="DIR", help="Where to make it.")] = Path(
        "demo-archive"
    ),
    serve: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Serve it when it is loaded.")
    ] = True,
    again: Annotated[
        bool, typer.Option("--again", help="Delete an earlier demonstration and make it again.")
    ] = False,
    port: PortOption = 8417,
) -> None:
    """Load the demonstration archive and serve it.

    Explains one figure on the way. The archive is unprotected: it holds what is public anyway.
    """
    directory = directory.absolute()
    begun = time.monotonic()
    archive = _archive(directory, again=again)
    loaded = _load(archive, speaker)
    took = time.monotonic() - begun
    if loaded:
        speaker.say(f"The demonstration archive is in {directory}.")
        speaker.say(f"{archive.size:,} entries, loaded in {took:.1f} s.")
    else:
        speaker.say(
            f"The demonstration archive in {directory} is already loaded; --again makes it again."
        )
    key = _sample(archive, speaker)
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


def _archive(directory: Path, *, again: bool) -> Archive:
    """The demonstration archive, new or as it was left; refuses any other directory."""
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        if not (directory / MARK).is_file():
            raise NotADemo(
                f"{directory} exists and is not a demonstration archive.",
                next_step="Choose another place with --directory.",
            )
        if not again:
            return open_archive(directory)
        shutil.rmtree(directory)
    archive = init_archive(directory, passphrase=None, title=TITLE)
    (directory / MARK).write_text(MARK_TEXT, encoding="utf-8")
    return archive


def _load(archive: Archive, speaker: Speaker) -> bool:
    """Import the corpus unless it is there; whether it was."""
    corpus = corpus_path()
    lists = set(live(visible(OWNER, m.List)).values_list("digest", flat=True))
    if digest_of(corpus) in lists:
        return False
    if lists:
        raise DemoOutdated(
            "This demonstration was loaded by another version of habeas, or added to.",
            next_step="`habeas demo --again` deletes it and makes it again.",
        )
    people = archive.keyring.people()
    keyring = archive.keyring
    person = keyring.person(people[0]) if people else keyring.add_person(None)
    if not visible(OWNER, m.Key).filter(role="person").exists():
        with archive.writing(sequence=False) as batch:
            verbs.add_person(batch, person)
    with speaker.progress() as progress:
        import_folder(archive, corpus, person, progress=progress)
        refresh(archive, lambda done, total: progress("Index", done, total))
    return True


def _sample(archive: Archive, speaker: Speaker) -> str | None:
    """Explain the figure that is told in the fewest lines; gives its key."""
    told = {
        definition.key: as_text(
            tree(archive, OWNER, definition, limit=FOLLOWED),
            width=width(),
            ascii=not speaks_unicode(),
        )
        for definition in in_force(OWNER)
        if definition.kind != "estimated"
    }
    if not told:
        return None
    key = min(told, key=lambda key: told[key].count("\n"))
    speaker.say()
    speaker.say(f"$ habeas why {key} --limit {FOLLOWED}", style="bold")
    speaker.say_lines(told[key])
    return key
