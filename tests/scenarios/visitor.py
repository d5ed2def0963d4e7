"""A person at a workstation: comes in through the log-in window and works by keys alone.

No mouse, no slot, no call into a model. What the screen shows may be read, to know when to go on and whether it is
right.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop.app import Program
from desktop.domain.text import tr
from desktop.runtime.context import Found
from desktop.tour import hand
from desktop.tour.hand import CTRL, Stuck
from desktop.views.shell.window import MainWindow
from desktop.widgets.list_page import ListPage
from desktop.widgets.lookup import DEBOUNCE_MS, LookupField
from desktop.widgets.page import Page
from desktop.widgets.states import ConfirmPanel
from desktop.widgets.theme import apply_theme
from tests import patience

Key, Mods = Qt.Key, Qt.KeyboardModifier
Seen = TypeVar("Seen")
Kind = TypeVar("Kind", bound=Page)
PICTURES = os.environ.get("OUTPOST_PICTURES")
FAILURE = os.environ.get("OUTPOST_FAILURE")
_NONE = Mods.NoModifier


class NoMouse(QObject):
    """Fails the story when a mouse event reaches the program."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = 0
        QCoreApplication.instance().installEventFilter(self)  # type: ignore[union-attr]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.seen += event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)
        return False

    def close(self) -> None:
        QCoreApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]


