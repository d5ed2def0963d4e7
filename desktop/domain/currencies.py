"""Codes of currencies (ISO 4217, list one of active codes), and what people write for the few that we meet."""

from __future__ import annotations

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


def currency_of(written: str) -> str | None:
    """The code that somebody means; None where it is none. A bare $ may be any of twenty, so it is none."""
    plain = written.strip().upper()
    code = _SPOKEN.get(plain, plain)
    return code if code in CODES else None
