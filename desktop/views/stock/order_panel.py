"""Beside the lines: what the draft is for, how far its parts are, and the shortest walk to the rest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.domain.entry import format_day
from desktop.domain.figures import quantity_text
from desktop.domain.stock import ZERO, Draft, Line, Mode, walk
from desktop.domain.stock_owners import kind_of
from desktop.domain.text import pick, tr
from desktop.views.stock.desk_lines import owner_words
from desktop.widgets.header import WIDE_FROM, KeyValues, SidePanel
from desktop.widgets.labels import Chip, Label, Tag
from desktop.widgets.paint import column, draw_box, draw_icon, draw_text, row, text_width
from desktop.widgets.theme import font

_LINE = 24


class PartsList(QWidget):
    """Expected parts with a bar each: how much of each is done."""

    def __init__(self, lines: tuple[Line, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = lines
        self.setFixedHeight(_LINE * max(1, len(lines)))
        self.setAccessibleName(", ".join(f"{line.part.code} {_done(line)}" for line in lines))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for number, line in enumerate(self._lines):
            self._paint(painter, number * _LINE, line)
        painter.end()

    def _paint(self, painter: QPainter, top: int, line: Line) -> None:
        expected = line.expected or ZERO
        complete = line.quantity >= expected
        icon, role = (
            ("triangle-alert", "warn.fg")
            if line.quantity > expected
            else ("circle-check", "success.fg")
            if complete
            else ("arrow-right", "accent.fg")
            if line.quantity
            else ("circle-dashed", "text.tertiary")
        )
        draw_icon(painter, 0, top + 5, icon, role, 14)
        width = self.width()
        used = font(12, code=True, text=line.part.code)
        quiet = "text.secondary" if complete else "text.primary"
        draw_text(painter, QRectF(22, top, width - 130, _LINE), line.part.code, used, quiet)
        count = max(32, *(round(text_width(_done(each), font(12))) + 2 for each in self._lines))
        bar = QRectF(width - count - 60, top + 10, 48, 4)
        draw_box(painter, bar, "neutral.bg", None, 2)
        share = min(1.0, float(line.quantity / expected)) if expected else 1.0
        if share:
            filled = QRectF(bar.x(), bar.y(), bar.width() * share, 4)
            draw_box(painter, filled, "success.solid" if complete else "accent.solid", None, 2)
        draw_text(painter, QRectF(width - count, top, count, _LINE), _done(line), font(12), "text.primary", "right")


def _done(line: Line) -> str:
    """How much of what is expected is there; in a word where nothing more is."""
    if not line.expected and not line.quantity:
        return tr("complete")
    return f"{quantity_text(line.quantity)} / {quantity_text(line.expected or ZERO)}"


class WalkList(QWidget):
    """What is left to pick, in the order of the bins."""

    def __init__(self, lines: tuple[Line, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = lines
        self.setFixedHeight(_LINE * len(lines))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for number, line in enumerate(self._lines):
            top, width = number * _LINE, self.width()
            draw_box(painter, QRectF(0, top + 4, 16, 16), "neutral.bg", None, 3)
            draw_text(painter, QRectF(0, top + 4, 16, 16), str(number + 1), font(11), "neutral.fg", "center")
            bin_font = font(12, 500, True, text=line.location)
            draw_text(painter, QRectF(24, top, 76, _LINE), line.location, bin_font, "text.primary")
            code = font(12, code=True, text=line.part.code)
            draw_text(painter, QRectF(104, top, width - 150, _LINE), line.part.code, code, "text.secondary")
            rest = quantity_text((line.expected or ZERO) - line.quantity)
            draw_text(painter, QRectF(width - 44, top, 44, _LINE), rest, font(12), "text.primary", "right")
        painter.end()


class UsedBar(QWidget):
    """How much of the time allowed is used: 4 high, amber from 75 %, red from 90 %."""

    def __init__(self, share: float, tone: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._share, self._tone = share, tone
        self.setFixedHeight(4)

    def sizeHint(self) -> QSize:
        return QSize(100, 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        draw_box(painter, QRectF(self.rect()), "neutral.bg", None, 2)
        used = QRectF(0, 0, self.width() * min(1.0, self._share), 4)
        draw_box(painter, used, f"{self._tone}.solid", None, 2)
        painter.end()


class OrderPanel(SidePanel):
    """Rebuilt from the draft after each change; `link_clicked` carries a page key and an id."""

    link_clicked = Signal(str, object)

    def show_draft(self, draft: Draft) -> None:
        self.clear()
        if draft.owner is not None:
            self.add_section(_head(kind_of(draft.owner), owner_words(draft.owner), code=False))
            self.add_section(KeyValues([(tr("Owner"), draft.owner.display_name())]))
            self.add_section(Label(tr("Ctrl+O: these goods are ours."), role="text.secondary", wrap=True))
            return
        if draft.subject is None:
            self.add_section(Label(_invitation(draft), role="text.secondary", wrap=True))
            return
        if draft.mode is Mode.SEND_BACK:
            self._sent_back(draft)
            return
        if draft.subject.kind == "work_order":
            self._order(draft.subject.facts, draft.subject.code)
        elif draft.subject.kind == "purchase_order":
            self._purchase(draft.subject.facts, draft.subject.code)
        else:
            self.add_section(_head(draft.subject.code, pick(draft.subject.title, draft.subject.title_zh)))
        self._parts(draft)

    def _order(self, facts: Mapping[str, Any], code: str) -> None:
        state = Chip(pick(facts["state_name"], facts["state_name_zh"]), "accent", "wrench")
        self.add_section(_head(code, pick(facts["title"], facts["title_zh"]), state, Tag(str(facts["priority"]))))
        rows: list[tuple[str, str | QWidget]] = [
            (tr("Asset"), _code_label(facts.get("asset"))),
            (tr("Customer"), _customer(facts)),
            (tr("Site"), pick(facts.get("site"), facts.get("site_zh")) or "–"),
            (tr("Engineer"), pick(facts.get("engineer"), facts.get("engineer_zh")) or "–"),
            (tr("Contract"), _code_label(facts.get("contract"))),
        ]
        self.add_section(KeyValues(rows))
        if facts.get("due_at"):
            self._due(str(facts["reported_at"]), str(facts["due_at"]))

    def _due(self, reported: str, due: str) -> None:
        start, end, now = datetime.fromisoformat(reported), datetime.fromisoformat(due), datetime.now(UTC)
        whole = max((end - start).total_seconds(), 1)
        share = (now - start).total_seconds() / whole
        tone = "success" if share < 0.75 else "warn" if share < 0.9 else "danger"
        left = duration(int((end - now).total_seconds() // 60))
        words = tr("{time} left", time=left) if share < 1 else tr("{time} late", time=left.lstrip("\N{MINUS SIGN}"))
        used = tr("{percent} % of {time} used", percent=round(share * 100), time=duration(int(whole // 60)))
        body = QWidget()
        body.setLayout(
            column(
                row(Label(words, size=15, role=f"{tone}.fg", weight=500), None, Label(used, role="text.secondary")),
                UsedBar(share, tone),
            )
        )
        aside = Label(tr("due {time}", time=_moment(end)), role="text.secondary")
        self.add_section(body, tr("Due"), aside)

    def _purchase(self, facts: Mapping[str, Any], code: str) -> None:
        names = {
            "draft": tr("Draft"),
            "ordered": tr("Ordered"),
            "part_received": tr("Partly received"),
            "received": tr("Received"),
            "cancelled": tr("Cancelled"),
        }
        state = Chip(names.get(str(facts["state"]), str(facts["state"])), "accent", "inbox")
        self.add_section(_head(code, pick(facts["supplier"], facts["supplier_zh"]), state))
        rows = [(tr("Ordered on"), facts.get("ordered_on") or "–"), (tr("Promised"), facts.get("promised_on") or "–")]
        self.add_section(KeyValues(rows))

    def _sent_back(self, draft: Draft) -> None:
        if draft.subject is None:
            return
        facts, supplier = draft.subject.facts, pick(draft.subject.title, draft.subject.title_zh)
        self.add_section(_head(draft.subject.code, supplier or "–", Chip(tr("Received"), "accent", "inbox")))
        rows: list[tuple[str, str | QWidget]] = [(tr("Supplier"), Label(supplier or "–", elide=True))]
        if facts.get("purchase_order"):
            rows.append((tr("Purchase order"), _code_label(facts["purchase_order"])))
        if facts.get("effective_at"):
            rows.append((tr("Received on"), str(facts["effective_at"])[:10]))
        if draft.reason:
            rows.append((tr("Reason"), Label(draft.reason, wrap=True)))
        self.add_section(KeyValues(rows))

    def _parts(self, draft: Draft) -> None:
        expected = tuple(line for line in draft.lines if line.expected is not None)
        if not expected:
            return
        done = sum(line.quantity >= (line.expected or Decimal(0)) for line in expected)
        titles = {"issue": tr("Reserved parts"), "receipt": tr("Ordered parts"), "return": tr("Issued parts")}
        title = titles.get(draft.mode.value, tr("Reserved parts"))
        aside = Label(tr("{done} / {all} complete", done=done, all=len(expected)), role="text.secondary")
        self.add_section(PartsList(expected), title, aside)
        rest = tuple(walk(draft))
        if rest and draft.mode.value == "issue" and self.window().width() >= WIDE_FROM:
            self.add_section(WalkList(rest), tr("Shortest walk to the rest"))


def _moment(at: datetime) -> str:
    """The time alone while it is today."""
    local = at.astimezone()
    today = local.date() == datetime.now().date()
    return f"{local:%H:%M}" if today else f"{format_day(local.date())} {local:%H:%M}"


def _customer(facts: Mapping[str, Any]) -> str:
    name = pick(facts.get("customer"), facts.get("customer_zh"))
    classes = {"strategic": tr("Strategic"), "vip": tr("VIP")}
    return " · ".join(each for each in (name, classes.get(str(facts.get("customer_class")), "")) if each) or "–"


def _head(title: str, subtitle: str, *marks: QWidget, code: bool = True) -> QWidget:
    body = QWidget()
    layout = QVBoxLayout(body)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(4)
    layout.addLayout(row(Label(title, size=15, weight=600, code=code), None, *marks))
    layout.addWidget(Label(subtitle, size=13, elide=True))
    return body


def _code_label(text: object) -> Label:
    return Label(str(text), role="accent.fg", code=True, elide=True) if text else Label("–", role="text.tertiary")


def _invitation(draft: Draft) -> str:
    return {
        "receipt": tr("Scan a purchase order to see what is still to come, or receive parts without one."),
        "issue": tr("Scan a work order to see its parts here."),
        "counter_issue": tr("Scan a badge. The engineer's active order takes the cost."),
        "return": tr("Scan the work order or the issue that the parts come back from."),
        "transfer": tr("Scan the bin to take from, the parts, then the bin to put them in."),
        "supplier_return": tr("Scan the receipt or the purchase order whose goods go back."),
    }[draft.mode.value]


def duration(minutes: int) -> str:
    """``52 min``, ``1 h 10``, ``3 d``; late ones with a true minus."""
    sign = "\N{MINUS SIGN}" if minutes < 0 else ""
    minutes = abs(minutes)
    if minutes < 60:
        return tr("{sign}{minutes} min", sign=sign, minutes=minutes)
    if minutes < 2880 and minutes % 60 == 0:
        return tr("{sign}{hours} h", sign=sign, hours=minutes // 60)
    if minutes < 2880:
        return tr("{sign}{hours} h {minutes}", sign=sign, hours=minutes // 60, minutes=f"{minutes % 60:02}")
    return tr("{sign}{days} d", sign=sign, days=minutes // 1440)
