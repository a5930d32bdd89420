"""A run of linking over the archive: mentions in, candidate pairs out, for people to judge.

Invariants: what is compared is what sources wrote, mention by mention, never what was judged;
a run proposes and joins nothing; mentions that are one record already are no pair. Only kinds
named by whoever asks are compared, and only what this archive documents.
"""

from __future__ import annotations

import datetime
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from habeas.archive import models as m
from habeas.archive import regions, verbs
from habeas.archive.access import OWNER, live, visible
from habeas.archive.store.pieces import in_pieces
from habeas.archive.verbs.linking import ProposedPair
from habeas.linking import LinkRecord
from habeas.vocabulary import values
from habeas.vocabulary.texts import Text

if TYPE_CHECKING:
    from habeas.archive.opening import Archive
    from habeas.linking import LinkageRun, LinkingSettings

PPM = 1_000_000
Progress = Callable[[str, int, int], None]

_NAMES = ("name", "other_name")
_PARTS = ("given_name", "family_name", "father_name")
_PLACES = ("native_place", "located_in")
_NUMBERS = ("identity_number", "registration_number", "wikidata_id")
_READ = (*_NAMES, *_PARTS, *_PLACES, *_NUMBERS, "birth_date", "gender")


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a run gave: its entry (None: only tried), the pairs, and all that it says."""

    entry: int | None
    pairs: tuple[tuple[int, int, int], ...]  # mentions and parts per million, likeliest first
    linkage: LinkageRun


def propose(
    archive: Archive,
    kind: str,
    *,
    settings: LinkingSettings | None = None,
    record: bool = True,
    progress: Progress = lambda stage, done, total: None,
) -> Proposed:
    """Compare the mentions of a kind; ``record`` keeps the pairs in the ledger."""
    from habeas.linking import LinkingSettings, link

    settings = settings or LinkingSettings()
    size = archive.size
    found = link(link_records(kind), regions.chosen(), settings=settings, progress=progress)
    canonical = dict(
        visible(OWNER, m.Mention).filter(kind=kind).values_list("position", "canonical")
    )
    pairs = []
    for candidate in found.candidates:
        left, right = int(candidate.left), int(candidate.right)
        if canonical[left] != canonical[right]:
            pairs.append((min(left, right), max(left, right), round(candidate.probability * PPM)))
    entry = _keep(archive, kind, found, pairs, settings, size) if record else None
    return Proposed(entry, tuple(pairs), found)


def _keep(
    archive: Archive,
    kind: str,
    found: LinkageRun,
    pairs: Sequence[tuple[int, int, int]],
    settings: LinkingSettings,
    size: int,
) -> int:
    mentioned = {position for left, right, _ in pairs for position in (left, right)}
    ids: dict[int, str] = {}
    for start in range(0, len(mentioned), 500):
        chunk = sorted(mentioned)[start : start + 500]
        rows = m.LedgerEntry.objects.filter(position__in=chunk)
        ids.update(rows.values_list("position", "entry_id"))
    model = found.models.get(kind)  # None where there was nothing to compare
    with archive.writing() as batch:
        return verbs.linkage(
            batch,
            kind,
            (ProposedPair(ids[left], ids[right], ppm) for left, right, ppm in pairs),
            size=size,
            model="0" * 64 if model is None else model.digest,
            threshold_ppm=round(settings.threshold * PPM),
            seed=settings.seed,
            versions={} if model is None else dict(model.versions),
        ).position


def link_records(kind: str, only: Sequence[int] = ()) -> Iterator[LinkRecord]:
    """What sources wrote of each live mention, one record a mention; ``only`` some of them."""
    mentions = live(visible(OWNER, m.Mention)).filter(kind=kind)
    claims = live(visible(OWNER, m.Claim)).filter(property__in=_READ, stance="asserts")
    if only:
        mentions, claims = mentions.filter(position__in=only), claims.filter(subject__in=only)
    said: dict[int, dict[str, list[m.Claim]]] = defaultdict(lambda: defaultdict(list))
    for claim in claims.order_by("position").only(
        "subject", "property", "value", "value_from", "value_to", "value_key", "ref"
    ):
        said[claim.subject][claim.property].append(claim)
    captions = _captions({c.ref for each in said.values() for p in _PLACES for c in each[p]})
    for position, caption, list_ in mentions.order_by("position").values_list(
        "position", "caption", "list"
    ):
        yield _record(position, kind, caption, list_, said.get(position, {}), captions)


def _captions(mentions: set[int | None]) -> dict[int, str]:
    wanted = sorted(position for position in mentions if position is not None)
    found: dict[int, str] = {}
    for some in in_pieces(wanted):
        rows = visible(OWNER, m.Mention).filter(position__in=some)
        found.update(rows.values_list("position", "caption"))
    return found


def _record(
    position: int,
    kind: str,
    caption: str,
    list_: int | None,
    said: dict[str, list[m.Claim]],
    captions: dict[int, str],
) -> LinkRecord:
    def texts(*properties: str) -> list[str]:
        found = [_text(claim) for name in properties for claim in said.get(name, ())]
        return list(dict.fromkeys(text for text in found if text))

    years = [_years(claim) for claim in said.get("birth_date", ())]
    given = [years_ for years_ in years if years_ != (None, None)]
    places = [captions.get(c.ref or -1, "") for name in _PLACES for c in said.get(name, ())]
    genders = {claim.value_key for claim in said.get("gender", ()) if claim.value_key}
    return LinkRecord(
        id=f"{position:020d}",
        kind=kind,
        # Whom a source names is not called what the caption describes: "a man from …".
        names=tuple(texts(*_NAMES)) or (caption,),
        given_name=next(iter(texts("given_name")), ""),
        family_name=next(iter(texts("family_name")), ""),
        father_name=next(iter(texts("father_name")), ""),
        birth_from=min((low for low, _ in given if low is not None), default=None),
        birth_to=max((high for _, high in given if high is not None), default=None),
        gender=genders.pop() if len(genders) == 1 else "",
        places=tuple(dict.fromkeys(place for place in places if place)),
        identifiers=tuple(texts(*_NUMBERS)),
        dataset="" if list_ is None else str(list_),
    )


def _text(claim: m.Claim) -> str:
    value = values.from_json(json.loads(claim.value))
    if value.state:
        return ""
    return value.normal.text if isinstance(value.normal, Text) else claim.value_key


def _years(claim: m.Claim) -> tuple[int | None, int | None]:
    """The first and the last year that a date may lie in; None where open or out of reach."""

    def year(day: int | None) -> int | None:
        try:
            return None if day is None else datetime.date.fromordinal(day).year
        except (ValueError, OverflowError):
            return None

    return year(claim.value_from), year(claim.value_to)
