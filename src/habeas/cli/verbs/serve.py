"""serve: the pages, for one browser on this machine."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Annotated

import typer

from habeas.cli.options import ArchiveOption, JsonOption, PassphraseFileOption

if TYPE_CHECKING:
    from habeas.archive.opening import Archive
    from habeas.cli.speaking import Speaker

PortOption = Annotated[
    int, typer.Option(metavar="N", min=0, max=65535, help="The port; 0 takes any free one.")
]


def serve(
    port: PortOption = 8417,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="A loopback address; any other is refused.")
    ] = "127.0.0.1",
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """Serve the pages to one browser on this machine."""
    from habeas.cli.opening import make_ready, opened
    from habeas.cli.speaking import Speaker

    make_ready()
    from habeas.web.serving import loopback

    loopback(host)  # refused before the passphrase is asked
    serve_archive(opened(archive, passphrase_file), Speaker(as_json=json), host, port)


def serve_archive(archive: Archive, speaker: Speaker, host: str, port: int) -> None:
    """Serve an open archive; says the address, which works once."""
    from habeas.web.serving import listen

    serving = listen(archive, address=host, port=port)
    speaker.give({"url": serving.url})
    speaker.say(serving.url, style="bold")
    speaker.note("The address works once, in one browser. Ctrl-C ends.")
    with contextlib.suppress(KeyboardInterrupt):
        serving.run()
    speaker.note("Ended.")
