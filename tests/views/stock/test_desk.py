"""The stock desk by scanner and keyboard alone, on a real database."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from desktop.domain.stock import Level, Mode
from desktop.runtime import sounds
from desktop.runtime.settings import Settings
from desktop.views.stock import desk_papers
from desktop.widgets.theme import set_language
from tests.stock_shop import ORDER, PURCHASE
from tests.views.stock.conftest import Bench

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def tones(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Every low tone that would have sounded."""
    heard: list[int] = []

    def play(file: Path) -> bool:
        if file.stem == "bad":
            heard.append(1)
        return True

    monkeypatch.setattr(sounds, "play_file", play)
    return heard


def test_an_order_opens_with_its_reserved_parts(bench: Bench) -> None:
    bench.scan(ORDER)
    assert len(bench.page.driver.draft.lines) == 8
    assert bench.page.title() == f"Issue {ORDER}"
    row = bench.row_of("GSK-NBR-120")
    assert (bench.cell(row, "lot"), bench.cell(row, "bin"), bench.cell(row, "expected")) == (
        "L2610-02",
        "A-05-3-2",
        "4",
    )
    assert bench.cell(row, "quantity") == "–"


def test_scans_fill_the_lines_and_f9_posts_them(bench: Bench) -> None:
    bench.scan(ORDER, "FLT-AIR-7502", "FLT-OIL-7511", "FLT-OIL-7511", "75MP-20418")
    assert [bench.cell(bench.row_of(code), "quantity") for code in ("FLT-AIR-7502", "FLT-OIL-7511", "VLV-MPV-75")] == [
        "1", "2", "1",
    ]  # fmt: skip
    assert bench.feedback().level is Level.OK
    bench.key(Qt.Key.Key_F9)
    assert bench.texts()[0].startswith("ISS-") and bench.texts()[0].endswith("posted")
    assert bench.shop.on_hand("FLT-OIL-7511") == 23
    assert bench.shop.on_hand("VLV-MPV-75") == 0
    assert bench.page.driver.draft.empty and bench.page.isVisible()
    assert QApplication.focusWidget() is bench.page.scan.field
    assert bench.shop.whole()


def test_a_wrong_part_turns_red_with_a_tone_and_f7_puts_the_right_one(bench: Bench, tones: list[int]) -> None:
    bench.scan(ORDER, "SEP-OIL-7710")
    row = bench.row_of("SEP-OIL-7710")
    shown = bench.page.table.rows()[row]
    assert shown.cells["quantity"].frame == "rejected" and shown.cells["icon"].icon == "circle-x"
    assert shown.message is not None and "SEP-OIL-7520" in shown.message.text
    assert [key for key, _ in shown.message.keys] == ["F7", "Del"]
    assert tones == [1] and "SEP-OIL-7520" in bench.feedback().detail
    assert bench.page.bar.reason() == "1 line must be fixed first. F9 goes to it."
    bench.key(Qt.Key.Key_F9)
    assert bench.told == [] and bench.page.driver.draft.current == row
    bench.key(Qt.Key.Key_F7)
    codes = [line.part.code for line in bench.page.driver.draft.lines]
    assert "SEP-OIL-7710" not in codes
    assert bench.cell(bench.row_of("SEP-OIL-7520"), "quantity") == "1"
    assert bench.page.bar.reason() == ""


def test_del_takes_the_wrong_line_out_by_key_and_by_mouse(bench: Bench) -> None:
    bench.scan(ORDER, "SEP-OIL-7710")
    bench.key(Qt.Key.Key_Delete)
    assert len(bench.page.driver.draft.lines) == 8
    bench.scan("SEP-OIL-7710")
    area = bench.page.table.key_rect(bench.row_of("SEP-OIL-7710"), "Del")
    bench.qtbot.mouseClick(bench.page.table.viewport(), Qt.MouseButton.LeftButton, pos=area.center())
    assert len(bench.page.driver.draft.lines) == 8


