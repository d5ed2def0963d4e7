"""Log-ins: made with verifiers by who may, changed at once, and never a way to more rights."""

from __future__ import annotations

import psycopg2
import pytest
from psycopg2.errors import InsufficientPrivilege
from sqlalchemy import text

from db import users
from db.errors import NotAdmitted, UserError, WrongPassword
from db.session import Database, connect
from tests.db.conftest import PASSWORD, PREFIX, World


def make(
    database: Database, world: World, name: str, roles: tuple[str, ...] = ("clerk",), password: str = PASSWORD
) -> int:
    return users.create_user(
        database,
        user_name=name,
        password=password,
        roles=roles,
        units=[world.id("org_unit", "NORTH")],
        display_name=name.title(),
        login=f"{PREFIX}_{world.name[8:]}_{name}",
    )


def login(world: World, name: str) -> str:
    return world.dsn(f"{PREFIX}_{world.name[8:]}_{name}")


def test_the_verifier_of_rfc_7677() -> None:
    salt = bytes.fromhex("5b6d99689d12358eeca04b141236fa81")
    assert users.scram_verifier("pencil", salt=salt) == (
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
        "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
    )


@pytest.mark.parametrize("password", ["secret", "密码 一二三", "pass\u00a0word", "I\u00adX", "ª", "Grüße", " blanks "])
def test_the_server_accepts_the_password_behind_our_verifier(world: World, password: str) -> None:
    make(world.owner, world, "wang", password=password)
    dsn = world.server.dsn(world.name, f"{PREFIX}_{world.name[8:]}_wang", password)
    with connect(dsn) as database:
        assert database.user.user_name == "wang"
        assert database.user.roles == {"clerk"}


def test_a_wrong_password_is_told(world: World) -> None:
    make(world.owner, world, "wang")
    with pytest.raises(WrongPassword):
        connect(world.server.dsn(world.name, f"{PREFIX}_{world.name[8:]}_wang", "wrong"))


@pytest.mark.parametrize(
    "verifier", ["secret", "md5" + "0" * 32, "SCRAM-SHA-256$1:c2FsdA==$" + "A" * 44 + ":" + "A" * 44]
)
def test_neither_plain_text_nor_a_weak_verifier_reaches_the_catalogue(world: World, verifier: str) -> None:
    admin = world.raw("admin", "HB")
    with admin.cursor() as cursor, pytest.raises(psycopg2.Error, match="user_password_verifier"):
        cursor.execute("select api.create_user('x', 'X', %s)", (verifier,))


@pytest.mark.parametrize(
    "name", ["postgres", "outpost_owner", f"{PREFIX}_role_manager", f"{PREFIX}_schema_owner", f"{PREFIX}_user_admin"]
)
def test_no_foreign_role_is_taken_over(world: World, name: str) -> None:
    admin = world.raw("admin", "HB")
    verifier = users.scram_verifier("x")
    with admin.cursor() as cursor:
        with pytest.raises(psycopg2.Error, match="user_login_form"):
            cursor.execute("select api.create_user('x', 'X', %s, login_name => %s)", (verifier, name))
        with pytest.raises(InsufficientPrivilege):
            cursor.execute("select erp.make_login(%s, %s, '{}')", (name, verifier))
        with pytest.raises(InsufficientPrivilege):
            cursor.execute("select erp.set_login_verifier(%s, %s)", (name, verifier))


def test_a_superuser_is_never_touched_through_a_registered_login(world: World) -> None:
    world.value(f"create role {PREFIX}_boss superuser")
    try:
        with pytest.raises(UserError) as refused:
            world.value(f"select erp.set_login_verifier('{PREFIX}_boss', %s)", users.scram_verifier("x"))
        assert refused.value.constraint == "user_login_form"
    finally:
        world.value(f"drop role {PREFIX}_boss")


def test_nobody_gives_himself_a_job(world: World) -> None:
    security = world.login("security", "HB")
    me = security.user.id
    assert me is not None
    for change in (
        lambda: users.set_roles(security, me, ["security", "manager"]),
        lambda: users.set_units(security, me, [world.id("org_unit", "SOUTH")]),
    ):
        with pytest.raises(UserError) as refused:
            change()
        assert refused.value.constraint == "user_not_himself"
    manager = world.login("manager", "HB")
    with pytest.raises(UserError):
        users.set_roles(manager, me, [])


def test_jobs_and_units_change_at_once(world: World) -> None:
    person = make(world.owner, world, "sun", ("clerk",))
    with connect(login(world, "sun")) as database:
        users.set_roles(world.owner, person, ["finance"])
        users.set_units(world.owner, person, [world.id("org_unit", "SOUTH")], read_only=[world.id("org_unit", "SOUTH")])
        now = database.reload_user()
        assert now.roles == {"finance"}
        assert set(now.unit_ids) == {world.id("org_unit", c) for c in ("SOUTH", "WH-SOUTH", "SITE-SOUTH")}
        assert now.home_unit_ids == ()
        with database.read() as session:
            assert session.scalars(text("select number from erp.contract")).all() == ["CON-SOUTH"]


def test_a_disabled_person_sees_nothing_and_stays_out(world: World) -> None:
    person = make(world.owner, world, "qian")
    raw = psycopg2.connect(login(world, "qian"))
    raw.autocommit = True
    with raw.cursor() as cursor:
        cursor.execute("select count(*) from erp.item")
        assert cursor.fetchone() == (1,)
        users.disable_user(world.owner, person)
        cursor.execute("select count(*) from erp.org_unit")
        assert cursor.fetchone() == (0,)
        with pytest.raises(InsufficientPrivilege):
            cursor.execute("select count(*) from erp.item")
    raw.close()
    with pytest.raises(NotAdmitted):
        connect(login(world, "qian"))
    users.enable_user(world.owner, person)
    with connect(login(world, "qian")) as database:
        assert database.user.user_name == "qian"


def test_everybody_changes_his_own_password_only(world: World) -> None:
    me, other = make(world.owner, world, "zhou"), make(world.owner, world, "wu")
    with connect(login(world, "zhou")) as database:
        users.set_password(database, me, "new one")
        with pytest.raises(UserError):
            users.set_password(database, other, "stolen")
    connect(world.server.dsn(world.name, f"{PREFIX}_{world.name[8:]}_zhou", "new one")).close()


def test_a_taken_name_says_so(world: World) -> None:
    make(world.owner, world, "wu")
    with pytest.raises(UserError) as refused:
        make(world.owner, world, "wu")
    assert refused.value.constraint == "app_user_name_unique"
    assert "wu" in refused.value.text("en")


def test_a_half_made_user_leaves_no_login(world: World) -> None:
    with pytest.raises(UserError):
        make(world.owner, world, "half", ("no_such_job",))
    assert world.value("select count(*) from pg_roles where rolname like %s", f"%{world.name[8:]}_half") == 0


def test_others_do_not_even_connect(world: World) -> None:
    world.value(f"drop role if exists {PREFIX}x_stranger")
    world.value(f"create role {PREFIX}x_stranger login password '{PASSWORD}'")
    with pytest.raises(psycopg2.OperationalError, match="permission denied"):
        psycopg2.connect(world.dsn(f"{PREFIX}x_stranger"))
