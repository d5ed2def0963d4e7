"""The grid over a million rows: first paint, scroll frames of about 500 cells and memory, beside bare painting.

The bare widget draws the same number of cells in one pass from texts that it has prepared: what any painted grid must
pay. Both run in the same process, one after the other, at full HD.
"""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from time import perf_counter, sleep, thread_time
from typing import Any

import psutil
from PySide6.QtCore import QLine
from PySide6.QtGui import QPainter, QPaintEvent, QStaticText, QTransform
from PySide6.QtWidgets import QApplication, QWidget

from desktop.lists.query import Cell, Count, GroupHead, ListQuery, Row
from desktop.models.editable_list import EditableListModel
from desktop.runtime.work import Work
from desktop.widgets.grid_columns import ColumnLayout
from desktop.widgets.grid_view import GridView
from desktop.widgets.theme import apply_theme, color, font
from tests.models.fakes import COLUMNS, TODAY, MillionSource, contract_columns

SIZE = (1472, 968)  # the grid of a full-HD window with its side panel
ROWS, CELLS = 38, 14
FRAMES = 300
GOALS = {"first_paint_ms": 100, "frame_ms": 8, "memory_mb": 40}
SHOWN = (*COLUMNS, "state", "note")


class _Distinct(MillionSource):
    """Rows whose codes, dates and amounts all differ, as real ones do: no text is met twice."""

    def groups(self, query: ListQuery) -> tuple[GroupHead, ...]:
        return ()

    def count(self, query: ListQuery, *, exact: bool) -> Count:
        return Count(self.length, True)

    def _row(self, query: ListQuery, number: int) -> Row:
        like = self.data[number % len(self.data)]
        cells: list[Cell] = list(like.cells)
        cells[0] = f"HT-{number + 1:07d}"
        cells[1] = f"{like.cells[1]} {number % 9973}"
        cells[5] = TODAY - timedelta(days=number % 7000)
        cells[7], cells[8] = Decimal(number) * 7, Decimal(number) * 5
        cells[16] = f"remark {number}"
        return self._pick(query, Row(number + 1, 1, tuple(cells)))


class Bare(QWidget):
    """The same cells, prepared beforehand, in one pass: ground, lines, texts."""

    def __init__(self) -> None:
        super().__init__()
        used = font(12)
        self.rows: list[list[QStaticText]] = []
        for number in range(ROWS * 10):
            texts = [QStaticText(f"cell {number * CELLS + column}") for column in range(CELLS)]
            for text in texts:
                text.prepare(QTransform(), used)
            self.rows.append(texts)
        self.top = 0
        self.resize(*SIZE)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), color("surface.base"))
        painter.setPen(color("border.grid"))
        width = self.width() // CELLS
        painter.drawLines(
            [QLine(0, y * 24 + 23, self.width(), y * 24 + 23) for y in range(ROWS)]
            + [QLine(x * width, 0, x * width, self.height()) for x in range(CELLS)]
        )
        painter.setFont(font(12))
        painter.setPen(color("text.primary"))
        for row in range(ROWS):
            for column, text in enumerate(self.rows[(self.top + row) % len(self.rows)]):
                painter.drawStaticText(column * width + 8, row * 24 + 5, text)
        painter.end()


def measure(rows: int = 1_000_000) -> dict[str, Any]:
    """First paint, frames while scrolling and memory of the grid, with the bare widget's frames and the ratio."""
    app = QApplication.instance() or QApplication([])
    if isinstance(app, QApplication):
        apply_theme(app, "light")
    gc.disable()  # as the running program does: it collects between frames, on the UI thread
    try:
        return _compare(rows)
    finally:
        gc.enable()


def _compare(rows: int) -> dict[str, Any]:
    bare = Bare()
    bare.show()
    QApplication.processEvents()
    bare_frames = _frames(lambda number: setattr(bare, "top", number), bare)
    bare.close()
    grid = _grid(rows)
    return {
        "rows": rows,
        "cells": ROWS * CELLS,
        "goals": GOALS,
        "bare": bare_frames,
        "grid": grid,
        "ratio_median": round(grid["frame_ms"]["median"] / bare_frames["median"], 2),
        "ratio_cpu": round(grid["frame_ms"]["cpu_median"] / bare_frames["cpu_median"], 2),
    }


def _grid(rows: int) -> dict[str, Any]:
    work = Work(threads=2)
    source = _Distinct(rows)
    _open(source, work).deleteLater()  # fonts and icons are loaded once per program, not per grid
    QApplication.processEvents()
    gc.collect()
    before = _memory()
    started = perf_counter()
    view = _open(source, work)
    first = (perf_counter() - started) * 1000
    _settle(work)
    still = _frames(lambda number: None, view.canvas)
    small = _frames(lambda number: view.scroll_by(0, 72), view.canvas)
    jumps = _frames(lambda number: view.vertical.setValue(number * 70_000), view.canvas, 40, work)
    result = {
        "first_paint_ms": round(first, 1),
        "frame_ms": small,
        "frame_still_ms": still,
        "frame_after_jump_ms": jumps,
        "memory_mb": round(_memory() - before, 1),
    }
    view.close()
    view.deleteLater()
    work.close()
    return result


def _open(source: _Distinct, work: Work) -> GridView:
    """A shown grid whose first rows are painted."""
    query = ListQuery((*SHOWN, "target"))
    model = EditableListModel(source, work, query)
    columns = ColumnLayout(2)
    columns.set_columns(SHOWN, contract_columns())
    view = GridView(model, columns)
    model.setParent(view)
    view.resize(*SIZE)
    view.show()
    model.open()
    while model.phase != "ready":
        QApplication.processEvents()
    view.canvas.repaint()
    return view


def _frames(
    step: Callable[[int], object], widget: QWidget, count: int = FRAMES, work: Work | None = None
) -> dict[str, float]:
    """Milliseconds per frame, painting alone; `cpu_median` is what a busy machine leaves unchanged."""
    times: list[float] = []
    spent: list[float] = []
    for number in range(count):
        step(number)
        if work is not None:
            _settle(work)
        started, cpu = perf_counter(), thread_time()
        widget.repaint()
        times.append((perf_counter() - started) * 1000)
        spent.append((thread_time() - cpu) * 1000)
        QApplication.processEvents()
    ordered = sorted(times)
    return {
        "cpu_median": round(statistics.median(spent), 2),
        "median": round(statistics.median(times), 2),
        "p99": round(ordered[int(len(ordered) * 0.99) - 1], 2),
        "worst": round(ordered[-1], 2),
    }


def _settle(work: Work) -> None:
    while work.running():
        QApplication.processEvents()
        sleep(0.001)
    QApplication.processEvents()


def _memory() -> float:
    return float(psutil.Process().memory_info().rss) / 1024 / 1024
