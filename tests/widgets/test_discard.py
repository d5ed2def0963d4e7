"""What is taken out of a window is gone: it does not come back as a window of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop.widgets.discard import discard_all, take_out
from desktop.widgets.paint import column, row

ROOT = Path(__file__).parents[2] / "desktop"


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    made.setLayout(column(QLabel("stays"), spacing=0))
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


def windows() -> list[QWidget]:
    return [each for each in QApplication.topLevelWidgets() if each.isVisible()]


def test_what_was_added_and_discarded_in_one_moment_does_not_flash(window: QWidget, qtbot: QtBot) -> None:
    layout = window.layout()
    assert layout is not None
    inner = row(QLabel("in a row"))
    layout.addItem(inner)
    layout.addWidget(QLabel("went"))
    discard_all(layout)
    qtbot.wait(20)  # that moment, in which it used to be shown
    assert windows() == [window] and window.isActiveWindow() and layout.count() == 0
    assert not window.findChildren(QLabel)


def test_the_last_ones_may_stay(window: QWidget) -> None:
    layout = window.layout()
    assert layout is not None
    layout.addWidget(QLabel("the last"))
    discard_all(layout, keep=1)
    assert [label.text() for label in window.findChildren(QLabel)] == ["the last"]


def test_what_is_taken_out_can_be_put_in_again(window: QWidget, qtbot: QtBot) -> None:
    layout, label = window.layout(), window.findChildren(QLabel)[0]
    assert layout is not None
    take_out(label)
    assert not label.isVisible()
    layout.addWidget(label)
    label.show()
    qtbot.wait(20)
    assert windows() == [window] and label.isVisible()


def test_widgets_are_removed_nowhere_else() -> None:
    found = [str(path) for path in ROOT.rglob("*.py") if "setParent(None)" in path.read_text("utf-8")]
    assert [Path(each).name for each in found] == ["discard.py"]
