"""Beside a supplier's card: how he delivered in the last 365 days, how his prices went, and what is open with him."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.domain.conditions import Test, to_json
from desktop.domain.entry import format_date
from desktop.domain.figures import month_name, percent
from desktop.domain.text import tr
from desktop.operations.supplier_record import Pending, Performance, SupplierRecord
from desktop.widgets.buttons import Button
from desktop.widgets.charts import JudgedLine
from desktop.widgets.header import KeyValues, SidePanel
from desktop.widgets.labels import Label

_NAMED_MONTHS = 6
"""So many months have room for their names beside the card; of more the numbers are shown, so that none is left out."""
Open = Callable[[str, Mapping[str, object] | None], None]
_LATE = Decimal("0.8")
"""Below it a supplier's punctuality is red, here and in the list."""


def fill(side: SidePanel, found: SupplierRecord, name: str, opens: Open) -> None:
    """Add the sections of a supplier; `opens` gets a list's key and how it opens."""
    if found.performance is None:
        nothing = Label(tr("Nothing delivered in the last 365 days."), role="text.tertiary", wrap=True)
        side.add_section(nothing, tr("Last 365 days"))
    else:
        side.add_section(
            _service(found.performance), tr("Last 365 days"), _link("supplier_performance", "supplier", name, opens)
        )
    if len(found.prices) > 1:
        side.add_section(_prices(found), tr("Prices against the year's first"))
    side.add_section(_open(found), tr("Open with this supplier"), _link("purchase_orders", "supplier", name, opens))


def _service(one: Performance) -> QWidget:
    return KeyValues(
        (
            (tr("On time"), _figure(percent(one.on_time), bad=one.on_time is not None and one.on_time < _LATE)),
            (tr("Days to deliver"), _figure(_days(one.lead_actual))),
            (tr("Days promised"), _figure(_days(one.lead_promised))),
            (
                tr("Reject rate"),
                _figure(
                    f"{one.reject_rate() * 100:.2f} % · {one.defect_ppm:,} ppm",
                    bad=one.defect_ppm > 10_000,
                ),
            ),
            (tr("Fill rate"), _figure(percent(one.fill_rate))),
            (tr("Price change"), _figure(_signed(one.price_change))),
            (tr("Deliveries"), _figure(f"{one.deliveries:,}")),
            (tr("Spend"), _figure(f"¥ {one.spend:,.2f}")),
            (tr("Last delivery"), _figure(format_date(one.last_delivery))),
        )
    )


def _prices(found: SupplierRecord) -> QWidget:
    chart = JudgedLine()
    chart.setFixedHeight(120)
    chart.setAccessibleName(tr("Prices against the year's first"))
    many = len(found.prices) > _NAMED_MONTHS
    chart.show_values(
        [f"{month:%m}" if many else month_name(month) for month, _ in found.prices],
        [float(change * 100) for _, change in found.prices],
        None,
    )
    return chart


def _open(found: SupplierRecord) -> QWidget:
    rows = [(tr("Purchase orders"), _figure(_pending(found.orders)))]
    if found.orders.late:
        rows.append((tr("of them late"), _figure(f"{found.orders.late:,}", bad=True)))
    if found.invoices is not None:
        rows.append((tr("Invoices to post"), _figure(_pending(found.invoices))))
        if found.invoices.late:
            rows.append((tr("of them differ"), _figure(f"{found.invoices.late:,}", bad=True)))
    if found.grni is not None:
        rows.append((tr("Not invoiced"), _figure(_pending(found.grni))))
    return KeyValues(rows)


def _pending(one: Pending) -> str:
    return f"{one.count:,} · ¥ {one.amount:,.2f}" if one.count else "–"


def _figure(words: str, *, bad: bool = False) -> Label:
    """At the right edge, so that the figures stand under one another."""
    label = Label(words, role="danger.fg" if bad else "text.primary")
    label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return label


def _days(value: Decimal | None) -> str:
    return "–" if value is None else f"{value:,.1f}"


def _signed(value: Decimal | None) -> str:
    return "–" if value is None else f"{value * 100:+.1f} %".replace("-", "−")


def _link(key: str, column: str, name: str, opens: Open) -> Button:
    button = Button(tr("Open the list"), kind="ghost", height=24)
    wanted = {"condition": to_json(Test(column, "=", (name,)))}
    button.clicked.connect(lambda: opens(key, wanted))
    return button
