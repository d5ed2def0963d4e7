"""Beside a person's card: what the state means, the log-in's last hours, and the stand-ins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from PySide6.QtWidgets import QWidget

from desktop.domain.people import Account, days_look, state_sentence
from desktop.domain.text import pick, tr
from desktop.operations.people_accounts import StandIn
from desktop.widgets.buttons import Button
from desktop.widgets.header import KeyValues
from desktop.widgets.labels import Chip, Label
from desktop.widgets.paint import column, row


def state_part(account: Account) -> QWidget:
    """One sentence: what it means and who moves next."""
    return Label(state_sentence(account), role="text.secondary", wrap=True)


def login_part(account: Account) -> QWidget:
    """When and from where, failures since, age of the password."""
    failed = str(account.failed_logins) if account.failed_logins else tr("None")
    return KeyValues(
        (
            (tr("Log-in"), account.login),
            (tr("Last log-in"), _moment(account.last_login_at) or tr("Never")),
            (tr("From where"), account.last_login_client or "–"),
            (tr("Failed since"), failed),
            (tr("Password set"), _moment(account.password_changed_at) or "–"),
        )
    )


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M}" if at is not None else ""


def stand_ins_part(
    user_id: int,
    stand_ins: Sequence[StandIn],
    *,
    today: date,
    open_one: Callable[[int], None],
) -> QWidget:
    """Who stands in for this person and for whom he does; running ones first."""
    part = QWidget()
    lines = column(spacing=8)
    if not stand_ins:
        lines.addWidget(Label(tr("Nobody stands in for this person."), role="text.tertiary", wrap=True))
    for each in stand_ins:
        lines.addWidget(_stand_in(user_id, each, today, open_one))
    part.setLayout(lines)
    return part


def _stand_in(user_id: int, each: StandIn, today: date, open_one: Callable[[int], None]) -> QWidget:
    part = QWidget()
    if each.from_id == user_id:
        words = tr("{name} stands in", name=pick(each.to_name, each.to_name_zh))
    else:
        words = tr("Stands in for {name}", name=pick(each.from_name, each.from_name_zh))
    text, kind, icon = stand_in_look(each, today)
    chip = Chip(text, kind, icon)  # type: ignore[arg-type]
    days = Label(f"{each.valid_from:%Y-%m-%d} – {each.valid_to:%Y-%m-%d}", role="text.tertiary")
    show = Button(tr("Open"), kind="ghost", height=24)
    show.clicked.connect(lambda: open_one(each.id))
    head = row(Label(words, elide=True), chip)
    head.setStretch(0, 1)
    part.setLayout(column(head, row(days, None, show), spacing=0))
    return part


def stand_in_look(each: StandIn, today: date) -> tuple[str, str, str]:
    """Words, kind and icon of a stand-in's chip."""
    if each.ended_at is not None:
        return tr("Ended early"), "neutral", "x"
    return days_look(each.valid_from, each.valid_to, today)
