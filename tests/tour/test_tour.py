"""The tour as a whole: every step succeeds, and what it leaves behind can be opened."""

from __future__ import annotations

import json

import pypdfium2
import pytest
from icalendar import Calendar
from PIL import Image
from python_calamine import CalamineWorkbook

from db.embedded import leases
from desktop.commands.tour import REPORT, WrongSize, size_of
from desktop.tour.pictures import LARGEST
from tests.tour.conftest import Toured, outpost

FILES = {"hand-over.pdf", "week-plan.pdf", "week-plan.ics", "contracts.xlsx", "contracts.pdf", "contract.pdf"}
JOBS = {
    "clerk": ["log_in", "receive", "issue", "stock", "hand_over", "log_out"],
    "planner": ["log_in", "drag", "refused", "week_plan", "calendar", "log_out"],
    "finance": ["log_in", "filter", "group", "excel", "pdf", "contract", "cost", "anywhere", "log_out"],
}


def test_every_step_of_the_three_jobs_succeeds(toured: Toured) -> None:
    failed = [step for step in toured.report["steps"] if not step["ok"]]
    assert failed == []
    assert toured.report["ok"] is True and toured.code == 0
    names = [step["name"] for step in toured.report["steps"]]
    assert names == ["start", *(f"{job}.{step}" for job, steps in JOBS.items() for step in steps)]
    assert all(step["ms"] >= 0 for step in toured.report["steps"])


def test_the_report_lies_beside_the_pictures(toured: Toured) -> None:
    assert json.loads((toured.folder / REPORT).read_text(encoding="utf-8")) == toured.report


def test_progress_is_told_in_the_wanted_language(toured: Toured) -> None:
    assert "仓库：扫码收采购订单" in toured.told


def test_the_pictures_are_screens_of_the_wanted_size_and_small(toured: Toured) -> None:
    assert len(toured.report["pictures"]) >= 20
    for name in toured.report["pictures"]:
        path = toured.folder / name
        assert 0 < path.stat().st_size <= LARGEST, name
        with Image.open(path) as picture:
            assert picture.size == (1366, 768), name
            assert len(picture.convert("RGB").getcolors(1 << 24) or ()) > 8, f"{name} is blank"


def test_the_files_hold_what_their_names_say(toured: Toured) -> None:
    assert set(toured.report["files"]) == FILES
    for name in sorted(name for name in FILES if name.endswith(".pdf")):
        document = pypdfium2.PdfDocument(str(toured.folder / name))
        try:
            assert document[0].get_textpage().count_chars() > 100, name
        finally:
            document.close()
    sheet = CalamineWorkbook.from_path(str(toured.folder / "contracts.xlsx")).get_sheet_by_index(0)
    assert any(str(cell).startswith("HT-") for row in sheet.to_python() for cell in row)
    calendar = Calendar.from_ical((toured.folder / "week-plan.ics").read_bytes())
    assert calendar.walk("VEVENT")


def test_nothing_is_left_running(toured: Toured) -> None:
    assert leases.read_json(toured.home / "server.json") is None or not list((toured.home / "leases").glob("*"))


def test_the_books_agree_afterwards(toured: Toured) -> None:
    assert outpost(toured.home, "admin", "reconcile", "--json").returncode == 0


@pytest.mark.parametrize("text", ["1366", "1366x", "x768", "100x100", "1366×768"])
def test_a_size_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(WrongSize):
        size_of(text)


def test_a_size_is_width_and_height() -> None:
    assert size_of("1920x1080") == (1920, 1080)


def test_a_shared_server_is_refused_politely(toured: Toured) -> None:
    told = outpost(toured.home, "tour", "--out", str(toured.folder), "--dsn", "postgresql://db.example.com/x")
    assert told.returncode == 1 and "demo company" in told.stderr and "Traceback" not in told.stderr
