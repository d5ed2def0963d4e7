"""The store's papers, read back: words of both languages, codes that scan, sums."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pypdfium2
import pytest

from desktop.domain.text import Language, in_language
from desktop.operations.stock_papers import DaysMove
from desktop.reports import stock, theme
from desktop.reports.stock import Label, PickRow


def _read(data: BytesIO) -> list[str]:
    document = pypdfium2.PdfDocument(data.getvalue())
    try:
        return [document[number].get_textpage().get_text_bounded() for number in range(len(document))]
    finally:
        document.close()


def _ink(data: BytesIO) -> Any:
    document = pypdfium2.PdfDocument(data.getvalue())
    try:
        return document[0].render(scale=4, grayscale=True).to_pil()
    finally:
        document.close()


def _move(kind: str, number: str, quantity: int, amount: str) -> DaysMove:
    return DaysMove(
        posted_at=datetime(2026, 11, 24, 10, 42, tzinfo=UTC),
        document_type=kind,
        number=number,
        item_code="GSK-NBR-120",
        item_name="丁腈密封垫 120 mm",
        quantity=Decimal(quantity),
        unit="件",
        from_place="A-05-3-2",
        to_place="CUSTOMER",
        amount=Decimal(amount),
        by="周敏",
        order="WO-2611-0482",
    )


MOVES = [
    _move("issue", "ISS-2611-0935", 4, "27.20"),
    _move("issue", "ISS-2611-0935", 2, "1200.00"),
    _move("receipt", "RCV-2611-0288", 60, "408.00"),
]


@pytest.mark.parametrize(
    ("language", "title", "sign"),
    [("en", "Hand-over of the store", "Taken over by, date"), ("zh", "仓库交接班", "接班人、日期")],
)
def test_the_hand_over_sums_by_type_and_waits_for_two_signatures(language: Language, title: str, sign: str) -> None:
    paper = BytesIO()
    with in_language(language):
        pages = stock.hand_over(paper, day=date(2026, 11, 24), store="Central store", rows=MOVES, printed_by="周敏")
    text = "\n".join(_read(paper))
    assert pages == 1
    assert title in text and sign in text and "周敏" in text
    assert "1,227.20" in text and "408.00" in text and "1,635.20" in text
    assert text.count("ISS-2611-0935") == 2


def test_the_hand_over_of_who_reads_no_costs_has_no_amounts() -> None:
    paper = BytesIO()
    with in_language("en"):
        stock.hand_over(paper, day=date(2026, 11, 24), store="S", rows=[replace(move, amount=None) for move in MOVES])
    text = "\n".join(_read(paper))
    assert "Pieces" in text and text.count("ISS-2611-0935") == 2
    assert "Amount" not in text and "1,635.20" not in text and "None" not in text


def test_a_long_day_runs_over_pages_with_the_head_on_each() -> None:
    paper = BytesIO()
    pages = stock.hand_over(paper, day=date(2026, 11, 24), store="S", rows=MOVES * 60)
    texts = _read(paper)
    assert pages == len(texts) > 3
    assert all("Part no." in text for text in texts[1:-1])
    assert f"Page {pages}" in texts[-1]


def test_a_label_carries_the_code_as_words_qr_and_bars() -> None:
    paper = BytesIO()
    pages = stock.labels(paper, [Label("GSK-NBR-120", "NBR gasket 丁腈密封垫 120 mm", "A-05-3-2", copies=2)])
    texts = _read(paper)
    assert pages == len(texts) == 2
    assert texts[0].count("GSK-NBR-120") == 2 and "丁腈密封垫" in texts[0] and "A-05-3-2" in texts[0]
    ink = _ink(paper)
    width, height = ink.size
    bars = [ink.getpixel((x, int(height * 0.8))) < 128 for x in range(width)]
    changes = sum(left != right for left, right in itertools.pairwise(bars))
    assert changes > 40  # a row through Code 128: start, eleven characters, check, stop
    assert min(ink.getpixel((x, int(height * 0.8))) for x in range(width)) < 30  # black, or a scanner will not see it
    qr = ink.crop((int(width * 0.03), int(height * 0.05), int(width * 0.35), int(height * 0.5)))
    dark = sum(qr.histogram()[:128]) / (qr.width * qr.height)
    assert 0.2 < dark < 0.6


@pytest.mark.parametrize(("size", "pages"), [("40x30", 30), ("100x60", 30), ("a4", 2)])
def test_labels_come_in_the_size_of_the_printers_roll(size: str, pages: int) -> None:
    paper = BytesIO()
    small = "GSK-NBR-120 · 200 pc · until 2028-03-31 · A-05-3-2"
    wanted = [Label(f"L2611-{number}", "NBR gasket", small) for number in range(30)]
    assert stock.labels(paper, wanted, size) == pages
    texts = _read(paper)
    assert len(texts) == pages and "until 2028-03-31 · A-05-3-2" in texts[0]
    assert all(f"L2611-{number}" in "".join(texts) for number in range(30))


def test_bars_are_code_128_of_the_code_alone() -> None:
    from reportlab.graphics.barcode.code128 import Code128

    made = Code128("75MP-20418", barWidth=1, quiet=0)
    made.validate()
    made.encode()
    assert made.validated == "75MP-20418"
    assert made.encoded[0] in ("START_B", "START_C") or made.encoded[0] in (103, 104, 105)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_pick_list_names_bins_in_order_with_boxes_to_tick(language: Language) -> None:
    rows = [PickRow("A-03-2-1", "SEP-OIL-7520", "油气分离芯 75S", "", Decimal(1), "件"),
            PickRow("A-05-3-2", "GSK-NBR-120", "丁腈密封垫 120 mm", "L2610-02", Decimal("2.5"), "件")]  # fmt: skip
    paper = BytesIO()
    with in_language(language):
        assert stock.pick_list(paper, order="WO-2611-0482", title="年度保养", rows=rows) == 1
    (text,) = _read(paper)
    assert text.index("A-03-2-1") < text.index("A-05-3-2")
    assert "2.5" in text and "油气分离芯 75S" in text and "WO-2611-0482" in text


def test_any_list_becomes_a_pdf_and_long_cells_are_cut_not_wrapped() -> None:
    columns = [theme.PdfColumn("Code"), theme.PdfColumn("名称", 3), theme.PdfColumn("Amount ¥", 1, "right")]
    rows = [(f"P-{n:04}", "很长的名称 " * 30, f"{n}.00") for n in range(200)]
    paper = BytesIO()
    pages = theme.list_pdf(paper, title="物料", columns=columns, rows=rows, totals=("", "", "19,900.00"))
    texts = _read(paper)
    assert pages == len(texts) > 3
    assert "P-0000" in texts[0] and "19,900.00" in texts[-1] and "…" in texts[0]


def test_a_text_is_cut_to_its_room() -> None:
    cut = theme.fitted("丁腈密封垫 NBR gasket", 60)
    assert cut.endswith("…") and theme.text_width(cut) <= 60
    assert theme.fitted("short", 60) == "short"
