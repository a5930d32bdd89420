"""Attacks on what a viewer may not see: it must not show through what they may.

Somebody who reads the public pages, or a colleague cleared for one case, asks every address, every
ledger size and every count, and compares. What they get must be what they would get from an
archive in which the entries that they may not see had never been made, but for the fail-safe
cases of decision 0031: what such an entry takes back is closed to them with it.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.archive.making import (
    PUBLIC,
    add_reviewer,
    newspaper,
    place_mention,
    says,
    seal_text,
)
from tests.cli.running import run
from tests.redteam import unseen
from tests.support.archives import ArchiveMaker
from tests.web.conftest import Reader, reading_as  # noqa: F401

from habeas.archive import models as m
from habeas.archive import purposes, verbs
from habeas.archive.access import OWNER, Viewer, as_known, newest, team_member, visible
from habeas.archive.access import PUBLIC as THE_PUBLIC
from habeas.archive.blast_radius import blast_radius
from habeas.archive.errors import ExhibitBlocked
from habeas.archive.exhibits.custody_chain import chain
from habeas.archive.exhibits.intake import Received, record_with_layer, seal_all
from habeas.archive.ledger import rebuilding
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.opening import Archive, open_archive
from habeas.archive.search import refresh
from habeas.archive.verbs import blocking
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verbs.referring import Marking
from habeas.errors import HabeasError
from habeas.exchange.bundling.choosing import choose
from habeas.figures.changes.between import between
from habeas.figures.changes.comparison import FigureComparison
from habeas.figures.changes.dependents import UNSAID, standing_on
from habeas.figures.changes.otherwise import beside
from habeas.figures.definition import recorded
from habeas.figures.definition.definitions import FigureDefinition
from habeas.figures.evaluation.evaluating import evaluate
from habeas.figures.evaluation.holdings import holdings, members
from habeas.figures.evaluation.loading import Ground
from habeas.figures.evaluation.variants import Variant
from habeas.figures.why.asking import tree
from habeas.figures.why.nodes import as_json
from habeas.vocabulary import schema, values

ReadingAs = Callable[[Archive, Viewer], Reader]
TEAM = Marking()
RESTRICTED = Marking(handling="restricted")
SEEN = {"public": ("public",), "team": ("public", "team")}
DEFINITION = """\
key: towns
title: {title}
kind: counted
counts: place
rules:
  - {{rule: has-claim, property: population}}
