"""One file of a region, read so that whatever is wrong in it is told by file and line.

Invariants: every scalar is the text that was written; a key that is there twice, a key that
nobody asked for and a value of another shape are refused, with the line they stand on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import yaml

from habeas.vocabulary.errors import BadRegion, shown
from habeas.vocabulary.plain_yaml import NotPlain, composed, plain

#: A group that repeats can take for ever on a hostile word; names come from hostile files.
_REPEATED_GROUP = re.compile(r"\)(?:[*+]|\{)")
_LONGEST_PATTERN = 500

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class RegionFile:
    """``file`` of the region ``region``. Paths lead to a value inside of a YAML file."""

    region: str
    file: str
    text: str
    _lines: dict[Path, int] = field(default_factory=dict, compare=False, repr=False)

    def bad(self, line: int, reason: str) -> BadRegion:
        """What is raised for a fault on this line (from 1; 0: of the file as a whole)."""
        at = f", line {line}" if line else ""
        return BadRegion(
            f"The region {self.region} is not in order: {self.file}{at}: {reason.rstrip('.')}.",
            next_step="docs/how-to/your-own-region.md says what belongs in each file; "
            "`habeas regions check FOLDER` checks a folder.",
        )

    # --- YAML -------------------------------------------------------------------------------

    @cached_property
    def content(self) -> Any:
        """The file as texts, lists and mappings."""
        try:
            node = composed(self.text)
        except NotPlain as error:
            raise self.bad(error.line, error.reason) from error
        if node is None:
            return {}
        self._lines.update(_lines(node, ()))
        return plain(node)

    def refuse(self, path: Path, reason: str) -> BadRegion:
        """What is raised for a fault at this path."""
        while path and path not in self._lines:
            path = path[:-1]
        return self.bad(self._lines.get(path, 0), reason)

    def at(self, path: Path) -> Any:
        """The value at a path; None where there is none."""
        found: Any = self.content
        for step in path:
            if isinstance(found, dict):
                found = found.get(step)
            elif isinstance(found, list) and isinstance(step, int) and step < len(found):
                found = found[step]
            else:
                return None
        return found

    def mapping(
        self, path: Path = (), *, needed: Iterable[str] = (), optional: Iterable[str] | None = None
    ) -> dict[str, Any]:
        """The mapping at a path. ``optional`` None: any keys; {} where there is nothing."""
        found = self.at(path)
        if found is None:
            found = {}
        name = path[-1] if path else "the file"
        if not isinstance(found, dict):
            raise self.refuse(path, f"{name} must be a list of keys")
        needed = tuple(needed)
        if missing := [key for key in needed if not found.get(key)]:
            raise self.refuse(path, f"{', '.join(missing)} is missing")
        if optional is not None:
            known = (*needed, *optional)
            for key in found:
                if key not in known:
                    raise self.refuse(
                        (*path, key), f"no key named {shown(key)}; keys: {', '.join(known)}"
                    )
        return found

    def strings(self, path: Path) -> tuple[str, ...]:
        """The list of texts at a path; () where there is nothing."""
        found = self.at(path)
        if found is None or found == "":
            return ()
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise self.refuse(path, f"{path[-1]} must be a list of texts")
        return tuple(found)

    def words(self, path: Path) -> tuple[str, ...]:
        """The words of a list of texts, each of which holds words parted by spaces."""
        return tuple(word for row in self.strings(path) for word in row.split())

    def text_at(self, path: Path) -> str:
        """The text at a path; '' where there is nothing."""
        found = self.at(path)
        if found is None:
            return ""
        if not isinstance(found, str):
            raise self.refuse(path, f"{path[-1]} must be a text")
        return found

    def texts_by_key(self, path: Path) -> dict[str, str]:
        """A mapping of texts to texts."""
        return {key: self.text_at((*path, key)) for key in self.mapping(path)}

    def pattern(self, path: Path, text: str) -> str:
        """A regular expression that can be used on words of untrusted files."""
        if len(text) > _LONGEST_PATTERN:
            raise self.refuse(path, f"a pattern has at most {_LONGEST_PATTERN} characters")
        if _REPEATED_GROUP.search(text):
            raise self.refuse(path, f"{shown(text)} repeats a group, which may never end")
        try:
            re.compile(text)
        except re.error as error:
            raise self.refuse(path, f"{shown(text)} is not a pattern ({error})") from error
        return text

    def patterns(self, path: Path) -> tuple[str, ...]:
        """The list of regular expressions at a path."""
        found = self.strings(path)
        return tuple(self.pattern((*path, at), text) for at, text in enumerate(found))

    # --- tables -----------------------------------------------------------------------------

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The lines of a table parted by tabs, with their numbers; not empty ones, nor remarks."""
        for number, line in enumerate(self.text.splitlines(), 1):
            if line.strip() and not line.startswith("#"):
                yield number, line.split("\t")


def _lines(node: yaml.Node, path: Path) -> Iterator[tuple[Path, int]]:
    yield path, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _lines(value, (*path, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for at, each in enumerate(node.value):
            yield from _lines(each, (*path, at))
