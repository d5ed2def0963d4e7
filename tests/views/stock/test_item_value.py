"""What an item is worth, on its card: layers or what made the average, and finance that revalues it by key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from db import users
from db.errors import UserError
from db.session import Database
from desktop.desks.lists import list_page
from desktop.lists.all_lists import list_for
from desktop.operations import stock_papers
from desktop.operations.lists import source_for
from desktop.runtime.bus import Bus
from desktop.runtime.context import Context, User
from desktop.runtime.settings import Settings
from desktop.runtime.work import Work
from desktop.views.shell.keys import keys_of
from desktop.views.stock.document_page import StockDocumentPage
from desktop.views.stock.item_page import ItemPage
from desktop.views.stock.value_part import ValuePart
from desktop.widgets.ask_strip import AskStrip
from desktop.widgets.form_page import FormPage
from desktop.widgets.list_page import ListPage
from desktop.widgets.theme import set_language
from tests.db.conftest import PASSWORD, PREFIX
from tests.operations.stock.test_tracking import charged
from tests.operations.stock.valued_item import Ledger, make_item
from tests.rooms import show
from tests.stock_shop import ORDER, Shop

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
D = Decimal


def ago(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


class Office:
    """A person of that job in the whole company, with what his pages tell him."""

    def __init__(self, qtbot: QtBot, shop: Shop, job: str, folder: Path) -> None:
        login = f"{PREFIX}_{job}_{shop.clone.name.rsplit('_', 1)[1]}"
        users.create_user(
            shop.clone.owner, user_name=login, login=login, password=PASSWORD, display_name=job, roles=[job],
            units=[shop.clone.id("org_unit", "ROOT")], company_id=shop.world.company,
        )  # fmt: skip
        self.qtbot, self.job = qtbot, job
        self.database = Database(shop.clone.dsn(login))
        self.work = Work(user_errors=(UserError,))
        self.told: list[tuple[str, str, str]] = []
        self.opened: list[tuple[str, Any]] = []
        self.context = Context(
            self.database, self.work, Bus(), User(login, job, "", frozenset({job})), Settings(folder / f"{job}.json"),
            lambda key, args: self.opened.append((key, args)),
            lambda severity, said, detail="", *, action=None: self.told.append((severity, said, detail)),
        )  # fmt: skip

    def close(self) -> None:
        self.work.close()
        self.database.close()

    def show(self, page: Any) -> Any:
        show(self.qtbot, page)
        page.refresh()
        if isinstance(page, FormPage):
            self.qtbot.waitUntil(lambda: page.record is not None, timeout=10_000)
        self.settle()
        return page

    def item(self, ledger: Ledger) -> ItemPage:
        """The card with its value in front, by key."""
        page: ItemPage = self.show(ItemPage(self.context, ledger.item))
        page.editors["name"].widget.setFocus()
        self.key(Qt.Key.Key_V, CTRL | SHIFT)
        return page

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: not self.work.running(), timeout=20_000)

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        target = QApplication.focusWidget()
        assert target is not None
        self.qtbot.keyClick(target, key, modifiers)
        self.settle()

    def type(self, text: str) -> None:
        target = QApplication.focusWidget()
        assert target is not None
        self.qtbot.keyClicks(target, text)


@pytest.fixture
def office(qtbot: QtBot, shop: Shop, tmp_path: Path) -> Iterator[Callable[[str], Office]]:
    made: list[Office] = []

    def make(job: str) -> Office:
        made.append(Office(qtbot, shop, job, tmp_path))
        return made[-1]

    yield make
    for each in made:
        each.close()


def part(page: ItemPage) -> ValuePart:
    found = page.card.bodies["value"]
    assert isinstance(found, ValuePart)
    return found


def column(page: ItemPage, at: int) -> list[str]:
    return [row.cells[at] for row in part(page).model_.rows]


def test_layers_stand_on_the_card_the_next_taken_first(shop: Shop, office: Callable[[str], Office]) -> None:
    ledger = make_item(shop, "fifo", "LAY-1")
    ledger.receive(4, 10, ago(30))
    ledger.receive(10, 12, ago(20))
    ledger.receive(5, 20, ago(10))
    ledger.issue(6, ago(5))
    finance = office("finance")
    page = finance.item(ledger)
    assert column(page, 4) == ["8", "5", "0"] and column(page, 3) == ["10", "5", "4"]
    assert column(page, 5) == ["12.0000", "20.0000", "–"] and column(page, 6) == ["96.00", "100.00", "–"]
    assert [each.value.full_text() for each in part(page).figures] == [
        "13", "¥ 15.0769", "¥ 196.00", "First in, first out",
    ]  # fmt: skip
    assert QApplication.focusWidget() is part(page).view
    finance.key(Qt.Key.Key_Down)
    asked: list[tuple[str, object]] = []
    page.open_requested.connect(lambda key, args: asked.append((key, args)))
    finance.key(Qt.Key.Key_Return)
    document = shop.value(
        "select m.document_id from erp.stock_layer l join erp.stock_move m on m.id = l.move_id"
        " where l.item_id = %s order by l.id desc limit 1", ledger.item,
    )  # fmt: skip
    assert asked == [("stock_document", document)]


def test_the_average_says_where_it_comes_from(shop: Shop, office: Callable[[str], Office]) -> None:
    ledger = make_item(shop, "average", "AVG-1")
    receipt = ledger.receive(10, 10)
    ledger.receive(10, 20)
    ledger.issue(5)
    ledger.difference(receipt, 30)
    steward = office("steward")
    page = steward.item(ledger)
    assert column(page, 2) == ["Invoice difference · invoice", "Receive", "Receive"]
    assert column(page, 4) == ["15", "20", "10"]
    assert column(page, 5) == ["+30.00", "+200.00", "+100.00"]
    assert column(page, 6) == ["17.0000", "15.0000", "10.0000"]
    quantity, value = ledger.stock
    assert part(page).figures[2].value.full_text() == f"¥ {value:,.2f}" and quantity == 15
    set_language("zh")
    page.retranslate()
    assert column(page, 2)[0] == "发票差异 · invoice" and part(page).title.full_text() == "金额：平均成本的由来"


def test_an_engineer_sees_no_value_on_the_card(shop: Shop, office: Callable[[str], Office]) -> None:
    ledger = make_item(shop, "average", "AVG-2")
    ledger.receive(10, 10)
    page = office("engineer").item(ledger)
    assert part(page).head.isHidden() and part(page).view.isHidden() and not page.revalue_action.isEnabled()
    assert part(page).refused.full_text() == "What an item is worth is told to those who may read costs."
    buyer = office("buyer").item(ledger)
    assert part(buyer).view.isVisible() and part(buyer).refused.isHidden() and part(buyer).button.isHidden()


def test_finance_revalues_an_item_by_key_and_sees_first_what_it_does(
    shop: Shop, office: Callable[[str], Office]
) -> None:
    ledger = make_item(shop, "fifo", "REV-1")
    ledger.receive(3, 10)
    ledger.receive(7, 20)
    finance = office("finance")
    page = finance.item(ledger)
    assert dict(keys_of("Item", page.page_actions()).keys)["Ctrl+R"] == "Revalue"
    page.card.go("card")
    page.editors["name"].widget.setFocus()
    finance.key(Qt.Key.Key_R, CTRL)
    panel = part(page).panel
    assert panel.isVisible() and QApplication.focusWidget() is panel.unit
    finance.type("9")
    finance.qtbot.waitUntil(lambda: panel.trial is not None, timeout=10_000)
    assert panel.effect.full_text() == ("Value in stock ¥ 170.00 → ¥ 90.00 (−80.00). To what was consumed: ¥ 0.00.")
    assert ledger.stock == (10, D("170.00")), "a look changes nothing"
    finance.key(Qt.Key.Key_Return)
    finance.key(Qt.Key.Key_Return)
    assert panel.isVisible() and panel.reason_field.message().startswith("Reason is missing")
    finance.type("sold for less")
    finance.key(Qt.Key.Key_Return)
    finance.qtbot.waitUntil(lambda: column(page, 5) == ["9.0000", "9.0000"], timeout=10_000)
    assert panel.isHidden() and finance.told[-1][:2] == ("success", "Value changed")
    assert ledger.stock == (10, D("90.00")) and shop.whole()
    assert QApplication.focusWidget() is part(page).view


def test_a_wrong_value_is_refused_at_its_field_and_esc_leaves(shop: Shop, office: Callable[[str], Office]) -> None:
    ledger = make_item(shop, "average", "REV-2")
    ledger.receive(10, 10)
    steward = office("steward")
    page = steward.item(ledger)
    page.card.go("card")
    page.editors["name"].widget.setFocus()
    steward.key(Qt.Key.Key_R, CTRL)
    panel = part(page).panel
    steward.type("10")
    steward.qtbot.waitUntil(panel.unit_field.is_wrong, timeout=10_000)
    steward.key(Qt.Key.Key_A, CTRL)
    steward.type("abc")
    steward.qtbot.waitUntil(lambda: "Not a number" in panel.unit_field.message(), timeout=10_000)
    steward.key(Qt.Key.Key_Escape)
    assert panel.isHidden() and ledger.stock == (10, D("100.00"))
    empty = make_item(shop, "average", "REV-3")
    other = steward.item(empty)
    steward.key(Qt.Key.Key_R, CTRL)
    assert steward.told[-1][1] == "Nothing to revalue" and part(other).panel.isHidden()


def test_the_strip_on_a_receipt_says_how_the_difference_splits(shop: Shop, office: Callable[[str], Office]) -> None:
    ledger = make_item(shop, "average", "REV-4")
    receipt = ledger.receive(10, 10)
    ledger.issue(4)
    document = shop.value("select document_id from erp.stock_move where id = %s", receipt)
    finance = office("finance")
    page = finance.show(StockDocumentPage(finance.context, document))
    finance.qtbot.keyClick(page.body, Qt.Key.Key_V, CTRL | SHIFT)
    assert QApplication.focusWidget() is page.strip.editors["amount"]
    finance.type("10")
    finance.qtbot.waitUntil(
        lambda: page.strip.effect.full_text() == "¥ +6.00 into stock, ¥ +4.00 to what was consumed", timeout=10_000
    )
    assert ledger.stock == (6, D("60.00"))
    finance.key(Qt.Key.Key_Return)
    finance.key(Qt.Key.Key_Return)
    assert page.strip.message.full_text().startswith("Reason is missing")
    finance.type("freight")
    finance.key(Qt.Key.Key_Return)
    assert finance.told[-1] == ("success", "Value changed", "¥ 6.00 into stock, ¥ 4.00 to what was consumed")
    assert ledger.stock == (6, D("66.00")) and ledger.cost == D("44.00")
    view = page.body.tables["moves"].view
    view.setFocus()
    finance.key(Qt.Key.Key_V, CTRL | SHIFT)
    assert QApplication.focusWidget() is page.strip.editors["amount"]
    finance.key(Qt.Key.Key_Escape)
    assert page.strip.isHidden() and QApplication.focusWidget() is view


def _list(finance: Office, key: str) -> ListPage:
    page: ListPage = finance.show(list_page(finance.context, list_for(key)))
    page.grid.setFocus()
    return page


def _go_to_first(finance: Office, page: ListPage) -> None:
    finance.qtbot.waitUntil(lambda: page.model.rowCount() > 0, timeout=10_000)
    page.grid.set_cursor(0, 0)
    finance.qtbot.waitUntil(lambda: page.grid.current() is not None, timeout=10_000)
    page.grid.setFocus()


def test_a_change_by_hand_is_taken_back_from_its_list(shop: Shop, office: Callable[[str], Office]) -> None:
    ledger = make_item(shop, "average", "REV-5")
    ledger.receive(10, 10)
    finance = office("finance")
    page = finance.item(ledger)
    page.card.go("card")
    page.editors["name"].widget.setFocus()
    finance.key(Qt.Key.Key_R, CTRL)
    finance.type("7")
    finance.key(Qt.Key.Key_Return)
    finance.type("dented")
    finance.key(Qt.Key.Key_Return)
    assert ledger.stock == (10, D("70.00"))
    listed = _list(finance, "stock_value_entries")
    _go_to_first(finance, listed)
    finance.qtbot.keyClick(listed.grid, Qt.Key.Key_F8)
    finance.type("not dented")
    finance.key(Qt.Key.Key_Return)
    finance.qtbot.waitUntil(lambda: ledger.stock == (10, D("100.00")), timeout=10_000)
    assert shop.whole()


@pytest.mark.parametrize("job", ["engineer", "desk", "planner"])
def test_who_reads_no_averages_finds_no_costs_anywhere(shop: Shop, office: Callable[[str], Office], job: str) -> None:
    ledger = make_item(shop, "average", "QUIET-1")
    receipt = ledger.receive(10, 10)
    ledger.issue(4)
    document = shop.value("select document_id from erp.stock_move where id = %s", receipt)
    reader = office(job)
    card = reader.show(ItemPage(reader.context, ledger.item))
    assert "standard_cost" not in card.editors and card.editors["code"].widget.text() == "QUIET-1"
    posted = reader.show(StockDocumentPage(reader.context, document))
    moves = [info.key for info in posted.body.tables["moves"].model_.columns]
    assert "quantity" in moves and not {"unit_cost", "amount"} & set(moves)
    assert posted.body.tables["moves"].values(), "the moves are there"
    for key, hidden in (("items", {"standard_cost"}), ("stock_moves", {"unit_cost", "amount"})):
        shown = {info.key for info in source_for(reader.database, list_for(key), "en").columns()}
        assert "quantity" in shown or "code" in shown
        assert not hidden & shown
    papers = stock_papers.store_of(reader.database)
    day = stock_papers.moves_of_day(reader.database, papers, papers.today())
    assert day and all(move.amount is None for move in day)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_a_repair_cost_is_taken_back_from_the_ledger_by_key(
    shop: Shop, office: Callable[[str], Office], language: str
) -> None:
    """F8 with a reason, once, however often Enter is pressed; a second F8 is told why not, in the reader's language."""
    charged(shop, work_order_id=shop.clone.id("work_order", ORDER))
    set_language(language)
    try:
        finance = office("finance")
        listed = _list(finance, "cost_entries")
        _go_to_first(finance, listed)
        finance.qtbot.keyClick(listed.grid, Qt.Key.Key_F8)
        strip = listed.findChild(AskStrip)
        assert strip is not None and strip.isVisible()
        finance.key(Qt.Key.Key_Return)
        assert strip.message.full_text(), "a reason is missing"
        finance.type("under warranty")
        field = QApplication.focusWidget()
        for _ in range(2):
            finance.qtbot.keyClick(field, Qt.Key.Key_Return)
        finance.settle()
        summed = "select sum(amount) from erp.cost_entry where source_table = 'lot_event'"
        finance.qtbot.waitUntil(lambda: shop.value(summed) == 0, timeout=10_000)
        assert shop.value("select count(*) from erp.cost_entry where source_table = 'lot_event'") == 2
        assert [told[1] for told in finance.told] == [
            {"en": "Taken back: ¥ −40.00", "zh": "已冲销：¥ −40.00"}[language]
        ]
        finance.qtbot.waitUntil(lambda: listed.model.rowCount() == 2 and not finance.work.running(), timeout=10_000)
        _go_to_first(finance, listed)
        finance.qtbot.keyClick(listed.grid, Qt.Key.Key_F8)
        finance.type("once more")
        finance.key(Qt.Key.Key_Return)
        refused = {"en": "counter-entry", "zh": "冲销"}[language]
        assert strip.isVisible() and refused in strip.message.full_text()
    finally:
        set_language("en")


