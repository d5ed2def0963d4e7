"""Choosing a new password: the rules with their verdicts while one types. In the log-in window where it must be, and
over the work where one wishes it.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.domain import passwords
from desktop.domain.text import tr
from desktop.runtime.failures import Failure
from desktop.runtime.work import Work
from desktop.views.shell.login_parts import CapsWarning, PasswordInput
from desktop.widgets.buttons import Button
from desktop.widgets.fields import Field
from desktop.widgets.labels import IconLabel, Label
from desktop.widgets.paint import Card, column, row
from desktop.widgets.states import Spinner
from desktop.widgets.theme import color

Change = Callable[[str, str], None]
"""Called in a worker thread with the present password and the new one; raises a UserError with a `field`."""

WIDTH = 400


class RuleList(QWidget):
    """The rules one under the other; each has an icon and says whether it is kept, so that colour is never alone."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._rows = [(IconLabel("circle", "text.tertiary", 12), Label(role="text.secondary")) for _ in range(count)]
        lines = [row(mark, label, None, spacing=6) for mark, label in self._rows]
        self.setLayout(column(*lines, spacing=2))

    def show_checks(self, checks: tuple[passwords.Check, ...], *, typed: bool) -> None:
        for (mark, label), check in zip(self._rows, checks, strict=True):
            icon, role = ("circle-check", "success.fg") if check.kept else ("circle", "text.tertiary")
            if typed and not check.kept:
                icon, role = "circle-x", "warn.fg"
            mark.set_icon(icon, role)
            label.setText(check.text)
            verdict = tr("kept") if check.kept else tr("not yet")
            label.setAccessibleName(f"{check.text}: {verdict}")

    def texts(self) -> list[str]:
        return [label.accessibleName() for _mark, label in self._rows]


