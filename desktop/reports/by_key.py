"""All papers by their key, each made from the database alone: what `outpost report` prints and the desks show.

A paper speaks the language in force. What it is about (an order's number, a store's labels) is one text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from db.errors import UserError
from db.session import Database
from desktop.domain.calendars import midnight
from desktop.domain.stock import ZERO, Mode
from desktop.domain.text import language, pick, tr
from desktop.operations import (
    bookings,
    contracts,
    finding,
    forms,
    picking,
    purchasing,
    scheduling,
    stock_counts,
    stock_desk,
    stock_papers,
    stock_rows,
    supplier_returns,
    work_orders,
)
from desktop.operations.records import Record
from desktop.reports import scheduling as planning
from desktop.reports import stock as store
from desktop.reports.contracts import contract_pdf
from desktop.reports.purchasing import purchase_order_pdf
from desktop.reports.supplier_return import return_note_pdf
from desktop.reports.work_orders import work_order_pdf

Write = Callable[[Database, Path, str], None]


class NotOnPaper(UserError):
    """The paper cannot be made of this."""

    def __init__(self, message_en: str, message_zh: str) -> None:
        super().__init__(code="ER004", message_en=message_en, message_zh=message_zh)


@dataclass(frozen=True)
class PaperKind:
    """One paper. `about` names its argument: "" for none, in brackets where it may be left out."""

    key: str
    title: Callable[[], str]
    about: str
    write: Write


def hand_over(database: Database, path: Path, about: str = "") -> None:
    """The moves of a day (default: today) in the reader's store."""
    place = stock_papers.store_of(database)
    day = _day(about) if about else place.today()
    rows = stock_papers.moves_of_day(database, place, day)
    store.hand_over(str(path), day=day, store=place.name, rows=rows, printed_by=_reader(database))


def pick_list(database: Database, path: Path, about: str) -> None:
    """What a work order still wants, in the order of the walk."""
    order_id = _id_of(database, "work_order", about)
    draft = stock_desk.open_order(database, order_id, Mode.ISSUE)
    if draft is None or draft.subject is None:
        raise _unknown(about)
    rows = [
        store.PickRow(
            line.location, line.part.code, line.part.display_name(), line.lot, (line.expected or ZERO) - line.quantity,
            pick(line.part.uom, line.part.uom_zh),
        )
        for line in sorted(draft.lines, key=lambda line: line.location)
    ]  # fmt: skip
    title = pick(draft.subject.title, draft.subject.title_zh)
    store.pick_list(str(path), order=draft.subject.code, title=title, rows=rows, printed_by=_reader(database))


def walk(database: Database, path: Path, about: str) -> None:
    """What a pick list still wants, in the order of the walk; all of it where the list is finished."""
    list_id = picking.id_of(database, about)
    if list_id is None:
        raise _unknown(about)
    found = picking.load(database, list_id)
    rows = [
        store.PickRow(
            line.location, line.item_code, pick(line.item_name, line.item_name_zh), line.lot or "",
            line.wanted or line.quantity, pick(line.uom, line.uom_zh), line.work_order,
        )
        for line in found.lines
        if line.wanted or found.state != "open"
    ]  # fmt: skip
    place = found.location or pick(found.unit, found.unit_zh)
    store.walk(str(path), number=found.number, place=place, rows=rows, printed_by=_reader(database))


def count_sheet(database: Database, path: Path, about: str) -> None:
    """The blind list of a count, for who counts with a pencil."""
    count_id = stock_counts.id_of(database, about)
    if count_id is None:
        raise _unknown(about)
    count = stock_counts.load(database, count_id)
    rows = [
        store.PickRow(
            line.location, line.item_code, pick(line.item_name, line.item_name_zh), line.lot or "", ZERO,
            pick(line.uom, line.uom_zh),
        )
        for line in (count.open_lines or count.lines)
    ]  # fmt: skip
    place = f"{count.location} {pick(count.location_name, count.location_name_zh)}"
    store.count_sheet(str(path), number=count.number, place=place, rows=rows, printed_by=_reader(database))


