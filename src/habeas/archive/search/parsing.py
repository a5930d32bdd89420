"""From what a person writes to a tree, or to an error at its place.

Invariants: whatever cannot be run as written is refused with the column and a remedy, and
nothing is dropped or weakened: a query that parses is searched exactly. AND, OR and NOT are
words in capitals; words side by side mean AND.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from habeas.archive import folding
from habeas.archive.search.errors import QueryRefused
from habeas.archive.search.language import (
    DEEPEST,
    FARTHEST,
    FIELDS,
    IN_FILE,
    LONGEST,
    MOST_IN_FILE,
    MOST_PARTS,
    MOST_PATTERNS,
    MOST_SIGNS,
    MOST_WAYS,
    MOST_WORDS,
    QUOTES,
    And,
    Filter,
    InFile,
    Not,
    Or,
    Phrase,
    QueryWord,
    Tree,
    joined,
    leaves,
    near_units,
    pattern_words,
    ways,
)

# --- from text to pieces -------------------------------------------------------------------

_PIECE = re.compile(
    rf"""
    (?P<space>\s+)
    |(?P<open>[(（])
    |(?P<close>[)）])
    |(?P<field>[A-Za-z_]+):
    |(?P<quote>[{QUOTES}])
    |(?P<bare>[^\s()（）{QUOTES}]+)
    """,
    re.X,
)
_NEAR = re.compile(r"~(\d*)")
_END_QUOTE = re.compile(rf"\\.|[{QUOTES}]", re.S)


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: str  # open close field phrase bare
    text: str
    column: int
    near: str | None = None  # what follows the ~ after a phrase

    @property
    def is_operator(self) -> bool:
        return self.kind == "bare" and self.text in ("AND", "OR", "NOT")


def _pieces(text: str) -> list[_Piece]:
    found: list[_Piece] = []
    place = 0
    while place < len(text):
        match = _PIECE.match(text, place)
        if match is None:  # the pattern takes any character, so this is a fault of ours
            raise QueryRefused("This cannot be read.", column=place + 1, next_step="Leave it out.")
        kind, column, place = str(match.lastgroup), place + 1, match.end()
        if kind == "space":
            continue
        if kind == "quote":
            value, place = _quoted_value(text, column)
            near = _NEAR.match(text, place)
            if near:
                place = near.end()
            if place < len(text) and not text[place].isspace() and text[place] not in "()（）":
                raise QueryRefused(
                    "There must be a space after the quotation mark.",
                    column=place + 1,
                    next_step="Put a space here, or a ~ and a number for words near each other.",
                )
            found.append(_Piece("phrase", value, column, near[1] if near else None))
        else:
            found.append(_Piece(kind, match[kind], column))
    return found


def _quoted_value(text: str, column: int) -> tuple[str, int]:
    """The text in quotation marks, and the place after the closing one."""
    value, place = "", column
    while match := _END_QUOTE.search(text, place):
        value += text[place : match.start()]
        place = match.end()
        if match[0] in QUOTES:
            return value, place
        value += match[0][1]
    raise QueryRefused(
        "The quotation mark is not closed.",
        column=column,
        width=len(text) - column + 1,
        next_step='Put another " at the end of the phrase.',
    )


# --- from pieces to the tree ---------------------------------------------------------------


def parse(text: str) -> Tree:
    """The tree of a query. Errors: ``QueryRefused`` with the column."""
    if len(text) > LONGEST:
        raise QueryRefused(
            f"The query has {len(text):,} characters; at most {LONGEST:,} are read.",
            column=LONGEST + 1,
            next_step="Search a list of words with `habeas search --batch`.",
        )
    parser = _Parser(_pieces(text), len(text))
    if not parser.pieces:
        raise QueryRefused("Nothing is asked.", next_step="Write a word, or words in quotes.")
    tree = parser.either(0)
    if parser.now is not None:
        raise QueryRefused(
            "A bracket is closed here that was not opened.",
            column=parser.now.column,
            next_step="Take it out, or open it before.",
        )
    return tree


class _Parser:
    def __init__(self, pieces: list[_Piece], length: int) -> None:
        self.pieces = pieces
        self.end = length + 1
        self.at = 0
        self.parts = 0
        self.patterns = 0

    @property
    def now(self) -> _Piece | None:
        return self.pieces[self.at] if self.at < len(self.pieces) else None

    def take(self, operator: str) -> bool:
        if self.now is not None and self.now.is_operator and self.now.text == operator:
            self.at += 1
            return True
        return False

    def either(self, depth: int) -> Tree:
        items = [self.both(depth)]
        while self.take("OR"):
            items.append(self.both(depth))
        return joined(Or, items)

    def both(self, depth: int) -> Tree:
        items = [self.one(depth)]
        while self.now is not None and self.now.kind != "close":
            if self.now.is_operator and self.now.text == "OR":
                break
            self.take("AND")
            items.append(self.one(depth))
        return joined(And, items)

    def one(self, depth: int) -> Tree:
        if self.take("NOT"):
            return Not(self.one(depth + 1))
        piece = self.now
        if piece is None or piece.kind == "close" or piece.is_operator:
            raise self._missing(piece)
        if depth > DEEPEST:
            raise QueryRefused(
                f"Brackets are nested more than {DEEPEST} deep.",
                column=piece.column,
                next_step="Write the query with fewer brackets.",
            )
        self.at += 1
        if piece.kind == "open":
            return self._bracket(piece, depth)
        if piece.kind == "field" and piece.text.lower() == IN_FILE:
            return self._in_file(piece, depth)
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise QueryRefused(
                f"The query has more than {MOST_PARTS} words.",
                column=piece.column,
                next_step="Search a list of words with `habeas search --batch`.",
            )
        if piece.kind == "field":
            return self._field(piece)
        if piece.kind == "phrase":
            return _phrase(piece)
        word = _word(piece)
        self._count_pattern(word)
        return word

    def _count_pattern(self, word: QueryWord) -> None:
        self.patterns += bool(word.fuzzy or _signs(word.text))
        if self.patterns > MOST_PATTERNS:
            raise QueryRefused(
                f"More than {MOST_PATTERNS} words have *, ? or ~.",
                column=word.column,
                width=len(str(word)),
                next_step="Ask for some of them at a time.",
            )

    def _bracket(self, opening: _Piece, depth: int) -> Tree:
        inner = self.either(depth + 1)
        if self.now is None:
            raise QueryRefused(
                "The bracket is not closed.",
                column=opening.column,
                next_step="Put a ) where it ends.",
            )
        self.at += 1
        return inner

    def _in_file(self, piece: _Piece, depth: int) -> InFile:
        opening, follows = self.now, piece.column + len(piece.text) + 1
        if opening is None or opening.kind != "open" or opening.column != follows:
            raise QueryRefused(
                f"After {IN_FILE}: a bracket must follow.",
                column=follows,
                next_step=f"Write {IN_FILE}:(camp letter) for both words anywhere in one file, "
                "name: for the name of a file.",
            )
        self.at += 1
        inner = InFile(self._bracket(opening, depth))
        if (parts := sum(1 for _ in leaves(inner))) > MOST_IN_FILE:
            raise QueryRefused(
                f"{IN_FILE}: takes at most {MOST_IN_FILE} words and filters, not {parts}.",
                column=piece.column,
                next_step="Leave some of them outside of the brackets.",
            )
        return inner

    def _field(self, piece: _Piece) -> Filter:
        name = piece.text.lower()
        if name not in FIELDS:
            raise QueryRefused(
                f"No filter named {piece.text}:.",
                column=piece.column,
                width=len(piece.text) + 1,
                next_step=f"Filters: {', '.join((*FIELDS, IN_FILE))}. "
                "To search for the sign :, put the words in quotation marks.",
            )
        value = self.now
        follows = piece.column + len(piece.text) + 1
        kinds = ("bare", "phrase")
        if (
            value is None
            or value.column != follows
            or value.kind not in kinds
            or value.near is not None
        ):
            raise QueryRefused(
                f"After {name}: a value must follow.",
                column=follows,
                next_step=f'Write it without a space, or in quotation marks: {name}:"…".',
            )
        self.at += 1
        return Filter(name, value.text, value.kind == "phrase", piece.column)

    def _missing(self, piece: _Piece | None) -> QueryRefused:
        column = self.end if piece is None else piece.column
        before = self.pieces[self.at - 1] if self.at else None
        if before is not None and before.kind == "open":
            return QueryRefused(
                "The brackets are empty.", column=column, next_step="Take them out."
            )
        sign = before.text if before is not None else (piece.text if piece else "")
        return QueryRefused(
            f"{sign} needs words on {'both sides' if sign != 'NOT' else 'its right side'}.",
            column=column,
            next_step=f'Add a word. To search for the word "{sign}" itself, put it in quotation '
            "marks.",
        )


_FUZZY = re.compile(r"~(\d*)$")


def _word(piece: _Piece) -> QueryWord:
    text, fuzzy = piece.text, 0
    tilde = _FUZZY.search(text)
    if tilde:
        fuzzy, text = _fuzziness(piece, tilde), text[: tilde.start()]
    word = QueryWord(text, fuzzy, piece.column)
    check_word(word)
    return word


def _fuzziness(piece: _Piece, tilde: re.Match[str]) -> int:
    if tilde[1] in ("1", "2"):
        return int(tilde[1])
    raise QueryRefused(
        f"After ~ a word takes 1 or 2, not {tilde[1] or 'nothing'}.",
        column=piece.column + tilde.start(),
        width=len(tilde[0]),
        next_step="Write word~1 for one letter amiss, 2 at most. For words near each other: "
        '"one other"~5.',
    )


def _signs(text: str) -> int:
    return sum(map(text.count, "*?＊？"))


def check_word(word: QueryWord) -> None:
    """Refuse a word that cannot be searched as it is written."""

    def refuse(reason: str, remedy: str, sign: str = "") -> None:
        place = max(0, word.text.find(sign)) if sign else 0
        raise QueryRefused(
            reason,
            column=word.column + place,
            width=1 if sign else max(1, len(str(word))),
            next_step=remedy,
        )

    if "~" in word.text:
        refuse("A ~ is inside a word.", "Write it at the end: word~1.", "~")
    sign = next((sign for sign in "*?＊？" if sign in word.text), "")
    literal = folding.words(re.sub("[*?＊？]", "", word.text))
    if not literal:
        if sign:
            refuse(f"{sign} is alone.", "Give at least one letter with it.", sign)
        refuse("This has no letter or digit.", "Leave it out.")
    if not sign and not word.fuzzy:
        if len(literal) > MOST_WORDS:
            refuse(
                f"This is {len(literal)} words or characters in a row; at most {MOST_WORDS}.",
                "Search for a part of it.",
            )
        return
    what, mark = ("?" if sign in "?？" else "*", sign) if sign else ("~", "")
    if any(map(folding.is_han, literal)):
        refuse(
            f"{what} does not work with Chinese characters.",
            "Leave it out: any part of a Chinese text is found as it is.",
            mark,
        )
    if _signs(word.text) > MOST_SIGNS:
        refuse(
            f"{_signs(word.text)} signs * and ? are too many for one word; "
            f"at most {MOST_SIGNS} are read.",
            "Leave some of them out.",
        )
    if len(literal) > 1 or (sign and len(pattern_words(word.text)) != 1):
        refuse(
            f"{what} works on one word, and this is more than one.",
            f"Join the words by AND, and put the {what} on one of them.",
            mark,
        )


def _phrase(piece: _Piece) -> Phrase:
    words = folding.words(piece.text)
    within = None
    if not words:
        raise QueryRefused(
            "The quotation marks hold no letter or digit.",
            column=piece.column,
            width=len(piece.text) + 2,
            next_step="Leave them out.",
        )
    if piece.near is not None:
        within = _distance(piece, words)
        _check_ways(piece, within)
    if len(words) + (within or 0) > MOST_WORDS:
        raise QueryRefused(
            f"The phrase is {len(words)} words or Chinese characters long"
            f"{'' if within is None else f', with {within} between'}; at most {MOST_WORDS}.",
            column=piece.column,
            width=len(piece.text) + 2,
            next_step="Search for a part of it; what is found shows the rest.",
        )
    if re.search(r"[^\W\d_][*]|[*?][^\W\d_]", piece.text):
        place = re.search(r"[*?]", piece.text)
        raise QueryRefused(
            "* and ? do not work between quotation marks.",
            column=piece.column + 1 + (place.start() if place else 0),
            next_step="Write the words without quotation marks, joined by AND.",
        )
    return Phrase(piece.text, within, piece.column)


def _distance(piece: _Piece, words: list[str]) -> int:
    column = piece.column + len(piece.text) + 2
    if not piece.near or int(piece.near) > FARTHEST:
        raise QueryRefused(
            f"After ~ a phrase takes a number up to {FARTHEST}.",
            column=column,
            width=len(piece.near or "") + 1,
            next_step='Write "one other"~5 for at most five words between the two.',
        )
    if len(near_units(piece.text)) < 2:
        raise QueryRefused(
            "The quotation marks hold only one word: it is near nothing.",
            column=column,
            next_step='Put a space between the words that shall be near: "喀什 拘留"~5.',
        )
    return int(piece.near)


def _check_ways(piece: _Piece, within: int) -> None:
    units = len(near_units(piece.text))
    if ways(units, within) > MOST_WAYS:
        raise QueryRefused(
            f"{units} words with up to {within} between can be arranged in too many ways.",
            column=piece.column,
            width=len(piece.text) + 2,
            next_step="Ask for two words at a time, or a smaller distance.",
        )
