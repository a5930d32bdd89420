"""Attacks on erasing: what was to be forgotten comes back from a place that no reference leads to.

Each test hides what goes somewhere, and asks that whoever signs is told, or that nothing is left.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.archive.making import PUBLIC, add_reviewer, newspaper, says, seal_text
from tests.support.hunting import Hunter

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER
from habeas.archive.erasing import elsewhere, retold
from habeas.archive.erasing.carrying_out import carry_out, planned
from habeas.archive.erasing.decisions import approve_erasure, request_erasure
from habeas.archive.erasing.elsewhere import Copy
from habeas.archive.erasing.planning import ErasurePlan, plan
from habeas.archive.errors import EntryRefused, ErasureRefused, UnknownReference
from habeas.archive.exhibits.intake import Received, add_files
from habeas.archive.ledger import rebuilding
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.models.exact_text import ExactText
from habeas.archive.opening import Archive, open_archive
from habeas.archive.pipeline import queue
from habeas.archive.pipeline import worker as pipeline
from habeas.archive.search import refresh, searching
from habeas.archive.store import schema
from habeas.archive.store.facts import facts
from habeas.archive.verbs.blocking import block
from habeas.archive.verify.verifying import verify
from habeas.custody.log.notes import Signer
from habeas.reading.documents import Document, State

SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
WORDS = (
    "Tursun Example hid in the well behind the bakery on the night of the third of May, and "
    "nobody saw him go."
)
HAN = "图尔逊在面包店后面的井里躲了一整夜，没有人看见他离开。"


@dataclass(frozen=True, slots=True)
class World:
    """A statement, its text layer, and two people who may decide."""

    one: Signer
    two: Signer
    exhibit: Ref
    layer: Ref


@pytest.fixture
def world(archive: Archive, tmp_path: Path) -> World:
    exhibit, layer = seal_text(archive, tmp_path, f"{WORDS}\n{HAN}\n", "statement.txt")
    return World(add_reviewer(archive), add_reviewer(archive), exhibit, layer)


def read_inside(
    archive: Archive, exhibit: Ref, path: str, text: str, state: State = State.READ
) -> None:
    """What a reading says of a file inside an exhibit, as the pipeline records it."""
    data = text.encode()
    own = Document("", "", 0, "application/zip", State.READ, reader="t", reader_version="1")
    inner = Document(
        *(path, hashlib.sha256(data).hexdigest(), len(data), "text/plain", state),
        *("", (), ()),
        reader="t",
        reader_version="1",
    )
    with archive.objects.batch() as objects:
        sealed = objects.seal(text.upper().encode())
    with archive.writing() as batch:
        within = verbs.reading(batch, exhibit, own, marking=PUBLIC)
        layer = verbs.layer(
            *(batch, exhibit, sealed),
            length=len(text),
            reader="t",
            reader_version="1",
            settings={},
            inner_path=path,
            marking=PUBLIC,
        )
        verbs.reading(batch, exhibit, inner, layer=layer, within=within, marking=PUBLIC)


def found(archive: Archive, world: World) -> list[tuple[int, str, str]]:
    what = plan(archive, "exhibit", [world.exhibit.position])
    return [(copy.exhibit, copy.inner_path, copy.how) for copy in what.elsewhere.copies]


def asked(archive: Archive, world: World, what: ErasurePlan) -> int:
    with archive.writing(world.one) as batch:
        return request_erasure(batch, what, "withdrawn", "As asked.").position


def test_the_same_bytes_inside_another_exhibit_are_shown(
    archive: Archive, world: World, tmp_path: Path
) -> None:
    """In a zip, a mail's attachment, a record of a web archive: all are files inside."""
    box, _ = seal_text(archive, tmp_path, "PK", "box.txt")
    read_inside(archive, box, "mails.mbox!/3!/statement.txt", f"{WORDS}\n{HAN}\n")
    assert found(archive, world) == [(box.position, "mails.mbox!/3!/statement.txt", "file")]


@SQLITE
def test_what_is_inside_an_exhibit_that_goes_is_found_by_itself(
    archive: Archive, world: World, tmp_path: Path
) -> None:
    """The other way round: the zip goes, and the letter that was sealed before it stays."""
    box, _ = seal_text(archive, tmp_path, "PK", "box.txt")
    read_inside(archive, box, "statement.txt", f"{WORDS}\n{HAN}\n")
    copies = plan(archive, "exhibit", [box.position]).elsewhere.copies
    assert [(copy.exhibit, copy.how) for copy in copies] == [(world.exhibit.position, "bytes")]


