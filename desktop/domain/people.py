"""Rules about people and their log-ins, as the screens ask them: the database is the judge, these say what to offer.

Three powers are kept apart: the administrator keeps accounts and units, the security officer gives jobs, units and
releases, the auditor reads. Nobody administers himself.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from desktop.domain.text import pick, tr

Power = Literal["business", "admin", "security", "auditor"]
POWERS: tuple[Power, ...] = ("business", "admin", "security", "auditor")

_LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without 0, O, 1, l, I and o, which are read for one another from paper and over the telephone."""
_GROUPS, _GROUP = 4, 4

LOOKS: Mapping[str, tuple[str, str]] = {
    "new": ("info", "user"),
    "active": ("success", "circle-check"),
    "disabled": ("neutral", "lock"),
    "not_yet": ("info", "clock"),
    "expired": ("warn", "clock"),
    "locked": ("danger", "lock"),
    "reset": ("warn", "shield"),
    "must_change": ("info", "pencil"),
}
"""Chip and icon of each state of an account."""


@dataclass(frozen=True)
class Account:
    """What is known of a person's log-in besides the form's fields. Times are aware."""

    user_id: int
    state: str
    login: str = ""
    awaiting_release: bool = False
    must_change: bool = False
    locked_until: datetime | None = None
    failed_logins: int = 0
    last_login_at: datetime | None = None
    last_login_client: str | None = None
    password_changed_at: datetime | None = None


@dataclass(frozen=True)
class Viewer:
    """Who looks: his jobs, and whether the account is his own."""

    roles: frozenset[str]
    himself: bool = False

    def has(self, *roles: str) -> bool:
        return not self.himself and bool(self.roles.intersection(roles))


def one_time_password() -> str:
    """``Kq7m-Rw3x-b9TN-hV4c``: 93 bits from the system's generator, in groups that can be read out."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def can_create(roles: Collection[str]) -> bool:
    """May make a new account."""
    return "admin" in roles


def can_disable(account: Account, viewer: Viewer) -> bool:
    return account.state != "disabled" and viewer.has("admin", "security")


def can_enable(account: Account, viewer: Viewer) -> bool:
    return account.state == "disabled" and viewer.has("admin", "security")


def can_unlock(account: Account, viewer: Viewer) -> bool:
    return account.state == "locked" and viewer.has("admin", "security")


def can_reset(account: Account, viewer: Viewer) -> bool:
    """May make a new one-time password. The account then waits for the security officer."""
    return account.state != "disabled" and viewer.has("admin")


def can_release(account: Account, viewer: Viewer) -> bool:
    """May let an account in, once its holder has set a password of his own: never the one who made the first one."""
    return account.awaiting_release and not account.must_change and viewer.has("security")


def can_delegate(roles: Collection[str], *, himself: bool) -> bool:
    """May name a stand-in: everybody with a job for himself, the security officer for others."""
    return bool(roles) if himself else "security" in roles


def power_name(power: str) -> str:
    """The powers that are kept apart, as headings."""
    return {
        "business": tr("Business"),
        "admin": tr("Administration"),
        "security": tr("Security"),
        "auditor": tr("Audit"),
    }.get(power, power)


def state_name(state: str) -> str:
    """As the dictionary calls the states in the list of users."""
    return {
        "new": tr("New, no jobs yet"),
        "active": pick("Active", "正常"),
        "disabled": tr("Disabled"),
        "not_yet": tr("Not yet valid"),
        "expired": pick("Expired", "已过期"),
        "locked": tr("Locked"),
        "reset": tr("Awaiting release"),
        "must_change": tr("Must change password"),
    }.get(state, state)


def state_sentence(account: Account) -> str:
    """What the state means and who moves next."""
    if account.state == "locked" and account.locked_until is not None:
        until = f"{account.locked_until.astimezone():%Y-%m-%d %H:%M}"
        return tr("Too many wrong passwords: locked until {time}, or until somebody unlocks it.", time=until)
    if account.state == "reset" and account.must_change:
        return tr("First the person logs in with the one-time password and sets an own one, then the security officer"
                  " releases the account.")  # fmt: skip
    return {
        "new": tr("This person has no job yet and sees nothing. The security officer gives jobs and units."),
        "active": tr("This person can log in and work."),
        "disabled": tr("This person cannot log in, and open programs show nothing any more."),
        "not_yet": tr("The log-in works from the day in Valid from."),
        "expired": tr("The last valid day is over. A later day in Valid to lets this person in again."),
        "locked": tr("Too many wrong passwords."),
        "reset": tr("Everything is ready: the security officer makes sure that it is the right person, and releases."),
        "must_change": tr("This person must set a new password at the next log-in, and sees nothing before."),
    }.get(account.state, "")


def action_name(action: str) -> str:
    """What a right allows, in a word."""
    return {
        "has": tr("holds it"),
        "read": tr("read"),
        "write": tr("write"),
        "insert": tr("add"),
        "update": tr("change"),
        "delete": tr("delete"),
        "run": tr("run"),
    }.get(action, action)


def scope_name(scope: str | None) -> str:
    """Whose rows a right on a table reaches."""
    return {
        "owned": tr("of these units"),
        "shared_down": tr("of these units and above"),
        "two_ended": tr("with one end in these units"),
        "linked": tr("linked to these units"),
        "child": tr("of a record in sight"),
        "own": tr("the person's own"),
        "reference": tr("all"),
        "attached": tr("of a record in sight"),
        "internal": tr("none directly"),
    }.get(scope or "", "–")


def days_look(first: date, last: date, today: date) -> tuple[str, str, str]:
    """Words, kind and icon of something that holds from day to day."""
    if today < first:
        return tr("Coming"), "info", "clock"
    if today > last:
        return tr("Over"), "neutral", "check"
    return tr("Standing in"), "success", "circle-check"
