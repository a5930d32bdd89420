"""How far two readings are apart: the cheapest way to turn one row of sounds into the other.

Invariants: symmetric; 0 for the same sounds; the cost of a difference depends on how surely
both sides were written (``readings``). Between two exact orthographies a k is no q; when one
side went through Han syllables, an r may be lost and an h is hardly heard.

The method is weighted edit distance (Wagner and Fischer, 1974) with hand-set costs by
class of sound; sources for the classes: docs/methods/names.md.
"""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import accumulate

from habeas.names.readings import EXACT, FREE, SYLLABIC

_VOWELS = frozenset("aeéiouöüIUÉ")
_NEAR_VOWELS = {
    frozenset(pair): cost
    for cost, pairs in (
        (0.06, ("ae", "eé", "éi", "ou", "öü", "oö", "uü", "IÉ", "iI", "uU", "éÉ", "üU")),
        (
            0.12,
            ("ei", "aé", "iü", "öu", "oü", "Ii", "Ié", "éö", "eÉ", "üI", "iÉ", "Ie", "oU", "öU"),
        ),
        (0.18, ("ao", "eö", "Ui", "aÉ", "eo", "UI", "UÉ", "uÉ", "oÉ")),
        (0.24, ("ui", "Iu", "Ia")),
    )
    for pair in pairs
}
_FAR_VOWELS = 0.45
#: The first and the last vowel of a name tell more than those between: Amine is not Imin.
_FIRST, _LAST = 1.4, 2.0

#: Differences of consonants, by pair: cost where a free spelling is involved, where Han is.
_CONSONANTS: dict[frozenset[str], tuple[float, float]] = {
    frozenset(pair): (free, han)
    for free, han, pairs in (
        (0.05, 0.05, ("kq", "gğ", "hx", "nñ")),
        (0.10, 0.10, ("cj", "rR")),
        (0.15, 0.10, ("pf",)),
        (0.20, 0.12, ("td",)),
        (0.20, 0.15, ("kx",)),
        (0.30, 0.15, ("bp", "kg", "qx")),
        (0.40, 0.20, ("sş", "hğ", "xğ", "qğ", "qh", "kh", "kğ", "qg", "gh", "lR")),
        (0.40, 0.25, ("lr", "vb", "vf", "vp", "bf")),
        (0.45, 0.30, ("sz", "xş", "gx", "cz", "jş", "çş", "cç", "jy", "cy")),
        (0.60, 0.40, ("zj", "çt", "mn", "çs", "jz", "cd", "vy", "çk", "cg", "xç", "qç")),
        (0.90, 0.55, ("ln", "nr", "mb", "bm", "hç", "hş", "yh", "vh", "vğ", "ñm")),
    )
    for pair in pairs
}
_GLIDES = {
    frozenset(pair): cost
    for cost, pairs in ((0.1, ("yi",)), (0.15, ("yé", "vu", "yI")), (0.2, ("vü", "vo", "vU")))
    for pair in pairs
}

_ZH = frozenset("cj")  # one letter in Kazakh and Kyrgyz, two in Uyghur

_WEIGHT = {"I": 0.12, "U": 0.12, "É": 0.12, "R": 0.45}
_DROP_FREE = {"h": 0.5, "y": 0.3, "v": 0.5, "ğ": 0.7, "x": 0.8, "r": 0.75}
_DROP_HAN = {
    "h": 0.25, "x": 0.4, "y": 0.25, "v": 0.3, "ğ": 0.35, "r": 0.35, "R": 0.3, "n": 0.5, "ñ": 0.5,
    "q": 0.6, "l": 0.55, "I": 0.06, "U": 0.08, "É": 0.06, "m": 0.7,
}  # fmt: skip


def _weight(sound: str) -> float:
    return _WEIGHT.get(sound, 0.5 if sound in _VOWELS else 1.0)


@cache
def _drop(sound: str, sureness: int) -> float:
    if sureness == SYLLABIC:
        return _DROP_HAN.get(sound, 0.28 if sound in _VOWELS else 0.85)
    if sureness == FREE:
        return _DROP_FREE.get(sound, 0.4 if sound in _VOWELS else 1.0)
    return 0.5 if sound in _VOWELS else 1.0


@cache
def _change(left: str, right: str, sureness: int) -> float:
    if left == right:
        return 0.0
    pair = frozenset((left, right))
    vowels = (left in _VOWELS) + (right in _VOWELS)
    if vowels == 2:
        near = _NEAR_VOWELS.get(pair, _FAR_VOWELS)
        return min(near * {EXACT: 2.5, FREE: 1.7, SYLLABIC: 1.0}[sureness], 0.6)
    if vowels == 1:
        return _GLIDES.get(pair, 2.0) if sureness != EXACT else 1.0
    costs = _CONSONANTS.get(pair, (1.1, 1.0))
    if sureness == EXACT:
        return 0.4 if costs[0] <= 0.05 else 0.1 if pair == _ZH else 1.0
    return costs[0] if sureness == FREE else costs[1]


class _Changes(dict[str, float]):
    """What it costs to write each other sound for ``sound``, worked out when first asked."""

    def __init__(self, sound: str, sureness: int) -> None:
        self._sound = sound
        self._sureness = sureness

    def __missing__(self, other: str) -> float:
        cost = self[other] = _change(self._sound, other, self._sureness)
        return cost


_changes = cache(_Changes)


@lru_cache(maxsize=65_536)
def _drops(sounds: str, sureness: int) -> tuple[float, ...]:
    """What leaving out each sound costs; a last strong vowel is heard."""
    costs = [_drop(sound, sureness) for sound in sounds]
    if sounds[-1] in _VOWELS and sounds[-1].islower():
        costs[-1] *= _LAST
    return tuple(costs)


@lru_cache(maxsize=65_536)
def _length(sounds: str) -> float:
    return sum(map(_weight, sounds))


@lru_cache(maxsize=131_072)
def nearness(left: str, right: str, sureness: int) -> float:
    """1 for the same sounds, towards 0 for nothing in common."""
    if not left or not right:  # no sound could be read
        return 0.0
    if left == right:
        return 1.0
    # written out, without calls: the innermost loop of every comparison of names
    drops_right = _drops(right, sureness)
    row = list(accumulate(drops_right, initial=0.0))
    first = True
    for sound, drop in zip(left, _drops(left, sureness), strict=True):
        changes = list(map(_changes(sound, sureness).__getitem__, right))
        if first:
            changes[0] *= _FIRST
            first = False
        above = iter(row)
        diagonal = next(above)
        cost = diagonal + drop
        new = [cost]
        for change, drop_right, up in zip(changes, drops_right, above, strict=True):
            cost += drop_right
            if up + drop < cost:
                cost = up + drop
            if diagonal + change < cost:
                cost = diagonal + change
            new.append(cost)
            diagonal = up
        row = new
    length = (_length(left) + _length(right)) / 2
    return max(0.0, 1.0 - row[-1] / max(length, 1.0))
