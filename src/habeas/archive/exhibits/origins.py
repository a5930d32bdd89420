"""Whether a file was made by an archive of the other kind: made up for an exercise, or not.

What an archive writes (notes, proofs, bundles, tables, drawings, pages) names its origin, and that
of a made-up one says so; so does the table of the exercise. Invariant: no such file is sealed where
it would mix the two. Bytes are only searched, never parsed, and only the first of them; a file that
does not name where it comes from cannot be known.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from habeas.custody.errors import MixedOrigins
from habeas.custody.keys.key_names import origins_in

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

SEARCHED_BYTES = 64 * 1024
#: Folders of a bundle's ``data`` with files of others, which its index beside them explains.
_OF_OTHERS = frozenset({"files", "texts"})


def mixed(archive: Archive, path: Path) -> MixedOrigins | None:
    """Why this file must not be sealed here; None where it may be."""
    here = archive.synthetic
    beside = path.parent.parent / "bundle.json"
    for each in (path, *([beside] if path.parent.name in _OF_OTHERS else [])):
        if (not here) in origins_in(_beginning(each)):
            if here:
                sentence = f"{path} comes from an archive that is not made up, and this one is."
                step = "Keep what is real out of an exercise: add it to an archive of its own."
            else:
                sentence = f"{path} comes from a SYNTHETIC archive: it is made up."
                step = "Keep it in the exercise. Nothing that is made up is sealed as evidence."
            return MixedOrigins(sentence, next_step=step)
    return None


def _beginning(path: Path) -> bytes:
    try:
        if not path.is_file():  # a device or pipe would never end; sealing names it
            return b""
        with path.open("rb") as file:
            return file.read(SEARCHED_BYTES)
    except (OSError, ValueError):
        return b""  # sealing will name it
