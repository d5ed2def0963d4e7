"""A tree that is all here: nodes with texts, for QTreeView. Nothing is edited in it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()


@dataclass(frozen=True)
class TreeNode:
    """One line. `parent_id` of one that is not there puts it at the top: its parent is not the reader's to see."""

    id: int
    parent_id: int | None
    texts: tuple[str, ...]
    record: Any = None
    quiet: bool = False


@dataclass
class _Place:
    node: TreeNode
    above: _Place | None = None
    row: int = 0
    children: list[_Place] = field(default_factory=list)


class TreeModel(QAbstractItemModel):
    """`look` gives what Qt asks beside the texts (fonts, colours) for a node and a column."""

    def __init__(
        self,
        headings: Callable[[], Sequence[str]],
        *,
        right: Collection[int] = (),
        look: Callable[[TreeNode, int, int], Any] = lambda node, at, role: None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._headings, self._right, self._look = headings, frozenset(right), look
        self._top: list[_Place] = []
        self._places: dict[int, _Place] = {}

    def show(self, nodes: Sequence[TreeNode]) -> None:
        """Another tree; siblings stand in the order of `nodes`."""
        self.beginResetModel()
        self._places = {node.id: _Place(node) for node in nodes}
        self._top = []
        for place in self._places.values():
            above = self._places.get(place.node.parent_id) if place.node.parent_id is not None else None
            siblings = above.children if above is not None else self._top
            place.above, place.row = above, len(siblings)
            siblings.append(place)
        self.endResetModel()

    def node(self, index: Index) -> TreeNode | None:
        place = index.internalPointer() if index.isValid() else None
        return place.node if isinstance(place, _Place) else None

    def index_of(self, node_id: int) -> QModelIndex:
        place = self._places.get(node_id)
        return self.createIndex(place.row, 0, place) if place is not None else QModelIndex()

    def ids(self) -> tuple[int, ...]:
        return tuple(self._places)

    def under(self, node_id: int, other_id: int) -> bool:
        """Does `node_id` stand below the other one, or is it that one?"""
        place = self._places.get(node_id)
        while place is not None:
            if place.node.id == other_id:
                return True
            place = place.above
        return False

    def index(self, row: int, column: int, parent: Index = _NO_INDEX) -> QModelIndex:
        above = parent.internalPointer() if parent.isValid() else None
        children = above.children if isinstance(above, _Place) else self._top
        if 0 <= row < len(children) and 0 <= column < self.columnCount():
            return self.createIndex(row, column, children[row])
        return QModelIndex()

    def parent(self, index: Any = None) -> Any:
        if index is None:
            return super().parent()
        place = index.internalPointer() if index.isValid() else None
        above = place.above if isinstance(place, _Place) else None
        return self.createIndex(above.row, 0, above) if above is not None else QModelIndex()

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        if parent.isValid() and parent.column() > 0:
            return 0
        above = parent.internalPointer() if parent.isValid() else None
        return len(above.children if isinstance(above, _Place) else self._top)

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        return len(self._headings())

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(section)
        return self._headings()[section] if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        node = self.node(index)
        if node is None:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(index.column())
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return node.texts[index.column()]
        return self._look(node, index.column(), role)

    def _alignment(self, section: int) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignRight if section in self._right else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter
