"""group: which claims about somebody are of one detention of theirs."""

from __future__ import annotations

from collections.abc import Sequence

from habeas.archive import models as m
from habeas.archive import rules
from habeas.archive.groupings import grouping_of
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.verbs.referring import TEAM, Marking, Thing, kind_of, ref, refuse_ended
from habeas.vocabulary import schema


def group(
    batch: Batch,
    episode: Thing,
    claims: Sequence[Thing],
    reason: str,
    *,
    marking: Marking = TEAM,
) -> Ref:
    """Say that claims about a record are of one episode of it. Signed by the person.

    No claim is copied or changed: a retraction of the grouping leaves everything as it was.
    """
    known = schema.core()
    about = ref(batch, episode, m.Mention)
    kind = kind_of(batch, about)
    rules.refuse(rules.grouping(known, kind, reason, len(claims)))
    batch.flush()
    owner = m.Mention.objects.get(position=about.position).of
    owners = m.Mention.objects.filter(position=owner or -1)  # ``rules.grouping``: it has one
    record = owners.values_list("canonical", flat=True).get()
    named: list[Ref] = []
    for each in claims:
        claim = ref(batch, each, m.Claim)
        refuse_ended(batch, claim, m.Claim)
        row = m.Claim.objects.get(position=claim.position)
        subject = m.Mention.objects.get(position=row.subject)
        rules.refuse(
            rules.grouped(
                known,
                kind,
                f"Claim {claim.position}",
                row.property,
                same_owner=subject.canonical == record,
                by=grouping_of(claim.position),
            )
        )
        named.append(claim)
    return batch.append(
        "grouping",
        {
            "episode": about.entry_id,
            "claims": list(dict.fromkeys(claim.entry_id for claim in named)),
            "reason": reason,
            **marking.fields(batch),
        },
    )
