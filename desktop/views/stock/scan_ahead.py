"""What a typed beginning could mean: places by any part of their path, parts, orders and people by code or name.

Under the scan field, which keeps the focus. Enter takes what was typed as it stands, until an arrow key has gone into
the list; so a code typed whole is never turned into another one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QSize, QTimer, Signal
from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes
from desktop.domain.text import pick
from desktop.operations import stock_desk
from desktop.operations.stock_desk import Place
from desktop.runtime.context import Context, Found
from desktop.runtime.failures import Failure
from desktop.runtime.work import Job
from desktop.views.stock.scan_bar import ScanField
from desktop.widgets.lookup import DEBOUNCE_MS, FoundList
from desktop.widgets.popup import FieldPopup

_LEAST = 2
_PLACES, _RECORDS = 8, 8
_KINDS = ("item", "part_stock", "work_order", "purchase_order", "stock_document", "engineer")


class _Offer(FieldPopup):
    def __init__(self, field: QWidget) -> None:
        super().__init__(field)
        self.list = FoundList(self, most_rows=_PLACES + _RECORDS)

    def fit(self) -> None:
        hint = self.list.sizeHint()
        self.setFixedSize(max(self._field.width(), 520), hint.height() + 8)
        self.list.setGeometry(0, 4, self.width(), hint.height())
        self.place()

    def sizeHint(self) -> QSize:
        return QSize(self.width(), self.height())


class ScanAhead(QObject):
    """One per scan field. `chosen` carries the code that was picked."""

    chosen = Signal(str)
    spared: Callable[[str], bool] | None = None
    """Says of a text that it is no code, for example a quantity with its unit."""
    with_owners: Callable[[], bool] | None = None
    """Says whether a supplier or a customer can be meant."""

    def __init__(self, context: Context, field: ScanField) -> None:
        super().__init__(field)
        self._context, self._field = context, field
        self._places: tuple[Place, ...] | None = None
        self._popup: _Offer | None = None
        self._job: Job | None = None
        self._armed = False
        self._records: tuple[Found, ...] = ()
        self._pause = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._pause.timeout.connect(self._ask)
        field.textChanged.connect(self._typed)
        field.steered = self.steer
        context.bus.subscribe(("stock_location",), self._places_changed)

    def offered(self) -> tuple[Found, ...]:
        return self._popup.list.rows() if self._popup is not None and self._popup.isVisible() else ()

    def steer(self, move: int) -> bool:
        """An arrow (±1) or Enter (0) of the field; True where the list took it."""
        popup = self._popup
        if popup is None or not popup.isVisible():
            return False
        if move:
            popup.list.step(move if self._armed else 0)
            self._armed = True
            return True
        return self._armed and popup.list.take()

    def shut(self) -> bool:
        """Close the list; False where none was open."""
        open_ = bool(self.offered())
        if self._popup is not None:
            self._popup.shut()
        self._armed = False
        return open_

    def _typed(self, text: str) -> None:
        self._records = ()
        self._armed = False
        spared = self.spared is not None and self.spared(text)
        if len(text.strip()) < _LEAST or spared or text.strip().replace(".", "").isdigit():
            self._pause.stop()
            self.shut()
        else:
            self._pause.start()

    def _ask(self) -> None:
        if self._places is None:
            self._places = ()
            self._context.work.run(
                stock_desk.places, self._context.database, on_done=self._got_places, on_error=self._no_answer,
                owner=self, background=True,
            )  # fmt: skip
        if self._job is not None:
            self._job.cancel()
        self._job = self._context.work.run(
            self._context.search, self._field.text().strip(), on_done=self._got_records, on_error=self._no_answer,
            owner=self, background=True,
        )  # fmt: skip
        self._show()

    def _got_places(self, places: tuple[Place, ...]) -> None:
        self._places = places
        self._show()

    def _got_records(self, found: Sequence[Found]) -> None:
        self._job = None
        kinds = (*_KINDS, "party") if self.with_owners is not None and self.with_owners() else _KINDS
        self._records = tuple(each for each in found if each.key in kinds)[:_RECORDS]
        self._show()

    def _no_answer(self, failure: Failure) -> None:
        """Offering is a help; typing and scanning go on without it, and the next key asks again."""
        self._job = None
        if not self._places:
            self._places = None

    def _places_changed(self, changes: Changes, initiator: object) -> None:
        self._places = None

    def _show(self) -> None:
        typed = self._field.text().strip()
        rows = [*matching(self._places or (), typed), *self._records] if len(typed) >= _LEAST else []
        if not rows or not self._field.isVisible():
            self.shut()
            return
        if self._popup is None:
            self._popup = _Offer(self._field)
            self._popup.list.picked.connect(self._picked)
            self.destroyed.connect(self._popup.deleteLater)
        self._popup.list.show_rows(rows)
        self._popup.list.current = self._popup.list.current if self._armed else -1
        self._popup.fit()
        if not self._popup.isVisible():
            self._popup.open()

    def _picked(self, found: Found) -> None:
        self.shut()
        self._field.clear()
        self.chosen.emit(found.code)


def matching(places: Sequence[Place], typed: str) -> list[Found]:
    """Places whose path or name holds every typed word, those whose code begins so first."""
    words = typed.casefold().replace("/", " ").split()
    hits = []
    for place in places:
        text = f"{place.path} {place.name} {place.name_zh or ''}".casefold()
        if all(word in text for word in words):
            hits.append(place)
    hits.sort(key=lambda place: (not place.code.casefold().startswith(words[0] if words else ""), place.path))
    return [_found(each) for each in hits[:_PLACES]]


def _found(place: Place) -> Found:
    name = pick(place.name, place.name_zh)
    path = place.path if place.path != place.code else ""
    words = [each for each in (path, name if name != place.code else "") if each] or [""]
    return Found("stock_location", place.id, place.code, words[0], " ".join(words[1:]), "map-pin")
