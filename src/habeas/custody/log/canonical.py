"""One spelling for one value: RFC 8785, restricted to strings, integers, lists and objects.

Invariants: two values are equal exactly when their encodings are; numbers are integers
that every JSON reader holds exactly (at most 2**53 - 1 in size); floats, true, false and
null have no place in what is signed and are refused, as are lone surrogates.
"""

from __future__ import annotations

from json.encoder import encode_basestring as _quote
from typing import Any

from habeas.custody.errors import CanonicalError

LARGEST = 2**53 - 1
_DEEPEST = 64


def encode(obj: Any) -> bytes:
    """The canonical bytes of ``obj``; ``CanonicalError`` names what cannot be written."""
    return to_bytes(text(obj))


def text(obj: Any, depth: int = 0) -> str:
    """The canonical text, which may still hold lone surrogates: see ``to_bytes``."""
    kind = type(obj)
    if kind is str:
        return _quote(obj)
    if kind is int:
        if not -LARGEST <= obj <= LARGEST:
            raise _refused("an integer beyond 2**53 - 1", "Write it as a string.")
        return str(obj)
    if depth >= _DEEPEST:
        raise _refused(f"nesting deeper than {_DEEPEST}", "Flatten the value.")
    if kind is dict:
        return _object(obj, depth)
    if kind is list:
        return "[" + ",".join([text(item, depth + 1) for item in obj]) + "]"
    if isinstance(obj, str):  # a StrEnum, a lazy or marked string: only its characters count
        return _quote(str.__str__(obj))
    raise _refused(
        f"a value of type {kind.__name__}", "Use strings, integers, lists and objects only."
    )


def to_bytes(written: str) -> bytes:
    """UTF-8, refusing lone surrogates."""
    try:
        return written.encode()
    except UnicodeEncodeError:
        raise _refused("a lone surrogate, which is not a character", "Repair the text.") from None


def _object(obj: dict[Any, Any], depth: int) -> str:
    try:
        names = sorted(obj)
        ascii_only = "".join(names).isascii()
    except TypeError:
        raise _refused("an object with a key that is not a string", "Name keys by text.") from None
    if not ascii_only:  # RFC 8785, 3.2.3: by UTF-16 code units
        names.sort(key=lambda name: name.encode("utf-16-be", "surrogatepass"))
    return "{" + ",".join([_quote(name) + ":" + text(obj[name], depth + 1) for name in names]) + "}"


def _refused(what: str, next_step: str) -> CanonicalError:
    return CanonicalError(f"Canonical JSON cannot hold {what}.", next_step=next_step)
