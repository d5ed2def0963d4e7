from __future__ import annotations

import threading
from decimal import Decimal

import pytest
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from desktop.domain.changes import Changes
from desktop.domain.conditions import Test
from desktop.lists.query import GroupHead, ListQuery
from desktop.lists.spec import Sort
from desktop.models.editable_list import EditableListModel
from desktop.models.list_edits import State
from desktop.models.list_pages import PAGES_KEPT, ShownRow
from desktop.runtime.work import Work
from tests.models.fakes import COLUMNS, ContractSource, MillionSource

QUERY = ListQuery(COLUMNS)
GROUPED = QUERY.but(group_by=("class",), sort=(Sort("value", True),))


def opened(qtbot: QtBot, work: Work, source: ContractSource, query: ListQuery = QUERY) -> EditableListModel:
    model = EditableListModel(source, work, query, authors=lambda ids: dict.fromkeys(ids, ("LT", "Li Tong")))
    model.open()
    qtbot.waitUntil(lambda: model.phase == "ready" and not work.running())
    return model


def shown(model: EditableListModel, line: int) -> ShownRow:
    found = model.line(line)
    assert isinstance(found, ShownRow)
    return found


def settle(qtbot: QtBot, work: Work) -> None:
    qtbot.waitUntil(lambda: not work.running())


def number(key: str) -> int:
    return COLUMNS.index(key)


def test_qt_finds_no_fault_with_the_model(qtbot: QtBot, work: Work) -> None:
    source = ContractSource(60)
    model = EditableListModel(source, work, GROUPED)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.open()
    qtbot.waitUntil(lambda: model.phase == "ready" and not work.running())
    model.toggle_group(("vip",))
    model.ask(QUERY.but(condition=Test("assets", ">", (10,))))
    settle(qtbot, work)
    source.put(2, "value", Decimal(1))
    model.changed(Changes.of(contract=[2]), foreign=True)
    qtbot.waitUntil(lambda: model.edits.foreign_count() > 0)
    assert tester.model() is model
    assert model.rowCount() == model.map.lines > 10


def test_a_million_rows_load_only_what_is_looked_at(qtbot: QtBot, work: Work) -> None:
    source = MillionSource()
    model = opened(qtbot, work, source)
    assert model.map.lines == 1_000_000, "the estimate gave way to the exact count"
    assert shown(model, 3).texts[0] == "HT-0000004"
    assert model.line(777_777) is None
    for first in range(0, 900_000, 30_000):
        model.need(first, first + 40)
    model.need(777_770, 777_800)
    settle(qtbot, work)
    assert shown(model, 777_777).texts[0] == "HT-0777778"
    fetched = [call for call in source.log if call.startswith("rows ")]
    assert len(fetched) < 12, "lines scrolled past are not fetched"
    for first in range(0, 60 * 200, 200):
        model.need(first, first + 10)
        settle(qtbot, work)
    assert len(model.loaded_rows()) <= PAGES_KEPT * 200


def test_texts_are_formatted_once_per_page_and_looks_weighed(qtbot: QtBot, work: Work) -> None:
    model = opened(qtbot, work, ContractSource())
    line = shown(model, 5)
    assert line.texts[number("value")] == "572,000.00"
    assert line.texts[number("type")] == "Parts + labour"
    assert line.looks[number("end")].role == "danger"
    assert model.data(model.index(5, number("value"))) == "572,000.00"


def test_groups_are_interleaved_with_their_subtotals(qtbot: QtBot, work: Work) -> None:
    model = opened(qtbot, work, ContractSource(), GROUPED)
    head = model.line(0)
    assert isinstance(head, GroupHead)
    assert (model.group_label(head), head.count) == ("Strategic", 6)
    assert model.text(head, number("value")) == "7,086,000.00"
    assert shown(model, 1).texts[0] == "HT-2025-0031", "sorted by value inside the group"
    lines = model.map.lines
    model.toggle_group(("strategic",))
    assert model.map.lines == lines - 6
    folded = model.line(1)
    assert isinstance(folded, GroupHead)
    assert model.group_label(folded) == "VIP"
    model.fold_all(True)
    assert model.map.lines == 3
    model.fold_all(False)
    assert model.map.lines == lines


