"""Custom roles, stand-ins, and what the catalogue tells of everybody's rights; with real log-ins."""

from __future__ import annotations

from datetime import date

import psycopg2
import pytest
from psycopg2.errors import InsufficientPrivilege

from db import users
from db.errors import UserError
from db.session import Database
from tests.db.conftest import World
from tests.db.test_accounts import Staff, one, refused, sees_nothing, today


@pytest.fixture
def staff(world: World) -> Staff:
    return Staff(world)


def save(staff: Staff, *parts: str, key: str = "storeman") -> None:
    users.save_custom_role(staff.security, key=key, name=key.title(), name_zh="库房", parts=parts)


def test_a_custom_role_gives_its_jobs_and_changes_them_for_its_holders(staff: Staff) -> None:
    save(staff, "clerk", "buyer")
    _, login = staff.person("sun", ("storeman",))
    assert staff.jobs_on_the_server(login) == {"clerk", "buyer"}
    raw = staff.raw(login)
    assert one(raw, "select erp.my_roles()") == ["buyer", "clerk"]
    save(staff, "clerk", "planner")
    assert staff.jobs_on_the_server(login) == {"clerk", "planner"}
    users.retire_custom_role(staff.security, "storeman")
    assert staff.jobs_on_the_server(login) == set() and one(raw, "select erp.my_roles()") == []
    save(staff, "clerk")
    assert staff.jobs_on_the_server(login) == {"clerk"}


def test_a_custom_role_is_of_one_power_and_not_called_like_a_job(staff: Staff) -> None:
    refused("custom_role_one_power", lambda: save(staff, "clerk", "auditor"))
    refused("custom_role_key_free", lambda: save(staff, "clerk", key="manager"))
    refused("custom_role_key_form", lambda: save(staff, "clerk", key="Store man"))
    refused("custom_role_parts", lambda: save(staff))
    refused("custom_role_part_role", lambda: save(staff, "king"))
    save(staff, "clerk")
    person, _ = staff.person("auditor1", ("auditor",))
    refused("user_one_power", lambda: users.set_roles(staff.security, person, ["auditor", "storeman"]))


def test_an_old_picture_of_the_rights_changes_none(staff: Staff) -> None:
    """Two officers, or one in two windows: at repeatable read the second would not see what the first gave."""
    person, _ = staff.account("both")
    early = staff.world.raw("security", None)
    early.set_session(isolation_level="REPEATABLE READ", autocommit=False)
    one(early, "select count(*) from erp.user_role")
    users.set_roles(staff.security, person, ["auditor"])
    with pytest.raises(psycopg2.Error, match="rights_read_committed"):
        one(early, "select api.set_user_roles(%s, '{manager}')", person)
    early.rollback()
    given = "select string_agg(role_key, ' ') from erp.user_role where user_id = %s"
    assert staff.world.value(given, person) == "auditor"


def test_a_unit_is_not_moved_into_another_company(staff: Staff) -> None:
    """Whoever has a grant there would see it, and nobody gave him that."""
    with staff.admin.raw() as admin:
        top = one(admin, "select api.create_company('ZZ', 'Zed')")
        with pytest.raises(psycopg2.Error, match="org_unit_same_company"):
            one(admin, "update erp.org_unit set parent_id = %s where code = 'NORTH' returning id", top)


def test_a_move_that_lets_somebody_see_more_is_the_security_officer_s(staff: Staff) -> None:
    """Otherwise the administrator, who gives no units, would give them by hanging them under others."""
    staff.person()  # with a grant in the north
    south, company = staff.world.id("org_unit", "WH-SOUTH"), staff.world.id("org_unit", "HB")
    north, above = staff.world.id("org_unit", "NORTH"), "select parent_id from erp.org_unit where id = %s"
    former = staff.world.value(above, south)
    move = "update erp.org_unit set parent_id = %s where id = %s returning id"

    def by(database: Database, query: str, *values: object) -> object:
        with database.raw() as connection:
            return one(connection, query, *values)

    refused("org_unit_move_widens", lambda: by(staff.admin, move, north, south))
    assert by(staff.security, move, north, south) == south
    # Back up again nobody begins to see it, so the administrator may.
    assert by(staff.admin, move, company, south) == south
    with pytest.raises(UserError):
        by(staff.security, "update erp.org_unit set name = 'Mine' where id = %s returning id", south)
    staff.world.value("update erp.org_unit set parent_id = %s where id = %s", former, south)


