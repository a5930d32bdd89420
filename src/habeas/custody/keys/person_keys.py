"""The keys of acting persons: the folder ``keys/people``.

A person is known by a random pseudonym and may have several keys, each in a file under that
person's passphrase: ``<p>.key``, further ones ``<p>.<key id>.key``, beside each the public key.

Invariants: a file is never overwritten by another key; nothing here says who a person is.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

from habeas.custody.errors import KeysMissing
from habeas.custody.keys import key_files
from habeas.custody.keys.key_files import damaged
from habeas.custody.keys.key_names import person_key_name
from habeas.custody.log.notes import Signer
from habeas.errors import HabeasError

PERSON_FORMAT: Final = "habeas-person-key/1"
_PSEUDONYM = re.compile("p-[0-9a-f]{16}")


def add(directory: Path, origin: str, passphrase: str | None, pseudonym: str = "") -> Signer:
    """A new person with a random pseudonym; with a ``pseudonym`` a further key of theirs."""
    further = bool(pseudonym)
    pseudonym = pseudonym or "p-" + secrets.token_hex(8)
    content = {
        "format": PERSON_FORMAT,
        "origin": origin,
        "pseudonym": pseudonym,
        "seed": secrets.token_hex(32),
    }
    signer = _person_signer(content)
    folder = directory / "people"
    folder.mkdir(mode=0o700, exist_ok=True)
    name = f"{pseudonym}.{signer.verifier.key_id:08x}" if further else pseudonym
    key_files.write_key_file(folder / f"{name}.key", content, passphrase)
    key_files.write_new(folder / f"{name}.pub", (signer.verifier.vkey + "\n").encode())
    return signer


def pseudonyms(directory: Path) -> list[str]:
    """Whose keys are kept here."""
    found = {path.stem[:18] for path in (directory / "people").glob("p-*.key")}
    return sorted(name for name in found if _PSEUDONYM.fullmatch(name))


def open_person(
    directory: Path,
    pseudonym: str,
    passphrase: str | None = None,
    granted: Collection[str] = (),
) -> Signer:
    """The key of an acting person; the installation's keys stay shut."""
    path = person_path(directory, pseudonym, granted)
    try:
        return _person_signer(_person_content(path, pseudonym, passphrase))
    except (KeyError, TypeError, ValueError):
        raise damaged(path) from None


def change_person_passphrase(
    directory: Path,
    pseudonym: str,
    former: str | None,
    passphrase: str | None,
    granted: Collection[str] = (),
) -> None:
    """Write a person's key under another passphrase; ``None`` leaves it unprotected."""
    path = person_path(directory, pseudonym, granted)
    content = _person_content(path, pseudonym, former)
    key_files.replace(path, key_files.protect_anew(content, passphrase))


def person_path(directory: Path, pseudonym: str, granted: Collection[str] = ()) -> Path:
    """Where the key of an acting person is kept: the first whose public key is ``granted``."""
    if not _PSEUDONYM.fullmatch(pseudonym):
        raise KeysMissing(
            f"{pseudonym!r} is not a pseudonym: those read p- and 16 hex digits.",
            next_step="List them with `habeas people`.",
        )
    first = directory / "people" / f"{pseudonym}.key"
    if not granted or public_beside(first) in granted:
        return first
    further = sorted(first.parent.glob(f"{pseudonym}.????????.key"))
    return next((path for path in further if public_beside(path) in granted), first)


def public_beside(path: Path) -> str:
    """The public key in the file beside a person's key; '' where there is none.

    Of an unprotected key it is read from the key itself, whatever lies beside it.
    """
    try:
        if not key_files.is_protected(path):
            content = key_files.read_key_file(path, None, PERSON_FORMAT)
            return _person_signer(content).verifier.vkey
        return path.with_suffix(".pub").read_text(encoding="ascii").strip()
    except (HabeasError, OSError, KeyError, TypeError, ValueError):
        return ""


def _person_content(path: Path, pseudonym: str, passphrase: str | None) -> dict[str, Any]:
    content = key_files.read_key_file(path, passphrase, PERSON_FORMAT)
    if content.get("pseudonym") != pseudonym:
        raise damaged(path)
    return content


def _person_signer(content: Mapping[str, Any]) -> Signer:
    name = person_key_name(content["origin"], content["pseudonym"])
    return Signer.from_seed(name, bytes.fromhex(content["seed"]))