def test_taking_more_than_is_free_is_refused_before_posting(bench: Bench, tones: list[int]) -> None:
    bench.scan(ORDER, "SEP-OIL-7520")
    bench.type("9")
    row = bench.row_of("SEP-OIL-7520")
    message = bench.page.table.rows()[row].message
    assert message is not None and "Only 3 free in A-03-2-1" in message.text
    bench.type("1")
    assert bench.page.table.rows()[row].message is None


def test_two_clerks_take_the_last_pieces_and_one_is_told(make_bench: Callable[..., Bench]) -> None:
    first = make_bench()
    second = make_bench(database=first.shop.colleague)
    for desk in (first, second):
        desk.page.activateWindow()
        desk.page.handle_scan(ORDER)
        desk.settle()
        desk.page.handle_scan("SEP-OIL-7520")
        desk.settle()
        desk.page.driver.set_quantity(desk.row_of("SEP-OIL-7520"), Decimal(3))
    first.page.driver.check_and_post()
    first.settle()
    second.page.driver.check_and_post()
    second.settle()
    assert first.texts()[0].endswith("posted")
    assert second.told == []
    row = second.row_of("SEP-OIL-7520")
    second.qtbot.waitUntil(lambda: second.page.table.rows()[row].message is not None, timeout=90_000)
    assert second.page.driver.draft.current == row
    assert second.cell(row, "quantity") == "3"
    assert first.shop.on_hand("SEP-OIL-7520") == 0 and first.shop.whole()


def test_undo_after_posting_is_the_linked_reversal_and_f8_does_the_same(bench: Bench) -> None:
    for undo in ("toast", "F8"):
        bench.told.clear()
        bench.scan(ORDER, "FLT-OIL-7511", "FLT-OIL-7511")
        bench.key(Qt.Key.Key_F9)
        assert bench.shop.on_hand("FLT-OIL-7511") == 23
        action = bench.told[0].action
        assert action is not None and action.text == "Undo"
        if undo == "toast":
            action.call()
            bench.settle()
        else:
            bench.key(Qt.Key.Key_F8)
        assert bench.texts()[-1].endswith("reversed")
        assert bench.shop.on_hand("FLT-OIL-7511") == 25 and bench.shop.whole()


def test_sixty_scans_need_no_mouse_and_lose_nothing(bench: Bench) -> None:
    codes = [ORDER, "FLT-AIR-7502", "FLT-OIL-7511", "FLT-OIL-7511", "75MP-20418"]
    codes += ["GSK-NBR-120"] * 4 + ["SNS-PT100-6"] * 40 + ["OIL-SCR-46-20"] * 3 + ["BLT-XPB-2500"] * 2
    codes += ["CLN-DEG-05", "SEP-OIL-7520", "SNS-PT100-6", "D-01-1-7", "SNS-PT100-6", "NO-SUCH-CODE"]
    assert len(codes) == 60
    bench.scan(*codes)
    assert len(bench.page.scan.last.scans()) == 50
    assert bench.cell(bench.row_of("SNS-PT100-6"), "quantity") == "42"
    assert bench.page.driver.queued() == 0
    bench.key(Qt.Key.Key_F9)
    assert bench.texts()[0].endswith("posted")
    assert bench.shop.on_hand("SNS-PT100-6") == 0 and bench.shop.whole()


def test_the_scanners_enter_never_presses_a_button(bench: Bench) -> None:
    bench.page.post_button.setFocus()
    bench.scan(ORDER)
    assert bench.told == []
    assert bench.page.driver.draft.subject is not None
    assert bench.page.post_button.focusPolicy() is Qt.FocusPolicy.NoFocus


