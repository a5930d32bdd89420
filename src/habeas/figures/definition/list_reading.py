"""Reading lists that overlap: those of an estimate with its answers and seed, and inventories.

Invariants: each list says whom it could hold; the two questions that no data can answer are
answered in the definition, so the answers are sealed with the recipe.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from habeas.figures.definition.fields import Fields, listed
from habeas.figures.definition.syntax import YamlNode

ANSWERS = ("yes", "no", "unknown")
METHODS = ("latent-class", "log-linear-bic", "log-linear-aic", "log-linear-stepwise")
USUAL_SEED = 20170401
MOST_INVENTORIES = 12


@dataclass(frozen=True, slots=True)
class ListOf:
    """One list: the sources that make it, by code, and whom it could hold, in words."""

    name: str
    sources: tuple[str, ...]
    includes: str


@dataclass(frozen=True, slots=True)
class Estimation:
    """What an estimate is made of and with. ``exclusive``: lists nobody can be on together."""

    lists: tuple[ListOf, ...] = ()
    exclusive: tuple[tuple[str, ...], ...] = ()
    method: str = METHODS[0]
    closed_population: str = ""
    everyone_could_be_listed: str = ""
    seed: int = USUAL_SEED


NO_ESTIMATION = Estimation()


class ListReader(Fields):
    """Reads the part of a definition that only an estimate has."""

    def estimation(
        self, keys: dict[str, YamlNode], choice: Callable[..., str], seed: int | None
    ) -> Estimation:
        """``choice`` reads a key with one of a few values."""
        lists = self._lists(keys.get("lists"))
        return Estimation(
            lists=lists,
            exclusive=self._exclusive(keys.get("exclusive"), [each.name for each in lists]),
            method=choice("method", METHODS) or METHODS[0],
            closed_population=choice("closed-population", ANSWERS, required=True),
            everyone_could_be_listed=choice("everyone-could-be-listed", ANSWERS, required=True),
            seed=USUAL_SEED if seed is None else seed,
        )

    def inventories(self, node: YamlNode | None) -> tuple[ListOf, ...]:
        """The inventories that a count lays side by side; none where it does not."""
        if node is None:
            return ()
        found = self._lists(node, "inventories")
        if not 2 <= len(found) <= MOST_INVENTORIES:
            reason = f"It names {len(found)} of them."
            self._bad(node, "inventories", reason, f"2 to {MOST_INVENTORIES} inventories.")
        return found

    def _lists(self, node: YamlNode | None, key: str = "lists") -> tuple[ListOf, ...]:
        valid = "a list: `- {name: …, sources: …, includes: …}` lines."
        if node is None or node.items is None:
            reason = "It is missing." if node is None else f"It is {node.shape}."
            self._bad(node, key, reason, valid)
            return ()
        found: list[ListOf] = []
        for number, item in enumerate(node.items, 1):
            where = f"{key}[{number}]"
            each = self._list(item, where)
            if each.name and each.name in [other.name for other in found]:
                self._bad(item, where, f"{each.name!r} is there twice.", "each list once.")
            taken = {code for other in found for code in other.sources}
            for code in each.sources:
                if code in taken:
                    self._bad(item, where, f"{code!r} makes another list.", "a source once.")
            found.append(each)
        return tuple(found)

    def _list(self, node: YamlNode, where: str) -> ListOf:
        keys = node.keys or {}
        wanted = ("name", "sources", "includes")
        self._only(node, where, keys, wanted)
        for key in wanted:
            if key not in keys:
                self._bad(node, f"{where}.{key}", "It is missing.", f"`{key}: …`.")
        texts = {
            key: self._scalar(keys[key], f"{where}.{key}", "one text.")
            for key in ("name", "includes")
            if key in keys
        }
        sources: tuple[str, ...] = ()
        if "sources" in keys:
            sources = self._texts(keys["sources"], f"{where}.sources", "codes of sources.")
        return ListOf(texts.get("name", ""), sources, texts.get("includes", ""))

    def _exclusive(self, node: YamlNode | None, names: list[str]) -> tuple[tuple[str, ...], ...]:
        """Groups of lists, as a list of lists."""
        if node is None:
            return ()
        if node.items is None:
            self._bad(node, "exclusive", f"It is {node.shape}.", "a list of lists of names.")
            return ()
        found = []
        for number, item in enumerate(node.items, 1):
            where = f"exclusive[{number}]"
            group = self._texts(item, where, "names of lists.")
            for name in group:
                if name not in names:
                    self._bad(item, where, f"{name!r} is none of the lists.", listed(names))
            if len(set(group)) < 2:
                self._bad(item, where, "It names fewer than two lists.", "two lists or more.")
            found.append(group)
        return tuple(found)
