"""Asking partners to cosign: the trust policy, the requests, and what answers mean.

The policy names the partners and how many of them must have cosigned a checkpoint before
it is believed. A partner's answer is also a memory that this archive does not control:
where it knows a larger log or another history, an older copy was put back or the log was
written anew, and nothing here can hide it.

Invariants: each partner counts once (no key stands twice); a checkpoint that a partner
cosigned is compared with this log before anything of it is kept. Sending is the caller's:
this room has no network.
"""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from habeas.custody.attestation.cosignatures import (
    Cosignature,
    CosignerKey,
    add_cosignatures,
    read_cosignatures,
    without,
)
from habeas.custody.attestation.tlog_policy import PolicyWitness, TlogPolicy, flat, is_one, parse
from habeas.custody.attestation.witness import SIZE_TYPE, CosignRequest, WitnessAnswer
from habeas.custody.errors import (
    Forked,
    KeyTextError,
    NoteError,
    PartnerRefused,
    PolicyError,
    RolledBack,
)
from habeas.custody.keys.key_chain import KeyChain
from habeas.custody.log.checkpoints import Checkpoint, parse_checkpoint
from habeas.custody.log.notes import split_note
from habeas.custody.log.tiles import TileLog

MOST_PARTNERS: Final = 32
_ATTEMPTS: Final = 3  # one to learn the partner's size, one to ask, one for a race
_SIZE = re.compile(rb"(0|[1-9][0-9]{0,18})\n")
_VALID = 'It reads `needed = 2`, then for each partner `[[partner]]`, `key = "…"`, `url = "…"`.'


@dataclass(frozen=True, slots=True)
class Partner:
    """Who may cosign: the key, and the address to ask at ('' where asked by file)."""

    key: CosignerKey
    url: str = ""

    @property
    def name(self) -> str:
        return self.key.name

    @property
    def file_name(self) -> str:
        """The name as a part of file names."""
        return re.sub(r"[^A-Za-z0-9.-]+", "-", self.name).strip("-.") + f"-{self.key.key_id:08x}"


@dataclass(frozen=True, slots=True)
class CosigningStanding:
    """Which partners cosigned a checkpoint, and whether that is enough."""

    cosignatures: tuple[Cosignature, ...]
    needed: int
    quorum: TlogPolicy | None = None

    @property
    def enough(self) -> bool:
        if self.quorum is not None:
            return self.quorum.met([one.key for one in self.cosignatures])
        return len(self.cosignatures) >= self.needed


@dataclass(frozen=True, slots=True)
class CosigningPolicy:
    """``needed`` of ``partners`` must have cosigned; or a quorum of groups, where there is one.

    Of a quorum ``needed`` is how many are enough whoever they are: never too few.
    """

    needed: int
    partners: tuple[Partner, ...]
    quorum: TlogPolicy | None = None

    @property
    def keys(self) -> tuple[CosignerKey, ...]:
        return tuple(partner.key for partner in self.partners)

    def standing(self, note: bytes) -> CosigningStanding:
        """How a checkpoint stands; a false cosignature by a partner raises."""
        return CosigningStanding(read_cosignatures(note, self.keys), self.needed, self.quorum)

    @property
    def as_tlog_policy(self) -> TlogPolicy:
        """The same as C2SP tlog-policy says it, without a log."""
        known = [PolicyWitness(partner.key, partner.url) for partner in self.partners]
        return self.quorum or flat(known, self.needed)

    def partner(self, name: str) -> Partner:
        """The partner of a name."""
        for partner in self.partners:
            if partner.name == name:
                return partner
        raise PolicyError(
            f"The policy names no partner {name}.",
            next_step=f"It names: {', '.join(partner.name for partner in self.partners)}.",
        )


def read_policy(path: Path) -> CosigningPolicy:
    """The policy in a file, which every error names."""
    try:
        data = path.read_bytes()
        text = "" if is_one(data) else data.decode()
    except FileNotFoundError:
        raise PolicyError(
            f"No trust policy at {path}.",
            next_step=f"Write one. {_VALID} The key is what `habeas witness init` told the "
            "partner.",
        ) from None
    except (UnicodeDecodeError, OSError) as error:
        raise PolicyError(f"{path} cannot be read: {error}.", next_step=_VALID) from error
    try:
        return _of_tlog_policy(parse(data)) if is_one(data) else parse_policy(text)
    except PolicyError as error:
        raise PolicyError(f"{path}: {error.message}", next_step=error.next_step) from error


def _of_tlog_policy(found: TlogPolicy) -> CosigningPolicy:
    for each in found.witnesses.values():
        _check_url(each.url)
    partners = tuple(Partner(each.key, each.url) for each in found.witnesses.values())
    return CosigningPolicy(found.any_so_many, partners, found)


