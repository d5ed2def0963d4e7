"""A day of the warehouse clerk, by scanner and keyboard alone: every row of her table of keys, in one story."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from desktop.domain.stock import Level, Mode
from desktop.tour.hand import ALT, CTRL, saving_as
from desktop.tour.reading import excel_cells, pdf_text
from desktop.tour.visit import Papers
from desktop.views.platform.import_page import ImportPage
from desktop.views.stock.count_page import CountPage
from desktop.views.stock.part_page import PartPage
from tests.scenarios.desk import Desk
from tests.scenarios.town import SECRET, Town
from tests.scenarios.visitor import Visitor
from tests.scenarios.wire import Wire
from tests.stock_shop import ORDER, PURCHASE

Key = Qt.Key


@pytest.mark.timeout(900)  # half a minute on a quiet machine
def test_the_clerks_day(visitor: Visitor, town: Town, papers: Papers, wire: Wire, tmp_path: Path) -> None:
    prepare(town)
    visitor.log_in(town.user("clerk"), SECRET)
    posted = {"receipt": receive(visitor, town, papers)}
    look_at_arrivals(visitor, town)
    posted["issue"] = issue(visitor, town)
    posted["counter"] = hand_out(visitor, town)
    posted["return"] = take_back(visitor, town, posted["issue"])
    move(visitor, town)
    have_we_got_it(visitor, town)
    race_for_the_last(visitor, town)
    posted["offline"] = work_on_without_a_wire(visitor, town, wire)
    number = count(visitor, town)
    paste_opening_balances(visitor, town, tmp_path)
    ask_for_what_is_short(visitor, town)
    hand_over(visitor, papers, posted.values())
    assert town.reconciled() == []
    for document in posted.values():
        assert town.actor("stock_document", document) == "Zhou Min"
    assert town.shop.value("select approver.display_name from erp.stock_count c join erp.app_user approver"
                           " on approver.id = c.approved_by where c.number = %s", number) == "Fang Wei"  # fmt: skip
    assert town.actors("stock_count") == {"Zhou Min", "Fang Wei"}
    assert town.actors("requisition") == {"Zhou Min"}


def prepare(town: Town) -> None:
    town.store("ST-01", "A-03-1-2", "A-03-1-4", "D-01-1-7")
    town.inspected("SEP-OIL-7520")
    for code in ("FLT-AIR-7502", "CLN-DEG-05", "OIL-SCR-46-20"):
        town.reorder(code, 500, 600)


def receive(visitor: Visitor, town: Town, papers: Papers) -> str:
    """The lorry: an order, its parts, a lot with its date, and what has to be looked at first; then the labels."""
    desk, shop = Desk(visitor), town.shop
    desk.scan(PURCHASE)
    assert desk.page.driver.draft.mode is Mode.RECEIVE
    desk.scan("FLT-AIR-7502", "GSK-NBR-120", "L2611-77")
    desk.enter("2028-03-31")
    desk.enter("150")
    desk.scan("SEP-OIL-7520")
    received = [desk.cell(code, "quantity") for code in ("FLT-AIR-7502", "GSK-NBR-120", "SEP-OIL-7520")]
    assert received == ["20", "150", "4"]
    visitor.picture("clerk-1-receive")
    number = desk.post()
    assert (shop.on_hand("FLT-AIR-7502"), shop.on_hand("GSK-NBR-120"), shop.on_hand("SEP-OIL-7520")) == (32, 190, 3)
    visitor.picture("clerk-2-received")
    papers.expect("labels.pdf")
    desk.press(Key.Key_L, CTRL)
    labels = pdf_text(visitor.wait("the labels", lambda: papers.kept))
    assert "L2611-77" in labels and "2028-03-31" in labels and "FLT-AIR-7502" in labels
    return number


def look_at_arrivals(visitor: Visitor, town: Town) -> None:
    """What the item's rule has put aside is inspected and good: F9 in the list."""
    visitor.list("inspections", rows=1)
    visitor.picture("clerk-3-inspection")
    visitor.press(Key.Key_F9)
    visitor.wait("the release", lambda: town.shop.on_hand("SEP-OIL-7520") == 7)


