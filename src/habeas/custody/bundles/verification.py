"""Verifying a bundle with the archive's own code: what ``habeas bundle verify`` does.

The same checks as the stand-alone ``verify.py``, made with this room's readers of entries,
proofs, cosignatures and timestamps, so that two programs with little in common must come to
one answer. Only the words for it are shared. Tests hold that both agree.

Invariants: nothing is believed because ``bundle.json`` says it; every check goes on past a
fault where it can, and names each; a folder that must not be read raises ``BundleError``.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from cryptography import x509

from habeas.custody.attestation import opentimestamps
from habeas.custody.attestation.cosignatures import LARGEST_NOTE, read_cosignatures
from habeas.custody.attestation.timestamps import imprints, verify_reply
from habeas.custody.bundles.bags import FETCH, BagReport, Progress, check_bag
from habeas.custody.bundles.cited_files import BundledEntry, CitedFiles
from habeas.custody.bundles.files import ABSENT, FAILS, HOLDS, UNCHECKED, DoesNotHold
from habeas.custody.bundles.key_check import BundledKeys
from habeas.custody.bundles.people_check import DisclosedEntry, check_people
from habeas.custody.bundles.policy import BundlePolicy, read_policy
from habeas.custody.errors import (
    BagError,
    BundleError,
    TimestampPending,
    TimestampUnreadable,
)
from habeas.custody.keys import handovers
from habeas.custody.keys.handovers import Handover
from habeas.custody.log import merkle
from habeas.custody.log.checkpoints import Checkpoint
from habeas.custody.log.entries import (
    LARGEST_BYTES,
    check_disclosures,
    check_signed,
    parse_entry,
)
from habeas.custody.log.notes import Signature, Verifier, check_signatures, from_base64, split_note
from habeas.custody.log.proofs import parse_proof
from habeas.custody.standalone import verify as words

MOST_ENTRIES: Final = 50_000
_TAG_FILES = frozenset({"seal.note", "tagmanifest-sha256.txt"})


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


class _Checking(CitedFiles):
    """One bundle being checked. Its public attributes are those that the words are made from."""

    def __init__(self, directory: Path, bag: BagReport, given: dict[str, Any] | None) -> None:
        super().__init__(directory, bag)
        self.index = self._json("data/bundle.json", *words.BUNDLES)
        if not all(isinstance(self.index.get(name, []), list) for name in words.LISTS):
            raise BundleError(
                "data/bundle.json is not an index: what should be a list in it is not one."
            )
        self.given_policy = given
        self.policy = given or self._json("data/policy.json", "habeas-policy/1")
        self.entries: dict[str, BundledEntry] = {}
        self.stamped: list[tuple[int, Any, str, bool]] = []
        self.origin, self.size, self.root = "", 0, b""
        self.attested_size = 0
        if not self.index.get("handovers"):
            del self.status["handovers"]
        self._policy_keys = BundlePolicy("", (), (), (), (), 0)
        self._keys = BundledKeys(self._policy_keys)
        self._handovers: list[tuple[str, Handover]] = []
        self._checkpoint: Checkpoint | None = None
        self._cosigned: list[tuple[int, dict[str, int]]] = []
        self._earlier: dict[int, bytes] = {}

    def run(self) -> bool:
        self._policy()
        self._bag()
        self._follow()
        self._one("seal", "seal.note", self._seal)
        self._one("checkpoint", "The checkpoint", self._newest)
        self._handed_over()
        self._history()
        self._entries()
        self._people()
        self._files()
        self._quotes()
        self._places()
        self._timestamps()
        return FAILS not in self.status.values()

    # --- the checks -----------------------------------------------------------------------

    def _policy(self) -> None:
        def read() -> None:
            self._policy_keys = read_policy(self.policy)
            self._keys = BundledKeys(self._policy_keys)
            self.origin = self._policy_keys.origin

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
        if not _by(verified, self._keys.sealing()):
            raise DoesNotHold("is not signed by the archive's key")
        first, *lines = text.decode()[:-1].split("\n")
        if first != f"{self.origin}/bundle/v1":
            raise DoesNotHold("is not a seal of a bundle of this archive")
        listed = dict(line.rsplit(" ", 1) for line in lines)
        if listed.keys() != set(self.bag.files) - set(self.bag.payload) - _TAG_FILES:
            raise DoesNotHold("names other files than there are beside data/")
        for path, digest in sorted(listed.items()):
            if self._sha256(path) != digest:
                raise DoesNotHold(f"is over another {path}")

    def _newest(self) -> None:
        note = self._read("data/checkpoint", LARGEST_NOTE)
        self._checkpoint = self._keys.open(note)
        self.size, self.root = self._checkpoint.size, self._checkpoint.root
        self._cosigned.append((self.size, self._cosigners(note)))

    def _cosigners(self, note: bytes) -> dict[str, int]:
        return {
            one.key.name: one.time for one in read_cosignatures(note, self._policy_keys.partners)
        }

    def _follow(self) -> None:
        """The hand-overs of keys, and the chain that they make of those in the policy."""

        def one(item: dict[str, Any]) -> None:
            folder = "data/" + item["folder"]
            files = {
                path.removeprefix(f"{folder}/"): self._read(path, LARGEST_NOTE)
                for path in self.bag.files
                if path.startswith(f"{folder}/")
            }
            found = handovers.check(files)
            if found.checkpoint.origin != self.origin:
                raise DoesNotHold("is of another log")
            handovers.follow([*(each for _, each in self._handovers), found])
            self._handovers.append((folder, found))

        listed = self.index.get("handovers", [])
        self._each("handovers", listed, one, "The hand-over")
        if self.status.get("handovers") == FAILS:
            return
        found = [each for _, each in self._handovers]
        label = "The policy" if not listed else "The keys"
        self._one("handovers" if listed else "checkpoint", label, lambda: self._keys.follow(found))
        for each in found:
            self.said["handovers"].append(
                f"at {each.size:,} entries the former keys were {each.state}; since then "
                f"{_id(each.new.entry)} signs entries and {_id(each.new.checkpoint)} checkpoints"
            )

    def _handed_over(self) -> None:
        """Each hand-over stands in the log of the newest checkpoint."""
        for folder, each in self._handovers:

            def one(folder: str = folder, each: Handover = each) -> None:
                self._continues(each.checkpoint, f"{folder}/consistency")
                self._cosigned.append((each.size, self._cosigners(each.checkpoint.note)))

            self._one("handovers", f"The hand-over at {each.size:,}", one)

    def _continues(self, old: Checkpoint, path: str) -> None:
        lines = self._read(path, 65_536).decode().split("\n")
        if lines[:3] != ["habeas-consistency/1", f"old {old.size}", f"new {self.size}"]:
            raise DoesNotHold("comes with a proof for other sizes")
        if lines.pop() != "":
            raise DoesNotHold("comes with a proof for other sizes")
        proof = [from_base64(line) for line in lines[3:]]
        merkle.verify_consistency(old.size, self.size, proof, old.root, self.root)

    @property
    def handed_over(self) -> list[tuple[int, str]]:
        """Size and state of each hand-over."""
        return [(each.size, each.state) for _, each in self._handovers]

    @property
    def followed(self) -> tuple[int, ...]:
        """The sizes of hand-overs to keys that the policy does not name."""
        return self._keys.followed

    def _history(self) -> None:
        listed = self.index.get("checkpoints", [])

        def one(item: dict[str, Any]) -> None:
            note = self._read("data/" + item["note"], LARGEST_NOTE)
            old = self._keys.open(note)
            self._continues(old, "data/" + item["consistency"])
            self._cosigned.append((old.size, self._cosigners(note)))
            self._earlier[old.size] = split_note(note)[0]

        if listed:
            good = self._each("history", listed, one, "The checkpoint")
            self.said["history"].append(
                f"{good} earlier {'checkpoint' if good == 1 else 'checkpoints'}"
            )
        else:
            self.status["history"] = ABSENT
        needed = self._policy_keys.needed
        enough = [size for size, who in self._cosigned if len(who) >= max(needed, 1)]
        self.attested_size = max(enough, default=0)
        if needed and not enough:
            self._fault("checkpoint", f"Fewer than {needed} partners cosigned any checkpoint.")
        elif needed and self.followed and self.attested_size < self.followed[-1]:
            self._fault(
                "handovers",
                f"Fewer than {needed} partners cosigned the log from the hand-over at "
                f"{self.followed[-1]:,} entries on: it may be by whoever stole the former keys.",
            )
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
        if not _by(verified, self._keys.entry_at(item["position"])):
            raise DoesNotHold("is not signed by the archive's key")
        if parsed.origin != self.origin:
            raise DoesNotHold("is of another archive")
        if parsed.entry_id != item["id"] or parsed.entry_id in self.entries:
            raise DoesNotHold(
                "has an id that differs from data/bundle.json, or is listed there twice"
            )
        leaf = merkle.leaf_hash(note)
        self.entries[parsed.entry_id] = BundledEntry(item["position"], parsed, leaf, item)

    def _proof(self, item: dict[str, Any]) -> None:
        proof = parse_proof(self._read("data/" + item["proof"], LARGEST_NOTE).decode())
        if proof.index != item["position"] or proof.extra is not None:
            raise DoesNotHold("has a proof for another place")
        if self._checkpoint is None or proof.checkpoint.note != self._checkpoint.note:
            raise DoesNotHold("has a proof under another checkpoint than the one in the bundle")
        if item["id"] not in self.entries:
            raise DoesNotHold("cannot be placed, because it could not be read")
        merkle.verify_inclusion(
            self.entries[item["id"]].leaf, proof.index, self.size, proof.hashes, self.root
        )

    def _disclosed(self, item: dict[str, Any]) -> None:
        data = self._read("data/" + item["disclosures"])
        if data and not data.endswith(b"\n"):
            raise DoesNotHold("has disclosures that are cut short")
        lines = data.split(b"\n")[:-1]
        entry = self.entries.get(item["id"])
        if entry is not None:
            entry.fields = check_disclosures(entry.parsed, lines)
        elif lines:
            raise DoesNotHold(
                "could not be read, so nothing that is disclosed of it can be checked"
            )

    def _people(self) -> None:
        shown = (DisclosedEntry(e.position, e.parsed, e.fields) for e in self.entries.values())
        found = check_people(self.origin, shown)
        self.status["people"], self.faults["people"] = found.status, found.faults
        self.said["people"] += found.words

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
                raise DoesNotHold(f"names the file {path}, which is missing")
            if fields.get("kind") != kind or field_ not in fields:
                raise DoesNotHold(f"does not disclose whose hash {path} must have")
            if self._sha256(path) != fields[field_]:
                raise DoesNotHold(f"is of another file than {path}")
            if fields.get("size_bytes", self.bag.files[path]) != self.bag.files[path]:
                raise DoesNotHold(f"is of a file of another size than {path}")

        good = self._each("files", listed, one, "Entry")
        for path in self.bag.payload:
            if path.startswith(("data/files/", "data/texts/")) and path not in named:
                self._fault("files", f"{path} is vouched for by no entry.")
        if listed:
            self.said["files"].append(f"{good:,} files and texts")
        elif self.status["files"] == HOLDS:
            self.status["files"] = ABSENT

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
                raise DoesNotHold("is over a checkpoint that is not in the bundle")
            data = self._read("data/" + item["token"], 256 * 1024)
            moment = None
            try:
                if item["method"] == "opentimestamps":
                    moment = _attested(data, text, chain)
                elif chain:
                    certificates = [x509.load_der_x509_certificate(each) for each in chain]
                    moment = verify_reply(data, text, certificates).time
                elif not any(digest in data for digest in imprints(text).values()):
                    raise DoesNotHold("is over something else than the checkpoint")
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


def _by(verified: Iterable[Signature], keys: Iterable[Verifier]) -> bool:
    """Whether one of these keys is among those whose signatures hold."""
    signed = {(one.name, one.key_id) for one in verified}
    return any((key.name, key.key_id) in signed for key in keys)


def _id(key: Verifier) -> str:
    """Name and id of a key, as its written form begins."""
    return f"{key.name}+{key.key_id:08x}"


def _attested(data: bytes, text: bytes, chain: list[bytes]) -> Any:
    headers = {int.from_bytes(each[:4], "big"): each[4:] for each in chain}
    return opentimestamps.verify_proof(data, text, headers).time
