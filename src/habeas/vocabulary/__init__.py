"""The words of the archive as data: kinds, properties, code lists, dates, counts, places.

Plain Python; imports nothing of habeas but ``habeas.errors``. What a thing means lives in
``data/*.yaml`` (read by ``schema``); how a value is read, kept and compared lives in the
modules. Every value keeps what was written beside what it was read as.
"""

from __future__ import annotations

from habeas.vocabulary.answers import Answer

__all__ = [
    "Answer",
    "answers",
    "areas",
    "counts",
    "datums",
    "edtf",
    "errors",
    "forms",
    "gregorian",
    "locations",
    "outlines",
    "places",
    "region",
    "region_file",
    "schema",
    "stances",
    "texts",
    "values",
]
