"""How units become one another, for every item: a table with a strip to enter one; on the item card and as a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes
from desktop.domain.entry import NotANumber, format_decimal, parse_decimal
from desktop.domain.text import pick, tr
from desktop.operations import stock_units
from desktop.operations.stock_units import Conversion
from desktop.runtime.context import Context, Found, ToastAction
from desktop.runtime.failures import Failure
from desktop.widgets.ask_strip import Ask, AskStrip
from desktop.widgets.buttons import Button
from desktop.widgets.facts_table import Fact, FactColumn, FactsTable
from desktop.widgets.header import HeaderBar
from desktop.widgets.labels import Label
from desktop.widgets.page import Page
from desktop.widgets.paint import Surface, column, row

_PLACES = 6


class UnitTable(QWidget):
    """Enter changes a factor, Ctrl+Shift+N enters a conversion, Del takes one out, with an Undo in the toast."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._uom = ""
        self._of_item = False
        self.title = Label(size=13, role="text.secondary")
        self.add = Button("", kind="ghost", icon="plus", key="Ctrl+Shift+N")
        self.add.clicked.connect(self.ask)
        self.strip = AskStrip(context.work)
        self.table = FactsTable(
            (
                FactColumn(lambda: tr("One"), 90, code=True),
                FactColumn(lambda: tr("is"), 130, number=True),
                FactColumn(lambda: tr("of"), 90, code=True),
                FactColumn(lambda: tr("And the other way round")),
            ),
            lambda: tr("General conversions"),
        )
        self.table.chosen.connect(self._change)
        self.table.removed.connect(self._remove)
        self.strip.shut_down.connect(self.table.setFocus)
        body = column(row(self.title, None, self.add), self.strip, self.table, spacing=4)
        body.setStretch(2, 1)
        self.setLayout(body)
        shortcut = QShortcut(QKeySequence("Ctrl+Shift+N"), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.ask)
        context.bus.subscribe(("uom_conversion",), self._changed)
        self.setFocusProxy(self.table)
        self.retranslate()

    def show_unit(self, uom: str) -> None:
        """Only what concerns the unit of an item."""
        self._uom, self._of_item = uom, True
        self._say_empty()
        self.refresh()

    def refresh(self) -> None:
        uom = self._uom
        if self._of_item and not uom:
            self.table.show_rows(())
            return
        self._context.work.run(
            stock_units.conversions, self._context.database, uom, on_done=self._seen, on_error=self._failed,
            owner=self, background=True,
        )  # fmt: skip

    def retranslate(self) -> None:
        self.title.setText(tr("General conversions, for every item"))
        self.add.setText(tr("New conversion"))
        self.add.setVisible(self._keeper())
        self._say_empty()
        self.table.retranslate()
        self.strip.retranslate()

    def _say_empty(self) -> None:
        self.table.say_empty(
            tr("No conversion of this unit") if self._of_item else tr("No conversion yet"),
            tr("1 kg = 1000 g holds for every item; what a box of one item holds is one of its packs."),
        )

    def _keeper(self) -> bool:
        return self._context.user.has(*stock_units.KEEPERS)

    def _seen(self, found: tuple[Conversion, ...]) -> None:
        self.table.show_rows([_fact(each) for each in found])

    def _changed(self, changes: Changes, initiator: object) -> None:
        if self.isVisible():
            self.refresh()

    # entering

    def ask(self) -> None:
        if not self._keeper():
            return
        self.strip.open(
            lambda: tr("One unit is so many of another"),
            (Ask("from_uom", lambda: tr("One"), self._units), Ask("factor", lambda: tr("is"), code=True),
             Ask("to_uom", lambda: tr("of"), self._units)),
            take=lambda: tr("Enter it"), done=self._enter,
        )  # fmt: skip

    def _units(self, typed: str) -> Sequence[Found]:
        return [
            Found("uom", each.code, each.code, pick(each.name, each.name_zh))
            for each in stock_units.units(self._context.database, typed)
        ]

    def _enter(self, given: Mapping[str, Any]) -> None:
        factor = self._factor(given["factor"])
        if factor is not None:
            self._run(stock_units.add, Conversion(given["from_uom"], given["to_uom"], factor))

    def _change(self, fact: Fact) -> None:
        old: Conversion = fact.record
        if not self._keeper():
            return
        self.strip.open(
            lambda: tr("One {unit}", unit=old.from_uom),
            (Ask("factor", lambda: tr("is so many {unit}", unit=old.to_uom), code=True),),
            take=lambda: tr("Change it"), done=lambda given: self._changed_factor(old, given),
        )  # fmt: skip

    def _changed_factor(self, old: Conversion, given: Mapping[str, Any]) -> None:
        factor = self._factor(given["factor"])
        if factor is not None:
            self._run(stock_units.change, Conversion(old.from_uom, old.to_uom, factor))

    def _factor(self, typed: str) -> Decimal | None:
        try:
            factor = parse_decimal(typed, _PLACES)
        except NotANumber:
            factor = None
        if factor is None or factor <= 0:
            self.strip.refuse(tr("The factor is a number above zero, with six decimals at most."))
            self.strip.editors["factor"].setFocus()
            return None
        return factor

    def _remove(self, fact: Fact) -> None:
        if not self._keeper():
            return
        gone: Conversion = fact.record

        def done(changes: Changes) -> None:
            self._done(changes)
            again = ToastAction(tr("Undo"), lambda: self._run(stock_units.add, gone))
            words = tr("{one} and {other} are no longer converted", one=gone.from_uom, other=gone.to_uom)
            self._context.toast("success", words, action=again)

        self._context.work.run(
            stock_units.drop, self._context.database, gone, on_done=done, on_error=self._failed, owner=self
        )

    def _run(self, call: Any, conversion: Conversion) -> None:
        self._context.work.run(
            call, self._context.database, conversion, on_done=self._done, on_error=self._refused, owner=self
        )

    def _done(self, changes: Changes) -> None:
        if not self.strip.isHidden():
            self.strip.shut()
        self._context.bus.publish(changes, self)
        self.refresh()

    def _refused(self, failure: Failure) -> None:
        if self.strip.isHidden():
            self._failed(failure)
        else:
            self.strip.refuse(failure.message)

    def _failed(self, failure: Failure) -> None:
        self._context.toast("danger", tr("Not done"), failure.message)


