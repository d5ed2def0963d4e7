"""Counting in boxes at the desk, stock that is not ours, and goods that go back to their supplier: by keys alone."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from desktop.domain.stock import Level, Mode
from desktop.views.stock.order_panel import PartsList
from tests.stock_shop import ORDER, PURCHASE
from tests.views.stock.conftest import Bench

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
OIL, BOX = "FLT-OIL-7511", "6901234567892"


@pytest.fixture
def boxed(bench: Bench) -> Bench:
    """Oil filters come by the box of 12 and by the pallet of 144, which is only bought."""
    for code, name_zh in (("box", "盒"), ("pallet", "托")):
        bench.shop.value(
            "insert into erp.unit_of_measure (code, name, name_zh, digits) values (%s, %s, %s, 0)"
            " on conflict (code) do update set name_zh = excluded.name_zh returning code",
            code, code, name_zh,
        )  # fmt: skip
    for uom, factor, usage, barcode in (("box", 12, "both", BOX), ("pallet", 144, "purchase", None)):
        bench.shop.value(
            "insert into erp.item_uom (item_id, uom, factor, usage, barcode) values (%s, %s, %s, %s, %s) returning id",
            bench.shop.item(OIL), uom, factor, usage, barcode,
        )  # fmt: skip
    return bench


def _last_move(bench: Bench) -> tuple[Decimal, Decimal, str]:
    found = bench.shop.value(
        "select array[m.quantity::text, m.entered_quantity::text, m.entered_uom] from erp.stock_move m order by id desc"
        " limit 1"
    )
    return Decimal(found[0]), Decimal(found[1]), found[2]


@pytest.mark.parametrize(
    "typed", ["2 box", "2box", "2 boxes", "2盒", "2 盒", "2 he", "2 b", "2x12", "2 X 12", "２ ＢＯＸ"]
)
def test_a_quantity_is_typed_with_its_unit(boxed: Bench, typed: str) -> None:
    boxed.scan(ORDER, OIL)
    boxed.page.scan.field.setText(typed)  # what an input method, a paste or keys leave there
    row = boxed.row_of(OIL)
    assert (boxed.cell(row, "quantity"), boxed.cell(row, "unit")) in (("1", "pc"), ("2", "box = 24 pc"))
    boxed.key(Qt.Key.Key_Return)
    assert (boxed.cell(row, "quantity"), boxed.cell(row, "unit")) == ("2", "box = 24 pc")
    assert "2 box = 24 pc" in boxed.feedback().detail
    assert boxed.page.driver.draft.lines[row].quantity == 24


def test_boxes_are_posted_in_the_items_own_unit_and_kept_as_typed(boxed: Bench) -> None:
    boxed.scan(ORDER, OIL)
    boxed.type("2 box")
    boxed.key(Qt.Key.Key_F9)
    assert boxed.texts()[0].startswith("ISS-")
    assert _last_move(boxed) == (24, 2, "box")
    assert boxed.shop.on_hand(OIL) == 1 and boxed.shop.whole()


def test_three_times_twelve_without_such_a_pack_is_thirty_six(boxed: Bench) -> None:
    boxed.scan(PURCHASE, "FLT-AIR-7502")
    boxed.type("2x10")
    row = boxed.row_of("FLT-AIR-7502")
    assert (boxed.cell(row, "quantity"), boxed.cell(row, "unit")) == ("20", "pc")


def test_a_word_that_is_no_unit_of_the_part_is_refused_with_those_it_has(boxed: Bench) -> None:
    boxed.scan(ORDER, OIL)
    boxed.type("2 barrels")
    assert boxed.feedback().level is Level.BAD
    assert boxed.feedback().headline == "“barrels” is no unit of it"
    assert boxed.feedback().detail == "It is counted in pc, box (12 pc)."  # a pallet is only bought
    assert boxed.cell(boxed.row_of(OIL), "quantity") == "1"


def test_ctrl_b_switches_the_unit_and_a_number_counts_in_it(boxed: Bench) -> None:
    boxed.key(Qt.Key.Key_1, CTRL)
    boxed.scan(OIL)
    boxed.type("3")
    boxed.key(Qt.Key.Key_B, CTRL)
    assert (boxed.cell(0, "quantity"), boxed.cell(0, "unit")) == ("3", "pallet = 432 pc")
    boxed.key(Qt.Key.Key_B, CTRL)
    assert (boxed.cell(0, "quantity"), boxed.cell(0, "unit")) == ("3", "box = 36 pc")
    boxed.type("4")
    assert (boxed.cell(0, "quantity"), boxed.cell(0, "unit")) == ("4", "box = 48 pc")
    boxed.key(Qt.Key.Key_B, CTRL)
    assert (boxed.cell(0, "quantity"), boxed.cell(0, "unit")) == ("4", "pc")
    boxed.scan("SNS-PT100-6")
    boxed.key(Qt.Key.Key_B, CTRL)
    assert boxed.feedback().headline == "No other unit"


def test_the_code_of_a_box_takes_its_unit(boxed: Bench) -> None:
    boxed.scan(ORDER, BOX)
    row = boxed.row_of(OIL)
    assert (boxed.cell(row, "quantity"), boxed.cell(row, "unit")) == ("1", "box = 12 pc")
    boxed.scan(BOX)
    assert (boxed.cell(row, "quantity"), boxed.cell(row, "unit")) == ("2", "box = 24 pc")
    boxed.scan(OIL)  # one piece more: only pieces say that
    assert (boxed.cell(row, "quantity"), boxed.cell(row, "unit")) == ("25", "pc")


def test_an_order_in_boxes_is_received_in_boxes(boxed: Bench) -> None:
    boxed.shop.value(
        "insert into erp.purchase_order_line (purchase_order_id, line_no, item_id, quantity, unit_price, uom)"
        " select id, 9, %s, 48, 90, 'box' from erp.purchase_order where number = %s returning id",
        boxed.shop.item(OIL), PURCHASE,
    )  # fmt: skip
    boxed.shop.value(
        "update erp.purchase_order_line set uom_factor = 12, entered_quantity = 4, entered_price = 1080"
        " where line_no = 9 returning id"
    )
    boxed.scan(PURCHASE, OIL)
    row = boxed.row_of(OIL)
    assert (boxed.cell(row, "expected"), boxed.cell(row, "quantity"), boxed.cell(row, "unit")) == (
        "48", "4", "box = 48 pc",
    )  # fmt: skip
    boxed.key(Qt.Key.Key_B, CTRL)  # all that was to come: shown in the other unit, not counted anew
    assert (boxed.cell(row, "quantity"), boxed.cell(row, "unit")) == ("48", "pc")
    boxed.type("3 box")
    boxed.key(Qt.Key.Key_F9)
    assert _last_move(boxed) == (36, 3, "box")


def test_a_draft_in_boxes_comes_back_in_boxes(make_bench: Callable[..., Bench], boxed: Bench) -> None:
    boxed.scan(ORDER, OIL)
    boxed.type("2 box")
    boxed.key(Qt.Key.Key_Escape)
    boxed.key(Qt.Key.Key_R, CTRL | SHIFT)
    assert boxed.cell(boxed.row_of(OIL), "unit") == "box = 24 pc"


# whose stock


def _known_here(bench: Bench) -> None:
    """The clerk's branch works with every party."""
    bench.shop.value(
        "insert into erp.party_unit (party_id, org_unit_id) select p.id, %s from erp.party p returning party_id",
        bench.shop.world.branch,
    )