"""


def viewer_of(name: str) -> Viewer:
    return THE_PUBLIC if name == "public" else team_member("a colleague", {"main": "team"})


def population(
    batch: Any, subject: Ref, source: Ref, number: int, marking: Marking = PUBLIC
) -> Ref:
    value = values.parse(str(number), schema.core().properties["population"])
    said = [Attribution(source)]
    return verbs.claim(batch, subject, "population", value, said, marking=marking)


def define(batch: Any, title: str, marking: Marking) -> Ref:
    text = DEFINITION.format(title=title)
    return verbs.define(batch, key="towns", title=title, kind="counted", text=text, marking=marking)


# --- the rule, on random archives -----------------------------------------------------------


def told(archive: Archive, viewer: Viewer) -> dict[str, Any]:
    """All that the archive tells a viewer, at every ledger size and of every entry."""
    found: dict[str, Any] = {}
    for size in range(12, archive.size + 1, 2):
        for definition in recorded.in_force(viewer, size):
            key = f"{definition.key} as of {size}"
            evaluation = evaluate(archive, definition, viewer, size)
            found[key] = (definition.position, definition.title, evaluation.headline)
            found[f"{key}: members"] = [
                (member.position, member.claims) for member in evaluation.members
            ]
            if size % 10 == 0:
                found[f"{key}: why"] = as_json(tree(archive, viewer, evaluation, proof=False))
            if size == archive.size - 2:
                found |= _compared(archive, viewer, definition, size)
        if size % 8 == 0:
            found[f"holdings as of {size}"] = _held(viewer, size)
    for position in range(archive.size):
        radius = blast_radius(viewer, position)
        found[f"radius {position}"] = radius and dataclasses.astuple(radius)
        if radius is None:
            continue
        found[f"figures on {position}"] = standing_on(archive, viewer, position)
        if radius.kind != "judgement":
            found[f"why {position}"] = as_json(tree(archive, viewer, position, proof=False))
    return found


def _compared(
    archive: Archive, viewer: Viewer, definition: FigureDefinition, size: int
) -> dict[str, Any]:
    """A figure beside its variants and beside itself earlier, and what cannot be compared."""
    key = f"{definition.key} as of {size}"
    variants = [Variant(without=f"paper-{each}") for each in range(2)]
    variants += [Variant(without="hidden-9"), Variant(origins=2), Variant(sharp=True)]
    found: dict[str, Any] = {}
    for variant in variants:
        found[f"{key}: {variant}"] = _answer(
            lambda asked=variant: _moved(beside(archive, viewer, definition, asked, size))
        )
    for earlier in (10, size // 2 + 6):
        found[f"{key}: since {earlier}"] = _answer(
            lambda size_then=earlier: _between(archive, viewer, definition.key, size_then, size)
        )
    return found


def _moved(found: FigureComparison) -> Any:
    sides = [(side.headline, side.handling, side.weak) for side in (found.before, found.after)]
    moved = (found.came, found.left, found.unsettled)
    return (sides, moved, found.notes, found.handling)


def _between(archive: Archive, viewer: Viewer, key: str, first: int, second: int) -> Any:
    asked = between(archive, viewer, key, first, second)
    found = asked.comparison
    explained = [asked.explained(each) for each in (found.came, found.left, found.unsettled)]
    return (_moved(found), explained)


def _answer(asked: Callable[[], Any]) -> Any:
    try:
        return json.loads(json.dumps(asked(), default=_plain))
    except HabeasError as error:
        return (error.code, error.message, error.next_step)


def _plain(thing: Any) -> Any:
    return dataclasses.asdict(thing)


def _held(viewer: Viewer, size: int) -> Any:
    ground = Ground(viewer, size)
    return [
        (dataclasses.asdict(each), members(ground, each.key, None, 100))
        for each in holdings(ground)
    ]


def pages(reader: Reader, size: int) -> dict[str, Any]:
    """The JSON twins of every entry's page, and of the lists."""
    addresses = ["/figures.json", "/sources.json", "/records/place.json", "/differences.json"]
    addresses += ["/figures/first.json", "/figures/second.json"]
    for position in range(6, size, 3):
        addresses += [f"/{kind}/{position}.json" for kind in ("claims", "records", "sources")]
    found = {}
    for address in addresses:
        answer = reader.client.get(address)
        content = answer.json() if answer["Content-Type"] == "application/json" else None
        found[address] = (answer.status_code, answer.get("Location"), stripped(content))
    return found


def stripped(content: Any) -> Any:
    """Without what differs between any two archives: pseudonyms, proofs, roots."""
    if isinstance(content, dict):
        own = ("proof", "person", "root", "checkpoint", "origin")
        return {name: stripped(each) for name, each in content.items() if name not in own}
    return [stripped(each) for each in content] if isinstance(content, list) else content


def named_in(content: Any, entry: Ref) -> bool:
    """Whether a number in it is the entry's: no part of a date, a time, a name or a digest."""
    alone = rf"(?<![\w:+-]){entry.position}(?![\w:+-]|\.\d)"
    return re.search(alone, json.dumps(stripped(content))) is not None


@pytest.mark.parametrize(
    ("backend", "who", "seed"),
    [("sqlite", "public", 1), ("sqlite", "team", 4), ("postgresql", "public", 2)],
    indirect=["backend"],
)
def test_nobody_can_tell_that_there_is_more(
    backend: str,
    archive_maker: ArchiveMaker,
    tmp_path: Path,
    reading_as: ReadingAs,  # noqa: F811
    who: str,
    seed: int,
) -> None:
    steps = unseen.plan(seed)
    out = unseen.closed_to(steps, SEEN[who])
    answers = []
    for name, without in (("whole", set()), ("without", out)):
        archive = open_archive(archive_maker.copy_to(tmp_path / name, backend))
        unseen.record(archive, add_reviewer(archive), steps, without)
        viewer = viewer_of(who)
        said = stripped(json.loads(json.dumps(told(archive, viewer))))
        if seed % 4 == 0:
            said |= pages(reading_as(archive, viewer), archive.size)
            assert rebuilding.check() == []
        answers.append(said)
    whole, without_it = answers
    assert {k: v for k, v in whole.items() if v != without_it[k]} == {}
    assert len(out) > 3


