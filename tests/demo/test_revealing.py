"""The demonstration's log, searched for every word, name, place and id in it."""

from __future__ import annotations

import pytest
from tests.demo.test_loading import load
from tests.support.revealing import assert_nothing_shows

from habeas.archive.opening import Archive


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_log_of_the_demonstration_shows_nothing(archive: Archive) -> None:
    load(archive)
    archive.sequence()
    assert_nothing_shows(archive)
