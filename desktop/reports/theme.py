"""How Outpost looks on paper: fonts, page frame, fixed-height tables, and the PDF of any list.

White paper, the light theme's inks. Cells are drawn on the canvas at fixed heights: a page of a list costs
milliseconds. Latin and digits in Inter, Chinese in WenQuanYi Micro Hei; a text of both is drawn in runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import BinaryIO

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from desktop.domain.text import tr

_FONTS = Path(__file__).parent.parent / "resources" / "fonts"
_CHINESE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+")
REGULAR, MEDIUM, CJK = "OutpostRegular", "OutpostMedium", "OutpostChinese"
INK, QUIET, LINE, HEAD, STRONG = (HexColor(each) for each in ("#1B1F26", "#606A78", "#CDD3DC", "#EFF1F4", "#858F9E"))
ROW_HEIGHT, HEAD_HEIGHT = 16.0, 18.0
_SIZE, _PAD = 8.5, 4.0
_MARGIN = 36.0


@cache
def load_fonts() -> None:
    """Register the three faces once per process."""
    registerFont(TTFont(REGULAR, str(_FONTS / "Inter-Regular.ttf")))
    registerFont(TTFont(MEDIUM, str(_FONTS / "Inter-Medium.ttf")))
    registerFont(TTFont(CJK, str(_FONTS / "wqy-microhei.ttc"), subfontIndex=0))


def runs(text: str, font: str) -> Iterator[tuple[str, str]]:
    """`text` in pieces with the font that has its characters."""
    at = 0
    for found in _CHINESE.finditer(text):
        if found.start() > at:
            yield text[at : found.start()], font
        yield found.group(), CJK
        at = found.end()
    if at < len(text):
        yield text[at:], font


@lru_cache(maxsize=20_000)
def text_width(text: str, font: str = REGULAR, size: float = _SIZE) -> float:
    """Width in points."""
    load_fonts()
    return sum(float(stringWidth(piece, used, size)) for piece, used in runs(text, font))


def fitted(text: str, room: float, font: str = REGULAR, size: float = _SIZE) -> str:
    """`text`, cut with an ellipsis where it is wider than `room` points."""
    if text_width(text, font, size) <= room:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if text_width(text[:middle] + "…", font, size) <= room:
            low = middle
        else:
            high = middle - 1
    return text[:low] + "…"


def draw(
    canvas: Canvas,
    x: float,
    y: float,
    text: str,
    *,
    size: float = _SIZE,
    font: str = REGULAR,
    ink: Color = INK,
    align: str = "left",
) -> None:
    """One line of text with its baseline at `y`; `x` is the left, right or middle of it."""
    canvas.setFillColor(ink)
    if align != "left":
        x -= text_width(text, font, size) / (1 if align == "right" else 2)
    for piece, used in runs(text, font):
        canvas.setFont(used, size)
        canvas.drawString(x, y, piece)
        x += float(stringWidth(piece, used, size))


@dataclass(frozen=True)
class PdfColumn:
    """`share` of the page's width, relative to the other columns."""

    title: str
    share: float = 1.0
    align: str = "left"


@dataclass(frozen=True)
class Frame:
    """What stands around a page: title, what it covers, and at the foot who printed it."""

    title: str
    scope: str = ""
    printed_by: str = ""


class Paper:
    """A document under way. `y` is where the next line goes, in points from the foot; `room` says whether it fits."""

    def __init__(
        self, target: BinaryIO | str, frame: Frame, *, wide: bool = False, size: tuple[float, float] = A4
    ) -> None:
        load_fonts()
        self.width, self.height = landscape(size) if wide else size
        self.canvas = Canvas(target, pagesize=(self.width, self.height), pageCompression=1)
        self.canvas.setTitle(frame.title)
        self.canvas.setCreator("Outpost")
        self.frame, self.pages = frame, 0
        self._stamp = datetime.now().strftime("%Y-%m-%d %H:%M")
        self.y = 0.0
        self._begin()

    @property
    def left(self) -> float:
        return _MARGIN

    @property
    def right(self) -> float:
        return self.width - _MARGIN

    def room(self, height: float) -> bool:
        return self.y - height >= _MARGIN + 18

    def next_page(self) -> None:
        self._foot()
        self.canvas.showPage()
        self._begin()

    def save(self) -> int:
        """Finish; the number of pages."""
        self._foot()
        self.canvas.save()
        return self.pages

    def _begin(self) -> None:
        self.pages += 1
        top = self.height - _MARGIN
        draw(self.canvas, self.left, top - 12, self.frame.title, size=14, font=MEDIUM)
        draw(self.canvas, self.left, top - 27, fitted(self.frame.scope, self.right - self.left), ink=QUIET)
        self.y = top - 38

    def _foot(self) -> None:
        y = _MARGIN
        self.canvas.setStrokeColor(LINE)
        self.canvas.line(self.left, y + 12, self.right, y + 12)
        words = tr("Printed {time} {who}", time=self._stamp, who=self.frame.printed_by)
        draw(self.canvas, self.left, y, words, size=7.5, ink=QUIET)
        draw(self.canvas, self.right, y, tr("Page {page}", page=self.pages), size=7.5, ink=QUIET, align="right")


