"""Fixtures of the whole session: one embedded PostgreSQL per test process, in a folder of its own."""

from __future__ import annotations

import atexit
import gc
import itertools
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from db import embedded
from tests.garbage import sweep
from tests.lists_world import ListsWorld, make_lists_world
from tests.patience import PatientBot
from tests.where_time_goes import pytest_addoption, pytest_configure

__all__ = ["pytest_addoption", "pytest_configure"]

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"  # no test touches the keyring of who runs it
_KEYS = Path(tempfile.gettempdir()) / f"outpost-test-keys-{os.getpid()}.json"  # never those of whoever runs the tests
os.environ.setdefault("OUTPOST_KEY_FILE", str(_KEYS))
atexit.register(lambda: _KEYS.unlink(missing_ok=True))


_TESTS_RUN = itertools.count(1)
_SWEEP_EVERY, _COLLECT_EVERY = 25, 500
LONGEST = (
    "tests/tour/test_tour.py",
    "tests/tour/test_report.py",
    "tests/test_cli.py",
    "tests/db/test_install.py",
    "tests/db/test_policy_mutation.py",
    "tests/db/test_embedded.py",
    "tests/scenarios/",
    "tests/operations/stock/test_exactly_once.py",
)
"""Files of few tests that take long: processes that share the tests out begin with them, so that none of them is the
last to end. Then the files with the most tests.
"""
_ROOM = 6 << 30
"""Bytes that two test processes need at most, with room to spare."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        files = [item.nodeid.partition("::")[0] for item in items]
        number = Counter(files)
        rank = {file: _rank(file) for file in number}
        order = sorted(range(len(items)), key=lambda at: (rank[files[at]], -number[files[at]], files[at]))
        items[:] = [items[at] for at in order]


def _rank(file: str) -> int:
    return next((at for at, start in enumerate(LONGEST) if file.startswith(start)), len(LONGEST))


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was imported and collected stays to the end: collections need not look at it again and again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """As in the running program, garbage is collected on the main thread only: a collection that starts in a worker
    thread deletes widgets there, and Qt then delivers a timer to what is gone.
    """
    gc.disable()
    number = next(_TESTS_RUN)
    if number % _COLLECT_EVERY == 0:
        gc.collect()
    elif number % _SWEEP_EVERY == 0:
        sweep()


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    """A folder for homes of servers. Not pytest's own: as root, the server's account cannot enter it."""
    folder = Path(tempfile.mkdtemp(prefix="outpost-test-", dir=_memory()))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def _memory() -> str | None:
    """A file system in memory, where the machine has one with room: databases are cloned there several times faster."""
    if sys.platform == "win32":
        return None
    try:
        found = os.statvfs("/dev/shm")
    except OSError:
        return None
    room = found.f_bavail * found.f_frsize
    usable = room > _ROOM and not found.f_flag & os.ST_NOEXEC and os.access("/dev/shm", os.W_OK | os.X_OK)
    return "/dev/shm" if usable else None


@pytest.fixture(scope="session")
def pg_server(server_folder: Path) -> Iterator[embedded.Server]:
    """The session's server: real PostgreSQL without fsync, ended by its pid with the session."""
    with embedded.start(server_folder / "session", fast=True) as server:
        yield server


@pytest.fixture(scope="session")
def lists_world(pg_server: embedded.Server) -> ListsWorld:
    """A company with rows in every list and one log-in per job; what a test changes there it puts back."""
    return make_lists_world(pg_server)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    """pytest-qt's own, with patience."""
    return PatientBot(request)
