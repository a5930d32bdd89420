"""A bundle with something of every class of file, made once, and two ways to verify it."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.custody.authority import Authority

from habeas.archive import verbs
from habeas.archive.attestation import cosigning, timestamping
from habeas.archive.exhibits.intake import Received, record_with_layer, seal_all
from habeas.archive.opening import Archive
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verbs.referring import Marking
from habeas.custody.attestation.cosignatures import Cosigner
from habeas.custody.attestation.partners import read_policy
from habeas.custody.attestation.timestamps import make_request, read_certificates, stamped_text
from habeas.custody.bundles.verification import verify_bundle
from habeas.custody.errors import BundleError
from habeas.custody.standalone import verify as standalone
from habeas.vocabulary import values

PUBLIC = Marking(handling="public")
ALICE = Cosigner.from_seed("alice.example/w", b"a" * 32)
BOB = Cosigner.from_seed("bob.example/w", b"b" * 32)
TEXT = "Aygul Test said on 3 May 2018 that she was held in Example town. 例子 says قايتا too.\n"
HELD = b"\x00\x01 a file that is no text \xff" * 40
DEFINITION = """\
key: places
title: Places that were named
kind: reported
reports: [name]
"""


@dataclass(frozen=True, slots=True)
class World:
    """The archive and the positions of what stands in it."""

    archive: Archive
    note: int
    held: int
    secret: int
    record: int
    passage: int
    claim: int


def fill(archive: Archive, folder: Path, authority: Authority) -> World:
    """Exhibits at several levels, claims on them, partners and a timestamp."""
    (folder / "note.txt").write_text(TEXT, encoding="utf-8")
    (folder / "held.bin").write_bytes(HELD)
    (folder / "secret.txt").write_text("Sealedword.", encoding="utf-8")
    strict = Marking(handling="sealed")
    received = [
        Received(folder / "note.txt", title="A note", received_from="A courier", marking=PUBLIC),
        Received(folder / "held.bin", filename="../hélđ file‮.exe", marking=PUBLIC),
        Received(folder / "secret.txt", received_from="Nameword", marking=strict),
    ]
    files = seal_all(archive, received, [])
    reviewer = archive.keyring.add_person(None)
    with archive.writing() as batch:
        verbs.add_person(batch, reviewer)
        (note, layer), (held, _), (secret, _) = [record_with_layer(batch, each) for each in files]
    assert layer is not None
    with archive.writing(reviewer) as batch:
        source = verbs.source(batch, "example-news", "publication", name="News", marking=PUBLIC)
        place = verbs.mention(batch, "place", "Example town", marking=PUBLIC)
        twin = verbs.mention(batch, "place", "Example Town", marking=PUBLIC)
        passages = [
            verbs.cite(batch, note, layer, TEXT, start, start + 10, marking=PUBLIC)
            for start in (0, 30)
        ]
        claims = [
            verbs.claim(
                batch,
                subject,
                "name",
                values.text("Example town"),
                [Attribution(source)],
                passages=[passage],
                marking=PUBLIC,
            )
            for subject, passage in zip((place, twin), passages, strict=True)
        ]
        verbs.judge(batch, place, twin, "same", "One town.", marking=PUBLIC)
        verbs.custody(batch, note, "transfer-in", agent="A courier", reason="x", marking=PUBLIC)
        verbs.custody(batch, note, "opened", agent="Innerword", reason="x")
        verbs.define(
            batch, key="places", title="Places", kind="reported", text=DEFINITION, marking=PUBLIC
        )
    _attest(archive, authority)
    return World(
        archive,
        note.position,
        held.position,
        secret.position,
        place.position,
        passages[0].position,
        claims[0].position,
    )


def _attest(archive: Archive, authority: Authority) -> None:
    partners = "".join(f'[[partner]]\nkey = "{one.key.vkey}"\n' for one in (ALICE, BOB))
    path = archive.directory / "partners.toml"
    path.write_text(f"needed = 1\n{partners}", encoding="utf-8")
    request = make_request(stamped_text(cosigning.newest_checkpoint(archive)))
    chain = read_certificates(authority.chain)
    timestamping.add_reply(archive, authority.reply(request), chain, request)
    note = cosigning.newest_checkpoint(archive).note
    text = note.rpartition(b"\n\n")[0] + b"\n"
    lines = b"".join(one.cosign(text, 1_700_000_000) for one in (ALICE, BOB))
    cosigning.add_cosigned(archive, read_policy(path), note + lines)
    with archive.writing() as batch:  # the newest checkpoint is younger than what was attested
        verbs.compartment(batch, "later", "Later")


@dataclass(frozen=True, slots=True)
class Verdict:
    """``result``: holds, fails or refused; ``failing`` are the names of the checks that fail."""

    result: str
    failing: frozenset[str]
    report: dict[str, Any]


def by_standalone(folder: Path, *arguments: str) -> Verdict:
    """``verify.py``, in this process; its exit code must fit what it says."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = standalone.main([str(folder), "--json", *arguments])
    report = json.loads(out.getvalue())
    assert code == {"holds": 0, "fails": 1, "refused": 2}[report["result"]]
    return _verdict(report)


def by_archive_code(folder: Path, policy: dict[str, Any] | None = None) -> Verdict:
    """``habeas bundle verify``'s own code."""
    try:
        return _verdict(verify_bundle(folder, policy))
    except BundleError as error:
        return Verdict("refused", frozenset(), {"why": error.message})


def _verdict(report: dict[str, Any]) -> Verdict:
    failing = {check["check"] for check in report.get("checks", ()) if check["status"] == "fails"}
    return Verdict(report["result"], frozenset(failing), report)


def mend(folder: Path) -> None:
    """What somebody who altered a bundle can do: make the manifests right again."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    payload = [path for path in files if path.relative_to(folder).parts[0] == "data"]
    _manifest(folder, "manifest-sha256.txt", payload)
    info = folder / "bag-info.txt"
    size = sum(path.stat().st_size for path in payload)
    oxum = f"Payload-Oxum: {size}.{len(payload)}"
    info.write_text(re.sub("^Payload-Oxum: .*$", oxum, info.read_text("utf-8"), flags=re.M))
    others = [path for path in files if path not in payload and "tagmanifest" not in path.name]
    _manifest(folder, "tagmanifest-sha256.txt", others)


def _manifest(folder: Path, name: str, files: list[Path]) -> None:
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}\n"
        for path in files
    ]
    (folder / name).write_text("".join(lines), encoding="utf-8")
