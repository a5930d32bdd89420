"""What is shown of an archive, as frozen values: pages, JSON twins, sites, the library render them.

A builder takes (archive, viewer, query), as far as it needs them, and returns one value. Here
belongs what is chosen, read and put into words. Not here: addresses (a value names its ``Target``),
HTTP, a request, templates, how something looks; and no viewer that was not given. Every row comes
through ``archive.access.visible``.
"""

__all__ = [
    "about",
    "accounts",
    "accounts_in_words",
    "asking",
    "claims",
    "differences",
    "episodes",
    "exhibits",
    "figures",
    "locations",
    "marks",
    "plain",
    "records",
    "references",
    "search",
    "sources",
    "stays_plain",
    "waiting",
]
