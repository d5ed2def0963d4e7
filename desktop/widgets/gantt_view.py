"""The dispatch board under the hand: mouse and keyboard on the picture of `gantt_canvas`.

Both kinds of gesture share one `Drag`, one verdict and one card, and end in `moves_requested`; the page
carries them out and the model shows them.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QCursor, QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from desktop.domain.scheduling import Booking, Job, Placement
from desktop.domain.text import tr
from desktop.models.gantt_model import GanttModel
from desktop.widgets.gantt_canvas import GanttCanvas
from desktop.widgets.gantt_drag import Drag, Mode
from desktop.widgets.gantt_frame import HEADER
from desktop.widgets.gantt_keys import handle_key
from desktop.widgets.gantt_tips import describe_bar, tip_of
from desktop.widgets.gantt_verdict import VerdictCard

GRIP = 5
"""Px at a bar's end that resize it."""
_EDGE = 24


class GanttView(GanttCanvas):
    """Give it the focus for the keys of `gantt_keys`."""

    moves_requested = Signal(object)
    """A list of `Move`: one gesture, to be carried out as a whole."""
    open_requested = Signal(object)
    """The id of a work order."""
    selection_changed = Signal()
    drag_changed = Signal()
    """A gesture began, moved to another place, or ended."""

    def __init__(
        self, model: GanttModel, parent: QWidget | None = None, *, clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__(model, parent, clock=clock)
        self.card = VerdictCard(self, model, self.look)
        self.editable = True
        """False for those who may see the plan but do not make it."""
        self.loaded: Callable[[int, int], bool] = lambda start, end: True
        self._press: tuple[QPoint, int, Mode] | None = None
        self._pan: tuple[int, int] | None = None
        self._creep = QTimer(self, interval=40)
        self._creep.timeout.connect(self._scroll_at_edge)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        model.changed.connect(self._plan_changed)
        self.retranslate()

    # gestures

    def can_move(self, booking: Booking) -> bool:
        """Not while its last move is on its way, not once work has begun, and by nobody who only looks."""
        return self.editable and booking.movable and booking.job is not None and booking.id not in self.model.pending

    def begin(self, drag: Drag) -> None:
        """Start a gesture; a click that had not become one is forgotten."""
        self.drag = drag
        self._press = None
        self._judge()

    def aim(self, pos: QPoint, *, free: bool) -> None:
        """The pointer of a gesture is at viewport `pos`."""
        if self.drag is None:
            return
        lane = self.lane_at(pos)
        lane_id = lane.id if lane is not None else self.drag.place.lane_id
        if self.drag.follow(self.instant_at(pos), lane_id, self.model, free=free):
            self._judge()
        near = min(pos.x() - self.head, self.viewport().width() - pos.x())
        if near < _EDGE and not self._creep.isActive():
            self._creep.start()

    def nudge(self) -> None:
        """The place was changed by a key."""
        if self.drag is not None:
            self.reveal(self.drag.place)
            self._judge()

    def _judge(self) -> None:
        drag = self.drag
        if drag is None:
            return
        drag.judge(self.model, self.loaded)
        verdict = drag.verdict
        if verdict is not None:
            lane = self.lane_rect(drag.place.lane_id).translated(self.viewport().pos())
            x = round(self.place_rect(drag.place).right()) - 40
            self.card.show_verdict(verdict, lane, x, known=drag.known, by_keys=drag.by_keys)
            if drag.by_keys:
                self.setAccessibleDescription(f"{self.card.accessibleName()}. {self.card.accessibleDescription()}")
        self.viewport().update()
        self.drag_changed.emit()

    def cancel(self) -> None:
        """Leave everything as it was."""
        self._press = None
        if self.drag is not None:
            self._end_drag()

    def commit(self) -> None:
        """Drop here. The database has the last word, also where the verdict was red."""
        drag = self.drag
        if drag is None:
            return
        moves = drag.moves(self.model) if drag.changed else []
        self._end_drag()
        if moves:
            self.moves_requested.emit(moves)

    def _end_drag(self) -> None:
        self.drag = None
        self._tone = None
        self._creep.stop()
        self.card.hide()
        self.viewport().unsetCursor()
        self.viewport().update()
        self.drag_changed.emit()

    def drag_job(self, job: Job, pos: QPoint, *, free: bool) -> None:
        """A job of the backlog is over viewport `pos`; outside the lanes it has no place."""
        lane = self.lane_at(pos) if pos.x() >= self.head else None
        if lane is None or not self.editable:
            self.cancel()
            return
        if self.drag is None:
            start = self.instant_at(pos)
            self.begin(Drag(job, None, Placement(lane.id, start, start + job.seconds), grab=0))
        self.aim(pos, free=free)

    # selection

    def select(self, booking_id: int | None, *, add: bool = False) -> None:
        if not add:
            self.selection.clear()
        if booking_id is not None:
            (self.selection.discard if add and booking_id in self.selection else self.selection.add)(booking_id)
        self.cursor_id = booking_id
        booking = self.model.plan.bookings.get(booking_id) if booking_id is not None else None
        self.setAccessibleDescription(describe_bar(booking, self.model) if booking else "")
        self.viewport().update()
        self.selection_changed.emit()

    def chosen(self) -> list[Booking]:
        """The selected bookings, the one under the cursor first."""
        found = [self.model.plan.bookings[key] for key in self.selection if key in self.model.plan.bookings]
        return sorted(found, key=lambda booking: (booking.id != self.cursor_id, booking.start, booking.id))

    # mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        pos = event.position().toPoint()
        if event.button() != Qt.MouseButton.LeftButton or self.drag is not None:
            return
        booking = self.booking_at(pos)
        if booking is None:
            self.select(None)
            if pos.y() < HEADER or self.lane_at(pos) is None:
                self._pan = (pos.x(), self.left())
            return
        add = bool(event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier))
        if add or booking.id not in self.selection:
            self.select(booking.id, add=add)
        else:
            self.cursor_id = booking.id
        if self.can_move(booking):
            self._press = (pos, booking.id, self._mode_at(pos, booking))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        pos = event.position().toPoint()
        if self._pan is not None:
            self.horizontalScrollBar().setValue(self._pan[1] + self._pan[0] - pos.x())
            return
        if self._press is not None:
            far = (pos - self._press[0]).manhattanLength() >= QApplication.startDragDistance()
            if far:
                self._start_drag(*self._press)
        if self.drag is not None and not self.drag.by_keys:
            self.aim(pos, free=bool(event.modifiers() & Qt.KeyboardModifier.AltModifier))
        elif self.drag is None:
            self._set_pointer(pos)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._press = self._pan = None
        if self.drag is not None and not self.drag.by_keys and event.button() == Qt.MouseButton.LeftButton:
            self.commit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        booking = self.booking_at(event.position().toPoint())
        if booking is not None and booking.job is not None:
            self._press = None
            self.open_requested.emit(booking.job.id)

    def _mode_at(self, pos: QPoint, booking: Booking) -> Mode:
        box = self.bar_rect(booking)
        if box.width() >= 4 * GRIP:
            if pos.x() <= box.left() + GRIP:
                return Mode.START
            if pos.x() >= box.right() - GRIP:
                return Mode.END
        return Mode.MOVE

    def _start_drag(self, pos: QPoint, booking_id: int, mode: Mode) -> None:
        booking = self.model.plan.bookings.get(booking_id)
        if booking is None or booking.job is None:
            self._press = None
            return
        others = [b for b in self.chosen() if b.id != booking_id and self.can_move(b)] if mode is Mode.MOVE else []
        grab = self.instant_at(pos) - booking.start
        self.begin(Drag(booking.job, booking, booking.placement, mode, grab, others=others))

    def _set_pointer(self, pos: QPoint) -> None:
        booking = self.booking_at(pos)
        edge = booking is not None and self.can_move(booking) and self._mode_at(pos, booking) is not Mode.MOVE
        if edge:
            self.viewport().setCursor(Qt.CursorShape.SizeHorCursor)
        else:
            self.viewport().unsetCursor()

    def _scroll_at_edge(self) -> None:
        pos = self.viewport().mapFromGlobal(QCursor.pos())
        right = self.viewport().width() - pos.x()
        speed = (
            _EDGE - right if right < _EDGE else -(_EDGE - (pos.x() - self.head)) if pos.x() - self.head < _EDGE else 0
        )
        if self.drag is None or not speed:
            self._creep.stop()
            return
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() + max(min(speed, 40), -40))
        self.aim(pos, free=False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(1.2 ** (delta.y() / 120), anchor=round(event.position().x()))
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier or delta.x():
            bar = self.horizontalScrollBar()
            bar.setValue(bar.value() - (delta.x() or delta.y()))
        else:
            down = self.verticalScrollBar()
            down.setValue(down.value() - round(delta.y() / 120 * self.rows.lane))
        event.accept()

    # events

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not handle_key(self, event):
            super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self.drag is None:
            booking = self.booking_at(event.pos())
            lane = self.lane_at(event.pos())
            words = tip_of(booking, lane if event.pos().x() < self.head else None, self.model)
            QToolTip.showText(event.globalPos(), words, self.viewport())
            return True
        return bool(super().viewportEvent(event))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self.drag is not None and self.drag.by_keys and event.reason() != Qt.FocusReason.PopupFocusReason:
            self.cancel()
        self.viewport().update()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def retranslate(self) -> None:
        self.setAccessibleName(tr("Dispatch board, engineers by time"))
        self._look_changed()

    def _plan_changed(self) -> None:
        self.selection &= self.model.plan.bookings.keys()
        self.frame.forget_loads()
        self._fading.start()
        self._invalidate()
        self._judge()
