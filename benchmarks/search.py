"""``python -m benchmarks.search [--passages N]``: search against bare tantivy and SQLite FTS5.

All three index the same passages in one run. Bare tantivy has one stored text field with its
default tokenizer and a number; FTS5 has its unicode61 tokenizer. Then the same questions are
asked of each; where one cannot run a kind of question, the table says so. At the end whole
pages are fetched from a generated archive whose texts are sealed, with highlights and facets.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tantivy

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "habeas.web.site.settings")

from benchmarks.searching_texts import PASSAGES_A_TEXT, Corpus
from benchmarks.table import Measured, Results, percentile_95

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

QUESTIONS = 40  # of each kind
HEAP_BYTES = 128_000_000
SCANNED = 20  # Chinese pairs whose hits are compared with a scan
HOST = "127.0.0.1:8417"


@dataclass(slots=True)
class Question:
    """One question, in the words of each engine; '' where it cannot be asked."""

    ours: str
    tantivy: str = ""
    fts5: str = ""


@dataclass(slots=True)
class Engines:
    """The three indexes."""

    ours: Any = None
    schema: Any = None
    bare: Any = None
    fts5: sqlite3.Connection | None = None


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search")
    parser.add_argument("--passages", type=int, default=500_000)
    parser.add_argument("--no-pages", action="store_true", help="leave the archive's pages out")
    given = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    import habeas.archive  # noqa: F401  makes Django ready

    results, corpus = Results(), Corpus()
    build = Path(__file__).resolve().parent.parent / "build"
    build.mkdir(exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="bench-search-", dir=build))
    try:
        engines = _build(results, corpus, scratch, given.passages)
        _ask(results, corpus, engines, given.passages)
        _scan(results, corpus, engines, given.passages)
        if not given.no_pages:
            _pages(results, corpus, scratch, given.passages)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    results.show()


#: The texts with where their passages stand, and the number of the first.
Texts = list[tuple[int, str, list[tuple[int, int]]]]


# --- building ----------------------------------------------------------------------------------


def _build(results: Results, corpus: Corpus, scratch: Path, count: int) -> Engines:
    """One engine after the other, each alone, from texts that are in memory."""
    texts: Texts = [
        (number * PASSAGES_A_TEXT, *corpus.text(number))
        for number in range(count // PASSAGES_A_TEXT)
    ]
    engines = Engines()
    wall, cpu = {}, {}
    for name, build, place in (
        ("tantivy", _bare, scratch / "bare"),
        ("ours", _ours, scratch / "ours"),
        ("fts5", _fts5, scratch / "fts5.db"),
    ):
        started, spent = time.perf_counter(), time.process_time()
        build(engines, place, texts)
        wall[name] = time.perf_counter() - started
        cpu[name] = time.process_time() - spent
    for name, words in (("tantivy", "bare tantivy"), ("fts5", "SQLite FTS5")):
        bar = "≥ 0.6×" if name == "tantivy" else ""
        for seconds, of in ((wall, "build"), (cpu, "build, by processor time")):
            results.add(
                Measured(
                    f"{of}, {count:,} passages",
                    f"{count / seconds['ours']:,.0f} passages/s",
                    f"{words} {count / seconds[name]:,.0f}",
                    f"{seconds[name] / seconds['ours']:.2f}×",
                    bar=bar if of == "build" else "",
                )
            )
    for name, folder in (("habeas", "ours"), ("bare tantivy", "bare")):
        size = sum(p.stat().st_size for p in (scratch / folder).iterdir())
        results.add(Measured(f"size of the index, {name}", f"{size / 1e6:,.0f} MB"))
    size = (scratch / "fts5.db").stat().st_size
    results.add(Measured("size of the index, SQLite FTS5", f"{size / 1e6:,.0f} MB"))
    return engines


def _ours(engines: Engines, folder: Path, texts: Texts) -> None:
    from habeas.archive.search import documents, index
    from habeas.archive.search import schema as fields
    from habeas.reading.documents import Part

    folder.mkdir()
    engines.schema = made = fields.schema()
    engines.ours = index._tantivy(folder, made)
    writer = engines.ours.writer(index.HEAP_BYTES, index.THREADS)
    shared: dict[str, Any] = {
        "label": "0" * 32, "type": "text", "media_type": "text/plain", "state": "read",
        "folder": ["disk", "disk/box"], "source": "a courier", "source_words": "a courier",
        "name": "disk box letter txt", "year": ["2019"], "date_from": 737000, "date_to": 737364,
    }  # fmt: skip
    for number, text, places in texts:
        shared["layer"] = shared["exhibit"] = number
        parts = [Part("page", *place, {"page": page}) for page, place in enumerate(places, 1)]
        for document in documents.of_text(made, text, parts, shared, ()):
            writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    engines.ours.reload()


def _bare(engines: Engines, folder: Path, texts: Texts) -> None:
    folder.mkdir()
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", stored=True)
    builder.add_integer_field("number", stored=True, fast=True)
    made = builder.build()
    engines.bare = tantivy.Index(made, path=str(folder))
    writer = engines.bare.writer(HEAP_BYTES)
    for number, text, places in texts:
        for at, (start, stop) in enumerate(places):
            writer.add_document(tantivy.Document(text=text[start:stop], number=number + at))
    writer.commit()
    writer.wait_merging_threads()
    engines.bare.reload()


def _fts5(engines: Engines, path: Path, texts: Texts) -> None:
    engines.fts5 = connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE VIRTUAL TABLE passages USING fts5(text)")
    for number, text, places in texts:
        rows = ((number + at, text[start:stop]) for at, (start, stop) in enumerate(places))
        connection.executemany("INSERT INTO passages (rowid, text) VALUES (?, ?)", rows)
    connection.commit()


# --- asking ------------------------------------------------------------------------------------


def _ask(results: Results, corpus: Corpus, engines: Engines, count: int) -> None:
    for kind, questions in _questions(corpus, count).items():
        ours = [_timed(lambda q=q: _run_ours(engines, q.ours)) for q in questions]
        line = {"ours": _percentiles([seconds for seconds, _ in ours])}
        found = {"ours": sum(hits for _, hits in ours)}
        for name, run in (("tantivy", _run_bare), ("fts5", _run_fts5)):
            asked = [getattr(q, name) for q in questions]
            if not all(asked):
                line[name] = "cannot"
                continue
            told = [_timed(lambda a=a, run=run: run(engines, a)) for a in asked]
            line[name] = _percentiles([seconds for seconds, _ in told])
            found[name] = sum(hits for _, hits in told)
        results.add(
            Measured(
                f"{kind}: p50 / p95 ms, passages found",
                f"{line['ours']} ({found['ours']:,})",
                "; ".join(
                    f"{words} {line[name]}" + (f" ({found[name]:,})" if name in found else "")
                    for name, words in (("tantivy", "tantivy"), ("fts5", "FTS5"))
                ),
            )
        )


def _questions(corpus: Corpus, count: int) -> dict[str, list[Question]]:
    """Words and rows of words that stand in the passages."""
    chance = random.Random(5)

    def row(length: int, *, chinese: bool) -> list[str]:
        while True:
            text = corpus.passage(chance.randrange(count))
            if ("。" in text) != chinese:
                continue
            sentence = chance.choice([s for s in text.replace(". ", "。").split("。") if s])
            words = list(sentence) if chinese else sentence.strip(".").split()
            words = [word for word in words if len(word) > 3] if length == 1 else words
            if len(words) >= length:
                at = chance.randrange(len(words) - length + 1)
                return words[at : at + length]

    asked: dict[str, list[Question]] = {}

    def add(kind: str, make: Callable[[], Question]) -> None:
        asked[kind] = [make() for _ in range(QUESTIONS)]

    add("term", lambda: (lambda w: Question(w, w, f'"{w}"'))(row(1, chinese=False)[0]))
    add("phrase", lambda: (lambda p: Question(p, p, p))(f'"{" ".join(row(2, chinese=False))}"'))
    add("prefix", lambda: (lambda w: Question(f"{w}*", f"re:{w}.*", f'"{w}"*'))(
        row(1, chinese=False)[0][:4]))  # fmt: skip
    add("fuzzy, one letter", lambda: (lambda w: Question(f"{w}~1", f"fuzzy:{w}"))(
        row(1, chinese=False)[0]))  # fmt: skip
    add("boolean", lambda: (
        lambda a, b, c: Question(
            f"({a} OR {b}) NOT {c}", f"+({a} {b}) -{c}", f'("{a}" OR "{b}") NOT "{c}"'
        ))(*(row(1, chinese=False)[0] for _ in range(3))))  # fmt: skip
    add("two words in one file", lambda: (
        lambda a, b: Question(f"file:({a} {b})"))(
            *(row(1, chinese=False)[0] for _ in range(2))))  # fmt: skip
    for length in (2, 3, 4):
        add(f"Chinese, any {length} characters", lambda length=length: (
            lambda w: Question(w, w, f'"{w}"'))("".join(row(length, chinese=True))))  # fmt: skip
    return asked


def _run_ours(engines: Engines, asked: str) -> int:
    """The query as a page asks it: parsed, by sound and with added spellings, ten hits, a count."""
    from habeas.archive.search import schema as fields
    from habeas.archive.search.compiling import compiled
    from habeas.archive.search.files import layers_with
    from habeas.archive.search.searching import checked
    from habeas.vocabulary.region import bundled

    searcher = engines.ours.searcher()
    nothing = {name: tantivy.Query.empty_query() for name in fields.LABELS}
    xinjiang = bundled("xinjiang")

    def query(tree: Any) -> tantivy.Query:
        if tree is None:
            return tantivy.Query.all_query()
        return compiled(engines.schema, tree, has=nothing, files=files, region=xinjiang).query

    def files(tree: Any) -> tantivy.Query:
        there = sorted(layers_with(tree, searcher, query))
        return tantivy.Query.term_set_query(engines.schema, "layer", there)

    return int(searcher.search(query(checked(asked)), 10, count=True).count)


def _run_bare(engines: Engines, asked: str) -> int:
    index = engines.bare
    if asked.startswith("re:"):
        query = tantivy.Query.regex_query(index.schema, "text", asked[3:].lower())
    elif asked.startswith("fuzzy:"):
        query = tantivy.Query.fuzzy_term_query(index.schema, "text", asked[6:].lower(), 1)
    else:
        query = index.parse_query(asked, ["text"])
    return int(index.searcher().search(query, 10, count=True).count)


def _run_fts5(engines: Engines, asked: str) -> int:
    if engines.fts5 is None:
        raise RuntimeError("FTS5 was not built")
    by_rank = "SELECT rowid FROM passages WHERE passages MATCH ? ORDER BY rank LIMIT 10"
    engines.fts5.execute(by_rank, [asked]).fetchall()
    counted = "SELECT count(*) FROM passages WHERE passages MATCH ?"
    return int(engines.fts5.execute(counted, [asked]).fetchone()[0])


def _timed(run: Callable[[], int]) -> tuple[float, int]:
    started = time.perf_counter()
    found = run()
    return time.perf_counter() - started, found


def _percentiles(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    return f"{ordered[len(ordered) // 2] * 1000:.1f} / {percentile_95(list(seconds)):.1f}"


def _scan(results: Results, corpus: Corpus, engines: Engines, count: int) -> None:
    """Two Chinese characters: the hits of the index against those of a scan of every passage."""
    chance = random.Random(9)
    chinese = [n for n in range(count) if corpus.language(n) == "zh"]
    pairs = []
    while len(pairs) < SCANNED:
        text = corpus.passage(chance.choice(chinese))
        at = chance.randrange(len(text) - 2)
        if "。" not in text[at : at + 2]:
            pairs.append(text[at : at + 2])
    scanned = dict.fromkeys(pairs, 0)
    following = set(chinese)
    for number in chinese:
        text = corpus.passage(number).replace("。", "")
        if (
            number + 1 in following and (number + 1) % PASSAGES_A_TEXT
        ):  # a word may go on over the page
            text += corpus.passage(number + 1)[0]
        for pair in scanned:
            scanned[pair] += pair in text
    wrong = {pair: n for pair, n in scanned.items() if _run_ours(engines, pair) != n}
    if wrong:
        raise RuntimeError(f"the index and the scan differ: {wrong}")
    total = sum(scanned.values())
    results.add(
        Measured(
            f"{len(scanned)} pairs of Chinese characters", f"{total:,} found", f"scan {total:,}",
            "equal", bar="equal",
        )
    )  # fmt: skip


# --- pages -------------------------------------------------------------------------------------


def _pages(results: Results, corpus: Corpus, scratch: Path, count: int) -> None:
    """A generated archive: its texts sealed, indexed by ``refresh``, asked through the pages."""
    from habeas.archive.making import init_archive
    from habeas.archive.search import refresh

    archive = init_archive(scratch / "archive", passphrase=None)
    _fill(archive, corpus, count // PASSAGES_A_TEXT)
    started = time.perf_counter()
    written = refresh(archive)
    seconds = time.perf_counter() - started
    results.add(
        Measured(f"index an archive of {written:,} passages", f"{written / seconds:,.0f} /s",
                 "unsealing each text")
    )  # fmt: skip
    _fetch_pages(results, archive, corpus, written)


def _fill(archive: Archive, corpus: Corpus, texts: int) -> None:
    from habeas.archive import verbs
    from habeas.archive.readings import map_of
    from habeas.archive.verbs.referring import Marking
    from habeas.reading.documents import Document, Part, State

    for start in range(0, texts, 100):
        made = []
        with archive.objects.batch() as sealing:
            for number in range(start, min(start + 100, texts)):
                text, places = corpus.text(number)
                parts = [
                    Part("page", first, last, {"page": page})
                    for page, (first, last) in enumerate(places, 1)
                ]
                made.append(
                    (
                        number,
                        len(text),
                        sealing.seal(b"generated file %d" % number),
                        sealing.seal(text.encode()),
                        sealing.seal(map_of(parts)),
                    )
                )
        public = Marking(handling="public")  # what lies above is asked for with a purpose
        with archive.writing(sequence=False) as batch:
            for number, length, sealed, sealed_text, sealed_map in made:
                exhibit = verbs.seal(
                    batch, sealed, filename=f"disk/box-{number % 50}/file-{number}.pdf",
                    media_type="application/pdf", received_from=f"courier {number % 9}",
                    received_on=f"20{10 + number % 12}", marking=public,
                )  # fmt: skip
                layer = verbs.layer(
                    batch, exhibit, sealed_text, length=length, reader="generated",
                    reader_version="1", settings={}, marking=public,
                )  # fmt: skip
                document = Document("", "", 0, "application/pdf", State.READ, reader="generated",
                                    reader_version="1", pages=PASSAGES_A_TEXT)  # fmt: skip
                verbs.reading(
                    batch, exhibit, document, layer=layer, sealed_map=sealed_map, marking=public
                )


def _fetch_pages(results: Results, archive: Archive, corpus: Corpus, count: int) -> None:
    from django.test import Client

    from habeas.web.site.gate import Gate, open_gate
    from habeas.web.site.viewing import SHOWN, ShownPage

    gate = Gate(hosts=(HOST,))
    open_gate(gate)
    client = Client(HTTP_HOST=HOST, **{SHOWN: ShownPage(archive)})
    client.get(f"/?token={gate.token}")
    times = []
    first = None
    for kind, questions in _questions(corpus, count).items():
        seconds = []
        for question in questions:
            started = time.perf_counter()
            answer = client.get("/search/", {"q": question.ours})
            spent = time.perf_counter() - started
            if answer.status_code != 200:
                raise RuntimeError(f"{question.ours} answered {answer.status_code}")
            first = spent if first is None else first
            seconds.append(spent)
        times += seconds
        results.add(
            Measured(f"page, {kind}", f"p50 / p95 {_percentiles(seconds)} ms", bar="p95 ≤ 100 ms")
        )
    results.add(
        Measured(
            f"page, all kinds, {count:,} passages",
            f"p50 / p95 {_percentiles(times)} ms",
            f"first, cold: {(first or 0) * 1000:.0f} ms",
            bar="p95 ≤ 100 ms",
        )
    )


if __name__ == "__main__":
    main()
