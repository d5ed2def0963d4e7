"""Bursts at the stock desk: five hundred scans without a mouse, an input method, postings under way, a dead line."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QWidget

from db.errors import ConnectionLost
from desktop.domain.stock import Mode
from desktop.operations import stock as operations
from desktop.operations import stock_desk
from tests.stock_shop import ORDER, PURCHASE
from tests.views.stock.conftest import Bench

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier
HERE, THERE, PART = "D-01-1-7", "A-03-1-2", "SNS-PT100-6"


def compose(target: QWidget, code: str) -> None:
    """What an input method makes of a scanner's burst: a growing composition, committed by the closing Enter."""
    for length in range(1, len(code) + 1):
        QCoreApplication.sendEvent(target, QInputMethodEvent(code[:length], []))
    compose_end(target, code)


def compose_end(target: QWidget, code: str) -> None:
    commit = QInputMethodEvent()
    commit.setCommitString(code)
    QCoreApplication.sendEvent(target, commit)


def lost(*_: object) -> Any:
    raise ConnectionLost(message_en="The connection to the database was lost.", message_zh="连接已断开。")


def test_five_hundred_scans_with_an_input_method_and_postings_under_way(bench: Bench) -> None:
    bench.key(Qt.Key.Key_5, CTRL)
    field, busy = bench.page.scan.field, 0
    scans = 0
    for turn in range(50):
        source, target = (HERE, THERE) if turn % 2 == 0 else (THERE, HERE)
        for number, code in enumerate((source, *[PART] * 8, target)):
            if (turn + number) % 2:
                compose(QApplication.focusWidget() or field, code)
            else:
                bench.burst(code)
            scans += 1
            busy += bench.page.driver.busy()
            QApplication.processEvents()
    bench.qtbot.waitUntil(lambda: not bench.page.driver.queued() and not bench.page.driver.busy(), timeout=180_000)
    assert scans == 500 and busy > 100  # most of them came while something was under way
    documents = bench.shop.value("select count(*) from erp.stock_document where document_type = 'transfer'")
    moved = bench.shop.value(
        "select sum(m.quantity) from erp.stock_move m join erp.stock_document d on d.id = m.document_id"
        " where d.document_type = 'transfer'"
    )
    assert (documents, moved) == (50, 400)
    assert bench.shop.on_hand(PART) == 42 and bench.shop.whole()
    assert field.text() == "" and QApplication.focusWidget() is field


@pytest.mark.parametrize("stands_still_ms", [35, 120])
def test_no_scan_is_lost_while_the_desk_stands_still_between_its_keys(bench: Bench, stands_still_ms: int) -> None:
    """A page that is slow on purpose: whatever is due blocks it, again and again, in the midst of each code."""
    bench.scan(ORDER)
    field = bench.page.scan.field
    slow = QTimer(bench.page, interval=0)
    slow.timeout.connect(lambda: time.sleep(stands_still_ms / 1000))
    slow.start()
    for number, code in enumerate(["FLT-OIL-7511", "GSK-NBR-120"] * 2):
        if number % 3 == 0:
            for length in range(1, len(code) + 1):
                QCoreApplication.sendEvent(field, QInputMethodEvent(code[:length], []))
                QApplication.processEvents()
            compose_end(field, code)
        else:
            for key in code:
                bench.qtbot.keyClick(field, key)
                QApplication.processEvents()
            bench.qtbot.keyClick(field, Qt.Key.Key_Return)
    slow.stop()
    bench.settle()
    assert field.text() == ""
    assert [bench.cell(bench.row_of(code), "quantity") for code in ("FLT-OIL-7511", "GSK-NBR-120")] == ["2", "2"]


def test_the_scan_field_asks_for_no_input_method(bench: Bench) -> None:
    field = bench.page.scan.field
    assert QApplication.focusWidget() is field
    assert field.inputMethodQuery(Qt.InputMethodQuery.ImEnabled) is False
    assert not field.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)


def test_f9_posts_what_was_scanned_before_it_and_nothing_after(bench: Bench) -> None:
    bench.burst(ORDER, "FLT-OIL-7511", "FLT-OIL-7511")
    bench.qtbot.keyClick(bench.page.scan.field, Qt.Key.Key_F9)
    bench.burst(ORDER, "FLT-AIR-7502")
    bench.qtbot.keyClick(bench.page.scan.field, Qt.Key.Key_F9)
    bench.settle()
    bench.qtbot.waitUntil(lambda: len(bench.told) == 2, timeout=90_000)
    lines = (
        "select count(*) from erp.stock_move m join erp.stock_document d on d.id = m.document_id where d.number = %s"
    )
    assert [bench.shop.value(lines, text.split()[0]) for text in bench.texts()] == [1, 1]
    assert (bench.shop.on_hand("FLT-OIL-7511"), bench.shop.on_hand("FLT-AIR-7502")) == (23, 11)


