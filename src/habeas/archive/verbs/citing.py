"""cite: a passage, an exact place in a text layer or in the bytes of an exhibit."""

from __future__ import annotations

from habeas.archive import models as m
from habeas.archive import rules
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.verbs.referring import TEAM, Marking, Thing, ref

CONTEXT = 32  # characters kept on each side


def cite(
    batch: Batch,
    exhibit: Thing,
    layer: Thing,
    text: str,
    start: int,
    stop: int,
    *,
    marking: Marking = TEAM,
) -> Ref:
    """Cite the code points [start, stop) of a layer; ``text`` is the layer's whole text."""
    rules.refuse(rules.passage(start, stop, len(text)))
    return batch.append(
        "passage",
        {
            "exhibit": ref(batch, exhibit, m.Exhibit).entry_id,
            "layer": ref(batch, layer, m.Layer).entry_id,
            "start": start,
            "stop": stop,
            "quote": text[start:stop],
            "prefix": text[max(0, start - CONTEXT) : start],
            "suffix": text[stop : stop + CONTEXT],
            **marking.fields(batch),
        },
    )