def issue(visitor: Visitor, town: Town) -> str:
    """To the work order: its reserved lines with their lots; a wrong part is red until F7 puts the right one."""
    visitor.go("stock_desk")
    desk, shop = Desk(visitor), town.shop
    desk.scan(ORDER)
    assert len(desk.page.driver.draft.lines) == 8
    assert desk.cell("GSK-NBR-120", "lot") == "L2610-02"
    desk.scan("FLT-AIR-7502", "FLT-OIL-7511", "FLT-OIL-7511", "75MP-20418", "GSK-NBR-120")
    desk.enter("4")
    desk.scan("SEP-OIL-7710")
    assert desk.level() is Level.BAD
    assert desk.page.table.rows()[desk.row("SEP-OIL-7710")].cells["quantity"].frame == "rejected"
    visitor.picture("clerk-4-wrong-part")
    desk.press(Key.Key_F9)
    assert desk.page.driver.last_posted is not None and desk.page.driver.last_posted.number.startswith("RCV-")
    desk.press(Key.Key_F7)
    assert desk.cell("SEP-OIL-7520", "quantity") == "1"
    visitor.picture("clerk-5-issue")
    number = desk.post()
    assert [shop.on_hand(code) for code in ("FLT-AIR-7502", "FLT-OIL-7511", "VLV-MPV-75", "SEP-OIL-7520")] == [
        31, 23, 0, 6,
    ]  # fmt: skip
    return number


def hand_out(visitor: Visitor, town: Town) -> str:
    """Over the counter by badge; too many are undone at once, and the right number follows."""
    desk, shop = Desk(visitor), town.shop
    badge = str(shop.value("select badge from erp.engineer"))
    for quantity in ("12", "10"):
        desk.scan(badge, "SNS-PT100-6")
        assert desk.page.driver.draft.mode is Mode.COUNTER
        desk.enter(quantity)
        number = desk.post()
        assert shop.on_hand("SNS-PT100-6") == 42 - int(quantity)
        if quantity == "12":
            visitor.press(Key.Key_Z, CTRL)
            visitor.wait("the counter-entry", lambda: shop.on_hand("SNS-PT100-6") == 42)
            desk.ready()
    return number


def take_back(visitor: Visitor, town: Town, issued: str) -> str:
    """The issue is opened, F8 brings all of it back: one piece of two, one broken, one to be looked at."""
    desk, shop = Desk(visitor), town.shop
    desk.scan(issued)
    assert desk.page.driver.draft.mode is Mode.RETURN
    desk.press(Key.Key_F8)
    for code, quantity in (("FLT-OIL-7511", "1"), ("GSK-NBR-120", "0"), ("SEP-OIL-7520", "0")):
        desk.go_to(code)
        desk.enter(quantity)
    desk.go_to("VLV-MPV-75")
    desk.press(Key.Key_G, CTRL)
    desk.go_to("FLT-AIR-7502")
    desk.press(Key.Key_G, CTRL)
    desk.press(Key.Key_G, CTRL)
    visitor.picture("clerk-6-return")
    number = desk.post()
    assert (
        shop.value(
            "select string_agg(i.code || ' ' || m.quantity::int || ' ' || m.to_condition, ', ' order by i.code)"
            " from erp.stock_move m join erp.item i on i.id = m.item_id"
            " join erp.stock_document d on d.id = m.document_id and d.number = %s",
            number,
        )
        == "FLT-AIR-7502 1 quarantine, FLT-OIL-7511 1 good, VLV-MPV-75 1 bad"
    )
    return number


def move(visitor: Visitor, town: Town) -> None:
    """From a bin that is found by a part of its path, three pieces, to another bin, whose scan posts."""
    desk, shop = Desk(visitor), town.shop
    desk.press(Key.Key_5, CTRL)
    visitor.type("d-01")
    visitor.wait("bins", desk.page.ahead.offered)
    visitor.picture("clerk-7-type-ahead")
    visitor.press(Key.Key_Down)
    visitor.press(Key.Key_Return)
    desk.ready()
    assert desk.page.driver.draft.from_place is not None and desk.page.driver.draft.from_place[1] == "D-01-1-7"
    desk.scan("SNS-PT100-6", "SNS-PT100-6", "SNS-PT100-6")
    visitor.picture("clerk-8-transfer")
    desk.scan("A-03-1-4")
    visitor.wait("the transfer", lambda: lies(town, "SNS-PT100-6", "A-03-1-4") == 3)
    desk.ready()
    assert shop.on_hand("SNS-PT100-6") == 32


