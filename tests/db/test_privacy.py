"""People in the database: what the audit keeps of them, what they may ask for, and that they can be forgotten.

The person of these tests has a log-in, works as an engineer, is named in texts, in closed work orders, in a posted
document and in the audit. The scan that proves the erasure is written here once more, so that it does not trust the one
that it proves.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg2
import pytest

from db import functions, health, users
from db.errors import UserError
from tests.db.conftest import PASSWORD, PREFIX, World

NAME, NAME_ZH, PHONE, MAIL, BADGE = "Zhao Lingfeng", "赵凌峰", "139 5555 0142", "lingfeng.zhao@example.com", "BDG-7741"
REASON = "request of 12 November, no. 7"


class Person:
    """Who is erased: ids and the log-in's name."""

    def __init__(self, world: World) -> None:
        self.login = f"{PREFIX}_zhao_{world.name.rsplit('_', 1)[1]}"
        self.user = users.create_user(
            world.owner, user_name="zhao.lingfeng", password=PASSWORD, roles=("engineer",),
            units=[world.id("org_unit", "NORTH")],
            display_name=NAME, display_name_zh=NAME_ZH, email=MAIL, phone=PHONE, badge=BADGE, login=self.login,
            company_id=world.id("company", "HB"),
        )  # fmt: skip
        world.value("update erp.app_user set phone = '139-5555-0142' where id = %s", self.user)
        self.engineer = int(world.value(
            "insert into erp.engineer (company_id, org_unit_id, user_id, code, name, name_zh, initials, phone, badge,"
            " hourly_rate) select u.company_id, u.id, %s, 'E-77', %s, %s, 'ZL', '13955550142', 'ENG-7741', 180"
            " from erp.org_unit u where u.code = 'NORTH' returning id", self.user, NAME, NAME_ZH,
        ))  # fmt: skip
        self.order = int(world.value(
            "insert into erp.work_order (company_id, org_unit_id, number, title, note, engineer_id)"
            " select u.company_id, u.id, 'WO-77', %s, %s, %s from erp.org_unit u where u.code = 'NORTH' returning id",
            f"Pump, as told by {NAME}", f"回电 {NAME_ZH}，手机 13955550142", self.engineer,
        ))  # fmt: skip
        world.value("update erp.work_order set state = 'cancelled' where id = %s", self.order)
        world.value(
            "insert into erp.stock_document (company_id, org_unit_id, document_type, number, effective_at, posted_by,"
            " reason) select company_id, org_unit_id, 'receipt', 'RCV-77', now(), %s, %s from erp.stock_document"
            " limit 1",
            self.user, f"checked by {NAME.upper()}",
        )  # fmt: skip
        world.value(
            "insert into erp.absence (company_id, org_unit_id, engineer_id, kind, period, note)"
            " select company_id, org_unit_id, id, 'sick', '[2024-02-01,2024-02-03)', 'flu'"
            " from erp.engineer where id = %s",
            self.engineer,
        )
        world.value(
            "insert into erp.saved_view (list_key, name, definition) values"
            " ('engineers', 'His', jsonb_build_object('search', %s))",
            NAME,
        )


@pytest.fixture
def person(world: World) -> Iterator[Person]:
    someone = Person(world)
    yield someone
    with world.owner.raw() as connection, connection.cursor() as cursor:
        cursor.execute("select login from erp.app_user where id = %s", (someone.user,))
        (login,) = cursor.fetchone() or ("",)
        cursor.execute(f'drop role if exists "{login}"')


def ask(connection: psycopg2.extensions.connection, query: str, *values: object) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def everywhere(world: World, *needles: str) -> list[tuple[str, str, str]]:
    """(table, column, needle) of each place in which a text stands: every column of every table, as text."""
    found = []
    with world.owner.raw() as connection, connection.cursor() as cursor:
        cursor.execute(
            "select c.oid::regclass::text, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid"
            " where c.relkind = 'r' and c.relnamespace in ('erp'::regnamespace, 'audit'::regnamespace)"
            " and a.attnum > 0 and not a.attisdropped and a.atttypid <> 'bytea'::regtype"
        )
        for table, column in cursor.fetchall():
            for needle in needles:
                cursor.execute(f'select count(*) from {table} where "{column}"::text ilike %s', (f"%{needle}%",))
                if (cursor.fetchone() or (0,))[0]:
                    found.append((table, column, needle))
    return found


def erase(security: psycopg2.extensions.connection, kind: str, number: int, reason: str = REASON) -> dict[str, Any]:
    token = ask(security, "select api.erasure_preview(%s, %s) ->> 'token'", kind, number)
    answer = ask(security, "select api.erase_subject(%s, %s, %s, %s)", kind, number, reason, token)
    return dict(answer)


