"""The archive: one append-only ledger, the content it commits to, and its projections.

There is one write path, ``Archive.writing()`` and the verbs that append to its batch, and
one door for reading, ``habeas.archive.access``. Importing this room makes Django ready
(see ``configuring``), so that it works from a notebook as well as under the web project.
"""

from habeas.archive.store.configuring import make_django_ready

make_django_ready()

__all__ = [
    "access",
    "attestation",
    "awaiting",
    "blast_radius",
    "cells",
    "components",
    "erasing",
    "errors",
    "exhibits",
    "groupings",
    "joined",
    "keys",
    "kinds",
    "ledger",
    "making",
    "models",
    "opening",
    "openness",
    "picturing",
    "pipeline",
    "preserve",
    "projection",
    "purposes",
    "readings",
    "records",
    "regions",
    "review",
    "rules",
    "same_pictures",
    "search",
    "store",
    "synthetic",
    "taken_out",
    "verbs",
    "verify",
]
