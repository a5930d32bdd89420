"""Pages of exhibits: custody, texts, tables and pictures; citing and handing out, by forms.

Not here: opening a file (``habeas.reading``); nothing plain is written to a disk.
"""

__all__ = [
    "citing",
    "exhibit_pages",
    "layers",
    "originals",
    "readings",
]