def test_finance_closes_a_month_and_opens_it_again_with_a_reason(shop: Shop, office: Callable[[str], Office]) -> None:
    finance = office("finance")
    listed = _list(finance, "stock_periods")
    state = "select state from erp.stock_period"
    finance.qtbot.keyClick(listed.grid, Qt.Key.Key_F9)
    assert shop.value("select count(*) from erp.stock_period") == 0, "first a question"
    finance.key(Qt.Key.Key_Return)
    month = f"{datetime.now(UTC).replace(day=1) - timedelta(days=1):%Y-%m}"
    assert finance.told[-1][1] == f"{month} is closed: nothing is dated into it any more"
    assert shop.value(state) == "closed"
    finance.qtbot.keyClick(listed.grid, Qt.Key.Key_F9)
    finance.key(Qt.Key.Key_Return)
    strip = listed.findChild(AskStrip)
    assert strip is not None and strip.isVisible() and strip.message.full_text(), "it is closed already"
    finance.key(Qt.Key.Key_Escape)
    assert not strip.isVisible()
    _go_to_first(finance, listed)
    finance.qtbot.keyClick(listed.grid, Qt.Key.Key_O, CTRL | SHIFT)
    assert QApplication.focusWidget() is not None
    finance.key(Qt.Key.Key_Return)
    assert shop.value(state) == "closed", "without a reason it stays closed"
    finance.type("a delivery note was found")
    finance.key(Qt.Key.Key_Return)
    finance.qtbot.waitUntil(lambda: shop.value(state) == "open", timeout=10_000)
    assert shop.value("select reason from erp.stock_period") == "a delivery note was found"


def test_finance_of_a_branch_is_told_whose_value_it_is(shop: Shop, office: Callable[[str], Office]) -> None:
    ledger = make_item(shop, "average", "ALL-1")
    shop.value("update erp.item set org_unit_id = %s where id = %s returning id",
               shop.clone.id("org_unit", "ROOT"), ledger.item)  # fmt: skip
    ledger.receive(3, 10)
    finance = office("finance")
    shop.value("delete from erp.user_unit where user_id = (select id from erp.app_user where display_name = 'finance')"
               " returning user_id")  # fmt: skip
    shop.value("insert into erp.user_unit (user_id, org_unit_id) select id, %s from erp.app_user"
               " where display_name = 'finance' returning user_id", shop.world.branch)  # fmt: skip
    page = finance.item(ledger)
    finance.key(Qt.Key.Key_R, CTRL)
    panel = part(page).panel
    finance.type("9")
    finance.qtbot.waitUntil(panel.unit_field.is_wrong, timeout=10_000)
    assert panel.unit_field.message().startswith("ALL-1 is kept for ")
