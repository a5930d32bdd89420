"""Synthetic things for the archive's tests, appended through the verbs. Nobody in it is real."""

from __future__ import annotations

import datetime
from pathlib import Path

from habeas.archive import verbs
from habeas.archive.exhibits.intake import Received, record_with_layer, seal_all
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.opening import Archive
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verbs.referring import Marking
from habeas.custody.attestation.cosignatures import Cosignature, Cosigner
from habeas.custody.log.notes import Signer
from habeas.vocabulary import values

PUBLIC = Marking(handling="public")
TEXT = "Aygul Test said on 3 May 2018 that she was held in Example town. 例子 says the same."


def text_value(text: str) -> values.Value:
    return values.text(text)


def add_reviewer(archive: Archive) -> Signer:
    """A person with an unprotected key, granted: from the third on, on the first one's word."""
    people = archive.keyring.people()
    first = archive.keyring.person(people[0]) if len(people) > 1 else None
    signer = archive.keyring.add_person(None)
    with archive.writing(first) as batch:
        verbs.add_person(batch, signer)
    return signer


def acting(archive: Archive) -> Signer:
    """Somebody who signs: the first whose key is here, or a new person."""
    people = archive.keyring.people()
    return archive.keyring.person(people[0]) if people else add_reviewer(archive)


def seal_text(
    archive: Archive, folder: Path, text: str = TEXT, name: str = "note.txt"
) -> tuple[Ref, Ref]:
    """An exhibit with its text layer, handled as public."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    sealed = seal_all(archive, [Received(path, marking=PUBLIC)], [])[0]
    with archive.writing() as batch:
        exhibit, layer = record_with_layer(batch, sealed)
    assert layer is not None
    return exhibit, layer


def newspaper(batch: Batch, code: str = "example-news", marking: Marking = PUBLIC) -> Ref:
    return verbs.source(batch, code, "publication", name=code.title(), marking=marking)


def place_mention(batch: Batch, caption: str = "Example town", marking: Marking = PUBLIC) -> Ref:
    return verbs.mention(batch, "place", caption, marking=marking)


def says(
    batch: Batch,
    subject: Ref,
    source: Ref,
    text: str = "Example",
    *,
    marking: Marking = PUBLIC,
    list_: Ref | None = None,
    passages: tuple[Ref, ...] = (),
    stance: str = "asserts",
) -> Ref:
    """A claim about a name."""
    return verbs.claim(
        batch,
        subject,
        "name",
        text_value(text),
        [Attribution(source)],
        stance=stance,
        passages=passages,
        list=list_,
        marking=marking,
    )


def attest(archive: Archive) -> None:
    """A cosignature and a timestamp of each kind, none of them verified."""
    checkpoint = archive.log.checkpoint()
    assert checkpoint is not None
    partner = Cosigner.generate("partner.example/w")
    line = partner.cosign(checkpoint.note.partition(b"\n\n")[0] + b"\n", 1_700_000_000)
    now = datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)
    with archive.writing() as batch:
        verbs.cosignature(batch, checkpoint, Cosignature(partner.key, 1_700_000_000, line))
        verbs.timestamp(
            batch,
            checkpoint,
            "rfc3161",
            b"\x30\x00",
            chain=[b"\x30\x01"],
            authority="An authority",
            stamped_at=now,
            accepted_by=["openssl"],
        )
        verbs.timestamp(batch, checkpoint, "opentimestamps", b"pending")
