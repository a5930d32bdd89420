"""What may be recorded: each rule once, as the problems of what somebody would like to record.

A verb raises the first problem (``refuse``); an importer lists all of them, each with its row.
Invariants: a rule reads only what it is given and the vocabulary, never the tables; what has no
problem by these rules is recorded; the words of a problem fit a verb, and ``in_cell`` holds others
where a reader sees the column beside them.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from habeas.archive.access.labels import LEVELS
from habeas.archive.errors import EntryRefused, PassageOutside
from habeas.errors import HabeasError
from habeas.vocabulary import edtf, locations, schema, texts
from habeas.vocabulary.errors import an
from habeas.vocabulary.forms import Coded
from habeas.vocabulary.locations import Bounds, Location
from habeas.vocabulary.schema import Property, Schema
from habeas.vocabulary.values import Value

SCHEMES = ("credibility", "reliability", "verification-step", "depiction")
LONGEST_QUOTE = 8_000  # characters
SHORTEST_PURPOSE = 10  # characters


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field, and what would be valid; ``error`` is what a verb raises."""

    field: str
    reason: str
    valid: str = ""
    in_cell: tuple[str, str] | None = None
    error: HabeasError | None = None

    @property
    def words(self) -> tuple[str, str]:
        """Reason and remedy where the column's name stands beside them."""
        return self.in_cell or (self.reason, self.valid)


Problems = Iterator[Problem]


def refuse(problems: Iterable[Problem]) -> None:
    """Raise the first problem, if there is one."""
    for problem in problems:
        raise problem.error or EntryRefused(problem.reason, next_step=problem.valid)


# --- fields ----------------------------------------------------------------------------------


def code(field: str, value: str, codes: Collection[str], what: str = "") -> Problems:
    """One of the codes; ``what`` names it where the field's name does not."""
    if value not in codes:
        valid = f"Use one of: {', '.join(codes)}."
        in_cell = (f"No {field} named {value!r}.", valid)
        yield Problem(field, f"No {what or field} named {value!r}.", valid, in_cell)


def date(field: str, text: str) -> Problems:
    """EDTF, or nothing."""
    if text:
        yield from _of_error(field, lambda: edtf.parse(text))


def handling(level: str) -> Problems:
    """One of the four levels."""
    yield from code("handling", level, LEVELS, "handling level")


def _of_error(field: str, check: Callable[[], object]) -> Problems:
    try:
        check()
    except HabeasError as error:
        yield Problem(field, error.message, error.next_step, error=error)


def is_day(text: str) -> bool:
    """Whether the text is a day written as 2027-01-31: days are compared as text."""
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


# --- things ----------------------------------------------------------------------------------


def source(kind: str, code_: str, name: str, interests: Iterable[str]) -> Problems:
    """``interests`` are their kinds. A witness is known by a code only."""
    codes = schema.core().codes
    yield from code("kind", kind, codes["source-kind"], "source kind")
    known = codes["interest-kind"]
    for interest in interests:
        for problem in code("interests", interest, known, "kind of interest"):
            listed = f"Write `kind: text; kind: text` with: {', '.join(known)}."
            in_cell = (f"No interest named {interest!r}.", listed)
            yield Problem(problem.field, problem.reason, problem.valid, in_cell)
    if kind == "witness" and name:
        yield Problem(
            "name",
            f"The witness {code_} has a name here.",
            "Leave the name empty; record it as a claim in a sealed compartment.",
            (
                "A witness has a code only.",
                "Leave it empty; claim the name in a sealed compartment.",
            ),
        )


def lineage(*, itself: bool) -> Problems:
    """A source repeats another one."""
    if itself:
        reason = "A source cannot repeat itself."
        yield Problem("repeats", reason, in_cell=(reason, "Name the other source."))


def transcript(language: str, *, itself: bool) -> Problems:
    """Somebody wrote down what is said in a recording."""
    if not language:
        yield Problem("language", "The language of the transcript is missing.", "Give a tag.")
    yield from _of_error("language", lambda: texts.language_tag(language))
    if itself:
        reason = "A recording cannot be its own transcript."
        yield Problem("of", reason, "Name the file that holds the lines.")


def spoken(number: int, from_ms: int, end_ms: int) -> Problems:
    """A line of a transcript begins before its recording ends."""
    if from_ms > end_ms:
        yield Problem(
            "of",
            f"Line {number} begins at {locations.clock(from_ms)}, and the recording ends at "
            f"{locations.clock(end_ms)}.",
            "Give the transcript of this recording; correct the time of that line in a copy.",
        )


