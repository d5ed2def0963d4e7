"""One pool of threads per test, and English."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from desktop.domain.text import set_language
from desktop.runtime.work import Work


@pytest.fixture
def work(qapp: QApplication) -> Iterator[Work]:
    set_language("en")
    gc.disable()  # as the running program does: a collection in a worker thread would delete models there
    made = Work(threads=2)
    yield made
    made.close()
    gc.collect()
    set_language("en")
