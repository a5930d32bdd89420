"""The codebook: what each column of a table is, with the codes that its cells are from.

Every file that leaves has one beside it (``x.csv.codebook.json``), so that whoever is handed the
table years later knows what a column means, in which unit, and what an empty cell says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from habeas.exchange.tidy.columns import VERSION, Column, columns_of
from habeas.vocabulary.schema import Schema

FORMAT = f"habeas-tidy-data/{VERSION}"


def codebook(tables: Mapping[str, type], vocabulary: Schema) -> dict[str, Any]:
    """The codebook of several tables, each named with its kind of row."""
    return {
        "format": FORMAT,
        "vocabulary_sha256": vocabulary.digest,
        "missing": "An empty cell (null) means what the column says, and never zero, no or none.",
        "tables": [
            {
                "name": name,
                "meaning": (kind.__doc__ or "").partition(".")[0] + ".",
                "columns": [described(each, vocabulary) for each in columns_of(kind)],
            }
            for name, kind in tables.items()
        ],
    }


def described(column: Column, vocabulary: Schema) -> dict[str, Any]:
    """One column, with the meanings of its codes; what does not apply is left out."""
    found: dict[str, Any] = {
        "name": column.name,
        "type": column.type,
        "meaning": column.meaning,
        "unit": column.unit,
        "empty_means": column.null,
        "codes": codes_of(column, vocabulary),
    }
    return {name: value for name, value in found.items() if value}


def codes_of(column: Column, vocabulary: Schema) -> dict[str, str]:
    """Each code that may stand in the column, with its meaning."""
    if column.codes == "properties":
        return {name: each.meaning for name, each in vocabulary.properties.items()}
    if column.codes == "kinds of records":
        return {name: each.meaning for name, each in vocabulary.kinds.items()}
    if column.codes in vocabulary.codes:
        return {code: each.meaning for code, each in vocabulary.codes[column.codes].items()}
    return {code: _MEANINGS.get(code, "") for code in column.codes.split(",") if code}


_MEANINGS = {
    "public": "may be published",
    "team": "for the team that documents",
    "restricted": "for those of the team who were given access",
    "sealed": "for as few as possible",
    "not-needed": "no one in it has to be asked",
    "agreed": "everyone in it agrees to publication",
    "not-agreed": "someone in it has not agreed to publication, or no longer does",
    "none": "no consent is recorded that the viewer may see",
    "withdrawn": "the consent was withdrawn",
    "expired": "the consent has ended",
    "limited": "there is a consent, not to publication",
    "remark": "there is a consent with a remark, which no rule can read",
    "unknown": "the source says that it is not known",
    "not-applicable": "it does not apply",
    "withheld": "the source or the team withholds it",
    "needs-purpose": "it picks people by what marks them: shown only for a stated purpose",
    "words": "words of a text",
    "cell": "a cell of a sheet or table",
    "row": "a row of a sheet or table",
    "rectangle": "a rectangle of a page or picture",
    "time": "a time of a recording, with a rectangle where edges are given",
    "whole": "the whole file",
    "not-visible": "the viewer may not see the record that it refers to",
}
