"""Those who watch over others are not put out by those whom they watch: the last officer, the last auditor."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from db import users
from db.errors import UserError
from tests.db.conftest import World
from tests.db.test_accounts import FIRST, OWN, Staff, refused, today

LAST = "user_last_keeper"


@pytest.fixture
def staff(world: World) -> Staff:
    return Staff(world)


def officer(staff: Staff) -> int:
    """The only security officer of this world."""
    return int(staff.world.value("select r.user_id from erp.user_role r where r.role_key = 'security'"))


@pytest.mark.parametrize(
    "put_out",
    [
        lambda staff, person: users.disable_user(staff.admin, person),
        lambda staff, person: users.set_dates(staff.admin, person, today(staff.world, -1), today(staff.world, 3)),
        lambda staff, person: users.set_dates(staff.admin, person, today(staff.world, 3), None),
        lambda staff, person: users.reset_password(staff.admin, person, FIRST),
    ],
    ids=["disabled", "ends soon", "begins later", "password reset"],
)
def test_the_administrator_keeps_the_last_security_officer(
    staff: Staff, put_out: Callable[[Staff, int], object]
) -> None:
    last = officer(staff)
    refused(LAST, lambda: put_out(staff, last))
    staff.person("officer", ("security",))
    put_out(staff, last)


def test_the_security_officer_keeps_the_last_auditor(staff: Staff) -> None:
    person, _ = staff.person("auditor", ("auditor",))
    refused(LAST, lambda: users.disable_user(staff.security, person))
    refused(LAST, lambda: users.set_roles(staff.security, person, ("clerk",)))
    users.save_custom_role(staff.security, key="inspection", name="Inspection", name_zh="稽核", parts=("auditor",))
    second, _ = staff.person("second", ("inspection",))
    users.disable_user(staff.security, person)
    refused(LAST, lambda: users.disable_user(staff.security, second))
    refused(LAST, lambda: users.retire_custom_role(staff.security, "inspection"))
    refused(
        LAST,
        lambda: users.save_custom_role(
            staff.security, key="inspection", name="Inspection", name_zh="稽核", parts=("report",)
        ),
    )


def test_two_who_put_out_the_last_two_at_once(staff: Staff) -> None:
    """Each alone would leave one: exactly one succeeds."""
    first, _ = staff.person("first", ("auditor",))
    second, _ = staff.person("second", ("auditor",))
    _, login = staff.person("helper", ("security",))
    gate, answers = threading.Barrier(2), []

    def put_out(database: object, person: int) -> None:
        gate.wait()
        try:
            users.disable_user(database, person)  # type: ignore[arg-type]
            answers.append("done")
        except UserError as error:
            answers.append(error.constraint)

    threads = [
        threading.Thread(target=put_out, args=args)
        for args in ((staff.security, first), (staff.open(login, OWN), second))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["done", LAST]