def have_we_got_it(visitor: Visitor, town: Town) -> None:
    """Ctrl+K and a fragment: everything about the part on one page, and back to the desk."""
    found = visitor.look_up("SEP-OIL-752")
    assert found[0].code == "SEP-OIL-7520"
    visitor.press(Key.Key_Return)
    page = visitor.page(PartPage)
    overview = visitor.wait("the part", page.panel.overview)
    visitor.focused_in(page)
    assert (overview.on_hand, overview.available, overview.on_order) == (6, 6, 0)
    assert [part.code for part in overview.substitutes] == ["SEP-OIL-7710"]
    visitor.picture("clerk-9-have-we-got-it")
    visitor.press(Key.Key_W, CTRL)
    visitor.go("stock_desk")
    Desk(visitor)


def race_for_the_last(visitor: Visitor, town: Town) -> None:
    """A colleague posts the last five at the same moment: her F9 waits for him, is refused, and nothing is lost."""
    desk, shop = Desk(visitor), town.shop
    desk.scan(str(shop.value("select badge from erp.engineer")), "SEP-OIL-7710")
    desk.enter("5")
    line = {"item_id": shop.item("SEP-OIL-7710"), "from_location_id": shop.place("A-03-2-4"), "quantity": 5}
    document = {"type": "counter_issue", "engineer_id": shop.world.engineer, "lines": [line]}
    with town.open("second").raw() as raw, raw.cursor() as cursor:
        cursor.execute("begin")
        cursor.execute("select api.post_stock(gen_random_uuid(), %s)", (json.dumps(document),))
        visitor.press(Key.Key_F9)
        waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = %s"
        visitor.wait("her posting to wait for his", lambda: shop.value(waiting, shop.clone.name))
        cursor.execute("commit")
    desk.ready()
    assert (desk.level(), desk.cell("SEP-OIL-7710", "quantity")) == (Level.BAD, "5")
    visitor.wait("the red line", lambda: desk.page.table.rows()[desk.row("SEP-OIL-7710")].message)
    visitor.picture("clerk-10-too-late")
    desk.press(Key.Key_Delete, CTRL)
    desk.scan("BLT-XPB-2500")
    desk.post()
    assert (shop.on_hand("SEP-OIL-7710"), shop.on_hand("BLT-XPB-2500")) == (0, 15)


def work_on_without_a_wire(visitor: Visitor, town: Town, wire: Wire) -> str:
    """The line goes dead after the order was opened: scans and F9 wait on the disk and are worked off afterwards."""
    desk, shop = Desk(visitor), town.shop
    driver, before = desk.page.driver, desk.page.driver.last_posted
    desk.scan(ORDER)
    wire.pull()
    visitor.scan("OIL-SCR-46-20", "OIL-SCR-46-20", "OIL-SCR-46-20", "CLN-DEG-05")
    visitor.press(Key.Key_F9)
    visitor.wait("the warning", lambda: driver.offline and desk.page.banner.isVisible())
    assert driver.queued() == 4 and shop.on_hand("OIL-SCR-46-20") == 17
    visitor.picture("clerk-11-offline")
    wire.plug()
    visitor.wait("the posting", lambda: driver.last_posted is not None and driver.last_posted is not before)
    desk.ready()
    assert not desk.page.banner.isVisible()
    assert (shop.on_hand("OIL-SCR-46-20"), shop.on_hand("CLN-DEG-05")) == (14, 8)
    assert driver.last_posted is not None
    return driver.last_posted.number