def test_the_same_text_elsewhere_is_shown(archive: Archive, world: World, tmp_path: Path) -> None:
    """Within a report, set otherwise, without the name, in Chinese; indexed or not yet."""
    texts = (
        f"A report. One said:\n{WORDS}\nWe believe it.",
        WORDS.upper().replace(" ", "\n  "),
        WORDS.replace("Tursun Example", "He").replace("go.", "leave."),
        f"转载：{HAN}（完）",
    )
    others = {seal_text(archive, tmp_path, text, "other.txt")[0].position for text in texts}
    seal_text(archive, tmp_path, "A notice of the bakery, of no concern to anybody.", "n.txt")
    expected = {(other, "", "part") for other in others}
    assert set(found(archive, world)) == expected
    refresh(archive)
    assert set(found(archive, world)) == expected


@SQLITE
def test_a_quote_that_goes_is_shown_where_it_stands(
    archive: Archive, world: World, tmp_path: Path
) -> None:
    """The claim goes, the exhibit stays: with the words, and so does another that has them."""
    other, _ = seal_text(archive, tmp_path, f"As before: {WORDS}", "other.txt")
    with archive.writing(world.one) as batch:
        person = verbs.mention(batch, "person", "Tursun Example", marking=PUBLIC)
        quote = verbs.cite(
            *(batch, world.exhibit, world.layer, f"{WORDS}\n{HAN}\n", 0, len(WORDS)), marking=PUBLIC
        )
        claim = says(batch, person, newspaper(batch), passages=(quote,))
    refresh(archive)
    copies = plan(archive, "claim", [claim.position]).elsewhere.copies
    assert [(copy.exhibit, copy.how) for copy in copies] == [
        (world.exhibit.position, "cited"),
        (other.position, "part"),
    ]


def test_a_former_reading_and_a_blocked_exhibit_hide_nothing(
    archive: Archive, world: World, tmp_path: Path
) -> None:
    """Neither is in the search index."""
    once, _ = seal_text(archive, tmp_path, "one", "once.txt")
    read_inside(archive, once, "page", WORDS + " Once.")
    read_inside(archive, once, "page", "Nothing is left of it.")
    hidden, _ = seal_text(archive, tmp_path, f"Hidden. {WORDS}", "hidden.txt")
    with archive.writing(world.one) as batch:
        block(batch, hidden, "Somebody withdrew.")
    refresh(archive)
    assert set(found(archive, world)) == {
        (once.position, "page", "part"),
        (hidden.position, "", "part"),
    }


def test_what_was_retold_in_free_words_is_named(
    archive: Archive, world: World, tmp_path: Path
) -> None:
    other, _ = seal_text(archive, tmp_path, "Something else.", "other.txt")
    with archive.writing(world.one) as batch:
        person = verbs.mention(batch, "person", "Tursun Example", marking=PUBLIC)
        fellow = verbs.mention(batch, "person", "Somebody", marking=PUBLIC)
        third = verbs.mention(batch, "person", "A third", marking=PUBLIC)
        source = newspaper(batch)
        says(batch, person, source)
        told = [
            verbs.custody(batch, other, "opened", reason="Shows TURSUN  Example’s house."),
            verbs.judge(batch, fellow, third, "different", "Neither is Tursun Example."),
            verbs.hold(batch, other, authority="Court of Tursun Example"),
        ]
    what = plan(archive, "consent", [person.position])
    assert [position for _, position in what.elsewhere.retold] == [ref.position for ref in told]
    assert "Tursun" not in json.dumps(what.elsewhere.retold)
    with pytest.raises(EntryRefused, match="name that goes"), archive.writing(world.one) as batch:
        request_erasure(batch, what, "withdrawn", "Tursun Example asked for it.")


@SQLITE
def test_a_copy_that_came_after_the_request_is_shown_to_whoever_approves(
    archive: Archive, world: World, tmp_path: Path
) -> None:
    request = asked(archive, world, plan(archive, "exhibit", [world.exhibit.position]))
    assert planned(archive, request).elsewhere.copies == ()
    late, _ = seal_text(archive, tmp_path, f"{WORDS}\n{HAN}\n", "late.txt")
    assert planned(archive, request).elsewhere.copies == (Copy(late.position, "", "bytes"),)