def test_a_quantity_typed_at_once_is_for_the_part_scanned_before_it(bench: Bench) -> None:
    bench.scan(ORDER, "FLT-AIR-7502")
    bench.burst("GSK-NBR-120")
    bench.qtbot.keyClicks(bench.page.scan.field, "3")
    bench.qtbot.keyClick(bench.page.scan.field, Qt.Key.Key_Return)
    bench.settle()
    assert bench.cell(bench.row_of("GSK-NBR-120"), "quantity") == "3"
    assert bench.cell(bench.row_of("FLT-AIR-7502"), "quantity") == "1"


def test_parts_scanned_before_the_order_are_not_put_aside(bench: Bench) -> None:
    bench.scan("GSK-NBR-120", "GSK-NBR-120", PART, ORDER)
    assert bench.page.driver.suspended() == () and bench.page.driver.draft.subject is not None
    assert bench.cell(bench.row_of("GSK-NBR-120"), "quantity") == "2"
    assert bench.cell(bench.row_of(PART), "quantity") == "1"
    assert len(bench.page.driver.draft.lines) == 9


def test_undo_and_redo_walk_through_the_draft_and_then_reverse_the_posting(bench: Bench) -> None:
    bench.scan(ORDER, "FLT-OIL-7511", "FLT-OIL-7511")
    bench.key(Qt.Key.Key_Z, CTRL)
    assert bench.cell(bench.row_of("FLT-OIL-7511"), "quantity") == "1"
    bench.key(Qt.Key.Key_Y, CTRL)
    assert bench.cell(bench.row_of("FLT-OIL-7511"), "quantity") == "2"
    bench.key(Qt.Key.Key_F9)
    assert bench.shop.on_hand("FLT-OIL-7511") == 23
    bench.key(Qt.Key.Key_Z, CTRL)
    assert bench.texts()[-1].endswith("reversed") and bench.shop.on_hand("FLT-OIL-7511") == 25
    bench.key(Qt.Key.Key_Z, CTRL)
    assert bench.feedback().headline == "Nothing to undo" and bench.shop.whole()


