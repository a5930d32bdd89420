"""What a person types or a file holds is matched in time that grows with its length alone.

Every matcher of the program against every text in which something begins and never ends; and
the limits that make what is not linear small.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import pytest
from tests.support import xinjiang
from tests.support.growth import ENDLESS, STEEPEST, steepness

from habeas.archive import folding
from habeas.archive.exhibits import quoting
from habeas.archive.search import breaking, forms, matching, passages
from habeas.archive.search.compiling import Across, Fuzzy, InARow, Near, Pattern
from habeas.archive.search.errors import QueryRefused
from habeas.archive.search.language import MOST_PATTERNS, MOST_SIGNS
from habeas.archive.search.lettering import Lettered
from habeas.archive.search.patterns import Glob, letters_amiss
from habeas.archive.search.searching import checked
from habeas.custody.attestation import witness
from habeas.custody.log import notes
from habeas.display.exhibits import chosen
from habeas.figures.definition import syntax
from habeas.linking import titles
from habeas.reading import detecting
from habeas.reading.encodings import decoding, escapes
from habeas.reading.limits import Limits
from habeas.reading.readers import mail, mbox, number_formats, sheets_csv, web
from habeas.reading.readers import text as plain
from habeas.reading.readers.interface import (
    DraftEnded,
    DraftReading,
    InputFile,
    LimitReached,
    one_line,
)
from habeas.vocabulary import counts, edtf, edtf_compare, places, texts, values
from habeas.web import connections
from habeas.web.explore.templatetags import showing


def read(reader: Any, kind: str, before: str = "", after: str = "") -> Callable[[str], object]:
    """A reader of files over a text, in this process and without its sandbox."""

    def work(text: str) -> None:
        limits = Limits()
        data = f"{before}{text}{after}".encode("utf-8", "surrogatepass")
        with contextlib.suppress(DraftEnded, LimitReached):
            reader.read(InputFile(data, "", kind, limits), DraftReading(limits, lambda *_: None))

    return work


def drawn(work: Callable[[str], Iterable[object]]) -> Callable[[str], object]:
    return lambda text: list(work(text))


def marked(text: str) -> object:
    words = ("a", "b", "a")
    asked = (
        Pattern("text", "*a*a*a*a*a*c"), Pattern("latin", "?*?*?*b"), Fuzzy("text", "a" * 300, 2),
        InARow("text", words), InARow("joined", words), Across("across", words),
        Near("text", (("a",), ("b",), ("1",), ("a", "a")), 2),
    )  # fmt: skip
    return matching.marked(text, asked, text)


def over_a_page(text: str) -> object:
    broken = breaking.gaps(f"{text}-\n{text}")
    over = breaking.Over(f"{text}-\n{text}", len(text) + 2, broken)
    return [(one.read(), other.read()) for one, other in over.beside()], over.joined().read()


def request(text: str) -> object:
    """The head of a request with the text in its first line, in a name and in a value."""
    adjusted = connections.Adjustments()
    for head in (f"GET /{text}", f"GET / HTTP/1.1\r\n{text}: a", f"GET / HTTP/1.1\r\nA: {text}"):
        parser = connections._Head(adjusted)
        parser.received(f"{head}\r\nHost: here\r\n\r\n".encode("latin-1", "replace"))
    return None


def headed(text: str) -> str:
    return " ".join(text.splitlines())


DAY = edtf.parse("2019-05")
#: With the length of the shorter text: the longer one has eight times as many letters.
MATCHERS: dict[str, tuple[Callable[[str], object], int]] = {
    "query": (checked, 240),
    "glob": (lambda text: Glob("*a*1*\\*<" * 40 + "?").matches(text), 3_000),
    "glob as typed": (lambda text: Glob(text).matches("a1" * 200), 1_000),
    "letters amiss": (lambda text: letters_amiss(text, text[1:] + "b", 2), 250),
    "marked words": (marked, 240),
    "folded": (folding.folded, 3_000),
    "folded with places": (folding.tokens, 600),
    "rows of the index": (lambda text: forms.rows(text), 2_000),
    "rows letter by letter": (lambda text: Lettered(text).rows(0, len(text)), 2_000),
    "passages": (drawn(passages.pieces), 4_000),
    "breaks": (breaking.gaps, 2_000),
    "breaks at each line's end": (lambda text: breaking.gaps("-\n" * len(text)), 2_000),
    "words over a page's end": (over_a_page, 2_000),
    "quote": (drawn(lambda text: quoting.places(text, ["a"] * 4_000 + ["b"])), 8_000),
    "quote in any case": (
        drawn(lambda text: quoting.places(text, ["A"] * 4_000, any_case=True)), 8_000,
    ),
    "sentence": (drawn(lambda text: chosen._SENTENCE_ENDS.finditer(text)), 8_000),
    "comparable text": (texts.fold, 8_000),
    "script of a text": (texts.detect_script, 8_000),
    "controls shown": (showing.exact, 4_000),
    "commands shown": (showing.steps, 4_000),
    "EDTF": (edtf.parse, 120),
    "EDTF compared": (lambda text: edtf_compare.overlaps(edtf.parse(f"{{{text}2019}}"), DAY), 120),
    "count": (counts.parse, 30),
    "place": (places.parse, 30),
    "address": (values.url, 300),
    "names compared": (lambda text: xinjiang.compare(text, f"b{text}"), 40),
    "keys of a name": (xinjiang.keys, 40),
    "name taken apart": (xinjiang.take_apart, 40),
    "name rendered": (lambda text: xinjiang.render(text, "Latn"), 40),
    "place's name": (xinjiang.resolve, 40),
    "facility's name": (partial(titles.take_apart, region=xinjiang.XINJIANG), 40),
    "keys of a facility": (partial(titles.title_keys, region=xinjiang.XINJIANG), 40),
    "definition": (syntax.read, 300),
    "signed note": (lambda text: notes.split_note(f"{text}\n\n— {text}\n".encode()), 4_000),
    "witness request": (lambda text: witness.parse_request(f"old 1\n{text}".encode()), 4_000),
    "request": (request, 8_000),
    "decoded": (lambda text: decoding.decode(text.encode()), 8_000),
    "decoded as UTF-16": (lambda text: decoding.decode(text.encode("utf-16-le")), 2_000),
    "decoded from GBK": (lambda text: decoding.decode(text.encode("gbk", "replace")), 3_000),
    "kind of file": (lambda text: detecting.media_type(text.encode()), 8_000),
    "one line": (one_line, 8_000),
    "text": (read(plain, "text/plain"), 4_000),
    "CSV": (read(sheets_csv, "text/csv"), 500),
    "web page": (read(web, "text/html", "<html><body>"), 2_000),
    "style": (read(web, "text/html", '<p style="', '">'), 2_000),
    "mail": (read(mail, "message/rfc822"), 1_500),
    "mail's subject": (
        lambda text: read(mail, "message/rfc822", "Subject: ", "\n\na")(headed(text)), 3_000,
    ),
    "mail's kind": (
        lambda text: read(mail, "message/rfc822", "Content-Type: text/", "\n\na")(headed(text)),
        1_000,
    ),
    "mailbox": (lambda text: list(mbox.cuts(text.encode())), 8_000),
    "mailbox of heads alone": (
        lambda text: list(mbox.cuts(b"From a@b Mon Jan  1 00:00:00 2024\nX: y\n" * len(text))), 400,
    ),
    "quoted contact card": (
        lambda text: escapes.shown(
            "N;ENCODING=QUOTED-PRINTABLE:" + "=\r\n" * 40 * len(text), "text/vcard"
        ), 1_000,
    ),
    "escaped JSON": (lambda text: escapes.shown(text, "application/json"), 4_000),
    "escaped XML": (lambda text: escapes.shown(text, "application/xml"), 4_000),
    "number format": (lambda text: number_formats.shown(43_000.5, text), 500),
}  # fmt: skip


#: What is made of the length of a text and of nothing else in it: each text is the same.
OF_ITS_LENGTH = {"breaks at each line's end", "mailbox of heads alone", "quoted contact card"}


@pytest.mark.parametrize("name", MATCHERS)
def test_time_grows_with_the_length_alone(name: str) -> None:
    work, length = MATCHERS[name]
    texts_of = ["one letter"] if name in OF_ITS_LENGTH else ENDLESS
    steep = {
        text: round(found, 1)
        for text in texts_of
        if (found := steepness(work, ENDLESS[text], length)) > STEEPEST
    }
    assert steep == {}


def test_a_square_is_found_out() -> None:
    """The measure itself, against what this program did."""
    import re

    backtracking = re.compile(".*a.*a.*c", re.S)
    assert steepness(backtracking.fullmatch, ENDLESS["one letter"], 80) > STEEPEST
    trailing = re.compile(r"\s*\n\s*")
    assert steepness(lambda text: trailing.sub(" ", text), ENDLESS["spaces"], 1_200) > STEEPEST


def test_patterns_in_a_query_are_few() -> None:
    """Each is held against every word of the index: what one costs is bounded, and how many."""
    checked(" ".join(f"a{n}*" for n in range(MOST_PATTERNS)))
    for more in ("*", "?", "~1"):
        with pytest.raises(QueryRefused, match="More than 20 words have"):
            checked(" OR ".join(f"ab{n}{more}" for n in range(MOST_PATTERNS + 1)))
    checked("*a" * MOST_SIGNS)
    for text in ("*a" * (MOST_SIGNS + 1), "a?" * 40, "＊a？b" * 7):
        with pytest.raises(QueryRefused, match="too many for one word"):
            checked(text)


def test_globs_are_matched_as_before() -> None:
    """Against Python's own matcher, on all short patterns and words."""
    import fnmatch

    for size in range(6):
        for pattern in map("".join, itertools.product("ab*?", repeat=size)):
            glob = Glob(pattern)
            for word in ("", "a", "b", "ab", "ba", "aab", "abab", "bbbb"):
                assert glob.matches(word) == fnmatch.fnmatchcase(word, pattern), (pattern, word)