@SQLITE
def test_the_request_says_nothing_of_where_copies_are(
    archive: Archive, world: World, tmp_path: Path
) -> None:
    """Who may read the request need not see the other exhibit, nor that there is one."""
    box, _ = seal_text(archive, tmp_path, "PK", "box.txt")
    read_inside(archive, box, "sealed-case/statement.txt", f"{WORDS}\n{HAN}\n")
    what = plan(archive, "exhibit", [world.exhibit.position])
    assert what.elsewhere.exhibits == (box.position,)
    request = asked(archive, world, what)
    fields = facts(request, request + 1)[0].fields
    assert "sealed-case" not in json.dumps(fields)
    assert fields["targets"] == [world.exhibit.position]


@pytest.mark.parametrize("kind", ["exhibit", "consent"])
def test_copies_taken_along_are_gone_with_it(
    archive: Archive, world: World, tmp_path: Path, kind: str
) -> None:
    box, _ = seal_text(archive, tmp_path, f"PK {WORDS}", "box.txt")
    read_inside(archive, box, "statement.txt", f"{WORDS}\n{HAN}\n")
    with archive.writing(world.one) as batch:
        person = verbs.mention(batch, "person", "Tursun Example", marking=PUBLIC)
        verbs.consent(batch, person, basis="given", audience="team")
        verbs.custody(batch, box, "exported", agent="A court", reason="Bundle 1.")
    refresh(archive)
    hunter = Hunter("hid in the well behind")
    assert hunter.in_objects(archive)
    target = world.exhibit if kind == "exhibit" else person
    also = [box.position] if kind == "exhibit" else [box.position, world.exhibit.position]
    what = plan(archive, kind, [target.position], also=also)
    assert what.elsewhere.copies == ()
    assert (box.position, "exported", "A court") in what.given_out
    request = asked(archive, world, what)
    with archive.writing(world.two) as batch:
        approve_erasure(batch, request)
    carry_out(archive, request, world.one, tmp_path / "after", only_own_keys=True)
    again = open_archive(archive.directory)
    assert hunter.in_objects(again) == {}
    assert hunter.in_folder(again.directory) == {}
    assert searching.search(again, OWNER, "bakery").total == 0
    assert verify(again).faults == []
    assert rebuilding.check() == []


@SQLITE
def test_only_exhibits_are_taken_along(archive: Archive, world: World) -> None:
    with pytest.raises(UnknownReference, match="not an exhibit"):
        plan(archive, "exhibit", [world.exhibit.position], also=[world.layer.position])


@SQLITE
def test_a_hold_on_what_is_taken_along_forbids_it(
    archive: Archive, world: World, tmp_path: Path
) -> None:
    box, _ = seal_text(archive, tmp_path, f"Copy: {WORDS}", "copy.txt")
    with archive.writing(world.one) as batch:
        verbs.hold(batch, box, authority="Court of Example")
    what = plan(archive, "exhibit", [world.exhibit.position], also=[box.position])
    with pytest.raises(ErasureRefused, match="Court of Example"):
        asked(archive, world, what)


def test_a_reading_under_way_records_nothing_of_what_was_erased(
    archive: Archive, world: World, tmp_path: Path
) -> None:
    """The worker has leased it and read it; when it would record, the exhibit is gone."""
    sealed = m.Exhibit.objects.get(position=world.exhibit.position)
    queue.put([sealed.position])
    (job,) = queue.claim("a worker", seconds=600)
    assert job.exhibit == sealed.position
    with archive.objects.batch() as objects:
        text = objects.seal(WORDS.encode())
    kept = pipeline._Kept(Document("", "", 0, "text/plain", State.READ), len(WORDS), text=text)
    request = asked(archive, world, plan(archive, "exhibit", [world.exhibit.position]))
    with archive.writing(world.two) as batch:
        approve_erasure(batch, request)
    carry_out(archive, request, world.one, tmp_path / "after", only_own_keys=True)
    again = open_archive(archive.directory)
    done = pipeline._record_all(again, "a worker", [pipeline._Opened(sealed, [kept])])
    assert done.exhibits == 0
    assert Hunter("hid in the well behind").in_objects(again) == {}
    assert not again.objects.exists(text.address)
    assert verify(again).faults == []


