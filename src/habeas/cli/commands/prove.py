"""prove: one entry with what it discloses and its proof, as files that need no archive."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from habeas.archive import models as m
from habeas.archive.access import OWNER, visible
from habeas.archive.attestation.proving import inclusion
from habeas.archive.errors import ArchiveError, ArchiveExists, UnknownReference
from habeas.cli.session import Session
from habeas.cli.speaking import shown
from habeas.custody.log import disclosures as sd
from habeas.exchange.bundling.disclosing import Rules


def prove(
    session: Session,
    position: Annotated[
        int, typer.Argument(metavar="POSITION", min=0, help="The entry's number in the ledger.")
    ],
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="A new or empty directory for the files.")
    ],
    field: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Disclose this field, and of the others none; may be repeated.",
            show_default="what a bundle discloses",
        ),
    ] = None,
) -> None:
    """Write the proof of one entry as files.

    Four files that anybody can check with `sha256sum`, `openssl` and
    docs/how-to/check-without-us.md: the entry, the fields that you disclose, the proof that
    it stands in the signed log, and the public keys. Without --field, what a bundle
    withholds is withheld: who acted, the compartment, and from whom strict things came.
    Mind who gets the rest.
    """
    archive = session.open()
    entry = visible(OWNER, m.LedgerEntry).filter(position=position).first()
    if entry is None:
        raise UnknownReference(
            f"No entry {position}; the ledger has {archive.size:,}.",
            next_step="Give the number of an entry; they are counted from 0.",
        )
    proven = inclusion(archive, position)
    if not proven.sound:
        raise ArchiveError(proven.sentence, next_step="Run `habeas verify`, which names faults.")
    content = visible(OWNER, m.ContentDisclosures).filter(position=position).first()
    held = [] if content is None else sd.split(bytes(content.disclosures))
    named, values = {}, {}
    for disclosure in held:
        _, name, value = sd.read(disclosure)
        named[name], values[name] = disclosure, value
    missing = sorted(set(field or ()) - named.keys())
    if missing:
        raise UnknownReference(
            f"Entry {position} has no field {missing[0]!r}.",
            next_step=f"It has: {', '.join(sorted(named))}.",
        )
    rules, handling = Rules(), str(values.get("handling", "team"))
    chosen = [
        name for name in named if (name in field if field else not rules.withholds(name, handling))
    ]
    withheld = [name for name in named if name not in chosen]
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ArchiveExists(
            f"{out} is there and not empty.", next_step="Choose a new or an empty directory."
        )
    out.mkdir(parents=True, exist_ok=True)
    (out / "entry").write_bytes(bytes(entry.note))
    (out / "disclosures").write_bytes(b"".join(named[name] + b"\n" for name in chosen))
    (out / "entry.tlog-proof").write_text(proven.text, encoding="utf-8")
    known = dict.fromkeys([*archive.keyring.public.all, *archive.chain.all])
    keys = "".join(f"{verifier.vkey}\n" for verifier in known)
    (out / "keys").write_text(keys, encoding="utf-8")
    session.say(f"{proven.sentence}")
    session.say(f"Its proof is in {shown(str(out))}. Disclosed: {', '.join(chosen)}.")
    if withheld:
        session.say(f"Withheld: {', '.join(withheld)}. --field NAME discloses a field.")
    session.give(
        {
            "entry": position,
            "directory": str(out),
            "disclosed": chosen,
            "withheld": withheld,
            "size": proven.size,
            "root": proven.root,
        }
    )
