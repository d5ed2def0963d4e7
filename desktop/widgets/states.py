"""What a page shows when it has no rows to show, and lasting conditions: empty, failed, loading, banner,
progress.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QApplication, QSizePolicy, QStackedWidget, QWidget

from desktop.domain.text import tr
from desktop.runtime.failures import Failure
from desktop.runtime.work import Job
from desktop.widgets.buttons import Button
from desktop.widgets.labels import IconLabel, Label, fill_wrapped
from desktop.widgets.paint import column, draw_box, row
from desktop.widgets.theme import color, metric

_SPIN_MS = 80
SENTENCE, CAUSE = 280, 360


class EmptyState(QWidget):
    """Nothing here, and what to do next: a line, a sentence, one primary and at most one secondary action."""

    primary = Signal()
    secondary = Signal()

    def __init__(
        self,
        title: str,
        sentence: str = "",
        *,
        primary: str = "",
        secondary: str = "",
        icon: str = "inbox",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.icon = IconLabel(icon, "text.tertiary", 20)
        self.title = Label(title, size=15)
        self.sentence = Label(sentence, role="text.secondary", wrap=True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.sentence.setFixedWidth(SENTENCE)
        self.primary_button = Button(primary, "primary")
        self.secondary_button = Button(secondary)
        self.primary_button.clicked.connect(self.primary)
        self.secondary_button.clicked.connect(self.secondary)
        actions = row(None, self.primary_button, self.secondary_button, None)
        layout = column(None, self.icon, self.title, self.sentence, 8, actions, None)
        for widget in (self.icon, self.title, self.sentence):
            layout.setAlignment(widget, Qt.AlignmentFlag.AlignHCenter)
        self.setLayout(layout)
        self.say(title, sentence, primary=primary, secondary=secondary)

    def say(self, title: str, sentence: str = "", *, primary: str = "", secondary: str = "") -> None:
        """Set all words, also after a change of language; empty ones disappear."""
        self.title.setText(title)
        fill_wrapped(self.sentence, sentence, SENTENCE)
        self.primary_button.setText(primary)
        self.secondary_button.setText(secondary)
        self.sentence.setVisible(bool(sentence))
        self.primary_button.setVisible(bool(primary))
        self.secondary_button.setVisible(bool(secondary))
        self.setAccessibleName(title)
        self.setAccessibleDescription(sentence)


class FailedState(QWidget):
    """A list or a form that could not be loaded: what, why, log id, try again (F5)."""

    retry = Signal()

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.icon = IconLabel("circle-alert", "danger.fg", 20)
        self.title = Label(title, size=13)
        self.cause = Label("", role="text.secondary", wrap=True)
        self.cause.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.cause.setFixedWidth(CAUSE)
        self.again = Button(tr("Try again"), icon="refresh-cw", key="F5")
        self.again.clicked.connect(self.retry)
        layout = column(None, self.icon, self.title, self.cause, 4, self.again, None, spacing=4)
        for widget in (self.icon, self.title, self.cause, self.again):
            layout.setAlignment(widget, Qt.AlignmentFlag.AlignHCenter)
        self.setLayout(layout)

    def say(self, title: str, failure: Failure) -> None:
        self.title.setText(title)
        fill_wrapped(self.cause, failure.message, CAUSE)
        self.again.setText(tr("Try again"))
        self.setAccessibleName(title)
        self.setAccessibleDescription(failure.message)


class LoadingRows(QWidget):
    """Three grey rows while a list loads for the first time. No shimmer."""

    _WIDTHS = (0.72, 0.56, 0.64)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(3 * metric("row.grid"))
        self.setAccessibleName(tr("Loading"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        height = metric("row.grid")
        for number, share in enumerate(self._WIDTHS):
            top = number * height
            room = self.width() - 112
            draw_box(painter, QRectF(0, top + 8, 96, 8), "neutral.bg", None, 2)
            draw_box(painter, QRectF(104, top + 8, max(room * share * 1.3, 8), 8), "neutral.bg", None, 2)
            painter.fillRect(QRectF(0, top + height - 1, self.width(), 1), color("border.grid"))
        painter.end()


class Banner(QWidget):
    """A lasting condition of the page, 32 high: offline, read-only, a draft that can be taken up."""

    acted = Signal()
    dismissed = Signal()

    def __init__(
        self,
        severity: str,
        text: str,
        *,
        action: str = "",
        icon: str = "",
        dismissable: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._severity = severity
        icons = {"warn": "triangle-alert", "danger": "circle-alert", "success": "circle-check"}
        mark = IconLabel(icon or icons.get(severity, "info"), f"{severity}.fg")
        self.label = Label(text, elide=True)
        self.button = Button(action, height=24)
        self.button.clicked.connect(self.acted)
        self.close_button = Button(tr("Discard"), "ghost", height=24)
        self.close_button.clicked.connect(self.dismissed)
        layout = row(mark, self.label, self.button, self.close_button, margins=(12, 0, 6, 0))
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self.button.setVisible(bool(action))  # not before the layout is theirs: they would be windows
        self.close_button.setVisible(dismissable)
        self.setFixedHeight(32)
        self.setAccessibleName(text)

    def say(self, text: str, action: str = "", dismiss: str = "") -> None:
        self.label.setText(text)
        self.button.setText(action)
        self.button.setVisible(bool(action))
        if dismiss:
            self.close_button.setText(dismiss)
        self.setAccessibleName(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        draw_box(painter, rect, f"{self._severity}.bg", f"{self._severity}.line", metric("radius.control"))
        painter.end()


class Spinner(QWidget):
    """The busy cue: a quarter arc that turns while it is visible."""

    def __init__(self, size: int = 16, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._angle = 0
        self.setFixedSize(size, size)
        self._clock = QTimer(self)
        self._clock.setInterval(_SPIN_MS)
        self._clock.timeout.connect(self._turn)

    def showEvent(self, event: QShowEvent) -> None:
        self._clock.start()

    def hideEvent(self, event: QHideEvent) -> None:
        self._clock.stop()

    @Slot()
    def _turn(self) -> None:
        self._angle = (self._angle + 30) % 360
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        circle = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        painter.setPen(QPen(color("border.default"), 2))
        painter.drawEllipse(circle)
        painter.setPen(QPen(color("accent.fg"), 2))
        painter.drawArc(circle, (90 - self._angle) * 16, -90 * 16)
        painter.end()


class ProgressBar(QWidget):
    """4 px high; without a known total a third of it is filled, because a guess would be a lie."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._share: float | None = None
        self._role = "accent.solid"
        self.setFixedHeight(metric("control.progress"))
        self.setMinimumWidth(48)

    def set_share(self, share: float | None, role: str = "accent.solid") -> None:
        self._share, self._role = share, role
        self.setAccessibleDescription("" if share is None else f"{share:.0%}")
        self.update()

    def share(self) -> float | None:
        return self._share

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        draw_box(painter, rect, "neutral.bg", None, 2)
        share = 0.33 if self._share is None else min(max(self._share, 0.0), 1.0)
        if share:
            draw_box(painter, QRectF(0, 0, rect.width() * share, rect.height()), self._role, None, 2)
        painter.end()


