"""The demo company: Hengtuo Services of Suzhou, with a year and more of work behind it and two weeks ahead.

Deterministic: the same size and the same day give the same company. One transaction, so a broken-off start leaves
nothing. The log-ins' passwords are open on purpose: a demo installation says so on its log-in screen.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, count
from typing import cast as cast_type
from zoneinfo import ZoneInfo

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extensions import encrypt_password
from psycopg2.extras import execute_values
from sqlalchemy import text

from db.errors import UserError
from db.session import Database
from desktop.domain.progress import Progress
from desktop.domain.text import tr
from desktop.operations.demo import (
    categories,
    counts,
    demand,
    invoices,
    ledger,
    parties,
    people,
    picks,
    planning,
    purchasing,
    shelf,
    tracking,
    values,
    views,
    wishes,
    work,
)
from desktop.operations.demo.catalogue import DemoUser, cast
from desktop.operations.demo.world import SIZES, ZONE, Numbers, Size, World
from desktop.operations.people import DEMO_SETTING

__all__ = ["SIZES", "DatabaseInUse", "DemoLogin", "create", "demo_size", "logins", "password_of"]

_SEED = 20_261_124


@dataclass(frozen=True)
class DemoLogin:
    """A demo log-in as the log-in screen and ``outpost dsn`` show it."""

    user_name: str
    password: str
    name: str
    name_zh: str


class DatabaseInUse(UserError):
    """There is a company already; a demo is never mixed with it."""

    def __init__(self) -> None:
        super().__init__(
            code="ER011",
            message_en="This database holds a company already, so no demo is loaded into it.",
            message_zh="该数据库已有公司数据，未载入演示数据。",
            remedy_en="Use an empty database, or another OUTPOST_HOME.",
            remedy_zh="请使用空数据库，或另设 OUTPOST_HOME。",
        )


def password_of(user_name: str) -> str:
    """The open password of a demo log-in."""
    return f"{user_name}-demo"


def logins() -> tuple[DemoLogin, ...]:
    """The demo's log-ins, one per job, in the order of the log-in screen."""
    return tuple(DemoLogin(u.user_name, password_of(u.user_name), u.name, u.name_zh) for u in cast().users)


def demo_size(database: Database) -> str | None:
    """Which demo this installation holds; None where it is none."""
    with database.read() as session:
        found = session.execute(text("select demo from erp.installation")).scalar()
    return str(found) if found else None


def create(
    database: Database,
    size: str = "small",
    progress: Progress | None = None,
    *,
    today: dt.date | None = None,
    now: dt.datetime | None = None,
) -> dict[str, int]:
    """Fill an empty installation as its owner. Returns the rows written per table. Raises DatabaseInUse, Cancelled.

    What has happened in it lies before `now` (local time in China, without a zone); a `today` alone is taken at the
    demo's usual hour, whatever the clock says.
    """
    progress = progress or Progress()
    if now is None and today is None:
        now = dt.datetime.now(ZoneInfo(ZONE)).replace(tzinfo=None, second=0, microsecond=0)
    today = today or (now or dt.datetime.now()).date()
    with _raw(database) as raw, raw.cursor() as cursor:
        counts = _create(cursor, SIZES[size], today, now, progress)
        progress.check()
        raw.commit()
        raw.autocommit = True
        progress.report(9, 10, note=tr("Optimising"))
        cursor.execute("vacuum analyze" if size == "large" else "analyze")
    return counts


@contextmanager
def _raw(database: Database) -> Iterator[Connection]:
    """The driver's own connection, for COPY; rolled back and closed in the end."""
    pooled = database.engine.raw_connection()
    try:
        yield cast_type(Connection, pooled.driver_connection)
    finally:
        pooled.invalidate()
        pooled.close()


