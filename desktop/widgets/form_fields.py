"""One editor per kind of field, all read and written the same way: what a form and a line table are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QPlainTextEdit, QWidget

from desktop.domain.entry import NotANumber
from desktop.domain.text import pick, tr
from desktop.operations.encryption import Locked
from desktop.operations.forms import FieldInfo
from desktop.operations.records import Referred
from desktop.runtime.context import Found, SearchProvider
from desktop.runtime.work import Work
from desktop.widgets.dates import DateField
from desktop.widgets.fields import NumberField, Select, TextInput
from desktop.widgets.lookup import LookupField
from desktop.widgets.theme import font

PERCENT = Decimal(100)


class WrongEntry(ValueError):
    """What stands in a field is no value of its kind; the message says why and what to type."""


@dataclass(frozen=True)
class Editor:
    """A widget with one way to read, write and watch it. `read` raises WrongEntry."""

    info: FieldInfo
    widget: QWidget
    read: Callable[[], Any]
    write: Callable[[Any], None]
    watch: Callable[[Callable[[], None]], None]


@dataclass(frozen=True)
class EditorTools:
    """What editors of references need: threads and, by field key, where to look up; `paid_in`: what amounts are in."""

    work: Work
    lookups: Mapping[str, SearchProvider]
    paid_in: Callable[[], str] = lambda: ""


def found_from(referred: Referred | None) -> Found | None:
    """A referred record in the shape of the look-up field."""
    if referred is None:
        return None
    return Found(key="", id=referred.id, code=referred.code, name=pick(referred.name, referred.name_zh))


def shown_value(info: FieldInfo, value: Any, referred: Referred | None = None) -> str:
    """A value as read-only text: the same wording in forms, panels and line tables."""
    if value is None or value == "":
        return "–"
    if isinstance(value, Locked):
        return tr("Locked")
    if info.kind == "reference":
        return " ".join((referred.code, pick(referred.name, referred.name_zh))) if referred else str(value)
    if info.kind == "choice":
        return dict(info.choices).get(str(value), str(value))
    if info.kind == "boolean":
        return tr("Yes") if value else tr("No")
    if info.kind == "percent":
        return f"{(Decimal(value) * PERCENT).normalize():f}\u2009%"
    if getattr(value, "lower", None) and getattr(value, "upper", None) and not isinstance(value, str):
        return _period(value.lower, value.upper)
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M")
    if isinstance(value, Decimal):
        least = 2 if info.key.endswith(("price", "cost")) else 0  # 88.00 under 125.24, but 3 pieces stay 3
        return f"{value:,.{2 if info.kind == 'money' else max(_places(value), least)}f}".replace("-", "−")
    return str(value)


def _period(starts: datetime, ends: datetime) -> str:
    """Whole days as days, the last one inclusive; anything else to the minute."""
    first, after = starts.astimezone(), ends.astimezone()
    if first.time() == after.time() == time():
        last = after.date() - timedelta(days=1)
        return f"{first:%Y-%m-%d}" if last == first.date() else f"{first:%Y-%m-%d} – {last:%Y-%m-%d}"
    return f"{first:%Y-%m-%d %H:%M} – {after:%Y-%m-%d %H:%M}"


def _places(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def make_editor(info: FieldInfo, tools: EditorTools, *, tall: bool = False) -> Editor:
    """The editor of a field. `tall`: several lines, for notes."""
    if tall:
        return _tall(info)
    makers: dict[str, Callable[[FieldInfo, EditorTools], Editor]] = {
        "choice": _choice,
        "boolean": _boolean,
        "date": _date,
        "reference": _reference,
        "integer": _number,
        "money": _number,
        "price": _number,
        "percent": _percent,
        "sealed": _sealed,
    }
    return makers.get(info.kind, _text)(info, tools)


def _text(info: FieldInfo, tools: EditorTools) -> Editor:
    widget = TextInput(code=info.kind == "code")
    return Editor(
        info,
        widget,
        lambda: widget.text().strip() or None,
        lambda value: widget.setText("" if value is None else str(value)),
        lambda call: _connect(widget.textEdited, call),
    )


def _sealed(info: FieldInfo, tools: EditorTools) -> Editor:
    """A value that lies sealed in the database. One that does not open here stays as it is unless it is typed anew."""
    widget = TextInput(code=True, icon="lock")
    held: list[Locked] = []

    def read() -> Any:
        typed = widget.text().strip()
        return typed or (held[0] if held else None)

    def write(value: Any) -> None:
        held[:] = [value] if isinstance(value, Locked) else []
        widget.setText("" if value is None or held else str(value))
        widget.setPlaceholderText(tr("Locked") if held else "")

    return Editor(info, widget, read, write, lambda call: _connect(widget.textEdited, call))


def _tall(info: FieldInfo) -> Editor:
    widget = QPlainTextEdit()
    widget.setFont(font(13))
    widget.setTabChangesFocus(True)
    widget.setMinimumHeight(64)
    widget.setMaximumHeight(96)
    return Editor(
        info,
        widget,
        lambda: widget.toPlainText().strip() or None,
        lambda value: widget.setPlainText(value or ""),
        lambda call: _connect(widget.textChanged, call),
    )


def _number(info: FieldInfo, tools: EditorTools) -> Editor:
    places = 0 if info.kind == "integer" else 2 if info.kind == "money" else info.places or 4
    widget = NumberField(places=places, trim=info.kind != "money")
    if info.kind in ("money", "price"):
        widget.paid_in = tools.paid_in

    def read() -> Any:
        value = _decimal(widget)
        return int(value) if value is not None and info.kind == "integer" else value

    def write(value: Any) -> None:
        widget.set_value(None if value is None else Decimal(value))

    return Editor(info, widget, read, write, lambda call: _connect(widget.textEdited, call))


def _percent(info: FieldInfo, tools: EditorTools) -> Editor:
    """Typed and shown in percent, kept as a share."""
    widget = NumberField(places=2, trim=True)
    widget.setPlaceholderText("%")

    def read() -> Any:
        value = _decimal(widget)
        return None if value is None else value / PERCENT

    def write(value: Any) -> None:
        widget.set_value(None if value is None else Decimal(value) * PERCENT)

    return Editor(info, widget, read, write, lambda call: _connect(widget.textEdited, call))


def _decimal(widget: NumberField) -> Decimal | None:
    try:
        return widget.value()
    except NotANumber as error:
        raise WrongEntry(str(error)) from None


def _date(info: FieldInfo, tools: EditorTools) -> Editor:
    widget = DateField()

    def read() -> date | None:
        try:
            return widget.value()
        except ValueError as error:
            raise WrongEntry(str(error)) from None

    def watch(call: Callable[[], None]) -> None:
        _connect(widget.textEdited, call)
        _connect(widget.value_changed, call)

    return Editor(info, widget, read, widget.set_value, watch)


def _boolean(info: FieldInfo, tools: EditorTools) -> Editor:
    widget = QCheckBox(info.label)
    return Editor(
        info,
        widget,
        widget.isChecked,
        lambda value: widget.setChecked(bool(value)),
        lambda call: _connect(widget.clicked, call),
    )


def _choice(info: FieldInfo, tools: EditorTools) -> Editor:
    widget = Select()
    if not info.required:
        widget.addItem("–", None)
    for value, label in info.choices:
        widget.addItem(label, value)

    def write(value: Any) -> None:
        widget.setCurrentIndex(max(widget.findData(value), 0) if value is not None else widget.findData(None))

    return Editor(info, widget, widget.currentData, write, lambda call: _connect(widget.activated, call))


def rename(editor: Editor, info: FieldInfo) -> None:
    """The words that stand in the widget itself, in the language of `info`; what is chosen stays."""
    widget = editor.widget
    if isinstance(widget, QCheckBox):
        widget.setText(info.label)
        widget.setAccessibleName(info.label)
    elif isinstance(widget, Select):
        for value, label in info.choices:
            widget.setItemText(widget.findData(value), label)


def _reference(info: FieldInfo, tools: EditorTools) -> Editor:
    widget = LookupField(tools.work, tools.lookups[info.key])

    def read() -> int | None:
        found, typed = widget.value(), widget.text().strip()
        if not typed:
            return None
        if found is None or typed not in (f"{found.code} {found.name}".strip(), found.code, found.name):
            raise WrongEntry(tr("Nothing is called {text}. Press F7 and choose from the list.", text=typed))
        return int(found.id)

    def write(value: Any) -> None:
        widget.set_value(value if isinstance(value, Found) else None)

    def watch(call: Callable[[], None]) -> None:
        _connect(widget.chosen, call)
        _connect(widget.textEdited, call)

    return Editor(info, widget, read, write, watch)


def _connect(signal: Any, call: Callable[[], None]) -> None:
    signal.connect(lambda *_: call())


def set_read_only(editor: Editor, *, read_only: bool = True) -> None:
    """Grey it out, with the reason in the tooltip; the text stays selectable where the widget can."""
    widget = editor.widget
    if isinstance(widget, TextInput | NumberField | DateField | LookupField | QPlainTextEdit):
        widget.setReadOnly(read_only)
        widget.setFocusPolicy(Qt.FocusPolicy.ClickFocus if read_only else Qt.FocusPolicy.StrongFocus)
    else:
        widget.setEnabled(not read_only)
    widget.setToolTip(tr("This field may be read here but not changed.") if read_only else "")
    if bool(widget.property("readOnlyField")) != read_only:
        widget.setProperty("readOnlyField", read_only)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
