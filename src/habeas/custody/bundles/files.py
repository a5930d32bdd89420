"""Reading a bundle's files, and noting what of it does not hold.

Invariants: nothing is read that the bag does not have, nor whole where it is larger than is
sensible; a check that meets a fault names it and goes on with the next thing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

from habeas.custody.bundles.bags import BagReport
from habeas.custody.errors import BundleError
from habeas.custody.standalone import verify as words
from habeas.errors import HabeasError

LARGEST_TEXT: Final = 64 * 1024 * 1024
HOLDS, FAILS, ABSENT, UNCHECKED = "holds", "fails", "absent", "not checked here"


class DoesNotHold(Exception):
    """One thing that does not hold, in words."""


class BundleFiles:
    """The files of one bundle, and what was found of each check."""

    def __init__(self, directory: Path, bag: BagReport) -> None:
        self.directory, self.bag = directory, bag
        for needed in ("bagit.txt", "manifest-sha256.txt", "data/bundle.json", "data/policy.json"):
            if needed not in bag.files:
                raise BundleError(f"{needed} is missing: this is not a habeas bundle.")
        self.status = dict.fromkeys(words.CHECKS, HOLDS)
        self.said: dict[str, list[str]] = {name: [] for name in words.CHECKS}
        self.faults: dict[str, list[str]] = {name: [] for name in words.CHECKS}

    def _read(self, path: str, most: int = LARGEST_TEXT) -> bytes:
        if path not in self.bag.files:
            raise DoesNotHold(f"{path} is missing")
        if self.bag.files[path] > most:
            raise DoesNotHold(f"{path} is too large")
        return (self.directory / path).read_bytes()

    def _json(self, path: str, *forms: str) -> dict[str, Any]:
        try:
            found = json.loads(self._read(path))
        except (DoesNotHold, ValueError, RecursionError):
            raise BundleError(f"{path} cannot be read.") from None
        if not isinstance(found, dict) or found.get("format") not in forms:
            raise BundleError(
                f"{path} is not of the format {forms[-1]}.", next_step="Use a newer habeas."
            )
        return found

    def _sha256(self, path: str) -> str:
        if path not in self.bag.sha256:
            with (self.directory / path).open("rb") as file:
                self.bag.sha256[path] = hashlib.file_digest(file, "sha256").hexdigest()
        return self.bag.sha256[path]

    def _fault(self, check: str, what: str) -> None:
        self.status[check] = FAILS
        self.faults[check].append(what)

    def _one(self, check: str, label: str, do: Callable[[], None]) -> bool:
        try:
            do()
        except DoesNotHold as fault:
            self._fault(check, f"{label} {fault}.")
        except HabeasError as error:
            self._fault(check, f"{label}: {error.message}")
        except (KeyError, TypeError, ValueError, IndexError, AttributeError, OSError):
            self._fault(check, f"{label} is not written as it must be.")
        else:
            return True
        return False

    def _each(self, check: str, items: Iterable[Any], do: Callable[[Any], None], label: str) -> int:
        good = 0
        for item in items:
            name = item.get("position", item.get("token", "")) if isinstance(item, dict) else "?"
            good += self._one(check, f"{label} {name!r}", lambda item=item: do(item))  # type: ignore[misc]
        return good
