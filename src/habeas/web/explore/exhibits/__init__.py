"""Pages of exhibits, pictures of them, and the forms that cite and hand out.

Not here: what is shown of an exhibit (``habeas.display.exhibits``), opening a file
(``habeas.reading``); nothing plain is written to a disk.
"""

__all__ = [
    "citing",
    "exhibit_pages",
    "originals",
    "recordings",
]
