"""Hours, journeys and parts of a work order: what was entered, and one row of fields to enter more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes
from desktop.domain.entry import NotADate, NotANumber
from desktop.domain.text import pick, tr
from desktop.operations import forms, work_orders
from desktop.operations.forms import FormInfo
from desktop.operations.records import Record
from desktop.operations.work_orders import IssuedPart
from desktop.runtime.context import Context, Found
from desktop.runtime.failures import Failure
from desktop.widgets.buttons import Button
from desktop.widgets.dates import DateField
from desktop.widgets.fields import Field, NumberField, TextInput
from desktop.widgets.form_fields import found_from
from desktop.widgets.history_table import HistoryRow, HistoryTable
from desktop.widgets.lookup import LookupField
from desktop.widgets.paint import column, row


class HoursPanel(QWidget):
    """Entered time and issued parts as one table; below it the fields for the next entry (Enter in the last adds)."""

    entered = Signal(object)
    """The `Changes` of a new entry."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._order: Record | None = None
        self.table = HistoryTable(lambda: tr("Hours, travel and parts"))
        self.engineer = LookupField(context.work, self._engineers)
        self.day = DateField(date.today())
        self.starts, self.ends = TextInput(), TextInput()
        self.starts.setPlaceholderText("8:00")
        self.ends.setPlaceholderText("12:00")
        self.km = NumberField(places=1, minimum=Decimal(0), trim=True)
        self.note = TextInput()
        self.add = Button("", icon="plus")
        self.add.clicked.connect(self.enter)
        self.note.returnPressed.connect(self.enter)
        self.fields: dict[str, tuple[Field, Callable[[], str]]] = {
            "engineer": (Field("", self.engineer), lambda: tr("Engineer")),
            "day": (Field("", self.day), lambda: tr("Day")),
            "starts": (Field("", self.starts), lambda: tr("From")),
            "ends": (Field("", self.ends), lambda: tr("To")),
            "km": (Field("", self.km), lambda: tr("Distance km")),
            "note": (Field("", self.note), lambda: tr("Note")),
        }
        entry = row(*(field for field, _ in self.fields.values()), column(20, self.add, None, spacing=0))
        for number, stretch in enumerate((3, 2, 1, 1, 1, 4)):
            entry.setStretch(number, stretch)
        self.entry = QWidget()
        self.entry.setLayout(entry)
        self.setLayout(column(self.table, self.entry))
        self.retranslate()

    def retranslate(self) -> None:
        for field, label in self.fields.values():
            field.set_label(label())
        self.add.setText(tr("Enter hours"))
        self.table.retranslate()

    def show_order(self, record: Record, info: FormInfo, parts: Sequence[IssuedPart]) -> None:
        self._order = record
        self.entry.setVisible(record.id is not None and record.values.get("state") not in ("closed", "cancelled"))
        states = dict(info.lines["labour"]["state"].choices)
        rows = [_labour_row(line, states) for line in record.lines["labour"]]
        rows += [_travel_row(line, states) for line in record.lines["travel"]]
        rows.sort(key=lambda each: each.at, reverse=True)
        now = datetime.now().astimezone()
        rows += [_part_row(part, now) for part in parts]
        self.table.show_rows(rows)
        engineer = record.referred.get("engineer_id")
        if self.engineer.value() is None and engineer is not None:
            self.engineer.set_value(found_from(engineer))

    def _engineers(self, typed: str) -> Sequence[Found]:
        reference = work_orders.WORK_ORDER.references["engineer_id"]
        found = forms.find(self._context.database, reference, typed)
        return tuple(entry for entry in map(found_from, found) if entry is not None)

    @Slot()
    def enter(self) -> None:
        """Check the fields and post the entry; a wrong field says what to type."""
        if self._order is None or self._order.id is None:
            return
        for field, _ in self.fields.values():
            field.accept()
        engineer = self.engineer.value()
        if engineer is None:
            self._refuse("engineer", tr("Engineer is missing: choose one (F7)."))
            return
        try:
            day = self.day.value() or date.today()
            distance = self.km.value()
        except (NotADate, NotANumber) as error:
            self._refuse("day" if isinstance(error, NotADate) else "km", str(error))
            return
        starts, ends = _clock(self.starts.text()), _clock(self.ends.text())
        for key, found in (("starts", starts), ("ends", ends)):
            if found is None:
                self._refuse(key, tr("Not a time. Type for example 8:30 or 0830"))
                return
        if starts is None or ends is None:
            return
        first, last = datetime.combine(day, starts).astimezone(), datetime.combine(day, ends).astimezone()
        if last <= first:
            last += timedelta(days=1)
        job = (self._order.id, int(engineer.id), first, last, distance, self.note.text().strip() or None)
        self._context.work.run(self._post, *job, on_done=self._posted, on_error=self._refused, owner=self)

    def _post(
        self, order_id: int, engineer_id: int, first: datetime, last: datetime, km: Decimal | None, note: str | None
    ) -> Changes:
        database = self._context.database
        _, changes = work_orders.enter_labour(
            database, order_id=order_id, engineer_id=engineer_id, starts=first, ends=last, note=note
        )
        if km:
            _, travelled = work_orders.enter_travel(
                database,
                order_id=order_id,
                engineer_id=engineer_id,
                day=first.date(),
                distance_km=km,
                minutes=0,
                note=note,
            )
            changes = changes.merged(travelled)
        return changes

    def _posted(self, changes: Changes) -> None:
        for widget in (self.starts, self.ends, self.note):
            widget.clear()
        self.km.set_value(None)
        self.starts.setFocus()
        self.entered.emit(changes)

    def _refused(self, failure: Failure) -> None:
        keys = {"engineer_id": "engineer", "period": "starts"}
        self._refuse(keys.get(getattr(failure.error, "field", None) or "", "note"), failure.message)

    def _refuse(self, key: str, message: str) -> None:
        field, _ = self.fields[key]
        field.refuse(message)
        field.editor.setFocus()


