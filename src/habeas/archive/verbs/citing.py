"""cite: a passage, an exact place in a text layer or in the bytes of an exhibit."""

from __future__ import annotations

from habeas.archive import models as m
from habeas.archive.errors import PassageOutside
from habeas.archive.ledger.appending import Batch, Ref
from habeas.archive.verbs.referring import TEAM, Marking, Thing, ref

CONTEXT = 32  # characters kept on each side
LONGEST_QUOTE = 8_000  # characters


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
    if not 0 <= start < stop <= len(text):
        raise PassageOutside(
            f"The passage {start}–{stop} does not lie in the text of {len(text)} characters.",
            next_step="Give a start and a stop inside the text, the start first.",
        )
    if stop - start > LONGEST_QUOTE:
        raise PassageOutside(
            f"The passage has {stop - start} characters; at most {LONGEST_QUOTE} are cited.",
            next_step="Cite the sentences that matter.",
        )
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
