"""timestamp request, add, verify: when this archive's log existed, on others' word."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate

from habeas.archive.attestation.cosigning import newest_checkpoint
from habeas.archive.attestation.timestamping import (
    Checked,
    Logged,
    LoggedTimestamp,
    add_proof,
    add_reply,
    logged,
    verify_logged,
)
from habeas.archive.exhibits.custody_chain import UNNAMED_AUTHORITY
from habeas.cli.commands.witness import read_file
from habeas.cli.endings import FINDINGS, OK
from habeas.cli.errors import ConfirmationNeeded, FilesUnusable, Unreachable
from habeas.cli.online import post
from habeas.cli.session import Session
from habeas.cli.speaking import Speaker, several, shown
from habeas.custody.attestation.opentimestamps import is_proof, read_headers
from habeas.custody.attestation.timestamps import make_request, read_certificates, stamped_text

QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
LARGEST_FILE = 1 << 20  # bytes

ChainOption = Annotated[
    Path | None,
    typer.Option(
        "--chain",
        metavar="FILE",
        help="The authority's certificates, its root last, as PEM: what you trust.",
        show_default=False,
    ),
]
HeadersOption = Annotated[
    Path | None,
    typer.Option(
        "--headers",
        metavar="FILE",
        help="Bitcoin block headers, for OpenTimestamps: on each line a height and 160 hex digits.",
        show_default=False,
    ),
]


def request(
    session: Session,
    url: Annotated[
        str,
        typer.Option(
            metavar="URL",
            help="Ask the time authority at this address now, and log its reply.",
            show_default=False,
        ),
    ] = "",
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write files to carry instead.", show_default=False),
    ] = None,
    chain: ChainOption = None,
) -> None:
    """Ask for a timestamp over the whole log.

    The authority gets the hash of the newest checkpoint and learns nothing else. Contacts
    nobody unless told to with --url, which needs --chain too.
    """
    if bool(url) == (out is not None) or (url and chain is None):
        raise ConfirmationNeeded(
            "Choose how to ask the authority.",
            next_step="--url URL --chain FILE asks it now; --out DIR writes files to carry.",
        )
    certificates = _chain(chain)
    archive = session.open()
    checkpoint = newest_checkpoint(archive)
    text = stamped_text(checkpoint)
    query = make_request(text)
    if out is None:
        _say_added(session, _asked(archive, url, query, certificates))
        return
    files = {
        f"checkpoint-{checkpoint.size}.txt": text,
        f"checkpoint-{checkpoint.size}.tsq": query,
    }
    _write_new(out, files)
    session.say(f"The log has {checkpoint.size:,} entries. In {out}:")
    for name in files:
        session.say(f"  {name}")
    session.say("Send the .tsq to a time authority (curl, below); stamp the .txt with `ots stamp`.")
    session.say(f"  curl -H 'Content-Type: {QUERY}' --data-binary @FILE.tsq URL > FILE.tsr")
    session.say("Then `habeas timestamp add FILE`, with --chain or --headers.")
    session.give({"size": checkpoint.size, "files": [str(out / name) for name in files]})


def add(
    session: Session,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="An authority's reply (.tsr) or an .ots proof."),
    ],
    chain: ChainOption = None,
    headers: HeadersOption = None,
    request: Annotated[
        Path | None,
        typer.Option(
            "--request",
            metavar="FILE",
            help="The request (.tsq) that was sent; its number must be in the reply.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Verify a timestamp that came back by file, and log it.

    A reply needs the authority's certificates. An OpenTimestamps proof needs the header of
    the block that attests it; without, it is logged as pending.
    """
    proof = read_file(file, LARGEST_FILE)
    query = None if request is None else read_file(request, LARGEST_FILE)
    certificates, blocks = _chain(chain), _headers(headers)
    archive = session.open()
    if is_proof(proof):
        _say_added(session, add_proof(archive, proof, blocks or {}))
    else:
        _say_added(session, add_reply(archive, proof, certificates, query))


