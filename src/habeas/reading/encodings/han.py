"""Which Chinese characters are common, by the standards that sorted them so.

GB 2312 (1980) puts 3,755 characters that are used often into its first level, Big5 (1984) 5,401.
Running text, names and headings alike keep to these nearly always; bytes of another encoding, read
as Chinese, hit them by chance only.
"""

from __future__ import annotations


def common_share(text: str, *, traditional: bool = False) -> float:
    """The share of all characters beyond ASCII that are common Chinese ones, 0 to 1.

    Signs of Chinese print (，。·《》 and the like) count as neither.
    """
    wide = [sign for sign in text[:20_000] if sign > "\x7f" and sign not in _SIGNS]
    if not wide:
        return 0.0
    common = _is_common_traditional if traditional else _is_common
    return sum(map(common, wide)) / len(wide)


_SIGNS = frozenset("，。、；：？！“”‘’（）《》〈〉【】「」『』·—…　０１２３４５６７８９％")


def _is_common(sign: str) -> bool:
    try:
        return 0xB0 <= sign.encode("gb2312")[0] <= 0xD7
    except UnicodeEncodeError:
        return False


def _is_common_traditional(sign: str) -> bool:
    try:
        return 0xA4 <= sign.encode("big5")[0] <= 0xC6
    except UnicodeEncodeError:
        return False
