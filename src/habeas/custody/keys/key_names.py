"""What the keys of an archive are called: the log's name, and what follows from it."""

from __future__ import annotations

import re
import secrets
from typing import Final

#: The end of the name of an archive in which everything is made up.
SYNTHETIC: Final = "/synthetic"
#: A name that ``new_origin`` gave, in bytes of whatever was written by an archive.
_GIVEN = re.compile(rb"habeas\.invalid/(?:[0-9a-f]{32}|exercise)(/synthetic(?![0-9a-z]))?")


def new_origin(*, synthetic: bool = False) -> str:
    """A name for an archive that says nothing about it: a URL without its scheme, as the
    specifications of logs advise, in a domain that nobody can ever answer for (RFC 6761).

    That of an archive in which everything is made up says this, and nothing else.
    """
    return "habeas.invalid/" + secrets.token_hex(16) + (SYNTHETIC if synthetic else "")


def is_synthetic(origin: str) -> bool:
    """Whether everything in the archive of this name is made up."""
    return origin.endswith(SYNTHETIC)


def origins_in(data: bytes) -> set[bool]:
    """Of the archives that are named in these bytes, whether each is made up."""
    return {found[1] is not None for found in _GIVEN.finditer(data)}


def entry_key_name(origin: str) -> str:
    """The name under which the installation signs entries."""
    return f"{origin}/entry"


def person_key_name(origin: str, pseudonym: str) -> str:
    """The name under which a person signs decisions."""
    return f"{origin}/{pseudonym}"
