"""Which entries belong to what is handed over: the closure of an exhibit, a record, a figure.

From claims down to bytes, as ``why`` goes: subjects, speakers and through whom, passages,
text layers, exhibits with their custody, the judgements that join a record. Everything is read
through ``access.visible`` for a viewer of the level that the bundle is made for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from habeas.archive import models as m
from habeas.archive.access import (
    OWNER,
    PUBLIC,
    Viewer,
    consents,
    live,
    newest,
    team_member,
    visible,
)
from habeas.archive.access.blocked_bytes import blocked_among
from habeas.archive.access.labels import LEVEL_NAMES, LEVELS
from habeas.archive.groupings import episodes_of
from habeas.archive.opening import Archive
from habeas.archive.purposes import require_to_hand_over
from habeas.archive.store.pieces import in_pieces
from habeas.custody.errors import BundleError
from habeas.figures.definition import recorded
from habeas.figures.definition.definitions import FigureDefinition
from habeas.figures.evaluation.evaluating import evaluate
from habeas.figures.evaluation.loading import (
    about_the_owner,
    grouped_in,
    live_claims,
    records_around,
)
from habeas.figures.why.asking import tree
from habeas.figures.why.nodes import Node

MOST_ENTRIES = 50_000  # also what the verifiers read
_MOST_NAMED = 20


@dataclass(slots=True)
class Chosen:
    """Positions of the entries; ``exhibits`` those whose bytes may be handed over.

    ``about`` says in words what the bundle is of, ``unnamed`` the same without caption, title and
    key, for a bundle that withholds them; ``why`` is the tree of a figure or record.
    """

    about: str
    positions: set[int] = field(default_factory=set)
    exhibits: set[int] = field(default_factory=set)
    why: Node | None = None
    unnamed: str = ""


def viewer_of(level: str) -> Viewer:
    """Somebody who may read everything up to a level, in every compartment, and nothing above."""
    if level not in LEVELS:
        raise BundleError(
            f"No handling level named {level!r}.", next_step=f"Use one of: {', '.join(LEVELS)}."
        )
    if level == "public":
        return PUBLIC
    keys = visible(OWNER, m.Compartment).values_list("key", flat=True)
    return team_member(f"a reader of a bundle up to {level}", dict.fromkeys(keys, level))


def choose(
    archive: Archive,
    level: str,
    *,
    exhibits: Iterable[int] = (),
    figure: str = "",
    record: int | None = None,
    purpose: int | None = None,
    preview: bool = False,
) -> Chosen:
    """What belongs to the exhibits, the figure or the record that is asked for.

    ``purpose`` is the entry that says what for; above public there must be one, unless the bundle
    is only previewed: numbers are told then, and nothing leaves.
    """
    wanted = sorted(set(exhibits))

    def closure(viewer: Viewer) -> Chosen:
        viewer = replace(viewer, purpose=purpose)
        if figure:
            return _figure(archive, viewer, figure, level)
        if record is not None:
            return _record(archive, viewer, record, level)
        return _exhibits(viewer, wanted, level)

    reader = viewer_of(level)
    if not preview:
        require_to_hand_over(level, purpose)
    if level == "public":  # first, because it is the better reason
        _refuse_held_back(closure(OWNER))
    chosen = closure(reader)
    chosen.positions |= chosen.exhibits
    if len(chosen.positions) > MOST_ENTRIES:
        raise BundleError(
            f"{chosen.about} rests on {len(chosen.positions):,} entries; a bundle holds "
            f"{MOST_ENTRIES:,}.",
            next_step="Hand over its records one by one, or a figure with fewer members.",
        )
    return chosen


def _exhibits(viewer: Viewer, wanted: list[int], level: str) -> Chosen:
    if not wanted:
        raise BundleError(
            "It is not said what to hand over.",
            next_step="Name exhibits by their numbers, or give --figure or --record.",
        )
    rows = {row.position: row for row in visible(viewer, m.Exhibit).filter(position__in=wanted)}
    for position in wanted:
        if position not in rows:
            _refuse_stricter(f"Exhibit {position}", m.Exhibit, level, position=position)
            raise BundleError(
                f"No exhibit numbered {position}.", next_step="Look it up with `habeas custody`."
            )
    chosen = Chosen("Exhibits " + ", ".join(map(str, wanted)), exhibits=set(wanted))
    if len(wanted) == 1:
        chosen.about = f"Exhibit {wanted[0]}"
    _with_exhibits(viewer, chosen, wanted)
    return chosen


def _refuse_held_back(everything: Chosen) -> None:
    """Refuse while somebody in it agreed to be public with a remark, which no rule can read."""
    held: set[int] = set()
    for part in _parts(everything.positions):
        rows = live(visible(OWNER, m.Consent)).filter(subject__in=part, audience=LEVELS["public"])
        held |= {
            row.subject
            for row in rows
            if consents.is_held_back(row.basis, row.scope, row.at_risk, row.reason)
        }
    if held:
        entries = ", ".join(map(str, sorted(held)[:_MOST_NAMED]))
        more = len(held) - _MOST_NAMED
        raise BundleError(
            f"{len(held):,} in it agreed to be public with a remark, which no rule can read: "
            f"{entries}{f' and {more:,} more' if more > 0 else ''}.",
            next_step="Where the remark limits nothing, record the consent again without it; "
            "otherwise hand over at the level team.",
        )


def _refuse_stricter(
    what: str, model: type[m.Projection], level: str, **asked: str | int | None
) -> None:
    """Say why something does not go out at a level. Whoever makes a bundle is the owner, who sees
    that it is there; to nobody else is this said.
    """
    labels = visible(OWNER, model).filter(**asked).values("label")
    found = visible(OWNER, m.Label).filter(id__in=labels).order_by("-level").first()
    if found is None:
        return
    if found.level > LEVELS[level]:
        handled = LEVEL_NAMES[found.level]
        raise BundleError(
            f"{what} is handled as {handled}: it is not handed over at the level {level}.",
            next_step=f"Where it may go that far: --level {handled}.",
        )
    if found.awaits:
        raise BundleError(
            f"{what} is not handed over at the level {level}: it rests on a list that was not "
            "accepted yet, or on a picture of which no one has confirmed whom it shows.",
            next_step="See what waits on the page /waiting/; `habeas accept LIST` accepts a list.",
        )
    raise BundleError(
        f"{what} is not handed over at the level {level}: someone in it has not agreed to "
        "publication, or no longer does.",
        next_step="Where the team alone is to read it: --level team.",
    )


def _figure(archive: Archive, viewer: Viewer, key: str, level: str) -> Chosen:
    if not newest(viewer, m.Definition).filter(key=key).exists():
        _refuse_stricter(f"Figure {key}", m.Definition, level, key=key, ended_at=None)
    definition: FigureDefinition = recorded.named(viewer, key)
    evaluation = evaluate(archive, definition, viewer)
    chosen = Chosen(f"Figure {key}: {definition.title}", unnamed="A figure")
    if definition.position is not None:
        chosen.positions.add(definition.position)
    records = {member.record for member in (*evaluation.members, *evaluation.undecided)}
    records |= {point.record for point in evaluation.points}
    claims = set(evaluation.grounds)
    claims |= {point.claim for point in evaluation.points}
    for member in (*evaluation.members, *evaluation.undecided):
        claims.update(member.claims)
    _with_claims(viewer, chosen, claims)
    _with_records(viewer, chosen, records, evaluation.as_of)
    limit = max(1, len(evaluation.members), len(evaluation.points))
    chosen.why = tree(archive, viewer, evaluation, limit=limit, proof=False)
    return chosen


def _record(archive: Archive, viewer: Viewer, record: int, level: str) -> Chosen:
    mention = visible(viewer, m.Mention).filter(position=record).first()
    if mention is None:
        _refuse_stricter(f"Record {record}", m.Mention, level, position=record)
        raise BundleError(
            f"No record numbered {record}.", next_step="Look up its number on its page."
        )
    size = archive.size
    records = records_around(viewer, [record], size)
    first = records.of(record)
    mentions = records.members(first)
    owned = _positions(live(visible(viewer, m.Mention), size), "of", mentions)
    claims = _positions(live_claims(viewer, size), "subject", {*mentions, *owned})
    claims |= grouped_in(viewer, mentions, size)
    number = f"Record {first}"
    chosen = Chosen(f"{number}: {mention.caption}", unnamed=number)
    _with_claims(viewer, chosen, claims)
    _with_records(viewer, chosen, {record, *mentions, *owned}, size)
    chosen.why = tree(archive, viewer, record, limit=max(1, len(claims)), proof=False)
    return chosen


def _with_records(viewer: Viewer, chosen: Chosen, records: Collection[int], as_of: int) -> None:
    """The mentions of records and the judgements by which they are one."""
    joined = records_around(viewer, sorted(records), as_of)
    mentions = {each for record in records for each in joined.members(joined.of(record))}
    mentions |= _column(visible(viewer, m.Mention), "position", mentions, "of")
    chosen.positions |= _positions(visible(viewer, m.Mention), "position", mentions)
    judged = live(visible(viewer, m.Judgement), as_of)
    chosen.positions |= _positions(judged, "left", mentions) & _positions(judged, "right", mentions)


def _with_claims(viewer: Viewer, chosen: Chosen, claims: Collection[int]) -> None:
    """Claims, and all that they rest on."""
    rows = [
        row for part in _parts(claims) for row in visible(viewer, m.Claim).filter(position__in=part)
    ]
    found = {row.position for row in rows}
    chosen.positions |= found
    mentions = {row.subject for row in rows} | {row.ref for row in rows if row.ref is not None}
    grouped = about_the_owner(viewer, episodes_of(viewer, found), None)
    mentions |= {episode for episode, _ in grouped.values()}
    mentions |= _column(visible(viewer, m.Mention), "position", mentions, "of")
    chosen.positions |= {grouping for _, grouping in grouped.values()}
    lists = {row.list for row in rows if row.list is not None}
    sources = _column(visible(viewer, m.ClaimSource), "claim", found, "source")
    passages = _column(visible(viewer, m.ClaimPassage), "claim", found, "passage")
    repeats = live(visible(viewer, m.Lineage))
    lineage = _positions(repeats, "source", sources)
    sources |= _column(repeats, "source", sources, "repeats")
    exhibits = _column(visible(viewer, m.Passage), "position", passages, "exhibit")
    for model, wanted in (
        (m.Mention, mentions),
        (m.List, lists),
        (m.Source, sources),
        (m.Passage, passages),
        (m.Lineage, lineage),
    ):
        chosen.positions |= _positions(visible(viewer, model), "position", wanted)
    chosen.positions |= _positions(live(visible(viewer, m.Assessment)), "target", found | sources)
    found_exhibits = _positions(visible(viewer, m.Exhibit), "position", exhibits)
    chosen.positions |= found_exhibits  # a blocked one is proven; its bytes are handed to nobody
    chosen.exhibits |= found_exhibits - blocked_among(found_exhibits)
    readings = _column(visible(viewer, m.Passage), "position", passages, "reading")
    chosen.positions |= _positions(visible(viewer, m.Reading), "position", readings)
    _with_exhibits(viewer, chosen, sorted(found_exhibits), passages)


def _with_exhibits(
    viewer: Viewer, chosen: Chosen, exhibits: Iterable[int], passages: Collection[int] = ()
) -> None:
    """Exhibits with their text layers, their custody and the holds on them.

    With passages, of the layers only those that they stand in.
    """
    wanted = list(exhibits)
    chosen.positions.update(wanted)
    if passages:
        layers = _column(visible(viewer, m.Passage), "position", passages, "layer")
        chosen.positions |= _positions(visible(viewer, m.Layer), "position", layers)
    else:
        chosen.positions |= _positions(visible(viewer, m.Layer), "exhibit", wanted)
    chosen.positions |= _positions(visible(viewer, m.CustodyEvent), "exhibit", wanted)
    _with_transcripts(viewer, chosen, wanted)
    held = visible(viewer, m.Hold)
    chosen.positions |= _positions(held, "target", wanted)
    chosen.positions |= _column(held, "target", wanted, "ended_at")


def _with_transcripts(viewer: Viewer, chosen: Chosen, exhibits: Collection[int]) -> None:
    """Who wrote down what is said: the transcripts of recordings and those that the exhibits are.

    The other file is proven with its reading and text layer; its bytes are handed over only where
    they are asked for or cited.
    """
    rows = live(visible(viewer, m.Transcript))
    found = _positions(rows, "exhibit", exhibits) | _positions(rows, "transcript", exhibits)
    while more := _column(rows, "position", found, "translates") - found:
        found |= more
    chosen.positions |= found
    for model, column in (
        *((m.Exhibit, "exhibit"), (m.Exhibit, "transcript")),
        *((m.Source, "source"), (m.Reading, "reading")),
    ):
        wanted = _column(rows, "position", found, column)
        chosen.positions |= _positions(visible(viewer, model), "position", wanted)
    readings = _column(rows, "position", found, "reading")
    layers = _column(visible(viewer, m.Reading), "position", readings, "layer")
    chosen.positions |= _positions(visible(viewer, m.Layer), "position", layers)


def _positions(rows: object, column: str, values: Collection[int]) -> set[int]:
    return _column(rows, column, values, "position")


def _column(rows: object, column: str, values: Collection[int], wanted: str) -> set[int]:
    """The values of one column where another is one of these."""
    found: set[int] = set()
    for part in _parts(values):
        matching = rows.filter(**{f"{column}__in": part})  # type: ignore[attr-defined]
        found.update(matching.values_list(wanted, flat=True))
    return {value for value in found if value is not None}


def _parts(values: Collection[int]) -> Iterator[Sequence[int]]:
    ordered = sorted(value for value in values if value is not None)
    yield from in_pieces(ordered)
