"""cite, locate: an exact place in a text layer, or one that is not words.

Invariants: the words of a passage, cell or row are those of the text, never those typed; a place
that is not words lies inside what the reading that it names says of size and time; nothing here
says that a place shows anything.
"""

from __future__ import annotations

from dataclasses import dataclass

from habeas.archive import models as m
from habeas.archive import rules
from habeas.archive.errors import EntryRefused
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.readings import bounds_of
from habeas.archive.verbs.referring import TEAM, Marking, Thing, ref
from habeas.vocabulary.locations import Bounds, Location

CONTEXT = 32  # characters kept on each side


@dataclass(frozen=True, slots=True)
class LayerRange:
    """The code points [start, stop) of a layer; ``text`` is the layer's whole text."""

    layer: Thing
    text: str
    start: int
    stop: int


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
    file, words = ref(batch, exhibit, m.Exhibit), ref(batch, layer, m.Layer)
    _refuse_other_file(batch, words, file)
    return batch.append(
        "passage",
        {
            "exhibit": file.entry_id,
            "layer": words.entry_id,
            "start": start,
            "stop": stop,
            "quote": text[start:stop],
            "prefix": text[max(0, start - CONTEXT) : start],
            "suffix": text[stop : stop + CONTEXT],
            **marking.fields(batch),
        },
    )


def locate(
    batch: Batch,
    exhibit: Thing,
    location: Location,
    *,
    reading: Thing | None = None,
    words: LayerRange | None = None,
    quote: str = "",
    marking: Marking = TEAM,
) -> Ref:
    """Cite a place that is not words. ``reading`` bounds it; the whole file needs none.

    ``words`` says where a cell or row stands in the reading's text; of the other forms ``quote``
    may be what somebody reads or hears there.
    """
    file = ref(batch, exhibit, m.Exhibit)
    read = None if reading is None else ref(batch, reading, m.Reading)
    row = None if read is None else _reading_of(batch, read, file)
    rules.refuse(rules.location(location, Bounds() if row is None else bounds_of(row)))
    if row is None and location.form != "whole":
        raise EntryRefused(
            f"Exhibit {file.position} was not read, so the place cannot be checked.",
            next_step="Read it first with `habeas reading work`.",
        )
    fields: dict[str, object] = {"quote": quote}
    if location.in_table:
        fields = _in_text(batch, location, words, row)
    rules.refuse(rules.quoted(str(fields["quote"])))
    return batch.append(
        "location",
        {
            "exhibit": file.entry_id,
            "form": location.form,
            "reading": None if read is None else read.entry_id,
            "inner_path": "" if row is None else row.inner_path,
            **location.numbers,
            **fields,
            **marking.fields(batch),
        },
    )


def _refuse_other_file(batch: Batch, words: Ref, file: Ref) -> None:
    of = batch.layer_exhibits.get(words.position)
    if of is None:
        if words.position >= batch.first:
            batch.flush()
        of = m.Layer.objects.values_list("exhibit", flat=True).get(position=words.position)
        batch.layer_exhibits[words.position] = of
    if of != file.position:
        raise EntryRefused(
            f"Entry {words.position} is a text of exhibit {of}, not a text of exhibit "
            f"{file.position}.",
            next_step="Name a text of the file that is cited.",
        )


def _reading_of(batch: Batch, read: Ref, file: Ref) -> m.Reading:
    if read.position >= batch.first:
        batch.flush()
    row = m.Reading.objects.get(position=read.position)
    if row.exhibit != file.position:
        raise EntryRefused(
            f"The reading at entry {read.position} is of exhibit {row.exhibit}, not of exhibit "
            f"{file.position}.",
            next_step="Name a reading of the file that is cited.",
        )
    return row


def _in_text(
    batch: Batch, location: Location, words: LayerRange | None, row: m.Reading | None
) -> dict[str, object]:
    """Where a cell or row stands in the text, and what it says."""
    layer = None if words is None else ref(batch, words.layer, m.Layer)
    if words is None or layer is None or row is None or row.layer != layer.position:
        raise EntryRefused(
            f"The {location.form} is in no text of the reading that is named.",
            next_step="Give the place of its words in the text of that reading.",
        )
    if not 0 <= words.start <= words.stop <= len(words.text):
        rules.refuse(rules.passage(words.start, words.stop, len(words.text)))
    return {
        "layer": layer.entry_id,
        "start": words.start,
        "stop": words.stop,
        "quote": words.text[words.start : words.stop],
    }
