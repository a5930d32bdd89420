"""A place is cited once, however many cite it at the same time."""

from __future__ import annotations

import threading
from pathlib import Path

from django.db import connections
from tests.archive.making import seal_text

from habeas.archive.exhibits.quoting import cite_once
from habeas.archive.models import Exhibit, Layer, Passage
from habeas.archive.opening import Archive
from habeas.archive.verbs.referring import marking_as_exhibit
from habeas.archive.verify.verifying import verify

TEXT = "A notice names the bakery."


def test_a_place_cited_by_many_at_the_same_time_is_one_passage(
    archive: Archive, tmp_path: Path
) -> None:
    exhibit, _ = seal_text(archive, tmp_path, TEXT, "notice.txt")
    layer = Layer.objects.get(exhibit=exhibit.position)
    place = marking_as_exhibit(Exhibit.objects.get(position=exhibit.position))
    begin = threading.Barrier(6)
    found: list[tuple[int, bool]] = []

    def cite() -> None:
        try:
            begin.wait(20)
            found.append(cite_once(archive, layer, TEXT, 2, 8, place))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=cite) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == 6
    assert len({position for position, _ in found}) == 1
    assert sum(new for _, new in found) == 1
    assert Passage.objects.filter(start=2, stop=8).count() == 1
    assert cite_once(archive, layer, TEXT, 2, 16, place)[1]  # another place is another passage
    archive.sequence_if_free()
    assert archive.log.size == archive.size
    assert verify(archive).faults == []
