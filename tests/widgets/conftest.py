"""The program's own look and English for every widget test, whatever the machine's desktop says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from desktop.widgets.theme import apply_theme, set_language


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> Iterator[QApplication]:
    apply_theme(qapp, "light")
    set_language("en")
    yield qapp
    set_language("en")
