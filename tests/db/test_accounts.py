"""Accounts, with real log-ins: made by one, given rights by another; reset, released, locked, expired."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import psycopg2
import pytest
from psycopg2.errors import InsufficientPrivilege
from psycopg2.extensions import connection as RawConnection

from db import users
from db.errors import NotAdmitted, UserError
from db.session import Database, connect
from tests.db.conftest import PASSWORD, PREFIX, World

FIRST, OWN = "first-password-1", "my very own 1"
ZONE = "Asia/Shanghai"
_NUMBERS = itertools.count(1)


class Staff:
    """An administrator, a security officer, and people whom they make together."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.admin = world.login("admin", None)
        self.security = world.login("security", None)

    def account(self, name: str = "wang") -> tuple[int, str]:
        """As the administrator leaves it: with a first password, without rights. Id and log-in."""
        login = f"{PREFIX}_account_{name}_{next(_NUMBERS)}"
        person = users.create_user(
            self.admin, user_name=name, password=FIRST, display_name=name.title(), login=login,
            company_id=self.world.id("company", "HB"),
        )  # fmt: skip
        return person, login

    def person(self, name: str = "wang", roles: tuple[str, ...] = ("clerk",)) -> tuple[int, str]:
        """Somebody who works: he chose his own password, has jobs in the north and was released."""
        person, login = self.account(name)
        with self.open(login, FIRST) as database:
            users.change_password(database, OWN)
        users.set_roles(self.security, person, roles)
        users.set_grants(self.security, person, [users.Grant(self.world.id("org_unit", "NORTH"))])
        users.release_user(self.security, person)
        return person, login

    def open(self, login: str, password: str = OWN) -> Database:
        """Without the check that somebody is there: a blocked person logs in too."""
        return self.world.stack.enter_context(Database(self.dsn(login, password), pool_size=1))

    def raw(self, login: str, password: str = OWN) -> RawConnection:
        connection = psycopg2.connect(self.dsn(login, password))
        connection.autocommit = True
        self.world.stack.callback(connection.close)
        return connection

    def dsn(self, login: str, password: str) -> str:
        return self.world.server.dsn(self.world.name, login, password)

    def state(self, person: int) -> str:
        with self.security.raw() as connection:
            return str(one(connection, "select erp.account_state(%s)", person))

    def jobs_on_the_server(self, login: str) -> set[str]:
        found = self.world.value(
            "select array_agg(g.rolname::text) from pg_auth_members m join pg_roles g on g.oid = m.roleid"
            " join pg_roles u on u.oid = m.member where u.rolname = %s",
            login,
        )
        return {name.removeprefix(f"{PREFIX}_role_") for name in found or ()} - {"user"}


@pytest.fixture
def staff(world: World) -> Staff:
    return Staff(world)


def one(connection: RawConnection, query: str, *values: object) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def sees_nothing(connection: RawConnection) -> bool:
    """Neither rows nor, after the account was blocked, the right to ask for them."""
    found = 0
    for table in ("item", "stock_balance", "org_unit", "party"):
        try:
            found += one(connection, f"select count(*) from erp.{table}")
        except InsufficientPrivilege:
            continue
    return found == 0


def refused(rule: str, work: Callable[[], object]) -> None:
    with pytest.raises(UserError) as error:
        work()
    assert error.value.constraint == rule, error.value


def today(world: World, days: int = 0) -> date:
    day: date = world.value("select erp.company_day(1)")
    return day + timedelta(days=days)


def test_an_account_is_made_by_one_and_given_rights_by_another(staff: Staff) -> None:
    person, login = staff.account()
    assert staff.state(person) == "new"
    with staff.open(login, FIRST) as database:
        said = users.log_in(database, "test")
        assert (said.state, said.must_change, said.awaiting_release) == ("new", True, True)
        users.change_password(database, OWN)
    users.set_roles(staff.security, person, ["clerk"])
    users.set_grants(staff.security, person, [users.Grant(staff.world.id("org_unit", "NORTH"))])
    assert staff.state(person) == "reset"
    raw = staff.raw(login)
    assert sees_nothing(raw) and staff.jobs_on_the_server(login) == set()
    users.release_user(staff.security, person)
    assert staff.state(person) == "active"
    assert staff.jobs_on_the_server(login) == {"clerk"}
    assert one(staff.raw(login), "select count(*) from erp.stock_balance") == 1