def test_opening_at_a_row_says_where_it_stands(qtbot: QtBot, work: Work) -> None:
    model = EditableListModel(MillionSource(), work, QUERY)
    with qtbot.waitSignal(model.opened_at) as found:
        model.open(at_row=654_321)
    assert found.args == [654_320]
    assert model.row_id(654_320) == 654_321


def test_a_failed_load_keeps_the_question_and_can_be_tried_again(qtbot: QtBot, work: Work) -> None:
    source = ContractSource()
    source.fail = ConnectionError("db1 did not answer")
    model = EditableListModel(source, work, QUERY.but(search="Huarui"))
    with qtbot.waitSignal(model.phase_changed, check_params_cb=lambda: model.phase == "failed"):
        model.open()
    assert model.failure is not None and model.failure.log_id
    model.refresh()
    qtbot.waitUntil(lambda: model.phase == "ready")
    assert model.map.lines == 12


def test_answers_to_an_old_question_are_ignored(qtbot: QtBot, work: Work) -> None:
    source = ContractSource()
    model = opened(qtbot, work, source)
    source.gate = threading.Event()
    model.ask(QUERY.but(search="Huarui"))
    model.ask(QUERY.but(search="Donggang"))
    source.gate.set()
    settle(qtbot, work)
    assert shown(model, 0).texts[1] == "Donggang Terminal"


def test_a_colleagues_change_flashes_with_his_initials_until_visited(qtbot: QtBot, work: Work) -> None:
    source = ContractSource()
    model = opened(qtbot, work, source)
    source.put(2, "value", Decimal(1_300_000))
    model.changed(Changes.of(contract=[2]), foreign=True)
    qtbot.waitUntil(lambda: model.edits.foreign_count() == 1)
    line = shown(model, 1)
    assert line.texts[number("value")] == "1,300,000.00"
    mark = model.mark(line, "value")
    assert mark.state == State.OTHERS | State.FLASH and mark.initials == "LT"
    model._calm()
    assert model.mark(line, "value").state == State.OTHERS
    model.visit(1, "value")
    assert model.mark(line, "value").state == State.NONE


def test_a_refresh_waits_while_an_editor_is_open(qtbot: QtBot, work: Work) -> None:
    source = ContractSource()
    model = opened(qtbot, work, source)
    model.hold()
    source.put(2, "value", Decimal(7))
    model.changed(Changes.of(contract=[2]), foreign=True)
    qtbot.wait(400)
    assert shown(model, 1).texts[number("value")] == "1,248,000.00"
    model.release()
    qtbot.waitUntil(lambda: shown(model, 1).texts[number("value")] == "7.00")


def test_a_row_is_saved_whole_and_its_edits_settle(qtbot: QtBot, work: Work) -> None:
    source = ContractSource()
    model = opened(qtbot, work, source)
    line = shown(model, 0)
    model.set_values([(line, number("value"), Decimal("500000")), (line, number("scope"), "pumps")])
    assert model.mark(line, "value").state == State.UNSAVED
    assert model.text(line, number("value")) == "500,000.00"
    with qtbot.waitSignal(model.saved) as saved:
        model.commit((1,))
    assert saved.args == [frozenset({1})]
    assert source.cell(1, "value") == Decimal("500000") and source.cell(1, "scope") == "pumps"
    assert not model.dirty()
    assert shown(model, 0).row.version == 2
    assert source.log.count("save") == 1


