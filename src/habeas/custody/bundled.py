"""Verifying a bundle with the archive's own code: what ``habeas bundle verify`` does.

The same checks as the stand-alone ``verify.py``, made with this room's readers of entries,
proofs, cosignatures and timestamps, so that two programs with little in common must come to
one answer. Only the words for it are shared. Tests hold that both agree.

Invariants: nothing is believed because ``bundle.json`` says it; every check goes on past a
fault where it can, and names each; a folder that must not be read raises ``BundleError``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from cryptography import x509

from habeas.custody import merkle, opentimestamps
from habeas.custody.bags import FETCH, BagReport, Progress, check_bag
from habeas.custody.bundle_policy import Policy, read_policy
from habeas.custody.checkpoints import Checkpoint, open_checkpoint
from habeas.custody.cosignatures import LARGEST_NOTE, read_cosignatures
from habeas.custody.entries import (
    LARGEST_BYTES,
    ParsedEntry,
    check_disclosures,
    check_signed,
    parse_entry,
)
from habeas.custody.errors import (
    BagError,
    BundleError,
    TimestampPending,
    TimestampUnreadable,
)
from habeas.custody.notes import check_signatures, from_base64, split_note
from habeas.custody.proofs import parse_proof
from habeas.custody.standalone import verify as words
from habeas.custody.timestamps import imprints, verify_reply
from habeas.errors import HabeasError

MOST_ENTRIES: Final = 50_000
LARGEST_TEXT: Final = 64 * 1024 * 1024
HOLDS, FAILS, ABSENT, UNCHECKED = "holds", "fails", "absent", "not checked here"
_TAG_FILES = frozenset({"seal.note", "tagmanifest-sha256.txt"})


class _Fault(Exception):
    """One thing that does not hold, in words."""


@dataclass(slots=True)
class _Entry:
    position: int
    parsed: ParsedEntry
    leaf: bytes
    item: dict[str, Any]
    fields: dict[str, Any] = field(default_factory=dict)


def verify_bundle(
    directory: Path,
    policy: dict[str, Any] | None = None,
    progress: Progress = lambda done, total: None,
) -> dict[str, Any]:
    """The report of every check, as ``verify.py --json`` gives it.

    ``policy`` is one that the reader got another way. Raises ``BundleError`` where the folder
    is no bundle that can be checked.
    """
    try:
        bag = check_bag(directory, progress)
    except BagError as error:
        raise BundleError(error.message, next_step=error.next_step) from error
    checking = _Checking(directory, bag, policy)
    return words.report(checking, checking.run())


class _Checking:
    """One bundle being checked. Its public attributes are those that the words are made from."""

    def __init__(self, directory: Path, bag: BagReport, given: dict[str, Any] | None) -> None:
        self.directory, self.bag = directory, bag
        for needed in ("bagit.txt", "manifest-sha256.txt", "data/bundle.json", "data/policy.json"):
            if needed not in bag.files:
                raise BundleError(f"{needed} is missing: this is no habeas bundle.")
        self.index = self._json("data/bundle.json", "habeas-bundle/1")
        if not all(isinstance(self.index.get(name, []), list) for name in words.LISTS):
            raise BundleError("data/bundle.json is no index: what it lists is no list.")
        self.given_policy = given
        self.policy = given or self._json("data/policy.json", "habeas-policy/1")
        self.status = dict.fromkeys(words.CHECKS, HOLDS)
        self.said: dict[str, list[str]] = {name: [] for name in words.CHECKS}
        self.faults: dict[str, list[str]] = {name: [] for name in words.CHECKS}
        self.entries: dict[str, _Entry] = {}
        self.stamped: list[tuple[int, Any, str, bool]] = []
        self.origin, self.size, self.root = "", 0, b""
        self.attested_size = 0
        self._keys = Policy("", (), (), (), (), 0)
        self._checkpoint: Checkpoint | None = None
        self._cosigned: list[tuple[int, dict[str, int]]] = []
        self._earlier: dict[int, bytes] = {}

    def run(self) -> bool:
        self._policy()
        self._bag()
        self._one("seal", "seal.note", self._seal)
        self._one("checkpoint", "The checkpoint", self._newest)
        self._history()
        self._entries()
        self._files()
        self._quotes()
        self._timestamps()
        return FAILS not in self.status.values()

    # --- reading and noting ---------------------------------------------------------------

    def _read(self, path: str, most: int = LARGEST_TEXT) -> bytes:
        if path not in self.bag.files:
            raise _Fault(f"{path} is missing")
        if self.bag.files[path] > most:
            raise _Fault(f"{path} is too large")
        return (self.directory / path).read_bytes()

    def _json(self, path: str, form: str) -> dict[str, Any]:
        try:
            found = json.loads(self._read(path))
        except (_Fault, ValueError, RecursionError):
            raise BundleError(f"{path} cannot be read.") from None
        if not isinstance(found, dict) or found.get("format") != form:
            raise BundleError(
                f"{path} is not of the format {form}.", next_step="Use a newer habeas."
            )
        return found

    def _sha256(self, path: str) -> str:
        if path not in self.bag.sha256:
            with (self.directory / path).open("rb") as file:
                self.bag.sha256[path] = hashlib.file_digest(file, "sha256").hexdigest()
        return self.bag.sha256[path]

    def _fault(self, check: str, what: str) -> None:
        self.status[check] = FAILS
        self.faults[check].append(what)

    def _one(self, check: str, label: str, do: Callable[[], None]) -> bool:
        try:
            do()
        except _Fault as fault:
            self._fault(check, f"{label} {fault}.")
        except HabeasError as error:
            self._fault(check, f"{label}: {error.message}")
        except (KeyError, TypeError, ValueError, IndexError, AttributeError, OSError):
            self._fault(check, f"{label} is not written as it must be.")
        else:
            return True
        return False

    def _each(self, check: str, items: Iterable[Any], do: Callable[[Any], None], label: str) -> int:
        good = 0
        for item in items:
            name = item.get("position", item.get("token", "")) if isinstance(item, dict) else "?"
            good += self._one(check, f"{label} {name!r}", lambda item=item: do(item))  # type: ignore[misc]
        return good

    # --- the checks -----------------------------------------------------------------------

    def _policy(self) -> None:
        def read() -> None:
            self._keys = read_policy(self.policy)
            self.origin = self._keys.origin

        self._one("checkpoint", "The policy", read)

    def _bag(self) -> None:
        for fault in self.bag.faults:
            self._fault("bag", fault)
        listed = set()
        if "tagmanifest-sha256.txt" in self.bag.files:
            text = self._read("tagmanifest-sha256.txt").decode("utf-8", "replace")
            listed = {line.partition("  ")[2] for line in text.splitlines()}
        for path in sorted(set(self.bag.files) - set(self.bag.payload) - listed):
            if path != "tagmanifest-sha256.txt":
                self._fault("bag", f"{path} is in no manifest.")
        if "tagmanifest-sha256.txt" not in self.bag.files:
            self._fault("bag", "tagmanifest-sha256.txt is missing.")
        if FETCH in self.bag.files:
            self._fault("bag", f"{FETCH} asks for more files; a bundle holds all its own.")
        if "bag-info.txt" not in self.bag.files:
            self._fault("bag", "bag-info.txt is missing.")
        self.said["bag"].append(f"{len(self.bag.files):,} files")

    def _seal(self) -> None:
        text, signatures = split_note(self._read("seal.note", 65_536))
        verified, _ = check_signatures(text, signatures, self._keys.all)
        if not any(one.name == f"{self.origin}/entry" for one in verified):
            raise _Fault("is not signed by the archive's key")
        first, *lines = text.decode()[:-1].split("\n")
        if first != f"{self.origin}/bundle/v1":
            raise _Fault("is no seal of a bundle of this archive")
        listed = dict(line.rsplit(" ", 1) for line in lines)
        if listed.keys() != set(self.bag.files) - set(self.bag.payload) - _TAG_FILES:
            raise _Fault("names other files than there are beside data/")
        for path, digest in sorted(listed.items()):
            if self._sha256(path) != digest:
                raise _Fault(f"is over another {path}")

    def _newest(self) -> None:
        note = self._read("data/checkpoint", LARGEST_NOTE)
        self._checkpoint = open_checkpoint(note, self._keys.log, self.origin)
        self.size, self.root = self._checkpoint.size, self._checkpoint.root
        self._cosigned.append((self.size, self._cosigners(note)))

    def _cosigners(self, note: bytes) -> dict[str, int]:
        return {one.key.name: one.time for one in read_cosignatures(note, self._keys.partners)}

    def _history(self) -> None:
        listed = self.index.get("checkpoints", [])

        def one(item: dict[str, Any]) -> None:
            note = self._read("data/" + item["note"], LARGEST_NOTE)
            old = open_checkpoint(note, self._keys.log, self.origin)
            lines = self._read("data/" + item["consistency"], 65_536).decode().split("\n")
            head = ["habeas-consistency/1", f"old {old.size}", f"new {self.size}"]
            if lines[:3] != head or lines.pop() != "":
                raise _Fault("comes with a proof for other sizes")
            proof = [from_base64(line) for line in lines[3:]]
            merkle.verify_consistency(old.size, self.size, proof, old.root, self.root)
            self._cosigned.append((old.size, self._cosigners(note)))
            self._earlier[old.size] = split_note(note)[0]

        if listed:
            good = self._each("history", listed, one, "The checkpoint")
            self.said["history"].append(f"{good} earlier checkpoints")
        else:
            self.status["history"] = ABSENT
        needed = self._keys.needed
        enough = [size for size, who in self._cosigned if len(who) >= max(needed, 1)]
        self.attested_size = max(enough, default=0)
        if needed and not enough:
            self._fault("checkpoint", f"Fewer than {needed} partners cosigned any checkpoint.")
        said = [
            f"{name} cosigned the log of {size:,} entries on {words.utc(time)}"
            for size, who in self._cosigned
            for name, time in sorted(who.items())
        ]
        self.said["checkpoint"] += said or ["no partner cosigned it"]

    def _entries(self) -> None:
        listed = self.index.get("entries", [])
        if not isinstance(listed, list) or not 0 < len(listed) <= MOST_ENTRIES:
            raise BundleError("data/bundle.json names no entries, or too many.")
        for check, do in (
            ("entries", self._entry),
            ("proofs", self._proof),
            ("disclosures", self._disclosed),
        ):
            good = self._each(check, listed, do, "Entry")
            self.said[check].append(f"{good:,} of {len(listed):,} entries")

    def _entry(self, item: dict[str, Any]) -> None:
        note = self._read("data/" + item["note"], LARGEST_BYTES)
        parsed = parse_entry(note)
        verified = check_signed(parsed, self._keys.all)
        if not any(one.name == f"{self.origin}/entry" for one in verified):
            raise _Fault("is not signed by the archive's key")
        if parsed.origin != self.origin:
            raise _Fault("is of another archive")
        if parsed.entry_id != item["id"] or parsed.entry_id in self.entries:
            raise _Fault("has another id than data/bundle.json says, or stands there twice")
        leaf = merkle.leaf_hash(note)
        self.entries[parsed.entry_id] = _Entry(item["position"], parsed, leaf, item)

    def _proof(self, item: dict[str, Any]) -> None:
        proof = parse_proof(self._read("data/" + item["proof"], LARGEST_NOTE).decode())
        if proof.index != item["position"] or proof.extra is not None:
            raise _Fault("has a proof for another place")
        if self._checkpoint is None or proof.checkpoint.note != self._checkpoint.note:
            raise _Fault("has a proof under another checkpoint than the one in the bundle")
        if item["id"] not in self.entries:
            raise _Fault("cannot be placed, because it could not be read")
        merkle.verify_inclusion(
            self.entries[item["id"]].leaf, proof.index, self.size, proof.hashes, self.root
        )

    def _disclosed(self, item: dict[str, Any]) -> None:
        data = self._read("data/" + item["disclosures"])
        if data and not data.endswith(b"\n"):
            raise _Fault("has disclosures that are cut short")
        lines = data.split(b"\n")[:-1]
        entry = self.entries.get(item["id"])
        if entry is not None:
            entry.fields = check_disclosures(entry.parsed, lines)
        elif lines:
            raise _Fault("could not be read, so nothing that is disclosed of it can be checked")

    def _files(self) -> None:
        entries = [one for one in self.index["entries"] if isinstance(one, dict)]
        listed = [item for item in entries if {"file", "text"} & set(item)]
        named = set()

        def one(item: dict[str, Any]) -> None:
            whole = "file" in item
            path = "data/" + item["file" if whole else "text"]
            named.add(path)
            field_, kind = ("plain_sha256", "exhibit") if whole else ("text_sha256", "layer")
            fields = self._fields(item["id"])
            if path not in self.bag.files:
                raise _Fault(f"names the file {path}, which is missing")
            if fields.get("kind") != kind or field_ not in fields:
                raise _Fault(f"does not disclose whose hash {path} must have")
            if self._sha256(path) != fields[field_]:
                raise _Fault(f"is of another file than {path}")
            if fields.get("size_bytes", self.bag.files[path]) != self.bag.files[path]:
                raise _Fault(f"is of a file of another size than {path}")

        good = self._each("files", listed, one, "Entry")
        for path in self.bag.payload:
            if path.startswith(("data/files/", "data/texts/")) and path not in named:
                self._fault("files", f"{path} is vouched for by no entry.")
        if listed:
            self.said["files"].append(f"{good:,} files and texts")
        elif self.status["files"] == HOLDS:
            self.status["files"] = ABSENT

    def _fields(self, entry_id: str) -> dict[str, Any]:
        entry = self.entries.get(entry_id)
        return {} if entry is None else entry.fields

    def _quotes(self) -> None:
        quoting = [
            entry
            for entry in self.entries.values()
            if entry.fields.get("kind") == "passage" and "quote" in entry.fields
        ]
        quoting.sort(key=lambda entry: str(entry.fields.get("layer", "")))
        texts: dict[str, bytes] = {}
        seen, left_out = 0, 0
        for entry in quoting:
            f = entry.fields
            key = "text" if "layer" in f else "file"
            within = self.entries.get(str(f.get("layer", f.get("exhibit"))))
            if within is None or key not in within.item:
                left_out += 1
                continue
            path = "data/" + str(within.item[key])

            def one(path: str = path, f: dict[str, Any] = f, key: str = key) -> None:
                if path not in texts:
                    texts.clear()
                    texts[path] = self._read(path)
                part: str | bytes = texts[path].decode() if key == "text" else texts[path]
                quote = f["quote"] if key == "text" else f["quote"].encode()
                if part[f["start"] : f["stop"]] != quote:
                    raise _Fault("quotes what does not stand at that place")

            seen += self._one("quotes", f"Passage {entry.position!r}", one)
        if not quoting:
            self.status["quotes"] = ABSENT
        elif not seen and self.status["quotes"] == HOLDS:
            self.status["quotes"] = UNCHECKED
        self.said["quotes"].append(f"{seen:,} quotes")
        if left_out:
            self.said["quotes"].append(f"{left_out:,} of texts that are not in the bundle")

    def _timestamps(self) -> None:
        listed = self.index.get("timestamps", [])
        unchecked: list[str] = []

        def one(item: dict[str, Any]) -> None:
            size, by = item["size"], item.get("authority", "")
            chain = [from_base64(each) for each in item["chain"]]
            text = self._earlier.get(size)
            if text is None and self._checkpoint is not None and size == self.size:
                text = split_note(self._checkpoint.note)[0]
            if text is None:
                raise _Fault("is over a checkpoint that is not in the bundle")
            data = self._read("data/" + item["token"], 256 * 1024)
            moment = None
            try:
                if item["method"] == "opentimestamps":
                    moment = _attested(data, text, chain)
                elif chain:
                    certificates = [x509.load_der_x509_certificate(each) for each in chain]
                    moment = verify_reply(data, text, certificates).time
                elif not any(digest in data for digest in imprints(text).values()):
                    raise _Fault("is over something else than the checkpoint")
                else:
                    unchecked.append("the signature of a token: its certificates are not here")
            except (TimestampPending, TimestampUnreadable) as error:
                unchecked.append(error.message)
            self.stamped.append((size, moment, by, moment is not None))

        self._each("timestamps", listed, one, "Timestamp")
        if not listed:
            self.status["timestamps"] = ABSENT
        elif unchecked and self.status["timestamps"] == HOLDS:
            self.status["timestamps"] = UNCHECKED
        for size, moment, by, _ in self.stamped:
            when = "at a time not read here"
            if moment is not None:
                when = f"by {moment:%Y-%m-%d %H:%M:%S} UTC"
            said = f"{by or 'an authority'}: the log of {size:,} entries existed {when}"
            self.said["timestamps"].append(said)
        self.said["timestamps"] += [f"not checked here: {what}" for what in unchecked]


def _attested(data: bytes, text: bytes, chain: list[bytes]) -> Any:
    headers = {int.from_bytes(each[:4], "big"): each[4:] for each in chain}
    return opentimestamps.verify_proof(data, text, headers).time
