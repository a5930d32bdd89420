"""What the web refuses, and what to do about it.

HabeasError
└── WebError
    ├── AddressRefused   web.address
    ├── PortTaken        web.port-taken
    ├── NoArchive        web.no-archive
    ├── FormUnreadable   web.form
    ├── WordsChanged     web.words-changed   the words there are not those chosen
    └── TooManyAtOnce    web.too-many
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


class FormUnreadable(WebError):
    """A form that lacks something, or holds what no page of ours puts there."""

    code = "web.form"


class WordsChanged(WebError):
    code = "web.words-changed"


class TooManyAtOnce(WebError):
    code = "web.too-many"
