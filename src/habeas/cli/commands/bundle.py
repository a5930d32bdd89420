"""bundle: hand evidence over so that somebody else can check it without us."""

from __future__ import annotations

import json as json_
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from habeas.archive import models as m
from habeas.archive.access import OWNER, visible
from habeas.archive.taken_out import asked_of_bundle
from habeas.cli.endings import FINDINGS, OK
from habeas.cli.errors import FilesUnusable
from habeas.cli.options import DryRunOption, PersonOption
from habeas.cli.purposes import PurposeOption
from habeas.cli.session import PersonSession
from habeas.cli.speaking import Speaker, bytes_words, several, shown
from habeas.custody.bundles.verification import verify_bundle
from habeas.custody.standalone import verify as words
from habeas.exchange.bundling.choosing import Chosen, choose
from habeas.exchange.bundling.disclosing import Rules
from habeas.exchange.bundling.previewing import BundlePreview, preview
from habeas.exchange.bundling.writing import Recipient, write

LARGEST_POLICY = 1024 * 1024
_MOST_NAMED = 20  # files that are named one by one
_SHEETS = (".csv", ".tsv", ".xls", ".xlsx", ".xlsm", ".xlsb", ".ods", ".fods")


def _option(name: str, help_text: str, metavar: str = "TEXT") -> Any:
    return typer.Option(name, metavar=metavar, help=help_text, show_default=False)


def make(
    session: PersonSession,
    to: Annotated[Path, typer.Option(metavar="DIR", help="A new folder for the bundle.")],
    exhibits: Annotated[
        list[int] | None,
        typer.Argument(metavar="[EXHIBIT...]", min=0, help="Exhibits, by their numbers."),
    ] = None,
    figure: Annotated[str, _option("--figure", "A figure with all it rests on.", "KEY")] = "",
    record: Annotated[
        int | None, _option("--record", "A record with all that is claimed of it.", "POSITION")
    ] = None,
    level: Annotated[
        str,
        typer.Option(
            metavar="LEVEL",
            help="Nothing handled more strictly goes out: public, team, restricted, sealed.",
        ),
    ] = "public",
    withhold: Annotated[
        list[str] | None, _option("--withhold", "Withhold this field everywhere; repeat.", "FIELD")
    ] = None,
    show: Annotated[
        list[str] | None,
        _option("--show", "Disclose a field that is withheld by rule; repeat.", "FIELD"),
    ] = None,
    without_file: Annotated[
        list[int] | None,
        _option("--without-file", "Prove this exhibit, hand its bytes not over.", "EXHIBIT"),
    ] = None,
    by: Annotated[str, _option("--by", "Who hands it over; recorded.", "WHO")] = "",
    why: Annotated[str, _option("--why", "To whom and what for; recorded.")] = "",
    authority: Annotated[str, _option("--authority", "On whose authority; recorded.")] = "",
    responsible: Annotated[str, _option("--responsible", "Who answers for it.", "WHO")] = "",
    purpose: PurposeOption = "",
    as_: PersonOption = "",
    dry_run: DryRunOption = False,
) -> int:
    """Write a bundle that an expert can check without us.

    Files, entries, proofs, timestamps, a report and a verifier. Withheld are, unless shown, who
    acted, the compartment, and from whom strict things came. That exhibits were handed over is
    recorded as an event of their custody. Above public it needs --purpose, signed.
    """
    if sum((bool(exhibits), bool(figure), record is not None)) != 1:
        raise typer.BadParameter("name exhibits, or --figure KEY, or --record POSITION")
    archive = session.open()
    rules = Rules(frozenset(withhold or ()), frozenset(show or ()))
    wanted = asked_of_bundle(level, figure=figure, record=record, exhibits=exhibits or ())
    stated = None
    if not dry_run:
        stated = session.viewer(as_, purpose, "bundle", wanted, level=level).purpose
    chosen = choose(
        archive,
        level,
        exhibits=exhibits or (),
        figure=figure,
        record=record,
        purpose=stated,
        preview=dry_run,
    )
    if dry_run:
        return _foretell(
            session,
            chosen,
            level,
            preview(archive, chosen, rules=rules, without_files=without_file or ()),
        )
    with session.progress() as progress:
        made = write(
            archive,
            chosen,
            level,
            to,
            rules=rules,
            without_files=without_file or (),
            handover=Recipient(by, why or purpose, authority, responsible),
            progress=progress,
        )
    session.say(f"{shown(chosen.about)}, for readers of what is {level} at most.")
    session.say(
        f"{several(made.entries, 'entry', 'entries')}, {several(made.files, 'file')}, "
        f"{bytes_words(made.size_bytes)}; {several(made.withheld, 'field')} withheld."
    )
    given = _named(made.given_whole)
    _tell_whole(session, given)
    if made.events:
        session.say(f"Recorded as {several(len(made.events), 'event')} of custody.")
    session.say(f"The bundle is in {shown(str(to))}. Check it there: python3 -I verify.py")
    session.give(
        {
            "directory": str(to),
            "about": chosen.about,
            "level": level,
            "entries": made.entries,
            "files": made.files,
            "given_whole": [position for position, _ in given],
            "size_bytes": made.size_bytes,
            "withheld": made.withheld,
            "manifest_sha256": made.manifest_sha256,
            "events": [event.position for event in made.events],
        }
    )
    return OK


