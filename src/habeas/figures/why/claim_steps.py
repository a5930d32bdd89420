"""The way down from claims: who says it, the passage, the sealed bytes, the proof.

Invariants: everything is read through ``access.visible``; however many claims are asked
for, the number of queries is the same (proofs apart, which are bounded by what is shown);
a claim that has ended is still shown and says by which entry it ended.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from habeas.archive import models as m
from habeas.archive.access import Viewer, as_known, erasing_entry, live, visible
from habeas.archive.attestation.proving import Proven
from habeas.archive.exhibits.located import words_of
from habeas.archive.exhibits.places import of_layer
from habeas.archive.groupings import episodes_of
from habeas.archive.readings import layer_text
from habeas.archive.search.sheet_rows import CitedRow, FoundCell, cited_in
from habeas.errors import HabeasError
from habeas.figures.definition.wording import property_words
from habeas.figures.evaluation.loading import about_the_owner
from habeas.figures.evaluation.rows import value_of
from habeas.figures.why.nodes import Node, NodeFact
from habeas.vocabulary import edtf, stances, values
from habeas.vocabulary.schema import Schema

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

SHOWN_OF_QUOTE = 60  # characters at each end

Prover = Callable[[int], Proven]


class _Opened:
    """A text layer with its places; its text is read where it is asked for, and once."""

    def __init__(self, archive: Archive, layer: m.Layer) -> None:
        self.position, self.places = layer.position, of_layer(archive, layer)
        self.text = cache(partial(layer_text, archive, layer))


@dataclass(slots=True)
class Descent:
    """The rows below some claims, each kind read once."""

    viewer: Viewer
    as_of: int
    schema: Schema
    prover: Prover | None
    archive: Archive | None = None  # to show what is cited of a sheet in its row
    claims: dict[int, m.Claim] = field(default_factory=dict)
    sources: dict[int, m.Source] = field(default_factory=dict)
    repeats: dict[int, list[int]] = field(default_factory=dict)
    mentions: dict[int, m.Mention] = field(default_factory=dict)
    passages: dict[int, m.Passage] = field(default_factory=dict)
    exhibits: dict[int, m.Exhibit] = field(default_factory=dict)
    layers: dict[int, m.Layer] = field(default_factory=dict)
    #: Cited, and erased by which entry; None where the viewer may not see that one.
    erased: dict[int, int | None] = field(default_factory=dict)
    grouped: dict[int, tuple[int, m.Grouping]] = field(default_factory=dict)
    accepted: dict[int, int] = field(default_factory=dict)  # lists, each by which entry
    chain: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    cited: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    checkpoint: tuple[int, str] | None = None  # size and root under which proofs were verified
    _proofs: dict[int, Node] = field(default_factory=dict)
    _opened: _Opened | None = None  # the layer that was read last

    def read(self, claims: Iterable[int], others: Iterable[int] = ()) -> Descent:
        """Read everything below these claims; ``others``: mentions that are named besides."""
        wanted = sorted(set(claims))
        self.claims = _by_position(visible(self.viewer, m.Claim), wanted)
        found = sorted(self.claims)
        spoken = visible(self.viewer, m.ClaimSource).filter(claim__in=found)
        for claim, source in spoken.order_by("claim", "ordinal").values_list("claim", "source"):
            self.chain[claim].append(source)
        places = visible(self.viewer, m.ClaimPassage).filter(claim__in=found)
        for claim, passage in places.order_by("claim", "ordinal").values_list("claim", "passage"):
            self.cited[claim].append(passage)
        speakers = {source for chain in self.chain.values() for source in chain}
        lineage = live(visible(self.viewer, m.Lineage), self.as_of).filter(source__in=speakers)
        for source, repeated in lineage.order_by("position").values_list("source", "repeats"):
            self.repeats.setdefault(source, []).append(repeated)
        speakers |= {repeated for above in self.repeats.values() for repeated in above}
        self.sources = _by_position(visible(self.viewer, m.Source), speakers)
        as_known(self.viewer, self.sources.values())
        named = {claim.subject for claim in self.claims.values()}
        named |= {claim.ref for claim in self.claims.values() if claim.ref is not None}
        self.grouped = self._grouped(found)
        named.update(others, (episode for episode, _ in self.grouped.values()))
        self.mentions = _by_position(visible(self.viewer, m.Mention), named)
        self.passages = _by_position(
            visible(self.viewer, m.Passage), {p for cited in self.cited.values() for p in cited}
        )
        gone = {p for cited in self.cited.values() for p in cited} - self.passages.keys()
        if gone:
            left = visible(self.viewer, m.Erased).filter(position__in=gone)
            self.erased = {
                position: erasing_entry(self.viewer, at)
                for position, at in left.values_list("position", "erased_at")
            }
        self.exhibits = _by_position(
            visible(self.viewer, m.Exhibit), {p.exhibit for p in self.passages.values()}
        )
        layers = {p.layer for p in self.passages.values() if p.layer is not None}
        self.layers = _by_position(visible(self.viewer, m.Layer), layers)
        self.accepted = self._accepted({c.list for c in self.claims.values() if c.list is not None})
        return self

    def _accepted(self, lists: Collection[int]) -> dict[int, int]:
        if not lists:
            return {}
        said = live(visible(self.viewer, m.Acceptance), self.as_of).filter(list__in=lists)
        return dict(said.values_list("list", "position"))

    def _grouped(self, claims: Sequence[int]) -> dict[int, tuple[int, m.Grouping]]:
        """The claims that are in a grouping, each with the episode and the grouping."""
        named = episodes_of(self.viewer, claims, self.as_of)
        found = about_the_owner(self.viewer, named, self.as_of)
        wanted = {grouping for _, grouping in found.values()}
        rows = _by_position(visible(self.viewer, m.Grouping), wanted) if wanted else {}
        return {claim: (episode, rows[at]) for claim, (episode, at) in found.items() if at in rows}

    def grouping(self, claim: int) -> tuple[Node, ...]:
        """Of which detention somebody says that a claim about a person is, and why."""
        if claim not in self.grouped:
            return ()
        at, row = self.grouped[claim]
        episode = self.mentions.get(at)
        return (
            Node(
                "grouping",
                f"grouped under: {episode.caption if episode else f'record {at}'}",
                (NodeFact("because", row.reason),),
                self.proof(row.position),
                row.position,
            ),
        )

    def claim(self, position: int) -> Node:
        """One claim with everything below it."""
        claim = self.claims[position]
        chain = self.chain[position]
        steps: list[dict[str, Any]] = json.loads(claim.attribution)
        children = [
            self.source(source, steps[number] if number < len(steps) else {}, through=number > 0)
            for number, source in enumerate(chain)
            if source in self.sources
        ]
        children += [
            self.passage(self.passages[p]) for p in self.cited[position] if p in self.passages
        ]
        children += [
            Node("erased", f"a passage that was erased{erased_by(self.erased[p])}", (), (), p)
            for p in self.cited[position]
            if p in self.erased
        ]
        children += self.grouping(position)
        children += self.proof(position)
        subject = self.mentions.get(claim.subject)
        speaker = self.sources.get(claim.source)
        who = _title(speaker) if speaker else "somebody"
        about = subject.caption if subject else "someone or something"
        name = property_words(claim.property, self.schema)
        says = stances.words(claim.stance).verb
        title = f"{who} {says}: {about}, {name}: {self._value(claim)}"
        return Node("claim", title, tuple(self._claim_facts(claim)), tuple(children), position)

    def _value(self, claim: m.Claim) -> str:
        if claim.ref is not None and claim.ref in self.mentions:
            return str(self.mentions[claim.ref].caption)
        return values.describe(value_of(claim.value), self.schema)

    def _claim_facts(self, claim: m.Claim) -> Iterable[NodeFact]:
        written = value_of(claim.value).as_written
        if written and written.text and written.text != self._value(claim):
            yield NodeFact("as written", written.text)
        if claim.holds:
            yield NodeFact("held", _when(claim.holds))
        else:
            yield NodeFact("held", "not stated")
        if claim.note:
            yield NodeFact("note by this archive", claim.note)
        if claim.list in self.accepted:
            at = self.accepted[claim.list]
            yield NodeFact("came with", f"the list at entry {claim.list}, accepted at entry {at}")
        if not self.cited[claim.position]:
            yield NodeFact("passage", "none cited")
        if claim.ended_at is not None:
            yield NodeFact("ended", f"{claim.ended_by} by entry {claim.ended_at}")

    def source(self, position: int, step: Mapping[str, Any], *, through: bool) -> Node:
        """One source in the chain of a claim, with what it says about how it knows."""
        source = self.sources[position]
        facts = [NodeFact("source", self._label("source-kind", source.kind))]
        basis = str(step.get("basis", ""))
        if basis and basis != "not-stated":
            facts.append(NodeFact("basis", self._label("basis", basis)))
        facts += [
            NodeFact(label, str(step[key]))
            for key, label in (("how", "how they know"), ("where", "where"))
            if step.get(key)
        ]
        if step.get("said"):
            facts.append(NodeFact("said", _when(str(step["said"]))))
        facts += [
            NodeFact(
                "interest",
                f"{self._label('interest-kind', interest.get('kind', ''))}: "
                f"{interest.get('text', '')}",
            )
            for interest in json.loads(source.interests or "[]")
        ]
        facts += [
            NodeFact("repeats", _title(self.sources[repeated]))
            for repeated in self.repeats.get(position, ())
            if repeated in self.sources
        ]
        title = f"{'through' if through else 'said by'} {_title(source)}"
        return Node("source", title, tuple(facts), (), position)

    def _label(self, code_list: str, code: str) -> str:
        known = self.schema.codes.get(code_list, {}).get(code)
        return known.label if known else code

    def passage(self, passage: m.Passage) -> Node:
        """One passage: the exact words, where they stand, and the bytes they stand in.

        Of a place that is not words, the place itself; what somebody reads there is their word.
        """
        layer = self.layers.get(passage.layer) if passage.layer is not None else None
        unit = "characters" if layer else "bytes"
        where = f"{unit} {passage.start:,}–{passage.stop:,}"
        facts = []
        if not passage.form or layer:
            facts.append(NodeFact("in context", self._in_context(passage, layer)))
        if layer:
            where += f" of the text read by {layer.reader} {layer.reader_version}"
        if not passage.form or layer:
            facts.append(NodeFact("place", where))
        title = f"“{passage.quote}”"
        if passage.form:
            facts += _bounded(passage)
            place = words_of(passage)
            title = f"{place}: {title}" if passage.quote else place
        exhibit = self.exhibits.get(passage.exhibit)
        children = (self.exhibit(exhibit),) if exhibit else ()
        return Node("passage", title, tuple(facts), children, passage.position)

    def _in_context(self, passage: m.Passage, layer: m.Layer | None) -> str:
        """What stands beside it; in a sheet its own row, for the rows beside are other people."""
        quote = f"⟦{_short(passage.quote)}⟧"
        try:
            cited = self._cited_in(passage, layer)
        except HabeasError:  # where its places cannot be read, nobody knows whose words these are
            return quote
        if cited is None:
            return f"{passage.prefix}{quote}{passage.suffix}"
        if cited.row is None:
            return quote
        return " · ".join(
            f"{cell.heading or cell.letters}: {_marked(cell)}" for cell in cited.row.cells
        )

    def _cited_in(self, passage: m.Passage, layer: m.Layer | None) -> CitedRow | None:
        if self.archive is None or layer is None:
            return None
        if self._opened is None or self._opened.position != layer.position:
            self._opened = _Opened(self.archive, layer)
        return cited_in(self._opened.places, passage, self._opened.text)

    def exhibit(self, exhibit: m.Exhibit) -> Node:
        """One exhibit: what it is, where it lies, and the proof of its entry."""
        facts = [
            NodeFact("file", f"{exhibit.filename} ({exhibit.size_bytes:,} bytes)"),
            NodeFact("sha256", exhibit.plain_sha256),
            NodeFact("object", exhibit.address),
        ]
        if exhibit.received_from:
            facts.append(NodeFact("received from", exhibit.received_from))
        if exhibit.received_on:
            facts.append(NodeFact("received", _when(exhibit.received_on)))
        if exhibit.note:
            facts.append(NodeFact("note", exhibit.note))
        title = exhibit.title or exhibit.filename
        return Node("exhibit", title, tuple(facts), self.proof(exhibit.position), exhibit.position)

    def proof(self, position: int) -> tuple[Node, ...]:
        """The proof that the entry stands in the log; none when no proofs are asked for."""
        if self.prover is None:
            return ()
        if position not in self._proofs:
            proven = self.prover(position)
            if proven.sound:
                self.checkpoint = (proven.size, proven.root)
            self._proofs[position] = Node(
                "proof",
                f"proof: {proven.sentence}",
                (NodeFact("leaf", proven.leaf_hash),),
                sound=proven.sound,
            )
        return (self._proofs[position],)


def _bounded(passage: m.Passage) -> Iterable[NodeFact]:
    if passage.inner_path:
        yield NodeFact("file inside", passage.inner_path)
    if passage.reading is not None:
        yield NodeFact("bounds", f"checked against the reading at entry {passage.reading}")
    yield NodeFact("shows", "not checked by this program: look at the place")


def erased_by(at: int | None) -> str:
    """By which entry something was erased, as the end of a sentence."""
    return "" if at is None else f" at entry {at}"


def _by_position(rows: Any, positions: Iterable[int]) -> dict[int, Any]:
    return {row.position: row for row in rows.filter(position__in=set(positions))}


def _short(quote: str) -> str:
    """A quote that stands whole above: its ends are enough to find it in its context."""
    if len(quote) <= 2 * SHOWN_OF_QUOTE:
        return quote
    return f"{quote[:SHOWN_OF_QUOTE]} … {quote[-SHOWN_OF_QUOTE:]}"


def _marked(cell: FoundCell) -> str:
    return "".join(f"⟦{_short(text)}⟧" if marked else text for text, marked in cell.segments)


def _title(source: m.Source) -> str:
    return str(source.name or source.code)


def _when(text: str) -> str:
    words = edtf.describe(edtf.parse(text))
    return words if words == text else f"{words} ({text})"
