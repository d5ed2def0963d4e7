"""The command line as others use it: exit codes, results on stdout, words on stderr, both languages."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import psutil
import psycopg2
import pytest

from db import embedded
from desktop import cli
from desktop.domain.text import set_language

ROOT = Path(__file__).resolve().parents[1]
Outpost = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def home(server_folder: Path) -> Iterator[Path]:
    """A home with an installed, empty system, whose server is stopped."""
    folder = server_folder / f"cli {uuid.uuid4().hex[:6]}"
    made = run("init", "--empty", "--company", "Huarui 华锐", home=folder)
    assert made.returncode == 0, made.stderr
    yield folder
    embedded.stop(folder, force=True)
    shutil.rmtree(folder)


@pytest.fixture
def outpost(home: Path) -> Outpost:
    return lambda *arguments, **settings: run(*arguments, home=home, **settings)


@pytest.fixture(scope="module")
def running(home: Path) -> Iterator[None]:
    """From here on the server runs, which saves each command a start and a stop."""
    with embedded.start(home, fast=True):
        yield


def run(*arguments: str, home: Path, lang: str = "en_US.UTF-8", **settings: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"OUTPOST_HOME": str(home), "LC_ALL": lang, "PYTHONUTF8": "1"} | settings
    command = [sys.executable, "-P", "-m", "desktop.cli", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", env=environment, cwd=ROOT, check=False
    )


def test_init_installs_once_and_founds_the_company(outpost: Outpost) -> None:
    again = outpost("init", "--empty", "--json")
    assert again.returncode == 0
    assert json.loads(again.stdout) == {"installed": False}
    dsn = outpost("dsn").stdout.strip()
    raw = psycopg2.connect(dsn)
    with raw, raw.cursor() as cursor:
        cursor.execute("select c.name, u.kind from erp.company c join erp.org_unit u on u.company_id = c.id")
        assert cursor.fetchall() == [("Huarui 华锐", "company")]
        cursor.execute("select current_user")
        assert cursor.fetchone() == (embedded.OWNER,)
    raw.close()
    assert json.loads(outpost("stop", "--json").stdout) == {"stopped": True}


def test_progress_goes_to_stderr_and_the_answer_alone_to_stdout(outpost: Outpost) -> None:
    shown = outpost("list", "assets", "--json")
    assert json.loads(shown.stdout) == {"total": 0, "rows": []}
    assert "Starting the database" in shown.stderr


def test_options_count_before_and_after_the_command(outpost: Outpost) -> None:
    assert json.loads(outpost("--json", "stop").stdout) == json.loads(outpost("stop", "--json").stdout)


def test_lists_are_written_as_csv_with_labels_into_a_whole_file(outpost: Outpost, tmp_path: Path) -> None:
    target = tmp_path / "资产.csv"
    done = outpost("list", "assets", "--columns", "code,name", "--format", "csv", "-o", str(target))
    assert (done.returncode, done.stdout) == (0, "")
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")  # so that Excel reads Chinese
    assert target.read_text(encoding="utf-8-sig").splitlines()[0].count(",") == 1
    assert list(tmp_path.iterdir()) == [target]


def test_workbook_and_pdf_are_real_ones(outpost: Outpost, tmp_path: Path) -> None:
    page = tmp_path / "assets.pdf"
    assert outpost("list", "assets", "--format", "pdf", "-o", str(page), lang="zh_CN.UTF-8").returncode == 0
    assert page.read_bytes().startswith(b"%PDF-")
    target = tmp_path / "assets.xlsx"
    done = outpost("list", "assets", "--format", "xlsx", "-o", str(target))
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    book = openpyxl.load_workbook(target)
    assert book.worksheets[0].max_column > 5
    book.close()


@pytest.mark.usefixtures("running")
@pytest.mark.parametrize(
    ("arguments", "english", "chinese"),
    [
        (("list", "nonsense"), "There is no list nonsense", "没有列表 nonsense"),
        (("list", "assets", "--columns", "nope"), "There is no column nope", "没有列 nope"),
        (("list", "assets", "--sort", "nope:desc"), "There is no column nope", "没有列 nope"),
        (("list", "assets", "--filter", "{"), "The filter cannot be read", "无法解析筛选条件"),
        (("list", "assets", "--format", "xlsx"), "-o FILE", "-o 文件"),
        (("list", "assets", "--format", "csv", "--limit", "1"), "--limit is for", "--limit 仅用于"),
        (("dsn", "--user", "nobody"), "There is no user nobody", "没有用户 nobody"),
        (("list", "assets", "--dsn", "postgresql://127.0.0.1:9/x", "--user", "a"), "answer", "无响应"),
        (("init", "--dsn", "postgresql://127.0.0.1:9/x"), "answer", "无响应"),
        (("import", "missing.csv", "--into", "assets"), "missing.csv", "missing.csv"),
    ],
)
def test_errors_are_one_message_in_the_users_language(
    home: Path,
    arguments: tuple[str, ...],
    english: str,
    chinese: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("OUTPOST_HOME", str(home))
    handler = signal.getsignal(signal.SIGTERM)
    try:
        for lang, expected in (("en_US.UTF-8", english), ("zh_CN.UTF-8", chinese)):
            monkeypatch.setenv("LC_ALL", lang)
            assert cli.main(arguments) == 1
            said = capsys.readouterr()
            assert said.out == ""
            assert expected in said.err
            assert "Log id" not in said.err and "日志号" not in said.err  # a refusal is no bug
    finally:
        signal.signal(signal.SIGTERM, handler)
        set_language("en")


def test_bug_is_named_by_an_id_that_stands_in_the_log(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def broken(_options: object) -> int:
        raise ZeroDivisionError("the bug itself")

    monkeypatch.setenv("OUTPOST_HOME", str(tmp_path))
    monkeypatch.setattr(cli.server, "stop_server", broken)
    assert cli.main(["stop", "--json"]) == 1
    said = json.loads(capsys.readouterr().err)
    log = (tmp_path / "logs" / "outpost.log").read_text(encoding="utf-8")
    assert said["log_id"] in said["error"]
    assert said["log_id"] in log and "the bug itself" in log


def test_killed_first_start_begins_again(server_folder: Path) -> None:
    folder = server_folder / f"killed {uuid.uuid4().hex[:6]}"
    with embedded.start(folder, fast=True) as server:
        raw = psycopg2.connect(server.dsn())
        with raw, raw.cursor() as cursor:
            cursor.execute("create schema erp")
            cursor.execute("create table erp.half_made ()")
            cursor.execute("create role outpost_clerk")
        raw.close()
        (folder / "setup.json").write_text('{"done": false}')
    again = run("init", "--empty", home=folder)
    assert again.returncode == 0, again.stderr
    assert "Beginning the interrupted first start again" in again.stderr
    embedded.stop(folder, force=True)
    shutil.rmtree(folder)


def test_shared_server_gets_its_database_and_schema(pg_server: embedded.Server, tmp_path: Path) -> None:
    name = f"shared_{uuid.uuid4().hex[:6]}"
    dsn = pg_server.dsn(name)
    try:
        made = run("init", "--dsn", dsn, "--prefix", "branch_a", "--json", home=tmp_path)
        assert (made.returncode, json.loads(made.stdout)) == (0, {"installed": True}), made.stderr
        listed = run("list", "assets", "--json", home=tmp_path, OUTPOST_DSN=dsn)
        assert json.loads(listed.stdout)["total"] == 0
        assert not (tmp_path / "postgres").exists()  # nothing was started here
    finally:
        raw = psycopg2.connect(pg_server.dsn("postgres"))
        raw.autocommit = True
        with raw.cursor() as cursor:
            cursor.execute(f"drop database if exists {name} with (force)")
        raw.close()


def test_help_and_version_need_no_database(tmp_path: Path) -> None:
    told = run("--help", home=tmp_path / "none", lang="zh_CN.UTF-8")
    assert told.returncode == 0
    assert "停止内置数据库" in told.stdout
    assert not (tmp_path / "none").exists()


@pytest.mark.usefixtures("running")
def test_reconcile_fails_by_its_exit_code_where_the_books_disagree(outpost: Outpost) -> None:
    agreed = outpost("admin", "reconcile", "--json")
    assert (agreed.returncode, json.loads(agreed.stdout)) == (0, {"ok": True, "differences": []}), agreed.stderr
    raw = psycopg2.connect(outpost("dsn").stdout.strip())
    with raw, raw.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")  # past every rule: only a superuser can
        cursor.execute(
            "insert into erp.stock_balance (company_id, org_unit_id, item_id, location_id, quantity)"
            " select u.company_id, u.id, 1, 1, 5 from erp.org_unit u"
        )
    wrong = outpost("admin", "reconcile", "--json")
    found = json.loads(wrong.stdout)
    assert (wrong.returncode, found["ok"]) == (1, False)
    difference = found["differences"][0]
    assert (difference["item_id"], float(difference["expected"]), float(difference["found"])) == (1, 0, 5)
    assert "处差异" in outpost("admin", "reconcile", lang="zh_CN.UTF-8").stdout
    with raw, raw.cursor() as cursor:
        cursor.execute("delete from erp.stock_balance")
    raw.close()
    examined = outpost("admin", "doctor", lang="zh_CN.UTF-8")
    assert (examined.returncode, examined.stdout.count("✓"), examined.stdout.count("✗")) == (1, 11, 1)
    assert "审计记录完整" in examined.stdout
    assert "✗ 已提交的数据可能丢失" in examined.stdout  # the tests' server has fsync off


@pytest.mark.usefixtures("running")
def test_verify_audit_proves_the_journal_against_the_anchors(outpost: Outpost, home: Path, tmp_path: Path) -> None:
    assert outpost("worker", "--once").returncode == 0
    anchors = home / "anchors" / "anchors.jsonl"
    assert stat.S_IMODE(anchors.stat().st_mode) == 0o600
    sound = outpost("admin", "verify-audit", "--anchors", str(anchors), "--json")
    told = json.loads(sound.stdout)
    assert (sound.returncode, told["ok"], told["faults"]) == (0, True, []), sound.stderr
    written = len(anchors.read_text().splitlines())
    assert written and told["anchors"] == {"same": written, "differs": 0, "gone": 0, "restored": 0}
    raw = psycopg2.connect(outpost("dsn").stdout.strip())
    with raw, raw.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")  # past every rule: only a superuser can
        cursor.execute("update audit.entry set reason = 'never' where id = (select min(id) from audit.entry)")
    tampered = outpost("admin", "verify-audit", lang="zh_CN.UTF-8")
    assert tampered.returncode == 1
    assert "第 1 号封印：所覆盖的记录被修改、删除或增加" in tampered.stdout
    with raw, raw.cursor() as cursor:
        cursor.execute("update audit.entry set reason = null where reason = 'never'")
    raw.close()
    assert outpost("admin", "verify-audit").returncode == 0
    (tmp_path / "none.txt").write_text("nothing\n")
    unread = outpost("admin", "verify-audit", "--anchors", str(tmp_path / "none.txt"))
    assert (unread.returncode, unread.stdout) == (1, "")
    assert "none.txt holds no anchor" in unread.stderr


def test_worker_does_its_round_with_a_log_in_of_its_own(outpost: Outpost, home: Path) -> None:
    done = outpost("worker", "--once", "--json")
    assert (done.returncode, json.loads(done.stdout)) == (0, {"failed": 0}), done.stderr
    assert stat.S_IMODE((home / "worker.password").stat().st_mode) == 0o600
    assert outpost("worker", "--once").returncode == 0  # the same log-in again


def test_child_worker_ends_with_the_program_even_when_that_is_killed(home: Path) -> None:
    program = (
        "import sys, pathlib\n"
        "from db import embedded\n"
        "from desktop.runtime import service\n"
        "server = embedded.start(pathlib.Path(sys.argv[1]))\n"
        "with service.child_worker(server) as pid:\n"
        "    print(pid, flush=True)\n"
        "    sys.stdin.read()\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    assert "worker" in child.cmdline()
    parent.kill()
    parent.communicate()
    gone, alive = psutil.wait_procs([child], timeout=60)
    assert (len(gone), alive) == (1, [])


@pytest.mark.usefixtures("running")
def test_a_server_of_the_log_in_window_is_taken_by_its_name(outpost: Outpost, home: Path) -> None:
    kept = {"key": "k", "name": "Head office", "hosts": "127.0.0.1", "port": "9", "prefix": "door", "database": "x"}
    settings = home / "config" / "settings.json"
    settings.parent.mkdir(exist_ok=True)
    settings.write_text(json.dumps({"servers": [kept]}), encoding="utf-8")
    found = outpost("dsn", "--server", "head office", "--user", "clerk", OUTPOST_PASSWORD="secret")
    assert found.stdout.strip().startswith("postgresql://door_clerk:secret@127.0.0.1:9/x")
    nobody = outpost("list", "assets", "--server", "Head office", "--user", "clerk", OUTPOST_PASSWORD="secret")
    assert nobody.returncode == 1 and "does not answer" in nobody.stderr
    unknown = outpost("list", "assets", "--server", "elsewhere")
    assert unknown.returncode == 1 and "Known here: Head office" in unknown.stderr
    both = outpost("list", "assets", "--server", "Head office", "--dsn", "postgresql://127.0.0.1/x")
    assert both.returncode == 2
    settings.unlink()


def test_a_server_elsewhere_with_less_than_verify_full_is_refused(outpost: Outpost) -> None:
    said = outpost("list", "assets", "--dsn", "postgresql://u:p@db.example.com/x?sslmode=require")
    assert said.returncode == 1 and "must be verify-full" in said.stderr and "Nothing was sent" in said.stderr
    far = "postgresql://u:p@db.example.com/x"
    chinese = outpost("list", "assets", "--dsn", far, PGSSLMODE="prefer", lang="zh_CN.UTF-8")
    assert chinese.returncode == 1 and "PGSSLMODE 为 prefer" in chinese.stderr


def test_keys_are_made_handed_over_rotated_and_brought_back(running: None, home: Path, tmp_path: Path) -> None:
    mine, theirs = str(tmp_path / "mine.json"), str(tmp_path / "theirs.json")

    def key(*arguments: str, file: str = mine, said: str = "", code: int = 0) -> dict[str, object]:
        environment = os.environ | {"OUTPOST_HOME": str(home), "OUTPOST_KEY_FILE": file, "LC_ALL": "en_US.UTF-8"}
        done = subprocess.run(
            [sys.executable, "-P", "-m", "desktop.cli", "admin", "key", *arguments, "--json"],
            capture_output=True, text=True, env=environment, cwd=ROOT, check=False, input=said,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        found: dict[str, object] = json.loads(done.stdout) if done.stdout else {}
        return found

    state = key("status", code=1)  # made at the first start, with another key file
    assert [(one["state"], one["here"]) for one in state["keys"]] == [("active", False)]  # type: ignore[attr-defined]
    fresh = key("rotate", "--lost")
    passphrase = "four words are enough\n"
    key("export", str(tmp_path / "keys.export"), said=passphrase)
    assert stat.S_IMODE((tmp_path / "keys.export").stat().st_mode) == 0o600
    key("import", str(tmp_path / "keys.export"), file=theirs, said=passphrase)
    assert key("status", file=theirs)["ready"] is True
    third = str(tmp_path / "third.json")
    assert key("recover", file=third, said=f"{fresh['recovery_code']}\n")["key"] == fresh["key"]
