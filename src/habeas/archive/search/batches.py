"""A list of words looked for at once: who asks says what for, and that is recorded first.

Invariants: on demand only: there is no schedule, no alert and no memory of the words; what is
found is what the person may see; every word of the list is answered, with the number of
passages and, up to a limit that is said, each of them; the log has the number of words and a
digest of the list, never a word. A cell of the table that a spreadsheet would run as a
formula is preceded by an apostrophe.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from habeas.archive import cells, folding
from habeas.archive.access import Viewer
from habeas.archive.readings import locator_words
from habeas.archive.search import index, searching
from habeas.archive.search.errors import BatchRefused, QueryRefused
from habeas.archive.search.language import MOST_WORDS, Phrase
from habeas.archive.search.searching import Hit

if TYPE_CHECKING:
    from habeas.archive.ledger.committed_entries import Ref
    from habeas.archive.opening import Archive
    from habeas.custody.log.notes import Signer

MOST = 10_000  # words of one list
MOST_HITS = 1_000  # passages listed for one word
LARGEST_BYTES = 10_000_000
_HEADINGS = frozenset({"word", "words", "name", "names", "term", "terms", "query"})
COLUMNS = (
    *("line", "word", "passages", "also_searched", "exhibit", "file", "inside", "place"),
    *("layer", "start", "stop", "before", "found", "after"),
)
_BESIDE = 80  # code points shown before and after

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ListedWord:
    """One word or phrase of a list, and the line that it stands on."""

    line: int
    text: str


@dataclass(slots=True)
class BatchOutcome:
    """What came of a list: how many words were found at all, in how many passages."""

    words: int
    found: int = 0
    passages: int = 0
    cut: int = 0  # words with more passages than are listed


def read_list(path: Path) -> list[ListedWord]:
    """The words of a CSV file: its first column, each cell looked for as a phrase.

    A first line that only says ``word`` or ``name`` is a heading. Errors: ``BatchRefused``.
    """
    try:
        data = path.read_bytes()
        if len(data) > LARGEST_BYTES:
            raise BatchRefused(
                f"{path} has more than {LARGEST_BYTES:,} bytes.",
                next_step=f"A list has one word or name a line, at most {MOST:,}.",
            )
        rows = list(csv.reader(data.decode("utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise BatchRefused(
            f"{path} cannot be read as CSV: {reason}.",
            next_step="Save the list as CSV in UTF-8, one word or name a line.",
        ) from None
    asked = [
        ListedWord(n, row[0].strip()) for n, row in enumerate(rows, 1) if row and row[0].strip()
    ]
    if asked and asked[0].text.lower() in _HEADINGS:
        asked = asked[1:]
    _refuse(path, asked)
    return asked


def _refuse(path: Path, asked: Sequence[ListedWord]) -> None:
    if not asked:
        raise BatchRefused(
            f"{path} has no word in its first column.",
            next_step="Write one word or name a line.",
        )
    if len(asked) > MOST:
        raise BatchRefused(
            f"{path} has {len(asked):,} words; at most {MOST:,} are searched at once.",
            next_step="Search for those that matter to the purpose, or split the list.",
        )
    for one in asked:
        count = len(folding.words(one.text))
        if not 0 < count <= MOST_WORDS:
            what = "has no letter or digit" if not count else f"has {count} words"
            raise BatchRefused(
                f"Line {one.line} of {path} {what}.",
                next_step=f"Each line is one word, name or phrase of at most {MOST_WORDS} words.",
            )


def digest_of(asked: Sequence[ListedWord]) -> str:
    """The digest that is recorded: SHA-256 of the words, one a line, in order."""
    return hashlib.sha256("".join(f"{one.text}\n" for one in asked).encode()).hexdigest()


def log(archive: Archive, person: Signer, asked: Sequence[ListedWord], purpose: str) -> Ref:
    """Record the search, signed by the person, before anything is looked for."""
    from habeas.archive import verbs  # a search for words records nothing

    size = index.opened(archive).state.watermark
    with archive.writing(person) as batch:
        return verbs.log_search(
            batch, purpose=purpose, words=len(asked), digest=digest_of(asked), size=size
        )


def write(
    archive: Archive,
    viewer: Viewer,
    asked: Sequence[ListedWord],
    target: IO[str],
    *,
    exact: bool = False,
    progress: Progress = lambda done, total: None,
) -> BatchOutcome:
    """The table of hits as CSV: a line for each passage, and one for each word without any."""
    table = csv.writer(target, lineterminator="\n")
    table.writerow(COLUMNS)
    outcome = BatchOutcome(len(asked))
    for done, one in enumerate(asked, 1):
        for row in _rows(archive, viewer, one, exact, outcome):
            table.writerow([_harmless(cell) for cell in row])
        progress(done, len(asked))
    return outcome


def _rows(
    archive: Archive, viewer: Viewer, one: ListedWord, exact: bool, outcome: BatchOutcome
) -> Iterator[tuple[object, ...]]:
    first, total = 0, 1
    while first < min(total, MOST_HITS):
        try:
            found = searching.search(
                archive, viewer, Phrase(one.text), exact=exact, first=first, limit=100,
                facets=False,
            )  # fmt: skip
        except QueryRefused as error:
            raise BatchRefused(
                f"Line {one.line}: {error.reason}", next_step=error.next_step
            ) from None
        total = found.total
        also = "; ".join(spelling for added in found.added for spelling in added.spellings)
        if first == 0:
            outcome.found += bool(total)
            outcome.passages += total
            outcome.cut += total > MOST_HITS
            if not found.hits:
                yield (one.line, one.text, 0, also, *[""] * (len(COLUMNS) - 4))
        if not found.hits:
            return
        for hit in found.hits:
            yield (one.line, one.text, total, also, *_told(hit))
        first += len(found.hits)


def _told(hit: Hit) -> tuple[object, ...]:
    start, stop = hit.ranges[0] if hit.ranges else (hit.start, hit.start)
    at, to = start - hit.excerpt[0], stop - hit.excerpt[0]
    return (
        hit.exhibit, hit.filename, hit.inner_path, locator_words(hit.locator), hit.layer,
        start, stop, hit.text[max(0, at - _BESIDE) : at], hit.text[at:to],
        hit.text[to : to + _BESIDE],
    )  # fmt: skip


def _harmless(cell: object) -> object:
    if isinstance(cell, str):
        return cells.cell(" ".join(cell.split("\n")))
    return cell