@pytest.fixture
def owned(bench: Bench) -> Bench:
    """A supplier keeps 30 sensors with us, the order's customer two and another customer five."""
    shop = bench.shop
    other = shop.value(
        "insert into erp.party (company_id, code, name, name_zh, is_customer)"
        " values (%s, 'C-2', 'Delin Motors', '德林电机', true) returning id",
        shop.world.company,
    )
    mine = shop.value("select id from erp.party where code = 'C-1'")
    for party, quantity in ((shop.world.supplier, 30), (mine, 2), (other, 5)):
        shop.value(
            "select api.post_stock(gen_random_uuid(), jsonb_build_object('type', 'receipt', 'lines', jsonb_build_array("
            "jsonb_build_object('item_id', %s, 'to_location_id', %s, 'owner_id', %s, 'quantity', %s))))",
            shop.item("SNS-PT100-6"), shop.place("A-03-1-2"), party, quantity,
        )  # fmt: skip
    _known_here(bench)
    return bench


def test_whose_stock_is_shown_only_where_there_is_a_question(owned: Bench) -> None:
    owned.scan(ORDER, OIL)
    assert "owner" not in [column.key for column in owned.page.table.columns()]
    owned.key(Qt.Key.Key_O, CTRL)
    assert owned.feedback().headline == "All of it is ours"
    owned.scan("SNS-PT100-6")
    assert "owner" in [column.key for column in owned.page.table.columns()]
    assert owned.cell(owned.row_of("SNS-PT100-6"), "owner") == "Ours"


