"""Where one message of an mbox ends and the next begins (RFC 4155, appendix A).

A separator is a line ``From `` address date; one whose date is in another language or missing is
told by the fields of a head that follow it. Any other line that begins so is a line of its message,
as people write "From June to August". A message that says its length is taken at its word
where a separator, or the end, stands there. Invariant: every byte is in a separator, in a message,
or before the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SEPARATOR = re.compile(
    rb"^From [^\r\n]{0,320}? ?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? +(?:[A-Z][a-z]{2} +\d{1,2}|\d{1,2} "
    rb"+[A-Z][a-z]{2})[ ,]+[^\r\n]{0,40}\d{2}:\d{2}[^\r\n]{0,60}\r?\n",
    re.M,
)
_BARE = re.compile(
    rb"^From [^\s@]{1,200}@[^\r\n]{1,300}\r?\n(?=(?i:Return-Path|Received|Delivered-To|Message-ID"
    rb"|MIME-Version|From|To|Subject|Date|Status|Content-Type|X-[\w-]{1,60}):[^\r\n]{0,2000}\r?\n"
    rb"(?:[ \t][^\r\n]{0,2000}\r?\n){0,20}[!-9;-~]{1,70}:)",
    re.M,
)
_EITHER = re.compile(_SEPARATOR.pattern + b"|" + _BARE.pattern, re.M)
_LENGTH = re.compile(rb"^Content-Length:[ \t]*(\d{1,12})[ \t]*\r?$", re.M | re.I)
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_FIELD = re.compile(rb"[!-9;-~]+:")
_MOST_HEAD = 1 << 20


@dataclass(frozen=True, slots=True)
class Cut:
    """One message: where its separator begins, where its bytes start and stop."""

    begin: int
    start: int
    stop: int


def cuts(data: bytes) -> Iterator[Cut]:
    """The messages, in order. What begins with ``From `` begins one, whatever the line says."""
    start, after = _first(data)
    while start < len(data):
        following = _next(data, after)
        stop = following.start() if following else len(data)
        yield Cut(start, after, stop)
        if following is None:
            return
        start, after = following.span()


def _first(data: bytes) -> tuple[int, int]:
    """The span of the first separator; at the end where there is none."""
    if data.startswith(b"From "):
        return 0, (data.find(b"\n") + 1) or len(data)
    found = _next(data, 0)
    return found.span() if found else (len(data), len(data))


def _next(data: bytes, after: int) -> re.Match[bytes] | None:
    at = after + _said_length(data, after)
    for found in _EITHER.finditer(data, at):
        if _SEPARATOR.match(data, found.start()):
            if _stands(data, found, at):
                return found
        elif _is_behind_blank(data, found, at):
            return found
    return None


def _stands(data: bytes, found: re.Match[bytes], at: int) -> bool:
    # some programs leave no blank line
    return _is_behind_blank(data, found, at) or bool(_FIELD.match(data, found.end()))


def _is_behind_blank(data: bytes, found: re.Match[bytes], at: int) -> bool:
    before = data[max(0, found.start() - 4) : found.start()].replace(b"\r", b"")
    return found.start() == at or before.endswith(b"\n\n") or before == b"\n"


def _said_length(data: bytes, after: int) -> int:
    """The bytes that a message says it takes, if what stands after them bears it out; else 0."""
    following = _SEPARATOR.search(data, after, after + _MOST_HEAD)
    most = following.start() if following else after + _MOST_HEAD
    ends = _HEAD_END.search(data, after, most)
    if ends is None:
        return 0
    said = _LENGTH.search(data, after, ends.start() + 1)
    if said is None:
        return 0
    stop = stand = ends.end() + int(said[1])
    while stand < stop + 4 and data[stand : stand + 1] in (b"\r", b"\n"):
        stand += 1
    borne_out = stand == len(data) or (stand < len(data) and _SEPARATOR.match(data, stand))
    return stop - after if borne_out else 0
