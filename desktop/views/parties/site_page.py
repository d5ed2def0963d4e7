"""The site form: whose place it is and where."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.domain.text import tr
from desktop.operations import parties
from desktop.operations.records import Values
from desktop.runtime.context import Context
from desktop.widgets.form_page import FormPage, FormSection, FormSpec


def site_spec() -> FormSpec:
    return FormSpec(
        kind=parties.SITE,
        noun=lambda: tr("Site"),
        icon="map-pin",
        sections=(
            FormSection(lambda: tr("Identity"), ("party_id", "code", "name", "name_zh", "retired_on")),
            FormSection(lambda: tr("Address"), ("city", "address", "time_zone", "latitude", "longitude")),
        ),
        load=parties.load_site,
        save=parties.save_site,
        topics=("site",),
    )


class SitePage(FormPage):
    """One site of a customer."""

    def __init__(
        self,
        context: Context,
        site_id: int | None = None,
        values: Values | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(context, site_spec(), site_id, values, parent)
