"""Which Japanese characters are common, by the standard that sorted them so.

JIS X 0208 (1978) puts 2,965 characters that are used often into its first level. With hiragana and
katakana they are nearly all of what Japanese texts hold.
"""

from __future__ import annotations

_SIGNS = frozenset("、。・「」『』（）ー～：，．　０１２３４５６７８９")


def common_share(text: str) -> float:
    """The share of characters beyond ASCII that are kana or of the first level, 0 to 1.

    Katakana of half width count as uncommon: nearly any byte is one of them.
    """
    wide = [sign for sign in text[:20_000] if sign > "\x7f" and sign not in _SIGNS]
    return sum(map(_is_common, wide)) / len(wide) if wide else 0.0


def _is_common(sign: str) -> bool:
    if "\u3041" <= sign <= "\u30fe":
        return True
    try:
        coded = sign.encode("cp932")
    except UnicodeEncodeError:
        return False
    return len(coded) == 2 and b"\x88\x9f" <= coded <= b"\x98\x72"
