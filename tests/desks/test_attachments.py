"""Files on every form, by real keys, clicks, drops and the clipboard; and sealed fields as a form shows them."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import text

from db.errors import UserError
from db.session import Database
from desktop.desks.records import RECORDS
from desktop.operations import encryption, keys
from desktop.runtime.keys import Keys
from desktop.runtime.opened_files import OPENED
from desktop.views.assets.asset_page import AssetPage
from desktop.views.parties.party_page import PartyPage
from desktop.widgets.attachments_panel import AttachmentsPanel
from desktop.widgets.form_page import FormPage
from tests.form_fixtures import Room, one, opened, press, type_into

Key, NoKeys = Qt.Key, encryption.NoKeys
RoomOf = Callable[[str], Room]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys(tmp_path_factory.mktemp("keys") / "keys.json")


@pytest.fixture(autouse=True)
def key(owner: Database, store: Keys) -> Iterator[None]:
    """The demo company has a key, and this workstation has it."""
    before = encryption.use_keys(store)
    try:
        keys.create(owner, store)
    except UserError as error:
        if error.constraint != "key_exists":
            raise
        if not any(one.here for one in keys.status(owner, store)[1]):
            keys.replace(owner, store, lost=True)
    yield
    encryption.use_keys(before)
    OPENED.clear()
    with owner.write("the test is over") as session:
        session.execute(text("delete from erp.attachment"))


def asset_of(room: Room) -> int:
    return int(one(room.context.database, "select min(id) from erp.asset"))


def on_asset(qtbot: QtBot, room: Room) -> AssetPage:
    """An asset's form whose files are shown."""
    page = opened(qtbot, AssetPage(room.context, asset_of(room)))
    qtbot.waitUntil(page.files.isVisible, timeout=10_000)
    page.area.ensureWidgetVisible(page.files)
    return page


def settle(qtbot: QtBot, panel: AttachmentsPanel, act: Callable[[], object]) -> None:
    """Do something that reads or writes files, and wait for it and for what is shown afterwards."""
    with qtbot.waitSignal(panel.settled, timeout=20_000):
        act()
    qtbot.waitUntil(lambda: not panel._context.work.running(), timeout=10_000)


def names(panel: AttachmentsPanel) -> list[str]:
    return [file.file_name for file in panel.table.files()]


def file_of(folder: Path, name: str, content: bytes = b"content") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def mime_of(*paths: Path) -> QMimeData:
    given = QMimeData()
    given.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return given


