"""One person's visit: in through the log-in window, work on the pages, out by the user menu."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSize, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from db.session import Database
from desktop.app import Program
from desktop.runtime import entering
from desktop.tour import pictures
from desktop.tour.hand import CTRL, Stuck, choose_last, click, demand, press, rest, scan, type_text, wait_for
from desktop.tour.journal import Journal
from desktop.views.shell.login import LoginWindow
from desktop.views.shell.window import MainWindow
from desktop.widgets.page import Page

Kind = TypeVar("Kind", bound=Page)


class Papers(QObject):
    """Catches papers that the program hands to the platform's viewer, and keeps a copy under a wanted name."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._wanted = ""
        self.kept: Path | None = None
        QDesktopServices.setUrlHandler("file", self, "show_file")  # type: ignore[arg-type]  # its stub wants bytes, it does not

    def expect(self, name: str) -> None:
        self._wanted, self.kept = name, None

    @Slot(QUrl)
    def show_file(self, url: QUrl) -> None:
        if self._wanted:
            self.kept = Path(shutil.copy(url.toLocalFile(), self._folder / self._wanted))

    def close(self) -> None:
        QDesktopServices.unsetUrlHandler("file")


class Strays(QObject):
    """Notices parts of a window that become windows of their own for a moment: they take the keyboard from the user."""

    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self._journal = journal
        QCoreApplication.instance().installEventFilter(self)  # type: ignore[union-attr]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            plain = watched.windowType() in (Qt.WindowType.Window, Qt.WindowType.Widget)
            if plain and not isinstance(watched, (MainWindow, LoginWindow)):
                self._journal.fault(f"{type(watched).__name__} was shown as a window of its own")
        return False

    def close(self) -> None:
        QCoreApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]


class Visit:
    """What the three stories share: the program, who is in, and where pictures go."""

    def __init__(self, program: Program, journal: Journal, papers: Papers, size: QSize) -> None:
        self.program, self.journal, self.papers, self._size = program, journal, papers, size
        self._seen: list[object] = []

    # who is in

    @property
    def window(self) -> MainWindow:
        window = self.program.window
        if window is None:
            raise Stuck("nobody is logged in")
        return window

    @property
    def mine(self) -> Database:
        """The connection of who is in: what he may see."""
        found: Database = self.window.context.database
        return found

    @property
    def owner(self) -> Database:
        """The installation's owner, who sees everything: for proofs."""
        server = self.program.places.embedded
        if server is None or server.owner is None:
            raise Stuck("there is no embedded server")
        return server.owner

    def as_person(self, user: str) -> Database:
        """Another demo person's own connection."""
        server = self.program.places.embedded
        if server is None:
            raise Stuck("there is no server")
        password = next(each.password for each in server.demo if each.user == user)
        return entering.enter(server, user, password).database

    def log_in(self, user: str) -> str:
        """Choose the demo person by mouse, then Enter."""
        login = wait_for("the log-in window", lambda: self.program.login)
        login.resize(self._size)
        row = wait_for(
            "the demo's people",
            lambda: next((row for row in login.demo_rows() if row.login.user == user), None),
            seconds=180,
        )
        login.activateWindow()
        rest(50)
        click(row)
        demand(login.user.text() == user, f"the log-in window filled in {login.user.text()!r}")
        self.picture(f"{user}-login", login)
        press(login, Qt.Key.Key_Return)
        window = wait_for("the main window", lambda: self.program.window)
        window.resize(self._size)
        window.activateWindow()
        wait_for("the window in front", window.isActiveWindow)
        wait_for("a first page", window.current_page)
        return window.context.user.display_name()

    def log_out(self) -> str:
        """By the user menu; the next person finds the log-in window."""
        choose_last(self.window, self.window.top.user)
        wait_for("the log-in window", lambda: self.program.login if self.program.window is None else None)
        return ""

    def get_out(self) -> None:
        """After a failed step: leave without ceremony, so that the next person can come."""
        popup = QApplication.activePopupWidget() or QApplication.activeModalWidget()
        if popup is not None:
            popup.close()
        if self.program.window is not None:
            for opened in self.program.window.workspace.pages():
                opened.page.set_dirty(False)
            self.program.window.log_out()

    # moving about

    def page(self, kind: type[Kind]) -> Kind:
        """The page in front, once it is one of that kind."""

        def in_front() -> Kind | None:
            found = self.window.current_page()
            return found if isinstance(found, kind) else None

        return wait_for(f"a {kind.__name__} in front", in_front)

    def go(self, key: str, ready: Callable[[Page], bool] = lambda page: True) -> Page:
        """Ctrl+K, the page's name, Enter."""
        title = self.window.menus.page_menu_actions[key].text()
        press(self.window, Qt.Key.Key_K, CTRL)
        palette = self.window.palette_popup
        wait_for("the palette", palette.isVisible)
        self.write(title)
        self.calm()
        offered = [found.name for found in wait_for("an answer", palette.list.rows)]
        demand(title in offered, f"{title} is not among {offered}")
        for _ in range(offered.index(title)):
            press(self.window, Qt.Key.Key_Down)
        press(self.window, Qt.Key.Key_Return)

        def there() -> Page | None:
            opened = self.window.workspace.current()
            return opened.page if opened is not None and opened.key == key and ready(opened.page) else None

        found = wait_for(f"the page {title}", there)
        self.calm()
        return found

    def write(self, text: str) -> None:
        """Type; what no key of an English keyboard bears comes as an input method's commit."""
        if text.isascii():
            type_text(self.window, text)
            return
        event = QInputMethodEvent()
        event.setCommitString(text)
        target = QApplication.focusWidget()
        if target is None:
            raise Stuck("nothing takes the text")
        QApplication.sendEvent(target, event)

    def scan(self, code: str) -> None:
        scan(self.window, code)

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        press(self.window, key, modifiers)

    # waiting and looking

    def calm(self) -> None:
        """Until nothing works in the background and all is painted."""
        work = self.program.work
        wait_for("the work to end", lambda: not work.running())
        rest(60)
        wait_for("the work to end", lambda: not work.running())

    def picture(self, name: str, window: QWidget | None = None) -> None:
        if window is None:
            self.calm()
            self.tidy(name)
        else:
            rest(60)
        pictures.take(window or self.window, self.journal.picture(name))

    def tidy(self, name: str) -> None:
        """Close the messages of earlier steps, by their crosses, so that they cover no other picture."""
        for toast in self.window.messages.toasts.toasts():
            if toast in self._seen:
                click(toast.closer)
            elif not name.startswith("failed"):
                self._seen.append(toast)

    def paper(self, name: str) -> Path:
        """The PDF that the program shows next, kept as `name`; call the returned function after asking for it."""
        self.journal.file(name)
        return wait_for("the paper", lambda: self.papers.kept, seconds=30)

    def press_in(self, widget: QWidget, key: Qt.Key) -> None:
        """A key for a dialog or pop-up."""
        QTest.keyClick(widget, key)
