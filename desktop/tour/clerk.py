"""The warehouse clerk: receive an order by scan, issue parts to a work order by scan, look at the stock, hand over."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtCore import Qt

from desktop.domain.stock import Level, Mode
from desktop.domain.text import tr
from desktop.tour import supply
from desktop.tour.hand import CTRL, demand, wait_for
from desktop.tour.journal import Act
from desktop.tour.proof import document_is_whole, value
from desktop.tour.reading import pdf_text
from desktop.tour.supply import Order
from desktop.tour.visit import Visit
from desktop.views.stock.desk_page import StockDesk
from desktop.widgets.list_page import ListPage


class Clerk:
    """The steps in their order; each returns in words what it found."""

    user = "clerk"

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.posted: list[str] = []

    def steps(self) -> tuple[tuple[str, str, Act], ...]:
        return (
            ("receive", tr("Warehouse: receive a purchase order by scan"), self.receive),
            ("issue", tr("Warehouse: issue parts to a work order by scan"), self.issue),
            ("stock", tr("Warehouse: look at the stock and its moves"), self.look),
            ("hand_over", tr("Warehouse: hand over"), self.hand_over),
        )

    def receive(self) -> str:
        visit, desk = self.visit, self._desk()
        order = supply.order_to_receive(visit.mine, visit.as_person)
        visit.scan(order.number)
        self._settled(desk, Mode.RECEIVE, order)
        for code in order.wanted:
            visit.scan(code)
            self._worked_off(desk)
            if any(line.part.code == code and line.location_id is None for line in desk.driver.draft.lines):
                visit.scan(self._bin())
                self._worked_off(desk)
        visit.picture("clerk-receive")
        found = self._post(desk, order.wanted)
        left = value(
            visit.owner,
            "select sum(greatest(quantity - received, 0)) from erp.purchase_order_line where purchase_order_id = :id",
            id=order.id,
        )
        demand(left == 0, f"{left} pieces are still open on {order.number}")
        return f"{order.number}: {found}"

    def issue(self) -> str:
        visit, desk = self.visit, self._desk()
        order = supply.order_to_issue(visit.mine)
        stranger = supply.part_that_is_not_on(visit.mine, order)
        visit.scan(order.number)
        self._settled(desk, Mode.ISSUE, order)
        for code, quantity in order.wanted.items():
            for _ in range(int(quantity)):
                visit.scan(code)
        self._worked_off(desk)
        visit.scan(stranger)
        self._worked_off(desk)
        said = desk.scan.band.feedback()
        demand(said is not None and said.level in (Level.BAD, Level.EXTRA), "the part that is not on the order passed")
        visit.picture("clerk-issue-wrong-part")
        visit.press(Qt.Key.Key_Delete, CTRL)
        self._worked_off(desk)
        visit.picture("clerk-issue")
        found = self._post(desk, order.wanted)
        cost = value(
            visit.owner,
            "select count(*) from erp.cost_entry c join erp.stock_move m on m.id = c.source_id"
            " join erp.stock_document d on d.id = m.document_id"
            " where c.source_table = 'stock_move' and d.number = :number",
            number=self.posted[-1],
        )
        demand(cost >= len(order.wanted), f"{cost} cost entries for {len(order.wanted)} parts")
        return f"{order.number}: {found}"

    def look(self) -> str:
        visit = self.visit
        for key, name in (("stock_on_hand", "clerk-stock"), ("stock_moves", "clerk-moves"), ("items", "clerk-items")):
            page = visit.go(key, lambda page: isinstance(page, ListPage) and page.model.count.exact)
            demand(isinstance(page, ListPage) and page.model.count.value > 0, f"{key} shows no row")
            visit.picture(name)
        return ""

    def hand_over(self) -> str:
        visit = self.visit
        visit.go("stock_desk")
        self._desk()
        visit.papers.expect("hand-over.pdf")
        visit.press(Qt.Key.Key_P, CTRL)
        text = pdf_text(visit.paper("hand-over.pdf"))
        missing = [number for number in self.posted if number not in text]
        demand(not missing, f"the report lacks {missing}")
        return f"{len(self.posted)} documents of this tour in it"

    # inside

    def _desk(self) -> StockDesk:
        return self.visit.page(StockDesk)

    def _worked_off(self, desk: StockDesk) -> None:
        """Until every scan has been looked up."""
        wait_for("the scans", lambda: not desk.driver.queued() and not desk.driver.busy())
        self.visit.calm()

    def _settled(self, desk: StockDesk, mode: Mode, order: Order) -> None:
        def opened() -> bool:
            draft = desk.driver.draft
            return draft.mode is mode and draft.subject is not None and draft.subject.code == order.number

        wait_for(f"{order.number} on the desk", opened)
        self._worked_off(desk)

    def _bin(self) -> str:
        sql = "select min(code) from erp.stock_location where kind = 'bin' and retired_on is null"
        found = value(self.visit.mine, sql)
        demand(found is not None, "the store has no bin")
        return str(found)

    def _post(self, desk: StockDesk, wanted: dict[str, Decimal]) -> str:
        """F9, and the proof that exactly this was posted."""
        before = desk.driver.last_posted
        self.visit.press(Qt.Key.Key_F9)

        def arrived() -> bool:
            return desk.driver.last_posted is not None and desk.driver.last_posted is not before

        wait_for(f"the posting ({desk.bar.reason()})", arrived)
        posted = desk.driver.last_posted
        if posted is None:
            return ""
        self.posted.append(posted.number)
        self.visit.calm()
        self.visit.picture(f"clerk-posted-{posted.document_type}")
        return f"{posted.number}, {document_is_whole(self.visit.owner, posted.document_id, wanted)}"
