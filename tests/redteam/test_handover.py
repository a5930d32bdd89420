"""Attacks on the hand-over of an archive's keys, by whoever has a copy of the retired ones.

The thief has everything that the archive had before the hand-over: both private keys and the whole
log. What they sign with it afterwards must count for nothing wherever the hand-over is known.
"""

from __future__ import annotations

import json
import lzma
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from tests.archive.making import PUBLIC, add_reviewer, newspaper
from tests.exchange.bundles import by_archive_code, by_standalone, mend
from tests.support.archives import ArchiveMaker

from habeas.archive.attestation import cosigning
from habeas.archive.errors import ForeignKeys
from habeas.archive.exhibits.intake import Received, record_with_layer, seal_all
from habeas.archive.keys.handing_over import hand_over
from habeas.archive.opening import Archive, open_archive
from habeas.archive.preserve.mirroring import mirror
from habeas.archive.verbs.handing_over import hand_over_keys
from habeas.archive.verify.verifying import verify
from habeas.custody.attestation import witness
from habeas.custody.attestation.cosignatures import Cosigner
from habeas.custody.attestation.partners import make_handover_request, make_request, read_policy
from habeas.custody.attestation.witness import CosignRequest, Witness
from habeas.custody.bundles.policy import read_policy as read_bundle_policy
from habeas.custody.checks.mirrors import check_mirror
from habeas.custody.errors import HandoverError, KeyRetired, MirrorError, NoteError, WitnessError
from habeas.custody.keys import handovers, key_files
from habeas.custody.keys.handovers import Handover, check, follow, read_document
from habeas.custody.keys.key_chain import KeyPair
from habeas.custody.log import merkle
from habeas.custody.log.checkpoints import Checkpoint, parse_checkpoint, sign_checkpoint
from habeas.custody.log.entries import Composer
from habeas.custody.log.notes import Signer, sign_note, split_note, to_base64
from habeas.custody.log.tiles import TileLog
from habeas.custody.standalone.verify import BUNDLES

ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
ALICE = Cosigner.from_seed("alice.example/w", b"a" * 32)
#: ``verify.py`` as it lay in bundles before hand-overs were known (85ba1c9).
VERIFIER_BEFORE = Path(__file__).parent / "verify-85ba1c9.py.xz"


@dataclass(frozen=True, slots=True)
class Stolen:
    """The private keys that were retired."""

    entry: Signer
    checkpoint: Signer

    @classmethod
    def of(cls, archive: Archive) -> Stolen:
        data = key_files.read(archive.directory / "keys" / "installation").partition(b"\n")[2]
        found, origin = json.loads(data), archive.origin
        entry, checkpoint = (bytes.fromhex(found[role]) for role in ("entry", "checkpoint"))
        return cls(Signer.from_seed(f"{origin}/entry", entry), Signer.from_seed(origin, checkpoint))


@dataclass(frozen=True, slots=True)
class World:
    """An archive that grew, was cosigned, handed over, cosigned again, grew; and a bundle of it."""

    directory: Path
    stolen: Stolen
    handed: Handover
    document: bytes
    before: bytes  # the newest checkpoint before the hand-over
    bundle: Path

    @property
    def log(self) -> TileLog:
        return TileLog(self.directory / "log")


@pytest.fixture(scope="module")
def world(archive_maker: ArchiveMaker, tmp_path_factory: pytest.TempPathFactory) -> World:
    from habeas.exchange.bundling.choosing import choose
    from habeas.exchange.bundling.writing import write

    place = tmp_path_factory.mktemp("handover")
    archive = open_archive(archive_maker.copy_to(place / "archive", "sqlite"))
    text = f'needed = 1\n[[partner]]\nkey = "{ALICE.key.vkey}"\n'
    (archive.directory / "partners.toml").write_text(text)
    (place / "note.txt").write_text("Aygul Test said so.", encoding="utf-8")
    with archive.writing() as batch:
        sealed = seal_all(archive, [Received(place / "note.txt", marking=PUBLIC)], [])[0]
        exhibit, _ = record_with_layer(batch, sealed)
    cosign(archive)
    stolen, before = Stolen.of(archive), cosigning.newest_checkpoint(archive).note
    done = hand_over(archive, None)
    cosign(archive)
    with archive.writing() as batch:
        newspaper(batch)
    chosen = choose(archive, "public", exhibits=[exhibit.position])
    write(archive, chosen, "public", place / "bundle")
    document = done.document.read_bytes()
    handed = check(read_document(document))
    connections.close_all()
    return World(archive.directory, stolen, handed, document, before, place / "bundle")


