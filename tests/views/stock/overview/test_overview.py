"""The warehouse at a glance: its figures against the tables, its keys, and whose stock it shows."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sqlalchemy import text

from db.session import Database
from desktop.domain.conditions import from_json
from desktop.lists.all_lists import list_for
from desktop.lists.query import ListQuery
from desktop.operations import stock_overview
from desktop.operations.lists import source_for
from desktop.views.stock.overview_page import LEADS, StockOverviewPage
from tests.form_fixtures import Room, one
from tests.rooms import show

RoomOf = Callable[[str], Room]
Person = Callable[[str], Database]


def shown(qtbot: QtBot, page: StockOverviewPage) -> StockOverviewPage:
    show(qtbot, page)
    page.refresh()
    qtbot.waitUntil(lambda: page._shown is not None, timeout=20_000)
    return page


def test_the_figures_are_those_of_the_tables(person: Person, owner: Database) -> None:
    manager = person("manager")
    found = stock_overview.overview(manager)
    assert found.value == sum(found.ages.values()) > 0
    assert found.value == one(manager, "select sum(stock_value) from erp.item_plan")
    assert found.short == one(manager, "select count(*) from erp.reorder_status where shortage > 0")
    assert len(found.warehouses) > 1
    within = "org_unit_id in (select descendant_id from erp.org_unit_closure where ancestor_id = :unit)"
    last = "month = (select max(month) from erp.stock_turnover)"
    for warehouse in found.warehouses:
        part, unit = stock_overview.overview(manager, warehouse.id), warehouse.id
        assert part.value == one(manager, f"select sum(stock_value) from erp.item_plan where {within}", unit=unit)
        turns = "select round(sum(consumed_12) / nullif(sum(average_12), 0), 2) from erp.stock_turnover"
        assert part.turns == one(manager, f"{turns} where {last} and {within}", unit=unit)
    assert found.turns_target == Decimal(4) and found.accuracy_target == Decimal("0.98")
    with owner.read() as session:
        lines = session.execute(
            text("select l.counted_quantity = l.expected_quantity from erp.stock_count_line l join erp.stock_count s"
                 " on s.id = l.count_id where s.state = 'posted' and l.counted_quantity is not null")
        ).scalars().all()  # fmt: skip
    assert lines and found.accuracy == Decimal(sum(lines)) / len(lines)


def test_the_touchless_rate_is_that_of_the_list_and_not_everybody_s(
    qtbot: QtBot, person: Person, room_of: RoomOf
) -> None:
    room = room_of("manager")
    manager = room.context.database
    page = shown(qtbot, StockOverviewPage(room.context))
    found = page._shown
    assert found is not None and found.touchless is not None and found.touchless.rate is not None
    asked: list[tuple[str, object]] = []
    page.open_requested.connect(lambda key, args: asked.append((key, args)))
    figure = page.figures[-1]
    figure.setFocus()
    qtbot.keyClick(figure, Qt.Key.Key_Return)
    months = rows_of(manager, *asked[-1], "invoices", "invoices_touchless")  # type: ignore[arg-type]
    assert found.touchless.invoices == sum(row[0] for row in months) > 0  # type: ignore[misc]
    assert found.touchless.touchless == sum(row[1] for row in months)  # type: ignore[misc]
    total = 0
    for warehouse in (each for each in found.warehouses if each.code.endswith("-WH")):
        part = stock_overview.overview(manager, warehouse.id).touchless
        total += part.invoices if part is not None else 0
    assert total == found.touchless.invoices, "each invoice is of one warehouse"
    assert stock_overview.overview(person("clerk")).touchless is None
    clerk = shown(qtbot, StockOverviewPage(room_of("clerk").context))
    assert clerk.figures[-1].isHidden() and clerk.figures[-1] not in clerk.zones()


def test_a_branch_shows_its_own_stock(person: Person) -> None:
    everywhere, branch = stock_overview.overview(person("manager")), stock_overview.overview(person("clerk"))
    assert 0 < branch.value < everywhere.value
    foreign = {each.id for each in everywhere.warehouses} - {each.id for each in branch.warehouses}
    assert foreign
    other = stock_overview.overview(person("clerk"), foreign.pop())
    assert (other.value, other.short, other.orders.number, other.months) == (0, 0, 0, ())


def test_each_figure_leads_to_its_list_by_keys(qtbot: QtBot, room_of: RoomOf) -> None:
    page = shown(qtbot, StockOverviewPage(room_of("manager").context))
    asked: list[str] = []
    page.open_requested.connect(lambda key, _args: asked.append(key))
    page.figures[0].setFocus()
    for figure in page.figures:
        assert QApplication.focusWidget() is figure
        qtbot.keyClick(figure, Qt.Key.Key_Return)
        qtbot.keyClick(figure, Qt.Key.Key_Tab)
    assert tuple(asked) == LEADS
    qtbot.mouseClick(page.figures[2], Qt.MouseButton.LeftButton)
    assert asked[-1] == "shortages"


def rows_of(database: Database, key: str, args: object, *columns: str) -> list[tuple[object, ...]]:
    """What the list shows that a figure or a chart opened."""
    spec = list_for(key)
    condition = from_json(args["condition"]) if isinstance(args, dict) else None
    query = ListQuery(columns, condition, sort=spec.sort)
    found = source_for(database, spec, "en").rows(query, group=(), start=0, limit=5000)
    return [row.cells for row in found]


def test_what_a_figure_or_a_bar_opens_adds_up_to_it(qtbot: QtBot, room_of: RoomOf) -> None:
    room = room_of("manager")
    page = shown(qtbot, StockOverviewPage(room.context))
    found = page._shown
    assert found is not None
    asked: dict[str, object] = {}
    page.open_requested.connect(lambda key, args: asked.update({key: args}))
    manager = room.context.database
    for figure in page.figures:
        figure.setFocus()
        qtbot.keyClick(figure, Qt.Key.Key_Return)
    assert len(rows_of(manager, "shortages", asked["shortages"], "item")) == found.short
    idle = [row[0] for row in rows_of(manager, "stock_ageing", asked["stock_ageing"], "stock_value")]
    assert sum(idle, Decimal(0)) == found.slow + found.obsolete  # type: ignore[arg-type]
    page.age_bars.setFocus()
    bucket = page.age_bars.at()
    qtbot.keyClick(page.age_bars, Qt.Key.Key_Left)
    assert page.age_bars.at() == bucket - 1
    qtbot.keyClick(page.age_bars, Qt.Key.Key_Return)
    old = [row[0] for row in rows_of(manager, "stock_ageing", asked["stock_ageing"], "stock_value")]
    value = sum((amount for (at, _), amount in found.ages.items() if at == bucket - 1), Decimal(0))
    assert sum(old, Decimal(0)) == value  # type: ignore[arg-type]
    page.value_bars.setFocus()
    qtbot.keyClick(page.value_bars, Qt.Key.Key_Return)
    closing = [row[0] for row in rows_of(manager, "stock_turnover", asked["stock_turnover"], "closing")]
    assert sum(closing, Decimal(0)) == found.months[-1].closing > 0  # type: ignore[arg-type]
    page.accuracy_line.setFocus()
    qtbot.keyClick(page.accuracy_line, Qt.Key.Key_Return)
    assert rows_of(manager, "stock_counts", asked["stock_counts"], "number")
    page.turns_line.setFocus()
    qtbot.keyClick(page.turns_line, Qt.Key.Key_Return)
    assert "turnover" in asked


def test_tab_walks_on_into_the_charts(qtbot: QtBot, room_of: RoomOf) -> None:
    page = shown(qtbot, StockOverviewPage(room_of("manager").context))
    page.figures[-1].setFocus()
    qtbot.keyClick(page.figures[-1], Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is page.value_bars


def test_one_warehouse_is_chosen_by_keys(qtbot: QtBot, room_of: RoomOf) -> None:
    page = shown(qtbot, StockOverviewPage(room_of("manager").context))
    whole = page.figures[0].value.text()
    qtbot.keyClick(page, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    popup = page.unit.view()
    qtbot.waitUntil(popup.isVisible, timeout=5_000)
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.figures[0].value.text() != whole, timeout=10_000)
    assert page.state() == {"unit": page.unit.currentData()}
    again = shown(qtbot, StockOverviewPage(page.context, page.state()))
    assert again.figures[0].value.text() == page.figures[0].value.text()
    assert again.unit.currentText() == page.unit.currentText()
