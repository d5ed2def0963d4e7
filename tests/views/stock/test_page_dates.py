"""An earlier date beside the desk: conditions, transit, pick lists and disposals, by real keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from db.errors import UserError
from db.session import Database
from desktop.desks.records import RECORDS
from desktop.domain.entry import format_date
from desktop.operations import picking, stock, stock_planning
from desktop.runtime.bus import Bus
from desktop.runtime.context import Context, User
from desktop.runtime.settings import Settings
from desktop.runtime.work import Work
from desktop.views.stock.condition_page import ConditionPage
from desktop.views.stock.disposal_page import DisposalPage
from desktop.views.stock.page_date import PageDate
from desktop.views.stock.pick_page import PickPage
from desktop.widgets.page import Page
from desktop.widgets.theme import set_language
from tests.operations.stock.test_replenishment import person
from tests.operations.stock.test_reserving import needs, order
from tests.operations.stock.valued_item import Ledger, make_item
from tests.rooms import show
from tests.stock_shop import Shop
from tests.views.stock.test_tracking import _pick

__all__ = ["person"]
Key, CTRL = Qt.Key, Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier


def ago(days: int) -> date:
    return date.today() - timedelta(days=days)


def moment(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


@dataclass
class Seat:
    """One page, and the keys that go to whatever has the focus."""

    qtbot: QtBot
    page: Any
    told: list[tuple[str, ...]] = field(default_factory=list)

    @property
    def dating(self) -> PageDate:
        found: PageDate = self.page.dating
        return found

    def focus(self) -> QWidget:
        found = QApplication.focusWidget()
        assert found is not None
        return found

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(self.focus(), key, modifier)
        self.settle()

    def type(self, text: str) -> None:
        for letter in text:
            QTest.keyClick(self.focus(), letter, NONE, 45)

    def settle(self) -> None:
        work = self.page.context.work
        self.qtbot.waitUntil(lambda: not work.running(), timeout=15000)
        self.qtbot.wait(20)
        self.qtbot.waitUntil(lambda: not work.running(), timeout=15000)

    def date_it(self, typed: str) -> None:
        self.key(Key.Key_D, CTRL)
        assert self.focus() is self.dating.strip.day
        self.type(typed)
        self.key(Key.Key_Return)


Sit = Callable[..., Seat]


@pytest.fixture
def sit(qtbot: QtBot, shop: Shop, tmp_path: Path) -> Iterator[Sit]:
    works: list[Work] = []

    def make(build: Callable[[Context], Page], database: Database | None = None, *roles: str) -> Seat:
        works.append(Work(user_errors=(UserError,)))
        told: list[tuple[str, ...]] = []
        context = Context(
            database=database or shop.clerk, work=works[-1], bus=Bus(),
            user=User("clerk", "Zhou Min", "周敏", frozenset(roles or ("clerk",))),
            settings=Settings(tmp_path / "settings.json"), open=lambda key, args: None,
            toast=lambda *args, **words: told.append(args),
        )  # fmt: skip
        page = build(context)
        show(qtbot, page)
        page.refresh()
        seat = Seat(qtbot, page, told)
        seat.settle()
        page.zones()[0].setFocus()
        return seat

    yield make
    for work in works:
        work.close()


@pytest.fixture
def oil(shop: Shop) -> Ledger:
    """Ten at 10, ten at 20, and five of them issued at the average of 15."""
    made = make_item(shop, "average", "LATE-OIL-1")
    made.receive(10, 10, moment(20))
    made.receive(10, 20, moment(8))
    made.issue(5, moment(5))
    return made


def balance(shop: Shop, item: int, place: int) -> int:
    return int(shop.value("select id from erp.stock_balance where item_id = %s and location_id = %s", item, place))


def day_of_last(shop: Shop) -> tuple[str, str]:
    found = shop.value(
        "select jsonb_build_array(d.document_type, (d.effective_at at time zone c.time_zone)::date::text)"
        " from erp.stock_document d join erp.company c on c.id = d.company_id order by d.id desc limit 1"
    )
    return str(found[0]), str(found[1])


def test_stock_is_scrapped_on_an_earlier_day(sit: Sit, shop: Shop, oil: Ledger) -> None:
    seat = sit(lambda context: ConditionPage(context, [balance(shop, oil.item, oil.place)]))
    seat.key(Key.Key_3, CTRL)
    assert seat.page.choice.current() == "scrap"
    seat.page.table.model_.put(0, "quantity", Decimal(4))
    seat.type("leaked")
    seat.date_it("-10")
    assert seat.focus() is seat.page.reason and seat.page.reason.text() == "leaked"
    assert seat.dating.button.text() == format_date(ago(10))
    seat.key(Key.Key_F9)
    panel = seat.dating.panel
    assert panel.isVisible() and not seat.page.table.isVisible() and not seat.page.choice.isVisible()
    assert [each.value.full_text() for each in panel.figures] == ["¥ 40.00", "2", "¥ +6.25", "¥ −6.25"]
    assert seat.page.post_button.text() == "Post with this date"
    seat.key(Key.Key_1, CTRL)
    seat.key(Key.Key_Escape)
    assert not panel.isVisible() and seat.focus() is seat.page.reason and seat.page.choice.current() == "scrap"
    seat.key(Key.Key_F9)
    seat.key(Key.Key_F9)
    assert day_of_last(shop) == ("adjustment", ago(10).isoformat())
    assert oil.cost == Decimal("81.25") and shop.whole()
    assert seat.told[-1] == ("success", "Posted", f"Dated {format_date(ago(10))}")
    assert seat.dating.button.text() == "Today", "the next one is of today again"


def test_a_day_that_may_not_be_says_why_and_posts_nothing(sit: Sit, shop: Shop, oil: Ledger) -> None:
    month = (date.today().replace(day=1) - timedelta(days=1)).replace(day=1)
    shop.value("select api.close_stock_period(%s, %s)", shop.world.company, month)
    seat = sit(lambda context: ConditionPage(context, [balance(shop, oil.item, oil.place)]))
    before = day_of_last(shop)
    seat.key(Key.Key_3, CTRL)
    seat.type("leaked")
    seat.date_it(f"-{(date.today() - month).days}")
    seat.key(Key.Key_F9)
    assert seat.dating.panel.isVisible()
    assert seat.dating.panel.said() == [
        "Date", f"Stock of {month:%Y-%m} is closed. Choose a later date, or ask finance to open the month.",
    ]  # fmt: skip
    seat.key(Key.Key_F9)
    assert seat.dating.panel.isVisible() and day_of_last(shop) == before
    seat.key(Key.Key_Escape)
    set_language("zh")
    seat.page.retranslate()
    assert seat.dating.button.text() == month.isoformat() and seat.dating.action.text() == "单据日期"
    assert seat.page.table.model_.index(0, 8).data() == "个", "the unit too is in the reader's language"


def test_a_wrong_day_keeps_the_keys_and_esc_gives_them_back(sit: Sit, shop: Shop, oil: Ledger) -> None:
    seat = sit(lambda context: ConditionPage(context, [balance(shop, oil.item, oil.place)]))
    seat.date_it("+3")
    assert "not dated ahead" in seat.dating.strip.hint.full_text() and seat.focus() is seat.dating.strip.day
    seat.key(Key.Key_F9)
    assert seat.dating.strip.isVisible() and not seat.page.reason_field.is_wrong()
    seat.key(Key.Key_Escape)
    assert not seat.dating.strip.isVisible() and seat.focus() is seat.page.reason and seat.dating.day is None


def test_what_is_refused_is_said_in_whole_pieces(sit: Sit, shop: Shop) -> None:
    lies = balance(shop, shop.item("FLT-AIR-7502"), shop.place("A-03-1-2"))
    seat = sit(lambda context: ConditionPage(context, [lies]))
    seat.type("leaked")
    seat.key(Key.Key_F9)
    assert "Only 12 of FLT-AIR-7502" in seat.page.bar.reason()


def test_goods_in_transit_arrived_yesterday(sit: Sit, shop: Shop) -> None:
    shop.opened(9)
    item = shop.item("SNS-PT100-6")
    line = {"item_id": item, "from_location_id": shop.place("D-01-1-7"), "quantity": 4,
            "to_location_id": shop.place("TRANSIT-1")}  # fmt: skip
    stock.post(shop.clerk, uuid4(), {"type": "transfer", "effective_at": moment(3).isoformat(), "lines": [line]})
    since = {"item_id": item, "to_location_id": shop.place("D-01-1-7"), "quantity": 1}
    stock.post(shop.clerk, uuid4(), {"type": "receipt", "lines": [since]})
    lies = balance(shop, item, shop.place("TRANSIT-1"))
    seat = sit(lambda context: ConditionPage(context, [lies], transit=True))
    _pick(seat.qtbot, seat.page.place, "A-03-1-2")
    seat.date_it("-1")
    seat.key(Key.Key_F9)
    assert seat.dating.panel.isVisible() and "keep their cost" in seat.dating.panel.lead.full_text()
    seat.key(Key.Key_F9)
    assert day_of_last(shop) == ("transfer", ago(1).isoformat())
    assert shop.whole()


def test_what_was_fetched_yesterday_is_issued_with_its_date(sit: Sit, shop: Shop) -> None:
    shop.opened(9)
    first, second = order(shop, "WO-A", state="working"), order(shop, "WO-B")
    needs(shop, first, SNS_PT100_6=2)
    needs(shop, second, SNS_PT100_6=3)
    (made,), _ = picking.start(shop.clerk, (first, second))
    seat = sit(lambda context: PickPage(context, made))
    for typed in ("2", "3"):
        seat.type(typed)
        seat.key(Key.Key_Return)
    seat.date_it("-1")
    assert seat.focus() is seat.page.scan.field
    seat.key(Key.Key_F9)
    panel = seat.dating.panel
    assert panel.isVisible() and not seat.page.table.isVisible()
    assert panel.figures[0].value.full_text() == "¥ 390.00", "five sensors at 78, of both orders"
    assert seat.page.handle_scan("SNS-PT100-6") and seat.told[-1][1] == "F9 or Esc first"
    assert shop.on_hand("SNS-PT100-6") == 42
    seat.key(Key.Key_F9)
    assert shop.on_hand("SNS-PT100-6") == 37 and day_of_last(shop) == ("issue", ago(1).isoformat())
    assert shop.value("select count(*) from erp.stock_document where effective_at < now() - interval '5 hours'"
                      " and reason like 'PCK-%%'") == 2  # fmt: skip
    assert seat.page.found.state == "done" and not seat.dating.button.isVisible()
    assert shop.whole()


def test_scrap_is_approved_for_the_day_it_went(sit: Sit, shop: Shop, person: Callable[..., Database]) -> None:
    shop.opened(9)
    manager = person("manager")
    shop.value("select api.analyse_all_stock()")
    row = shop.value("select id from erp.item_plan where item_id = %s limit 1", shop.item("SEP-OIL-7710"))
    (proposal,), _ = stock_planning.propose_disposal(shop.clerk, [row], "superseded")
    seat = sit(lambda context: DisposalPage(context, proposal), manager, "manager")
    seat.date_it("-1")
    seat.key(Key.Key_F9)
    assert seat.focus() is seat.page.strip.editors["reason"]
    seat.type("mould")
    seat.key(Key.Key_Return)
    assert seat.dating.panel.isVisible() and not seat.page.strip.isVisible()
    seat.key(Key.Key_Escape)
    seat.key(Key.Key_F9)
    assert seat.page.strip.editors["reason"].text() == "mould", "what was said stays said"
    seat.key(Key.Key_Return)
    assert seat.dating.panel.isVisible() and shop.on_hand("SEP-OIL-7710") == 5
    assert seat.page.yes_button.text() == "Post with this date" and not seat.page.no_button.isEnabled()
    seat.key(Key.Key_F9)
    assert shop.on_hand("SEP-OIL-7710") == 0 and day_of_last(shop) == ("adjustment", ago(1).isoformat())
    assert shop.value("select state || ' ' || decision from erp.disposal") == "disposed mould" and shop.whole()


def test_an_earlier_day_is_part_of_the_request(shop: Shop) -> None:
    """The same key with another date is another posting, and is refused."""
    shop.opened(9)
    first = order(shop, "WO-A", state="working")
    needs(shop, first, SNS_PT100_6=2)
    (made,), _ = picking.start(shop.clerk, (first,))
    line = picking.load(shop.clerk, made).lines[0]
    picking.enter(shop.clerk, made, [picking.Taken(line.id, Decimal(2), None, None)])
    key = uuid4()
    posted, _ = picking.post(shop.clerk, key, made, ago(1))
    assert picking.post(shop.clerk, key, made, ago(1))[0] == posted
    with pytest.raises(UserError) as caught:
        picking.post(shop.clerk, key, made)
    assert caught.value.constraint == "request_same_payload"


def test_each_of_these_pages_has_a_date() -> None:
    keys = {entry.key for entry in RECORDS}
    assert {"stock_condition", "pick_list", "disposal"} <= keys
