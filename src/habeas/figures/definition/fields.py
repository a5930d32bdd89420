"""Reading single parts of a definition: texts, numbers, dates, names of properties.

Every reader collects its problems in ``problems`` and gives back what could be read, so
that all that is wrong is found in one pass.
"""

from __future__ import annotations

from collections.abc import Iterable

from habeas.figures.definition.syntax import Problems, YamlNode
from habeas.vocabulary import edtf
from habeas.vocabulary.errors import VocabularyError
from habeas.vocabulary.schema import Schema

_LONGEST_NUMBER = 15  # digits: every number stays exact in JSON


class Fields:
    """What the readers of a definition share: the schema and the problems found."""

    def __init__(self, schema: Schema, problems: Problems, line: int) -> None:
        self._schema = schema
        self._problems = problems
        self._line = line

    def _bad(self, node: YamlNode | None, key: str, reason: str, valid: str) -> None:
        self._problems.add(node.line if node else self._line, key, reason, valid)

    def _scalar(self, node: YamlNode, key: str, valid: str) -> str:
        if node.text is None:
            self._bad(node, key, f"It is {node.shape}.", valid)
            return ""
        if not node.text:
            self._bad(node, key, "It is empty.", valid)
        return node.text

    def _whole(self, node: YamlNode, key: str) -> int | None:
        text = self._scalar(node, key, "a whole number.")
        if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER:
            return int(text)
        if text:
            self._bad(node, key, f"{text!r} is not a whole number.", "a number such as 1000000.")
        return None

    def _texts(self, node: YamlNode, key: str, valid: str) -> tuple[str, ...]:
        if node.items is None:
            text = self._scalar(node, key, valid)
            return (text,) if text else ()
        if not node.items:
            self._bad(node, key, "The list is empty.", valid)
        return tuple(text for item in node.items if (text := self._scalar(item, key, valid)))

    def _edtf(self, node: YamlNode, key: str) -> str:
        text = self._scalar(node, key, "one EDTF date such as 2019-07.")
        if text:
            try:
                return edtf.parse(text).text
            except VocabularyError as error:
                self._bad(node, key, error.message, "an EDTF date such as 2019-07 or 2017/2018.")
        return ""

    def _properties(
        self, key: str, keys: dict[str, YamlNode], kind: str | tuple[str, ...], *, required: bool
    ) -> tuple[str, ...]:
        node = keys.get(key)
        if node is None:
            if required:
                self._bad(None, key, "It is missing.", "the name of a property.")
            return ()
        names = self._texts(node, key, "the name of a property.")
        return tuple(name for name in names if self._is_property(node, key, name, kind))

    def _is_property(
        self, node: YamlNode, key: str, name: str, kind: str | tuple[str, ...], need: str = ""
    ) -> bool:
        """``kind``: of the records that it is about, or several of which it may be any."""
        properties = self._schema.properties
        kinds = (kind,) if isinstance(kind, str) else kind
        fitting = [
            n
            for n, p in properties.items()
            if (not kinds[0] or not set(kinds).isdisjoint(p.kinds)) and (not need or p.type == need)
        ]
        if name in fitting:
            return True
        if name not in properties:
            reason = f"No property named {name!r}."
        elif need and properties[name].type != need:
            reason = f"{name} is a {properties[name].type}, not a {need}."
        else:
            reason = f"A {kinds[0]} has no property {name!r}."
        self._bad(node, key, reason, listed(fitting))
        return False

    def _only(
        self, node: YamlNode, key: str, keys: dict[str, YamlNode], valid: Iterable[str]
    ) -> None:
        for name, inner in keys.items():
            if name not in valid:
                self._bad(inner, f"{key}.{name}", "No such key.", listed(valid))
        if not keys:
            self._bad(node, key, f"It is {node.shape}.", f"keys: {listed(valid)}")


def listed(names: Iterable[str]) -> str:
    found = list(names)
    shown = ", ".join(found[:40])
    return f"{shown}{', …' if len(found) > 40 else ''}."