def _fact(found: Conversion) -> Fact:
    back = tr(
        "1 {to} = {back} {one}", to=found.to_uom, one=found.from_uom,
        back=format_decimal(1 / found.factor, _PLACES, trim=True),
    )  # fmt: skip
    return Fact((found.from_uom, format_decimal(found.factor, _PLACES, trim=True), found.to_uom, back), record=found)


class UnitsPage(Page):
    """All conversions there are."""

    def __init__(self, context: Context, args: object = None, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.header = HeaderBar()
        self.units = UnitTable(context)
        body = Surface("surface.base")
        body.setLayout(column(self.units, margins=(16, 12, 16, 16)))
        whole = column(self.header, body, spacing=0)
        whole.setStretch(1, 1)
        self.setLayout(whole)
        self.retranslate()

    def title(self) -> str:
        return tr("Conversions of units")

    def icon_name(self) -> str:
        return "repeat"

    def key_hints(self) -> Sequence[tuple[str, str]]:
        if not self.context.user.has(*stock_units.KEEPERS):
            return (("F5", tr("Refresh")),)
        return (
            ("Ctrl+Shift+N", tr("New conversion")), ("Enter", tr("Change it")), ("Del", tr("Take it out")),
        )  # fmt: skip

    def zones(self) -> Sequence[QWidget]:
        return (self.units.table,)

    def refresh(self) -> None:
        self.units.refresh()

    def retranslate(self) -> None:
        self.header.set_title(self.title())
        self.units.retranslate()
