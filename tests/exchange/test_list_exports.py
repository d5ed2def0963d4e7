"""Exports read back: typed cells, live sums that agree with the database, scope, harmless texts, whole or absent."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import text

from db.errors import UserError
from db.session import Database
from desktop.domain.conditions import Test
from desktop.domain.progress import Cancelled, Progress
from desktop.exchange import csv_export, excel_export, json_export
from desktop.exchange.excel_export import Options
from desktop.lists.all_lists import list_for
from desktop.lists.query import ListQuery
from desktop.lists.spec import Sort
from desktop.operations.exporting import ExportRefused
from desktop.operations.lists import SqlListSource, source_for
from desktop.reports.list_pdf import write_pdf
from tests.lists_world import ListsWorld

QUERY = ListQuery(("code", "name", "state", "warranty_until", "purchase_cost", "age_years", "updated_at"),
                  sort=(Sort("code"),))  # fmt: skip
DANGEROUS = ("=1+1", "+1", "-1", "@sum", "\tx", "＝1", "＋1", "－1", "＠x", "=cmd|' /C calc'!A0")


@pytest.fixture
def manager(lists_world: ListsWorld) -> Iterator[Database]:
    with lists_world.database("manager") as database:
        yield database


@pytest.fixture
def assets(manager: Database) -> SqlListSource:
    return source_for(manager, list_for("assets"), "en")


@pytest.fixture
def notes(lists_world: ListsWorld) -> Iterator[list[int]]:
    """Puts dangerous texts into notes for the time of a test."""
    with lists_world.database() as owner:
        with owner.write() as session:
            for row_id, note in enumerate(DANGEROUS, start=1):
                session.execute(text("update erp.asset set note = :note where id = :id"), {"note": note, "id": row_id})
        yield list(range(1, len(DANGEROUS) + 1))
        with owner.write() as session:
            session.execute(text("update erp.asset set note = null"))


def sheet(path: Path, name: str = "Assets") -> list[tuple[Any, ...]]:
    return list(openpyxl.load_workbook(path)[name].iter_rows(values_only=True))


def test_cells_keep_their_types_and_the_header_stays(assets: SqlListSource, tmp_path: Path) -> None:
    path = tmp_path / "assets.xlsx"
    assert excel_export.write_excel(assets, QUERY, path) == 30
    book = openpyxl.load_workbook(path)
    page = book["Assets"]
    rows = list(page.iter_rows(values_only=True))
    assert rows[0][0] == "Asset no." and rows[0][4] == "Purchase cost (¥)"
    shown = assets.rows(QUERY, group=(), start=0, limit=100)
    assert [row[0] for row in rows[1:31]] == [row.cells[0] for row in shown]
    first = rows[1]
    assert isinstance(first[3], datetime) and first[3].date() == shown[0].cells[3]
    assert first[4] == 1000.25 and first[5] == 1
    assert isinstance(first[6], datetime)
    assert first[2] == "Down"
    assert page.freeze_panes == "C2"
    assert page.auto_filter.ref == "A1:G31"
    assert page["E2"].number_format == "#,##0.00" and page["D2"].number_format == "yyyy-mm-dd"


def test_sums_live_and_agree_with_the_database(assets: SqlListSource, tmp_path: Path) -> None:
    path = tmp_path / "grouped.xlsx"
    query = QUERY.but(group_by=("maker", "criticality"))
    excel_export.write_excel(assets, query, path)
    formulas = openpyxl.load_workbook(path)["Assets"]
    values = openpyxl.load_workbook(path, data_only=True)["Assets"]
    heads = assets.groups(query)
    assert formulas.max_row == 1 + 30 + len(heads) + 1
    total = formulas.cell(formulas.max_row, 5).value
    assert total == f"=SUBTOTAL(9,E2:E{formulas.max_row - 1})"
    assert values.cell(values.max_row, 5).value == float(assets.totals(query)["purchase_cost"])  # type: ignore[arg-type]
    # What Excel would compute from the cells: details only, as SUBTOTAL skips other subtotals.
    labels = [formulas.cell(row, 1).value for row in range(2, formulas.max_row)]
    details = [row + 2 for row, label in enumerate(labels) if str(label).startswith("A-")]
    assert len(details) == 30
    assert sum(values.cell(row, 5).value or 0 for row in details) == pytest.approx(values.cell(values.max_row, 5).value)
    for row in range(2, formulas.max_row):
        formula = str(formulas.cell(row, 5).value or "")
        if formula.startswith("=SUBTOTAL(9,"):
            first, last = (int(part[1:]) for part in formula[12:-1].split(":"))
            inside = [line for line in details if first <= line <= last]
            assert sum(values.cell(line, 5).value or 0 for line in inside) == pytest.approx(values.cell(row, 5).value)


def test_the_control_sheet_says_who_what_and_when(assets: SqlListSource, tmp_path: Path) -> None:
    path = tmp_path / "control.xlsx"
    query = QUERY.but(condition=Test("state", "in", ("down", "standby")), group_by=("maker",))
    excel_export.write_excel(assets, query, path)
    about = {row[0]: row[1] for row in sheet(path, "About")}
    assert about["Exported by"] == "Manager"
    assert about["Units in scope"] == "Hengtuo"
    assert about["Filter"] == "State is one of Down, Standby"
    assert about["Grouped by"] == "Maker"
    assert about["Rows"] == "20"
    assert date.today().isoformat()[:4] in about["Time"]
    control = next(row for row in sheet(path, "About") if row[0] == "Purchase cost (¥)")
    assert control[1] == float(assets.totals(query)["purchase_cost"])  # type: ignore[arg-type]
    assert control[2].startswith("='Assets'!E") and control[3].startswith("=ROUND(")


def test_no_text_becomes_a_formula(assets: SqlListSource, notes: list[int], tmp_path: Path) -> None:
    query = ListQuery(("code", "note"), sort=(Sort("code"),))
    path = tmp_path / "notes.xlsx"
    excel_export.write_excel(assets, query, path)
    page = openpyxl.load_workbook(path)["Assets"]
    assert [page.cell(row + 2, 2).data_type for row in range(len(notes))] == ["s"] * len(notes)
    assert tuple(page.cell(row + 2, 2).value for row in range(len(notes))) == DANGEROUS
    out = io.BytesIO()
    csv_export.copy_csv(assets, query, out)
    lines = list(csv.reader(io.StringIO(out.getvalue().decode())))
    assert [line[1] for line in lines[1 : len(notes) + 1]] == [f"'{note}" for note in DANGEROUS]


def test_a_text_too_long_for_excel_is_refused_and_nothing_remains(
    assets: SqlListSource, notes: list[int], lists_world: ListsWorld, tmp_path: Path
) -> None:
    with lists_world.database() as owner, owner.write() as session:
        session.execute(text("update erp.asset set note = repeat('长', 40000) where id = 4"))
    path = tmp_path / "long.xlsx"
    with pytest.raises(ExportRefused, match="40000"):
        excel_export.write_excel(assets, ListQuery(("code", "note")), path)
    assert list(tmp_path.iterdir()) == []


def test_a_cancelled_export_leaves_nothing(assets: SqlListSource, tmp_path: Path) -> None:
    path = tmp_path / "assets.xlsx"
    path.write_text("yesterday's")
    progress = Progress()
    progress.cancel()
    for write in (excel_export.write_excel, json_export.write_json):
        with pytest.raises(Cancelled):
            write(assets, QUERY, path, progress=progress)
    assert [file.read_text() for file in tmp_path.iterdir()] == ["yesterday's"]


def test_more_rows_than_a_sheet_holds_go_on_the_next(
    assets: SqlListSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(excel_export, "LAST_ROW", 12)
    path = tmp_path / "many.xlsx"
    excel_export.write_excel(assets, QUERY, path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Assets", "Assets (2)", "Assets (3)", "About"]
    codes = [row[0] for name in book.sheetnames[:3] for row in book[name].iter_rows(min_row=2, values_only=True)]
    assert [code for code in codes if str(code).startswith("A-")] == [f"A-{n:03}" for n in range(1, 31)]


def test_ids_come_along_hidden_when_asked_for(assets: SqlListSource, tmp_path: Path) -> None:
    path = tmp_path / "ids.xlsx"
    excel_export.write_excel(assets, QUERY, path, options=Options(ids=True, control=False))
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Assets"]
    assert [row[-1] for row in book["Assets"].iter_rows(min_row=2, max_row=4, values_only=True)] == [1, 2, 3]
    assert book["Assets"].column_dimensions["H"].hidden


def test_csv_speaks_the_readers_language_and_marks_itself_as_utf8(manager: Database, tmp_path: Path) -> None:
    chinese = source_for(manager, list_for("assets"), "zh")
    path = tmp_path / "设备.csv"
    assert csv_export.write_csv(chinese, QUERY, path) == 30
    raw = path.read_bytes()
    assert raw.startswith(csv_export.BOM)
    lines = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert lines[0][:3] == ["设备编号", "设备名称", "状态"] or lines[0][0] == "设备编号"
    shown = chinese.rows(QUERY, group=(), start=0, limit=3)
    assert [line[1] for line in lines[1:4]] == [row.cells[1] for row in shown]
    assert lines[1][4] == "1000.25"
    assert len(lines) == 31


def test_json_is_for_programs(assets: SqlListSource) -> None:
    out = io.StringIO()
    assert json_export.dump_json(assets, QUERY, out, limit=2) == 2
    found = json.loads(out.getvalue())
    assert found["total"] == 30 and len(found["rows"]) == 2
    assert found["rows"][0]["code"] == "A-001" and found["rows"][0]["purchase_cost"] == 1000.25


def test_an_empty_list_is_exported_too(assets: SqlListSource, tmp_path: Path) -> None:
    nothing = QUERY.but(condition=Test("code", "=", ("no such",)))
    assert excel_export.write_excel(assets, nothing, tmp_path / "a.xlsx") == 0
    assert csv_export.write_csv(assets, nothing, tmp_path / "a.csv") == 0
    assert json_export.write_json(assets, nothing, tmp_path / "a.json") == 0
    assert len(sheet(tmp_path / "a.xlsx")) == 1


def test_an_export_shows_no_more_than_the_reader_may_see(lists_world: ListsWorld, tmp_path: Path) -> None:
    with lists_world.database("planner") as planner:
        source = source_for(planner, list_for("assets"), "en")
        for write, name in ((excel_export.write_excel, "a.xlsx"), (csv_export.write_csv, "a.csv")):
            assert write(source, QUERY, tmp_path / name) == 20


def exports_noted(world: ListsWorld, login: str) -> list[tuple[Any, ...]]:
    with world.database() as owner, owner.read() as session:
        rows = session.execute(
            text(
                "select e.table_name, s ->> 'subject', s ->> 'format', (s ->> 'rows')::int, s ->> 'filter',"
                " s ->> 'search' from audit.entry e cross join lateral audit.shown(e.id, e.changes) s"
                " join erp.app_user u on u.id = e.user_id and u.login = :login"
                " where e.action = 'E' and e.table_name in ('export', 'print') order by e.id"
            ),
            {"login": login},
        )
        return [tuple(row) for row in rows]


def test_each_export_leaves_one_note_of_who_what_and_how_much(
    lists_world: ListsWorld, manager: Database, assets: SqlListSource, tmp_path: Path
) -> None:
    before = len(exports_noted(lists_world, manager.user.login))
    filtered = QUERY.but(condition=Test("code", "=", ("A-001",)))
    excel_export.write_excel(assets, QUERY, tmp_path / "a.xlsx")
    csv_export.write_csv(assets, filtered, tmp_path / "a.csv")
    json_export.write_json(assets, QUERY, tmp_path / "a.json", limit=7)
    write_pdf(assets, QUERY.but(search="compressor"), tmp_path / "a.pdf")
    noted = exports_noted(lists_world, manager.user.login)[before:]
    assert [row[:3] for row in noted] == [
        ("export", "assets", "xlsx"),
        ("export", "assets", "csv"),
        ("export", "assets", "json"),
        ("print", "assets", "pdf"),
    ]
    assert noted[0][3:] == (30, None, None)
    assert "A-001" in noted[1][4]
    assert noted[2][3] == 7
    assert noted[3][5] == "compressor"


def test_nothing_leaves_that_could_not_be_noted(lists_world: ListsWorld, assets: SqlListSource, tmp_path: Path) -> None:
    _ = assets.columns()
    group = f"{lists_world.name}_role_user"
    function = "api.note_export(text, text, bigint, jsonb)"
    with lists_world.database() as owner:
        with owner.write() as session:
            session.execute(text(f"revoke execute on function {function} from {group}"))
        try:
            with pytest.raises(UserError):
                csv_export.write_csv(assets, QUERY, tmp_path / "a.csv")
        finally:
            with owner.write() as session:
                session.execute(text(f"grant execute on function {function} to {group}"))
    assert list(tmp_path.iterdir()) == []
