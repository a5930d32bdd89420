"""The content: every object against its address, every quote against the text it is from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from habeas.archive import models as m
from habeas.archive.readings import layer_text
from habeas.archive.store.pieces import in_pieces
from habeas.archive.store.still import part
from habeas.archive.verify.report import UNREADABLE, Progress, Report, Sample, words_of
from habeas.custody.checks.fixity import audit_objects
from habeas.custody.objects.object_store import ADDRESS

if TYPE_CHECKING:
    from habeas.archive.opening import Archive


def check_objects(
    archive: Archive, report: Report, progress: Progress, sample: Sample | None
) -> None:
    expected = set(_addresses(report))
    taken = expected if sample is None else sample.of(expected)
    report.objects, report.objects_left = len(taken), len(expected) - len(taken)
    report.faults.extend(
        audit_objects(archive.objects, taken, lambda done, total: progress("Objects", done, total))
    )
    report.leftovers = sorted(set(archive.objects.addresses()) - expected)


def _addresses(report: Report) -> Iterator[str]:
    """The addresses of kept keys; one that is none is named."""
    for address in m.ContentObjectKey.objects.values_list("address", flat=True).iterator():
        if isinstance(address, str) and ADDRESS.fullmatch(address):
            yield address
        else:
            report.fault("content.altered", None, "A kept key is of no object: it was altered.")


def never_recorded(archive: Archive, addresses: Iterable[str]) -> list[str]:
    """Which of these objects still belong to no entry: somebody may have recorded some by now."""
    return [
        address
        for several in in_pieces(list(addresses))
        for address in _without_key(several)
        if archive.objects.exists(address)
    ]


def _without_key(addresses: Sequence[str]) -> Iterator[str]:
    found = m.ContentObjectKey.objects.filter(address__in=addresses)
    recorded = set(found.values_list("address", flat=True))
    return (address for address in addresses if address not in recorded)


def check_quotes(archive: Archive, report: Report, progress: Progress) -> None:
    positions = list(m.Layer.objects.order_by("position").values_list("position", flat=True))
    for done, position in enumerate(positions, 1):
        try:
            with part():
                _check_layer(archive, report, m.Layer.objects.get(position=position))
        except UNREADABLE as error:
            words = "it is not text" if isinstance(error, UnicodeError) else words_of(error)
            report.fault("layer.altered", _whole(position), f"Text layer {position}: {words}")
        progress("Quotes", done, len(positions))


def _check_layer(archive: Archive, report: Report, layer: m.Layer) -> None:
    text = layer_text(archive, layer, even_blocked=True)
    for passage in m.Passage.objects.filter(layer=layer.position).order_by("position"):
        report.quotes += 1
        if text[passage.start : passage.stop].replace("\x00", "\u2400") != passage.quote:
            report.fault(
                "passage.differs",
                passage.position,
                f"The quote of passage {passage.position} is not what its text says.",
            )


def _whole(position: object) -> int | None:
    return position if isinstance(position, int) else None
