"""Stock that was chosen in a list: put it into quarantine, release it, scrap it, or receive it out of transit.

Quantities are filled in with all that lies there; one choice, one reason, F9 posts one document.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.domain.changes import Changes
from desktop.domain.entry import format_date
from desktop.domain.text import pick, tr
from desktop.operations import stock, stock_desk, stock_lots
from desktop.operations.forms import FieldInfo
from desktop.operations.records import Record
from desktop.operations.stock_desk import Resolved
from desktop.operations.stock_lots import Lying
from desktop.operations.stock_values import Preview
from desktop.runtime.context import Context, Found
from desktop.runtime.failures import Failure
from desktop.views.stock.page_date import PageDate
from desktop.widgets.buttons import Button
from desktop.widgets.fields import Field, TextInput
from desktop.widgets.form_fields import EditorTools, found_from
from desktop.widgets.header import ActionBar, HeaderBar
from desktop.widgets.line_table import LineTable
from desktop.widgets.lookup import LookupField
from desktop.widgets.page import Page
from desktop.widgets.paint import column, row
from desktop.widgets.segmented import Segment, Segmented

_READ_ONLY = frozenset({"item", "name", "location", "lot", "owner", "condition", "lies", "uom"})
RELEASERS = ("steward", "manager")
_CHOICES = ("quarantine", "bad", "scrap", "good")
"""In the order of Ctrl+1…4; the last one is not everybody's."""


