"""Copies of attached files that another program shows: in a folder that only this person reads, gone when we end."""

from __future__ import annotations

import atexit
import logging
import os
import stat
import tempfile
from pathlib import Path

import psutil

from desktop.domain.attachments import numbered

_log = logging.getLogger("outpost.opened_files")
_START = "outpost-open-"


class OpenedFiles:
    """One folder per program run. What an earlier run left behind, because it was killed, goes when this one begins."""

    def __init__(self, parent: Path | None = None) -> None:
        self._parent = parent or Path(tempfile.gettempdir())
        self._folder: Path | None = None

    def path_for(self, name: str) -> Path:
        """A free place for a copy of that name."""
        if self._folder is None:
            _sweep(self._parent)
            self._folder = Path(tempfile.mkdtemp(prefix=f"{_START}{os.getpid()}-", dir=self._parent))  # made 0700
            atexit.register(self.clear)
        taken = frozenset(each.name for each in self._folder.iterdir())
        return self._folder / numbered(name, taken)

    @staticmethod
    def protect(path: Path) -> None:
        """Read only: what is changed in the other program would be lost."""
        path.chmod(stat.S_IRUSR)

    def clear(self) -> None:
        """Delete all copies."""
        folder, self._folder = self._folder, None
        if folder is not None:
            atexit.unregister(self.clear)
            _delete(folder)


def _delete(folder: Path) -> None:
    try:
        for file in folder.iterdir():
            file.chmod(stat.S_IRUSR | stat.S_IWUSR)
            file.unlink()
        folder.rmdir()
    except OSError as error:  # still open in the other program (Windows); the next run tries again
        _log.warning("a copy of an attached file stays: %s", error)


def _sweep(parent: Path) -> None:
    for folder in parent.glob(f"{_START}*"):
        number = folder.name.removeprefix(_START).split("-")[0]
        mine = not hasattr(os, "getuid") or folder.stat().st_uid == os.getuid()
        if mine and number.isdigit() and not psutil.pid_exists(int(number)):
            _delete(folder)


OPENED = OpenedFiles()
"""Those of this program."""
