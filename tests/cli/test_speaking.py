"""Whatever stands in names, quotes and reasons, a line that is said is one line of ours."""

from __future__ import annotations

import io
import json
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st
from tests.archive.making import add_reviewer, newspaper, place_mention, says
from tests.cli.running import Ended

from habeas.archive import verbs
from habeas.archive.exhibits.intake import Received, record_with_layer, seal_all
from habeas.archive.opening import open_archive
from habeas.cli import speaking
from habeas.cli.speaking import Speaker, plain, shown

#: A line that only this program may say, on a line of its own; then all that a terminal obeys.
FORGED = "exhibit 99  forged.txt"
NASTY = (
    f"a\n{FORGED}\r{FORGED}\x0b{FORGED}\x85{FORGED}\u2028{FORGED}\t[bold red]x[/]"
    "\x1b[2J\x1b]0;t\x07"
    "\x9b31m\u202egnp.exe\u2066\u2067\u2069\u2069\u200f\u061cسىناق"
)
_OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066\u2067]")
TEXTS = st.text(st.sampled_from([*NASTY, "b", "例", " ", "\u2068", "\u2069"]), max_size=40)


def check(said: str) -> None:
    """No line is forged, nothing in it is obeyed, and what is isolated ends with the line."""
    assert not _OBEYED.search(said), ascii(_OBEYED.search(said))
    for line in said.split("\n"):
        assert not line.startswith(FORGED), line
        assert line.count("\u2068") == line.count("\u2069"), ascii(line)


@given(TEXTS)
def test_a_line_is_one_line(text: str) -> None:
    for line in (plain(text), plain(f"x {shown(text)} y"), plain(f"{text}{shown(text)}")):
        assert "\n" not in line
        check(line)
        right_to_left = [c for c in line if unicodedata.bidirectional(c) in ("R", "AL")]
        assert not right_to_left or "\u2068" in line
    assert plain(plain(text)) == plain(text)


@pytest.mark.parametrize(
    ("line", "isolated"),
    [
        ("v.yaml, سىن: The column ‘سىن’ is left", "v.yaml, {سىن}: The column ‘{سىن}’ is left"),
        ("  [سىناق] Camp سىن", "  {[سىناق] Camp سىن}"),  # a hit in an Arabic line
        ("سىن - [سىناق]", "{سىن - [سىناق]}"),
        ("“سىن Camp سىن”", "“{سىن Camp سىن}”"),
        ("A (سىن", "A ({سىن}"),
    ],
)
def test_our_words_between_two_names_are_read_in_our_direction(line: str, isolated: str) -> None:
    assert plain(line).replace("\u2068", "{").replace("\u2069", "}") == isolated


@given(TEXTS)
def test_json_says_the_same_and_steers_nothing(text: str) -> None:
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", out)
        patch.setattr(speaking, "speaks_unicode", lambda: True)
        Speaker(json=True).give({text: [text]})
    check(out.getvalue())
    assert json.loads(out.getvalue()) == {text: [text]}


def test_what_was_shown_stays_and_markup_is_text() -> None:
    assert plain(f"a {shown('سىناق')} b") == f"a {shown('سىناق')} b"
    assert plain("[bold]例 é\u0301 a\u200cb[/bold]") == "[bold]例 é\u0301 a\u200cb[/bold]"


@pytest.fixture
def hostile(archive_here: Path, tmp_path: Path) -> Path:
    """An archive in which every text that somebody gave is hostile."""
    archive = open_archive(archive_here)
    reviewer = add_reviewer(archive)
    path = tmp_path / "plain.txt"
    path.write_text(f"Words{NASTY}", encoding="utf-8")
    received = Received(
        path, filename=NASTY, title=NASTY, media_type="text/plain", received_from=NASTY, note=NASTY
    )
    sealed = seal_all(archive, [received], [])[0]
    with archive.writing(reviewer) as batch:
        exhibit, layer = record_with_layer(batch, sealed)
        assert layer is not None
        source = newspaper(batch, "hostile")
        verbs.source(batch, "s-two", "publication", name=NASTY)
        verbs.compartment(batch, "case", NASTY)
        person = verbs.mention(batch, "person", NASTY)
        other = verbs.mention(batch, "person", NASTY)
        wrong = says(batch, person, source, NASTY)
        says(batch, place_mention(batch, NASTY), source, NASTY)
        verbs.judge(batch, person, other, "same", NASTY)
        verbs.assess(batch, wrong, "claim", "credibility", "3", NASTY)
        verbs.custody(batch, exhibit, "opened", agent=NASTY, reason=NASTY, authority=NASTY)
        verbs.hold(batch, exhibit, authority=NASTY, reason=NASTY)
        verbs.define(
            batch,
            key="people",
            title=NASTY,
            kind="counted",
            text="key: people\ntitle: People\nkind: counted\ncount: person\nunit: persons\n",
        )
    with archive.writing(reviewer) as batch:
        verbs.retract(batch, wrong, "claim", NASTY)
    connections.close_all()
    return archive_here


def test_no_command_lets_a_hostile_text_through(
    hostile: Path, habeas: Callable[..., Ended], tmp_path: Path
) -> None:
    """Every command that shows what an archive holds, or is given a name; some also as JSON."""
    exhibit, person = _positions(hostile)
    named = tmp_path / f"f{NASTY.replace('/', '').replace(chr(0), '')[:60]}.txt"
    named.write_text("A file whose name forges a line.")
    asked: list[tuple[str | Path, ...]] = [
        ("add", named, tmp_path / f"no\n{FORGED}", "--no-read"),
        ("compartments",),
        ("people",),
        ("custody", str(exhibit)),
        ("why", str(person)),
        ("why", str(exhibit)),
        ("figure", "list"),
        ("figure", "show", f"no\n{FORGED}"),
        ("hold", "list"),
        ("retract", str(person), "--dry-run"),
        ("reading", "status"),
        ("reading", "report"),
        ("search", f'"Words\n{FORGED}'),
        ("link", "report"),
        ("prove", str(exhibit), "--out", tmp_path / f"proof\n{FORGED}"),
        ("bundle", str(exhibit), "--to", tmp_path / f"bundle\n{FORGED}", "--why", NASTY),
        ("bundle", "verify", tmp_path / f"bundle\n{FORGED}"),
        ("erase", "request", "exhibit", str(exhibit), "--reason", NASTY, "--dry-run"),
        ("import", tmp_path / f"no\n{FORGED}"),
        ("backup", tmp_path / f"b\n{FORGED}", "--only-own-keys"),
        ("mirror", tmp_path / f"m\n{FORGED}"),
        ("mirror", tmp_path / f"m\n{FORGED}", "--check"),
        ("verify",),
        ("doctor",),
        (f"no\n{FORGED}",),
        ("verify", f"--no\n{FORGED}"),
    ]
    for words in asked:
        ended = habeas(*words)
        assert ended.code != 5, (words, ended.said)
        check(ended.said)
    for words in asked[2:7]:
        check(habeas(*words, "--json").said)


def _positions(directory: Path) -> tuple[int, int]:
    from habeas.archive import models as m

    open_archive(directory)
    found = m.Exhibit.objects.order_by("position")[0].position
    person = m.Mention.objects.filter(kind="person").order_by("position")[0].position
    connections.close_all()
    return found, person
