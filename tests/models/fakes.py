"""List sources in memory: a contract list small enough to do everything with, and one of a million rows."""

from __future__ import annotations

import csv
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cmp_to_key
from pathlib import Path

from desktop.domain.conditions import Group, Test
from desktop.domain.text import pick
from desktop.lists.query import (
    Cell,
    CellEdit,
    CellError,
    ColumnInfo,
    Conflict,
    Count,
    GroupHead,
    ListQuery,
    Row,
    SaveResult,
)
from desktop.lists.spec import Kind, Look, Sort, View
from desktop.models.looks import matches

TODAY = date(2026, 11, 24)


def _contracts() -> tuple[tuple[str, ...], ...]:
    with (Path(__file__).parent / "contracts.csv").open(encoding="utf-8", newline="") as file:
        return tuple(tuple(row) for row in list(csv.reader(file))[1:])


CONTRACTS = _contracts()
OWNERS = {"WJ": ("Wu Jie", "吴洁"), "LT": ("Li Tong", "李彤"), "ZQ": ("Zhao Qi", "赵琪")}
COLUMNS = (
    "number", "customer", "type", "scope", "assets", "start", "end", "value", "cost", "discount", "margin", "owner",
)  # fmt: skip
VIEWS = (
    View(key="active", name="All active", name_zh="全部有效"),
    View(
        key="profit",
        name="Profit by class",
        name_zh="按级别看利润",
        sort=(Sort("value", True), Sort("margin", True)),
        group_by=("class",),
    ),
    View(
        key="ending",
        name="Ending in 90 days",
        name_zh="90 天内到期",
        condition=Test("end", "<=", ("2027-02-22",)),
        sort=(Sort("end"),),
    ),
    View(
        key="floor",
        name="Below margin floor",
        name_zh="低于毛利底线",
        condition=Test("margin", "<", ("0.20",)),
    ),
)


def column(key: str, label: str, kind: Kind, width: int, **more: object) -> ColumnInfo:
    options: dict[str, object] = {"editable": False, "required": False, "total": "none", **more}
    return ColumnInfo(key=key, label=label, kind=kind, width=width, **options)  # type: ignore[arg-type]


def contract_columns() -> tuple[ColumnInfo, ...]:
    soon = (
        Look(when=Test("end", "<", ("2026-11-24",)), role="danger", icon="circle-alert"),
        Look(when=Test("end", "<", ("2027-01-01",)), role="warn", icon="clock"),
    )
    types = (
        ("full", pick("Full service", "全包")),
        ("resident", pick("Resident", "驻点")),
        ("parts", pick("Parts + labour", "配件加工时")),
        ("preventive", pick("Preventive", "预防性")),
    )
    classes = (
        ("strategic", pick("Strategic", "战略客户")),
        ("vip", pick("VIP", "VIP 客户")),
        ("standard", pick("Standard", "普通客户")),
    )
    states = (
        ("active", pick("Active", "履行中")),
        ("draft", pick("Draft", "草稿")),
        ("closed", pick("Closed", "已关闭")),
    )
    return (
        column("number", pick("Contract", "合同号"), Kind.CODE, 112, source="contract.number", meaning="Its number."),
        column("customer", pick("Customer", "客户"), Kind.TEXT, 164, editable=True, required=True),
        column("type", pick("Type", "类型"), Kind.CHOICE, 108, editable=True, choices=types),
        column("scope", pick("Covered", "范围"), Kind.TEXT, 108, editable=True),
        column("assets", pick("Assets", "设备数"), Kind.INTEGER, 76, editable=True, total="sum"),
        column("start", pick("Start", "开始"), Kind.DATE, 92, editable=True),
        column("end", pick("End", "到期"), Kind.DATE, 120, editable=True, looks=soon),
        column("value", pick("Value a year", "年合同额"), Kind.MONEY, 112, editable=True, total="sum", unit="¥"),
        column("cost", pick("Cost to date", "累计成本"), Kind.MONEY, 112, total="sum", unit="¥"),
        column("discount", pick("Discount", "折扣"), Kind.PERCENT, 84, editable=True),
        column("margin", pick("Margin", "毛利率"), Kind.BAR, 136, target="target", total="average"),
        column("owner", pick("Owner", "负责人"), Kind.TEXT, 120, editable=True, reference="employees"),
        column("class", pick("Class", "级别"), Kind.CHOICE, 90, choices=classes),
        column("target", pick("Target", "目标"), Kind.PERCENT, 80),
        column("state", pick("State", "状态"), Kind.STATE, 100, editable=True, choices=states),
        column("renews", pick("Renews", "自动续约"), Kind.BOOLEAN, 80, editable=True),
        column("note", pick("Note", "备注"), Kind.TEXT, 160, editable=True),
    )


