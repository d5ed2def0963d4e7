"""A shell with two small desks, whose pages say what happened to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop.domain.text import pick
from desktop.runtime.bus import Bus
from desktop.runtime.context import Context, DictionaryEntry, Found, User
from desktop.runtime.settings import Settings
from desktop.runtime.work import Work
from desktop.views.shell.desks import Desk, PageEntry
from desktop.views.shell.session import Session
from desktop.views.shell.window import MainWindow
from desktop.widgets.page import Page
from desktop.widgets.theme import apply_theme, set_language

CLERK = User(
    "clerk",
    "Zhou Min",
    "周敏",
    frozenset({"clerk"}),
    (1,),
    "Hengtuo Services",
    "恒拓工业服务",
    "Warehouse clerk",
    "库管",
)


class Sheet(Page):
    """A page with a field, a button and an action on F9."""

    def __init__(self, context: Context, args: Any) -> None:
        super().__init__(context)
        self.args = args
        self.scans: list[str] = []
        self.restored: Mapping[str, Any] = {}
        self.refreshed = self.posted = self.pressed = 0
        self.takes_scans = True
        self.busy = False
        self.leaves = True
        self.field, self.second, self.button = QLineEdit(), QLineEdit(), QPushButton("Post")
        self.field.setProperty("dictionary", "item.code")
        layout = QVBoxLayout(self)
        for widget in (self.field, self.second, self.button):
            layout.addWidget(widget)
        self.post = QAction("&Check and post", self)
        self.post.setShortcut(QKeySequence("F9"))
        self.post.triggered.connect(self._count_post)
        self.addAction(self.post)
        self.button.clicked.connect(self._count_press)

    def _count_post(self) -> None:
        self.posted += 1

    def _count_press(self) -> None:
        self.pressed += 1

    def title(self) -> str:
        return pick(f"Issue {self.args or ''}".strip(), f"发料 {self.args or ''}".strip())

    def icon_name(self) -> str:
        return "upload"

    def key_hints(self) -> Sequence[tuple[str, str]]:
        return (("F4", pick("Repeat above", "重复上行")),)

    def handle_scan(self, code: str) -> bool:
        if self.takes_scans:
            self.scans.append(code)
        return self.takes_scans

    def scan_busy(self) -> bool:
        return self.busy

    def refresh(self) -> None:
        self.refreshed += 1

    def can_leave(self) -> bool:
        return self.leaves

    def zones(self) -> Sequence[QWidget]:
        return (self.field, self.second)

    def state(self) -> Mapping[str, Any]:
        return {"text": self.field.text()}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.restored = state
        self.field.setText(state.get("text", ""))


class Overview(Sheet):
    """A page that brings its own F5."""

    def __init__(self, context: Context, args: Any) -> None:
        super().__init__(context, args)
        self.own_refreshes = 0
        self.own = QAction("Count again", self)
        self.own.setShortcut(QKeySequence("F5"))
        self.own.setData("view")
        self.own.triggered.connect(self._count)
        self.addAction(self.own)

    def _count(self) -> None:
        self.own_refreshes += 1

    def title(self) -> str:
        return pick("Stock on hand", "现有库存")


def broken(context: Context, args: Any) -> Page:
    """A page with a fault."""
    raise ZeroDivisionError(args)


DESKS = (
    Desk(
        "warehouse",
        lambda: pick("Warehouse", "仓库"),
        "warehouse",
        (
            PageEntry("issue", lambda: pick("Issue", "发料"), "upload", Sheet),
            PageEntry("on_hand", lambda: pick("Stock on hand", "现有库存"), "boxes", Overview),
        ),
    ),
    Desk(
        "planner",
        lambda: pick("Planner", "排程"),
        "chart-gantt",
        (PageEntry("board", lambda: pick("Board", "看板"), "chart-gantt", Sheet),),
    ),
    Desk(
        "finance",
        lambda: pick("Finance", "财务"),
        "landmark",
        (PageEntry("contracts", lambda: pick("Contracts", "合同"), "file-text", Sheet),),
        frozenset({"finance"}),
    ),
    Desk(
        "records",
        lambda: pick("Records", "单据"),
        "file-text",
        (
            PageEntry("item", lambda: pick("Item", "物料"), "package", Sheet, listed=False),
            PageEntry("my_account", lambda: pick("My account", "我的账号"), "user", Sheet, listed=False),
            PageEntry("broken", lambda: "Broken", "package", broken, listed=False),
        ),
    ),
)


def search(text: str) -> Sequence[Found]:
    gasket = Found("item", 7, "GSK-NBR-120", "NBR gasket 120 mm", "151", "package")
    return (gasket,) if text.lower() in "gsk-nbr-120 mfq" else ()


def resolve(code: str) -> Found | None:
    return Found("item", 7, code, "NBR gasket") if code == "GSK-NBR-120" else None


def entry(field: str) -> DictionaryEntry | None:
    return DictionaryEntry(field, "Part", "What is counted and moved", owner="Warehouse")


class WrongPassword(Exception):
    """Stands for the server's refusal."""


def unlock(password: str) -> None:
    if password != "right":
        raise WrongPassword("Wrong user name or password.")


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> Iterator[QApplication]:
    apply_theme(qapp, "light")
    set_language("en")
    yield qapp
    set_language("en")
    apply_theme(qapp, "light")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.json")


@pytest.fixture
def work(qtbot: QtBot) -> Iterator[Work]:
    made = Work(user_errors=(WrongPassword,))
    yield made
    made.close()


@pytest.fixture
def make_window(qtbot: QtBot, work: Work, settings: Settings) -> Iterator[Callable[[], MainWindow]]:
    """Open a window as after a log-in; several times, to see what is remembered."""
    made: list[MainWindow] = []

    def make() -> MainWindow:
        session = Session(
            database=None,
            user=CLERK,
            place="outpost@db1",
            work=work,
            bus=Bus(),
            settings=settings,
            desks=DESKS,
            search=search,
            dictionary=entry,
            resolve_scan=resolve,
            unlock=unlock,
            version="1.0",
        )
        window = MainWindow(session)
        qtbot.addWidget(window)
        window.resize(1366, 768)
        window.show()
        window.start()
        made.append(window)
        return window

    yield make
    for window in made:
        window.scans.stop()
        window.idle.stop()


@pytest.fixture
def window(make_window: Callable[[], MainWindow]) -> MainWindow:
    return make_window()


def sheet(window: MainWindow) -> Sheet:
    page = window.current_page()
    if not isinstance(page, Sheet):
        raise TypeError("no page in front")
    return page