# --- one attack after the other -------------------------------------------------------------


def test_a_newer_definition_that_is_unseen_does_not_hide_the_older(archive: Archive) -> None:
    with archive.writing() as batch:
        shown = define(batch, "In the open", PUBLIC)
        hidden = define(batch, "Kept back", RESTRICTED)
    for size in (None, shown.position + 1, hidden.position + 1):
        assert recorded.named(THE_PUBLIC, "towns", size).title == "In the open"
    assert recorded.named(OWNER, "towns").title == "Kept back"
    assert [each.title for each in recorded.in_force(THE_PUBLIC)] == ["In the open"]
    with archive.writing() as batch:
        define(batch, "In the open again", PUBLIC)
    assert recorded.named(THE_PUBLIC, "towns").title == "In the open again"
    assert recorded.named(THE_PUBLIC, "towns", hidden.position + 1).title == "In the open"
    assert len(recorded.in_force(THE_PUBLIC)) == 1


@pytest.mark.parametrize("how", ["retraction", "correction"])
def test_what_is_taken_back_unseen_is_closed_at_every_size(
    archive: Archive,
    reading_as: ReadingAs,  # noqa: F811
    how: str,
) -> None:
    reviewer = add_reviewer(archive)
    with archive.writing(reviewer) as batch:
        town, source = place_mention(batch), newspaper(batch)
        first, second = (population(batch, town, source, n) for n in (100, 200))
        define(batch, "Towns", PUBLIC)
        verbs.assess(batch, first, "claim", "credibility", "3", "x", marking=PUBLIC)
    before = archive.size
    with archive.writing(reviewer) as batch:
        if how == "retraction":
            ending = verbs.retract(batch, first, "claim", "It endangers her.", marking=RESTRICTED)
        else:
            value = values.parse("101", schema.core().properties["population"])
            ending = verbs.correct(
                *(batch, first.position),
                subject=town,
                property="population",
                value=value,
                attribution=[Attribution(source)],
                marking=RESTRICTED,
            )
    definition = recorded.named(THE_PUBLIC, "towns")
    for size in range(before, archive.size + 1):
        members = evaluate(archive, definition, THE_PUBLIC, size).members
        assert [member.claims for member in members] == [(second.position,)], size
    public = reading_as(archive, THE_PUBLIC)
    assert public.get(f"/claims/{first.position}/").status_code == 404
    assert public.get(f"/claims/{first.position}.json").status_code == 404
    for page in (f"/claims/{second.position}/", f"/records/{town.position}/"):
        assert not named_in(public.twin(page), ending)
    assert not visible(THE_PUBLIC, m.Assessment).exists()
    mine = reading_as(archive, OWNER).twin(f"/claims/{first.position}/")
    assert mine["claim"]["ended"]["at"] == ending.position
    assert named_in(mine, ending)
    cleared = reading_as(archive, team_member("r", {"main": "restricted"}))
    assert cleared.twin(f"/claims/{first.position}/")["claim"]["ended"]["at"] == ending.position
    assert rebuilding.check() == []


def test_what_is_taken_back_in_the_open_is_marked_for_everybody(
    archive: Archive,
    reading_as: ReadingAs,  # noqa: F811
) -> None:
    reviewer = add_reviewer(archive)
    with archive.writing(reviewer) as batch:
        claim = says(batch, place_mention(batch), newspaper(batch))
        ending = verbs.retract(batch, claim, "claim", "A slip.", marking=PUBLIC)
    shown = reading_as(archive, THE_PUBLIC).twin(f"/claims/{claim.position}/")
    assert shown["claim"]["ended"] == {"by": "retracted", "at": ending.position}
    assert shown["retraction"]["reason"] == "A slip."