def test_the_administrator_gives_no_rights_and_the_officer_makes_no_accounts(staff: Staff) -> None:
    person, _ = staff.person()
    verifier = users.scram_verifier("x")
    north = staff.world.id("org_unit", "NORTH")
    for database, query, values in (
        (staff.admin, "select api.set_user_roles(%s, '{manager}')", (person,)),
        (staff.admin, "select api.set_user_units(%s, %s)", (person, [north])),
        (staff.admin, "select api.set_user_grants(%s, '[]')", (person,)),
        (staff.admin, "select api.release_user(%s)", (person,)),
        (staff.admin, "select api.set_policy('identity.lock_after', 0)", ()),
        (staff.security, "select api.create_user('x', 'X', %s)", (verifier,)),
        (staff.security, "select api.reset_password(%s, %s)", (person, verifier)),
        (staff.security, "select api.set_user_dates(%s, '2020-01-01', null)", (person,)),
    ):
        with database.raw() as connection, pytest.raises(InsufficientPrivilege):
            one(connection, query, *values)
    for roles, units in ((["clerk"], []), ([], [north])):
        refused(
            "user_rights_role",
            lambda roles=roles, units=units: users.create_user(  # type: ignore[misc]
                staff.admin, user_name="x", password="x", display_name="X", roles=roles, units=units
            ),
        )


def test_nobody_but_the_owner_sets_another_s_password_directly(staff: Staff) -> None:
    person, _ = staff.person()
    for database in (staff.admin, staff.security):
        refused("password_own", lambda database=database: users.set_password(database, person, "x"))  # type: ignore[misc]
    with staff.admin.raw() as connection, pytest.raises(InsufficientPrivilege):
        one(connection, "update erp.app_user set must_change = false where id = %s", person)
    with staff.admin.raw() as connection, pytest.raises(InsufficientPrivilege):
        one(connection, "update erp.app_user set login = %s where id = %s", f"{PREFIX}_x", person)


def test_whoever_resets_a_password_does_not_become_that_person(staff: Staff) -> None:
    """In an open session and in a new one, before and after the first password was changed."""
    person, login = staff.person()
    before = staff.raw(login)
    assert not sees_nothing(before)
    users.reset_password(staff.admin, person, FIRST)
    assert sees_nothing(before) and staff.jobs_on_the_server(login) == set()
    thief = staff.raw(login, FIRST)
    assert sees_nothing(thief)
    refused("user_release_after_change", lambda: users.release_user(staff.security, person))
    one(thief, "select api.change_password(%s)", users.scram_verifier(OWN))
    assert sees_nothing(thief) and staff.state(person) == "reset"
    users.release_user(staff.security, person)
    assert not sees_nothing(staff.raw(login))


def test_a_session_opened_with_a_known_password_ends_with_the_release(staff: Staff) -> None:
    """The administrator waits, logged in with the password that he made, until the person himself is released."""
    person, login = staff.person()
    users.reset_password(staff.admin, person, FIRST)
    thief, owner = staff.raw(login, FIRST), staff.raw(login, FIRST)
    one(owner, "select api.change_password(%s)", users.scram_verifier(OWN))
    users.release_user(staff.security, person)
    with pytest.raises(psycopg2.OperationalError):
        one(thief, "select count(*) from erp.stock_balance")
    fresh = staff.raw(login)
    users.release_user(staff.security, person)  # again: nothing to release, nobody is disconnected
    assert one(fresh, "select count(*) from erp.stock_balance") == 1


def test_the_officer_does_not_release_himself(staff: Staff) -> None:
    """An administrator who resets the security officer's password gets nothing by it."""
    person, login = staff.person("officer", ("security",))
    users.reset_password(staff.admin, person, FIRST)
    with staff.open(login, FIRST) as thief:
        users.change_password(thief, OWN)
        with pytest.raises(UserError):
            users.release_user(thief, person)
    users.release_user(staff.security, person)
    assert staff.state(person) == "active"


