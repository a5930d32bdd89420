"""The recording half of an archive in a program: the verbs, with plain arguments.

Each verb is one transaction: it is committed when the method returns, or nothing is recorded. What
a method returns names what it made (``position`` is its number) and can be given to the next one.
Invariants: decisions are signed by the acting person (``habeas.open(…, person=…)``); a handle that
reads as someone other than the owner records nothing; an error names the argument that is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from habeas.archive import models as m
from habeas.archive import regions, verbs
from habeas.archive.access import OWNER, visible
from habeas.archive.exhibits import locating
from habeas.archive.exhibits.intake import Received, add_files
from habeas.archive.exhibits.quoting import cite_once, read_text, spots, the_spot
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref, entry_id_at
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verbs.deciding import ASSESSABLE, kind_at
from habeas.archive.verbs.referring import Marking, marking_as_exhibit
from habeas.exchange.tidy.claims import Claim
from habeas.exchange.tidy.records import Record
from habeas.library.arguments import (
    MAIN,
    Thing,
    date_of,
    edtf_of,
    marking_in,
    naming,
    number_of,
    ref_of,
    value_of,
)
from habeas.library.errors import BadArgument, ReadOnly
from habeas.library.reading import ReadAccess

if TYPE_CHECKING:
    from habeas.archive.opening import Archive as Opened
    from habeas.archive.pipeline.crew import CrewResult

T = TypeVar("T")


class Recording(ReadAccess):
    """What can be recorded in an archive."""

    def seal(
        self,
        path: str | PathLike[str],
        *,
        received_from: str = "",
        received_on: str = "",
        note: str = "",
        handling: str = "team",
        compartment: str = MAIN,
    ) -> Ref:
        """Seal a file as an exhibit; the one that is there where the archive has these bytes.

        ``received_on`` is an EDTF date. ``read()`` then opens it in the sandbox.
        """

        def work(archive: Opened) -> Ref:
            with naming("received_on"):
                received = Received(
                    Path(path), received_from=received_from, received_on=date_of(received_on),
                    note=note, marking=marking_in(handling, compartment),
                )  # fmt: skip
            added = add_files(archive, [received])
            for _, error in added.refused:
                raise error
            found = added.exhibits[0][1].position if added.exhibits else added.known[0][1]
            return Ref(entry_id_at(found), found)

        return self._record(work)

    def read(self, *, workers: int = 1) -> CrewResult:
        """Open in the sandbox what was sealed and not read yet, and index its text."""
        from habeas.archive.pipeline.flow import read_what_waits

        return self._record(lambda archive: read_what_waits(archive, workers=workers))

    def cite(
        self,
        exhibit: Thing,
        quote: str = "",
        *,
        at: str = "",
        page: int | None = None,
        inner: str = "",
        layer: Thing | None = None,
        occurrence: int | None = None,
    ) -> Ref:
        """The passage where a quote is in an exhibit's text; the same place is one passage.

        White space in the quote matches any. A quote with several places is refused, with the
        places: give ``page`` or ``occurrence``. ``inner``: a file inside the exhibit. ``at``: a
        place that is not words, such as ``"cell C12"`` or ``"1:02.5-1:09"``; ``quote`` is then what
        somebody reads there. One that the file does not have is refused with the bounds.
        """
        if at and not (page is None and layer is None and occurrence is None):
            raise BadArgument("at", "it names the whole place", "Leave the page and layer out.")

        def work(archive: Opened) -> Ref:
            number = number_of(exhibit, "exhibit")
            row = visible(OWNER, m.Exhibit).filter(position=number).first()
            if row is None:
                raise BadArgument(
                    "exhibit", f"entry {number} is not an exhibit", "Give what seal() returned."
                )
            if at:
                location = locating.written(archive, OWNER, number, at, inner=inner)
                _, place, _ = locating.cite(archive, row, location, inner=inner, quote=quote)
                return Ref(entry_id_at(place), place)
            text = None if layer is None else number_of(layer, "layer")
            read = read_text(archive, OWNER, number, inner=inner, layer=text)
            spot = the_spot(spots(read, quote, page=page), quote, occurrence)
            made, _ = cite_once(
                archive, read.layer, read.text, spot.start, spot.stop, marking_as_exhibit(row)
            )
            return Ref(entry_id_at(made), made)

        return self._record(work)

    def source(
        self,
        code: str,
        kind: str,
        *,
        name: str = "",
        about: str = "",
        url: str = "",
        interests: Sequence[Mapping[str, str]] = (),
        handling: str = "team",
        compartment: str = MAIN,
    ) -> Ref:
        """Someone or something that says things. A witness has a code and no name.

        ``interests``: who pays for, owns or backs it, each ``{"kind": …, "text": …}``.
        """
        return self._append(
            lambda batch: verbs.source(
                batch,
                code,
                kind,
                name=name,
                about=about,
                url=url,
                interests=[dict(each) for each in interests],
                marking=marking_in(handling, compartment),
            )
        )

    def lineage(
        self, source: Thing, repeats: Thing, *, reason: str = "", handling: str = "team"
    ) -> Ref:
        """Record that one source repeats another and is not an independent origin."""
        left, right = number_of(source, "source"), number_of(repeats, "repeats")
        return self._append(
            lambda batch: verbs.lineage(
                batch,
                ref_of(left, m.Source, "source"),
                ref_of(right, m.Source, "repeats"),
                reason=reason,
                marking=marking_in(handling, MAIN),
            )
        )

    def mention(
        self,
        kind: str,
        caption: str,
        *,
        of: Thing | None = None,
        language: str = "",
        script: str = "",
        handling: str = "team",
        compartment: str = MAIN,
    ) -> Ref:
        """How a source refers to someone or something: what claims are about.

        It is a record of its own until a judgement says that it is the same as another. ``of``: for
        a detention the person, for an observation the facility, whose record it is never more open
        than.
        """
        owner = None if of is None else number_of(of, "of")
        return self._append(lambda batch: verbs.mention(
            batch, kind, caption, language=language, script=script,
            of=None if owner is None else ref_of(owner, m.Mention, "of"),
            marking=marking_in(handling, compartment),
        ))  # fmt: skip

    def mention_of(
        self,
        record: Thing,
        caption: str = "",
        *,
        reason: str = "",
        language: str = "",
        script: str = "",
        handling: str = "team",
        compartment: str = MAIN,
    ) -> Ref:
        """A new mention of a record that is known, and the judgement that it is the same.

        Claims are about mentions: a record is what judgements join, and can come apart again. The
        caption is that of the record unless the source writes it otherwise. Signed by the person.
        """

        def append(batch: Batch) -> Ref:
            number = number_of(record, "record")
            row = visible(OWNER, m.Mention).filter(position=number).first()
            if row is None:
                raise BadArgument(
                    "record", f"entry {number} is not a record", "Give a row of records()."
                )
            said = (caption, language, script)
            if not caption:
                said = (row.caption, language or row.language, script or row.script)
            marking = marking_in(handling, compartment)
            made = verbs.mention(
                batch, row.kind, said[0], language=said[1], script=said[2], of=row.of,
                marking=marking,
            )  # fmt: skip
            verbs.judge(
                batch, row.position, made, "same",
                reason or "Recorded as a mention of this record.", marking=marking,
            )  # fmt: skip
            return made

        return self._append(append, decision=True)

    def claim(
        self,
        mention: Thing,
        property: str,
        value: object,
        *,
        by: Thing,
        passages: Sequence[Thing] = (),
        stance: str = "asserts",
        basis: str = "not-stated",
        how: str = "",
        said: object = "",
        where: str = "",
        through: Sequence[Thing] = (),
        holds: object = "",
        written: str = "",
        language: str = "",
        script: str = "",
        calendar: str = "",
        note: str = "",
        handling: str = "team",
        compartment: str = MAIN,
    ) -> Ref:
        """Record what a source says: one value of one property of one mention.

        ``value`` is a text in the normal form of its property (docs/reference/vocabulary.md), a
        number, a date, or the mention that it refers to; ``"?unknown"``, ``"?not-applicable"`` or
        ``"?withheld"`` where there is none. ``written`` is what the source itself wrote.
        ``by``: the source that says it; ``through``: those who pass it on, nearest to it first.
        ``said`` and ``holds`` are EDTF dates: when it was said, and when the value held.
        """
        return self._append(
            lambda batch: _claim(
                batch,
                mention,
                property,
                value,
                by,
                passages,
                through,
                (written, language, script, calendar),
                Attribution(_NOBODY, basis, how, edtf_of(said, "said"), where),
                stance=stance,
                holds=edtf_of(holds, "holds"),
                note=note,
                marking=marking_in(handling, compartment),
            )
        )

    def retract(self, thing: Thing, reason: str) -> Ref:
        """Take back a claim, all claims of a source or an import, or a judgement. Signed.

        Nothing is removed: it stays readable, is marked, and no longer counts.
        """
        number = number_of(thing, "thing")

        def append(batch: Batch) -> Ref:
            kind = kind_at(number)
            if kind is None:
                raise BadArgument(
                    "thing", f"entry {number} cannot be retracted",
                    "Give a claim, a source, an import or a judgement.",
                )  # fmt: skip
            return verbs.retract(batch, number, kind, reason)

        return self._append(append, decision=True)

    def judge(self, left: Thing, right: Thing, verdict: str, reason: str = "") -> Ref:
        """Say whether two mentions are the ``same``, ``different``, or ``cannot-tell``. Signed."""
        pair = number_of(left, "left"), number_of(right, "right")
        return self._append(
            lambda batch: verbs.judge(
                batch, ref_of(pair[0], m.Mention, "left"), ref_of(pair[1], m.Mention, "right"),
                verdict, reason,
            ),
            decision=True,
        )  # fmt: skip

    def assess(self, thing: Thing, scheme: str, grade: str, reason: str = "") -> Ref:
        """A verdict on a claim or a source: ``credibility`` 1–6, ``reliability`` A–F. Signed."""
        number = number_of(thing, "thing")

        def append(batch: Batch) -> Ref:
            kind = kind_at(number)
            if kind not in ASSESSABLE:
                raise BadArgument(
                    "thing", f"entry {number} is neither a claim nor a source", "Give one of them."
                )
            return verbs.assess(batch, number, str(kind), scheme, grade, reason)

        return self._append(append, decision=True)

    def _append(self, append: Callable[[Batch], Ref], *, decision: bool = False) -> Ref:
        def work(archive: Opened) -> Ref:
            person = self._signer(archive) if decision else None
            with archive.writing(person) as batch:
                return append(batch)

        return self._record(work)

    def _record(self, work: Callable[[Opened], T]) -> T:
        if not self._viewer.is_owner:
            raise ReadOnly(
                f"The archive is read here as {self._viewer.name}, so nothing can be recorded.",
                next_step="Open it without viewer= to record.",
            )
        return self._do(work)


_NOBODY = Ref("", -1)


def _claim(
    batch: Batch,
    mention: Thing,
    property: str,
    value: object,
    by: Thing,
    passages: Sequence[Thing],
    through: Sequence[Thing],
    written: tuple[str, str, str, str],
    first: Attribution,
    *,
    stance: str,
    holds: str,
    note: str,
    marking: Marking,
) -> Ref:
    if isinstance(mention, Record):
        raise BadArgument(
            "mention", "a record cannot be the subject of a claim",
            "Record archive.mention_of(record, …) first and give what it returns.",
        )  # fmt: skip
    vocabulary = regions.vocabulary()
    known = vocabulary.properties.get(property)
    if known is None:
        raise BadArgument(
            "property", f"no property is named {property!r}",
            "docs/reference/vocabulary.md lists those of each kind.",
        )  # fmt: skip
    subject = mention.mention if isinstance(mention, Claim) else number_of(mention, "mention")
    for argument, code in (("stance", stance), ("basis", first.basis)):
        codes = vocabulary.codes[argument]
        if code not in codes:
            raise BadArgument(
                argument, f"no {argument} is named {code!r}", f"Use one of: {', '.join(codes)}."
            )
    attribution = [
        Attribution(
            ref_of(number_of(by, "by"), m.Source, "by"),
            first.basis, first.how, first.said, first.where,
        ),
        *(
            Attribution(ref_of(number_of(each, "through"), m.Source, "through"))
            for each in through
        ),
    ]  # fmt: skip
    return verbs.claim(
        batch,
        ref_of(subject, m.Mention, "mention"),
        property,
        value_of(known, value, written, vocabulary),
        attribution,
        stance=stance,
        holds=holds,
        passages=[ref_of(number_of(each, "passages"), m.Passage, "passages") for each in passages],
        note=note,
        marking=marking,
    )
