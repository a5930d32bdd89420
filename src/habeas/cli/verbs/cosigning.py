"""witness request, add, status: having partners cosign this archive's log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from habeas.cli.options import ArchiveOption, JsonOption, PassphraseFileOption

if TYPE_CHECKING:
    from habeas.archive.opening import Archive
    from habeas.cli.speaking import Speaker
    from habeas.custody.checkpoints import Checkpoint
    from habeas.custody.cosignatures import Cosignature
    from habeas.custody.partners import Partner, Policy
    from habeas.custody.witness import Answer

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
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    json: JsonOption = False,
) -> int:
    """Ask partners to cosign the log.

    They get its size, its root and the proof that it grew; nothing of what it holds. Says so,
    in plain words, where a partner remembers more entries or other ones. Contacts nobody
    unless told to with --online. Ends with 1 where fewer have cosigned than the policy needs.
    """
    from habeas.cli.endings import FINDINGS, OK
    from habeas.cli.errors import ConfirmationNeeded
    from habeas.cli.opening import opened
    from habeas.cli.speaking import Speaker

    speaker = Speaker(as_json=json)
    if online == (out is not None):
        raise ConfirmationNeeded(
            "Say how to ask the partners.",
            next_step="--online asks at their addresses; --out DIR writes files to carry.",
        )
    archive_ = opened(archive, passphrase_file)
    from habeas.archive import cosigning

    policy_ = _policy(archive_, policy)
    wanted = [policy_.partner(name) for name in partner] if partner else list(policy_.partners)
    if out is not None:
        cosigning.record_cosignatures(archive_, policy_)
        checkpoint = cosigning.newest_checkpoint(archive_)
        files = _write_requests(archive_, checkpoint, wanted, out)
        speaker.say(f"The log has {checkpoint.size:,} entries.")
        for name, path in files.items():
            speaker.say(f"{name}: {path}")
        speaker.say("Bring back what `habeas witness answer` writes; add it with")
        speaker.say("`habeas witness add FILE`.")
        speaker.give({"size": checkpoint.size, "requests": files})
        return OK
    # Asked before anything is logged: a partner may know that this is an older copy.
    faults = _ask_online(speaker, archive_, policy_, wanted)
    if cosigning.record_cosignatures(archive_, policy_):
        faults = _ask_online(speaker, archive_, policy_, wanted)
    enough = _say_standing(speaker, archive_, policy_, faults)
    return OK if enough else FINDINGS


def add(
    file: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Partners' answers.")],
    policy: PolicyOption = None,
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    json: JsonOption = False,
) -> int:
    """Add cosignatures that came back by file.

    Any checkpoint of this log that a partner cosigned will do, wherever it was found. It is
    first compared with the log: a larger one, or one with another root, shows that an older
    copy was put back or that there are two histories.
    """
    from habeas.cli.endings import FINDINGS, OK
    from habeas.cli.opening import opened
    from habeas.cli.speaking import Speaker

    speaker = Speaker(as_json=json)
    archive_ = opened(archive, passphrase_file)
    from habeas.archive import cosigning

    policy_ = _policy(archive_, policy)
    for path in file:
        found = cosigning.add_cosigned(archive_, policy_, read_file(path, LARGEST_FILE))
        for one in found.cosignatures:
            speaker.say(_cosigned_words(one, found.checkpoint.size))
    return OK if _say_standing(speaker, archive_, policy_, []) else FINDINGS


def status(
    policy: PolicyOption = None,
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    json: JsonOption = False,
) -> int:
    """Say who cosigned the log, and what partners need to know of it.

    Compares every cosigned checkpoint that is kept with the log. Ends with 1 where fewer have
    cosigned the newest checkpoint than the policy needs.
    """
    from habeas.cli.endings import FINDINGS, OK
    from habeas.cli.opening import opened
    from habeas.cli.speaking import Speaker

    speaker = Speaker(as_json=json)
    archive_ = opened(archive, passphrase_file)
    from habeas.archive import cosigning
    from habeas.custody.partners import check_cosigned

    own = archive_.keyring.checkpoint.verifier
    speaker.say("The key of this log, for partners (`habeas witness trust`):")
    speaker.say(own.vkey)
    policy_ = _policy(archive_, policy)
    for note in cosigning.kept(archive_):
        if policy_.standing(note).cosignatures:
            check_cosigned(note, archive_.log, own, policy_.keys)
    return OK if _say_standing(speaker, archive_, policy_, []) else FINDINGS


def read_file(path: Path, largest: int) -> bytes:
    """The bytes of a file that a command names, up to a limit."""
    from habeas.cli.errors import FilesUnusable

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


def _policy(archive: Archive, path: Path | None) -> Policy:
    from habeas.custody.partners import read_policy

    return read_policy(path or archive.directory / POLICY)


def _write_requests(
    archive: Archive, checkpoint: Checkpoint, partners: list[Partner], out: Path
) -> dict[str, str]:
    from habeas.archive.cosigning import last_cosigned
    from habeas.cli.errors import FilesUnusable
    from habeas.custody.partners import make_request

    files = {}
    paths = {each: out / f"{each.file_name}-{checkpoint.size}.request" for each in partners}
    for path in paths.values():
        if path.exists():
            raise FilesUnusable(f"{path} is there already.", next_step="Choose an empty directory.")
    if paths:
        out.mkdir(parents=True, exist_ok=True)
    for each, path in paths.items():
        old_size = last_cosigned(archive, each.key)
        path.write_bytes(make_request(archive.log, checkpoint, old_size).body())
        files[each.name] = str(path)
    return files


def _ask_online(
    speaker: Speaker, archive: Archive, policy: Policy, partners: list[Partner]
) -> list[dict[str, str]]:
    """Ask each; what one of them refuses does not keep the others from being asked."""
    from habeas.archive.cosigning import add_cosigned, last_cosigned, newest_checkpoint
    from habeas.cli.errors import Unreachable
    from habeas.custody.errors import Forked, PartnerRefused, RolledBack
    from habeas.custody.partners import ask

    faults = []
    found: RolledBack | Forked | None = None
    checkpoint = newest_checkpoint(archive)
    for partner in partners:  # also who cosigned it: an older copy has its cosignature too
        if not partner.url:
            continue
        try:
            old_size = last_cosigned(archive, partner.key)
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


def _sender(partner: Partner) -> Any:
    from habeas.cli.online import post
    from habeas.custody.witness import Answer

    def send(body: bytes) -> Answer:
        url = partner.url.rstrip("/") + "/add-checkpoint"
        answered = post(url, body, "text/plain; charset=utf-8")
        return Answer(answered.status, answered.body, answered.content_type)

    return send


def _cosigned_words(one: Cosignature, size: int) -> str:
    from habeas.cli.speaking import shown

    return f"{shown(one.key.name)} cosigned the log with {size:,} entries."


def _say_standing(
    speaker: Speaker, archive: Archive, policy: Policy, faults: list[dict[str, str]]
) -> bool:
    """Who cosigned the newest checkpoint, and whether that is enough."""
    from habeas.archive.cosigning import last_cosigned, newest_checkpoint
    from habeas.cli.speaking import several, shown

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
            "key": archive.keyring.checkpoint.verifier.vkey,
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
