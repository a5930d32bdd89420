"""The reading half of an archive in a program: tables, figures, why, searches, capture tables.

Invariants: everything is read as the handle's viewer, as of one ledger size (the present unless
said); what a method gives holds no connection and stays when the archive is closed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from habeas.archive import models as m
from habeas.archive import purposes, regions, search
from habeas.archive.access import Viewer, visible
from habeas.archive.joined import find
from habeas.archive.openness import NOT_GIVEN, PUBLIC, Handlings, strictest
from habeas.archive.search import searching
from habeas.archive.store.still import still
from habeas.display import episodes
from habeas.display.accounts import accounts, source_named
from habeas.display.marks import marked
from habeas.display.stays_plain import as_json
from habeas.estimation.errors import BadTable
from habeas.exchange.exporting import writing
from habeas.exchange.exporting.writing import Exported, ExportRequest
from habeas.exchange.tidy.citations import Citation, citations
from habeas.exchange.tidy.claims import Claim, claims
from habeas.exchange.tidy.hits import Found, hits
from habeas.exchange.tidy.parts import Part, parts
from habeas.exchange.tidy.reading import TidyReader
from habeas.exchange.tidy.records import Record, records
from habeas.exchange.tidy.sources import Source, sources
from habeas.figures.definition import recorded
from habeas.figures.definition.definitions import FigureDefinition, parse
from habeas.figures.errors import AheadOfLedger, NotEstimated
from habeas.figures.evaluation import estimates
from habeas.figures.evaluation.evaluating import evaluate
from habeas.figures.evaluation.results import CountedFigure, EstimatedFigure
from habeas.figures.why.asking import tree
from habeas.figures.why.nodes import Node
from habeas.library.arguments import Names, known_names, number_of
from habeas.library.errors import BadArgument
from habeas.library.notebook import NotebookNotice
from habeas.library.tables import Accounts, Figure, PersonDetentions, Table, Why

if TYPE_CHECKING:
    from habeas.archive.opening import Archive as Opened
    from habeas.custody.log.notes import Signer
    from habeas.estimation import CaptureTable
    from habeas.exchange.tidy.columns import Row
    from habeas.vocabulary.schema import Schema

T = TypeVar("T")


class ReadAccess:
    """What can be asked of an archive."""

    _viewer: Viewer
    _notice: NotebookNotice

    def _do(self, work: Callable[[Opened], T]) -> T:
        """``work`` with the open archive, in the archive's own thread."""
        raise NotImplementedError

    def _vocabulary(self) -> Schema:
        return self._do(lambda _: regions.vocabulary())

    def _signer(self, archive: Opened) -> Signer:
        raise NotImplementedError

    def claims(
        self, *, property: Names = (), kind: Names = (), as_of: int | None = None
    ) -> Table[Claim]:
        """The current claims: each row is what one source says about one property of a mention.

        ``property``: only of these, such as ``"occupation"``. ``kind``: only about records of these
        kinds. Asking for a property that marks people needs a purpose (``habeas.open``).
        """
        known = self._vocabulary()
        properties = known_names("property", property, known.properties)
        kinds = known_names("kind", kind, known.kinds)

        def read(archive: Opened, reader: TidyReader) -> Iterator[list[Row]]:
            withheld = sorted(reader.withheld & set(properties))
            if withheld:
                purposes.require_to_pick(self._viewer, withheld)
            return claims(reader, properties=properties, kinds=kinds)

        return self._table("claims", Claim, read, as_of)

    def citations(self, *, as_of: int | None = None) -> Table[Citation]:
        """The places that the current claims rest on: a row for each place of each claim."""
        return self._table("citations", Citation, lambda _, reader: citations(reader), as_of)

    def records(self, kind: Names = (), *, as_of: int | None = None) -> Table[Record]:
        """The records, of one kind or of all: each person, place or thing once."""
        kinds = known_names("kind", kind, self._vocabulary().kinds)
        return self._table("records", Record, lambda _, reader: records(reader, kinds=kinds), as_of)

    def sources(self, *, as_of: int | None = None) -> Table[Source]:
        """The sources, each in its current version."""
        return self._table("sources", Source, lambda _, reader: sources(reader), as_of)

    def figure(self, key: str, *, as_of: int | None = None, estimate: bool = False) -> Figure:
        """A figure's value with its parts. ``estimate`` computes it if not yet done (minutes)."""

        def read(archive: Opened) -> Figure:
            definition = recorded.named(self._viewer, key, as_of)
            if estimate and definition.kind != "estimated":
                raise NotEstimated(f"{key} is {definition.kind}, not estimated.")
            if estimate:
                asked = evaluate(archive, definition, self._viewer, as_of)
                assert isinstance(asked, EstimatedFigure)  # noqa: S101  (its definition says so)
                estimates.compute(archive, asked)
            with still(archive) as at:
                found = evaluate(at, definition, self._viewer, as_of)
                reader = TidyReader(self._viewer, found.as_of)
                rows = [row for piece in parts(reader, found) for row in piece]
            return Figure(
                key=found.key,
                title=definition.title,
                question=definition.question,
                kind=found.kind,
                value=found.headline,
                number=found.number if isinstance(found, CountedFigure) else None,
                not_known=found.not_known,
                unit=definition.unit,
                as_of=found.as_of,
                scope=found.scope,
                parts=Table(
                    f"figure {key}", Part, rows, self._viewer.name, found.as_of, self._notice
                ),
                synthetic=self._notice.made_up,
            )

        return self._do(read)

    def why(self, target: object, *, as_of: int | None = None, limit: int = 10) -> Why:
        """How something is known: of a figure's key, a claim, record, source, exhibit, acceptance.

        ``limit``: how many members of it are followed down.
        """

        def read(archive: Opened) -> Why:
            wanted: FigureDefinition | int
            if isinstance(target, str) and not target.removeprefix("#").isdecimal():
                wanted = recorded.named(self._viewer, target, as_of)
            else:
                wanted = number_of(target, "target")
            with still(archive) as at:
                node = tree(at, self._viewer, wanted, as_of=as_of, limit=limit)
                not_agreed = _not_agreed(self._viewer, set(_positions(node)))
                size = at.size if as_of is None else as_of
            handling = node.handling or PUBLIC  # of the whole, also of what is not followed down
            return Why(node, self._viewer.name, size, handling, not_agreed, self._notice)

        return self._do(read)

    def detentions(self, person: object) -> PersonDetentions:
        """A person's detentions in time, each value under its speaker, and what is last known."""

        def read(archive: Opened) -> PersonDetentions:
            number = number_of(person, "person")
            with still(archive) as at:
                record = find(self._viewer, number)
                if record is None or record.first.kind != "person":
                    raise BadArgument(
                        "person", f"{number} is not a person's record", "See archive.records()."
                    )
                members = [mention.position for mention in record.mentions]
                found = episodes.detentions(self._viewer, members, "person")
                named = set(members) if found is None else {*members, *_numbers(as_json(found))}
                handling, not_agreed = _handled(self._viewer, named)
            return PersonDetentions(
                record.position, record.first.caption, found, self._viewer.name, at.size,
                handling, not_agreed, self._notice,
            )  # fmt: skip

        return self._do(read)

    def accounts(self, source: object) -> Accounts:
        """What one source says on different dates, side by side, with what officials say.

        ``source``: its number, its code, or a row of ``sources()``. Raises ``ref.unknown``.
        """

        def read(archive: Opened) -> Accounts:
            named = source if isinstance(source, str) else str(number_of(source, "source"))
            with still(archive) as at:
                position = source_named(self._viewer, named)
                shown = marked(self._viewer, accounts(self._viewer, position))
                return Accounts(shown, self._viewer.name, at.size, self._notice)

        return self._do(read)

    def search(self, query: str, *, exact: bool = False, limit: int = 100) -> Table[Found]:
        """The passages of the texts that contain the words, the best first.

        Where the viewer may see any text above public it needs a purpose (``habeas.open``).
        ``exact``: no other spellings and alphabets.
        """
        if not 1 <= limit <= searching.DEEPEST:
            raise BadArgument(
                "limit", f"{limit!r} is not between 1 and {searching.DEEPEST}", "Give a number."
            )

        def read(archive: Opened) -> Table[Found]:
            searching.checked(query)
            purposes.require_to_search(self._viewer)
            search.refresh(archive)
            found = searching.search(archive, self._viewer, query, exact=exact, limit=limit)
            reader = TidyReader(self._viewer, archive.size)
            rows = [row for piece in hits(reader, found.hits) for row in piece]
            name = f"search, {found.total:,} found"
            return Table(name, Found, rows, self._viewer.name, reader.as_of, self._notice)

        return self._do(read)

    def capture_table(
        self,
        figure: str = "",
        *,
        lists: Mapping[str, Names] | None = None,
        kind: str = "person",
        pairs_joined: bool = False,
    ) -> CaptureTable:
        """Who is on which list, as counts: what ``habeas.estimation.estimate`` takes.

        Either the table of an estimated ``figure``, or of ``lists``: a name for each and the codes
        of its sources; who is of ``kind`` and spoken of by one of them is on it. Lists that copy
        from each other become one. ``pairs_joined`` takes the pairs that no one has decided as one
        person each. Raises ``BadTable`` where there is no table.
        """
        if bool(figure) == bool(lists):
            raise BadArgument(
                "figure", "give either a figure or lists",
                "Use capture_table('key') or capture_table(lists={'Letters': ['code'], …}).",
            )  # fmt: skip
        made = None if figure else _definition(lists or {}, kind, self._vocabulary())

        def read(archive: Opened) -> CaptureTable:
            definition = made or recorded.named(self._viewer, figure)
            with still(archive) as at:
                found = evaluate(at, definition, self._viewer)
            if not isinstance(found, EstimatedFigure):
                raise NotEstimated(
                    f"{definition.key} is {definition.kind}, not estimated.",
                    next_step="Give the key of an estimated figure, or lists.",
                )
            captured = found.capture
            table = captured.table
            if pairs_joined and captured.joined is not None:
                table = captured.joined
            if table is None:
                raise BadTable(captured.refusal, next_step="Look at the lists.")
            return table

        return self._do(read)

    def export(
        self,
        what: str,
        to: str | PathLike[str],
        *,
        key: str = "",
        purpose: str = "",
        force: bool = False,
    ) -> Exported:
        """Write ``claims``, ``records``, ``sources``, ``citations``, ``figure`` (a key) or ``all``.

        As `habeas export` does: with a codebook, above public only with a purpose, signed and
        recorded before the file is there. ``force`` replaces a file.
        """
        kinds = {**{name: (name,) for name in writing.KINDS}, "all": writing.ALL}
        if what not in kinds:
            raise BadArgument("what", f"no table is named {what!r}", f"Use {', '.join(kinds)}.")
        if (what == "figure") != bool(key):
            raise BadArgument("key", "a figure, and only a figure, has a key", "Give its key.")
        asked = ExportRequest(self._viewer, kinds[what], Path(to).absolute(), key, purpose, force)

        def write(archive: Opened) -> Exported:
            writing.check(asked, archive.directory)
            person = self._signer(archive) if asked.recorded else None
            return writing.export(archive, asked, person)

        return self._do(write)

    def _table(
        self,
        name: str,
        kind: type[T],
        rows: Callable[[Opened, TidyReader], Iterator[list[Row]]],
        as_of: int | None,
    ) -> Table[T]:
        def read(archive: Opened) -> Table[T]:
            with still(archive) as at:
                size = at.size
                if as_of is not None and not 1 <= as_of <= size:
                    raise AheadOfLedger(
                        f"The ledger has {size:,} entries; as_of is {as_of!r}.",
                        next_step=f"Ask as of a size from 1 to {size}.",
                    )
                reader = TidyReader(self._viewer, size if as_of is None else as_of)
                found = [row for piece in rows(at, reader) for row in piece]
            return Table(name, kind, found, self._viewer.name, reader.as_of, self._notice)

        return self._do(read)


