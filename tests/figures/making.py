"""Plain rows for the tests of the pure parts: claims as a person would say them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from habeas.figures.evaluation.rows import ClaimRow, Facts, Origins, SourceRow
from habeas.vocabulary import edtf, values

SUPPORT = {"type": "code", "list": "un-position", "code": "support"}
CONDEMN = {"type": "code", "list": "un-position", "code": "condemn"}


def code(list_name: str, name: str) -> dict[str, Any]:
    return {"type": "code", "list": list_name, "code": name}


def count(
    low: int | None, high: int | None, unit: str = "persons", *, about: bool = False
) -> dict[str, Any]:
    written = {"text": f"{low}–{high}"}
    found: dict[str, Any] = {"type": "count", "written": written, "unit": unit, "rule": "count/1"}
    if low is not None:
        found["low"] = low
    if high is not None:
        found["high"] = high
    if about:
        found["approximate"] = "yes"
    return found


def date(text: str) -> dict[str, Any]:
    return {"type": "date", "written": {"text": text}, "edtf": text, "rule": "edtf/1"}


def missing(value_type: str, state: str = "unknown") -> dict[str, Any]:
    return {"type": value_type, "state": state}


def claim(
    position: int,
    record: int,
    name: str,
    value: Mapping[str, Any],
    *,
    stance: str = "asserts",
    holds: str = "",
    source: int = 900,
    said: str = "",
    basis: str = "",
    ref: int | None = None,
) -> ClaimRow:
    """One live claim; its columns are made as the archive makes them."""
    column = values.columns(values.from_json(dict(value)))
    when = edtf.parse(holds) if holds else None
    step = {"source": f"{source:032x}", "said": said, "basis": basis}
    return ClaimRow(
        position=position,
        subject=record,
        property=name,
        stance=stance,
        value=json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")),
        value_type=column.value_type,
        value_key=column.value_key,
        number_low=column.number_low,
        number_high=column.number_high,
        value_from=column.value_from,
        value_to=column.value_to,
        ref=ref,
        holds=holds,
        holds_from=when.earliest if when else None,
        holds_to=when.latest if when else None,
        attribution=json.dumps([{k: v for k, v in step.items() if v}]),
        source=source,
        list=None,
        record=record,
        ref_record=ref,
    )


def source(position: int, code: str, kind: str = "publication", interest: str = "") -> SourceRow:
    interests = [{"kind": interest, "text": "stated"}] if interest else []
    return SourceRow(position, code, "", kind, json.dumps(interests), position)


def facts(
    claims: Iterable[ClaimRow],
    *,
    records: Iterable[int] | None = None,
    kind: str = "country",
    repeats: Iterable[tuple[int, int]] = (),
    sources: Iterable[SourceRow] = (),
    **more: Any,
) -> Facts:
    rows = tuple(claims)
    found = tuple(records) if records is not None else tuple(sorted({row.record for row in rows}))
    known = {s.position: s for s in sources}
    for row in rows:
        known.setdefault(row.source, source(row.source, f"source-{row.source}"))
    kinds = dict.fromkeys({*found, *(row.record for row in rows)}, kind)
    return Facts(
        records=found,
        claims=rows,
        sources=known,
        origins=Origins(repeats),
        captions={record: f"record {record}" for record in kinds},
        kinds=kinds,
        **more,
    )
