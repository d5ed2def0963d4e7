"""Papers that the desk makes: pick list and labels. Made in the background, shown by the platform."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices

from desktop.domain.figures import quantity_text
from desktop.domain.stock import ZERO, Draft, Line, Mode, walk
from desktop.domain.text import Language, in_language, language, pick, tr
from desktop.operations import exporting, stock_rows
from desktop.operations.stock import Posted
from desktop.reports import stock as reports
from desktop.reports.by_key import count_sheet, hand_over
from desktop.reports.by_key import walk as walk_paper
from desktop.runtime.context import Context, ToastAction

open_file = QDesktopServices.openUrl
"""How a paper is shown; tests put something else in its place."""


def label_size(context: Context) -> str:
    kept = str(context.settings.get(reports.LABEL_SETTING, reports.DEFAULT_SIZE))
    return kept if kept in reports.LABEL_SIZES else reports.DEFAULT_SIZE


def paper_name(draft: Draft) -> str:
    """What Ctrl+P prints now."""
    if not draft.lines:
        return tr("Hand-over")
    return tr("Labels") if draft.mode is Mode.RECEIVE else tr("Pick list")


def print_draft(context: Context, draft: Draft, owner: QObject) -> None:
    """Ctrl+P: labels of what arrives, else the list of what to fetch; on an empty desk the hand-over of the day."""
    database = context.database
    if not draft.lines:
        make(context, partial(todays_hand_over, database), owner)
        return
    if draft.mode is Mode.RECEIVE:
        print_labels(context, labels_of(draft), owner)
        return
    rows = [
        reports.PickRow(
            line.location, line.part.code, line.part.display_name(), line.lot,
            (line.expected or ZERO) - line.quantity, pick(line.part.uom, line.part.uom_zh),
        )
        for line in (walk(draft) or ())
    ]  # fmt: skip
    subject = draft.subject
    title = pick(subject.title, subject.title_zh) if subject else ""
    code = subject.code if subject else "-"
    make(context, partial(_pick_file, database, code, title, rows, context.user.display_name()), owner)


def labels_of(draft: Draft) -> tuple[reports.Label, ...]:
    """A label for each filled line; its lot or serial number is what is scanned later, else the part's code."""
    return tuple(
        reports.Label(line.lot or line.part.code, line.part.display_name(), _small_print(line))
        for line in (draft.filled or draft.lines)
    )


def _small_print(line: Line) -> str:
    """Part, quantity, last day and place, as far as they are known and not printed large."""
    pieces = f"{quantity_text(line.quantity)} {pick(line.part.uom, line.part.uom_zh)}" if line.quantity > 1 else ""
    ends = tr("until {day}", day=line.expires_on.isoformat()) if line.expires_on else ""
    return " · ".join(each for each in (line.part.code if line.lot else "", pieces, ends, line.location) if each)


def offer_labels(
    context: Context, wanted: Sequence[reports.Label], posted: Posted, print_them: Callable[[], None]
) -> None:
    """After a receipt: its labels, one key away."""
    action = ToastAction(tr("Print labels"), print_them, "Ctrl+L")
    text = tr("Labels of {number}", number=posted.number)
    context.toast("info", text, tr("{count} labels ready", count=len(wanted)), action=action)


def print_labels(context: Context, wanted: Sequence[reports.Label], owner: QObject) -> None:
    make(context, partial(_labels_file, context.database, wanted, label_size(context)), owner)


def make(context: Context, paper: partial[Path], owner: QObject) -> None:
    """Make a paper in the background, in the language in force, and show it."""
    context.work.run(_spoken, language(), paper, on_done=_show, owner=owner, title=tr("Making the PDF"))


def _spoken(code: Language, make: partial[Path]) -> Path:
    with in_language(code):
        return make()


def _show(file: Path) -> None:
    open_file(QUrl.fromLocalFile(str(file)))


def _target(stem: str) -> Path:
    folder = Path(tempfile.gettempdir()) / "outpost-papers"
    folder.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkstemp(suffix=".pdf", prefix=f"{stem}-", dir=folder)[1])


def _labels_file(database: Any, wanted: Sequence[reports.Label], size: str) -> Path:
    file = _target("labels")
    exporting.note(database, "print", "labels", rows=len(wanted), form="pdf")
    reports.labels(str(file), wanted, size)
    return file


def todays_hand_over(database: Any) -> Path:
    """The hand-over of today in the reader's stores."""
    file = _target("hand-over")
    exporting.note(database, "print", "hand_over", rows=1, form="pdf")
    hand_over(database, file)
    return file


def count_file(database: Any, number: str) -> Path:
    """The blind list of a count."""
    file = _target("count-sheet")
    exporting.note(database, "print", "count_sheet", rows=1, form="pdf", document=number)
    count_sheet(database, file, number)
    return file


def walk_file(database: Any, number: str) -> Path:
    """A pick list on paper."""
    file = _target("pick-list")
    exporting.note(database, "print", "walk", rows=1, form="pdf", document=number)
    walk_paper(database, file, number)
    return file


def _pick_file(database: Any, order: str, title: str, rows: Sequence[reports.PickRow], who: str) -> Path:
    file = _target("pick-list")
    exporting.note(database, "print", "pick_list", rows=len(rows), form="pdf", document=order)
    reports.pick_list(str(file), order=order, title=title, rows=rows, printed_by=who)
    return file


def row_labels(database: Any, kind: str, ids: Sequence[int], size: str = reports.DEFAULT_SIZE) -> Path:
    """The labels of rows of a list: items, places, lots, stock, assets."""
    wanted = [reports.Label(tag.code, tag.name, tag.detail) for tag in stock_rows.tags(database, kind, ids)]
    return _labels_file(database, wanted, size)
