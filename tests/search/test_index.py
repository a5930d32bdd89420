"""The index as a projection: built, refreshed, resumed, rebuilt; what is erased leaves it."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.archive.making import add_reviewer
from tests.search.making import TEXTS, Sealed, seal_texts

from habeas.archive import folding, verbs
from habeas.archive import models as m
from habeas.archive.access import OWNER
from habeas.archive.opening import Archive
from habeas.archive.readings import layer_text
from habeas.archive.search import index, rebuild, refresh, searching
from habeas.archive.search.errors import IndexBusy, IndexMissing, IndexOutdated
from habeas.archive.search.language import MOST_WORDS
from habeas.archive.search.passages import LONGEST, pieces
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verbs.referring import Marking
from habeas.reading.documents import Part
from habeas.vocabulary import values

Indexed = tuple[Archive, list[Sealed]]
#: What does not ask the database anything of its own runs on one.
SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def layers(archive: Archive, query: str) -> set[int]:
    return {
        hit.layer for hit in searching.search(archive, OWNER, query, exact=True, limit=100).hits
    }


@SQLITE
def test_what_is_read_is_found_at_its_place(indexed: Indexed) -> None:
    archive, sealed = indexed
    (hit,) = searching.search(archive, OWNER, "拘留", exact=True).hits
    layer = m.Layer.objects.get(position=sealed[1].layer)
    text = layer_text(archive, layer)
    assert (hit.layer, hit.exhibit) == (sealed[1].layer, sealed[1].exhibit)
    assert [text[start:stop] for start, stop in hit.ranges] == ["拘留", "拘留"]
    assert "".join(piece for piece, _ in hit.segments) == text
    assert [piece for piece, marked in hit.segments if marked] == ["拘留", "拘留"]


@SQLITE
def test_filters(indexed: Indexed) -> None:
    archive, sealed = indexed
    everything = {one.layer for one in sealed}
    assert layers(archive, "language:ug") == {sealed[2].layer}
    assert layers(archive, "language:zh OR language:tr") == {sealed[1].layer, sealed[4].layer}
    assert layers(archive, "script:Cyrl") == {sealed[3].layer, sealed[5].layer}
    assert layers(archive, 'source:"a courier" type:text state:read') == everything
    assert layers(archive, 'source:"courier"') == set()
    assert layers(archive, "source:courier folder:disk") == everything
    assert layers(archive, "folder:disk/box-1") == {one.layer for one in sealed[1::2]}
    assert layers(archive, "date:2019") == layers(archive, "date:2018..") == everything
    assert layers(archive, "date:2019-06..") == layers(archive, "date:..2018") == set()
    assert layers(archive, "name:letter-3") == {sealed[3].layer}
    assert layers(archive, f"exhibit:{sealed[0].exhibit}") == {sealed[0].layer}
    assert layers(archive, "NOT script:Cyrl NOT language:zh") == everything - {
        sealed[n].layer for n in (1, 3, 5)
    }


def test_a_refresh_adds_what_is_new_and_nothing_twice(indexed: Indexed, tmp_path: Path) -> None:
    archive, _ = indexed
    assert refresh(archive) == 0
    new = seal_texts(archive, tmp_path / "more", ["Another letter from Kashgar."])
    assert "Another" not in str(layers(archive, "another"))
    found = searching.search(archive, OWNER, "letter")
    assert found.behind == archive.size - index.opened(archive).state.watermark > 0
    assert refresh(archive) == 1
    assert layers(archive, "another") == {new[0].layer}
    assert searching.search(archive, OWNER, "letter").behind == 0


def test_citations_and_claims_follow(indexed: Indexed) -> None:
    archive, sealed = indexed
    reviewer = add_reviewer(archive)
    one = sealed[0]
    with archive.writing(reviewer) as batch:
        source = verbs.source(batch, "example", "publication")
        subject = verbs.mention(batch, "place", "Example town")
        passage = verbs.cite(batch, one.exhibit, one.layer, TEXTS[0], 0, 8)
    refresh(archive)
    assert layers(archive, "has:passage") == {one.layer}
    assert layers(archive, "has:claim") == set()
    with archive.writing(reviewer) as batch:
        claim = verbs.claim(
            batch, subject, "name", values.text("x"), [Attribution(source)], passages=[passage]
        )
    refresh(archive)
    assert layers(archive, "has:claim") == {one.layer}
    assert layers(archive, "letter has:claim") == {one.layer}
    with archive.writing(reviewer) as batch:
        verbs.retract(batch, claim, "claim", "Not so.")
    refresh(archive)
    assert layers(archive, "has:claim") == set()
    assert layers(archive, "has:passage") == {one.layer}
    assert searching.search(archive, OWNER, "letter", exact=True).total == 1


@SQLITE
def test_only_one_process_writes(
    indexed: Indexed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    archive, _ = indexed
    monkeypatch.setattr(index, "WAIT_SECONDS", 0.2)
    program = (
        "import fcntl, sys; lock = open(sys.argv[1]); fcntl.flock(lock, fcntl.LOCK_EX);"
        "print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", program, str(index.root(archive) / "lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(IndexBusy):
            refresh(archive)
        assert searching.search(archive, OWNER, "letter").total
    finally:
        holder.communicate()
    refresh(archive)


@SQLITE
def test_a_killed_writer_loses_and_repeats_nothing(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "ROUND_PASSAGES", 1)
    monkeypatch.setattr(index, "in_pieces", lambda positions, _: ([p] for p in positions))
    sealed = seal_texts(archive, tmp_path / "texts", TEXTS)
    kept = index._keep
    calls = 0

    def killed(*given: object, **named: object) -> None:
        nonlocal calls
        calls += 1
        if calls == 5:  # the round is committed, and its note is not written
            raise KeyboardInterrupt
        kept(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(index, "_keep", killed)
    with pytest.raises(KeyboardInterrupt):
        refresh(archive)
    monkeypatch.setattr(index, "_keep", kept)
    index._open.clear()
    state = index.opened(archive).state
    assert state.pending
    assert 0 < state.reached < sealed[-1].layer
    refresh(archive)
    assert searching.search(archive, OWNER, "NOT nothing", exact=True).total == len(TEXTS)
    assert not index.opened(archive).state.pending


@SQLITE
def test_without_an_index_search_says_what_to_do(archive: Archive) -> None:
    with pytest.raises(IndexMissing) as refused:
        searching.search(archive, OWNER, "letter")
    assert "habeas search --refresh" in refused.value.next_step


@SQLITE
def test_an_index_of_another_version_is_built_anew(indexed: Indexed) -> None:
    archive, _ = indexed
    folder = index.current(archive)
    assert folder is not None
    state = json.loads((folder / "habeas.json").read_text())
    (folder / "habeas.json").write_text(json.dumps({**state, "format": "0.0.0"}))
    assert refresh(archive) == len(TEXTS)
    assert index.current(archive) != folder
    assert not folder.exists()


def test_an_erased_text_leaves_the_disk(indexed: Indexed, tmp_path: Path) -> None:
    archive, _ = indexed
    told = "Zzyzxwitness spoke quietly."
    (erased,) = seal_texts(archive, tmp_path / "erased", [told])
    refresh(archive)
    assert layers(archive, "zzyzxwitness") == {erased.layer}
    assert _terms(archive, "zzyzx") == {"zzyzxwitness"}
    before = index.current(archive)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM projection_layer WHERE position = %s", [erased.layer])
    assert searching.search(archive, OWNER, "zzyzxwitness").total == 0  # at once
    refresh(archive)
    assert index.current(archive) != before
    assert _terms(archive, "zzyzx") == _terms(archive, "quietly") == set()
    assert searching.search(archive, OWNER, "letter", exact=True).total == 1


def _terms(archive: Archive, prefix: str) -> set[str]:
    """The words in the dictionaries of every index folder, those of deleted passages too."""
    found: set[str] = set()
    for folder in index.root(archive).iterdir():
        if folder.is_dir():
            searcher = index.OpenIndex(folder).searcher()
            for name in ("text", "latin"):
                found |= {word for word, _ in searcher.terms_with_prefix(name, prefix)}
    return found


@SQLITE
def test_no_text_is_stored(indexed: Indexed) -> None:
    """The words are there, and where they stand; the text itself is not."""
    archive, _ = indexed
    opened = index.opened(archive)
    searcher = opened.searcher()
    for _, address in searcher.search(searching.Query.all_query(), 100).hits:
        assert searcher.doc(address).to_dict() == {}
    assert (index.root(archive).stat().st_mode & 0o077) == 0


@SQLITE
def test_a_rebuild_gives_the_same_answers(indexed: Indexed) -> None:
    archive, _ = indexed
    before = {q: layers(archive, q) for q in ("letter", "拘留", "лагері", "NOT letter")}
    folder = index.current(archive)
    assert rebuild(archive) == len(TEXTS)
    assert index.current(archive) != folder
    assert {q: layers(archive, q) for q in before} == before


@SQLITE
def test_a_reader_goes_on_while_the_index_is_replaced(indexed: Indexed) -> None:
    archive, _ = indexed
    searcher = index.opened(archive).searcher()
    rebuild(archive)
    assert searcher.search(searching.Query.all_query(), 10).count == len(TEXTS)


def test_a_former_reading_is_not_found(indexed: Indexed) -> None:
    """A re-reading gives a new layer; the old one stays for its passages and leaves the index."""
    from habeas.reading.documents import Document, State

    archive, sealed = indexed
    one = sealed[0]
    document = Document("", "", 0, "text/plain", State.READ, reader="test", reader_version="1")
    for text in ("first reading", "second reading"):
        stored = _sealed_text(archive, text)
        with archive.writing() as batch:
            place = Marking(handling="public")
            layer = verbs.layer(
                batch, one.exhibit, stored, length=len(text), reader="test",
                reader_version="1", settings={}, marking=place,
            )  # fmt: skip
            verbs.reading(batch, one.exhibit, document, layer=layer, marking=place)
        refresh(archive)
    assert layers(archive, "second") == {layer.position}
    assert layers(archive, "first") == set()


def _sealed_text(archive: Archive, text: str):  # type: ignore[no-untyped-def]
    with archive.objects.batch() as batch:
        return batch.seal(text.encode())


# --- passages ---------------------------------------------------------------------------------

LONG = st.lists(
    st.sampled_from(["word ", "喀什", ". ", "\n", "\n\n", "longerword " * 20, "x" * 90]),
    max_size=120,
).map("".join)


@given(LONG, st.lists(st.tuples(st.integers(0, 3000), st.sampled_from(["page", "paragraph"]))))
def test_every_word_is_in_a_passage(text: str, borders: list[tuple[int, str]]) -> None:
    cuts = sorted({at for at, _ in borders if at < len(text)} | {0, len(text)})
    kinds = dict(borders)
    parts = [
        Part(kinds.get(start, "page"), start, stop) for start, stop in itertools.pairwise(cuts)
    ]
    found = list(pieces(text, parts))
    covered = set()
    for piece in found:
        assert 0 < piece.stop - piece.start <= LONGEST
        covered.update(range(piece.start, piece.stop))
    assert all(at in covered for at, letter in enumerate(text) if not letter.isspace())
    for part in parts:  # none reaches over the border of a page
        if part.kind == "page":
            assert not any(piece.start < part.start < piece.stop for piece in found)


@settings(max_examples=25)
@given(st.lists(st.sampled_from(["word ", "other ", "喀", "什"]), min_size=800, max_size=1500))
def test_a_phrase_in_a_long_paragraph_stands_whole_in_a_passage(words: list[str]) -> None:
    text = "".join(words)
    tokens = folding.tokens(text)
    found = list(pieces(text))
    for at in range(0, len(tokens) - MOST_WORDS, 7):
        first, last = tokens[at].start, tokens[at + MOST_WORDS - 1].stop
        assert any(piece.start <= first and last <= piece.stop for piece in found)


def test_a_passage_says_its_page_and_language() -> None:
    text = "The first page of the report.\nВторая страница отчёта."
    cut = text.index("В")
    parts = [Part("page", 0, cut, {"page": 1}), Part("page", cut, len(text), {"page": 2})]
    assert [(p.page, p.language, p.script) for p in pieces(text, parts)] == [
        (1, "en", "Latn"),
        (2, "ru", "Cyrl"),
    ]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_an_index_that_cannot_be_read_says_how_to_make_it_anew(
    indexed: tuple[Archive, list[Sealed]],
) -> None:
    archive, _ = indexed
    folder = index.current(archive)
    assert folder is not None
    index._open.clear()
    (folder / "meta.json").write_bytes(b"{damaged")
    with pytest.raises(IndexOutdated) as caught:
        searching.search(archive, OWNER, "camp")
    assert "--rebuild" in caught.value.next_step
    rebuild(archive)
    assert searching.search(archive, OWNER, "camp").hits
