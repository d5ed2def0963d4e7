"""A desk on the store of the design's pictures, with a toast list instead of a shell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from db.errors import UserError
from desktop.domain.stock import Feedback, Mode
from desktop.runtime.bus import Bus
from desktop.runtime.context import Context, SearchProvider, ToastAction, User, no_search
from desktop.runtime.settings import Settings
from desktop.runtime.work import Work
from desktop.views.stock.desk_page import StockDesk
from desktop.widgets.scan_filter import ScanFilter
from desktop.widgets.theme import apply_theme, set_language
from tests.stock_fixtures import shop, steward_of_shop
from tests.stock_shop import Shop

__all__ = ["bench", "dressed", "shop", "steward_of_shop"]


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> Iterator[None]:
    apply_theme(qapp, "light")
    set_language("en")
    yield
    set_language("en")


@dataclass
class Told:
    severity: str
    text: str
    detail: str
    action: ToastAction | None


@dataclass
class Bench:
    """One clerk at his desk: keys go to the real page, scans through the real filter."""

    qtbot: QtBot
    shop: Shop
    folder: Path
    context: Context
    page: StockDesk
    told: list[Told] = field(default_factory=list)
    opened: list[tuple[str, Any]] = field(default_factory=list)

    def scan(self, *codes: str) -> None:
        """Type each code as a scanner does: a burst of keys and Enter, into whatever has the focus."""
        self.burst(*codes)
        self.settle()

    def burst(self, *codes: str) -> None:
        """As `scan`, without waiting for anything."""
        for code in codes:
            target = QApplication.focusWidget() or self.page.scan.field
            self.qtbot.keyClicks(target, code)
            self.qtbot.keyClick(target, Qt.Key.Key_Return)

    def type(self, text: str) -> None:
        """Type by hand into the scan field, then Enter."""
        self.by_hand(self.page.scan.field, text)
        self.qtbot.keyClick(self.page.scan.field, Qt.Key.Key_Return)
        self.settle()

    def by_hand(self, field: QLineEdit, text: str) -> None:
        """Type as slowly as a person: each key arrived before the next one is pressed."""
        for number, key in enumerate(text, start=len(field.text()) - len(field.selectedText()) + 1):
            self.qtbot.keyClicks(field, key)
            self.qtbot.waitUntil(lambda number=number: len(field.text()) == number)

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.qtbot.keyClick(self.page.scan.field, key, modifiers)
        self.settle()

    def settle(self) -> None:
        """Until every scan is worked off and nothing is being posted."""
        driver = self.page.driver
        self.qtbot.waitUntil(lambda: not driver.queued() and not driver.busy(), timeout=90_000)
        self.qtbot.waitUntil(
            lambda: not [job for job in self.context.work.running() if not job.background], timeout=90_000
        )

    def cell(self, row: int, key: str) -> str:
        return self.page.table.rows()[row].cells[key].text

    def row_of(self, code: str) -> int:
        return next(n for n, line in enumerate(self.page.driver.draft.lines) if line.part.code == code)

    def feedback(self) -> Feedback:
        found = self.page.scan.band.feedback()
        assert found is not None
        return found

    def texts(self) -> list[str]:
        return [each.text for each in self.told]


@pytest.fixture
def make_bench(qtbot: QtBot, shop: Shop, tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    works: list[Work] = []
    pages: list[StockDesk] = []
    scanner = ScanFilter()

    def make(
        mode: Mode = Mode.ISSUE,
        *,
        database: Any = None,
        settings: Settings | None = None,
        search: SearchProvider = no_search,
    ) -> Bench:
        work = Work(user_errors=(UserError,))
        works.append(work)
        bench: Bench

        def toast(severity: Any, text: str, detail: str = "", *, action: ToastAction | None = None) -> None:
            bench.told.append(Told(severity, text, detail, action))

        context = Context(
            database=database or shop.clerk,
            work=work,
            bus=Bus(),
            user=User("clerk", "Zhou Min", "周敏", frozenset({"clerk"})),
            settings=settings or Settings(tmp_path / f"settings{len(works)}.json"),
            open=lambda key, args: bench.opened.append((key, args)),
            toast=toast,
            search=search,
        )
        page = StockDesk(context, mode)
        qtbot.addWidget(page)
        page.resize(1294, 680)
        bench = Bench(qtbot, shop, tmp_path, context, page)
        if pages:
            scanner.scanned.disconnect()
        pages.append(page)
        scanner.scanned.connect(page.handle_scan)
        with qtbot.waitActive(page):
            page.show()
            page.activateWindow()
        page.scan.field.setFocus()
        return bench

    scanner.start()
    yield make
    scanner.stop()
    for work in works:
        work.close()


@pytest.fixture
def bench(make_bench: Callable[..., Bench]) -> Bench:
    return make_bench()
