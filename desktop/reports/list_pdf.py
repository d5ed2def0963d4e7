"""A list on paper, exactly as shown: A4 (A3 where many columns ask for it), header and page number on each sheet.

Rows have a fixed height and cells are drawn as text, never as paragraphs, so a page costs the same wherever it stands.
Latin in Inter, Chinese in WenQuanYi Micro Hei, both embedded: the paper looks alike on every machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A3, A4, landscape
from reportlab.pdfbase.pdfmetrics import getRegisteredFontNames, registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from desktop.domain.progress import Progress
from desktop.domain.text import in_language, tr
from desktop.lists.query import Cell, ColumnInfo, GroupHead, ListQuery
from desktop.lists.spec import Kind
from desktop.operations.exporting import Scope, Show, group_label, header, note_list, scope_of, shower, whole_file
from desktop.operations.lists import Extract, SqlListSource

_FONTS = Path(__file__).parent.parent / "resources" / "fonts"
_CJK_RUN = re.compile("[\u2018-\u201d\u2026\u2190-\u21ff\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+")
LATIN, BOLD, CJK = "Inter", "Inter-SemiBold", "WenQuanYiMicroHei"
MARGIN, TITLE, HEAD, ROW, FOOT, PAD = 28.0, 40.0, 18.0, 14.0, 18.0, 4.0
SIZE = 7.5
POINTS_PER_PIXEL = 0.62
SMALLEST = 0.6
_RIGHT = frozenset({Kind.INTEGER, Kind.QUANTITY, Kind.MONEY, Kind.PRICE, Kind.PERCENT, Kind.BAR})
_INK, _MUTED, _LINE, _BAND = HexColor("#1B2430"), HexColor("#5B6675"), HexColor("#D5DBE4"), HexColor("#EEF1F6")


def write_pdf(source: SqlListSource, query: ListQuery, path: Path, *, progress: Progress | None = None) -> int:
    """Write the list to `path`; returns the number of pages. Raises Cancelled."""
    _register()
    with in_language(source.language), whole_file(path) as draft, source.extract(query) as extract:
        note_list(source, query, rows=extract.count, form="pdf")
        sheet = _Sheet(source, query, extract, Canvas(str(draft), pageCompression=1), progress or Progress())
        return sheet.run()


@cache
def _register() -> None:
    known = set(getRegisteredFontNames())
    for name, file in ((LATIN, "Inter-Regular.ttf"), (BOLD, "Inter-SemiBold.ttf")):
        if name not in known:
            registerFont(TTFont(name, str(_FONTS / file)))
    if CJK not in known:
        registerFont(TTFont(CJK, str(_FONTS / "wqy-microhei.ttc"), subfontIndex=0))


@dataclass(frozen=True)
class _Place:
    """A column on paper."""

    info: ColumnInfo
    left: float
    width: float
    show: Show

    @property
    def right(self) -> bool:
        return self.info.kind in _RIGHT


class _Sheet:
    def __init__(
        self, source: SqlListSource, query: ListQuery, extract: Extract, canvas: Canvas, progress: Progress
    ) -> None:
        self.query, self.extract, self.canvas, self.progress = query, extract, canvas, progress
        self.zone = source.view().reader.zone
        self.every = {info.key: info for info in source.columns()}
        self.scope: Scope = scope_of(source, extract, query)
        wanted = sum(info.width for info in extract.infos) * POINTS_PER_PIXEL
        paper = landscape(A4)
        narrowest = max(wanted * SMALLEST, sum(_least(info) for info in extract.infos))
        if narrowest > paper[0] - 2 * MARGIN:
            paper = landscape(A3)
        self.width, self.height = paper
        canvas.setPageSize(paper)
        canvas.setTitle(self.scope.title)
        self.places = _places(extract, self.zone, self.width - 2 * MARGIN, wanted)
        self.per_page = int((self.height - 2 * MARGIN - TITLE - HEAD - FOOT) // ROW)
        self.has_totals = any(info.total != "none" for info in extract.infos) and extract.count > 0
        lines = extract.count + len(extract.heads) + (1 if self.has_totals else 0)
        self.pages = max(1, -(-lines // self.per_page))
        self.page = 0
        self.y = 0.0
        self.texts: list[tuple[float, float, tuple[tuple[str, str], ...], float]] = []

    def run(self) -> int:
        self._start_page()
        done = 0
        depth = len(self.query.group_by)
        heads = iter(self.extract.heads)
        left = 0
        for part in self.extract.parts:
            for record in part:
                if depth and not left:
                    left = self._groups(heads, depth)
                left -= 1
                self._row(record)
            done += len(part)
            self.progress.report(done, self.extract.count)
        if self.has_totals:
            self._band(tr("Total"), self.extract.totals, 0)
        self._end_page()
        self.canvas.save()
        return self.page

    # lines

    def _groups(self, heads: Iterator[GroupHead], depth: int) -> int:
        while True:
            head = next(heads)
            self._band(group_label(head, self.query, self.every, self.zone), head.totals, head.depth)
            if head.depth == depth - 1:
                return head.count

    def _row(self, record: Sequence[Any]) -> None:
        self._line()
        base = self.y + 4
        for position, place in enumerate(self.places):
            value = record[position + 2]
            if value is not None:
                if place.info.kind is Kind.BAR:
                    self._bar(place, value)
                self._cell(place, place.show(value), base, LATIN)

    def _band(self, label: str, totals: Mapping[str, Cell], depth: int) -> None:
        self._line()
        self.canvas.setFillColor(_BAND)
        self.canvas.rect(MARGIN, self.y, self.width - 2 * MARGIN, ROW, stroke=0, fill=1)
        base = self.y + 4
        room = self.places[0].width if self.places else 0.0
        for place in self.places[1:]:
            if place.info.total != "none":
                break
            room += place.width
        self._text(MARGIN + PAD + depth * 10, base, _cut(label, room - 2 * PAD, BOLD), BOLD, SIZE)
        for place in self.places[1:]:
            total = totals.get(place.info.key)
            if place.info.total != "none" and total is not None:
                self._cell(place, place.show(total), base, BOLD)

    def _line(self) -> None:
        if self.y - ROW < MARGIN + FOOT:
            self._end_page()
            self._start_page()
        self.y -= ROW
        self.canvas.line(MARGIN, self.y, self.width - MARGIN, self.y)

    def _cell(self, place: _Place, said: str, base: float, face: str) -> None:
        said = _cut(said, place.width - 2 * PAD, face)
        x = place.left + PAD
        if place.right:
            x = place.left + place.width - PAD - _width(said, face)
        self._text(x, base, said, face, SIZE)

    def _bar(self, place: _Place, value: Any) -> None:
        share = max(0.0, min(1.0, float(value)))
        room = place.width - 2 * PAD - 34
        if room > 8:
            self.canvas.setFillColor(_LINE)
            self.canvas.rect(place.left + PAD, self.y + 5, room, 4, stroke=0, fill=1)
            self.canvas.setFillColor(HexColor("#2F7D4F"))
            self.canvas.rect(place.left + PAD, self.y + 5, room * share, 4, stroke=0, fill=1)

    # pages

    def _start_page(self) -> None:
        self.page += 1
        canvas = self.canvas
        top = self.height - MARGIN
        self._text(MARGIN, top - 12, self.scope.title, BOLD, 13)
        lines = dict(self.scope.lines)
        said = (tr("Units in scope"), tr("Filter"), tr("Sorted by"), tr("Rows"))
        about = " · ".join(f"{what}: {lines[what]}" for what in said)
        self._text(MARGIN, top - 26, _cut(about, self.width - 2 * MARGIN, LATIN), LATIN, SIZE)
        self.y = top - TITLE - HEAD
        canvas.setFillColor(_BAND)
        canvas.rect(MARGIN, self.y, self.width - 2 * MARGIN, HEAD, stroke=0, fill=1)
        for place in self.places:
            self._cell(place, header(place.info), self.y + 6, BOLD)
        canvas.setStrokeColor(_LINE)
        canvas.setLineWidth(0.4)

    def _end_page(self) -> None:
        lines = dict(self.scope.lines)
        foot = f"{lines[tr('Exported by')]} · {lines[tr('Time')]}"
        self._text(MARGIN, MARGIN, foot, LATIN, 7)
        number = tr("Page {page} of {pages}", page=self.page, pages=max(self.pages, self.page))
        self._text(self.width - MARGIN - _width(number, LATIN, 7), MARGIN, number, LATIN, 7)
        self._flush(_INK)
        self.canvas.showPage()

    # text

    def _text(self, x: float, y: float, said: str, face: str, size: float) -> None:
        """Keep a text for the end of the page, where all are written together, in reading order."""
        self.texts.append((x, y, _runs(said, face), size))

    def _flush(self, color: Color) -> None:
        text = self.canvas.beginText()
        text.setFillColor(color)
        current = ("", 0.0)
        for x, y, pieces, size in self.texts:
            text.setTextOrigin(x, y)
            for piece, font in pieces:
                if (font, size) != current:
                    current = (font, size)
                    text.setFont(font, size)
                text.textOut(piece)
        self.canvas.drawText(text)
        self.texts.clear()


_SAMPLES = {
    Kind.CODE: "WO-2026-08888",
    Kind.DATETIME: "2026-12-28 20:48",
    Kind.DATE: "2026-12-28",
    Kind.MONTH: "2026-12",
    Kind.MONEY: "8,888,888.00",
}


def _places(extract: Extract, zone: Any, room: float, wanted: float) -> tuple[_Place, ...]:
    """Columns share the sheet in proportion to their widths on screen; half a number, date or code is a wrong one, so
    those have room for the whole.
    """
    least = [_least(info) for info in extract.infos]
    scale = (room - sum(least)) / wanted if wanted else 1.0
    places, left = [], MARGIN
    for info, at_least in zip(extract.infos, least, strict=True):
        width = at_least + info.width * POINTS_PER_PIXEL * scale
        places.append(_Place(info, left, width, shower(info, zone)))
        left += width
    return tuple(places)


def _least(info: ColumnInfo) -> float:
    """Room that a column has in any case."""
    head = min(_width(header(info), BOLD), 80.0)
    sample = _SAMPLES.get(info.kind, "")
    return max(head, _width(sample, LATIN)) + 2 * PAD


@lru_cache(maxsize=20_000)
def _runs(text: str, face: str) -> tuple[tuple[str, str], ...]:
    """The text in pieces, each with the font that has its characters."""
    if text.isascii():
        return ((text.replace("\n", " ").replace("\r", " "), face),)
    pieces, place = [], 0
    for found in _CJK_RUN.finditer(text):
        if found.start() > place:
            pieces.append((text[place : found.start()], face))
        pieces.append((found.group(), CJK))
        place = found.end()
    if place < len(text):
        pieces.append((text[place:], face))
    return tuple((piece.replace("\n", " ").replace("\r", " "), font) for piece, font in pieces)


@lru_cache(maxsize=20_000)
def _width(text: str, face: str, size: float = SIZE) -> float:
    return float(sum(stringWidth(piece, font, size) for piece, font in _runs(text, face)))


@lru_cache(maxsize=20_000)
def _cut(text: str, room: float, face: str) -> str:
    """The text, or as much of it as there is room for with an ellipsis."""
    if len(text) * SIZE * 1.05 <= room or _width(text, face) <= room:
        return text
    short, long = 0, min(len(text), 500)
    while short < long:
        middle = (short + long + 1) // 2
        if _width(text[:middle] + "…", face) <= room:
            short = middle
        else:
            long = middle - 1
    return text[:short] + "…"
