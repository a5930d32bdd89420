"""The same records on Spark give the same pairs.

Opt-in: pyspark is in no lock file, and where somebody has installed it, with Java, this runs.
"""

from __future__ import annotations

import pytest
from tests.linking.people import people
from tests.support.xinjiang import link

from habeas.linking import LinkingSettings

pytest.importorskip("pyspark", reason="opt-in: pip install 'habeas[spark]', with Java 17")


@pytest.mark.filterwarnings("ignore")  # pyspark's own
def test_spark_gives_the_pairs_that_duckdb_gives() -> None:
    records = people(1_000)[0]
    here = link(records)
    there = link(records, settings=LinkingSettings(engine="spark"))
    assert [(c.left, c.right, c.reasons) for c in there.candidates] == [
        (c.left, c.right, c.reasons) for c in here.candidates
    ]
    assert [c.probability for c in there.candidates] == pytest.approx(
        [c.probability for c in here.candidates], abs=2e-6
    )
    assert there.lost == here.lost
    assert there.counts == here.counts
