"""The archive as tidy tables: one row a claim, a place that is cited, a record, a source,
or a part of a figure.

``columns`` says what a column is and is the codebook; ``claims``, ``citations``, ``records``,
``sources``, ``observations``, ``parts`` and ``hits`` each hold one kind of row and read them, piece
by piece, through ``archive.access.visible``; ``tables`` holds rows in memory for the library. Files
are made of the same rows by ``exchange.exporting``. Nothing here writes.

Names, order, types and meaning of columns are pinned under ``columns.VERSION`` by a test.
"""

__all__ = [
    "citations",
    "claims",
    "codebook",
    "columns",
    "hits",
    "observations",
    "parts",
    "reading",
    "records",
    "sources",
]
