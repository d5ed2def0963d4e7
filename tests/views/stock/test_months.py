"""A column of months is read, filtered, sorted and exported as months, in the list that the storekeeper opens."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import openpyxl
from PySide6.QtCore import Qt

from desktop.desks.lists import list_page
from desktop.exchange import csv_export, excel_export
from desktop.exchange.excel_export import Options
from desktop.lists.all_lists import list_for
from desktop.lists.query import ListQuery
from desktop.lists.spec import Sort
from desktop.operations.lists import source_for
from desktop.widgets.list_page import ListPage
from tests.views.stock.conftest import Bench

_DEMAND = (
    "insert into erp.item_demand (company_id, org_unit_id, item_id, month, quantity, amount, issues)"
    " values (%s, %s, %s, %s::date, 3, 12, 1) returning id"
)


def _consumed(bench: Bench, *months: str) -> None:
    for month in months:
        bench.shop.value(_DEMAND, bench.shop.world.company, bench.shop.world.branch,
                         bench.shop.item("FLT-AIR-7502"), f"{month}-01")  # fmt: skip


def _months(page: ListPage) -> list[str]:
    keys = [info.key for info in page.model.infos]
    lines = range(page.model.rowCount()) if "month" in keys else ()
    texts = [page.model.index(line, keys.index("month")).data() for line in lines]
    return [text for text in texts if text]


def _type_filter(bench: Bench, page: ListPage, typed: str) -> None:
    """As slowly as a person: a burst with Enter would be a scan."""
    page.grid.filters.edit("month")
    field = page.grid.filters.field
    assert field is not None
    bench.qtbot.keyClick(field, Qt.Key.Key_Delete)
    bench.by_hand(field, typed)
    bench.qtbot.keyClick(field, Qt.Key.Key_Return)


def test_the_filter_row_takes_months_and_a_year(bench: Bench) -> None:
    _consumed(bench, "2025-12", "2026-02", "2026-10")
    page = list_page(bench.context, list_for("consumption"))
    bench.qtbot.addWidget(page)
    page.resize(1294, 680)
    with bench.qtbot.waitActive(page):
        page.show()
        page.activateWindow()
    page.refresh()
    bench.qtbot.waitUntil(lambda: set(_months(page)) >= {"2025-12", "2026-02", "2026-10"}, timeout=10000)
    for typed, wanted, again in (
        ("2026-02", {"2026-02"}, "= 2026-02"),
        (">2026-02", {"2026-10"}, "> 2026-02"),
        ("2026", {"2026-02", "2026-10"}, "2026-01..2026-12"),
        ("2025-12..2026-02", {"2025-12", "2026-02"}, "2025-12..2026-02"),
    ):
        _type_filter(bench, page, typed)
        bench.qtbot.waitUntil(lambda wanted=wanted: set(_months(page)) == wanted, timeout=10000)
        assert page.grid.filters.text("month") == again
    _type_filter(bench, page, "2026-13")
    assert "2026-13 is no month" in page.grid.filters.wrong()


def test_months_leave_as_months_in_their_order(bench: Bench, tmp_path: Path) -> None:
    _consumed(bench, "2026-10", "2025-12", "2026-02")
    source = source_for(bench.shop.clerk, list_for("consumption"), "en")
    query = ListQuery(("month", "quantity"), sort=(Sort("month"),))
    csv_export.write_csv(source, query, tmp_path / "months.csv")
    lines = list(csv.reader((tmp_path / "months.csv").read_text(encoding="utf-8-sig").splitlines()))
    wanted = ["2025-12", "2026-02", "2026-10"]
    assert [line[0] for line in lines if line[0] in wanted] == wanted
    excel_export.write_excel(source, query, tmp_path / "months.xlsx", options=Options(subtotals=False, control=False))
    cells = [row[0] for row in next(iter(openpyxl.load_workbook(tmp_path / "months.xlsx"))).iter_rows()]
    typed = {cell.value: cell.number_format for cell in cells if isinstance(cell.value, datetime)}
    assert typed[datetime(2026, 2, 1)] == "yyyy-mm", "a date that a pivot table sorts, shown as a month"
