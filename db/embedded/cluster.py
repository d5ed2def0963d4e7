"""One PostgreSQL data folder: made, started, stopped, and healed after whatever interrupted it.

Everything here runs under the home's lock. Layout of a home::

    owner.password      0600, the password of the superuser `outpost_owner`
    server.json         the port of last time, the data's place, the watchdog
    server.lock         held while a program starts or stops the server
    leases/             who uses the server
    postgres/data       the data; `data.new` while it is being made
    postgres/log        the server's log: a new file a day or when it is full, for a fortnight
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from db.embedded import binaries, leases, logs, texts

OWNER = "outpost_owner"
HOST = "127.0.0.1"
ELSEWHERE = Path("/var/lib/outpost/elsewhere")
SPACE_TO_MAKE = 200 * 1024**2
SPACE_TO_START = 48 * 1024**2
SOCKET_PATH_LIMIT = 100  # of 107 bytes; the rest is for the file name's growth with the port

# A desktop's share of a machine. Nothing here risks data: fsync stays on.
SETTINGS = """
# --- Outpost ---
max_connections = 100
shared_buffers = 256MB
work_mem = 16MB
maintenance_work_mem = 128MB
effective_cache_size = 1GB
random_page_cost = 1.1
jit = off
huge_pages = off
max_wal_size = 1GB
min_wal_size = 80MB
checkpoint_timeout = 15min
max_locks_per_transaction = 256
password_encryption = scram-sha-256
lc_messages = 'C'
include_if_exists = 'outpost.conf'
"""
FAST = """
fsync = off
synchronous_commit = off
full_page_writes = off
log_connections = off
shared_buffers = 128MB
"""


@dataclass(frozen=True)
class Cluster:
    """Where a home's data is and which programs serve it."""

    home: Path
    base: Path
    programs: binaries.Binaries

    @property
    def data(self) -> Path:
        return self.base / "data"

    @property
    def log(self) -> Path:
        return self.base / "log"


@dataclass(frozen=True)
class Postmaster:
    """A server that is running on a data folder."""

    identity: leases.Identity
    port: int
    ready: bool


def open_cluster(home: Path) -> Cluster:
    """The home's cluster, its folders made; nothing is started."""
    base = base_folder(home)
    owner = (base / "data").stat().st_uid if (base / "data").is_dir() else None
    account = binaries.unprivileged(owner)
    base.mkdir(parents=True, exist_ok=True)
    (base / "log").mkdir(exist_ok=True)
    if account is not None:
        for folder in (base, base / "log"):
            os.chown(folder, account.uid, account.gid)
        base.parent.chmod(stat.S_IMODE(base.parent.stat().st_mode) | 0o011)
        if owner not in (None, account.uid):
            _give(base / "data", account)
    base.chmod(0o700)
    return Cluster(home, base, binaries.find(account=account, spare=base.parent))


def base_folder(home: Path) -> Path:
    """The folder of the data: in the home, unless that lies where root's stand-in account cannot follow."""
    account = binaries.unprivileged(None)
    if account is None or _reachable(home.parent, account):
        return home / "postgres"
    return ELSEWHERE / hashlib.sha256(os.fsencode(home)).hexdigest()[:16] / "postgres"


def _reachable(folder: Path, account: binaries.Account) -> bool:
    for place in (folder, *folder.parents):
        info = place.stat()
        bit = stat.S_IXOTH
        if info.st_uid == account.uid:
            bit = stat.S_IXUSR
        elif info.st_gid == account.gid:
            bit = stat.S_IXGRP
        if not info.st_mode & bit:
            return False
    return True


def _give(path: Path, account: binaries.Account) -> None:
    for place in (path, *path.rglob("*")):
        os.chown(place, account.uid, account.gid, follow_symlinks=False)


