"""The main window: top bar, rail, workspace, status bar, and what they do together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from desktop.domain.text import language, tr
from desktop.runtime.context import Context, Found, ToastAction
from desktop.runtime.settings import Settings
from desktop.views.shell import memory, welcome
from desktop.views.shell.actions import ShellMenus
from desktop.views.shell.desks import visible_desks
from desktop.views.shell.guide import Guide
from desktop.views.shell.lock import IdleWatch, LockScreen, idle_minutes
from desktop.views.shell.memory import TabMemory
from desktop.views.shell.messages import Messages
from desktop.views.shell.palette import Palette
from desktop.views.shell.password_panel import PasswordSheet
from desktop.views.shell.rail import Rail
from desktop.views.shell.scan_router import ScanRouter
from desktop.views.shell.scanner_dialog import ScannerDialog
from desktop.views.shell.session import Session
from desktop.views.shell.status_bar import StatusBar
from desktop.views.shell.top_bar import TopBar
from desktop.views.shell.workspace import OpenPage, Workspace, next_zone
from desktop.widgets.page import Page
from desktop.widgets.paint import column, row
from desktop.widgets.scan_filter import ScanFilter, ScannerSettings
from desktop.widgets.theme import apply_theme, set_language, theme_choice

_SAVE_EVERY_MS = 20_000


class MainWindow(QWidget):
    """One per log-in. `logged_out` after File → Log out, once everything is kept."""

    logged_out = Signal()
    closed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        every = visible_desks(session.desks, session.user)
        self._desks = tuple(desk for desk in every if desk.listed())
        self._logging_out = False
        self.top = TopBar(session.user)
        self.workspace = Workspace(every)
        self.messages = Messages(self.workspace, self.top.bell, self)
        self.toast = self.messages.say
        self.context = Context(
            session.database,
            session.work,
            session.bus,
            session.user,
            session.settings,
            self.open,
            self.toast,
            session.search,
            session.dictionary,
            session.resolve_scan,
        )
        self.rail = Rail(self._desks)
        self.status = StatusBar(session.user, session.place)
        body = row(self.rail, self.workspace, spacing=0)
        body.setStretch(1, 1)
        layout = column(self.top, spacing=0)
        layout.addLayout(body, 1)
        layout.addWidget(self.status)
        self.setLayout(layout)
        self.menus = ShellMenus(self, self.top.menu_bar, self._desks)
        self.guide = Guide(self, session, self.menus, self._desks, self.current_page)
        self.palette_popup = Palette(self, session.work, session.search, session.peek, over=self.workspace)
        self.scans = ScanFilter(_scanner_settings(session.settings), self)
        self.router = ScanRouter(self.current_page, session.work, session.resolve_scan, self)
        self._scanner_dialog: ScannerDialog | None = None
        self._lock: LockScreen | None = None
        self._sheet: PasswordSheet | None = None
        self.idle = IdleWatch(idle_minutes(session), self)
        self._connect()
        self._autosave = QTimer(self)
        self._autosave.timeout.connect(self._save)
        self._autosave.start(_SAVE_EVERY_MS)
        self.setMinimumSize(960, 560)
        self.retranslate()

    def start(self) -> None:
        """Reopen the last session's tabs and begin to listen for scans. Call once, before or after `show`."""
        self.workspace.reopen(self.context)
        if not self.workspace.pages() and self._desks:
            self.open(self._desks[0].listed()[0].key)
        self.scans.start()
        self.idle.start()
        welcome.tell(self._session.welcome, self.messages, self.change_password)

    def _connect(self) -> None:
        session, workspace = self._session, self.workspace
        workspace.current_changed.connect(self._page_changed)
        workspace.page_opened.connect(self._page_opened)
        workspace.hints_changed.connect(self._show_page_words)
        workspace.draft_kept.connect(self._say_draft_kept)
        workspace.more_asked.connect(self.go_anywhere)
        workspace.refused.connect(self._say_refused)
        workspace.failed.connect(self.messages.say_failure)
        self.rail.desk_chosen.connect(self._go_to_desk)
        self.rail.pages_asked.connect(self._list_pages)
        self.top.goto_asked.connect(self.go_anywhere)
        self.top.language_asked.connect(self.choose_language)
        self.top.theme_asked.connect(self.choose_theme)
        self.top.messages_asked.connect(self.messages.show_list)
        self.top.user_asked.connect(self._show_user_menu)
        self.palette_popup.record_chosen.connect(self.open_found)
        self.palette_popup.record_taken.connect(self._take_along)
        self.palette_popup.closed.connect(self._focus_page)
        session.work.busy_changed.connect(self.status.set_busy)
        session.work.progress_changed.connect(self.status.set_job)
        if session.live is not None:
            session.live.state_changed.connect(self.status.set_live)
            self.status.set_live(session.live.state)
        self.status.show_live(session.live is not None)
        session.work.failed.connect(self.messages.say_failure)
        self.idle.idle.connect(self.lock)
        self.scans.scanned.connect(self._scanned)
        self.router.opened.connect(self.open_found)
        self.router.unknown.connect(self.messages.say_unknown_code)
        self.router.failed.connect(self.messages.say_failure)
        for name, call in self._calls().items():
            self.menus.actions[name].triggered.connect(call)
        for key, action in self.menus.page_menu_actions.items():
            action.triggered.connect(lambda _=False, key=key: self.open(key))

    def _calls(self) -> dict[str, Callable[..., object]]:
        """What each of the shell's actions does."""
        return {
            "new_tab": lambda: self.go_anywhere(),
            "close_tab": lambda: self._close_current(),
            "lock": lambda: self.lock(),
            "my_account": lambda: self.open("my_account"),
            "change_password": lambda: self.change_password(),
            "log_out": lambda: self.log_out(),
            "quit": lambda: self.close(),
            "undo": lambda: self._edit("undo") or self.messages.toasts.undo_latest(),
            "redo": lambda: self._edit("redo"),
            "cut": lambda: self._edit("cut"),
            "copy": lambda: self._edit("copy"),
            "paste": lambda: self._edit("paste") or self._paste(),
            "select_all": lambda: self._edit("selectAll"),
            "refresh": lambda: self._refresh(),
            "next_zone": lambda: self._step_zone(1),
            "previous_zone": lambda: self._step_zone(-1),
            "theme_light": lambda: self.choose_theme("light"),
            "theme_dark": lambda: self.choose_theme("dark"),
            "theme_system": lambda: self.choose_theme("system"),
            "english": lambda: self.choose_language("en"),
            "chinese": lambda: self.choose_language("zh"),
            "full_screen": lambda: self._toggle_full_screen(),
            "go_anywhere": lambda: self.go_anywhere(),
            "next_tab": lambda: self.workspace.step(1),
            "previous_tab": lambda: self.workspace.step(-1),
            "open_pages": lambda: self.workspace.tabs.show_list(),
            "scanner": lambda: self._open_scanner(),
            "messages": lambda: self.messages.show_list(),
            "field_help": lambda: self.guide.explain_field(),
            "keys": lambda: self.guide.show_keys(),
            "log_folder": lambda: self.guide.open_log_folder(),
            "about": lambda: self.guide.about(),
        }

    # What pages ask for

    def open(self, key: str, args: Any = None) -> None:
        """Bring a page to the front; refuses with a message where this user has no such page."""
        self.workspace.try_open(self.context, key, args)

    @Slot(str)
    def _say_refused(self, key: str) -> None:
        self.toast("warn", tr("This page is not among your desks"), key)

    def open_found(self, found: Found) -> None:
        """Open a record of the palette or of a scan, and remember it."""
        memory.remember_record(self.context.mine(), found)
        self.open(found.key, found.id)

    @Slot(object)
    def _take_along(self, found: Found) -> None:
        """What Ctrl+Enter chose goes into the page that works with such things, as if it had been scanned there."""
        if self._session.peek is not None:
            memory.remember_record(self.context.mine(), found)
            self.open(self._session.peek.page, {"code": found.code})

    def current_page(self) -> Page | None:
        found = self.workspace.current()
        return found.page if found is not None else None

    @Slot()
    def go_anywhere(self) -> None:
        self.palette_popup.open(self.guide.choices(self.open), memory.recent_records(self.context.mine()))

    # Pages in front

    @Slot(object)
    def _page_opened(self, opened: OpenPage) -> None:
        opened.page.open_requested.connect(self.open)
        opened.page.scan_ready.connect(self.router.drain)

    @Slot(object)
    def _page_changed(self, opened: OpenPage | None) -> None:
        if opened is None or self.rail.item(opened.desk.key) is not None:
            self.rail.set_current(opened.desk.key if opened is not None else "")
        self.menus.fill(tuple(opened.page.page_actions()) if opened is not None else ())
        self._check_choices()
        self._show_page_words()
        QTimer.singleShot(0, self, self.messages.toasts.place_again)  # the bars of the new page stand then

    @Slot()
    def _show_page_words(self) -> None:
        page = self.current_page()
        self.status.hints.show_hints(tuple(page.key_hints()) if page is not None else ())
        program = tr("Outpost")
        self.setWindowTitle(f"{page.title()} \u2013 {program}" if page is not None else program)

    @Slot(str)
    def _go_to_desk(self, key: str) -> None:
        """The desk's tab that is open already, else its first page."""
        opened = [each for each in self.workspace.pages() if each.desk.key == key]
        if opened:
            self.workspace.show_page(opened[-1].page)
            return
        desk = next(desk for desk in self._desks if desk.key == key)
        self.open(desk.listed()[0].key)

    @Slot(str)
    def _list_pages(self, key: str) -> None:
        desk = next(desk for desk in self._desks if desk.key == key)
        item = self.rail.item(key)
        if item is None:
            return
        menu = QMenu(self)
        menu.addActions([self.menus.page_menu_actions[page.key] for page in desk.listed()])
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(item.mapToGlobal(QPoint(item.width(), 0)))

    def _close_current(self) -> None:
        page = self.current_page()
        if page is not None:
            self.workspace.close_page(page)

    def _refresh(self) -> None:
        page = self.current_page()
        if page is not None:
            page.refresh()

    @Slot()
    def _focus_page(self) -> None:
        page = self.current_page()
        zones = page.zones() if page is not None else ()
        if zones:
            next_zone(zones, None, 1)

    def _step_zone(self, by: int) -> None:
        page = self.current_page()
        zones = [*(page.zones() if page is not None else ()), self.rail, self.workspace.tabs]
        next_zone(zones, self.focusWidget(), by)

    def _edit(self, verb: str) -> bool:
        """Cut, copy and so on of the field with the focus, for the menu; by key the field takes them itself."""
        call = getattr(self.focusWidget(), verb, None)
        if not callable(call):
            return False
        call()
        return True

    def _paste(self) -> bool:
        """What the part with the focus does not take may be for the page around it: a copied file for its record."""
        page, focus = self.current_page(), self.focusWidget()
        return page is not None and focus is not None and page.isAncestorOf(focus) and page.take_paste()

    # Scanner, user

    @Slot(object)
    def _say_draft_kept(self, kept: TabMemory) -> None:
        action = ToastAction(tr("Open again"), lambda: self.open(kept.key, kept.args), "Ctrl+Z")
        self.toast("info", tr("The unsaved work was kept"), action=action)

    @Slot()
    def _show_user_menu(self) -> None:
        menu = QMenu(self)
        menu.addAction(self.menus.actions["scanner"])
        menu.addSeparator()
        menu.addAction(self.menus.actions["my_account"])
        if self._session.change_password is not None:
            menu.addAction(self.menus.actions["change_password"])
        menu.addAction(self.menus.actions["lock"])
        menu.addAction(self.menus.actions["log_out"])
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.top.user.mapToGlobal(QPoint(0, self.top.user.height() + 4)))

    def change_password(self) -> None:
        """A new password of one's own, over the work and without leaving it."""
        change = self._session.change_password
        if change is None:
            return
        if self._sheet is None:
            self._sheet = PasswordSheet(self, self._session.work)
            self._sheet.changed.connect(self._password_changed)
            self._sheet.closed.connect(self.scans.start)
        self.scans.stop()  # what is typed there is no code, however fast
        least = self._session.welcome.password_min_length
        self._sheet.open(change, user=self._session.user.login, least=least)

    @Slot()
    def _password_changed(self) -> None:
        self.toast("success", tr("The password was changed"))

    @Slot(str)
    def _scanned(self, code: str) -> None:
        if self._scanner_dialog is not None and self._scanner_dialog.isVisible():
            self._scanner_dialog.show_scan(code)
        else:
            self.palette_popup.shut()
            self.router.take(code)

    def _open_scanner(self) -> None:
        dialog = ScannerDialog(self, self.scans.settings, self._session.settings)
        dialog.saved.connect(self._keep_scanner)
        dialog.finished.connect(dialog.deleteLater)
        self._scanner_dialog = dialog
        dialog.finished.connect(self._scanner_closed)
        dialog.open()

    @Slot()
    def _scanner_closed(self) -> None:
        self._scanner_dialog = None

    @Slot(object)
    def _keep_scanner(self, settings: ScannerSettings) -> None:
        self.scans.settings = settings
        self._session.settings.set("scanner", {"prefix": settings.prefix, "suffix": settings.suffix})

    # Look and language

    @Slot(str)
    def choose_language(self, code: str) -> None:
        self._session.settings.set("language", code)
        set_language("zh" if code == "zh" else "en")

    @Slot(str)
    def choose_theme(self, choice: str) -> None:
        app = QApplication.instance()
        self._session.settings.set("theme", choice)
        if isinstance(app, QApplication):
            apply_theme(app, "dark" if choice == "dark" else "light" if choice == "light" else "system")
        self.top.show_theme()
        self._check_choices()

    def _check_choices(self) -> None:
        for name in ("light", "dark", "system"):
            self.menus.actions[f"theme_{name}"].setChecked(theme_choice() == name)
        self.menus.actions["english"].setChecked(language() == "en")
        self.menus.actions["chinese"].setChecked(language() == "zh")
        self.menus.actions["full_screen"].setChecked(self.isFullScreen())

    def _toggle_full_screen(self) -> None:
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()
        self._check_choices()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def retranslate(self) -> None:
        for part in (self.top, self.rail, self.workspace, self.status, self.menus):
            part.retranslate()
        self._check_choices()
        self._show_page_words()
        if self._sheet is not None:
            self._sheet.panel.retranslate()

    # Leaving

    @Slot()
    def lock(self) -> None:
        """Hide everything until the user's password is typed; the work under it goes on."""
        unlock = self._session.unlock
        if unlock is None or self._lock is not None:
            return
        self._save()
        self.idle.stop()
        self.scans.stop()
        self._lock = LockScreen(self, self._session.user, unlock, self._session.work)
        self._lock.unlocked.connect(self._unlocked)
        self._lock.log_out_asked.connect(self._log_out_locked)
        self._lock.open()

    @Slot()
    def _unlocked(self) -> None:
        if self._lock is not None:
            self._lock.deleteLater()
            self._lock = None
        self.scans.start()
        self.idle.start()
        self._focus_page()

    @Slot()
    def _log_out_locked(self) -> None:
        self._unlocked()
        self.log_out()

    @Slot()
    def _save(self) -> None:
        self.workspace.save(self.context)
        self._session.settings.set("window", bytes(self.saveGeometry().toBase64().data()).decode("ascii"))

    def log_out(self) -> None:
        """Close as always, but for another person to log in instead of ending the program."""
        self._logging_out = True
        if self.close():
            self.logged_out.emit()
        self._logging_out = False

    def closeEvent(self, event: QCloseEvent) -> None:
        """Nothing is lost: a page may refuse (it then comes to the front), drafts are kept, tabs remembered."""
        for opened in self.workspace.pages():
            if not opened.page.can_leave():
                self.workspace.show_page(opened.page)
                event.ignore()
                return
        self._save()
        self._autosave.stop()
        self.scans.stop()
        self.idle.stop()
        event.accept()
        if not self._logging_out:
            self.closed.emit()


def _scanner_settings(settings: Settings) -> ScannerSettings:
    kept = settings.get("scanner", {})
    suffix = kept.get("suffix") if kept.get("suffix") in ("enter", "tab") else "enter"
    return ScannerSettings(str(kept.get("prefix", ""))[:1], str(suffix))