def mention(kind: str, caption: str, language: str, script: str) -> Problems:
    """How a source or list refers to somebody or something."""
    yield from code("kind", kind, schema.core().kinds, "kind of record")
    if not caption.strip():
        yield Problem(
            "caption",
            f"{an(kind, capital=True)} needs a caption.",
            "Write how the source calls it.",
        )
    yield from _of_error("language", lambda: texts.language_tag(language))
    yield from _of_error("script", lambda: texts.script_code(script))


def owned(kind: str, owner: str | None, named: bool) -> Problems:
    """A kind that has an owner names one of the right kind; ``owner`` is None where not found."""
    found = schema.core().kinds.get(kind)
    owners = found.of if found else ()
    whose = " or ".join(owners)
    if owners and not named:
        reason = f"{an(kind, capital=True)} is of {an(whose)}, and none is named."
        yield Problem("of", reason, f"Name a mention of the {whose}.")
    elif not owners and named and found is not None:
        yield Problem("of", f"{an(kind, capital=True)} has no owner.", "Leave it out.")
    elif owner is not None and owner not in owners:
        reason = f"{an(kind, capital=True)} is of {an(whose)}, not of {an(owner)}."
        yield Problem("of", reason, f"Name {an(whose)}.")


def one_owner(kind: str, owner: str, *, same: bool) -> Problems:
    """Two records that have owners are the same only where their owners are one record."""
    if not same:
        yield Problem(
            "verdict",
            f"These are of two records: {an(kind)} is the same only where its {owner} is.",
            f"Say first that the two mentions of the {owner} are the same, if they are.",
            (
                f"Their {owner} is not one record.",
                f"Say first that the two mentions of the {owner} are the same, if they are.",
            ),
        )


def claimed(known: Schema, kind: str | None, property: str) -> Problems:
    """A property of a kind of record; ``kind`` is the subject's, None where none was found."""
    prop = known.properties.get(property)
    if prop is None:
        near = ", ".join(p.name for p in known.properties.values() if kind in p.kinds)
        reason = f"No property named {property!r}."
        remedy = "See docs/reference/vocabulary.md for the properties of each kind."
        yield Problem("property", reason, remedy, (reason, f"Properties: {near}."))
    elif kind is not None and kind not in prop.kinds:
        valid = f"It belongs to: {', '.join(prop.kinds)}."
        in_cell = (f"{property} is not a property of {an(kind)}.", valid)
        yield Problem(
            "property", f"The property {property} is not one of {an(kind)}.", valid, in_cell
        )


def statement(known: Schema, stance: str, basis: str, holds: str, said: str) -> Problems:
    """How a claim is made, and when it holds and was said, by one who says it."""
    yield from code("stance", stance, known.codes["stance"])
    yield from code("basis", basis, known.codes["basis"])
    yield from date("holds", holds)
    yield from date("said", said)


def value(known: Schema, prop: Property, given: Value) -> Problems:
    """A value is of its property's type, and a code is one of its list."""
    if given.type != prop.type:
        reason = f"The property {prop.name} takes {an(prop.type)}, not {an(given.type)}."
        yield Problem("value", reason, prop.meaning)
    elif isinstance(given.normal, Coded):
        if given.normal.code_list != prop.codes:
            reason = f"The property {prop.name} takes a code of {prop.codes}."
            yield Problem("value", reason, f"Not one of {given.normal.code_list}.")
        else:
            listed, own = given.normal.code_list, given.normal.code
            yield from _of_error("value", lambda: known.code(listed, own))


def referred(prop: Property, kind: str, name: str) -> Problems:
    """A reference points to a kind that the property refers to."""
    if prop.refers_to and kind not in prop.refers_to:
        valid = f"{prop.name} refers to {' or '.join(map(an, prop.refers_to))}."
        yield Problem("value", f"{name} is {an(kind)}.", valid, (f"{name!r} is {an(kind)}.", valid))


def passage(start: int, stop: int, length: int) -> Problems:
    """A place in a text of ``length`` characters, no longer than is quoted."""
    if not 0 <= start < stop <= length:
        yield _outside(
            f"The passage {start}–{stop} is outside the text of {length} characters.",
            "Give a start and a stop inside the text, the start first.",
        )
    elif stop - start > LONGEST_QUOTE:
        yield _outside(
            f"The passage has {stop - start} characters; at most {LONGEST_QUOTE} are cited.",
            "Cite the sentences that matter.",
        )


