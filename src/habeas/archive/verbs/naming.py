"""source, lineage, mention, begin_list, compartment: who speaks and who is spoken of."""

from __future__ import annotations

from collections.abc import Sequence

from habeas.archive import models as m
from habeas.archive import rules
from habeas.archive.errors import EntryRefused
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.verbs.referring import (
    TEAM,
    Marking,
    Thing,
    kind_of,
    ref,
    refuse_closed_list,
)


def compartment(batch: Batch, key: str, title: str) -> Ref:
    """A new compartment (a case); keys are short and stay."""
    batch.flush()
    if m.Compartment.objects.filter(key=key).exists():
        raise EntryRefused(
            f"There is a compartment {key!r} already.", next_step="Choose another key."
        )
    return batch.append("compartment", {"key": key, "title": title})


def source(
    batch: Batch,
    code: str,
    kind: str,
    *,
    name: str = "",
    about: str = "",
    url: str = "",
    interests: Sequence[dict[str, str]] = (),
    previous: Thing | None = None,
    marking: Marking = TEAM,
) -> Ref:
    """Somebody or something that says things. A witness is known by ``code`` only."""
    rules.refuse(rules.source(kind, code, name, [each["kind"] for each in interests]))
    if previous is not None:
        batch.ended_sources = None
    return batch.append(
        "source",
        {
            "code": code,
            "source_kind": kind,
            "name": name,
            "about": about,
            "url": url,
            "interests": list(interests) or None,
            "previous": None if previous is None else ref(batch, previous, m.Source).entry_id,
            **marking.fields(batch),
        },
    )


def lineage(
    batch: Batch, source: Thing, repeats: Thing, *, reason: str = "", marking: Marking = TEAM
) -> Ref:
    """Record that one source repeats another and is no origin of its own."""
    left, right = ref(batch, source, m.Source), ref(batch, repeats, m.Source)
    rules.refuse(rules.lineage(itself=left == right))
    return batch.append(
        "lineage",
        {
            "source": left.entry_id,
            "repeats": right.entry_id,
            "reason": reason,
            **marking.fields(batch),
        },
    )


def begin_list(
    batch: Batch, name: str, digest: str, *, exhibit: Thing | None = None, marking: Marking = TEAM
) -> Ref:
    """Begin a list: what is then appended with it can be retracted as one."""
    return batch.append(
        "list",
        {
            "name": name,
            "digest": digest,
            "exhibit": None if exhibit is None else ref(batch, exhibit, m.Exhibit).entry_id,
            **marking.fields(batch),
        },
    )


def mention(
    batch: Batch,
    kind: str,
    caption: str,
    *,
    language: str = "",
    script: str = "",
    list: Ref | None = None,
    row: str = "",
    of: Thing | None = None,
    marking: Marking = TEAM,
) -> Ref:
    """How a source or list refers to somebody or something.

    ``of``: a mention of its owner, for the kinds that have one.
    """
    rules.refuse(rules.mention(kind, caption, language, script))
    owner = None if of is None else ref(batch, of, m.Mention)
    rules.refuse(
        rules.owned(kind, None if owner is None else kind_of(batch, owner), of is not None)
    )
    refuse_closed_list(batch, list)
    made = batch.append(
        "mention",
        {
            "mention_kind": kind,
            "caption": caption,
            "language": language,
            "script": script,
            "list": None if list is None else list.entry_id,
            "row": row,
            "of": None if owner is None else owner.entry_id,
            **marking.fields(batch),
        },
    )
    batch.mention_kinds[made.entry_id] = kind
    return made