def test_a_list_or_source_taken_back_unseen_takes_what_came_with_it(archive: Archive) -> None:
    reviewer = add_reviewer(archive)
    with archive.writing(reviewer) as batch:
        bad = verbs.begin_list(batch, "bad", "0" * 64, marking=PUBLIC)
        town = verbs.mention(batch, "place", "Nowhere", list=bad, marking=PUBLIC)
        source, other = newspaper(batch), newspaper(batch, "other")
        listed = says(batch, town, source, list_=bad)
        about = says(batch, town, other)  # said of it by somebody else
        verbs.judge(batch, town, place_mention(batch), "same", "x", marking=PUBLIC)
        passed_on = verbs.claim(
            *(batch, place_mention(batch), "name", values.text("x")),
            [Attribution(other), Attribution(source)],
            marking=PUBLIC,
        )
        verbs.lineage(batch, other, source, marking=PUBLIC)
        verbs.retract(batch, bad, "list", "Invented people.", marking=RESTRICTED)
        verbs.retract(batch, source, "source", "It invents.", marking=RESTRICTED)
    seen = set(visible(THE_PUBLIC, m.Claim).values_list("position", flat=True))
    assert not seen & {listed.position, about.position, passed_on.position}
    assert not visible(THE_PUBLIC, m.Mention).filter(position=town.position).exists()
    for model in (m.Judgement, m.Lineage, m.Retraction):
        assert not visible(THE_PUBLIC, model).exists(), model
    with archive.writing(reviewer) as batch:  # later entries are as strict as what they name
        verbs.judge(batch, town, place_mention(batch), "different", "x", marking=PUBLIC)
    assert not visible(THE_PUBLIC, m.Judgement).exists()
    assert blast_radius(THE_PUBLIC, town.position) is None
    assert rebuilding.check() == []


def test_a_merge_undone_unseen_is_undone_for_everybody(
    archive: Archive,
    reading_as: ReadingAs,  # noqa: F811
) -> None:
    reviewer = add_reviewer(archive)
    with archive.writing(reviewer) as batch:
        one, other = place_mention(batch, "One"), place_mention(batch, "Other")
        judged = verbs.judge(batch, one, other, "same", "x", marking=PUBLIC)
        ending = verbs.retract(batch, judged, "judgement", "Two towns.", marking=RESTRICTED)
    page = reading_as(archive, THE_PUBLIC).twin(f"/records/{other.position}/")
    assert page["record"]["position"] == other.position
    assert page["joined"]["judgements"] == []
    assert not named_in(page, ending)


def test_a_source_is_its_newest_version_that_is_seen(
    archive: Archive,
    reading_as: ReadingAs,  # noqa: F811
) -> None:
    with archive.writing() as batch:
        first = newspaper(batch)
        hidden = verbs.source(
            batch, "example-news", "publication", name="B", previous=first, marking=RESTRICTED
        )
    row = m.Source.objects.get(position=first.position)
    assert as_known(THE_PUBLIC, [row])[0].ended_at is None
    public = reading_as(archive, THE_PUBLIC)
    assert [each["position"] for each in public.twin("/sources/")["sources"]] == [first.position]
    assert public.twin(f"/sources/{first.position}/")["newer"] is None
    why = json.dumps(as_json(tree(archive, THE_PUBLIC, first.position, proof=False)))
    assert "superseded" not in why
    with archive.writing() as batch:
        third = verbs.source(
            batch, "example-news", "publication", name="C", previous=hidden, marking=PUBLIC
        )
    public = reading_as(archive, THE_PUBLIC)
    listed = public.twin("/sources/")["sources"]
    assert [each["position"] for each in listed] == [third.position]
    assert public.twin(f"/sources/{first.position}/")["newer"]["position"] == third.position


def test_a_run_of_linking_that_is_unseen_replaces_none(archive: Archive) -> None:
    def run(batch: Any, marking: Marking) -> Ref:
        settings: dict[str, Any] = {
            "model": "0" * 64,
            "threshold_ppm": 1,
            "seed": 1,
            "versions": {},
        }
        return verbs.linkage(batch, "place", [], size=1, marking=marking, **settings)

    with archive.writing() as batch:
        shown, hidden = run(batch, PUBLIC), run(batch, RESTRICTED)
    for size in (None, hidden.position, hidden.position + 1):
        rows = newest(THE_PUBLIC, m.Linkage, size).values_list("position", flat=True)
        assert list(rows) == [shown.position]
    rows = newest(OWNER, m.Linkage).values_list("position", flat=True)
    assert list(rows) == [hidden.position]