def test_a_suspended_draft_waits_and_comes_back_with_its_quantities(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench()
    bench.scan(ORDER, "FLT-AIR-7502", "GSK-NBR-120", "GSK-NBR-120")
    bench.key(Qt.Key.Key_Escape)
    assert bench.page.driver.draft.empty and len(bench.page.driver.suspended()) == 1
    bench.key(Qt.Key.Key_R, CTRL | SHIFT)
    assert bench.cell(bench.row_of("GSK-NBR-120"), "quantity") == "2"
    bench.key(Qt.Key.Key_Escape)
    later = make_bench(settings=bench.context.settings)
    later.scan(ORDER)
    assert later.cell(later.row_of("GSK-NBR-120"), "quantity") == "2"
    assert later.page.driver.suspended() == ()


def test_another_order_or_mode_suspends_what_is_open(bench: Bench) -> None:
    bench.scan(ORDER, "FLT-AIR-7502", PURCHASE)
    assert bench.page.driver.draft.mode is Mode.RECEIVE
    assert len(bench.page.driver.suspended()) == 1
    bench.key(Qt.Key.Key_5, CTRL)
    assert bench.page.driver.draft.mode is Mode.TRANSFER


def test_what_was_open_comes_back_when_the_desk_opens_again(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench()
    bench.scan(ORDER, "FLT-AIR-7502")
    assert bench.page.dirty()
    beside = make_bench()
    assert beside.page.driver.draft.empty  # a second window has a draft of its own
    bench.page.driver.keeper.release()  # what the end of the program does
    again = make_bench()
    assert again.page.driver.draft == bench.page.driver.draft
    assert again.feedback().headline == "Brought back"


def test_receiving_fills_in_what_is_still_to_come(bench: Bench, tones: list[int]) -> None:
    bench.scan(PURCHASE, "FLT-AIR-7502", "GSK-NBR-120")
    assert bench.cell(bench.row_of("FLT-AIR-7502"), "quantity") == "20"
    assert (bench.feedback().level, bench.feedback().headline) == (Level.TODO, "Now its lot")
    bench.scan("L2611-77")
    assert bench.cell(bench.row_of("GSK-NBR-120"), "lot") == "L2611-77"
    bench.type("230")
    message = bench.page.table.rows()[bench.row_of("GSK-NBR-120")].message
    assert message is not None and "beyond the tolerance" in message.text
    bench.type("210")
    assert bench.page.table.rows()[bench.row_of("GSK-NBR-120")].cells["icon"].icon == "triangle-alert"
    bench.key(Qt.Key.Key_F9)
    assert bench.texts()[0].startswith("RCV-") and bench.texts()[1].startswith("Labels of RCV-")
    assert bench.shop.on_hand("FLT-AIR-7502") == 32 and bench.shop.on_hand("GSK-NBR-120") == 250
    assert bench.shop.value("select state from erp.purchase_order") == "part_received"
    assert len(tones) == 1


def test_f4_repeats_quantity_and_bin_of_the_line_above(bench: Bench) -> None:
    bench.scan(PURCHASE, "FLT-AIR-7502")
    bench.type("4")
    bench.key(Qt.Key.Key_Down)
    bench.key(Qt.Key.Key_F4)
    line = bench.page.driver.draft.lines[1]
    assert (line.quantity, line.location) == (4, "A-03-1-2")


def test_counter_issue_takes_the_engineers_active_order(bench: Bench) -> None:
    bench.key(Qt.Key.Key_3, CTRL)
    badge = bench.shop.value("select badge from erp.engineer")
    bench.scan(badge, "SNS-PT100-6", "SNS-PT100-6")
    bench.key(Qt.Key.Key_F9)
    assert bench.texts()[0].startswith("CTR-")
    assert bench.shop.on_hand("SNS-PT100-6") == 40
    assert bench.shop.value("select engineer_id is not null and work_order_id is not null from erp.cost_entry")


def test_a_return_comes_back_in_its_condition_at_its_cost(bench: Bench) -> None:
    bench.scan(ORDER, "FLT-OIL-7511", "FLT-OIL-7511")
    bench.key(Qt.Key.Key_F9)
    number = bench.texts()[0].split()[0]
    bench.scan(number)
    assert bench.page.driver.draft.mode is Mode.RETURN
    bench.scan("FLT-OIL-7511")
    bench.key(Qt.Key.Key_G, CTRL)
    assert bench.cell(0, "condition") == "Bad"
    bench.key(Qt.Key.Key_F9)
    assert bench.texts()[-1].startswith("RET-")
    assert bench.shop.on_hand("FLT-OIL-7511") == 23
    assert bench.shop.value("select sum(amount) from erp.cost_entry") == Decimal("94.50")
    assert bench.shop.whole()


def test_transfer_is_bin_parts_bin(bench: Bench) -> None:
    bench.key(Qt.Key.Key_5, CTRL)
    bench.scan("D-01-1-7", "SNS-PT100-6", "SNS-PT100-6", "A-03-1-2")  # the bin commits
    assert bench.texts()[0].startswith("TRF-")
    there = (
        "select b.quantity from erp.stock_balance b join erp.stock_location l on l.id = b.location_id and l.code = %s"
    )
    assert bench.shop.value(there + " join erp.item i on i.id = b.item_id and i.code = 'SNS-PT100-6'", "A-03-1-2") == 2
    assert bench.shop.whole()


def test_while_the_outcome_is_unknown_the_same_posting_is_sent_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    from db.errors import ConnectionLost
    from desktop.operations import stock as operations

    bench.scan(ORDER, "FLT-AIR-7502")
    real, keys = operations.post, []

    def lost(database: object, key: object, document: object) -> object:
        keys.append(key)
        answer = real(database, key, document)  # type: ignore[arg-type]
        if len(keys) == 1:
            raise ConnectionLost(message_en="The connection to the database was lost.", message_zh="连接已断开。")
        return answer

    monkeypatch.setattr(operations, "post", lost)
    bench.key(Qt.Key.Key_F9)
    assert bench.page.driver.unknown_outcome() and bench.told == []
    bench.burst("FLT-OIL-7511")
    assert bench.cell(bench.row_of("FLT-OIL-7511"), "quantity") == "–" and bench.page.driver.queued() == 1
    bench.key(Qt.Key.Key_F9)
    assert keys[0] == keys[1] and bench.texts()[0].endswith("posted")
    assert bench.shop.on_hand("FLT-AIR-7502") == 11
    assert bench.cell(bench.row_of("FLT-OIL-7511"), "quantity") == "1"  # it waited and was not lost


def test_the_part_panel_shows_bins_substitutes_and_todays_moves(bench: Bench) -> None:
    bench.scan(ORDER, "SEP-OIL-7520")
    panel = bench.page.panel
    bench.qtbot.waitUntil(
        lambda: panel.overview() is not None and panel.overview().part.code == "SEP-OIL-7520", timeout=90_000
    )
    assert panel.main.rows()[0].cells["bin"].text == "A-03-2-1"
    found = panel.overview()
    assert found is not None
    assert (found.on_hand, found.available, found.on_order) == (3, 2, 4)
    assert [part.code for part in found.substitutes] == ["SEP-OIL-7710"]
    assert found.moves_today[0].number.startswith("OPN-")


def test_ctrl_p_makes_the_pick_list_in_the_readers_language(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    import pypdfium2

    shown: list[str] = []
    monkeypatch.setattr(desk_papers, "open_file", lambda url: shown.append(url.toLocalFile()))
    monkeypatch.setattr(desk_papers.tempfile, "gettempdir", lambda: str(bench.folder))
    set_language("zh")
    bench.scan(ORDER, "FLT-AIR-7502")
    bench.key(Qt.Key.Key_P, CTRL)
    bench.qtbot.waitUntil(lambda: bool(shown), timeout=90_000)
    document = pypdfium2.PdfDocument(shown[0])
    text = document[0].get_textpage().get_text_bounded()
    document.close()
    assert "拣货单" in text and "油气分离芯 75S" in text and "FLT-AIR-7502" not in text


def test_the_language_changes_while_the_desk_is_open(bench: Bench) -> None:
    bench.scan(ORDER)
    set_language("zh")
    QApplication.processEvents()
    assert bench.page.header.title.full_text() == "工单发料"
    assert [column.title for column in bench.page.table.columns()][2] == "物料"
    assert bench.page.post_button.text() == "检查并过账"


def test_settings_keep_drafts_of_one_person_only(bench: Bench) -> None:
    bench.scan(ORDER, "FLT-AIR-7502")
    bench.key(Qt.Key.Key_Escape)
    settings = Settings(bench.context.settings.file)
    assert settings.user("somebody_else").get("stock_desk.suspended") is None
    assert len(settings.user("clerk").get("stock_desk.suspended")) == 1