class ConditionPage(Page):
    """Opened with ``{"values": {"balances": [...], "purpose": "condition" | "transit"}}``."""

    def __init__(
        self, context: Context, balances: Sequence[int], *, transit: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(context, parent)
        self.balances, self.transit = tuple(balances), transit
        self._rows: tuple[Lying, ...] = ()
        self._key = stock.new_key()
        self.header = HeaderBar()
        self.choice = Segmented(())
        self.place = LookupField(context.work, self._places)
        self.place_field = Field("", self.place)
        self.reason = TextInput()
        self.reason_field = Field("", self.reason)
        self.table = LineTable(EditorTools(context.work, {}), title=lambda: tr("Stock"), editable=False)
        self.bar = ActionBar()
        self.post_button = Button("", kind="primary", icon="check", height=32, key="F9")
        self.bar.add_button(self.post_button)
        self.post_action = self.command("F9", self.post)
        self.post_button.clicked.connect(self.post)
        self.kinds = tuple(
            self.command(f"Ctrl+{number}", partial(self.choose, key)) for number, key in enumerate(_CHOICES, start=1)
        )
        self.dating = PageDate(self)
        self.header.add_left(self.choice)
        self.header.add_action(self.dating.button)
        fields = row(self.place_field, self.reason_field, spacing=16)
        fields.setStretch(0, 1)
        fields.setStretch(1, 2)
        for field in (self.place_field, self.reason_field):
            fields.setAlignment(field, Qt.AlignmentFlag.AlignTop)
        body = QWidget()
        body.setLayout(column(fields, self.table, None, spacing=12, margins=(16, 12, 16, 16)))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.header)
        whole.addWidget(self.dating.strip)
        whole.addWidget(body, 1)
        whole.addWidget(self.dating.panel, 1)
        whole.addWidget(self.bar)
        self.dating.cover(body, *(() if transit else (self.choice,)))
        self.dating.changed.connect(self._show_verb)
        self.reason.returnPressed.connect(self.post)
        self.retranslate()

    def title(self) -> str:
        return tr("Receive from transit") if self.transit else tr("Condition of stock")

    def icon_name(self) -> str:
        return "truck" if self.transit else "shield-check"

    def key_hints(self) -> Sequence[tuple[str, str]]:
        if self.dating.asked is not None:
            return self.dating.asked_hints()
        kinds = () if self.transit else ((f"Ctrl+1…{len(self._offered())}", tr("Condition")),)
        return (("F9", self._verb()), ("F7", tr("Look up")), *kinds, *self.dating.hints())

    def zones(self) -> Sequence[QWidget]:
        if self.dating.asked is not None:
            return (self.dating.panel,)
        return (self.place if self.transit else self.reason, self.table.view)

    def retranslate(self) -> None:
        self.header.set_title(self.title())
        words = _words()
        self.choice.setAccessibleName(tr("Condition"))
        self.choice.set_segments(tuple(Segment(key, words[key]) for key in self._offered()))
        for number, key in enumerate(_CHOICES, start=1):
            self.kinds[number - 1].setText(words[key])
            self.kinds[number - 1].setEnabled(not self.transit and key in self._offered())
        self.choice.setVisible(not self.transit and self.dating.asked is None)
        self.place_field.set_label(tr("Into bin"), "" if self.transit else tr("Empty: it stays where it lies"))
        self.reason_field.set_label(tr("Reason"))
        self.dating.retranslate()
        self._show_verb()
        self.table.retranslate()
        self._fill()

    def _offered(self) -> tuple[str, ...]:
        may_release = self.context.user.has(*RELEASERS)
        return tuple(key for key in _CHOICES if key != "good" or may_release)

    def _verb(self) -> str:
        return self.dating.verb(tr("Receive") if self.transit else tr("Post"))

    def _show_verb(self) -> None:
        self.post_button.setText(self._verb())
        self.post_action.setText(self._verb())
        self.post_button.setEnabled(self.dating.may_post())
        self.key_hints_changed.emit()

    def choose(self, key: str) -> None:
        """Ctrl and a digit: what becomes of the stock."""
        if self.dating.asked is None:
            self.choice.set_current(key)

    def refresh(self) -> None:
        self.context.work.run(
            stock_lots.lying,
            self.context.database,
            self.balances,
            on_done=self._seen,
            on_error=self._failed,
            owner=self,
        )

    def _seen(self, rows: tuple[Lying, ...]) -> None:
        self._rows = rows
        self._fill()
        (self.place if self.transit else self.reason).setFocus()

    def _fill(self) -> None:
        lines = tuple(Record(kind="lying", id=each.balance_id, version=0, values=_values(each)) for each in self._rows)
        self.table.show_lines(_columns(), lines, read_only=_READ_ONLY, editable=False)

    def _places(self, typed: str) -> Sequence[Found]:
        found = stock_lots.offered(self.context.database, "location_id", typed)
        return tuple(each for each in map(found_from, found) if each is not None)

    # a scanned bin is where it goes

    def handle_scan(self, code: str) -> bool:
        if self.dating.asked is not None:
            self.context.toast("warn", tr("F9 or Esc first"), code)
            return True
        self.context.work.run(
            stock_desk.resolve, self.context.database, code,
            on_done=partial(self._scanned, code), on_error=self._failed, owner=self,
        )  # fmt: skip
        return True

    def _scanned(self, code: str, found: Resolved | None) -> None:
        if found is not None and found.kind == "location" and found.mine:
            self.place.set_value(Found("stock_location", found.id, found.code, pick(found.name, found.name_zh)))
            self.place_field.accept()
        else:
            self.place_field.refuse(tr("{code} is no bin of this branch: scan the bin where it goes.", code=code))

    def wanted(self) -> tuple[tuple[Lying, Decimal], ...]:
        """What is to be posted: rows with a quantity."""
        by_id = {each.balance_id: each for each in self._rows}
        found = ((by_id[key], values["quantity"]) for key, values in self.table.values() if key in by_id)
        return tuple((each, quantity) for each, quantity in found if quantity)

    def post(self) -> None:
        """F9: check here what can be said here, the rest is the database's to say."""
        if not self.dating.settled() or self.dating.confirm():
            return
        self.bar.set_reason("")
        for field in (self.place_field, self.reason_field):
            field.accept()
        place, reason, lines = self.place.value(), self.reason.text().strip(), self.wanted()
        if self.transit and place is None:
            self.place_field.refuse(tr("Bin is missing: choose where it goes (F7)."))
            self.place.setFocus()
        elif not self.transit and not reason:
            self.reason_field.refuse(tr("Reason is missing: say in a few words why."))
            self.reason.setFocus()
        elif self.table.problems() or not lines:
            self.bar.set_reason(next(iter(self.table.problems()), tr("Nothing is filled in yet.")))
        elif self.post_button.isEnabled():
            preview, post = self._calls(place.id if place is not None else None, reason, lines)
            self.dating.post(len(lines), preview, partial(self._send, post), self._refused)

    def _calls(
        self, place: int | None, reason: str, lines: tuple[tuple[Lying, Decimal], ...]
    ) -> tuple[Callable[[date], Preview], Callable[[], Changes]]:
        """What an earlier day would change, and the posting itself."""
        database, day = self.context.database, self.dating.day
        if self.transit:
            given: dict[str, Any] = {"location_id": place or 0, "reason": reason}
            return (
                lambda on: stock_lots.preview_transit(database, lines, day=on, **given),
                partial(stock_lots.receive_transit, database, self._key, lines, day=day, **given),
            )
        balances = tuple((each.balance_id, quantity) for each, quantity in lines)
        given = {"to_condition": self.choice.current(), "to_location_id": place, "reason": reason}
        return (
            lambda on: stock_lots.preview_condition(database, balances, day=on, **given),
            partial(stock_lots.change_condition, database, self._key, balances, day=day, **given),
        )

    def _send(self, post: Callable[[], Changes]) -> None:
        self.post_button.setEnabled(False)
        self.context.work.run(post, on_done=self._posted, on_error=self._refused, owner=self)

    def _posted(self, changes: Changes) -> None:
        self._key = stock.new_key()
        self.post_button.setEnabled(True)
        self.reason.clear()
        self.context.bus.publish(changes, self)
        day = self.dating.day
        self.context.toast("success", tr("Posted"), tr("Dated {day}", day=format_date(day)) if day else "")
        self.dating.forget()
        self.refresh()

    def _refused(self, failure: Failure) -> None:
        """The key stays: whether or not it arrived, the next F9 asks for the same posting, unless something changed."""
        self.post_button.setEnabled(True)
        if not stock.outcome_unknown(failure.error):
            self._key = stock.new_key()
        self.bar.set_reason(failure.message)

    def _failed(self, failure: Failure) -> None:
        self.context.toast("danger", tr("The stock could not be read"), failure.message)


