"""While an item is entered: the attributes of its category, its next free code, and whether we have it already."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, QTimer, Slot

from desktop.domain.text import tr
from desktop.operations import stock_catalogue
from desktop.operations.stock_catalogue import Entered, Similar
from desktop.runtime.failures import Failure
from desktop.widgets.form_fields import WrongEntry
from desktop.widgets.form_page import FormPage
from desktop.widgets.states import Banner

_PAUSE_MS = 350
_NAMES = ("code", "name", "name_zh", "maker_code")


class ItemWatch(QObject):
    """Looks at what stands in an item form, a moment after each change, off the UI thread."""

    def __init__(self, page: FormPage) -> None:
        super().__init__(page)
        self._page = page
        self._asked: tuple[Any, ...] | None = None
        self._proposed = ""
        self.entered: Entered | None = None
        self.banner = Banner("warn", "", action=tr("Open"))
        self.banner.hide()
        self.banner.acted.connect(self._open)
        page.under_header(self.banner)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self.look)
        page.body.edited.connect(self._pause.start)

    def hidden(self, key: str) -> bool:
        """Is that custom field one of other categories, and empty?"""
        if not key.startswith("custom.") or self.entered is None:
            return False
        plain = key.removeprefix("custom.")
        return plain in self.entered.belonging and plain not in self.entered.attributes and self._value(key) is None

    @Slot()
    def look(self) -> None:
        """Ask, unless nothing has changed since the last question."""
        record = self._page.record
        if record is None:
            return
        category = self._value("category_id")
        custom = {
            key.removeprefix("custom."): value
            for key in self._page.editors
            if key.startswith("custom.") and (value := self._value(key)) is not None
        }
        names = {key: value for key in _NAMES if (value := self._value(key))}
        if self._proposed and names.get("code") == self._proposed:
            del names["code"]
        if self._page.record_id is not None:
            names["item_id"] = self._page.record_id
        asked = (category, tuple(sorted((k, str(v)) for k, v in custom.items())), tuple(sorted(names.items())))
        if asked == self._asked:
            return
        self._asked = asked
        self._page.context.work.run(
            stock_catalogue.look_at, self._page.context.database, category, custom, names,
            on_done=self._answered, on_error=self._not_answered, owner=self, background=True,
        )  # fmt: skip

    def forget(self) -> None:
        """Another record stands in the form."""
        self._asked, self._proposed = None, ""
        self.look()

    def take_code(self) -> bool:
        """Put the next free code into its field. False where there is none to propose."""
        if self.entered is None or self.entered.code is None or not self._page.may_write("code"):
            return False
        self._proposed = self.entered.code
        self._page.editors["code"].write(self._proposed)
        self._page.fields["code"].accept()
        self._page.set_dirty(True)
        return True

    def why_no_code(self) -> str:
        """Why there is no code to propose."""
        if self.entered is None or self.entered.mask is None:
            return tr("Choose a category that has a form of codes.")
        return tr("The code {mask} needs: {fields}", mask=self.entered.mask, fields=", ".join(self.entered.missing))

    def similar(self) -> tuple[Similar, ...]:
        return self.entered.similar if self.entered is not None else ()

    def _value(self, key: str) -> Any:
        editor = self._page.editors.get(key)
        try:
            return editor.read() if editor is not None else None
        except WrongEntry:
            return None

    @Slot(object)
    def _answered(self, entered: Entered) -> None:
        self.entered = entered
        self._arrange()
        new = self._page.record_id is None
        if new and entered.code and self._value("code") in (None, self._proposed):
            self.take_code()
        self._warn()

    @Slot(object)
    def _not_answered(self, failure: Failure) -> None:
        """A question that nobody asked aloud: without its answer the form works as ever."""
        self._asked = None

    def _arrange(self) -> None:
        """Only the fields of the category, and those that are for every item or hold something."""
        if self.entered is None:
            return
        attributes = self.entered.attributes
        keys = [key for key in self._page.editors if key.startswith("custom.") and not self.hidden(key)]
        needed = {f"custom.{key}" for key, required in attributes.items() if required}
        self._page.body.arrange_custom(keys, needed)

    def _warn(self) -> None:
        found = self.similar()
        if not found:
            self.banner.hide()
            return
        first = found[0]
        words = tr("Is this {item}? {share} % alike", item=first.words(), share=round(first.score * 100))
        if len(found) > 1:
            words = tr("{words} · and {count} more", words=words, count=len(found) - 1)
        self.banner.say(words, action=tr("Open"))
        self.banner.show()

    @Slot()
    def _open(self) -> None:
        if self.similar():
            self._page.open_requested.emit("item", self.similar()[0].item_id)