def contract_rows(count: int) -> list[Row]:
    rows: list[Row] = []
    for number in range(count):
        cls, code, en, zh, kind, scope, scope_zh, assets, start, end, value, cost, owner = CONTRACTS[
            number % len(CONTRACTS)
        ]
        if number >= len(CONTRACTS):
            cls, code = "standard", f"HT-2026-{1000 + number:04d}"
            value, cost = str(20000 - number * 7), str(15000 - number * 5)
        margin = (Decimal(value) - Decimal(cost)) / Decimal(value)
        cells: tuple[Cell, ...] = (
            code, pick(en, zh), kind, pick(scope, scope_zh), int(assets), date.fromisoformat(start),
            date.fromisoformat(end), Decimal(value), Decimal(cost), Decimal(number % 15) / 100,
            margin.quantize(Decimal("0.0001")), pick(*OWNERS[owner]), cls, Decimal("0.2"),
            ("active", "draft", "closed")[number % 3], number % 2 == 0, None,
        )  # fmt: skip
        rows.append(Row(number + 1, 1, cells))
    return rows


class ContractSource:
    """412 contracts with everything that ListSource promises. `log` names the calls; `fail` makes the next one fail."""

    def __init__(self, count: int = 412) -> None:
        self.infos = contract_columns()
        self.data = contract_rows(count)
        self.log: list[str] = []
        self.requests: list[str] = []
        self.fail: Exception | None = None
        self.gate: threading.Event | None = None
        self.by = "Li Tong"

    def columns(self) -> tuple[ColumnInfo, ...]:
        self._called("columns")
        self.infos = contract_columns()
        return self.infos

    def count(self, query: ListQuery, *, exact: bool) -> Count:
        self._called("count")
        return Count(len(self._rows(query)), True)

    def groups(self, query: ListQuery) -> tuple[GroupHead, ...]:
        self._called("groups")
        heads: list[GroupHead] = []
        rows = self._rows(query)
        for row in rows:
            for depth in range(len(query.group_by)):
                values = self._values_of(row, query.group_by[: depth + 1])
                if not any(head.values == values for head in heads):
                    members = [each for each in rows if self._values_of(each, query.group_by[: depth + 1]) == values]
                    heads.append(GroupHead(values, len(members), self._totals(members)))
        return tuple(heads)

    def rows(self, query: ListQuery, *, group: tuple[Cell, ...], start: int, limit: int) -> tuple[Row, ...]:
        self._called("rows")
        if self.gate is not None:
            self.gate.wait(5)
        keys = query.group_by[: len(group)]
        found = [row for row in self._rows(query) if self._values_of(row, keys) == group]
        return tuple(self._pick(query, row) for row in found[start : start + limit])

    def ids(self, query: ListQuery, groups: tuple[tuple[Cell, ...], ...]) -> tuple[Sequence[int], ...]:
        self._called("ids")
        return tuple(
            [row.id for row in self._rows(query) if self._values_of(row, query.group_by[: len(group)]) == group]
            for group in groups
        )

    def rows_by_id(self, query: ListQuery, ids: tuple[int, ...]) -> tuple[Row, ...]:
        self._called("rows_by_id")
        return tuple(self._pick(query, row) for row in self.data if row.id in ids)

    def position(self, query: ListQuery, row_id: int) -> int | None:
        self._called("position")
        ids = [row.id for row in self._rows(query)]
        return ids.index(row_id) if row_id in ids else None

    def totals(self, query: ListQuery) -> Mapping[str, Cell]:
        return self._totals(self._rows(query))

    def values(self, query: ListQuery, column: str, text: str, limit: int) -> tuple[tuple[Cell, int], ...]:
        self._called("values")
        counts: dict[Cell, int] = {}
        for row in self._rows(query):
            value = row.cells[self._index(column)]
            if text.casefold() in str(value or "").casefold():
                counts[value] = counts.get(value, 0) + 1
        return tuple(sorted(counts.items(), key=lambda item: str(item[0] or "")))[:limit]

    def save(self, query: ListQuery, edits: tuple[CellEdit, ...], *, request_id: str) -> SaveResult:
        self._called("save")
        self.requests.append(request_id)
        errors = tuple(error for edit in edits if (error := self._check(edit)) is not None)
        conflicts = tuple(found for edit in edits if (found := self._conflict(edit)) is not None)
        if errors or conflicts:
            return SaveResult((), errors, conflicts)
        touched = dict.fromkeys(edit.row_id for edit in edits)
        for edit in edits:
            self.put(edit.row_id, edit.column, edit.value, bump=False)
        for row_id in touched:
            row = self.row(row_id)
            self.data[self.data.index(row)] = replace(row, version=row.version + 1)
        return SaveResult(tuple(self._pick(query, self.row(row_id)) for row_id in touched))

    # what a test does behind the grid's back

    def row(self, row_id: int) -> Row:
        return next(row for row in self.data if row.id == row_id)

    def cell(self, row_id: int, column: str) -> Cell:
        return self.row(row_id).cells[self._index(column)]

    def put(self, row_id: int, column: str, value: Cell, *, bump: bool = True) -> None:
        """A colleague changes a cell."""
        for number, row in enumerate(self.data):
            if row.id == row_id:
                cells = list(row.cells)
                cells[self._index(column)] = value
                self.data[number] = Row(row.id, row.version + bump, tuple(cells))

    def _called(self, name: str) -> None:
        self.log.append(name)
        if self.fail is not None:
            error, self.fail = self.fail, None
            raise error

    def _check(self, edit: CellEdit) -> CellError | None:
        if edit.column == "discount" and edit.value is not None and Decimal(str(edit.value)) > Decimal("0.15"):
            why = pick(
                "Above 15 % a discount needs approval by finance. Ask for it or enter at most 15 %.",
                "折扣超过 15 % 须财务审批。请提交审批，或输入不超过 15 % 的折扣。",
            )
            return CellError(edit.row_id, edit.column, why)
        return None

    def _conflict(self, edit: CellEdit) -> Conflict | None:
        row, now = self.row(edit.row_id), self.cell(edit.row_id, edit.column)
        if row.version == edit.version or now == edit.base:
            return None
        at = datetime(2026, 11, 24, 10, 41, tzinfo=UTC)
        return Conflict(edit.row_id, edit.column, edit.value, now, edit.base, self.by, at, row.version)

    def _index(self, key: str) -> int:
        return next(number for number, info in enumerate(self.infos) if info.key == key)

    def _values_of(self, row: Row, keys: tuple[str, ...]) -> tuple[Cell, ...]:
        return tuple(row.cells[self._index(key)] for key in keys)

    def _pick(self, query: ListQuery, row: Row) -> Row:
        return Row(row.id, row.version, self._values_of(row, query.columns))

    def _totals(self, rows: list[Row]) -> dict[str, Cell]:
        def total(key: str) -> Decimal:
            return sum((Decimal(str(row.cells[self._index(key)] or 0)) for row in rows), Decimal())

        value, cost = total("value"), total("cost")
        margin = (value - cost) / value if value else None
        return {"assets": int(total("assets")), "value": value, "cost": cost, "margin": margin}

    def _rows(self, query: ListQuery) -> list[Row]:
        rows = [row for row in self.data if self._wanted(query, row)]
        sort = (*(Sort(key) for key in query.group_by if key not in {s.column for s in query.sort}), *query.sort)
        classes = ["strategic", "vip", "standard"]

        def compare(a: Row, b: Row) -> int:
            for each in sort:
                left, right = a.cells[self._index(each.column)], b.cells[self._index(each.column)]
                if each.column == "class":
                    left, right = classes.index(str(left)), classes.index(str(right))
                if left != right:
                    less = (left is not None, left) < (right is not None, right)
                    return -1 if less != each.descending else 1
            return a.id - b.id

        return sorted(rows, key=cmp_to_key(compare))

    def _wanted(self, query: ListQuery, row: Row) -> bool:
        cells = {info.key: cell for info, cell in zip(self.infos, row.cells, strict=True)}
        if query.search and query.search.casefold() not in f"{cells['number']} {cells['customer']}".casefold():
            return False
        return query.condition is None or matches(query.condition, cells, TODAY)


