"""Exhibits that are kept and not shown: somebody who speaks in them withdrew.

A block is an entry, signed by a person. While it stands nobody, the owner included, is given the
exhibit's bytes, its text or its places: not on a page, not in a search, a working copy or a bundle.
``habeas verify`` and backups go on as before. What others said, quoted in their claims, stays
(``blocked`` and ``access`` hold this).

``redacted`` makes what may be shown instead: a new exhibit, the text with places left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.errors import EntryRefused, UnknownReference
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.readings import layer_text
from habeas.archive.verbs.referring import marking_never_public
from habeas.reading.encodings import plain_text

if TYPE_CHECKING:
    from habeas.archive.opening import Archive
    from habeas.custody.log.notes import Signer

LEFT_OUT = "█████"  # always as long, so that it does not say how much it hides


def redacted(
    archive: Archive,
    exhibit: int,
    person: Signer,
    ranges: Iterable[tuple[int, int]] = (),
    phrases: Iterable[str] = (),
    *,
    layer: int | None = None,
) -> Ref:
    """A new exhibit: the text of this one without the ranges [start, stop) and the phrases.

    The newest text is taken unless ``layer`` names another. The custody event ``derived`` of the
    original, signed by the person, leads to the copy.
    """
    row = m.Exhibit.objects.filter(position=exhibit).first()
    read = m.Layer.objects.filter(exhibit=exhibit, inner_path="").order_by("-position")
    found = read.first() if layer is None else read.filter(position=layer).first()
    if row is None or found is None:
        raise UnknownReference(
            f"Entry {exhibit} is not an exhibit whose text was read.",
            next_step="Give the number of an exhibit with a text.",
        )
    text, left_out = without(layer_text(archive, found, even_blocked=True), ranges, phrases)
    if not left_out:
        raise EntryRefused(
            "Nothing would be left out: no range was given and no phrase is in the text.",
            next_step="Give --range START-STOP, or a file of phrases that are in the text.",
        )
    # The copy is made to be shown, but nobody has read it yet: it begins as strict as the event.
    # Two names, so that a change of the custody rule does not change who sees redacted copies.
    of_the_copy, of_the_event = marking_never_public(row), marking_never_public(row)
    data = text.encode("utf-8")
    reading = plain_text.read(data)
    with archive.objects.batch() as sealing:
        sealed, sealed_text = sealing.seal(data), sealing.seal(reading.text.encode("utf-8"))
    with archive.writing(person) as batch:
        made = verbs.seal(
            batch,
            sealed,
            filename=f"redacted-{exhibit}.txt",
            media_type="text/plain",
            title=f"Redacted text of exhibit {exhibit}",
            note=f"{left_out} places were left out.",
            marking=of_the_copy,
        )
        verbs.layer(
            batch,
            made,
            sealed_text,
            length=len(reading.text),
            reader=reading.reader,
            reader_version=reading.version,
            settings=reading.settings,
            marking=of_the_copy,
        )
        verbs.custody(
            batch,
            exhibit,
            "derived",
            derived=made,
            changed=f"Of the text in layer {found.position}, {left_out} places were left out.",
            signed=True,
            marking=of_the_event,
        )
    return made


def without(
    text: str, ranges: Iterable[tuple[int, int]], phrases: Iterable[str]
) -> tuple[str, int]:
    """The text with these places left out, and how many they were once joined."""
    places = [(start, stop) for start, stop in ranges]
    for start, stop in places:
        if not 0 <= start < stop <= len(text):
            raise EntryRefused(
                f"The range {start}-{stop} is outside the text of {len(text)} characters.",
                next_step="Give a start and a stop inside the text, the start first.",
            )
    for phrase in phrases:
        at = text.find(phrase) if phrase else -1
        while at >= 0:
            places.append((at, at + len(phrase)))
            at = text.find(phrase, at + 1)
    pieces: list[str] = []
    shown_to = 0
    joined = _joined(sorted(places))
    for start, stop in joined:
        pieces += [text[shown_to:start], LEFT_OUT]
        shown_to = stop
    return "".join([*pieces, text[shown_to:]]), len(joined)


def _joined(places: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, stop in places:
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(stop, found[-1][1]))
        else:
            found.append((start, stop))
    return found
