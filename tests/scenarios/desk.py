"""The stock desk in front of a person: what he scans and types there, and what it shows."""

from __future__ import annotations

from PySide6.QtCore import Qt

from desktop.domain.stock import Level
from desktop.views.stock.desk_page import StockDesk
from tests.scenarios.visitor import Visitor

Key = Qt.Key


class Desk:
    """Open it first; every step ends when everything is worked off."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.page = visitor.page(StockDesk)
        self.ready()

    def ready(self) -> None:
        """Everything scanned is worked off, and the keys still go into the scan field."""
        driver = self.page.driver
        self.visitor.wait("the scans", lambda: not driver.queued() and not driver.busy())
        self.visitor.focused_in(self.page.scan.field)

    def scan(self, *codes: str) -> None:
        self.visitor.scan(*codes)
        self.ready()

    def enter(self, text: str) -> None:
        self.visitor.enter(text)
        self.ready()

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.visitor.press(key, modifiers)
        self.ready()

    def row(self, code: str) -> int:
        return next(n for n, line in enumerate(self.page.driver.draft.lines) if line.part.code == code)

    def cell(self, code: str, key: str) -> str:
        return self.page.table.rows()[self.row(code)].cells[key].text

    def level(self) -> Level | None:
        said = self.page.scan.band.feedback()
        return said.level if said is not None else None

    def go_to(self, code: str) -> None:
        """Arrow keys to the line of that part."""
        wanted = self.row(code)
        while self.page.driver.draft.current != wanted:
            self.visitor.press(Key.Key_Down if wanted > self.page.driver.draft.current else Key.Key_Up)
        self.ready()

    def post(self) -> str:
        """F9, and the number of what was posted."""
        driver, before = self.page.driver, self.page.driver.last_posted
        self.visitor.press(Key.Key_F9)
        self.visitor.wait(
            f"the posting ({self.page.bar.reason()})",
            lambda: driver.last_posted is not None and driver.last_posted is not before,
        )
        self.ready()
        assert driver.last_posted is not None
        self.visitor.demand(driver.draft.empty, "the desk is not empty after posting")
        return driver.last_posted.number
