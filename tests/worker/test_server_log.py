"""The server's log, read once and whole: across rotation, restarts, broken lines and two readers; and what is kept."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from db import embedded
from desktop.worker.server_log import ServerLog, collect, moment, read
from desktop.worker.settings import LogFolder
from tests.worker.conftest import Worker


def record(message: str, **more: Any) -> dict[str, Any]:
    return {
        "timestamp": "2026-11-22 20:00:00.123 UTC",
        "user": "outpost_lin",
        "dbname": "outpost",
        "remote_host": "10.0.0.7",
        "error_severity": "ERROR",
        "message": message,
        **more,
    }


def fill(file: Path, *records: dict[str, Any], at: int | None = None) -> None:
    with file.open("a", encoding="utf-8") as out:
        out.writelines(json.dumps(one) + "\n" for one in records)
    if at is not None:
        os.utime(file, (at, at))


def messages(
    folder: Path, position: dict[str, Any] | None, *, size: int = 4096
) -> tuple[list[str], dict[str, Any] | None]:
    """Everything after the position, and where it ends."""
    found: list[str] = []
    while True:
        part = read(folder, position, size=size)
        found += [str(one["message"]) for one in part.records]
        position = part.position
        if not part.more:
            return found, position


def test_each_line_is_read_once(tmp_path: Path) -> None:
    file = tmp_path / "server-1.json"
    fill(file, record("a"), record("b"))
    assert messages(tmp_path, None)[0] == ["a", "b"]
    _, position = messages(tmp_path, None)
    assert messages(tmp_path, position)[0] == []
    fill(file, record("c"))
    assert messages(tmp_path, position)[0] == ["c"]


def test_a_line_that_is_still_being_written_waits(tmp_path: Path) -> None:
    file = tmp_path / "server-1.json"
    whole = json.dumps(record("late"))
    file.write_text(whole[:20])
    found, position = messages(tmp_path, None)
    assert found == []
    file.write_text(whole + "\n")
    assert messages(tmp_path, position)[0] == ["late"]


def test_rotation_loses_nothing(tmp_path: Path) -> None:
    old, new = tmp_path / "server-1.json", tmp_path / "server-2.json"
    fill(old, record("a"), at=1000)
    _, position = messages(tmp_path, None)
    fill(old, record("b"), at=1000)
    fill(new, record("c"), at=2000)
    fill(tmp_path / "server-3.json", record("d"), at=3000)
    found, position = messages(tmp_path, position)
    assert found == ["b", "c", "d"]
    assert messages(tmp_path, position)[0] == []


def test_a_file_that_was_cut_by_a_crash_does_not_stop_the_reader(tmp_path: Path) -> None:
    old = tmp_path / "server-1.json"
    fill(old, record("a"))
    with old.open("a") as out:
        out.write('{"message": "cut')
    os.utime(old, (1000, 1000))
    _, position = messages(tmp_path, None)
    fill(tmp_path / "server-2.json", record("b"), at=2000)
    assert messages(tmp_path, position)[0] == ["b"]


def test_what_follows_a_removed_file_is_read(tmp_path: Path) -> None:
    fill(tmp_path / "server-1.json", record("a"), at=1000)
    _, position = messages(tmp_path, None)
    fill(tmp_path / "server-2.json", record("b"), at=2000)
    fill(tmp_path / "server-3.json", record("c"), at=3000)
    (tmp_path / "server-1.json").unlink()
    assert messages(tmp_path, position)[0] == ["b", "c"]


def test_a_name_that_comes_round_again_is_read_from_its_beginning(tmp_path: Path) -> None:
    """As log_filename = 'postgresql-%a.log' does each week, whether the new file is shorter or longer by now."""
    file = tmp_path / "postgresql-Mon.json"
    fill(file, record("a"), record("b"))
    _, position = messages(tmp_path, None)
    file.write_text("")
    fill(file, record("new"))
    assert messages(tmp_path, position)[0] == ["new"]
    file.write_text("")
    fill(file, *(record(f"n{nr}") for nr in range(9)))
    assert messages(tmp_path, position)[0] == [f"n{nr}" for nr in range(9)]


def test_it_is_read_in_portions_and_a_monstrous_line_is_skipped(tmp_path: Path) -> None:
    file = tmp_path / "server-1.json"
    fill(file, *(record(f"m{nr}") for nr in range(50)), record("x" * 2000), record("after"))
    found, _ = messages(tmp_path, None, size=600)
    assert found == [*(f"m{nr}" for nr in range(50)), "after"]


def test_an_empty_folder_says_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, None).position is None


def kept(*records: dict[str, Any]) -> list[dict[str, Any]]:
    return collect(records, database="outpost", zone="UTC")


def test_what_is_kept_of_a_line() -> None:
    secret = "select api.create_user('x', 'SCRAM-SHA-256$…')"
    found = kept(
        record('password authentication failed for user "outpost_lin"', error_severity="FATAL", state_code="28P01"),
        record('role "outpost_lin" is not permitted to log in', error_severity="FATAL", state_code="28000"),
        record('permission denied for database "outpost"', error_severity="FATAL", state_code="42501"),
        record("permission denied for table app_user", state_code="42501", statement=secret, detail="a secret"),
        record('user_not_himself: {"amount": 5}', state_code="ER001", detail='{"amount": 5}'),
    )
    assert [(one["kind"], one.get("why"), one.get("rule")) for one in found] == [
        ("login_failed", "password", None),
        ("login_failed", "closed", None),
        ("login_failed", "refused", None),
        ("refusal", None, "permission denied for table app_user"),
        ("refusal", None, "user_not_himself"),
    ]
    assert all(one["login"] == "outpost_lin" and one["host"] == "10.0.0.7" for one in found)
    assert "secret" not in str(found) and "SCRAM" not in str(found) and "amount" not in str(found)


def test_what_is_not_kept() -> None:
    assert kept(record("duplicate key", state_code="23505"), record("x", state_code="42501", dbname="postgres")) == []


@pytest.mark.parametrize(
    ("told", "program"),
    [
        ("user=outpost_lin database=outpost application_name=psql", "psql"),
        ("user=outpost_lin database=outpost application_name=psql SSL enabled (protocol=TLSv1.3)", "psql"),
        ("user=outpost_lin database=outpost", ""),
        ("user=outpost_lin database=outpost application_name=outpost 1.0 on desk-7", None),
    ],
)
def test_a_connection_past_the_program_is_kept(told: str, program: str | None) -> None:
    found = kept(record(f"connection authorized: {told}", error_severity="LOG"))
    assert [one["program"] for one in found] == ([] if program is None else [program])


def test_the_same_again_is_one_event_with_its_number() -> None:
    one = {"error_severity": "FATAL", "state_code": "28P01"}
    (event,) = kept(
        record("x", timestamp="2026-11-22 20:00:00.000 UTC", **one),
        record("x", timestamp="2026-11-22 20:00:09.000 UTC", **one),
    )
    assert (event["times"], event["since"], event["at"]) == (
        2,
        "2026-11-22T20:00:00+00:00",
        "2026-11-22T20:00:09+00:00",
    )


def test_the_log_s_own_time_zone_counts() -> None:
    assert moment("2026-11-22 20:00:00.123 CST", "Asia/Shanghai") == "2026-11-22T20:00:00.123000+08:00"


def noted(worker: Worker) -> list[tuple[str, str, str, dict[str, Any]]]:
    with worker.world.owner.raw() as connection, connection.cursor() as cursor:
        cursor.execute(
            "select table_name, audit.shown(id, changes) ->> 'login', client, audit.shown(id, changes) from audit.entry"
            " where action = 'E' and table_name <> 'lock' order by id"
        )
        return list(cursor.fetchall())


def test_events_are_noted_once_across_restarts_of_the_worker(worker: Worker, tmp_path: Path) -> None:
    log = LogFolder(tmp_path, "here")
    database = worker.world.name
    clerk = worker.world.login_name("clerk")
    denied = record("permission denied for table x", state_code="42501", dbname=database, user=clerk)
    fill(tmp_path / "server-1.json", denied)
    assert ServerLog(log)(worker.cursor) == 1
    assert ServerLog(log)(worker.cursor) == 0
    fill(tmp_path / "server-1.json", denied | {"message": "permission denied for table y"})
    assert ServerLog(log)(worker.cursor) == 1
    found = noted(worker)
    assert [(kind, login, told["subject"]) for kind, login, _, told in found] == [
        ("refusal", clerk, "permission denied for table x"),
        ("refusal", clerk, "permission denied for table y"),
    ]
    assert worker.world.value(
        "select user_id from audit.entry where table_name = 'refusal' limit 1"
    ) == worker.world.value("select id from erp.app_user where login = %s", clerk)


def test_what_could_not_be_noted_is_read_again(worker: Worker, tmp_path: Path) -> None:
    """Position and events are one transaction: when it fails, both stay where they were."""
    fill(tmp_path / "server-1.json", record("denied", state_code="42501", dbname=worker.world.name))
    job = ServerLog(LogFolder(tmp_path, "here"))
    worker.world.value("alter table audit.entry add constraint broken check (table_name <> 'refusal') not valid")
    with pytest.raises(psycopg2.errors.CheckViolation):
        job(worker.cursor)
    worker.world.value("alter table audit.entry drop constraint broken")
    assert job(worker.cursor) == 1
    assert len(noted(worker)) == 1


def test_two_readers_do_not_note_the_same(worker: Worker) -> None:
    note = "select api.note_server_events('[]', 'here', %s, %s)"
    worker.cursor.execute(note, ('{"offset": 5}', None))
    worker.cursor.execute(note, ('{"offset": 9}', '{"offset": 5}'))
    for stale in (None, '{"offset": 5}'):
        with pytest.raises(psycopg2.Error, match="audit_log_read"):
            worker.cursor.execute(note, ('{"offset": 9}', stale))


def test_the_embedded_server_s_refusals_and_bad_passwords_arrive(worker: Worker, tmp_path: Path) -> None:
    """From a real log: a clerk who is refused, and somebody who guesses his password."""
    world = worker.world
    clerk = world.login_name("clerk")
    raw = psycopg2.connect(world.dsn(clerk), application_name="psql")
    with raw.cursor() as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
        cursor.execute("select 'not to be kept' from audit.entry")
    raw.close()
    for _ in range(3):
        with pytest.raises(psycopg2.OperationalError):
            psycopg2.connect(world.server.dsn(world.name, clerk, "guessed"))
    log = LogFolder(embedded.log_folder(world.server.home), "session")
    deadline = time.monotonic() + 30
    failures: list[dict[str, Any]] = []
    while time.monotonic() < deadline and sum(told["times"] for told in failures) < 3:
        ServerLog(log)(worker.cursor)
        failures = [told for kind, login, _, told in noted(worker) if kind == "login_failed" and login == clerk]
        time.sleep(0.1)
    assert sum(told["times"] for told in failures) == 3
    assert {told["code"] for told in failures} == {"28P01"}
    (refusal,) = [told for kind, login, _, told in noted(worker) if kind == "refusal" and login == clerk]
    assert refusal["subject"] == "permission denied for schema audit"
    assert "not to be kept" not in str(noted(worker)) + "".join(
        file.read_text(errors="replace") for file in log.folder.glob("*.json")
    )


def test_five_wrong_passwords_lock_the_log_in(worker: Worker, tmp_path: Path) -> None:
    """Counted from the log, one by one, in whatever portions they were read."""
    world = worker.world
    clerk = world.login_name("clerk")
    bad = record(
        f'password authentication failed for user "{clerk}"',
        error_severity="FATAL",
        state_code="28P01",
        user=clerk,
        dbname=world.name,
        timestamp=str(world.value("select to_char(now() at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS')")) + ".000 UTC",
    )
    locked = "select locked_until is not null from erp.app_user where login = %s"
    job = ServerLog(LogFolder(tmp_path, "here"))
    fill(tmp_path / "server-1.json", *[bad] * 4)
    job(worker.cursor)
    assert world.value(locked, clerk) is False
    fill(tmp_path / "server-1.json", bad)
    job(worker.cursor)
    assert world.value(locked, clerk) is True
    with pytest.raises(psycopg2.OperationalError, match="not permitted to log in"):
        psycopg2.connect(world.dsn(clerk))


def test_old_files_go_when_they_are_old_or_too_many(tmp_path: Path) -> None:
    now = time.time()
    for age in range(5):
        file = tmp_path / f"server-{age}.json"
        file.write_bytes(b"x" * 1000)
        os.utime(file, (now - age * 86400, now - age * 86400))
    embedded.trim_log(tmp_path, days=2.5)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["server-0.json", "server-1.json", "server-2.json"]
    embedded.trim_log(tmp_path, days=99, size=4100)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["server-0.json", "server-1.json"]
    embedded.trim_log(tmp_path, days=0, size=0)
    assert [file.name for file in tmp_path.iterdir()] == ["server-0.json"]
    shutil.rmtree(tmp_path)
