"""What a list page asks of the layers below besides rows: kept views, exports, look-ups, who changed what.

A page works without any of them (a part of its menus is then absent); the real ones are in `operations`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, Protocol

from desktop.domain.conditions import Condition
from desktop.domain.importing import Double, PlannedRow
from desktop.domain.progress import Progress
from desktop.domain.text import pick
from desktop.lists.query import ColumnInfo, ListQuery, ListSource
from desktop.lists.spec import Sort, View
from desktop.operations.pasting import Entered, PastePlan, PasteResult, Undo
from desktop.runtime.context import Found

ExportFormat = Literal["xlsx", "pdf", "csv"]


@dataclass(frozen=True, kw_only=True)
class KeptView:
    """A view as the page shows it. `id` is None for the ready-made ones, which cannot be changed."""

    key: str
    name: str
    name_zh: str = ""
    id: int | None = None
    shared: bool = False
    mine: bool = True
    columns: tuple[str, ...] = ()
    condition: Condition | None = None
    sort: tuple[Sort, ...] = ()
    group_by: tuple[str, ...] = ()
    widths: Mapping[str, int] = field(default_factory=dict)
    frozen: int | None = None

    def title(self) -> str:
        return pick(self.name, self.name_zh)

    def like(self, query: ListQuery, shown: tuple[str, ...], widths: Mapping[str, int], frozen: int) -> KeptView:
        """This view with what the screen shows now."""
        return replace(
            self, columns=shown, condition=query.condition, sort=query.sort, group_by=query.group_by,
            widths=widths, frozen=frozen,
        )  # fmt: skip


def ready_made(view: View) -> KeptView:
    return KeptView(
        key=view.key, name=view.name, name_zh=view.name_zh, mine=False,
        columns=view.columns, condition=view.condition, sort=view.sort, group_by=view.group_by,
    )  # fmt: skip


@dataclass(frozen=True)
class Recipe:
    """A saved export: a name and what its makers call special about it, such as live SUM."""

    id: int
    name: str
    note: str = ""


@dataclass(frozen=True)
class Export:
    """What is written: exactly the columns shown, in their order, under the query of the screen."""

    source: ListSource
    format: ExportFormat
    query: ListQuery
    columns: tuple[ColumnInfo, ...]
    title: str
    filter_text: str
    path: Path
    formulas: bool = True
    control_totals: bool = True
    drill_ids: bool = False
    recipe: int | None = None


class PasteBackend(Protocol):
    """Tries a pasted block on the database itself, saves it and takes it back. All in worker threads."""

    @property
    def inserts(self) -> bool:
        """Whether lines without a record may become new ones."""
        ...

    def finds(self, columns: Collection[str]) -> bool:
        """Whether lines with these columns find their records by themselves, wherever they are pasted."""
        ...

    def aliases(self) -> Mapping[str, str]:
        """Other headers of sheets → the column that they mean."""
        ...

    def plan(self, lines: Sequence[Entered]) -> PastePlan: ...

    def save(self, query: ListQuery, plan: PastePlan, request_id: str) -> PasteResult: ...

    def undo(self, query: ListQuery, back: Undo, request_id: str) -> PasteResult: ...


@dataclass(frozen=True)
class ListServices:
    """All run in worker threads; None means that the program cannot do it (yet, or for this list)."""

    views: Callable[[], Sequence[KeptView]] | None = None
    keep_view: Callable[[KeptView], KeptView] | None = None
    drop_view: Callable[[int], None] | None = None
    order_views: Callable[[Sequence[int]], None] | None = None
    recipes: Callable[[], Sequence[Recipe]] | None = None
    export: Callable[[Export, Progress], Path] | None = None
    preview: Callable[[Path], None] | None = None
    """Shows a PDF, on the UI thread; the system's own viewer where nothing is given."""
    paste: Callable[[ListSource], PasteBackend | None] | None = None
    alike: Callable[[Sequence[PlannedRow]], Mapping[int, tuple[Double, ...]]] | None = None
    """Which new rows of a paste may be records that are there already."""
    lookup: Callable[[str, str], Sequence[Found]] | None = None
    authors: Callable[[tuple[int, ...]], Mapping[int, tuple[str, str]]] | None = None
    may_share: bool = False


NO_SERVICES = ListServices()