@pytest.mark.parametrize("out", ["disabled", "expired", "not_yet"])
def test_an_account_that_the_administrator_brings_back_waits_for_its_release(staff: Staff, out: str) -> None:
    person, login = staff.person()
    if out == "disabled":
        users.disable_user(staff.admin, person)
        with pytest.raises(NotAdmitted):
            connect(staff.dsn(login, OWN))
    elif out == "expired":
        users.set_dates(staff.admin, person, date(2020, 1, 1), today(staff.world, -1))
        with pytest.raises(psycopg2.OperationalError, match="authentication failed"):
            psycopg2.connect(staff.dsn(login, OWN))
    else:
        users.set_dates(staff.admin, person, today(staff.world, 2), None)
        assert sees_nothing(staff.raw(login))
    assert staff.state(person) == out
    if out == "disabled":
        users.enable_user(staff.admin, person)
    else:
        users.set_dates(staff.admin, person, today(staff.world), None)
    assert staff.state(person) == "reset" and sees_nothing(staff.raw(login))
    users.release_user(staff.security, person)
    assert not sees_nothing(staff.raw(login))


def test_an_account_that_was_never_out_just_gets_its_dates(staff: Staff) -> None:
    person, _ = staff.person()
    users.set_dates(staff.admin, person, date(2020, 1, 1), today(staff.world))
    assert staff.state(person) == "active"
    refused("user_dates", lambda: users.set_dates(staff.admin, person, date(2020, 1, 2), date(2020, 1, 1)))
    users.disable_user(staff.security, person)
    users.enable_user(staff.security, person)
    assert staff.state(person) == "active", "the officer who brings him back has released him"


def test_nobody_keeps_his_own_account(staff: Staff) -> None:
    admin, security = staff.admin.user.id or 0, staff.security.user.id or 0
    refused("user_not_himself", lambda: users.set_dates(staff.admin, admin, date(2020, 1, 1), None))
    refused("user_not_himself", lambda: users.reset_password(staff.admin, admin, "x"))
    refused("user_not_himself", lambda: users.enable_user(staff.security, security))
    refused("user_not_himself", lambda: users.unlock_user(staff.security, security))
    refused("user_not_himself", lambda: users.set_grants(staff.security, security, []))


@pytest.mark.parametrize(
    "roles", [("admin", "clerk"), ("security", "auditor"), ("admin", "security"), ("auditor", "pm")]
)
def test_one_person_has_one_power(staff: Staff, roles: tuple[str, ...]) -> None:
    person, login = staff.person()
    refused("user_one_power", lambda: users.set_roles(staff.security, person, roles))
    assert staff.jobs_on_the_server(login) == {"clerk"}
    refused(
        "user_one_power",
        lambda: users.create_user(staff.world.owner, user_name="x", password="x", display_name="X", roles=roles),
    )


def fail(staff: Staff, login: str, times: int, minutes_ago: float = 0) -> bool:
    locked = False
    for _ in range(times):
        locked = staff.world.value(
            "select erp.note_failed_login(%s, clock_timestamp() - %s * interval '1 minute')", login, minutes_ago
        )
    return locked


def test_too_many_wrong_passwords_lock_the_account(staff: Staff) -> None:
    person, login = staff.person()
    raw = staff.raw(login)
    assert not fail(staff, login, 4)
    assert not sees_nothing(raw)
    assert fail(staff, login, 1)
    assert staff.state(person) == "locked" and sees_nothing(raw)
    with pytest.raises(psycopg2.OperationalError, match="not permitted to log in"):
        psycopg2.connect(staff.dsn(login, OWN))
    users.unlock_user(staff.admin, person)
    assert staff.state(person) == "active"
    assert not fail(staff, login, 1), "the failures before the lock are forgiven"
    kinds = "select array_agg(table_name order by id) from audit.entry where action = 'E' and table_name like '%%lock'"
    assert staff.world.value(kinds) == ["lock", "unlock"]


def test_old_failures_do_not_add_up_and_a_log_in_forgives_them(staff: Staff) -> None:
    person, login = staff.person()
    fail(staff, login, 4, minutes_ago=20)
    assert not fail(staff, login, 4)
    with staff.open(login) as database:
        assert users.log_in(database, "test").failed_since == 8
        assert users.log_in(database, "test").failed_since == 0
    assert not fail(staff, login, 4)
    assert not fail(staff, login, 9, minutes_ago=60), "read late from the log: long past"
    assert staff.state(person) == "active"


