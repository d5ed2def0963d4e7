"""Work under way, kept on disk at each change, so that neither a crash nor a power cut loses what was scanned.

One file for each person and open desk, replaced whole. The first desk takes the first file, a second window the next
one; a file whose program has died is taken up again by the next desk that opens.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QLockFile

_log = logging.getLogger("outpost.journal")
_MOST = 20


class Journal:
    """Take one with `claim`. `place` names the database: what was kept for another one is left alone."""

    def __init__(self, file: Path, place: str, lock: QLockFile) -> None:
        self.file = file
        self._place, self._lock = place, lock
        self._written: str | None = None

    @classmethod
    def claim(cls, folder: Path, name: str, place: str) -> Journal | None:
        """The first file that no living desk holds; None where the disk takes none (that is logged)."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            _log.warning("work under way is not kept on disk: %s", error)
            return None
        stem = f"{name}-{hashlib.sha256(place.encode()).hexdigest()[:12]}"
        for number in range(1, _MOST + 1):
            lock = QLockFile(str(folder / f"{stem}-{number}.lock"))
            lock.setStaleLockTime(0)  # stale when its program is gone, never by age
            if lock.tryLock(0):
                return cls(folder / f"{stem}-{number}.json", place, lock)
        _log.warning("too many desks are open, this one is not kept on disk")
        return None

    def load(self) -> dict[str, Any]:
        """What was kept; empty where nothing was, or it was kept for another database."""
        try:
            kept = json.loads(self.file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            _log.warning("kept work unreadable, set aside: %s", error)
            self._set_aside()
            return {}
        if not isinstance(kept, dict) or kept.get("place") != self._place:
            return {}
        return cast(dict[str, Any], kept)

    def keep(self, fields: dict[str, str], *, surely: bool = False) -> None:
        """Write `fields`, each a JSON text. `surely` waits for the disk: before something is sent that counts."""
        body = ", ".join(f"{json.dumps(key)}: {text}" for key, text in fields.items())
        text = f'{{"place": {json.dumps(self._place)}, {body}}}'
        if text == self._written and not surely:
            return
        temporary = self.file.with_suffix(".new")
        try:
            with open(temporary, "w", encoding="utf-8", opener=_private) as stream:
                stream.write(text)
                if surely:
                    stream.flush()
                    os.fsync(stream.fileno())
            os.replace(temporary, self.file)
            self._written = text
        except OSError as error:
            _log.warning("work under way not kept: %s", error)

    def clear(self) -> None:
        """Nothing is under way any more."""
        self._written = None
        self.file.unlink(missing_ok=True)

    def release(self) -> None:
        """The desk closes: the next one may take up what is kept."""
        self._lock.unlock()

    def _set_aside(self) -> None:
        try:
            self.file.replace(self.file.with_suffix(".broken.json"))
        except OSError as error:
            _log.warning("unreadable work stays in place: %s", error)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
