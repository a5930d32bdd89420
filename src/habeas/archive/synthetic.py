"""What is said wherever something of a made-up archive is shown or leaves it."""

from __future__ import annotations

from typing import Final

from habeas.custody.keys.key_names import is_synthetic

MARK: Final = "SYNTHETIC"
SENTENCE: Final = (
    "SYNTHETIC: everything in this archive is made up, for an exercise. None of it is evidence."
)


def words_of(origin: str) -> str:
    """The sentence for an archive of this name; '' where it is not made up."""
    return SENTENCE if is_synthetic(origin) else ""
