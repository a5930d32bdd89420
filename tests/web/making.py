"""A small archive of synthetic things, with something for every page. Nobody in it is real.

``SECRET`` stands in everything that only the owner may see, ``INNER`` in everything that the
team may see and the public may not: the tests look for these words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from habeas.archive import verbs
from habeas.archive.exhibits.intake import Received, record_with_layer, seal_all
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.opening import Archive
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verbs.referring import Marking
from habeas.custody.log.notes import Signer
from habeas.reading.documents import Document, State
from habeas.vocabulary import counts, places, values
from habeas.vocabulary.values import Value, Written

SECRET = "Sealedword"
INNER = "Teamword"
HOSTILE = '<script>alert("x")</script>\u202egnp.exe'
UYGHUR = "قايتا تەربىيەلەش لاگېرى"
LOW = "about 120,000 people"
CHINESE = "职业技能教育培训中心"
KAZAKH = "Қайта тәрбиелеу лагері"
PUBLIC = Marking(handling="public")
NOTE = (
    "A synthetic note. In May 2018 the institute put the number at about 120,000 people.\n\n"
    "The ministry denied that anybody was held.\n\n"
    f"The place is called {UYGHUR} and {CHINESE}. It says {HOSTILE} in one line.\n\n"
) + "".join(f"Paragraph {n} of a long text about nobody at all.\n\n" for n in range(700))


@dataclass(slots=True)
class Shelf:
    """The archive and the positions of what stands in it, by a short name."""

    archive: Archive
    reviewer: Signer
    at: dict[str, int] = field(default_factory=dict)
    text: str = ""

    def put(self, name: str, ref: Ref) -> Ref:
        self.at[name] = ref.position
        return ref


def fill(archive: Archive, folder: Path) -> Shelf:
    """Append everything."""
    reviewer = archive.keyring.add_person(None)
    with archive.writing() as batch:
        verbs.add_person(batch, reviewer)
    shelf = Shelf(archive, reviewer, text=NOTE)
    exhibit, layer = _seal(shelf, folder, "note.txt", NOTE, PUBLIC)
    with archive.writing(reviewer) as batch:
        case = shelf.put("case", verbs.compartment(batch, "case", "A case"))
        sealed = Marking(compartment=case, handling="sealed")
    secret, secret_layer = _seal(shelf, folder, "secret.txt", f"{SECRET} letter.", sealed)
    with archive.writing(reviewer) as batch:
        cited = _Cited(batch, exhibit, layer)
        _sources(batch, shelf, sealed)
        _places(batch, shelf, cited)
        _people(batch, shelf, cited, sealed)
        _countries_and_events(batch, shelf)
        _decisions(batch, shelf, sealed)
        passage = verbs.cite(
            batch, secret, secret_layer, f"{SECRET} letter.", 0, 10, marking=sealed
        )
        shelf.put("secret-passage", passage)
        shelf.put("secret-exhibit", secret)
        _readings(batch, shelf, (exhibit, layer), (secret, secret_layer), sealed)
        shelf.put("exhibit", exhibit)
        for key, text in DEFINITIONS.items():
            kind = text.split("kind: ")[1].split("\n")[0]
            verbs.define(batch, key=key, title=key, kind=kind, text=text, marking=PUBLIC)
    return shelf


def _readings(
    batch: Batch, shelf: Shelf, note: tuple[Ref, Ref], secret: tuple[Ref, Ref], sealed: Marking
) -> None:
    """How both were opened: hostile words wherever a file can put them."""
    lies = {"author": f"Nobody {HOSTILE}", HOSTILE: "x"}
    read = Document(
        *("", "0" * 64, 9, "text/plain", State.IN_PART, f"It says {HOSTILE}"),
        *((HOSTILE,), (f"A remark {HOSTILE}",)),
        metadata=lies,
        reader="test",
        reader_version="1",
    )
    within = verbs.reading(batch, note[0], read, layer=note[1], marking=PUBLIC)
    inner = Document(f"{HOSTILE}!/{UYGHUR}", "1" * 64, 3, "", State.FAILED, "Broken.")
    shelf.put("inner-file", verbs.reading(batch, note[0], inner, within=within, marking=PUBLIC))
    hidden = Document("", "0" * 64, 9, SECRET, State.READ, metadata={SECRET: SECRET}, pages=1)
    opened = verbs.reading(batch, secret[0], hidden, layer=secret[1], marking=sealed)
    shelf.put("secret-reading", opened)


def _seal(shelf: Shelf, folder: Path, name: str, text: str, marking: Marking) -> tuple[Ref, Ref]:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    received = Received(
        path, title=f"{name}: {HOSTILE}", received_from="a courier", marking=marking
    )
    sealed = seal_all(shelf.archive, [received], [])[0]
    with shelf.archive.writing() as batch:
        exhibit, layer = record_with_layer(batch, sealed)
    assert layer is not None
    return exhibit, layer


@dataclass(slots=True)
class _Cited:
    batch: Batch
    exhibit: Ref
    layer: Ref

    def quote(self, quote: str) -> tuple[Ref]:
        start = NOTE.index(quote)
        return (
            verbs.cite(
                self.batch,
                self.exhibit,
                self.layer,
                NOTE,
                start,
                start + len(quote),
                marking=PUBLIC,
            ),
        )


def _sources(batch: Batch, shelf: Shelf, sealed: Marking) -> None:
    shelf.put(
        "institute",
        verbs.source(
            batch,
            "institute",
            "organisation",
            name="Institute of Examples",
            about="Counts things that are not there.",
            url="https://institute.example/",
            interests=[{"kind": "funding", "text": f"a foundation {HOSTILE}"}],
            marking=PUBLIC,
        ),
    )
    shelf.put(
        "ministry",
        verbs.source(batch, "ministry", "government", name="Ministry of Examples", marking=PUBLIC),
    )
    shelf.put(
        "paper",
        verbs.source(batch, "paper", "publication", name="The Example", marking=PUBLIC),
    )
    shelf.put("inner", verbs.source(batch, "w-1", "witness", about=f"{INNER} {UYGHUR}"))
    shelf.put(
        "secret",
        verbs.source(batch, f"{SECRET}-code", "organisation", name=SECRET, marking=sealed),
    )
    verbs.lineage(
        batch, _ref(batch, shelf, "paper"), _ref(batch, shelf, "institute"), marking=PUBLIC
    )


def _ref(batch: Batch, shelf: Shelf, name: str) -> Ref:
    batch.flush()
    from habeas.archive.models import LedgerEntry

    position = shelf.at[name]
    return Ref(LedgerEntry.objects.get(position=position).entry_id, position)


def _number(low: int | None, high: int | None, words: str) -> Value:
    count = counts.make(low, high, approximate=False, unit="persons")
    return values.count(count, Written(words), values.BY_PERSON)


def _places(batch: Batch, shelf: Shelf, cited: _Cited) -> None:
    institute = Attribution(
        _ref(batch, shelf, "institute"), "estimate", how="by asking", said="2018-05"
    )
    ministry = Attribution(_ref(batch, shelf, "ministry"), "official-statement", said="2018-08-13")
    paper = Attribution(_ref(batch, shelf, "paper"))
    region = shelf.put("region", verbs.mention(batch, "place", "Example region", marking=PUBLIC))
    for name, value, stance, by, quote in (
        ("number", _number(120_000, 120_000, LOW), "asserts", [institute, paper], LOW),
        ("denial", _number(120_000, 120_000, HOSTILE), "denies", [ministry], "The ministry denied"),
        ("range", _number(1_000_000, None, "at least a million"), "asserts", [paper], ""),
        ("unknown", values.missing("count", "unknown"), "does-not-know", [ministry], ""),
    ):  # fmt: skip
        passages = cited.quote(quote) if quote else ()
        shelf.put(
            name,
            verbs.claim(
                batch, region, "people_held", value, by, stance=stance, holds="2018",
                passages=passages, note=f"We read it as {name}.", marking=PUBLIC,
            ),
        )  # fmt: skip
    for number, (lat, lon) in enumerate((("37.08", "80.18"), ("39.47", "75.99")), 1):
        camp = verbs.mention(batch, "facility", f"Camp {number}", marking=PUBLIC)
        shelf.put(f"camp-{number}", camp)
        point = values.place(places.parse(f"{lat},{lon} county"))
        verbs.claim(batch, camp, "location", point, [paper], marking=PUBLIC)
        for language, text in (("ug", UYGHUR), ("zh-Hans", CHINESE), ("kk", KAZAKH)):
            name = values.text(text, language)
            verbs.claim(
                batch,
                camp,
                "other_name",
                name,
                [paper],
                passages=cited.quote(UYGHUR),
                marking=PUBLIC,
            )


def _people(batch: Batch, shelf: Shelf, cited: _Cited, sealed: Marking) -> None:
    paper = Attribution(_ref(batch, shelf, "paper"), "press-report", said="2019-02")
    open_one = shelf.put(
        "person", verbs.mention(batch, "person", f"Ana Open {HOSTILE}", marking=PUBLIC)
    )
    verbs.consent(batch, open_one, basis="public-statement", audience="public", marking=PUBLIC)
    inner_one = shelf.put("inner-person", verbs.mention(batch, "person", f"Bea {INNER}"))
    secret_one = shelf.put("secret-person", verbs.mention(batch, "person", SECRET, marking=sealed))
    for person, marking in ((open_one, PUBLIC), (inner_one, Marking()), (secret_one, sealed)):
        shelf.put(
            f"spoke-{person.position}",
            verbs.claim(
                batch, person, "spoke_publicly", values.code("answer", "yes"), [paper],
                holds="2019", marking=marking,
            ),
        )  # fmt: skip
    shelf.put(
        "held",
        verbs.claim(
            batch, open_one, "detained_in",
            values.reference(_ref(batch, shelf, "camp-1").entry_id), [paper], marking=PUBLIC,
        ),
    )  # fmt: skip
    secretly = Attribution(_ref(batch, shelf, "secret"))
    shelf.put(
        "secret-claim",
        verbs.claim(
            batch, _ref(batch, shelf, "region"), "people_held",
            _number(7, 7, f"{SECRET} seven"), [secretly], marking=sealed,
        ),
    )  # fmt: skip


def _countries_and_events(batch: Batch, shelf: Shelf) -> None:
    paper = Attribution(_ref(batch, shelf, "paper"))
    for name, when, code in (
        ("Utopia", "2019-07", "support"), ("Utopia", "2020-10", "condemn"),
        ("Ruritania", "", "condemn"), ("Freedonia", "2019-07", "support"),
    ):  # fmt: skip
        country = shelf.at.get(name)
        ref = (
            _ref(batch, shelf, name)
            if country is not None
            else shelf.put(name, verbs.mention(batch, "country", name, marking=PUBLIC))
        )
        verbs.claim(
            batch, ref, "un_position", values.code("un-position", code), [paper],
            holds=when, marking=PUBLIC,
        )  # fmt: skip
        entries = values.count(counts.make(2, 2, approximate=False, unit="entries"))
        verbs.claim(batch, ref, "un_position_count", entries, [paper], marking=PUBLIC)
    for caption, when in (
        ("First thing", "2017-06"),
        ("Second thing", "2018~"),
        ("Third", "2018-08-13"),
    ):
        event = shelf.put(caption, verbs.mention(batch, "event", caption, marking=PUBLIC))
        verbs.claim(batch, event, "date", values.date(when), [paper], marking=PUBLIC)


def _decisions(batch: Batch, shelf: Shelf, sealed: Marking) -> None:
    paper = Attribution(_ref(batch, shelf, "paper"))
    camp = _ref(batch, shelf, "camp-1")
    alias = shelf.put(
        "alias", verbs.mention(batch, "facility", CHINESE, language="zh-Hans", marking=PUBLIC)
    )
    shelf.put(
        "same",
        verbs.judge(batch, camp, alias, "same", f"one gate {HOSTILE}", marking=PUBLIC),
    )
    hidden = shelf.put(
        "hidden-alias", verbs.mention(batch, "facility", "Camp apart", marking=PUBLIC)
    )
    shelf.put("hidden-same", verbs.judge(batch, camp, hidden, "same", SECRET, marking=sealed))
    verbs.judge(batch, camp, _ref(batch, shelf, "camp-2"), "different", "far apart", marking=PUBLIC)
    wrong = shelf.put(
        "corrected",
        verbs.claim(batch, alias, "capacity", _count(100), [paper], marking=PUBLIC),
    )
    shelf.put(
        "correction",
        verbs.correct(
            batch, wrong, subject=alias, property="capacity", value=_count(200),
            attribution=[paper], marking=PUBLIC,
        ),
    )  # fmt: skip
    taken_back = shelf.put(
        "retracted",
        verbs.claim(batch, alias, "description", values.text("a school"), [paper], marking=PUBLIC),
    )
    verbs.retract(batch, taken_back, "claim", f"said by mistake {HOSTILE}", marking=PUBLIC)
    number = _ref(batch, shelf, "number")
    verbs.assess(batch, number, "claim", "credibility", "3", "a method is stated", marking=PUBLIC)


def _count(number: int) -> Value:
    return values.count(counts.make(number, number, approximate=False, unit="persons"))


DEFINITIONS = {
    "spoke": """\
