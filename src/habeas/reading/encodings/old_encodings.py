"""Which old encoding a text is in, where nothing says so: GBK, Big5, Cyrillic, Arabic, Western.

The choice is chardetng's, the detector of a web browser, made for short texts (decision 0025); here
it gets second readings. Where the bytes are few and the choice is one that is seldom met in what
this program reads (Hebrew, Korean, ISO 8859-5), one that fits as well and is met often is taken
instead. Single bytes of the West are told apart by what letters stand where, because a browser
knows no DOS or Macintosh.

Invariant: what was decided on little, or has another reading that fits, is a doubt in words.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from chardetng_py import EncodingDetector

from habeas.reading.encodings import han, japanese, labels

SAMPLE_BYTES = 65_536  # by which the choice is made; every byte must fit it
#: Met often enough to be taken on few bytes. Windows-1252 stands for the West.
_OFTEN = ("gb18030", "big5hkscs", "cp1251", "koi8-u", "cp866", "cp1256")
_HAN = ("gb18030", "big5hkscs")
_WEST = frozenset({"cp1252", "cp1254", "cp1250", "cp1257", "cp1258", "iso-8859-2", "iso-8859-4"})
_WESTERN = ("cp1252", "cp1254", "cp850", "mac-roman")
#: Two bytes a character: hardly any other text fits but for a damaged place.
_BY_PAIRS = frozenset({"gb18030", "big5hkscs", "cp932", "cp949", "euc-jp"})
_FEW, _LITTLE = 40, 8  # bytes beyond ASCII
_HAN_SHARE = 0.9
_PLAIN = 0.8  # of the letters of an alphabet: less is no text in it
_CLOSE = 0.05


@dataclass(frozen=True, slots=True)
class EncodingChoice:
    """An encoding, and what speaks against it; ``lossy`` where a few bytes do not fit it."""

    encoding: str
    doubts: tuple[str, ...] = ()
    lossy: bool = False


def choose(data: bytes) -> EncodingChoice | None:
    """The likeliest old encoding of all of ``data``; None where none takes every byte."""
    sample = data[:SAMPLE_BYTES]
    wide = sample.translate(None, bytes(range(128)))
    detector = EncodingDetector()
    detector.feed(sample, last=len(sample) == len(data))
    guessed, beaten = detector.guess_assess(tld=None, allow_utf8=False)
    first = labels.codec(guessed) or "cp1252"
    if damaged := _damaged(data, sample, first, len(wide)):
        return EncodingChoice(damaged, lossy=True)
    order = _order(sample, first, len(wide))
    if han.has_rare(data):
        order = ["gb18030", *(one for one in order if one != "gb18030")]
    elif _is_japanese(sample, order):
        order = ["cp932", *(one for one in order if one != "cp932")]
    fitting = [one for one in order if strict(data, one) is not None]
    if not fitting:
        return None
    chosen = fitting[0]
    doubts = list(_doubts(sample, chosen, fitting[1:], len(wide)))
    if han.has_rare(data) and len(wide) < _FEW and len(fitting) > 1 and not doubts:
        doubts.append(f"Could also be {fitting[1]}.")
    if not beaten or (chosen != first and first not in _WEST and not doubts):
        doubts.append(f"Read as {chosen}, with little to go by.")
    return EncodingChoice(_named(chosen, strict(sample, chosen, final=False) or ""), tuple(doubts))


def _is_japanese(sample: bytes, order: list[str]) -> bool:
    """Whether Shift_JIS makes a text of the bytes, and what would be taken makes none."""
    others = [one for one in order if strict(sample, one, final=False) is not None]
    first = others[0] if others else ""
    if first in _HAN or fit(_sample_text(sample, "cp932"), "cp932") < 0.95:
        return False
    text = _sample_text(sample, first) if first else ""
    return (latin(text) if first in _WESTERN else fit(text, first)) < _PLAIN


def _damaged(data: bytes, sample: bytes, first: str, wide: int) -> str:
    """The encoding by pairs that a text is in but for a broken place or two; '' for none.

    A detector gives such an encoding up at the first byte that does not fit, and then a code page
    of the West takes them all.
    """
    for one in dict.fromkeys((first, *_HAN)):
        if one not in _BY_PAIRS or strict(data, one) is not None:
            continue
        readable = one == first or (
            wide >= _FEW and fit(sample.decode(one, "ignore"), one) >= _HAN_SHARE
        )
        if readable and gaps(data, one) <= wide / 50:
            return one
    return ""


def _order(sample: bytes, first: str, wide: int) -> list[str]:
    """The encodings to try, likeliest first."""
    if first in _WEST:
        western = sorted(_WESTERN, key=lambda one: -latin(_sample_text(sample, one)))
        if latin(_sample_text(sample, western[0])) > 0.3:
            return [*western, first, *_likely(sample)]
        if wide < _FEW and (likely := _likely(sample)):
            return [*likely, *western, first]
        return [first, *western, *_likely(sample)]
    if first not in _OFTEN and wide < _FEW:
        return [*_likely(sample), first, "cp1252"]
    return [first, *(one for one in _likely(sample) if one != first), "cp1252"]


def _likely(sample: bytes) -> list[str]:
    """Those often met that fit well, the best first."""
    scores = {one: fit(_sample_text(sample, one), one) for one in _OFTEN}
    return sorted((one for one in _OFTEN if scores[one] > 0.5), key=lambda one: -scores[one])


def fit(text: str, encoding: str) -> float:
    """How much of what is not ASCII is what a text of that encoding holds, 0 to 1.

    0 for an encoding of which nothing is known.
    """
    if encoding == "gb18030":
        return han.common_share(text)
    if encoding == "big5hkscs":
        return han.common_share(text, traditional=True) - 0.01  # of two that fit, the commoner
    if encoding == "cp932":
        return japanese.common_share(text)
    letters = _ALPHABETS.get("koi8-u" if encoding == "koi8-r" else encoding)
    return _alphabet(text, *letters) if letters else 0.0


_RUSSIAN = "оеаинтсрвлкмдпуяыьгзбчйхжюшцщэфъё"
_KAZAKH = "әғқңөұүһі"
_UKRAINIAN = "іїєґ"
_ARABIC = "اليمونرتبةعدسفهكقأحجشصطخإىذثئزضغءظؤآ"
_PERSIAN = "ەېىۇۆۈۋڭگچپژھکی"
_ALPHABETS = {
    "cp1251": ("А-Яа-яЁё", _RUSSIAN + _KAZAKH + _UKRAINIAN),
    "koi8-u": ("А-Яа-яЁё", _RUSSIAN + _KAZAKH + _UKRAINIAN),
    "cp866": ("А-Яа-яЁё", _RUSSIAN + _KAZAKH + _UKRAINIAN),
    "cp1256": ("\u0600-\u06ff", _ARABIC + _PERSIAN),
}


def cyrillic(text: str) -> float:
    """How much of a text is Cyrillic as words have it, whatever code page it came from."""
    return _alphabet(text, *_ALPHABETS["cp1251"])


def _alphabet(text: str, letters: str, common: str) -> float:
    """The share of letters of the alphabet, less words that change case or script inside."""
    wide = [sign for sign in text if sign > "\x7f"]
    inside = [sign for sign in wide if sign.lower() in common]
    if not inside:
        return 0.0
    rare = sum(common.index(sign.lower()) > len(common) * 0.7 for sign in inside) / len(wide)
    upset = len(re.findall("[а-яё][А-ЯЁ]", text)) / len(wide)
    mixed = len(re.findall(f"[A-Za-z][{letters}]|[{letters}][A-Za-z]", text)) / len(wide)
    return len(inside) / len(wide) - rare - 2 * upset - mixed


def _doubts(sample: bytes, chosen: str, others: list[str], wide: int) -> list[str]:
    """What else the bytes may be, and how little there is to go by."""
    text = _sample_text(sample, chosen)
    readings = {one: _sample_text(sample, one) for one in others}
    if rival := _rival(sample, chosen, text, readings, wide):
        return [f"Could also be {rival}."]
    if chosen in _HAN and wide >= _LITTLE and fit(text, chosen) < 0.7:
        return [f"Read as {chosen}, though many of its characters are seldom used."]
    if _is_little(chosen, text, wide):
        return [f"Read as {chosen}, with little to go by."]
    return []


def _rival(sample: bytes, chosen: str, text: str, readings: dict[str, str], wide: int) -> str:
    """Another encoding under which the bytes make as good a text; '' for none."""
    japanese_too = fit(_sample_text(sample, "cp932"), "cp932")
    if chosen not in _HAN and chosen != "cp932" and wide < _FEW and japanese_too >= 0.95:
        return "cp932"
    if chosen in _WESTERN:
        ours = latin(text)
        for other, reading in readings.items():
            if other in _WESTERN and reading != text and ours - latin(reading) < _CLOSE:
                return other
    fits = {one: fit(reading, one) for one, reading in readings.items() if one in _OFTEN}
    if chosen in _HAN:
        for other, share in fits.items():
            if wide < 16 and other in _HAN and share >= 0.98:
                return other
            if wide < _FEW and other in _ALPHABETS and share >= 0.8 and fit(text, chosen) < 0.95:
                return other
        return ""
    for other, share in fits.items():
        if other in _HAN and share >= _HAN_SHARE:
            return other
        if chosen in _ALPHABETS and other in _ALPHABETS and share > fit(text, chosen) - _CLOSE:
            return other
    return ""


def _is_little(chosen: str, text: str, wide: int) -> bool:
    if chosen in _HAN:
        return wide < 6  # three characters
    if chosen in _WESTERN:
        plain = sum(1 for sign in text if sign.isascii() and sign.isalpha())
        return latin(text) < 0.3 or plain < 3 * wide
    return wide < (_LITTLE if chosen in _OFTEN else _FEW)


def _named(encoding: str, text: str) -> str:
    """KOI8-U is KOI8-R where none of the letters stands that it adds."""
    return (
        "koi8-r" if encoding == "koi8-u" and not set(text.lower()) & set(_UKRAINIAN) else encoding
    )


def _sample_text(sample: bytes, encoding: str) -> str:
    return (strict(sample, encoding, final=False) or "")[:20_000]


def strict(data: bytes, encoding: str, *, final: bool = True) -> str | None:
    """The text where every byte fits, else None; a beginning may end inside a character."""
    try:
        if final:
            return data.decode(encoding)
        return codecs.getincrementaldecoder(encoding)().decode(data, final=False)
    except UnicodeDecodeError:
        return None


def gaps(data: bytes, encoding: str) -> int:
    """How many places of the bytes do not fit the encoding."""
    return data.decode(encoding, "replace").count("\ufffd") - data.decode(encoding, "ignore").count(
        "\ufffd"
    )


def latin(text: str) -> float:
    """Accented letters between plain ones, few of them, no capitals inside words, no frames."""
    wide = [sign for sign in text if sign > "\x7f"]
    if not wide:
        return 0.0
    plain = sum(1 for sign in text if sign.isascii() and sign.isalpha())
    accented = sum(1 for sign in wide if sign.isalpha() and sign <= "\u024f")
    usual = sum(1 for sign in wide if sign.lower() in "äöüßéèêëàâçîïôûùñóíáúãõåøæığşœ’‘“”–—…«»€§°£")
    if plain == 0 or accented > plain:
        return 0.0
    upset = len(re.findall("[a-z][À-ÖØ-ÞŸ]|[\u2500-\u259f]", text))  # or parts of frames
    return 0.75 * (usual - upset) / len(wide)
