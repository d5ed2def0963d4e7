"""What day, week and month of the calendar share: which bookings are shown, selection, and gestures.

The gestures are those of the board (`Drag`, verdict card, `moves_requested`); here the engineer stays and time moves.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from desktop.domain.calendars import MINUTE, QUARTER_HOUR, local_day
from desktop.domain.moves import Move
from desktop.domain.scheduling import BarState, Booking, Placement
from desktop.models.gantt_model import GanttModel
from desktop.widgets.gantt_drag import Drag, Mode
from desktop.widgets.gantt_look import Look
from desktop.widgets.gantt_tips import describe_bar, tip_of
from desktop.widgets.gantt_verdict import VerdictCard
from desktop.widgets.theme import color, theme_signals

FLASH_MS = 4000


@dataclass(frozen=True)
class Shown:
    """What is ticked at the left: engineers (None = all), and kinds."""

    lanes: frozenset[int] | None = None
    planned: bool = True
    tentative: bool = True
    done: bool = True
    leave: bool = True

    def lane(self, lane_id: int) -> bool:
        return self.lanes is None or lane_id in self.lanes

    def booking(self, booking: Booking) -> bool:
        if not self.lane(booking.lane_id):
            return False
        if booking.state is BarState.DONE:
            return self.done
        if booking.state is BarState.PLANNED and not booking.hard:
            return self.tentative
        return self.planned


def person_tint(model: GanttModel, lane_id: int) -> QColor:
    """An engineer's colour: the chart colours in the order of the lanes. The name stands beside it everywhere."""
    return color(f"chart.{(model.plan.row(lane_id) or 0) % 8 + 1}")