def test_a_role_that_people_hold_does_not_change_its_power(staff: Staff) -> None:
    save(staff, "clerk")
    person, login = staff.person("sun", ("storeman", "planner"))
    refused("user_one_power", lambda: save(staff, "security"))
    assert staff.jobs_on_the_server(login) == {"clerk", "planner"}
    users.set_roles(staff.security, person, [])
    save(staff, "security")


def test_nobody_edits_a_role_that_he_holds(staff: Staff) -> None:
    """Nor one that he has through a colleague for whom he stands in."""
    save(staff, "security", key="officers")
    _, other_login = staff.person("officer", ("officers",))
    other = staff.open(other_login)
    for change in (
        lambda: users.save_custom_role(other, key="officers", name="X", name_zh=None, parts=["security"]),
        lambda: users.retire_custom_role(other, "officers"),
    ):
        refused("user_not_himself", change)
    third_id, third_login = staff.person("third", ("security",))
    users.delegate(other, third_id, today(staff.world), today(staff.world), "leave")
    refused("user_not_himself", lambda: users.retire_custom_role(staff.open(third_login), "officers"))


def test_the_administrator_makes_no_roles(staff: Staff) -> None:
    for query in (
        "select api.save_custom_role('x', 'X', null, '{manager}')",
        "select api.retire_custom_role('x')",
        "insert into erp.custom_role (key, name) values ('x', 'X')",
        "insert into erp.custom_role_part values (1, 'manager')",
        "insert into erp.user_custom_role values (1, 1)",
        "insert into erp.user_role values (1, 'manager')",
        "insert into erp.user_unit (user_id, org_unit_id) values (1, 1)",
        "insert into erp.delegation (from_user_id, to_user_id) values (1, 2)",
        "update erp.user_login set failed_logins = 0",
        "select erp.sync_login(1)",
        "select erp.give_roles(1, '{manager}')",
        "select erp.set_login_groups('outpost_test_x', '{outpost_test_role_manager}')",
    ):
        for database in (staff.admin, staff.security) if "api." not in query else (staff.admin,):
            with database.raw() as connection, pytest.raises(InsufficientPrivilege):
                one(connection, query)


def test_a_stand_in_has_the_other_s_jobs_and_units_for_the_time(staff: Staff) -> None:
    boss, boss_login = staff.person("boss", ("finance",))
    users.set_grants(staff.security, boss, [users.Grant(staff.world.id("org_unit", "SOUTH"))])
    helper, login = staff.person("helper", ("clerk",))
    raw = staff.raw(login)
    assets = "select array_agg(code::text order by code) from erp.asset"
    assert one(raw, assets) == ["P-NORTH"], "his own unit alone"
    with pytest.raises(InsufficientPrivilege):
        one(raw, "select count(*) from erp.cost_entry")
    stand_in = users.delegate(staff.open(boss_login), helper, today(staff.world), today(staff.world, 9), "leave")
    assert staff.jobs_on_the_server(login) == {"clerk", "finance"}
    assert one(raw, assets) == ["P-NORTH", "P-SOUTH"]
    assert one(raw, "select count(*) from erp.cost_entry") >= 0
    home = [staff.world.id("org_unit", code) for code in ("NORTH", "SOUTH")]
    assert one(raw, "select erp.my_home_units()") == home, "his own before the other's"
    users.end_delegation(staff.open(boss_login), stand_in)
    assert staff.jobs_on_the_server(login) == {"clerk"}
    assert one(raw, assets) == ["P-NORTH"]


def test_a_stand_in_begins_and_ends_by_the_clock(staff: Staff) -> None:
    _, boss_login = staff.person("boss", ("finance",))
    helper, login = staff.person("helper", ("clerk",))
    users.delegate(staff.open(boss_login), helper, today(staff.world, 1), today(staff.world, 9), "leave")
    assert staff.jobs_on_the_server(login) == {"clerk"}
    for days, jobs in ((-1, {"clerk", "finance"}), (-9, {"clerk"})):
        staff.world.value(
            "update erp.delegation set valid_from = valid_from + %s, valid_to = valid_to + %s", days, days
        )
        assert users.apply_access(staff.world.owner) == 1
        assert staff.jobs_on_the_server(login) == jobs


def test_what_somebody_has_as_a_stand_in_is_not_passed_on(staff: Staff) -> None:
    _, boss_login = staff.person("boss", ("finance",))
    helper, helper_login = staff.person("helper", ("clerk",))
    third, third_login = staff.person("third", ("planner",))
    users.delegate(staff.open(boss_login), helper, today(staff.world), today(staff.world), "leave")
    users.delegate(staff.open(helper_login), third, today(staff.world), today(staff.world), "leave")
    assert staff.jobs_on_the_server(third_login) == {"planner", "clerk"}


