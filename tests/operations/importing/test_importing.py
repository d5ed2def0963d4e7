"""Importing rows: what is new, changed, the same or rejected; all or nothing; each under his own rights."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import text

from db.embedded import Server
from db.errors import UserError
from db.session import Database
from desktop.domain.importing import ColumnMap
from desktop.domain.progress import Cancelled, Progress
from desktop.domain.text import in_language
from desktop.exchange.files import FileProblem
from desktop.exchange.importing import Outcome, import_file
from desktop.exchange.mapping import missing, suggest
from desktop.operations import importing
from tests.demo_world import DemoWorld, make_demo_world


@pytest.fixture(scope="module")
def world(pg_server: Server) -> DemoWorld:
    return make_demo_world(pg_server, "importworld")


@pytest.fixture
def steward(world: DemoWorld) -> Iterator[Database]:
    with world.database("steward") as database:
        yield database


@pytest.fixture
def clerk(world: DemoWorld) -> Iterator[Database]:
    with world.database("clerk") as database:
        yield database


def value(database: Database, query: str) -> object:
    with database.read() as session:
        return session.execute(text(query)).scalar()


def write(path: Path, content: str, encoding: str = "utf-8") -> Path:
    path.write_text(content, encoding=encoding)
    return path


def reasons(outcome: Outcome) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.field, fault.fault.cause()) for fault in outcome.plan.faults()]


def verdicts(outcome: Outcome) -> list[str]:
    return [row.verdict for row in outcome.plan.rows]


# --- targets ---------------------------------------------------------------------------------------------------------


def test_items_new_then_same_then_changed(steward: Database, tmp_path: Path) -> None:
    first = write(
        tmp_path / "a.csv",
        "物料编码,物料名称,中文名称,单位,单价\nIMP-1,Seal,密封,个,12.50\nIMP-2,Ring,圆环,pc,3\n",
        "gbk",
    )
    dry = import_file(steward, first, "items", dry_run=True)
    assert verdicts(dry) == ["new", "new"] and not dry.written
    assert value(steward, "select count(*) from erp.item where code like 'IMP-%'") == 0
    assert import_file(steward, first, "items").written
    again = import_file(steward, first, "items")
    assert verdicts(again) == ["same", "same"]
    changed = write(tmp_path / "b.csv", "物料编码,物料名称,单价\nIMP-1,Seal,13\nIMP-2,,\n")
    outcome = import_file(steward, changed, "items")
    assert verdicts(outcome) == ["changed", "same"]
    assert outcome.plan.rows[0].old == {"standard_cost": "12.50"}
    assert value(steward, "select standard_cost from erp.item where code = 'IMP-1'") == Decimal("13.0000")
    assert value(steward, "select name_zh from erp.item where code = 'IMP-1'") == "密封"


def test_customers_and_their_contacts(world: DemoWorld, tmp_path: Path) -> None:
    with world.database("desk") as desk:
        customers = write(
            tmp_path / "c.csv", "客户编码,客户名称,中文名称,客户级别,城市\nC-IMP1,Import Ltd,进口公司,VIP,Suzhou\n"
        )
        assert verdicts(import_file(desk, customers, "customers")) == ["new"]
        assert value(desk, "select is_customer from erp.party where code = 'C-IMP1'") is True
        contacts = write(tmp_path / "k.csv", "客户,姓名,手机,主要联系人\nC-IMP1,Li Na,138,是\n进口公司,Bo Hu,139,否\n")
        assert verdicts(import_file(desk, contacts, "contacts")) == ["new", "new"]
        assert verdicts(import_file(desk, contacts, "contacts")) == ["same", "same"]


def test_suppliers(world: DemoWorld, tmp_path: Path) -> None:
    with world.database("buyer") as buyer:
        path = write(tmp_path / "s.csv", "Supplier no;Name;Terms\nS-IMP1;Bearing House;45\n")
        assert verdicts(import_file(buyer, path, "suppliers")) == ["new"]
        assert value(buyer, "select payment_days from erp.party where code = 'S-IMP1'") == 45


def test_assets_with_references_and_dates(steward: Database, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["设备编号", "设备名称", "设备类别", "地点", "品牌", "型号", "序列号", "安装日期", "购置价"])
    book.active.append(
        ["A-IMP-1", "Compressor", "CMP", "HUARUI-1", "Novark", "75S", "SN-9", "2024年3月5日", "￥286,000"]
    )
    path = tmp_path / "assets.xlsx"
    book.save(path)
    assert verdicts(import_file(steward, path, "assets")) == ["new"]
    assert str(value(steward, "select installed_on from erp.asset where code = 'A-IMP-1'")) == "2024-03-05"
    assert (
        value(steward, "select s.code from erp.asset a join erp.site s on s.id = a.site_id where a.code = 'A-IMP-1'")
        == "HUARUI-1"
    )


def test_stock_locations_and_opening_balances(world: DemoWorld, clerk: Database, tmp_path: Path) -> None:
    with world.database("steward") as steward:
        places = write(
            tmp_path / "l.csv",
            "库位编码,库位名称,上级库位,类型\nZ-01-1,Aisle Z,SUZ-CS,bin\nZ-01-2,Aisle Z,SUZ-CS,bin\n",
        )
        assert verdicts(import_file(steward, places, "stock_locations")) == ["new", "new"]
    stock = write(
        tmp_path / "o.csv", "物料编码,库位,数量,单价\nBRG-6205-2RS,Z-01-1,40,19.50\nTRM-BLK-4,Z-01-2,100,2.10\n"
    )
    assert import_file(clerk, stock, "opening_balances").written
    on_hand = """
        select b.quantity from erp.stock_balance b
        join erp.stock_location l on l.id = b.location_id and l.code = 'Z-01-1'"""
    assert value(clerk, on_hand) == 40
    assert verdicts(import_file(clerk, stock, "opening_balances")) == ["same", "same"]
    more = write(tmp_path / "p.csv", "物料编码,库位,数量\nBRG-6205-2RS,Z-01-1,55\nTRM-BLK-4,Z-01-2,90\n")
    outcome = import_file(clerk, more, "opening_balances", valid_only=True)
    assert verdicts(outcome) == ["rejected", "rejected"]
    assert value(clerk, on_hand) == 40, "worth more than a clerk may open"
    with world.database("steward") as steward:
        outcome = import_file(steward, more, "opening_balances", valid_only=True)
    assert verdicts(outcome) == ["changed", "rejected"]
    assert outcome.plan.rows[0].old == {"quantity": "40"}
    assert value(clerk, on_hand) == 55
    with world.database() as owner:
        assert value(owner, "select count(*) from api.reconcile()") == 0


def test_contracts(world: DemoWorld, tmp_path: Path) -> None:
    with world.database("finance") as finance:
        path = write(
            tmp_path / "h.csv",
            "合同编号,合同名称,客户,合同类型,开始日期,到期日期,年合同额,税率\n"
            'HT-IMP-1,Service,华瑞精密,full_service,2026-01-01,2026-12-31,"486,000.00",6%\n',
        )
        assert verdicts(import_file(finance, path, "contracts")) == ["new"]
        assert value(finance, "select tax_rate from erp.contract where number = 'HT-IMP-1'") == Decimal("0.0600")


def test_custom_fields_are_fields_like_others(world: DemoWorld, steward: Database, tmp_path: Path) -> None:
    with world.database() as owner, owner.write() as session:
        session.execute(
            text(
                "insert into erp.custom_field (table_name, key, kind, label, label_zh)"
                " values ('item', 'hazard', 'boolean', 'Hazardous', '危险品')"
            )
        )
    path = write(tmp_path / "x.csv", "code,name,危险品\nHAZ-1,Acid,是\n")
    assert verdicts(import_file(steward, path, "items")) == ["new"]
    assert value(steward, "select custom->>'hazard' from erp.item where code = 'HAZ-1'") == "true"
    assert verdicts(import_file(steward, path, "items")) == ["same"]


# --- what is refused -------------------------------------------------------------------------------------------------


def test_each_rejected_cell_has_row_field_cause_and_remedy(steward: Database, tmp_path: Path) -> None:
    path = write(
        tmp_path / "bad.csv",
        "code,name,uom,standard_cost,lead_time_days\n"
        "BAD-1,Good,pc,1,5\nBAD-2,Price,pc,abc,5\nBAD-3,Unit,dozen,1,5\n,Nameless,pc,1,5\nBAD-5,,pc,1,5\n"
        "BAD-1,Twice,pc,1,5\nBAD-7,Slow,pc,1,5000\n",
    )  # fmt: skip
    outcome = import_file(steward, path, "items", dry_run=True)
    assert verdicts(outcome) == ["new", *["rejected"] * 6]
    assert reasons(outcome)[:5] == [
        (3, "standard_cost", "This is not a number."),
        (4, "uom", "dozen is not known."),
        (5, "code", f"{_label(steward, 'code')} is missing."),
        (6, "name", f"{_label(steward, 'name')} is missing."),
        (7, "code", "Row 2 of this file is about the same record."),
    ]
    last = outcome.plan.faults()[-1]
    assert (last.row, last.field, last.value) == (8, "lead_time_days", "5000")
    assert all(fault.fault.remedy() for fault in outcome.plan.faults())
    with in_language("zh"):
        assert outcome.plan.faults()[0].fault.text() == "不是有效数字。请写成 1234.50 或 1,234.50，不带单位。"


def _label(database: Database, key: str) -> str:
    goal = importing.target("items")
    assert goal is not None
    return next(field.label for field in importing.fields(database, goal) if field.key == key)


def test_a_letter_typed_for_a_digit_is_recognised(clerk: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "o.csv", "物料编码,库位,数量\nSNS-PT1O0-6,D-01-1-7,4\n")
    fault = import_file(clerk, path, "opening_balances", dry_run=True).plan.faults()[0]
    assert fault.suggestion == "SNS-PT100-6"
    assert fault.fault.remedy() == "Did you mean SNS-PT100-6?"


def test_a_serial_number_is_one_piece(steward: Database, tmp_path: Path) -> None:
    path = write(
        tmp_path / "o.csv", "物料编码,库位,批号,数量\nVLV-MPV-75,B-02-4-1,75MP-1,1\nVLV-MPV-75,B-02-4-1,75MP-2,2\n"
    )
    outcome = import_file(steward, path, "opening_balances", dry_run=True)
    assert verdicts(outcome) == ["new", "rejected"]
    assert outcome.plan.faults()[0].row == 3


def test_all_or_nothing_unless_the_valid_rows_alone_are_wanted(steward: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "m.csv", "code,name,standard_cost\nAON-1,One,1\nAON-2,Two,x\n")
    count = "select count(*) from erp.item where code like 'AON-%'"
    outcome = import_file(steward, path, "items", reject_file=tmp_path / "rejects.xlsx")
    assert not outcome.written and value(steward, count) == 0
    sheet = openpyxl.load_workbook(tmp_path / "rejects.xlsx").active
    assert [cell.value for cell in sheet[2]][:3] == ["AON-2", "Two", "x"]
    assert "This is not a number." in str(sheet.cell(2, 4).value) and sheet.cell(2, 3).comment is not None
    assert import_file(steward, path, "items", valid_only=True).written
    assert value(steward, count) == 1


def test_the_mended_reject_file_can_be_imported(steward: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "m.csv", "code,name,standard_cost\nMND-1,One,x\n")
    rejects = tmp_path / "rejects.csv"
    import_file(steward, path, "items", reject_file=rejects)
    mended = rejects.read_text(encoding="utf-8-sig").replace(",x,", ",7,")
    rejects.write_text(mended, encoding="utf-8")
    assert verdicts(import_file(steward, rejects, "items")) == ["new"]


def test_a_formula_never_leaves_as_a_formula(steward: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "f.csv", "code,name,standard_cost\n=cmd|' /C calc'!A0,=1+1,\"=HYPERLINK(1)\"\n")
    rejects = tmp_path / "rejects.csv"
    import_file(steward, path, "items", reject_file=rejects, dry_run=True)
    for cell in rejects.read_text(encoding="utf-8-sig").splitlines()[1].split(","):
        assert not cell.lstrip('"').startswith("=")


def test_what_the_job_may_not_do_is_said_for_the_whole_file(clerk: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "i.csv", "code,name\nNO-1,Not mine\n")
    with pytest.raises(UserError) as caught:
        import_file(clerk, path, "items")
    assert caught.value.message_en and caught.value.message_zh
    with pytest.raises(UserError):
        import_file(clerk, path, "items", dry_run=True)


def test_another_branch_is_out_of_reach(clerk: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "o.csv", "物料编码,库位,数量\nBRG-6205-2RS,SH-A-07-1-1,40\n")
    outcome = import_file(clerk, path, "opening_balances", dry_run=True)
    assert reasons(outcome) == [(2, "location_id", "SH-A-07-1-1 is not known.")]


def test_unknown_targets_and_missing_keys_are_named(steward: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "i.csv", "colour,shape\nred,round\n")
    with pytest.raises(FileProblem, match="Nothing can be imported into audit"):
        import_file(steward, path, "audit")
    with pytest.raises(FileProblem, match="No column is mapped to"):
        import_file(steward, path, "items")


def test_cancelling_writes_nothing(steward: Database, tmp_path: Path) -> None:
    class Impatient(Progress):
        def report(self, done: int, total: int | None = None, note: str = "") -> None:
            super().report(done, total, note)
            if done >= 1000:
                self.cancel()

    path = write(tmp_path / "i.csv", "code,name\n" + "".join(f"CNC-{n},N\n" for n in range(2500)))
    with pytest.raises(Cancelled):
        import_file(steward, path, "items", progress=Impatient())
    assert value(steward, "select count(*) from erp.item where code like 'CNC-%'") == 0


# --- the rest --------------------------------------------------------------------------------------------------------


def test_a_mapping_is_remembered_per_person(world: DemoWorld, steward: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "i.csv", "Artikel,Bezeichnung,物料名称\nREM-1,Dichtung,Seal\n")
    with pytest.raises(FileProblem):
        import_file(steward, path, "items")
    columns = {"Artikel": "code", "Bezeichnung": "name", "物料名称": None}
    assert import_file(steward, path, "items", columns=columns).written
    assert verdicts(import_file(steward, path, "items")) == ["same"]
    assert value(steward, "select name from erp.item where code = 'REM-1'") == "Dichtung"
    with world.database("buyer") as buyer, pytest.raises(FileProblem):
        import_file(buyer, path, "items")


def test_headers_are_matched_by_words_of_both_languages(steward: Database) -> None:
    goal = importing.target("items")
    assert goal is not None
    fields = importing.fields(steward, goal)
    columns = suggest(("物料编码*", "物料名称（必填）", "Unit cost ¥", "plain nonsense"), fields)
    assert columns == ColumnMap({0: "code", 1: "name", 2: "standard_cost"})
    assert missing(fields, columns) == ()
    assert [field.key for field in missing(fields, suggest(("code",), fields))] == ["name"]


def test_rows_are_recognised_by_source_key_when_their_code_changes(steward: Database, tmp_path: Path) -> None:
    head = "code,name,来源系统,来源主键\n"
    import_file(steward, write(tmp_path / "a.csv", f"{head}SRC-OLD,Seal,kingdee,4711\n"), "items")
    outcome = import_file(steward, write(tmp_path / "b.csv", f"{head}SRC-NEW,Seal,kingdee,4711\n"), "items")
    assert outcome.plan.rows[0].old == {"code": "SRC-OLD"}
    assert value(steward, "select count(*) from erp.item where source_key = '4711'") == 1


def test_every_target_describes_its_fields_in_both_languages(steward: Database) -> None:
    for goal in importing.TARGETS:
        fields = importing.fields(steward, goal)
        assert set(goal.match) <= {field.key for field in fields}
        for field in fields:
            assert field.label and field.label_zh, (goal.key, field.key)
            if field.kind == "choice" and not field.custom:
                assert field.choices, (goal.key, field.key)


def test_five_thousand_rows_find_their_mistakes(steward: Database, tmp_path: Path) -> None:
    lines = [f"BIG-{n:05d},Part {n},{'x' if n % 1000 == 7 else n}" for n in range(5000)]
    path = write(tmp_path / "big.csv", "code,name,standard_cost\n" + "\n".join(lines))
    outcome = import_file(steward, path, "items", dry_run=True)
    assert outcome.plan.counts() == {"rows": 5000, "new": 4995, "changed": 0, "same": 0, "rejected": 5}
