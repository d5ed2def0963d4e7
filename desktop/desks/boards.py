"""Desks that are more than lists: the stock desk, the dispatch board, the calendar."""

from __future__ import annotations

from desktop.domain.text import tr
from desktop.views.scheduling.board_page import BoardPage
from desktop.views.shell.desks import PageEntry

PLANNING = frozenset({"planner", "desk", "engineer", "pm", "manager", "auditor"})

WAREHOUSE: tuple[PageEntry, ...] = ()
PLANNER: tuple[PageEntry, ...] = (
    PageEntry("board", lambda: tr("Dispatch board"), "chart-gantt", BoardPage, PLANNING),
)
