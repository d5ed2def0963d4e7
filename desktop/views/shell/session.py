"""All that a window needs of a log-in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from desktop.runtime.bus import Bus
from desktop.runtime.context import (
    DictionaryProvider,
    ScanResolver,
    SearchProvider,
    User,
    no_entry,
    no_record,
    no_search,
)
from desktop.runtime.live import Live
from desktop.runtime.settings import Settings
from desktop.runtime.work import Work
from desktop.views.shell.desks import Desk
from desktop.widgets.peek import Peek

Unlock = Callable[[str], object]
"""Called in a worker thread with the password that somebody typed; raises a UserError where it is wrong."""


ChangePassword = Callable[[str, str], None]
"""Called in a worker thread with the present and the new password; raises a UserError where the first is wrong."""


@dataclass(frozen=True)
class Welcome:
    """What the database said at the log-in: about the one before, and the company's rules for log-ins."""

    previous_at: datetime | None = None
    previous_client: str = ""
    failed_since: int = 0
    password_days_left: int | None = None
    password_min_length: int = 12
    idle_lock_minutes: float = 30


@dataclass(frozen=True)
class Session:
    """Made by `desktop.app` once somebody is in. `live` follows the other workstations; None where nothing
    does.
    """

    database: Any
    user: User
    place: str
    """Database and host for the status bar, e.g. ``"outpost@db1"``."""
    work: Work
    bus: Bus
    settings: Settings
    desks: tuple[Desk, ...]
    search: SearchProvider = no_search
    dictionary: DictionaryProvider = no_entry
    resolve_scan: ScanResolver = no_record
    peek: Peek | None = None
    live: Live | None = None
    unlock: Unlock | None = None
    change_password: ChangePassword | None = None
    welcome: Welcome = Welcome()
    log_folder: Path | None = None
    version: str = ""