def test_a_hold_and_a_block_lifted_unseen_show_no_position(
    archive: Archive, tmp_path: Path
) -> None:
    reviewer = add_reviewer(archive)
    exhibit, _ = seal_text(archive, tmp_path)
    with archive.writing(reviewer) as batch:
        verbs.hold(batch, exhibit, authority="A court", marking=PUBLIC)
        blocking.block(batch, exhibit, "Somebody asked", marking=PUBLIC)
    row = m.Exhibit.objects.get(position=exhibit.position)
    assert {"held", "blocked"} < {step.event for step in chain(THE_PUBLIC, row).steps}
    assert not visible(THE_PUBLIC, m.Layer).exists()  # a block binds everybody
    with pytest.raises(ExhibitBlocked, match=r"is blocked: someone") as refused:
        archive.read_object(row.address)
    assert "entry" not in refused.value.message
    with archive.writing(reviewer) as batch:
        lifted = verbs.lift(batch, exhibit, authority="A court", marking=RESTRICTED)
        unblocked = blocking.unblock(batch, exhibit, "Another letter", marking=RESTRICTED)
    positions = {step.position for step in chain(THE_PUBLIC, row).steps}
    assert not positions & {lifted.position, unblocked.position}
    assert visible(THE_PUBLIC, m.Layer).exists()
    assert {"lifted", "unblocked"} < {step.event for step in chain(OWNER, row).steps}
    assert rebuilding.check() == []


def test_a_withdrawal_binds_everybody_and_shows_nothing(
    archive: Archive,
    reading_as: ReadingAs,  # noqa: F811
) -> None:
    reviewer = add_reviewer(archive)
    with archive.writing(reviewer) as batch:
        person = verbs.mention(batch, "person", "Test Person", marking=PUBLIC)
        claim = says(batch, person, newspaper(batch))
        verbs.consent(batch, person, basis="given", audience="public", marking=RESTRICTED)
    assert reading_as(archive, THE_PUBLIC).get(f"/claims/{claim.position}/").status_code == 200
    with archive.writing(reviewer) as batch:
        verbs.withdraw(batch, person.position, "She asked.", marking=RESTRICTED)
    public = reading_as(archive, THE_PUBLIC)
    for address in (f"/claims/{claim.position}.json", f"/records/{person.position}.json"):
        assert public.get(address).status_code == 404
        nothing = public.get(address.replace(str(claim.position), "999999"))
        assert nothing.status_code == 404


def test_a_bundle_names_a_record_as_its_reader_knows_it(archive: Archive) -> None:
    reviewer = add_reviewer(archive)
    with archive.writing(reviewer) as batch:
        first = place_mention(batch, "Safe house", RESTRICTED)
        town = place_mention(batch, "Town")
        claim = says(batch, town, newspaper(batch))
        verbs.judge(batch, first, town, "same", "x")
    chosen = choose(archive, "public", record=town.position)
    assert chosen.unnamed == f"Record {town.position}"
    assert claim.position in chosen.positions
    assert first.position not in chosen.positions


# --- what for -------------------------------------------------------------------------------

BY_FAITH = """\
key: by-faith
title: Detained, by religion
kind: counted
counts: person
rules:
  - {rule: has-claim, property: religion, text: X}
"""


@pytest.fixture
def listed(archive: Archive, tmp_path: Path) -> Archive:
    """An archive with a text and a person above public, and a figure that picks by religion."""
    add_reviewer(archive)
    path = tmp_path / "inner.txt"
    path.write_text("Aygul Test prays.", encoding="utf-8")
    sealed = seal_all(archive, [Received(path, marking=TEAM)], [])[0]
    with archive.writing() as batch:
        record_with_layer(batch, sealed)
        person = verbs.mention(batch, "person", "Aygul Test")
        verbs.claim(
            batch,
            person,
            "religion",
            values.text("X"),
            [Attribution(newspaper(batch))],
            marking=TEAM,
        )
        verbs.define(
            *(batch,), key="by-faith", title="By faith", kind="counted", text=BY_FAITH, marking=TEAM
        )
    return archive


