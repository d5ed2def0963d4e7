"""The jobs to be placed, beside the board: cards by promise, due time or site, to be dragged or placed with Enter."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QToolTip, QVBoxLayout, QWidget

from desktop.domain.calendars import local
from desktop.domain.scheduling import Job, Parts, Rank
from desktop.domain.text import language, tr
from desktop.models.gantt_model import GanttModel
from desktop.widgets.gantt_bars import clock_text, short_code
from desktop.widgets.gantt_frame import HEADER, LEGEND, day_text, hours_text
from desktop.widgets.gantt_look import Look
from desktop.widgets.labels import Count, Label
from desktop.widgets.paint import Surface, row
from desktop.widgets.segmented import Segment, Segmented
from desktop.widgets.theme import color, metric, theme_signals

WIDTH = 264
URGENT = 2 * 3600


def clock_left(seconds: int) -> str:
    """Time left as a clock, ``5:13``; days from two on; breached ``−0:14``."""
    sign = "−" if seconds < 0 else ""
    seconds = abs(seconds)
    if seconds >= 2 * 86_400:
        days = seconds // 86_400
        return f"{sign}{days} 天" if language() == "zh" else f"{sign}{days} d"
    return f"{sign}{seconds // 3600}:{seconds % 3600 // 60:02d}"


def urgency(seconds: int) -> str:
    """The colour of a promise: red under two hours, amber under eight, solid red once broken."""
    if seconds < 0:
        return "breached"
    return "danger" if seconds < URGENT else "warn" if seconds < 8 * 3600 else "success"


def describe_job(job: Job, now: int) -> str:
    """A card in words, for a screen reader."""
    parts = [job.code, job.name, job.customer_name, f"{hours_text(job.seconds)} h"]
    promised = job.sla_due if job.sla_due is not None else job.due
    if promised is not None:
        parts.append(tr("{time} left", time=clock_left(promised - now)))
    parts.extend(skill.label for skill in job.skills)
    return ", ".join(part for part in parts if part)


class BacklogList(QAbstractScrollArea):
    """Painted cards. ↑↓ walk, Enter asks for the best slot, a drag leaves with the job."""

    place_requested = Signal(object)
    """A `Job` that wants its best slot."""
    open_requested = Signal(object)
    """The id of a work order."""
    dragged = Signal(object, object, bool)
    """A `Job`, the pointer's global position, and whether Alt is held."""
    dropped = Signal()
    cancelled = Signal()
    current_changed = Signal()
    focus_changed = Signal()

    def __init__(
        self, model: GanttModel, clock: Callable[[], float] = time.time, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._clock = clock
        self._look = Look()
        self._jobs: list[Job] = model.backlog()
        self._current = 0
        self._press: tuple[QPoint, Job] | None = None
        self._dragging: Job | None = None
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self._minute = QTimer(self, interval=30_000)
        self._minute.timeout.connect(self.viewport().update)
        self._minute.start()
        model.jobs_changed.connect(self._reload)
        theme_signals().changed.connect(self._restyle)
        self.setAccessibleName(tr("Backlog"))
        self._fit()

    def jobs(self) -> list[Job]:
        return self._jobs

    def current(self) -> Job | None:
        return self._jobs[self._current] if 0 <= self._current < len(self._jobs) else None

    def card_rect(self, index: int) -> QRect:
        height = metric("row.backlogCard")
        return QRect(0, index * height - self.verticalScrollBar().value(), self.viewport().width(), height)

    def _reload(self) -> None:
        current = self.current()
        self._jobs = self._model.backlog()
        keys = [job.id for job in self._jobs]
        if current is not None and current.id in keys:
            self._current = keys.index(current.id)
        self._current = max(0, min(self._current, len(self._jobs) - 1))
        self._fit()
        self._describe()
        self.viewport().update()

    def _restyle(self) -> None:
        self._look.reset()
        self.viewport().update()

    def _fit(self) -> None:
        height = metric("row.backlogCard")
        bar = self.verticalScrollBar()
        bar.setPageStep(max(self.viewport().height(), 1))
        bar.setSingleStep(height)
        bar.setRange(0, max(len(self._jobs) * height - self.viewport().height(), 0))

    def _go(self, index: int) -> None:
        self._current = max(0, min(index, len(self._jobs) - 1))
        box, bar = self.card_rect(self._current), self.verticalScrollBar()
        if box.top() < 0:
            bar.setValue(bar.value() + box.top())
        elif box.bottom() > self.viewport().height():
            bar.setValue(bar.value() + box.bottom() + 1 - self.viewport().height())
        self._describe()
        self.viewport().update()
        self.current_changed.emit()

    def _describe(self) -> None:
        job = self.current()
        self.setAccessibleDescription(describe_job(job, int(self._clock())) if job else "")

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), color("surface.base"))
        height = metric("row.backlogCard")
        first = self.verticalScrollBar().value() // height
        last = min(first + self.viewport().height() // height + 2, len(self._jobs))
        for index in range(first, last):
            self._card(painter, self._jobs[index], self.card_rect(index), current=index == self._current)
        if not self._jobs:
            painter.setPen(color("text.secondary"))
            centre = Qt.AlignmentFlag.AlignHCenter
            self._look.texts.draw(painter, 12, 24, tr("No job is waiting."), self.width() - 24, size=13, align=centre)
        painter.end()

    def _card(self, painter: QPainter, job: Job, box: QRect, *, current: bool) -> None:
        texts, right = self._look.texts, box.right() - 12
        lifted = self._dragging is not None and self._dragging.id == job.id
        painter.fillRect(box, color("accent.subtle" if lifted or (current and self.hasFocus()) else "surface.base"))
        painter.fillRect(QRect(box.x(), box.bottom(), box.width(), 1), color("border.grid"))
        if current:
            painter.fillRect(QRect(box.x(), box.y(), 3, box.height()), color("accent.solid"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if lifted:
            painter.setPen(QPen(color("accent.fg"), 1, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(box).adjusted(2.5, 2.5, -3.5, -3.5))
        y = box.y() + 7
        chip = self._chip(painter, job, right, y)
        painter.setPen(color("text.secondary"))
        x = 12 + texts.draw(painter, 12, y, short_code(job.code), code=True) + 8
        painter.setPen(color("text.primary"))
        texts.draw(painter, x, y - 2, job.name, right - chip - 8 - x, size=13)
        painter.setPen(color("text.secondary"))
        length = f"{job.seconds // 3600}:{job.seconds % 3600 // 60:02d} h"
        used = texts.draw(painter, 12, y + 20, length, right - 12, align=Qt.AlignmentFlag.AlignRight)
        where = job.site_name if self._model.rank is Rank.SITE and job.site_name else job.customer_name or job.site_name
        texts.draw(painter, 12, y + 20, where, right - used - 20)
        self._foot(painter, job, right, y + 39)

    def _chip(self, painter: QPainter, job: Job, right: int, y: int) -> float:
        """The promise at the right of the first line; returns the width that it takes."""
        promised = job.sla_due if job.sla_due is not None else job.due
        if promised is None:
            return 0
        left = promised - int(self._clock())
        role = urgency(left)
        words = clock_left(left)
        width = self._look.texts.width(words, size=11) + 28
        ground, ink = ("danger.solid", "accent.onSolid") if role == "breached" else (f"{role}.bg", f"{role}.fg")
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(ground))
        painter.drawRoundedRect(QRectF(right - width, y - 1, width, 18), 3, 3)
        self._look.icon(
            painter, right - width + 6, y + 2, "circle-alert" if role in ("danger", "breached") else "timer", ink
        )
        painter.setPen(color(ink))
        self._look.texts.draw(painter, right - width + 22, y, words, size=11)
        return width

    def _foot(self, painter: QPainter, job: Job, right: int, y: int) -> None:
        words, role = self._parts(job)
        used = 0.0
        if words:
            painter.setPen(color(role))
            used = self._look.texts.draw(painter, 12, y, words, right - 12, size=11, align=Qt.AlignmentFlag.AlignRight)
            self._look.icon(painter, right - used - 16, y + 2, "package", role)
            used += 24
        x = 12.0
        for skill in job.skills:
            words = f"{skill.label} L{skill.level}" if not skill.certificate and skill.level > 1 else skill.label
            x = self._look.tag(painter, x, y, words, right - used - x) + 4

    def _parts(self, job: Job) -> tuple[str, str]:
        if job.parts is Parts.READY:
            return tr("Parts ready"), "success.fg"
        if job.parts is Parts.LATE and job.parts_at is not None:
            zone = self._model.zone
            day = local(job.parts_at, zone).date()
            today = local(self._clock(), zone).date()
            when = clock_text(job.parts_at, zone) if day == today else day_text(day, weekday=False)
            return tr("Parts {when}", when=when), "warn.fg"
        return (tr("Parts late"), "danger.fg") if job.parts is Parts.LATE else ("", "")

    # input

    def _index_at(self, pos: QPoint) -> int | None:
        index = (pos.y() + self.verticalScrollBar().value()) // metric("row.backlogCard")
        return index if 0 <= index < len(self._jobs) else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self._index_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index is not None:
            self._go(index)
            self._press = (event.position().toPoint(), self._jobs[index])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        pos = event.position().toPoint()
        if self._press is not None and self._dragging is None:
            if (pos - self._press[0]).manhattanLength() < QApplication.startDragDistance():
                return
            self._dragging = self._press[1]
            self.viewport().update()
        if self._dragging is not None:
            free = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            self.dragged.emit(self._dragging, event.globalPosition().toPoint(), free)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        was, self._press, self._dragging = self._dragging, None, None
        self.viewport().update()
        if was is not None:
            self.dropped.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self._index_at(event.position().toPoint())
        if index is not None:
            self.open_requested.emit(self._jobs[index].id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        job, page = self.current(), max(self.viewport().height() // metric("row.backlogCard"), 1)
        moves = {
            Qt.Key.Key_Up: self._current - 1,
            Qt.Key.Key_Down: self._current + 1,
            Qt.Key.Key_PageUp: self._current - page,
            Qt.Key.Key_PageDown: self._current + page,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: len(self._jobs) - 1,
        }
        key = Qt.Key(event.key())
        if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            super().keyPressEvent(event)
        elif key in moves:
            self._go(moves[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and job is not None:
            self.place_requested.emit(job)
        elif key == Qt.Key.Key_F2 and job is not None:
            self.open_requested.emit(job.id)
        elif key == Qt.Key.Key_Escape and self._press is not None:
            self._press = self._dragging = None
            self.viewport().update()
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self._index_at(event.pos())
            words = describe_job(self._jobs[index], int(self._clock())) if index is not None else ""
            QToolTip.showText(event.globalPos(), words.replace(", ", "\n"), self.viewport())
            return True
        return bool(super().viewportEvent(event))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()
        self.focus_changed.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()
        self.focus_changed.emit()


class BacklogPanel(Surface):
    """Head with the order, the cards, and a foot that says how urgent and how much."""

    def __init__(
        self, model: GanttModel, clock: Callable[[], float] = time.time, parent: QWidget | None = None
    ) -> None:
        super().__init__("surface.panel", "r", parent=parent)
        self._model = model
        self._clock = clock
        self.list = BacklogList(model, clock)
        self.title = Label(size=13)
        self.count = Count(0)
        self.order = Segmented(height=24)
        self.urgent = Label(role="danger.fg")
        self.amount = Label(role="text.secondary")
        head, foot = Surface("surface.panel", "b"), Surface("surface.header", "t")
        head.setLayout(row(self.title, self.count, None, self.order, margins=(12, 0, 12, 0)))
        head.setFixedHeight(HEADER)
        foot.setLayout(row(self.urgent, None, self.amount, margins=(12, 0, 12, 0)))
        foot.setFixedHeight(LEGEND)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 1, 0)
        layout.setSpacing(0)
        for part in (head, self.list, foot):
            layout.addWidget(part)
        self.setFixedWidth(WIDTH)
        self.order.chosen.connect(self._choose)
        model.jobs_changed.connect(self._sum)
        self.retranslate()

    def _choose(self, key: str) -> None:
        self._model.set_rank(Rank(key))

    def _sum(self) -> None:
        jobs = self._model.backlog()
        now = int(self._clock())
        soon = sum(1 for job in jobs if job.sla_due is not None and job.sla_due - now < URGENT)
        self.count.set_value(len(jobs))
        self.urgent.setText(tr("{count} under 2 h", count=soon) if soon else "")
        hours = hours_text(sum(job.seconds for job in jobs))
        self.amount.setText(tr("{count} jobs, {hours} h", count=len(jobs), hours=hours))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def retranslate(self) -> None:
        self.title.setText(tr("Backlog"))
        self.order.setAccessibleName(tr("Order of the backlog"))
        self.order.set_segments((Segment("sla", tr("SLA")), Segment("due", tr("Due")), Segment("site", tr("Site"))))
        self.order.set_current(self._model.rank.value)
        self.list.setAccessibleName(tr("Backlog"))
        self.list.viewport().update()
        self._sum()
