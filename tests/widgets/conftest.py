"""The program's own look and English for every widget test, whatever the machine's desktop says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication, QWidget

from desktop.widgets.theme import apply_theme, set_language
from tests.garbage import sweep

KEPT: list[QWidget] = []
"""Windows that a test shows; qtbot itself holds them weakly."""


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> Iterator[QApplication]:
    apply_theme(qapp, "light")
    set_language("en")
    QCursor.setPos(1, 1)
    yield qapp
    KEPT.clear()
    sweep()
    set_language("en")
    apply_theme(qapp, "light")