def test_an_entry_holds_the_hash_of_a_personal_value_and_the_value_stands_beside_it(
    world: World, person: Person
) -> None:
    sealed = world.value(
        "select changes -> 'name' from audit.entry where table_name = 'engineer' and row_id = %s", person.engineer
    )
    assert list(sealed) == ["sealed"]
    assert NAME not in world.value("select string_agg(changes::text, '') from audit.entry")
    with world.login("auditor", "HB").read() as session:
        (entry,) = functions.history(session, "engineer", person.engineer)
    assert entry.changes["name"] == NAME


def test_a_person_is_noted_by_his_number_and_never_by_his_log_in(world: World, person: Person) -> None:
    with psycopg2.connect(world.dsn(person.login)) as connection:
        ask(
            connection,
            "select api.change_work_order_state(%s, version, 'draft', 'x') from erp.work_order where id = 0",
            1,
        )
    assert world.value("select count(*) from audit.entry where login is not null and user_id > 0") == 0
    assert not [place for place in everywhere(world, person.login) if place[:2] != ("erp.app_user", "login")
                and place[0] != "audit.personal"]  # fmt: skip


def test_values_that_were_rewritten_or_taken_away_are_found(world: World, person: Person) -> None:
    assert world.value("select api.verify_personal() -> 'findings'") == []
    with world.owner.raw() as connection, connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        cursor.execute(
            "update audit.personal set value = '\"Somebody\"' where value = to_jsonb(%s::text)"
            " and column_name = 'name'",
            (NAME,),
        )
        cursor.execute("delete from audit.personal where column_name = 'badge' and value = '\"ENG-7741\"'")
        cursor.execute(
            "update audit.personal set value = null, salt = null, erasure_id = 99 where column_name = 'initials'"
        )
        cursor.execute("set session_replication_role = origin")
    found = world.value("select api.verify_personal() -> 'findings'")
    assert sorted((one["column"], one["finding"]) for one in found if one["column"] != "initials") == [
        ("badge", "missing"), ("name", "changed"),
    ]  # fmt: skip
    assert {one["finding"] for one in found if one["column"] == "initials"} == {"erased without record"}


def test_verification_goes_on_in_portions(world: World) -> None:
    last, rounds = 0, 0
    while last is not None:
        answer = world.value("select api.verify_personal(%s, 7)", last)
        last, rounds = answer["last"], rounds + 1
    assert rounds > 2


@pytest.mark.parametrize(
    "command",
    [
        "update audit.personal set value = '1'",
        "update audit.personal set value = null, salt = null, erasure_id = 1",
        "delete from audit.personal",
        "truncate audit.personal",
        "insert into audit.erasure (kind, subject_id, pseudonym, reason) values ('user', 1, 'x', 'x');"
        " update audit.erasure set reason = 'y'",
        "truncate audit.erasure",
    ],
)
def test_kept_values_go_by_an_erasure_alone(world: World, command: str) -> None:
    with pytest.raises(UserError) as refused:
        world.value(command)
    assert refused.value.constraint == "audit_append_only"


def test_posting_tables_pay_nothing(shared: World) -> None:
    bodies = "select prosrc like '%%set_apart%%' from pg_proc where proname = %s"
    for table in ("stock_document", "stock_move", "stock_balance", "reservation", "cost_entry"):
        # None: what is posted in one statement has no such trigger at all.
        assert not shared.value(bodies, f"{table}_record")
    assert shared.value(bodies, "contact_record") is True


def test_the_preview_says_what_goes_and_what_stays(world: World, person: Person) -> None:
    security = world.raw("security", None)
    preview = ask(security, "select api.erasure_preview('engineer', %s)", person.engineer)
    assert preview["records"] == [{"table": "app_user", "rows": 1}, {"table": "engineer", "rows": 1}]
    mentions = {(one["table"], one["column"]) for one in preview["mentions"]}
    assert mentions == {
        ("work_order", "title"),
        ("work_order", "note"),
        ("stock_document", "reason"),
        ("saved_view", "definition"),
    }
    kept = {(one["what"], one["why"]) for one in preview["kept"]}
    assert {("work_order", "pseudonym"), ("stock_document", "books")} <= kept
    assert NAME in preview["name"]
    assert everywhere(world, NAME_ZH), "a preview changes nothing"


