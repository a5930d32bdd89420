"""search: find passages in the texts; look for a list of words; keep the index up to date."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Annotated, Any

import typer

from habeas.archive import purposes
from habeas.archive import search as index
from habeas.archive.access import OWNER, PUBLIC, Viewer
from habeas.archive.opening import Archive
from habeas.archive.openness import Openness
from habeas.archive.readings import locator_words
from habeas.archive.search import batches, searching
from habeas.archive.search.citable import CitablePlace
from habeas.archive.search.errors import QueryRefused
from habeas.archive.search.named import NamedRecord
from habeas.archive.search.refining import counterpart, next_try, spread
from habeas.archive.search.searching import Hit, SearchAnswer, checked
from habeas.archive.search.sheet_rows import FoundRow
from habeas.cli.errors import FilesUnusable
from habeas.cli.marking import Marks, bracketed
from habeas.cli.options import PersonOption
from habeas.cli.purposes import PurposeOption
from habeas.cli.session import PersonSession
from habeas.cli.speaking import Speaker, several, shown
from habeas.display.locations import citing_command, of_location
from habeas.figures.why import printing
from habeas.vocabulary.texts import Text

_MOST_ADDED = 12  # spellings named of one word


def search(
    session: PersonSession,
    query: Annotated[
        list[str] | None,
        typer.Argument(metavar="QUERY", help="What to look for.", show_default=False),
    ] = None,
    exact: Annotated[
        bool, typer.Option("--exact", help="As written: no other spellings, no other alphabets.")
    ] = False,
    limit: Annotated[
        int, typer.Option(metavar="N", min=1, max=1000, help="How many passages to list.")
    ] = 10,
    batch: Annotated[
        Path | None,
        typer.Option(
            metavar="CSV",
            help="Look for each word or name in the first column. Recorded, with --purpose.",
            show_default=False,
        ),
    ] = None,
    purpose: PurposeOption = "",
    public: Annotated[
        bool, typer.Option("--public", help="Search only what is public; needs no purpose.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where to write the table of hits.", show_default=False),
    ] = None,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Only bring the index up to date.")
    ] = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Build the index again.")] = False,
    as_: PersonOption = "",
) -> None:
    """Find the passages of the texts in which words appear.

    Words side by side must all stand in one passage, with file:(…) in one file. AND, OR, NOT,
    "a phrase", "near by"~5, detain*, l?ger, lager~1, language:ug, date:2018..2019;
    docs/reference/query-language.md has the whole language. Places and given names are found in
    their other spellings too.
    """
    asked = " ".join(query or ())
    _refuse_mixed(asked, batch, purpose, out, only_index=refresh or rebuild)
    if public and (batch is not None or purpose):
        raise typer.BadParameter("--public needs no purpose, and belongs to a query.")
    if batch is not None:
        _batch(session, batch, purpose, out, exact, as_)
        return
    if asked:
        _check(asked)
    archive = session.open()
    if asked:
        viewer = PUBLIC if public else session.viewer(as_, purpose, "search", asked)
        purposes.require_to_search(viewer)
    _renew(session, archive, anew=rebuild, said=not asked)
    if asked:
        found = searching.search(archive, viewer, asked, exact=exact, limit=limit)
        _tell(session, found, viewer)


def _refuse_mixed(
    asked: str, batch: Path | None, purpose: str, out: Path | None, *, only_index: bool
) -> None:
    if sum((bool(asked), batch is not None, only_index)) != 1:
        raise typer.BadParameter("Give a query, or --batch, or one of --refresh and --rebuild.")
    if batch is not None and not (purpose.strip() and out is not None):
        raise typer.BadParameter("--batch needs --purpose TEXT and --out FILE.")
    if batch is None and out is not None:
        raise typer.BadParameter("--out belongs to --batch.")
    if only_index and purpose:
        raise typer.BadParameter("--purpose belongs to a query or to --batch.")


def _check(asked: str) -> None:
    """Refuse what cannot run, with the place under the query, before a passphrase is asked."""
    try:
        checked(asked)
    except QueryRefused as error:
        _point(asked, error)
        raise


def _point(asked: str, error: QueryRefused) -> None:
    if len(asked) <= 200:
        before = printing.cells(asked[: error.column - 1])
        Speaker().note(f"  {asked}")
        Speaker().note(f"  {' ' * before}{'^' * max(1, min(error.width, 60))}")


def _renew(speaker: Speaker, archive: Archive, *, anew: bool, said: bool) -> None:
    with speaker.progress() as progress:
        renew = index.rebuild if anew else index.refresh
        written = renew(archive, lambda done, total: progress("Indexing", done, total))
    if said:
        speaker.say(f"{several(written, 'passage')} indexed; the index is up to date.")
        speaker.give({"indexed": written, "size": archive.size})


def _tell(speaker: Speaker, found: SearchAnswer, viewer: Viewer) -> None:
    marks = Marks(viewer, {"layer": {hit.layer for hit in found.hits}})
    speaker.give(
        {
            "query": str(found.tree),
            "total": found.total,
            "behind": found.behind,
            "added": [{"to": a.to, "spellings": list(a.spellings)} for a in found.added],
            "facets": {
                name: {value.value: value.count for value in values}
                for name, values in found.facets.items()
            },
            "hits": [_as_json(hit) | marks.told("layer", hit.layer) for hit in found.hits],
            "nowhere": [str(part) for part in found.nowhere],
            "named": [_record_as_json(one) for one in found.named.records],
            "named_more": found.named.more,
            "looked": found.looked
            and {
                "read": found.looked.read,
                "unread": found.looked.unread,
                "names": bool(found.named.asked),
            },
        }
    )
    for added in found.added:
        some = ", ".join(added.spellings[:_MOST_ADDED])
        more = len(added.spellings) - _MOST_ADDED
        also = f"{shown(some)} and {more} more" if more > 0 else shown(some)
        speaker.note(f"Searched as well as {shown(added.to)}: {also}")
    if found.added:
        speaker.note("  → --exact leaves them out.")
    _tell_named(speaker, found)
    alike = marks.common(speaker, [("layer", hit.layer) for hit in found.hits])
    for hit in found.hits:
        place = [hit.title, hit.inner_path, locator_words(hit.locator)]
        words = shown(", ".join(part for part in place if part))
        mark = marks.said("layer", hit.layer, *alike)
        speaker.say(f"exhibit {hit.exhibit}: {words}{mark}")
        if hit.fault:
            speaker.say(f"  {hit.fault}")
        elif hit.row is not None:
            for line in _row_words(hit.row):
                speaker.say(f"  {line}")
        else:
            text = "".join(f"[{piece}]" if marked else piece for piece, marked in hit.segments)
            speaker.say(f"  {shown(' '.join(text.split()))}")
        if hit.place is not None:
            located = of_location(hit.place.location, hit.place.inner_path)
            speaker.say(f"  → {shown(citing_command(hit.place.exhibit, located))}")
        if hit.joined:
            speaker.say(f"  Read over the end of a line: {shown(', '.join(hit.joined))}")
    listed = "" if found.total <= len(found.hits) else f"; {len(found.hits):,} are listed"
    speaker.say(f"{several(found.total, 'passage')} found{listed}.")
    if not found.total:
        _tell_looked(speaker, found)
        _tell_why(speaker, found)


def _tell_named(speaker: Speaker, found: SearchAnswer) -> None:
    """The records that go by the name asked, in the order in which they were recorded."""
    records = found.named.records
    if not records:
        return
    speaker.say("People, places and organisations by that name:")
    for one in records:
        also = "".join(f" · {form.text}" for form in one.forms)
        mark = bracketed(Openness(one.handling, one.consent).words)
        speaker.say(
            f"  record {one.position}: {shown(one.name.text + also)} ({one.kind}), "
            f"{several(one.claims, 'claim')}{mark}"
        )
    if found.named.more:
        speaker.say("  There may be more: ask for more of the name.")


def _tell_looked(speaker: Speaker, found: SearchAnswer) -> None:
    """What was looked through, and what was not, where no passage was found."""
    if found.looked is None:
        return
    unread = f"; {found.looked.unread:,} without" if found.looked.unread else ""
    also = " Names of records too." if found.named.asked else " Names of records were not."
    speaker.note(
        f"Looked through: {several(found.looked.read, 'exhibit')} with a text that was read"
        f"{unread}.{also}"
    )
    if found.named.records:
        speaker.note(f"{several(len(found.named.records), 'record')} by that name: see above.")


def _record_as_json(one: NamedRecord) -> dict[str, Any]:
    def text(told: Text) -> dict[str, str]:
        return {"text": told.text, "language": told.language, "script": told.script}

    return {
        "record": one.position,
        "kind": one.kind,
        "name": text(one.name),
        "forms": [text(form) for form in one.forms],
        "claims": one.claims,
        "handling": one.handling,
        "consent": one.consent,
    }


def _tell_why(speaker: Speaker, found: SearchAnswer) -> None:
    """What of the query is nowhere, or that its parts are in no passage together."""
    if not found.nowhere:
        speaker.note("Each part of the query is somewhere; nothing answers to all of it.")
        if wider := spread(found.tree):
            asked = shlex.quote(str(wider))
            speaker.note(f"  → Anywhere in one file: habeas search {shown(asked)}")
        speaker.note("  → Put OR between words, or ask one by one: a passage is at most one page.")
        return
    speaker.note(f"In no passage: {shown(', '.join(map(str, found.nowhere)))}")
    step = _NEXT[next_try(found.nowhere)].format(shown(counterpart(found.nowhere)))
    speaker.note(f"  → {step}")


#: What to ask next, by ``refining.next_try``.
_NEXT = {
    "filter": "Leave the filter out; --json tells, as facets, which values there are.",
    "shorter": "Try fewer letters beside the * or ?.",
    "apart": "Leave the quotation marks out, or put ~5 after them: up to five words between.",
    "farther": "Allow more words between, or leave the quotation marks out.",
    "counterpart": "Traditional and simplified characters are searched apart: try {} too.",
    "characters": "Try fewer of its characters.",
    "unread": "`habeas reading report` lists what could not be read, and so not be searched.",
    "amiss": "Try a * at the end of a word instead.",
    "ending": "Try a * at the end of a word, or ~1 after it for one letter amiss.",
}


def _as_json(hit: Hit) -> dict[str, Any]:
    return {
        "exhibit": hit.exhibit,
        "layer": hit.layer,
        "title": hit.title,
        "inner_path": hit.inner_path,
        "place": dict(hit.locator),
        "start": hit.start,
        "stop": hit.stop,
        "ranges": [list(one) for one in hit.ranges],
        "joined": list(hit.joined),
        "text": hit.text,
        "text_start": hit.excerpt[0],
        "fault": hit.fault,
        "row": None if hit.row is None else _row_as_json(hit.row),
        "located": None if hit.place is None else _place_as_json(hit.place),
    }


def _place_as_json(found: CitablePlace) -> dict[str, Any]:
    place = of_location(found.location, found.inner_path)
    return {
        "exhibit": found.exhibit,
        "inner_path": found.inner_path,
        "form": place.form,
        "words": place.words,
        "place": found.location.numbers,
        "transcript": found.transcript,
        "command": citing_command(found.exhibit, place),
    }


def _row_words(row: FoundRow) -> list[str]:
    """A row, a line for each cell: what heads its column, and what stands in it."""
    lines = []
    for cell in row.cells:
        text = "".join(f"[{piece}]" if marked else piece for piece, marked in cell.segments)
        before, after = "… " if cell.cut_before else "", " …" if cell.cut_after else ""
        told = f"{before}{' '.join(text.split())}{after}"
        lines.append(f"{shown(cell.heading or cell.letters)}: {shown(told)}")
    if row.left_out:
        lines.append(f"and {row.left_out} more cell{'s' if row.left_out > 1 else ''}")
    if row.heading_row is None:
        lines.append("(No row is taken for headings; columns go by their letters.)")
    elif row.heading_row == row.number:
        lines.append("(The row of headings.)")
    return lines


def _row_as_json(row: FoundRow) -> dict[str, Any]:
    return {
        "sheet": row.sheet,
        "number": row.number,
        "start": row.start,
        "stop": row.stop,
        "heading_row": row.heading_row,
        "cells": [
            {
                "column": cell.column,
                "letters": cell.letters,
                "heading": cell.heading,
                "start": cell.start,
                "text": cell.text,
                "ranges": [list(one) for one in cell.ranges],
                "language": cell.language,
                "script": cell.script,
            }
            for cell in row.cells
        ],
        "cells_left_out": row.left_out,
    }


def _batch(
    session: PersonSession,
    path: Path,
    purpose: str,
    out: Path | None,
    exact: bool,
    pseudonym: str,
) -> None:
    """Record the search, then run it and write the table."""
    asked = batches.read_list(path)
    archive, person = session.open(), session.person(pseudonym)
    if out is None:
        raise typer.BadParameter("--batch needs --out FILE.")
    target = _new_file(out)
    try:
        with target:
            _renew(session, archive, anew=False, said=False)
            logged = batches.log(archive, person, asked, purpose)
            outcome = _write(session, archive, asked, target, exact)
    except BaseException:
        out.unlink(missing_ok=True)  # half a table would look like a whole one
        raise

    session.give(
        {
            "entry": logged.position,
            "words": outcome.words,
            "words_found": outcome.found,
            "passages": outcome.passages,
            "words_cut": outcome.cut,
            "file": str(out),
        }
    )
    session.say(
        f"{several(outcome.words, 'word')} looked for, {outcome.found:,} found, in "
        f"{several(outcome.passages, 'passage')}; recorded with its purpose at entry "
        f"{logged.position}."
    )
    if outcome.cut:
        session.note(
            f"Of {several(outcome.cut, 'word')} only the first {batches.MOST_HITS:,} are listed."
        )
    session.note(f"{out} holds words of the evidence in clear. Keep it as you keep the exhibits.")


def _write(speaker: Speaker, archive: Archive, asked: Any, target: Any, exact: bool) -> Any:
    with speaker.progress() as progress:
        return batches.write(
            archive, OWNER, asked, target, exact=exact,
            progress=lambda done, total: progress("Searching", done, total),
        )  # fmt: skip


def _new_file(path: Path) -> Any:
    """A new file that only its owner reads; refused where one is there."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise FilesUnusable(
            f"{path} cannot be written: {os.strerror(error.errno or 0)}.",
            next_step="Name a new file in a folder that is there.",
        ) from None
    return os.fdopen(handle, "w", encoding="utf-8", newline="")
