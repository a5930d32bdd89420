"""Whether a label that fits every byte is believed: ``iso-8859-1`` fits any bytes at all.

Servers and mail programs put a label of the West on text that nobody labelled. Under a wrong one
letters come in long runs that no word of the West has, or beside signs that no text has.

Invariant: a label is left only for an encoding that the bytes speak for clearly, and that is said;
where they speak less clearly the label stands, and the likelier encoding is a doubt.
"""

from __future__ import annotations

import re

from habeas.reading.encodings import old_encodings
from habeas.reading.encodings.old_encodings import SAMPLE_BYTES

WEST = frozenset(
    {"cp1252", "cp1254", "cp1250", "cp1257", "cp1258", "cp850", "mac-roman"}
    | {f"iso-8859-{part}" for part in (1, 2, 3, 4, 9, 10, 13, 14, 15, 16)}
)
_MODELLED = WEST | {"cp1251", "koi8-u", "koi8-r", "cp866", "cp1256", "gb18030", "big5hkscs"}
_RUN = re.compile("[^\x00-\x7f]{3,}")
_PRINTED = frozenset("\u00a0’‘‚“”„–—…«»‹›€§°£©®™·•¿¡½²³№")
_FEWEST = 6  # bytes beyond ASCII from which on a label is left
_PLAUSIBLE, _SURE = 0.6, 0.85


def likelier(data: bytes, labelled: str, text: str) -> tuple[str, bool]:
    """An encoding likelier than the labelled one, '' for none, and whether the label is left."""
    if labelled not in _MODELLED or data.isascii() or is_plausible(text[:20_000], labelled):
        return "", False
    chosen = old_encodings.choose(data)
    if chosen is None or chosen.lossy or chosen.encoding == labelled:
        return "", False
    if labelled in WEST and chosen.encoding in WEST:
        return "", False
    other = data[:SAMPLE_BYTES].decode(chosen.encoding, "ignore")
    fit = old_encodings.fit(other[:20_000], chosen.encoding)
    if fit < _PLAUSIBLE and chosen.doubts:
        return "", False
    wide = len(data[:SAMPLE_BYTES].translate(None, bytes(range(128))))
    sure = fit >= _SURE and not chosen.doubts and wide >= _FEWEST
    return chosen.encoding, sure and labelled in WEST


def is_plausible(text: str, encoding: str) -> bool:
    """Whether the text is what texts in that encoding look like."""
    if encoding not in WEST:
        return old_encodings.fit(text, encoding) >= _PLAUSIBLE
    wide = sum(sign > "\x7f" for sign in text)
    odd = sum(sign > "\x7f" and not (sign.isalpha() or sign in _PRINTED) for sign in text)
    in_runs = sum(len(run) for run in _RUN.findall(text) if len(set(run)) > 1)
    return 2 * in_runs <= wide and 2 * odd <= wide and old_encodings.latin(text) >= 0.2