def verify(
    session: Session,
    chain: ChainOption = None,
    headers: HeadersOption = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Also write each timestamp as files that openssl and ots can check.",
            show_default=False,
        ),
    ] = None,
) -> int:
    """Verify every logged timestamp again, offline.

    Each at its own time, by two verifiers where both are here, and against the log. Uses the
    certificates and headers that were logged, unless you give those that you trust. Ends with
    1 where one does not hold.
    """
    certificates, blocks = _chain(chain), _headers(headers)
    archive = session.open()
    checked = []
    for one in logged(archive):
        if out is not None:
            _write_new(out / f"entry-{one.position}", _as_files(one))
        checked.append(verify_logged(archive, one, certificates, blocks))
        _say_checked(session, checked[-1])
    faults = sum(1 for one in checked if one.fault is not None)
    if not checked:
        session.say("No timestamp is logged. Ask for one with `habeas timestamp request`.")
    else:
        words = several(len(checked), "timestamp")
        session.say(f"{words}, of which {faults} do not hold." if faults else f"{words}.")
    session.give({"sound": not faults, "timestamps": [_as_json(one) for one in checked]})
    return FINDINGS if faults else OK


def _asked(archive: Any, url: str, query: bytes, chain: list[Certificate]) -> LoggedTimestamp:
    answered = post(url, query, QUERY)
    if answered.status != 200 or answered.content_type.partition(";")[0].strip() != REPLY:
        raise Unreachable(
            f"{url} answered {answered.status} with {answered.content_type or 'no type'}: that is "
            "not a reply from a time authority.",
            next_step="Check the address: the authority publishes it.",
        )
    return add_reply(archive, answered.body, chain, query)


def _say_added(speaker: Speaker, added: LoggedTimestamp) -> None:
    if added.time is None:
        speaker.say(f"Logged as pending (entry {added.position}): nothing attests it yet.")
    else:
        speaker.say(
            f"The log with {added.size:,} entries existed on {_time(added.time)}, "
            f"on the word of {_whose(added.authority)}."
        )
        speaker.say(f"Accepted by {' and '.join(added.accepted_by)}. Entry {added.position}.")
        _say_not_judged(speaker, added.not_judged)
    speaker.give(
        {
            "entry": added.position,
            "size": added.size,
            "time": None if added.time is None else added.time.isoformat(),
            "authority": added.authority,
            "accepted_by": list(added.accepted_by),
            "not_judged": list(added.not_judged),
        }
    )


def _say_checked(speaker: Speaker, one: Checked) -> None:
    start = f"Entry {one.logged.position}: the log with {one.logged.size:,} entries"
    if one.fault is not None:
        speaker.say(f"{start}: {one.fault.message} [{one.fault.code}]", style="red")
    elif one.time is None:
        speaker.say(f"{start}: pending. {one.pending}", style="yellow")
    else:
        accepted = " and ".join(one.accepted_by)
        speaker.say(
            f"{start} existed on {_time(one.time)}, on the word of {_whose(one.authority)} "
            f"(accepted by {accepted})."
        )
        _say_not_judged(speaker, one.not_judged)


def _say_not_judged(speaker: Speaker, said: tuple[str, ...]) -> None:
    for each in said:
        speaker.note(f"By one verifier only: {shown(each)}.")


def _as_json(one: Checked) -> dict[str, Any]:
    fault = one.fault
    return {
        "entry": one.logged.position,
        "method": one.logged.method,
        "size": one.logged.size,
        "time": None if one.time is None else one.time.isoformat(),
        "authority": one.authority,
        "accepted_by": list(one.accepted_by),
        "not_judged": list(one.not_judged),
        "pending": one.pending,
        "fault": None if fault is None else {"code": fault.code, "message": fault.message},
    }


def _as_files(one: Logged) -> dict[str, bytes]:
    if one.method == "rfc3161":
        chain = b"".join(each.public_bytes(Encoding.PEM) for each in one.certificates)
        return {"checkpoint.txt": one.text, "reply.tsr": one.proof, "chain.pem": chain}
    headers = "".join(f"{height} {header.hex()}\n" for height, header in one.headers.items())
    return {
        "checkpoint.txt": one.text,
        "checkpoint.txt.ots": one.proof,
        "headers.txt": headers.encode(),
    }


def _write_new(folder: Path, files: dict[str, bytes]) -> None:
    for name in files:
        if (folder / name).exists():
            raise FilesUnusable(
                f"{folder / name} is there already.", next_step="Choose an empty directory."
            )
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)


def _chain(path: Path | None) -> list[Certificate]:
    return [] if path is None else read_certificates(read_file(path, LARGEST_FILE))


def _headers(path: Path | None) -> dict[int, bytes] | None:
    if path is None:
        return None
    return read_headers(read_file(path, LARGEST_FILE).decode("utf-8", "replace"))


def _time(time: Any) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"


def _whose(authority: str) -> str:
    return shown(authority or UNNAMED_AUTHORITY)
