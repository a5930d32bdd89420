"""witness request, add, status: having partners cosign this archive's log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from habeas.archive.attestation import cosigning
from habeas.archive.attestation.cosigning import add_cosigned, last_cosigned, newest_checkpoint
from habeas.archive.keys.handover_documents import document_path
from habeas.archive.opening import Archive
from habeas.cli.endings import FINDINGS, OK
from habeas.cli.errors import ConfirmationNeeded, FilesUnusable, Unreachable
from habeas.cli.online import post
from habeas.cli.session import Session
from habeas.cli.speaking import Speaker, several, shown
from habeas.custody.attestation.cosignatures import Cosignature
from habeas.custody.attestation.partners import (
    CosigningPolicy,
    Partner,
    ask,
    ask_to_follow,
    check_cosigned,
    make_handover_request,
    make_request,
    read_policy,
)
from habeas.custody.attestation.tlog_policy import written
from habeas.custody.attestation.witness import WitnessAnswer
from habeas.custody.errors import Forked, PartnerRefused, RolledBack
from habeas.custody.keys.handovers import read_document
from habeas.custody.log.checkpoints import Checkpoint, parse_checkpoint

POLICY = "partners.toml"
LARGEST_FILE = 1 << 20  # bytes

PolicyOption = Annotated[
    Path | None,
    typer.Option(
        "--policy",
        metavar="FILE",
        help="The trust policy. Without it: partners.toml in the archive.",
        show_default=False,
    ),
]


def request(
    session: Session,
    online: Annotated[
        bool, typer.Option("--online", help="Ask each partner at the address in the policy.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Write a request for each partner instead.", show_default=False
        ),
    ] = None,
    partner: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Only this partner; may be repeated.", show_default="all"
        ),
    ] = None,
    policy: PolicyOption = None,
) -> int:
    """Ask partners to cosign the log.

    They get its size, its root and the proof that it grew; nothing of what it holds. Says so,
    in plain words, where a partner remembers more entries or other ones. Contacts nobody
    unless told to with --online. Ends with 1 where fewer have cosigned than the policy needs.
    """
    if online == (out is not None):
        raise ConfirmationNeeded(
            "Choose how to ask the partners.",
            next_step="--online asks at their addresses; --out DIR writes files to carry.",
        )
    archive = session.open()
    policy_ = _policy(archive, policy)
    wanted = [policy_.partner(name) for name in partner] if partner else list(policy_.partners)
    if out is not None:
        cosigning.record_cosignatures(archive, policy_)
        checkpoint = cosigning.newest_checkpoint(archive)
        files, first = _write_requests(archive, checkpoint, wanted, out)
        session.say(f"The log has {checkpoint.size:,} entries.")
        for name, path in files.items():
            session.say(f"{name}: {path}")
            for handed in first.get(name, ()):
                session.say(f"  before it: {handed} (the log's keys were handed over)")
        session.say("Bring back what `habeas witness answer` writes; add it with")
        session.say("`habeas witness add FILE`.")
        session.give({"size": checkpoint.size, "requests": files, "handovers": first})
        return OK
    # Asked before anything is logged: a partner may know that this is an older copy.
    faults = _ask_online(session, archive, policy_, wanted)
    if cosigning.record_cosignatures(archive, policy_):
        faults = _ask_online(session, archive, policy_, wanted)
    enough = _say_standing(session, archive, policy_, faults)
    return OK if enough else FINDINGS


def add(
    session: Session,
    file: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Partners' answers.")],
    policy: PolicyOption = None,
) -> int:
    """Add cosignatures that came back by file.

    Any checkpoint of this log that a partner cosigned will do, wherever it was found. It is
    first compared with the log: a larger one, or one with another root, shows that an older
    copy was put back or that there are two histories.
    """
    archive = session.open()
    policy_ = _policy(archive, policy)
    for path in file:
        found = cosigning.add_cosigned(archive, policy_, read_file(path, LARGEST_FILE))
        for one in found.cosignatures:
            session.say(_cosigned_words(one, found.checkpoint.size))
    return OK if _say_standing(session, archive, policy_, []) else FINDINGS


def status(
    session: Session,
    policy: PolicyOption = None,
) -> int:
    """Show who cosigned the log, and what partners need to know of it.

    Compares every cosigned checkpoint that is kept with the log. Ends with 1 where fewer have
    cosigned the newest checkpoint than the policy needs.
    """
    archive = session.open()
    chain = archive.chain
    session.say("The key of this log, for partners (`habeas witness trust`):")
    session.say(chain.current.checkpoint.vkey)
    policy_ = _policy(archive, policy)
    for note in cosigning.kept(archive):
        if policy_.standing(note).cosignatures:
            check_cosigned(note, archive.log, chain, policy_.keys)
    return OK if _say_standing(session, archive, policy_, []) else FINDINGS


def tlog_policy(
    session: Session,
    policy: PolicyOption = None,
) -> None:
    """Print the trust policy in the format that other programs read (C2SP tlog-policy).

    With the log's present key. Wherever a policy is read here, that format is read too.
    """
    archive = session.open()
    found = _policy(archive, policy).as_tlog_policy
    text = written(found, [archive.chain.current.checkpoint]).decode("utf-8", "replace")
    for line in text.splitlines():
        session.say(line)
    session.give({"policy": text})


def read_file(path: Path, largest: int) -> bytes:
    """The bytes of a file that a command names, up to a limit."""
    try:
        with path.open("rb") as stream:
            data = stream.read(largest + 1)
    except OSError as error:
        raise FilesUnusable(
            f"{path} cannot be read: {error.strerror}.", next_step="Check the path."
        ) from error
    if len(data) > largest:
        raise FilesUnusable(
            f"{path} has more than {largest:,} bytes.", next_step="It is not what is asked for."
        )
    return data


def _policy(archive: Archive, path: Path | None) -> CosigningPolicy:
    found = read_policy(path or archive.directory / POLICY)
    cosigning.refuse_mixed(archive, found)
    return found


def _write_requests(
    archive: Archive, checkpoint: Checkpoint, partners: list[Partner], out: Path
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The request for each partner, and hand-overs of keys that it must be given before."""
    files: dict[str, str] = {}
    first: dict[str, list[str]] = {}
    bodies: dict[Path, bytes] = {}
    for each in partners:
        old_size = last_cosigned(archive, each.key)
        for handed, document in _handovers_since(archive, old_size, checkpoint.size):
            path = out / f"{each.file_name}-{handed.size}.handover"
            bodies[path] = make_handover_request(archive.log, handed, document, old_size)
            first.setdefault(each.name, []).append(str(path))
            old_size = handed.size
        path = out / f"{each.file_name}-{checkpoint.size}.request"
        bodies[path] = make_request(archive.log, checkpoint, old_size).body()
        files[each.name] = str(path)
    for path in bodies:
        if path.exists():
            raise FilesUnusable(f"{path} is there already.", next_step="Choose an empty directory.")
    if bodies:
        out.mkdir(parents=True, exist_ok=True)
    for path, body in bodies.items():
        path.write_bytes(body)
    return files, first


