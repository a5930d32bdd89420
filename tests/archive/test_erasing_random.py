"""Random small archives: whatever is erased, nothing comes back, and nothing becomes laxer."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.db import connections
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.archive.making import PUBLIC, add_reviewer, says, seal_text
from tests.support.archives import ArchiveMaker

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, team_member, visible
from habeas.archive.access import PUBLIC as ANYONE
from habeas.archive.erasing.carrying_out import carry_out
from habeas.archive.erasing.decisions import approve_erasure, request_erasure
from habeas.archive.erasing.planning import plan
from habeas.archive.ledger import rebuilding
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.opening import Archive, open_archive
from habeas.archive.store import schema
from habeas.archive.verbs.referring import Marking
from habeas.archive.verify.verifying import verify
from habeas.vocabulary import values

TEXT = "One said this. Two said that. Three said nothing at all."
SEALED = Marking(handling="sealed")
STEPS = (
    "claim",
    "correct",
    "judge",
    "consent",
    "narrow",
    "withdraw",
    "retract",
    "assess",
    "revoke",
)

step = st.tuples(st.sampled_from(STEPS), *[st.integers(0, 50)] * 4)


def fill(archive: Archive, folder: Path, steps: list[tuple[str, int, int, int, int]]) -> None:
    """Two exhibits, three people, two sources, and what the steps say of them."""
    person = add_reviewer(archive)
    read = [seal_text(archive, folder, TEXT, name) for name in ("a.txt", "b.txt")]
    with archive.writing(person) as batch:
        people = [verbs.mention(batch, "person", f"P{n}", marking=PUBLIC) for n in range(3)]
        sources = [
            verbs.source(batch, "W", "witness", marking=PUBLIC),
            verbs.source(batch, "N", "publication", marking=PUBLIC),
        ]
        for one in (*people, sources[0]):
            verbs.consent(batch, one, basis="given", audience="public")
        quotes = [
            verbs.cite(batch, exhibit, layer, TEXT, at, at + 13, marking=place)
            for exhibit, layer in read
            for at, place in ((0, PUBLIC), (15, SEALED))
        ]
        claims: list[Ref] = []
        judged: list[Ref] = []
        for kind, *numbers in steps:
            take(batch, kind, numbers, people, sources, quotes, claims, judged)


def take(
    batch: Batch,
    kind: str,
    numbers: list[int],
    people: list[Ref],
    sources: list[Ref],
    quotes: list[Ref],
    claims: list[Ref],
    judged: list[Ref],
) -> None:
    a, b, c, d = numbers
    one, other = people[a % 3], people[b % 3]
    live = [c for c in claims if not m.Claim.objects.filter(position=c.position, ended_at__gt=0)]
    match kind:
        case "claim":
            cited = {0: (), 1: (quotes[c % 4],), 2: (quotes[c % 4], quotes[d % 4])}[b % 3]
            claims.append(says(batch, one, sources[d % 2], f"{a}", passages=tuple(set(cited))))
            batch.flush()
        case "correct" if live:
            old = live[a % len(live)]
            claims.append(
                verbs.correct(
                    batch,
                    old,
                    subject=one,
                    property="name",
                    value=values.text(f"v{b}"),
                    attribution=[verbs.Attribution(sources[c % 2])],
                    passages=[quotes[d % 4]],
                    marking=PUBLIC,
                )
            )
            batch.flush()
        case "judge" if one != other:
            judged.append(verbs.judge(batch, one, other, "same", "x"))
        case "revoke" if judged:
            verbs.retract(batch, judged.pop(a % len(judged)), "judgement", "x")
        case "consent" | "narrow":
            audience = "public" if kind == "consent" else "team"
            verbs.consent(batch, one, basis="given", audience=audience)
        case "withdraw":
            verbs.withdraw(batch, one)
        case "retract" if live:
            verbs.retract(batch, live[a % len(live)], "claim", "x")
            batch.flush()
        case "assess" if claims:
            verbs.assess(batch, claims[a % len(claims)], "claim", "credibility", "3", "x")


def seen() -> dict[tuple[str, str], set[int]]:
    """Who may see which rows, by viewer and table."""
    viewers = (ANYONE, team_member("t", {"main": "restricted"}), OWNER)
    return {
        (viewer.name, model._meta.db_table): set(
            visible(viewer, model).values_list("position", flat=True)
        )
        for viewer in viewers
        for model in schema.projections()
        if issubclass(model, m.Projection)
    }


def standing() -> set[tuple[str, int]]:
    """What has not ended."""
    return {
        (model._meta.db_table, position)
        for model in (m.Claim, m.Source, m.Mention, m.Consent)
        for position in model._default_manager.filter(ended_at__isnull=True).values_list(
            "position", flat=True
        )
    }


@settings(max_examples=20)
@given(
    st.lists(step, max_size=14),
    st.sampled_from(("exhibit", "claim", "person", "source")),
    st.integers(0, 50),
)
def test_nothing_comes_back_and_nothing_becomes_laxer(
    archive_maker: ArchiveMaker,
    steps: list[tuple[str, int, int, int, int]],
    what: str,
    which: int,
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        archive = open_archive(archive_maker.copy_to(folder / "archive", "sqlite"))
        try:
            fill(archive, folder, steps)
            model = {"exhibit": m.Exhibit, "claim": m.Claim, "person": m.Mention}.get(
                what, m.Source
            )
            targets = list(model._default_manager.values_list("position", flat=True))
            if targets:
                check(archive, folder, what, targets[which % len(targets)])
        finally:
            connections.close_all()


def check(archive: Archive, folder: Path, what: str, target: int) -> None:
    kind = what if what in ("exhibit", "claim") else "consent"
    one, two = add_reviewer(archive), add_reviewer(archive)
    intended = plan(archive, kind, [target])
    before, alive = seen(), standing()
    with archive.writing(one) as batch:
        request = request_erasure(batch, intended, "mistaken", "x").position
    with archive.writing(two) as batch:
        approve_erasure(batch, request)
    carry_out(archive, request, one, folder / "after", only_own_keys=True)
    gone = set(intended.erased)
    for (viewer, table), positions in seen().items():
        new = positions - before[viewer, table] - set(range(request, archive.size))
        assert new == set(), (viewer, table)
        assert not positions & gone, (viewer, table)
    assert {t for t in standing() - alive if t[1] < request} == set()
    assert rebuilding.check() == []
    report = verify(archive)
    assert report.faults == []
    assert set(report.erased) == gone
