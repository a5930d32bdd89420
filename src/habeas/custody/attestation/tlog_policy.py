"""Trust policies as C2SP tlog-policy writes them: which logs, which witnesses, which quorum.

    log <vkey> [<url>]
    witness <name> <vkey> [<url>]
    group <name> all|any|<k> <name>...
    quorum <name>|none

Invariants: names are octets and mean nothing outside the file; a group or quorum names only what
stands on a line before it, and each name is a member once, so that nobody counts twice.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from habeas.custody.attestation.cosignatures import CosignerKey
from habeas.custody.errors import KeyTextError, PolicyError
from habeas.custody.log.notes import Verifier

MOST_LINES: Final = 1_000
MOST_OF_EACH: Final = 64  # logs, witnesses, groups; the specification asks for 32
NONE: Final = "none"
_FORBIDDEN = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_THRESHOLD = re.compile("[1-9][0-9]{0,3}")
_VALID: Final = "It reads as https://c2sp.org/tlog-policy says: log, witness, group, quorum."


@dataclass(frozen=True, slots=True)
class PolicyWitness:
    """A witness of a policy; ``url`` is '' where there is none."""

    key: CosignerKey
    url: str = ""


@dataclass(frozen=True, slots=True)
class TlogPolicy:
    """``groups`` name how many of which members are needed; ``quorum`` is '' for none."""

    logs: tuple[tuple[Verifier, str], ...]
    witnesses: Mapping[str, PolicyWitness]
    groups: Mapping[str, tuple[int, tuple[str, ...]]]
    quorum: str

    def met(self, cosigned: Collection[CosignerKey]) -> bool:
        """Whether these keys, having cosigned, are enough."""
        return not self.quorum or self._counts(self.quorum, {key.vkey for key in cosigned})

    def _counts(self, name: str, cosigned: Collection[str]) -> bool:
        if name in self.witnesses:
            return self.witnesses[name].key.vkey in cosigned
        needed, members = self.groups[name]
        return sum(self._counts(each, cosigned) for each in members) >= needed

    @property
    def any_so_many(self) -> int:
        """How many cosignatures are enough whoever gave them; 0 where none is needed.

        Each name is a member once, so what fails to be enough is largest where every group lacks
        just one of what it needs.
        """
        if not self.quorum:
            return 0
        return self._most_that_fail(self.quorum) + len(self._outside()) + 1

    def _most_that_fail(self, name: str) -> int:
        """The most witnesses below this name that may cosign without its being met."""
        if name in self.witnesses:
            return 0
        needed, members = self.groups[name]
        gain = sorted(
            (self._below(each) - self._most_that_fail(each) for each in members), reverse=True
        )
        return sum(self._most_that_fail(each) for each in members) + sum(gain[: needed - 1])

    def _below(self, name: str) -> int:
        """How many witnesses stand below a name."""
        if name in self.witnesses:
            return 1
        return sum(self._below(each) for each in self.groups[name][1])

    def _outside(self) -> set[str]:
        """The witnesses that the quorum does not ask."""

        def inside(name: str) -> set[str]:
            if name in self.witnesses:
                return {name}
            return {each for member in self.groups[name][1] for each in inside(member)}

        return set(self.witnesses) - inside(self.quorum)


def is_one(data: bytes) -> bool:
    """Whether a file is meant to be such a policy: its first line that is no comment says so."""
    for line in data.split(b"\n"):
        words = line.split()
        if words and not words[0].startswith(b"#"):
            return words[0] in (b"log", b"witness", b"group", b"quorum") and words[1:2] != [b"="]
    return False


def parse(data: bytes) -> TlogPolicy:
    """Read a policy; every refusal names the line."""
    if _FORBIDDEN.search(data):
        raise PolicyError("The trust policy holds a control character.", next_step=_VALID)
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    if lines.pop() != "":
        raise PolicyError("The trust policy does not end in a newline.", next_step=_VALID)
    if len(lines) > MOST_LINES:
        raise PolicyError("The trust policy is too long.", next_step=_VALID)
    reading = _Reading()
    for number, line in enumerate(lines, 1):
        words = [word for word in re.split("[ \t]+", line) if word]
        if not words or words[0].startswith("#"):
            continue
        try:
            reading.line(words)
        except (PolicyError, KeyTextError) as error:
            message = f"Line {number} of the trust policy: {error.message}"
            raise PolicyError(message, next_step=error.next_step or _VALID) from error
    return reading.policy()


class _Reading:
    def __init__(self) -> None:
        self.logs: list[tuple[Verifier, str]] = []
        self.witnesses: dict[str, PolicyWitness] = {}
        self.groups: dict[str, tuple[int, tuple[str, ...]]] = {}
        self.members: set[str] = set()
        self.quorum: str | None = None

    def line(self, words: list[str]) -> None:
        keyword, *rest = words
        readers = {
            "log": self._log,
            "witness": self._witness,
            "group": self._group,
            "quorum": self._quorum,
        }
        if keyword not in readers:
            raise _wrong(f"it begins with {keyword!r}.")
        readers[keyword](rest)

    def policy(self) -> TlogPolicy:
        if self.quorum is None:
            raise PolicyError("The trust policy names no quorum.", next_step=_VALID)
        for each in (self.logs, self.witnesses, self.groups):
            if len(each) > MOST_OF_EACH:
                raise PolicyError(f"More than {MOST_OF_EACH} of a kind.", next_step=_VALID)
        return TlogPolicy(tuple(self.logs), self.witnesses, self.groups, self.quorum)

    def _log(self, words: list[str]) -> None:
        if not 1 <= len(words) <= 2:
            raise _wrong("a log is a key and, if any, an address.")
        key = Verifier.parse(words[0])
        if any(key.public == other.public for other, _ in self.logs):
            raise _wrong("this log's key is listed twice.")
        self.logs.append((key, words[1] if len(words) > 1 else ""))

    def _witness(self, words: list[str]) -> None:
        if not 2 <= len(words) <= 3:
            raise _wrong("a witness is a name, a key and, if any, an address.")
        key = CosignerKey.parse(words[1])
        if any(key.public == other.key.public for other in self.witnesses.values()):
            raise _wrong("this witness's key is listed twice.")
        self.witnesses[self._new(words[0])] = PolicyWitness(key, words[2] if len(words) > 2 else "")

    def _group(self, words: list[str]) -> None:
        if len(words) < 3:
            raise _wrong("a group is a name, a number and its members.")
        name, threshold, *members = words
        for member in members:
            if member not in self.witnesses and member not in self.groups:
                raise _wrong(f"{_shown(member)} is not named before.")
            if member in self.members:
                raise _wrong(f"{_shown(member)} is a member already: it would count twice.")
            self.members.add(member)
        needed = {"all": len(members), "any": 1}.get(threshold, 0)
        if not needed and _THRESHOLD.fullmatch(threshold):
            needed = int(threshold)
        if not 1 <= needed <= len(members):
            raise _wrong(f"a group of {len(members)} cannot need {_shown(threshold)}.")
        self.groups[self._new(name)] = (needed, tuple(members))

    def _quorum(self, words: list[str]) -> None:
        if len(words) != 1 or self.quorum is not None:
            raise _wrong("there is exactly one quorum, of one name.")
        if words[0] == NONE:
            self.quorum = ""
        elif words[0] in self.witnesses or words[0] in self.groups:
            self.quorum = words[0]
        else:
            raise _wrong(f"{_shown(words[0])} is not named before.")

    def _new(self, name: str) -> str:
        if name == NONE or name in self.witnesses or name in self.groups:
            raise _wrong(f"the name {_shown(name)} is taken.")
        return name


def flat(witnesses: Sequence[PolicyWitness], needed: int) -> TlogPolicy:
    """So many of these witnesses must have cosigned."""
    named = {f"w{number}": witness for number, witness in enumerate(witnesses, 1)}
    groups = {"partners": (needed, tuple(named))} if needed else {}
    return TlogPolicy((), named, groups, "partners" if needed else "")


def written(policy: TlogPolicy, logs: Sequence[Verifier]) -> bytes:
    """The policy as a file, for these logs in place of its own."""
    lines = [f"log {key.vkey}" for key in logs]
    for name, witness in policy.witnesses.items():
        lines.append(f"witness {name} {witness.key.vkey} {witness.url}".rstrip())
    for name, (needed, members) in policy.groups.items():
        lines.append(f"group {name} {needed} {' '.join(members)}")
    lines.append(f"quorum {policy.quorum or NONE}")
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")


def _shown(text: str) -> str:
    return repr(text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")[:80])


def _wrong(what: str) -> PolicyError:
    return PolicyError(what, next_step=_VALID)
