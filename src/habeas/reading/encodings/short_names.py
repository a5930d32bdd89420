"""Which encoding each name in an archive is in: most share one, some came from another machine.

A name is a word or two, which says little by itself; all names together say more. So the encoding
of all is tried first, and kept for each name that it makes a word of. Where it makes none, the name
is taken by itself, in an encoding that others of the archive are in before one that none is in.

Invariant: names in more than one encoding, and a name that little speaks for, are a doubt.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from habeas.reading.encodings import decoding, labelled, old_encodings

_ENDING = re.compile(rb"\.[A-Za-z0-9]{1,5}$")
_WORD, _POOR = 0.85, 0.5
_TRIED = ("gb18030", "big5hkscs", "cp1251", "cp866", "koi8-u", "cp1256")


def encodings_of(names: Sequence[bytes]) -> tuple[dict[bytes, str], list[str]]:
    """The encoding of each name, and the doubts. The ending is left out: it is Latin always."""
    stems = {name: _ENDING.sub(b"", name) for name in names}
    together = decoding.decode(b"\n".join(dict.fromkeys(stems.values())))
    joint = together.encoding
    if all(_share(stem, joint) >= _WORD for stem in stems.values()):
        return dict.fromkeys(names, joint), list(together.doubts)
    support = Counter(
        {
            one: sum(len(stem) for stem in stems.values() if _share(stem, one) >= _WORD)
            for one in {joint, *_TRIED}
        }
    )
    found: dict[bytes, str] = {}
    doubts: list[str] = []
    for name, stem in stems.items():
        found[name], doubt = _by_itself(stem, joint, support)
        doubts += [f"{name.decode(found[name], 'backslashreplace')}: {doubt}"] if doubt else []
    if len(kinds := sorted(set(found.values()))) > 1:
        doubts.insert(0, f"They are in more than one encoding: {', '.join(kinds)}.")
    else:
        doubts = [*together.doubts, *doubts]
    return found, doubts


def _by_itself(stem: bytes, joint: str, support: Counter[str]) -> tuple[str, str]:
    """The encoding of one name, and the doubt that remains."""
    if _share(stem, joint) >= _WORD and support[joint] > len(stem):
        return joint, ""
    own = decoding.decode(stem)
    fitting = [one for one in (joint, *_TRIED) if _share(stem, one) >= _WORD]
    if fitting:
        best = max(fitting, key=lambda one: (support[one], one == own.encoding))
        others = sorted({one for one in fitting if one != best})
        return best, f"Could also be {', '.join(others)}." if others else ""
    if _share(stem, joint) >= _POOR and old_encodings.strict(stem, joint) is not None:
        return joint, f"Read as {joint}, as the names beside it."
    return own.encoding, own.doubts[0] if own.doubts else f"Read as {own.encoding} by itself."


def _share(stem: bytes, encoding: str) -> float:
    """How much of a name is what names in that encoding hold, 0 to 1; 0 where it does not fit."""
    text = old_encodings.strict(stem, encoding)
    if text is None:
        return 0.0
    if text.isascii():
        return 1.0
    if encoding in labelled.WEST:
        return 1.0 if labelled.is_plausible(text, encoding) else 0.0
    return old_encodings.fit(text, encoding)
