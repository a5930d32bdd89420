"""Python's HTML parser, without its searches, again and again, for an end that does not come.

It looks for the end of each tag, comment and declaration to the end of the file, also where the
one before found none: a page of a million ``<a`` takes hours. Here nothing is looked for twice
in vain, so the time grows with the length of the page alone.

Invariant: the events are those of ``html.parser``; only text may come in other pieces, and
``<![`` with a word that it does not know is a comment, not a fault.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from html.parser import HTMLParser

PIECE = 65_536  # code points fed at a time


class Tags(HTMLParser):
    """The events of a page that is given to ``take``; then ``close``."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._searched = ""  # the text for which the following is known
        self._last_end = -1
        self._endless: set[str] = set()

    def take(self, text: str, each: Callable[[], None] = lambda: None) -> None:
        """Read the whole text; ``each`` is called between its pieces.

        What could not be read is looked at again with the next piece, which is as long then.
        """
        at = 0
        while at < len(text):
            size = max(PIECE, len(self.rawdata))
            self.feed(text[at : at + size])
            at += size
            each()

    def close(self) -> None:
        """End the page. After the last ``>`` nothing is a tag; what begins one is text."""
        if self.cdata_elem is None:
            kept = self.rawdata.rfind(">") + 1
            tail, self.rawdata = self.rawdata[kept:], self.rawdata[:kept]
            super().close()
            if tail:
                self.handle_data(html.unescape(tail))
        else:
            super().close()

    def parse_starttag(self, i: int) -> int:
        return super().parse_starttag(i) if self._ends_after(i) else -1

    def parse_endtag(self, i: int) -> int:
        return super().parse_endtag(i) if self._ends_after(i) else -1

    def parse_pi(self, i: int) -> int:
        return super().parse_pi(i) if self._ends_after(i) else -1

    def parse_html_declaration(self, i: int) -> int:
        if not self._ends_after(i):
            return -1
        try:
            return super().parse_html_declaration(i)
        except AssertionError:  # what Python 3.11 does with a section of no known kind
            return self.parse_bogus_comment(i)

    def parse_comment(self, i: int, report: bool = True) -> int:
        return self._once("comment", lambda: super(Tags, self).parse_comment(i, report))

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        return self._once("section", lambda: super(Tags, self).parse_marked_section(i, report))

    def _ends_after(self, at: int) -> bool:
        """Whether a ``>`` comes."""
        self._know()
        return self._last_end > at

    def _once(self, kind: str, parse: Callable[[], int]) -> int:
        """-1 where one before had no end in this text: then none after it has."""
        self._know()
        if kind in self._endless:
            return -1
        end = parse()
        if end < 0:
            self._endless.add(kind)
        return end

    def _know(self) -> None:
        if self._searched is not self.rawdata:
            self._searched = self.rawdata
            self._last_end = self.rawdata.rfind(">")
            self._endless.clear()
