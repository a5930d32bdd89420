"""Who may read what: the one door to the archive's rows, and what makes a row strict.

Here belong labels, consents and blocked bytes. Every read of content begins with ``visible``. Not
here: which label a row has (``archive.projection``).
"""

from habeas.archive.access.door import (
    OWNER,
    PUBLIC,
    Reason,
    Viewer,
    as_known,
    erasing_entry,
    explain,
    live,
    newest,
    team_member,
    visible,
    visible_labels,
)

__all__ = [
    "OWNER",
    "PUBLIC",
    "Reason",
    "Viewer",
    "alike",
    "as_known",
    "blocked_bytes",
    "consents",
    "erasing_entry",
    "explain",
    "gates",
    "joins",
    "labels",
    "live",
    "newest",
    "team_member",
    "under_names",
    "visible",
    "visible_labels",
]