def test_letters_amiss_are_counted_as_before() -> None:
    """Against a full table, on all short words."""

    def table(left: str, right: str) -> int:
        rows = [list(range(len(right) + 1))]
        for at, letter in enumerate(left, 1):
            row = [at]
            for place, other in enumerate(right, 1):
                row.append(
                    min(rows[-1][place] + 1, row[-1] + 1, rows[-1][place - 1] + (letter != other))
                )
                if at > 1 and place > 1 and (letter, left[at - 2]) == (right[place - 2], other):
                    row[-1] = min(row[-1], rows[-2][place - 2] + 1)
            rows.append(row)
        return rows[-1][-1]

    words = ["".join(w) for size in range(5) for w in itertools.product("ab", repeat=size)]
    for left, right, most in itertools.product(words, words, (1, 2)):
        assert letters_amiss(left, right, most) == min(table(left, right), most + 1)


def test_a_quote_is_found_alike_however_long_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways of ``quoting.places`` on all short texts."""
    pieces = ("a", "B", " ", "\n ", "ﬁ")
    for size in range(5):
        for text in map("".join, itertools.product(pieces, repeat=size)):
            for words in (["a"], ["a", "a"], ["a", "b"], ["b", "ﬁ", "a"]):
                for any_case in (False, True):
                    found = []
                    for steps in (10**9, -1):
                        monkeypatch.setattr(quoting, "_MOST_STEPS", steps)
                        found.append(list(quoting.places(text, words, any_case=any_case)))
                    assert found[0] == found[1], (text, words, any_case)