def cosign(archive: Archive) -> None:
    note = archive.chain.own_lines(cosigning.newest_checkpoint(archive).note)
    line = ALICE.cosign(split_note(note)[0], 1_700_000_000)
    policy = read_policy(archive.directory / "partners.toml")
    cosigning.add_cosigned(archive, policy, note + line)


@pytest.fixture
def copied(world: World, tmp_path: Path) -> Iterator[Archive]:
    """A copy of the archive, to be attacked."""
    directory = tmp_path / "archive"
    shutil.copytree(world.directory, directory)
    yield open_archive(directory)
    connections.close_all()


def files_of(world: World) -> dict[str, bytes]:
    return read_document(world.document)


# --- the document ---------------------------------------------------------------------------


def test_the_document_of_an_honest_hand_over_holds(world: World) -> None:
    assert world.handed.old.checkpoint == world.stolen.checkpoint.verifier
    assert follow([world.handed]).handovers == (world.handed.size,)


def test_forged_every_change_of_it_is_refused(world: World) -> None:
    """Each file left out, cut, and with a byte flipped at several places."""
    files = files_of(world)
    for name, data in files.items():
        changes: list[dict[str, bytes]] = [
            {key: value for key, value in files.items() if key != name},
            files | {name: data[:-1]},
            files | {name: data + b"\n"},
        ]
        for place in range(0, len(data), max(len(data) // 5, 1)):
            flipped = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
            changes.append(files | {name: flipped})
        for changed in changes:
            try:
                found = check(changed)
            except HandoverError:
                continue
            assert (found.old, found.new) == (world.handed.old, world.handed.new), name


def rival(world: World, size: int, leaves: list[bytes], new: Stolen) -> dict[str, bytes]:
    """What the thief can make: a hand-over to keys of their own, over a log of their own."""
    pair = KeyPair(new.entry.verifier, new.checkpoint.verifier, size)
    old = KeyPair(world.stolen.entry.verifier, world.stolen.checkpoint.verifier)
    composer = Composer(world.handed.checkpoint.origin, world.stolen.entry)
    made = []
    for role, granted in handovers.STEPS:
        fields = {
            "holder": role,
            "role": role,
            "verifier": getattr(pair if granted else old, role).vkey,
            "state": "granted" if granted else "retired",
            "kind": "key",
        }
        made.append(composer.compose(1_700_000_000, list(fields.items())))
    tree = [*leaves[: size - len(made)], *(each.leaf_hash for each in made)]
    checkpoint = sign_checkpoint(
        world.handed.checkpoint.origin,
        size,
        merkle.root_of(tree),
        world.stolen.checkpoint,
        new.checkpoint,
    )
    entries = [
        (each.note, each.disclosures.split(b"~"), merkle.inclusion_proof(tree, place))
        for place, each in enumerate(made, size - len(made))
    ]
    return handovers.files_of(checkpoint, entries)


def own_keys(world: World) -> Stolen:
    origin = world.handed.checkpoint.origin
    return Stolen(Signer.generate(f"{origin}/entry"), Signer.generate(origin))


def leaves_of(world: World) -> list[bytes]:
    log = world.log
    return [log.leaf(position) for position in range(log.size)]


def test_a_rival_hand_over_by_the_retired_keys_is_a_second_history(world: World) -> None:
    files = rival(world, world.handed.size + 3, leaves_of(world), own_keys(world))
    forged = check(files)  # by itself it holds: the thief has the old keys
    with pytest.raises(HandoverError, match="two hand-overs"):
        follow([world.handed, forged])


def test_a_hand_over_signed_by_one_of_the_two_keys_only_is_none(world: World) -> None:
    files, text = files_of(world), split_note(world.handed.checkpoint.note)[0]
    for signers in ([world.stolen.checkpoint], [own_keys(world).checkpoint]):
        note = sign_note(text, *signers)
        proofs = {
            name: data.replace(files["checkpoint"], note)
            for name, data in files.items()
            if name.endswith(".tlog-proof")
        }
        with pytest.raises(HandoverError):
            check(files | proofs | {"checkpoint": note})


def test_a_key_is_not_handed_over_to_itself_or_brought_back(world: World) -> None:
    with pytest.raises(HandoverError, match="one key twice"):
        check(rival(world, world.handed.size, leaves_of(world), world.stolen))
    former = KeyPair(world.handed.old.entry, world.handed.old.checkpoint, 99)
    later = Checkpoint(world.handed.checkpoint.origin, 99, bytes(32), b"")
    back = Handover(world.handed.new, former, "retired", later)
    with pytest.raises(HandoverError, match="again"):
        follow([world.handed, back])


# --- a partner's witness ----------------------------------------------------------------------


@pytest.fixture
def partner(world: World, tmp_path: Path) -> Witness:
    """A witness that cosigned the log up to the hand-over and follows the old key."""
    witness.trust_log(tmp_path / "w", world.stolen.checkpoint.verifier)
    partner = Witness(tmp_path / "w", ALICE, clock=lambda: 1_700_000_000)
    answer = partner.add_checkpoint(
        make_request(world.log, parse_checkpoint(world.before), 0).body()
    )
    assert answer.status == 200
    return partner


def told(world: World, partner: Witness) -> int:
    old = parse_checkpoint(world.before).size
    body = make_handover_request(world.log, world.handed.checkpoint, world.document, old)
    return partner.add_handover(body).status


def trusted(partner: Witness) -> tuple[Any, ...]:
    return witness.known_logs(partner.directory)[0].keys


def test_a_witness_follows_once_and_then_only_the_new_key(world: World, partner: Witness) -> None:
    newest = world.log.checkpoint()
    assert newest is not None
    request = make_request(world.log, newest, world.handed.size).body()
    assert partner.add_checkpoint(request).status == 403, "it has not been told yet"
    assert told(world, partner) == 200
    assert trusted(partner) == (world.handed.new.checkpoint,)
    assert partner.add_checkpoint(request).status == 200
    assert told(world, partner) == 409, "replayed: it tells how far it is, and changes nothing"
    assert trusted(partner) == (world.handed.new.checkpoint,)
    with pytest.raises(WitnessError, match="handed over"):
        witness.trust_log(partner.directory, world.handed.old.checkpoint)


def test_what_the_retired_key_signs_later_a_witness_refuses(world: World, partner: Witness) -> None:
    """The split view across the rotation: a fork, and the true log under the old key."""
    assert told(world, partner) == 200
    leaves, size = leaves_of(world), world.handed.size
    origin = world.handed.checkpoint.origin
    for tree in (leaves, [*leaves[:size], *([b"f" * 32] * 5)]):
        for more in (1, len(tree) - size):
            part = tree[: size + more]
            signed = sign_checkpoint(
                origin, len(part), merkle.root_of(part), world.stolen.checkpoint
            )
            proof = tuple(merkle.consistency_proof(part, size))
            assert partner.add_checkpoint(CosignRequest(size, proof, signed).body()).status == 403
    forged = handovers.document(origin, size + 4, rival(world, size + 4, leaves, own_keys(world)))
    fork = parse_checkpoint(read_document(forged)["checkpoint"])
    tree = leaves[:size]
    proof = tuple(merkle.consistency_proof([*tree, *([b"x" * 32] * 4)], size))
    head = CosignRequest(size, proof, fork).body().partition(b"\n\n")[0]
    assert partner.add_handover(head + b"\n\n" + forged).status == 403


def test_a_witness_follows_no_hand_over_of_another_history_or_by_strangers(
    world: World, partner: Witness
) -> None:
    old = parse_checkpoint(world.before).size
    origin = world.handed.checkpoint.origin
    other = [merkle.leaf_hash(b"%d" % number) for number in range(40)]
    forged = rival(world, 30, other, own_keys(world))
    body = handovers.document(origin, 30, forged)
    fork = parse_checkpoint(forged["checkpoint"])
    proof = tuple([b"p" * 32] * 4)
    head = CosignRequest(old, proof, fork).body().partition(b"\n\n")[0]
    assert partner.add_handover(head + b"\n\n" + body).status == 422
    stranger = World(
        world.directory, own_keys(world), world.handed, world.document, world.before, world.bundle
    )
    forged = rival(stranger, 30, other, own_keys(world))
    body = handovers.document(origin, 30, forged)
    head = (
        CosignRequest(old, proof, parse_checkpoint(forged["checkpoint"]))
        .body()
        .partition(b"\n\n")[0]
    )
    assert partner.add_handover(head + b"\n\n" + body).status == 403
    for junk in (b"", b"{", b'{"format":"habeas-handover/1"}', b"[" * 60_000, b"\xff"):
        assert partner.add_handover(b"old 0\n\n" + junk).status == 400
    assert trusted(partner) == (world.handed.old.checkpoint,)


# --- the archive itself -------------------------------------------------------------------------


def test_a_checkpoint_by_the_retired_key_later_is_named_as_that(
    world: World, copied: Archive
) -> None:
    newest = cosigning.newest_checkpoint(copied)
    forged = sign_checkpoint(copied.origin, newest.size, newest.root, world.stolen.checkpoint)
    with pytest.raises(KeyRetired, match="not active at that size"):
        copied.chain.open(forged.note)
    _replace_checkpoint(copied, forged)
    report = verify(open_archive(copied.directory, damaged=True))
    assert {fault.code for fault in report.faults} == {KeyRetired.code}
    with pytest.raises(Exception, match="not one that this archive signed"):
        open_archive(copied.directory).sequence()


def test_the_new_key_signs_nothing_below_the_hand_over(world: World, copied: Archive) -> None:
    size = world.handed.size - 1
    forged = sign_checkpoint(copied.origin, size, copied.log.root(size), copied.keyring.checkpoint)
    with pytest.raises(NoteError):
        copied.chain.open(forged.note)


def _replace_checkpoint(archive: Archive, forged: Checkpoint) -> None:
    path = archive.directory / "log" / "checkpoint"
    path.chmod(0o600)
    path.write_bytes(forged.note)


def test_an_entry_by_the_retired_key_later_is_refused_and_named(
    world: World, copied: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    position = copied.size
    monkeypatch.setattr(
        copied, "composer", lambda size: Composer(copied.origin, world.stolen.entry)
    )
    with copied.writing(sequence=False) as batch:
        newspaper(batch, "forged")
    with pytest.raises(ForeignKeys):
        open_archive(copied.directory)
    faults = verify(open_archive(copied.directory, damaged=True)).faults
    assert [fault.position for fault in faults] == [position]


@pytest.mark.parametrize(
    ("role", "state"),
    [
        ("entry", "granted"),
        ("checkpoint", "granted"),
        ("entry", "retired"),
        ("checkpoint", "stolen"),
        ("entry", "lost"),
    ],
)
def test_no_key_comes_or_goes_but_by_a_whole_hand_over(
    copied: Archive, role: str, state: str
) -> None:
    """Two keys in force, an end without a successor; signed by the key that is in force."""
    position, name = copied.size, copied.origin + ("/entry" if role == "entry" else "")
    current = getattr(copied.chain.current, role)
    verifier = Signer.generate(name).verifier if state == "granted" else current
    with copied.writing() as batch:
        batch.append(
            "key", {"holder": role, "role": role, "verifier": verifier.vkey, "state": state}
        )
    faults = verify(copied).faults
    assert faults[0].position == position
    assert "keys.bad-handover" in {fault.code for fault in faults}


def test_a_retired_key_is_not_granted_again(world: World, copied: Archive) -> None:
    former, back = copied.chain.current, world.handed.old
    with pytest.raises(Exception, match="granted already"), copied.writing() as batch:
        hand_over_keys(batch, former, back, "retired")


def test_where_people_have_keys_an_unsigned_hand_over_is_named(
    copied: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has the archive's passphrase hands the keys over past the people in it."""
    add_reviewer(copied)
    copied.keyring.stage(copied.size)
    assert copied.keyring.next is not None
    entry, checkpoint = copied.keyring.next
    position = copied.size
    new = KeyPair(entry.verifier, checkpoint.verifier, position + 4)
    with copied.writing(sequence=False) as batch:
        for role, granted in handovers.STEPS:
            pair = new if granted else copied.chain.current
            state = "granted" if granted else "retired"
            vkey = getattr(pair, role).vkey
            batch.append("key", {"holder": role, "role": role, "verifier": vkey, "state": state})
    faults = verify(open_archive(copied.directory)).faults
    assert [(fault.code, fault.position) for fault in faults] == [
        ("ledger.decision-unsigned", position + place) for place in range(4)
    ]


# --- mirrors --------------------------------------------------------------------------------


def test_a_mirror_that_the_thief_went_on_with_is_refused_and_named(
    world: World, copied: Archive, tmp_path: Path
) -> None:
    target = tmp_path / "mirror"
    mirror(copied, target)
    old, new = world.handed.old.checkpoint, world.handed.new.checkpoint
    assert check_mirror(target, old).sound
    newest = cosigning.newest_checkpoint(copied)
    forged = sign_checkpoint(copied.origin, newest.size, newest.root, world.stolen.checkpoint)
    path = target / "log" / "checkpoint"
    path.chmod(0o600)
    path.write_bytes(forged.note)
    for key in (None, old, new):
        assert KeyRetired.code in {fault.code for fault in check_mirror(target, key).faults}
    with pytest.raises(MirrorError, match="not one that this archive signed"):
        mirror(copied, target)


def test_a_mirror_with_a_hand_over_of_the_thief_is_named(
    world: World, copied: Archive, tmp_path: Path
) -> None:
    target = tmp_path / "mirror"
    mirror(copied, target)
    size = world.handed.size + 1
    forged = handovers.document(
        copied.origin, size, rival(world, size, leaves_of(world), own_keys(world))
    )
    (target / "log" / "handovers" / str(size)).write_bytes(forged)
    report = check_mirror(target, world.handed.old.checkpoint)
    assert [fault.path for fault in report.faults] == [f"log/handovers/{size}"]
    stranger = own_keys(world).checkpoint.verifier
    assert "mirror.other-key" in {fault.code for fault in check_mirror(target, stranger).faults}


# --- bundles --------------------------------------------------------------------------------


@pytest.fixture
def bundle(world: World, tmp_path: Path) -> Path:
    return Path(shutil.copytree(world.bundle, tmp_path / "bundle"))


def policy_of(bundle: Path, **changes: Any) -> dict[str, Any]:
    return dict(json.loads((bundle / "data/policy.json").read_text()) | changes)


def both(bundle: Path, policy: dict[str, Any] | None = None) -> tuple[str, set[str]]:
    """What both verifiers say; they must agree."""
    arguments = []
    if policy is not None:
        path = bundle.parent / "policy.json"
        path.write_text(json.dumps(policy))
        arguments = ["--policy", str(path)]
    one, other = by_standalone(bundle, *arguments), by_archive_code(bundle, policy)
    assert (one.result, one.failing) == (other.result, other.failing)
    return one.result, set(one.failing)


def test_a_bundle_is_followed_from_any_key_of_the_chain(world: World, bundle: Path) -> None:
    assert both(bundle) == ("holds", set())
    for pair in (world.handed.old, world.handed.new):
        known = policy_of(bundle, entry=[pair.entry.vkey], log=[pair.checkpoint.vkey])
        assert both(bundle, known) == ("holds", set())
    stranger = own_keys(world)
    known = policy_of(
        bundle, entry=[stranger.entry.verifier.vkey], log=[stranger.checkpoint.verifier.vkey]
    )
    result, failing = both(bundle, known)
    assert result == "fails"
    assert "handovers" in failing


def test_a_hand_over_that_no_partner_cosigned_is_not_followed(world: World, bundle: Path) -> None:
    """The thief's way: true cosignatures of the log before, and a hand-over of their own after."""
    bob = Cosigner.from_seed("bob.example/w", b"b" * 32)
    first = {"entry": [world.handed.old.entry.vkey], "log": [world.handed.old.checkpoint.vkey]}
    needed = policy_of(bundle, **first, partners=[bob.key.vkey], needed=1)
    assert both(bundle, needed)[0] == "fails"
    index = json.loads((bundle / "data/bundle.json").read_text())
    early = parse_checkpoint(world.before)
    folder = bundle / "data" / "checkpoints"
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / str(early.size)).write_bytes(early.note)
    proof = world.log.consistency_proof(early.size, _size(bundle))
    lines = ["habeas-consistency/1", f"old {early.size}", f"new {_size(bundle)}"]
    text = "\n".join([*lines, *map(to_base64, proof), ""])
    (folder / f"{early.size}.consistency").write_text(text)
    place = f"checkpoints/{early.size}"
    index["checkpoints"] = [{"note": place, "consistency": f"{place}.consistency"}]
    (bundle / "data/bundle.json").write_text(json.dumps(index))
    mend(bundle)
    _, failing = both(bundle, policy_of(bundle, **first))
    assert "handovers" in failing


def _size(bundle: Path) -> int:
    return parse_checkpoint((bundle / "data/checkpoint").read_bytes()).size


def test_a_bundle_without_its_hand_over_fails(world: World, bundle: Path) -> None:
    index = json.loads((bundle / "data/bundle.json").read_text())
    assert index["format"] == BUNDLES[1]
    del index["handovers"]
    index["format"] = BUNDLES[0]
    (bundle / "data/bundle.json").write_text(json.dumps(index))
    mend(bundle)
    assert "checkpoint" in both(bundle)[1], "several keys, and nothing says when each was in force"


@pytest.mark.parametrize("change", ["swap the disclosures", "cut a proof", "sign it alone"])
def test_a_bundle_with_an_altered_hand_over_fails(world: World, bundle: Path, change: str) -> None:
    (folder,) = (bundle / "data" / "handovers").iterdir()
    first, last = world.handed.size - 4, world.handed.size - 1
    if change == "swap the disclosures":
        one, other = folder / f"{first}.disclosures", folder / f"{last}.disclosures"
        one_data, other_data = one.read_bytes(), other.read_bytes()
        one.write_bytes(other_data)
        other.write_bytes(one_data)
    elif change == "cut a proof":
        path = folder / f"{last}.tlog-proof"
        path.write_bytes(path.read_bytes().replace(b"\nindex ", b"\nextra AAAA\nindex ", 1))
    else:
        text = split_note((folder / "checkpoint").read_bytes())[0]
        (folder / "checkpoint").write_bytes(sign_note(text, world.stolen.checkpoint))
    mend(bundle)
    assert "handovers" in both(bundle)[1]


def test_a_bundle_sealed_or_ended_by_the_retired_keys_fails(world: World, bundle: Path) -> None:
    """The thief seals it anew, and signs its newest checkpoint."""
    text = split_note((bundle / "seal.note").read_bytes())[0]
    (bundle / "seal.note").write_bytes(sign_note(text, world.stolen.entry))
    mend(bundle)
    assert both(bundle)[1] == {"seal"}
    text = split_note((bundle / "data/checkpoint").read_bytes())[0]
    (bundle / "data/checkpoint").write_bytes(sign_note(text, world.stolen.checkpoint))
    mend(bundle)
    assert {"checkpoint", "seal"} <= both(bundle)[1]


def test_a_verifier_from_before_refuses_what_it_cannot_check(
    world: World, bundle: Path, tmp_path: Path
) -> None:
    (tmp_path / "old.py").write_bytes(lzma.decompress(VERIFIER_BEFORE.read_bytes()))
    command = [sys.executable, "-I", "-B", tmp_path / "old.py", bundle]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "use a newer verifier" in done.stderr


def test_the_keys_of_a_bundles_policy_are_read_in_their_order(world: World, bundle: Path) -> None:
    policy = read_bundle_policy(policy_of(bundle))
    assert policy.log == (world.handed.old.checkpoint, world.handed.new.checkpoint)
    assert policy.entry == (world.handed.old.entry, world.handed.new.entry)


def test_the_page_of_commands_follows_the_hand_over(bundle: Path) -> None:
    page = (bundle / "CHECK-BY-HAND.md").read_text("utf-8")
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", page, re.DOTALL))
    assert "keys were handed over at" in page
    done = subprocess.run(
        ["sh"], input=blocks, capture_output=True, text=True, cwd=bundle, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.rstrip().endswith("Everything holds.")


def test_a_keyring_that_forgot_its_hand_over_is_named(copied: Archive) -> None:
    installation = copied.directory / "keys" / "installation"
    content = json.loads(installation.read_bytes().partition(b"\n")[2])
    content["former"] = []
    key_files.replace(installation, key_files.protect(content, None))
    codes = {fault.code for fault in verify(open_archive(copied.directory)).faults}
    assert "keys.altered" in codes
