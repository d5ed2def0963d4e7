"""Two branches with planners, engineers and approved orders, made by plain SQL: what scheduling tests plan in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg2
from psycopg2.extensions import make_dsn, parse_dsn

from tests import templates

TODAY = "2026-11-24"


@dataclass(frozen=True)
class World:
    """Ids of what was made. `login` plans branch 1, `colleague` too, `stranger` branch 2."""

    company: int
    branch: int
    other_branch: int
    login: str
    colleague: str
    stranger: str
    engineers: tuple[int, ...]
    other_engineer: int
    orders: tuple[int, ...]
    other_order: int
    skill: int


def one(cursor: Any, sql: str, *values: object) -> Any:
    cursor.execute(sql, values)
    return cursor.fetchone()[0]


def _unit(cursor: Any, company: int, parent: int | None, kind: str, code: str, name: str, name_zh: str) -> int:
    return int(
        one(
            cursor,
            "insert into erp.org_unit (company_id, parent_id, kind, code, name, name_zh)"
            " values (%s,%s,%s,%s,%s,%s) returning id",
            company, parent, kind, code, name, name_zh,
        )
    )  # fmt: skip


def _planner(cursor: Any, company: int, unit: int, login: str, name: str, name_zh: str) -> None:
    cursor.execute("select 1 from pg_roles where rolname = %s", (login,))
    if cursor.fetchone() is None:
        cursor.execute(f"create role \"{login}\" login password 'plan'")
    cursor.execute(one(cursor, f"select format('grant %%I to \"{login}\"', erp.role_name('planner'))"))
    user = one(
        cursor,
        "insert into erp.app_user (company_id, user_name, login, display_name, display_name_zh)"
        " values (%s,%s,%s,%s,%s) returning id",
        company, login, login, name, name_zh,
    )  # fmt: skip
    cursor.execute("insert into erp.user_role (user_id, role_key) values (%s, 'planner')", (user,))
    cursor.execute("insert into erp.user_unit (user_id, org_unit_id) values (%s, %s)", (user, unit))


def _order(cursor: Any, company: int, unit: int, number: str, title: str, title_zh: str, **more: object) -> int:
    columns = {
        "company_id": company,
        "org_unit_id": unit,
        "number": number,
        "title": title,
        "title_zh": title_zh,
        **more,
    }
    return int(
        one(
            cursor,
            f"insert into erp.work_order ({', '.join(columns)}, state)"
            f" values ({', '.join(['%s'] * len(columns))}, 'approved') returning id",
            *columns.values(),
        )
    )


def make_world(cursor: Any, *, prefix: str = "p") -> World:
    """Five engineers in branch 1 (two with the skill), one in branch 2; eight approved orders and one there."""
    company = int(
        one(
            cursor,
            "insert into erp.company (code, name, name_zh) values (%s,'Acme','恒拓') returning id",
            prefix.upper(),
        )
    )
    root = _unit(cursor, company, None, "company", "ROOT", "Acme", "恒拓")
    branch = _unit(cursor, company, root, "branch", "B1", "Suzhou East", "苏州东区")
    other = _unit(cursor, company, root, "branch", "B2", "Wuxi", "无锡")
    cursor.execute(
        "insert into erp.numbering (document_type, company_id, prefix) values ('work_order',%s,'WO')"
        " on conflict do nothing",
        (company,),
    )
    _planner(cursor, company, branch, f"{prefix}_lin", "Lin Tao", "林涛")
    _planner(cursor, company, branch, f"{prefix}_he", "He Lan", "何岚")
    _planner(cursor, company, other, f"{prefix}_zhou", "Zhou Wei", "周伟")
    calendar = one(
        cursor,
        "insert into erp.shift_calendar (code, name, name_zh) values (%s,'Day shift','日班') returning id",
        f"{prefix}-DAY",
    )
    for weekday in range(1, 6):
        for starts, ends in (("08:00", "12:00"), ("13:00", "17:00")):
            cursor.execute(
                "insert into erp.shift (shift_calendar_id, weekday, starts_at, ends_at) values (%s,%s,%s,%s)",
                (calendar, weekday, starts, ends),
            )
    skill = one(
        cursor,
        "insert into erp.skill (code, name, name_zh) values (%s,'Screw compressors','螺杆压缩机') returning id",
        f"{prefix}-SCREW",
    )
    people = (("Wang Jun", "王军"), ("Li Tong", "李彤"), ("Tang Yi", "唐逸"), ("Gu Wei", "顾伟"), ("Xu Ming", "徐明"))
    engineers = tuple(
        _engineer(cursor, company, branch, calendar, f"E-{n}", *names) for n, names in enumerate(people, 1)
    )
    other_engineer = _engineer(cursor, company, other, calendar, "E-9", "Fan Bo", "范波")
    for engineer, level in ((engineers[0], 3), (engineers[1], 2)):
        cursor.execute(
            "insert into erp.engineer_skill (engineer_id, skill_id, level) values (%s,%s,%s)", (engineer, skill, level)
        )
    cursor.execute("set local session_replication_role = replica")
    orders = tuple(
        _order(
            cursor, company, branch, f"WO-2611-{500 + n:04d}", f"Job {n}", f"工单 {n}", planned_minutes=120,
            due_at=f"{TODAY} {8 + n}:00+08", **({"skill_id": skill, "skill_level": 2} if n == 1 else {}),
        )
        for n in range(1, 9)
    )  # fmt: skip
    other_order = _order(cursor, company, other, "WO-2611-0900", "Boiler", "锅炉", planned_minutes=60)
    cursor.execute("set local session_replication_role = origin")
    return World(
        company, branch, other, f"{prefix}_lin", f"{prefix}_he", f"{prefix}_zhou", engineers, other_engineer, orders,
        other_order, skill,
    )  # fmt: skip


def _engineer(cursor: Any, company: int, unit: int, calendar: int, code: str, name: str, name_zh: str) -> int:
    first, second = name.split()
    return int(
        one(
            cursor,
            "insert into erp.engineer (company_id, org_unit_id, code, name, name_zh, initials, shift_calendar_id)"
            " values (%s,%s,%s,%s,%s,%s,%s) returning id",
            company, unit, code, name, name_zh, first[0] + second[0], calendar,
        )
    )  # fmt: skip


def make_database(server: Any, name: str) -> tuple[str, World]:
    """A database of its own on the session's server, installed, with a world in it: the owner's DSN and the world."""
    owner = server.dsn(templates.copy(server, templates.schema(server), name))
    raw = psycopg2.connect(owner)
    try:
        with raw.cursor() as cursor:
            world = make_world(cursor, prefix=name)
        raw.commit()
    finally:
        raw.close()
    return owner, world


def as_user(owner: str, login: str) -> str:
    """The DSN of one of the world's planners."""
    parts = parse_dsn(owner) | {"user": login, "password": "plan"}
    return str(make_dsn(**parts))


def clean(owner: str) -> None:
    """Take all bookings off and approve all orders again, without asking the rules."""
    raw = psycopg2.connect(owner)
    try:
        with raw.cursor() as cursor:
            cursor.execute("set local session_replication_role = replica")
            cursor.execute("delete from erp.booking")
            cursor.execute("delete from erp.absence")
            cursor.execute(
                "update erp.work_order set state = 'approved', engineer_id = null, planned_start = null,"
                " planned_end = null"
            )
        raw.commit()
    finally:
        raw.close()
