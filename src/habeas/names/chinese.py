"""Han characters and their romanisations: pinyin, Wade–Giles, Chinese surnames.

pypinyin reads characters; it is loaded on first use. The list of syllables is that of
*Hanyu Pinyin* (ISO 7098:2015) without tones; Wade–Giles is turned into it by the rules of
the 1912 table (H. A. Giles), with or without its apostrophes and hyphens.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from itertools import product

from habeas.names import characters
from habeas.names.errors import MissingLibrary

_FINALS = {
    "": "a o e ai ei ao ou an en ang eng er",
    "b": "a o ai ei ao an en ang eng i ie iao ian in ing u",
    "p": "a o ai ei ao ou an en ang eng i ie iao ian in ing u",
    "m": "a o e ai ei ao ou an en ang eng i ie iao iu ian in ing u",
    "f": "a o ei ou an en ang eng u",
    "d": "a e ai ei ao ou an en ang eng ong i ia ie iao iu ian ing u uo ui uan un",
    "t": "a e ai ao ou an ang eng ong i ie iao ian ing u uo ui uan un",
    "n": "a e ai ei ao ou an en ang eng ong i ie iao iu ian in iang ing u uo uan v ve ue",
    "l": "a e o ai ei ao ou an ang eng ong i ia ie iao iu ian in iang ing u uo uan un v ve ue",
    "g": "a e ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang",
    "k": "a e ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang",
    "h": "a e ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang",
    "j": "i ia ie iao iu ian in iang ing iong u ue uan un",
    "q": "i ia ie iao iu ian in iang ing iong u ue uan un",
    "x": "i ia ie iao iu ian in iang ing iong u ue uan un",
    "zh": "a e i ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang",
    "ch": "a e i ai ao ou an en ang eng ong u ua uo uai ui uan un uang",
    "sh": "a e i ai ei ao ou an en ang eng u ua uo uai ui uan un uang",
    "r": "e i ao ou an en ang eng ong u ua uo ui uan un",
    "z": "a e i ai ei ao ou an en ang eng ong u uo ui uan un",
    "c": "a e i ai ao ou an en ang eng ong u uo ui uan un",
    "s": "a e i ai ao ou an en ang eng ong u uo ui uan un",
    "y": "a e i o u ao ou an in ang ing ong ue uan un",
    "w": "a o u ai ei an en ang eng",
}
SYLLABLES = frozenset(i + f for i, finals in _FINALS.items() for f in finals.split())
_LONGEST = 6

#: The commonest surnames; a Han name that begins with one may be a Chinese name.
SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董袁潘于蒋蔡余杜叶程苏"
    "魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵"
    "康易文施洪牛樊章邢颜常盛庄殷窦阎闫骆左冷纪祝项詹柴翟鲍游梅蓝伍路童欧凌霍舒管芦裴温庞尚滕谷甘季焦宫连佟撒"
    "万钱严覃武戴莫孔向汤习耿华栗王房聂尤成俞柳阮岳葛靳冉祁申冯陳張劉楊黃趙吳孫馬許韓鄧馮蔣葉蘇呂習華陶聞賈鄭謝蕭羅龔鐘"
)
COMPOUND = ("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐")


@lru_cache(maxsize=32_768)
def pinyin(han: str) -> tuple[str, ...]:
    """The toneless syllable of each character, as in names. What is no Han is left out."""
    try:
        from pypinyin import lazy_pinyin
    except ImportError:
        raise MissingLibrary("pypinyin") from None
    read = []
    for letter in han:
        if letter in _READ_IN_NAMES:
            read.append(_READ_IN_NAMES[letter])
        else:
            found = lazy_pinyin(letter, errors="ignore")
            if found:
                read.append(found[0].replace("ü", "v"))
    return tuple(read)


#: Characters whose reading in transcribed names is not the first one of a dictionary.
_READ_IN_NAMES = {
    "都": "du", "尔": "er", "尕": "ga", "合": "he", "车": "che", "喀": "ka", "得": "de",
    "卡": "ka", "塔": "ta", "艾": "ai", "什": "shi", "折": "zhe", "娜": "na", "参": "can",
    "茄": "qie", "英": "ying", "色": "se", "伽": "jia", "不": "bu", "吾": "wu", "莎": "sha",
    "且": "qie", "翁": "weng", "勒": "le", "若": "ruo", "焉": "yan", "耆": "qi", "地": "di",
    "单": "shan", "葛": "ge", "仇": "qiu", "曾": "zeng", "任": "ren", "解": "xie", "尉": "yu",
}  # fmt: skip


@lru_cache(maxsize=32_768)
def syllables(word: str) -> tuple[str, ...]:
    """A word of pinyin without tones, split into syllables; () if it is not pinyin.

    The split with fewest syllables, then with the longest first ones.
    """
    text = toneless(word).replace("-", "'")
    found: list[str] = []
    for piece in text.split("'"):
        if not piece:
            continue
        split = _split(piece)
        if not split:
            return ()
        found.extend(split)
    return tuple(found)


def _split(piece: str) -> tuple[str, ...]:
    best: list[tuple[str, ...] | None] = [()] + [None] * len(piece)
    for end in range(1, len(piece) + 1):
        for start in range(max(0, end - _LONGEST), end):
            before = best[start]
            if before is None or piece[start:end] not in SYLLABLES:
                continue
            # Within a word without apostrophe a later syllable does not begin with a vowel,
            # but romanised Turkic names often do so all the same: it only costs.
            mine = (*before, piece[start:end])
            now = best[end]
            if now is None or len(mine) < len(now) or (len(mine) == len(now) and mine > now):
                best[end] = mine
    return best[-1] or ()


def toneless(word: str) -> str:
    """Lower case, tone marks off, ü as v."""
    low = unicodedata.normalize("NFD", word.lower())
    low = low.replace("u\u0308", "v")
    return "".join(letter for letter in low if not unicodedata.combining(letter))


_WADE_INITIALS = {
    "p'": "p", "p": "b", "t'": "t", "t": "d", "k'": "k", "k": "g", "hs": "x", "ch'": "ch",
    "ch": "zh", "ts'": "c", "ts": "z", "tz'": "c", "tz": "z", "ss": "s", "sz": "s", "j": "r",
    "sh": "sh", "m": "m", "f": "f", "n": "n", "l": "l", "h": "h", "s": "s", "y": "y", "w": "w",
    "": "",
}  # fmt: skip
_WADE_FINALS = {
    "ih": "i", "u^": "i", "eh": "e", "ieh": "ie", "ien": "ian", "iung": "iong", "ung": "ong",
    "veh": "ue", "ven": "uan", "vn": "un", "v": "u", "van": "uan", "uei": "ui", "o": "uo",
    "erh": "er",
}  # fmt: skip


def from_wade_giles(word: str, *, marked: bool = True) -> tuple[tuple[str, ...], ...]:
    """Wade–Giles, syllables parted by hyphens, as pinyin syllables; () if it is not that.

    Not ``marked``: the apostrophes may have been left out, and each syllable is read both ways.
    """
    read = []
    written = toneless(word).split("-")
    if len(written) > _MOST_IN_A_WORD:
        return ()
    for syllable in written:
        ways = [syllable] if marked else [syllable, _ASPIRATED.sub(r"\1'\2", syllable)]
        made = dict.fromkeys(m for way in ways if (m := _wade_syllable(way)) in SYLLABLES)
        if not made:
            return ()
        read.append(tuple(made))
    return tuple(product(*read))


_MOST_IN_A_WORD = 4
#: The initials that have a second sound with an apostrophe.
_ASPIRATED = re.compile("^(ts|tz|ch|[ptk])([^'hsz].*)")


def _wade_syllable(syllable: str) -> str:
    match = re.fullmatch(
        r"(ts'|tz'|ch'|p'|t'|k'|ts|tz|ch|hs|sh|ss|sz|[ptkjmfnlhsyw]|)(.+)", syllable
    )
    if match is None:
        return ""
    initial, final = match.groups()
    if syllable in ("erh", "i", "yu", "yv"):
        return {"erh": "er", "i": "yi", "yu": "you", "yv": "yu"}[syllable]
    bare = {"tz": "z", "tz'": "c", "ss": "s", "sz": "s"}
    if initial in bare and final in ("u", "e"):
        return bare[initial] + "i"
    soft = initial in ("ch", "ch'") and (final[0] in "iv" and final != "ih")
    onset = {"ch": "j", "ch'": "q"}[initial] if soft else _WADE_INITIALS[initial]
    if final == "o" and onset in ("g", "k", "h"):
        return onset + "e"
    if final == "o" and onset in ("b", "p", "m", "f", "w", "y", ""):
        return "e" if not onset else onset + "o"
    final = _WADE_FINALS.get(final, final)
    if final == "u" and initial in ("l", "n") and syllable.endswith("v"):
        final = "v"
    if final == "ui" and onset in ("g", "k"):
        final = "ui"
    if onset == "y" and final in ("ian", "en"):
        final = "an"
    if onset == "y" and final in ("ong", "o"):
        final = "ong" if final == "ong" else "o"
    return onset + final


@cache
def surnames() -> frozenset[tuple[str, ...]]:
    """The surnames known here in pinyin, of one syllable and of two."""
    return frozenset(map(pinyin, (*SURNAMES, *COMPOUND)))


def surname_split(han: str) -> tuple[str, str] | None:
    """Surname and given name, where a short Han string can be a Chinese name."""
    if not 2 <= len(han) <= 4 or "·" in han:
        return None
    if characters.simplified(han[:2]) in COMPOUND and len(han) > 2:
        return han[:2], han[2:]
    if han[0] in SURNAMES and len(han) <= 3:
        return han[0], han[1:]
    return None


#: What a pinyin final stands for when it transcribes a Turkic syllable. Capital letters are
#: weak: the vowel may have been put there only because Han has no bare consonant.
_FINAL_SOUNDS = {
    "i": "I", "u": "U", "e": "É", "ai": "e", "ei": "éy", "ao": "av", "ou": "o", "an": "an",
    "en": "én", "ang": "an", "eng": "én", "ong": "un", "ia": "a", "ie": "e", "iao": "ö",
    "iu": "u", "ian": "en", "in": "in", "ing": "in", "iang": "an", "iong": "ün", "ua": "va",
    "uo": "o", "uai": "ve", "ui": "üy", "uan": "an", "un": "un", "uang": "an", "ue": "ö",
    "ve": "ö", "v": "ü", "a": "a", "o": "o",
}  # fmt: skip
_INITIAL_SOUNDS = {
    "b": "b", "p": "p", "m": "m", "f": "p", "d": "d", "t": "t", "n": "n", "l": "l", "g": "g",
    "k": "k", "h": "h", "j": "c", "q": "ç", "x": "ş", "zh": "c", "ch": "ç", "sh": "ş", "r": "r",
    "z": "z", "c": "s", "s": "s",
}  # fmt: skip
_WHOLE_SOUNDS = {
    "er": "R", "yi": "i", "wu": "u", "yu": "ü", "ye": "ye", "ya": "ya", "yan": "yan", "you": "yo",
    "yao": "yo", "yin": "in", "ying": "in", "yong": "yun", "yue": "yö", "yuan": "yan", "yun": "yun",
    "yang": "yan", "wa": "va", "wai": "ve", "wei": "vé", "wan": "van", "wang": "van", "wen": "un",
    "weng": "un", "wo": "o", "a": "a", "o": "o", "e": "e", "ai": "e", "ao": "av", "ou": "o",
    "an": "an", "en": "én", "ang": "an", "ei": "e", "yo": "yo",
    "zha": "za", "zhe": "zÉ", "zhai": "ze",
    "xun": "sun", "xue": "şö", "jiang": "can", "hong": "ğun", "dong": "dun",
    "rou": "ro", "lie": "le", "xi": "şI", "qiao": "ço", "liao": "lo", "niao": "no",
}  # fmt: skip


#: Syllables that often stand for a consonant without a vowel (提 in 买买提, 木 in 热依木).
_BARE_SYLLABLES = "ti te li le ke ge si zi ze mu bu pu fu de di he xi shi qi ji re ri ci se"
_BARE_CONSONANTS = frozenset(_BARE_SYLLABLES.split())
#: At the end these end women's names (Munire 木尼热, Nezire); a bare r or z is written otherwise.
#: Where only the pinyin is known, so does de (Hamide); 德 may still be a bare d.
_HEARD_AT_THE_END = {"re", "ze"}


@lru_cache(maxsize=32_768)
def turkic_sounds(read: tuple[str, ...], *, of_han: bool = True) -> str:
    """Pinyin syllables of a sinified Turkic name, in the common alphabet with weak vowels.

    ``of_han``: the characters themselves were read, and not a spelling in pinyin.
    """
    found = []
    heard = _HEARD_AT_THE_END if of_han else _HEARD_AT_THE_END | {"de"}
    for at, syllable in enumerate(read, 1):
        whole = _WHOLE_SOUNDS.get(syllable)
        if whole is None:
            initial = (
                syllable[:2] if syllable[1:2] == "h" and syllable[0] in "zcs" else syllable[:1]
            )
            final = syllable[len(initial) :]
            sound = _FINAL_SOUNDS.get(final, final)
            whole = _INITIAL_SOUNDS.get(initial, "") + sound
            weak = syllable in _BARE_CONSONANTS and not (at == len(read) and syllable in heard)
            if sound in "IUÉ" and not weak:
                whole = whole.lower()
        found.append(whole)
    return "".join(found)