@SQLITE
def test_what_cannot_be_known_is_counted(
    archive: Archive, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box, _ = seal_text(archive, tmp_path, "PK", "box.txt")
    read_inside(archive, box, "locked.txt", "?", State.ENCRYPTED)
    assert plan(archive, "exhibit", [world.exhibit.position]).elsewhere.unread == 1
    monkeypatch.setattr(elsewhere, "MOST_READ", 1)
    told = plan(archive, "exhibit", [world.exhibit.position]).elsewhere
    assert (told.copies, told.unasked) == ((), 2)
    refresh(archive)
    assert plan(archive, "exhibit", [world.exhibit.position]).elsewhere.unasked == 0


@SQLITE
def test_a_form_s_wording_is_left_out_and_said_and_an_empty_file_is_no_copy(
    archive: Archive, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    form, _ = seal_text(archive, tmp_path, "Form 7 of the office of the county: name, age", "a.txt")
    for n in range(3):
        seal_text(archive, tmp_path, f"{n}: Form 7 of the office of the county: name, age", "b.txt")
    (tmp_path / "empty.txt").touch()
    added = add_files(archive, [Received(tmp_path / "empty.txt")])
    refresh(archive)
    monkeypatch.setattr(elsewhere, "COMMON", 3)
    told = plan(archive, "exhibit", [form.position]).elsewhere
    assert (told.copies, told.common) == ((), 2)
    read_inside(archive, form, "empty", "")
    assert plan(archive, "exhibit", [added.exhibits[0][1].position]).elsewhere.copies == ()


@SQLITE
def test_the_number_of_questions_is_bounded_and_the_step_is_said(
    archive: Archive, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long the text, and whatever repeats as many words as it says is found."""
    monkeypatch.setattr(elsewhere, "MOST_RUNS", 20)
    words = [f"w{n}" for n in range(2_000)]
    long, _ = seal_text(archive, tmp_path, " ".join(words), "long.txt")
    told = plan(archive, "exhibit", [long.position]).elsewhere
    assert told.runs <= 22
    for start in range(0, 1_500, 37):
        piece = words[start : start + told.found_from]
        text = f"before {' '.join(piece)} after"
        lengths = {elsewhere.RUN: set(elsewhere._runs([words])[0])}
        assert elsewhere._count(text.split(), lengths)


#: Columns of letters that nobody writes freely: keys, codes, hashes, what a reader found, and the
#: words of what is itself cited or named.
NOT_WRITTEN = {
    "Compartment": {"key"}, "Key": {"holder", "verifier", "by"}, "Vocabulary": {"name"},
    "Exhibit": {"media_type", "received_on"}, "CustodyEvent": {"happened_at", "person"},
    "Layer": {"inner_path", "reader", "reader_version", "settings"},
    "Passage": {"quote", "prefix", "suffix", "inner_path", "place"}, "PictureHash": {"cause"},
    "Source": {"code", "url"},
    "Mention": {"caption", "row"}, "Claim": {"value_key", "holds", "row"}, "Definition": {"key"},
    "Consent": {"purposes"}, "Cosignature": {"partner", "verifier", "line"},
    "Timestamp": {"proof", "chain", "authority", "accepted_by"},
    "ErasureRequest": {"targets", "kept", "positions", "trims"}, "Linkage": {"versions"},
    "Review": {"seen"}, "KeyRequest": {"holder", "verifier"},
    "Export": {"viewer", "kinds", "figure"},
    "Reading": {
        "inner_path", "reason", "missing", "warnings", "metadata", "media_type", "reader",
        "reader_version", "settings",
    },
}  # fmt: skip


def test_no_words_that_people_write_are_overlooked() -> None:
    """A new column of letters is looked through before an erasure, or stands above."""
    overlooked = {
        f"{model.__name__}.{field.name}"
        for model in schema.projections()
        for field in model._meta.local_concrete_fields
        if isinstance(field, ExactText)
        and field.name not in retold.WRITTEN.get(model, ())
        and field.name not in NOT_WRITTEN.get(model.__name__, set()) | {"person"}
    }
    assert overlooked == set()