def test_a_lock_ends_by_the_clock(staff: Staff) -> None:
    person, login = staff.person()
    fail(staff, login, 5)
    assert users.apply_access(staff.world.owner) == 0
    staff.world.value("update erp.app_user set locked_until = now() - interval '1 second' where id = %s", person)
    assert users.apply_access(staff.world.owner) == 1
    assert not sees_nothing(staff.raw(login))
    assert users.apply_access(staff.world.owner) == 0


def test_only_people_are_locked(staff: Staff) -> None:
    assert not fail(staff, "postgres", 20)
    assert not fail(staff, "nobody_at_all", 20)
    users.set_policy(staff.security, "identity.lock_after", 0)
    _, login = staff.person()
    assert not fail(staff, login, 20)


def test_a_log_in_tells_of_the_one_before(staff: Staff) -> None:
    person, login = staff.person()
    with staff.open(login) as database:
        first = users.log_in(database, "Outpost 1")
        assert (first.state, first.previous_at) == ("active", None)
        second = users.log_in(database, "Outpost 2")
        assert second.previous_at is not None and second.previous_client is not None
        assert second.previous_client.endswith("Outpost 1")
        assert (second.password_days_left, second.idle_lock_minutes, second.password_min_length) == (None, 30, 12)
    events = "select count(*) from audit.entry where table_name = 'login' and user_id = %s"
    assert staff.world.value(events, person) == 2
    assert users.log_in(staff.world.owner, "psql").state == "owner"


def test_an_old_password_must_be_changed(staff: Staff) -> None:
    person, login = staff.person()
    raw = staff.raw(login)
    users.set_policy(staff.security, "identity.password_days", 90)
    assert one(raw, "select (api.log_in('x') ->> 'password_days_left')::int") == 90
    staff.world.value("update erp.app_user set password_changed_at = now() - interval '91 days' where id = %s", person)
    assert sees_nothing(raw)
    said = one(raw, "select api.log_in('x')")
    assert (said["state"], said["must_change"], said["password_days_left"]) == ("must_change", True, 0)
    one(raw, "select api.change_password(%s)", users.scram_verifier("another own 1"))
    assert not sees_nothing(raw)


def test_the_rules_for_log_ins_are_the_officer_s_and_within_reason(staff: Staff) -> None:
    users.set_policy(staff.security, "identity.lock_after", 3)
    assert {rule.key: rule.value for rule in users.policies(staff.admin)}["identity.lock_after"] == 3
    refused("policy_range", lambda: users.set_policy(staff.security, "identity.password_min_length", 3))
    refused("policy_known", lambda: users.set_policy(staff.security, "identity.master_password", 3))
    for query in (
        "insert into erp.setting (key, value) values ('identity.password_days', '1')",
        "update erp.setting set value = '0' where key = 'identity.lock_after'",
        "delete from erp.setting where key = 'identity.lock_after'",
    ):
        with staff.admin.raw() as connection, pytest.raises(psycopg2.Error, match="policy_role"):
            one(connection, query)
    with staff.admin.raw() as connection:
        one(connection, "insert into erp.setting (key, value) values ('print.footer', '1')")


def test_a_made_up_time_zone_moves_no_dates(staff: Staff) -> None:
    with staff.admin.raw() as connection, pytest.raises(psycopg2.Error, match="company_time_zone"):
        one(connection, "update erp.company set time_zone = 'X-167'")


def test_a_log_in_keeps_no_right_that_the_account_lost(staff: Staff) -> None:
    """An account that expired while nobody looked loses its groups with the worker's next round."""
    person, login = staff.person("qian", ("auditor",))
    raw = staff.raw(login)
    assert one(raw, "select count(*) > 0 from audit.entry")
    staff.world.value("update erp.app_user set valid_to = erp.company_day(1) - 1 where id = %s", person)
    assert users.apply_access(staff.world.owner) == 1
    with pytest.raises(InsufficientPrivilege):
        one(raw, "select count(*) from audit.entry")


def test_everything_is_noted_with_its_reason(staff: Staff) -> None:
    person, _ = staff.person()
    users.set_roles(staff.security, person, ["planner"], reason="moved to planning")
    users.reset_password(staff.admin, person, PASSWORD, reason="forgot it")
    noted = (
        "select array_agg(x order by x) from (select distinct table_name || ' ' || reason as x from audit.entry"
        " where reason is not null and row_id = %s) n"
    )
    assert staff.world.value(noted, person) == ["app_user forgot it", "user_role moved to planning"]
