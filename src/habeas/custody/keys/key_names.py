"""What the keys of an archive are called: the log's name, and what follows from it."""

from __future__ import annotations

import secrets


def new_origin() -> str:
    """A name for an archive that says nothing about it: a URL without its scheme, as the
    specifications of logs advise, in a domain that nobody can ever answer for (RFC 6761).
    """
    return "habeas.invalid/" + secrets.token_hex(16)


def entry_key_name(origin: str) -> str:
    """The name under which the installation signs entries."""
    return f"{origin}/entry"


def person_key_name(origin: str, pseudonym: str) -> str:
    """The name under which a person signs decisions."""
    return f"{origin}/{pseudonym}"