def _create(cursor: Cursor, size: Size, today: dt.date, now: dt.datetime | None, progress: Progress) -> dict[str, int]:
    cursor.execute("select exists (select from erp.company)")
    if cursor.fetchone()[0]:  # type: ignore[index]
        raise DatabaseInUse
    world = _begin(cursor, size, today, now)
    progress.report(1, 10, note=tr("Branches and people"))
    people.make_branches(world)
    flushed = _write_units(cursor, world, 0)
    _write_users(cursor, world)
    steps: Sequence[tuple[str, Callable[[World], object]]] = (
        (tr("Branches and people"), people.make_places),
        (tr("Branches and people"), parties.make_suppliers),
        (tr("Customers and equipment"), people.make_skills),
        (tr("Customers and equipment"), parties.make_classes),
        (tr("Customers and equipment"), people.make_items),
        (tr("Customers and equipment"), parties.make_plans),
        (tr("Customers and equipment"), parties.make_customers),
        (tr("Customers and equipment"), people.make_engineers),
    )
    for note, step in steps:
        progress.report(2, 10, note=note)
        step(world)
    _write_units(cursor, world, flushed)
    progress.report(3, 10, note=tr("Work orders"))
    numbers = [work.make_orders(world)]
    progress.report(4, 10, note=tr("Stock ledger"))
    played = ledger.play(world)
    demand.make_demand(played)
    numbers += [purchasing.make_open_orders(world), *played.numbers.values()]
    return _load(cursor, world, numbers, progress)


def _begin(cursor: Cursor, size: Size, today: dt.date, now: dt.datetime | None) -> World:
    cursor.execute("select set_config('TimeZone', %s, true)", (ZONE,))  # the generators' moments are local time there
    cursor.execute("select api.create_company('HT', 'Hengtuo Services', '恒拓服务', 'CNY', %s)", (ZONE,))
    root = int(cursor.fetchone()[0])  # type: ignore[index]
    cursor.execute("select company_id from erp.org_unit where id = %s", (root,))
    company = int(cursor.fetchone()[0])  # type: ignore[index]
    cursor.execute("update erp.numbering set prefix = 'HT' where document_type = 'contract'")
    cursor.execute("select day from erp.holiday where company_id = %s and not working", (company,))
    holidays = frozenset(row[0] for row in cursor.fetchall())
    return World(size, today, company, root, random.Random(_SEED), holidays=holidays, clock=now)


# --- writing ---------------------------------------------------------------------------------------------------------


def _write_units(cursor: Cursor, world: World, done: int) -> int:
    """Units with their triggers on: they keep the closure that all scopes stand on."""
    rows = [(number, world.company, *rest) for number, *rest in world.units[done:]]
    execute_values(
        cursor, "insert into erp.org_unit (id, company_id, parent_id, kind, code, name, name_zh) values %s", rows
    )
    cursor.execute("select setval(pg_get_serial_sequence('erp.org_unit', 'id'), (select max(id) from erp.org_unit))")
    return len(world.units)


def _write_users(cursor: Cursor, world: World) -> None:
    """The demo's people as real log-ins; the other branches get a clerk each, who signs their documents."""
    for user in cast().users:
        user_id = _write_user(cursor, world, user, (user.user_name,))
        if user.user_name == "clerk":
            world.branches["SUZ"].clerk = user_id
        world.users[user.user_name] = user_id
    for code, branch in world.branches.items():
        if not branch.clerk:
            clerk = DemoUser(f"clerk.{code.lower()}", f"Clerk {branch.cast.city}", f"{branch.cast.city_zh}库管", code)
            branch.clerk = _write_user(cursor, world, clerk, ("clerk",))
    _write_rights(cursor, world)


def _write_rights(cursor: Cursor, world: World) -> None:
    """A custom role and a holiday stand-in, among the branches' clerks: the demo's own log-ins keep one job each."""
    cursor.execute("select api.save_custom_role('storekeeper', 'Storekeeper who buys', '采购兼库管', '{clerk,buyer}')")
    clerks = [branch.clerk for code, branch in world.branches.items() if code != "SUZ"]
    cursor.execute("select api.set_user_roles(%s, '{clerk,storekeeper}')", (clerks[0],))
    cursor.execute(
        "insert into erp.delegation (from_user_id, to_user_id, valid_from, valid_to, reason)"
        " values (%s, %s, %s, %s, %s)",
        (clerks[-1], clerks[0], world.today, world.today + dt.timedelta(days=9), "年假"),
    )
    cursor.execute("select erp.sync_login(%s)", (clerks[0],))


def _write_user(cursor: Cursor, world: World, user: DemoUser, roles: Sequence[str]) -> int:
    units = [world.branches[user.branch].unit] if user.branch else []
    units += [world.root] if user.whole_company else []
    verifier = encrypt_password(password_of(user.user_name), user.user_name, cursor.connection, "scram-sha-256")
    cursor.execute(
        "select api.create_user(user_name => %s, display_name => %s, verifier => %s, roles => %s, units => %s::int[],"
        " display_name_zh => %s, language => %s, badge => %s, company => %s, login_name => %s)",
        (
            user.user_name, user.name, verifier, list(roles), units, user.name_zh, user.language,
            f"U-{user.user_name.upper()}", world.company, _free_login(cursor, user.user_name),
        ),
    )  # fmt: skip
    user_id = int(cursor.fetchone()[0])  # type: ignore[index]
    if not user.may_write:
        cursor.execute("update erp.user_unit set may_write = false where user_id = %s", (user_id,))
    return user_id


