"""The week plan read back from the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pypdfium2
import pytest

from desktop.domain.scheduling import Booking
from desktop.domain.text import in_language
from desktop.reports.scheduling import WeekPlan, save_week_plan
from tests.scheduling_plan import LI, ZONE, bookings, clock, job, lanes

MONDAY = date(2026, 11, 23)


def week(**changes: object) -> WeekPlan:
    printed = datetime(2026, 11, 22, 9, 30, tzinfo=ZONE)
    base = WeekPlan(MONDAY, ZONE, lanes(), bookings(), "Acme", "Suzhou East", "Lin Tao", printed)
    return replace(base, **changes)  # type: ignore[arg-type]


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[list[str]]:
    yield from _pages(tmp_path / "week.pdf", week())


def _pages(path: Path, plan: WeekPlan) -> Iterator[list[str]]:
    count = save_week_plan(path, plan)
    pdf = pypdfium2.PdfDocument(path)
    assert len(pdf) == count
    yield [page.get_textpage().get_text_range() for page in pdf]
    pdf.close()


def test_the_board_is_a3_and_a_sheet_follows_for_each_engineer_with_work(tmp_path: Path) -> None:
    path = tmp_path / "week.pdf"
    assert save_week_plan(path, week()) == 3
    pdf = pypdfium2.PdfDocument(path)
    sizes = [tuple(round(side) for side in page.get_size()) for page in pdf]
    pdf.close()
    assert sizes == [(1191, 842), (595, 842), (595, 842)]
    assert list(tmp_path.iterdir()) == [path]


def test_the_board_names_everybody_and_how_full_they_are(pages: list[str]) -> None:
    board = pages[0]
    for words in ("Week plan", "Suzhou East", "Wang Jun", "Li Tong", "Tang Yi", "6 / 40 h", "4 / 40 h", "Tue 24 Nov"):
        assert words in board
    assert "Printed 2026-11-22 09:30 by Lin Tao" in board
    assert "Annual leave" in board


def test_a_sheet_lists_the_jobs_in_order_with_times(pages: list[str]) -> None:
    wang = pages[1]
    assert wang.index("WO-2611-0481") < wang.index("WO-2611-0497") < wang.index("WO-2611-0510")
    assert "08:00–10:00" in wang and "Huarui" in wang
    assert "Tentative" in pages[2]


def test_chinese_is_embedded_and_can_be_read_back(tmp_path: Path) -> None:
    with in_language("zh"):
        found = next(_pages(tmp_path / "week.pdf", week()))
    assert "周计划" in found[0] and "王军" in found[0] and "苏州" not in found[0]
    assert "年度保养" in found[1]
    assert "WenQuanYi" in (tmp_path / "week.pdf").read_bytes().decode("latin-1")


def test_many_engineers_take_several_pages(tmp_path: Path) -> None:
    many = [replace(lanes()[1], id=100 + n, name=f"Engineer {n}") for n in range(45)]
    found = next(_pages(tmp_path / "week.pdf", week(lanes=many, bookings=[])))
    assert len(found) == 3
    assert sum(page.count("Engineer 44") for page in found) == 1


def test_a_conflict_and_a_busy_time_are_drawn_too(tmp_path: Path) -> None:
    clash = Booking(30, LI, clock(12), clock(14), hard=False, job=job(601, "Clash"))
    found = next(_pages(tmp_path / "week.pdf", week(bookings=[*bookings(), clash])))
    assert "0601" in found[0]
