"""The shell's own actions and the menu bar. A page's action with the same key takes its place while the page
is in front; so each key means one thing at a time, and menus and Help → Keys show which.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from desktop.domain.text import tr
from desktop.views.shell.desks import Desk
from desktop.widgets.icons import bind_icon

MENUS = ("file", "edit", "view", "record", "go", "tools", "help")


@dataclass(frozen=True)
class ActionSpec:
    """One of the shell's actions; `name` is what the window connects."""

    name: str
    menu: str
    text: Callable[[], str]
    key: str = ""
    icon: str = ""
    starts_group: bool = False


def _specs() -> tuple[ActionSpec, ...]:
    return (
        ActionSpec("new_tab", "file", lambda: tr("&Open another page…"), "Ctrl+T", "plus"),
        ActionSpec("close_tab", "file", lambda: tr("&Close page"), "Ctrl+W"),
        ActionSpec("lock", "file", lambda: tr("Loc&k"), "Ctrl+Alt+L", "lock", True),
        ActionSpec("my_account", "file", lambda: tr("My &account"), "", "user"),
        ActionSpec("change_password", "file", lambda: tr("Change the &password…"), "", "shield"),
        ActionSpec("log_out", "file", lambda: tr("&Log out"), "", "log-in"),
        ActionSpec("quit", "file", lambda: tr("&Quit"), "Ctrl+Q"),
        ActionSpec("undo", "edit", lambda: tr("&Undo"), "Ctrl+Z", "undo-2"),
        ActionSpec("redo", "edit", lambda: tr("&Redo"), "Ctrl+Y"),
        ActionSpec("cut", "edit", lambda: tr("Cu&t"), "Ctrl+X", "", True),
        ActionSpec("copy", "edit", lambda: tr("&Copy"), "Ctrl+C", "copy"),
        ActionSpec("paste", "edit", lambda: tr("&Paste"), "Ctrl+V", "clipboard-paste"),
        ActionSpec("select_all", "edit", lambda: tr("Select &all"), "Ctrl+A"),
        ActionSpec("refresh", "view", lambda: tr("&Refresh"), "F5", "refresh-cw"),
        ActionSpec("next_zone", "view", lambda: tr("Next part of the page"), "F6"),
        ActionSpec("previous_zone", "view", lambda: tr("Previous part of the page"), "Shift+F6"),
        ActionSpec("theme_light", "view", lambda: tr("&Light theme"), "", "", True),
        ActionSpec("theme_dark", "view", lambda: tr("&Dark theme")),
        ActionSpec("theme_system", "view", lambda: tr("&Theme of the system")),
        ActionSpec("english", "view", lambda: "&English", "", "", True),
        ActionSpec("chinese", "view", lambda: "中文(&Z)"),
        ActionSpec("full_screen", "view", lambda: tr("&Full screen"), "F11", "", True),
        ActionSpec("go_anywhere", "go", lambda: tr("&Go anywhere…"), "Ctrl+K", "search"),
        ActionSpec("next_tab", "go", lambda: tr("&Next page"), "Ctrl+Tab"),
        ActionSpec("previous_tab", "go", lambda: tr("&Previous page"), "Ctrl+Shift+Tab"),
        ActionSpec("open_pages", "go", lambda: tr("&All open pages"), "Alt+0"),
        ActionSpec("scanner", "tools", lambda: tr("&Scanner, sounds, labels…"), "", "scan-line"),
        ActionSpec("messages", "tools", lambda: tr("&Messages"), "", "bell"),
        ActionSpec("field_help", "help", lambda: tr("Field &help"), "F1", "info"),
        ActionSpec("keys", "help", lambda: tr("&Keys"), "Ctrl+F1", "keyboard"),
        ActionSpec("log_folder", "help", lambda: tr("Open the &log folder"), "", "", True),
        ActionSpec("about", "help", lambda: tr("&About Outpost")),
    )


def _menu_titles() -> dict[str, str]:
    return {
        "file": tr("&File"),
        "edit": tr("&Edit"),
        "view": tr("&View"),
        "record": tr("&Record"),
        "go": tr("&Go"),
        "tools": tr("&Tools"),
        "help": tr("&Help"),
    }


class ShellMenus:
    """Owns the actions and fills the menu bar anew for each page."""

    def __init__(self, window: QWidget, bar: QMenuBar, desks: Sequence[Desk]) -> None:
        self._specs = _specs()
        self._desks = tuple(desks)
        self.actions = {spec.name: self._make(spec, window) for spec in self._specs}
        self.menus = {name: bar.addMenu("") for name in MENUS}
        self.page_menu_actions: dict[str, QAction] = {}
        for desk in self._desks:
            for page in desk.listed():
                action = QAction(window)
                bind_icon(action, page.icon)
                self.page_menu_actions[page.key] = action
        for name in ("theme_light", "theme_dark", "theme_system", "english", "chinese", "full_screen"):
            self.actions[name].setCheckable(True)
        self.fill(())

    def _make(self, spec: ActionSpec, window: QWidget) -> QAction:
        action = QAction(window)
        if spec.key:
            action.setShortcut(QKeySequence(spec.key))
        if spec.icon:
            bind_icon(action, spec.icon)
        window.addAction(action)
        return action

    def fill(self, page_actions: Sequence[QAction]) -> None:
        """Compose all menus for the page in front and let its keys take precedence over the shell's."""
        taken = {shortcut.toString() for action in page_actions for shortcut in action.shortcuts()}
        for menu in self.menus.values():
            menu.clear()
        for spec in self._specs:
            action = self.actions[spec.name]
            free = not spec.key or QKeySequence(spec.key).toString() not in taken
            action.setVisible(free)
            action.setEnabled(free)
            menu = self.menus[spec.menu]
            if spec.starts_group:
                menu.addSeparator()
            menu.addAction(action)
        self._add_desks()
        self._add_page_actions(page_actions)
        self.retranslate()

    def _add_desks(self) -> None:
        menu = self.menus["go"]
        for desk in self._desks:
            menu.addSeparator()
            for page in desk.listed():
                menu.addAction(self.page_menu_actions[page.key])

    def _add_page_actions(self, page_actions: Sequence[QAction]) -> None:
        for action in page_actions:
            name = action.data()
            self.menus[name if name in MENUS else "record"].addAction(action)
        record = self.menus["record"]
        record.menuAction().setEnabled(not record.isEmpty())

    def retranslate(self) -> None:
        for spec in self._specs:
            self.actions[spec.name].setText(spec.text())
        for name, title in _menu_titles().items():
            self.menus[name].setTitle(title)
        for desk in self._desks:
            for page in desk.listed():
                self.page_menu_actions[page.key].setText(page.title())

    def menu(self, name: str) -> QMenu:
        return self.menus[name]
