"""The tree of item categories: walk it by arrows and letters, open, add, and move a branch of it with a preview."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeView, QWidget

from desktop.domain.changes import Changes
from desktop.domain.conditions import Test, to_json
from desktop.domain.text import pick, tr
from desktop.models.tree_model import TreeModel, TreeNode
from desktop.operations import stock_catalogue, stock_categories
from desktop.operations.stock_catalogue import CategoryMore
from desktop.operations.stock_categories import Category, Move
from desktop.runtime.context import Context, Found, ToastAction
from desktop.runtime.failures import Failure
from desktop.widgets.ask_strip import Ask, AskStrip
from desktop.widgets.buttons import Button
from desktop.widgets.form_fields import found_from
from desktop.widgets.header import HeaderBar, KeyValues, SidePanel
from desktop.widgets.labels import Label
from desktop.widgets.page import Page
from desktop.widgets.paint import column, row
from desktop.widgets.states import LoadedStack
from desktop.widgets.theme import color, font, metric

_PAUSE_MS = 120
_WIDTHS = (0, 90, 110, 90, 190)


class _Tree(QTreeView):
    """Enter speaks for itself; the arrows and letters are Qt's."""

    entered_node = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered_node.emit()
            return
        super().keyPressEvent(event)


class CategoryTreePage(Page):
    """→ opens a branch and ← shuts it, letters go to a code, Enter opens the card; Ctrl+X and Ctrl+V move a branch."""

    def __init__(self, context: Context, args: object = None, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._found: tuple[Category, ...] = ()
        self._open: set[int] = set()
        self._wanted: int | None = None
        self._cut: int | None = None
        self._ready: Move | None = None
        self.model_ = TreeModel(_headings, right=(1, 2, 3), look=self._look, parent=self)
        self.view = self._make_view()
        self.header, self.side = HeaderBar(), SidePanel()
        self.strip = AskStrip(context.work)
        self.strip.shut_down.connect(self._left_strip)
        self.stack = LoadedStack(self.view)
        self.stack.retry.connect(self.refresh)
        self._make_keys()
        left = column(self.header, self.strip, self.stack, spacing=0)
        left.setStretch(2, 1)
        whole = row(left, self.side, spacing=0)
        whole.setStretch(0, 1)
        self.setLayout(whole)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._read_more)
        context.bus.subscribe(("item_category", "item_attribute", "item"), self._changed)
        self.retranslate()

    def _make_view(self) -> QTreeView:
        view = _Tree()
        view.entered_node.connect(self.open_card)
        view.setModel(self.model_)
        view.setUniformRowHeights(True)
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.setExpandsOnDoubleClick(False)
        view.setAllColumnsShowFocus(True)
        view.setFrameShape(QTreeView.Shape.NoFrame)
        view.setIndentation(18)
        view.setStyleSheet(f"QTreeView::item {{ height: {metric('row.grid')}px; padding: 0 6px; }}")
        header = view.header()
        header.setFixedHeight(metric("row.header"))
        header.setStretchLastSection(False)
        header.setSectionsMovable(False)
        for at, width in enumerate(_WIDTHS):
            if width:
                view.setColumnWidth(at, width)
            else:
                header.setSectionResizeMode(at, QHeaderView.ResizeMode.Stretch)
        view.doubleClicked.connect(lambda _index: self.open_card())
        view.selectionModel().currentChanged.connect(self._moved)
        view.expanded.connect(lambda index: self._note(index, is_open=True))
        view.collapsed.connect(lambda index: self._note(index, is_open=False))
        return view

    def _make_keys(self) -> None:
        self.acts = {
            "below": self.command("Ctrl+Shift+N", self.new_below),
            "new": self.command("Ctrl+N", self.new_top),
            "cut": self.command("Ctrl+X", self.cut),
            "put": self.command("Ctrl+V", self.put),
            "move": self.command("Ctrl+M", self.ask_move),
            "items": self.command("Ctrl+Shift+I", self.show_items),
            "expand": self.command("Ctrl+Right", partial(self.open_all, is_open=True)),
            "collapse": self.command("Ctrl+Left", partial(self.open_all, is_open=False)),
            "list": self.command("Ctrl+Alt+L", self.as_list),
            "again": self.command("F5", self.refresh),
        }
        for key in ("items", "expand", "collapse", "list", "again"):
            self.acts[key].setData("go" if key in ("items", "list") else "view")
        self.buttons = {key: Button("", icon=icon) for key, icon in (("move", "move"), ("below", "plus"))}
        for key, button in self.buttons.items():
            button.follow(self.acts[key])
            self.header.add_action(button)

    # The page

    def title(self) -> str:
        return tr("Category tree")

    def icon_name(self) -> str:
        return "layers"

    def key_hints(self) -> Sequence[tuple[str, str]]:
        walk = (("→ ←", tr("Open, shut")), ("Enter", tr("Card")), ("Ctrl+Shift+I", tr("Its items")))
        if not self._keeper():
            return walk
        if self._cut is not None:
            return (("Ctrl+V", tr("Put below this one")), ("Esc", tr("Leave it where it is")))
        return (*walk, ("Ctrl+X", tr("Move")), ("Ctrl+Shift+N", tr("New below")))

    def zones(self) -> Sequence[QWidget]:
        return (self.view, self.side)

    def state(self) -> Mapping[str, Any]:
        here = self.current()
        return {"open": sorted(self._open), "at": here.id if here is not None else None}

    def restore(self, state: Mapping[str, Any]) -> None:
        self._open = {int(each) for each in state.get("open") or ()}
        at = state.get("at")
        self._wanted = int(at) if isinstance(at, int) else None

    def retranslate(self) -> None:
        self.header.set_title(self.title())
        words = {
            "below": tr("New below"), "new": tr("New at the top"), "cut": tr("Move"),
            "put": tr("Put below this one"), "move": tr("Move below…"), "items": tr("Its items"),
            "expand": tr("Open all"), "collapse": tr("Shut all"), "list": tr("As a list"), "again": tr("Refresh"),
        }  # fmt: skip
        for key, action in self.acts.items():
            action.setText(words[key])
            if key in self.buttons:
                self.buttons[key].setText(words[key])
        self.view.setAccessibleName(self.title())
        self.strip.retranslate()
        if self._found:
            self._show()

    # Reading

    def refresh(self) -> None:
        self.context.work.run(
            stock_categories.tree, self.context.database, on_done=self._seen, on_error=self._not_seen, owner=self
        )

    def _changed(self, changes: Changes, initiator: object) -> None:
        if self.isVisible() and initiator is not self:
            self.refresh()

    @Slot(object)
    def _seen(self, found: tuple[Category, ...]) -> None:
        first = not self._found and not self._open
        self._found = found
        if first:  # the first look: the top and what stands right below it
            self._open = {each.id for each in found if each.parent_id is None}
        self._show()
        self.stack.show_content()

    @Slot(object)
    def _not_seen(self, failure: Failure) -> None:
        self.stack.say_failed(tr("The tree could not be read"), failure)

    def _show(self) -> None:
        here = self.current()
        at = self._wanted if self._wanted is not None else here.id if here is not None else None
        self._wanted = None
        opened = set(self._open)
        self.model_.show([_node(each) for each in self._found])
        for each in opened:
            self.view.setExpanded(self.model_.index_of(each), True)
        index = self.model_.index_of(at) if at is not None else QModelIndex()
        if not index.isValid():
            index = self.model_.index(0, 0)
        self.view.setCurrentIndex(index)
        self.header.set_note(tr("{count} categories", count=f"{len(self._found):,}"))
        self._show_acts()
        self._read_more()

    def current(self) -> Category | None:
        node = self.model_.node(self.view.currentIndex())
        return node.record if node is not None else None

    def _note(self, index: QModelIndex, *, is_open: bool) -> None:
        node = self.model_.node(index)
        if node is not None:
            (self._open.add if is_open else self._open.discard)(node.id)

    def _look(self, node: TreeNode, at: int, role: int) -> Any:
        if role == Qt.ItemDataRole.FontRole:
            return font(12, code=at == 4)
        if role == Qt.ItemDataRole.ForegroundRole:
            return color("text.tertiary" if node.quiet or node.id == self._cut else "text.primary")
        return None

    # Beside it

    def _moved(self, *_args: object) -> None:
        self._pause.start()
        self._show_acts()

    def _show_acts(self) -> None:
        keeps, here = self._keeper(), self.current()
        for key in ("below", "cut", "move", "put"):
            self.acts[key].setEnabled(keeps and here is not None)
        self.acts["new"].setEnabled(keeps)
        for button in self.buttons.values():
            button.setVisible(keeps)
        self.key_hints_changed.emit()

    def _keeper(self) -> bool:
        return self.context.user.has(*stock_categories.KEEPERS)

    def _read_more(self) -> None:
        here = self.current()
        if here is not None:
            self.context.work.run(
                self._more, here, on_done=self._show_more, on_error=self._no_more, owner=self, background=True
            )

    def _more(self, here: Category) -> tuple[Category, CategoryMore]:
        return here, stock_catalogue.more_of(self.context.database, here.id)

    def _no_more(self, failure: Failure) -> None:
        self.side.clear()
        self.side.add_section(Label(failure.message, wrap=True))

    def _show_more(self, answer: tuple[Category, CategoryMore]) -> None:
        here, more = answer
        if self._ready is not None or self.current() != here:
            return
        self.side.clear()
        rows = [
            (tr("Path"), here.path), (tr("Items"), f"{here.items:,}"), (tr("With all below"), f"{here.below:,}"),
        ]  # fmt: skip
        if more.mask:
            rows += [(tr("Form of codes"), more.mask), (tr("Next code"), more.code or tr("needs its attributes"))]
        self.side.add_section(KeyValues(rows), here.words())
        for inherited, words in ((False, tr("Its own attributes")), (True, tr("Attributes from above"))):
            found = [each for each in more.attributes if each.inherited is inherited]
            if found:
                body = QWidget()
                lines = [tr("{field}, required", field=each.label) if each.required else each.label for each in found]
                body.setLayout(column(*(Label(line) for line in lines), spacing=4))
                self.side.add_section(body, words)

    # Acting

    def open_card(self) -> None:
        here = self.current()
        if here is not None:
            self.open_requested.emit("item_category", here.id)

    def new_below(self) -> None:
        here = self.current()
        if here is not None:
            self.open_requested.emit("item_category", {"values": {"parent_id": here.id}})

    def new_top(self) -> None:
        self.open_requested.emit("item_category", None)

    def show_items(self) -> None:
        """The items of the category, in their list."""
        here = self.current()
        if here is not None:
            condition = to_json(Test("category_path", "starts", (here.path,)))
            self.context.open("items", {"condition": condition})

    def as_list(self) -> None:
        """The same as a grid: to paste, to export, to change many."""
        self.context.open("item_categories", None)

    def open_all(self, *, is_open: bool) -> None:
        if is_open:
            self.view.expandAll()
            self._open = set(self.model_.ids())
        else:
            self.view.collapseAll()
            self._open = set()

    # Moving

    def cut(self) -> None:
        """Ctrl+X: this branch is to move; Ctrl+V says below which."""
        here = self.current()
        if here is None or not self._keeper():
            return
        self._cut = here.id
        self.view.viewport().update()
        self.header.set_state(tr("Moving {code}", code=here.code), "info", "move")
        self.key_hints_changed.emit()

    def put(self) -> None:
        """Ctrl+V: below the one under the cursor. First it is shown what that changes."""
        here = self.current()
        if self._cut is not None and here is not None:
            self._preview(self._cut, here.id)

    def ask_move(self) -> None:
        """Ctrl+M: below which one, by its code; empty: to the top."""
        here = self.current()
        if here is None or not self._keeper():
            return
        self._cut = here.id
        self.strip.open(
            lambda: tr("Move {code}", code=here.code),
            (Ask("parent_id", lambda: tr("Below (empty: the top)"), self._offered, required=False),),
            take=lambda: tr("Show what changes"), done=lambda given: self._preview(here.id, given["parent_id"]),
        )  # fmt: skip

    def _offered(self, typed: str) -> Sequence[Found]:
        found = stock_categories.offered(self.context.database, typed)
        return tuple(each for each in map(found_from, found) if each is not None)

    def _preview(self, category_id: int, parent_id: int | None) -> None:
        self.context.work.run(
            stock_categories.preview, self.context.database, category_id, parent_id,
            on_done=self._previewed, on_error=self._refused, owner=self,
        )  # fmt: skip

    @Slot(object)
    def _previewed(self, move: Move) -> None:
        self._ready = move
        self.side.clear()
        self.side.add_section(KeyValues(preview_rows(move)), tr("What changes"))
        self.strip.open(
            lambda: tr("Move it as shown beside?"), (),
            take=lambda: tr("Move it"), done=lambda _given: self._go(move),
        )  # fmt: skip

    def _go(self, move: Move) -> None:
        old = next((each.parent_id for each in self._found if each.id == move.category_id), None)
        self._run(move.category_id, move.parent_id, partial(self._gone, move, old))

    def _run(self, category_id: int, parent_id: int | None, done: Any) -> None:
        self.context.work.run(
            stock_categories.move, self.context.database, category_id, parent_id,
            on_done=done, on_error=self._refused, owner=self,
        )  # fmt: skip

    def _gone(self, move: Move, old: int | None, changes: Changes) -> None:
        self.strip.shut()
        if move.parent_id is not None:
            self._open.add(move.parent_id)
        self._wanted = move.category_id
        back = ToastAction(tr("Undo"), partial(self._run, move.category_id, old, self._back))
        self.context.toast("success", tr("Moved: {path}", path=move.after), action=back)
        self.context.bus.publish(changes, self)
        self.refresh()

    def _back(self, changes: Changes) -> None:
        self.context.bus.publish(changes, self)
        self.refresh()

    def _refused(self, failure: Failure) -> None:
        if self.strip.isHidden():
            self.context.toast("danger", tr("Not moved"), failure.message)
        else:
            self.strip.refuse(failure.message)

    def _left_strip(self) -> None:
        self._cut, self._ready = None, None
        self.header.set_state("")
        self.view.viewport().update()
        self.view.setFocus()
        self.key_hints_changed.emit()
        self._read_more()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._cut is not None:
            self._left_strip()
            return
        super().keyPressEvent(event)


def preview_rows(move: Move) -> list[tuple[str, str]]:
    """What moving changes, line by line."""
    rows = [
        (tr("From"), move.before), (tr("To"), move.after), (tr("Categories"), f"{move.categories:,}"),
        (tr("Items"), f"{move.items:,}"),
    ]  # fmt: skip
    if move.gained:
        rows.append((tr("Attributes gained"), ", ".join(move.gained)))
    if move.lost:
        rows.append((tr("Attributes lost"), ", ".join(move.lost)))
    if move.lacking:
        rows.append((tr("Items without a required one"), f"{move.lacking:,}"))
    if move.mask_before != move.mask_after:
        rows.append((tr("Form of codes"), f"{move.mask_before or '–'} → {move.mask_after or '–'}"))
    return rows


def _headings() -> tuple[str, ...]:
    return (tr("Category"), tr("Items"), tr("With all below"), tr("Attributes"), tr("Form of codes"))


def _node(each: Category) -> TreeNode:
    name = pick(each.name, each.name_zh)
    texts = (f"{each.code}  {name}", f"{each.items:,}", f"{each.below:,}", f"{each.attributes:,}", each.mask)
    return TreeNode(each.id, each.parent_id, texts, each, quiet=each.retired)
