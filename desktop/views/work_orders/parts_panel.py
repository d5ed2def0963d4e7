"""Will the parts be there? The planned parts of an order beside its form, and setting them aside."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes
from desktop.domain.figures import quantity_text
from desktop.domain.text import pick, tr
from desktop.operations import picking
from desktop.operations.picking import OrderNeeds, PlannedPart, Readiness
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.widgets.buttons import Button
from desktop.widgets.discard import discard_all
from desktop.widgets.labels import Chip, ChipKind, Label
from desktop.widgets.paint import column, row

_KINDS: dict[str, ChipKind] = {
    "ready": "success", "coming": "info", "late": "warn", "partly": "warn", "missing": "danger",
}  # fmt: skip
_ICONS = {
    "ready": "circle-check", "coming": "truck", "late": "clock", "partly": "triangle-alert", "missing": "circle-x",
}  # fmt: skip
_ROLES = {"ready": "success.fg", "coming": "info.fg", "missing": "danger.fg"}


def signal_words(found: Readiness) -> str:
    """The signal in a few words."""
    day = f"{found.ready_on:%m-%d}" if found.ready_on else ""
    if found.state == "coming":
        return tr("Late: all there on {day}", day=day) if found.late else tr("All there on {day}", day=day)
    return {
        "ready": tr("Parts ready"),
        "partly": tr("{ready} of {lines} parts ready", ready=found.ready_lines, lines=found.lines),
        "missing": tr("Parts missing"),
    }[found.state]


def part_words(part: PlannedPart) -> str:
    """Where one planned part stands: what is out, set aside, on its way or missing."""
    unit = pick(part.uom, part.uom_zh)
    said = []
    if part.issued:
        said.append(tr("{count} issued", count=quantity_text(part.issued)))
    if part.reserved:
        said.append(tr("{count} reserved", count=quantity_text(part.reserved)))
    if part.missing:
        count = quantity_text(part.missing)
        if part.state == "ready":
            said.append(tr("{count} in stock", count=count))
        elif part.ready_on is not None:
            said.append(tr("{count} due {day}", count=count, day=f"{part.ready_on:%m-%d}"))
        else:
            said.append(tr("{count} missing", count=count))
    return f"{quantity_text(part.needed)} {unit}: " + ", ".join(said)


class PartsPanel(QWidget):
    """Says it at a glance; one button sets aside what is there."""

    reserved = Signal(object)
    """The `Changes` of setting parts aside."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._order_id = context, 0
        self.chip = Chip(parent=self)
        self.button = Button(icon="lock")
        self.button.clicked.connect(self.reserve)
        self._lines = QWidget(self)
        self.message = Label(role="danger.fg")
        self._lines.setLayout(column(spacing=4, margins=(0, 0, 0, 0)))
        self.setLayout(column(row(self.chip, None), self._lines, self.message, row(self.button, None), spacing=8))
        self.retranslate()

    def show_parts(self, order_id: int, signal: Readiness | None, parts: Sequence[PlannedPart]) -> None:
        self._order_id = order_id
        state = "" if signal is None else "late" if signal.late else signal.state
        self.chip.setVisible(signal is not None)
        if signal is not None:
            self.chip.set_state(signal_words(signal), _KINDS[state], _ICONS[state])
        self._say("")
        layout = self._lines.layout()
        if layout is not None:
            discard_all(layout)
        for part in parts:
            self._add(part)
        wanting = any(part.missing for part in parts)
        self.button.setVisible(wanting and self._context.user.has("clerk", "planner", "desk"))

    def _add(self, part: PlannedPart) -> None:
        code = Label(part.item_code, code=True, elide=True, parent=self._lines)
        code.setToolTip(pick(part.item_name, part.item_name_zh))
        words = Label(part_words(part), role=_ROLES.get(part.state, "text.secondary"), elide=True, parent=self._lines)
        layout = self._lines.layout()
        if layout is not None:
            layout.addWidget(code)
            layout.addWidget(words)

    def reserve(self) -> None:
        """Set aside what the order still needs, as far as it is there."""
        self._context.work.run(
            picking.reserve_order, self._context.database, self._order_id,
            on_done=self._done, on_error=self._refused, owner=self,
        )  # fmt: skip

    def _done(self, answer: tuple[OrderNeeds, Changes]) -> None:
        needs, changes = answer
        words = tr("{count} pieces set aside", count=quantity_text(needs.added))
        self._context.toast("warn" if needs.missing else "success", words)
        self.reserved.emit(changes)

    def _refused(self, failure: Failure) -> None:
        self._say(failure.message)

    def _say(self, words: str) -> None:
        self.message.setText(words)
        self.message.setVisible(bool(words))

    def retranslate(self) -> None:
        self.button.setText(tr("Reserve the parts"))
