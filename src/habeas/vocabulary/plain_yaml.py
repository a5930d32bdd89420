"""YAML of which nothing is used but texts, lists and keys: the vocabulary's and the regions' files.

Invariants: every scalar is the text that was written ("yes" is no truth value); a key that is there
twice, a key that is no text, anchors (a list could hold itself, or grow without end) and more than
20 levels are refused, with the line.
"""

from __future__ import annotations

from typing import Any

import yaml

from habeas.vocabulary.errors import shown

_DEEPEST = 20


class NotPlain(Exception):
    """Whoever reads the file says which it is: ``line`` from 1, 0 where none is known."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line, self.reason = line, reason


def composed(text: str) -> yaml.Node | None:
    """The document as nodes, each reached once; None where nothing is written."""
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        node: yaml.Node | None = yaml.compose(text, Loader=loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = " ".join(str(getattr(error, "problem", None) or error).split())
        raise NotPlain(
            0 if mark is None else mark.line + 1, f"it is not YAML ({problem})"
        ) from error
    if node is not None:
        _check(node, 0, set())
    return node


def plain(node: yaml.Node | None) -> Any:
    """What composed nodes say; None for none."""
    if isinstance(node, yaml.MappingNode):
        return {key.value: plain(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [plain(item) for item in node.value]
    return None if node is None else node.value


def _check(node: yaml.Node, depth: int, seen: set[int]) -> None:
    if depth > _DEEPEST:
        raise NotPlain(_line(node), "it is nested too deep")
    if id(node) in seen:
        raise NotPlain(_line(node), "anchors (& and *) are not read: write the value out")
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _check(item, depth + 1, seen)
    elif isinstance(node, yaml.MappingNode):
        keys: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise NotPlain(_line(key), "a key must be a text")
            if key.value in keys:
                raise NotPlain(_line(key), f"{shown(key.value)} is there twice")
            keys.add(key.value)
            _check(value, depth + 1, seen)


def _line(node: yaml.Node) -> int:
    return node.start_mark.line + 1
