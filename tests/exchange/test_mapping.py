"""Headers find their fields, by words, by memory and by a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.domain.importing import ColumnMap, ImportField
from desktop.exchange.files import FileProblem
from desktop.exchange.mapping import from_names, plain_header, read_map_file, suggest, to_names, write_map_file

FIELDS = (
    ImportField("code", "code", "Item no.", "物料编码", required=True, aliases=("part no", "料号")),
    ImportField("name", "text", "Name", "名称"),
    ImportField("standard_cost", "price", "Standard cost", "标准成本"),
)


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("物料编码", "code"),
        ("＊物料编码（必填）", "code"),
        ("PART NO.", "code"),
        ("料号", "code"),
        ("standard_cost", "standard_cost"),
        ("Standard cost (CNY)", "standard_cost"),
        ("标准成本 ¥", "standard_cost"),
        ("Standart cost", "standard_cost"),
    ],
)
def test_a_header_finds_its_field(header: str, field: str) -> None:
    assert suggest((header,), FIELDS).fields == {0: field}


def test_a_field_is_filled_once_and_strangers_are_left_alone() -> None:
    assert suggest(("料号", "物料编码", "colour", ""), FIELDS).fields == {0: "code"}


def test_memory_wins_also_about_what_was_left_out() -> None:
    columns = suggest(("料号", "Name", "Bezeichnung"), FIELDS, {"bezeichnung": "name", "Name": None, "old": "code"})
    assert columns.fields == {0: "code", 2: "name"} and columns.remembered


def test_a_map_goes_to_a_file_and_back(tmp_path: Path) -> None:
    header = ("Artikel", "Text", "Rest")
    names = to_names(header, ColumnMap({0: "code", 1: "name"}))
    write_map_file(tmp_path / "map.json", names)
    read = read_map_file(tmp_path / "map.json")
    assert read == {"Artikel": "code", "Text": "name", "Rest": None}
    assert from_names(header, read, FIELDS).fields == {0: "code", 1: "name"}


def test_what_is_wrong_with_a_map_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="no column Preis"):
        from_names(("Artikel",), {"Preis": "code"}, FIELDS)
    with pytest.raises(FileProblem, match="no field price"):
        from_names(("Artikel",), {"Artikel": "price"}, FIELDS)
    (tmp_path / "map.json").write_text('["code"]', encoding="utf-8")
    with pytest.raises(FileProblem, match="is no mapping"):
        read_map_file(tmp_path / "map.json")
    with pytest.raises(FileProblem, match="cannot be opened"):
        read_map_file(tmp_path / "none.json")


def test_headers_without_their_ornaments() -> None:
    assert plain_header(" *数 量 (pc) ") == "数量"
    assert plain_header("(pc)") == "(pc)"
