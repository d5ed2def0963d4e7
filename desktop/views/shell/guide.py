"""Finding and explaining: what the palette offers, F1 on a field, the list of keys, About."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QMessageBox, QWidget

from desktop.domain.text import LANGUAGES, in_language, tr
from desktop.runtime.context import DictionaryEntry, Found
from desktop.views.shell.actions import ShellMenus
from desktop.views.shell.desks import Desk
from desktop.views.shell.dictionary import DictionaryPopup, dictionary_name
from desktop.views.shell.keys import KeyGroup, KeysDialog, clean_text, keys_of
from desktop.views.shell.palette import Choice
from desktop.views.shell.session import Session
from desktop.widgets.page import Page

_NOT_OFFERED = ("go_anywhere", "new_tab")


class Guide(QObject):
    """Reads menus and pages; changes nothing."""

    def __init__(
        self,
        window: QWidget,
        session: Session,
        menus: ShellMenus,
        desks: Sequence[Desk],
        current_page: Callable[[], Page | None],
    ) -> None:
        super().__init__(window)
        self._window, self._session, self._menus = window, session, menus
        self._desks, self._current_page = tuple(desks), current_page
        self._dictionary: DictionaryPopup | None = None

    def choices(self, open_page: Callable[[str], None]) -> list[Choice]:
        """Pages, found in both languages, then the commands that work now."""
        choices = [
            _page_choice(desk, page.key, page.title, page.icon, open_page)
            for desk in self._desks
            for page in desk.listed()
        ]
        for action in self._commands():
            text = clean_text(action)
            found = Found("command", text, "", text, action.shortcut().toString(), "zap")
            choices.append(Choice(found, (text,), action.trigger))
        return choices

    def _commands(self) -> list[QAction]:
        page = self._current_page()
        mine = list(page.page_actions()) if page is not None else []
        shell = [action for name, action in self._menus.actions.items() if name not in _NOT_OFFERED]
        every = (*mine, *shell)
        return [action for action in every if action.isEnabled() and action.isVisible() and action.text()]

    @Slot()
    def explain_field(self) -> None:
        """F1: the dictionary entry of the field with the focus; without one, the keys."""
        field = self._window.focusWidget()
        name = dictionary_name(field)
        if not name or field is None:
            self.show_keys()
            return
        self._session.work.run(
            self._session.dictionary,
            name,
            on_done=lambda entry: self._show_entry(field, entry, name),
            owner=field,
        )

    def _show_entry(self, field: QWidget, entry: DictionaryEntry | None, name: str) -> None:
        if self._dictionary is not None:
            self._dictionary.shut()
            self._dictionary.deleteLater()
        self._dictionary = DictionaryPopup(field, entry, name)
        self._dictionary.open()

    def key_groups(self) -> list[KeyGroup]:
        """All keys that work now: the page's, then the shell's by menu."""
        page = self._current_page()
        groups = [keys_of(page.title(), page.page_actions(), page.key_hints())] if page is not None else []
        for menu in self._menus.menus.values():
            mine = [action for action in menu.actions() if action in self._menus.actions.values()]
            groups.append(keys_of(clean_text(menu.menuAction()), mine))
        return groups

    @Slot()
    def show_keys(self) -> None:
        dialog = KeysDialog(self._window, self.key_groups())
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot()
    def open_log_folder(self) -> None:
        if self._session.log_folder is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._session.log_folder)))

    @Slot()
    def about(self) -> None:
        fonts = tr("Fonts: Inter (OFL), WenQuanYi Micro Hei (Apache 2.0). Icons: Lucide (ISC). Qt for Python (LGPL).")
        version = tr("Version {version}", version=self._session.version)
        box = QMessageBox(QMessageBox.Icon.NoIcon, tr("About Outpost"), tr("Outpost"), parent=self._window)
        box.setInformativeText("\n".join((version, self._session.place, fonts)))
        box.finished.connect(box.deleteLater)
        box.open()


def _page_choice(desk: Desk, key: str, title: Callable[[], str], icon: str, open_page: Callable[[str], Any]) -> Choice:
    words = [desk.title()]
    for code in LANGUAGES:
        with in_language(code):
            words.append(title())
    return Choice(Found("page", key, "", title(), desk.title(), icon), tuple(words), lambda: open_page(key))
