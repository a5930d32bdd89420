"""What goes with an erased thing, and what stays without it: the closure rule.

E begins with the targets. Until nothing more is added:

1. *Carried.* An entry that names an erased entry in any of its fields is erased with it: it
   was made of it, quotes it, or speaks of it (text layers, readings, passages and locations,
   custody, mentions and claims of its list, claims about a mention or in a source's words,
   judgements, assessments, consents, lineage). Not followed are
   a. a claim's ``passages`` and a grouping's ``claims``: it goes when none of them is left;
   b. a claim's ``previous``: a correction of an erased claim stands by itself;
   c. a review's ``seen``: which claims a reviewer was shown;
   d. what requests, approvals, erasures and proposed pairs name: nothing but ids.
2. *Made of it.* An exhibit that a custody event says was derived from an erased one, or that is
   a transcript of it, unless the request keeps it (a redacted copy).
3. *Left with nothing.* A mention, a passage or location, or a source that is a person, which claims
   spoke of, cited or were spoken by, when all of these claims are erased. Claims about what a
   mention owns (a detention of a person) speak of the mention too: it stays while any of them does;
   and a grouping speaks of its episode.

A kind or field that this program does not know is followed (1): a new kind goes with what it
names until somebody decides that it may stay.

What stays although it lost something (1a, 1b, 1c) is a *shell*: it says what of it was erased, and
by which entry. Everything here is plain data; ``graph`` reads it from the archive.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

#: What these name may be gone: they hold ids and numbers only.
STANDING = frozenset(
    {"erasure-request", "erasure-approval", "erasure", "batch", "submission", "candidates"}
)
#: Fields that are not followed.
APART = {
    "claim": frozenset({"passages", "previous"}),
    "review": frozenset({"seen"}),
    "grouping": frozenset({"claims"}),
}
#: What is erased once no claim is left on it.
LEFT_WITH_NOTHING = frozenset({"mention", "passage", "location", "person"})
CITED = frozenset({"passage", "location"})
SPEAKING = frozenset({"claim", "grouping"})  # of a mention
PEOPLE = frozenset({"person", "witness"})  # kinds of sources


@dataclass(slots=True)
class Graph:
    """Which entry names which, by position. Sources that are people have the kind ``person``."""

    kinds: dict[int, str] = field(default_factory=dict)
    names: dict[int, tuple[int, ...]] = field(default_factory=dict)  # followed (1)
    cites: dict[int, tuple[int, ...]] = field(default_factory=dict)  # passages; claims grouped
    corrects: dict[int, int] = field(default_factory=dict)  # a claim's previous version
    seen: dict[int, tuple[int, ...]] = field(default_factory=dict)  # review → claims shown
    made: dict[int, tuple[int, ...]] = field(default_factory=dict)  # exhibit → derived exhibits
    owner: dict[int, int] = field(default_factory=dict)  # mention → the mention that owns it

    def add(self, position: int, fields: dict[str, Any], at: dict[str, int]) -> None:
        """One entry; ``at`` gives the position of every entry id."""
        kind = fields.get("kind", "")
        if kind == "source" and fields.get("source_kind") in PEOPLE:
            kind = "person"
        self.kinds[position] = kind
        if kind in STANDING:
            return
        apart = APART.get(kind, frozenset())
        followed = {
            at[text]
            for name, value in fields.items()
            if name not in apart and name != "compartment"
            for text in _texts(value)
            if text in at
        }
        followed.discard(position)
        if followed:
            self.names[position] = tuple(sorted(followed))
        if kind == "mention" and (owner := at.get(fields.get("of", ""))) is not None:
            self.owner[position] = owner
        if kind == "claim":
            cited = [at[i] for i in fields.get("passages", ()) if i in at]
            if cited:
                self.cites[position] = tuple(dict.fromkeys(cited))
            if (previous := at.get(fields.get("previous", ""))) is not None:
                self.corrects[position] = previous
        if kind == "grouping" and (of_it := [at[i] for i in fields.get("claims", ()) if i in at]):
            self.cites[position] = tuple(dict.fromkeys(of_it))
        if kind == "review" and (shown := [at[i] for i in fields.get("seen", ()) if i in at]):
            self.seen[position] = tuple(shown)
        if kind == "custody" and (derived := at.get(fields.get("derived", ""))) is not None:
            origin = at.get(fields.get("exhibit", ""))
            if origin is not None:
                self.made[origin] = (*self.made.get(origin, ()), derived)
        if kind == "transcript" and (spoken := at.get(fields.get("exhibit", ""))) is not None:
            words = at.get(fields.get("of", ""))
            if words is not None:
                self.made[spoken] = (*self.made.get(spoken, ()), words)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if len(value) == 32:  # as long as an entry id
            yield value
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _texts(name)
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


@dataclass(frozen=True, slots=True)
class Closed:
    """``erased``: all positions that go. ``shells``: what stays, with what it loses."""

    erased: frozenset[int]
    shells: dict[int, tuple[int, ...]]


def close(graph: Graph, targets: Iterable[int], kept: Collection[int] = ()) -> Closed:
    """Everything that goes with the targets; ``kept`` are derived exhibits that stay."""
    named_by: dict[int, list[int]] = defaultdict(list)
    for position, names in graph.names.items():
        for name in names:
            named_by[name].append(position)
    cited_by: dict[int, list[int]] = defaultdict(list)
    for claim, passages in graph.cites.items():
        for passage in passages:
            cited_by[passage].append(claim)

    def claims_on(position: int) -> Iterator[int]:
        if graph.kinds.get(position) in CITED:
            yield from cited_by[position]
            return
        for one in (position, *(p for p in named_by[position] if graph.owner.get(p) == position)):
            yield from (p for p in named_by[one] if graph.kinds.get(p) in SPEAKING)

    erased: set[int] = set()
    waiting = [target for target in targets if target in graph.kinds]
    while waiting:
        position = waiting.pop()
        if position in erased:
            continue
        erased.add(position)
        waiting += named_by[position]
        waiting += [d for d in graph.made.get(position, ()) if d not in kept]
        waiting += [
            claim for claim in cited_by[position] if erased.issuperset(graph.cites.get(claim, ()))
        ]
        if graph.kinds[position] in SPEAKING:
            named = graph.names.get(position, ())
            owners = (graph.owner[one] for one in named if one in graph.owner)
            beneath = (*named, *owners, *graph.cites.get(position, ()))
            waiting += [
                thing
                for thing in beneath
                if graph.kinds.get(thing) in LEFT_WITH_NOTHING
                and erased.issuperset(claims_on(thing))
            ]
    shells: dict[int, tuple[int, ...]] = {}
    for shell in sorted({*graph.cites, *graph.corrects, *graph.seen} - erased):
        beneath = (
            *graph.cites.get(shell, ()),
            *graph.seen.get(shell, ()),
            graph.corrects.get(shell, -1),
        )
        if lost := tuple(thing for thing in beneath if thing in erased):
            shells[shell] = lost
    return Closed(frozenset(erased), shells)


def versions(graph: Graph, claim: int) -> set[int]:
    """A claim with all that it corrects and that corrects it: they say the same thing anew."""
    corrected_by: dict[int, list[int]] = defaultdict(list)
    for later, earlier in graph.corrects.items():
        corrected_by[earlier].append(later)
    found: set[int] = set()
    waiting = [claim]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += corrected_by[one]
            if one in graph.corrects:
                waiting.append(graph.corrects[one])
    return found
