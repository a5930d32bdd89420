"""witness init, trust, answer, serve, list: being a partner who cosigns other people's logs.

A witness has a folder of its own. It reads no archive and holds nothing of one but sizes,
roots and signatures.
"""

from __future__ import annotations

import contextlib
import secrets
import signal
from pathlib import Path
from typing import Annotated

import typer

from habeas.archive.errors import ArchiveExists
from habeas.cli.endings import FINDINGS, OK
from habeas.cli.errors import CliError, FilesUnusable
from habeas.cli.passphrases import new_passphrase, passphrase_of
from habeas.cli.speaking import Speaker, several, shown
from habeas.cli.witness_server import listen
from habeas.custody import durable
from habeas.custody.attestation.cosignatures import ML_DSA_44, Cosigner
from habeas.custody.attestation.witness import (
    LARGEST_REQUEST,
    SIZE_TYPE,
    Witness,
    known_logs,
    trust_log,
)
from habeas.custody.errors import KeyringError, KeysMissing, PartnerRefused
from habeas.custody.keys.key_files import read_key_file, write_key_file
from habeas.custody.log.checkpoints import parse_checkpoint
from habeas.custody.log.notes import Verifier

KEY, PUBLIC, FORMAT = "key", "vkey", "habeas-witness-key/1"

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The witness's own folder.")]
WitnessPassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        metavar="FILE",
        help="Read the witness's passphrase from the first line of a file instead of asking.",
        show_default=False,
    ),
]


def init(
    speaker: Speaker,
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
    name: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="How partners know you, such as example.org/witness; it stays."
        ),
    ],
    unprotected: Annotated[
        bool, typer.Option("--unprotected", help="Keep the key without a passphrase.")
    ] = False,
    passphrase_file: WitnessPassphraseFile = None,
) -> None:
    """Make a witness's keys and folder.

    Prints the lines of which partners put one into their trust policy: one of ML-DSA-44, which
    will also hold against quantum computers, and one of Ed25519 for older programs.
    """
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise ArchiveExists(
            f"{directory} is there and not empty.", next_step="Choose a new or an empty directory."
        )
    seed, other_seed = secrets.token_bytes(32), secrets.token_bytes(32)
    key = Cosigner.from_seed(name, seed).key
    newer = Cosigner.from_seed(name, other_seed, ML_DSA_44).key
    passphrase = None
    if not unprotected:
        passphrase = new_passphrase(passphrase_file, "the witness", "--passphrase-file")
    durable.make_private(directory)
    directory.chmod(0o700)
    seeds = {"seed": seed.hex(), "ml_dsa_44_seed": other_seed.hex()}
    write_key_file(directory / KEY, {"format": FORMAT, "name": name, **seeds}, passphrase)
    durable.prepare_folder(directory)
    durable.write_file(directory, directory / PUBLIC, f"{newer.vkey}\n{key.vkey}\n".encode())
    speaker.say(f"The witness is in {directory}. Its key, for partners' trust policies:")
    speaker.say(newer.vkey)
    speaker.say("For partners whose program does not know ML-DSA-44, instead of that one:")
    speaker.say(key.vkey)
    speaker.say("Next: `habeas witness trust` names the logs that it answers.")
    if unprotected:
        speaker.say("The key is unprotected: whoever reads the folder can cosign as you.")
    speaker.give(
        {
            "directory": str(directory),
            "key": key.vkey,
            "ml_dsa_44_key": newer.vkey,
            "protected": not unprotected,
        }
    )


def trust(
    speaker: Speaker,
    directory: Folder,
    key: Annotated[
        str,
        typer.Argument(
            metavar="KEY", help="The log's checkpoint key, as `habeas witness status` prints it."
        ),
    ],
) -> None:
    """Answer a partner's log from now on.

    Get its key from somebody you know, not from the network.
    """
    _refuse_other(directory)
    verifier = Verifier.parse(key)
    if verifier.name.endswith("/entry"):
        raise CliError(
            f"{shown(verifier.name)} is the key that signs a log's entries, not its checkpoints.",
            next_step="Give the other key: its name is the log's, with nothing after it.",
        )
    trust_log(directory, verifier)
    speaker.say(f"This witness answers the log {shown(verifier.name)}.")
    speaker.give({"origin": verifier.name, "key": verifier.vkey})


