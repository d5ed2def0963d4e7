"""What is reopened at the next log-in: the tabs of a person on this workstation, with drafts of unsaved work."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from desktop.runtime.context import Found
from desktop.runtime.settings import UserSettings

_log = logging.getLogger("outpost.memory")
_TABS, _CURRENT, _RECENT, _DRAFTS = "tabs", "current_tab", "recent", "drafts"
MOST_RECENT = 12
_MOST_DRAFTS = 50


@dataclass(frozen=True)
class TabMemory:
    """One tab. `draft` says that `state` holds unsaved work, kept at `kept`."""

    key: str
    args: Any = None
    state: Mapping[str, Any] = field(default_factory=dict)
    draft: bool = False
    kept: str = ""

    def same_as(self, key: str, args: Any) -> bool:
        return self.key == key and self.args == args


def now() -> str:
    return datetime.now().isoformat(timespec="minutes")


def save_tabs(settings: UserSettings, tabs: Sequence[TabMemory], current: int) -> None:
    """Keep the open tabs. One whose state is not plain JSON is kept without it, and that is logged."""
    settings.set(_TABS, [_plain(tab) for tab in tabs])
    settings.set(_CURRENT, current)


def load_tabs(settings: UserSettings) -> tuple[tuple[TabMemory, ...], int]:
    return _read(settings.get(_TABS)), int(settings.get(_CURRENT, 0))


def keep_draft(settings: UserSettings, tab: TabMemory) -> None:
    """Keep the unsaved work of a tab that was closed, newest first."""
    others = [each for each in _read(settings.get(_DRAFTS)) if not each.same_as(tab.key, tab.args)]
    settings.set(_DRAFTS, [_plain(each) for each in (tab, *others)][:_MOST_DRAFTS])


def take_draft(settings: UserSettings, key: str, args: Any) -> TabMemory | None:
    """The draft of that page, which is then no longer kept here."""
    drafts = _read(settings.get(_DRAFTS))
    found = next((draft for draft in drafts if draft.same_as(key, args)), None)
    if found is not None:
        settings.set(_DRAFTS, [_plain(draft) for draft in drafts if draft is not found])
    return found


def remember_record(settings: UserSettings, found: Found) -> None:
    """Put a record to the front of those opened last."""
    others = [each for each in recent_records(settings) if (each.key, each.id) != (found.key, found.id)]
    settings.set(_RECENT, [asdict(each) for each in (found, *others)][:MOST_RECENT])


def recent_records(settings: UserSettings) -> tuple[Found, ...]:
    rows = settings.get(_RECENT, [])
    return tuple(Found(**row) for row in rows if isinstance(row, dict) and {"key", "id", "code", "name"} <= row.keys())


def _plain(tab: TabMemory) -> dict[str, Any]:
    values = {
        "key": tab.key,
        "args": tab.args,
        "state": dict(tab.state),
        "draft": tab.draft,
        "kept": tab.kept,
    }
    try:
        json.dumps(values)
    except (TypeError, ValueError) as error:
        _log.error("the state of page %s is not plain JSON and was not kept: %s", tab.key, error)
        return {**values, "args": None, "state": {}, "draft": False}
    return values


def _read(rows: Any) -> tuple[TabMemory, ...]:
    names = TabMemory.__dataclass_fields__.keys()
    return tuple(
        TabMemory(**{name: row[name] for name in names if name in row})
        for row in rows or ()
        if isinstance(row, dict) and "key" in row
    )
