"""One pool of threads per test, and English."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from desktop.domain.text import set_language
from desktop.runtime.work import Work
from tests.garbage import sweep


@pytest.fixture
def work(qapp: QApplication) -> Iterator[Work]:
    set_language("en")
    made = Work(threads=2)
    yield made
    made.close()
    sweep()
    set_language("en")