def test_ctrl_o_takes_the_customers_own_part_for_his_order(owned: Bench) -> None:
    owned.scan(ORDER, "SNS-PT100-6")
    row = owned.row_of("SNS-PT100-6")
    seen = []
    for _ in range(3):
        owned.key(Qt.Key.Key_O, CTRL)
        message = owned.page.table.rows()[row].message
        seen.append((owned.cell(row, "owner"), owned.cell(row, "bin"), message is not None))
    assert seen == [
        ("Consigned", "A-03-1-2", False),
        ("Customer's", "A-03-1-2", False),
        ("Customer's", "A-03-1-2", True),  # he did not give this order
    ]
    owned.key(Qt.Key.Key_F9)
    assert owned.told == [] and "his own orders" in owned.feedback().headline + owned.page.bar.reason() + str(
        owned.page.table.rows()[row].message
    )
    owned.type("C-1")  # his code does it too
    owned.key(Qt.Key.Key_F9)
    assert owned.texts()[0].startswith("ISS-")
    left = "select quantity from erp.stock_balance b join erp.party p on p.id = b.owner_id where p.code = 'C-1'"
    assert owned.shop.value(left) == 1
    assert owned.shop.on_hand("SNS-PT100-6") == 42 + 30 + 1 + 5 and owned.shop.whole()


def test_goods_of_a_supplier_are_received_as_his(bench: Bench) -> None:
    _known_here(bench)
    bench.key(Qt.Key.Key_1, CTRL)
    bench.type("SUP-1")
    assert bench.page.driver.draft.owner is not None and bench.page.driver.draft.owner.consigned
    bench.scan("SNS-PT100-6")
    bench.type("10")
    assert (bench.cell(0, "owner"), bench.cell(0, "amount")) == ("Consigned", "–")
    bench.key(Qt.Key.Key_F9)
    assert bench.texts()[0].startswith("RCV-")
    assert bench.shop.value("select sum(b.quantity) from erp.stock_balance b where b.owner_id is not null") == 10
    assert bench.page.driver.draft.owner is None
    bench.type("SUP-1")
    bench.key(Qt.Key.Key_O, CTRL)
    assert bench.page.driver.draft.owner is None and bench.feedback().headline == "These goods are ours"


def test_what_was_ordered_is_never_somebody_elses(bench: Bench) -> None:
    _known_here(bench)
    bench.scan(PURCHASE)
    bench.type("SUP-1")
    assert bench.feedback().headline == "What was bought is ours"
    assert bench.page.driver.draft.owner is None


# back to the supplier


def _received(bench: Bench) -> str:
    bench.scan(PURCHASE, "FLT-AIR-7502", "SEP-OIL-7520")
    bench.key(Qt.Key.Key_F9)
    return bench.texts()[0].split()[0]


def test_goods_go_back_to_the_supplier_with_a_reason(bench: Bench) -> None:
    number = _received(bench)
    bench.scan(number)
    driver, strip = bench.page.driver, bench.page.reason
    assert driver.draft.mode is Mode.SEND_BACK and bench.page.title() == f"Send back {number}"
    assert [bench.cell(n, "expected") for n in range(2)] == ["20", "4"]
    assert len(bench.page.table.rows()) == 2, "nothing invites to add what did not come with it"
    bench.scan("FLT-AIR-7502", "FLT-AIR-7502")
    bench.key(Qt.Key.Key_F9)
    assert strip.isVisible() and QApplication.focusWidget() is strip.editors["reason"]
    bench.qtbot.keyClick(strip.editors["reason"], Qt.Key.Key_Return)
    assert strip.message.text() == "Reason is required: fill it in." and driver.draft.reason == ""
    bench.by_hand(strip.editors["reason"], "seal torn")
    bench.qtbot.keyClick(strip.editors["reason"], Qt.Key.Key_Return)
    bench.settle()
    assert bench.texts()[-1].startswith("SRT-") and QApplication.focusWidget() is bench.page.scan.field
    made = "select {} from erp.stock_document where document_type = 'supplier_return'"
    assert bench.shop.value(made.format("reason")) == "seal torn"
    assert bench.shop.value(made.format("purchase_order_id is not null"))
    assert bench.shop.on_hand("FLT-AIR-7502") == 30 and bench.shop.whole()
    line = "select array[received, returned]::int[] from erp.purchase_order_line where item_id = %s"
    assert bench.shop.value(line, bench.shop.item("FLT-AIR-7502")) == [18, 2]