class Visitor:
    """The program and the person in front of it."""

    def __init__(self, program: Program, app: QApplication) -> None:
        self.program, self._app = program, app
        self.size = QSize(1366, 768)

    # coming and going

    @property
    def window(self) -> MainWindow:
        if self.program.window is None:
            raise Stuck("nobody is logged in")
        return self.program.window

    def log_in(self, user: str, password: str) -> None:
        """User name, Tab, password, Enter."""
        login = self.wait("the log-in window", lambda: self.program.login)
        login.activateWindow()
        self.wait("the log-in window in front", login.isActiveWindow)
        self.wait("a field", lambda: login.focusWidget() in (login.user, login.password))
        if login.focusWidget() is login.password:  # the last person's name is there
            self.press(Key.Key_Backtab, Mods.ShiftModifier)
        self.demand(login.focusWidget() is login.user, f"the focus is in {login.focusWidget()}")
        self.type(user)
        self.press(Key.Key_Tab)
        self.type(password)
        self.press(Key.Key_Return)
        window = self.wait("the main window", lambda: self.program.window)
        window.resize(self.size)
        window.activateWindow()
        self.wait("the window in front", window.isActiveWindow)
        self.wait("a first page", window.current_page)
        self.calm()

    def log_out(self) -> None:
        """Ctrl+K, Log out, Enter."""
        self.command(tr("&Log out").replace("&", "").split("(")[0])
        self.wait("the log-in window", lambda: self.program.login if self.program.window is None else None)

    # keys

    def front(self) -> QWidget:
        """The window that gets the keys."""
        found = QApplication.activePopupWidget() or QApplication.activeModalWidget() or QApplication.activeWindow()
        return found or self.program.window or self.program.login  # type: ignore[return-value]

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = _NONE, times: int = 1) -> None:
        for _ in range(times):
            hand.press(self.front(), key, modifiers)
            hand.rest(1)

    def type(self, text: str) -> None:
        hand.type_text(self.front(), text)

    def enter(self, text: str) -> None:
        """Type and Enter."""
        self.type(text)
        self.press(Key.Key_Return)

    def scan(self, *codes: str) -> None:
        """The gun: a burst for each code, whatever has the focus."""
        for code in codes:
            hand.scan(self.front(), code)

    def copied(self, *rows: str) -> None:
        """What somebody copied in Excel meanwhile."""
        QGuiApplication.clipboard().setText("\r\n".join(rows) + "\r\n")

    # moving about

    def command(self, words: str) -> None:
        """Ctrl+K, the words, down to what reads so, Enter."""
        self.press(Key.Key_K, CTRL)
        palette = self.window.palette_popup
        self.wait("the palette", palette.isVisible)
        self.write(words)
        hand.rest(DEBOUNCE_MS + 50)  # records are searched after a pause and then stand above the commands
        self.calm()

        def offered() -> int:
            return next((n for n, found in enumerate(palette.list.rows()) if found.name == words), -1)

        self.wait(f"{words} among the commands", lambda: offered() >= 0)
        self.press(Key.Key_Down, times=offered())
        self.press(Key.Key_Return)

    def write(self, text: str) -> None:
        """Type, or by an input method what no key bears."""
        if text.isascii():
            self.type(text)
            return
        from PySide6.QtGui import QInputMethodEvent

        event = QInputMethodEvent()
        event.setCommitString(text)
        QApplication.sendEvent(hand.focused(self.front()), event)

    def look_up(self, typed: str) -> tuple[Found, ...]:
        """Ctrl+K and a fragment; what is offered of records, with the list still open."""
        self.press(Key.Key_K, CTRL)
        palette = self.window.palette_popup
        self.wait("the palette", palette.isVisible)
        self.type(typed)
        return self.wait(
            f"a record like {typed}",
            lambda: tuple(found for found in palette.list.rows() if found.key not in ("page", "command")),
        )

    def go(self, key: str) -> Page:
        """Ctrl+K, the page's title, Enter."""
        self.command(self.window.menus.page_menu_actions[key].text())

        def there() -> Page | None:
            opened = self.window.workspace.current()
            return opened.page if opened is not None and opened.key == key else None

        page = self.wait(f"the page {key}", there)
        self.calm()
        return page

    def page(self, kind: type[Kind]) -> Kind:
        """The page in front, once it is one of that kind and at rest."""

        def in_front() -> Kind | None:
            found = self.window.current_page()
            return found if isinstance(found, kind) else None

        page = self.wait(f"a {kind.__name__} in front", in_front)
        self.calm()
        return page

    def list(self, key: str, *, rows: int | None = None) -> ListPage:
        """A list by Ctrl+K, with that many rows (at least one); the cursor is on the first."""
        page = self.go(key)
        if not isinstance(page, ListPage):
            raise Stuck(f"{key} is no list")
        self.rows(page, rows)
        self.focused_in(page.grid)
        if rows != 0:
            self.wait("a row under the cursor", lambda: page.grid.current() is not None)
        return page

    def rows(self, page: ListPage, rows: int | None = None) -> None:
        def right() -> bool:
            count = page.model.count
            return count.exact and (count.value > 0 if rows is None else count.value == rows)

        self.wait(f"{'some' if rows is None else rows} rows of {page.spec.key}", right)
        self.calm()

    def choose(self, field: QWidget, code: str) -> None:
        """In a look-up with the focus: type the code, Enter on what is offered."""
        if not isinstance(field, LookupField):
            raise Stuck(f"{field} is no look-up")
        self.type(code)
        self.wait(f"{code} offered", lambda: field.is_open() and any(f.code == code for f in field.offered()))
        at = next(n for n, found in enumerate(field.offered()) if found.code == code)
        self.press(Key.Key_Down, times=at)
        self.press(Key.Key_Return)

    def tab_to(self, target: QWidget, *, back: bool = False) -> None:
        """Tab until that has the focus: it must be on the way."""
        for _ in range(80):
            if self.window.focusWidget() is target:
                return
            if back:
                self.press(Key.Key_Backtab, Mods.ShiftModifier)
            else:
                self.press(Key.Key_Tab)
        raise Stuck(f"Tab does not lead to {target.accessibleName() or target}")

    def confirmed(self, ask: Callable[[], None]) -> None:
        """A question of last resort: Tab to the other button, Enter."""
        from PySide6.QtCore import QTimer

        answered: list[str] = []

        def answer() -> None:
            dialog = QApplication.activeModalWidget()
            if dialog is None or answered:
                return
            answered.append(dialog.windowTitle())
            panel = dialog.findChild(ConfirmPanel)
            for _ in range(4):
                if panel is not None and dialog.focusWidget() is panel.confirm_button:
                    break
                QTest.keyClick(dialog.focusWidget() or dialog, Key.Key_Tab)
            QTest.keyClick(dialog.focusWidget() or dialog, Key.Key_Return)

        timer = QTimer(interval=50)
        timer.timeout.connect(answer)
        timer.start()
        try:
            ask()
        finally:
            timer.stop()
        self.demand(bool(answered), "nothing was asked")
        self.window.activateWindow()

    # waiting and looking

    def wait(self, what: str, ready: Callable[[], Seen | None]) -> Seen:
        try:
            return hand.wait_for(what, ready, seconds=patience.SECONDS)
        except Stuck:
            self._keep_failure()
            raise

    def _keep_failure(self) -> None:
        shown = self.program.window or self.program.login
        if FAILURE and shown is not None:
            shown.grab().save(FAILURE)

    def demand(self, holds: bool, what: str) -> None:
        hand.demand(holds, what)

    def calm(self) -> None:
        """Until nothing works in the background."""
        work = self.program.work
        for _ in range(2):
            self.wait("the work to end", lambda: not work.running())
            hand.rest(20)

    def focused_in(self, part: QWidget) -> None:
        """The keys go into that part of the screen, without a hand on the mouse."""

        def there() -> bool:
            focus = self.window.focusWidget()
            return focus is not None and (focus is part or part.isAncestorOf(focus))

        try:
            self.wait("the focus", there)
        except Stuck:
            name = type(self.window.focusWidget()).__name__
            raise Stuck(f"the focus is not in {part.accessibleName() or type(part).__name__} but in {name}") from None

    def told(self, *words: str) -> str:
        """A message that says all of that; red ones end the story."""

        def found() -> str | None:
            said = [f"{t.text.full_text()} {t.detail.full_text()}" for t in self.window.messages.toasts.toasts()]
            return next((each for each in said if all(word in each for word in words)), None)

        try:
            return self.wait(f"a message with {words}", found)
        except Stuck:
            said = [f"{t.text.full_text()} {t.detail.full_text()}" for t in self.window.messages.toasts.toasts()]
            raise Stuck(f"no message with {words}; there is {said}") from None

    def picture(self, name: str) -> None:
        """For OUTPOST_PICTURES=<folder>: the screen in both themes and both sizes."""
        if not PICTURES:
            return
        from desktop.domain.text import language

        themes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
        self.calm()
        for theme in themes:
            apply_theme(self._app, theme)
            for width, height in ((1366, 768), (1920, 1080)):
                self.window.resize(width, height)
                hand.rest(80)
                file = Path(PICTURES) / f"{name}-{language()}-{theme}-{width}.png"
                self.window.grab().save(str(file))
        apply_theme(self._app, "light")
        self.window.resize(self.size)
        hand.rest(50)
