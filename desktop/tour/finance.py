"""Finance: filter, sort and group the contracts, export what is shown, open one with its cost, go anywhere."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtCore import QPoint, Qt

from desktop.domain.text import tr
from desktop.models.list_pages import ShownRow
from desktop.tour.hand import CTRL, click, demand, saving_as, type_text, wait_for
from desktop.tour.journal import Act
from desktop.tour.proof import rows, value
from desktop.tour.reading import excel_cells, pdf_text
from desktop.tour.visit import Visit
from desktop.views.contracts.contract_page import ContractPage
from desktop.views.contracts.cost_page import ContractCostPage
from desktop.views.shell.keys import KeysDialog
from desktop.widgets.buttons import Button
from desktop.widgets.grid_header import GridHeader
from desktop.widgets.list_page import ListPage


class Finance:
    """The steps in their order; each returns in words what it found."""

    user = "finance"

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self._floor = Decimal(0)

    def steps(self) -> tuple[tuple[str, str, Act], ...]:
        return (
            ("filter", tr("Finance: filter the contracts"), self.filter),
            ("group", tr("Finance: sort and group"), self.group),
            ("excel", tr("Finance: Excel of exactly what is shown"), self.excel),
            ("pdf", tr("Finance: the same as PDF"), self.pdf),
            ("contract", tr("Finance: a contract and its paper"), self.contract),
            ("cost", tr("Finance: what a contract cost so far"), self.cost),
            ("anywhere", tr("Finance: go anywhere, and all keys"), self.go_anywhere),
        )

    def filter(self) -> str:
        visit, page = self.visit, self._contracts()
        visit.press(Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
        visit.calm()
        visit.picture("finance-contracts")
        self._floor = Decimal(value(visit.mine, _MIDDLE)).quantize(Decimal(1))
        slot = page.columns.slot_of("annual_value")
        if slot is None:
            raise LookupError("the list shows no annual value")
        click(page.grid.filters, QPoint(page.columns.left(slot) + slot.width // 3, 14))
        wait_for("the filter field", lambda: page.grid.filters.field)
        type_text(visit.window, f">={self._floor}")
        visit.press(Qt.Key.Key_Return)
        wanted = self._wanted()
        wait_for(f"{len(wanted)} rows", lambda: page.model.count.exact and page.model.count.value == len(wanted))
        visit.picture("finance-filtered")
        return f"{len(wanted)} contracts of {self._floor} and more"

    def group(self) -> str:
        visit, page = self.visit, self._contracts()
        head = page.grid.findChildren(GridHeader)[0]
        slot = page.columns.slot_of("annual_value")
        if slot is None:
            raise LookupError("the list shows no annual value")
        click(head, QPoint(page.columns.left(slot) + slot.width // 2, 14))
        wait_for("the order", lambda: page.model.query.sort and page.model.query.sort[0].column == "annual_value")
        visit.calm()
        self._click_cell(page, "contract_type")
        visit.press(Qt.Key.Key_G, CTRL)
        wait_for("the groups", lambda: page.model.loaded.group_by == ("contract_type",))
        visit.picture("finance-grouped")
        return "sorted by value, grouped by type"

    def excel(self) -> str:
        visit, page = self.visit, self._contracts()
        self._click_cell(page, "number")
        path = visit.journal.file("contracts.xlsx")
        with saving_as(visit.window, path):
            visit.press(Qt.Key.Key_E, CTRL)
        visit.calm()
        numbers = [str(cell) for row in excel_cells(path) for cell in row if str(cell) in self._wanted()]
        shown = self._contracts().model.count.value
        demand(len(numbers) == shown, f"{len(numbers)} rows exported, {shown} shown")
        demand(set(numbers) == self._wanted(), "other contracts were exported than are shown")
        return f"{len(numbers)} rows shown and exported"

    def pdf(self) -> str:
        visit, page = self.visit, self._contracts()
        self._click_cell(page, "number")
        visit.papers.expect("contracts.pdf")
        visit.press(Qt.Key.Key_P, CTRL)
        path = visit.paper("contracts.pdf")
        words = pdf_text(path)
        missing = [number for number in self._wanted() if number not in words]
        demand(not missing, f"the PDF lacks {missing}")
        return f"{len(self._wanted())} contracts"

    def contract(self) -> str:
        visit, page = self.visit, self._contracts()
        self._click_cell(page, "number")
        for _ in range(20):
            if isinstance(page.grid.current(), ShownRow):
                break
            visit.press(Qt.Key.Key_Down)
        visit.press(Qt.Key.Key_Return)
        form = visit.page(ContractPage)
        wait_for("the contract", lambda: form.record)
        visit.picture("finance-contract")
        visit.papers.expect("contract.pdf")
        visit.press(Qt.Key.Key_P, CTRL)
        number = form.record.values["number"] if form.record else ""
        demand(str(number) in pdf_text(visit.paper("contract.pdf")), "the paper is of another contract")
        return str(number)

    def cost(self) -> str:
        visit, form = self.visit, self.visit.page(ContractPage)
        openers = (button for button in form.findChildren(Button) if button.text() == tr("Open"))
        opener = next(button for button in openers if button.isEnabled())  # that of the files waits for a file
        click(opener)
        page = visit.page(ContractCostPage)
        wait_for("the cost", lambda: page.stack.currentIndex() == 1)
        visit.picture("finance-cost")
        return page.title()

    def go_anywhere(self) -> str:
        visit = self.visit
        number = sorted(self._wanted())[0]
        visit.press(Qt.Key.Key_K, CTRL)
        palette = visit.window.palette_popup
        type_text(visit.window, number)
        wait_for(f"{number} in the answer", lambda: any(found.code == number for found in palette.list.rows()))
        visit.picture("finance-anywhere")
        visit.press(Qt.Key.Key_Return)
        visit.page(ContractPage)
        visit.calm()
        visit.press(Qt.Key.Key_F1, CTRL)
        keys = wait_for("the keys", lambda: next(iter(visit.window.findChildren(KeysDialog)), None))
        visit.picture("keys")
        visit.press_in(keys, Qt.Key.Key_Escape)
        wait_for("the keys to close", lambda: not visit.window.findChildren(KeysDialog) or not keys.isVisible())
        return number

    # inside

    def _contracts(self) -> ListPage:
        visit = self.visit
        page = visit.window.current_page()
        if not (isinstance(page, ListPage) and page.spec.key == "contracts"):
            page = visit.go("contracts", lambda page: isinstance(page, ListPage) and page.model.count.exact)
        if not isinstance(page, ListPage):
            raise LookupError("the contracts did not open")
        visit.calm()
        return page

    def _click_cell(self, page: ListPage, key: str) -> None:
        """A click into the third line: the keyboard is in the cells then."""
        slot = page.columns.slot_of(key)
        if slot is None:
            raise LookupError(f"the list shows no column {key}")
        click(page.grid.canvas, page.grid.canvas.cell_rect(2, slot).center())

    def _wanted(self) -> set[str]:
        """The numbers of the contracts that the filter asks for, by this person's own rights."""
        found = rows(self.visit.mine, _RUNNING, floor=self._floor)
        return {str(row["number"]) for row in found}


_MIDDLE = """
    select percentile_disc(0.5) within group (order by annual_value)
    from erp.contract
    where state in ('active', 'suspended')
"""
_RUNNING = "select number from erp.contract where state in ('active', 'suspended') and annual_value >= :floor"