class PasswordPanel(Card):
    """Present password (unless it was typed a moment ago), new one, once more. `done` carries it; `left` by Esc."""

    done = Signal(str)
    left = Signal()

    def __init__(self, work: Work, parent: QWidget | None = None) -> None:
        super().__init__(parent, surface="surface.base", border="border.default")
        self._work = work
        self._change: Change | None = None
        self._user, self._old, self._least = "", "", passwords.LEAST
        self.title, self.why = Label(size=18, weight=600), Label(role="text.secondary", wrap=True)
        self.old, self.new, self.again = PasswordInput(), PasswordInput(), PasswordInput()
        self.caps = CapsWarning()
        self.old_field, self.again_field = Field("", self.old), Field("", self.again)
        self.new_field = Field("", self.new, aside=self.caps)
        self.rules = RuleList(len(passwords.check("")))
        self.note = Label(role="text.tertiary", wrap=True)
        self.cancel = Button("", key="Esc", height=32)
        self.save = Button("", "primary", icon="check", key="Enter", height=32)
        self.spinner = Spinner()
        fields = (self.old_field, self.new_field, self.rules, self.again_field)
        foot = row(self.cancel, None, self.spinner, self.save)
        head = column(self.title, self.why, spacing=4)
        self.setLayout(column(head, 4, *fields, self.note, 4, foot, spacing=12, margins=(24, 24, 24, 24)))
        self.setFixedWidth(WIDTH)
        self.spinner.hide()
        self._wire()
        self.retranslate()

    def _wire(self) -> None:
        self.old.returnPressed.connect(self.new.setFocus)
        self.new.returnPressed.connect(self.again.setFocus)
        self.again.returnPressed.connect(self.attempt)
        self.save.clicked.connect(self.attempt)
        self.cancel.clicked.connect(self.left)
        for edit, its in ((self.old, self.old_field), (self.new, self.new_field), (self.again, self.again_field)):
            edit.textChanged.connect(its.accept)
            edit.textChanged.connect(self._judge)
            edit.caps_lock_changed.connect(self.caps.setVisible)

    def begin(self, change: Change, *, user: str, old: str | None = None, least: int = passwords.LEAST) -> None:
        """Empty fields for that person; `old` is the present password where it was just typed."""
        self._change, self._user, self._old, self._least = change, user, old or "", least
        for edit in (self.old, self.new, self.again):
            edit.clear()
        self.old_field.setVisible(old is None)
        self._forced = old is not None
        self.retranslate()
        self._set_trying(False)
        (self.new if old is not None else self.old).setFocus(Qt.FocusReason.TabFocusReason)

    _forced = False

    def _checks(self) -> tuple[passwords.Check, ...]:
        old = self._old or self.old.text()
        return passwords.check(self.new.text(), user=self._user, old=old, least=self._least)

    @Slot()
    def _judge(self) -> None:
        self.rules.show_checks(self._checks(), typed=bool(self.new.text()))

    @Slot()
    def attempt(self) -> None:
        """Change it, if the rules are kept and both say the same; nothing happens while a try is under way."""
        if self.spinner.isVisibleTo(self) or self._change is None:
            return
        broken = [check.text for check in self._checks() if not check.kept]
        if not self._forced and not self.old.text():
            self._refuse(self.old_field, tr("Present password: empty. Enter the one you logged in with."))
        elif broken:
            self._refuse(self.new_field, tr("New password: {rule}.", rule=broken[0]))
        elif self.again.text() != self.new.text():
            self._refuse(self.again_field, tr("Once more: not the same as above. Type it again."))
        else:
            self._set_trying(True)
            old, new = self._old or self.old.text(), self.new.text()
            self._work.run(
                self._change, old, new, on_done=lambda _: self._changed(new), on_error=self._failed, owner=self
            )

    def _refuse(self, field: Field, message: str) -> None:
        field.refuse(message)
        field.editor.setFocus()

    def _set_trying(self, trying: bool) -> None:
        self.spinner.setVisible(trying)
        for button in (self.save, self.cancel):
            button.setEnabled(not trying)
        for edit in (self.old, self.new, self.again):
            edit.setReadOnly(trying)  # and not disabled: the focus stays where it is

    def _changed(self, new: str) -> None:
        self._set_trying(False)
        for edit in (self.old, self.new, self.again):
            edit.clear()
        self._old = ""
        self.done.emit(new)

    def _failed(self, failure: Failure) -> None:
        self._set_trying(False)
        wrong_old = getattr(failure.error, "constraint", "") == "wrong_password" and not self._forced
        message = tr("Present password: wrong. Check Caps Lock and type it again.") if wrong_old else failure.message
        self._refuse(self.old_field if wrong_old else self.new_field, message)
        if wrong_old:
            self.old.selectAll()

    def retranslate(self) -> None:
        self.title.setText(tr("Choose a new password") if self._forced else tr("Change the password"))
        reset = tr("The present one was given to you by somebody else, or it is too old.")
        self.why.setText(reset if self._forced else "")
        self.why.setVisible(self._forced)
        self.old_field.set_label(tr("Present password"))
        self.new_field.set_label(tr("New password"))
        self.again_field.set_label(tr("New password once more"))
        self.note.setText(
            tr("Checked by this program: the server never sees a password, only a value derived from it.")
        )
        self.cancel.setText(tr("Cancel"))
        self.save.setText(tr("Set password"))
        self.caps.retranslate()
        for field in (self.old_field, self.new_field, self.again_field):
            field.accept()  # what was wrong is said in the other language: the next try says it anew
        for edit in (self.old, self.new, self.again):
            edit.retranslate()
        self._judge()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not self.spinner.isVisibleTo(self):
            self.left.emit()
        else:
            super().keyPressEvent(event)


class PasswordSheet(QWidget):
    """The panel over the whole of a window, which stays as it is under a veil. Closes itself; `changed` when it was."""

    changed = Signal()
    closed = Signal()

    def __init__(self, window: QWidget, work: Work) -> None:
        super().__init__(window)
        self.panel = PasswordPanel(work, self)
        self.panel.done.connect(self._done)
        self.panel.left.connect(self.shut)
        self.setLayout(column(None, row(None, self.panel, None), None))
        self._before: QWidget | None = None
        self.hide()

    def open(self, change: Change, *, user: str, least: int) -> None:
        self._before = self.window().focusWidget()
        self.window().installEventFilter(self)
        self.setGeometry(self.window().rect())
        self.show()
        self.raise_()
        self.panel.begin(change, user=user, least=least)

    @Slot()
    def shut(self) -> None:
        self.window().removeEventFilter(self)
        self.hide()
        if self._before is not None and self._before.isVisible():
            self._before.setFocus()
        self._before = None
        self.closed.emit()

    @Slot()
    def _done(self) -> None:
        self.shut()
        self.changed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self.window().rect())
        return False

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab stays in the panel: what is under the veil is not reached by accident."""
        panel = self.panel
        stops: list[QWidget] = [panel.old, panel.new, panel.again, panel.cancel, panel.save]
        open_stops = [stop for stop in stops if stop.isVisible() and stop.isEnabled()]
        if not open_stops:
            return False
        now = self.window().focusWidget()
        place = open_stops.index(now) if now in open_stops else -1
        open_stops[(place + (1 if forward else -1)) % len(open_stops)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        veil = QColor(color("surface.window"))
        veil.setAlphaF(0.85)
        painter.fillRect(self.rect(), veil)
        painter.end()
