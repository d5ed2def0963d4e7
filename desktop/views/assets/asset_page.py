"""The asset card: what it is, where it stands, and all that ever happened to it."""

from __future__ import annotations

from typing import Any

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes
from desktop.domain.text import pick, tr
from desktop.operations import assets, stock_item_facts, stock_lots
from desktop.operations.assets import AssetEntry
from desktop.operations.records import Record, Values
from desktop.operations.stock_item_facts import FitFact
from desktop.operations.stock_lots import InstalledPart
from desktop.reports.stock import Label, labels
from desktop.runtime.context import Context
from desktop.views.assets.fitting_parts import FittingParts
from desktop.views.assets.installed_parts import InstalledParts
from desktop.widgets.buttons import Button
from desktop.widgets.form_page import FormPage, FormSection, FormSpec, Loaded
from desktop.widgets.history_table import HistoryRow, HistoryTable
from desktop.widgets.papers import Make

STATE_LOOKS = {
    "planned": ("info", "clock"),
    "commissioning": ("info", "wrench"),
    "operational": ("success", "check"),
    "down": ("danger", "triangle-alert"),
    "standby": ("warn", "pause"),
    "retired": ("neutral", "lock"),
    "disposed": ("neutral", "x"),
}
_ICONS = {
    "work_order": ("wrench", "accent.fg"),
    "part": ("box", "text.secondary"),
    "failure": ("triangle-alert", "danger.fg"),
    "error": ("circle-alert", "warn.fg"),
    "alarm": ("bell", "warn.fg"),
    "note": ("info", "text.secondary"),
    "placement": ("map-pin", "text.secondary"),
}


def asset_spec() -> FormSpec:
    return FormSpec(
        kind=assets.ASSET,
        noun=lambda: tr("Asset"),
        icon="cog",
        sections=(
            FormSection(
                lambda: tr("Identity"),
                (
                    "code", "name", "name_zh", "asset_class_id", "parent_id", "criticality", "maker", "model",
                    "serial_number",
                ),
            ),
            FormSection(lambda: tr("Place and state"), ("org_unit_id", "site_id", "state")),
            FormSection(
                lambda: tr("Purchase and warranty"),
                (
                    "supplier_id", "purchased_on", "purchase_cost", "installed_on", "commissioned_on", "warranty_until",
                    "note",
                ),
                frozenset({"note"}),
            ),
        ),
        load=assets.load,
        save=assets.save,
        topics=("asset",),
    )  # fmt: skip


class AssetPage(FormPage):
    """One asset with its history below; the history's codes open the order, item or site."""

    def __init__(
        self,
        context: Context,
        asset_id: int | None = None,
        values: Values | None = None,
        parent: QWidget | None = None,
    ) -> None:
        self.history = HistoryTable(lambda: tr("History"))
        self.installed = InstalledParts(context)
        self.fitting = FittingParts(context)
        super().__init__(context, asset_spec(), asset_id, values, parent)
        self.history.opened.connect(self.open_requested)
        self.installed.opened.connect(self.open_requested)
        self.installed.registered.connect(self._registered)
        self.fitting.opened.connect(self.open_requested)
        self.fitting.changed.connect(self._registered)
        self.order_button = Button(tr("New work order"), icon="plus")
        self.order_button.clicked.connect(self.new_order)
        self.header.add_action(self.order_button)
        self.order_button.hide()
        self.order_action = self._action(tr("New work order"), QKeySequence("Ctrl+Shift+N"), self.new_order)
        context.bus.subscribe(
            ("work_order", "stock_move", "failure", "asset_event", "lot_event", "item_fit"), self.changed_elsewhere
        )

    def extra_parts(self) -> tuple[QWidget, ...]:
        return (self.installed, self.fitting, self.history)

    def more(
        self, database: Any, record: Record
    ) -> tuple[tuple[AssetEntry, ...], tuple[InstalledPart, ...], tuple[FitFact, ...]]:
        asset = record.id or 0
        return (
            assets.history(database, asset), stock_lots.installed(database, asset),
            stock_item_facts.fitting(database, asset),
        )  # fmt: skip

    def paper(self, record: Record) -> tuple[str, Make]:
        values = record.values
        label = Label(str(values["code"]), pick(values["name"], values["name_zh"]), str(values["model"] or ""))
        return str(values["code"]), lambda path: labels(path, (label,))

    def new_order(self) -> None:
        """Ctrl+Shift+N: a work order for this asset; place, customer and contract follow from it."""
        if self.record_id is not None and self._may_order():
            self.open_requested.emit("work_order", {"values": {"asset_id": self.record_id}})

    def _may_order(self) -> bool:
        return self.context.user.has("desk", "planner", "pm")

    def retranslate(self) -> None:
        super().retranslate()
        self.order_button.setText(tr("New work order"))
        self.order_action.setText(tr("New work order"))
        self.history.retranslate()
        self.installed.retranslate()
        self.fitting.retranslate()

    def shown(self, loaded: Loaded) -> None:
        may_order = self.record_id is not None and self._may_order()
        self.order_button.setVisible(may_order)
        self.order_action.setEnabled(may_order)
        kind, icon = STATE_LOOKS.get(str(loaded.record.values.get("state")), ("neutral", ""))
        choices = dict(loaded.info.fields["state"].choices)
        state = str(loaded.record.values.get("state") or "")
        self.header.set_state(choices.get(state, state), kind, icon)  # type: ignore[arg-type]
        entries, parts, fits = loaded.more or ((), (), ())
        self.history.show_rows(tuple(_row(entry) for entry in entries))
        self.installed.show_parts(self.record_id, parts)
        self.fitting.show_parts(self.record_id, fits)

    def _registered(self, changes: Changes) -> None:
        self.context.bus.publish(changes, self)
        self.reload()


def _row(entry: AssetEntry) -> HistoryRow:
    icon, role = _ICONS.get(entry.kind, ("info", "text.secondary"))
    return HistoryRow(
        at=entry.at,
        icon=icon,
        role=role,
        kind=_kind_name(entry.kind),
        code=entry.code,
        text=pick(entry.description, entry.description_zh),
        quantity=entry.quantity,
        amount=entry.amount,
        opens=entry.opens,
    )


def _kind_name(kind: str) -> str:
    return {
        "work_order": tr("Work order"),
        "part": tr("Part"),
        "failure": tr("Failure"),
        "error": tr("Machine error"),
        "alarm": tr("Alarm"),
        "note": tr("Note"),
        "placement": tr("Placement"),
    }.get(kind, kind)
