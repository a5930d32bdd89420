"""What is asked above public needs a purpose: signed by the person who asks, recorded first.

A search that can reach what is not public, a bundle above public and a figure that picks people by
what marks them (``Property.needs_purpose``) are refused to a viewer without a purpose. Stating one
appends an entry and gives a viewer that carries it. Decision 0033 says what one covers.

Invariant: the entry is committed before anything is found, shown or written.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from habeas.archive import models as m
from habeas.archive.access import PUBLIC, Viewer, visible, visible_labels
from habeas.archive.errors import PurposeNeeded

if TYPE_CHECKING:
    from habeas.archive.ledger.committed_entries import Ref
    from habeas.archive.opening import Archive
    from habeas.custody.log.notes import Signer


def state(
    archive: Archive, person: Signer, purpose: str, act: str, asked: str, *, level: str = ""
) -> Ref:
    """Record what for, signed by the person, before anything is looked for."""
    from habeas.archive import verbs  # not loaded to ask whether a purpose is needed

    size = archive.size
    with archive.writing(person) as batch:
        return verbs.state_purpose(
            batch, purpose=purpose, act=act, asked=asked, size=size, level=level
        )


def reaches_above_public(viewer: Viewer) -> bool:
    """Whether the viewer may see a text, or a record, that not everybody may see."""
    everybodys = visible_labels(PUBLIC).filter(id=OuterRef("label"))
    searched = (visible(viewer, m.Layer), visible(viewer, m.Mention))
    return any(rows.filter(~Exists(everybodys)).exists() for rows in searched)


def require_to_search(viewer: Viewer) -> None:
    """Refuse a search above public to whom no purpose was stated."""
    if viewer.purpose is None and reaches_above_public(viewer):
        raise PurposeNeeded(
            "This archive holds texts or records above public: a search needs a purpose.",
            next_step="Give a purpose: `habeas search --purpose TEXT`, for pages "
            "`habeas serve --purpose TEXT`; it is recorded and signed. "
            "`habeas search --public` searches what is public.",
        )


def require_to_pick(viewer: Viewer, properties: Sequence[str]) -> None:
    """Refuse to list people by what marks them to whom no purpose was stated."""
    if viewer.purpose is None:
        raise PurposeNeeded(
            f"To list people by {' and '.join(properties)} needs a purpose.",
            next_step="Give a purpose: --purpose TEXT; it is recorded and signed.",
        )


def require_to_hand_over(level: str, purpose: int | None) -> None:
    """Refuse a bundle above public for which no purpose was stated."""
    if level != "public" and purpose is None:
        raise PurposeNeeded(
            f"A bundle of what is {level} needs a purpose.",
            next_step="Give a purpose: --purpose TEXT; it is recorded and signed.",
        )
