"""What the commands answer of an archive, a bundle and a mirror, without their wording.

Kept with a state of the corpus when it is made, and asked again by every later program. What
stays is what must not change: values, ids, places in the ledger, soundness, faults. Sentences
may be mended, so they are left out (``WORDING``); keys may be added, so ``differences`` asks
only whether what was answered then is answered still.
"""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tests.cli.running import run

#: Keys whose value is a sentence of the program, or says which program made the answer.
WORDING = frozenset(
    (
        *("words", "said", "facts", "note", "reason", "changed", "pending", "message"),
        *("next_step", "scope", "value", "state_words", "why", "made", "version", "program"),
        "text",
    )
)
#: Of these commands the titles are sentences too.
TITLED = ("why",)
#: What is asked of every archive, after which come its figures, things and exhibits.
COMMANDS = (
    ("verify",),
    ("verify", "--deep"),
    ("rebuild", "--check"),
    ("people", "list"),
    ("policy", "list"),
    ("keys", "custodians", "list"),
    ("compartments", "list"),
    ("reading", "status"),
    ("reading", "report"),
    ("hold", "list"),
    ("erase", "list"),
    ("link", "report"),
    ("link", "policy"),
    ("witness", "status"),
    ("witness", "policy"),
    ("timestamp", "verify"),
    ("figure", "list"),
)
SEARCHES = ("Northfield", "例子", '"held in Northfield camp"')


def archive_answers(archive: Path) -> dict[str, Any]:
    """Each command that was asked, and what it answered."""
    keys = [" ".join(each) for each in (*COMMANDS, *_things(archive))]
    keys += [f"search {words}" for words in SEARCHES]
    return {key: asked(archive, key) for key in keys}


def asked(archive: Path, key: str) -> Any:
    """What one command answers of an archive, as its key in the answers names it."""
    command, _, rest = key.partition(" ")
    return _found(archive, rest) if command == "search" else _answer(archive, *key.split())


def bundle_answers(bundle: Path) -> dict[str, Any]:
    """This program's two verifiers, and the one that lies in the bundle itself."""
    from habeas.custody.standalone import verify as standalone

    own = run("bundle", "verify", bundle, "--json")
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        standalone.main([str(bundle), "--json"])
    shipped = subprocess.run(
        [sys.executable, "-I", "-B", bundle / "verify.py", bundle, "--json"],
        capture_output=True,
        text=True,
    )
    return {
        "bundle verify": _checks(own.json),
        "standalone": _checks(json.loads(out.getvalue())),
        "shipped verify.py": _checks(json.loads(shipped.stdout)),
    }


def mirror_answers(mirror: Path) -> dict[str, Any]:
    """What is found of a mirror with public keys only."""
    ended = run("mirror", mirror, "--check", "--json")
    return {"exit": ended.code, "answer": _without_wording(ended.json, ())}


def differences(then: Any, now: Any, where: str = "") -> Iterator[str]:
    """Where what was answered then is not what is answered now; new keys are no difference."""
    if isinstance(then, dict) and isinstance(now, dict):
        for key, value in then.items():
            place = f"{where}/{key}"
            if key in now:
                yield from differences(value, now[key], place)
            else:
                yield f"{place}: gone"
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        for index, (one, other) in enumerate(zip(then, now, strict=True)):
            yield from differences(one, other, f"{where}/{index}")
    elif then != now:
        yield f"{where}: was {json.dumps(then)[:200]}, is {json.dumps(now)[:200]}"


def undecided(found: Iterator[str], decided: dict[str, str]) -> list[str]:
    """The differences that no decision names; ``decided`` maps a pattern of places to it."""
    return [
        each
        for each in found
        if not any(fnmatchcase(each.partition(": ")[0], place) for place in decided)
    ]


def _answer(archive: Path, *command: str) -> dict[str, Any]:
    ended = run(*command, "--archive", archive, "--json")
    titled = ("title",) if command[0] in TITLED else ()
    return {"exit": ended.code, "answer": _without_wording(ended.json, titled)}


def _found(archive: Path, words: str) -> Any:
    """The places that a search finds; how they are ranked and described may change.

    It is recorded with its purpose (decision 0033): ask it last.
    """
    people = run("people", "list", "--archive", archive, "--json").json["people"]
    free = (p for p in people if p["state"] == "in force" and p["here"] and not p["protected"])
    who = ("--purpose", "To compare with what was found then", "--as", next(free)["pseudonym"])
    asks = ("--despite-clock", "search", words, "--limit", "100", *who)  # a state may be years old
    found = run(*asks, "--archive", archive, "--json").json
    hits = [[hit["exhibit"], hit["layer"], hit["start"], hit["stop"]] for hit in found["hits"]]
    return {"total": found["total"], "hits": sorted(hits)}


def _things(archive: Path) -> list[tuple[str, ...]]:
    """One question for each figure, exhibit, claim, source and record."""
    from habeas.archive import models as m
    from habeas.archive.access import OWNER, visible
    from habeas.archive.opening import open_archive

    open_archive(archive)
    keys = sorted(set(visible(OWNER, m.Definition).values_list("key", flat=True)))
    found: list[tuple[str, ...]] = []
    for key in keys:
        found += [("figure", "show", key), ("why", key)]
    exhibits = visible(OWNER, m.Exhibit).order_by("position").values_list("position", flat=True)
    for position in exhibits:
        found += [("custody", str(position))]
    for model in (m.Exhibit, m.Claim, m.Source, m.Mention):
        at = visible(OWNER, model).order_by("position").values_list("position", flat=True)
        found += [("why", str(position)) for position in list(at)[::4]]
    return found


def _checks(report: dict[str, Any]) -> dict[str, Any]:
    checks = {check["check"]: check["status"] for check in report["checks"]}
    return {"result": report["result"], "checks": checks}


def _without_wording(value: Any, also: tuple[str, ...]) -> Any:
    if isinstance(value, dict):
        return {
            key: _without_wording(each, also)
            for key, each in value.items()
            if key not in WORDING and key not in also
        }
    if isinstance(value, list):
        return [_without_wording(each, also) for each in value]
    return value
