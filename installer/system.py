"""What the machine itself must bring: a Python that fits, the libraries of Qt, on Debian a venv module.

On Debian and Ubuntu root gets what is missing by apt-get; everybody else is told the one command that does it.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path

from console import Stop, say

# library -> (Debian's package, Fedora's package)
OFFSCREEN = {
    "libGL.so.1": ("libgl1", "mesa-libGL"),
    "libEGL.so.1": ("libegl1", "mesa-libEGL"),
    "libglib-2.0.so.0": ("libglib2.0-0", "glib2"),
    "libfontconfig.so.1": ("libfontconfig1", "fontconfig"),
    "libxkbcommon.so.0": ("libxkbcommon0", "libxkbcommon"),
    "libdbus-1.so.3": ("libdbus-1-3", "dbus-libs"),
}
WINDOW = {
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0", "libxkbcommon-x11"),
    "libxcb-cursor.so.0": ("libxcb-cursor0", "xcb-util-cursor"),
    "libxcb-icccm.so.4": ("libxcb-icccm4", "xcb-util-wm"),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1", "xcb-util-keysyms"),
    "libxcb-shape.so.0": ("libxcb-shape0", "libxcb"),
}
POSTGRES_15 = Path("/usr/lib/postgresql/15/bin")


def check_python() -> None:
    """Only the versions that the lock was compiled for have wheels of everything."""
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        mine = f"{sys.version_info[0]}.{sys.version_info[1]}"
        raise Stop(
            f"Outpost needs Python 3.11, 3.12 or 3.13; this is {mine}. "
            "Start it with one of these, for example: python3.12 installer/run.py",
            f"驻点需要 Python 3.11、3.12 或 3.13，当前版本为 {mine}。请改用，例如：python3.12 installer/run.py",
        )


def has_display() -> bool:
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def missing_libraries() -> list[str]:
    """The shared libraries that Qt would not find, by file name."""
    if not sys.platform.startswith("linux"):
        return []
    wanted = list(OFFSCREEN) + (list(WINDOW) if has_display() else [])
    return [name for name in wanted if not _loads(name)]


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def ensure_libraries() -> None:
    """Install what Qt lacks, or stop with the command that does."""
    missing = missing_libraries()
    if not missing:
        return
    known = OFFSCREEN | WINDOW
    sudo = "" if is_root() else "sudo "
    if _is_debian():
        packages = [known[name][0] for name in missing]
        if is_root():
            say(f"Installing system libraries: {' '.join(packages)}", f"正在安装系统库：{' '.join(packages)}")
            if apt_install(packages) and not missing_libraries():
                return
        command = f"{sudo}apt-get update && {sudo}apt-get install -y {' '.join(packages)}"
    elif shutil.which("dnf"):
        command = f"{sudo}dnf install -y {' '.join(known[name][1] for name in missing)}"
    else:
        raise Stop(
            f"These system libraries are missing; install them with the system's package manager: {', '.join(missing)}",
            f"缺少以下系统库，请使用系统的软件包管理器安装：{'、'.join(missing)}",
        )
    raise Stop(
        f"Some system libraries are missing. This installs them, then start again:\n\n    {command}\n",
        f"缺少部分系统库。请执行以下命令安装，然后重新启动：\n\n    {command}\n",
    )


def ensure_venv_module() -> None:
    """Debian splits the venv module off into a package of its own."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        package = f"python3.{sys.version_info[1]}-venv"
        if _is_debian() and is_root():
            say(f"Installing {package}", f"正在安装 {package}")
            if apt_install([package]):
                return
        raise Stop(
            f"Python's venv module is missing. This installs it, then start again:\n\n"
            f"    sudo apt-get install -y {package}\n",
            f"缺少 Python 的 venv 模块。请执行以下命令安装，然后重新启动：\n\n    sudo apt-get install -y {package}\n",
        ) from None


def ensure_postgres_15() -> None:
    """For the tests only: Debian's older PostgreSQL, so that the schema is tried on both ends of what we support.

    Only its programs are wanted: Debian's own cluster is not created. Without network the tests skip and say so.
    """
    if POSTGRES_15.is_dir() or not (_is_debian() and is_root()):
        return
    say("Installing PostgreSQL 15 for the database tests", "正在安装用于数据库测试的 PostgreSQL 15")
    folder = Path("/etc/postgresql-common/createcluster.d")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "outpost.conf").write_text("create_main_cluster = false\n", encoding="ascii")
    if not apt_install(["postgresql-15"]):
        say(
            "PostgreSQL 15 is not available here; its tests will be skipped.",
            "此处无法安装 PostgreSQL 15，相关测试将被跳过。",
        )


def apt_install(packages: list[str]) -> bool:
    """True when apt-get did it. Its own words are shown only when it failed."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    said = ""
    for command in (["apt-get", "update", "-q"], install):
        run = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=environment,
            check=False,
        )
        said = run.stdout
        if run.returncode != 0 and command is install:
            print(said[-2000:], file=sys.stderr)
            return False
    return True


def is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def _is_debian() -> bool:
    return Path("/etc/debian_version").is_file() and shutil.which("apt-get") is not None
