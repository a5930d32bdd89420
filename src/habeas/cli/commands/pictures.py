"""pictures compare, reference, list, confirm: the same picture under two names.

Whole pictures are compared, never faces and never parts of pictures.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from habeas.archive import models as m
from habeas.archive import picturing, verbs
from habeas.archive.access import OWNER, gates, live, visible
from habeas.archive.awaiting import ShownOn, shown_on_pictures
from habeas.archive.errors import UnknownReference
from habeas.archive.same_pictures import SamePicture, pictures, same_pictures, uncompared
from habeas.archive.verbs.picturing import PLACEHOLDER, WELL_KNOWN
from habeas.cli.options import PersonOption, YesOption
from habeas.cli.purposes import PurposeOption
from habeas.cli.session import PersonSession, Session
from habeas.cli.speaking import Speaker, several, shown
from habeas.exchange.known_pictures import read_known

_GRADES = ("shows", "does-not-show", "cannot-tell")


def compare(
    session: PersonSession,
    list_: Annotated[
        int | None,
        typer.Option("--list", metavar="LIST", min=0, help="Only pictures of this list."),
    ] = None,
    purpose: PurposeOption = "",
    as_: PersonOption = "",
) -> None:
    """Find pictures of this archive that are the same, here or in a reference set.

    Needs --purpose, signed and recorded first. Compares whole pictures, never faces; pictures
    inside documents and archives are not compared.
    """
    if not purpose:
        raise typer.BadParameter("give a purpose: --purpose TEXT; it is recorded and signed")
    archive = session.open()
    wanted = _of_list(list_) if list_ is not None else pictures(OWNER)
    viewer = session.viewer(as_, purpose, "pictures", f"list={list_}")
    todo = uncompared(viewer, wanted)
    with session.progress() as progress:
        causes = picturing.hash_pictures(
            archive, todo, lambda done, total: progress("Pictures", done, total)
        )
    found = same_pictures(viewer, None if list_ is None else wanted)
    session.say(f"{several(len(wanted), 'picture')}, {len(todo):,} of them hashed now.")
    for exhibit, cause in causes.items():
        session.say(f"Picture {exhibit} cannot be compared: {shown(cause)}")
    _tell(session, found)
    session.give(
        {
            "pictures": len(wanted),
            "hashed": len(todo),
            "not_compared": {str(exhibit): cause for exhibit, cause in causes.items()},
            "same": [_told(each) for each in found],
        }
    )


def _of_list(list_: int) -> list[int]:
    if not visible(OWNER, m.List).filter(position=list_).exists():
        raise UnknownReference(
            f"Entry {list_} is not a list.", next_step="`habeas accept` lists them."
        )
    claims = live(visible(OWNER, m.Claim)).filter(list=list_, property=gates.DEPICTS)
    shown = gates.pictures_of(list(claims.values_list("position", flat=True)))[m.Exhibit]
    return sorted(filter(gates.is_picture, shown))


def _tell(speaker: Speaker, found: list[SamePicture]) -> None:
    conflicts = [each for each in found if each.conflict]
    if not found:
        speaker.say("No picture is there twice, or known elsewhere.")
    for each in conflicts:
        speaker.say(f"! {shown(each.words)}")
    for each in found[len(conflicts) :]:
        speaker.say(f"  {shown(each.words)}")


def _told(each: SamePicture) -> dict[str, Any]:
    return {
        "picture": each.exhibit,
        "is": each.of,
        "other": each.other,
        "bits_apart": each.bits_apart,
        "conflict": each.conflict,
        "name": each.name,
        "shown_as": [one.caption for one in each.shown_as],
        "other_shown_as": [one.caption for one in each.other_shown_as],
    }


def reference(
    session: PersonSession,
    directory: Annotated[
        Path,
        typer.Argument(
            metavar="DIR",
            exists=True,
            file_okay=False,
            help="Pictures, with names.csv (file, name) or named by whom they show.",
        ),
    ],
    name: Annotated[
        str, typer.Option(metavar="TEXT", help="What the set is called.", show_default=False)
    ] = "",
    placeholders: Annotated[
        bool, typer.Option("--placeholders", help="These are shown where a picture is missing.")
    ] = False,
    as_: PersonOption = "",
) -> None:
    """Register pictures that are known elsewhere, so that they are found under another name.

    Only hashes and names are kept, never the pictures. `habeas retract` takes the set back.
    """
    archive = session.open()
    known = read_known(directory, named=not placeholders)
    person = session.person(as_)
    with session.progress() as progress:
        came = picturing.register(
            archive,
            name or directory.resolve().name,
            known,
            person,
            known_as=PLACEHOLDER if placeholders else WELL_KNOWN,
            progress=lambda done, total: progress("Pictures", done, total),
        )
    session.say(f"{several(len(known), 'picture')} registered as list {came.position}.")
    session.give({"list": came.position, "pictures": len(known)})


def list_(session: Session) -> None:
    """List whom pictures are said to show, what people found, and what is the same picture."""
    session.open()
    claims, found = shown_on_pictures(OWNER), same_pictures(OWNER)
    for each in claims:
        session.say(f"#{each.claim} {shown(each.caption)}: {_state(each)}")
    if not claims:
        session.say("No picture is said to show anyone.")
    waiting = uncompared(OWNER, pictures(OWNER))
    if waiting:
        session.say(f"{several(len(waiting), 'picture')} not compared yet: habeas pictures compare")
    _tell(session, found)
    session.give(
        {
            "claims": [
                {
                    "claim": each.claim,
                    "picture": each.picture,
                    "shows": each.whom,
                    "exhibits": list(each.exhibits),
                    "grade": each.grade,
                    "reason": each.reason,
                    "person": each.person,
                    "counts": each.counts,
                    "contested": each.contested,
                }
                for each in claims
            ],
            "not_compared": waiting,
            "same": [_told(each) for each in found],
        }
    )


def _state(each: ShownOn) -> str:
    whom = shown(each.whom_caption)
    if not each.grade:
        return f"no one has confirmed that it shows {whom}; it does not count and is not public"
    words = {"shows": "shows", "does-not-show": "does not show", "cannot-tell": "may show"}
    said = f"{words[each.grade]} {whom}, says {each.person}: {shown(each.reason)}"
    if each.contested:
        said += "; since found under another name, so it is not public until confirmed again"
    return said


def confirm(
    session: PersonSession,
    claim: Annotated[
        int, typer.Argument(metavar="CLAIM", min=0, help="That a picture shows someone.")
    ],
    grade: Annotated[
        str,
        typer.Argument(metavar="GRADE", help=f"One of: {', '.join(_GRADES)}."),
    ],
    reason: Annotated[
        str,
        typer.Option(metavar="TEXT", help="How it was established; recorded.", show_default=False),
    ] = "",
    despite: Annotated[
        str,
        typer.Option(
            metavar="TEXT",
            help="Why it does although the picture is known under another name.",
            show_default=False,
        ),
    ] = "",
    as_: PersonOption = "",
    yes: YesOption = False,
) -> None:
    """Say whether a picture shows whom a claim says, and how that was established.

    Only then does the claim count. Signed by someone other than who claimed it, where the policy
    says so.
    """
    archive = session.open()
    one = next((each for each in shown_on_pictures(OWNER) if each.claim == claim), None)
    if one is None:
        raise UnknownReference(
            f"Entry {claim} is not a claim of whom a picture shows.",
            next_step="`habeas pictures list` lists them.",
        )
    session.say(f"Until now: {shown(one.caption)}: {_state(one)}")
    session.answerable(yes=yes)
    person = session.person(as_)
    session.confirm(f"Record that it is “{grade}”?", "Nothing was recorded.", yes=yes)
    with archive.writing(person) as batch:
        made = verbs.assess(batch, claim, "claim", gates.DEPICTION, grade, reason, despite=despite)
    session.say(f"Recorded, as entry {made.position}.")
    now = next((each for each in shown_on_pictures(OWNER) if each.claim == claim), one)
    session.say(f"Now: {shown(now.caption)}: {_state(now)}")
    session.give({"assessment": made.position, "claim": claim, "grade": grade})