def test_an_erased_person_is_found_nowhere_and_books_and_audit_still_agree(world: World, person: Person) -> None:
    world.value("select api.seal_audit()")
    documents = (
        "select string_agg(d::text, '' order by id) from"
        " (select id, number, posted_by, effective_at from erp.stock_document) d"
    )
    before, books = world.value(documents), health.reconcile(world.owner)
    assert everywhere(world, NAME, NAME_ZH, PHONE, MAIL, BADGE)
    answer = erase(world.raw("security", None), "user", person.user)
    assert answer["remaining"] == []
    assert answer["values"] > 10
    needles = (
        NAME,
        NAME_ZH,
        "139 5555",
        "13955550142",
        "139-5555-0142",
        MAIL,
        BADGE,
        "ENG-7741",
        "zhao.lingfeng",
        person.login,
        "flu",
    )
    assert everywhere(world, *needles) == []
    assert world.value("select count(*) from pg_roles where rolname = %s", person.login) == 0
    assert world.value("select note from erp.work_order where id = %s", person.order) == "回电 ERASED-1，手机 ERASED-1"
    assert world.value("select engineer_id from erp.work_order where id = %s", person.order) == person.engineer
    assert world.value("select kind from erp.absence where engineer_id = %s", person.engineer) == "other"
    assert world.value(documents) == before
    assert health.reconcile(world.owner) == books
    world.value("select api.seal_audit()")
    assert world.value("select count(*) from api.verify_audit()") == 0
    assert world.value("select api.verify_personal() -> 'findings'") == []


def test_his_log_in_is_closed_and_what_is_open_sees_nothing(world: World, person: Person) -> None:
    open_session = psycopg2.connect(world.dsn(person.login))
    open_session.autocommit = True
    assert ask(open_session, "select count(*) from erp.org_unit") > 0
    erase(world.raw("security", None), "user", person.user)
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        ask(open_session, "select count(*) from erp.org_unit")
    open_session.close()
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(world.dsn(person.login))
    login = world.value("select login from erp.app_user where id = %s", person.user)
    assert world.value("select not rolcanlogin and rolpassword is null from pg_authid where rolname = %s", login)


def test_the_history_shows_that_values_were_erased(world: World, person: Person) -> None:
    erase(world.raw("security", None), "user", person.user)
    changes = world.value("select changes from api.history('engineer', %s) where action = 'I'", person.engineer)
    assert changes["name"] == {"erased": 1}
    assert changes["code"] == "E-77"


def test_what_another_person_bears_too_stays(world: World) -> None:
    first, other = (world.value("select id from erp.contact order by id limit 1 offset %s", place) for place in (0, 1))
    world.value("update erp.contact set phone = '0532 8888 1234', email = 'desk@example.com'")
    world.value("update erp.contact set name = 'Qian Duoduo', name_zh = '钱多多' where id = %s", first)
    world.value("update erp.asset set note = 'ask Qian Duoduo, 0532 8888 1234' where code = 'P-NORTH'")
    security = world.raw("security", None)
    preview = ask(security, "select api.erasure_preview('contact', %s)", first)
    assert {(one["value"], one["why"]) for one in preview["unsearched"]} >= {
        ("0532 8888 1234", "shared"),
        ("desk@example.com", "shared"),
    }
    erase(security, "contact", first)
    assert world.value("select note from erp.asset where code = 'P-NORTH'") == "ask ERASED-1, 0532 8888 1234"
    assert world.value("select phone from erp.contact where id = %s", other) == "0532 8888 1234"
    assert world.value(
        "select phone is null and retired_on is not null and name = 'Erased 1' from erp.contact where id = %s", first
    )


def test_a_private_customer_takes_his_sites_along_and_a_company_is_nobody(world: World) -> None:
    customer = world.id("party", "C-NORTH")
    security = world.raw("security", None)
    with pytest.raises(psycopg2.Error, match="subject_found"):
        ask(security, "select api.erasure_preview('party', %s)", customer)
    world.value(
        "update erp.party set is_person = true, name = 'Sun Haitao', name_zh = '孙海涛',"
        " address = 'Quay Road 17' where id = %s",
        customer,
    )
    world.value(
        "update erp.site set address = 'Quay Road 17', name = 'House of Sun Haitao' where party_id = %s", customer
    )
    world.value("update erp.work_order set state = 'cancelled' where customer_id = %s", customer)
    assert erase(security, "party", customer)["remaining"] == []
    assert everywhere(world, "Sun Haitao", "孙海涛", "Quay Road 17") == []


