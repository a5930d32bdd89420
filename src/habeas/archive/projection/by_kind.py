"""From each kind of entry to its rows. ``PROJECT`` maps an entry kind to its function."""

from __future__ import annotations

from collections.abc import Callable

from habeas.archive.projection import (
    attestations,
    claims,
    decisions,
    erasures,
    links,
    readings,
    searches,
    things,
)
from habeas.archive.projection.projector import Projector
from habeas.archive.store.facts import Fact

PROJECT: dict[str, Callable[[Projector, Fact], None]] = {
    "archive": things.archive,
    "vocabulary": things.vocabulary,
    "region": things.region,
    "compartment": things.compartment,
    "exhibit": things.exhibit,
    "custody": things.custody,
    "layer": things.layer,
    "reading": readings.reading,
    "passage": things.passage,
    "source": things.source,
    "lineage": things.lineage,
    "list": things.list,
    "mention": things.mention,
    "claim": claims.claim,
    "key": decisions.key,
    "key-request": decisions.key_request,
    "trust-policy": decisions.trust_policy,
    "trust-policy-request": decisions.trust_policy_request,
    "judgement": decisions.judgement,
    "assessment": decisions.assessment,
    "retraction": decisions.retraction,
    "consent": decisions.consent,
    "hold": decisions.hold,
    "definition": decisions.definition,
    "batch": decisions.batch,
    "search": searches.batch_search,
    "purpose": searches.purpose,
    "export": searches.export,
    "cosignature": attestations.cosignature,
    "timestamp": attestations.timestamp,
    "erasure-request": erasures.request,
    "erasure-approval": erasures.approval,
    "erasure": erasures.erasure,
    "block": erasures.block,
    "linkage": links.linkage,
    "candidates": links.candidates,
    "review": links.review,
    "review-policy": links.review_policy,
}
