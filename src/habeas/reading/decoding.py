"""Which encoding a text is in: strict decoding decides what is possible, scores what is likely.

Invariants: the text is exactly what the bytes say in the encoding named, every byte used; a
byte order mark is not text. Nothing is replaced but where no encoding fits, and then the
answer says so. A choice that was close is a doubt, in words.

Score: the share of characters that a text of that script would hold, by counts of common
letters (Cyrillic, Arabic) or common characters (Chinese). Single-byte code pages decode
almost anything, so likeliness is all there is to go by; it needs some length.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from dataclasses import dataclass

SAMPLE_BYTES = 65_536
_CONTROLS = bytes(set(range(32)) - {8, 9, 10, 11, 12, 13, 27}) + b"\x7f"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
_CANDIDATES = (
    "gb18030", "big5hkscs", "cp1251", "koi8-r", "cp866", "cp1256", "cp1252", "cp1254",
    "shift_jis", "euc-kr", "cp850", "mac-roman",
)  # fmt: skip
_CLOSE = 0.05

# Common signs of running text, most frequent first; public counts, any long text gives them.
_RUSSIAN = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"
_KAZAKH = "әғқңөұүһі"
_UKRAINIAN = "іїєґ"
_ARABIC = "اليمونرتبةعدسفهكقأحجشصطخإىذثئزضغءظؤآ"
_UYGHUR = "ەېىۇۆۈۋڭگچپژھکی"
_HAN = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里"
    "用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实"
    "日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政"
    "美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员"
    "解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件"
    "计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象"
    "完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运"
    "這個們來為國時說會對後過發經麼學現當沒動還進樣開從實長機無與關點業將兩間問應戰頭體見產給"
    "區公安局拘留所看守監獄教育轉化培訓中心維吾爾哈薩克新疆喀什和田伊犁烏魯木齊"
    "监狱教育转化培训维吾尔哈萨克乌鲁木齐疆"
)
_HAN_COMMON = frozenset(_HAN)
_KANA_HANGUL = re.compile("[\u3041-\u30ff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text, the encoding it was read in, and what speaks against the choice."""

    text: str
    encoding: str
    doubts: tuple[str, ...] = ()
    lossy: bool = False


def looks_like_text(sample: bytes) -> bool:
    """Whether bytes can be text at all: no controls, or wide characters without a mark."""
    if not sample:
        return False
    if any(sample.startswith(mark) for mark, _ in _MARKS):
        return True
    if len(sample.translate(None, _CONTROLS)) == len(sample):
        return True
    return _wide(sample) != ""


