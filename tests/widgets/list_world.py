"""A list page on the contract list in memory, with everything that a page is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from sqlalchemy import literal_column, select

from desktop.domain.progress import Progress
from desktop.lists.spec import Action, Column, ListSpec
from desktop.models.list_pages import ShownRow
from desktop.runtime.bus import Bus
from desktop.runtime.context import Context, Found, Severity, ToastAction, User
from desktop.runtime.settings import Settings
from desktop.runtime.work import Work
from desktop.widgets.grid_view import GridView
from desktop.widgets.list_page import ListPage
from desktop.widgets.list_services import Export, KeptView, ListServices, Recipe
from tests.models.fakes import COLUMNS, VIEWS, ContractSource, contract_columns, contract_rows

SPEC = ListSpec(
    key="contracts",
    area="contracts",
    name="Contracts",
    name_zh="合同",
    table="contract",
    row_id=literal_column("id"),
    columns=tuple(
        Column(key=info.key, expr=literal_column(info.key), kind=info.kind, shown=info.key in COLUMNS)
        for info in contract_columns()
    ),
    joins=lambda query: query.select_from(select(literal_column("1")).subquery()),
    version=literal_column("version"),
    opens="contract",
    views=VIEWS,
    actions=(
        Action(key="renew", name="Renew", name_zh="续约", shortcut="Ctrl+Shift+R"),
        Action(key="audit", name="Audit", name_zh="审计", roles=frozenset({"auditor"})),
    ),
    inserts=True,
    code_column="number",
    icon="file-text",
)


@dataclass
class Toasts:
    """What the page said."""

    said: list[tuple[str, str]] = field(default_factory=list)
    actions: list[ToastAction | None] = field(default_factory=list)

    def __call__(self, severity: Severity, text: str, detail: str = "", *, action: ToastAction | None = None) -> None:
        self.said.append((severity, text))
        self.actions.append(action)


class Shelf:
    """Kept views and exports in memory."""

    def __init__(self) -> None:
        self.views: dict[int, KeptView] = {}
        self.exports: list[Export] = []
        self.previews: list[Path] = []

    def keep(self, view: KeptView) -> KeptView:
        number = view.id or len(self.views) + 1
        kept = replace(view, id=number, key=f"kept-{number}")
        self.views[number] = kept
        return kept

    def drop(self, view_id: int) -> None:
        del self.views[view_id]

    def order(self, ids: Sequence[int]) -> None:
        self.views = {each: self.views[each] for each in ids}

    def export(self, export: Export, progress: Progress) -> Path:
        self.exports.append(export)
        export.path.write_text(export.title, encoding="utf-8")
        return export.path

    def services(self) -> ListServices:
        return ListServices(
            views=lambda: tuple(self.views.values()),
            keep_view=self.keep,
            drop_view=self.drop,
            order_views=self.order,
            recipes=lambda: (Recipe(7, "Contract profit, monthly", "live SUM"),),
            export=self.export,
            preview=self.previews.append,
            lookup=people,
            authors=lambda ids: dict.fromkeys(ids, ("LT", "Li Tong")),
            may_share=True,
        )


def people(_list: str, text: str) -> Sequence[Found]:
    names = ("Wu Jie", "Li Tong", "Zhao Qi")
    found = [name for name in names if text.casefold() in name.casefold()]
    return [Found("employee", name, name, "", icon="user") for name in found]


@dataclass
class World:
    """The page and all that is around it. `source` is what the database would be."""

    page: ListPage
    source: ContractSource
    context: Context
    toasts: Toasts
    shelf: Shelf

    @property
    def grid(self) -> GridView:
        return self.page.grid

    def settle(self, qtbot: QtBot) -> None:
        qtbot.waitUntil(lambda: not self.context.work.running())

    def at(self, line: int, key: str) -> None:
        """Put the cursor on a cell."""
        slot = self.page.columns.slot_of(key)
        assert slot is not None
        self.grid.set_cursor(line, slot.position)

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the focus is: the editor while one is open, else the cells."""
        QTest.keyClick(self.grid.editor or self.grid.canvas, key, modifiers)

    def type(self, text: str) -> None:
        for sign in text:
            QTest.keyClicks(self.grid.editor or self.grid.canvas, sign)

    def text(self, line: int, key: str) -> str:
        slot = self.page.columns.slot_of(key)
        assert slot is not None
        return self.page.model.text(self.page.model.line(line), slot.column)

    def row(self, line: int) -> ShownRow:
        found = self.page.model.line(line)
        assert isinstance(found, ShownRow)
        return found

    def point(self, line: int, key: str) -> QPoint:
        """The middle of a cell in the canvas."""
        slot = self.page.columns.slot_of(key)
        assert slot is not None
        return self.grid.canvas.cell_rect(line, slot).center()


def make_world(
    qtbot: QtBot, folder: Path, *, source: ContractSource | None = None, settings: Settings | None = None,
    shelf: Shelf | None = None, size: tuple[int, int] = (1366, 700), whole_money: bool = False,
) -> World:  # fmt: skip
    """A shown and loaded page; the caller closes `context.work`."""
    toasts, kept = Toasts(), shelf or Shelf()
    data = source or ContractSource()
    context = Context(
        database=None,
        work=Work(threads=2),
        bus=Bus(),
        user=User("chen", "Chen Yuxin"),
        settings=settings or Settings(folder / "settings.json"),
        open=lambda key, args: None,
        toast=toasts,
    )

    def source_in(language: str) -> ContractSource:
        if language == "zh":
            data.data = contract_rows(len(data.data))
        return data

    page = ListPage(context, SPEC, source_in, services=kept.services(), whole_money=whole_money)
    qtbot.addWidget(page)
    page.resize(*size)
    page.show()
    page.activateWindow()
    page.refresh()
    qtbot.waitUntil(lambda: page.model.phase == "ready" and not context.work.running())
    page.grid.canvas.setFocus()
    return World(page, data, context, toasts, kept)