def test_nobody_stands_in_across_powers(staff: Staff) -> None:
    """Not by naming, nor by a job that one of the two gets later."""
    boss, boss_login = staff.person("boss", ("finance",))
    day = today(staff.world)
    for other in (staff.admin.user.id, staff.security.user.id):
        refused("user_one_power", lambda other=other: users.delegate(staff.open(boss_login), other, day, day, "x"))  # type: ignore[misc]
    helper, _ = staff.person("helper", ("clerk",))
    users.delegate(staff.open(boss_login), helper, day, day, "leave")
    refused("user_one_power", lambda: users.set_roles(staff.security, boss, ["auditor"]))
    refused("user_one_power", lambda: users.set_roles(staff.security, helper, ["admin"]))


def test_who_may_name_a_stand_in(staff: Staff) -> None:
    boss, _ = staff.person("boss", ("finance",))
    helper, helper_login = staff.person("helper", ("clerk",))
    day = today(staff.world)
    refused(
        "delegation_who", lambda: users.delegate(staff.open(helper_login), helper, day, day, "mine now", boss) and None
    )
    refused(
        "user_not_himself", lambda: users.delegate(staff.security, staff.security.user.id or 0, day, day, "x", boss)
    )
    refused("delegation_who", lambda: users.delegate(staff.admin, helper, day, day, "x", boss))
    refused("delegation_length", lambda: users.delegate(staff.security, helper, day, today(staff.world, 60), "x", boss))
    refused(
        "delegation_future",
        lambda: users.delegate(staff.security, helper, date(2020, 1, 1), date(2020, 1, 9), "x", boss),
    )
    refused("delegation_reason_given", lambda: users.delegate(staff.security, helper, day, day, " ", boss))
    made = users.delegate(staff.security, helper, day, today(staff.world, 59), "accident", boss)
    refused("delegation_who", lambda: users.end_delegation(staff.admin, made))
    users.end_delegation(staff.open(helper_login), made)


def test_a_blocked_person_neither_names_nor_ends_a_stand_in(staff: Staff) -> None:
    boss, boss_login = staff.person("boss", ("finance",))
    helper, _ = staff.person("helper", ("clerk",))
    day = today(staff.world)
    made = users.delegate(staff.open(boss_login), helper, day, day, "leave")
    users.reset_password(staff.admin, boss, "temporary 1")
    thief = staff.raw(boss_login, "temporary 1")
    for query in (
        f"select api.delegate({helper}, current_date, current_date + 2, 'x')",
        f"select api.end_delegation({made})",
    ):
        with pytest.raises(psycopg2.Error, match=r"delegation_(who|found)"):
            one(thief, query)


def test_a_former_colleague_s_rights_are_not_stood_in_for(staff: Staff) -> None:
    boss, boss_login = staff.person("boss", ("finance",))
    helper, login = staff.person("helper", ("clerk",))
    users.delegate(staff.open(boss_login), helper, today(staff.world), today(staff.world, 9), "leave")
    users.disable_user(staff.admin, boss)
    assert staff.jobs_on_the_server(login) == {"clerk"}


def test_everybody_sees_the_stand_ins_that_concern_him(staff: Staff) -> None:
    _, boss_login = staff.person("boss", ("finance",))
    helper, helper_login = staff.person("helper", ("clerk",))
    _, third_login = staff.person("third", ("clerk",))
    users.delegate(staff.open(boss_login), helper, today(staff.world), today(staff.world, 9), "leave")
    counted = "select count(*) from erp.delegation"
    assert [one(staff.raw(login), counted) for login in (boss_login, helper_login, third_login)] == [1, 1, 0]
    with staff.security.raw() as connection:
        assert one(connection, counted) == 1


def test_access_tells_what_and_why(staff: Staff) -> None:
    save(staff, "buyer")
    _, boss_login = staff.person("boss", ("finance",))
    helper, login = staff.person("helper", ("clerk", "storeman"))
    until = today(staff.world, 9)
    users.delegate(staff.open(boss_login), helper, today(staff.world), until, "leave")
    found = users.access_of(staff.security, helper)
    jobs = {row.object: (row.because, row.because_zh, row.valid_to) for row in found if row.kind == "job"}
    assert jobs == {
        "clerk": ("Warehouse clerk", "仓库管理员", None),
        "buyer": ("Storeman → Buyer", "库房 → 采购员", None),
        "finance": (f"Finance (for Boss until {until})", f"财务（代理Boss，至 {until}）", until),
    }
    units = [(row.object, row.action) for row in found if row.kind == "unit"]
    assert units == [("NORTH", "read write")] * 2
    tables = {(row.object, row.because): row.action for row in found if row.kind == "table"}
    assert tables["erp.contract", f"Finance (for Boss until {until})"].startswith("read")
    assert ("erp.cost_entry", "Warehouse clerk") not in tables
    functions = {(row.object, row.because) for row in found if row.kind == "function"}
    assert ("api.post_stock", "Warehouse clerk") in functions
    assert users.access_of(staff.open(login), helper) == found
    with pytest.raises(UserError):
        users.access_of(staff.open(boss_login), helper)


