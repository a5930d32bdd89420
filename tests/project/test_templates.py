"""How templates are written, and the script that proves that pages stayed as they were."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest


def test_templates_are_formatted(repository: Path) -> None:
    formatter = Path(sys.executable).parent / "djangofmt"
    done = subprocess.run(
        [formatter, "--quiet", "--check", "src"], cwd=repository, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_no_template_makes_what_is_shown_as_it_stands(repository: Path) -> None:
    """A template's own white space would stand between quoted words: a tag makes it whole."""
    room = repository / "src" / "habeas" / "web"
    styles = "\n".join(path.read_text(encoding="utf-8") for path in room.rglob("explore/*.css"))
    rules = re.findall(r"([^{}]+)\{[^}]*white-space:\s*pre(?:-wrap|-line)?\b", styles)
    names = {name for selector in rules for name in re.findall(r"\.([a-z-]+)", selector)}
    assert {"text", "passage", "excerpt", "found-row"} <= names
    made = [
        f"{path.name}: {found[0]}"
        for path in sorted(room.rglob("*.html"))
        for found in re.finditer(r"<(\w+)[^>]*?class=\"([^\"]*)\"", path.read_text("utf-8"))
        if found[1] != "pre" and names & set(found[2].split()) - {"numbers", "refused"}
        if "frame-of-rows" not in found[2]  # which is shown as a table
    ]
    assert made == []


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ("<p>held <b>in May</b></p>", "<p>\n  held\n  <b>in May</b>\n</p>", True),
        ("<p>held <b>in May</b></p>", "<p>held<b>in May</b></p>", False),
        ("<p>held <b>in May</b>.</p>", "<p>held <b>in May</b> .</p>", False),
        ("<p>held <b>in May</b></p>", "<p>held <b> in May</b></p>", True),
        ("<p>held<b> in May</b></p>", "<p>held<b>in May</b></p>", False),
        ("<pre>a b</pre>", "<pre>a  b</pre>", False),
        ('<p class="excerpt"><b>a</b> b</p>', '<p class="excerpt"> <b>a</b> b</p>', False),
        ("<ul><li>a</li><li>b</li></ul>", "<ul>\n<li>a</li>\n\n<li>b</li></ul>", True),
        ('<p class="a"  id=b>x</p>', '<p\n id="b"\n class="a">x</p>', True),
        ("<p>喀什</p>", "<p>喀 什</p>", False),
        ("<p>a\u00a0b</p>", "<p>a b</p>", False),
    ],
)  # fmt: skip
def test_pages_are_compared_as_a_browser_shows_them(
    repository: Path, before: str, after: str, same: bool
) -> None:
    pieces = runpy.run_path(str(repository / "scripts" / "prove-pages"))["pieces"]
    assert (pieces(before) == pieces(after)) is same