def test_an_erasure_is_confirmed_as_it_was_seen(world: World, person: Person) -> None:
    security = world.raw("security", None)
    token = ask(security, "select api.erasure_preview('user', %s) ->> 'token'", person.user)
    world.value("update erp.asset set note = %s where code = 'P-NORTH'", f"call {NAME}")
    with pytest.raises(psycopg2.Error, match="erasure_unchanged"):
        ask(security, "select api.erase_subject('user', %s, %s, %s)", person.user, REASON, token)
    for reason, rule in ((" ", "erasure_needs_reason"), (f"{NAME_ZH} 来信", "erasure_reason_names")):
        with pytest.raises(psycopg2.Error, match=rule):
            erase(security, "user", person.user, reason)
    assert everywhere(world, NAME_ZH)


def test_nobody_is_erased_who_is_still_needed(world: World, person: Person) -> None:
    world.value(
        "insert into erp.booking (company_id, org_unit_id, engineer_id, title, slot)"
        " select company_id, org_unit_id, id, 'Visit', tstzrange(now() + interval '1 day', now() + interval '2 days')"
        " from erp.engineer where id = %s",
        person.engineer,
    )
    with pytest.raises(psycopg2.Error, match="erasure_obstacles"):
        erase(world.raw("security", None), "user", person.user)


def test_nobody_erases_himself_and_only_the_security_officer_erases(world: World, person: Person) -> None:
    login = world.login_name("security", None)
    me = world.value("select id from erp.app_user where login = %s", login)
    with psycopg2.connect(world.dsn(login)) as connection, pytest.raises(psycopg2.Error, match="user_not_himself"):
        erase(connection, "user", me)
    for role in ("steward", "auditor", "admin", "manager"):
        with pytest.raises(psycopg2.Error, match="permission denied"):
            ask(world.raw(role, "HB"), "select api.erase_subject('user', %s, 'x', 'x')", person.user)


def test_final_rows_are_still_final_without_an_erasure(world: World, person: Person) -> None:
    for command in ("update erp.stock_document set reason = 'x'", "update erp.work_order_history set reason = 'x'"):
        with pytest.raises(UserError):
            world.value(command)
    with pytest.raises(UserError) as refused:
        world.value(
            "insert into audit.erasure (kind, subject_id, pseudonym, reason) values ('user', 1, 'x', 'x');"
            "update erp.stock_document set number = 'forged', reason = 'x'"
        )
    assert refused.value.constraint == "posted_row_final"


def test_the_export_holds_what_there_is_about_the_person(world: World, person: Person) -> None:
    steward = world.raw("steward", "NORTH")
    with steward.cursor() as cursor:
        cursor.execute("select section, record from api.subject_export('user', %s)", (person.user,))
        sections: dict[str, list[Any]] = {}
        for section, record in cursor.fetchall():
            sections.setdefault(section, []).append(record)
    assert sections["app_user"][0]["email"] == MAIL
    assert sections["engineer"][0]["name_zh"] == NAME_ZH
    assert [one["number"] for one in sections["work_order"]] == ["WO-77"]
    assert [one["number"] for one in sections["stock_document"]] == ["RCV-77"]
    assert sections["absence"][0]["note"] == "flu"
    assert any(one["changes"].get("name") == NAME for one in sections["audit_about"])
    assert {"table": "work_order", "field": "title", "rows": 1} in sections["mention"]
    noted = "select count(*) from audit.entry where action = 'E' and table_name = 'export' and user_id > 0"
    assert world.value(noted) == 1
    foreign = world.raw("steward", "SOUTH")
    alone = world.value("update erp.engineer set user_id = null where id = %s returning id", person.engineer)
    with pytest.raises(psycopg2.Error, match="subject_found"):
        ask(foreign, "select count(*) from api.subject_export('engineer', %s)", alone)
    with pytest.raises(psycopg2.Error, match="permission denied"):
        ask(world.raw("planner"), "select count(*) from api.subject_export('user', %s)", person.user)


def test_people_are_found_by_name_number_and_telephone(world: World, person: Person) -> None:
    security = world.raw("security", None)
    for typed in ("lingfeng", "凌峰", "ENG-7741", "5555"):
        assert ask(security, "select array_agg(kind || id) from api.find_subjects(%s)", typed) == [f"user{person.user}"]
    assert ask(security, "select count(*) from api.find_subjects('王')") == 2
    assert ask(world.raw("steward", "NORTH"), "select count(*) from api.find_subjects('王')") == 1
    assert ask(security, "select count(*) from api.find_subjects('z')") == 0


