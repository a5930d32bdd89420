"""A mirror folder, as the partner who keeps it sees it: checked with public keys only.

    mirror.json     whose log this is
    log/            tiles, checkpoint with cosignatures, older cosigned checkpoints
    objects/        ciphertext, by the hash of it
    keys/           public keys: of entries, checkpoints and people
    log/handovers/  how older keys of entries and checkpoints handed over to these
    removed         addresses of objects that their archive says it erased, one a line

Everything under the checkpoint is rebuilt from the raw entries, and every object that an
entry names is hashed again. What the partner cannot tell is whether an object listed as
removed was erased for a witness's sake or withheld: that is on the archive's word.

Invariants: nothing is changed; nothing in the folder is believed that the checkpoint's key
did not sign, and that key is the one that the partner gives, where one is given. The archive
may be bringing the mirror up meanwhile: the checkpoint is read first, and everything that
stands under it was there before it; an object is listed as removed before it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from habeas.custody.checks.audit import AuditFault, audit_log
from habeas.custody.checks.fixity import audit_objects
from habeas.custody.errors import HandoverError, LogError, MirrorForeign
from habeas.custody.keys.handovers import FOLDER as HANDOVERS
from habeas.custody.keys.handovers import Handover, check, follow, read_document
from habeas.custody.keys.key_chain import KeyChain, KeyPair
from habeas.custody.keys.keyring import public_keys
from habeas.custody.log.notes import Verifier
from habeas.custody.log.tiles import TileLog
from habeas.custody.objects.object_store import ObjectStore

FORMAT: Final = "habeas-mirror/1"
ABOUT: Final = "mirror.json"
REMOVED: Final = "removed"
Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class MirrorReport:
    """What was checked. ``removed`` objects are named by entries and are not there."""

    origin: str
    checkpoint_key: str
    size: int = 0
    root: str = ""
    signatures: int = 0
    objects: int = 0
    removed: int = 0
    handovers: list[int] = field(default_factory=list)  # the sizes at which keys were handed over
    faults: list[AuditFault] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not self.faults


def check_mirror(
    folder: Path,
    key: Verifier | None = None,
    progress: Progress = lambda what, done, total: None,
) -> MirrorReport:
    """Check a whole mirror.

    ``key`` is the log's checkpoint key as the partner knows it; without it the one in the
    folder is used, which proves only that the folder agrees with itself.
    """
    origin = str(read_about(folder)["origin"])
    still = TileLog(folder / "log").still()  # before the keys and objects that it needs
    public = public_keys(folder / "keys")
    first = KeyPair(public.entry, key or public.checkpoint)
    report = MirrorReport(origin, first.checkpoint.vkey)
    chain = _chain(folder, still, first, report)
    if key is not None and key not in {public.checkpoint, *chain.all}:
        message = "The checkpoint key in the mirror differs from the key that you gave."
        report.faults.append(AuditFault("mirror.other-key", "keys/verifiers", None, message))
        chain = KeyChain((first,))
    report.checkpoint_key = chain.current.checkpoint.vkey
    report.handovers = list(chain.handovers)
    log = audit_log(
        still,
        dict.fromkeys([*chain.all, *public.people.values()]),
        origin=origin,
        chain=chain,
        progress=lambda done, total: progress("Entries", done, total),
    )
    report.size, report.signatures = log.size, log.signatures_checked
    report.root = log.checkpoint.root_text if log.checkpoint else ""
    report.faults += log.faults
    store = ObjectStore(folder / "objects", clean=False)
    gone = _gone(folder, store)
    expected = (log.object_addresses - gone) | set(store.addresses())
    faults = list(
        audit_objects(store, expected, lambda done, total: progress("Objects", done, total))
    )
    gone = _gone(folder, store)  # those that went meanwhile among them
    report.removed, report.objects = len(gone & log.object_addresses), len(expected - gone)
    report.faults += [each for each in faults if each.path.rpartition("/")[2] not in gone]
    return report


def _chain(folder: Path, log: TileLog, first: KeyPair, report: MirrorReport) -> KeyChain:
    """The keys that follow from the hand-overs in a mirror; of one that fails, none after it."""
    found: list[Handover] = []
    sizes = [path for path in (folder / "log" / HANDOVERS).glob("*") if path.name.isdecimal()]
    for path in sorted(sizes, key=lambda path: int(path.name)):
        try:
            each = check(read_document(path.read_bytes()))
            if each.size != int(path.name) or each.checkpoint.origin != report.origin:
                raise HandoverError("It is of another log or size than its name says.")
            if each.size > log.size:
                continue  # the log is still being written
            if log.root(each.size) != each.checkpoint.root:
                raise HandoverError("It is of another history than the log here.")
            follow([*found, each])
        except (HandoverError, LogError, OSError) as error:
            message = "It cannot be read." if isinstance(error, OSError) else error.message
            name = f"log/{HANDOVERS}/{path.name}"
            report.faults.append(AuditFault(HandoverError.code, name, None, message))
            break
        found.append(each)
    return follow(found, first)


def _gone(folder: Path, store: ObjectStore) -> set[str]:
    """The objects listed as removed that are not there."""
    return {each for each in removed_objects(folder) if not store.exists(each)}


def read_about(folder: Path) -> dict[str, Any]:
    """What a mirror says of itself."""
    try:
        found = json.loads((folder / ABOUT).read_bytes())
        if found["format"] != FORMAT or not isinstance(found["origin"], str):
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError):
        raise MirrorForeign(
            f"{folder} is not a mirror that this program can read.",
            next_step=f"Name the folder that holds {ABOUT}.",
        ) from None
    return dict(found)


def removed_objects(folder: Path) -> set[str]:
    """The objects that a mirror lists as erased by its archive."""
    try:
        listed = (folder / REMOVED).read_text(encoding="ascii", errors="replace").split()
    except OSError:
        return set()
    return {each for each in listed if len(each) == 64 and each.strip("0123456789abcdef") == ""}
