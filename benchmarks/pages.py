"""Pages at 10,000 and at 1,000,000 generated claims, on both databases.

For each archive: the 95th percentile of claim, record and why pages over random things,
each fetched through Django's test client (middleware, query, render), after one warm-up.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.generating import DEFINITION, append, cast, drafts
from benchmarks.table import Measured, Results, percentile_95
from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, visible
from habeas.archive.making import init_archive
from habeas.archive.opening import Archive

PAGES = 200
COUNTIES = 5
HOST = "127.0.0.1:8417"


def run(
    results: Results, scratch: Path, sizes: tuple[int, ...], database: Callable[[], str | None]
) -> None:
    """``database`` gives the URL of an empty PostgreSQL database, or None for SQLite."""
    for size in sizes:
        url = database()
        backend = "PostgreSQL" if url else "SQLite"
        archive = init_archive(scratch / f"{backend}-{size}", passphrase=None, database_url=url)
        started = time.perf_counter()
        counties = _fill(archive, size)
        seconds = time.perf_counter() - started
        results.add(
            Measured(f"generate {size:,} claims, {backend}", f"{size / seconds:,.0f} claims/s")
        )
        _measure(results, archive, f"{size:,} claims, {backend}", counties)


def _fill(archive: Archive, size: int) -> list[int]:
    known = cast(archive)
    for batch in drafts(known, size):
        append(archive, known, batch)
    with archive.writing() as batch:
        for county in range(COUNTIES):
            text = DEFINITION.format(county=county, place=known.places[county].position)
            verbs.define(
                batch, key=f"bench-{county}", title=f"County {county}", kind="counted", text=text
            )
    return [place.position for place in known.places[:COUNTIES]]


def _measure(results: Results, archive: Archive, where: str, counties: list[int]) -> None:
    from django.test import Client

    from habeas.web.site.gate import Gate, open_gate
    from habeas.web.site.viewing import SHOWN, ShownPage

    gate = Gate(hosts=(HOST,))
    open_gate(gate)
    client = Client(HTTP_HOST=HOST, **{SHOWN: ShownPage(archive)})
    client.get(f"/?token={gate.token}")
    chance = random.Random(3)
    last = archive.size - COUNTIES
    claims = _some(chance, m.Claim, last)
    people = _some(chance, m.Mention, last)
    for page, addresses in (
        ("claim page", [f"/claims/{position}/" for position in claims]),
        ("record page", [f"/records/{position}/" for position in people]),
        ("why page", [f"/figures/bench-{chance.randrange(COUNTIES)}/why/" for _ in range(PAGES)]),
    ):
        first = _fetch(client, addresses[0])
        if page == "why page":
            for county in range(COUNTIES):
                _fetch(client, f"/figures/bench-{county}/why/")
        times = [_fetch(client, address) for address in addresses]
        results.add(
            Measured(
                f"{page}, {where}",
                f"p95 {percentile_95(times):.1f} ms",
                f"first, cold: {first * 1000:.0f} ms",
                bar="≤ 50 ms",
            )
        )


def _some(chance: random.Random, model: type[m.Projection], last: int) -> list[int]:
    found: list[int] = []
    while len(found) < PAGES:
        start = chance.randrange(last)
        row = visible(OWNER, model).filter(position__gte=start).order_by("position").first()
        if row is not None:
            found.append(row.position)
    return found


def _fetch(client: object, address: str) -> float:
    started = time.perf_counter()
    answer = client.get(address)  # type: ignore[attr-defined]
    seconds = time.perf_counter() - started
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}")
    return seconds
