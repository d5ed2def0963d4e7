"""A small company with a store, made by plain SQL: what stock tests and benchmarks post into."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

DIFFERENCES = """
    select (select count(*) from api.reconcile()) + (select count(*) from api.reconcile_purchasing())
"""
"""How many things do not add up; none while the books are whole."""


@dataclass(frozen=True)
class World:
    """Ids of what was made. `login` is a clerk who may post for branch 1, `stranger` one of branch 2."""

    company: int
    branch: int
    other_branch: int
    login: str
    stranger: str
    items: tuple[int, ...]
    bins: tuple[int, ...]
    other_bin: int
    supplier: int
    work_order: int
    engineer: int


def _one(cursor: Any, sql: str, *values: object) -> int:
    cursor.execute(sql, values)
    return int(cursor.fetchone()[0])


def _unit(cursor: Any, company: int, parent: int | None, kind: str, code: str) -> int:
    return _one(
        cursor,
        "insert into erp.org_unit (company_id, parent_id, kind, code, name) values (%s,%s,%s,%s,%s) returning id",
        company, parent, kind, code, code,
    )  # fmt: skip


def _place(cursor: Any, company: int, unit: int, kind: str, code: str) -> int:
    return _one(
        cursor,
        "insert into erp.stock_location (company_id, org_unit_id, kind, code, name)"
        " values (%s,%s,%s,%s,%s) returning id",
        company, unit, kind, code, code,
    )  # fmt: skip


def _clerk(cursor: Any, company: int, unit: int, login: str, *, password: str, badge: str) -> None:
    cursor.execute("select 1 from pg_roles where rolname = %s", (login,))
    if cursor.fetchone() is None:
        cursor.execute(f"create role \"{login}\" login password '{password}'")
    cursor.execute(f"select format('grant %I to \"{login}\"', erp.role_name('clerk'))")
    cursor.execute(cursor.fetchone()[0])
    user = _one(
        cursor,
        "insert into erp.app_user (company_id, user_name, login, display_name, badge)"
        " values (%s,%s,%s,%s,%s) returning id",
        company, login, login, login, badge,
    )  # fmt: skip
    cursor.execute("insert into erp.user_role (user_id, role_key) values (%s, 'clerk')", (user,))
    cursor.execute("insert into erp.user_unit (user_id, org_unit_id) values (%s, %s)", (user, unit))


def make_world(cursor: Any, *, items: int = 6, bins: int = 4, prefix: str = "w", password: str = "clerk") -> World:
    """Two branches; `items` untracked items, `bins` bins in branch 1, virtual places, a work order, an engineer."""
    cursor.execute(
        "insert into erp.unit_of_measure (code, name, name_zh, digits) values ('pc','pc','件',0) on conflict do nothing"
    )
    company = _one(cursor, "insert into erp.company (code, name) values (%s, 'Acme') returning id", prefix.upper())
    root = _unit(cursor, company, None, "company", "ROOT")
    branch = _unit(cursor, company, root, "branch", "B1")
    other = _unit(cursor, company, root, "branch", "B2")
    for document_type, letters in (
        ("receipt", "RCV"), ("issue", "ISS"), ("counter_issue", "CNT"), ("return", "RET"),
        ("transfer", "TRF"), ("adjustment", "ADJ"), ("opening", "OPN"), ("stock_count", "CNT"),
        ("pick_list", "PCK"),
        ("supplier_return", "SRT"),
    ):  # fmt: skip
        cursor.execute(
            "insert into erp.numbering (document_type, company_id, prefix) values (%s,%s,%s) on conflict do nothing",
            (document_type, company, letters),
        )
    for kind in ("supplier", "customer", "scrap", "count_loss", "opening"):
        _place(cursor, company, root, kind, kind.upper())
    made_bins = tuple(_place(cursor, company, branch, "bin", f"A-{n:02}") for n in range(bins))
    other_bin = _place(cursor, company, other, "bin", "Z-01")
    _place(cursor, company, other, "in_transit", "TRANSIT-2")
    _place(cursor, company, branch, "in_transit", "TRANSIT-1")
    made_items = tuple(
        _one(
            cursor,
            "insert into erp.item (company_id, org_unit_id, code, name, name_zh, standard_cost)"
            " values (%s,%s,%s,%s,%s,10) returning id",
            company,
            root,
            f"PART-{n:03}",
            f"Part {n}",
            f"配件 {n}",
        )
        for n in range(items)
    )
    _clerk(cursor, company, branch, f"{prefix}_clerk", password=password, badge=f"{prefix}-001")
    _clerk(cursor, company, other, f"{prefix}_stranger", password=password, badge=f"{prefix}-002")
    supplier = _one(
        cursor,
        "insert into erp.party (company_id, code, name, is_supplier) values (%s,'SUP-1','Supplier',true) returning id",
        company,
    )
    engineer = _one(
        cursor,
        "insert into erp.engineer (company_id, org_unit_id, code, name, name_zh, initials, badge)"
        " values (%s,%s,'E-1','Wang Jun','王军','WJ',%s) returning id",
        company, branch, f"{prefix}-E1",
    )  # fmt: skip
    # An order in the middle of its work, without walking through all of its steps.
    cursor.execute("set local session_replication_role = replica")
    work_order = _one(
        cursor,
        "insert into erp.work_order (company_id, org_unit_id, number, title, title_zh, state, engineer_id)"
        " values (%s,%s,'WO-1','Annual service','年度保养','working',%s) returning id",
        company, branch, engineer,
    )  # fmt: skip
    cursor.execute("set local session_replication_role = origin")
    return World(
        company, branch, other, f"{prefix}_clerk", f"{prefix}_stranger", made_items, made_bins, other_bin,
        supplier, work_order, engineer,
    )  # fmt: skip
