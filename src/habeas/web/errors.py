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
    """Whatever the pages refuse."""

    code = "web.error"


class AddressRefused(WebError):
    """An address that other machines could reach, while there is no sign-in."""

    code = "web.address"


class PortTaken(WebError):
    """The port is used by another program, or may not be used."""

    code = "web.port-taken"


class NoArchive(WebError):
    """A page was asked for where no archive is served."""

    code = "web.no-archive"


class FormUnreadable(WebError):
    """A form that lacks something, or holds what no page of ours puts there."""

    code = "web.form"


class WordsChanged(WebError):
    """The words at the chosen place are not those that were chosen."""

    code = "web.words-changed"


class TooManyAtOnce(WebError):
    """As many originals as may be sent at once are being sent."""

    code = "web.too-many"
