"""Every list leads somewhere, and New is offered to exactly those whom the database lets enter."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sqlalchemy import text

from db.session import Database
from desktop.desks import DESKS
from desktop.desks.lists import list_page
from desktop.desks.records import NEW_RECORDS, RECORDS
from desktop.lists.all_lists import ALL_LISTS, list_for
from desktop.operations import records
from desktop.widgets.form_page import FormPage
from desktop.widgets.form_spec import PAGES
from tests.form_fixtures import Room, one, opened
from tests.rooms import show

JOBS = (
    "clerk", "planner", "desk", "engineer", "buyer", "finance", "pm", "manager", "steward", "auditor", "admin",
    "security",
)  # fmt: skip
REQUIRED = {
    "kpi_target": "target",
    "work_order": "title", "purchase_order": "supplier_id", "person": "display_name", "stand_in": "reason",
    "requisition": "note", "rfq": "note", "supplier_price": "unit_price", "approval_rule": "role_key",
    "receiving_rule": "inspection", "reorder_rule": "min_quantity", "supplier_invoice": "supplier_id",
    "custom_field": "label",
}  # fmt: skip
"""What a new one must have, where it is not a name."""
KEYS = {page.key for desk in DESKS for page in desk.pages}


@pytest.mark.parametrize("key", [spec.key for spec in ALL_LISTS])
def test_what_a_list_opens_exists(key: str) -> None:
    spec = list_for(key)
    wanted = {spec.opens, *(column.opens[0] for column in spec.columns if column.opens)} - {None}
    assert wanted <= KEYS


def test_what_references_open_exists() -> None:
    assert set(PAGES.values()) <= KEYS


def test_every_new_form_is_a_form() -> None:
    forms = {entry.key for entry in RECORDS}
    assert {new.page for new in NEW_RECORDS.values()} <= forms


BEGUN_BY = {"pick_list": "api.start_picks(jsonb)", "stock_count": "api.start_count(jsonb)"}
"""Pages that are no forms: a new one is begun by a function."""


def may_call(database: Database, function: str) -> bool:
    with database.read() as session:
        query = text("select has_function_privilege(:function, 'execute')")
        return bool(session.execute(query, {"function": function}).scalar_one())


def test_new_is_offered_to_those_who_may_enter(
    qtbot: QtBot, room_of: Callable[[str], Room], person: Callable[[str], Database]
) -> None:
    """Each page is made once, because that takes longest; what it asks is asked as every job."""
    room = room_of("manager")
    logged_in = {job: person(job) for job in JOBS}
    wrong = []
    for key, new in NEW_RECORDS.items():
        entry = next(each for each in RECORDS if each.key == new.page)
        page = entry.make(room.context, {"values": dict(new.values)})
        qtbot.addWidget(page)
        for job, database in logged_in.items():
            if new.page in BEGUN_BY:
                may = may_call(database, BEGUN_BY[new.page])
            else:
                assert isinstance(page, FormPage)
                writable = records.blank(database, page.spec.kind, new.values).writable
                may = {REQUIRED.get(new.page, "name")} <= writable
            # The steward's right to insert orders is for imports: whom nothing lets edit them is offered none.
            if (key, job) != ("work_orders", "steward") and may != (job in new.roles):
                wrong.append((key, job))
    assert not wrong


def test_ctrl_n_on_a_list_opens_the_blank_form(qtbot: QtBot, room_of: Callable[[str], Room]) -> None:
    page = list_page(room_of("desk").context, list_for("customers"))
    show(qtbot, page, 1294, 700)
    page.grid.canvas.setFocus()
    assert page.new_button.isVisible()
    with qtbot.waitSignal(page.open_requested, timeout=2_000) as asked:
        qtbot.keyClick(page.grid.canvas, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert asked.args == ["customer", {"values": {"is_customer": True}}]


def test_a_list_without_a_right_has_no_new(qtbot: QtBot, room_of: Callable[[str], Room]) -> None:
    page = list_page(room_of("clerk").context, list_for("customers"))
    qtbot.addWidget(page)
    page.show()
    assert not page.new_button.isVisible()
    assert not page.named["new"].isVisible()


def test_a_list_opens_with_the_filter_that_a_page_gives_it(qtbot: QtBot, room_of: Callable[[str], Room]) -> None:
    entry = next(page for desk in DESKS for page in desk.pages if page.key == "cost_entries")
    number = "HT-2024-0187"
    page = entry.make(room_of("finance").context, {"condition": {"column": "contract", "op": "=", "values": [number]}})
    qtbot.addWidget(page)
    page.show()
    page.refresh()
    qtbot.waitUntil(lambda: page.model.count.exact, timeout=10_000)  # type: ignore[attr-defined]
    assert page.model.count.value > 0  # type: ignore[attr-defined]
    assert number in page.filter_text()  # type: ignore[attr-defined]


@pytest.mark.parametrize("key", ["job_plan", "engineer", "stock_location", "item"])
def test_small_forms_open(qtbot: QtBot, room_of: Callable[[str], Room], owner: Database, key: str) -> None:
    entry = next(each for each in RECORDS if each.key == key)
    page = entry.make(room_of("steward").context, int(one(owner, f"select min(id) from erp.{key}")))
    assert isinstance(page, FormPage)
    opened(qtbot, page)
    assert page.title()
    assert page.state() == {"id": page.record_id}
