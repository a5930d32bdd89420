"""YAML as located text: every scalar stays the text that was written, with its line.

Invariants: nothing is constructed (no tags, no types, no anchors), so ``yes`` is the text
"yes" and ``2019-07`` is the text "2019-07"; a text longer than ``LIMIT_BYTES`` or nested
deeper than ``LIMIT_DEPTH`` is refused before it is read; a key written twice is refused.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import yaml
from yaml.composer import Composer
from yaml.resolver import BaseResolver

from habeas.figures.errors import DefinitionError, DefinitionProblem

LIMIT_BYTES = 65_536
LIMIT_DEPTH = 12


@dataclass(frozen=True, slots=True)
class YamlNode:
    """One YAML node: a text, a list or a mapping, and the line where it starts."""

    line: int
    text: str | None = None
    items: tuple[YamlNode, ...] | None = None
    keys: dict[str, YamlNode] | None = None

    @property
    def shape(self) -> str:
        if self.text is not None:
            return "one value"
        return "a list" if self.items is not None else "keys and values"


@dataclass(slots=True)
class Problems:
    """Collects everything wrong, so that a writer mends a definition in one go."""

    found: list[DefinitionProblem] = field(default_factory=list)

    def add(self, line: int, key: str, reason: str, valid: str) -> None:
        self.found.append(DefinitionProblem(line, key, reason, valid))

    def raise_if_any(self) -> None:
        if self.found:
            raise DefinitionError(tuple(sorted(self.found, key=lambda p: (p.line, p.key))))


def _refuse(line: int, key: str, reason: str, valid: str) -> DefinitionError:
    return DefinitionError((DefinitionProblem(line, key, reason, valid),))


def read(text: str) -> YamlNode:
    """The document as located text; raises ``DefinitionError`` for anything but plain YAML."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > LIMIT_BYTES:
        raise _refuse(1, "definition", f"It is {size} bytes long.", f"at most {LIMIT_BYTES} bytes.")
    try:
        node = _Events(_checked(text)).get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        reason = f"It is not YAML ({error.problem or error.context})."
        raise _refuse(line, "definition", reason, "one YAML document.") from error
    except yaml.YAMLError as error:
        raise _refuse(1, "definition", "It has characters that YAML does not allow.",
                      "printable text in UTF-8.") from error  # fmt: skip
    if not isinstance(node, yaml.MappingNode):
        line = node.start_mark.line + 1 if node is not None else 1
        raise _refuse(line, "definition", "It is not a list of keys.", "`key: value` lines.")
    return _located(node)


class _Events(Composer, BaseResolver):
    """Makes nodes of events that were read already; resolves no types, because none are used."""

    def __init__(self, events: Iterable[yaml.Event]) -> None:
        Composer.__init__(self)
        BaseResolver.__init__(self)
        self._left = deque(events)

    def peek_event(self) -> yaml.Event:
        return self._left[0]

    def get_event(self) -> yaml.Event:
        return self._left.popleft()

    def check_event(self, *choices: type[yaml.Event]) -> bool:
        return bool(self._left) and (not choices or isinstance(self._left[0], choices))


def _checked(text: str) -> Iterator[yaml.Event]:
    """What stands in the text, in order; refuses whatever is not plain."""
    depth = 0
    documents = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _refuse(line, "definition", "Anchors and aliases (& and *) are not read.",
                          "the value written out.")  # fmt: skip
        if getattr(event, "tag", None):
            raise _refuse(line, "definition", "Tags (!) are not read.", "plain values.")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.DocumentStartEvent):
            documents += 1
        if depth > LIMIT_DEPTH:
            raise _refuse(line, "definition", "It is nested too deep.",
                          f"at most {LIMIT_DEPTH} levels.")  # fmt: skip
        if documents > 1:
            raise _refuse(line, "definition", "A second document starts here.",
                          "one document a file.")  # fmt: skip
        yield event


def _located(node: yaml.Node) -> YamlNode:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return YamlNode(line, text=str(node.value).strip())
    if isinstance(node, yaml.SequenceNode):
        return YamlNode(line, items=tuple(_located(item) for item in node.value))
    keys: dict[str, YamlNode] = {}
    for key_node, value_node in node.value:
        key_line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise _refuse(key_line, "definition", "A key is not plain text.", "`key: value`.")
        key = str(key_node.value)
        if key in keys:
            raise _refuse(key_line, key, "It is written twice.", "each key once.")
        keys[key] = _located(value_node)
    return YamlNode(line, keys=keys)
