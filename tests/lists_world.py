"""A small company with rows in every list, and one log-in per job: what lists, editing and exports are tested on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2

from db.embedded import Server
from db.install import create_database, install
from db.session import Database

PASSWORD = "lists"
ROLES = (
    "clerk", "planner", "desk", "engineer", "buyer", "finance", "pm", "manager", "steward", "report", "security",
    "auditor", "admin",
)  # fmt: skip
WIDE = ("manager", "auditor", "admin", "security", "steward")


_RIGHTS = """
    insert into erp.custom_role (key, name, name_zh)
    values ('storeman', 'Storeman', '库房'), ('relief', 'Relief', null);
    insert into erp.custom_role_part values (1, 'clerk'), (1, 'buyer'), (2, 'desk');
    insert into erp.user_custom_role select id, 1 from erp.app_user where user_name = 'clerk';
    insert into erp.delegation (from_user_id, to_user_id, valid_from, valid_to, reason, ended_at)
    select f.id, t.id, erp.company_day(1) + n, erp.company_day(1) + n + 5, 'leave', case when n = -2 then now() end
    from erp.app_user f, erp.app_user t, unnest(array[-10, -2, 3]) n
    where f.user_name = 'manager' and t.user_name = 'pm';
    insert into erp.user_login (user_id, last_login_at, last_login_client, failed_logins)
    select id, now(), '10.0.0.7 Outpost', id % 3 from erp.app_user where id % 2 = 0;
"""


@dataclass(frozen=True)
class ListsWorld:
    """`dsn` as the owner; `login(role)` the name of that job's log-in, those not wide confined to the north."""

    server: Server
    name: str

    @property
    def dsn(self) -> str:
        return self.server.dsn(self.name)

    def database(self, role: str | None = None) -> Database:
        """As that job (``stranger``: a planner of the south, ``local``: of one site), or as the owner."""
        if role is None:
            return Database(self.dsn, pool_size=2)
        return Database(self.server.dsn(self.name, f"{self.name}_{role}", PASSWORD), pool_size=2)


def make_lists_world(server: Server, name: str = "listworld") -> ListsWorld:
    """Install into a new database and fill it."""
    create_database(server.dsn("postgres"), name)
    install(server.dsn(name), prefix=name)
    raw = psycopg2.connect(server.dsn(name))
    try:
        with raw.cursor() as cursor:
            cursor.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
            for role in ROLES:
                _user(cursor, name, role, role, 1 if role in WIDE else 2)
            _user(cursor, name, "stranger", "planner", 3)
            cursor.execute(_RIGHTS)
            _user(cursor, name, "local", "planner", 4)
            cursor.execute(
                "update erp.engineer set user_id = u.id from erp.app_user u"
                " where u.user_name = 'engineer' and code = 'E-1'"
            )
        raw.commit()
        raw.autocommit = True
        with raw.cursor() as cursor:
            cursor.execute("vacuum analyze")
    finally:
        raw.close()
    return ListsWorld(server, name)


def _user(cursor: Any, prefix: str, user_name: str, role: str, unit: int) -> None:
    login = f"{prefix}_{user_name}"
    cursor.execute(f'create role "{login}" login password \'{PASSWORD}\' in role "{prefix}_role_{role}"')
    cursor.execute(
        "insert into erp.app_user (company_id, user_name, login, display_name, display_name_zh)"
        " values (1, %s, %s, %s, %s) returning id",
        (user_name, login, user_name.title(), f"{user_name}员"),
    )
    user = cursor.fetchone()[0]
    cursor.execute("insert into erp.user_role (user_id, role_key) values (%s, %s)", (user, role))
    if role not in ("admin", "security"):
        cursor.execute("insert into erp.user_unit (user_id, org_unit_id) values (%s, %s)", (user, unit))