key: spoke
title: People who spoke in public
question: How many people here spoke in public?
kind: counted
counts: person
unit: persons
rules:
  - {rule: has-claim, property: spoke_publicly, code: yes}
""",
    "held": """\
key: held
title: People held, as reported
kind: reported
reports: people_held
view: plot
rules:
  - {rule: value, known: yes}
""",
    "camps": """\
key: camps
title: Camps with a place
kind: counted
counts: facility
unit: facilities
view: map
draw: {point: location}
rules:
  - {rule: has-claim, property: location, value: {known: yes}}
""",
    "positions": """\
key: positions
title: Positions of states
kind: counted
counts: country
unit: states
view: matrix
draw: {cell: un_position, columns: [2019-07, 2020-10], count: un_position_count}
rules:
  - {rule: has-claim, property: un_position, value: {known: yes}}
""",
    "events": """\
key: events
title: Dated events
kind: counted
counts: event
unit: events
view: timeline
draw: {date: date}
rules:
  - {rule: has-claim, property: date, date: {stated: yes}}
""",
    "by-year": """\
key: by-year
title: Events by year
kind: counted
counts: event
unit: events
view: series
by: {property: date, step: year}
rules:
  - {rule: has-claim, property: date, date: {stated: yes}}
""",
    "certain": """\
key: certain
title: States certainly in support in July 2019
kind: counted
counts: country
unit: states
rules:
  - {rule: has-claim, property: un_position, holds: {within: 2019-07}}
""",
    "said-by-officials": """\
key: said-by-officials
title: What officials said
kind: reported
reports: people_held
view: number
rules:
  - {rule: source-kind, is: government}
""",
    "guess": """\
key: guess
title: A number that nobody has computed
kind: estimated
counts: person
closed-population: unknown
everyone-could-be-listed: unknown
lists:
  - {name: A list, sources: no-such-source, includes: Nobody knows}
""",
}
