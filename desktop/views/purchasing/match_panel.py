"""An invoice beside order and receipt: one row a line, what differs in words, and who looks like the same paper."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop.domain.figures import quantity_text
from desktop.domain.text import pick, tr
from desktop.lists.purchasing_invoices import DIFFERENCES
from desktop.operations.supplier_invoices import MatchLine, Similar
from desktop.widgets.buttons import Button
from desktop.widgets.discard import discard
from desktop.widgets.labels import Chip, Label
from desktop.widgets.paint import column


def differences(line: MatchLine) -> str:
    """What differs on a line, in the reader's language."""
    return pick(
        ", ".join(DIFFERENCES[code][0] for code in line.exceptions),
        "、".join(DIFFERENCES[code][1] for code in line.exceptions),
    )


class MatchPanel(QWidget):
    """The three-way match. `opened` asks for an order or another invoice by its id."""

    opened = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = Label(size=13)
        self.warning = Label(role="warn.fg", wrap=True)
        self.warning.hide()
        self._rows = QWidget()
        self._layout = column(self.title, self.warning, self._rows, spacing=8)
        self.setLayout(self._layout)
        self.hide()

    def show_match(self, lines: Sequence[MatchLine], alike: Sequence[Similar]) -> None:
        """Fill the panel; it hides where nothing was matched yet."""
        matched = [line for line in lines if line.expected_quantity is not None or line.exceptions]
        self.setVisible(bool(matched or alike))
        self.title.setText(tr("Compared with order and receipt"))
        self.warning.setVisible(bool(alike))
        names = ", ".join(f"{other.number} ({other.invoice_number}, {other.gross:,.2f})" for other in alike)
        self.warning.setText(tr("Looks like the same paper as {invoices}", invoices=names) if alike else "")
        fresh = QWidget()
        grid = QGridLayout(fresh)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        heads = (tr("Order"), tr("Part"), tr("Invoiced"), tr("There to invoice"), tr("Price"), tr("Order price"), "")
        for place, head in enumerate(heads):
            label = Label(head, role="text.tertiary")
            grid.addWidget(label, 0, place, _side(place))
        for number, line in enumerate(matched, start=1):
            self._line(grid, number, line)
        grid.setColumnStretch(1, 1)
        self._layout.replaceWidget(self._rows, fresh)
        discard(self._rows)
        self._rows = fresh

    def _line(self, grid: QGridLayout, number: int, line: MatchLine) -> None:
        if line.order_id is not None:
            link = Button(line.order_number or "", kind="ghost", height=24)
            link.clicked.connect(lambda _=False, order=line.order_id: self.opened.emit("purchase_order", order))
            grid.addWidget(link, number, 0, Qt.AlignmentFlag.AlignLeft)
        words = " ".join(part for part in (line.item_code, pick(line.words, line.words_zh)) if part)
        grid.addWidget(Label(words, elide=True), number, 1)
        wrong = "danger.fg"
        expected = _text(line.expected_quantity)
        cells = (
            (quantity_text(line.quantity), wrong if "quantity" in line.exceptions else "text.primary"),
            (expected, "text.secondary"),
            (f"{line.unit_price:,.2f}", wrong if "price" in line.exceptions else "text.primary"),
            ("–" if line.expected_price is None else f"{line.expected_price:,.2f}", "text.secondary"),
        )
        for place, (text, role) in enumerate(cells, start=2):
            grid.addWidget(Label(text, role=role), number, place, Qt.AlignmentFlag.AlignRight)
        if not line.exceptions:
            chip = Chip(tr("Agrees"), "success", "circle-check")
        elif line.accepted:
            chip = Chip(tr("Accepted: {what}", what=differences(line)), "info", "check")
            chip.setToolTip(line.accept_reason or "")
        else:
            chip = Chip(differences(line), "warn", "triangle-alert")
        grid.addWidget(chip, number, 6, Qt.AlignmentFlag.AlignLeft)


def _text(value: Decimal | None) -> str:
    return "–" if value is None else quantity_text(value)


def _side(place: int) -> Qt.AlignmentFlag:
    return Qt.AlignmentFlag.AlignRight if 2 <= place <= 5 else Qt.AlignmentFlag.AlignLeft