def _clock(text: str) -> time | None:
    """``8:30``, ``0830``, ``8`` or full-width ``８：３０`` as a time of day."""
    plain = text.strip().translate({0xFF1A: ":", **{0xFF10 + digit: str(digit) for digit in range(10)}})
    hours, _, minutes = plain.partition(":")
    if not minutes and len(plain) in (3, 4):
        hours, minutes = plain[:-2], plain[-2:]
    if not hours.isdecimal() or not (minutes or "0").isdecimal():
        return None
    hour, minute = int(hours), int(minutes or 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _labour_row(line: Record, states: dict[str, str]) -> HistoryRow:
    period: Any = line.values["period"]
    hours = Decimal((period.upper - period.lower).total_seconds()) / 3600
    engineer = line.referred.get("engineer_id")
    return HistoryRow(
        at=period.lower,
        icon="clock",
        role="text.secondary",
        kind=tr("Hours"),
        code=engineer.code if engineer else "",
        text=_words(engineer, states.get(str(line.values["state"]), ""), line.values["note"]),
        quantity=round(hours, 2),
        amount=line.values["amount"],
    )


def _travel_row(line: Record, states: dict[str, str]) -> HistoryRow:
    engineer = line.referred.get("engineer_id")
    return HistoryRow(
        at=datetime.combine(line.values["travelled_on"], time(12)).astimezone(),
        icon="car",
        role="text.secondary",
        kind=tr("Travel"),
        code=engineer.code if engineer else "",
        text=_words(engineer, states.get(str(line.values["state"]), ""), line.values["note"]),
        quantity=line.values["distance_km"],
        amount=line.values["amount"],
    )


def _part_row(part: IssuedPart, at: datetime) -> HistoryRow:
    planned = tr("{count} planned", count=f"{part.planned.normalize():f}")
    return HistoryRow(
        at=at,
        icon="box",
        role="text.secondary",
        kind=tr("Part"),
        code=part.item_code,
        text=_words(None, pick(part.item_name, part.item_name_zh), planned),
        quantity=part.issued,
        amount=part.amount,
    )


def _words(engineer: Any, *more: str | None) -> str:
    name = pick(engineer.name, engineer.name_zh) if engineer else ""
    return ", ".join(part for part in (name, *more) if part)
