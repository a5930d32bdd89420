"""The index on disk: built from the text layers, refreshed, rebuilt, opened.

Invariants: the index is a projection (``index/<generation>/``): dropping it loses nothing;
one process writes at a time, any number read; the text itself is not in it, its words are.
It follows the ledger by a watermark and can be stopped at any point: a refresh takes up
where the last one ended, and first takes back what a killed one had not finished. Where a
text was erased, or the program's way to fold words changed, it is built anew in another
folder, which then takes the place of the old one, so that no trace of the words stays.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import tantivy

from habeas.archive import folding, regions
from habeas.archive.search import documents
from habeas.archive.search import schema as fields
from habeas.archive.search.disk import plain_disk_errors
from habeas.archive.search.errors import IndexBusy, IndexMissing, IndexOutdated
from habeas.archive.store import forgetting
from habeas.archive.store.pieces import in_pieces

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

Progress = Callable[[int, int], None]

FORMAT = f"{fields.VERSION}.{folding.VERSION}.{documents.VERSION}"


def made_for() -> str:
    """How an index of this archive is made now: by this program, for its regions where it chose."""
    chosen = regions.entry()
    return FORMAT if chosen is None else f"{FORMAT}.{chosen[1][:16]}"


ROUND = 2_000  # layers, and
ROUND_PASSAGES = 50_000  # passages, after which what is done is kept
HEAP_BYTES = 128_000_000
THREADS = 1  # that write beside the one that folds
WAIT_SECONDS = 60.0
_STATE, _CURRENT, _LOCK = "habeas.json", "current", "lock"


@dataclass(frozen=True, slots=True)
class IndexState:
    """How far an index is. ``watermark``: entries that it stands for, citations included.

    ``reached``: layers before this position are in it. ``stamp`` tells whether the layers
    and citations that it was made of are all still there. ``pending``: a writer is at it, or
    was killed at it.
    """

    format: str = ""
    watermark: int = 0
    reached: int = 0
    stamp: str = ""
    pending: bool = False


class OpenIndex:
    """An index open for reading; ``searcher()`` sees what was last committed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.schema = fields.schema()
        self.index = _tantivy(folder, self.schema)
        self.index.config_reader("manual")
        self._seen = -1

    @property
    def state(self) -> IndexState:
        return _read_state(self.folder)

    def searcher(self) -> tantivy.Searcher:
        changed = (self.folder / "meta.json").stat().st_mtime_ns
        if changed != self._seen:
            self.index.reload()
            self._seen = changed
        return self.index.searcher()


_open: dict[Path, OpenIndex] = {}
forgetting.with_archive(_open.clear)


def opened(archive: Archive) -> OpenIndex:
    """The index of the archive, for reading. Errors: ``IndexMissing``, ``IndexOutdated``."""
    folder = current(archive)
    if folder is None:
        raise IndexMissing("Nothing is indexed yet.", next_step="Run `habeas search --refresh`.")
    if _read_state(folder).format != made_for():
        raise IndexOutdated(
            "The search index was made by another version of habeas, or for other regions.",
            next_step="Run `habeas search --refresh` to build it again.",
        )
    known = _open.get(folder)
    if known is None:
        for other in [path for path in _open if path.parent == folder.parent]:
            del _open[other]
        try:
            known = _open[folder] = OpenIndex(folder)
        except (ValueError, OSError) as error:
            raise IndexOutdated(
                "The search index cannot be read: it is damaged, or was made by something else.",
                next_step="Run `habeas search --rebuild` to build it again from the archive.",
            ) from error
    return known


def root(archive: Archive) -> Path:
    return archive.directory / "index"


def current(archive: Archive) -> Path | None:
    """The folder of the index in force; None when there is none."""
    try:
        name = (root(archive) / _CURRENT).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    folder = root(archive) / name
    return folder if (folder / "meta.json").is_file() else None


def refresh(archive: Archive, progress: Progress = lambda done, total: None) -> int:
    """Bring the index to the head of the ledger; the number of passages that were written.

    Builds it where there is none, and anew where it was made otherwise or something that it
    stands on is no longer there.
    """
    with _writing(archive):
        folder = current(archive)
        if folder is None:
            folder = _begin(archive)
            _put_in_force(archive, folder)
        state = _read_state(folder)
        stamp = documents.stamp(state.reached, state.watermark)
        if state.format != made_for() or state.stamp != stamp:
            return _rebuilt(archive, progress)
        return _extend(archive, folder, state, progress)