def asked(archive: Archive, *command: str) -> Any:
    return run(*command, "--archive", archive.directory, "--json")


FOR = ("--purpose", "Asked by the families, in May")


def purposes_of(archive: Archive) -> list[tuple[str, str, str]]:
    rows = m.StatedPurpose.objects.order_by("position")
    return list(rows.values_list("act", "level", "purpose"))


def test_nothing_above_public_is_searched_shown_or_handed_over_without_a_purpose(
    listed: Archive, tmp_path: Path
) -> None:
    exhibit = str(m.Exhibit.objects.get().position)
    size = listed.size
    bundle = ("bundle", "make", exhibit, "--level", "team", "--to", str(tmp_path / "b"))
    for command, code in (
        (("search", "prays"), "purpose.needed"),
        (("figure", "show", "by-faith"), "figure.needs-purpose"),
        (("why", "by-faith"), "figure.needs-purpose"),
        (bundle, "purpose.needed"),
        (("bundle", "make", "--figure", "by-faith", "--to", str(tmp_path / "b")), "bundle"),
    ):
        ended = asked(listed, *command)
        assert ended.code == 3, command
        assert ended.json["error"]["code"].startswith(code) or code == "bundle", ended.said
        assert "Aygul" not in ended.said
    assert not (tmp_path / "b").exists()
    assert listed.size == size
    short = asked(listed, "search", "prays", "--purpose", "work")
    assert short.json["error"]["code"] == "entry.refused"
    assert listed.size == size
    assert asked(listed, "search", "prays", *FOR).json["total"] == 1
    assert asked(listed, "figure", "show", "by-faith", *FOR).json["number"] == 1
    assert asked(listed, "why", "by-faith", *FOR).code == 0
    assert asked(listed, *bundle, *FOR).code == 0
    assert [(act, level) for act, level, _ in purposes_of(listed)] == [
        *(("search", ""), ("figure", ""), ("figure", ""), ("bundle", "team"))
    ]
    assert {words for _, _, words in purposes_of(listed)} == {FOR[1]}
    assert asked(listed, "verify").json["sound"] is True
    assert rebuilding.check() == []


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_purpose_is_signed_before_anything_is_found(listed: Archive) -> None:
    (listed.directory / "keys" / "people").rename(listed.directory / "away")
    ended = asked(listed, "search", "prays", *FOR)
    assert ended.json["error"]["code"] == "person.needed"
    assert "Aygul" not in ended.said


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_is_public_is_searched_without(listed: Archive, tmp_path: Path) -> None:
    assert asked(listed, "search", "prays", "--public").json["total"] == 0
    assert purposes_of(listed) == []
    seal_text(listed, tmp_path)
    assert asked(listed, "search", "Example", "--public").json["total"] == 1


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_lists_and_effects_give_no_value_that_needs_a_purpose(listed: Archive) -> None:
    (item,) = asked(listed, "figure", "list").json["figures"]
    assert item["value"] == ""
    claim = str(m.Claim.objects.get().position)
    told = asked(listed, "retract", claim, "--reason", "A slip", "--yes")
    (change,) = told.json["figures"]
    assert (change["key"], change["before"]) == ("by-faith", UNSAID)
    assert change["value_changed"] is True
    assert not re.search(r"\b[01] person", told.said)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_pages_need_the_purpose_that_they_were_started_with(
    listed: Archive,
    reading_as: ReadingAs,  # noqa: F811
) -> None:
    refresh(listed)
    addresses = ("/search/?q=prays", "/figures/by-faith/", "/figures/by-faith.json")
    without = reading_as(listed, OWNER)
    for address in (*addresses, "/figures/by-faith/why/", "/search.json?q=prays"):
        answer = without.get(address)
        assert answer.status_code in (200, 409), address
        assert "needs a purpose" in answer.content.decode(), address
        assert "Aygul" not in answer.content.decode(), address
    stated = purposes.state(listed, add_reviewer(listed), FOR[1], "pages", "")
    with_it = reading_as(listed, OWNER.with_purpose(stated.position))
    assert "Aygul" in with_it.page("/search/?q=prays")
    assert "Aygul" in with_it.page("/figures/by-faith/")
