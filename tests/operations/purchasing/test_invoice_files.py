"""Supplier invoices from files: several in one, each whole or not at all, the same paper never twice."""

from __future__ import annotations

import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from db.errors import OutpostError, UserError
from desktop.domain.text import in_language
from desktop.exchange.files import FileProblem
from desktop.exchange.importing import Outcome, import_file
from desktop.operations import supplier_invoices
from desktop.operations.importing.invoices import number_key, total_of
from tests.invoice_people import Buying
from tests.stock_shop import PURCHASE

HEAD = "供应商,发票号码,开票日期,采购订单号,物料编码,数量,单价,金额,税率,价税合计\n"
INTO = "supplier_invoices"


def _line(number: str, part: str, quantity: object, price: object, net: object, gross: object = "") -> str:
    return f"SUP-1,{number},2026-11-20,{PURCHASE},{part},{quantity},{price},{net},13%,{gross}\n"


TWO = (
    _line("25110001", "FLT-AIR-7502", 20, 180, 3600, 7412.8)
    + _line("25110001", "SEP-OIL-7520", 4, 740, 2960, 7412.8)
    + _line("25110002", "GSK-NBR-120", 100, 6.5, 650, 734.5)
)


def _file(folder: Path, rows: str, encoding: str = "gbk", head: str = HEAD) -> Path:
    path = folder / "invoices.csv"
    path.write_bytes((head + rows).encode(encoding))
    return path


def _received(buying: Buying) -> None:
    buying.receive("FLT-AIR-7502", 20)
    buying.receive("SEP-OIL-7520", 4)
    buying.receive("GSK-NBR-120", 100)


def _verdicts(outcome: Outcome) -> list[str]:
    return [row.verdict for row in outcome.plan.rows]


def _reasons(outcome: Outcome) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.field, fault.fault.cause()) for fault in outcome.plan.faults()]


def _entered(buying: Buying) -> list[list[object]]:
    return (
        buying.value(
            "select json_agg(json_build_array(i.invoice_number, i.gross, i.state, (select count(*) from"
            " erp.supplier_invoice_line l where l.invoice_id = i.id)) order by i.id) from erp.supplier_invoice i"
        )
        or []
    )


def test_several_invoices_of_one_file_go_in_matched(buying: Buying, tmp_path: Path) -> None:
    _received(buying)
    path = _file(tmp_path, TWO)
    assert _verdicts(import_file(buying.buyer, path, INTO, dry_run=True)) == ["new"] * 3
    assert _entered(buying) == []
    done = import_file(buying.buyer, path, INTO)
    assert done.written
    assert _entered(buying) == [["25110001", 7412.8, "matched", 2], ["25110002", 734.5, "matched", 1]]
    buying.check()


def test_the_same_file_again_names_the_doubles_and_enters_nothing(buying: Buying, tmp_path: Path) -> None:
    _received(buying)
    path = _file(tmp_path, TWO)
    import_file(buying.finance, path, INTO)
    before = _entered(buying)
    numbers = buying.value("select array_agg(number order by id) from erp.supplier_invoice")
    again = import_file(buying.buyer, path, INTO, valid_only=True, reject_file=tmp_path / "rejected.xlsx")
    assert _verdicts(again) == ["rejected"] * 3
    assert _reasons(again)[0] == (2, "invoice_number", f"This invoice was entered already as {numbers[0]}.")
    assert _entered(buying) == before
    page = openpyxl.load_workbook(tmp_path / "rejected.xlsx").active
    assert page.max_row == 4 and numbers[1] in str(page.cell(4, page.max_column).value)
    with in_language("zh"):
        assert _reasons(again)[0][2] == f"此发票已录入，入账号 {numbers[0]}。"


def test_the_same_number_in_another_spelling_is_the_same_paper(buying: Buying, tmp_path: Path) -> None:
    _received(buying)
    import_file(buying.buyer, _file(tmp_path, _line("25110001", "FLT-AIR-7502", 10, 180, 1800)), INTO)
    spellings = "２５１１０００１", "2511-0001", " 2511 0001 ", "2511\u30000001", "2511\u200b0001", "2511\u20110001"
    for spelled in spellings:
        again = _file(tmp_path, _line(spelled, "FLT-AIR-7502", 10, 180, 1800), "utf-8")
        assert _verdicts(import_file(buying.buyer, again, INTO, valid_only=True)) == ["rejected"], spelled
        paper = buying.paper(("FLT-AIR-7502", 10, "180"), number=spelled)
        with pytest.raises(UserError) as caught:
            supplier_invoices.enter(buying.buyer, paper)
        assert caught.value.constraint == "supplier_invoice_once", spelled
    assert len(_entered(buying)) == 1


def test_number_keys_agree_with_the_database(buying: Buying) -> None:
    for number in ("ＡＢ－１２", "ab 1/2.3_4", "①2-3", "Ｆp\u200b1", "F–1", "\u00ad9", "ﬁ1"):
        kept = buying.value("select erp.invoice_number_key(%s)", number)
        assert number_key(number) == kept, number


