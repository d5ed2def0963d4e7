"""Exporting what a list page shows: the menu, where to write, progress and the way to the file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, QTemporaryDir, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from desktop.domain.progress import Progress
from desktop.domain.text import tr
from desktop.runtime.context import ToastAction
from desktop.widgets.export_menu import ExportMenu
from desktop.widgets.list_services import Export, ExportFormat, Recipe

if TYPE_CHECKING:
    from desktop.widgets.list_page import ListPage

_OPTIONS = {"formulas": True, "control_totals": True, "drill_ids": False}


class ListExport(QObject):
    """One per list page."""

    def __init__(self, page: ListPage) -> None:
        super().__init__(page)
        self._page = page
        self.menu: ExportMenu | None = None
        self._folder: QTemporaryDir | None = None
        """Of previews; gone with the page."""
        kept = page.context.mine().get("export", {})
        self.options = {**_OPTIONS, **(kept if isinstance(kept, dict) else {})}

    def show_menu(self) -> None:
        """Open the menu at once; saved recipes come when they are known."""
        if self.menu is None:
            self.menu = ExportMenu(self._page.export_button, self.options)
            self.menu.chosen.connect(self._chosen)
            self.menu.left.connect(self._left)
        self._page.export_button.setCheckable(True)
        self._page.export_button.setChecked(True)
        exports = self._page.services.export is not None
        self.menu.start(self._size(), (), exports=exports)
        if exports and self._page.services.recipes is not None:
            self._page.context.work.run(self._page.services.recipes, on_done=self._recipes, owner=self, background=True)

    def _recipes(self, recipes: Sequence[Recipe]) -> None:
        if self.menu is not None and self.menu.isVisible() and recipes:
            self.menu.start(self._size(), recipes, exports=True)

    def _size(self) -> str:
        """``412 rows, 14 columns, grouped, filter noted``."""
        page = self._page
        parts = [
            tr("{count} rows", count=f"{page.model.count.value:,}"),
            tr("{count} columns", count=len(page.columns.shown_keys())),
        ]
        if page.model.query.group_by:
            parts.append(tr("grouped"))
        if page.grid.filter_active():
            parts.append(tr("filter noted"))
        return tr(", ").join(parts)

    def _left(self) -> None:
        self._page.export_button.setChecked(False)
        self._page.context.mine().set("export", dict(self.options))
        self._page.grid.canvas.setFocus()

    def _chosen(self, key: str) -> None:
        if key in ("copy", "copy_headers"):
            self._page.commands.actions[key].trigger()
        elif key.startswith("recipe:"):
            self.start("xlsx", recipe=int(key.split(":")[1]))
        else:
            self.start(cast(ExportFormat, key))

    def start(self, wanted: ExportFormat, *, recipe: int | None = None) -> None:
        """Ask where to and write there; Cancel in the progress bar leaves no file behind."""
        page = self._page
        if page.services.export is None:
            return
        path = self.ask_path(wanted)
        if path is not None:
            self._run(wanted, path, self._written, recipe)

    def preview(self) -> None:
        """Ctrl+P: the list as PDF in a temporary file, shown for looking and printing."""
        if self._page.services.export is None:
            return
        if self._folder is None:
            self._folder = QTemporaryDir()
        name = f"{self._page.spec.key}-{date.today().isoformat()}.pdf"
        self._run("pdf", Path(self._folder.path()) / name, self._show, None)

    def _show(self, path: Path) -> None:
        show = self._page.services.preview
        if show is not None:
            show(path)
        else:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))

    def _run(self, wanted: ExportFormat, path: Path, then: Callable[[Path], None], recipe: int | None) -> None:
        page = self._page
        if page.services.export is None:
            return
        page.model.commit()
        infos = tuple(page.columns.info(key) for key in page.columns.shown_keys())
        query = page.model.query.but(columns=tuple(info.key for info in infos))
        export = Export(
            page.model.source, wanted, query, infos, page.title(), page.filter_text(), path,
            recipe=recipe, **self.options,
        )  # fmt: skip
        progress = Progress()
        page.context.work.run(
            page.services.export, export, progress,
            on_done=then, owner=self, title=tr("Export"), progress=progress,
        )  # fmt: skip

    def ask_path(self, wanted: ExportFormat) -> Path | None:
        """Where to write; None when the user thinks better of it."""
        name = f"{self._page.title()} {date.today().isoformat()}.{wanted}"
        folder = Path(str(self._page.context.mine().get("export_folder", Path.home())))
        chosen, _ = QFileDialog.getSaveFileName(
            self._page, tr("Export"), str(folder / name), f"{wanted.upper()} (*.{wanted})"
        )
        if not chosen:
            return None
        path = Path(chosen)
        self._page.context.mine().set("export_folder", str(path.parent))
        return path if path.suffix else path.with_suffix(f".{wanted}")

    def _written(self, path: Path) -> None:
        def open_file() -> None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))

        show = ToastAction(tr("Open"), open_file)
        self._page.context.toast("success", tr("{file} written", file=path.name), str(path.parent), action=show)