def location(place: Location, bounds: Bounds) -> Problems:
    """A place that is not words, inside what the reading of its file says of size and time."""
    wrong = next(locations.problems(place), None) or locations.outside(place, bounds)
    if wrong is not None:
        reason, valid = wrong
        yield Problem("place", reason, valid, error=PassageOutside(reason, next_step=valid))


def quoted(quote: str) -> Problems:
    """What stands in a cell or row, or what somebody reads at a place."""
    if len(quote) > LONGEST_QUOTE:
        reason = f"It holds {len(quote):,} characters; at most {LONGEST_QUOTE:,} are cited."
        yield _outside(reason, "Cite a cell of it, or the sentences that matter.")


def _outside(reason: str, valid: str) -> Problem:
    return Problem("quote", reason, valid, error=PassageOutside(reason, next_step=valid))


# --- decisions -------------------------------------------------------------------------------


def verdict(given: str) -> Problems:
    """What may be said of two mentions."""
    yield from code("verdict", given, schema.core().codes["verdict"])


def pair(
    verdict: str, kinds: tuple[str | None, str | None], *, itself: bool, field: str = "right"
) -> Problems:
    """Two different mentions; of one kind, where they are to be the same (None: not found)."""
    if itself:
        alone = {"same_as": ("This is the mention itself.", "Name another mention.")}
        in_cell = alone.get(field, ("Both are the same mention.", "Name two mentions."))
        yield Problem(
            field, "A mention is always the same as itself.", "Name two mentions.", in_cell
        )
    elif verdict == "same" and kinds[0] and kinds[1] and kinds[0] != kinds[1]:
        reason = f"{an(kinds[0], capital=True)} and {an(kinds[1])} cannot be the same."
        in_cell = (reason, "Name one of the same kind.")
        yield Problem(field, reason, "Judge two mentions of one kind.", in_cell)


def grouping(known: Schema, kind: str, reason: str, claims: int) -> Problems:
    """Claims about a record that are of one episode of it, and why."""
    if not known.kinds[kind].of:
        whose = " or ".join(an(name) for name, each in known.kinds.items() if each.of)
        reason = f"{an(kind, capital=True)} is not part of another record."
        yield Problem("episode", reason, f"Name {whose}.")
    if not claims:
        yield Problem("claims", "No claim is named.", "Name the claims that are about it.")
    if not reason.strip():
        yield Problem("reason", "A grouping needs a reason.", "Say in a sentence why.")


def grouped(
    known: Schema, kind: str, name: str, property: str, *, same_owner: bool, by: int | None
) -> Problems:
    """A claim that is to be of an episode: about its owner, of a property that it may have."""
    shared = known.shared_with_owner(kind)
    if not same_owner:
        yield Problem(
            "claims",
            f"{name} is not about the {' or '.join(known.kinds[kind].of)} whose {kind} this is.",
            "Name claims about that one; a claim about the episode itself needs no grouping.",
        )
    elif property not in shared:
        told = f"What may be grouped: {', '.join(shared)}."
        yield Problem("claims", f"{name}: {property} says nothing of {an(kind)}.", told)
    elif by is not None:
        yield Problem(
            "claims", f"{name} is in the grouping at entry {by}.", "Retract that one first."
        )


def assessment(scheme: str, grade: str, reason: str) -> Problems:
    """A grade of one of the four schemes."""
    if scheme in SCHEMES:
        yield from code("grade", grade, schema.core().codes[scheme], f"{scheme} grade")
        if scheme == "depiction" and not reason.strip():
            yield Problem(
                "reason",
                "What a picture shows is not said without a reason.",
                "Say in a sentence how it was established.",
            )
        return
    wrong = f"No scheme named {scheme!r}."
    yield Problem(
        "scheme",
        wrong,
        "Use credibility (1–6), reliability (A–F), verification-step or depiction.",
        (wrong, f"Use one of: {', '.join(SCHEMES)}."),
    )


