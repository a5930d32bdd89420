"""Names and words that go, in what somebody wrote freely and stays: a note, a reason, a definition.

Looked for are the captions of the mentions that go, where they have at least two words (a Han
character is a word), and the runs of words of the texts that go. Whoever shares the name stands
there too: a reader decides. Invariant: what is found is named by kind and position, never by its
words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Final

from habeas.archive import folding
from habeas.archive import models as m

#: What people write in their own words, by model.
WRITTEN: Final[dict[type[m.Projection], tuple[str, ...]]] = {
    m.Acceptance: ("sample", "reason", "despite"),
    m.ArchiveTitle: ("title", "made_by"),
    m.Assessment: ("reason",),
    m.BatchSearch: ("purpose",),
    m.Block: ("reason",),
    m.Claim: ("note", "value", "attribution"),
    m.Compartment: ("title",),
    m.Consent: ("scope", "at_risk", "reason"),
    m.CustodyEvent: ("agent", "place", "reason", "authority", "responsible", "changed"),
    m.Definition: ("title", "text"),
    m.ErasureRequest: ("reason",),
    m.Export: ("purpose",),
    m.Exhibit: ("filename", "title", "received_from", "note"),
    m.GatePolicy: ("reason",),
    m.Grouping: ("reason",),
    m.Hold: ("authority", "reason"),
    m.Judgement: ("reason",),
    m.KeyRequest: ("reason",),
    m.Lineage: ("reason",),
    m.List: ("name",),
    m.PictureReference: ("name",),
    m.Retraction: ("reason",),
    m.Review: ("reason",),
    m.Source: ("name", "about", "interests"),
    m.StatedPurpose: ("purpose",),
    m.Transcript: ("note",),
    m.TrustPolicyRequest: ("reason",),
}
SHORTEST_NAME: Final = 2  # words

Run = tuple[str, ...]


def retold(gone: Collection[int], runs: Iterable[Run]) -> tuple[tuple[str, int], ...]:
    """Kind and position of each entry that stays and was written with a name or words that go."""
    wanted = _by_length([*runs, *_names(gone)])
    found: list[tuple[str, int]] = []
    if not wanted:
        return ()
    for model, fields in WRITTEN.items():
        for position, *texts in model._default_manager.values_list("position", *fields).iterator():
            if position not in gone and any(text and holds(text, wanted) for text in texts):
                found.append((model.__name__.lower(), position))
    return tuple(sorted(found, key=lambda one: one[1]))


def names_in(gone: Collection[int], text: str) -> bool:
    """Whether a text names somebody or something that goes."""
    return holds(text, _by_length(_names(gone)))


def holds(text: str, wanted: dict[int, set[Run]]) -> bool:
    """Whether one of the runs of words stands in a text."""
    words = folding.words(text)
    return any(
        tuple(words[start : start + length]) in runs
        for length, runs in wanted.items()
        for start in range(len(words) - length + 1)
    )


def _names(gone: Collection[int]) -> set[Run]:
    captions = m.Mention.objects.values_list("position", "caption").iterator()
    names = {tuple(folding.words(text)) for position, text in captions if position in gone}
    return {name for name in names if len(name) >= SHORTEST_NAME}


def _by_length(runs: Iterable[Run]) -> dict[int, set[Run]]:
    found: dict[int, set[Run]] = defaultdict(set)
    for run in runs:
        found[len(run)].add(run)
    return dict(found)