def table(
    paper: Paper, columns: Sequence[PdfColumn], rows: Iterable[Sequence[str]], *, totals: Sequence[str] | None = None
) -> None:
    """A table at the paper's place, over as many pages as it takes; the head is repeated on each."""
    edges = _edges(paper, columns)
    _table_head(paper, columns, edges)
    for row in rows:
        if not paper.room(ROW_HEIGHT):
            paper.next_page()
            _table_head(paper, columns, edges)
        _table_row(paper, columns, edges, row, REGULAR)
    if totals is not None:
        if not paper.room(ROW_HEIGHT):
            paper.next_page()
            _table_head(paper, columns, edges)
        paper.canvas.setStrokeColor(STRONG)
        paper.canvas.line(paper.left, paper.y, paper.right, paper.y)
        _table_row(paper, columns, edges, totals, MEDIUM)
    paper.y -= 10


def _edges(paper: Paper, columns: Sequence[PdfColumn]) -> list[float]:
    whole = sum(column.share for column in columns)
    edges = [paper.left]
    for column in columns:
        edges.append(edges[-1] + (paper.right - paper.left) * column.share / whole)
    return edges


def _table_head(paper: Paper, columns: Sequence[PdfColumn], edges: Sequence[float]) -> None:
    canvas, top = paper.canvas, paper.y
    canvas.setFillColor(HEAD)
    canvas.rect(paper.left, top - HEAD_HEIGHT, paper.right - paper.left, HEAD_HEIGHT, stroke=0, fill=1)
    for column, left, right in zip(columns, edges, edges[1:], strict=False):
        _cell(canvas, column, left, right, top - 12.5, column.title, MEDIUM, QUIET)
    paper.y = top - HEAD_HEIGHT


def _table_row(
    paper: Paper, columns: Sequence[PdfColumn], edges: Sequence[float], row: Sequence[str], font: str
) -> None:
    canvas, base = paper.canvas, paper.y - 11.5
    for column, left, right, text in zip(columns, edges, edges[1:], row, strict=False):
        if text:
            _cell(canvas, column, left, right, base, text, font, INK)
    paper.y -= ROW_HEIGHT
    canvas.setStrokeColor(LINE)
    canvas.setLineWidth(0.4)
    canvas.line(paper.left, paper.y, paper.right, paper.y)


def _cell(
    canvas: Canvas, column: PdfColumn, left: float, right: float, base: float, text: str, font: str, ink: Color
) -> None:
    shown = fitted(text, right - left - 2 * _PAD, font)
    x = right - _PAD if column.align == "right" else left + _PAD
    draw(canvas, x, base, shown, font=font, ink=ink, align=column.align)


def list_pdf(
    target: BinaryIO | str,
    *,
    title: str,
    columns: Sequence[PdfColumn],
    rows: Iterable[Sequence[str]],
    scope: str = "",
    printed_by: str = "",
    totals: Sequence[str] | None = None,
) -> int:
    """The PDF of any list, landscape when it has more than six columns. Texts come formatted. Returns the pages."""
    paper = Paper(target, Frame(title, scope, printed_by), wide=len(columns) > 6)
    table(paper, columns, rows, totals=totals)
    return paper.save()


def signatures(paper: Paper, words: tuple[str, str], *, drop: float = 44) -> None:
    """Two lines to sign, `drop` points below what stands above, and under them who signs; whole on one page."""
    if not paper.room(drop + 26):
        paper.next_page()
    half = (paper.right - paper.left) / 2
    y = paper.y - drop
    for number, line in enumerate(words):
        x = paper.left + number * half
        paper.canvas.setStrokeColor(LINE)
        paper.canvas.setLineWidth(0.8)
        paper.canvas.line(x, y, x + half - 40, y)
        draw(paper.canvas, x, y - 11, line, size=8, ink=QUIET)
    paper.y = y - 20
