"""An amount of money: a decimal number, or from one to another, in a currency of ISO 4217.

Invariants: numbers are decimal text in one canonical form (no sign, no leading zeros, no zeros
after the last decimal), never floating point; a range has its smaller end first; the currency is
always stated, because "$" and "yuan" are several.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from habeas.vocabulary.errors import BadAmount, shown

MOST_DIGITS = 18
VALID = (
    "Write the number and the currency of ISO 4217, such as 1250000.50 CNY, or a range such as "
    "2000-3500 USD."
)

#: The codes of ISO 4217:2015 in use, and a few that ended and stand in older papers.
CURRENCIES = frozenset(
    {
        "AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD",
        "BDT", "BGN", "BHD", "BIF", "BMD", "BND", "BOB", "BRL", "BSD", "BTN", "BWP", "BYN",
        "BZD", "CAD", "CDF", "CHF", "CLP", "CNY", "COP", "CRC", "CUP", "CVE", "CZK", "DJF",
        "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS",
        "GIP", "GMD", "GNF", "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR",
        "IQD", "IRR", "ISK", "JMD", "JOD", "JPY", "KES", "KGS", "KHR", "KMF", "KPW", "KRW",
        "KWD", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "LYD", "MAD", "MDL", "MGA",
        "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK", "MXN", "MYR", "MZN", "NAD",
        "NGN", "NIO", "NOK", "NPR", "NZD", "OMR", "PAB", "PEN", "PGK", "PHP", "PKR", "PLN",
        "PYG", "QAR", "RON", "RSD", "RUB", "RWF", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD",
        "SHP", "SLE", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT",
        "TND", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "UGX", "USD", "UYU", "UZS", "VED",
        "VES", "VND", "VUV", "WST", "XAF", "XCD", "XOF", "XPF", "YER", "ZAR", "ZMW", "ZWG",
        "BYR", "DEM", "FRF", "HRK", "RUR", "SUR", "TRL", "YUD",
    }
)  # fmt: skip
_NUMBER = re.compile(r"([0-9]+)(?:\.([0-9]+))?")
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Amount:
    """From ``low`` to ``high``, equal where the amount is exact; canonical decimal text."""

    low: str
    high: str
    currency: str

    @property
    def exact(self) -> bool:
        return self.low == self.high

    @property
    def text(self) -> str:
        """The amount in the syntax that ``parse`` reads."""
        number = self.low if self.exact else f"{self.low}-{self.high}"
        return f"{number} {self.currency}"


def refuse(text: object, reason: str, valid: str = VALID) -> BadAmount:
    return BadAmount(f"{shown(text)} is not an amount: {reason}.", next_step=valid)


def parse(text: str) -> Amount:
    """Read ``1250000.50 CNY`` or ``2000-3500 USD``; commas may group thousands."""
    if not isinstance(text, str) or len(text) > 100:
        raise refuse(text, "it is not a short text")
    number, _, currency = text.strip(" ").rpartition(" ")
    if not number:
        raise refuse(text, "it is not a number and a currency with a space between")
    low, dash, high = number.replace("–", "-").partition("-")
    return make(_plain(text, low), _plain(text, high if dash else low), currency, text)


def make(low: str, high: str, currency: str, said: str = "") -> Amount:
    """An amount from its parts, checked and in canonical form."""
    said = said or f"{low}-{high} {currency}"
    if currency not in CURRENCIES:
        raise refuse(said, f"{shown(currency)} is not a currency of ISO 4217")
    made = Amount(_canonical(said, low), _canonical(said, high), currency)
    if _compared(made.low) > _compared(made.high):
        raise refuse(said, "its second number is smaller than its first")
    return made


def _plain(said: str, number: str) -> str:
    number = number.strip(" ")
    if "," in number:
        if not _GROUPED.fullmatch(number):
            raise refuse(said, "a comma groups thousands, and a point begins the decimals")
        number = number.replace(",", "")
    return number


def _canonical(said: str, number: str) -> str:
    match = _NUMBER.fullmatch(number) if isinstance(number, str) and number.isascii() else None
    if match is None:
        raise refuse(said, f"{shown(number)} is not a number such as 1250000.50")
    whole, decimals = match[1].lstrip("0") or "0", (match[2] or "").rstrip("0")
    if len(whole) + len(decimals) > MOST_DIGITS:
        raise refuse(said, f"it has more than {MOST_DIGITS} digits")
    return f"{whole}.{decimals}" if decimals else whole


def _compared(number: str) -> tuple[int, str]:
    whole, _, decimals = number.partition(".")
    return int(whole), decimals


def describe(amount: Amount) -> str:
    """The amount in words: "2,000 to 3,500 USD"."""
    low, high = _grouped(amount.low), _grouped(amount.high)
    return f"{low} {amount.currency}" if amount.exact else f"{low} to {high} {amount.currency}"


def _grouped(number: str) -> str:
    whole, point, decimals = number.partition(".")
    return f"{int(whole):,}{point}{decimals}"
