"""Papers of a record: made in the background in the reader's language, shown by the platform's PDF viewer."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices

from desktop.domain.text import Language, in_language, language, tr
from desktop.operations import exporting
from desktop.runtime.context import Context

open_file = QDesktopServices.openUrl
"""How a paper is shown; tests put something else in its place."""

Make = Callable[[str], object]
"""Writes the PDF to the path that it is given; runs in a worker thread."""


def show_paper(context: Context, stem: str, make: Make, owner: QObject) -> None:
    """Write `stem`.pdf by `make`, note in the audit that it was, and open it. A failure is told by the shell as a red
    toast.
    """
    title = tr("Making the PDF")
    context.work.run(_written, context.database, language(), stem, make, on_done=_show, owner=owner, title=title)


def _written(database: Any, code: Language, stem: str, make: Make) -> Path:
    folder = Path(tempfile.gettempdir()) / "outpost-papers"
    folder.mkdir(parents=True, exist_ok=True)
    safe = "".join(each if each.isalnum() or each in "-_" else "-" for each in stem)
    path = Path(tempfile.mkdtemp(dir=folder)) / f"{safe}.pdf"
    with in_language(code):
        make(str(path))
    exporting.note(database, "print", stem, rows=1, form="pdf")
    return path


def _show(path: Path) -> None:
    open_file(QUrl.fromLocalFile(str(path)))