def labels(database: Database, path: Path, about: str) -> None:
    """A label for every part, place or machine of the reader, or for those whose codes are given."""
    what, _, codes = about.partition(":")
    if what not in stock_papers.LABELLED:
        known = ", ".join(stock_papers.LABELLED)
        raise NotOnPaper(f"There are labels of: {known}.", f"可打印标签的对象：{known}。")
    wanted = tuple(code.strip() for code in codes.split(",") if code.strip())
    ids = stock_papers.rows_to_label(database, what, wanted)
    found = stock_rows.tags(database, stock_papers.LABELLED[what], ids)
    if not found:
        raise NotOnPaper("There is nothing to label.", "没有可打印标签的内容。")
    store.labels(str(path), [store.Label(row.code, row.name, row.detail) for row in found])


def week_plan(database: Database, path: Path, about: str = "") -> None:
    """The week of a day (default: this one) of the reader's engineers."""
    crew = scheduling.read_crew(database)
    day = _day(about) if about else datetime.now(UTC).astimezone(crew.zone).date()
    monday = day - timedelta(days=day.weekday())
    lanes = tuple(lane for lane in crew.lanes if lane.id not in crew.foreign)
    start, end = midnight(monday, crew.zone), midnight(monday + timedelta(days=7), crew.zone)
    found = bookings.read_bookings(database, [lane.id for lane in lanes], start, end)
    plan = planning.WeekPlan(
        monday, crew.zone, lanes, found, _company(database), "", _reader(database), datetime.now(crew.zone)
    )
    planning.save_week_plan(path, plan)


def contract(database: Database, path: Path, about: str) -> None:
    record = contracts.load(database, _id_of(database, "contract", about))
    info = forms.describe(database, contracts.CONTRACT, language())
    contract_pdf(str(path), contract=record, info=info, company=_company(database), printed_by=_reader(database))


def work_order(database: Database, path: Path, about: str) -> None:
    record: Record = work_orders.load(database, _id_of(database, "work_order", about))
    info = forms.describe(database, work_orders.WORK_ORDER, language())
    parts = work_orders.parts(database, record.id or 0)
    work_order_pdf(str(path), order=record, info=info, parts=parts, printed_by=_reader(database))


def purchase_order(database: Database, path: Path, about: str) -> None:
    record = purchasing.load(database, _id_of(database, "purchase_order", about))
    info = forms.describe(database, purchasing.PURCHASE_ORDER, language())
    purchase_order_pdf(str(path), order=record, info=info, company=_company(database), printed_by=_reader(database))


def return_note(database: Database, path: Path, about: str) -> None:
    note = supplier_returns.return_note(database, _id_of(database, "stock_document", about))
    return_note_pdf(str(path), note=note, company=_company(database), printed_by=_reader(database))


PAPERS: tuple[PaperKind, ...] = (
    PaperKind("hand_over", lambda: tr("Hand-over of the store"), "[YYYY-MM-DD]", hand_over),
    PaperKind("pick_list", lambda: tr("Pick list"), "WORK_ORDER", pick_list),
    PaperKind("walk", lambda: tr("Pick list for several orders"), "NUMBER", walk),
    PaperKind("count_sheet", lambda: tr("Count sheet"), "NUMBER", count_sheet),
    PaperKind("labels", lambda: tr("Labels"), "items|locations|lots|assets[:CODE,CODE]", labels),
    PaperKind("week_plan", lambda: tr("Week plan"), "[YYYY-MM-DD]", week_plan),
    PaperKind("contract", lambda: tr("Contract"), "NUMBER", contract),
    PaperKind("purchase_order", lambda: tr("Purchase order"), "NUMBER", purchase_order),
    PaperKind("return_note", lambda: tr("Return note"), "NUMBER", return_note),
    PaperKind("work_order", lambda: tr("Work order"), "NUMBER", work_order),
)
"""An explicit tuple: what is not here is no paper."""


def _id_of(database: Database, kind: str, number: str) -> int:
    found = finding.by_code(database, number) if number else None
    if found is None or found.kind != kind:
        raise _unknown(number)
    return found.id


def _unknown(number: str) -> NotOnPaper:
    return NotOnPaper(f"There is no record {number} for this paper.", f"找不到该单据对应的记录：{number}。")


def _day(about: str) -> date:
    try:
        return date.fromisoformat(about)
    except ValueError as error:
        raise NotOnPaper(f"{about} is no day; write 2026-11-24.", f"{about} 不是日期，请写成 2026-11-24。") from error


def _reader(database: Database) -> str:
    me = database.user
    return pick(me.display_name, me.display_name_zh)


def _company(database: Database) -> str:
    me = database.user
    return pick(me.company_name or "", me.company_name_zh)
