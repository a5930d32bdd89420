"""What a test needs from outside the repository: there, or skipped, or failed under CI.

On a person's machine a missing server or browser skips the tests that use it. Where ``CI``
is set it fails them, so that no green run hides a test that did not run.
"""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def under_ci() -> bool:
    """True where ``CI`` is set to anything but nothing, 0 or false."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false")


def missing(what: str, what_to_do: str) -> NoReturn:
    """Skip or, under CI, fail: ``what`` is not here."""
    message = f"{what} is missing: {what_to_do}"
    if under_ci():
        pytest.fail(message, pytrace=False)
    pytest.skip(message)
