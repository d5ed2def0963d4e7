"""Fields of a form: label above, input, and under it what is wrong: field, cause, remedy.

A field's dictionary name (``set_dictionary("purchase_line.promised_on")``) is what F1 shows. Inputs of codes
and numbers switch the input method off: there is nothing Chinese to type there, and a scan must not be
swallowed.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QFocusEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QSizePolicy, QStyledItemDelegate, QWidget

from desktop.domain.currencies import currencies_said, without_currency
from desktop.domain.entry import NotANumber, format_decimal, narrow, parse_decimal
from desktop.domain.text import tr
from desktop.widgets.icons import bind_icon
from desktop.widgets.labels import Chip, ChipKind, IconLabel, Label, draw_chip
from desktop.widgets.paint import column, draw_box, draw_icon, draw_text, row, text_width
from desktop.widgets.theme import font, metric

DICTIONARY_PROPERTY = "dictionary"
Verdict = Literal["wrong", "doubtful", "hint"]
_VERDICTS: dict[Verdict, tuple[str, str]] = {
    "wrong": ("circle-alert", "danger.fg"),
    "doubtful": ("triangle-alert", "warn.fg"),
    "hint": ("info", "text.tertiary"),
}


class Field(QWidget):
    """Label, editor and message. The label is the editor's accessible name and its buddy."""

    def __init__(
        self,
        label: str,
        editor: QWidget,
        *,
        hint: str = "",
        aside: QWidget | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.editor = editor
        self.label = Label(label, role="text.secondary")
        self._mark = IconLabel("info", "text.tertiary", 12)
        self._message = Label(role="text.tertiary", wrap=True)
        self._foot = QWidget()
        foot = row(self._mark, self._message, spacing=4)
        foot.setAlignment(self._mark, Qt.AlignmentFlag.AlignTop)
        foot.setContentsMargins(0, 2, 0, 0)
        foot.setStretch(1, 1)
        self._foot.setLayout(foot)
        head = row(self.label, None)
        if aside is not None:
            head.addWidget(aside)
        self.setLayout(column(head, editor, self._foot, spacing=4))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.label.setBuddy(editor)
        self._hint = hint
        self.set_label(label)
        self.accept()

    def set_label(self, label: str, hint: str | None = None) -> None:
        self.label.setText(label)
        self.editor.setAccessibleName(label)
        if hint is not None:
            self._hint = hint
            if not self.is_wrong():
                self.accept()

    def set_dictionary(self, name: str) -> None:
        self.editor.setProperty(DICTIONARY_PROPERTY, name)

    def refuse(self, message: str) -> None:
        """Mark it wrong; `message` names the field, the cause and the remedy."""
        self._say("wrong", message)

    def doubt(self, message: str) -> None:
        """Allowed, but strange."""
        self._say("doubtful", message)

    def accept(self) -> None:
        """Nothing wrong: the hint, if there is one."""
        self._say("hint", self._hint)

    def is_wrong(self) -> bool:
        return bool(self.editor.property("wrong"))

    def message(self) -> str:
        return self._message.full_text()

    def _say(self, verdict: Verdict, message: str) -> None:
        icon, role = _VERDICTS[verdict]
        self._mark.set_icon(icon, role)
        self._message.setText(message)
        self._message.set_role(role)
        self._foot.setVisible(bool(message))
        self.editor.setAccessibleDescription(message)
        wrong = verdict == "wrong"
        if bool(self.editor.property("wrong")) != wrong:
            self.editor.setProperty("wrong", wrong)
            self.editor.style().unpolish(self.editor)
            self.editor.style().polish(self.editor)


class TextInput(QLineEdit):
    """One line of text; `code` for numbers and codes that are scanned or typed in Latin."""

    def __init__(
        self,
        text: str = "",
        *,
        code: bool = False,
        placeholder: str = "",
        icon: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setFont(font(13, code=code))
        self.setText(text)
        self.setPlaceholderText(placeholder)
        if code:
            self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        if icon:
            mark = QAction(self)
            bind_icon(mark, icon, "text.tertiary")
            self.addAction(mark, QLineEdit.ActionPosition.LeadingPosition)


class NumberField(QLineEdit):
    """Money or a quantity, exact (`Decimal`), right-aligned, the same whatever the machine's locale."""

    value_changed = Signal(object)
    """The new Decimal or None, when the field is left or Enter pressed and the text is valid."""
    refused = Signal(str)
    """Why the text is no valid value."""

    def __init__(
        self,
        value: Decimal | None = None,
        *,
        places: int = 2,
        minimum: Decimal | None = None,
        maximum: Decimal | None = None,
        trim: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._places, self._minimum, self._maximum, self._trim = places, minimum, maximum, trim
        self._value: Decimal | None = None
        self.paid_in: Callable[[], str] = lambda: ""
        """The currency of what stands here, "" where it is no amount of a document."""
        self.setFont(font(13))
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.editingFinished.connect(self._settle)
        self.set_value(value)

    def value(self) -> Decimal | None:
        """What the text says now. Raises `NotANumber` with the reason."""
        amount = self._amount()
        try:
            value = parse_decimal(amount, self._places)
        except NotANumber:
            raise NotANumber(
                tr(
                    "Not a number with at most {places} decimals. Type for example 1240.50",
                    places=self._places,
                )
            ) from None
        if value is not None and self._minimum is not None and value < self._minimum:
            raise NotANumber(tr("At least {limit}", limit=format_decimal(self._minimum, self._places, trim=True)))
        if value is not None and self._maximum is not None and value > self._maximum:
            raise NotANumber(tr("At most {limit}", limit=format_decimal(self._maximum, self._places, trim=True)))
        return value

    def _amount(self) -> str:
        """The text without the sign of the document's own currency. Raises `NotANumber` for another's."""
        typed, currency = narrow(self.text()), self.paid_in()
        said = currencies_said(typed) if currency else None
        if said is None:
            return self.text()
        if currency not in said:
            raise NotANumber(
                " ".join(
                    (
                        tr("{value} is not an amount in {currency}.", value=typed, currency=currency),
                        tr("Convert it to {currency} and write it without the other sign.", currency=currency),
                    )
                )
            )
        return without_currency(typed)

    def set_value(self, value: Decimal | None) -> None:
        self._value = value
        self.setText("" if value is None else format_decimal(value, self._places, trim=self._trim))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() != Qt.FocusReason.MouseFocusReason:
            self.selectAll()

    @Slot()
    def _settle(self) -> None:
        try:
            value = self.value()
        except NotANumber as error:
            self.refused.emit(str(error))
            return
        changed = value != self._value
        self.set_value(value)
        if changed:
            self.value_changed.emit(value)


class _RowDelegate(QStyledItemDelegate):
    def sizeHint(self, option: object, index: object) -> QSize:
        return QSize(80, metric("row.menu") + 4)


class Select(QComboBox):
    """A choice from a short list, painted like the fields beside it. The wheel does not change it by
    accident.
    """

    def __init__(self, *, icon: str = "", height: int = 28, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = icon
        self._chip: tuple[str, ChipKind, str] | None = None
        self.setFixedHeight(height)
        self.setItemDelegate(_RowDelegate(self))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def set_chip(self, text: str, kind: ChipKind = "neutral", icon: str = "") -> None:
        """A state at the right of the chosen item, e.g. TLS; empty text for none."""
        self._chip = (text, kind, icon) if text else None
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        wrong, focused = bool(self.property("wrong")), self.hasFocus()
        border = "danger.solid" if wrong else "focus.ring" if focused else "border.strong"
        fill = "surface.base" if self.isEnabled() else "surface.panel"
        draw_box(painter, rect, fill, border, metric("radius.control"), 2 if wrong or focused else 1)
        x, right, middle = 8.0, rect.width() - 8 - 14, rect.height() / 2
        draw_icon(painter, right, middle - 7, "chevron-down", "text.tertiary", 14)
        if self._icon:
            draw_icon(painter, x, middle - 8, self._icon, "text.tertiary", 16)
            x += 24
        if self._chip is not None:
            text, kind, icon = self._chip
            width = Chip(text, kind, icon).sizeHint().width()
            right -= width + 8
            draw_chip(painter, QRectF(right, middle - 9, width, 18), text, kind, icon)
        words = self.currentText() or self.placeholderText()
        role = "text.disabled" if not self.isEnabled() else "text.primary" if self.currentText() else "text.tertiary"
        draw_text(painter, QRectF(x, 0, right - x - 6, rect.height()), words, font(13), role)
        painter.end()

    def sizeHint(self) -> QSize:
        widest = max((text_width(self.itemText(number), font(13)) for number in range(self.count())), default=60)
        return QSize(round(widest) + 44 + (24 if self._icon else 0), self.height())