def _definition(lists: Mapping[str, Names], kind: str, known: Schema) -> FigureDefinition:
    """The definition of an estimate that is asked for once and not recorded."""
    known_names("kind", kind, known.kinds)
    text = {
        "key": "asked",
        "title": "Asked from a program",
        "kind": "estimated",
        "counts": kind,
        "lists": [
            {
                "name": name,
                "sources": [codes] if isinstance(codes, str) else list(codes),
                "includes": "whom its sources speak of",
            }
            for name, codes in lists.items()
        ],
        "closed-population": "unknown",
        "everyone-could-be-listed": "unknown",
    }
    return parse(json.dumps(text, ensure_ascii=False), schema=known)


def _positions(node: Node) -> Iterator[int]:
    if node.position is not None:
        yield node.position
    for child in node.children:
        yield from _positions(child)


def _numbers(plain: object) -> Iterator[int]:
    """The entries that are named anywhere in plain data."""
    if isinstance(plain, Mapping):
        for name, value in plain.items():
            if name in ("claim", "claims", "record", "source", "continued_in"):
                yield from (value if isinstance(value, list) else [value] if value else [])
            else:
                yield from _numbers(value)
    elif isinstance(plain, list):
        for each in plain:
            yield from _numbers(each)


def _handled(viewer: Viewer, positions: set[int]) -> tuple[str, int]:
    """The strictest level of several things, and in how many someone has not agreed."""
    labels = Handlings(viewer)
    found = [
        labels.of(label)
        for model in (m.Claim, m.Mention, m.Source)
        for label in visible(viewer, model)
        .filter(position__in=positions)
        .values_list("label", flat=True)
    ]
    not_agreed = sum(each.consent == NOT_GIVEN for each in found)
    return strictest([each.handling for each in found]), not_agreed


def _not_agreed(viewer: Viewer, positions: set[int]) -> int:
    """In how many of several things someone has not agreed."""
    labels = Handlings(viewer)
    return sum(
        labels.of(label).consent == NOT_GIVEN
        for model in (m.Claim, m.Mention, m.Source, m.Exhibit, m.Passage, m.Definition)
        for label in visible(viewer, model)
        .filter(position__in=positions)
        .values_list("label", flat=True)
    )
