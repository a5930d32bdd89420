"""Making an archive: a new directory with keys, database and the first entries of its ledger."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from django.db import connection, transaction

import habeas
from habeas.archive.access import gates
from habeas.archive.access.gates import GateRules
from habeas.archive.errors import ArchiveExists
from habeas.archive.ledger.appending import Batch
from habeas.archive.models import LocalState
from habeas.archive.opening import MAIN, Archive
from habeas.archive.store import holding, open_lock, schema
from habeas.archive.store.connecting import connect
from habeas.archive.store.database_errors import plain_errors
from habeas.archive.store.settings_file import ArchiveSettings
from habeas.archive.verbs.defining import log_vocabulary
from habeas.archive.verbs.regions import choose_regions
from habeas.custody import durable
from habeas.custody.keys.key_names import new_origin
from habeas.custody.keys.keyring import Keyring
from habeas.custody.trust.persons import DEFAULT, TrustRules
from habeas.vocabulary.region import Folder


def init_archive(
    directory: Path,
    *,
    passphrase: str | None,
    database_url: str | None = None,
    title: str = "",
    policy: TrustRules = DEFAULT,
    regions: Sequence[Folder] = (),
    gate: GateRules = gates.DEFAULT,
    synthetic: bool = False,
    made_by: str = "",
) -> Archive:
    """Make an archive in a new or empty directory. No passphrase means unprotected keys.

    ``policy`` is what its ledger begins with: changing it later takes two people. ``regions``
    are recorded; none: the archive is Xinjiang's. ``gate``: what is asked of lists and pictures
    before they are public. ``synthetic``: everything in it is made up, and its origin says so in
    every entry. ``made_by``: who makes it, as those who may see its title are told.

    Fails whole: what was made in the directory is removed again.
    """
    holding.refuse_another()
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise ArchiveExists(
            f"{directory} is there and not empty.", next_step="Choose a new or an empty directory."
        )
    made = not directory.exists()
    durable.make_private(directory)
    directory.chmod(0o700)
    try:
        origin = new_origin(synthetic=synthetic)
        about = {"title": title or "Archive", **({"made_by": made_by} if made_by else {})}
        return _fill(directory, origin, passphrase, database_url, about, policy, regions, gate)
    except BaseException:
        connection.close()
        open_lock.leave()
        for child in directory.iterdir():
            shutil.rmtree(child) if child.is_dir() else child.unlink()
        if made:
            os.rmdir(directory)
        raise


def _fill(
    directory: Path,
    origin: str,
    passphrase: str | None,
    database_url: str | None,
    about: Mapping[str, str],
    policy: TrustRules,
    regions: Sequence[Folder],
    gate: GateRules,
) -> Archive:
    keyring = Keyring.create(directory / "keys", passphrase, origin=origin)
    settings = ArchiveSettings(origin=keyring.origin, database=database_url or "")
    settings.write(directory)
    open_lock.enter(directory)
    connect(directory, settings)
    with plain_errors():
        if "ledger_entry" in connection.introspection.table_names():
            raise ArchiveExists(
                "The database holds an archive already.", next_step="Give an empty database."
            )
        schema.make_permanent_tables()
        schema.prepare()
        with transaction.atomic():
            schema.make_projections()
            LocalState.objects.bulk_create(
                LocalState(name=name, value=value)
                for name, value in (
                    ("head", "lock"),
                    ("format", str(schema.FORMAT)),
                    ("projection", schema.projection_version()),
                    ("projected", "0"),
                )
            )
    archive = Archive(directory, settings, keyring)
    with archive.writing() as batch:
        _first_entries(batch, about, policy, regions, gate)
    return archive


def _first_entries(
    batch: Batch,
    about: Mapping[str, str],
    policy: TrustRules,
    regions: Sequence[Folder],
    gate: GateRules,
) -> None:
    archive = batch.archive
    batch.append(
        "archive",
        {
            **about,
            "program": f"habeas {habeas.__version__}",
            **policy.fields(),
            **(gate.fields() if gate != gates.NONE else {}),
        },
    )
    for role, signer in (
        ("entry", archive.keyring.entry),
        ("checkpoint", archive.keyring.checkpoint),
    ):
        batch.append(
            "key",
            {"holder": role, "role": role, "verifier": signer.verifier.vkey, "state": "granted"},
        )
    if regions:
        choose_regions(batch, regions)
    else:
        log_vocabulary(batch)
    batch.append("compartment", {"key": MAIN, "title": "Main"})
