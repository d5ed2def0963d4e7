"""A count at the desk with a scanner and keys alone, and the review by a second person."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg2
import pypdfium2
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from db import users
from db.errors import UserError
from db.session import Database, connect
from desktop.desks.lists import list_page
from desktop.domain import counting
from desktop.domain.counting import Sheet
from desktop.domain.stock import Level
from desktop.lists.all_lists import list_for
from desktop.operations import stock, stock_counts
from desktop.runtime.bus import Bus
from desktop.runtime.context import Context, User
from desktop.runtime.settings import Settings
from desktop.runtime.work import Work
from desktop.views.shell.scan_router import ScanRouter
from desktop.views.stock import desk_papers
from desktop.views.stock.count_page import CountPage
from tests.rooms import show
from tests.stock_shop import ORDER, Shop

BINS = ("A-03-1-2", "A-03-1-4", "D-01-1-7")


@pytest.fixture
def store(shop: Shop) -> int:
    made = shop.value(
        "insert into erp.stock_location (company_id, org_unit_id, kind, code, name)"
        " values (%s, %s, 'store', 'ST-01', 'Central store') returning id",
        shop.world.company,
        shop.world.branch,
    )
    for code in BINS:
        shop.value("update erp.stock_location set parent_id = %s where code = %s returning id", made, code)
    return int(made)


@dataclass
class Desk:
    qtbot: QtBot
    page: CountPage
    context: Context

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: not self.context.work.running() and not self.page.sheet.sent, timeout=15000)

    def type(self, text: str) -> None:
        self.qtbot.keyClicks(self.page.scan.field, text)
        self.qtbot.keyClick(self.page.scan.field, Qt.Key.Key_Return)
        self.settle()

    def scan(self, *codes: str) -> None:
        for code in codes:
            assert self.page.handle_scan(code)
            self.settle()

    def key(self, key: Qt.Key) -> None:
        if not self.page.isActiveWindow():
            with self.qtbot.waitActive(self.page):
                self.page.activateWindow()
        self.qtbot.keyClick(self.page.scan.field, key)
        self.settle()

    def state(self) -> str:
        assert self.page.count is not None
        return self.page.count.state

    def level(self) -> Level:
        shown = self.page.scan.band.feedback()
        assert shown is not None
        return shown.level

    def counted(self) -> list[Decimal | None]:
        return [self.page.sheet.quantity(line) for line in self.page.sheet.lines]


@pytest.fixture
def make_desk(qtbot: QtBot, shop: Shop, tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    works: list[Work] = []

    def make(
        count_id: int | None = None,
        *,
        plan_id: int | None = None,
        database: Database | None = None,
        role: str = "clerk",
    ) -> Desk:
        work = Work(user_errors=(UserError,))
        works.append(work)
        context = Context(
            database=database or shop.clerk,
            work=work,
            bus=Bus(),
            user=User(role, "Zhou Min", "周敏", frozenset({role})),
            settings=Settings(tmp_path / f"settings{len(works)}.json"),
            open=lambda key, args: None,
            toast=lambda *args, **words: None,
        )
        page = CountPage(context, count_id, plan_id=plan_id)
        desk = Desk(qtbot, page, context)
        show(qtbot, page)
        page.refresh()
        desk.settle()
        page.scan.field.setFocus()
        return desk

    yield make
    for work in works:
        work.close()


@pytest.fixture
def manager(shop: Shop) -> Iterator[Database]:
    name = f"{shop.clone.name.replace('outpost_', '')[:20]}_boss"
    login = f"outpost_test_{name}"
    users.create_user(
        shop.clone.owner, user_name=name, password="boss", roles=["manager"], units=[shop.world.branch],
        display_name="Boss", login=login,
    )  # fmt: skip
    with connect(psycopg2.extensions.make_dsn(shop.clone.owner.dsn, user=login, password="boss")) as database:
        yield database


def test_a_store_is_counted_by_scanner_and_posted_with_f9(
    make_desk: Callable[..., Desk], shop: Shop, store: int
) -> None:
    desk = make_desk()
    desk.scan("ST-01")
    assert desk.state() == "counting"
    assert not any("expected" in row.cells for row in desk.page.table.rows())
    desk.scan("A-03-1-2", *["FLT-AIR-7502"] * 12, "A-03-1-4")
    desk.type("25")
    desk.key(Qt.Key.Key_F9)
    assert desk.level() is Level.BAD and desk.page.sheet.current == 2
    desk.type("41")
    assert desk.counted() == [12, 25, 41]
    desk.key(Qt.Key.Key_F9)
    assert desk.state() == "review"  # one of 42 is within the rule: 2.4 %, ¥ 78
    assert desk.page.table.rows()[2].cells["difference"].text == "−1"
    desk.key(Qt.Key.Key_F9)
    assert desk.state() == "posted"
    assert shop.on_hand("SNS-PT100-6") == 41
    assert shop.whole()
    desk.key(Qt.Key.Key_F9)
    assert shop.on_hand("SNS-PT100-6") == 41


def test_what_differs_much_comes_back_alone(make_desk: Callable[..., Desk], shop: Shop, store: int) -> None:
    desk = make_desk()
    desk.type("ST-01")
    for quantity in ("12", "25", "4"):
        desk.type(quantity)
    desk.key(Qt.Key.Key_F9)
    assert desk.state() == "recount"
    assert [line.item_code for line in desk.page.sheet.lines] == ["SNS-PT100-6"]
    assert desk.counted() == [None]
    desk.type("42")
    desk.key(Qt.Key.Key_F9)
    assert (desk.state(), len(desk.page.sheet.lines)) == ("review", 3)


def test_the_second_round_begins_at_its_first_line(make_desk: Callable[..., Desk], shop: Shop, store: int) -> None:
    desk = make_desk()
    desk.type("ST-01")
    for quantity in ("2", "5", "2"):
        desk.type(quantity)
    desk.key(Qt.Key.Key_F9)
    assert desk.state() == "recount" and len(desk.page.sheet.lines) > 1
    assert desk.page.sheet.current == 0
    first = desk.page.sheet.lines[0].item_code
    desk.type("3")
    assert [line.item_code for line in desk.page.sheet.lines if desk.page.sheet.quantity(line) is not None] == [first]


def test_a_manager_approves_what_is_dear(
    make_desk: Callable[..., Desk], shop: Shop, store: int, manager: Database
) -> None:
    desk = make_desk()
    desk.scan("ST-01")
    for quantity in ("2", "25", "42"):
        desk.type(quantity)
    desk.key(Qt.Key.Key_F9)
    desk.type("2")
    desk.key(Qt.Key.Key_F9)
    desk.key(Qt.Key.Key_F9)
    assert desk.state() == "review" and desk.level() is Level.BAD
    boss = make_desk(desk.page.count_id, database=manager, role="manager")
    boss.qtbot.mouseClick(boss.page.approve_button, Qt.MouseButton.LeftButton)
    reason = boss.page.approval.editors["reason"]
    boss.qtbot.keyClick(reason, Qt.Key.Key_Return)
    assert boss.page.approval.message.text()
    boss.qtbot.keyClicks(reason, "burst pipe")
    boss.qtbot.keyClick(reason, Qt.Key.Key_Return)
    boss.settle()
    desk.key(Qt.Key.Key_F5)
    desk.key(Qt.Key.Key_F9)
    assert desk.state() == "posted"
    assert shop.on_hand("FLT-AIR-7502") == 2


def test_codes_that_mean_nothing_here_change_nothing(make_desk: Callable[..., Desk], shop: Shop, store: int) -> None:
    desk = make_desk()
    desk.scan("NO-SUCH")
    assert desk.level() is Level.BAD and desk.page.count is None
    desk.scan("ST-01")
    for code in ("NO-SUCH", "B-02-4-1", "SEP-OIL-7520"):
        desk.scan(code)
        assert desk.level() is Level.BAD
    assert desk.counted() == [None, None, None]
    desk.scan("A-03-1-2", "SEP-OIL-7520")
    assert desk.level() is Level.EXTRA
    assert [line.item_code for line in desk.page.sheet.lines][-1] == "SEP-OIL-7520"


def test_nothing_entered_is_lost_when_the_server_refuses(
    make_desk: Callable[..., Desk], shop: Shop, store: int
) -> None:
    desk = make_desk()
    desk.scan("ST-01")
    desk.type("11.5")
    assert desk.page.table.rows()[0].cells["counted"].text == "11.5"
    assert desk.page.table.rows()[0].message is not None
    desk.qtbot.keyClick(desk.page.scan.field, Qt.Key.Key_Up)
    desk.page.sheet = counting.step(desk.page.sheet, -5)
    desk.type("12")
    assert desk.counted()[0] == 12 and not desk.page.sheet.unsaved
    kept = dict(desk.page.state())
    again = make_desk(kept["id"])
    assert again.counted()[0] == 12


def test_a_quantity_typed_behind_scans_is_for_the_last_one_however_slow_the_server_is(
    make_desk: Callable[..., Desk], shop: Shop, store: int
) -> None:
    desk = make_desk()
    desk.scan("ST-01")
    router = ScanRouter(lambda: desk.page, desk.context.work, lambda code: None, desk.page)
    desk.page.scan_ready.connect(router.drain)
    for code in ("A-03-1-2", "SEP-OIL-7520", "D-01-1-7"):  # the second one is not listed, so it is looked up
        router.take(code)
    desk.qtbot.keyClicks(desk.page.scan.field, "25")
    desk.qtbot.keyClick(desk.page.scan.field, Qt.Key.Key_Return)
    desk.settle()
    found = {(line.location, line.item_code): desk.page.sheet.quantity(line) for line in desk.page.sheet.lines}
    assert found[("A-03-1-2", "SEP-OIL-7520")] == 1
    assert [found[key] for key in found if key[0] == "D-01-1-7"] == [25]
    assert [found[key] for key in found if key[0] == "A-03-1-2" and key[1] != "SEP-OIL-7520"] == [None]


def test_a_plan_starts_its_count_and_the_lists_lead_there(
    make_desk: Callable[..., Desk], shop: Shop, store: int, qtbot: QtBot
) -> None:
    plan = shop.value(
        "insert into erp.count_plan (company_id, org_unit_id, name, location_id, every_days_c)"
        " values (%s, %s, 'Store', %s, 90) returning id",
        shop.world.company, shop.world.branch, store,
    )  # fmt: skip
    desk = make_desk(plan_id=plan)
    assert desk.state() == "counting" and len(desk.page.sheet.lines) == 3
    opened: list[tuple[str, Any]] = []
    context = desk.context
    object.__setattr__(context, "open", lambda key, args: opened.append((key, args)))
    plans = list_page(context, list_for("count_plans"))
    show(qtbot, plans, 1200, 600)
    plans.refresh()
    qtbot.waitUntil(lambda: plans.model.rowCount() == 1, timeout=10000)
    plans.grid.setFocus()
    plans.grid.set_cursor(0, 0)
    qtbot.waitUntil(lambda: plans.grid.current() is not None, timeout=10000)
    qtbot.keyClick(plans.grid, Qt.Key.Key_F9)
    assert opened == [("stock_count", {"values": {"plan_id": plan}})]


def test_the_draft_survives_a_closed_tab(make_desk: Callable[..., Desk], shop: Shop, store: int) -> None:
    """A quantity that had not reached the database when the tab closed is sent when it opens again."""
    made, _ = stock_counts.start(shop.clerk, location_id=store)
    line = stock_counts.load(shop.clerk, made).lines[0]
    desk = make_desk()
    desk.page.restore({"id": made, "waiting": {str(line.id): "9"}})
    desk.page.refresh()
    desk.settle()
    desk.qtbot.waitUntil(lambda: not desk.page.sheet.unsaved, timeout=10000)
    assert stock_counts.load(shop.clerk, made).lines[0].counted == 9
    assert isinstance(desk.page.sheet, Sheet)


def test_stock_that_moves_is_flagged_in_review(make_desk: Callable[..., Desk], shop: Shop, store: int) -> None:
    desk = make_desk()
    desk.scan("ST-01")
    order = shop.clone.id("work_order", ORDER)
    line = {"item_id": shop.item("SNS-PT100-6"), "from_location_id": shop.place("D-01-1-7"), "quantity": 2}
    stock.post(shop.clerk, uuid4(), {"type": "issue", "work_order_id": order, "lines": [line]})
    for quantity in ("12", "25", "40"):
        desk.type(quantity)
    desk.key(Qt.Key.Key_F9)
    assert desk.state() == "review"
    assert desk.page.table.rows()[2].cells["expected"].icon == "triangle-alert"
    assert desk.page.table.rows()[2].cells["difference"].text == "0"


def test_ctrl_p_prints_a_sheet_without_quantities(
    make_desk: Callable[..., Desk], shop: Shop, store: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Path] = []
    monkeypatch.setattr(desk_papers, "open_file", lambda url: shown.append(Path(url.toLocalFile())))
    desk = make_desk()
    desk.scan("ST-01")
    desk.qtbot.keyClick(desk.page.scan.field, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    desk.qtbot.waitUntil(lambda: bool(shown), timeout=10000)
    words = pypdfium2.PdfDocument(str(shown[0]))[0].get_textpage().get_text_range()
    assert "SNS-PT100-6" in words and "42" not in words.replace("2611", "")
