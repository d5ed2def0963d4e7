"""Coming in with a right password: let in, told why not, or asked for a new one. Real accounts, real log-ins."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from db import admission, users
from db.errors import LoginError, NotAdmitted, PasswordMustChange, WrongPassword
from db.session import Database, connect
from tests.db.conftest import World
from tests.db.test_accounts import FIRST, OWN, Staff, fail


@pytest.fixture
def staff(world: World) -> Staff:
    return Staff(world)


def come_in(staff: Staff, login: str, password: str = OWN) -> Database:
    database, _said = admission.admit(staff.dsn(login, password), program="Outpost test")
    return staff.world.stack.enter_context(database)


def refused(staff: Staff, login: str, password: str = OWN) -> LoginError:
    with pytest.raises(LoginError) as error:
        admission.admit(staff.dsn(login, password), program="Outpost test")
    assert error.value.text("en") and error.value.text("zh")
    return error.value


def test_who_works_here_comes_in_and_learns_of_the_time_before(staff: Staff) -> None:
    _, login = staff.person()
    database = come_in(staff, login)
    assert database.user.roles == {"clerk"}
    fail(staff, login, 2)
    _, said = admission.admit(staff.dsn(login, OWN), program="Outpost test")
    assert said.failed_since == 2 and said.previous_at is not None and "Outpost test" in (said.previous_client or "")
    assert said.idle_lock_minutes == 30


def test_a_new_account_changes_its_password_then_waits_for_release_then_for_jobs(staff: Staff) -> None:
    person, login = staff.account()
    users.set_policy(staff.security, "identity.password_min_length", 14)
    must = refused(staff, login, FIRST)
    assert isinstance(must, PasswordMustChange) and must.facts["least"] == 14 and must.field == "password"
    admission.change_password(staff.dsn(login, FIRST), OWN)
    assert isinstance(refused(staff, login, FIRST), WrongPassword)
    waits = refused(staff, login)
    assert isinstance(waits, NotAdmitted) and waits.constraint == "login_awaiting_release"
    users.release_user(staff.security, person)
    assert refused(staff, login).constraint == "login_new"
    users.set_roles(staff.security, person, ["clerk"])
    assert come_in(staff, login).user.has("clerk")


def test_a_password_that_is_too_old_is_changed_first(staff: Staff) -> None:
    person, login = staff.person()
    users.set_policy(staff.security, "identity.password_days", 90)
    old = "update erp.app_user set password_changed_at = now() - interval '91 days' where id = %s"
    staff.world.value(old, person)
    assert isinstance(refused(staff, login), PasswordMustChange)
    admission.change_password(staff.dsn(login, OWN), "another one of mine 2")
    database, said = admission.admit(staff.dsn(login, "another one of mine 2"), program="Outpost test")
    database.close()
    assert said.password_days_left == 90


def test_why_an_account_is_closed_is_known_to_the_owner_alone(staff: Staff) -> None:
    person, login = staff.person("li")
    world = staff.world
    assert admission.closed(world.owner, "li") is None and admission.closed(world.owner, "nobody") is None
    fail(staff, login, 5)
    stranger = refused(staff, login)
    assert (type(stranger), stranger.constraint) == (NotAdmitted, "login_closed")
    assert isinstance(refused(staff, login, "wrong"), WrongPassword), "only who knows the password learns of it"
    until = world.value("select locked_until from erp.app_user where id = %s", person)
    locked = admission.closed(world.owner, "li")
    assert locked is not None and f"{until.astimezone():%H:%M}" in locked.text("en")
    users.unlock_user(staff.admin, person)
    users.disable_user(staff.admin, person)
    closed = admission.closed(world.owner, "li")
    assert closed is not None and closed.constraint == "login_disabled"


@pytest.mark.parametrize(
    ("first", "last", "rule"), [(-30, -2, "login_expired"), (5, None, "login_not_yet")], ids=["expired", "not yet"]
)
def test_outside_its_dates_an_account_says_so(staff: Staff, first: int, last: int | None, rule: str) -> None:
    person, login = staff.person("sun")
    day: date = staff.world.value("select erp.company_day(1)")
    ends = None if last is None else day + timedelta(days=last)
    users.set_dates(staff.admin, person, day + timedelta(days=first), ends)
    assert isinstance(refused(staff, login), (NotAdmitted, WrongPassword))
    closed = admission.closed(staff.world.owner, "sun")
    assert closed is not None and closed.constraint == rule
    assert str(ends or day + timedelta(days=first)) in closed.text("zh")


def test_the_owner_comes_in_without_an_account(staff: Staff) -> None:
    database, said = admission.admit(staff.world.dsn(), program="Outpost test")
    database.close()
    assert said.state == "owner"


def test_connections_after_a_change_use_the_new_password(staff: Staff) -> None:
    _, login = staff.person()
    database = come_in(staff, login)
    admission.change_password(database.dsn, "another one of mine 2")
    database.use_password("another one of mine 2")
    database.engine.dispose()  # as after a lost network: the next query opens a connection
    assert database.reload_user().roles == {"clerk"}
    with pytest.raises(WrongPassword):
        admission.admit(staff.dsn(login, OWN), program="Outpost test")


def test_a_command_that_only_connects_is_told_the_same(staff: Staff) -> None:
    _, made = staff.account("wu")
    with pytest.raises(NotAdmitted) as new:
        connect(staff.dsn(made, FIRST))
    assert new.value.constraint == "login_new"
    person, login = staff.person()
    users.reset_password(staff.admin, person, FIRST)
    with pytest.raises(NotAdmitted) as reset:
        connect(staff.dsn(login, FIRST))
    assert reset.value.constraint == "login_awaiting_release"
    staff.world.value("update erp.app_user set awaiting_release = false where id = %s", person)
    with pytest.raises(PasswordMustChange, match="log-in window"):
        connect(staff.dsn(login, FIRST))
