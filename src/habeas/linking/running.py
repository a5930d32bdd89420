"""From records to candidates. Being built."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from habeas.linking.records import Linkage, LinkRecord
    from habeas.linking.settings import Settings


def link(
    records: Iterable[LinkRecord],
    *,
    known: Iterable[LinkRecord] | None = None,
    settings: Settings | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Linkage:
    """Candidates among ``records``, and between them and ``known`` if given."""
    raise NotImplementedError