class ProgressPanel(QWidget):
    """Work longer than 2 s: what, how far, how long still, Cancel (Esc)."""

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = Label(elide=True)
        self.counts = Label(role="text.secondary")
        self.bar = ProgressBar()
        self.rest = Label(role="text.tertiary")
        self.cancel_button = Button(tr("Cancel"), key="Esc", height=24)
        self.cancel_button.clicked.connect(self.cancelled)
        top = row(self.title, self.counts)
        top.setStretch(0, 1)
        self.setLayout(column(top, self.bar, row(self.rest, None, self.cancel_button), spacing=4))

    def show_job(self, job: Job) -> None:
        """Take the figures of a running job."""
        progress = job.progress
        self.title.setText(progress.note or job.title)
        self.counts.setText(f"{progress.done:,} / {progress.total:,}" if progress.total else "")
        self.bar.set_share(progress.done / progress.total if progress.total else None)
        self.rest.setText(_rest_of_time(job.seconds_left()))
        self.cancel_button.setText(tr("Cancel"))
        self.setAccessibleName(self.title.full_text())

    def sizeHint(self) -> QSize:
        return QSize(320, 64)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)


def _rest_of_time(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 90:
        return tr("about {seconds} s left", seconds=max(1, round(seconds)))
    return tr("about {minutes} min left", minutes=round(seconds / 60))


class ConfirmPanel(QWidget):
    """The words and the two buttons of a confirmation; `ConfirmDialog` puts it into a window."""

    confirmed = Signal()
    kept = Signal()

    def __init__(self, title: str, sentence: str, *, confirm: str, keep: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = Label(title, size=13, weight=600)
        self.sentence = Label(sentence, role="text.secondary", wrap=True)
        self.keep_button = Button(keep, key="Esc")
        self.confirm_button = Button(confirm, "danger")
        self.keep_button.clicked.connect(self.kept)
        self.confirm_button.clicked.connect(self.confirmed)
        buttons = row(None, self.keep_button, self.confirm_button)
        self.setLayout(column(self.title, self.sentence, 8, buttons, spacing=4, margins=(16, 16, 16, 16)))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        draw_box(painter, QRectF(self.rect()), "surface.raised", "border.strong", metric("radius.panel"))
        painter.end()


class LoadedStack(QStackedWidget):
    """What a page shows of what it loads: grey rows, then the content, or why it could not be loaded."""

    retry = Signal()

    def __init__(self, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.content = content
        self.failed = FailedState()
        self.failed.retry.connect(self.retry)
        for widget in (LoadingRows(), content, self.failed):
            self.addWidget(widget)

    def show_content(self) -> None:
        """With the keys in its first part, where the page itself held them while there was nothing to take them."""
        self.setCurrentWidget(self.content)
        holder = QApplication.focusWidget()
        zones = getattr(holder, "zones", None)
        if holder is not None and zones is not None and holder.isAncestorOf(self):
            first = next((zone for zone in zones() if zone.isVisible() and zone.isEnabled()), None)
            if first is not None and first.focusPolicy() != Qt.FocusPolicy.NoFocus:
                first.setFocus(Qt.FocusReason.OtherFocusReason)

    def say_failed(self, title: str, failure: Failure) -> None:
        self.failed.say(title, failure)
        self.setCurrentWidget(self.failed)
