"""What a page is given: the database handle, work, bus, user, settings, and the few things the shell does
for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from desktop.domain.text import pick
from desktop.runtime.bus import Bus
from desktop.runtime.settings import Settings, UserSettings
from desktop.runtime.work import Work

Severity = Literal["success", "info", "warn", "danger"]


@dataclass(frozen=True)
class User:
    """Who is logged in. `roles` are job names (``"clerk"``); `units` the ids of the org units that he may
    see.
    """

    login: str
    name: str
    name_zh: str = ""
    roles: frozenset[str] = frozenset()
    units: tuple[int, ...] = ()
    company: str = ""
    company_zh: str = ""
    job: str = ""
    job_zh: str = ""

    def display_name(self) -> str:
        return pick(self.name, self.name_zh)

    def initials(self) -> str:
        parts = (self.name or self.login).split()
        return "".join(part[0] for part in parts[:2]).upper()

    def has(self, *roles: str) -> bool:
        return bool(self.roles.intersection(roles))


@dataclass(frozen=True)
class ToastAction:
    """The one button of a toast, e.g. Undo with Ctrl+Z."""

    text: str
    call: Callable[[], None]
    key: str = ""


class Toaster(Protocol):
    """``context.toast("success", tr("{number} posted", …), detail, action=ToastAction(tr("Undo"), undo,
    "Ctrl+Z"))``
    """

    def __call__(
        self, severity: Severity, text: str, detail: str = "", *, action: ToastAction | None = None
    ) -> None: ...


@dataclass(frozen=True)
class Found:
    """A record that the palette or a look-up offers: what to open, and how it reads."""

    key: str
    id: Any
    code: str
    name: str
    detail: str = ""
    icon: str = "file-text"


SearchProvider = Callable[[str], Sequence[Found]]
"""Called in a worker thread with what was typed (code, name, pinyin initials); best matches first, at most
20.
"""


@dataclass(frozen=True)
class DictionaryEntry:
    """A field's meaning, for F1. `field` is ``"purchase_line.promised_on"``."""

    field: str
    label: str
    meaning: str
    values: str = ""
    owner: str = ""
    personal: bool = False


DictionaryProvider = Callable[[str], DictionaryEntry | None]
"""Called in a worker thread with a field's name."""

ScanResolver = Callable[[str], Found | None]
"""Called in a worker thread with a scanned code; the record that bears it."""


def no_search(_: str) -> Sequence[Found]:
    return ()


def no_entry(_: str) -> DictionaryEntry | None:
    return None


def no_record(_: str) -> Found | None:
    return None


@dataclass(frozen=True)
class Context:
    """Given to each page. `database` is the handle of db.session: views pass it to operations and never look
    inside.

    `open(key, args)` opens or finds a tab: a page key of the composition root and an id or arguments for it.
    """

    database: Any
    work: Work
    bus: Bus
    user: User
    settings: Settings
    open: Callable[[str, Any], None]
    toast: Toaster
    search: SearchProvider = field(default=no_search)
    dictionary: DictionaryProvider = field(default=no_entry)
    resolve_scan: ScanResolver = field(default=no_record)

    def mine(self) -> UserSettings:
        """The settings of this person on this workstation."""
        return self.settings.user(self.user.login)
