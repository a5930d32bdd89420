"""Words matched against patterns with ``*`` and ``?``, and against a word with letters amiss.

Invariants: time grows with the length of the word times that of the pattern and with nothing
else, whatever both hold: no pattern is given to a matcher that tries one way after another.
"""

from __future__ import annotations


class Glob:
    """A pattern: all places in it that a beginning of the word can have reached, as bits.

    One pass over the word; each letter moves all places at once (Baeza-Yates and Gonnet 1992,
    Shift-And with the places of ``*`` kept).
    """

    def __init__(self, pattern: str) -> None:
        letters: dict[str, int] = {}
        any_letter = stays = place = 0
        for sign in pattern:
            if sign == "*":
                stays |= 1 << place
                continue
            if sign == "?":
                any_letter |= 1 << place
            else:
                letters[sign] = letters.get(sign, 0) | 1 << place
            place += 1
        self._moves = {sign: places | any_letter for sign, places in letters.items()}
        self._any, self._stays, self._end = any_letter, stays, 1 << place

    def matches(self, word: str) -> bool:
        """Whether the whole word is of the pattern."""
        moves, any_letter, stays = self._moves, self._any, self._stays
        reached = 1
        for letter in word:
            reached = (reached & moves.get(letter, any_letter)) << 1 | reached & stays
            if not reached:
                return False
        return bool(reached & self._end)


def letters_amiss(left: str, right: str, most: int) -> int:
    """Letters added, left out, changed or two neighbours swapped; above ``most`` not counted.

    Of the table of all beginnings only the band is filled in which the count stays within
    ``most`` (Ukkonen 1985): a place in a row is how far the two beginnings are apart.
    """
    far = most + 1
    if abs(len(left) - len(right)) > most:
        return far
    before = [far] * (2 * most + 3)
    row = [far] * (most + 1) + list(range(most + 1)) + [far]
    for at, letter in enumerate(left, 1):
        further = [far] * (2 * most + 3)
        for apart in range(1, 2 * most + 2):
            place = at + apart - 1 - most  # letters of ``right``
            if place < 0 or place > len(right):
                continue
            if place == 0:
                further[apart] = min(at, far)
                continue
            other = right[place - 1]
            cost = min(row[apart + 1] + 1, further[apart - 1] + 1, row[apart] + (letter != other))
            if at > 1 and place > 1 and letter == right[place - 2] and left[at - 2] == other:
                cost = min(cost, before[apart] + 1)
            further[apart] = min(cost, far)
        before, row = row, further
    return row[len(right) - len(left) + most + 1]
