"""Approvals in a document's form: the steps that its reader may take, and who decided what beside it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes
from desktop.domain.text import tr
from desktop.operations import purchasing_approvals
from desktop.operations.purchasing_approvals import Decision
from desktop.runtime.context import Context
from desktop.widgets.labels import Chip, ChipKind, Label
from desktop.widgets.paint import column, row
from desktop.widgets.step_bar import StepChoice

_APPROVE, _REJECT = "approve:", "reject:"
_LOOKS: dict[str, tuple[ChipKind, str]] = {
    "waiting": ("neutral", "clock"),
    "open": ("warn", "circle-dashed"),
    "approved": ("success", "circle-check"),
    "rejected": ("danger", "circle-x"),
}


def choices(decisions: Sequence[Decision]) -> tuple[StepChoice, ...]:
    """Approve and Reject, where it is this reader's turn."""
    mine = next((each for each in decisions if each.mine), None)
    if mine is None:
        return ()
    return (
        StepChoice(f"{_APPROVE}{mine.id}", tr("Approve")),
        StepChoice(f"{_REJECT}{mine.id}", tr("Reject"), (), True),
    )


def take(context: Context, key: str, reason: str) -> Changes | None:
    """Decide, if the step is one of ours; None where it is another."""
    for prefix in (_APPROVE, _REJECT):
        if key.startswith(prefix):
            approval = int(key.removeprefix(prefix))
            _, changes = purchasing_approvals.decide(
                context.database, [approval], approve=prefix == _APPROVE, reason=reason or None
            )
            return changes
    return None


def part(decisions: Sequence[Decision]) -> QWidget:
    """Who is asked, step by step, and what was decided."""
    whole = QWidget()
    lines = column(spacing=12)
    if not decisions:
        lines.addWidget(Label(tr("No approval was asked for."), role="text.tertiary", wrap=True))
    for each in decisions:
        lines.addWidget(_decision(each))
    whole.setLayout(lines)
    return whole


def _decision(each: Decision) -> QWidget:
    words = {
        "waiting": tr("Waiting"),
        "open": tr("To decide"),
        "approved": tr("Approved"),
        "rejected": tr("Turned down"),
    }
    kind, icon = _LOOKS[each.state]
    head = row(Label(f"{each.step}. {each.job}", elide=True), Chip(words[each.state], kind, icon))
    head.setStretch(0, 1)
    parts: list[QWidget] = []
    if each.at is not None:
        parts.append(Label(f"{each.by}  {each.at.astimezone():%Y-%m-%d %H:%M}", role="text.tertiary"))
    if each.reason:
        parts.append(Label(each.reason, role="text.secondary", wrap=True))
    shown = QWidget()
    shown.setLayout(column(head, *parts, spacing=4))
    return shown
