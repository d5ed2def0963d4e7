"""A supplier's new price list from the clipboard into the list, without a mouse: look, write, take back."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from desktop.desks.lists import list_page
from desktop.lists.all_lists import list_for
from tests.purchasing_people import Person, person
from tests.rooms import RoomFor, show
from tests.stock_fixtures import shop
from tests.stock_shop import Shop

__all__ = ["person", "shop"]

Key, Mod = Qt.Key, Qt.KeyboardModifier


def test_ctrl_v_shows_the_difference_f9_writes_it_and_ctrl_z_takes_it_back(
    qtbot: QtBot, shop: Shop, person: Person, room: RoomFor
) -> None:
    by = shop.value("select code from erp.party where id = %s", shop.world.supplier)
    context = room(person("buyer"), "buyer").context
    page = list_page(context, list_for("supplier_prices"))
    show(qtbot, page)
    page.refresh()
    qtbot.waitUntil(lambda: page._opened and not context.work.running(), timeout=15000)
    page.grid.canvas.setFocus()
    lines = ("Vendor\tPart number\tMOQ\tNet price\tCurrency",)
    rows = (f"{by}\tFLT-AIR-7502\t0\t¥1,170.50\tRMB", f"{by}\tFLT-OIL-7511\t10\t90\tCNY", f"{by}\tNOPE\t0\t1\tXXX")
    QGuiApplication.clipboard().setText("\n".join(lines + rows))
    qtbot.keyClick(page.grid.canvas, Key.Key_V, Mod.ControlModifier)
    qtbot.waitUntil(lambda: page.pasting.panel is not None and page.pasting.panel.checked is not None, timeout=15000)
    panel = page.pasting.panel
    assert panel is not None and panel.checked is not None
    assert panel.checked.plan.counts() == {"rows": 3, "new": 2, "changed": 0, "same": 0, "rejected": 1}
    assert shop.value("select count(*) from erp.supplier_price") == 0
    qtbot.keyClick(panel.table, Key.Key_F9)
    qtbot.waitUntil(lambda: page.pasting.panel is None and page.grid.model.rowCount() == 2, timeout=15000)
    assert shop.value("select sum(unit_price)::text from erp.supplier_price where currency = 'CNY'") == "1260.5000"
    page.grid.canvas.setFocus()
    qtbot.keyClick(page.grid.canvas, Key.Key_Z, Mod.ControlModifier)
    qtbot.waitUntil(lambda: page.grid.model.rowCount() == 0, timeout=15000)
    assert shop.value("select count(*) from erp.supplier_price") == 0


def test_a_sign_of_another_currency_is_never_read_as_the_price_s_own(
    qtbot: QtBot, shop: Shop, person: Person, room: RoomFor
) -> None:
    """Pasted without a column of currencies the sign is held against what the price found is in; typed likewise."""
    by = shop.value("select code from erp.party where id = %s", shop.world.supplier)
    shop.value(
        "insert into erp.supplier_price (company_id, org_unit_id, supplier_id, item_id, unit_price, currency,"
        " valid_from) values (%s, %s, %s, %s, 80, 'USD', current_date - 9) returning id",
        shop.world.company, shop.world.branch, shop.world.supplier, shop.item("FLT-OIL-7511"),
    )  # fmt: skip
    context = room(person("buyer"), "buyer").context
    page = list_page(context, list_for("supplier_prices"))
    show(qtbot, page)
    page.refresh()
    qtbot.waitUntil(lambda: page._opened and page.model.count.value == 1 and not context.work.running(), timeout=15000)
    page.grid.canvas.setFocus()
    for sign, verdict in (("¥90", "rejected"), ("€90", "rejected"), ("＄９０", "changed"), ("90 USD", "changed")):
        rows = ("Vendor\tPart number\tNet price", f"{by}\tFLT-OIL-7511\t{sign}", f"{by}\tFLT-AIR-7502\t￥1,170.50")
        QGuiApplication.clipboard().setText("\n".join(rows))
        qtbot.keyClick(page.grid.canvas, Key.Key_V, Mod.ControlModifier)
        qtbot.waitUntil(lambda: (panel := page.pasting.panel) is not None and panel.checked is not None, timeout=15000)
        panel = page.pasting.panel
        assert panel is not None and panel.checked is not None
        assert [row.verdict for row in panel.checked.plan.rows] == [verdict, "new"], sign
        if verdict == "rejected":
            (fault,) = panel.checked.plan.rows[0].faults
            assert (fault.field, "USD" in fault.fault.text()) == ("unit_price", True)
        qtbot.keyClick(panel.table, Key.Key_Escape)
        qtbot.waitUntil(lambda: page.pasting.panel is None, timeout=15000)
    price = page.columns.slot_of("unit_price")
    assert price is not None
    page.grid.set_cursor(0, price.position)
    qtbot.keyClicks(page.grid.canvas, "¥70")
    qtbot.keyClick(page.grid.editor, Key.Key_Return)
    assert page.grid.editor is not None, "refused: it stays open and red"
    qtbot.keyClick(page.grid.editor, Key.Key_A, Mod.ControlModifier)
    qtbot.keyClicks(page.grid.editor, "$70")
    qtbot.keyClick(page.grid.editor, Key.Key_Return)
    shown = page.grid.current()
    assert page.grid.editor is None and shown is not None
    assert page.model.value(shown, page.model.infos.index(price.info)) == 70
