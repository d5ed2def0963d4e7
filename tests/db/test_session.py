"""Logging in, short transactions, and what becomes of errors and lost connections."""

from __future__ import annotations

import psycopg2
import pytest
from sqlalchemy import select, text

from db.errors import (
    BugError,
    Busy,
    ConnectionLost,
    NotInstalled,
    SchemaTooNew,
    SchemaTooOld,
    ServerUnreachable,
    UserError,
    translate,
)
from db.orm.assets import Asset
from db.session import connect
from db.version import SCHEMA_VERSION
from tests.db.conftest import World


def test_who_am_i(shared: World) -> None:
    user = shared.login("clerk").user
    assert user.roles == {"clerk"}
    assert set(user.unit_ids) == {shared.id("org_unit", code) for code in ("NORTH", "WH-NORTH", "SITE-NORTH")}
    assert user.home_unit_ids == (shared.id("org_unit", "NORTH"),)
    assert (user.company_name, user.company_name_zh, user.currency) == ("Harbour Services", "海港服务", "CNY")
    assert not user.is_owner and user.language == "zh"


def test_the_owner_has_every_job(shared: World) -> None:
    owner = shared.owner.user
    assert owner.is_owner and owner.id is None and {"clerk", "auditor", "admin"} <= owner.roles
    assert shared.value("select erp.my_user_id()") == 0


def test_where_nobody_answers() -> None:
    with pytest.raises(ServerUnreachable) as refused:
        connect("host=127.0.0.1 port=1 user=x dbname=y connect_timeout=2")
    assert refused.value.text("zh") and refused.value.text("en")


def test_where_nothing_is_installed(world: World) -> None:
    with pytest.raises(NotInstalled):
        connect(world.server.dsn("postgres"))
    with pytest.raises(NotInstalled):
        connect(world.server.dsn("no_such_database"))


@pytest.mark.parametrize(("version", "kind"), [("0000", SchemaTooOld), ("9999", SchemaTooNew)])
def test_where_the_schema_is_another(world: World, version: str, kind: type[UserError]) -> None:
    world.value("update erp.schema_version set version_num = %s", version)
    with pytest.raises(kind, match=SCHEMA_VERSION):
        connect(world.dsn())


def test_reading_does_not_write(shared: World) -> None:
    with pytest.raises(UserError, match="only reads"), shared.owner.read() as session:
        session.execute(text("update erp.asset set note = 'x'"))
    with pytest.raises(UserError, match="only reads"), shared.owner.stream() as connection:
        connection.execute(text("select erp.next_number('issue', 1)")).all()