def parse_policy(text: str) -> CosigningPolicy:
    """Read a policy; refuses one that counts a partner twice or asks for more than there are."""
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"The trust policy is not TOML: {error}.", next_step=_VALID) from error
    if unknown := sorted(found.keys() - {"needed", "partner"}):
        raise PolicyError(f"The trust policy has no setting {unknown[0]!r}.", next_step=_VALID)
    listed = found.get("partner", [])
    if not isinstance(listed, list) or not 0 < len(listed) <= MOST_PARTNERS:
        raise PolicyError(
            f"The trust policy must name 1 to {MOST_PARTNERS} partners.", next_step=_VALID
        )
    partners = tuple(_partner(number, each) for number, each in enumerate(listed, 1))
    for number, partner in enumerate(partners):
        for other in partners[:number]:
            if other.key.public == partner.key.public or other.name == partner.name:
                raise PolicyError(
                    f"The trust policy names {partner.name} twice, by name or by key.",
                    next_step="Name each partner once; otherwise one would count as two.",
                )
    needed = found.get("needed")
    if type(needed) is not int or not 1 <= needed <= len(partners):
        raise PolicyError(
            f"`needed` must be a number from 1 to {len(partners)}, the number of partners.",
            next_step=_VALID,
        )
    return CosigningPolicy(needed, partners)


def _partner(number: int, given: Any) -> Partner:
    try:
        return _read_partner(given)
    except (PolicyError, KeyTextError) as error:
        message = f"Partner {number} in the trust policy: {error.message}"
        raise PolicyError(message, next_step=error.next_step) from error


def _read_partner(given: Any) -> Partner:
    if not isinstance(given, dict) or given.keys() - {"key", "url"} or "key" not in given:
        raise PolicyError("A partner has `key` and, if asked online, `url`.", next_step=_VALID)
    key, url = given["key"], given.get("url", "")
    if not isinstance(key, str) or not isinstance(url, str):
        raise PolicyError("A partner's `key` and `url` are text.", next_step=_VALID)
    _check_url(url)
    return Partner(CosignerKey.parse(key), url)


def _check_url(url: str) -> None:
    if url and not re.match(r"https?://[^/?#@\s]+(/[^?#\s]*)?$", url):
        raise PolicyError(
            f"{url!r} is not an address to ask a partner at.",
            next_step="It reads https://host/path, without a name, password, query or fragment.",
        )


def make_request(log: TileLog, checkpoint: Checkpoint, old_size: int) -> CosignRequest:
    """The request to cosign ``checkpoint``, given that the partner cosigned ``old_size``.

    Under the log's own signatures only: other partners' would be ignored, and are long.
    """
    proof = log.consistency_proof(old_size, checkpoint.size) if old_size else []
    _, signatures = split_note(checkpoint.note)
    others = {(one.name, one.key_id) for one in signatures if one.name != checkpoint.origin}
    return CosignRequest(old_size, tuple(proof), parse_checkpoint(without(checkpoint.note, others)))


def make_handover_request(
    log: TileLog, checkpoint: Checkpoint, document: bytes, old_size: int
) -> bytes:
    """The request to cosign the checkpoint of a hand-over of keys, and to follow to the new one."""
    head, gap, _ = make_request(log, checkpoint, old_size).body().partition(b"\n\n")
    return head + gap + document


def ask_to_follow(
    partner: Partner,
    log: TileLog,
    checkpoint: Checkpoint,
    document: bytes,
    old_size: int,
    send: Callable[[bytes], WitnessAnswer],
) -> tuple[bytes, Cosignature]:
    """The same as ``ask`` for the checkpoint of a hand-over, whose ``document`` goes with it."""

    def body(size: int) -> bytes:
        return make_handover_request(log, checkpoint, document, size)

    return _asked(partner, checkpoint, old_size, send, body)


def ask(
    partner: Partner,
    log: TileLog,
    checkpoint: Checkpoint,
    old_size: int,
    send: Callable[[bytes], WitnessAnswer],
) -> tuple[bytes, Cosignature]:
    """The checkpoint with the partner's cosignature added, and the cosignature.

    ``old_size`` is what the partner is believed to have cosigned last; it corrects us where
    that is wrong. Raises ``RolledBack`` or ``Forked`` where the partner's memory and this log
    do not fit, ``PartnerRefused`` otherwise.
    """

    def body(size: int) -> bytes:
        return make_request(log, checkpoint, size).body()

    return _asked(partner, checkpoint, old_size, send, body)