def test_a_rule_of_retention_runs_in_portions_and_goes_on_after_a_stop(world: World, person: Person) -> None:
    login = users.create_worker(world.owner, PASSWORD, login=f"{world.name}_worker".replace("outpost_clone", PREFIX))
    worker = psycopg2.connect(world.dsn(login))
    worker.autocommit = True
    for year in range(2000, 2005):
        world.value(
            "insert into erp.absence (company_id, org_unit_id, engineer_id, kind, period, note)"
            " select company_id, org_unit_id, id, 'sick', tstzrange(make_date(%s, 1, 1), make_date(%s, 1, 5)),"
            " 'private matter' from erp.engineer where id = %s",
            year, year, person.engineer,
        )  # fmt: skip
    assert ask(world.raw("security", None), "select rows from api.retention_preview() where key = 'absences'") == 6
    assert "absences" in ask(worker, "select api.retention_due()")
    assert ask(worker, "select api.run_retention('absences', 4)") == 4
    assert "absences" in ask(worker, "select api.retention_due()")
    assert [ask(worker, "select api.run_retention('absences', 4)") for _ in range(2)] == [2, 0]
    assert "absences" not in ask(worker, "select api.retention_due()")
    assert world.value("select last_rows from erp.retention_rule where key = 'absences'") == 6
    assert everywhere(world, "private matter", "flu") == []
    assert world.value("select count(*) from audit.erasure where kind = 'retention' and reason like 'absences:%'") == 2
    assert world.value("select count(*) from audit.entry where table_name = 'retention_rule' and action = 'U'") > 0
    assert world.value("select api.verify_personal() -> 'findings'") == []
    worker.close()


def test_each_rule_of_retention_can_run(world: World, person: Person) -> None:
    world.value("update erp.retention_rule set active = true, days = min_days")
    world.value("update erp.contact set retired_on = '2020-01-01', name = 'Li Old', name_zh = '李旧旧'")
    world.value("update erp.app_user set valid_from = '2019-01-01', valid_to = '2020-01-01' where id = %s", person.user)
    with world.owner.raw() as connection, connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        cursor.execute("update audit.entry set at = at - interval '1 year' where table_name = 'company'")
        cursor.execute(
            "update erp.work_order set confirmed_by = 'Mr Peng', closed_at = '2020-01-01' where id = %s",
            (person.order,),
        )
        cursor.execute("set session_replication_role = origin")
    for key in world.value("select array_agg(key order by id) from erp.retention_rule"):
        while world.value("select api.run_retention(%s, 1)", key):
            pass
    assert world.value("select count(*) from erp.retention_rule where last_run_at is not null") == 6
    assert everywhere(world, "李旧旧", NAME_ZH, "Mr Peng") == []


def test_the_security_officer_sets_the_days_and_not_below_the_floor(world: World) -> None:
    security = world.raw("security", None)
    ask(security, "update erp.retention_rule set days = 400 where key = 'absences'")
    with pytest.raises(psycopg2.errors.CheckViolation):
        ask(security, "update erp.retention_rule set days = 5 where key = 'absences'")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        ask(world.raw("admin", "HB"), "update erp.retention_rule set days = 400")


def test_the_dictionary_marks_what_the_audit_keeps_apart(shared: World) -> None:
    wrong = shared.value(
        "select array_agg(d.table_name || '.' || d.column_name) from erp.dictionary_entry d"
        " join pg_class c on c.relname = d.table_name and c.relnamespace = 'erp'::regnamespace"
        " join pg_attribute a on a.attrelid = c.oid and a.attname = d.column_name"
        " where d.personal <> (d.column_name = any (erp.personal_columns(d.table_name)))"
    )
    assert wrong is None


def test_an_account_in_use_is_not_erased_for_the_date_that_somebody_wrote(world: World) -> None:
    """An administrator writes any last day; the night after, nothing would bring the person back."""
    login = users.create_worker(world.owner, PASSWORD, login=f"{world.name}_worker".replace("outpost_clone", PREFIX))
    worker = psycopg2.connect(world.dsn(login))
    worker.autocommit = True
    clerk = world.raw("clerk")
    ask(clerk, "select api.log_in('test')")
    name = ask(clerk, "select session_user::text")
    world.value("update erp.retention_rule set active = true where key = 'accounts'")
    dates = "update erp.app_user set valid_from = '2001-01-01', valid_to = '2001-12-31' where login = %s returning id"
    person = world.value(dates, name)
    assert ask(worker, "select api.run_retention('accounts')") == 0
    world.value("update erp.user_login set last_login_at = '2001-06-01' where user_id = %s", person)
    assert ask(worker, "select api.run_retention('accounts')") == 1
    worker.close()