def test_an_exception_rolls_back(world: World) -> None:
    def half() -> None:
        with world.owner.write() as session:
            session.execute(text("update erp.asset set note = 'x'"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert world.value("select count(*) from erp.asset where note = 'x'") == 0


def test_what_was_read_stays_readable_after_the_block(shared: World) -> None:
    with shared.owner.read() as session:
        asset = session.scalars(select(Asset).where(Asset.code == "P-NORTH")).one()
    assert asset.name_zh == "冷却水泵"
    with pytest.raises(Exception, match="lazy='raise'"):
        _ = asset.site


def test_a_stream_sees_one_state(world: World) -> None:
    with world.owner.stream() as connection:
        before = connection.execute(text("select count(*) from erp.skill")).scalar_one()
        world.value("insert into erp.skill (code, name) values ('S', 'Skill')")
        assert connection.execute(text("select count(*) from erp.skill")).scalar_one() == before
        rows = connection.execute(text("select generate_series(1, 2500)"))
        assert [len(part) for part in rows.partitions(1000)] == [1000, 1000, 500]


def test_two_who_edit_the_same_record(world: World) -> None:
    anna, bert = world.login("desk"), world.login("desk")
    with anna.read() as session:
        hers = session.scalars(select(Asset).where(Asset.code == "P-NORTH")).one()
    with bert.write() as session:
        session.scalars(select(Asset).where(Asset.code == "P-NORTH")).one().note = "bert"
    hers.note = "anna"
    with pytest.raises(UserError) as refused, anna.write() as session:
        session.add(hers)
    assert (refused.value.code, refused.value.constraint) == ("ER003", "row_unchanged")
    with anna.write() as session:
        again = session.scalars(select(Asset).where(Asset.code == "P-NORTH")).one()
        again.note = "both"
    assert again.version == 3


def test_a_killed_connection_is_told_and_then_replaced(world: World) -> None:
    clerk = world.login("clerk")
    kill = text("select pg_terminate_backend(pg_backend_pid()), pg_sleep(5)")
    with pytest.raises(ConnectionLost), clerk.read() as session:
        session.execute(kill)
    with clerk.read() as session:
        assert session.execute(text("select 1")).scalar_one() == 1


def test_a_connection_that_died_while_idle_is_not_noticed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.engine._IDLE_SECONDS", 0.0)
    clerk = world.login("clerk")
    with clerk.read() as session:
        pid = session.execute(text("select pg_backend_pid()")).scalar_one()
    world.value("select pg_terminate_backend(%s, 5000)", pid)
    with clerk.read() as session:
        assert session.execute(text("select 1")).scalar_one() == 1


def test_retrying_does_the_work_again(world: World) -> None:
    tries: list[int] = []

    def work(session: object) -> str:
        tries.append(1)
        if len(tries) < 3:
            raise Busy(code="40P01", message_en="", message_zh="")
        return "done"

    assert world.owner.retrying(work) == "done"
    assert len(tries) == 3


@pytest.mark.parametrize(
    ("statement", "rule", "field"),
    [
        ("insert into erp.skill (code, name) values ('S', null)", "value_required", "name"),
        ("insert into erp.skill (code, name) values (' S', 'x')", "code_form", "code"),
        ("insert into erp.skill (code, name, kind) values ('S', 'x', 'y')", "skill_kind_known", "kind"),
        ("insert into erp.asset_class (code, name) values ('PUMP', 'x')", "asset_class_code_unique", "code"),
        ("update erp.asset set asset_class_id = 99", "asset_class_of", "asset_class_id"),
        ("delete from erp.asset_class", "still_used", None),
        ("update erp.party set email = 'x'", "party_email_form", "email"),
        ("update erp.contract set ends_on = '2020-01-01'", "contract_dates_in_order", "ends_on"),
        ("update erp.asset set parent_id = id", "asset_no_circle", "parent_id"),
        ("update erp.asset set company_id = 99", "company_stays", "company_id"),
    ],
)
def test_refusals_speak_of_the_field(world: World, statement: str, rule: str, field: str | None) -> None:
    with pytest.raises(UserError) as refused:
        world.value(statement)
    assert (refused.value.constraint, refused.value.field) == (rule, field)
    for language in ("en", "zh"):
        assert "{" not in refused.value.text(language)  # type: ignore[arg-type]


def test_a_value_that_is_taken_is_named(world: World) -> None:
    with pytest.raises(UserError, match="PUMP"):
        world.value("insert into erp.asset_class (code, name) values ('PUMP', 'x')")


def test_a_fault_of_ours_is_a_bug(shared: World) -> None:
    with pytest.raises(BugError):
        shared.value("select no_such_column from erp.asset")


def test_a_row_that_a_colleague_holds_asks_to_try_again(world: World) -> None:
    one, two = psycopg2.connect(world.dsn()), psycopg2.connect(world.dsn())
    with one.cursor() as first, two.cursor() as second:
        first.execute("update erp.asset set note = '1' where code = 'P-NORTH'")
        second.execute("update erp.asset set note = '2' where code = 'P-SOUTH'")
        first.execute("set lock_timeout = '100ms'")
        with pytest.raises(psycopg2.errors.LockNotAvailable) as waited:
            first.execute("update erp.asset set note = '1' where code = 'P-SOUTH'")
    assert isinstance(translate(waited.value), Busy)
    one.close()
    two.close()