class MillionSource(ContractSource):
    """A list of any length, computed by arithmetic, in its natural order only."""

    def __init__(self, count: int = 1_000_000) -> None:
        super().__init__(40)
        self.length = count

    def count(self, query: ListQuery, *, exact: bool) -> Count:
        return Count(self.length if exact else self.length + 17, exact)

    def groups(self, query: ListQuery) -> tuple[GroupHead, ...]:
        return ()

    def rows(self, query: ListQuery, *, group: tuple[Cell, ...], start: int, limit: int) -> tuple[Row, ...]:
        self.log.append(f"rows {start}")
        return tuple(self._row(query, number) for number in range(start, min(self.length, start + limit)))

    def rows_by_id(self, query: ListQuery, ids: tuple[int, ...]) -> tuple[Row, ...]:
        return tuple(self._row(query, number - 1) for number in ids)

    def position(self, query: ListQuery, row_id: int) -> int | None:
        return row_id - 1 if 0 < row_id <= self.length else None

    def _row(self, query: ListQuery, number: int) -> Row:
        like = self.data[number % len(self.data)]
        cells = list(like.cells)
        cells[0] = f"HT-{number + 1:07d}"
        cells[5] = TODAY - timedelta(days=number % 700)
        cells[7] = Decimal(number)
        return self._pick(query, Row(number + 1, 1, tuple(cells)))


def by_margin() -> Group:
    return Group("all", (Test("margin", "<", ("0.40",)), Test("end", ">=", ("2026-10-01",))))