def answer(
    speaker: Speaker,
    directory: Folder,
    request: Annotated[Path, typer.Argument(metavar="FILE", help="A partner's request.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where to write the answer.")],
    passphrase_file: WitnessPassphraseFile = None,
) -> int:
    """Answer one request that came by file.

    Writes the newest checkpoint of that log that this witness cosigned: the one asked for,
    or, with exit code 1, the one that contradicts it.
    """
    cosigners = _cosigners(directory, passphrase_file)
    try:
        with request.open("rb") as stream:
            body = stream.read(LARGEST_REQUEST + 1)
    except OSError as error:
        raise FilesUnusable(
            f"{request} cannot be read: {error.strerror}.", next_step="Check the path."
        ) from error
    if out.exists():
        raise FilesUnusable(f"{out} is there already.", next_step="Choose another name.")
    said, file = Witness(directory, *cosigners).answer_by_file(body)
    if not file or said.status in (400, 403, 404):
        raise PartnerRefused(f"Not cosigned. {said.sentence}", next_step="No answer was written.")
    out.write_bytes(file)
    size = parse_checkpoint(file).size
    cosigned = said.status == 200
    if cosigned:
        speaker.say(f"Cosigned: the log with {size:,} entries.")
    elif said.content_type == SIZE_TYPE:
        speaker.say(f"Not cosigned: it was made for another size. Last cosigned here: {size:,}.")
    else:
        speaker.say(f"Not cosigned. {said.sentence} Last cosigned here: {size:,} entries.")
    speaker.say(f"The answer is in {out}: give it back to whoever asked.")
    speaker.give({"cosigned": cosigned, "status": said.status, "size": size, "answer": str(out)})
    return OK if cosigned else FINDINGS


def serve(
    speaker: Speaker,
    directory: Folder,
    address: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help="Where to listen. The default reaches this machine only; 0.0.0.0 listens "
            "everywhere.",
        ),
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(metavar="N", min=0, max=65535, help="The port; 0 takes any free one.")
    ] = 8418,
    passphrase_file: WitnessPassphraseFile = None,
) -> None:
    """Answer requests over HTTP.

    Cosigns the logs named with `habeas witness trust`; to whoever knows the name of one it shows
    the checkpoint last cosigned. Ends in order on Ctrl-C and when told to terminate.
    """
    cosigners = _cosigners(directory, passphrase_file)
    listening = listen(Witness(directory, *cosigners), address, port)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # how a service is stopped
    count = len(known_logs(directory))
    keys = [cosigner.key for cosigner in cosigners]
    speaker.give(
        {
            "url": listening.url,
            "key": keys[0].vkey,
            "keys": [key.vkey for key in keys],
            "logs": count,
        }
    )
    speaker.say(listening.url, style="bold")
    speaker.note(f"Cosigns {count} logs as {keys[0].name}. Ctrl-C ends.")
    with contextlib.suppress(KeyboardInterrupt):
        listening.run()
    speaker.note("Ended.")


def list_(speaker: Speaker, directory: Folder) -> None:
    """List the logs that a witness answers, and how far it cosigned them."""
    _refuse_other(directory)
    logs = known_logs(directory)
    if not logs:
        speaker.say("No log is named yet. Name one with `habeas witness trust`.")
    for log in logs:
        size = log.latest.size if log.latest else 0
        speaker.say(f"{shown(log.origin)}  {several(size, 'entry', 'entries')} cosigned")
        for handed in log.handovers:
            speaker.say(f"  its keys were handed over at {several(handed, 'entry', 'entries')}")
        if log.forks:
            speaker.say(
                f"  {several(log.forks, 'checkpoint')} signed by this log for the same size with "
                "another root: proof of two histories, kept in the folder forks.",
                style="red",
            )
    speaker.give(
        {
            "logs": [
                {
                    "origin": log.origin,
                    "size": log.latest.size if log.latest else 0,
                    "root": log.latest.root_text if log.latest else "",
                    "forks": log.forks,
                    "handovers": list(log.handovers),
                }
                for log in logs
            ]
        }
    )


def _cosigners(directory: Path, passphrase_file: Path | None) -> list[Cosigner]:
    """The witness's keys; one that was made before November 2026 has an Ed25519 key only."""
    _refuse_other(directory)
    path = directory / KEY
    passphrase = passphrase_of(path, passphrase_file, "the witness", "--passphrase-file")
    content = read_key_file(path, passphrase, FORMAT)
    try:
        name = content["name"]
        found = [Cosigner.from_seed(name, bytes.fromhex(content["seed"]))]
        if "ml_dsa_44_seed" in content:
            seed = bytes.fromhex(content["ml_dsa_44_seed"])
            found.append(Cosigner.from_seed(name, seed, ML_DSA_44))
        return found
    except (KeyError, TypeError, ValueError):
        raise KeyringError(f"{path} is damaged.", next_step="Restore it from a backup.") from None


def _refuse_other(directory: Path) -> None:
    if not (directory / KEY).is_file():
        raise KeysMissing(
            f"{directory} is not a witness's folder.",
            next_step="Make one with `habeas witness init`.",
        )
