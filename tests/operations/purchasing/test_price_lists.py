"""Price lists by paste and by file: which price each row means, and what stands in the way of which cell."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from db.session import Database
from desktop.domain.currencies import currency_of
from desktop.exchange.importing import import_file
from desktop.lists.all_lists import list_for
from desktop.lists.query import ListQuery
from desktop.models.list_pages import Shape, infos_of
from desktop.models.paste import Checked, check, map_columns, recognise
from desktop.operations.lists import source_for
from desktop.operations.pasting import PasteResult
from desktop.widgets.list_wiring import SqlPaste
from tests.purchasing_people import Person, person
from tests.stock_fixtures import shop
from tests.stock_shop import Shop

__all__ = ["person", "shop"]

HEAD = "供应商\t物料编码\t单价\t币种\t起订量\t生效日期\t失效日期"
TODAY = date.today()


class Desk:
    """The price list as one buyer pastes into it."""

    def __init__(self, database: Database) -> None:
        self.source = source_for(database, list_for("supplier_prices"), "en")
        self.backend = SqlPaste(self.source)
        self.query = ListQuery(tuple(column.key for column in self.source.spec.columns if column.shown))

    def look(self, *lines: str, head: str = HEAD) -> Checked:
        infos = infos_of(self.source.columns(), self.query)
        cells = [line.split("\t") for line in (head, *lines)]
        pasted = recognise(cells, infos, self.backend.aliases())
        assert pasted.header
        mapping = map_columns(pasted, infos, 0, self.backend.aliases())
        shape = Shape(infos)
        return check(self.source, self.query, shape, pasted, mapping, (), title="", code=None, trial=self.backend)

    def paste(self, *lines: str, head: str = HEAD) -> PasteResult:
        accepted = self.look(*lines, head=head).accepted(frozenset())
        assert accepted is not None
        return self.backend.save(self.query, accepted, "test")


def verdicts(checked: Checked) -> list[str]:
    return [row.verdict for row in checked.plan.rows]


def faults(checked: Checked) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.field, fault.fault.text()) for fault in checked.plan.faults()]


@pytest.fixture
def buyer(shop: Shop, person: Person) -> Database:
    shop.value("update erp.item set maker_code = 'DON-P181' where code = 'FLT-AIR-7502' returning id")
    return person("buyer")


def supplier(shop: Shop) -> str:
    return str(shop.value("select code from erp.party where id = %s", shop.world.supplier))


def prices(shop: Shop) -> list[tuple[str, Decimal, date, date | None]]:
    with shop.clone.owner.raw() as raw, raw.cursor() as cursor:
        cursor.execute(
            "select i.code, p.unit_price, p.valid_from, p.valid_to from erp.supplier_price p"
            " join erp.item i on i.id = p.item_id order by i.code, p.valid_from"
        )
        return list(cursor.fetchall())


def test_new_same_changed_and_one_undo(shop: Shop, buyer: Database) -> None:
    desk, by = Desk(buyer), supplier(shop)
    rows = (f"{by}\tFLT-AIR-7502\t170\tRMB\t\t2026-01-01\t", f"{by}\tFLT-OIL-7511\t88.5\tCNY\t10\t2026-01-01\t")
    assert verdicts(desk.look(*rows)) == ["new", "new"] and prices(shop) == []
    assert len(desk.paste(*rows).inserted) == 2
    assert verdicts(desk.look(*rows)) == ["same", "same"]
    # Next time the maker's number stands there and no day: it means the price of today.
    dearer = desk.look(f"{by}\tDON-P181\t181\tCNY", head="供应商\t物料编码\t单价\t币种")
    assert verdicts(dearer) == ["changed"] and dearer.plan.rows[0].old == {"unit_price": "170.0000"}
    accepted = dearer.accepted(frozenset())
    assert accepted is not None
    result = desk.backend.save(desk.query, accepted, "test")
    assert [price for _, price, *_ in prices(shop)] == [Decimal(181), Decimal("88.5")]
    assert result.undo is not None and desk.backend.undo(desk.query, result.undo, "test").undo is not None
    assert [price for _, price, *_ in prices(shop)] == [Decimal(170), Decimal("88.5")]


def test_an_item_is_found_by_what_its_supplier_calls_it(shop: Shop, buyer: Database) -> None:
    desk, by = Desk(buyer), supplier(shop)
    head = "供应商\t物料编码\t供应商料号\t单价"
    desk.paste(f"{by}\tFLT-AIR-7502\tK-77\t170", head=head)
    assert verdicts(desk.look(f"{by}\tK-77\t\t171", head=head)) == ["changed"]
    assert verdicts(desk.look(f"{by}\tK-77\t171", head="供应商\t供应商料号\t单价")) == ["changed"]
    assert faults(desk.look(f"{by}\tK-78\t171", head="供应商\t供应商料号\t单价")) == [
        (2, "item", "K-78 is not known. Write its code, the maker's number, or what this supplier calls it.")
    ]


def test_overlaps_and_currencies_are_named_at_their_cells(shop: Shop, buyer: Database) -> None:
    desk, by = Desk(buyer), supplier(shop)
    desk.paste(f"{by}\tFLT-AIR-7502\t170\tCNY\t\t2026-01-01\t")
    seen = desk.look(
        f"{by}\tFLT-AIR-7502\t180\tCNY\t\t2027-01-01\t",
        f"{by}\tFLT-OIL-7511\t90\tXXY\t\t2027-01-01\t",
        f"{by}\tGSK-NBR-120\t6\tUSD\t\t2027-01-01\t",
        f"{by}\tGSK-NBR-120\t7\tUSD\t\t2027-06-01\t",
        "nobody\tGSK-NBR-120\t7\tUSD\t\t2028-06-01\t",
        f"{by}\tNO-SUCH-PART\t7\tUSD\t\t2028-06-01\t",
        f"{by}\tSNS-PT100-6\t7\tUSD\t\t2027-06-01\t2027-05-01",
    )
    assert verdicts(seen) == ["rejected", "rejected", "new", "rejected", "rejected", "rejected", "rejected"]
    said = {(row, field): text for row, field, text in faults(seen)}
    assert said[2, "valid_from"].startswith("170 CNY is agreed from 2026-01-01 on. Give that price a last day")
    assert said[3, "currency"].startswith("XXY is not a currency.")
    assert said[5, "valid_from"].startswith("Row 4 names a price for the same time.")
    assert "nobody" in said[6, "supplier"] and "NO-SUCH-PART" in said[7, "item"]
    assert (8, "valid_to") in said
    # Once the old price has a last day, the new one is taken; both in one block as well.
    desk.paste(
        f"{by}\tFLT-AIR-7502\t170\tCNY\t\t2026-01-01\t2026-12-31", f"{by}\tFLT-AIR-7502\t180\tCNY\t\t2027-01-01\t"
    )
    assert prices(shop) == [
        ("FLT-AIR-7502", Decimal(170), date(2026, 1, 1), date(2026, 12, 31)),
        ("FLT-AIR-7502", Decimal(180), date(2027, 1, 1), None),
    ]


def write(path: Path, rows: Iterable[str], head: str) -> Path:
    path.write_text("\n".join((head, *rows)), encoding="utf-8")
    return path


def test_a_file_says_the_same(shop: Shop, buyer: Database, tmp_path: Path) -> None:
    by, head = supplier(shop), "供应商,物料编码,供应商料号,单价,币种,生效日期"
    first = write(
        tmp_path / "a.csv", [f"{by},DON-P181,K-77,170,人民币,", f"{by},FLT-OIL-7511,,90,CNY,2026-01-01"], head
    )
    done = import_file(buyer, first, "supplier_prices")
    assert [row.verdict for row in done.plan.rows] == ["new", "new"] and done.written
    again = import_file(buyer, first, "supplier_prices")
    assert [row.verdict for row in again.plan.rows] == ["same", "same"]
    second = write(
        tmp_path / "b.csv",
        [
            f"{by},,K-77,171,CNY,", f"{by},FLT-OIL-7511,,91,CNY,2026-03-01", f"{by},,K-99,1,CNY,",
            f"{by},FLT-AIR-7502,,171,QQQ,", f"{by},DON-P181,,172,CNY,",
        ],
        head,
    )  # fmt: skip
    plan = import_file(buyer, second, "supplier_prices", dry_run=True).plan
    assert [row.verdict for row in plan.rows] == ["changed", "rejected", "rejected", "rejected", "rejected"]
    assert plan.rows[0].old == {"unit_price": "170.00"}
    assert {(fault.row, fault.field) for fault in plan.faults()} == {
        (3, "valid_from"), (4, "item_id"), (5, "currency"), (5, "supplier_id"), (6, "supplier_id"),
    }  # fmt: skip
    assert abs(prices(shop)[0][2] - TODAY) <= timedelta(days=1), "today where the company is"


def test_only_a_buyer_pastes_and_only_into_his_unit(shop: Shop, buyer: Database, person: Person) -> None:
    by = supplier(shop)
    mine = Desk(buyer)
    mine.paste(f"{by}\tFLT-AIR-7502\t170\tCNY\t\t2026-01-01\t")
    there = Desk(person("buyer", unit=shop.world.other_branch))
    assert verdicts(there.look(f"{by}\tFLT-AIR-7502\t1\tCNY\t\t2026-01-01\t")) == ["new"], (
        "another branch, another price"
    )
    clerk = Desk(person("clerk"))
    seen = clerk.look(f"{by}\tFLT-AIR-7502\t1\tCNY\t\t2026-01-01\t")
    assert verdicts(seen) == ["rejected"] and faults(seen) == [(2, "item", "You may not enter records in this list.")]
    assert [price for _, price, *_ in prices(shop)] == [Decimal(170)]


@pytest.mark.parametrize(
    ("written", "code"),
    [("cny", "CNY"), ("RMB", "CNY"), ("元", "CNY"), ("€", "EUR"), ("$", None), ("XXX", None), ("US DOLLAR", None)],
)
def test_what_people_write_for_a_currency(written: str, code: str | None) -> None:
    assert currency_of(written) == code