def test_each_right_has_its_own_id(staff: Staff) -> None:
    """A list shows rows by their id: a custom role and a stand-in with the same number must not share one."""
    with staff.world.owner.raw() as connection, connection.cursor() as cursor:
        for table in ("custom_role", "delegation"):
            cursor.execute(f"select setval(pg_get_serial_sequence('erp.{table}', 'id'), 900, false)")
    save(staff, "clerk", "buyer")
    _, boss_login = staff.person("boss", ("clerk",))
    helper, _ = staff.person("helper", ("storeman",))
    made = users.delegate(staff.open(boss_login), helper, today(staff.world), today(staff.world, 9), "leave")
    with staff.security.raw() as connection:
        assert made == one(connection, "select id from erp.custom_role where key = 'storeman'")
        rights = f"from api.user_access where user_id = {helper}"
        assert one(connection, f"select count(distinct id) {rights}") == one(connection, f"select count(*) {rights}")


def test_access_is_what_the_server_does(staff: Staff) -> None:
    """Every table that access tells of is read by the person, and every other one is refused."""
    person, login = staff.person("clerk1", ("clerk",))
    told = {
        row.object
        for row in users.access_of(staff.security, person)
        if row.kind in ("table", "view") and "read" in row.action
    }
    raw = staff.raw(login)
    with staff.world.owner.raw() as connection, connection.cursor() as cursor:
        cursor.execute("select 'erp.' || table_name from erp.protection")
        tables = {row[0] for row in cursor.fetchall()}
    read = set()
    for table in tables:
        with raw.cursor() as cursor:
            try:
                cursor.execute(f"select 1 from {table} limit 1")
                read.add(table)
            except InsufficientPrivilege:
                continue
    partly = {"erp.app_user", "erp.engineer"}
    assert read | partly >= told & tables and read <= told


def test_the_matrix_is_for_those_who_keep_or_audit_rights(staff: Staff) -> None:
    with staff.admin.raw() as connection:
        query = "select may_read || may_update from api.role_matrix where role_key = %s and object = %s"
        assert one(connection, query, "manager", "erp.app_user") is None
        assert one(connection, query.replace(" || may_update", ""), "manager", "erp.app_user") == "some"
        assert one(connection, "select count(*) from api.role_matrix where role_key = 'clerk'") > 40
        assert one(connection, "select count(*) - count(distinct id) from api.role_matrix") == 0
        assert one(connection, "select count(*) - count(distinct id) from api.user_access") == 0
    _, login = staff.person()
    with pytest.raises(InsufficientPrivilege):
        one(staff.raw(login), "select count(*) from api.role_matrix")


def test_the_administrator_gets_no_data_by_any_chain(staff: Staff) -> None:
    """Everything he may do, in the order in which a thief would: an account of his own making, a colleague's, dates."""
    mine, login = staff.account("puppet")
    raw = staff.raw(login, "first-password-1")
    one(raw, "select api.change_password(%s)", users.scram_verifier("puppet password"))
    assert sees_nothing(raw)
    clerk, clerk_login = staff.person("clerk1")
    users.reset_password(staff.admin, clerk, "known to me 1")
    stolen = staff.raw(clerk_login, "known to me 1")
    one(stolen, "select api.change_password(%s)", users.scram_verifier("known to me 2"))
    users.disable_user(staff.admin, clerk)
    users.enable_user(staff.admin, clerk)
    users.set_dates(staff.admin, clerk, date(2020, 1, 1), None)
    users.unlock_user(staff.admin, clerk)
    for session in (stolen, raw):
        assert sees_nothing(session)
        for query in (
            f"select api.delegate({mine}, current_date, current_date + 5, 'x')",
            f"select api.set_user_roles({mine}, '{{manager}}')",
            f"select api.release_user({clerk})",
            f"alter role {login} in role outpost_test_role_manager",
            "set role outpost_test_role_manager",
            "select api.post_stock(gen_random_uuid(), '{}')",
            "select * from audit.entry",
            "select erp.note_failed_login('x', now())",
        ):
            with pytest.raises(psycopg2.Error):
                one(session, query)
        assert one(session, "select count(*) from api.search_anywhere('pump', 10)") == 0
