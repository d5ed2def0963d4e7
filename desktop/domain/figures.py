"""How key figures are written: whole amounts, quantities, shares as percent, months by name."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from desktop.domain.text import language


def whole(value: Decimal) -> str:
    """An amount without decimals, thousands apart, a true minus."""
    return f"{value:,.0f}".replace("-", "−")


def quantity_text(value: Decimal) -> str:
    """``3``, ``2.5``: no trailing zeros, a true minus sign."""
    text = f"{value.normalize():,f}" if value == value.to_integral() else f"{value:,.4f}".rstrip("0")
    return text.replace("-", "\N{MINUS SIGN}")


def percent(value: Decimal | None) -> str:
    """A share (0.25) as 25.0 %; a dash where there is none."""
    return "–" if value is None else f"{value * 100:.1f}\u2009%".replace("-", "−")


def month_name(month: date) -> str:
    """Short, in the language in force: Nov, 11月."""
    return f"{month.month}月" if language() == "zh" else month.strftime("%b")
