"""Which files have something in whichever of their passages.

A file is a text layer: what one reading gave of one file, also of one that lies in an archive
file. Invariant: a file counts by passages that the viewer may see, and by no other.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import and_, or_
from typing import Any

import tantivy
from tantivy import Query

from habeas.archive.search.language import And, InFile, Not, Or, Tree

_MOST_BUCKETS = 65_000  # that tantivy counts at once

Passages = Callable[[Tree | None], Query]


def layers_with(tree: Tree, searcher: tantivy.Searcher, passages: Passages) -> set[int]:
    """The layers that have it. ``passages`` gives those where a leaf stands; all for None."""

    def having(tree: Tree) -> set[int]:
        match tree:
            case InFile(item):
                return having(item)
            case Not(item):
                return _layers(searcher, passages(None)) - having(item)
            case Or(items):
                return reduce(or_, map(having, items))
            case And(items):
                return reduce(and_, map(having, items))
            case _:
                return _layers(searcher, passages(tree))

    return having(tree)


def _layers(searcher: tantivy.Searcher, query: Query) -> set[int]:
    """The layers of all passages that are found."""
    asked = {"field": "layer", "size": _MOST_BUCKETS, "segment_size": _MOST_BUCKETS}
    told: dict[str, Any] = searcher.aggregate(query, {"layers": {"terms": asked}})["layers"]
    if not told["sum_other_doc_count"]:
        return {int(bucket["key"]) for bucket in told["buckets"]}
    found = searcher.search(Query.const_score_query(query, 0.0), searcher.num_docs)
    addresses = [address for _, address in found.hits]
    return {int(layer or 0) for layer in searcher.fast_field_values("layer", addresses)}
