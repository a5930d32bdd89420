"""What builders return: frozen values without addresses, marked, the same for every rendering."""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import importlib
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import RequestFactory
from tests.web.making import Shelf, fill

import habeas.display
from habeas.archive.access import OWNER, PUBLIC, Viewer, team_member
from habeas.archive.opening import Archive
from habeas.display import about, claims, differences, marks, records, sources
from habeas.display.asking import Elsewhere, NotThere, Query
from habeas.display.exhibits import exhibit
from habeas.display.figures import figure, overview, why
from habeas.display.marks import marked
from habeas.display.references import EntryReference, Marked, Target, TextPart, Turning
from habeas.figures.definition.recorded import in_force
from habeas.figures.errors import FigureError
from habeas.web.explore.frame import contents

WEB = ("django.http", "django.urls", "django.shortcuts", "django.template", "django.core.handlers")


@pytest.fixture
def shelf(archive: Archive, tmp_path: Path) -> Shelf:
    return fill(archive, tmp_path)


def modules() -> list[Any]:
    found = pkgutil.walk_packages(habeas.display.__path__, "habeas.display.")
    return [importlib.import_module(each.name) for each in found]


def test_nothing_here_knows_http_or_addresses() -> None:
    for module in modules():
        source = Path(str(module.__file__)).read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.startswith(WEB)], module.__name__


def test_every_value_is_frozen() -> None:
    kinds = [
        kind
        for module in modules()
        for kind in vars(module).values()
        if isinstance(kind, type) and dataclasses.is_dataclass(kind)
        if kind.__module__ == module.__name__
    ]
    assert len(kinds) > 30
    for kind in kinds:
        assert kind.__dataclass_params__.frozen, kind  # type: ignore[attr-defined]


def values(found: Any) -> Iterator[Any]:
    yield found
    if dataclasses.is_dataclass(found) and not isinstance(found, type):
        for each in dataclasses.fields(found):
            yield from values(getattr(found, each.name))
    elif isinstance(found, tuple):
        for inner in found:
            yield from values(inner)


def points_to_a_thing(found: Any) -> bool:
    target = getattr(found, "url", None)
    of_thing = isinstance(target, Target) and target.name in marks.PAGES
    return of_thing or isinstance(getattr(found, "entry", None), EntryReference)


def everything(shelf: Shelf, viewer: Viewer) -> list[Any]:
    """What this viewer may see of each claim, record and source, and the lists."""
    none = Query()
    shown: list[Any] = [
        records.kinds(viewer),
        records.records(viewer, "person", none),
        sources.sources(viewer, none),
        differences.every(viewer, none),
        overview.overview(shelf.archive, viewer),
        exhibit.exhibits(viewer, none),
        about.about(shelf.archive),
    ]
    for key in (one.key for one in in_force(viewer)):
        with contextlib.suppress(FigureError):
            shown.append(figure.figure(shelf.archive, viewer, key, none))
            shown.append(why.why(shelf.archive, viewer, key, none))
    for position in range(0, shelf.archive.size, 2):
        for build in (
            lambda at: claims.claim(shelf.archive, viewer, at),
            lambda at: records.record(viewer, at, none),
            lambda at: sources.source(viewer, at, none),
            lambda at: exhibit.exhibit(shelf.archive, viewer, at, none),
        ):
            try:
                shown.append(build(position))
            except (NotThere, Elsewhere):
                continue
    return shown


@pytest.mark.parametrize("who", ["owner", "team", "public"])
def test_a_value_is_frozen_without_addresses_and_marked(shelf: Shelf, who: str) -> None:
    viewer = {"owner": OWNER, "team": team_member("t", {"main": "team"}), "public": PUBLIC}[who]
    request = RequestFactory().get("/claims/1/")
    levels = set()
    for shown in everything(shelf, viewer):
        once = marked(viewer, shown)
        for found in values(once):
            plain = found is None or isinstance(found, (str, int, tuple))
            assert plain or dataclasses.is_dataclass(found), found
            assert not (isinstance(found, str) and found.startswith("/")), found
            if points_to_a_thing(found):
                assert isinstance(found, Marked), found
                assert found.handling or who == "public", found
                levels.add(found.handling)
                assert who != "public" or levels <= {"", "public"}
        json.dumps(contents.content(once, request))
        assert marked(viewer, once) == once
    assert len(levels) > 1 or who != "owner"


def test_a_part_of_a_list_is_the_same_address_with_another_cursor() -> None:
    request = RequestFactory().get("/sources/3.json", {"after": "9", "x": "ä", "format": "json"})
    pages = contents.content(
        Turning(TextPart("after", None), TextPart("after", 12, "says")), request
    )
    assert pages == {"first": "/sources/3/?x=%C3%A4", "next": "/sources/3/?x=%C3%A4&after=12#says"}
    target = Target("record", 7, (("property", "name"),))
    assert contents.content(target, request) == "/records/7/?property=name"


@pytest.mark.parametrize("asked", ["-1", "1.5", "x", "9" * 17, "١٢"])
def test_what_no_page_asks_is_not_there(asked: str) -> None:
    with pytest.raises(NotThere):
        Query({"after": asked}).number("after")
    assert Query({"after": ""}).number("after") is None
    with pytest.raises(NotThere):
        Query({"property": "Robert'); DROP"}).name("property")
