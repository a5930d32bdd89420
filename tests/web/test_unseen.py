"""Nothing that a reader may not see changes anything that they can: every page, before and after.

Whatever is recorded out of sight (sources, claims, mentions, judgements, passages, decisions)
must leave each page, twin and drawing of everybody else as it was, counts and links included.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import get_resolver
from tests.web.conftest import Reader, viewers
from tests.web.making import SECRET, Shelf
from tests.web.test_pages import FILES, HIDDEN, HIDDEN_FILES, PAGES, address

from habeas.archive import verbs
from habeas.archive.access import Viewer
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.models import Compartment, LedgerEntry
from habeas.archive.opening import Archive
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verbs.referring import Marking
from habeas.vocabulary import counts, places, values

ReadingAs = Callable[[Archive, Viewer], Reader]

#: What says how long the ledger is, which is public by design.
SIZES = {"as_of", "size", "logged", "proof"}


def test_every_address_is_read_by_every_persona() -> None:
    """No page is added without the tests of what it must not show."""
    resolver = get_resolver("habeas.web.site.urls")
    read = {
        resolver.resolve(address(_Anything(), path.partition("?")[0])).url_name  # type: ignore[arg-type]
        for path in (*PAGES, *FILES, *HIDDEN, *HIDDEN_FILES)
    }
    known = {str(pattern.name) for pattern in resolver.url_patterns[0].url_patterns}
    assert {name for name in known if not name.endswith("-json")} == read
    assert {f"{name}-json" for name in read} >= {n for n in known if n.endswith("-json")}


class _Anything:
    """Stands for a shelf where only the shape of an address matters."""

    @property
    def at(self) -> dict[str, int]:
        return _Numbers()


class _Numbers(dict[str, int]):
    def __missing__(self, key: str) -> int:
        return 1


@pytest.mark.parametrize("persona", ["team", "public"])
def test_what_is_recorded_out_of_sight_changes_no_page(
    shelf: Shelf, reading_as: ReadingAs, persona: str
) -> None:
    reader = reading_as(shelf.archive, viewers()[persona]())
    before = _everything(shelf, reader)
    _record_out_of_sight(shelf)
    after = _everything(shelf, reader)
    for path, found in before.items():
        assert after[path] == found, path


def _everything(shelf: Shelf, reader: Reader) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path in PAGES:
        found[path] = _without_sizes(reader.twin(address(shelf, path)))
    for path in FILES:
        found[path] = reader.get(address(shelf, path)).content.decode()
    return found


def _without_sizes(content: Any) -> Any:
    if isinstance(content, list):
        return [_without_sizes(item) for item in content]
    if not isinstance(content, dict):
        return content
    if content.get("kind") == "proof" or content.get("label") in ("as of", "checkpoint"):
        return None
    return {key: _without_sizes(value) for key, value in content.items() if key not in SIZES}


def _record_out_of_sight(shelf: Shelf) -> None:
    """Something sealed about and beside everything that the pages show."""
    with shelf.archive.writing(shelf.reviewer) as batch:
        case = _ref(Compartment.objects.get(key="case").position)
        sealed = Marking(compartment=case, handling="sealed")
        secret = Attribution(_ref(shelf.at["secret"]))
        at = {name: _ref(position) for name, position in shelf.at.items()}
        number = values.count(counts.make(9, 9, approximate=False, unit="persons"))
        point = values.place(places.parse("1,1 exact"))
        for subject, name, value in (
            ("region", "people_held", number),
            ("camp-1", "location", point),
            ("camp-2", "capacity", number),
            ("person", "spoke_publicly", values.code("answer", "no")),
            ("person", "detained_in", values.reference(at["camp-2"].entry_id)),
            ("Utopia", "un_position", values.code("un-position", "condemn")),
            ("Ruritania", "un_position", values.code("un-position", "support")),
            ("Third", "date", values.date("1999")),
            ("alias", "name", values.text(SECRET)),
        ):
            for stance in ("asserts", "denies"):
                verbs.claim(
                    batch, at[subject], name, value, [secret],
                    stance=stance, holds="2019-07", marking=sealed,
                )  # fmt: skip
        for kind in ("person", "facility", "country", "event"):
            twin = verbs.mention(batch, kind, SECRET, marking=sealed)
            verbs.claim(batch, twin, "name", values.text(SECRET), [secret], marking=sealed)
        verbs.judge(batch, at["camp-1"], at["camp-2"], "same", SECRET, marking=sealed)
        verbs.judge(batch, at["Utopia"], at["Freedonia"], "same", SECRET, marking=sealed)
        verbs.judge(batch, at["person"], at["secret-person"], "same", SECRET, marking=sealed)
        verbs.lineage(batch, at["ministry"], at["secret"], marking=sealed)
        verbs.assess(batch, at["number"], "claim", "credibility", "5", SECRET, marking=sealed)
        verbs.assess(batch, at["paper"], "source", "reliability", "E", SECRET, marking=sealed)


def _ref(position: int) -> Ref:
    return Ref(LedgerEntry.objects.get(position=position).entry_id, position)
