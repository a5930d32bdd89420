"""retract, judge, assess: decisions, each signed by the person who takes it."""

from __future__ import annotations

from collections.abc import Sequence

from habeas.archive import models as m
from habeas.archive import rules
from habeas.archive.access import gates
from habeas.archive.errors import EntryRefused
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.projection.ending import RETRACTABLE
from habeas.archive.same_pictures import stops
from habeas.archive.verbs.referring import TEAM, Marking, Thing, ref, refuse_ended
from habeas.vocabulary import schema
from habeas.vocabulary.errors import an

ASSESSABLE: dict[str, type[m.Projection]] = {"claim": m.Claim, "source": m.Source}


def kind_at(position: int) -> str | None:
    """Which retractable kind of thing stands at a position; None for none."""
    for kind, model in RETRACTABLE.items():
        if model._default_manager.filter(position=position).exists():
            return kind
    return None


def retract(
    batch: Batch, target: Thing, target_kind: str, reason: str, *, marking: Marking = TEAM
) -> Ref:
    """Take back a claim, all claims of a list or of a source, a judgement, or a transcript.

    Nothing is removed: what is retracted stays readable, is marked, and no longer counts.
    Of a source, also what others pass on from it, and what it wrote down, is taken back.
    """
    if target_kind not in RETRACTABLE:
        raise EntryRefused(
            f"{an(target_kind, capital=True)} cannot be retracted.",
            next_step=f"Retract {', '.join(map(an, RETRACTABLE))}.",
        )
    if not reason.strip():
        raise EntryRefused("A retraction needs a reason.", next_step="Say in a sentence why.")
    model = RETRACTABLE[target_kind]
    thing = ref(batch, target, model)
    refuse_ended(batch, thing, model)
    made = batch.append(
        "retraction",
        {
            "target": thing.entry_id,
            "target_kind": target_kind,
            "reason": reason,
            **marking.fields(batch),
        },
    )
    batch.mention_kinds.clear()
    batch.ended_sources = batch.closed_lists = batch.ended_words = None
    return made


def judge(
    batch: Batch,
    left: Thing,
    right: Thing,
    verdict: str,
    reason: str = "",
    *,
    rests_on: Sequence[str] = (),
    marking: Marking = TEAM,
) -> Ref:
    """Say whether two mentions are the same, different, or that one cannot tell.

    ``rests_on``: the entry ids of the reviews that it carries out.
    """
    rules.refuse(rules.verdict(verdict))
    one, other = ref(batch, left, m.Mention), ref(batch, right, m.Mention)
    check_pair(batch, one, other, verdict)
    return batch.append(
        "judgement",
        {
            "left": one.entry_id,
            "right": other.entry_id,
            "verdict": verdict,
            "reason": reason,
            "rests_on": list(rests_on) or None,
            **marking.fields(batch),
        },
    )


def check_pair(batch: Batch, one: Ref, other: Ref, verdict: str) -> None:
    """Two different mentions; of one kind, where they are to be the same."""
    itself = one == other
    kinds = (None, None) if itself else _kinds(batch, one, other)
    rules.refuse(rules.pair(verdict, kinds, itself=itself))
    if verdict == "same" and kinds[0] is not None and schema.core().kinds[kinds[0]].of:
        batch.flush()
        rows = m.Mention.objects.filter(position__in=(one.position, other.position))
        owners = m.Mention.objects.filter(position__in=rows.values("of"))
        records = set(owners.values_list("canonical", "kind"))
        rules.refuse(rules.one_owner(kinds[0], next(iter(records))[1], same=len(records) == 1))


def _kinds(batch: Batch, left: Ref, right: Ref) -> tuple[str, str]:
    """The kinds of two mentions, of which one may have ended with its list."""
    if left.entry_id not in batch.mention_kinds or right.entry_id not in batch.mention_kinds:
        batch.flush()

    def kind(mention: Ref) -> str:
        known = batch.mention_kinds.get(mention.entry_id)
        return known or m.Mention.objects.values_list("kind", flat=True).get(
            position=mention.position
        )

    return kind(left), kind(right)


def assess(
    batch: Batch,
    target: Thing,
    target_kind: str,
    scheme: str,
    grade: str,
    reason: str = "",
    *,
    despite: str = "",
    marking: Marking = TEAM,
) -> Ref:
    """A reviewer's verdict on one claim version or one source.

    ``despite``: why a picture shows somebody although it is known under another name.
    """
    if target_kind not in ASSESSABLE:
        raise EntryRefused(
            f"{an(target_kind, capital=True)} is not assessed.",
            next_step="Assess a claim or a source.",
        )
    rules.refuse(rules.assessment(scheme, grade, reason))
    rules.refuse(rules.graded(scheme, target_kind))
    assessed = ref(batch, target, ASSESSABLE[target_kind])
    if scheme == gates.DEPICTION:
        _check_depiction(batch, assessed, grade, despite)
        reason = f"{reason} Despite what is known of the picture: {despite}" if despite else reason
    return batch.append(
        "assessment",
        {
            "target": assessed.entry_id,
            "target_kind": target_kind,
            "scheme": scheme,
            "grade": grade,
            "reason": reason,
            **marking.fields(batch),
        },
    )


def _check_depiction(batch: Batch, target: Ref, grade: str, despite: str) -> None:
    """Somebody other than who claimed it, where the policy said so when it was claimed."""
    batch.flush()
    row = m.Claim.objects.filter(position=target.position).first()
    rules_then = gates.policy_at(target.position)
    own = rules_then.another_person and batch.pseudonym == (
        gates.claimant(target.position)
        or (batch.pseudonym if target.position >= batch.first else "")
    )
    rules.refuse(rules.depiction(None if row is None else row.property, own=own))
    if grade == gates.SHOWS:
        waiting, conflicts = stops([target.position])
        rules.refuse(rules.compared(waiting, [each.words for each in conflicts], despite))