def test_one_refused_row_does_not_hold_up_the_others_of_a_fill(qtbot: QtBot, work: Work) -> None:
    source = ContractSource()
    model = opened(qtbot, work, source)
    cells = [(shown(model, line), number("discount"), Decimal("0.18" if line == 1 else "0.1")) for line in range(3)]
    cells[0] = (shown(model, 0), number("discount"), Decimal("0.12"))
    model.set_values(cells)
    with qtbot.waitSignals([model.saved, model.rejected]) as _:
        model.commit()
    settle(qtbot, work)
    assert source.cell(1, "discount") == Decimal("0.12")
    mark = model.mark(shown(model, 1), "discount")
    assert mark.state == State.REJECTED and "needs approval" in mark.message
    assert mark.text == "18.0\u2009%", "the refused value stays in sight"
    assert not model.commit(), "a refused row is not sent again until it is changed"
    model.set_values([(shown(model, 1), number("discount"), Decimal("0.15"))])
    with qtbot.waitSignal(model.saved):
        model.commit()
    assert source.cell(2, "discount") == Decimal("0.15")


def test_undo_and_redo_are_saves_of_their_own(qtbot: QtBot, work: Work) -> None:
    source = ContractSource()
    model = opened(qtbot, work, source)
    model.set_values([(shown(model, line), number("scope"), "filled") for line in range(4)])
    with qtbot.waitSignal(model.saved):
        model.commit()
    assert [source.cell(row, "scope") for row in range(1, 5)] == ["filled"] * 4
    with qtbot.waitSignal(model.saved):
        assert model.undo()
    assert [source.cell(row, "scope") for row in (1, 2)] == ["compressors", "cranes"]
    with qtbot.waitSignal(model.saved):
        assert model.redo()
    assert source.cell(4, "scope") == "filled"
    assert not model.redo()


def test_undo_of_something_unsaved_needs_no_database(qtbot: QtBot, work: Work) -> None:
    source = ContractSource()
    model = opened(qtbot, work, source)
    model.set_values([(shown(model, 0), number("scope"), "pumps")])
    assert model.undo()
    assert not model.dirty()
    assert "save" not in source.log


@pytest.mark.parametrize(("keep", "value"), [("mine", Decimal(600000)), ("theirs", Decimal(550000))])
def test_a_conflict_is_shown_and_resolved(qtbot: QtBot, work: Work, keep: str, value: Decimal) -> None:
    source = ContractSource()
    model = opened(qtbot, work, source)
    source.put(1, "value", Decimal(550000))
    model.set_values([(shown(model, 0), number("value"), Decimal(600000))])
    with qtbot.waitSignal(model.conflicted) as found:
        model.commit()
    (conflict,) = found.args[0]
    assert (conflict.mine, conflict.theirs, conflict.base) == (Decimal(600000), Decimal(550000), Decimal(486000))
    assert model.mark(shown(model, 0), "value").state == State.CONFLICT
    model.resolve(conflict, keep)  # type: ignore[arg-type]
    settle(qtbot, work)
    assert source.cell(1, "value") == value
    assert shown(model, 0).row.cells[number("value")] == value
    assert not model.dirty()


def test_a_lost_connection_keeps_the_edits_and_repeats_the_same_request(qtbot: QtBot, work: Work) -> None:
    source = ContractSource()
    model = opened(qtbot, work, source)
    model.set_values([(shown(model, 0), number("scope"), "pumps")])
    source.fail = ConnectionError("gone")
    taken = model.edits.request_id
    ids: list[str] = []
    model.edits.request_id = lambda edits: ids.append(taken(edits)) or ids[-1]  # type: ignore[func-returns-value,method-assign]
    with qtbot.waitSignal(model.save_failed):
        model.commit()
    assert model.mark(shown(model, 0), "scope").state == State.UNSAVED
    with qtbot.waitSignal(model.saved):
        model.commit()
    assert ids[0] == ids[1]
    assert source.requests == [ids[0]]


def test_a_copy_fetches_what_is_not_here(qtbot: QtBot, work: Work) -> None:
    model = opened(qtbot, work, MillionSource())
    got: list[list[object]] = []
    model.lines_between(500_000, 502_499, lambda lines: got.append(list(lines)))
    qtbot.waitUntil(lambda: bool(got))
    assert len(got[0]) == 2500
    assert isinstance(got[0][-1], ShownRow) and got[0][-1].row.id == 502_500
