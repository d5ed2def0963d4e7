"""An earlier date at the desk: asked for by key, shown before it is posted, refused with its reason, and never kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from desktop.domain.entry import format_date
from desktop.domain.stock import Mode
from desktop.runtime.settings import Settings
from desktop.views.shell.keys import keys_of
from desktop.views.stock.document_page import StockDocumentPage
from desktop.widgets.theme import set_language
from tests.operations.stock.valued_item import Ledger, make_item
from tests.stock_shop import ORDER
from tests.views.stock.conftest import Bench

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def ago(days: int) -> date:
    return date.today() - timedelta(days=days)


def moment(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


@pytest.fixture
def oil(bench: Bench) -> Ledger:
    """Ten at 10 twenty days ago, five of them issued ten days ago."""
    made = make_item(bench.shop, "average", "LATE-OIL-1")
    made.receive(10, 10, moment(20))
    made.issue(5, moment(10))
    return made


def date_it(bench: Bench, typed: str) -> None:
    """Ctrl+D, the day, Enter: as a clerk types it."""
    bench.key(Qt.Key.Key_D, CTRL)
    field = QApplication.focusWidget()
    assert field is bench.page.dating.strip.day and isinstance(field, QLineEdit)
    bench.by_hand(field, typed)
    bench.qtbot.keyClick(field, Qt.Key.Key_Return)
    bench.settle()


def receive_late(bench: Bench, days: int = 15) -> None:
    """A forgotten delivery of ten at the average, without an order."""
    bench.key(Qt.Key.Key_1, CTRL)
    date_it(bench, f"-{days}")
    bench.scan("LATE-OIL-1", "A-03-1-2")
    bench.type("10")


def price(bench: Bench, unit_cost: str) -> None:
    """What the delivery note says a piece cost."""
    from dataclasses import replace

    driver = bench.page.driver
    line = replace(driver.draft.lines[0], unit_cost=Decimal(unit_cost))
    driver._set(replace(driver.draft, lines=(line,)))


def last_document(bench: Bench) -> dict[str, Any]:
    found: dict[str, Any] = bench.shop.value(
        "select to_jsonb(d) || jsonb_build_object('day', (d.effective_at at time zone c.time_zone)::date::text)"
        " from erp.stock_document d join erp.company c on c.id = d.company_id order by d.id desc limit 1"
    )
    return found


def test_the_date_is_quiet_and_one_key_away(bench: Bench) -> None:
    assert bench.page.dating.button.text() == "Today" and bench.page.dating.strip.isHidden()
    date_it(bench, "-3")
    assert QApplication.focusWidget() is bench.page.scan.field
    assert bench.page.dating.button.text() == format_date(ago(3))
    keys = dict(keys_of("Desk", bench.page.page_actions()).keys)
    assert keys["Ctrl+D"] == "Date of the document"
    set_language("zh")
    bench.page.retranslate()
    assert bench.page.dating.button.text() == ago(3).isoformat()
    assert dict(keys_of("", bench.page.page_actions()).keys)["Ctrl+D"] == "单据日期"


def test_a_day_ahead_or_no_day_is_not_taken(bench: Bench) -> None:
    date_it(bench, "+1")
    strip = bench.page.dating.strip
    assert strip.isVisible() and "not dated ahead" in strip.hint.full_text()
    assert QApplication.focusWidget() is strip.day
    bench.qtbot.keyClick(strip.day, Qt.Key.Key_A, CTRL)
    bench.qtbot.keyClicks(strip.day, "soon", delay=45)
    bench.qtbot.keyClick(strip.day, Qt.Key.Key_F9)
    assert strip.isVisible() and "Not a date" in strip.hint.full_text() and bench.told == []
    bench.qtbot.keyClick(strip.day, Qt.Key.Key_Escape)
    assert strip.isHidden() and bench.page.driver.draft.effective_on is None
    assert QApplication.focusWidget() is bench.page.scan.field


def test_the_calendar_opens_by_f7_and_esc_closes_only_it(bench: Bench) -> None:
    bench.key(Qt.Key.Key_D, CTRL)
    day = bench.page.dating.strip.day
    bench.qtbot.keyClick(day, Qt.Key.Key_F7)
    assert day.month_is_open()
    bench.qtbot.keyClick(day, Qt.Key.Key_Escape)
    assert not day.month_is_open() and bench.page.dating.strip.isVisible()
    bench.qtbot.keyClick(day, Qt.Key.Key_F7)
    bench.qtbot.keyClick(day, Qt.Key.Key_Left)
    bench.qtbot.keyClick(day, Qt.Key.Key_Return)
    bench.qtbot.keyClick(day, Qt.Key.Key_Return)
    assert bench.page.driver.draft.effective_on == ago(1)


def test_f9_first_shows_what_it_changes_then_posts_it_with_its_date(bench: Bench, oil: Ledger) -> None:
    receive_late(bench)
    price(bench, "12.5")
    bench.key(Qt.Key.Key_F9)
    panel = bench.page.dating.panel
    assert panel.isVisible() and not bench.page.table.isVisible() and bench.told == []
    assert oil.stock == (5, Decimal("50.00"))
    assert [each.value.full_text() for each in panel.figures] == ["¥ 125.00", "1", "¥ +6.25", "¥ −6.25"]
    (month,) = panel.periods.rows()
    assert month.cells["rows"].text == "1" and month.cells["amount"].text == "+6.25"
    (row,) = panel.rows.rows()
    assert row.cells["item"].text == "LATE-OIL-1" and row.cells["amount"].text == "50.00"
    assert row.cells["delta"].text == "+6.25"
    assert bench.page.post_button.text() == "Post with this date"
    bench.key(Qt.Key.Key_F9)
    assert bench.told[0].text.endswith("posted") and format_date(ago(15)) in bench.told[0].detail
    assert last_document(bench)["day"] == ago(15).isoformat()
    assert oil.cost == Decimal("56.25") and oil.stock == (15, Decimal("168.75"))
    assert panel.isHidden() and bench.page.table.isVisible()
    page = StockDocumentPage(bench.context, int(last_document(bench)["id"]))
    bench.qtbot.addWidget(page)
    page.refresh()
    bench.qtbot.waitUntil(lambda: page.record is not None, timeout=10000)
    days = f"Dated {format_date(ago(15))}, posted on {format_date(date.today())}"
    assert page.header.note.full_text() == days


def test_the_next_document_is_of_today(bench: Bench, oil: Ledger) -> None:
    receive_late(bench)
    bench.key(Qt.Key.Key_F9)
    bench.key(Qt.Key.Key_F9)
    assert bench.page.driver.draft.effective_on is None and bench.page.dating.button.text() == "Today"
    bench.scan("LATE-OIL-1")
    bench.key(Qt.Key.Key_F9)
    assert len(bench.told) == 4 and bench.page.dating.panel.isHidden()  # two postings, with their labels
    assert last_document(bench)["day"] == date.today().isoformat()


def test_esc_goes_back_and_nothing_is_lost(bench: Bench, oil: Ledger) -> None:
    receive_late(bench)
    before = bench.page.driver.draft
    bench.key(Qt.Key.Key_F9)
    assert bench.page.dating.panel.isVisible()
    bench.burst("GSK-NBR-120")
    assert bench.page.driver.draft == before, "what is scanned over the preview waits"
    bench.key(Qt.Key.Key_Escape)
    assert bench.page.dating.panel.isHidden() and bench.page.table.isVisible()
    assert bench.page.driver.draft.effective_on == ago(15)
    assert [line.part.code for line in bench.page.driver.draft.lines] == ["LATE-OIL-1", "GSK-NBR-120"]
    assert bench.told == [] and oil.stock == (5, Decimal("50.00"))


def test_a_refused_date_names_field_cause_and_remedy(bench: Bench, oil: Ledger) -> None:
    month = (date.today().replace(day=1) - timedelta(days=1)).replace(day=1)
    bench.shop.value("select api.close_stock_period(%s, %s)", bench.shop.world.company, month)
    receive_late(bench, (date.today() - month).days)
    bench.key(Qt.Key.Key_F9)
    panel = bench.page.dating.panel
    assert panel.heading.full_text().startswith("Cannot be dated")
    assert panel.said() == [
        "Date", f"Stock of {month:%Y-%m} is closed. Choose a later date, or ask finance to open the month.",
    ]  # fmt: skip
    assert not bench.page.post_button.isEnabled()
    bench.key(Qt.Key.Key_F9)
    assert panel.isVisible() and bench.told == []
    set_language("zh")
    bench.page.retranslate()
    bench.qtbot.wait(20)  # fields put their words into the new language when they are told
    assert panel.said()[0] == "日期" and "已关账" in panel.said()[1]
    bench.key(Qt.Key.Key_Escape)
    date_it(bench, "t")
    bench.key(Qt.Key.Key_F9)
    assert bench.told and oil.stock[0] == 15


def test_what_was_counted_since_is_named_with_its_line(bench: Bench, oil: Ledger) -> None:
    shop = bench.shop
    place = shop.place("A-03-1-2")
    count = shop.value("select api.start_count(%s)", json.dumps({"location_id": place}))
    line = shop.value("select id from erp.stock_count_line where count_id = %s", count)
    shop.value("select api.enter_count(%s, %s)", count, json.dumps([{"line_id": line, "quantity": 12}]))
    shop.value("select api.finish_counting(%s)", count)
    shop.value("select api.post_count(%s, %s)", str(uuid4()), count)
    bench.scan(ORDER, "FLT-AIR-7502")
    date_it(bench, "-2")
    bench.key(Qt.Key.Key_F9)
    where, why = bench.page.dating.panel.said()
    assert where == f"Date, Line {bench.row_of('FLT-AIR-7502') + 1}"
    assert "FLT-AIR-7502 at A-03-1-2 was counted" in why and "Choose a date after the count." in why
    bench.page.driver.move(3)
    bench.key(Qt.Key.Key_Escape)
    assert bench.page.driver.draft.current == bench.row_of("FLT-AIR-7502")


def test_what_was_not_there_yet_is_named_with_its_line(bench: Bench) -> None:
    """The shop's stock came in today: yesterday nothing lay there."""
    bench.scan(ORDER, "FLT-AIR-7502")
    date_it(bench, "-1")
    bench.key(Qt.Key.Key_F9)
    assert bench.page.dating.panel.said() == [
        f"Date, Line {bench.row_of('FLT-AIR-7502') + 1}",
        f"FLT-AIR-7502 at A-03-1-2: 0 lay there on {ago(1).isoformat()}, 1 wanted."
        " Choose a later date, or post first what had come in by then.",
    ]
    assert not bench.page.post_button.isEnabled()
    bench.key(Qt.Key.Key_Escape)
    bench.shop.opened(9)
    bench.key(Qt.Key.Key_F9)
    assert bench.page.dating.panel.heading.full_text().startswith("Dated")


