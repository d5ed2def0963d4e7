"""The states of a contract as words and looks, and the arithmetic of its value."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from desktop.domain.text import tr

Role = Literal["success", "warn", "danger", "info", "neutral", "accent"]

LOOKS: dict[str, tuple[Role, str]] = {
    "draft": ("warn", "pencil"),
    "review": ("info", "search"),
    "signed": ("accent", "pencil"),
    "active": ("success", "check"),
    "suspended": ("warn", "clock"),
    "expired": ("neutral", "lock"),
    "terminated": ("neutral", "x"),
}


def action_name(action: str) -> str:
    """The words on the button of a step."""
    return {
        "submit": tr("Send to review"),
        "return": tr("Return to draft"),
        "sign": tr("Mark as signed"),
        "activate": tr("Activate"),
        "suspend": tr("Suspend contract"),
        "resume": tr("Resume contract"),
        "expire": tr("Mark as expired"),
        "terminate": tr("Terminate"),
    }[action]


def value_between(annual_value: Decimal, first: date, last: date) -> Decimal:
    """The part of an annual value that falls on the days `first` to `last`, both inclusive, at 1/365 a day.

    Straight line over calendar days (CAS 14, revenue over time by elapsed time). Rounded half up to the cent; zero
    where `last` lies before `first`.
    """
    days = max((last - first).days + 1, 0)
    return (annual_value * days / Decimal(365)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
