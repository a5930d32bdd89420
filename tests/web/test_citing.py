"""Citing from an exhibit's page: what becomes a passage, and what is refused with a next step."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from tests.archive.test_erasing import build, erased
from tests.web.conftest import Writer
from tests.web.making import CHINESE, HOSTILE, NOTE, SECRET, UYGHUR, Shelf

from habeas.archive.access import OWNER, PUBLIC, Viewer
from habeas.archive.errors import ArchiveFull
from habeas.archive.models import Passage
from habeas.archive.opening import Archive, open_archive
from habeas.archive.rules import LONGEST_QUOTE
from habeas.archive.store import connecting
from habeas.archive.verbs.blocking import block
from habeas.archive.verify.verifying import verify
from habeas.display.exhibits.chosen import words_sha256

WritingAs = Callable[[Archive, Viewer, Any], Writer]


@pytest.fixture
def writer(shelf: Shelf, writing_as: WritingAs) -> Writer:
    return writing_as(shelf.archive, OWNER, shelf.reviewer)


def chosen(writer: Writer, exhibit: int, start: int, stop: int) -> dict[str, Any]:
    """What the page says of a place: the form's fields among it."""
    text = writer.twin(f"/exhibits/{exhibit}/?from={start}&to={stop}")["text"]
    return {"layer": text["layer"], **text["chosen"]}


def fields(said: dict[str, Any]) -> dict[str, Any]:
    return {name: said[name] for name in ("layer", "start", "stop", "quote_sha256")}


def press(writer: Writer, exhibit: int, said: dict[str, Any], **other: object) -> Any:
    at = f"/exhibits/{exhibit}/"
    return writer.send(at, f"{at}passages/", **{**fields(said), **other})


@pytest.mark.parametrize("quote", [UYGHUR, CHINESE, HOSTILE, "120,000 people"])
def test_the_words_chosen_become_a_passage_that_the_page_then_shows(
    shelf: Shelf, writer: Writer, quote: str
) -> None:
    exhibit, start = shelf.at["exhibit"], NOTE.index(quote)
    said = chosen(writer, exhibit, start, start + len(quote))
    assert said["quote"] == quote
    before = set(Passage.objects.values_list("position", flat=True))
    answer = press(writer, exhibit, said)
    assert answer.status_code == 303
    (made,) = set(Passage.objects.values_list("position", flat=True)) - before or {None}
    known = made is None  # the shelf cites some of these words already
    passage = Passage.objects.filter(start=start, stop=start + len(quote)).earliest("position")
    assert (passage.quote, passage.layer) == (quote, said["layer"])
    assert answer["Location"].endswith(f"#passage-{passage.position}")
    page = writer.page(answer["Location"].partition("#")[0])
    assert f'id="passage-{passage.position}"' in page
    assert f"{'Already cited' if known else 'Recorded'}: passage {passage.position}." in page
    page = " ".join(page.split())
    assert f"<title>Passage {passage.position} · " in page
    assert f"Write {passage.position} into the column <code>passages</code>" in page
    now = writer.twin(answer["Location"].partition("#")[0])["text"]["chosen"]["passage"]
    assert (now["position"], now["now"]) == (passage.position, "before" if known else "new")
    assert verify(shelf.archive).faults == []


