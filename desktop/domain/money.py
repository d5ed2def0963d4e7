"""Amounts of a document: net, tax and gross, each line rounded half up to the cent, as on a Chinese VAT invoice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Amounts:
    """Sums of a document's lines in its currency."""

    net: Decimal
    tax: Decimal
    gross: Decimal


def cents(value: Decimal) -> Decimal:
    """To the cent, half up."""
    return Decimal(value).quantize(CENT, rounding=ROUND_HALF_UP)


def line_tax(net: Decimal, rate: Decimal) -> Decimal:
    """The tax of one line whose net amount is rounded already; `rate` is a share (0.13)."""
    return cents(net * rate)


def taxed(lines: Iterable[tuple[Decimal, Decimal]]) -> Amounts:
    """Sums over lines given as (net amount, tax rate)."""
    rounded = [(net, line_tax(net, rate)) for net, rate in lines]
    net = sum((each for each, _ in rounded), Decimal(0))
    tax = sum((each for _, each in rounded), Decimal(0))
    return Amounts(net, tax, net + tax)
