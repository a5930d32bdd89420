"""A small archive with a row of every kind for tidy tables. Nobody in it is real."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.archive.making import PUBLIC, add_reviewer, seal_text

from habeas.archive import verbs
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.opening import Archive
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verbs.referring import Marking
from habeas.custody.log.notes import Signer
from habeas.vocabulary import schema, values

SEALED, TEAM = Marking(handling="sealed"), Marking(handling="team")
#: The name of a source that is sealed; it must be in no file below that level.
SECRET = "Guli Hidden-Name"
FORMULA = '=HYPERLINK("https://example.org";"open")'

DEFINITION = """\
key: with-a-count
title: Places with a count
kind: counted
counts: place
rules:
  - {rule: has-claim, property: people_held}
"""


@dataclass(slots=True)
class World:
    archive: Archive
    person: Signer
    at: dict[str, int] = field(default_factory=dict)


def build(archive: Archive, folder: Path) -> World:
    person = add_reviewer(archive)
    exhibit, layer = seal_text(archive, folder)
    with archive.writing(person) as batch:
        refs = _fill(batch, exhibit, layer)
    return World(archive, person, {name: ref.position for name, ref in refs.items()})


def say(batch: Batch, subject: Ref, name: str, cell: str, *speakers: Ref, **more: Any) -> Ref:
    """A claim from a cell, by the first speaker through the others."""
    prop = schema.core().properties[name]
    written = {key: more.pop(key) for key in ("written", "language", "script") if key in more}
    said = more.pop("said", "")
    chain = [Attribution(speakers[0], basis="press-report", said=said)]
    chain += [Attribution(each) for each in speakers[1:]]
    more.setdefault("marking", PUBLIC)
    return verbs.claim(batch, subject, name, values.parse(cell, prop, **written), chain, **more)


def _fill(batch: Batch, exhibit: Ref, layer: Ref) -> dict[str, Ref]:
    from tests.archive.making import TEXT

    news = verbs.source(batch, "news", "publication", name=FORMULA, marking=PUBLIC)
    again = verbs.source(batch, "again", "publication", name="Again", marking=PUBLIC)
    hidden = verbs.source(batch, "h-1", "organisation", name=SECRET, marking=SEALED)
    verbs.lineage(batch, again, news, marking=PUBLIC)
    town = verbs.mention(batch, "place", "Example town", language="en", marking=PUBLIC)
    same = verbs.mention(batch, "place", "例子", language="zh", script="Hans", marking=PUBLIC)
    secret = verbs.mention(batch, "place", "Secret place", marking=SEALED)
    person = verbs.mention(batch, "person", "Aygul Test")
    camp = verbs.mention(batch, "facility", "Example camp", marking=PUBLIC)
    verbs.judge(batch, town, same, "same", "A test.", marking=PUBLIC)
    passage = verbs.cite(batch, exhibit, layer, TEXT, 11, 20, marking=PUBLIC)
    held = say(
        batch, town, "people_held", "~1000-3000", news,
        written="one to three thousand", language="en", holds="2018~/..", said="2019-05-03",
        passages=(passage,),
    )  # fmt: skip
    denied = say(batch, same, "people_held", "?unknown", again, news, stance="denies")
    located = say(batch, town, "location", "44.1,80.2 county", again)
    within = say(batch, camp, "located_in", secret.entry_id, again)
    faith = say(batch, person, "religion", "X", hidden, marking=TEAM)
    named = say(batch, person, "name", 'Aygul "Test"\n+1', hidden, marking=TEAM)
    verbs.define(
        batch, key="with-a-count", title="Places with a count", kind="counted", text=DEFINITION,
        marking=PUBLIC,
    )  # fmt: skip
    return {
        "news": news, "again": again, "hidden": hidden, "town": town, "same": same,
        "person": person, "passage": passage, "held": held, "denied": denied,
        "located": located, "within": within, "faith": faith, "named": named, "secret": secret,
    }  # fmt: skip