def rebuild(archive: Archive, progress: Progress = lambda done, total: None) -> int:
    """Build the index anew in another folder, put it in force and remove the old one."""
    with _writing(archive):
        return _rebuilt(archive, progress)


def _rebuilt(archive: Archive, progress: Progress) -> int:
    folder = _begin(archive)
    written = _extend(archive, folder, _read_state(folder), progress)
    _put_in_force(archive, folder)
    return written


def _extend(archive: Archive, folder: Path, state: IndexState, progress: Progress) -> int:
    """Write what entries from the watermark to the head change."""
    head = archive.size
    if head == state.watermark and not state.pending:
        return 0
    new, changed, gone = documents.changes(state.reached, state.watermark, head)
    if not (new or changed or gone or state.pending):
        _keep(folder, replace(state, watermark=head, reached=head), stamped=True)
        return 0
    made = fields.schema()
    writer = _tantivy(folder, made).writer(HEAP_BYTES, THREADS)
    if state.pending:  # what a killed writer had committed and not yet noted
        late = tantivy.Query.range_query(
            made, "layer", tantivy.FieldType.Integer, state.reached, None
        )
        writer.delete_documents_by_query(late)
    _keep(folder, state := replace(state, pending=True))
    for position in (*changed, *gone):
        writer.delete_documents_by_term("layer", position)
    total, written, kept, done = len(new) + len(changed), 0, 0, 0
    for positions, is_new in ((new, True), (changed, False)):
        for batch in in_pieces(positions, 200):
            for document in documents.of_layers(archive, made, batch):
                writer.add_document(document)
                written += 1
            done += len(batch)
            progress(done, total)
            if is_new and written - kept >= ROUND_PASSAGES:
                writer.commit()
                kept = written
                _keep(folder, state := replace(state, reached=batch[-1] + 1), stamped=True)
    writer.commit()
    writer.wait_merging_threads()
    done_state = replace(state, watermark=head, reached=head, pending=False)
    _keep(folder, done_state, stamped=True)
    return written


# --- folders ---------------------------------------------------------------------------------


def _tantivy(folder: Path, made: tantivy.Schema) -> tantivy.Index:
    index = tantivy.Index(made, path=str(folder))
    words = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    index.register_tokenizer(fields.WORDS, words)
    return index


def _begin(archive: Archive) -> Path:
    """An empty index in a folder of its own."""
    folder = root(archive) / secrets.token_hex(8)
    folder.mkdir(mode=0o700)
    _tantivy(folder, fields.schema())
    _keep(folder, IndexState(format=made_for()), stamped=True)
    return folder


def _put_in_force(archive: Archive, folder: Path) -> None:
    """Switch to a folder in one step, and remove every other."""
    new = root(archive) / f"{_CURRENT}.new"
    new.write_text(folder.name, encoding="ascii")
    _flushed(new)
    new.replace(root(archive) / _CURRENT)
    _flushed(root(archive))
    for other in root(archive).iterdir():
        if other.is_dir() and other != folder:
            shutil.rmtree(other, ignore_errors=True)


def _flushed(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read_state(folder: Path) -> IndexState:
    try:
        return IndexState(**json.loads((folder / _STATE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return IndexState(format="unreadable")


def _keep(folder: Path, state: IndexState, *, stamped: bool = False) -> None:
    if stamped:
        state = replace(state, stamp=documents.stamp(state.reached, state.watermark))
    new = folder / f"{_STATE}.new"
    new.write_text(json.dumps(asdict(state)), encoding="utf-8")
    _flushed(new)
    new.replace(folder / _STATE)


@contextlib.contextmanager
def _writing(archive: Archive) -> Iterator[None]:
    """The right to write the index, for one process at a time. Errors: ``IndexBusy``."""
    with plain_disk_errors(root(archive)):
        root(archive).mkdir(mode=0o700, exist_ok=True)
        with (root(archive) / _LOCK).open("ab") as lock:
            _take(lock.fileno())
            yield


def _take(handle: int) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise IndexBusy(
                    f"Another process has been indexing for {WAIT_SECONDS:.0f} seconds.",
                    next_step="What it finishes can be searched. Try again later.",
                ) from None
            time.sleep(0.1)
        else:
            return
