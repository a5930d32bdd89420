"""Made-up people for the tests of linking, with who is who."""

from __future__ import annotations

from functools import lru_cache

from benchmarks.linking_records import records

from habeas.linking import LinkRecord


@lru_cache(maxsize=4)
def people(number: int, seed: int = 5) -> tuple[tuple[LinkRecord, ...], dict[str, str]]:
    """Records in mixed scripts, and the person of each."""
    made = list(records(number, seed))
    return tuple(record for record, _ in made), {record.id: str(who) for record, who in made}


def person(id: str, *names: str, **more: object) -> LinkRecord:
    return LinkRecord(id, "person", names, **more)  # type: ignore[arg-type]
