"""The four alphabets of Uyghur, and the map romanisation, through one common alphabet.

The common alphabet (umsc calls it Common Turkic Script, CTS) has one letter a sound:
a e b p t c ç x d r z j s ş f ñ l m h o u ö ü v é i y q k g n ğ, where c is the j of Ablajan,
e the ä of Memet, é the e of Yengi. UEY, ULY, UKY and UYY go there and back with umsc
(Osman Tursun, MIT in its source, Apache-2.0 in its package data). SASM/GNC, which is what
Chinese maps print for Uyghur, is ours: umsc has none (source: docs/methods/names.md).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from habeas.names.errors import MissingLibrary, UnknownConversion

if TYPE_CHECKING:
    from collections.abc import Callable

#: Our names of the orthographies, and what they are.
ORTHOGRAPHIES = {
    "uey": "Uyghur Arabic alphabet (UEY)",
    "uly": "Uyghur Latin alphabet (ULY)",
    "uky": "Uyghur Cyrillic alphabet (UKY)",
    "uyy": "Uyghur New Script (Yengi Yeziq)",
    "sasm": "SASM/GNC romanisation, of Chinese maps",
}
_OF_UMSC = {"uey": "UAS", "uly": "ULS", "uky": "UCS", "uyy": "UYS"}

_SASM = {
    "c": "j", "ç": "q", "x": "h", "j": "zh", "ş": "x", "ñ": "ng", "v": "w", "é": "e",
    "q": "k", "ğ": "g", "e": "a",
}  # fmt: skip


#: ng is one sound, but n and g before the element -gül, for which few write the apostrophe.
_N_AND_GUL = re.compile(r"(?i)(?<!\bk[oö])n(?=g[üu]l[ei]?\b)")


def _converter() -> Any:
    try:
        from umsc import UgMultiScriptConverter
    except ImportError:
        raise MissingLibrary("umsc") from None
    return UgMultiScriptConverter


@lru_cache(maxsize=64)
def _route(source: str, target: str) -> Callable[[str], str]:
    made = _converter()(source, target)
    return lambda text: str(made(text))


@lru_cache(maxsize=65_536)
def to_common(text: str, orthography: str) -> str:
    """The text in the common alphabet. Anything that is no letter of it stays."""
    text = unicodedata.normalize("NFC", text)
    if orthography == "uly":
        text = text.replace("ë", "é").replace("Ë", "é")
        text = _N_AND_GUL.sub("n'", text)
    if orthography == "uky":
        text = text.replace("җ", "җ").replace("ё", "yo")
    if orthography == "uyy":
        text = text.replace("ɵ", "ø").replace("Ɵ", "Ø")  # umsc has another letter
    return _route(_OF_UMSC[orthography], "CTS")(text).lower()


def from_common(text: str, orthography: str) -> str:
    """Common alphabet to one of ``ORTHOGRAPHIES``; lower case, Latin ones capitalised by word."""
    if orthography == "sasm":
        written = "".join(_SASM.get(letter, letter) for letter in text).replace("'", "")
        return _capital(written)
    written = _route("CTS", _OF_UMSC[orthography])(text)
    if orthography == "uly":
        written = written.replace("é", "ë")
    if orthography == "uyy":
        written = written.replace("ø", "ɵ").replace("Ø", "Ɵ")
    return written if orthography == "uey" else _capital(written)


def _capital(text: str) -> str:
    return " ".join(word[:1].upper() + word[1:] for word in text.split(" "))


def convert(text: str, source: str, target: str) -> str:
    """From one Uyghur orthography to another. SASM/GNC merges letters: only as a target."""
    if source not in _OF_UMSC or target not in ORTHOGRAPHIES:
        raise UnknownConversion(
            f"No conversion from {source} to {target} exists.",
            next_step=f"From: {', '.join(_OF_UMSC)}. To: {', '.join(ORTHOGRAPHIES)}.",
        )
    return from_common(to_common(text, source), target)