class CalendarBase(QWidget):
    """A painted calendar. Subclasses paint, say where a booking stands, and what time a point means."""

    moves_requested = Signal(object)
    open_requested = Signal(object)
    day_requested = Signal(object)
    """A `date` that somebody wants to see by itself."""
    step_requested = Signal(int)
    selection_changed = Signal()
    drag_changed = Signal()

    def __init__(
        self, model: GanttModel, parent: QWidget | None = None, *, clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__(parent)
        self.model = model
        self.clock = clock
        self.look = Look()
        self.card = VerdictCard(self, model, self.look)
        self.shown = Shown()
        self.editable = True
        """False for those who may see the plan but do not make it."""
        self.day = local_day(clock(), model.zone)
        self.drag: Drag | None = None
        self.selected: int | None = None
        self._press: tuple[QPoint, Booking, Mode] | None = None
        self._flash: set[int] = set()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self._minute = QTimer(self, interval=15_000)
        self._minute.timeout.connect(self.update)
        self._minute.start()
        self._calm = QTimer(self, singleShot=True, interval=FLASH_MS)
        self._calm.timeout.connect(self._unflash)
        model.changed.connect(self._plan_changed)
        model.lanes_changed.connect(self._plan_changed)
        theme_signals().changed.connect(self._restyle)

    # for subclasses

    def bounds(self) -> tuple[int, int]:
        """The instants that bound what is shown."""
        raise NotImplementedError

    def rect_of(self, booking: Booking) -> QRectF:
        """Where a booking is drawn (its first part); empty where it is not."""
        raise NotImplementedError

    def instant_at(self, pos: QPoint, drag: Drag) -> int:
        """The instant that a drag at `pos` means."""
        raise NotImplementedError

    def booking_at(self, pos: QPoint) -> Booking | None:
        raise NotImplementedError

    def mode_at(self, pos: QPoint, booking: Booking) -> Mode:
        return Mode.MOVE

    def relayout(self) -> None:
        """The plan, the size or the range changed."""

    # what is shown

    def bookings(self) -> list[Booking]:
        """The shown bookings in bounds, by start; one under way stands where it is dragged."""
        start, end = self.bounds()
        found = [
            booking
            for lane in self.model.plan.lanes
            if self.shown.lane(lane.id)
            for booking in self.model.plan.touching(lane.id, start, end)
            if self.shown.booking(booking)
        ]
        return sorted(found, key=lambda b: (b.start, b.lane_id, b.id))

    def clashes(self, booking: Booking) -> bool:
        return any(other.state is not BarState.BUSY for other in self.model.plan.clashes(booking))

    def set_shown(self, shown: Shown) -> None:
        self.shown = shown
        self.relayout()
        self.update()

    def set_day(self, day: date) -> None:
        self.day = day
        self.relayout()
        self.update()

    def today(self) -> date:
        return local_day(self.clock(), self.model.zone)

    def flash(self, booking_ids: set[int]) -> None:
        self._flash = set(booking_ids)
        self._calm.start()
        self.update()

    def flashing(self) -> set[int]:
        return set(self._flash)

    def _unflash(self) -> None:
        self._flash.clear()
        self.update()

    def _plan_changed(self) -> None:
        if self.selected not in self.model.plan.bookings:
            self.selected = None
        self.relayout()
        self._judge()
        self.update()

    def _restyle(self) -> None:
        self.look.reset()
        self.update()

    # selection and gestures

    def current(self) -> Booking | None:
        return self.model.plan.bookings.get(self.selected) if self.selected is not None else None

    def select(self, booking_id: int | None) -> None:
        self.selected = booking_id
        booking = self.current()
        self.setAccessibleDescription(describe_bar(booking, self.model) if booking else "")
        self.update()
        self.selection_changed.emit()

    def can_move(self, booking: Booking) -> bool:
        return self.editable and booking.movable and booking.job is not None and booking.id not in self.model.pending

    def begin(self, drag: Drag) -> None:
        self.drag = drag
        self._press = None
        self._judge()

    def _judge(self) -> None:
        drag = self.drag
        if drag is None:
            return
        drag.judge(self.model, lambda start, end: True)
        verdict = drag.verdict
        box = self.drag_rect(drag).toRect()
        if verdict is not None:
            self.card.show_verdict(verdict, QRect(box), box.right() + 12, known=True, by_keys=drag.by_keys)
        self.update()
        self.drag_changed.emit()

    def drag_rect(self, drag: Drag) -> QRectF:
        """Where the ghost stands."""
        raise NotImplementedError

    def cancel(self) -> None:
        self._press = None
        if self.drag is not None:
            self.drag = None
            self.card.hide()
            self.unsetCursor()
            self.update()
            self.drag_changed.emit()

    def commit(self) -> None:
        drag = self.drag
        if drag is None:
            return
        moves = drag.moves(self.model) if drag.changed else []
        self.cancel()
        if moves:
            self.moves_requested.emit(moves)

    def request(self, after: Callable[[Placement], Placement | None]) -> None:
        """Ask for the selected booking to be changed as a whole: back to the backlog, tentative."""
        booking = self.current()
        if booking is not None and booking.job is not None and self.can_move(booking):
            self.moves_requested.emit([Move(booking.job.id, booking.id, booking.placement, after(booking.placement))])

    # mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        pos = event.position().toPoint()
        if event.button() != Qt.MouseButton.LeftButton or self.drag is not None:
            return
        booking = self.booking_at(pos)
        self.select(booking.id if booking else None)
        if booking is not None and self.can_move(booking):
            self._press = (pos, booking, self.mode_at(pos, booking))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        pos = event.position().toPoint()
        if self._press is not None:
            start, booking, mode = self._press
            if (pos - start).manhattanLength() >= QApplication.startDragDistance() and booking.job is not None:
                drag = Drag(booking.job, booking, booking.placement, mode)
                drag.grab = self.instant_at(start, drag) - booking.start if mode is Mode.MOVE else 0
                self.begin(drag)
        if self.drag is not None and not self.drag.by_keys:
            free = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            lane = self.drag.place.lane_id
            if self.drag.follow(self.instant_at(pos, self.drag), lane, self.model, free=free):
                self._judge()
        elif self.drag is None:
            under = self.booking_at(pos)
            if under is not None and self.can_move(under) and self.mode_at(pos, under) is not Mode.MOVE:
                self.setCursor(Qt.CursorShape.SizeVerCursor)
            else:
                self.unsetCursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._press = None
        if self.drag is not None and not self.drag.by_keys:
            self.commit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        booking = self.booking_at(event.position().toPoint())
        if booking is not None and booking.job is not None:
            self._press = None
            self.open_requested.emit(booking.job.id)

    # keyboard

    _ARROWS: Mapping[int, tuple[int, int]] = {
        Qt.Key.Key_Left: (-1, 0),
        Qt.Key.Key_Right: (1, 0),
        Qt.Key.Key_Up: (0, -1),
        Qt.Key.Key_Down: (0, 1),
    }

    def keyPressEvent(self, event: QKeyEvent) -> None:
        mods = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        arrow = self._ARROWS.get(event.key())
        if arrow is not None:
            self._arrow(arrow, mods)
        elif mods & Qt.KeyboardModifier.ControlModifier or not self._key(event.key()):
            super().keyPressEvent(event)

    def _arrow(self, arrow: tuple[int, int], mods: Qt.KeyboardModifier) -> None:
        across, down = arrow
        control = bool(mods & Qt.KeyboardModifier.ControlModifier)
        shift = bool(mods & Qt.KeyboardModifier.ShiftModifier)
        if not control and not shift and self.drag is None:
            self._walk(across, down)
            return
        if self.drag is None and not self._pick_up():
            return
        if self.drag is None or not self.drag.by_keys:
            return
        step = MINUTE if mods & Qt.KeyboardModifier.AltModifier else QUARTER_HOUR
        if shift:
            self.drag.shift(longer=down * step)
        else:
            self.drag.shift(down * step + self._days(across))
        self._judge()

    def _days(self, across: int) -> int:
        if not across or self.drag is None:
            return 0
        return across * 86_400

    def _pick_up(self) -> bool:
        booking = self.current()
        if booking is None or booking.job is None or not self.can_move(booking):
            return False
        self.begin(Drag(booking.job, booking, booking.placement, by_keys=True))
        return True

    def _walk(self, across: int, down: int) -> None:
        """↑↓ to the next booking in time, ←→ to the nearest of another day."""
        order = self.bookings()
        current = self.current()
        if not order:
            return
        if current is None or current not in order:
            self.select(order[0].id)
            return
        if down:
            at = order.index(current) + down
            if 0 <= at < len(order):
                self.select(order[at].id)
            return
        zone = self.model.zone
        day = local_day(current.start, zone)
        other = [b for b in order if (local_day(b.start, zone) - day) * across > timedelta()]
        if other:
            near = min(abs((local_day(b.start, zone) - day).days) for b in other)
            same = [b for b in other if abs((local_day(b.start, zone) - day).days) == near]
            target = current.start + across * near * 86_400
            self.select(min(same, key=lambda b: (abs(b.start - target), b.id)).id)

    def _key(self, key: int) -> bool:
        booking = self.current()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.drag is not None:
                self.commit()
            elif booking is not None and booking.job is not None:
                self.open_requested.emit(booking.job.id)
        elif key == Qt.Key.Key_Escape and (self.drag is not None or booking is not None):
            if self.drag is not None:
                self.cancel()
            else:
                self.select(None)
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.step_requested.emit(-1 if key == Qt.Key.Key_PageUp else 1)
        elif key == Qt.Key.Key_Home:
            self.day_requested.emit(self.today())
        else:
            return False
        return True

    # events

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self.drag is None:
            words = tip_of(self.booking_at(event.pos()), None, self.model)
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return bool(super().event(event))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self.drag is not None and self.drag.by_keys:
            self.cancel()
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()
