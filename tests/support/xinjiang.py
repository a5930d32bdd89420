"""The rooms of names and linking in the region of Xinjiang, which most tests are about."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from habeas import names
from habeas.linking import scoring
from habeas.names import comparing, gazetteer, parts, placeholders, readings, table
from habeas.vocabulary import region

if TYPE_CHECKING:
    from habeas.linking import LinkageRun, LinkRecord

XINJIANG = region.bundled("xinjiang")
TABLE = table.of(XINJIANG)
PLACES = gazetteer.of(XINJIANG)

compare = partial(names.compare, region=XINJIANG)
is_placeholder = partial(names.is_placeholder, region=XINJIANG)
keys = partial(names.keys, region=XINJIANG)
render = partial(names.render, region=XINJIANG)
resolve = partial(names.resolve, region=XINJIANG)
take_apart = partial(names.take_apart, region=XINJIANG)
read = partial(readings.readings, region=XINJIANG)
is_initial = partial(parts.is_initial, region=XINJIANG)
may_stand_in = partial(placeholders.may_stand_in, region=XINJIANG)
score = partial(scoring.score, region=XINJIANG)
Comparer = partial(comparing.Comparer, XINJIANG)


def link(records: Iterable[LinkRecord], **more: Any) -> LinkageRun:
    """``habeas.linking.link``, which is loaded when it is first used."""
    from habeas import linking

    return linking.link(records, XINJIANG, **more)
