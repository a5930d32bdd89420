"""The value of a claim from its cells: the normal form, and beside it what was written."""

from __future__ import annotations

from habeas.archive import rules
from habeas.errors import HabeasError
from habeas.exchange import leftovers
from habeas.exchange.drafts import DraftRow
from habeas.exchange.names_in import DraftNames
from habeas.vocabulary import values
from habeas.vocabulary.schema import Property


def read_value(names: DraftNames, row: DraftRow, prop: Property) -> tuple[values.Value | None, str]:
    """The value, and the name of the mention where the value refers to one.

    A fault is noted and None given where the cells do not fit the property. A reference's
    value is completed when its mention has been appended (``values.reference``).
    """
    cell, written = row["value"], row["as_written"]
    try:
        if prop.type == "ref" and not cell.startswith(values.MISSING_MARK):
            return _reference(names, row, prop, cell), cell
        value = values.parse(
            cell, prop, names.vocabulary, written=written, language=row["language"]
        )
    except HabeasError as error:
        names.faults.add(row.fault("value", error.message, error.next_step))
        return None, ""
    if doubted := leftovers.far_off(row, value, names.region):
        names.faults.add(row.fault("value", *doubted))
    return value, ""


def _reference(names: DraftNames, row: DraftRow, prop: Property, name: str) -> values.Value:
    mention = names.find(row, "value", name, "mention")
    if mention is not None:
        names.note(row, rules.referred(prop, mention.kind, name))
    as_written = row["as_written"]
    written = values.Written(as_written, row["language"]) if as_written else None
    return values.Value("ref", None, written)
