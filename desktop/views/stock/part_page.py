"""Do we have it? One part: on hand, reserved, available, on its way, its bins, substitutes and today's moves."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.domain.changes import Changes
from desktop.domain.entry import format_date
from desktop.domain.figures import quantity_text
from desktop.domain.text import pick, tr
from desktop.operations import stock_desk
from desktop.operations.stock_desk import Overview
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.views.stock.part_panel import PartPanel
from desktop.widgets.discard import discard_all
from desktop.widgets.header import WIDE_FROM, HeaderBar
from desktop.widgets.labels import Label
from desktop.widgets.page import Page
from desktop.widgets.paint import Surface, column, row


class PartPage(Page):
    """Opened by ``context.open("part_stock", item_id)``."""

    def __init__(self, context: Context, item_id: int, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.item_id = item_id
        self._overview: Overview | None = None
        self.header = HeaderBar()
        self.figures = Surface("surface.base", "b")
        self.panel = PartPanel()
        self._figure_row = row(spacing=32, margins=(16, 12, 16, 12))
        self.figures.setLayout(self._figure_row)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.header)
        whole.addWidget(self.figures)
        whole.addWidget(self.panel, 1)
        self.card = QAction(self)
        self.card.setShortcut(QKeySequence("Ctrl+Return"))
        self.card.triggered.connect(lambda _checked=False: self.context.open("item", self.item_id))
        self.addAction(self.card)
        self.panel.part_chosen.connect(lambda item: self.context.open("part_stock", item))
        context.bus.subscribe(("stock_balance", "purchase_order_line", "item"), self._changed)
        self.retranslate()

    def title(self) -> str:
        return tr("Stock of {part}", part=self._overview.part.code) if self._overview else tr("Do we have it?")

    def icon_name(self) -> str:
        return "boxes"

    def key_hints(self) -> Sequence[tuple[str, str]]:
        return (("F5", tr("Refresh")), ("Ctrl+Enter", tr("Item card")))

    def zones(self) -> Sequence[QWidget]:
        """Nothing to type into; the page itself has the keys, as its parts are made anew with each answer."""
        return ()

    def refresh(self) -> None:
        self.context.work.run(
            stock_desk.overview,
            self.context.database,
            self.item_id,
            on_done=self._seen,
            on_error=self._not_seen,
            owner=self,
        )

    def retranslate(self) -> None:
        self.card.setText(tr("Item card"))
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.panel.set_wide(self.window().width() >= WIDE_FROM, fixed=False)

    def _changed(self, changes: Changes, initiator: object) -> None:
        self.look_again()

    def _seen(self, overview: Overview | None) -> None:
        self._overview = overview
        self._show()
        self.title_changed.emit()

    def _not_seen(self, failure: Failure) -> None:
        self.context.toast("danger", tr("The stock of the part could not be read"), failure.message)

    def _show(self) -> None:
        found = self._overview
        self.panel.show_overview(found)
        self.header.set_title(found.part.code if found else tr("Do we have it?"))
        self.header.set_note(pick(found.part.name, found.part.name_zh) if found else "")
        discard_all(self._figure_row)
        if found is None:
            return
        unit = pick(found.part.uom, found.part.uom_zh)
        due = format_date(found.due_on) if found.due_on else ""
        for words, value, aside in (
            (tr("On hand"), quantity_text(found.on_hand), unit),
            (tr("Reserved"), quantity_text(found.reserved), unit),
            (tr("Available"), quantity_text(found.available), unit),
            (tr("On order"), quantity_text(found.on_order), due),
        ):
            self._figure_row.addWidget(_figure(words, value, aside))
        self._figure_row.addStretch(1)


def _figure(words: str, value: str, aside: str) -> QWidget:
    body = QWidget()
    body.setLayout(
        column(
            Label(words, role="text.tertiary"),
            row(Label(value, size=20, weight=600), Label(aside, role="text.secondary"), None, spacing=6),
            spacing=2,
        )
    )
    return body