def decode(data: bytes) -> Decoded:
    """The text of ``data``."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            decoded = _strict(data[len(mark) :], encoding)
            if decoded is not None:
                return Decoded(decoded, encoding)
    if (text := _strict(data, "utf-8")) is not None and not _wide(data[:SAMPLE_BYTES]):
        return Decoded(text, "utf-8")
    wide = _wide(data[:SAMPLE_BYTES])
    if wide:
        whole = data[: len(data) - len(data) % (4 if "32" in wide else 2)]
        if (text := _strict(whole, wide)) is not None:
            doubts: tuple[str, ...] = (f"No byte order mark: read as {wide}.",)
            if len(whole) != len(data):
                doubts += ("The last character is cut off.",)
            return Decoded(text, wide, doubts, lossy=len(whole) != len(data))
    return _lossy(data, ("utf-8",)) if _mostly_utf8(data) else _likeliest(data)


def _likeliest(data: bytes) -> Decoded:
    sample = data[:SAMPLE_BYTES]
    scored: list[tuple[float, str]] = []
    for encoding in _CANDIDATES:
        text = _strict(sample, encoding, final=len(sample) == len(data))
        if text is not None:
            scored.append((_score(text), encoding))
    scored.sort(key=lambda pair: -pair[0])
    while scored:
        score, encoding = scored.pop(0)
        text = _strict(data, encoding)
        if text is None:
            continue
        doubts = []
        if score < 0.3:
            doubts.append(f"Read as {encoding}, with little to go by.")
        for other_score, other in scored:
            if score - other_score < _CLOSE and _strict(data, other) not in (text, None):
                doubts.append(f"Could also be {other}.")
                break
        return Decoded(text, encoding, tuple(doubts))
    return _lossy(data)


def _mostly_utf8(data: bytes) -> bool:
    """Damaged UTF-8: many sound sequences, few bytes that are none."""
    sound = data.decode("utf-8", "ignore")
    used = len(sound.encode())
    wide = sum(1 for sign in sound[:SAMPLE_BYTES] if sign > "\x7f")
    return wide > 0 and len(data) - used <= min(wide, len(data) // 20)


def _lossy(
    data: bytes, encodings: tuple[str, ...] = ("utf-8", "gb18030", "cp1251", "cp1252")
) -> Decoded:
    """No encoding takes every byte: UTF-8 if most of it is, else the best with gaps shown."""
    best, fewest, chosen = "", len(data) + 1, "utf-8"
    for encoding in encodings:
        text = data.decode(encoding, "backslashreplace")
        gaps = len(text) - len(data.decode(encoding, "ignore"))
        if gaps < fewest:
            best, fewest, chosen = text, gaps, encoding
    doubt = f"No encoding fits every byte. Read as {chosen}; bytes that do not fit are \\xNN."
    return Decoded(best, chosen, (doubt,), lossy=True)


def _strict(data: bytes, encoding: str, *, final: bool = True) -> str | None:
    try:
        if final:
            return data.decode(encoding)
        return codecs.getincrementaldecoder(encoding)().decode(data, final=False)
    except UnicodeDecodeError:
        return None


def _wide(sample: bytes) -> str:
    """The UTF-16 or UTF-32 that a sample without a mark is in, or ''.

    Its spaces, digits and line ends, or its script, lie in one row of Unicode, so that the
    bytes at one place of each unit are far more alike than at the others.
    """
    if len(sample) < 4:
        return ""
    for encoding in _WIDE:
        width = 4 if "32" in encoding else 2
        text = _strict(sample[: len(sample) // width * width], encoding)
        if text is None and width == 2:  # the sample may end inside a pair
            text = _strict(sample[: len(sample) // 2 * 2 - 2], encoding)
        if text is None or not text:
            continue
        if width == 4:
            if _plausible(text):
                return encoding
            continue
        rows, cells = (sample[1::2], sample[::2]) if encoding.endswith("le") else (
            sample[::2], sample[1::2]
        )  # fmt: skip
        if _plausible(text) and (_few_rows(rows, cells) or _mostly_han(text, sample)):
            return encoding
    return ""


def _plausible(text: str) -> bool:
    part = text[:4_096]
    odd = sum(1 for sign in part if not (sign.isprintable() or sign in "\t\n\r\f\v\b\x1b\ufeff"))
    if odd > len(part) / 100:
        return False
    spaces = sum(part.count(sign) for sign in " \n\r\t\u3000，。、")
    return spaces > len(part) / 200 or len(part) < 64


def _few_rows(rows: bytes, cells: bytes) -> bool:
    """Most characters lie in two rows of Unicode, one of them the row of spaces and digits."""
    common = Counter(rows).most_common(2)
    if 0 not in (row for row, _ in common) or any(row > 0x07 for row, _ in common[:1]):
        return False
    return sum(count for _, count in common) > 0.7 * len(rows) and 0 not in cells[:-1]


def _mostly_han(text: str, sample: bytes) -> bool:
    """UTF-16 of one script without a single NUL, such as Chinese: common characters abound."""
    if _strict(sample, "utf-8") is not None or sample.isascii():
        return False
    part = text[:4_096]
    han = sum(1 for sign in part if "\u4e00" <= sign <= "\u9fff")
    return han > len(part) / 2 and sum(sign in _HAN_COMMON for sign in part) > han / 3


def _score(text: str) -> float:
    """How much of what is not ASCII looks like running text of one script, 0 to 1."""
    wide = [sign for sign in text[:20_000] if sign > "\x7f"]
    if not wide:
        return 0.5
    total = len(wide)
    letters = sum(1 for sign in wide if sign.isalpha())
    bad = sum(
        1 for sign in wide if not sign.isprintable() and sign not in "\u200c\u200d\u200e\u200f"
    )
    bad += sum(1 for sign in wide if "\ue000" <= sign <= "\uf8ff")
    return (
        max(
            _alphabet(wide, _RUSSIAN + _KAZAKH + _UKRAINIAN, "\u0400", "\u04ff", text),
            _alphabet(wide, _ARABIC + _UYGHUR, "\u0600", "\u06ff", text),
            sum(sign in _HAN_COMMON or sign in "，。、；：？！“”（）《》" for sign in wide) / total,
            _latin(text, wide) if letters else 0.0,
            0.9 * sum(bool(_KANA_HANGUL.match(sign)) for sign in wide) / total,
        )
        - 3 * bad / total
    )


def _alphabet(wide: list[str], common: str, first: str, last: str, text: str) -> float:
    """Letters by how common they are, less words that change case or script inside."""
    inside = [sign for sign in wide if first <= sign <= last]
    if not inside:
        return 0.0
    weight = {sign: 1 - 0.6 * at / len(common) for at, sign in enumerate(common)}
    likely = sum(weight.get(sign.lower(), 0.0) for sign in inside) / len(wide)
    upset = len(re.findall(r"[а-яё][А-ЯЁ]", text[:20_000])) / len(inside)
    capitals = sum(sign.isupper() for sign in inside) / len(inside)
    letter = f"[{first}-{last}]"
    mixed = len(re.findall(f"[A-Za-z]{letter}|{letter}[A-Za-z]", text[:20_000])) / len(inside)
    return likely - 2 * upset - mixed - (0.15 if 0.5 < capitals < 0.95 else 0.0)


def _latin(text: str, wide: list[str]) -> float:
    """Accented letters between plain ones, few of them, no capitals inside words, no frames."""
    part = text[:20_000]
    plain = sum(1 for sign in part if sign.isascii() and sign.isalpha())
    accented = sum(1 for sign in wide if sign.isalpha() and sign <= "\u024f")
    usual = sum(1 for sign in wide if sign.lower() in "äöüßéèêëàâçîïôûùñóíáúãõåøæığşœ’‘“”–—…«»€§°£")
    if plain == 0 or accented > plain:
        return 0.0
    upset = len(re.findall("[a-z][À-ÖØ-ÞŸ]|[\u2500-\u259f]", part))  # or parts of frames
    return 0.75 * (usual - upset) / len(wide)
