"""Which Chinese characters are common, by the standards that sorted them so.

GB 2312 (1980) puts 3,755 characters that are used often into its first level, Big5 (1984) 5,401.
Running text, names and headings alike keep to these nearly always; bytes of another encoding, read
as Chinese, hit them by chance only.
"""

from __future__ import annotations

import re


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


_FOUR = re.compile(rb"[\x81-\xfe][0-9][\x81-\xfe][0-9]")
_RARE = re.compile("[\u3400-\u4dbf\U00020000-\U000323af]+")


def has_rare(data: bytes) -> bool:
    """Whether GB 18030 fits, and what it keeps in four bytes are rare Chinese characters.

    Names of places and people hold them. Bytes of other encodings that look like four of these
    would be characters of all the world's scripts, or of none.
    """
    found = _FOUR.findall(data[:65_536])
    if not found:
        return False
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return False
    four = [sign for sign in text if len(sign.encode("gb18030")) == 4]
    rest = "".join(sign for sign in text if not _RARE.match(sign))
    known = rest.isascii() or common_share(rest) >= 0.7
    return bool(four) and known and all(map(_RARE.match, four))
