"""How many questions a page asks of the database: few, and as many for more claims."""

from __future__ import annotations

from tests.web.conftest import Reader
from tests.web.making import PUBLIC, Shelf

from habeas.archive import verbs
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.models import LedgerEntry
from habeas.archive.verbs.claiming import Attribution
from habeas.vocabulary import values

MOST = {
    "/": 13,
    "/claims/{number}/": 27,
    "/records/{camp-1}/": 44,  # eight what is asked of a facility first; what it owns, whose it is
    "/sources/{paper}/": 28,  # origins (three), states of its claims (three)
    "/exhibits/{exhibit}/": 29,  # eleven custody, one a capture, transcripts, places cited
    "/records/facility/": 6,
    "/exhibits/": 7,
    "/sources/": 5,
    "/figures/held/": 25,
    "/figures/held/why/": 28,
}


def _ref(position: int) -> Ref:
    return Ref(LedgerEntry.objects.get(position=position).entry_id, position)


def test_queries_are_few_and_do_not_grow(shelf: Shelf, owner: Reader) -> None:
    before = {path: _asked(shelf, owner, path) for path in MOST}
    for path, most in MOST.items():
        assert before[path] <= most, path
    with shelf.archive.writing() as batch:
        paper = Attribution(_ref(shelf.at["paper"]))
        for subject in ("camp-1", "region"):
            about = _ref(shelf.at[subject])
            for number in range(40):
                verbs.claim(
                    batch,
                    about,
                    "other_name",
                    values.text(f"Name {number}"),
                    [paper],
                    marking=PUBLIC,
                )
        for number in range(40):
            verbs.mention(batch, "facility", f"Camp more {number}", marking=PUBLIC)
            verbs.source(batch, f"more-{number}", "publication", marking=PUBLIC)
    for path in MOST:
        assert _asked(shelf, owner, path) <= before[path] + 2, path


def _asked(shelf: Shelf, owner: Reader, path: str) -> int:
    """The queries of a page; a figure is evaluated for the present size by a first reading."""
    where = path
    for name, position in shelf.at.items():
        where = where.replace("{" + name + "}", str(position))
    owner.page(where)
    return owner.queries(where)