def test_an_invoice_goes_in_whole_or_not_at_all(buying: Buying, tmp_path: Path) -> None:
    _received(buying)
    rows = TWO.replace("SEP-OIL-7520,4", "SEP-OIL-752O,4")
    done = import_file(buying.buyer, _file(tmp_path, rows), INTO, valid_only=True)
    assert _verdicts(done) == ["rejected", "rejected", "new"]
    assert [reason[0] for reason in _reasons(done)] == [2, 3]
    assert "Row 3 of this invoice" in _reasons(done)[0][2]
    assert [one[0] for one in _entered(buying)] == ["25110002"]


def test_what_the_database_refuses_is_named_at_its_line(buying: Buying, tmp_path: Path) -> None:
    _received(buying)
    rows = (
        _line("1", "FLT-AIR-7502", 20, 180, 3600)
        + _line("1", "BRG-6204", 1, 10, 10)
        + _line("2", "FLT-AIR-7502", 1, 180, 180, 999)
        + _line("3", "FLT-AIR-7502", 2, 180, 999)
    )
    done = import_file(buying.buyer, _file(tmp_path, rows), INTO, valid_only=True)
    assert _verdicts(done) == ["rejected"] * 4 and _entered(buying) == []
    said = {row: (field, why) for row, field, why in _reasons(done)}
    assert said[3][0] == "item_id" or said[3][0] == "order"
    assert said[4][0] == "gross" and "999" in said[4][1]
    assert said[5][0] == "net"


def test_heads_that_contradict_each_other_are_named(buying: Buying, tmp_path: Path) -> None:
    _received(buying)
    later = _line("1", "SEP-OIL-7520", 4, 740, 2960).replace("11-20", "11-21")
    rows = _line("1", "FLT-AIR-7502", 20, 180, 3600) + later
    done = import_file(buying.buyer, _file(tmp_path, rows), INTO, valid_only=True)
    assert _verdicts(done) == ["rejected", "rejected"]
    assert (3, "invoice_date", "Row 2 of the same invoice says 2026-11-20 here.") in _reasons(done)


def test_the_total_stands_once_on_each_line_or_for_each_line(buying: Buying, tmp_path: Path) -> None:
    _received(buying)
    for grosses in (("7412.8", "7412.8"), ("4068", "3344.8"), ("7412.8", ""), ("", "")):
        filters = _line("1", "FLT-AIR-7502", 20, 180, 3600, grosses[0])
        path = _file(tmp_path, filters + _line("1", "SEP-OIL-7520", 4, 740, 2960, grosses[1]))
        plan = import_file(buying.buyer, path, INTO, dry_run=True).plan
        assert [row.verdict for row in plan.rows] == ["new", "new"]
        assert total_of(plan.rows) == Decimal("7412.8"), grosses


def test_amounts_that_are_none_are_refused(buying: Buying, tmp_path: Path) -> None:
    _received(buying)
    prices = ("NaN", "Infinity", "-180", "1e400", "=1+1", "9" * 30, "18O")
    rows = "".join(_line(f"N{n}", "FLT-AIR-7502", 20, price, "") for n, price in enumerate(prices))
    rows += _line("good", "SEP-OIL-7520", 4, 740, 2960)
    done = import_file(buying.buyer, _file(tmp_path, rows), INTO, valid_only=True)
    assert _verdicts(done) == ["rejected"] * len(prices) + ["new"]
    assert {reason[1] for reason in _reasons(done)} <= {"unit_price", "net", "gross"}
    assert [one[0] for one in _entered(buying)] == ["good"]


def test_an_unknown_supplier_is_not_guessed(buying: Buying, tmp_path: Path) -> None:
    _received(buying)
    rows = _line("1", "FLT-AIR-7502", 1, 180, 180).replace("SUP-1", "SUP-9")
    done = import_file(buying.buyer, _file(tmp_path, rows), INTO, valid_only=True)
    assert _reasons(done)[0][1] == "supplier_id" and _entered(buying) == []


def test_hostile_files_end_in_a_message(buying: Buying, tmp_path: Path) -> None:
    bomb, broken, huge, wide = (tmp_path / name for name in ("bomb.xlsx", "broken.xlsx", "huge.csv", "wide.csv"))
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    broken.write_bytes(b"PK\x03\x04" + b"\x00" * 200)
    huge.write_text(HEAD + _line("9" * 200_000, "FLT-AIR-7502", 1, 1, 1), encoding="utf-8")
    wide.write_text(HEAD + "," * 600 + "x\n", encoding="utf-8")
    for path in (bomb, broken, huge, wide):
        with pytest.raises(FileProblem):
            import_file(buying.buyer, path, INTO)
    assert _entered(buying) == []


def test_a_cell_that_is_too_long_is_refused_at_its_place(buying: Buying, tmp_path: Path) -> None:
    _received(buying)
    rows = _line("7" * 5000, "FLT-AIR-7502", 1, 180, 180)
    done = import_file(buying.buyer, _file(tmp_path, rows), INTO, valid_only=True)
    assert _verdicts(done) == ["rejected"] and _reasons(done)[0][1] == "invoice_number"


def test_who_may_not_enter_invoices_is_refused(buying: Buying, tmp_path: Path) -> None:
    _received(buying)
    with pytest.raises(OutpostError):
        import_file(buying.shop.clerk, _file(tmp_path, TWO), INTO)
    assert _entered(buying) == []
