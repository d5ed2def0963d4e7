"""The stock desk: receive, issue, counter issue, return and transfer on one page that never closes.

Everything works by scanner and by keyboard alone. The scan field has the focus whenever the page is in front; Enter in
it belongs to what was typed, never to a button.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain import stock, stock_verdicts
from desktop.domain.changes import Changes
from desktop.domain.clipboard import ClipboardTooLarge
from desktop.domain.figures import quantity_text
from desktop.domain.stock import Draft, Feedback, Level, Mode
from desktop.domain.stock_scans import substitute_place
from desktop.domain.text import tr
from desktop.exchange.clipboard_file import write_clipboard
from desktop.operations import stock_desk
from desktop.operations.stock import Posted
from desktop.operations.stock_desk import Overview
from desktop.reports.stock import Label
from desktop.runtime import sounds
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.views.stock import desk_papers, desk_rows
from desktop.views.stock.desk_dating import KEY as DATE_KEY
from desktop.views.stock.desk_dating import DeskDate
from desktop.views.stock.desk_driver import DeskDriver
from desktop.views.stock.order_panel import OrderPanel
from desktop.views.stock.painted_table import PaintedTable
from desktop.views.stock.part_panel import PartPanel
from desktop.views.stock.scan_ahead import ScanAhead
from desktop.views.stock.scan_bar import ScanBar
from desktop.widgets.ask_strip import Ask, AskStrip
from desktop.widgets.buttons import Button
from desktop.widgets.header import WIDE_FROM, ActionBar, HeaderBar, Total
from desktop.widgets.page import Page
from desktop.widgets.paint import Surface, column
from desktop.widgets.segmented import Segment, Segmented
from desktop.widgets.states import Banner

_LOOK_MS = 120
_PANEL_FROM = 1200
"""Below this width the lines need the room of the panel at their right: a quantity that is not seen is not checked."""
_TONES = {Level.OK: "ok", Level.ACTIVE: "ok", Level.EXTRA: "warn", Level.BAD: "bad"}


class StockDesk(Page):
    """`mode` is the first kind of document; the segmented control and a scanned order change it."""

    keeps_itself = True

    def __init__(self, context: Context, mode: Mode = Mode.ISSUE, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.driver = DeskDriver(context, mode, self)
        self.header = HeaderBar()
        self.modes = Segmented(name=tr("Kind of document"))
        self.pick_list = Button(icon="printer", key="Ctrl+P")
        self.scan = ScanBar()
        self.ahead = ScanAhead(context, self.scan.field)
        self.ahead.spared = lambda text: self.driver.entry(text) is not None
        self.ahead.with_owners = lambda: self.driver.draft.mode is Mode.RECEIVE and self.driver.draft.subject is None
        self.banner = Banner("warn", "")
        self.banner_row = Surface("surface.base")
        self.reason = AskStrip(context.work, warns=True)
        self.table = PaintedTable(tr("Lines"))
        self.panel = PartPanel()
        self.order = OrderPanel()
        self.dating = DeskDate(self)
        self.bar = ActionBar()
        self.suspend_button = Button(height=32, key="Esc")
        self.post_button = Button(kind="primary", icon="check", height=32, key="F9")
        self._looked_at = 0
        self._labels: tuple[Label, ...] = ()
        self._look = QTimer(self, singleShot=True, interval=_LOOK_MS)
        self._look.timeout.connect(self._look_at_part)
        self._make_actions()
        self._build()
        self._connect()
        self.retranslate()
        self.destroyed.connect(self.driver.keeper.release)
        if self.driver.recover():
            self._say_recovered()

    def _build(self) -> None:
        self.header.add_action(self.dating.button)
        self.header.add_action(self.modes)
        self.header.add_action(self.pick_list)
        self.bar.add_button(self.suspend_button)
        self.bar.add_button(self.post_button)
        left = QVBoxLayout()
        left.setSpacing(0)
        self.banner_row.setLayout(column(self.banner, margins=(16, 8, 12, 0)))
        self.banner_row.setVisible(False)
        for widget, stretch in (
            (self.banner_row, 0), (self.scan, 0), (self.dating.panel, 1), (self.table, 1), (self.panel, 0),
        ):  # fmt: skip
            left.addWidget(widget, stretch)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addLayout(left, 1)
        middle.addWidget(self.order)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.header)
        whole.addWidget(self.reason)
        whole.addWidget(self.dating.strip)
        whole.addLayout(middle, 1)
        whole.addWidget(self.bar)
        typed_into = (self.scan.field, self.dating.strip.day)
        for each in self.findChildren(QWidget):
            if each not in typed_into and not self.reason.isAncestorOf(each):
                each.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFocusProxy(self.scan.field)

    def _connect(self) -> None:
        driver, field = self.driver, self.scan.field
        driver.changed.connect(self._show)
        driver.said.connect(self._say)
        driver.offline_changed.connect(self._show_offline)
        driver.queue_changed.connect(self._show_waiting)
        driver.suspended_changed.connect(self._show)
        driver.posted.connect(self._posted)
        driver.reason_wanted.connect(self._ask_reason)
        self.reason.shut_down.connect(self._to_field)
        field.submitted.connect(driver.typed)
        field.number_moves_on = False
        field.stepped.connect(self._step)
        self.dating.button.clicked.connect(self.ask_date)
        self.dating.strip.taken.connect(self._take_date)
        self.dating.strip.left.connect(self._to_field)
        field.delete_pressed.connect(driver.remove)
        field.undo_pressed.connect(driver.undo)
        field.redo_pressed.connect(driver.redo)
        field.rows_pasted.connect(self._paste_rows)
        self.ahead.chosen.connect(driver.scan)
        field.textEdited.connect(lambda _text: self._show_lines())
        self.modes.chosen.connect(lambda key: driver.set_mode(Mode(key)))
        self.table.row_clicked.connect(driver.go_to)
        self.table.key_clicked.connect(self._message_key)
        self.panel.part_chosen.connect(self._look_at)
        self.pick_list.clicked.connect(self.print_papers)
        self.suspend_button.clicked.connect(self.leave)
        self.post_button.clicked.connect(self.check_and_post)
        self.context.bus.subscribe(("stock_balance", "stock_move", "reservation"), self._stock_changed)

    # actions

    def _make_actions(self) -> None:
        self._words: list[tuple[QAction, Callable[[], str]]] = []
        driver = self.driver
        for words, key, call in (
            (lambda: tr("Check and post"), "F9", self.check_and_post),
            (lambda: tr("Repeat above"), "F4", driver.repeat_above),
            (lambda: tr("Replace with the reserved part"), "F7", driver.replace_wrong),
            (lambda: tr("Reverse"), "F8", self.reverse),
            (lambda: tr("Remove line"), "Ctrl+Del", driver.remove),
            (lambda: tr("Fill in everything expected"), "Ctrl+Shift+A", driver.fill_all),
            (lambda: tr("Condition: good, bad, quarantine"), "Ctrl+G", driver.next_condition),
            (lambda: tr("Next unit: box or piece"), "Ctrl+B", driver.next_unit),
            (lambda: tr("Whose stock: ours, a supplier's, a customer's"), "Ctrl+O", driver.next_owner),
            (lambda: tr("Suspend"), "Esc", self.leave),
            (lambda: tr("Resume what was suspended"), "Ctrl+Shift+R", driver.resume),
            (lambda: tr("Pick list, labels or hand-over"), "Ctrl+P", self.print_papers),
            (lambda: tr("Labels of the last receipt"), "Ctrl+L", self.print_labels),
            (lambda: tr("Date of the document"), DATE_KEY, self.ask_date),
        ):
            self._add(words, key, call)
        for number, mode in enumerate(Mode, start=1):
            self._add(partial(desk_rows.mode_title, mode), f"Ctrl+{number}", partial(driver.set_mode, mode))

    def _add(self, words: Callable[[], str], key: str, call: Callable[[], object]) -> None:
        self._words.append((self.command(key, call), words))

    def _message_key(self, row: int, key: str) -> None:
        self.driver.go_to(row)
        if key == "F7":
            self.driver.replace_wrong()
        else:
            self.driver.remove()

    def reverse(self) -> None:
        """F8: on an opened issue all of it comes back; on an empty desk the last posting of this desk is taken back."""
        draft, last = self.driver.draft, self.driver.last_posted
        if draft.mode is Mode.RETURN and draft.lines:
            self.driver.fill_all()
        elif draft.filled:
            self._say("", Feedback(Level.BAD, tr("Not reversed"), tr("Post or suspend what is open first.")))
        elif last is None:
            self._say("", Feedback(Level.BAD, tr("Nothing to reverse"), tr("Scan the document's number, then F8.")))
        else:
            self.driver.reverse(last.document_id, last.number)

    def print_papers(self) -> None:
        """Ctrl+P: the pick list or the labels of the draft; on an empty desk the hand-over of the day."""
        desk_papers.print_draft(self.context, self.driver.draft, self)

    def print_labels(self) -> None:
        """Ctrl+L: the labels of what this desk received last."""
        if self._labels:
            desk_papers.print_labels(self.context, self._labels, self)
        else:
            self._say("", Feedback(Level.TODO, tr("No labels"), tr("Nothing was received at this desk yet.")))

    def leave(self) -> None:
        """Esc: close what is open, else empty the field, else suspend the draft; a date alone is today again."""
        draft = self.driver.draft
        if self.reason.isVisible():
            self.reason.shut()
            return
        if self.ahead.shut():
            return
        if not self.dating.strip.isHidden():
            self.dating.strip.shut()
        elif self.driver.asked is not None:
            self.driver.go_back()
        elif self.scan.field.text():
            self.scan.field.clear()
            self._show_lines()  # the line showed what was being typed
        elif draft.empty and draft.effective_on is not None:
            self.driver.set_day(None)
        else:
            self.driver.suspend()

    # the date, and what an earlier one changes

    def ask_date(self) -> None:
        """Ctrl+D: the day on which it happened."""
        if not self.driver.fixed():
            self.dating.strip.open(self.driver.draft.effective_on)

    def _take_date(self, day: date | None) -> None:
        self._to_field()
        self.driver.set_day(day)

    def check_and_post(self) -> None:
        """F9. A date that is still being entered is taken first."""
        if self.dating.strip.isHidden() or self.dating.strip.take():
            self.driver.check_and_post()

    def _step(self, by: int) -> None:
        if self.driver.asked is None:
            self.driver.step(by)
        else:
            self.dating.panel.step(by)

    def _paste_rows(self, text: str) -> None:
        """Ctrl+V with rows of a sheet: opening balances, by the import's preview."""
        try:
            file = write_clipboard(text)
        except ClipboardTooLarge:
            file = None
        if file is None:
            why = tr("Copy the rows with their header in Excel first.")
            self._say("", Feedback(Level.BAD, tr("Nothing was pasted"), why))
        else:
            self.context.open("import", {"into": "opening_balances", "path": str(file)})

    # showing

    def _show(self) -> None:
        draft = self.driver.draft
        self._show_lines()
        self.order.show_draft(draft)
        self.modes.set_current(draft.mode.value)
        self.header.set_title(desk_rows.mode_title(draft.mode))
        self._show_asked()
        self.header.set_state(tr("Draft") if not draft.empty else "", "warn", "pencil")
        self.header.set_note(tr("Number on posting") if not draft.empty else "")
        self.pick_list.setText(desk_papers.paper_name(draft))
        hint = desk_rows.scan_hint(draft) if self.driver.asked is None else tr("F9 or Esc first")
        self.scan.field.set_hint(hint)
        self._show_totals(draft)
        self.set_dirty(bool(draft.filled))
        self.title_changed.emit()
        self._look.start()

    def _show_asked(self) -> None:
        asked = self.driver.asked
        self.dating.show_draft(self.driver.draft, asked)
        self.table.setVisible(asked is None)
        self.panel.setVisible(asked is None)
        self.order.setVisible(asked is None and self.window().width() >= _PANEL_FROM)
        refused = asked is not None and bool(asked.preview.refused)
        self.suspend_button.setText(tr("Suspend") if asked is None else tr("Back"))
        self.post_button.setText(tr("Check and post") if asked is None else tr("Post with this date"))
        self.post_button.setEnabled(not refused)

    def _show_lines(self) -> None:
        draft, wide = self.driver.draft, self._wide()
        typed = self.scan.field.text()
        self.table.set_columns(desk_rows.columns(draft), wide=wide)
        shown = desk_rows.rows(draft, self.driver.entry(typed), wide=wide, substitutes=self.driver.substitutes)
        self.table.set_rows(shown, draft.current)
        waiting = self.driver.suspended()
        offer = tr("Scan, or type a code and Enter.")
        if waiting:
            what = f"{desk_rows.mode_word(waiting[0].mode)} {waiting[0].subject.code if waiting[0].subject else ''}"
            offer = tr("{count} suspended. Ctrl+Shift+R brings back: {what}", count=len(waiting), what=what.strip())
        self.table.set_empty(desk_rows.scan_hint(draft), offer)

    def _show_totals(self, draft: Draft) -> None:
        sums = stock_verdicts.figures(draft)
        totals = [
            Total(tr("Lines filled"), f"{sums.filled} / {sums.lines}"),
            Total(tr("Pieces"), quantity_text(sums.pieces)),
            Total(tr("Value"), f"¥ {desk_rows.money(sums.value)}"),
        ]
        if any(line.expected is not None for line in draft.lines) and draft.mode is not Mode.SEND_BACK:
            left = tr("Reserved left to pick") if draft.mode is Mode.ISSUE else tr("Still to come")
            totals.append(Total(left, quantity_text(sums.left)))
        self.bar.set_totals(totals)
        faulty = stock_verdicts.first_fault(draft) >= 0
        if self.driver.unknown_outcome():
            self.bar.set_reason(tr("Not known whether it was posted. F9 asks again."))
        else:
            self.bar.set_reason(stock_verdicts.obstacle(draft) if faulty else "")

    def _say(self, at: str, feedback: Feedback) -> None:
        wanted = feedback.level is Level.BAD or bool(at)
        tone = _TONES.get(feedback.level, "") if wanted else ""
        heard = bool(tone) and sounds.sound(self.context.settings, tone)
        self.scan.band.show_feedback(feedback, heard=heard)
        if at:
            self.scan.last.add(at, feedback)

    def _say_recovered(self) -> None:
        draft = self.driver.draft
        what = draft.subject.code if draft.subject else desk_rows.mode_word(draft.mode)
        detail = tr("The program ended while this was open. Nothing of it was lost.")
        self._say("", Feedback(Level.TODO, what, tr("Brought back"), detail))

    def _show_offline(self, offline: bool) -> None:
        """A lasting condition: what waits is on disk, and goes on by itself."""
        self.banner_row.setVisible(offline)
        self._show_waiting(self.driver.queued())
        if not offline:
            back = Feedback(Level.OK, tr("Connected again"), tr("What waited is being worked off."))
            self._say("", back)
        self._show()

    def _show_waiting(self, count: int) -> None:
        self.scan.set_queued(count)
        if self.driver.offline:
            words = tr("No connection. Everything is kept on this computer and goes on by itself: {count} scans wait.",
                       count=count)  # fmt: skip
            if self.driver.unknown_outcome():
                words = tr("No connection. Whether the posting arrived is asked again; nothing is posted twice.")
            self.banner.say(words)

    def _posted(self, posted: Posted, draft: Draft) -> None:
        if draft.mode is Mode.RECEIVE:
            self._labels = desk_papers.labels_of(draft)
            desk_papers.offer_labels(self.context, self._labels, posted, self.print_labels)

    def _ask_reason(self) -> None:
        """Goods go back to a supplier with a reason: it stands on the paper that goes with them."""
        pieces = quantity_text(sum((line.quantity for line in self.driver.draft.filled), stock.ZERO))
        words = tr("Why do {count} pieces go back?", count=pieces)
        self.reason.open(words, (Ask("reason", tr("Reason")),), take=tr("Send back"), done=self._reason_given)

    def _reason_given(self, answers: Mapping[str, Any]) -> None:
        self.reason.shut()
        self.driver.give_reason(answers["reason"])

    def _to_field(self) -> None:
        self.scan.field.setFocus(Qt.FocusReason.OtherFocusReason)

    # the part under the lines

    def _look_at_part(self) -> None:
        draft = self.driver.draft
        if 0 <= draft.current < len(draft.lines):
            self._look_at(draft.lines[draft.current].part.id)
        else:
            self._looked_at = 0
            self.panel.show_overview(None)

    def _look_at(self, item_id: int) -> None:
        self._looked_at = item_id
        self.context.work.run(
            stock_desk.overview,
            self.context.database,
            item_id,
            on_done=self._part_seen,
            on_error=self._part_not_seen,
            owner=self,
            background=True,
        )

    def _part_seen(self, overview: Overview | None) -> None:
        if overview is None or overview.part.id != self._looked_at:
            return
        self.panel.show_overview(overview)
        draft = self.driver.draft
        short = 0 <= draft.current < len(draft.lines) and stock_verdicts.verdict(draft, draft.current).rule == "over"
        instead = next((each for each in overview.substitutes if substitute_place(each) is not None), None)
        if short and instead is not None and draft.mode in (Mode.ISSUE, Mode.COUNTER):
            self.panel.show_substitutes()
            self.driver.offer_substitute(overview.part.id, instead)

    def _part_not_seen(self, failure: Failure) -> None:
        self.panel.show_overview(None)
        if failure.is_bug:
            self.context.toast("danger", tr("The stock of the part could not be read"), failure.message)

    def _stock_changed(self, changes: Changes, initiator: object) -> None:
        if self._looked_at:
            self._look.start()

    # what the shell asks

    def title(self) -> str:
        draft = self.driver.draft
        word = desk_rows.mode_word(draft.mode)
        return f"{word} {draft.subject.code}" if draft.subject else word

    def icon_name(self) -> str:
        return desk_rows.MODE_ICONS[self.driver.draft.mode]

    def key_hints(self) -> Sequence[tuple[str, str]]:
        return (
            ("F4", tr("Repeat above")),
            ("F7", tr("Replace")),
            ("F8", tr("Reverse")),
            ("F9", tr("Check and post")),
            ("Ctrl+Z", tr("Undo")),
            ("Ctrl+B", tr("Unit")),
            ("Ctrl+1…6", tr("Kind of document")),
            (DATE_KEY, tr("Date")),
        )

    def stands_for(self, args: Any, opened_with: Any) -> bool:
        """There is one desk in a window, whatever it is asked for."""
        return True

    def asked_for(self, args: Any) -> None:
        """``{"mode": "return", "code": "ISS-…"}``: as if the mode had been chosen and the code scanned.

        Without a mode the code goes into what is open.
        """
        if isinstance(args, Mapping):
            if "mode" in args:
                self.driver.set_mode(Mode(args["mode"]))
            self.driver.scan(str(args["code"]))

    def handle_scan(self, code: str) -> bool:
        self.driver.scan(code)
        self.scan.field.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def zones(self) -> Sequence[QWidget]:
        return (self.scan.field,)

    def refresh(self) -> None:
        self._show()

    def retranslate(self) -> None:
        for action, words in self._words:
            action.setText(words())
        segments = [Segment(each.value, desk_rows.mode_word(each), desk_rows.MODE_ICONS[each]) for each in Mode]
        self.modes.set_segments(segments)
        for button in self.modes.findChildren(QWidget):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.dating.retranslate()
        self.reason.retranslate()
        self.scan.set_queued(self.driver.queued())
        self._show()

    # size and focus

    def _wide(self) -> bool:
        return self.window().width() >= WIDE_FROM

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()
        self.scan.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fit(self) -> None:
        self.scan.set_wide(self._wide())
        self.panel.set_wide(self._wide())
        self.order.setVisible(self.driver.asked is None and self.window().width() >= _PANEL_FROM)
        self._show_lines()
