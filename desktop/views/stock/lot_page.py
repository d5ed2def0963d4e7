"""A lot or a single piece: where it is, its life from receipt to scrap, and what may be done with it now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.domain.changes import Changes
from desktop.domain.entry import NotANumber, format_date, parse_decimal
from desktop.domain.figures import quantity_text
from desktop.domain.text import pick, tr
from desktop.operations import stock, stock_lots
from desktop.operations.stock_lots import LifeEntry, LotCard
from desktop.runtime.context import Context, Found, SearchProvider
from desktop.runtime.failures import Failure
from desktop.views.stock.fact_box import fact_box, link_to
from desktop.widgets.ask_strip import Ask, AskStrip
from desktop.widgets.buttons import Button
from desktop.widgets.discard import discard_all
from desktop.widgets.form_fields import found_from
from desktop.widgets.header import HeaderBar
from desktop.widgets.history_table import HistoryRow, HistoryTable
from desktop.widgets.labels import ChipKind, Label
from desktop.widgets.page import Page
from desktop.widgets.paint import Surface, column, row

_LOOKS: dict[str, tuple[ChipKind, str]] = {
    "in_stock": ("success", "circle-check"),
    "issued": ("warn", "arrow-right"),
    "installed": ("info", "cog"),
    "in_repair": ("warn", "wrench"),
    "scrapped": ("neutral", "trash-2"),
    "returned_to_supplier": ("neutral", "undo-2"),
    "lost": ("danger", "circle-x"),
}
_ICONS = {
    "receipt": ("inbox", "success.fg"),
    "opening": ("inbox", "text.secondary"),
    "issue": ("upload", "accent.fg"),
    "counter_issue": ("upload", "accent.fg"),
    "return": ("undo-2", "warn.fg"),
    "transfer": ("truck", "text.secondary"),
    "adjustment": ("pencil", "warn.fg"),
    "supplier_return": ("undo-2", "warn.fg"),
    "reversal": ("undo-2", "danger.fg"),
    "installed": ("cog", "success.fg"),
    "removed": ("minus", "warn.fg"),
    "sent_to_repair": ("wrench", "warn.fg"),
    "repaired": ("check", "success.fg"),
    "scrapped": ("trash-2", "danger.fg"),
    "expiry_changed": ("clock", "text.secondary"),
}
_KEYS = {
    "install": "Ctrl+I",
    "remove": "Ctrl+R",
    "send_to_repair": "Ctrl+Shift+W",
    "back_from_repair": "Ctrl+Shift+B",
    "scrap": "Ctrl+Shift+X",
    "expiry": "Ctrl+Shift+E",
}


class LotPage(Page):
    """Opened by ``context.open("lot", lot_id)``."""

    def __init__(self, context: Context, lot_id: int, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.lot_id = lot_id
        self.card: LotCard | None = None
        self._key = stock.new_key()
        self.header = HeaderBar()
        self.strip = AskStrip(context.work)
        self.facts = Surface("surface.base", "b")
        self._fact_row = row(spacing=24, margins=(16, 8, 16, 8))
        self.facts.setLayout(self._fact_row)
        self.life = HistoryTable(lambda: tr("Life"))
        self.life.opened.connect(self.open_requested)
        self.strip.shut_down.connect(self.life.view.setFocus)
        self.buttons: dict[str, Button] = {}
        self.acts: dict[str, QAction] = {}
        for act, keys in _KEYS.items():
            self.acts[act] = self.command(keys, partial(self.ask, act))
            button = self.buttons[act] = Button("")
            button.follow(self.acts[act])
            self.header.add_action(button)
            button.hide()
        body = QWidget()
        body.setLayout(column(self.life, margins=(16, 12, 16, 16)))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        for widget in (self.header, self.strip, self.facts):
            whole.addWidget(widget)
        whole.addWidget(body, 1)
        context.bus.subscribe(("lot", "lot_event", "stock_move"), self._changed)
        self.retranslate()

    def title(self) -> str:
        return self.card.code if self.card else tr("Lot")

    def icon_name(self) -> str:
        return "tag"

    def key_hints(self) -> Sequence[tuple[str, str]]:
        mine = self.card.acts(self.context.user.roles) if self.card else ()
        return (("F5", tr("Refresh")), *((_KEYS[act], _words(act)) for act in mine))

    def refresh(self) -> None:
        self.context.work.run(
            stock_lots.load, self.context.database, self.lot_id, on_done=self._seen, on_error=self._failed, owner=self
        )

    def retranslate(self) -> None:
        for act, action in self.acts.items():
            action.setText(_words(act))
            self.buttons[act].setText(_words(act))
        self.life.retranslate()
        self.strip.retranslate()
        self._show()

    # showing

    def _changed(self, changes: Changes, initiator: object) -> None:
        self.look_again()

    def _seen(self, card: LotCard | None) -> None:
        self.card = card
        self._show()
        self.title_changed.emit()

    def _show(self) -> None:
        card = self.card
        self.header.set_title(card.code if card else tr("Lot"))
        mine = card.acts(self.context.user.roles) if card else ()
        for act, action in self.acts.items():
            action.setEnabled(act in mine)
            self.buttons[act].setVisible(act in mine)
        discard_all(self._fact_row)
        if card is None:
            return
        kind, icon = _LOOKS.get(card.state or "", ("neutral", ""))
        self.header.set_state(state_words(card.state), kind, icon)
        self.header.set_note(pick(card.item_name, card.item_name_zh))
        self._fact_row.addWidget(fact_box(tr("Item no."), link_to(self, "item", card.item_id, card.item)))
        if card.asset_id is not None and card.asset:
            self._fact_row.addWidget(fact_box(tr("Installed in"), link_to(self, "asset", card.asset_id, card.asset)))
        where = tr(", ").join(_place(each, card) for each in card.places) or "–"
        self._fact_row.addWidget(fact_box(tr("Lies in"), Label(where)))
        expires = Label(format_date(card.expires_on))
        self._fact_row.addWidget(fact_box(tr("Expires on"), expires))
        self._fact_row.addStretch(1)
        self.life.show_rows(tuple(_row(each) for each in card.life))

    # acting

    def ask(self, act: str) -> None:
        """Open the strip of an act."""
        if self.card is None or act not in self.card.acts(self.context.user.roles):
            return
        self._key = stock.new_key()
        words = partial(_words, act)
        self.strip.open(words, self._asks(act), take=words, done=partial(self._do, act))

    def _asks(self, act: str) -> tuple[Ask, ...]:
        reason = Ask("reason", lambda: tr("Reason"), required=act in ("scrap", "expiry"))
        return {
            "install": (Ask("asset_id", lambda: tr("Asset"), self._provider("asset_id")),),
            "remove": (reason,),
            "send_to_repair": (
                Ask("supplier_id", lambda: tr("Repairer"), self._provider("supplier_id"), required=False),
                Ask("due_on", lambda: tr("Back on"), date=True, required=False),
                reason,
            ),
            "back_from_repair": (
                Ask("location_id", lambda: tr("Into bin"), self._provider("location_id"), required=False),
                Ask("cost", lambda: tr("Cost without tax, ¥"), required=False, code=True),
                Ask("work_order_id", lambda: tr("Borne by order"), self._provider("work_order_id"), required=False),
                reason,
            ),
            "scrap": (reason,),
            "expiry": (Ask("expires_on", lambda: tr("Expires on"), date=True), reason),
        }[act]

    def _provider(self, key: str) -> SearchProvider:
        def search(typed: str) -> Sequence[Found]:
            found = stock_lots.offered(self.context.database, key, typed)
            return tuple(each for each in map(found_from, found) if each is not None)

        return search

    def _do(self, act: str, given: Mapping[str, Any]) -> None:
        if given.get("cost") is not None:
            try:
                given = {**given, "cost": parse_decimal(given["cost"])}
            except NotANumber:
                self.strip.refuse(tr("Cost: enter an amount such as 86.50"))
                self.strip.editors["cost"].setFocus()
                return
        calls: dict[str, Callable[[], Changes]] = {
            "install": lambda: stock_lots.install(self.context.database, self._key, self.lot_id, given["asset_id"]),
            "remove": lambda: stock_lots.remove(
                self.context.database, self._key, self.lot_id, reason=given["reason"] or ""
            ),
            "send_to_repair": lambda: stock_lots.send_to_repair(
                self.context.database, self._key, self.lot_id, supplier_id=given["supplier_id"],
                due_on=given["due_on"], reason=given["reason"] or "",
            ),
            "back_from_repair": lambda: stock_lots.back_from_repair(
                self.context.database, self._key, self.lot_id, location_id=given["location_id"],
                reason=given["reason"] or "", cost=given.get("cost"), work_order_id=given.get("work_order_id"),
            ),
            "scrap": lambda: stock_lots.scrap(
                self.context.database, self._key, self.lot_id, reason=given["reason"]
            ),
            "expiry": lambda: stock_lots.set_expiry(
                self.context.database, self.lot_id, given["expires_on"], reason=given["reason"]
            ),
        }  # fmt: skip
        self.context.work.run(calls[act], on_done=self._done, on_error=self._refused, owner=self)

    def _done(self, changes: Changes) -> None:
        self.strip.shut()
        self.context.bus.publish(changes, self)
        self.refresh()

    def _refused(self, failure: Failure) -> None:
        self.strip.refuse(failure.message)
        wrong = self.strip.editors.get(getattr(failure.error, "field", None) or "")
        if wrong is not None:
            wrong.setFocus()

    def _failed(self, failure: Failure) -> None:
        self.context.toast("danger", tr("The lot could not be read"), failure.message)


def state_words(state: str | None) -> str:
    """The state of a single piece; empty for a lot."""
    return {
        "in_stock": tr("In stock"),
        "issued": tr("Out"),
        "installed": tr("Installed"),
        "in_repair": tr("In repair"),
        "scrapped": tr("Scrapped"),
        "returned_to_supplier": tr("Returned to supplier"),
        "lost": tr("Not found"),
    }.get(state or "", "")


def _words(act: str) -> str:
    return {
        "install": tr("Install"),
        "remove": tr("Take out"),
        "send_to_repair": tr("Send to repair"),
        "back_from_repair": tr("Back from repair"),
        "scrap": tr("Scrap"),
        "expiry": tr("Expiry date"),
    }[act]


def _kind(kind: str) -> str:
    return {
        "receipt": tr("Received"),
        "opening": tr("Opening"),
        "issue": tr("Issued"),
        "counter_issue": tr("Issued"),
        "return": tr("Returned"),
        "transfer": tr("Moved"),
        "adjustment": tr("Adjusted"),
        "supplier_return": tr("Returned to supplier"),
        "reversal": tr("Reversed"),
        "installed": tr("Installed"),
        "removed": tr("Taken out"),
        "sent_to_repair": tr("Sent to repair"),
        "repaired": tr("Repaired"),
        "scrapped": tr("Scrapped"),
        "expiry_changed": tr("Expiry changed"),
    }.get(kind, kind)


def _row(entry: LifeEntry) -> HistoryRow:
    icon, role = _ICONS.get(entry.kind, ("info", "text.secondary"))
    place = pick(entry.place, entry.place_zh)
    parts = (place, entry.reason, pick(entry.by, entry.by_zh))
    return HistoryRow(
        at=entry.at,
        icon=icon,
        role=role,
        kind=_kind(entry.kind),
        code=entry.number or (place if entry.opens else ""),
        text=" · ".join(part for part in parts if part),
        quantity=entry.quantity,
        amount=entry.amount,
        opens=entry.opens,
    )


def _place(place: tuple[str, str, Any], card: LotCard) -> str:
    code, condition, quantity = place
    words = {"bad": tr("Bad"), "quarantine": tr("Quarantine")}.get(condition, "")
    amount = "" if card.tracking == "serial" else f"{quantity_text(quantity)} {card.uom}"
    return " ".join(part for part in (code, amount, f"({words})" if words else "") if part)