def running(base: Path) -> Postmaster | None:
    """The server that runs on `base`, if one does. A stale `postmaster.pid` is none."""
    try:
        lines = (base / "data" / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        process = psutil.Process(int(lines[0]))
        if not process.name().startswith("postgres") or not _works_in(process, base / "data"):
            return None
        identity = leases.Identity(process.pid, process.create_time())
        ready = len(lines) > 7 and lines[7].strip() == "ready"
        return Postmaster(identity, int(lines[3]), ready) if identity.alive() else None
    except (FileNotFoundError, IndexError, ValueError, psutil.NoSuchProcess):
        return None


def settled(base: Path) -> Postmaster | None:
    """As `running`, after waiting for one that is recovering or going down: it takes connections, or is gone."""
    deadline = time.monotonic() + 900
    while time.monotonic() < deadline:
        found = running(base)
        if found is None or (found.ready and not _port_is_free(found.port)):
            return found
        time.sleep(0.05)
    raise texts.still_busy(base)


def _works_in(process: psutil.Process, folder: Path) -> bool:
    try:
        return os.path.samefile(process.cwd(), folder)
    except (psutil.AccessDenied, psutil.NoSuchProcess, FileNotFoundError):
        return False


def make(cluster: Cluster, progress: texts.Progress) -> None:
    """Create the data folder unless it is there. A half-made one of a killed start is made again."""
    if (cluster.data / "PG_VERSION").is_file():
        _check_version(cluster)
        return
    progress("Preparing the database", "正在准备数据库")
    _require_space(cluster.base, SPACE_TO_MAKE)
    draft = cluster.base / "data.new"
    _end_orphans(draft)
    shutil.rmtree(draft, ignore_errors=True)
    password = secrets.token_urlsafe(24)
    _initdb(cluster, draft, password)
    with (draft / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(SETTINGS)
    write_secret(cluster.home / "owner.password", password)
    shutil.rmtree(cluster.data, ignore_errors=True)
    draft.rename(cluster.data)


def _check_version(cluster: Cluster) -> None:
    made_by = (cluster.data / "PG_VERSION").read_text(encoding="ascii").strip()
    if made_by != str(cluster.programs.major):
        raise texts.wrong_version(made_by, cluster.programs.version, cluster.data)


def _initdb(cluster: Cluster, draft: Path, password: str) -> None:
    draft.mkdir(mode=0o700)
    secret = cluster.base / "initdb.password"
    secret.unlink(missing_ok=True)
    write_secret(secret, password)
    if cluster.programs.account is not None:
        for path in (draft, secret):
            os.chown(path, cluster.programs.account.uid, cluster.programs.account.gid)
    command = [cluster.programs.program("initdb"), "-D", str(draft), "-U", OWNER, f"--pwfile={secret}"]
    command += ["--auth-host=scram-sha-256", "--auth-local=scram-sha-256", "--encoding=UTF8"]
    command += _locale(cluster)
    if cluster.programs.major >= 18:
        command.append("--no-sync-data-files")
    try:
        run = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            cwd=Path(sys.prefix).anchor,
            env=cluster.programs.environment(),
            **cluster.programs.as_account(),
        )
    finally:
        secret.unlink(missing_ok=True)
    if run.returncode != 0:
        (cluster.log / "initdb.log").write_text(run.stdout + run.stderr, encoding="utf-8")
        raise explain(run.stderr, cluster, cluster.log / "initdb.log")


def _locale(cluster: Cluster) -> list[str]:
    if cluster.programs.major < 17:
        return ["--locale=C.UTF-8"]
    libc = "C.UTF-8" if sys.platform == "linux" else "C"
    return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", f"--locale={libc}"]


def launch(cluster: Cluster, *, preferred_port: int | None, fast: bool, progress: texts.Progress) -> Postmaster:
    """Start the server and wait until it takes connections. A foreign program on our port costs a new one."""
    _clear_stale(cluster, progress)
    _require_space(cluster.base, SPACE_TO_START)
    logs.trim_log(cluster.log)
    progress("Starting the database", "正在启动数据库")
    port = preferred_port
    failure: str | None = None
    for _attempt in range(5):
        if port is None or not _port_is_free(port):
            port = free_port()
        failure = _pg_ctl_start(cluster, port, fast)
        if failure is None:
            found = running(cluster.base)
            if found is not None:
                return found
            failure = "the server ended at once"
        if "Address already in use" not in failure and "could not create any TCP/IP sockets" not in failure:
            break
        port = None
    raise explain(failure or "", cluster, cluster.log / "startup.log")


def _pg_ctl_start(cluster: Cluster, port: int, fast: bool) -> str | None:
    """None when the server is up, else what it said."""
    conf = cluster.data / "outpost.conf"
    sockets = socket_folder(cluster.base)
    quoted = '"' + str(sockets).replace('"', '""').replace("'", "''") + '"' if sockets else ""
    lines = [f"port = {port}", f"listen_addresses = '{HOST}'", f"unix_socket_directories = '{quoted}'"]
    conf.write_text("\n".join(lines) + logs.SETTINGS + (FAST if fast else ""), encoding="utf-8")
    conf.chmod(0o644)  # the folder is 0700; as root, the account must read it
    startup = cluster.log / "startup.log"
    startup.unlink(missing_ok=True)
    began = time.time()
    command = [cluster.programs.program("pg_ctl"), "start", "-w", "-t", "900"]
    run = subprocess.run(
        [*command, "-D", str(cluster.data), "-l", str(startup)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
        cwd=Path(sys.prefix).anchor,
        env=cluster.programs.environment(),
        **cluster.programs.as_account(),
    )
    if run.returncode == 0:
        return None
    recent = [path for path in cluster.log.glob("*.log") if path.stat().st_mtime >= began - 2]
    return "\n".join(path.read_text(encoding="utf-8", errors="replace")[-4000:] for path in recent)


def socket_folder(base: Path) -> Path | None:
    """Where the unix socket goes; None where sockets are not usual or their path would be cut."""
    fits = len(os.fsencode(base / ".s.PGSQL.65535.lock")) <= SOCKET_PATH_LIMIT
    return base if sys.platform != "win32" and fits else None


def _clear_stale(cluster: Cluster, progress: texts.Progress) -> None:
    """After a crash: let orphaned backends go, end those that do not, then remove the pid file.

    PostgreSQL itself refuses to start when the pid in the file was given to any other process meanwhile.
    """
    pid_file = cluster.data / "postmaster.pid"
    if not pid_file.exists():
        return
    progress("Recovering from an interrupted run", "正在从上次异常中断中恢复")
    _end_orphans(cluster.data, patience=10)
    for stale in (*cluster.base.glob(".s.PGSQL.*"), pid_file):
        stale.unlink(missing_ok=True)


def _end_orphans(folder: Path, *, patience: float = 0) -> None:
    """End the PostgreSQL programs that a killed start or server left at work in `folder`."""
    orphans = [process for process in psutil.process_iter() if _is_at_work(process, folder)]
    _gone, left = psutil.wait_procs(orphans, timeout=patience)
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(left, timeout=10)


def _is_at_work(process: psutil.Process, folder: Path) -> bool:
    try:
        if not process.name().startswith(("postgres", "initdb")):
            return False
        return str(folder) in process.cmdline() or _works_in(process, folder)
    except psutil.Error:
        return False


def shut_down(base: Path) -> None:
    """Stop the server by its pid and wait until it is gone. Clients are disconnected, nothing is lost."""
    found = running(base)
    if found is None:
        return
    for sign, patience in _stop_signals():
        with contextlib.suppress(psutil.NoSuchProcess):
            psutil.Process(found.identity.pid).send_signal(sign)
        if found.identity.gone_within(patience):
            return


def _stop_signals() -> tuple[tuple[int, float], ...]:
    """Fast shutdown (with a checkpoint), then the immediate one, which the next start recovers from."""
    if sys.platform == "win32":
        return ((signal.SIGTERM, 30),)
    return ((signal.SIGINT, 120), (signal.SIGQUIT, 30))


def reset_owner_password(cluster: Cluster) -> None:
    """The password file was deleted: set a new password in single-user mode, which asks for none."""
    password = secrets.token_urlsafe(24)
    run = subprocess.run(
        [cluster.programs.program("postgres"), "--single", "-D", str(cluster.data), "postgres"],
        input=f"alter role {OWNER} password '{password}'\n",
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(sys.prefix).anchor,
        env=cluster.programs.environment(),
        **cluster.programs.as_account(),
    )
    if run.returncode != 0:
        raise explain(run.stderr, cluster, cluster.log)
    write_secret(cluster.home / "owner.password", password)


def write_secret(path: Path, secret: str) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(secret)
    os.replace(draft, path)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        if sys.platform != "win32":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _require_space(folder: Path, needed: int) -> None:
    if shutil.disk_usage(folder).free < needed:
        raise texts.disk_full(folder)


def explain(output: str, cluster: Cluster, log: Path) -> texts.EmbeddedError:
    """The fault behind what PostgreSQL printed."""
    if "No space left on device" in output or "Disk quota exceeded" in output:
        return texts.disk_full(cluster.base)
    if "Permission denied" in output or "wrong ownership" in output:
        account = cluster.programs.account
        return texts.no_permission(cluster.base, account.name if account else "this user")
    said = re.findall(r"(?:FATAL|PANIC|error):\s*(.+)", output)
    return texts.start_failed(said[-1] if said else "no message", log)


def explain_os_error(error: OSError, folder: Path) -> texts.EmbeddedError | None:
    """The same for faults of the file system; None for those that are not the user's to mend."""
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return texts.disk_full(folder)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return texts.no_permission(error.filename or folder, "This user")
    if error.errno in (errno.EEXIST, errno.ENOTDIR):
        return texts.no_folder(error.filename or folder)
    return None
