"""Codes of currencies (ISO 4217, list one of active codes), and what people write for the few that we meet."""

from __future__ import annotations

import re

_ACTIVE = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF "
    "CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL "
    "HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD "
    "MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG "
    "QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD "
    "TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG "
)
CODES = frozenset(_ACTIVE.split())

_SPOKEN = {
    "RMB": "CNY", "人民币": "CNY", "元": "CNY", "¥": "CNY", "￥": "CNY", "美元": "USD", "US$": "USD", "欧元": "EUR",
    "€": "EUR", "英镑": "GBP", "£": "GBP", "日元": "JPY", "港币": "HKD", "港元": "HKD",
}  # fmt: skip

_YUAN, _YEN = frozenset({"CNY", "HKD", "MOP", "TWD"}), frozenset({"CNY", "JPY"})
_DOLLARS = frozenset(
    {"AUD", "BBD", "BMD", "BND", "BSD", "BZD", "CAD", "FJD", "GYD", "HKD", "JMD", "KYD", "LRD", "MXN", "NAD", "NZD",
     "SBD", "SGD", "SRD", "TTD", "TWD", "USD", "XCD"}
)  # fmt: skip
_MARKS = {
    "$": _DOLLARS, "¥": _YEN, "￥": _YEN, "元": _YUAN,
    **{word: frozenset({code}) for word, code in _SPOKEN.items() if word not in ("¥", "￥", "元")},
}  # fmt: skip
_BESIDE_NUMBERS = ("AUD", "CAD", "CHF", "CNY", "EUR", "GBP", "HKD", "JPY", "KRW", "SGD", "TWD", "USD")
"""Codes that are read beside a number; of others, such as ALL and TOP, it is not sure that they are one there."""
_MARK = re.compile(
    "|".join(re.escape(mark) for mark in sorted(_MARKS, key=len, reverse=True))
    + r"|(?<![A-Z])(?:" + "|".join(_BESIDE_NUMBERS) + r")(?![A-Z])",
    re.IGNORECASE,
)  # fmt: skip


def without_currency(amount: str) -> str:
    """The number beside the currency that somebody wrote with it: ``$ 12.50`` → `` 12.50``."""
    return _MARK.sub("", amount)


def currencies_said(amount: str) -> frozenset[str] | None:
    """The codes that the signs beside a number may mean, none where they contradict one another; None: no sign."""
    found = [_MARKS.get(mark.upper(), frozenset({mark.upper()})) for mark in _MARK.findall(amount)]
    return frozenset.intersection(*found) if found else None


def currency_of(written: str) -> str | None:
    """The code that somebody means; None where it is none. A bare $ may be any of twenty, so it is none."""
    plain = written.strip().upper()
    code = _SPOKEN.get(plain, plain)
    return code if code in CODES else None
