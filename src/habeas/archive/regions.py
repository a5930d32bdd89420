"""The regions of the open archive: which it has, and the vocabulary that they make with the core.

Which regions is an entry (``region``: their names, digests and whole texts, in order), and the
newest one holds; an archive without one is Xinjiang's, as every archive was before there were
regions. Invariants: it is asked of the database each time, so that it is never another archive's;
what is read from an entry is remembered by its digest alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from habeas.archive import models as m
from habeas.archive.errors import ArchiveDamaged
from habeas.archive.store import forgetting
from habeas.archive.store.facts import facts
from habeas.vocabulary import region, schema, values
from habeas.vocabulary.forms import Coded
from habeas.vocabulary.region import Folder, Region
from habeas.vocabulary.schema import Schema

#: What the projection of vocabularies calls the entries of regions.
NAME = "region"
#: Of an archive that has no such entry.
BEFORE = ("xinjiang",)


def entry() -> tuple[int, str] | None:
    """The position of the entry in force and the digest of its regions; None for none."""
    rows = m.Vocabulary.objects.filter(name=NAME).order_by("-position")
    return rows.values_list("position", "digest").first()


def chosen() -> Region:
    """The regions of this archive, as one."""
    found = entry()
    return region.bundled(*BEFORE) if found is None else _remembered(*found)


_read: dict[str, Region] = {}
forgetting.with_archive(_read.clear)
_MOST_REMEMBERED = 16


def _remembered(position: int, digest: str) -> Region:
    known = _read.get(digest)
    if known is None:
        fields = facts(position, position + 1)[0].fields
        known = region.joined(map(_folder, fields.get("regions", ())))
        if known.digest != digest:
            raise _damaged(position)
        if len(_read) >= _MOST_REMEMBERED:
            _read.clear()
        _read[digest] = known
    return known


def _folder(given: dict[str, Any]) -> Folder:
    return region.read(given["name"], given["text"])


def _damaged(position: int) -> ArchiveDamaged:
    return ArchiveDamaged(
        f"The regions at entry {position} are not those that it commits to.",
        next_step="Run `habeas verify`, then restore a backup.",
    )


def of_entry(told: Sequence[dict[str, str]]) -> Region:
    """The regions of an entry, in order, as one."""
    return region.joined(map(_folder, told))


def vocabulary() -> Schema:
    """The vocabulary of this archive: the core and the code lists of its regions."""
    return schema.of(chosen())


def of_none() -> Schema:
    """The vocabulary where no archive is open: that of an archive which says nothing of regions."""
    return schema.of(region.bundled(*BEFORE))


@lru_cache(maxsize=1)
def _whole_lists() -> frozenset[str]:
    return frozenset(name for name, one in schema.core().lists.items() if not one.takes_more)


def with_list(code_list: str) -> Schema:
    """A vocabulary that has this list if the archive has it; the database is asked only where
    the core does not have the whole of it."""
    return schema.core() if code_list in _whole_lists() else vocabulary()


def words_of(value: values.Value) -> str:
    """A value in words, with the labels of this archive's codes."""
    normal = value.normal
    known = with_list(normal.code_list) if isinstance(normal, Coded) else schema.core()
    return values.describe(value, known)


def check(found: Region) -> None:
    """Read all that rooms read of a region. Errors name the file and the line."""
    from habeas import names  # what only reads rows loads no tables of languages
    from habeas.linking import titles

    schema.of(found)
    names.check(found)
    titles.check(found)
