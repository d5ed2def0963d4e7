"""The parts with a serial number that are built into an asset, and a strip to register one that came with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes
from desktop.domain.text import pick, tr
from desktop.operations import stock, stock_lots
from desktop.operations.stock_lots import InstalledPart
from desktop.runtime.context import Context, Found
from desktop.runtime.failures import Failure
from desktop.widgets.ask_strip import Ask, AskStrip
from desktop.widgets.buttons import Button
from desktop.widgets.form_fields import found_from
from desktop.widgets.history_table import HistoryRow, HistoryTable
from desktop.widgets.paint import column, row


class InstalledParts(QWidget):
    """Below an asset's fields. Enter opens the piece with its life."""

    opened = Signal(str, object)
    registered = Signal(object)
    """`Changes`, after a part was registered."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._asset: int | None = None
        self._key = stock.new_key()
        self.table = HistoryTable(lambda: tr("Installed parts"))
        self.table.opened.connect(self.opened)
        self.table.fit(3)
        self.strip = AskStrip(context.work)
        self.add = Button(tr("Register a part"), kind="ghost", icon="plus")
        self.add.clicked.connect(self.ask)
        self.setLayout(column(row(None, self.add), self.strip, self.table, spacing=4))
        self.add.hide()

    def show_parts(self, asset_id: int | None, parts: Sequence[InstalledPart]) -> None:
        self._asset = asset_id
        self.add.setVisible(asset_id is not None and self._context.user.has(*stock_lots.ACTORS["install"]))
        self.table.show_rows(tuple(_row(each) for each in parts))

    def ask(self) -> None:
        """Which part, and the number on its plate."""
        self._key = stock.new_key()
        asks = (
            Ask("item_id", lambda: tr("Item"), self._items),
            Ask("serial", lambda: tr("Serial number"), code=True),
        )
        self.strip.open(lambda: tr("Came with the machine"), asks, take=lambda: tr("Register"), done=self._register)

    def _items(self, typed: str) -> Sequence[Found]:
        found = stock_lots.offered(self._context.database, "item_id", typed)
        return tuple(each for each in map(found_from, found) if each is not None)

    def _register(self, given: Mapping[str, Any]) -> None:
        if self._asset is None:
            return
        self._context.work.run(
            stock_lots.register_installed, self._context.database, self._key, given["item_id"], given["serial"],
            self._asset, on_done=self._done, on_error=self._refused, owner=self,
        )  # fmt: skip

    def _done(self, changes: Changes) -> None:
        self.strip.shut()
        self.registered.emit(changes)

    def _refused(self, failure: Failure) -> None:
        self.strip.refuse(failure.message)

    def retranslate(self) -> None:
        self.add.setText(tr("Register a part"))
        self.table.retranslate()
        self.strip.retranslate()


def _row(part: InstalledPart) -> HistoryRow:
    words = (part.item, pick(part.name, part.name_zh), part.work_order)
    return HistoryRow(
        at=part.since,
        icon="cog",
        role="success.fg",
        kind=tr("Installed"),
        code=part.serial,
        text=" · ".join(each for each in words if each),
        opens=("lot", part.lot_id),
    )
