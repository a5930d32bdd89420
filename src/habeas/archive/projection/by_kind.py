"""From each kind of entry to its rows. ``PROJECT`` maps an entry kind to its function.

Each kind is in one of two tables, by whether it changes what earlier entries made.
"""

from __future__ import annotations

from collections.abc import Callable

from habeas.archive.projection import (
    attestations,
    claims,
    decisions,
    erasures,
    links,
    pictures,
    readings,
    searches,
    things,
)
from habeas.archive.projection.projector import Projector
from habeas.archive.store.facts import Fact

Projecting = Callable[[Projector, Fact], None]

#: Kinds that only add rows. A claim or source that has a ``previous`` ends that one too.
_ADDING: dict[str, Projecting] = {
    "archive": things.archive,
    "vocabulary": things.vocabulary,
    "region": things.region,
    "compartment": things.compartment,
    "exhibit": things.exhibit,
    "custody": things.custody,
    "layer": things.layer,
    "reading": readings.reading,
    "transcript": readings.transcript,
    "picture-hash": pictures.picture_hash,
    "picture-reference": pictures.picture_reference,
    "passage": things.passage,
    "location": things.passage,
    "source": things.source,
    "lineage": things.lineage,
    "list": things.list,
    "mention": things.mention,
    "claim": claims.claim,
    "key-request": decisions.key_request,
    "trust-policy-request": decisions.trust_policy_request,
    "assessment": decisions.assessment,
    "batch": decisions.batch,
    "submission": decisions.submission,
    "search": searches.batch_search,
    "purpose": searches.purpose,
    "export": searches.export,
    "cosignature": attestations.cosignature,
    "timestamp": attestations.timestamp,
    "erasure-request": erasures.request,
    "erasure-approval": erasures.approval,
    "candidates": links.candidates,
    "review": links.review,
    "grouping": decisions.grouping,
    "acceptance": decisions.acceptance,
}
#: Kinds that change rows that are there already: before one of them the buffers are written.
TURNING: dict[str, Projecting] = {
    "key": decisions.key,
    "trust-policy": decisions.trust_policy,
    "gate-policy": decisions.gate_policy,
    "judgement": decisions.judgement,
    "retraction": decisions.retraction,
    "consent": decisions.consent,
    "hold": decisions.hold,
    "definition": decisions.definition,
    "erasure": erasures.erasure,
    "block": erasures.block,
    "linkage": links.linkage,
    "review-policy": links.review_policy,
}
PROJECT = _ADDING | TURNING