def _asked(
    partner: Partner,
    checkpoint: Checkpoint,
    old_size: int,
    send: Callable[[bytes], WitnessAnswer],
    body: Callable[[int], bytes],
) -> tuple[bytes, Cosignature]:
    for _ in range(_ATTEMPTS):
        answer = send(body(old_size))
        if answer.status == 200:
            return _accepted(partner, checkpoint, answer)
        theirs = _their_size(answer)
        if theirs is not None:
            if theirs > checkpoint.size:
                raise _rolled_back(partner.name, theirs, checkpoint.size)
            if theirs != old_size:
                old_size = theirs
                continue
        elif answer.status in (409, 422) and old_size and not _tells_size(answer):
            raise _forked(partner.name, old_size)
        break
    raise PartnerRefused(
        f"{partner.name} did not cosign: it answered {answer.status}, "
        f"{answer.sentence[:200] or 'without a reason'!r}.",
        next_step=_WHY.get(answer.status, "Ask whoever runs it."),
    )


_WHY: Final = {
    404: "Its operator must first name this log: send them the checkpoint key that "
    "`habeas witness status` prints.",
    403: "Its operator has another key of this log: send them the checkpoint key that "
    "`habeas witness status` prints and, where keys were handed over, the newest file in "
    "log/handovers.",
}


def _accepted(
    partner: Partner, checkpoint: Checkpoint, answer: WitnessAnswer
) -> tuple[bytes, Cosignature]:
    try:
        note, new = add_cosignatures(checkpoint.note, answer.body, [partner.key])
    except NoteError as error:
        raise PartnerRefused(
            f"{partner.name} answered with what is not its cosignature: {error.message}",
            next_step="Check the partner's key in the policy; ask whoever runs it.",
        ) from error
    if not new:
        raise PartnerRefused(
            f"{partner.name} answered with cosignatures of other keys than the policy names.",
            next_step="Check the partner's key in the policy.",
        )
    return note, new[0]


def _their_size(answer: WitnessAnswer) -> int | None:
    size = _SIZE.fullmatch(answer.body) if _tells_size(answer) else None
    return int(size[1]) if size else None


def _tells_size(answer: WitnessAnswer) -> bool:
    said = answer.content_type.partition(";")[0].strip().lower()
    return answer.status == 409 and said == SIZE_TYPE


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A checkpoint that partners cosigned and that this log continues."""

    checkpoint: Checkpoint
    cosignatures: tuple[Cosignature, ...]


def check_cosigned(
    note: bytes, log: TileLog, chain: KeyChain, keys: Iterable[CosignerKey]
) -> Cosigned:
    """Compare a cosigned checkpoint, wherever it came from, with this log.

    It must bear the signature of the log's key in force at its size, and a partner's. Raises
    ``RolledBack`` where it is larger than this log, ``Forked`` where this log had other entries.
    """
    checkpoint = chain.open(note)
    cosignatures = read_cosignatures(note, keys)
    if not cosignatures:
        raise PartnerRefused(
            "No partner that the policy names cosigned this checkpoint.",
            next_step="Ask the partner for the file that `habeas witness answer` wrote.",
        )
    names = ", ".join(one.key.name for one in cosignatures)
    newest = max(one.time for one in cosignatures)
    if checkpoint.size > log.size:
        raise _rolled_back(names, checkpoint.size, log.size, newest)
    if checkpoint.size and log.root(checkpoint.size) != checkpoint.root:
        raise _forked(names, checkpoint.size, newest)
    return Cosigned(checkpoint, cosignatures)


def cosigned_size(note: bytes, key: CosignerKey) -> int:
    """The size of a kept checkpoint if this partner cosigned it, else 0."""
    return parse_checkpoint(note).size if read_cosignatures(note, [key]) else 0


def _rolled_back(names: str, theirs: int, ours: int, time: int | None = None) -> RolledBack:
    return RolledBack(
        f"{names} cosigned this log with {theirs:,} entries{_when(time)}, and here it has "
        f"{ours:,}: an older copy of the archive was put back, and "
        f"{theirs - ours:,} entries are missing.",
        next_step="Write nothing. Put the newest copy back; its log must have at least "
        f"{theirs:,} entries. If there is none, what was added since is lost and this log "
        "cannot be cosigned again: keep this copy and make that public.",
    )


def _forked(names: str, size: int, time: int | None = None) -> Forked:
    return Forked(
        f"{names} cosigned this log with {size:,} entries{_when(time)}, and the first "
        f"{size:,} entries here are other ones: there are two histories.",
        next_step="Write nothing. Either an older copy was put back and added to, or someone "
        "else signs with this archive's key. Compare with every copy and ask the partner for "
        "the checkpoint that it keeps: it carries this archive's own signature.",
    )


def _when(time: int | None) -> str:
    if time is None:
        return ""
    try:
        moment = datetime.datetime.fromtimestamp(time, datetime.UTC)
    except (ValueError, OverflowError, OSError):
        return ""
    return f" on {moment:%Y-%m-%d %H:%M:%S} UTC"
