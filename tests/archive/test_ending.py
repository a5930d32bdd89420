"""What an entry ends and what becomes as strict: declared for every kind, shown as it is done."""

from __future__ import annotations

from pathlib import Path

from django.db.models import BigIntegerField
from tests.archive.making import acting, newspaper, place_mention, says

from habeas.archive import kinds, verbs
from habeas.archive import models as m
from habeas.archive.access import OWNER
from habeas.archive.blast_radius import blast_radius
from habeas.archive.opening import Archive
from habeas.archive.projection import ending, taking_back
from habeas.archive.projection.by_kind import PROJECT
from habeas.archive.store import schema

#: Columns that refer to nothing.
NUMBERS = {
    *("position", "ended_at", "size", "count", "rows", "first", "seed", "length", "start", "stop"),
    *("pages", "size_bytes", "signed_at", "stamped_at", "erased_at"),
    *("approver_age_seconds", "change_wait_seconds"),
    *("number_low", "number_high", "value_from", "value_to", "holds_from", "holds_to"),
}
#: Columns that refer to what nothing takes back, so that it never becomes stricter: compartments,
#: linkages, keys, requests.
NEVER_STRICTER = {"run", "compartment", "linkage", "key", "request", "approval"}
#: Columns whose row is not derived from what they name, or follows it in another way.
OTHERWISE = {
    "Claim.source": "the first of its ClaimSource, which are followed",
    "Claim.list": "a list lends its rows no label; its retraction relabels them itself",
    "Mention.list": "the same",
    "Claim.previous": "the other way round: what was corrected is as strict as the correction",
    "Claim.ended_why": "of the retraction that ended it, which relabelled it",
    "Source.previous": "a newer version is a source by itself",
    "Mention.canonical": "a number shared by a record's mentions, never shown (display.words)",
    "ClaimSource.claim": "followed by its own line in taking_back",
    "ClaimSource.source": "followed by its own line in taking_back",
    "ClaimPassage.passage": "followed by its own line in taking_back",
    "List.exhibit": "a list is as open as it was recorded, and its rows by their own labels",
    "Transcript.reading": "of the file that it names besides, with which it is followed",
    "Reading.layer": "the same",
    "ClaimPassage.claim": "seen through the claim's own label",
    "GroupedClaim.grouping": "seen through the grouping's own label",
    "GroupedClaim.claim": "followed by its own line in taking_back",
    "Candidate.left": "followed by its own line in taking_back: a pair has no position",
    "Candidate.right": "the same",
    "NameKey.entry": "relabelled with its mention or claim",
    "NameKey.mention": "the same",
    "LabelPart.consent_of": "a part of labels themselves",
    "LabelPart.gate_of": "the same",
}


def test_whatever_refers_to_what_can_be_taken_back_becomes_as_strict() -> None:
    """A column that is forgotten here would leave a row laxer than what it speaks of."""
    followed = {
        f"{derived.__name__}.{column}"
        for several in taking_back.DERIVED.values()
        for derived, column in several
    }
    forgotten = {
        f"{model.__name__}.{field.name}"
        for model in schema.projections()
        for field in model._meta.local_concrete_fields
        if isinstance(field, BigIntegerField) and field.name not in NUMBERS | NEVER_STRICTER
    }
    forgotten -= followed | NEVER_STRICTER | set(OTHERWISE)
    assert forgotten == set()


def test_every_kind_of_entry_becomes_rows() -> None:
    assert set(PROJECT) == set(kinds.KINDS)


def test_every_kind_and_its_fields_are_in_the_reference(repository: Path) -> None:
    """In the order of ``KINDS``; a failed comparison shows the line to be written."""
    page = (repository / "docs/reference/entry-format.md").read_text(encoding="utf-8")
    table = page.split("\n## All kinds\n", 1)[1].split("\n## ", 1)[0].splitlines()
    told = [line for line in table if line.startswith("| `")]
    assert told == [_line(kind) for kind in kinds.KINDS.values()]


def _line(kind: kinds.EntryKind) -> str:
    required, optional = (
        ", ".join(f"`{name}`" for name in sorted(names))
        for names in (kind.required, kind.allowed - kind.required - kinds.COMMON)
    )
    return f"| `{kind.name}` | {required} | {optional} | {'yes' if kind.decision else ''} |"


def test_what_rows_can_end_by_is_one_table() -> None:
    """A row that ends by an entry that may be erased is in the table, or would live again."""
    for one in ending.ENDINGS:
        assert {"ended_at", "ended_by"} <= {field.name for field in one.model._meta.fields}
    assert set(ending.RETRACTABLE.values()) <= set(taking_back.DERIVED)
    assert set(ending.RETRACTABLE) == {
        *CLAIMS_ENDED,
        "transcript",  # test_locations
        "grouping",  # test_groupings
        "acceptance",  # test_gates
    }


#: How many claims of the test's case end with a thing of each kind.
CLAIMS_ENDED = {"claim": 1, "source": 2, "list": 2, "judgement": 0}


def test_a_preview_shows_the_claims_that_a_retraction_ends(archive: Archive) -> None:
    person = acting(archive)
    for kind in CLAIMS_ENDED:
        with archive.writing(person) as batch:
            source, other = newspaper(batch, f"s-{kind}"), newspaper(batch, f"o-{kind}")
            imported = verbs.begin_list(batch, kind, "0" * 64)
            left, right = place_mention(batch, kind), place_mention(batch, kind)
            claim = says(batch, left, source, list_=imported)
            says(batch, right, source)
            says(batch, left, other, list_=imported)
            same = verbs.judge(batch, left, right, "same", "A test says so.")
        thing = {"claim": claim, "source": source, "list": imported, "judgement": same}[kind]
        shown = blast_radius(OWNER, thing.position)
        assert shown is not None
        assert shown.kind == kind
        with archive.writing(person) as batch:
            retraction = verbs.retract(batch, thing.position, kind, "A test takes it back.")
        ended = m.Claim.objects.filter(ended_at=retraction.position)
        assert ended.count() == CLAIMS_ENDED[kind]
        if kind != "judgement":  # which moves the claims of its records, and ends none
            assert set(ended.values_list("position", flat=True)) == set(shown.claims)
        assert ending.RETRACTABLE[kind]._default_manager.get(position=thing.position).ended_at
