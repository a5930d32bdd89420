"""An archive with a thing of each kind at each handling level, and people in each consent state.

Whatever is guarded bears a word of its own, its token, in all that could show it: a test finds the
token on a page or in an answer and asks for the mark beside it. Nobody in it is real.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from habeas.archive import verbs
from habeas.archive.access.labels import LEVELS
from habeas.archive.exhibits.intake import Received, record_with_layer, seal_all
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.opening import Archive
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verbs.referring import Marking
from habeas.vocabulary import counts, values

#: The state of consent, and how it came about.
STATES: dict[str, dict[str, Any]] = {
    "none": {},
    "agreed": {"audience": "public"},
    "limited": {"audience": "team"},
    "remark": {"audience": "public", "scope": "yes, but no name"},
    "withdrawn": {"audience": "public"},
    "expired": {"audience": "public", "expires": "2020-01-01"},
}
WORDS = {
    "none": "no consent",
    "agreed": "",
    "limited": "consent, not public",
    "remark": "consent with a remark",
    "withdrawn": "consent withdrawn",
    "expired": "consent expired",
}


@dataclass(slots=True)
class Guarded:
    """``at``: positions by name. ``levels``: of each token. ``consents``: the words beside it."""

    archive: Archive
    person: str
    at: dict[str, int] = field(default_factory=dict)
    levels: dict[str, str] = field(default_factory=dict)
    consents: dict[str, str] = field(default_factory=dict)

    def put(self, ref: Ref, kind: str, level: str) -> Ref:
        self.at[f"{kind}-{level}"] = ref.position
        return ref

    def token(self, kind: str, level: str, consent: str = "") -> str:
        token = f"Zz{kind}{level}{consent}zz"
        self.levels[token] = level
        if consent:
            self.consents[token] = WORDS[consent]
        return token


def fill(archive: Archive, folder: Path) -> Guarded:
    """Append everything."""
    reviewer = archive.keyring.add_person(None)
    with archive.writing() as batch:
        verbs.add_person(batch, reviewer)
    made = Guarded(archive, reviewer.name.rpartition("/")[2])
    sealed = {level: _seal(made, folder, level) for level in LEVELS}
    with archive.writing(reviewer) as batch:
        plain = verbs.source(batch, "plain", "publication", marking=Marking(handling="public"))
        for level, (exhibit, layer, text) in sealed.items():
            place = Marking(handling=level)
            made.put(exhibit, "exhibit", level)
            code = made.token("source", level)
            source = made.put(
                verbs.source(batch, code, "publication", name=code, marking=place), "source", level
            )
            camp = made.put(
                verbs.mention(batch, "facility", made.token("camp", level), marking=place),
                "camp",
                level,
            )
            passage = verbs.cite(batch, exhibit, layer, text, 0, len(text), marking=place)
            made.put(passage, "passage", level)
            number = values.count(
                counts.make(len(level), len(level), approximate=False, unit="persons")
            )
            claim = verbs.claim(
                batch, camp, "people_held", number, [Attribution(source)],
                passages=(passage,), marking=place,
            )  # fmt: skip
            made.put(claim, "claim", level)
            # A stricter name of something more open, by an open source: only the claim is guarded.
            name = values.text(made.token("name", level))
            verbs.claim(batch, camp, "other_name", name, [Attribution(plain)], marking=place)
            other = verbs.mention(batch, "facility", made.token("twin", level), marking=place)
            reason = made.token("judgement", level)
            made.put(
                verbs.judge(batch, camp, other, "same", reason, marking=place), "judged", level
            )
            verbs.assess(
                batch, claim, "claim", "credibility", "3", made.token("assessed", level),
                marking=place,
            )  # fmt: skip
            verbs.custody(
                batch, exhibit, "stored", agent="nobody", reason=made.token("step", level),
                marking=place,
            )  # fmt: skip
            verbs.define(
                batch, key=f"held-{level}", title=made.token("figure", level), kind="reported",
                text=_DEFINITION.format(level=level, title=made.token("figure", level)),
                marking=place,
            )  # fmt: skip
        open_camp = verbs.mention(
            batch, "facility", "Open camp", marking=Marking(handling="public")
        )
        made.put(open_camp, "camp", "open")
        secret = values.text(made.token("secretname", "sealed"))
        verbs.claim(
            batch, open_camp, "other_name", secret, [Attribution(plain)],
            marking=Marking(handling="sealed"),
        )  # fmt: skip
        verbs.hold(batch, sealed["team"][0], authority="A court")
    with archive.writing(reviewer) as batch:
        for state, given in STATES.items():
            person = verbs.mention(batch, "person", made.token("person", "team", state))
            witness = verbs.source(batch, made.token("witness", "team", state), "witness")
            made.put(person, "person", state)
            made.put(witness, "witness", state)
            yes = values.code("answer", "yes")
            verbs.claim(batch, person, "spoke_publicly", yes, [Attribution(witness)])
            for subject in (person, witness):
                if given:
                    verbs.consent(batch, subject, basis="given", **given)
                if state == "withdrawn":
                    batch.flush()
                    verbs.withdraw(batch, subject)
        verbs.define(
            batch, key="spoke", title="People who spoke", kind="counted", text=_SPOKE,
            marking=Marking(handling="public"),
        )  # fmt: skip
    return made


def _seal(made: Guarded, folder: Path, level: str) -> tuple[Ref, Ref, str]:
    text = f"{made.token('quote', level)} stands here."
    path = folder / f"{level}.txt"
    path.write_text(text, encoding="utf-8")
    place = Marking(handling=level)
    received = Received(path, title=made.token("exhibit", level), marking=place)
    sealed = seal_all(made.archive, [received], [])[0]
    with made.archive.writing() as batch:
        exhibit, layer = record_with_layer(batch, sealed)
    assert layer is not None
    return exhibit, layer, text


_DEFINITION = """\
key: held-{level}
title: {title}
kind: reported
reports: people_held
view: plot
rules:
  - {{rule: value, known: yes}}
"""
_SPOKE = """\
key: spoke
title: People who spoke
kind: counted
counts: person
unit: persons
rules:
  - {rule: has-claim, property: spoke_publicly, code: yes}
"""
