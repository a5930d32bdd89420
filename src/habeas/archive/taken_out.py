"""What left the archive otherwise than as a file in a bundle: tables, and bundles without files.

Both are recorded above public, with their purpose and signature, before they leave. What is public
may be read by anyone, and is recorded only where somebody gives a purpose. An export says its
tables, level and ledger size: what stood then and was no stricter *may* be in it. Of a bundle the
purpose has only the digest of what was asked, so that the entry tells nobody of whom; it is found
by asking for the same again. Invariant: nothing here says that something was not taken out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator

from habeas.archive import models as m
from habeas.archive.access import Viewer, visible
from habeas.archive.access.labels import LEVELS
from habeas.archive.blast_radius import BlastRadius
from habeas.archive.store.pieces import in_pieces

_OF_CLAIMS = frozenset({"claims", "citations", "records"})


def asked_of_bundle(
    level: str, *, figure: str = "", record: int | None = None, exhibits: Iterable[int] = ()
) -> str:
    """What a bundle is asked for, as its purpose commits to it."""
    return f"{level} figure={figure} record={record} exhibits={sorted(exhibits)}"


def taken_out(viewer: Viewer, radius: BlastRadius, figures: Collection[str]) -> tuple[int, ...]:
    """The entries of the exports and bundles that may hold what a radius names.

    ``figures``: the keys of those that rest on it.
    """
    found = {*_exports(viewer, radius, figures), *_bundles(viewer, radius, figures)}
    return tuple(sorted(found))


def _exports(viewer: Viewer, radius: BlastRadius, figures: Collection[str]) -> Iterator[int]:
    exports = list(visible(viewer, m.Export))
    if not exports:
        return
    spans = list(_spans(viewer, radius.claims))
    for row in exports:
        kinds = set(row.kinds.split())
        asked = kinds & _OF_CLAIMS or row.figure in figures
        if not asked and not ("sources" in kinds and radius.kind == "source"):
            continue
        most = LEVELS.get(row.level, max(LEVELS.values()))
        if any(
            begun < row.size and (ended is None or ended >= row.size) and level <= most
            for begun, ended, level in spans
        ):
            yield row.position


def _spans(viewer: Viewer, claims: Collection[int]) -> Iterator[tuple[int, int | None, int]]:
    """From where to where in the ledger each claim stood, and how strict it is."""
    levels: dict[str, int] = {}
    for part in in_pieces(sorted(claims)):
        rows = visible(viewer, m.Claim).filter(position__in=part)
        told = list(rows.values_list("position", "ended_at", "label"))
        wanted = {label for _, _, label in told} - levels.keys()
        levels.update(m.Label.objects.filter(id__in=wanted).values_list("id", "level"))
        yield from ((at, ended, levels.get(label, 0)) for at, ended, label in told)


def _bundles(viewer: Viewer, radius: BlastRadius, figures: Collection[str]) -> Iterator[int]:
    stated = list(visible(viewer, m.StatedPurpose).filter(act="bundle"))
    if not stated:
        return
    mentions: set[int] = set(radius.records)
    exhibits: set[int] = set()
    for part in in_pieces(sorted(radius.records)):
        canonical = m.Mention.objects.filter(position__in=part).values("canonical")
        fellows = visible(viewer, m.Mention).filter(canonical__in=canonical)
        mentions.update(fellows.values_list("position", flat=True))
    for part in in_pieces(radius.claims):
        cited = visible(viewer, m.ClaimPassage).filter(claim__in=part).values("passage")
        places = visible(viewer, m.Passage).filter(position__in=cited)
        exhibits.update(places.values_list("exhibit", flat=True))
    for level in {row.level for row in stated}:
        asked = {
            hashlib.sha256(words.encode()).hexdigest()
            for words in (
                *(asked_of_bundle(level, figure=key) for key in figures),
                *(asked_of_bundle(level, record=mention) for mention in mentions),
                *(asked_of_bundle(level, exhibits=[exhibit]) for exhibit in exhibits),
            )
        }
        yield from (
            row.position for row in stated if row.level == level and row.asked_sha256 in asked
        )
