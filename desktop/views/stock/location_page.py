"""The stock location form: a warehouse, bin, van or virtual other end of a move."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.domain.text import tr
from desktop.operations import stock_items
from desktop.operations.records import Values
from desktop.runtime.context import Context
from desktop.widgets.form_page import FormPage, FormSection, FormSpec


def location_spec() -> FormSpec:
    return FormSpec(
        kind=stock_items.STOCK_LOCATION,
        noun=lambda: tr("Stock location"),
        icon="map-pin",
        sections=(
            FormSection(lambda: tr("Identity"), ("code", "name", "name_zh", "kind", "parent_id", "org_unit_id")),
            FormSection(lambda: tr("Use"), ("engineer_id", "retired_on")),
        ),
        load=stock_items.load_location,
        save=stock_items.save_location,
        topics=("stock_location",),
    )


class LocationPage(FormPage):
    """One stock location."""

    def __init__(
        self,
        context: Context,
        location_id: int | None = None,
        values: Values | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(context, location_spec(), location_id, values, parent)
