"""What a later entry ends: which rows, and the one place that writes ``ended_at`` and ``ended_by``.

``what_a_retraction_ends`` is what a retraction carries out (``decisions.retraction``). Its preview
(``archive.blast_radius``) takes the transcripts from there, and the claims from
``claims_that_end``; of a list's mentions it shows the records that the claims are about.
A mention ends with the mention that owns it, an acceptance with its list: what else the list
brought stands, and is not public any more.
``ENDINGS`` are the endings that an erasure entry records, so that nothing comes back to life
because what ended it was erased. Only rows that can outlive what ended them need a line there: a
judgement and its retraction are erased together.

Invariants: what has ended stays ended by the entry that ended it first. What is *taken back* is
from then on as strict as what took it back (``taking_back``); what is only replaced by a newer
version is not. Readings end by the later reading of the same file: ``archive.readings``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q, QuerySet

from habeas.archive import models as m

#: What a retraction may name, by the word for it in the entry.
RETRACTABLE: Final[dict[str, type[m.Projection]]] = {
    "claim": m.Claim,
    "list": m.List,
    "source": m.Source,
    "judgement": m.Judgement,
    "grouping": m.Grouping,
    "transcript": m.Transcript,
    "acceptance": m.Acceptance,
}


@dataclass(frozen=True, slots=True)
class EntryEnding:
    """How rows of one kind end by an entry that may be erased while they stay themselves."""

    kind: str  # as an erasure entry names it
    how: str
    model: type[m.Projection]
    taken_back: bool  # or only replaced, or no longer in force


ENDINGS: Final = (
    EntryEnding("claim", "superseded", m.Claim, taken_back=True),  # a correction says it was wrong
    EntryEnding("claim", "retracted", m.Claim, taken_back=True),
    EntryEnding("consent", "withdrawn", m.Consent, taken_back=False),
    EntryEnding("definition", "superseded", m.Definition, taken_back=False),
    EntryEnding("mention", "retracted", m.Mention, taken_back=True),
    EntryEnding("source", "superseded", m.Source, taken_back=False),
    EntryEnding("source", "retracted", m.Source, taken_back=True),
    EntryEnding("transcript", "retracted", m.Transcript, taken_back=True),
)
ENDABLE: Final[dict[str, Any]] = {ending.kind: ending.model for ending in ENDINGS}
TAKEN_BACK: Final = frozenset((e.kind, e.how) for e in ENDINGS if e.taken_back)


def what_a_retraction_ends(kind: str, position: int) -> tuple[QuerySet[Any], ...]:
    """The rows that end when the thing at a position is retracted, what has ended included.

    Of a source, also what others pass on from it, and its transcripts; of a transcript, what cites
    its lines, unless another that stands is of the same file. A judgement ends no claim: the
    records that it joined are joined anew without it.
    """
    thing = RETRACTABLE[kind]._default_manager.filter(position=position)
    claims = m.Claim.objects.filter(claims_that_end(kind, position))
    match kind:
        case "claim":
            return (claims,)
        case "list":
            listed = m.Mention.objects.filter(list=position)
            owned = m.Mention.objects.filter(of__in=listed.values("position"))
            known = m.PictureReference.objects.filter(list=position)
            accepted = m.Acceptance.objects.filter(list=position)
            return (thing, listed, owned, known, claims, accepted)
        case "source":
            return (thing, claims, m.Transcript.objects.filter(source=position))
        case "transcript":
            return (thing, claims)
        case _:
            return (thing,)


def claims_that_end(kind: str, position: int) -> Q:
    """Which claims are among them, as a condition: a preview asks it of what a viewer may see."""
    match kind:
        case "claim":
            return Q(position=position)
        case "list":
            return Q(list=position)
        case "source":
            spoken = m.ClaimSource.objects.filter(source=position).values("claim")
            found = Q(position__in=spoken)
            written = m.Transcript.objects.filter(source=position)
            if written.exists():  # few have any, and without it the databases answer sooner
                found |= Q(position__in=_on_lines_of(written))
            return found
        case "transcript":
            return Q(position__in=_on_lines_of(m.Transcript.objects.filter(position=position)))
        case _:
            return Q(position__in=())


def _on_lines_of(ending: QuerySet[Any]) -> QuerySet[Any]:
    """The claims that cite a file of lines which nobody vouches for any more without these.

    By the file and not by one reading of it: what was cited of another reading is the same words.
    """
    others = m.Transcript.objects.filter(ended_at__isnull=True).exclude(
        position__in=ending.values("position")
    )
    files = ending.exclude(transcript__in=others.values("transcript")).values("transcript")
    cited = m.Passage.objects.filter(exhibit__in=files).values("position")
    return m.ClaimPassage.objects.filter(passage__in=cited).values("claim")


def end(rows: QuerySet[Any], position: int, how: str, **why: int | None) -> None:
    """End those of the rows that stand, by the entry at a position."""
    rows.filter(ended_at__isnull=True).update(ended_at=position, ended_by=how, **why)