def _handovers_since(
    archive: Archive, old_size: int, size: int
) -> Iterator[tuple[Checkpoint, bytes]]:
    """The hand-overs that a partner has not cosigned yet: each checkpoint and document."""
    for each in archive.chain.handovers:
        path = document_path(archive, each)
        if old_size < each <= size and path.is_file():
            document = path.read_bytes()
            yield parse_checkpoint(read_document(document)["checkpoint"]), document


def _ask_online(
    speaker: Speaker, archive: Archive, policy: CosigningPolicy, partners: list[Partner]
) -> list[dict[str, str]]:
    """Ask each; what one of them refuses does not keep the others from being asked."""
    faults = []
    found: RolledBack | Forked | None = None
    checkpoint = newest_checkpoint(archive)
    for partner in partners:  # also who cosigned it: an older copy has its cosignature too
        if not partner.url:
            continue
        try:
            old_size = _follow(speaker, archive, policy, partner, checkpoint)
            note, one = ask(partner, archive.log, checkpoint, old_size, _sender(partner))
            add_cosigned(archive, policy, note)
            speaker.say(_cosigned_words(one, checkpoint.size))
        except (RolledBack, Forked) as error:
            found = found or error
        except (PartnerRefused, Unreachable) as error:
            speaker.note(error.message, style="yellow")
            speaker.note(f"  → {error.next_step}", style="yellow")
            faults.append({"partner": partner.name, "code": error.code, "message": error.message})
    if found is not None:
        raise found
    return faults


def _follow(
    speaker: Speaker,
    archive: Archive,
    policy: CosigningPolicy,
    partner: Partner,
    newest: Checkpoint,
) -> int:
    """Have a partner follow each hand-over that it has not cosigned; the size cosigned last.

    A witness of another program knows no hand-over: it is asked to cosign the checkpoint alone,
    which the key that it trusts signed too, and its operator names the new key by hand.
    """
    old_size = last_cosigned(archive, partner.key)
    for handed, document in _handovers_since(archive, old_size, newest.size):
        words = "It follows to the log's new key."
        send = _sender(partner, "/add-handover")
        try:
            try:
                note, one = ask_to_follow(partner, archive.log, handed, document, old_size, send)
            except PartnerRefused:
                words = "Its operator must still name the log's new key: send it to them."
                note, one = ask(partner, archive.log, handed, old_size, _sender(partner))
        except (RolledBack, PartnerRefused):
            continue  # it has cosigned more, or the newest checkpoint will tell what is wrong
        add_cosigned(archive, policy, note)
        speaker.say(f"{_cosigned_words(one, handed.size)} {words}")
        old_size = handed.size
    return old_size


def _sender(partner: Partner, path: str = "/add-checkpoint") -> Any:
    def send(body: bytes) -> WitnessAnswer:
        url = partner.url.rstrip("/") + path
        answered = post(url, body, "text/plain; charset=utf-8")
        return WitnessAnswer(answered.status, answered.body, answered.content_type)

    return send


def _cosigned_words(one: Cosignature, size: int) -> str:
    return f"{shown(one.key.name)} cosigned the log with {size:,} entries."


def _say_standing(
    speaker: Speaker, archive: Archive, policy: CosigningPolicy, faults: list[dict[str, str]]
) -> bool:
    """Who cosigned the newest checkpoint, and whether that is enough."""
    checkpoint = newest_checkpoint(archive)
    standing = policy.standing(checkpoint.note)
    count, entries = len(standing.cosignatures), several(checkpoint.size, "entry", "entries")
    speaker.say(
        f"The newest checkpoint ({entries}) is cosigned by {count} of {len(policy.partners)} "
        f"partners; the policy needs {policy.needed}."
    )
    partners = []
    for partner in policy.partners:
        last = last_cosigned(archive, partner.key)
        partners.append({"name": partner.name, "key": partner.key.vkey, "last_size": last})
        if last < checkpoint.size:
            words = f"last cosigned {last:,}" if last else "has cosigned nothing that is kept here"
            speaker.say(f"  {shown(partner.name)} {words}")
    speaker.give(
        {
            "key": archive.chain.current.checkpoint.vkey,
            "size": checkpoint.size,
            "needed": policy.needed,
            "cosigned": [
                {"partner": one.key.name, "time": one.time} for one in standing.cosignatures
            ],
            "enough": standing.enough,
            "partners": partners,
            "faults": faults,
        }
    )
    return standing.enough
