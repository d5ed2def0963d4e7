"""The audit desk as the auditor, by keys: list, entry, proof, and what the inspector takes away."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pypdfium2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import text

from db.session import Database
from desktop.desks.lists import list_page
from desktop.lists.all_lists import list_for
from desktop.views.platform.audit_entry_page import AuditEntryPage
from desktop.views.platform.audit_proof_page import AuditProofPage
from desktop.widgets.labels import Label
from desktop.widgets.theme import set_language
from tests.demo_world import DemoWorld
from tests.form_fixtures import Room, person, room_of
from tests.rooms import show

__all__ = ["person", "room_of"]

AUDITOR = "auditor"


def value(database: Database, query: str, **values: object) -> object:
    with database.write() as session:
        return session.execute(text(query), values).scalar()


@pytest.fixture
def owner(demo_world: DemoWorld) -> Iterator[Database]:
    database = demo_world.database()
    yield database
    database.close()


@pytest.fixture
def room(room_of: Callable[[str], Room]) -> Room:
    return room_of(AUDITOR)


@pytest.fixture
def asset(owner: Database) -> int:
    """An asset whose entry by the owner is the newest of the journal."""
    with owner.write(reason="yearly review") as session:
        session.execute(text("update erp.asset set criticality = case criticality when 'A' then 'B' else 'A' end,"
                             " note = 'seen 已检查' where id = (select min(id) from erp.asset)"))  # fmt: skip
        session.execute(text("update erp.asset set note = null where id = (select min(id) from erp.asset)"))
    return int(str(value(owner, "select min(id) from erp.asset")))


def shown(qtbot: QtBot, page: QWidget, ready: Callable[[], bool]) -> None:
    show(qtbot, page, 1294, 700)
    page.refresh()  # type: ignore[attr-defined]
    qtbot.waitUntil(ready, timeout=20_000)


def words(page: QWidget) -> str:
    return "\n".join(label.full_text() for label in page.findChildren(Label) if label.isVisibleTo(page))


def proof(qtbot: QtBot, room: Room) -> AuditProofPage:
    page = AuditProofPage(room.context)
    shown(qtbot, page, lambda: page.keeping is not None)
    return page


def prove(qtbot: QtBot, page: AuditProofPage) -> None:
    qtbot.keyClick(page, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: page.outcome is not None and not page.busy(), timeout=30_000)


def test_the_journal_speaks_in_words_and_opens_its_entry(qtbot: QtBot, room: Room, asset: int) -> None:
    page = list_page(room.context, list_for("audit"))
    shown(qtbot, page, lambda: page.model.count.value > 0)
    qtbot.waitUntil(lambda: bool(page.model.loaded_rows()), timeout=10_000)
    first = page.model.loaded_rows()[0]
    said = [page.model.text(first, number) for number in range(page.model.columnCount())]
    assert "Asset" in said
    assert "Note: seen 已检查 → –" in said
    with qtbot.waitSignal(page.open_requested, timeout=5_000) as told:
        page.grid.canvas.setFocus()
        qtbot.keyClick(page.grid.canvas, Qt.Key.Key_Return)
    assert told.args[0] == "audit_entry"


def test_an_entry_shows_each_field_before_and_after(qtbot: QtBot, room: Room, owner: Database, asset: int) -> None:
    entry = int(str(value(owner, "select max(id) - 1 from audit.entry where table_name = 'asset'")))
    page = AuditEntryPage(room.context, entry)
    shown(qtbot, page, lambda: page.title() == f"Asset {asset}")
    said = words(page)
    for expected in ("Criticality", "Before", "After", "seen 已检查", "yearly review", "not yet sealed"):
        assert expected in said
    set_language("zh")
    QApplication.processEvents()
    qtbot.waitUntil(lambda: page.title() == f"设备 {asset}" and "修改前" in words(page), timeout=10_000)


def test_an_entry_leads_to_its_record_and_to_all_entries_of_it(
    qtbot: QtBot, room: Room, owner: Database, asset: int
) -> None:
    entry = int(str(value(owner, "select max(id) from audit.entry where table_name = 'asset'")))
    page = AuditEntryPage(room.context, entry)
    shown(qtbot, page, lambda: page.title() == f"Asset {asset}")
    told: list[tuple[str, object]] = []
    page.open_requested.connect(lambda key, args: told.append((key, args)))
    qtbot.keyClick(page, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(page, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    assert told[0] == ("asset", asset)
    assert told[1][0] == "audit"
    again = list_page(room.context, list_for("audit"))
    qtbot.addWidget(again)
    again.restore(told[1][1])  # type: ignore[arg-type]
    again.refresh()
    expected = value(owner, "select count(*) from audit.entry where table_name = 'asset' and row_id = :id", id=asset)
    qtbot.waitUntil(lambda: again.model.count.value == expected, timeout=10_000)


def test_f9_proves_and_says_so(qtbot: QtBot, room: Room, owner: Database, asset: int) -> None:
    value(owner, "select api.seal_audit()")
    page = proof(qtbot, room)
    assert page.chip.text() == "Not proven yet"
    prove(qtbot, page)
    assert page.chip.text() == "Intact"
    assert "entries, seals" in page.result.full_text()
    noted = "select changes from audit.entry where table_name = 'verification' order by id desc limit 1"
    found = value(owner, noted)
    assert isinstance(found, dict) and found["ok"] is True


def test_before_the_first_seal_nothing_is_called_intact(qtbot: QtBot, room: Room, owner: Database, asset: int) -> None:
    with owner.write() as session:
        session.execute(text("set local session_replication_role = replica"))
        session.execute(text("delete from audit.seal"))
    page = proof(qtbot, room)
    prove(qtbot, page)
    assert page.chip.text() == "Nothing is sealed yet"
    waiting = int(str(value(owner, "select count(*) from audit.entry")))
    said = page.result.full_text()
    assert said.endswith("entries wait for the first seal; the worker sets it.")
    assert 0 < int(said.split()[0].replace(",", "")) <= waiting


def test_what_a_superuser_changed_is_named_in_both_languages(
    qtbot: QtBot, room: Room, owner: Database, asset: int
) -> None:
    value(owner, "select api.seal_audit()")
    page = proof(qtbot, room)
    newest = "(select max(id) from audit.entry where table_name = 'asset')"
    tamper = f"update audit.entry set client = {{}} where id = {newest}"
    with owner.write() as session:
        session.execute(text("set local session_replication_role = replica"))
        session.execute(text(tamper.format("client || '!'")))
    try:
        prove(qtbot, page)
        assert page.chip.text() == "Tampered with"
        assert "entries were changed, removed or added" in words(page)
        set_language("zh")
        QApplication.processEvents()
        assert page.chip.text() == "已被篡改"
        assert "所覆盖的记录被修改、删除或增加" in words(page)
    finally:
        with owner.write() as session:
            session.execute(text("set local session_replication_role = replica"))
            session.execute(text(tamper.format("rtrim(client, '!')")))


def test_anchors_from_a_file_are_compared(
    qtbot: QtBot, room: Room, owner: Database, asset: int, tmp_path: Path
) -> None:
    value(owner, "select api.seal_audit()")
    page = proof(qtbot, room)
    with owner.read() as session:
        row = session.execute(text("select seal_id, generation, hash, installation from api.audit_anchor()")).one()
    kept = {"seal": row.seal_id, "generation": row.generation, "hash": row.hash, "installation": row.installation}
    file = tmp_path / "anchors.jsonl"
    file.write_text(json.dumps(kept) + "\n" + json.dumps({**kept, "seal": row.seal_id + 500}) + "\n")
    page.ask_file = lambda: str(file)
    qtbot.keyClick(page, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: page.outcome is not None and not page.busy(), timeout=30_000)
    assert page.chip.text() == "Tampered with"
    assert "the end of the journal was removed" in words(page)
    assert "Anchors from anchors.jsonl" in words(page)
    file.write_text("nothing")
    qtbot.keyClick(page, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    assert room.toasts[-1][:2] == ("danger", "anchors.jsonl holds no anchor")


def test_the_inspector_gets_journal_and_proof(
    qtbot: QtBot, room: Room, owner: Database, asset: int, tmp_path: Path
) -> None:
    value(owner, "select api.seal_audit()")
    page = proof(qtbot, room)
    page.ask_folder = lambda: str(tmp_path)
    day = str(value(owner, "select (now() at time zone 'Asia/Shanghai')::date"))
    page.since.setText(day)
    page.until.setText(day)
    qtbot.keyClick(page, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not page.busy() and bool(room.toasts), timeout=60_000)
    assert room.toasts[-1][0] == "success", room.toasts
    files = sorted(file.suffix for file in tmp_path.glob("audit-*"))
    assert files == [".csv", ".pdf", ".xlsx"]
    book = openpyxl.load_workbook(next(tmp_path.glob("*.xlsx")), read_only=True)
    titles = [cell.value for cell in next(book.worksheets[0].iter_rows(max_row=1))]
    book.close()
    assert titles[:3] == ["At", "Record type", "Record"]
    with pypdfium2.PdfDocument(str(next(tmp_path.glob("*.pdf")))) as document:
        said = document[0].get_textpage().get_text_bounded()
    assert "Nothing was changed, removed or added" in said
    events = "(select id, table_name from audit.entry where action = 'E' order by id desc limit 4) x"
    noted = value(owner, f"select string_agg(table_name, ' ' order by id) from {events}")
    assert noted == "verification export export report"


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [("rubbish", "2026-11-24", "Not a date"), ("", "2026-11-24", "Type a day"), ("2026-11-24", "2026-11-01", "before")],
)
def test_days_that_are_none_are_refused_at_their_field(
    qtbot: QtBot, room: Room, since: str, until: str, said: str
) -> None:
    page = proof(qtbot, room)
    asked: list[str] = []
    page.ask_folder = lambda: asked.append("asked") or ""
    page.since.setText(since)
    page.until.setText(until)
    qtbot.keyClick(page, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert not asked
    assert said in words(page)