def _free_login(cursor: Cursor, user_name: str) -> str:
    """A log-in that no other installation of this server has: log-ins belong to the whole server."""
    cursor.execute("select prefix from erp.installation")
    wanted = f"{cursor.fetchone()[0]}_{user_name}"  # type: ignore[index]
    cursor.execute("select rolname from pg_roles where starts_with(rolname, %s)", (wanted,))
    taken = {row[0] for row in cursor.fetchall()}
    return next(name for name in chain((wanted,), (f"{wanted}_{n}" for n in count(2))) if name not in taken)


def _load(cursor: Cursor, world: World, numbers: Sequence[Numbers], progress: Progress) -> dict[str, int]:
    """COPY all tables without their triggers, then what the triggers would have added."""
    cursor.execute("set local session_replication_role = replica")
    total = len(world.tables)
    for done, table in enumerate(world.tables.values()):
        progress.report(5 + 3 * done // total, 10, note=tr("Writing {table}", table=table.name))
        table.copy(cursor)
    cursor.execute("update erp.engineer set user_id = %s where name = 'Wang Jun'", (world.users["engineer"],))
    progress.report(8, 10, note=tr("Search index"))
    for name in world.tables:
        _fill_keys(cursor, name)
    _keep_numbers(cursor, world, numbers)
    cursor.execute("set local session_replication_role = origin")
    cursor.execute("update erp.installation set demo = %s", (world.size.name,))
    _show_logins(cursor)
    views.write_views(cursor)
    categories.make_categories(cursor, world)
    counts.make_counts(cursor, world)
    planning.make_planning(cursor, world)
    wishes.make_wishes(cursor, world)
    tracking.make_tracking(cursor, world)
    values.make_values(cursor, world)
    shelf.make_shelf(cursor, world)
    picks.make_picks(cursor, world)
    invoices.make_invoices(cursor, world)
    return {name: table.count for name, table in world.tables.items()}


def _show_logins(cursor: Cursor) -> None:
    """The log-in window reads from here whom it may offer."""
    cursor.execute("select key, name, name_zh from erp.role")
    jobs = {key: (name, name_zh) for key, name, name_zh in cursor.fetchall()}
    people = [
        {"user": login.user_name, "password": login.password, "job": job, "job_zh": job_zh}
        for login in logins()
        for job, job_zh in (jobs[login.user_name],)
    ]
    cursor.execute(
        "insert into erp.setting (key, value) values (%s, cast(%s as jsonb))",
        (DEMO_SETTING, json.dumps(people, ensure_ascii=False)),
    )


def _fill_keys(cursor: Cursor, table: str) -> None:
    """Search and sort keys, by the very expressions of the table's trigger."""
    cursor.execute("select prosrc from pg_proc where oid = to_regproc(%s)", (f"erp.{table}_touch",))
    source = cursor.fetchone()
    found = re.findall(r"new\.(search_text|sort_key) := (erp\.\w+\(.*?\));", source[0]) if source else []
    keys = {column: expression.replace("new.", "") for column, expression in found}
    setters = []
    if "search_text" in keys:
        words = f"select {keys['search_text']} as words offset 0"  # offset: read the pinyin once, not once a column
        setters.append(f"(search_text, search_key) = (select w.words, erp.bigrams(w.words) from ({words}) w)")
    if "sort_key" in keys:
        setters.append(f"sort_key = {keys['sort_key']}")
    if setters:
        cursor.execute(f"update erp.{table} set {', '.join(setters)}")


def _keep_numbers(cursor: Cursor, world: World, numbers: Sequence[Numbers]) -> None:
    """The database goes on numbering where the demo's history ends."""
    for one in numbers:
        if not one.drawn:
            continue
        rows = [(one.document_type, world.company, period, base) for period, base in one.bases.items()]
        execute_values(
            cursor, "insert into erp.number_period (document_type, company_id, period, base) values %s", rows
        )
        sequence = f"erp.number_{world.company}_{one.document_type}"
        cursor.execute("select setval(%s::regclass, %s)", (sequence, one.drawn))