def drop(target: QWidget, given: QMimeData) -> bool:
    """Drag over and drop, as the window system tells it; whether it was taken."""
    middle = QPoint(target.width() // 2, target.height() // 2)
    left, plain = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(middle, Qt.DropAction.CopyAction, given, left, plain)
    enter.ignore()
    QApplication.sendEvent(target, enter)
    if not enter.isAccepted():
        return False
    fallen = QDropEvent(QPointF(middle), Qt.DropAction.CopyAction, given, left, plain)
    QApplication.sendEvent(target, fallen)
    return fallen.isAccepted()


def clear(qtbot: QtBot, page: FormPage) -> None:
    """What the test attached goes again."""
    if page.files.table.files():
        page.files.table.selectAll()
        page.files.ask_reason()
        page.files.reason.setText("test")
        settle(qtbot, page.files, page.files.delete_selected)


def test_by_drop_paste_and_dialog(
    qtbot: QtBot, room_of: RoomOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = room_of("steward")
    page = on_asset(qtbot, room)
    panel = page.files
    first, second = file_of(tmp_path, "铭牌.jpg"), file_of(tmp_path, "manual.pdf")
    settle(qtbot, panel, lambda: drop(panel, mime_of(first)))
    settle(qtbot, panel, lambda: drop(page, mime_of(second)))
    assert sorted(names(panel)) == ["manual.pdf", "铭牌.jpg"]
    QGuiApplication.clipboard().setMimeData(mime_of(first))
    panel.table.setFocus()
    settle(qtbot, panel, lambda: qtbot.keyClick(panel.table, Key.Key_V, Qt.KeyboardModifier.ControlModifier))
    assert "铭牌 (2).jpg" in names(panel)
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(QColor("#336699"))
    QGuiApplication.clipboard().setImage(image)
    settle(qtbot, panel, lambda: qtbot.keyClick(panel.table, Key.Key_V, Qt.KeyboardModifier.ControlModifier))
    picture = next(name for name in names(panel) if name.startswith("Picture "))
    assert picture.endswith(".png")

    monkeypatch.setattr(QFileDialog, "getOpenFileNames", staticmethod(lambda *_: ([str(second)], "")))
    panel.table.setFocus()
    settle(qtbot, panel, lambda: qtbot.keyClick(panel.table, Key.Key_Insert))
    assert len(names(panel)) == 5
    assert [toast[0] for toast in room.toasts] == ["success"] * 5
    clear(qtbot, page)


def test_opened_saved_and_deleted_by_keyboard(qtbot: QtBot, room_of: RoomOf, tmp_path: Path, owner: Database) -> None:
    room = room_of("steward")
    page = on_asset(qtbot, room)
    panel, shown = page.files, list[Path]()
    panel.show_file = shown.append
    settle(qtbot, panel, lambda: panel.add_paths([file_of(tmp_path, "a.txt", b"one"), file_of(tmp_path, "b.txt")]))
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(page.focusWidget() or page, Key.Key_D, both)
    assert panel.table.hasFocus() and len(panel.table.selected()) == 1 and panel.open_button.isEnabled()
    panel.table.clearSelection()
    assert not panel.open_button.isEnabled() and "Choose a file" in panel.open_button.toolTip()
    panel.table.choose(names(panel).index("a.txt"))
    settle(qtbot, panel, lambda: qtbot.keyClick(panel.table, Key.Key_Return))
    (copy,) = shown
    assert copy.read_bytes() == b"one" and copy.name.endswith("a.txt")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o400 and stat.S_IMODE(copy.parent.stat().st_mode) == 0o700
    OPENED.clear()
    assert not copy.exists() and not copy.parent.exists()
    out = tmp_path / "out"
    out.mkdir()
    panel.table.selectAll()
    settle(qtbot, panel, lambda: panel.save_to([(file, out / file.file_name) for file in panel.table.selected()]))
    assert sorted(path.name for path in out.iterdir()) == ["a.txt", "b.txt"]
    qtbot.keyClick(panel.table, Key.Key_Delete)
    assert panel.reason_bar.isVisible() and "2 files" in panel.reason_label.full_text()
    qtbot.waitUntil(lambda: not panel.reason.visibleRegion().isEmpty())
    qtbot.keyClick(panel.reason, Key.Key_Return)
    assert len(names(panel)) == 2, "nothing goes without a reason"
    qtbot.keyClick(panel.reason, Key.Key_Escape)
    assert panel.reason_bar.isHidden() and panel.table.hasFocus()
    qtbot.keyClick(panel.table, Key.Key_Delete)
    qtbot.keyClicks(panel.reason, "wrong asset")
    settle(qtbot, panel, lambda: qtbot.keyClick(panel.reason, Key.Key_Return))
    assert names(panel) == []
    reason = "select reason from audit.entry where table_name = 'attachment' and action = 'D' order by id desc limit 1"
    assert one(owner, reason) == "wrong asset"
    assert room.toasts[-1][1] == "2 files deleted"


def test_what_may_run_a_program_is_opened_after_a_warning_only(qtbot: QtBot, room_of: RoomOf, tmp_path: Path) -> None:
    page = on_asset(qtbot, room_of("steward"))
    panel, shown = page.files, list[Path]()
    panel.show_file = shown.append
    settle(qtbot, panel, lambda: panel.add_paths([file_of(tmp_path, "setup.EXE", b"MZ")]))
    panel.table.enter()
    qtbot.keyClick(panel.table, Key.Key_Return)
    assert not shown and "setup.EXE may run a program" in panel.notice.label.full_text()
    assert panel.notice.close_button.hasFocus()
    qtbot.keyClick(panel.notice.close_button, Key.Key_Return)
    assert panel.notice.isHidden() and not shown and panel.table.hasFocus()
    qtbot.keyClick(panel.table, Key.Key_Return)
    settle(qtbot, panel, lambda: qtbot.mouseClick(panel.notice.button, Qt.MouseButton.LeftButton))
    assert [path.name.split(" ", 1)[1] for path in shown] == ["setup.EXE"] and panel.notice.isHidden()
    clear(qtbot, page)


def test_a_big_file_shows_progress_and_can_be_cancelled(
    qtbot: QtBot, room_of: RoomOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.widgets.attachments_panel._SHOW_PROGRESS_MS", 0)
    monkeypatch.setattr("desktop.widgets.attachments_panel._TICK_MS", 1)
    room = room_of("steward")
    page = on_asset(qtbot, room)
    panel = page.files
    panel._clock.setInterval(1)
    big = file_of(tmp_path, "film.mp4", bytes(40 * 1024 * 1024))
    panel.table.setFocus()

    def stop() -> None:
        panel.add_paths([big])
        qtbot.waitUntil(panel.progress.isVisible, timeout=10_000)
        assert not panel.add_button.isEnabled()
        qtbot.keyClick(panel.progress, Key.Key_Escape)

    settle(qtbot, panel, stop)
    assert panel.progress.isHidden() and names(panel) == []
    assert one(room.context.database, "select count(*) from erp.attachment where file_name = 'film.mp4'") == 0
    assert room.toasts[-1][:2] == ("info", "Cancelled; nothing was changed")


def test_too_big_is_told_with_the_limit(qtbot: QtBot, room_of: RoomOf, tmp_path: Path) -> None:
    room = room_of("steward")
    page = on_asset(qtbot, room)
    huge = tmp_path / "huge.iso"
    with huge.open("wb") as stream:
        stream.truncate(50 * 1024 * 1024 + 1)
    settle(qtbot, page.files, lambda: drop(page.files, mime_of(huge)))
    severity, _, said = room.toasts[-1]
    assert severity == "danger" and "huge.iso" in said and "50 MB" in said
    assert names(page.files) == []


def test_who_may_not_add_gets_no_button_and_no_drop(
    qtbot: QtBot, room_of: RoomOf, tmp_path: Path, owner: Database
) -> None:
    page = on_asset(qtbot, room_of("steward"))
    settle(qtbot, page.files, lambda: page.files.add_paths([file_of(tmp_path, "a.txt")]))
    reader = on_asset(qtbot, room_of("auditor"))
    assert names(reader.files) == ["a.txt"]
    assert reader.files.add_button.isHidden() and reader.files.delete_button.isHidden()
    assert not drop(reader.files, mime_of(tmp_path / "a.txt"))
    clear(qtbot, page)


def test_a_new_record_has_no_files_yet(qtbot: QtBot, room_of: RoomOf) -> None:
    page = opened(qtbot, AssetPage(room_of("steward").context))
    assert page.files.isHidden()


@pytest.mark.parametrize("entry", [entry.key for entry in RECORDS])
def test_every_form_takes_files(qtbot: QtBot, room_of: RoomOf, owner: Database, entry: str) -> None:
    form = next(each for each in RECORDS if each.key == entry)
    made = form.make
    blank = made(room_of("steward").context, None)
    qtbot.addWidget(blank)
    if not isinstance(blank, FormPage):
        return  # it shows a record in another way
    table = blank.spec.kind.model.__tablename__
    if one(owner, "select scope from erp.protection where table_name = :table", table=table) in ("reference", "own"):
        return  # settings and one's own things, not business: nothing to attach
    condition = "is_supplier" if entry == "supplier" else "is_customer" if table == "party" else "true"
    query = f"select min(id) from erp.{table} where {condition} and erp.may_attach('{table}', id)"
    for job in ("steward", "finance", "manager", "planner", "clerk", "buyer"):
        if form.roles and job not in form.roles:
            continue
        room = room_of(job)
        seen = one(room.context.database, query)
        if seen is not None:
            break
    page = made(room.context, seen)
    assert seen is not None and isinstance(page, FormPage), table
    opened(qtbot, page)
    qtbot.waitUntil(page.files.isVisible, timeout=10_000)
    assert page.files.takes_files() and not page.files.add_button.isHidden()


def test_without_the_key_files_are_locked_and_the_form_works(
    qtbot: QtBot, room_of: RoomOf, tmp_path: Path, store: Keys
) -> None:
    room = room_of("steward")
    page = on_asset(qtbot, room)
    settle(qtbot, page.files, lambda: page.files.add_paths([file_of(tmp_path, "a.txt")]))
    encryption.use_keys(NoKeys())
    locked = on_asset(qtbot, room)
    assert locked.files.notice.isVisible() and "key import" in locked.files.notice.label.full_text()
    locked.files.table.enter()
    assert not locked.files.open_button.isEnabled() and not locked.files.add_button.isEnabled()
    encryption.use_keys(store)
    page.files.reload()
    clear(qtbot, page)


def test_a_sealed_field_is_typed_read_locked_and_kept(
    qtbot: QtBot, room_of: RoomOf, owner: Database, store: Keys
) -> None:
    room = room_of("finance")
    party = int(one(room.context.database, "select min(id) from erp.party where is_supplier"))
    page = opened(qtbot, PartyPage(room.context, party))
    type_into(qtbot, page.editors["bank_account_sealed"].widget, "6222 0214")
    press(qtbot, page, Key.Key_S)
    qtbot.waitUntil(lambda: not page._writing and not page.dirty(), timeout=10_000)
    assert page.record is not None and page.record.values["bank_account_sealed"] == "6222 0214"
    before = bytes(one(owner, "select bank_account_sealed from erp.party where id = :id", id=party))
    assert b"6222" not in before

    encryption.use_keys(NoKeys())
    locked = opened(qtbot, PartyPage(room.context, party))
    field = locked.fields["bank_account_sealed"]
    assert "Locked: key" in field.message() and "key import" in field.message()
    assert locked.editors["bank_account_sealed"].widget.text() == ""
    type_into(qtbot, locked.editors["city"].widget, "Wuxi")
    press(qtbot, locked, Key.Key_S)
    qtbot.waitUntil(lambda: not locked._writing and not locked.dirty(), timeout=10_000)
    assert one(owner, "select city from erp.party where id = :id", id=party) == "Wuxi"
    assert bytes(one(owner, "select bank_account_sealed from erp.party where id = :id", id=party)) == before

    type_into(qtbot, locked.editors["bank_account_sealed"].widget, "new")
    assert "bank_account_sealed" not in dict(locked.state().get("draft") or {}), "drafts lie open on the computer"
    press(qtbot, locked, Key.Key_S)
    qtbot.waitUntil(lambda: field.is_wrong(), timeout=10_000)
    assert "not on this workstation" in field.message() and locked.dirty()
    assert locked.editors["bank_account_sealed"].widget.text() == "new"


def test_others_see_an_empty_read_only_field(qtbot: QtBot, room_of: RoomOf) -> None:
    room = room_of("planner")
    party = int(one(room.context.database, "select min(id) from erp.party where is_customer"))
    page = opened(qtbot, PartyPage(room.context, party))
    widget = page.editors["bank_account_sealed"].widget
    assert widget.isReadOnly() and widget.text() == ""
