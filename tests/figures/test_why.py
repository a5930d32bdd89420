"""Why: from a figure to a verified proof, in one structure, bounded, for each viewer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.figures import world as w
from tests.figures.world import World, build
from tests.support.archives import Filling

from habeas.archive import verbs
from habeas.archive.access import OWNER, PUBLIC
from habeas.figures.definition import recorded
from habeas.figures.errors import NothingThere
from habeas.figures.evaluation import evaluating
from habeas.figures.why import asking
from habeas.figures.why.nodes import Node


@pytest.fixture
def world(filled: Filling) -> World:
    evaluating.remembered.clear()
    world: World = filled(build)[1]
    return world


def walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from walk(child)


def test_a_number_leads_down_to_the_passage_the_bytes_and_a_verified_proof(world: World) -> None:
    tree = asking.tree(world.archive, OWNER, recorded.named(OWNER, "supported"))
    assert tree.position == world.at["figure supported"]
    members = next(node for node in tree.children if node.kind == "members")
    ruritania = members.children[0]
    assert (ruritania.title, ruritania.position) == ("Ruritania", world.at["Ruritania"])
    claim = ruritania.children[0]
    assert claim.position == world.at["r"]
    passage = next(node for node in claim.children if node.kind == "passage")
    assert passage.title == "“Ruritania and Borduria signed in July 2019”"
    exhibit = passage.children[0]
    assert exhibit.position == world.at["exhibit"]
    facts = dict(exhibit.facts)
    import hashlib

    assert facts["sha256"] == hashlib.sha256(w.NOTE.encode()).hexdigest()
    proofs = [node for node in walk(tree) if node.kind == "proof"]
    assert proofs
    assert all(proof.sound for proof in proofs)
    assert dict(tree.facts)["checkpoint"].startswith("signed log of 44 entries, root ")
    unknown = next(node for node in tree.children if node.kind == "not-known")
    assert [node.title for node in unknown.children] == ["Syldavia"]


def test_every_figure_of_every_viewer_has_a_why(world: World) -> None:
    for viewer in (OWNER, PUBLIC):
        for definition in recorded.in_force(viewer):
            tree = asking.tree(world.archive, viewer, definition)
            text = asking.as_text(tree, width=72)
            assert definition.title in text.splitlines()[0]
            assert asking.as_json(tree)["position"] == definition.position
            assert text == asking.as_text(asking.tree(world.archive, viewer, definition), width=72)


def test_the_public_tree_has_nothing_restricted_in_it(world: World) -> None:
    for definition in recorded.in_force(PUBLIC):
        tree = asking.tree(world.archive, PUBLIC, definition)
        assert world.at["f"] not in {node.position for node in walk(tree)}
    with pytest.raises(NothingThere) as hidden:
        asking.tree(world.archive, PUBLIC, world.at["f"])
    with pytest.raises(NothingThere) as absent:
        asking.tree(world.archive, PUBLIC, 999_999)
    assert str(hidden.value).replace(str(world.at["f"]), "N") == str(absent.value).replace(
        "999999", "N"
    )


def test_a_claim_says_who_on_what_basis_through_whom(world: World) -> None:
    tree = asking.tree(world.archive, OWNER, world.at["r-echo"])
    sources = [node for node in tree.children if node.kind == "source"]
    assert [node.title for node in sources] == ["said by Echo Daily", "through Example News"]
    assert ("repeats", "Example News") in sources[0].facts
    denial = asking.tree(world.archive, OWNER, world.at["denial"])
    assert denial.title.startswith("Ministry of Examples denies: Example region, People held: ")
    assert "Party to the matter: the state concerned" in asking.as_text(denial)


def test_a_retracted_claim_says_by_which_entry(world: World) -> None:
    world.retract("r", "claim")
    tree = asking.tree(world.archive, OWNER, world.at["r"])
    assert ("ended", f"retracted by entry {world.archive.size - 1}") in tree.facts


def test_records_exhibits_and_sources_have_a_why(world: World) -> None:
    world.judge("merge", "Ruritania", "Borduria")
    record = asking.tree(world.archive, OWNER, world.at["Borduria"])
    assert record.position == world.at["Ruritania"]
    assert "Borduria" in dict(record.facts)["mentions joined"]
    assert {n.position for n in record.children if n.kind == "claim"} == {
        world.at[name] for name in ("r", "r-echo", "b")
    }
    letter = asking.tree(world.archive, OWNER, world.at["letter"])
    assert "2 claims differ" in asking.as_text(letter)
    exhibit = asking.tree(world.archive, OWNER, world.at["exhibit"])
    assert [n.kind for n in exhibit.children] == ["proof", "passage", "passage"]
    source = asking.tree(world.archive, OWNER, world.at["echo"])
    assert {n.position for n in source.children if n.kind == "claim"} == {
        world.at[name] for name in ("r-echo", "b", "23")
    }
    assert asking.tree(world.archive, OWNER, world.at["figure held"]).kind == "figure"


def test_the_tree_is_bounded_and_says_what_it_leaves_out(world: World) -> None:
    definition = recorded.named(OWNER, "supported")
    tree = asking.tree(world.archive, OWNER, definition, limit=1, offset=1)
    members = next(node for node in tree.children if node.kind == "members")
    assert [node.title for node in members.children] == ["Borduria"]
    assert members.more == 1
    assert members.title == "Counted: 2–2 of 3"


def test_the_number_of_queries_does_not_grow_with_what_is_shown(world: World) -> None:
    with world.archive.writing() as batch:
        from habeas.archive import models as m
        from habeas.archive.verbs.referring import ref

        source = ref(batch, world.at["news"], m.Source)
        for number in range(30):
            state = verbs.mention(batch, "country", f"State {number}", marking=w.PUBLIC)
            w.say(batch, state, "un_position", w.make.SUPPORT, source, holds="2019-07")
    result = evaluating.evaluate(world.archive, recorded.named(OWNER, "supported"), OWNER)
    counts = []
    for limit in (2, 30):
        with CaptureQueriesContext(connection) as captured:
            asking.tree(world.archive, OWNER, result, limit=limit, proof=False)
        counts.append(len(captured))
    assert (
        counts[0] == counts[1] <= 18
    )  # one: what was erased; two: the marks; three: where in its text; four: groupings
