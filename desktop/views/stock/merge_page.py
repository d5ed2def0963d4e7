"""Two items side by side: which stays, whose values it has, what goes over with it; then one key makes them one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QGridLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.domain.changes import Changes
from desktop.domain.figures import quantity_text
from desktop.domain.text import sentences, tr
from desktop.operations import stock, stock_catalogue
from desktop.operations.stock_catalogue import FieldPair, MergePreview
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.widgets.buttons import Button
from desktop.widgets.discard import discard_all
from desktop.widgets.fields import Field, TextInput
from desktop.widgets.header import ActionBar, HeaderBar, KeyValues, SidePanel, Total
from desktop.widgets.labels import Label
from desktop.widgets.page import Page
from desktop.widgets.paint import Card, column, row
from desktop.widgets.segmented import Segment, Segmented
from desktop.widgets.states import Banner, LoadedStack

_SURVIVOR, _MERGED = "survivor", "merged"


class MergePage(Page):
    """Opened with the id of a possible duplicate, or with {"values": {"survivor": id, "merged": id}}."""

    def __init__(
        self,
        context: Context,
        duplicate_id: int | None = None,
        values: Mapping[str, Any] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(context, parent)
        self.duplicate_id = duplicate_id
        given = values or {}
        self._pair: tuple[int, int] | None = (
            (int(given["survivor"]), int(given["merged"])) if "survivor" in given and "merged" in given else None
        )
        self._choices: dict[str, str] = {}
        self._request = stock.new_key()
        self._busy = self._over = False
        self.found: MergePreview | None = None
        self.rows: dict[str, Segmented] = {}
        self._build()
        self._make_keys()
        context.bus.subscribe(("item_duplicate",), self._changed)
        self.retranslate()

    # Building

    def _build(self) -> None:
        self.header = HeaderBar()
        self.swap_button = Button(icon="arrow-up-down", key="Ctrl+Shift+X")
        self.different_button = Button(key="F8")
        self.merge_button = Button(kind="primary", icon="check", key="F9")
        for button, call in (
            (self.swap_button, self.swap),
            (self.different_button, self.different),
            (self.merge_button, self.merge),
        ):
            button.clicked.connect(call)
        self.header.add_action(self.swap_button)
        self.obstacles = QVBoxLayout()
        self.obstacles.setSpacing(4)
        self.table = QWidget()
        self._grid = QGridLayout(self.table)
        self._grid.setContentsMargins(16, 12, 16, 12)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(6)
        self.reason = TextInput()
        self.reason_field = Field("", self.reason)
        self.reason.returnPressed.connect(self.merge)
        card = Card()
        card.setLayout(column(self.table))
        body = QWidget()
        body.setLayout(column(self.obstacles, card, self.reason_field, None, spacing=12, margins=(16, 12, 16, 16)))
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidget(body)
        self.stack = LoadedStack(area)
        self.side = SidePanel()
        self.bar = ActionBar()
        self.bar.add_button(self.different_button)
        self.bar.add_button(self.merge_button)
        middle = row(self.stack, self.side, spacing=0)
        middle.setStretch(0, 1)
        whole = column(self.header, middle, self.bar, spacing=0)
        whole.setStretch(1, 1)
        self.setLayout(whole)

    def _make_keys(self) -> None:
        self.merge_action = self.command("F9", self.merge)
        self.swap_action = self.command("Ctrl+Shift+X", self.swap)
        self.different_action = self.command("F8", self.different)
        for number, side in ((1, _SURVIVOR), (2, _MERGED)):
            self.command(f"Alt+{number}", partial(self._open_side, side))

    # Page

    def title(self) -> str:
        if self.found is None:
            return tr("Compare items")
        return tr("{merged} into {survivor}", merged=self.found.merged.code, survivor=self.found.survivor.code)

    def icon_name(self) -> str:
        return "copy"

    def key_hints(self) -> Sequence[tuple[str, str]]:
        if not self.context.user.has("steward"):
            return (("F5", tr("Refresh")),)
        return (
            ("F9", tr("Merge")), ("Ctrl+Shift+X", tr("Keep the other")), ("F8", tr("Two things")),
            ("Alt+1", tr("Item card")), ("F5", tr("Refresh")),
        )  # fmt: skip

    def zones(self) -> Sequence[QWidget]:
        return (self.header, self.table, self.reason, self.bar)

    def state(self) -> Mapping[str, Any]:
        pair = dict(zip((_SURVIVOR, _MERGED), self._pair, strict=True)) if self._pair else {}
        return {"id": self.duplicate_id, "values": pair}

    def retranslate(self) -> None:
        self.swap_button.setText(tr("Keep the other"))
        self.different_button.setText(tr("Two things"))
        self.merge_button.setText(tr("Merge"))
        self.merge_action.setText(tr("Merge"))
        self.swap_action.setText(tr("Keep the other"))
        self.different_action.setText(tr("Two things"))
        self.reason_field.set_label(tr("Reason"), tr("Kept in the history of both items"))
        self._show()
        if self.found is not None:
            self.refresh()

    # Reading

    def refresh(self) -> None:
        self.context.work.run(self._read, on_done=self._seen, on_error=self._not_seen, owner=self)

    def _read(self) -> MergePreview | None:
        database = self.context.database
        pair = self._pair
        if pair is None and self.duplicate_id is not None:
            pair = stock_catalogue.pair(database, self.duplicate_id)
        if pair is None:
            return None
        return stock_catalogue.preview(database, *pair, dict(self._choices))

    @Slot(object)
    def _seen(self, found: MergePreview | None) -> None:
        self.found = found
        if found is not None:
            self._pair = (found.survivor.id, found.merged.id)
        self._show()
        self.stack.show_content()
        self.title_changed.emit()

    @Slot(object)
    def _not_seen(self, failure: Failure) -> None:
        self.stack.say_failed(tr("The two items could not be compared"), failure)

    def _changed(self, changes: Changes, initiator: object) -> None:
        if initiator is not self and not self._busy and not self._over:
            self.look_again()

    # Showing

    def _show(self) -> None:
        found = self.found
        self.header.set_title(tr("Compare items"))
        self.header.set_note(self.title() if found else "")
        free = not self._busy and not self._over
        may = found is not None and not found.obstacles and free and self.context.user.has("steward")
        self.merge_button.setEnabled(may)
        judges = self.context.user.has("steward", "buyer")
        self.different_button.setEnabled(self.duplicate_id is not None and free and judges)
        self.swap_button.setEnabled(found is not None and free)
        discard_all(self._grid)
        discard_all(self.obstacles)
        self.rows.clear()
        self.side.clear()
        if found is None:
            return
        for cause, remedy in found.obstacles:
            self.obstacles.addWidget(Banner("danger", sentences(cause, remedy)))
        self._show_fields(found)
        self._show_side(found)
        total = sum((line.quantity for line in found.stock), start=Decimal(0))
        self.bar.set_totals(
            [
                Total(tr("Rows pointed over"), f"{sum(count for _, count in found.rows):,}"),
                Total(tr("Stock posted over"), quantity_text(total)),
                Total(tr("History that stays"), f"{sum(count for _, count in found.history):,}"),
            ]
        )
        self.bar.set_reason(tr("See above what stands against it") if found.obstacles else "")

    def _show_fields(self, found: MergePreview) -> None:
        for place, words in enumerate(("", found.survivor.words(), found.merged.words(), "")):
            self._grid.addWidget(Label(words, size=13, role="text.primary"), 0, place)
        heads = ("", tr("stays"), tr("is merged into it and retired"), tr("Value taken"))
        for place, words in enumerate(heads):
            self._grid.addWidget(Label(words, role="text.secondary"), 1, place)
        for number, pair in enumerate(found.fields):
            self._show_field(number + 2, pair, found)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnStretch(2, 1)

    def _show_field(self, line: int, pair: FieldPair, found: MergePreview) -> None:
        label = found.labels.get(pair.field, pair.field)
        same = pair.survivor == pair.merged
        self._grid.addWidget(Label(label, role="text.secondary"), line, 0)
        for place, side, value in ((1, _SURVIVOR, pair.survivor), (2, _MERGED, pair.merged)):
            role = "text.tertiary" if same or pair.taken != side else "text.primary"
            self._grid.addWidget(Label(value or "–", role=role, elide=True), line, place)
        if same:
            self._grid.addWidget(Label(tr("the same"), role="text.tertiary"), line, 3)
            return
        choice = Segmented([Segment(_SURVIVOR, "←"), Segment(_MERGED, "→")], height=24, name=label)
        choice.set_current(pair.taken)
        choice.chosen.connect(partial(self._choose, pair.field))
        self.rows[pair.field] = choice
        self._grid.addWidget(choice, line, 3)

    def _show_side(self, found: MergePreview) -> None:
        named = found.labels
        for title, counts in ((tr("Pointed over"), found.rows), (tr("History that stays"), found.history)):
            if counts:
                rows = [(named.get(table, table), f"{count:,}") for table, count in counts]
                self.side.add_section(KeyValues(rows), title)
        if found.stock:
            lines = [
                (" · ".join(part for part in (each.place, each.lot) if part), quantity_text(each.quantity))
                for each in found.stock
            ]
            self.side.add_section(KeyValues(lines), tr("Stock posted over"))

    # Doing

    def _choose(self, field: str, side: str) -> None:
        self._choices[field] = side
        self.refresh()

    @Slot()
    def swap(self) -> None:
        """The other one stays; what was chosen changes sides with it."""
        if self._pair is None or not self.swap_button.isEnabled():
            return
        self._pair = (self._pair[1], self._pair[0])
        other = {_SURVIVOR: _MERGED, _MERGED: _SURVIVOR}
        self._choices = {field: other[side] for field, side in self._choices.items()}
        self.refresh()

    @Slot()
    def different(self) -> None:
        """These are two things: not shown again."""
        if self.duplicate_id is None or not self.different_button.isEnabled():
            return
        self._run(
            partial(
                stock_catalogue.judge, self.context.database, [self.duplicate_id], different=True,
                reason=self.reason.text().strip(),
            ),
            self._judged,
        )  # fmt: skip

    @Slot(object)
    def _judged(self, changes: Changes) -> None:
        self._busy = False
        self.context.bus.publish(changes, self)
        self.context.toast("success", tr("Noted: two things"))
        self._show()
        self.header.set_state(tr("Two things"), "neutral", "circle-check")

    @Slot()
    def merge(self) -> None:
        """F9: make them one, with the reason."""
        if self.found is None or not self.merge_button.isEnabled():
            return
        reason = self.reason.text().strip()
        if not reason:
            self.reason_field.refuse(tr("Reason is missing: say how you know that both are one."))
            self.reason.setFocus()
            return
        self.reason_field.accept()
        survivor, merged = self.found.survivor.id, self.found.merged.id
        choices = dict(self._choices)
        self._run(
            partial(stock_catalogue.merge, self.context.database, self._request, survivor, merged, choices, reason),
            self._done,
        )

    @Slot(object)
    def _done(self, result: tuple[Mapping[str, Any], Changes]) -> None:
        answer, changes = result
        self._busy = False
        self._request = stock.new_key()
        self.context.bus.publish(changes, self)
        words = self.title()
        self.context.toast("success", tr("Merged: {title}", title=words), tr("Taken back in the list of merged items"))
        self.found = replace(self.found, obstacles=(), stock=(), rows=()) if self.found else None
        self._over = True
        self._show()
        self.header.set_state(tr("Merged"), "success", "circle-check")
        self.open_requested.emit("item", answer["survivor_id"])

    def _run(self, call: Any, done: Any) -> None:
        self._busy = True
        self.merge_button.setEnabled(False)
        self.context.work.run(call, on_done=done, on_error=self._refused, owner=self)

    @Slot(object)
    def _refused(self, failure: Failure) -> None:
        self._busy = False
        self.context.toast("danger", tr("Not merged"), failure.message)
        self.refresh()

    def _open_side(self, side: str) -> None:
        if self.found is not None:
            self.open_requested.emit("item", self.found.survivor.id if side == _SURVIVOR else self.found.merged.id)
