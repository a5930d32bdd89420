"""choose_regions: which regions an archive has, from now on."""

from __future__ import annotations

from collections.abc import Sequence

from habeas.archive import models as m
from habeas.archive import regions
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.verbs.defining import log_vocabulary
from habeas.vocabulary import region
from habeas.vocabulary.region import Folder


def choose_regions(batch: Batch, folders: Sequence[Folder], *, reason: str = "") -> Ref:
    """Record the regions of the archive, in order, each with its digest and text.

    Signed by the acting person where the archive has people. What they are read as is checked
    first. Errors: ``BadRegion``, ``BadSchema``, and those of the file that is wrong.
    """
    found = region.joined(folders)
    regions.check(found)
    batch.flush()
    people = m.Key.objects.filter(role="person", ended_at__isnull=True).exists()
    made = batch.append(
        "region",
        {
            "regions": [
                {"name": folder.name, "digest": folder.digest, "text": folder.text}
                for folder in found.folders
            ],
            "reason": reason,
        },
        decision=people,
    )
    batch.flush()
    batch.vocabulary = None
    log_vocabulary(batch)
    return made