def test_escape_leaves_the_reason_and_keeps_the_lines(bench: Bench) -> None:
    bench.scan(_received(bench), "FLT-AIR-7502")
    bench.key(Qt.Key.Key_F9)
    bench.qtbot.keyClick(bench.page.reason.editors["reason"], Qt.Key.Key_Escape)
    assert not bench.page.reason.isVisible() and QApplication.focusWidget() is bench.page.scan.field
    assert bench.cell(0, "quantity") == "1" and len(bench.told) == 2


def test_the_whole_order_goes_back_and_no_more_than_came(bench: Bench) -> None:
    _received(bench)
    bench.key(Qt.Key.Key_6, CTRL)
    bench.scan(PURCHASE, "GSK-NBR-120")
    assert bench.feedback().headline == "Did not come with this"
    bench.key(Qt.Key.Key_Delete)
    bench.key(Qt.Key.Key_A, CTRL | SHIFT)
    assert [bench.cell(n, "quantity") for n in range(2)] == ["20", "4"]
    bench.type("21" if bench.page.driver.draft.current == 0 else "5")
    row = bench.page.driver.draft.current
    message = bench.page.table.rows()[row].message
    assert message is not None and "of that receipt are left" in message.text


def test_blocked_goods_are_offered_first_and_ctrl_g_changes_which(bench: Bench) -> None:
    number = _received(bench)
    bench.shop.value(
        "select api.change_condition(gen_random_uuid(), jsonb_build_object('to_condition', 'quarantine',"
        " 'reason', 'dented', 'lines', jsonb_build_array(jsonb_build_object('balance_id', b.id, 'quantity', 3))))"
        " from erp.stock_balance b where b.item_id = %s",
        bench.shop.item("FLT-AIR-7502"),
    )
    bench.scan(number, "FLT-AIR-7502")
    row = bench.row_of("FLT-AIR-7502")
    assert bench.cell(row, "condition") == "Quarantine"
    bench.key(Qt.Key.Key_G, CTRL)
    assert bench.cell(row, "condition") == "Good"  # none of it is bad
    bench.key(Qt.Key.Key_G, CTRL)
    bench.type("4")
    message = bench.page.table.rows()[row].message
    assert message is not None and "Only 3 free" in message.text
    bench.type("3")
    bench.key(Qt.Key.Key_F9)
    bench.by_hand(bench.page.reason.editors["reason"], "dented")
    bench.qtbot.keyClick(bench.page.reason.editors["reason"], Qt.Key.Key_Return)
    bench.settle()
    assert bench.texts()[-1].startswith("SRT-")
    assert bench.shop.on_hand("FLT-AIR-7502") == 29 and bench.shop.whole()


def test_what_has_all_come_is_complete_and_cannot_come_again(bench: Bench) -> None:
    _received(bench)
    bench.shop.value("update erp.purchase_order_line set received = quantity where item_id = %s returning id",
                     bench.shop.item("FLT-AIR-7502"))  # fmt: skip
    bench.scan(PURCHASE)
    here = [line.part.code for line in bench.page.driver.draft.lines].index("FLT-AIR-7502")
    listed = bench.page.order.findChild(PartsList)
    assert listed is not None and "FLT-AIR-7502 complete" in listed.accessibleName()
    bench.scan("FLT-AIR-7502")
    bench.type("5")
    message = bench.page.table.rows()[here].message
    assert message is not None and message.text.endswith("Nothing more is to come: take the line out.")


def test_the_empty_desk_says_what_its_lower_table_is_for(bench: Bench) -> None:
    assert not bench.page.panel.main.rows()
    assert bench.page.panel.main.empty() == ("", "Scan a part to see where it lies.")
