"""Recovery against an archive: whether recovered keys are its keys, and putting them back.

What is compared needs no passphrase, because whoever recovers has none: the seeds must give
the public keys that the archive shows, the newest entry must bear their signature, and for
each epoch in use the key of an object is really unwrapped.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from habeas.archive.keys.rotating import epochs_in_use
from habeas.archive.models import ContentObjectKey
from habeas.archive.opening import Archive
from habeas.archive.store.connecting import connect
from habeas.archive.store.database_errors import plain_errors
from habeas.archive.store.settings_file import ArchiveSettings
from habeas.custody.errors import KeyringError, RecoveryError
from habeas.custody.keys import recovery
from habeas.custody.keys.keyring import Keyring, public_keys
from habeas.errors import HabeasError


def rehearse(directory: Path, content: Mapping[str, Any]) -> list[str]:
    """Whatever is wrong with recovered keys, in sentences; none when they are the archive's.

    Changes nothing.
    """
    keys = directory / "keys"
    archive = _with_keys(directory, Keyring(keys, content))
    public = public_keys(keys)
    problems = []
    ours = (archive.keyring.entry.verifier, archive.keyring.checkpoint.verifier)
    if ours != (public.entry, public.checkpoint):
        problems.append("They are not the keys that keys/verifiers shows.")
    with plain_errors():
        try:
            archive._refuse_foreign_keys()
        except HabeasError:
            problems.append("They did not sign the newest entry of this archive.")
        problems += _shut_epochs(archive.keyring)
    if not recovery.is_current(keys, recovery.read_recipients(keys)):
        problems.append("The recovery copy is older than the keys: run `habeas keys refresh`.")
    return problems


def put_back(directory: Path, content: Mapping[str, Any], passphrase: str | None) -> list[str]:
    """Write recovered keys under a new passphrase; what they cannot open, in sentences.

    Refused where they are not the archive's.
    """
    keyring = Keyring(directory / "keys", content, passphrase)
    archive = _with_keys(directory, keyring)
    with plain_errors():
        archive._refuse_foreign_keys()
        problems = _shut_epochs(keyring)
    Keyring.put_back(directory / "keys", content, passphrase)
    return problems


def _with_keys(directory: Path, keyring: Keyring) -> Archive:
    settings = ArchiveSettings.read(directory)
    if keyring.origin != settings.origin:
        raise RecoveryError(
            f"The recovered keys are of the archive {keyring.origin}, and this is "
            f"{settings.origin}.",
            next_step="Give the recovery copy of this archive. Nothing was changed.",
        )
    connect(directory, settings)
    return Archive(directory, settings, keyring)


def _shut_epochs(keyring: Keyring) -> list[str]:
    """The epochs in use whose objects these keys do not open: one of each is tried."""
    problems = []
    for epoch in sorted(epochs_in_use()):
        row = ContentObjectKey.objects.filter(epoch=epoch).order_by("address")[0]
        try:
            if epoch not in keyring.epochs:
                raise KeyringError("")
            keyring.unwrap(epoch, bytes(row.wrapped_identity), row.address)
        except KeyringError:
            count = ContentObjectKey.objects.filter(epoch=epoch).count()
            problems.append(f"They do not open the {count:,} objects of epoch {epoch}.")
    return problems