def test_the_date_survives_a_crash_and_suspending(make_bench: Callable[..., Bench], tmp_path: Path) -> None:
    settings = Settings(tmp_path / "own.json")
    first = make_bench(Mode.TRANSFER, settings=settings)
    date_it(first, "-4")
    first.scan("FLT-AIR-7502")
    first.page.driver.keeper.release()
    second = make_bench(Mode.ISSUE, settings=settings)
    assert second.page.driver.draft.effective_on == ago(4)
    second.key(Qt.Key.Key_Escape)
    assert second.page.driver.draft.effective_on is None
    second.key(Qt.Key.Key_R, CTRL | SHIFT)
    assert second.page.driver.draft.effective_on == ago(4)
    assert second.page.dating.button.text() == format_date(ago(4))


def test_a_date_alone_goes_by_esc_and_by_undo(bench: Bench) -> None:
    date_it(bench, "-4")
    bench.key(Qt.Key.Key_Escape)
    assert bench.page.driver.draft.effective_on is None and bench.page.driver.suspended() == ()
    date_it(bench, "-4")
    bench.scan(ORDER)
    assert bench.page.driver.draft.effective_on == ago(4), "what is opened keeps the date that was chosen for it"
    bench.key(Qt.Key.Key_Z, CTRL)
    bench.key(Qt.Key.Key_Z, CTRL)
    assert bench.page.driver.draft.effective_on is None
