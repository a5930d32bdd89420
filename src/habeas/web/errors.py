"""What the web refuses, and what to do about it.

HabeasError
└── WebError
    ├── AddressRefused   web.address
    ├── PortTaken        web.port-taken
    └── NoArchive        web.no-archive
"""

from __future__ import annotations

from habeas.errors import HabeasError


class WebError(HabeasError):
    code = "web.error"


class AddressRefused(WebError):
    """An address that other machines could reach, while there is no sign-in."""

    code = "web.address"


class PortTaken(WebError):
    code = "web.port-taken"


class NoArchive(WebError):
    code = "web.no-archive"
