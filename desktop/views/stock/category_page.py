"""The category form: its place in the tree, its attributes, the form of its codes; and the form of one attribute."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from desktop.domain.text import tr
from desktop.operations import stock_catalogue
from desktop.operations.records import Record, Values
from desktop.operations.stock_catalogue import CategoryMore
from desktop.runtime.context import Context
from desktop.widgets.buttons import Button
from desktop.widgets.form_page import FormLines, FormPage, FormSection, FormSpec, Loaded
from desktop.widgets.header import KeyValues, SidePanel
from desktop.widgets.labels import Label
from desktop.widgets.paint import column


def category_spec() -> FormSpec:
    return FormSpec(
        kind=stock_catalogue.ITEM_CATEGORY,
        noun=lambda: tr("Item category"),
        icon="layers",
        sections=(
            FormSection(
                lambda: tr("Place in the tree"),
                ("code", "name", "name_zh", "parent_id", "org_unit_id", "retired_on", "note"),
                frozenset({"note"}),
            ),
            FormSection(lambda: tr("Codes of its items"), ("code_mask", "code_other", "code_strict")),
        ),
        lines=(FormLines("attributes", lambda: tr("Attributes"), ("field_id", "required")),),
        load=stock_catalogue.load,
        save=stock_catalogue.save,
        topics=("item_category", "item_attribute"),
    )


class CategoryPage(FormPage):
    """One category. Beside it what it inherits and how its next item would be numbered."""

    has_side = True

    def __init__(
        self,
        context: Context,
        category_id: int | None = None,
        values: Values | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(context, category_spec(), category_id, values, parent)
        self.below_button = Button(tr("New below"), icon="plus", key="Ctrl+Shift+N")
        self.below_button.clicked.connect(self.new_below)
        self.below_button.hide()
        self.header.add_action(self.below_button)
        self.below_action = self._action(tr("New below"), QKeySequence("Ctrl+Shift+N"), self.new_below)

    def more(self, database: Any, record: Record) -> CategoryMore:
        return stock_catalogue.more_of(database, record.id or 0)

    def narrowed(self, key: str) -> Callable[[], Mapping[str, object]]:
        return (lambda: {"table_name": "item"}) if key == "field_id" else dict

    def shown(self, loaded: Loaded) -> None:
        may = loaded.record.id is not None and self.context.user.has("steward")
        self.below_button.setVisible(may)
        self.below_action.setEnabled(may)
        mask = self.fields["code_mask"]
        mask.set_label(self.body.label_of("code_mask"), tr("BRG-####: # is the running number, {key} an attribute"))

    def fill_side(self, side: SidePanel, loaded: Loaded) -> None:
        more = loaded.more
        if not isinstance(more, CategoryMore):
            return
        rows = [(tr("Path"), str(loaded.record.values.get("path") or "")), (tr("Items"), f"{more.items:,}")]
        if more.mask:
            rows += [(tr("Form of codes"), more.mask), (tr("Next code"), more.code or tr("needs its attributes"))]
        side.add_section(KeyValues(rows), tr("Category"))
        words = [tr("{field}, required", field=each.label) if each.required else each.label for each in more.attributes]
        if words:
            body = QWidget()
            body.setLayout(column(*(Label(each) for each in words), spacing=4))
            side.add_section(body, tr("Its attributes, with those from above"))

    def new_below(self) -> None:
        """Another category below this one."""
        if self.record is None or self.record_id is None or self.dirty():
            self.context.toast("warn", tr("Save the form first"))
            return
        unit = self.record.values.get("org_unit_id")
        self.open_requested.emit("item_category", {"values": {"parent_id": self.record_id, "org_unit_id": unit}})

    def retranslate(self) -> None:
        super().retranslate()
        self.below_button.setText(tr("New below"))
        self.below_action.setText(tr("New below"))


def field_spec() -> FormSpec:
    return FormSpec(
        kind=stock_catalogue.ITEM_FIELD,
        noun=lambda: tr("Custom field"),
        icon="tag",
        sections=(
            FormSection(lambda: tr("Field"), ("table_name", "key", "kind", "label", "label_zh", "unit")),
            FormSection(lambda: tr("Values"), ("choices", "required", "active", "position")),
            FormSection(lambda: tr("What it means"), ("meaning", "meaning_zh"), frozenset({"meaning", "meaning_zh"})),
        ),
        load=stock_catalogue.load_field,
        save=stock_catalogue.save_field,
        topics=("custom_field",),
    )


class CustomFieldPage(FormPage):
    """A field that the company adds; as an attribute of items it is given to categories."""

    def __init__(
        self,
        context: Context,
        field_id: int | None = None,
        values: Values | None = None,
        parent: QWidget | None = None,
    ) -> None:
        start = {"table_name": "item", "choices": "", "kind": "text", **(values or {})}
        super().__init__(context, field_spec(), field_id, start, parent)

    def may_write(self, key: str) -> bool:
        return key != "table_name" and super().may_write(key)

    def shown(self, loaded: Loaded) -> None:
        for key, hint in (
            ("key", tr("Small letters, digits and _: bore_mm")),
            ("choices", tr("Apart by commas; for a choice only")),
        ):
            self.fields[key].set_label(self.body.label_of(key), hint)
        if loaded.record.id is None:
            self.record = replace(loaded.record, values={**loaded.record.values, "table_name": "item"})
