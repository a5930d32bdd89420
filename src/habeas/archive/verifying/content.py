"""The content: every object against its address, every quote against the text it is from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from habeas.archive import models as m
from habeas.archive.files import layer_text
from habeas.archive.twins import chunks
from habeas.archive.verifying.report import Progress, Report, Sample
from habeas.custody.fixity import audit_objects
from habeas.errors import HabeasError

if TYPE_CHECKING:
    from habeas.archive.opening import Archive


def check_objects(
    archive: Archive, report: Report, progress: Progress, sample: Sample | None
) -> None:
    expected = set(m.ContentObjectKey.objects.values_list("address", flat=True))
    taken = expected if sample is None else sample.of(expected)
    report.objects, report.objects_left = len(taken), len(expected) - len(taken)
    report.faults.extend(
        audit_objects(archive.objects, taken, lambda done, total: progress("Objects", done, total))
    )
    report.leftovers = sorted(set(archive.objects.addresses()) - expected)


def never_recorded(archive: Archive, addresses: Iterable[str]) -> list[str]:
    """Which of these objects still belong to no entry: somebody may have recorded some by now."""
    return [
        address
        for several in chunks(list(addresses))
        for address in _without_key(several)
        if archive.objects.exists(address)
    ]


def _without_key(addresses: Sequence[str]) -> Iterator[str]:
    found = m.ContentObjectKey.objects.filter(address__in=addresses)
    recorded = set(found.values_list("address", flat=True))
    return (address for address in addresses if address not in recorded)


def check_quotes(archive: Archive, report: Report, progress: Progress) -> None:
    layers = list(m.Layer.objects.order_by("position"))
    for done, layer in enumerate(layers, 1):
        try:
            text = layer_text(archive, layer, even_blocked=True)
        except (HabeasError, UnicodeDecodeError) as error:
            message = error.message if isinstance(error, HabeasError) else "it is not text"
            report.fault("layer.altered", layer.position, f"Text layer {layer.position}: {message}")
            continue
        for passage in m.Passage.objects.filter(layer=layer.position).order_by("position"):
            report.quotes += 1
            if text[passage.start : passage.stop].replace("\x00", "\u2400") != passage.quote:
                report.fault(
                    "passage.differs",
                    passage.position,
                    f"The quote of passage {passage.position} is not what its text says.",
                )
        progress("Quotes", done, len(layers))
