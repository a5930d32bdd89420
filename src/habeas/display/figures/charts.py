"""Drawings made on this machine: a Vega-Lite specification in, an SVG out.

Invariants: the specification is plain data and is itself the evidence of what was drawn
(its digest names the drawing); nothing is fetched; every account drawn is also in the table
on the page; a scale starts at nought unless the numbers span too far, and then says so.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from habeas.archive.store import forgetting

Spec = dict[str, Any]

KEPT = 64  # drawings kept in memory, by the digest of their specification
ROW = 68  # pixels an account of two lines
LINE = 19
WIDE_SPAN = 1_000  # a largest number this many times the smallest asks for a logarithmic scale
LETTERS = "'Source Sans 3', 'Noto Sans', 'Segoe UI', system-ui, sans-serif"

_GROUPED = (
    "datum.value >= 1000000 ? format(datum.value / 1000000, '.2~f') + ' million'"
    " : format(datum.value, ',')"
)

SCHEMES = {
    "light": {"ink": "#1e1c19", "soft": "#57514a", "rule": "#d9d2c4", "reported": "#7b4408"},
    "dark": {"ink": "#e9e5dc", "soft": "#b3aca0", "rule": "#3a3b3d", "reported": "#e6b577"},
}
WIDTHS = {"wide": 900, "narrow": 312}


@dataclass(frozen=True, slots=True)
class Account:
    """One reported number. ``low`` or ``high`` None: no bound stated on that side."""

    label: str  # who says it
    when: str  # the time that it holds for, in words
    words: str  # the number in words
    low: int | None
    high: int | None
    denied: bool = False
    about: str = ""  # whom or what it speaks of, where the accounts speak of several


def accounts_spec(accounts: Sequence[Account], unit: str, *, scheme: str, width: str) -> Spec:
    """Points and ranges, one row an account, in the order given (that of time)."""
    colours = SCHEMES[scheme]
    drawn = [a for a in accounts if a.low is not None or a.high is not None]
    smallest, largest = _extremes(drawn)
    logarithmic = is_logarithmic(drawn)
    start = _power_below(smallest) if logarithmic else 0
    end = largest * (1.6 if logarithmic else 1.06)
    named = [("words", "ink"), ("speaker", "soft")]
    if any(account.about for account in drawn):
        named.insert(1, ("about", "soft"))
    row, foot = ROW + LINE * (len(named) - 2), LINE * len(named) / 2 - 2
    lines = [(name, colour, LINE * n - foot - 1) for n, (name, colour) in enumerate(named)]
    rows = [_row(index, a, start, end) for index, a in enumerate(drawn)]
    scale: Spec = {"domain": [start, end], "nice": False}
    if logarithmic:
        scale["type"] = "log"
    x: Spec = {
        "field": "low",
        "type": "quantitative",
        "scale": scale,
        "axis": {
            "title": unit or None,
            "orient": "top",
            "labelExpr": _GROUPED,
            "tickCount": 6 if width == "wide" else 3,
            "tickMinStep": 1,
        },
    }
    y: Spec = {"field": "row", "type": "ordinal", "axis": None, "scale": {"paddingInner": 0}}
    filled = {"color": colours["reported"]}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": WIDTHS[width],
        "height": row * len(drawn),
        "autosize": {"type": "none"},
        "padding": {"top": 46, "left": 10, "right": 14, "bottom": 6},
        "background": None,
        "data": {"values": rows},
        "layer": [
            {
                "mark": {"type": "rule", "color": colours["rule"], "yOffset": foot},
                "encoding": {"x": {"datum": start, **_same(x)}, "x2": {"datum": end}, "y": y},
            },
            {
                "transform": [{"filter": "datum.ranged"}],
                "mark": {"type": "rule", "strokeWidth": 4, "yOffset": foot, **filled},
                "encoding": {"x": x, "x2": {"field": "high"}, "y": y},
            },
            _ends(x, y, "low", "datum.closed_low", colours, foot),
            _ends(x, y, "high", "datum.closed_high && datum.ranged", colours, foot),
            _ends(x, y, "high", "datum.open_high", colours, foot, "triangle-right"),
            _ends(x, y, "low", "datum.open_low", colours, foot, "triangle-left"),
            {
                "transform": [{"filter": "datum.denied"}],
                "mark": {
                    "type": "point", "shape": "cross", "angle": 45, "size": 130,
                    "strokeWidth": 1.5, "fill": colours["ink"], "stroke": colours["ink"],
                    "yOffset": foot,
                },
                "encoding": {"x": x, "y": y},
            },
            *(_line(name, offset, colours[colour], width, y) for name, colour, offset in lines),
        ],
        "config": {
            "font": LETTERS,
            "view": {"stroke": None},
            "axis": {
                "labelColor": colours["soft"], "titleColor": colours["soft"],
                "gridColor": colours["rule"], "domainColor": colours["rule"],
                "tickColor": colours["rule"], "labelFontSize": 14, "titleFontSize": 14,
                "titleFontWeight": "normal", "gridDash": [2, 3],
            },
        },
    }  # fmt: skip


def is_logarithmic(accounts: Sequence[Account]) -> bool:
    """Whether the numbers span too far for a scale that starts at nought."""
    smallest, largest = _extremes(accounts)
    return smallest > 0 and largest / smallest > WIDE_SPAN


def _extremes(accounts: Sequence[Account]) -> tuple[int, int]:
    numbers = [n for a in accounts for n in (a.low, a.high) if n is not None]
    return min(numbers, default=0), max(numbers, default=1)


def _line(field: str, offset: float, colour: str, width: str, y: Spec) -> Spec:
    """A line of letters at the head of each row."""
    return {
        "mark": {
            "type": "text", "align": "left", "baseline": "middle", "fontSize": 15,
            "font": LETTERS, "color": colour, "yOffset": offset, "x": 0,
            "limit": 1.3 * WIDTHS[width],  # letters are measured wider here than most browsers' are
        },
        "encoding": {"text": {"field": field}, "y": y},
    }  # fmt: skip


def _same(x: Spec) -> Spec:
    return {name: value for name, value in x.items() if name not in ("field",)}


def _ends(
    x: Spec, y: Spec, field: str, test: str, colours: dict[str, str], foot: float,
    shape: str = "circle",
) -> Spec:  # fmt: skip
    """The end of a range: a disc where it is stated, an arrow where it is open."""
    return {
        "transform": [{"filter": test}],
        "mark": {
            "type": "point", "shape": shape, "size": 110, "filled": True, "opacity": 1,
            "color": colours["reported"], "yOffset": foot,
        },
        "encoding": {"x": {**x, "field": field}, "y": y},
    }  # fmt: skip


def _row(index: int, account: Account, start: float, end: float) -> Spec:
    low, high = account.low, account.high
    return {
        "row": f"{index:04d}",
        "words": " · ".join(part for part in (account.when, account.words) if part),
        "about": account.about,
        "speaker": account.label,
        "low": start if low is None else low,
        "high": end if high is None else high,
        "ranged": low != high and not account.denied,
        "closed_low": low is not None and not account.denied,
        "closed_high": high is not None and not account.denied,
        "open_high": high is None and not account.denied,
        "open_low": low is None and not account.denied,
        "denied": account.denied,
    }


def _power_below(number: int) -> int:
    power = 1
    while power * 10 <= number:
        power *= 10
    return power


def digest_of(spec: Spec) -> str:
    """The SHA-256 of a specification: the name of its drawing."""
    text = json.dumps(spec, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


class _Drawn:
    """The latest drawings by the digest of their specification."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()

    def svg(self, spec: Spec) -> str:
        digest = digest_of(spec)
        with self._lock:
            if digest in self._kept:
                self._kept.move_to_end(digest)
                return self._kept[digest]
        import vl_convert

        drawn = vl_convert.vegalite_to_svg(spec, vl_version="5.20", allowed_base_urls=[])
        with self._lock:
            self._kept[digest] = drawn
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return drawn

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()


_drawn = _Drawn()
forgetting.with_archive(_drawn.clear)


def svg_of(spec: Spec) -> str:
    """The drawing of a specification, made once."""
    return _drawn.svg(spec)
