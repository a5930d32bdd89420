"""serve: the pages, for one browser on this machine."""

from __future__ import annotations

import contextlib
import sys
import threading
from typing import Annotated

import typer

from habeas.archive.access import Viewer
from habeas.archive.errors import PersonNeeded
from habeas.archive.opening import Archive
from habeas.archive.projection.trusted_people import granted
from habeas.cli.purposes import PurposeOption
from habeas.cli.session import PersonSession
from habeas.cli.speaking import Speaker
from habeas.custody.log.notes import Signer
from habeas.web.serving import Serving, listen, loopback

PortOption = Annotated[
    int, typer.Option(metavar="N", min=0, max=65535, help="The port; 0 takes any free one.")
]


def serve(
    session: PersonSession,
    port: PortOption = 8417,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="A loopback address; any other is refused.")
    ] = "127.0.0.1",
    as_: Annotated[
        str,
        typer.Option(
            "--as",
            metavar="PSEUDONYM",
            help="Who answers for what that browser records. Without it the pages are only read.",
            show_default=False,
        ),
    ] = "",
    purpose: PurposeOption = "",
) -> None:
    """Serve the pages to one browser on this machine.

    With --as that browser can also cite words, and download originals as custody events. To search
    texts above public, or see figures that pick people by what marks them, it needs --purpose.
    """
    loopback(host)  # refused before the passphrase is asked
    archive = session.open()
    person = _answering(session, as_) if as_ else None
    viewer = session.viewer(as_, purpose, "pages")
    serve_archive(archive, session, host, port, person, viewer)


def _answering(session: PersonSession, pseudonym: str) -> Signer:
    """The key of somebody who may act here; refused before the passphrase is asked."""
    if not granted(pseudonym):
        raise PersonNeeded(
            f"{pseudonym!r} has no key that is granted in this archive.",
            next_step="`habeas people` lists those that are. Without --as the pages can be read.",
        )
    return session.person(pseudonym)


def serve_archive(
    archive: Archive,
    speaker: Speaker,
    host: str,
    port: int,
    person: Signer | None = None,
    viewer: Viewer | None = None,
) -> None:
    """Serve an open archive; says the address, which works once."""
    serving = listen(archive, address=host, port=port, person=person, viewer=viewer)
    speaker.give({"url": serving.url})
    speaker.say(serving.url, style="bold")
    speaker.note("The address works once, in one browser. Ctrl-C ends.")
    if sys.stdin is not None and sys.stdin.isatty():
        speaker.note("Enter prints another, and shuts out the browser that used the last one.")
        threading.Thread(target=_renewing, args=(serving, speaker), daemon=True).start()
    if person is not None:
        speaker.note(
            "That browser can cite and take out originals; what it takes out is signed by "
            f"{person.name.rpartition('/')[2]}."
        )
    with contextlib.suppress(KeyboardInterrupt):
        serving.run()
    speaker.note("Ended.")


def _renewing(serving: Serving, speaker: Speaker) -> None:
    """Another address for each line that is typed."""
    for _ in sys.stdin:
        speaker.say(serving.renew(), style="bold")