def _foretell(session: PersonSession, chosen: Chosen, level: str, seen: BundlePreview) -> int:
    """What a bundle would hold: numbers, and the names of the files that would go out whole."""
    session.say(f"{shown(chosen.about)}, for readers of what is {level} at most.")
    session.say(
        f"It would hold {several(seen.entries, 'entry', 'entries')} and "
        f"{several(len(seen.given_whole), 'file')} of {bytes_words(seen.size_bytes)}; "
        f"{several(seen.withheld, 'field')} withheld."
    )
    _tell_whole(session, _named(seen.given_whole))
    session.say("Nothing was written or recorded.")
    session.give(
        {
            "directory": None,
            "about": chosen.about,
            "level": level,
            "entries": seen.entries,
            "files": len(seen.given_whole),
            "given_whole": list(seen.given_whole),
            "size_bytes": seen.size_bytes,
            "withheld": seen.withheld,
        }
    )
    return OK


def _named(positions: Sequence[int]) -> list[tuple[int, str]]:
    rows = visible(OWNER, m.Exhibit).filter(position__in=positions).order_by("position")
    return list(rows.values_list("position", "filename"))


def _tell_whole(speaker: Speaker, given: Sequence[tuple[int, str]]) -> None:
    """Which files go out whole: a claim needs one row of a sheet, and all its rows are given."""
    for position, filename in given[:_MOST_NAMED]:
        held = (
            "every row, also those of other people"
            if filename.lower().endswith(_SHEETS)
            else "everything in it, including about other people"
        )
        speaker.say(
            f"Given whole: {shown(filename)}, with {held}. "
            f"`--without-file {position}` proves it without giving it."
        )
    if len(given) > _MOST_NAMED:
        speaker.say(f"… and {several(len(given) - _MOST_NAMED, 'more file', 'more files')}.")


def verify(
    speaker: Speaker,
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The bundle's folder.")],
    policy: Annotated[
        Path | None, _option("--policy", "Keys that you got another way (JSON).", "FILE")
    ] = None,
) -> int:
    """Check a bundle with this program's own code.

    Needs no archive. The bundle's verify.py does the same with Python alone, and both must
    agree. Ends with 1 where something does not hold.
    """
    given = None if policy is None else _policy(policy)
    with speaker.progress() as progress:
        found = verify_bundle(directory, given, lambda done, total: progress("Files", done, total))
    speaker.say_lines(words.say(found))
    speaker.give(found)
    return OK if found["result"] == "holds" else FINDINGS


def _policy(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            found = json_.loads(file.read(LARGEST_POLICY))
    except (OSError, ValueError):
        found = None
    if not isinstance(found, dict) or found.get("format") != "habeas-policy/1":
        raise FilesUnusable(
            f"{path} is not a readable policy.",
            next_step="Give a policy.json as bundles hold it, with keys that you checked.",
        )
    return found
