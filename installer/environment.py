"""The checkout's own `.venv`: made, verified and mended so that every start ends in a working one.

The lock file pins each package with its hashes; the registry is whatever pip on this machine is configured for. A start
reads the packages' own RECORD files, so that a `.venv` that was half made or half deleted is noticed, which takes
a moment and needs no network.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from console import Stop, say

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {
    "run": ROOT / "installer" / "requirements.lock",
    "test": ROOT / "installer" / "requirements-test.lock",
}
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)\s*(;.*?)?\s*\\?$", re.MULTILINE)
PIP_BEGINS = re.compile(
    r"(?:Collecting |Requirement already satisfied: )([\w.-]+)|Processing .*?([^/\\\s]+?)-\d[^/\\]*\.whl"
)
WINDOWS = sys.platform == "win32"

LAUNCHER = """#!/bin/sh
# Starts Outpost from the checkout that holds this folder, wherever that is and whatever its path contains.
self=$(readlink -f "$0" 2>/dev/null || printf '%s' "$0")
here=$(CDPATH= cd -- "$(dirname -- "$self")" && pwd -P)
exec "$here/python" -P -m desktop.cli "$@"
"""
LAUNCHER_WINDOWS = '@"%~dp0python.exe" -P -m desktop.cli %*\r\n'


def python_of(venv: Path) -> Path:
    return venv / ("Scripts/python.exe" if WINDOWS else "bin/python")


def packages_of(venv: Path) -> Path:
    if WINDOWS:
        return venv / "Lib" / "site-packages"
    return venv / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"


def ensure(kind: str, *, venv: Path = ROOT / ".venv", lock: Path | None = None) -> Path:
    """A `.venv` that holds what the lock of `kind` names, and the command `outpost`. Returns its Python."""
    lock = lock or LOCKS[kind]
    try:
        with _alone(venv.with_name(venv.name + ".lock")):
            if not _is_ready(venv, lock):
                _install(venv, lock)
            _make_command(venv)
    except PermissionError as error:
        raise Stop(
            f"This user may not write to {error.filename}. Start as the owner of the folder, or clone into your own.",
            f"当前用户无权写入 {error.filename}。请以该文件夹所有者的身份启动，或克隆到自己的文件夹中。",
        ) from error
    except OSError as error:
        if error.errno != 28:  # ENOSPC
            raise
        raise _disk_full(venv) from error
    return python_of(venv)


def _is_ready(venv: Path, lock: Path) -> bool:
    """Everything that the lock names is there in that version, with all its files, and Python itself runs."""
    if not _same_python(venv):
        return False
    installed = installed_versions(venv)
    if any(_key(name) not in installed for name, _version, marker in pins(lock) if not marker):
        return False
    if any(installed.get(_key(name), version) != version for name, version, _marker in pins(lock)):
        return False
    return not damaged(venv)


def pins(lock: Path) -> list[tuple[str, str, str]]:
    """(name, version, marker) of each line of a lock."""
    return PINNED.findall(lock.read_text(encoding="utf-8"))


def installed_versions(venv: Path) -> dict[str, str]:
    found = {}
    for folder in packages_of(venv).glob("*.dist-info"):
        name, _dash, version = folder.name.removesuffix(".dist-info").rpartition("-")
        found[_key(name)] = version
    return found


def _key(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def damaged(venv: Path) -> list[str]:
    """Packages that lack a file which their RECORD names, or the RECORD itself (a killed installation)."""
    site = packages_of(venv)
    broken = []
    for folder in site.glob("*.dist-info"):
        record = folder / "RECORD"
        if not record.is_file() or not _complete(site, record):
            broken.append(folder.name)
    return broken


def _complete(site: Path, record: Path) -> bool:
    with record.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            if len(row) != 3 or not row[2] or row[0].endswith(".pyc"):
                continue
            try:
                size = os.stat(site / row[0]).st_size
            except FileNotFoundError:
                return False
            if size != int(row[2]) and not row[0].startswith(".."):
                return False
    return True


def _same_python(venv: Path) -> bool:
    """The venv's Python runs, and is the version that its packages were made for."""
    if not (venv / "pyvenv.cfg").is_file() or not packages_of(venv).is_dir():
        return False
    try:
        run = subprocess.run(
            [python_of(venv), "-c", "import sys; print(*sys.version_info[:2])"],
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return False
    return run.stdout.split() == [str(part) for part in sys.version_info[:2]]


def _install(venv: Path, lock: Path) -> None:
    """Complete a sound `.venv`; make a damaged one anew. The stamp says whether the last time came to its end."""
    stamp = venv / "outpost-stamp.json"
    sound = stamp.is_file() and _same_python(venv) and not damaged(venv)
    stamp.unlink(missing_ok=True)
    if not sound:
        _create(venv)
    _pip_install(venv, lock)
    record = {"lock": hashlib.sha256(lock.read_bytes()).hexdigest(), "python": sys.version.split()[0]}
    stamp.write_text(json.dumps(record), encoding="utf-8")


def _create(venv: Path) -> None:
    if venv.exists():
        say("The environment .venv is damaged or unfinished; making it anew", ".venv 环境已损坏或未完成，正在重建")
        shutil.rmtree(venv)
    else:
        say("Making the environment .venv", "正在创建 .venv 环境")
    _make_venv(venv)


def _make_venv(venv: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "venv", str(venv)], capture_output=True, text=True, errors="replace", check=False
    )
    if run.returncode != 0:
        said = (run.stdout + run.stderr).strip()
        if "No space left" in said:
            raise _disk_full(venv)
        raise Stop(f"The environment could not be made:\n{said}", f"无法创建环境：\n{said}")


