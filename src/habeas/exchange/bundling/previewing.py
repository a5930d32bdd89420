"""What a bundle would hold, before it is made: numbers, and which files would go out whole.

Invariant: nothing is written and nothing recorded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from habeas.archive.opening import Archive
from habeas.archive.store.still import still
from habeas.exchange.bundling.choosing import Chosen
from habeas.exchange.bundling.disclosing import Rules, grants, items
from habeas.exchange.bundling.neighbours import facts_of_files_left_out, sides_of_others
from habeas.exchange.bundling.writing import visible_sizes


@dataclass(frozen=True, slots=True)
class BundlePreview:
    """What a bundle would hold. ``size_bytes``: of its files."""

    entries: int
    withheld: int
    given_whole: tuple[int, ...]
    size_bytes: int


def preview(
    archive: Archive,
    chosen: Chosen,
    *,
    rules: Rules | None = None,
    without_files: Iterable[int] = (),
) -> BundlePreview:
    """What ``write`` would put into a bundle."""
    rules = rules or Rules()
    with still(archive) as at:
        exhibits = chosen.exhibits - set(without_files)
        of_others = {
            **sides_of_others(at, chosen.positions),
            **facts_of_files_left_out(chosen.positions, exhibits),
        }
        found = items(chosen.positions | grants(chosen.positions, rules), rules, of_others)
        files = exhibits & {item.position for item in found if "plain_sha256" in item.fields}
        return BundlePreview(
            len(found),
            sum(item.withheld for item in found),
            tuple(sorted(files)),
            sum(visible_sizes(files)),
        )
