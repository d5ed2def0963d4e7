"""The status bar: this page's keys at the left; busy cue; who, company, database, live, worker, time at the
right.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.domain.entry import format_date
from desktop.domain.text import pick, tr
from desktop.runtime.context import User
from desktop.runtime.live import LiveState
from desktop.runtime.work import Job
from desktop.widgets.buttons import Button
from desktop.widgets.discard import discard
from desktop.widgets.header import WIDE_FROM
from desktop.widgets.labels import KeyCap, Label
from desktop.widgets.paint import Surface, draw_icon, draw_text, row, text_width
from desktop.widgets.states import ProgressBar, Spinner
from desktop.widgets.theme import color, font, metric

_LIVE_ROLES = {"live": "success.solid", "polling": "warn.solid", "offline": "danger.solid"}


class Segment(QWidget):
    """A piece at the right: a hairline, an icon or a coloured dot, words."""

    def __init__(self, icon: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self._dot, self._text = icon, "", ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def say(self, text: str, dot: str = "") -> None:
        if (text, dot) != (self._text, self._dot):
            self._text, self._dot = text, dot
            self.setAccessibleName(text)
            self.updateGeometry()
            self.update()

    def text(self) -> str:
        return self._text

    def sizeHint(self) -> QSize:
        mark = 18 if self._icon else 14 if self._dot else 0
        return QSize(round(21 + mark + text_width(self._text, font(12)) + 0.5), metric("shell.statusBar") - 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        middle = self.height() / 2
        painter.fillRect(QRectF(0, middle - 8, 1, 16), color("border.default"))
        x = 11.0
        if self._icon:
            draw_icon(painter, x, middle - 6, self._icon, "text.secondary", 12)
            x += 18
        elif self._dot:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(self._dot))
            painter.drawEllipse(QRectF(x, middle - 4, 8, 8))
            x += 14
        draw_text(painter, QRectF(x, 0, self.width() - x, self.height()), self._text, font(12), "text.secondary")
        painter.end()


class KeyHints(QWidget):
    """As many keys of the page as fit whole; the first are the most useful."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.caps: list[KeyCap] = []
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)

    def show_hints(self, hints: Sequence[tuple[str, str]]) -> None:
        if [(cap.key(), cap.text()) for cap in self.caps] == list(hints):
            return
        for cap in self.caps:
            discard(cap)
        self.caps = [KeyCap(key, text, self) for key, text in hints]
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()

    def _place(self) -> None:
        x, fits = 0, True
        for cap in self.caps:
            size = cap.sizeHint()
            fits = fits and x + size.width() <= self.width()
            cap.setVisible(fits)
            cap.setGeometry(x, (self.height() - size.height()) // 2, size.width(), size.height())
            x += size.width() + 14


class StatusBar(Surface):
    """24 high. The right side never moves while the left side changes with the page."""

    def __init__(self, user: User, database: str, parent: QWidget | None = None) -> None:
        super().__init__("surface.window", "t", parent=parent)
        self._user = user
        self._state = LiveState("offline")
        self._job: Job | None = None
        self.hints = KeyHints()
        self.spinner = Spinner(14)
        self.working = Label(role="text.secondary")
        self.bar = ProgressBar()
        self.bar.setFixedWidth(96)
        self.cancel = Button(tr("Cancel"), "ghost", height=20)
        self.cancel.clicked.connect(self._cancel)
        self.who, self.company, self.database = Segment("user"), Segment("building-2"), Segment("database")
        self.live, self.worker, self.clock = Segment(), Segment("cpu"), Segment()
        self.database.say(database)
        layout = row(self.hints, self.spinner, self.working, self.bar, self.cancel, 4, spacing=6)
        layout.setStretch(0, 1)
        right = row(self.who, self.company, self.database, self.live, self.worker, self.clock, spacing=0)
        layout.addLayout(right)
        layout.setContentsMargins(12, 1, 2, 0)
        self.setLayout(layout)
        self.setFixedHeight(metric("shell.statusBar"))
        self._minute = QTimer(self)
        self._minute.timeout.connect(self._tell_time)
        self._minute.start(5000)
        self.set_busy(False)
        self.set_job(None)
        self.retranslate()

    def retranslate(self) -> None:
        user = self._user
        job = pick(user.job, user.job_zh)
        self.who.say(" · ".join(part for part in (user.display_name(), job) if part))
        self.company.say(pick(user.company, user.company_zh))
        self.company.setVisible(bool(self.company.text()))
        self.cancel.setText(tr("Cancel"))
        self.set_live(self._state)
        self._tell_time()

    @Slot(bool)
    def set_busy(self, busy: bool) -> None:
        self.spinner.setVisible(busy)

    @Slot(object)
    def set_job(self, job: Job | None) -> None:
        """The long job's words, bar and Cancel; None takes them away."""
        self._job = job
        for widget in (self.working, self.bar, self.cancel):
            widget.setVisible(job is not None)
        if job is None:
            return
        progress = job.progress
        counts = f"  {progress.done:,} / {progress.total:,}" if progress.total else ""
        self.working.setText((progress.note or job.title or tr("Please wait")) + counts)
        self.bar.set_share(progress.done / progress.total if progress.total else None)

    @Slot(object)
    def set_live(self, state: LiveState) -> None:
        self._state = state
        words = {"live": tr("Live"), "polling": tr("Polling"), "offline": tr("Offline")}[state.condition]
        latency = f" {state.latency_ms} ms" if state.latency_ms is not None and state.condition != "offline" else ""
        self.live.say(words + latency, _LIVE_ROLES[state.condition])
        self.worker.say(tr("Worker running") if state.worker else tr("Worker stopped"))

    def show_live(self, shown: bool) -> None:
        """Without a change feed there is nothing to say about it."""
        self.live.setVisible(shown)
        self.worker.setVisible(shown)

    @Slot()
    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()

    @Slot()
    def _tell_time(self) -> None:
        now = datetime.now()
        self.clock.say(f"{format_date(now.date())} {now:%H:%M}")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.database.setVisible(self.width() >= WIDE_FROM and bool(self.database.text()))