def count(visitor: Visitor, town: Town) -> str:
    """A blind count: quantity and arrow for each line; what differs much comes back alone; the manager approves."""
    shop = town.shop
    visitor.list("stock_counts", rows=0)
    visitor.press(Key.Key_N, CTRL)
    page = visitor.page(CountPage)
    visitor.focused_in(page.scan.field)
    visitor.scan("ST-01")
    visitor.wait("the sheet", lambda: page.count is not None and page.sheet.lines)
    assert not any("expected" in row.cells for row in page.table.rows())
    parts = [(line.item_code, line.location, line.condition) for line in page.sheet.lines]
    pieces = {key: lies(town, *key) for key in parts}
    dear = ("FLT-AIR-7502", "A-03-1-2", "good")
    pieces[dear] -= 8
    for key in parts:
        visitor.type(str(pieces[key]))
        visitor.press(Key.Key_Down)
    visitor.wait("everything kept", lambda: not page.sheet.unsaved)
    assert [page.sheet.quantity(line) for line in page.sheet.lines] == [pieces[key] for key in parts]
    visitor.picture("clerk-12-count")
    visitor.press(Key.Key_F9)
    visitor.wait("the second round", lambda: page.count is not None and page.count.state == "recount")
    assert [line.item_code for line in page.sheet.lines] == ["FLT-AIR-7502"]
    visitor.focused_in(page.scan.field)
    visitor.enter(str(pieces[dear]))
    visitor.press(Key.Key_F9)
    visitor.wait("the differences", lambda: page.count is not None and page.count.state == "review")
    visitor.picture("clerk-13-count-review")
    visitor.press(Key.Key_F9)
    visitor.calm()
    assert page.count is not None and page.count.state == "review" and page.count.needs_approval
    number = page.count.number
    visitor.log_out()

    visitor.log_in(town.user("manager"), SECRET)
    visitor.list("stock_counts", rows=1)
    visitor.press(Key.Key_Return)
    judged = visitor.page(CountPage)
    visitor.wait("the count", lambda: judged.count is not None)
    visitor.press(Key.Key_F9)
    visitor.focused_in(judged.approval)
    visitor.picture("manager-1-approval")
    visitor.enter("eight were lent to branch 2")
    visitor.wait("the approval", lambda: judged.count is not None and judged.count.approved_by)
    visitor.log_out()

    visitor.log_in(town.user("clerk"), SECRET)
    again = visitor.page(CountPage)
    visitor.wait("the approval", lambda: again.count is not None and again.count.approved_by)
    visitor.press(Key.Key_F9)
    visitor.wait("the differences in the books", lambda: shop.on_hand("FLT-AIR-7502") == pieces[dear])
    visitor.picture("clerk-14-count-posted")
    return number


def paste_opening_balances(visitor: Visitor, town: Town, folder: Path) -> None:
    """Rows of a sheet: the good ones are written, the bad ones go back as a sheet with the reasons."""
    visitor.go("stock_desk")
    Desk(visitor)
    visitor.copied(
        "物料编码\t库位\t数量\t单价",
        "PART-001\tA-01\t2\t132",
        "NO-SUCH\tD-01-1-7\t5\t1",
        "PART-002\tA-02\t3\t94.5",
        "SNS-PT100-6\tD-01-1-7\tmany\t78",
    )
    visitor.press(Key.Key_V, CTRL)
    page = visitor.page(ImportPage)
    visitor.wait("the preview", lambda: page.checked is not None and not page.busy())
    assert page.checked is not None
    assert [row.verdict for row in page.checked.plan.rows] == ["new", "rejected", "new", "rejected"]
    visitor.focused_in(page.view.table)
    visitor.picture("clerk-15-opening-balances")
    rejected = folder / "rejected.xlsx"
    with saving_as(visitor.window, rejected):
        visitor.press(Key.Key_E, CTRL)
    visitor.wait("the sheet", lambda: not page.busy())
    assert [row[0] for row in excel_cells(rejected)][1:] == ["NO-SUCH", "SNS-PT100-6"]
    visitor.press(Key.Key_F9)
    visitor.wait("the rows", lambda: page.written and not page.busy())
    assert (lies(town, "PART-001", "A-01"), lies(town, "PART-002", "A-02")) == (2, 3)
    visitor.picture("clerk-16-opening-written")


def ask_for_what_is_short(visitor: Visitor, town: Town) -> None:
    """Alt+3, Ctrl+A, F9: a requisition for each supplier."""
    town.shop.value("select api.replenish()")
    visitor.list("shortages", rows=3)
    visitor.press(Key.Key_3, ALT)
    visitor.press(Key.Key_A, CTRL)
    visitor.picture("clerk-17-shortages")
    visitor.press(Key.Key_F9)
    visitor.wait("requisitions", lambda: town.shop.value("select count(*) from erp.requisition"))
    visitor.told("REQ-")
    visitor.picture("clerk-18-requested")
    assert town.shop.value("select count(*) from erp.requisition_line where reorder_rule_id is not null") == 3


def hand_over(visitor: Visitor, papers: Papers, documents: Iterable[str]) -> None:
    visitor.go("stock_desk")
    desk = Desk(visitor)
    papers.expect("hand-over.pdf")
    desk.press(Key.Key_P, CTRL)
    words = pdf_text(visitor.wait("the hand-over", lambda: papers.kept))
    assert [number for number in documents if number not in words] == []
    visitor.picture("clerk-19-hand-over")


def lies(town: Town, item: str, place: str, condition: str = "good") -> int:
    return int(
        town.shop.value(
            "select coalesce(sum(b.quantity), 0) from erp.stock_balance b where b.item_id = %s and b.location_id = %s"
            " and b.condition = %s",
            town.shop.item(item), town.shop.place(place), condition,
        )
    )  # fmt: skip
