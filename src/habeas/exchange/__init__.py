"""What comes in and goes out as files.

In: an importer is one module that reads its format into ``drafts`` and checks nothing; ``checking``
finds every fault in them, ``importing`` seals, then writes in one transaction under one person's
signature. So bad input gets a list of every fault and changes nothing. ``folder`` is the importer
of a folder of CSV files, ``case_tables`` that of a sheet by a mapping. Out: ``bundling``,
``exporting``, and the rows of ``tidy``.
"""

__all__ = [
    "bundling",
    "case_tables",
    "drafts",
    "errors",
    "exporting",
    "folder",
    "importing",
    "known_pictures",
    "samples",
    "tidy",
]
