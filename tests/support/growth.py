"""How processor time grows with the length of an input: a ratio in one run, never a time alone.

An input is made in a length and in eight times that length. Where the work is linear the longer
one takes eight times as long, where it is the square, 64 times; ``STEEPEST`` lies between. Each is
measured as the least of several runs, and measured again before it is called steep.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

TIMES = 8
STEEPEST = 26.0
#: Below this the longer input is not worth a second look: fixed costs, and what is refused.
LITTLE_SECONDS = 0.008
LEAST_SECONDS = 0.000_5


def seconds(work: Callable[[str], object], text: str, runs: int) -> float:
    """Of this thread's processor time, the least of some runs. What is refused counts as well."""
    least = float("inf")
    for _ in range(runs):
        started = time.thread_time()
        with contextlib.suppress(Exception):
            work(text)
        least = min(least, time.thread_time() - started)
    return least


def steepness(work: Callable[[str], object], make: Callable[[int], str], length: int) -> float:
    """How much longer eight times the length takes; 0 where it takes next to nothing."""
    short, long = make(length), make(TIMES * length)
    found = float("inf")
    for _ in range(3):
        took = seconds(work, long, 1)
        if took < LITTLE_SECONDS:
            return 0.0
        found = min(found, took / max(seconds(work, short, 5), LEAST_SECONDS))
        if found < STEEPEST:
            break
    return found


def _times(piece: str) -> Callable[[int], str]:
    return lambda length: piece * (length // len(piece))


#: Texts in which something begins again and again, and never ends.
ENDLESS: dict[str, Callable[[int], str]] = {
    name: _times(piece)
    for name, piece in {
        "spaces": " ", "lines": "\n", "line ends": "\r\n", "one letter": "a", "words": "a ",
        "dots": ".", "digits": "1", "quotes": '"', "apostrophes": "a'", "backslashes": "\\",
        "tags": "<", "open tags": '<a b="x" ', "end tags": "</a ", "comments": "<!--a>",
        "sections": "<![CDATA[", "declarations": "<!a ", "instructions": "<?a", "titles": "<title>",
        "deep": "<div>", "attributes": "<a b='", "entities": "&#x", "brackets": "[",
        "braces": "{a: ", "parentheses": "(", "commas": "a,", "semicolons": "; ", "colons": "a: ",
        "equals": "=", "encoded": "=?utf-8?q?_", "stars": "*a", "questions": "?a", "tildes": "~1",
        "slashes": "a/", "marks": "\u0300\u0323", "joiners": "\u200d", "ligatures": "\ufdfa",
        "han": "马", "pinyin": "chuangshuang", "two scripts": "aا", "hyphens": "1-", "to": "1 to ",
        "mailbox": "From a Mon Jan 1\n", "subjects": "Subject: \n", "styles": "display  :  ",
        "sets": "2019,", "anchors": "&a *a ", "provinces": "a xinjiang ", "sentences": "a.! ",
    }.items()
}  # fmt: skip
