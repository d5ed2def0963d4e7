"""The keyboard of the dispatch board.

Arrows walk the jobs. With Ctrl they pick the job up and move it, up and down to another engineer; with Shift
they make it longer or shorter. A job picked up shows its verdict like one under the mouse and lands with
Enter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from desktop.domain.calendars import MINUTE, QUARTER_HOUR
from desktop.domain.moves import Move
from desktop.domain.scheduling import Booking, Placement
from desktop.widgets.gantt_drag import Drag

if TYPE_CHECKING:
    from desktop.widgets.gantt_view import GanttView

Key = Qt.Key
_ARROWS: Mapping[int, tuple[int, int]] = {
    Key.Key_Left: (-1, 0),
    Key.Key_Right: (1, 0),
    Key.Key_Up: (0, -1),
    Key.Key_Down: (0, 1),
}


def handle_key(view: GanttView, event: QKeyEvent) -> bool:
    """True where the board used the key."""
    mods = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    arrow = _ARROWS.get(event.key())
    if arrow is not None:
        return _arrow(view, arrow, mods)
    if mods & Qt.KeyboardModifier.ControlModifier:
        return False
    action = _PLAIN.get(event.key())
    return action(view) if action is not None else False


def _arrow(view: GanttView, arrow: tuple[int, int], mods: Qt.KeyboardModifier) -> bool:
    across, down = arrow
    control = bool(mods & Qt.KeyboardModifier.ControlModifier)
    shift = bool(mods & Qt.KeyboardModifier.ShiftModifier)
    step = MINUTE if mods & Qt.KeyboardModifier.AltModifier else QUARTER_HOUR
    if not control and not shift and view.drag is None:
        walk(view, across, down)
        return True
    if not pick_up(view) or view.drag is None:
        return True
    if shift and across:
        view.drag.shift(longer=across * step)
    elif across:
        view.drag.shift(across * step)
    elif down and not shift:
        view.drag.shift(lane_id=_lane_beside(view, view.drag.place.lane_id, down))
    view.nudge()
    return True


def _lane_beside(view: GanttView, lane_id: int, down: int) -> int:
    plan = view.model.plan
    row = min(max((plan.row(lane_id) or 0) + down, 0), len(plan.lanes) - 1)
    return plan.lanes[row].id


def pick_up(view: GanttView) -> bool:
    """Take the job under the cursor into a gesture of keys; False where it may not move."""
    if view.drag is not None:
        return view.drag.by_keys
    booking = _current(view)
    if booking is None or booking.job is None or not view.can_move(booking):
        return False
    others = [b for b in view.chosen() if b.id != booking.id and view.can_move(b)]
    view.begin(Drag(booking.job, booking, booking.placement, by_keys=True, others=others))
    return True


def _current(view: GanttView) -> Booking | None:
    return view.model.plan.bookings.get(view.cursor_id) if view.cursor_id is not None else None


def walk(view: GanttView, across: int, down: int) -> None:
    """Select the next job of the lane, or the nearest in time of the next lane that has one."""
    current = _current(view)
    found = _first(view) if current is None else _beside(view, current, across, down)
    if found is not None:
        view.select(found.id)
        view.reveal(found.placement)


def _first(view: GanttView) -> Booking | None:
    span = view.range()
    for lane in view.model.plan.lanes:
        for booking in view.model.plan.touching(lane.id, *span):
            return booking
    return None


def _beside(view: GanttView, current: Booking, across: int, down: int) -> Booking | None:
    plan = view.model.plan
    week = 7 * 86_400
    if across:
        lane = plan.touching(current.lane_id, current.start - week, current.end + week)
        order = sorted(lane, key=lambda b: (b.start, b.id))
        at = next((n for n, b in enumerate(order) if b.id == current.id), 0) + across
        return order[at] if 0 <= at < len(order) else None
    row = (plan.row(current.lane_id) or 0) + down
    while 0 <= row < len(plan.lanes):
        near = plan.touching(plan.lanes[row].id, current.start - 86_400, current.end + 86_400)
        if near:
            return min(near, key=lambda b: (abs(b.start - current.start), b.id))
        row += down
    return None


def _enter(view: GanttView) -> bool:
    if view.drag is not None:
        view.commit()
        return True
    booking = _current(view)
    if booking is not None and booking.job is not None:
        view.open_requested.emit(booking.job.id)
    return booking is not None


def _escape(view: GanttView) -> bool:
    if view.drag is None and not view.selection:
        return False
    view.cancel() if view.drag is not None else view.select(None)
    return True


def send_back(view: GanttView) -> bool:
    """The selected jobs go back to the backlog."""
    return _request(view, lambda place: None)


def toggle_tentative(view: GanttView) -> bool:
    """Firm becomes tentative and the other way round; on the move it is the gesture that changes."""
    if view.drag is not None:
        view.drag.place = replace(view.drag.place, hard=not view.drag.place.hard)
        view.nudge()
        return True
    return _request(view, lambda place: replace(place, hard=not place.hard))


def _request(view: GanttView, change: Callable[[Placement], Placement | None]) -> bool:
    moves = [
        Move(b.job.id, b.id, b.placement, change(b.placement))
        for b in view.chosen()
        if b.job is not None and view.can_move(b)
    ]
    if moves and view.drag is None:
        view.moves_requested.emit(moves)
    return bool(moves)


def _page(direction: int) -> Callable[[GanttView], bool]:
    def turn(view: GanttView) -> bool:
        view.step(direction)
        return True

    return turn


def _home(view: GanttView) -> bool:
    view.go_to(view.today())
    return True


_PLAIN: Mapping[int, Callable[[GanttView], bool]] = {
    Key.Key_Return: _enter,
    Key.Key_Enter: _enter,
    Key.Key_Escape: _escape,
    Key.Key_Delete: send_back,
    Key.Key_T: toggle_tentative,
    Key.Key_PageUp: _page(-1),
    Key.Key_PageDown: _page(1),
    Key.Key_Home: _home,
}
