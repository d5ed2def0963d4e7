"""What waits for the security officer: new accounts without a job, accounts to release, people locked out."""

from __future__ import annotations

from dataclasses import replace

from db.orm.people import AppUser
from desktop.domain.conditions import Group, Test
from desktop.lists.platform import USERS
from desktop.lists.spec import Column, Kind, View

_SHOWN = ("user_name", "name", "state", "jobs", "units", "last_login_at", "valid_to")

# An account whose holder has not yet set a password of his own waits for him and not for the officer.
_RELEASE = Group("all", (Test("state", "=", ("reset",)), Test("must_change", "=", (False,))))
_JOBS = Test("state", "=", ("new",))
_LOCKED = Test("state", "=", ("locked",))

PEOPLE_WAITING = replace(
    USERS,
    key="people_waiting",
    name="Waiting for me",
    name_zh="待我处理",
    icon="inbox",
    roles=frozenset({"security"}),
    columns=(
        *(column for column in USERS.columns if column.key != "id"),
        Column(key="must_change", expr=AppUser.must_change, kind=Kind.BOOLEAN, width=90, shown=False),
        Column(key="id", expr=AppUser.id, kind=Kind.INTEGER, width=80, shown=False),
    ),
    views=(
        View(key="mine", name="Waiting for me", name_zh="待我处理", columns=_SHOWN,
             condition=Group("any", (_JOBS, _RELEASE, _LOCKED))),
        View(key="jobs", name="Without a job", name_zh="未授岗位", columns=_SHOWN, condition=_JOBS),
        View(key="release", name="To release", name_zh="待放行", columns=_SHOWN, condition=_RELEASE),
        View(key="locked", name="Locked", name_zh="已锁定", columns=_SHOWN, condition=_LOCKED),
    ),
)  # fmt: skip

LISTS = (PEOPLE_WAITING,)
