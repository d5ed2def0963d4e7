"""The items that fit an asset, and a strip to name one that fits this asset alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes
from desktop.domain.figures import quantity_text
from desktop.domain.text import pick, tr
from desktop.operations import stock_item_facts, stock_lots
from desktop.operations.stock_item_facts import FitFact
from desktop.runtime.context import Context, Found, ToastAction
from desktop.runtime.failures import Failure
from desktop.widgets.ask_strip import Ask, AskStrip
from desktop.widgets.buttons import Button
from desktop.widgets.facts_table import Fact, FactColumn, FactsTable
from desktop.widgets.form_fields import found_from
from desktop.widgets.labels import Count, Label
from desktop.widgets.paint import column, row
from desktop.widgets.theme import metric

_ROWS = 5


class FittingParts(QWidget):
    """Below an asset's fields. Enter opens the item, Del takes out what fits this asset alone."""

    opened = Signal(str, object)
    changed = Signal(object)
    """`Changes`, after a fit was named or taken out."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._asset: int | None = None
        self.title, self.count = Label(size=13, role="text.secondary"), Count(0)
        self.table = FactsTable(
            (
                FactColumn(lambda: tr("Item no."), 180, code=True, link=True),
                FactColumn(lambda: tr("Name")),
                FactColumn(lambda: tr("Fits by"), 220),
                FactColumn(lambda: tr("In stock"), 100, number=True),
            ),
            lambda: tr("Fitting items"),
        )
        self.table.setFixedHeight(metric("row.header") + _ROWS * metric("row.grid") + 2)
        self.table.opened.connect(self.opened)
        self.table.removed.connect(self._remove)
        self.strip = AskStrip(context.work)
        self.strip.shut_down.connect(self.table.setFocus)
        self.add = Button("", kind="ghost", icon="plus")
        self.add.clicked.connect(self.ask)
        self.setLayout(column(row(self.title, self.count, None, self.add), self.strip, self.table, spacing=4))
        self.retranslate()

    def show_parts(self, asset_id: int | None, parts: Sequence[FitFact]) -> None:
        self._asset = asset_id
        self.add.setVisible(asset_id is not None and self._keeper())
        self.count.set_value(len(parts))
        self.table.show_rows([_fact(each) for each in parts])

    def _keeper(self) -> bool:
        return self._context.user.has(*stock_item_facts.FIT_KEEPERS)

    def ask(self) -> None:
        """Which item fits this asset alone."""
        if self._asset is None or not self._keeper():
            return
        self.strip.open(
            lambda: tr("Fits this asset alone"), (Ask("item_id", lambda: tr("Item"), self._items),),
            take=lambda: tr("Name it"), done=self._enter,
        )  # fmt: skip

    def _items(self, typed: str) -> Sequence[Found]:
        found = stock_lots.offered(self._context.database, "any_item_id", typed)
        return tuple(each for each in map(found_from, found) if each is not None)

    def _enter(self, given: Mapping[str, Any]) -> None:
        if self._asset is not None:
            self._add(given["item_id"], self._asset)

    def _add(self, item_id: int, asset_id: int) -> None:
        self._context.work.run(
            stock_item_facts.add_fit, self._context.database, item_id, asset_id,
            on_done=self._done, on_error=self._refused, owner=self,
        )  # fmt: skip

    def _remove(self, fact: Fact) -> None:
        part: FitFact = fact.record
        asset = self._asset
        if part.fit_id is None or asset is None:
            self._context.toast("info", tr("It fits by its class or model"), tr("Change that on the item's card."))
            return
        if not self._keeper():
            return

        def done(changes: Changes) -> None:
            self.changed.emit(changes)
            again = ToastAction(tr("Undo"), lambda: self._add(part.item_id, asset))
            self._context.toast("success", tr("{item} is taken out", item=part.code), action=again)

        self._context.work.run(
            stock_item_facts.drop_fit, self._context.database, part.fit_id,
            on_done=done, on_error=self._refused, owner=self,
        )  # fmt: skip

    def _done(self, changes: Changes) -> None:
        if not self.strip.isHidden():
            self.strip.shut()
        self.changed.emit(changes)

    def _refused(self, failure: Failure) -> None:
        if self.strip.isHidden():
            self._context.toast("danger", tr("Not done"), failure.message)
        else:
            self.strip.refuse(failure.message)

    def retranslate(self) -> None:
        self.title.setText(tr("Fitting items"))
        self.add.setText(tr("Name an item"))
        self.table.say_empty(tr("No item is said to fit"))
        self.table.retranslate()
        self.strip.retranslate()


def _fact(part: FitFact) -> Fact:
    how = {"asset": tr("this asset alone"), "model": tr("model {model}", model=part.by_words)}.get(
        part.by, tr("class {name}", name=part.by_words)
    )
    texts = (part.code, pick(part.name, part.name_zh), how, quantity_text(part.on_hand))
    return Fact(texts, ("item", part.item_id), part)
