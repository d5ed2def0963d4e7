"""What this workstation remembers: language, theme, geometry, recent users, scanner, and per user the open
tabs.

One JSON file, written whole and moved into place, so that a power cut leaves the old or the new one. Nothing
here is secret and nothing here is business data.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import platformdirs

_log = logging.getLogger("outpost.settings")


def settings_folder() -> Path:
    """`OUTPOST_HOME`/config where that is set (several installations side by side), else the platform's own."""
    home = os.environ.get("OUTPOST_HOME")
    return Path(home) / "config" if home else Path(platformdirs.user_config_dir("Outpost", appauthor=False))


class Settings:
    """A small persistent mapping of JSON values. `user(name)` is the part of one person on this workstation."""

    def __init__(self, file: Path | None = None) -> None:
        self.file = file or settings_folder() / "settings.json"
        self._values = self._read()

    def get(self, key: str, default: Any = None) -> Any:
        return self._values.get(key, default)

    def set(self, key: str, value: Any) -> None:
        """Keep `value` (plain JSON) under `key`, on disk at once."""
        if self._values.get(key) == value:
            return
        self._values[key] = value
        self._write()

    def user(self, name: str) -> UserSettings:
        return UserSettings(self, name)

    def _read(self) -> dict[str, Any]:
        try:
            values = json.loads(self.file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            _log.warning("settings unreadable, starting afresh: %s", error)
            self._set_aside()
            return {}
        return cast(dict[str, Any], values) if isinstance(values, dict) else {}

    def _set_aside(self) -> None:
        try:
            self.file.replace(self.file.with_suffix(".broken.json"))
        except OSError as error:
            _log.warning("unreadable settings stay in place: %s", error)

    def _write(self) -> None:
        """A full disk or a read-only home must not stop the work: it is logged, the values live until the
        end.
        """
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.file.parent, suffix=".json")
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump(self._values, stream, ensure_ascii=False, indent=1)
            os.replace(name, self.file)
        except OSError as error:
            _log.warning("settings not kept: %s", error)


class UserSettings:
    """One person's part of the workstation's settings."""

    def __init__(self, settings: Settings, name: str) -> None:
        self._settings, self._name = settings, name

    def get(self, key: str, default: Any = None) -> Any:
        return self._mine().get(key, default)

    def set(self, key: str, value: Any) -> None:
        users: dict[str, Any] = dict(self._settings.get("users", {}))
        users[self._name] = {**self._mine(), key: value}
        self._settings.set("users", users)

    def _mine(self) -> Mapping[str, Any]:
        return cast(Mapping[str, Any], self._settings.get("users", {}).get(self._name, {}))
