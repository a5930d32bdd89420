"""How to check: what a reader can do without trusting this site."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from habeas.archive.ledger.appending import head
from habeas.archive.store import clock
from habeas.web.explore.frame.pages import page
from habeas.web.site.viewing import ViewerRequest

Content = dict[str, Any]


@page("explore/about.html")
def about(request: ViewerRequest) -> Content:
    """The archive's name in the log, its size, its key, and the commands."""
    archive = request.archive
    logged = archive.log.size  # before the database: others may be appending
    return {
        "title": _("How to check"),
        "origin": archive.origin,
        "size": archive.size,
        "logged": logged,
        "clock": clock.remark(head()[1]),
        "checkpoint_key": archive.chain.current.checkpoint.vkey,
        "commands": [
            {
                "command": "habeas verify",
                "does": _(
                    "reads the whole log and every sealed object again, and names what is wrong"
                ),
            },
            {
                "command": "habeas why FIGURE",
                "does": _("follows one figure to its sealed bytes, in the terminal"),
            },
            {
                "command": "habeas why 123",
                "does": _(
                    "does the same for one claim, record, source or exhibit, by its entry number"
                ),
            },
            {
                "command": "habeas prove 123 --out DIR",
                "does": _("writes the proof of one entry as files that openssl can check"),
            },
            {
                "command": "sha256sum FILE",
                "does": _("gives the hash of a file that you hold; compare it with the exhibit’s"),
            },
        ],
    }
