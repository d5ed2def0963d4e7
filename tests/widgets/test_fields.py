"""Fields by real keys: numbers, dates, ranges, look-ups, choices, messages."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop.domain.entry import NotANumber
from desktop.runtime.context import Found
from desktop.runtime.work import Work
from desktop.widgets.checklist import CheckList, Step
from desktop.widgets.dates import DateField, add_months
from desktop.widgets.fields import Field, NumberField, Select, TextInput
from desktop.widgets.lookup import LookupField
from desktop.widgets.paint import column
from desktop.widgets.theme import set_language
from tests.widgets.conftest import KEPT

Key = Qt.Key


@pytest.fixture
def work(qtbot: QtBot) -> Iterator[Work]:
    made = Work()
    yield made
    made.close()


def show(qtbot: QtBot, *widgets: QWidget) -> QWidget:
    """A window with the widgets and a plain field to go to."""
    window = QWidget()
    window.setLayout(column(*widgets, QLineEdit(), None, margins=(16, 16, 16, 16)))
    window.resize(480, 480)
    qtbot.addWidget(window)
    KEPT.append(window)
    window.show()
    widgets[0].setFocus()
    return window


def test_the_label_names_the_editor_and_messages_describe_it(qtbot: QtBot) -> None:
    editor = TextInput()
    field = Field("Part", editor, hint="Scan or type")
    show(qtbot, field)
    assert editor.accessibleName() == "Part" and field.message() == "Scan or type"
    field.refuse("Part: fits the 110S only. Choose SEP-OIL-7520 (F7).")
    assert field.is_wrong() and editor.accessibleDescription().startswith("Part: fits")
    field.doubt("Saturday: the site is closed.")
    assert not field.is_wrong() and field.message().startswith("Saturday")
    field.accept()
    assert field.message() == "Scan or type"


def test_codes_switch_the_input_method_off() -> None:
    off = Qt.WidgetAttribute.WA_InputMethodEnabled
    assert not TextInput(code=True).testAttribute(off)
    assert TextInput().testAttribute(off)
    assert not NumberField().testAttribute(off)


def test_a_quantity_is_exact_and_settles_when_left(qtbot: QtBot) -> None:
    field = NumberField(places=2)
    show(qtbot, field)
    values: list[Decimal] = []
    field.value_changed.connect(values.append)
    QTest.keyClicks(field, "1240.1")
    QTest.keyClick(field, Key.Key_Return)
    assert field.text() == "1,240.10" and values == [Decimal("1240.1")]
    QTest.keyClick(field, Key.Key_Return)
    assert values == [Decimal("1240.1")]


def test_a_wrong_number_says_why_and_stays(qtbot: QtBot) -> None:
    field = NumberField(places=0, minimum=Decimal(1), maximum=Decimal(100))
    show(qtbot, field)
    reasons: list[str] = []
    field.refused.connect(reasons.append)
    for text in ("1.5", "0", "101"):
        field.selectAll()
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Key.Key_Return)
        assert field.text() == text
    assert reasons[1:] == ["At least 1", "At most 100"] and "0 decimals" in reasons[0]
    with pytest.raises(NotANumber):
        field.value()


def test_typing_replaces_what_tab_reached(qtbot: QtBot) -> None:
    field = NumberField(Decimal(5))
    window = show(qtbot, QLineEdit(), field)
    window.activateWindow()
    field.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(field.hasFocus)
    QTest.keyClicks(field, "7")
    assert field.value() == Decimal(7)


@pytest.mark.parametrize(("typed", "days"), [("t", 0), ("+3", 3), ("-1", -1)])
def test_a_relative_date(qtbot: QtBot, typed: str, days: int) -> None:
    field = DateField()
    show(qtbot, field)
    QTest.keyClicks(field, typed)
    QTest.keyClick(field, Key.Key_Return)
    assert field.value() == date.today() + timedelta(days=days)


def test_a_date_by_month_and_keys(qtbot: QtBot) -> None:
    field = DateField(date(2026, 11, 24))
    show(qtbot, field)
    days: list[date] = []
    field.value_changed.connect(days.append)
    QTest.keyClick(field, Key.Key_F7)
    assert field.month_is_open()
    for key in (
        Key.Key_Right,
        Key.Key_Down,
        Key.Key_PageDown,
        Key.Key_Left,
        Key.Key_Up,
        Key.Key_PageUp,
        Key.Key_Right,
    ):
        QTest.keyClick(field, key)
    QTest.keyClick(field, Key.Key_Return)
    assert not field.month_is_open() and days == [date(2026, 11, 26)]


def test_esc_leaves_the_month_and_keeps_the_date(qtbot: QtBot) -> None:
    field = DateField(date(2026, 11, 24))
    show(qtbot, field)
    QTest.keyClick(field, Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    QTest.keyClick(field, Key.Key_Right)
    QTest.keyClick(field, Key.Key_Escape)
    assert not field.month_is_open() and field.value() == date(2026, 11, 24)


def test_a_date_by_mouse(qtbot: QtBot) -> None:
    field = DateField(date(2026, 11, 24))
    show(qtbot, field)
    field.open_month()
    month = field._month
    assert month is not None
    spot = next(
        QPoint(x, y)
        for y in range(60, month.height(), 8)
        for x in range(8, month.width(), 8)
        if month.day_at(QPointF(x, y)) == date(2026, 11, 5)
    )
    qtbot.mouseClick(month, Qt.MouseButton.LeftButton, pos=spot)
    assert field.value() == date(2026, 11, 5)


def test_a_date_follows_the_language(qtbot: QtBot) -> None:
    field = DateField(date(2026, 11, 24))
    show(qtbot, field)
    assert field.text() == "24 Nov 2026"
    set_language("zh")
    assert field.text() == "2026-11-24" and field.value() == date(2026, 11, 24)


def test_a_wrong_date_is_refused_in_words(qtbot: QtBot) -> None:
    field = DateField()
    show(qtbot, field)
    with qtbot.waitSignal(field.refused) as caught:
        QTest.keyClicks(field, "2026-02-30")
        QTest.keyClick(field, Key.Key_Return)
    assert "2026-11-24" in caught.args[0] and field.text() == "2026-02-30"


def test_a_month_has_no_thirty_first() -> None:
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2026, 1, 31), -2) == date(2025, 11, 30)


PARTS = tuple(Found("item", n, f"SEP-OIL-{7500 + n}", f"Oil separator {n}") for n in range(30))


def find_parts(text: str) -> Sequence[Found]:
    return [part for part in PARTS if text.lower() in f"{part.code} {part.name}".lower()][:20]


def test_type_ahead_and_enter_takes_the_first(work: Work, qtbot: QtBot) -> None:
    field = LookupField(work, find_parts)
    show(qtbot, field)
    QTest.keyClicks(field, "7507")
    qtbot.waitUntil(lambda: bool(field.offered()))
    with qtbot.waitSignal(field.chosen) as caught:
        QTest.keyClick(field, Key.Key_Return)
    assert caught.args == [PARTS[7]] and field.value() == PARTS[7]
    assert field.text() == "SEP-OIL-7507 Oil separator 7" and not field.is_open()


def test_f7_offers_all_and_arrows_walk(work: Work, qtbot: QtBot) -> None:
    field = LookupField(work, find_parts)
    show(qtbot, field)
    field.set_value(PARTS[3])
    QTest.keyClick(field, Key.Key_F7)
    qtbot.waitUntil(lambda: len(field.offered()) == 20)
    for key in (Key.Key_Down, Key.Key_Down, Key.Key_Up, Key.Key_PageDown, Key.Key_Return):
        QTest.keyClick(field, key)
    assert field.value() == PARTS[11]


def test_esc_goes_back_to_the_value(work: Work, qtbot: QtBot) -> None:
    field = LookupField(work, find_parts)
    show(qtbot, field)
    field.set_value(PARTS[3])
    QTest.keyClicks(field, "x")
    QTest.keyClick(field, Key.Key_F7)
    qtbot.waitUntil(field.is_open)
    QTest.keyClick(field, Key.Key_Escape)
    assert field.value() == PARTS[3] and field.text() == "SEP-OIL-7503 Oil separator 3"


def test_emptying_takes_the_value_away(work: Work, qtbot: QtBot) -> None:
    field = LookupField(work, find_parts)
    show(qtbot, field)
    field.set_value(PARTS[3])
    field.selectAll()
    with qtbot.waitSignal(field.chosen) as caught:
        QTest.keyClick(field, Key.Key_Delete)
    assert caught.args == [None] and field.value() is None


def test_a_late_answer_does_not_overwrite_a_newer_one(work: Work, qtbot: QtBot) -> None:
    gate = threading.Event()

    def slow_then_quick(text: str) -> Sequence[Found]:
        if text == "7501":
            gate.wait(10)
        return find_parts(text)

    field = LookupField(work, slow_then_quick)
    show(qtbot, field)
    field.setText("7501")
    field.open()
    field.setText("7502")
    field.open()
    qtbot.waitUntil(lambda: field.offered() == (PARTS[2],))
    gate.set()
    qtbot.waitUntil(lambda: not work.running())
    assert field.offered() == (PARTS[2],)


def test_a_failing_search_says_so(work: Work, qtbot: QtBot) -> None:
    def fail(text: str) -> Sequence[Found]:
        raise OSError(text)

    field = LookupField(work, fail)
    show(qtbot, field)
    field.open()
    qtbot.waitUntil(lambda: field._popup is not None and "Log id" in field._popup.list.note())


def test_leaving_with_free_text_is_refused(work: Work, qtbot: QtBot) -> None:
    field = LookupField(work, find_parts)
    window = show(qtbot, field)
    window.activateWindow()
    qtbot.waitUntil(field.hasFocus)
    field.setText("no such part")
    with qtbot.waitSignal(field.refused):
        QTest.keyClick(field, Key.Key_Tab)


def test_the_wheel_does_not_change_a_choice_by_accident(qtbot: QtBot) -> None:
    select = Select()
    select.addItems(["one", "two"])
    show(qtbot, select)
    point = QPointF(5, 5)
    wheel = QWheelEvent(
        point,
        point,
        QPoint(0, -120),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(select, wheel)
    assert select.currentText() == "one"
    QTest.keyClick(select, Key.Key_Down)
    assert select.currentText() == "two"


def test_steps_are_ticked_by_keys_and_counted(qtbot: QtBot) -> None:
    steps = CheckList([Step("lock", "Lock out", mandatory=True), Step("photo", "Photo")])
    show(qtbot, steps)
    first, second = steps._boxes
    first.setFocus()
    with qtbot.waitSignal(steps.ticked) as caught:
        QTest.keyClick(first, Key.Key_Space)
    assert caught.args == ["lock", True] and steps.steps()[0].done
    QTest.keyClick(first, Key.Key_Down)
    assert steps.window().focusWidget() is second


def test_another_language_keeps_a_date_that_is_being_typed(qtbot: QtBot) -> None:
    field = DateField(date(2026, 11, 24))
    qtbot.addWidget(field)
    field.show()
    try:
        set_language("zh")
        assert field.text() == "2026-11-24"
        field.selectAll()
        qtbot.keyClicks(field, "-9")
        set_language("en")
        assert field.text() == "-9", "what is being typed is not written over"
    finally:
        set_language("en")