def graded(scheme: str, what: str) -> Problems:
    """Whether a scheme is one for a claim or for a source; a verification step is for either."""
    wrong = {("reliability", "claim"): "credibility, 1 to 6"}
    wrong |= {("credibility", "source"): "reliability, A to F"}
    if fitting := wrong.get((scheme, what)):
        reason = f"{scheme.capitalize()} is not a grade of {an(what)}."
        yield Problem("scheme", reason, f"Of {an(what)}, write {fitting}.")


def depiction(property: str | None, *, own: bool, field: str = "target") -> Problems:
    """What a picture shows is assessed on the claim that says so (None: a source), and not by
    whoever claimed it (``own``), where the policy says so."""
    if property != "depicts":
        what = "a source" if property is None else f"a claim of {property}"
        reason = f"Whom a picture shows is not assessed on {what}."
        yield Problem(field, reason, "Name a claim of depicts.")
    elif own:
        reason = "Whom a picture shows is confirmed by someone other than who claimed it."
        yield Problem(field, reason, "Have another person look at it and sign (`habeas policy`).")


def compared(waiting: Sequence[int], conflicts: Sequence[str], despite: str) -> Problems:
    """Pictures that are to be public under a name: each was compared, and is nobody else's.

    ``waiting``: pictures that were not; ``conflicts``: in a sentence each.
    """
    if waiting:
        named = ", ".join(map(str, waiting[:10]))
        more = f" and {len(waiting) - 10:,} more" if len(waiting) > 10 else ""
        yield Problem(
            "pictures",
            f"Not compared with others yet: picture {named}{more}.",
            "Compare them first: `habeas pictures compare --purpose …`.",
        )
    if conflicts and not despite.strip():
        more = f" And {len(conflicts) - 1:,} more." if len(conflicts) > 1 else ""
        yield Problem(
            "despite",
            f"{conflicts[0]}{more}",
            "`habeas pictures list` shows all. Retract what is wrong, or give the reason why "
            "it does not matter with `--despite`.",
        )


def acceptance(
    sample: Sequence[Mapping[str, str]], reason: str, *, accepted: int | None
) -> Problems:
    """The rows of a list may count in public; ``accepted``: the entry that says so already."""
    if accepted is not None:
        yield Problem(
            "list",
            f"This list was accepted at entry {accepted}.",
            "To accept it on another sample, retract that one first.",
        )
    if not sample:
        yield Problem("sample", "No sample is named.", "Name the rows that were checked.")
    for each in sample:
        for name, what in (
            ("rows", "which rows were checked"),
            ("checked_by", "who checked them"),
            ("against", "what they were checked against"),
        ):
            if not each.get(name, "").strip():
                yield Problem("sample", f"A part of the sample does not say {what}.", "Say it.")
    if not reason.strip():
        yield Problem("reason", "An acceptance needs a reason.", "Say in a sentence why.")


def consent(basis: str, audience: str, purposes: Collection[str], expires: str) -> Problems:
    """``expires`` is a full ISO day, '' for none."""
    codes = schema.core().codes
    yield from code("basis", basis, codes["consent-basis"], "basis of consent")
    yield from code("audience", audience, LEVELS)
    known = codes["consent-purpose"]
    for purpose in purposes:
        if purpose not in known:
            listed = f"Use any of: {', '.join(known)}."
            yield Problem("purposes", f"No purpose named {purpose!r}.", listed)
    if expires and not is_day(expires):
        valid = "Write it as 2027-01-31."
        in_cell = (f"{expires!r} is not a day.", valid)
        reason = f"{expires!r} is not a day on which consent can end."
        yield Problem("expires", reason, valid, in_cell)


def agreeing(kind: str, name: str, owner: str = "") -> Problems:
    """Who agrees, or no longer does, is a person: what they own goes with them."""
    if kind == "person":
        return
    valid = "Name a mention of a person, or a source."
    if schema.core().kinds[kind].of:
        valid = f"Name the mention of the person whose {kind} it is{owner and f': {owner}'}."
    reason = f"{name} is {an(kind)}: only a person agrees to something or withdraws."
    yield Problem("subject", reason, valid, (f"{an(kind, capital=True)} agrees to nothing.", valid))


def checked_purpose(purpose: str) -> str:
    """The purpose without space around it; refused where it says nothing."""
    purpose = purpose.strip()
    if len(purpose) < SHORTEST_PURPOSE:
        raise EntryRefused(
            f"The purpose says too little: it has at least {SHORTEST_PURPOSE} characters.",
            next_step="Say in a sentence what it is for; it is recorded.",
        )
    return purpose