def _words() -> dict[str, str]:
    return {
        "quarantine": tr("Quarantine"),
        "bad": tr("Bad"),
        "scrap": tr("Scrap"),
        "good": tr("Release as good"),
    }


def _columns() -> tuple[FieldInfo, ...]:
    return (
        FieldInfo("item", "code", tr("Item no."), "item.code"),
        FieldInfo("name", "text", tr("Name"), "item.name"),
        FieldInfo("location", "code", tr("Lies in"), "stock_balance.location_id"),
        FieldInfo("lot", "code", tr("Lot / serial"), "stock_balance.lot_id"),
        FieldInfo("owner", "choice", tr("Owner"), "stock_balance.owner_id"),
        FieldInfo("condition", "choice", tr("Condition"), "stock_balance.condition"),
        FieldInfo("lies", "price", tr("On hand"), "stock_balance.quantity", places=4),
        FieldInfo("quantity", "price", tr("Quantity"), "stock_balance.quantity", places=4),
        FieldInfo("uom", "choice", tr("Unit"), "item.uom"),
    )


def _values(each: Lying) -> dict[str, Any]:
    words = {"good": tr("Good"), "bad": tr("Bad"), "quarantine": tr("Quarantine")}
    return {
        "item": each.item,
        "name": pick(each.name, each.name_zh),
        "location": each.location,
        "lot": each.lot,
        "owner": each.owner or None,
        "condition": words.get(each.condition, each.condition),
        "lies": each.quantity,
        "quantity": each.quantity,
        "uom": pick(each.uom, each.uom_zh),
    }
