"""Beside a supplier stand the figures of the list of suppliers, and what is open as far as the reader's job sees it."""

from __future__ import annotations

import os
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from db.session import Database
from desktop.lists.all_lists import list_for
from desktop.lists.query import ListQuery
from desktop.operations.lists import source_for
from desktop.views.parties.party_page import PartyPage
from desktop.widgets.buttons import Button
from desktop.widgets.labels import Label
from desktop.widgets.theme import apply_theme, set_language
from tests.form_fixtures import Room, one, opened

RoomOf = Callable[[str], Room]
PICTURES = os.environ.get("OUTPOST_PICTURES")


def _words(page: PartyPage) -> str:
    return " | ".join(label.full_text() for label in page.side.findChildren(Label) if label.isVisible())


def _busiest(owner: Database) -> int:
    query = (
        "select id from api.supplier_performance where on_time < 1 and defect_ppm > 0 order by deliveries desc limit 1"
    )
    return int(one(owner, query))


def test_the_panel_says_what_the_list_says(qtbot: QtBot, room_of: RoomOf, owner: Database, qapp: QApplication) -> None:
    room = room_of("finance")
    supplier = _busiest(owner)
    source = source_for(room.context.database, list_for("supplier_performance"), "en")
    columns = ("on_time", "lead_actual", "lead_promised", "defect_ppm", "deliveries", "spend", "price_change")
    listed = source.rows(ListQuery(columns), group=(), start=0, limit=500)
    on_time, actual, promised, ppm, deliveries, spend, change = next(row.cells for row in listed if row.id == supplier)
    page = opened(qtbot, PartyPage(room.context, supplier))
    qtbot.waitUntil(page.side.isVisible, timeout=10_000)
    words = _words(page)
    for figure in (f"{on_time * 100:.1f}", f"{actual:,.1f}", f"{promised:,.1f}", f"{ppm:,} ppm", f"¥ {spend:,.2f}"):
        assert figure in words, (figure, words)
    assert f"Deliveries | {deliveries:,}" in words
    assert change and f"Price change | {change * 100:+.1f} %".replace("-", "−") in words
    accrued = one(
        room.context.database,
        "select to_char(sum(open_amount), 'FM999,999,990.00') from erp.grni_position where supplier_id = :id",
        id=supplier,
    )
    assert f"· ¥ {accrued}" in words or accrued in (None, "0.00")
    if PICTURES:
        _pictures(qtbot, page, qapp)


def test_its_links_open_the_lists_of_this_supplier_by_keys(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    room = room_of("buyer")
    page = opened(qtbot, PartyPage(room.context, _busiest(owner)))
    qtbot.waitUntil(page.side.isVisible, timeout=10_000)
    asked: list[tuple[str, object]] = []
    page.open_requested.connect(lambda key, args: asked.append((key, args)))
    for link in page.side.findChildren(Button):
        link.setFocus()
        qtbot.keyClick(link, Qt.Key.Key_Space)
    assert [key for key, _ in asked] == ["supplier_performance", "purchase_orders"]
    assert all("condition" in args for _, args in asked)  # type: ignore[operator]


def test_a_planner_reads_nothing_of_invoices_and_a_customer_has_no_panel(
    qtbot: QtBot, room_of: RoomOf, owner: Database
) -> None:
    room = room_of("planner")
    page = opened(qtbot, PartyPage(room.context, _busiest(owner)))
    qtbot.waitUntil(page.side.isVisible, timeout=10_000)
    assert "On time" in _words(page)
    assert "Invoices to post" not in _words(page) and "Not invoiced" not in _words(page)
    customer = int(one(owner, "select min(id) from erp.party where is_customer and not is_supplier"))
    other = opened(qtbot, PartyPage(room.context, customer))
    assert not other.side.isVisible()


def _pictures(qtbot: QtBot, page: PartyPage, qapp: QApplication) -> None:
    for theme in ("light", "dark"):
        apply_theme(qapp, theme)
        for tongue in ("en", "zh"):
            set_language(tongue)
            for width, height in ((1294, 680), (1848, 980)):
                page.resize(width, height)
                page.retranslate()
                page.reload()
                qtbot.waitUntil(lambda: not page.context.work.running(), timeout=15_000)
                qtbot.wait(150)
                page.grab().save(f"{PICTURES}/supplier-{tongue}-{theme}-{width}.png")
    apply_theme(qapp, "light")
    set_language("en")