def test_pressed_twice_it_is_one_passage(shelf: Shelf, writer: Writer) -> None:
    said = chosen(writer, shelf.at["exhibit"], 2, 16)
    first = press(writer, shelf.at["exhibit"], said)
    size = shelf.archive.size
    second = press(writer, shelf.at["exhibit"], said)
    assert "cited=new" in first["Location"]
    assert first["Location"].replace("cited=new", "cited=before") == second["Location"]
    assert shelf.archive.size == size
    assert "Already cited: passage" in writer.page(second["Location"].partition("#")[0])
    # Whoever comes to the place later is told too, and is offered no button.
    page = writer.page(f"/exhibits/{shelf.at['exhibit']}/?from=2&to=16")
    assert "This is passage" in page


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"quote_sha256": words_sha256("Other words")}, "web.words-changed"),
        ({"start": 3}, "web.words-changed"),
        ({"stop": 10**9}, "passage.outside"),
        ({"start": 16, "stop": 16}, "passage.outside"),
        ({"start": 17, "stop": 16}, "passage.outside"),
        ({"layer": 1}, "reference.unknown"),
        ({"layer": ""}, "web.form"),
        ({"start": "-1"}, "web.form"),
        ({"start": "٣"}, "web.form"),
        ({"stop": "9" * 40}, "web.form"),
        ({"quote_sha256": "x"}, "web.form"),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_is_not_what_its_reader_saw_is_refused(
    shelf: Shelf, writer: Writer, other: dict[str, object], code: str
) -> None:
    exhibit = shelf.at["exhibit"]
    said = chosen(writer, exhibit, 2, 16)
    size = shelf.archive.size
    answer = press(writer, exhibit, said, **other)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert f"<code>{code}</code>" in page
    assert f'href="/exhibits/{exhibit}/#text"' in page
    assert shelf.archive.size == size


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_too_much_or_nothing_is_offered_no_button(shelf: Shelf, writer: Writer) -> None:
    exhibit = shelf.at["exhibit"]
    said = chosen(writer, exhibit, 0, LONGEST_QUOTE + 1)
    assert said["too_long"]
    assert "That is too long for one passage" in writer.page(
        f"/exhibits/{exhibit}/?from=0&to={LONGEST_QUOTE + 1}"
    )
    digest = hashlib.sha256(NOTE[: LONGEST_QUOTE + 1].encode()).hexdigest()
    answer = press(writer, exhibit, said, quote_sha256=digest)
    assert (answer.status_code, b"passage.outside" in answer.content) == (409, True)
    blank = NOTE.index("\n\n")
    for place in (f"from={blank}&to={blank + 2}", "from=5&to=5", "from=5"):
        assert writer.twin(f"/exhibits/{exhibit}/?{place}")["text"]["chosen"] is None


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_sentence_and_the_line_around_a_hit_can_be_chosen(shelf: Shelf, writer: Writer) -> None:
    exhibit = shelf.at["exhibit"]
    start = NOTE.index("120,000")
    wider = chosen(writer, exhibit, start, start + 7)["wider"]
    assert [one["words"] for one in wider] == ["the sentence", "the line"]
    sentence = writer.twin(wider[0]["url"].partition("#")[0])["text"]["chosen"]
    assert sentence["quote"] == "In May 2018 the institute put the number at about 120,000 people."
    line = writer.twin(wider[1]["url"].partition("#")[0])["text"]["chosen"]
    assert line["quote"] == f"A synthetic note. {sentence['quote']}"
    assert [one["words"] for one in sentence["wider"]] == ["the line"]
    assert line["wider"] == []


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_who_may_not_see_it_cannot_cite_it(
    shelf: Shelf, writing_as: WritingAs, writer: Writer
) -> None:
    secret = chosen(writer, shelf.at["secret-exhibit"], 0, len(SECRET))
    public = writing_as(shelf.archive, PUBLIC, shelf.reviewer)
    at = f"/exhibits/{shelf.at['exhibit']}/"
    hidden = public.send(at, f"/exhibits/{shelf.at['secret-exhibit']}/passages/", **fields(secret))
    nowhere = public.send(at, "/exhibits/999999/passages/", **fields(secret))
    assert hidden.status_code == nowhere.status_code == 404
    assert hidden.content == nowhere.content
    # Nor through an exhibit that they may see: its layers are its own.
    other = public.send(at, f"{at}passages/", **fields(secret))
    made_up = public.send(at, f"{at}passages/", **{**fields(secret), "layer": 999999})
    assert other.status_code == 409
    theirs, invented = (f"no text at entry {n}".encode() for n in (secret["layer"], 999999))
    assert other.content.count(theirs) == 1
    assert other.content.replace(theirs, invented) == made_up.content


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_text_that_was_blocked_meanwhile_is_refused_in_plain_words(
    shelf: Shelf, writer: Writer
) -> None:
    exhibit = shelf.at["exhibit"]
    said = chosen(writer, exhibit, 2, 16)
    with shelf.archive.writing(shelf.reviewer) as batch:
        block(batch, exhibit, "withdrawn")
    answer = press(writer, shelf.at["secret-exhibit"], said)
    assert answer.status_code == 409
    at = f"/exhibits/{shelf.at['secret-exhibit']}/"
    answer = writer.send(at, f"/exhibits/{exhibit}/passages/", **fields(said))
    assert answer.status_code == 409
    assert b"someone who speaks in it withdrew" in answer.content
    page = writer.page(f"/exhibits/{exhibit}/")
    assert "blocked: not shown or given to anyone" in page
    assert "waiting to be read" not in page
    assert 'id="citing"' not in page


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_text_that_was_erased_meanwhile_is_gone(
    archive: Archive, tmp_path: Path, writing_as: WritingAs
) -> None:
    world = build(archive, tmp_path)
    at = f"/exhibits/{world.exhibit.position}/"
    said = chosen(writing_as(archive, OWNER, world.one), world.exhibit.position, 0, 6)
    erased(archive, world, tmp_path, "exhibit", world.exhibit.position)
    writer = writing_as(open_archive(archive.directory), OWNER, world.one)
    other = f"/exhibits/{world.other.position}/"
    answer = writer.send(other, f"{at}passages/", **fields(said))
    assert answer.status_code == 410
    assert b"Erased at entry" in answer.content


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch, shelf: Shelf) -> None:
    """Waits a second for another writer instead of a minute."""
    monkeypatch.setattr(connecting, "WAIT_SECONDS", 1)
    connecting.connect(shelf.archive.directory, shelf.archive.settings)


@pytest.fixture
def held(shelf: Shelf, impatient: None) -> Iterator[None]:
    """Another writer, who holds the head of the ledger and does not let go."""
    has, release = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with connecting.holding_the_head():
                has.set()
                release.wait(60)
        finally:
            connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    assert has.wait(20)
    yield
    release.set()
    thread.join(20)


def test_a_busy_archive_is_a_page_with_a_next_step(
    shelf: Shelf, writer: Writer, held: None
) -> None:
    answer = press(writer, shelf.at["exhibit"], chosen(writer, shelf.at["exhibit"], 2, 16))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "archive.busy" in page
    assert "Try again when it has finished." in page
    assert not Passage.objects.filter(start=2, stop=16).exists()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_full_disk_is_a_page_with_a_next_step(
    shelf: Shelf, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = chosen(writer, shelf.at["exhibit"], 2, 16)

    def full(*_: object, **__: object) -> None:
        raise ArchiveFull("The disk is full.", next_step="Make room, then try again.")

    monkeypatch.setattr(Archive, "writing", full)
    answer = press(writer, shelf.at["exhibit"], said)
    assert answer.status_code == 409
    assert b"Make room, then try again." in answer.content