def _pip_install(venv: Path, lock: Path) -> None:
    total = sum(1 for _name, _version, marker in pins(lock) if not marker)
    say(f"Installing {total} packages; this may take minutes", f"正在安装 {total} 个软件包，可能需要几分钟")
    command = [str(python_of(venv)), "-m", "pip", "install", "--require-hashes", "--no-deps", "-r", str(lock)]
    began = time.monotonic()
    with subprocess.Popen(
        [*command, "--disable-pip-version-check", "--no-input", "--progress-bar", "off"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        env=os.environ | {"PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"},
    ) as process:
        said = _follow(process, total)
    if process.returncode != 0:
        raise _pip_failed("".join(said[-25:]), venv)
    seconds = round(time.monotonic() - began)
    say(f"Packages installed in {seconds} s", f"软件包安装完成，用时 {seconds} 秒")


def _follow(process: subprocess.Popen[str], total: int) -> list[str]:
    """Show how far pip is; returns what it said."""
    said: list[str] = []
    count = 0
    for line in process.stdout or ():
        said.append(line)
        began = PIP_BEGINS.match(line)
        if began:
            count += 1
            step = f"  {min(count, total):>3}/{total}  {began.group(1) or began.group(2)}"
            say(step, step)
        elif line.startswith("Installing collected"):
            say("  Unpacking", "  正在解包")
    return said


def _pip_failed(said: str, venv: Path) -> Stop:
    if "No space left on device" in said:
        return _disk_full(venv)
    if re.search(r"NewConnectionError|name resolution|Could not fetch|getaddrinfo|timed out", said):
        return Stop(
            f"The packages could not be downloaded. The first start needs the network (or a mirror that pip is set "
            f"to). pip said:\n\n{said}",
            f"无法下载软件包。首次启动需要网络（或为 pip 配置的镜像）。pip 的输出：\n\n{said}",
        )
    return Stop(f"The packages could not be installed. pip said:\n\n{said}", f"无法安装软件包。pip 的输出：\n\n{said}")


def _disk_full(folder: Path) -> Stop:
    return Stop(
        f"The disk that holds {folder.parent} is full; about 1 GB is needed. Free some space and start again.",
        f"{folder.parent} 所在磁盘空间不足，约需 1 GB。请释放空间后重新启动。",
    )


def _make_command(venv: Path) -> None:
    """`outpost` inside `.venv`, without a build backend: a path file and a launcher.

    The path is relative, so it holds no characters that a locale could garble, and a moved checkout still works.
    """
    site = packages_of(venv)
    up = os.path.relpath(ROOT, site) if venv.parent == ROOT else str(ROOT)
    _write(site / "outpost.pth", up + "\n")
    if WINDOWS:
        _write(venv / "Scripts" / "outpost.cmd", LAUNCHER_WINDOWS)
    else:
        _write(venv / "bin" / "outpost", LAUNCHER)
        (venv / "bin" / "outpost").chmod(0o755)


def _write(path: Path, text: str) -> None:
    if not path.is_file() or path.read_bytes() != text.encode():
        path.write_bytes(text.encode())


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Two starts at the same moment must not both install. The system drops the lock of a killed one."""
    with path.open("a+b") as file:
        told = False
        while not _try_lock(file.fileno()):
            if not told:
                told = True
                say("Waiting for another start that is installing", "正在等待另一个安装进程")
            time.sleep(0.2)
        yield


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
