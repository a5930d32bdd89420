"""Which of many things belong together, where pairs of them do."""

from __future__ import annotations

from collections.abc import Iterable


def components(mentions: Iterable[int], pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Each mention's earliest fellow, where ``pairs`` are the same."""
    parent = {mention: mention for mention in mentions}

    def root(mention: int) -> int:
        while parent.setdefault(mention, mention) != mention:
            parent[mention] = parent[parent[mention]]
            mention = parent[mention]
        return mention

    for left, right in pairs:
        low, high = sorted((root(left), root(right)))
        parent[high] = low
    return {mention: root(mention) for mention in list(parent)}
