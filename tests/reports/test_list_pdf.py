"""A list on paper, read back: every row, on pages that know their number, with subtotals and scope."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest

from db.session import Database
from desktop.domain.conditions import Test
from desktop.domain.progress import Cancelled, Progress
from desktop.lists.all_lists import list_for
from desktop.lists.query import ListQuery
from desktop.operations.lists import source_for
from desktop.reports.list_pdf import write_pdf
from tests.lists_world import ListsWorld

QUERY = ListQuery(("code", "name", "state", "maker", "purchase_cost"))


@pytest.fixture
def manager(lists_world: ListsWorld) -> Iterator[Database]:
    with lists_world.database("manager") as database:
        yield database


def words(path: Path) -> list[str]:
    document = pypdfium2.PdfDocument(path)
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


def test_every_row_is_printed_once_and_pages_are_numbered(manager: Database, tmp_path: Path) -> None:
    source = source_for(manager, list_for("assets"), "en")
    path = tmp_path / "assets.pdf"
    query = QUERY.but(group_by=("maker", "state"))
    pages = write_pdf(source, query, path)
    found = words(path)
    assert len(found) == pages == 2
    text = "\n".join(found)
    for n in range(1, 31):
        assert text.count(f"A-{n:03}") == 1
    assert "Page 1 of 2" in found[0] and "Page 2 of 2" in found[1]
    assert "Asset no." in found[0] and "Asset no." in found[1]
    assert "Grundfos (23)" in text
    total = source.totals(query)["purchase_cost"]
    assert f"{total:,.2f}" in found[1]
    assert "Hengtuo" in found[0]


def test_chinese_is_printed_as_text(manager: Database, tmp_path: Path) -> None:
    source = source_for(manager, list_for("assets"), "zh")
    path = tmp_path / "设备.pdf"
    write_pdf(source, QUERY.but(condition=Test("state", "=", ("down",))), path)
    (page,) = words(path)
    assert "设备编号" in page and "水泵" in page and "第 1 页，共 1 页" in page


def test_a_list_of_nothing_is_one_page(manager: Database, tmp_path: Path) -> None:
    source = source_for(manager, list_for("assets"), "en")
    assert write_pdf(source, QUERY.but(condition=Test("code", "=", ("x",))), tmp_path / "a.pdf") == 1


def test_a_cancelled_print_leaves_nothing(manager: Database, tmp_path: Path) -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        write_pdf(source_for(manager, list_for("assets"), "en"), QUERY, tmp_path / "a.pdf", progress=progress)
    assert list(tmp_path.iterdir()) == []
