"""The kinds of entries and the fields that each may commit to.

Invariants: every value is a string, an integer, a list or an object of these (RFC 8785
without floats); an absent field means "not stated"; things are referred to by their
32-hex entry id. A kind is never changed once released: a new meaning is a new kind or a
new field, and old entries stay readable for ever.
"""

from __future__ import annotations

from dataclasses import dataclass

COMMON = frozenset({"kind", "person", "compartment", "handling", "previous", "note"})

#: What an import brings beside mentions and claims. ``list`` is the list that it came with, and it
#: waits for the acceptance of that list as its rows do.
IMPORTED = frozenset(
    {
        *("exhibit", "layer", "passage", "location", "source", "lineage"),
        *("judgement", "grouping", "assessment", "consent", "definition"),
    }
)


@dataclass(frozen=True, slots=True)
class EntryKind:
    """``required`` and all ``allowed`` fields; a ``decision`` carries a person's signature."""

    name: str
    required: frozenset[str]
    allowed: frozenset[str]
    decision: bool = False


def _kind(name: str, required: str, optional: str = "", *, decision: bool = False) -> EntryKind:
    needed = frozenset(required.split())
    allowed = needed | frozenset(optional.split()) | COMMON
    return EntryKind(name, needed, allowed | {"list"} if name in IMPORTED else allowed, decision)


#: Kinds whose rows are of a class that is not called like the kind, and how it is called.
ROWS_OF = {
    "custody": "custodyevent",
    "gate-policy": "gatepolicy",
    "location": "passage",
    "picture-hash": "picturehash",
    "picture-reference": "picturereference",
}
KINDS: dict[str, EntryKind] = {
    kind.name: kind
    for kind in (
        _kind(
            "archive",
            "title program",
            "approver_age_seconds change_wait_seconds acceptance depiction_by made_by",
        ),
        _kind("key", "holder role verifier state", "request reason"),
        _kind("key-request", "holder verifier reason", decision=True),
        _kind("trust-policy", "approver_age_seconds change_wait_seconds", "request reason"),
        _kind(
            "trust-policy-request",
            "approver_age_seconds change_wait_seconds reason",
            decision=True,
        ),
        _kind("vocabulary", "name digest text"),
        _kind("region", "regions", "reason"),  # a decision once the archive has people
        _kind("compartment", "key title"),
        _kind(
            "exhibit",
            "plain_sha256 size_bytes filename",
            "media_type title received_from received_on",
        ),
        _kind(
            "custody",
            "exhibit event",
            "agent happened_at place reason authority responsible changed before_sha256 "
            "after_sha256 derived outcome",
        ),
        _kind("layer", "exhibit text_sha256 reader reader_version settings length", "inner_path"),
        _kind(
            "reading",
            "exhibit state",
            "inner_path inner_sha256 inner_size media_type reason cause missing warnings metadata "
            "reader reader_version settings pages layer within",
        ),
        _kind("picture-hash", "exhibit reader reader_version", "pdq quality cause"),
        _kind(
            "picture-reference",
            "list known_as pdq quality plain_sha256 reader reader_version",
            "name",
        ),
        _kind("transcript", "exhibit of source language", "reading translates"),
        _kind("passage", "exhibit start stop quote", "layer prefix suffix"),
        _kind(
            "location",
            "exhibit form",
            "reading inner_path sheet row column page left top right bottom from_ms to_ms stream "
            "layer start stop quote",
        ),
        _kind("source", "code source_kind", "name about url interests"),
        _kind("lineage", "source repeats", "reason"),
        _kind("list", "name digest", "exhibit"),
        _kind("mention", "mention_kind caption", "language script list row of"),
        _kind(
            "claim",
            "subject property value stance attribution vocabulary",
            "holds passages list row",
        ),
        _kind("judgement", "left right verdict", "reason rests_on", decision=True),
        _kind("grouping", "episode claims reason", decision=True),
        _kind("linkage", "mention_kind size model threshold_ppm seed versions"),
        _kind("candidates", "linkage pairs"),
        _kind("review", "left right verdict seen", "reason", decision=True),
        _kind("review-policy", "reviewers blind", decision=True),
        _kind("assessment", "target target_kind scheme grade", "reason", decision=True),
        _kind("retraction", "target target_kind reason", decision=True),
        _kind("acceptance", "list sample reason", "despite", decision=True),
        _kind("gate-policy", "acceptance depiction_by reason", decision=True),
        _kind("consent", "subject state", "basis scope purposes audience expires at_risk reason"),
        _kind("hold", "target state", "authority reason"),
        _kind(
            "erasure-request",
            "target_kind targets positions basis reason",
            "kept trims",
            decision=True,
        ),
        _kind("erasure-approval", "request", decision=True),
        _kind("erasure", "request approval things", "ends trims", decision=True),
        _kind("block", "exhibit state", "reason", decision=True),
        _kind("definition", "key title figure_kind text digest"),
        _kind("search", "purpose words digest size", decision=True),
        _kind("purpose", "purpose act asked_sha256 size", "level", decision=True),
        _kind(
            "export",
            "purpose viewer kinds digest size",
            "level figure format rows",
            decision=True,
        ),
        _kind("batch", "first count root", decision=True),
        _kind("submission", "", decision=True),  # format 2: what it closes is in its statement
        _kind("cosignature", "partner verifier size root signed_at line"),
        _kind("timestamp", "method size root proof", "authority stamped_at chain accepted_by"),
    )
}
