"""A proposal for scrap: what lies too long, what it is worth, and the yes of a second person that posts it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes
from desktop.domain.entry import NO_VALUE, format_date
from desktop.domain.text import pick, tr
from desktop.operations import stock, stock_planning
from desktop.operations.stock_planning import Disposal, DisposalLine
from desktop.runtime.context import Context
from desktop.views.stock.decision_page import DecisionPage
from desktop.views.stock.page_date import PageDate
from desktop.views.stock.painted_table import Cell, TableColumn, TableRow
from desktop.widgets.ask_strip import Ask
from desktop.widgets.labels import ChipKind

_CHIPS: dict[str, ChipKind] = {
    "proposed": "info",
    "disposed": "success",
    "rejected": "danger",
    "withdrawn": "neutral",
}


class DisposalPage(DecisionPage):
    """F9 approves (a manager who did not propose it), Ctrl+R turns down or takes back."""

    def __init__(self, context: Context, disposal_id: int) -> None:
        self.found: Disposal | None = None
        self._saying_no = False
        self._key = stock.new_key()
        self._remark = ""
        super().__init__(context, disposal_id, "disposal")

    def add_parts(self) -> None:
        self.dating = PageDate(self)
        self.header.add_action(self.dating.button)
        self.insert_under_header(self.dating.strip)
        self.insert_after_table(self.dating.panel)
        self.dating.cover(self.table)
        self.dating.changed.connect(self._show_verb)
        self.dating.button.hide()

    def load(self) -> Disposal | None:
        return stock_planning.load_disposal(self.context.database, self.record_id)

    def show_found(self, found: Disposal) -> None:
        self.found = found
        self.header.set_title(self.title())
        self.header.set_state(_states()[found.state], _CHIPS[found.state])
        self.facts.setText(self._facts(found))
        self.table.set_rows([TableRow(cells) for cells in map(_cells, found.lines)])
        open_ = found.state == "proposed"
        manager = self.context.user.has("manager")
        self.dating.button.setVisible(open_ and manager and not found.mine)
        self.dating.action.setEnabled(open_ and manager and not found.mine)
        self.may(yes=open_ and manager and not found.mine, no=open_ and (manager or found.mine))

    def _facts(self, found: Disposal) -> str:
        parts = [
            tr("¥ {amount} at average cost", amount=f"{found.amount:,.2f}"),
            found.reason,
            tr("Proposed by {name}", name=pick(found.proposed_by or "–", found.proposed_by_zh)),
        ]
        if found.decided_by:
            parts.append(tr("Decided by {name}", name=pick(found.decided_by, found.decided_by_zh)))
        parts += [each for each in (found.decision, found.document) if each]
        return "  ·  ".join(parts)

    def say_yes(self) -> None:
        """F9: says what it costs first, and what an earlier date changes."""
        if not self.dating.settled() or self.dating.confirm():
            return
        if self.found is not None and self.yes_action.isEnabled():
            self._saying_no = False
            amount = f"{self.found.amount:,.2f}"
            remark = Ask("reason", lambda: tr("Remark"), required=False, text=self._remark)
            self.ask(lambda: tr("¥ {amount} go to scrap.", amount=amount), remark, lambda: tr("Approve"))

    def say_no(self) -> None:
        if self.found is not None and self.no_action.isEnabled() and self.dating.asked is None:
            self._saying_no = True
            reason = Ask("reason", lambda: tr("Reason"))
            self.ask(lambda: tr("Nothing is posted."), reason, lambda: self.names()[1])

    def decided(self, reason: str) -> None:
        if self._saying_no:
            self.run(stock_planning.close_disposal, self.record_id, reason, done=self._closed)
        elif self.found is not None:
            self._remark = reason
            if self.dating.day is not None:  # the preview takes the keys; coming back, the remark is offered again
                self.strip.shut()
            look = partial(stock_planning.preview_disposal, self.context.database, self.record_id)
            self.dating.post(len(self.found.lines), look, self._approve, self.failed)

    def _approve(self) -> None:
        day = self.dating.day
        self.run(stock_planning.approve_disposal, self._key, self.record_id, self._remark, day, done=self._approved)

    def _approved(self, answer: tuple[int, Changes]) -> None:
        day = self.dating.day
        self.context.toast("success", tr("Posted to scrap"), tr("Dated {day}", day=format_date(day)) if day else "")
        self._remark = ""
        self.dating.forget()

    def _show_verb(self) -> None:
        self.yes_button.setText(self.dating.verb(self.names()[0]))
        self.yes_button.setEnabled(self.dating.may_post())
        self.no_button.setEnabled(self.dating.asked is None)
        self.key_hints_changed.emit()

    def key_hints(self) -> Sequence[tuple[str, str]]:
        if self.dating.asked is not None:
            return self.dating.asked_hints()
        dated = self.dating.hints() if self.dating.action.isEnabled() else ()
        return (*super().key_hints(), *dated)

    def zones(self) -> Sequence[QWidget]:
        return (self.dating.panel,) if self.dating.asked is not None else super().zones()

    def _closed(self, answer: Changes) -> None:
        self.context.toast("info", tr("Nothing is scrapped"))

    def names(self) -> tuple[str, str]:
        mine = self.found is not None and self.found.mine
        return tr("Approve"), tr("Take back") if mine else tr("Turn down")

    def set_columns(self) -> None:
        self.table.set_columns(
            (
                TableColumn("number", "#", 44, "right"),
                TableColumn("item", tr("Part no."), 160, code=True),
                TableColumn("name", tr("Part name"), 0),
                TableColumn("bin", tr("Bin"), 120, code=True),
                TableColumn("lot", tr("Lot / serial"), 130, code=True),
                TableColumn("idle", tr("Idle days"), 88, "right"),
                TableColumn("quantity", tr("Quantity"), 96, "right"),
                TableColumn("uom", tr("Unit"), 52),
                TableColumn("amount", tr("Amount ¥"), 112, "right"),
            ),
            wide=self.wide(),
        )

    def title(self) -> str:
        return self.found.number if self.found else tr("Disposal")

    def icon_name(self) -> str:
        return "trash-2"

    def retranslate(self) -> None:
        super().retranslate()
        self.dating.retranslate()
        self._show_verb()
        if self.found is not None:
            self.show_found(self.found)


def _cells(line: DisposalLine) -> dict[str, Cell]:
    return {
        "number": Cell(str(line.line_no), "text.tertiary"),
        "item": Cell(line.item),
        "name": Cell(pick(line.name, line.name_zh)),
        "bin": Cell(line.location),
        "lot": Cell(line.lot) if line.lot else Cell(NO_VALUE, "text.tertiary"),
        "idle": Cell(f"{line.idle_days:,}"),
        "quantity": Cell(f"{line.quantity.normalize():,f}"),
        "uom": Cell(line.uom, "text.tertiary"),
        "amount": Cell(f"{line.amount:,.2f}"),
    }


def _states() -> dict[str, str]:
    return {
        "proposed": tr("Proposed"),
        "disposed": tr("Disposed of"),
        "rejected": tr("Rejected"),
        "withdrawn": tr("Withdrawn"),
    }