def test_while_the_line_is_down_scans_wait_on_disk_and_go_on_by_themselves(
    bench: Bench, make_bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.scan(ORDER)
    real = stock_desk.look_up
    monkeypatch.setattr(stock_desk, "look_up", lost)
    bench.burst("FLT-AIR-7502", "FLT-OIL-7511", "FLT-OIL-7511")
    driver = bench.page.driver
    bench.qtbot.waitUntil(lambda: driver.offline, timeout=90_000)
    assert bench.page.banner.isVisible() and driver.queued() == 3
    driver.keeper.release()  # the program ends here
    monkeypatch.setattr(stock_desk, "look_up", real)
    again = make_bench()
    again.settle()
    assert again.cell(again.row_of("FLT-OIL-7511"), "quantity") == "2"
    assert again.cell(again.row_of("FLT-AIR-7502"), "quantity") == "1"
    again.page.driver.keeper.release()
    bench.qtbot.waitUntil(lambda: not driver.offline and not driver.queued(), timeout=90_000)
    assert not bench.page.banner.isVisible() and bench.cell(bench.row_of("FLT-OIL-7511"), "quantity") == "2"


def test_a_posting_whose_answer_was_lost_is_asked_again_after_a_crash_with_its_key(
    bench: Bench, make_bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, keys = operations.post, []

    def posted_unheard(database: object, key: object, document: object) -> object:
        keys.append(key)
        real(database, key, document)  # type: ignore[arg-type]
        return lost()

    bench.scan(ORDER, "FLT-AIR-7502")
    monkeypatch.setattr(operations, "post", posted_unheard)
    bench.key(Qt.Key.Key_F9)
    assert bench.page.driver.unknown_outcome() and bench.shop.on_hand("FLT-AIR-7502") == 11
    bench.page.driver.keeper.release()
    bench.context.work.close()  # its own retry would hide what the next desk does
    monkeypatch.setattr(operations, "post", lambda *given: keys.append(given[1]) or real(*given))
    again = make_bench()
    assert again.page.driver.unknown_outcome() and "F9 asks again" in again.page.bar.reason()
    again.key(Qt.Key.Key_F9)
    assert again.texts()[0].endswith("posted") and len(set(keys)) == 1
    assert again.shop.on_hand("FLT-AIR-7502") == 11 and again.page.driver.draft.empty


def test_serial_numbers_of_one_order_line_are_scanned_one_after_the_other(bench: Bench) -> None:
    bench.shop.value(
        "insert into erp.purchase_order_line (purchase_order_id, line_no, item_id, quantity, unit_price)"
        " select id, 9, (select id from erp.item where code = 'VLV-MPV-75'), 3, 1200 from erp.purchase_order"
        " returning id"
    )
    bench.scan(PURCHASE, "VLV-MPV-75", "75MP-30001", "75MP-30002", "75MP-30003")
    lines = [line for line in bench.page.driver.draft.lines if line.part.code == "VLV-MPV-75"]
    assert [(line.lot, line.quantity) for line in lines] == [(f"75MP-3000{n}", 1) for n in (1, 2, 3)]
    assert len({line.purchase_line_id for line in lines}) == 1
    bench.scan("75MP-30004")
    assert bench.feedback().headline == "Unknown code"  # three were ordered
    bench.key(Qt.Key.Key_F9)
    assert bench.texts()[0].startswith("RCV-") and bench.shop.on_hand("VLV-MPV-75") == 4
    received = "select received from erp.purchase_order_line where line_no = 9"
    assert bench.shop.value(received) == 3 and bench.shop.whole()


def test_two_lots_of_one_order_line_keep_their_dates(bench: Bench) -> None:
    bench.scan(PURCHASE, "GSK-NBR-120", "L2611-77")
    bench.type("120")
    bench.type("2028-03-31")
    bench.scan("GSK-NBR-120", "L2611-78")
    bench.type("2028-06-30")
    lines = [line for line in bench.page.driver.draft.lines if line.part.code == "GSK-NBR-120"]
    assert [(line.lot, line.quantity, line.expected) for line in lines] == [
        ("L2611-77", 120, 120),
        ("L2611-78", 80, 80),
    ]
    bench.key(Qt.Key.Key_F9)
    ends = "select string_agg(expires_on::text, ' ' order by code) from erp.lot where code like 'L2611-7%%'"
    assert bench.shop.value(ends + " and %s", True) == "2028-03-31 2028-06-30"
    assert bench.page.driver.draft.mode is Mode.RECEIVE


def test_mixed_steps_keep_their_order(bench: Bench) -> None:
    """No step overtakes another one, whatever is under way."""
    seen: list[int] = []
    bench.page.driver.queue_changed.connect(seen.append)
    bench.burst(*[ORDER, *["GSK-NBR-120"] * 4])
    bench.settle()
    assert all(after <= before + 1 for before, after in pairwise(seen)) and seen[-1] == 0
    assert bench.cell(bench.row_of("GSK-NBR-120"), "quantity") == "4"


def test_what_is_being_posted_cannot_be_put_aside_or_changed_meanwhile(bench: Bench) -> None:
    """Esc or Ctrl+Del between F9 and its answer: neither a second copy of the document, nor a line less on it."""
    bench.scan(ORDER, "FLT-AIR-7502", "FLT-OIL-7511")
    field = bench.page.scan.field
    for key, modifiers in ((Qt.Key.Key_F9, NONE), (Qt.Key.Key_Delete, CTRL), (Qt.Key.Key_Escape, NONE)):
        bench.qtbot.keyClick(field, key, modifiers)
    bench.settle()
    assert bench.texts()[-1].endswith("posted") and bench.page.driver.suspended() == ()
    assert bench.page.driver.draft.empty
    assert (bench.shop.on_hand("FLT-AIR-7502"), bench.shop.on_hand("FLT-OIL-7511")) == (11, 24)


def test_a_suspended_draft_is_not_lost_by_resuming_while_another_one_is_posted(bench: Bench) -> None:
    bench.scan(ORDER, "GSK-NBR-120")
    bench.key(Qt.Key.Key_Escape)
    bench.key(Qt.Key.Key_3, CTRL)
    bench.scan(bench.shop.value("select badge from erp.engineer"), "FLT-AIR-7502")
    bench.qtbot.keyClick(bench.page.scan.field, Qt.Key.Key_F9)
    assert bench.page.driver.busy()
    bench.qtbot.keyClick(bench.page.scan.field, Qt.Key.Key_R, CTRL | SHIFT)
    bench.settle()
    assert bench.texts()[-1].endswith("posted") and len(bench.page.driver.suspended()) == 1
    bench.key(Qt.Key.Key_R, CTRL | SHIFT)
    assert bench.cell(bench.row_of("GSK-NBR-120"), "quantity") == "1"
