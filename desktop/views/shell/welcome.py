"""What a person is told when he has come in: his last log-in, wrong passwords since, a password that ends soon."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from desktop.domain.entry import format_date
from desktop.domain.text import tr
from desktop.runtime.context import ToastAction
from desktop.views.shell.messages import Messages
from desktop.views.shell.session import Welcome

_SOON = 14


def tell(welcome: Welcome, messages: Messages, change_password: Callable[[], None]) -> None:
    """Say it by toasts, which stay in the list behind the bell. Nothing at the very first log-in."""
    left = welcome.password_days_left
    if left is not None and left <= _SOON:
        words = tr("Your password ends in {number} days", number=left) if left > 1 else tr("Your password ends today")
        messages.say("warn", words, action=ToastAction(tr("Change it"), change_password))
    if welcome.previous_at is None:
        return
    last = tr("Last log-in: {when}", when=_moment(welcome.previous_at))
    messages.say("info", last, tr("from {where}", where=welcome.previous_client or tr("unknown")))
    if welcome.failed_since:
        failed = tr("Wrong passwords since then: {number}", number=welcome.failed_since)
        messages.say("warn", failed, tr("If that was not you, tell the security officer."))


def _moment(at: datetime) -> str:
    local = at.astimezone()
    return f"{format_date(local.date())} {local:%H:%M}"
