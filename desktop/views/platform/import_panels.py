"""The parts of the import screen: where rows come from and go to, which column fills which field, what is rejected."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QScrollArea, QWidget

from desktop.domain.importing import CellFault
from desktop.domain.text import pick, tr
from desktop.exchange.profiles import ProfileOutcome
from desktop.views.platform.import_session import Prepared, targets
from desktop.widgets.buttons import Button
from desktop.widgets.discard import discard_all
from desktop.widgets.fields import Select
from desktop.widgets.header import KeyValues, Section
from desktop.widgets.labels import IconLabel, KeyCap, Label
from desktop.widgets.paint import Surface, column, row
from desktop.widgets.theme import metric

MOST_CARDS = 60
MOST_LISTED = 100
_STRIP = 44
_SIDE = 320
_BARE = "QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; }"


def letter(number: int) -> str:
    """A, B … Z, AA: the column's name in a spreadsheet."""
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


class SourceBar(Surface):
    """The file and its sheet, and the list that takes the rows."""

    sheet_chosen = Signal(str)
    target_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__("surface.base", "b", "border.grid")
        self.file_words, self.file_name = Label(role="text.tertiary"), Label(size=13)
        self.form = Label(role="text.tertiary")
        self.sheet_words, self.sheet = Label(role="text.tertiary"), Select()
        self.target_words, self.target = Label(role="text.tertiary"), Select()
        self.sheet.activated.connect(lambda _: self.sheet_chosen.emit(self.sheet.currentText()))
        self.target.activated.connect(lambda _: self.target_chosen.emit(str(self.target.currentData())))
        layout = row(
            self.file_words, self.file_name, self.form, None, self.sheet_words, self.sheet, 16, self.target_words,
            self.target, margins=(16, 0, 12, 0),
        )  # fmt: skip
        self.setLayout(layout)
        self.setFixedHeight(_STRIP)

    def retranslate(self) -> None:
        self.file_words.setText(tr("File"))
        self.sheet_words.setText(tr("Sheet"))
        self.target_words.setText(tr("Into"))
        self.sheet.setAccessibleName(tr("Sheet"))
        self.target.setAccessibleName(tr("Into"))
        chosen = self.target.currentData()
        self.target.clear()
        for goal in targets():
            self.target.addItem(pick(goal.name, goal.name_zh), goal.key)
        self.target.setCurrentIndex(max(0, self.target.findData(chosen)))
        self.target.setMinimumWidth(140)

    def show_source(self, prepared: Prepared) -> None:
        source = prepared.source
        self.file_name.setText(source.path.name)
        self.form.setText(" ".join(filter(None, (source.form.upper(), _encoding(source.encoding)))))
        self.sheet.clear()
        self.sheet.addItems([sheet.name for sheet in source.sheets])
        self.sheet.setCurrentText(prepared.sheet.name)
        self.sheet.setMinimumWidth(120)
        several = len(source.sheets) > 1
        self.sheet.setVisible(several)
        self.sheet_words.setVisible(several)
        self.target.setCurrentIndex(self.target.findData(prepared.target.key))


def _encoding(name: str) -> str:
    return {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "gb18030": "GBK", "utf-16": "UTF-16"}.get(name, name)


class MappingBar(QScrollArea):
    """``A  物料编码 → Item`` for each column of the file; a button opens the choice of fields."""

    mapped = Signal(int, str)
    """Column, field key ("" leaves it out)."""

    def __init__(self) -> None:
        super().__init__()
        self._prepared: Prepared | None = None
        self.buttons: list[Button] = []
        self._content = Surface("surface.panel", "b", "border.grid")
        self._row = QHBoxLayout(self._content)
        self._row.setContentsMargins(16, 0, 16, 0)
        self._row.setSpacing(8)
        self.setWidget(self._content)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFixedHeight(_STRIP)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_map(self, prepared: Prepared) -> None:
        self._prepared = prepared
        discard_all(self._row)
        self.buttons = []
        self._row.addWidget(Label(tr("Columns"), role="text.tertiary"))
        for place, name in enumerate(prepared.sheet.header):
            field = prepared.field(prepared.columns.field_of(place) or "")
            goal = pick(field.label, field.label_zh) if field else tr("skip")
            button = Button(f"{letter(place)}  {name} → {goal}".replace("&", "&&"), menu_arrow=True)
            button.clicked.connect(partial(self._choose, place, button))
            self.buttons.append(button)
            self._row.addWidget(button)
        self._row.addStretch(1)
        if prepared.columns.remembered:
            self._row.addWidget(Label(tr("Mapping remembered"), role="text.tertiary"))

    def menu(self, place: int) -> QMenu:
        """Where a column may go: not yet filled fields first."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("skip"), partial(self.mapped.emit, place, ""))
        menu.addSeparator()
        if self._prepared is None:
            return menu
        filled = set(self._prepared.columns.fields.values())
        for taken in (False, True):
            for field in self._prepared.fields:
                if (field.key in filled) is taken:
                    star = " *" if field.required else ""
                    made = menu.addAction(
                        pick(field.label, field.label_zh) + star, partial(self.mapped.emit, place, field.key)
                    )
                    made.setToolTip(pick(field.meaning, field.meaning_zh))
            menu.addSeparator()
        return menu

    def _choose(self, place: int, button: Button) -> None:
        self.menu(place).popup(button.mapToGlobal(QPoint(0, button.height())))


class FaultCard(Surface):
    """One rejected cell: where, what, why, and what would be accepted."""

    used = Signal()
    left_out = Signal()

    def __init__(self, fault: CellFault, label: str) -> None:
        super().__init__("surface.panel", "b", "border.grid")
        words = (
            tr("Row {number}, {column}", number=fault.row, column=label)
            if label
            else tr("Row {number}", number=fault.row)
        )
        value = Label(fault.value, role="danger.fg", code=True, elide=True)
        value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        head = row(Label(words, role="text.secondary"), value)
        head.setStretch(1, 1)
        self.out = Button(tr("Leave out"), "ghost", height=24)
        self.out.clicked.connect(self.left_out)
        buttons = row()
        if fault.suggestion:
            self.use = Button(tr("Use {value}", value=fault.suggestion), icon="check", height=24)
            self.use.clicked.connect(self.used)
            buttons.addWidget(self.use)
        buttons.addWidget(self.out)
        buttons.addStretch(1)
        text = Label(fault.fault.text(), wrap=True)
        self.setLayout(column(head, text, buttons, spacing=6, margins=(16, 12, 16, 12)))


class FaultPanel(Surface):
    """Right of the preview: the rejected cells one by one, and what writing would do."""

    used = Signal(object)
    left_out = Signal(int)

    def __init__(self) -> None:
        super().__init__("surface.panel", "l")
        self._title, self._next = Label(), Label(role="text.tertiary")
        head = Surface("surface.header", "b")
        head.setLayout(
            row(IconLabel("circle-x", "danger.fg", 14), self._title, None, KeyCap("Alt+↓"), self._next,
                margins=(16, 0, 16, 0))
        )  # fmt: skip
        head.setFixedHeight(metric("row.header"))
        self._cards = QWidget()
        self._column = column(None, spacing=0)
        self._cards.setLayout(self._column)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setStyleSheet(_BARE)
        scroll.setWidget(self._cards)
        self._effect_title, self.effect = Label(role="text.tertiary"), KeyValues()
        effect = Surface("surface.panel", "t", "border.grid")
        effect.setLayout(column(self._effect_title, self.effect, margins=(16, 12, 16, 12)))
        self.setLayout(column(head, scroll, effect, spacing=0, margins=(1, 0, 0, 0)))
        self.setFixedWidth(_SIDE)
        self.cards: list[FaultCard] = []

    def show_faults(self, faults: Sequence[CellFault], labels: dict[str, str], rejected: int) -> None:
        self._title.setText(tr("{count} rows rejected", count=f"{rejected:,}"))
        self._next.setText(tr("next"))
        discard_all(self._column, keep=1)
        self.cards = []
        for place, fault in enumerate(faults[:MOST_CARDS]):
            card = FaultCard(fault, labels.get(fault.field, fault.column))
            card.used.connect(partial(self.used.emit, fault))
            card.left_out.connect(partial(self.left_out.emit, fault.row))
            self.cards.append(card)
            self._column.insertWidget(place, card)
        if len(faults) > MOST_CARDS:
            more = Label(
                tr("{count} more in the reject sheet", count=f"{len(faults) - MOST_CARDS:,}"), role="text.tertiary"
            )
            more.setContentsMargins(16, 8, 16, 8)
            self._column.insertWidget(MOST_CARDS, more)

    def show_effect(self, valid: int, same: int, out: int) -> None:
        self._effect_title.setText(tr("Effect"))
        self.effect.set_rows(
            [
                (tr("Rows to write"), f"{valid:,}"),
                (tr("Left unchanged"), f"{same:,}"),
                (tr("Left out"), f"{out:,}"),
            ]
        )


class ProfilePanel(QScrollArea):
    """What an import by profile read, would write, and found worth listing."""

    def __init__(self) -> None:
        super().__init__()
        self._content = QWidget()
        self._column = column(None, spacing=0)
        self._content.setLayout(self._column)
        self.setWidget(self._content)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setStyleSheet(_BARE)

    def show_outcome(self, outcome: ProfileOutcome) -> None:
        discard_all(self._column, keep=1)
        sections = [(tr("Rows read"), [(name, f"{count:,}") for name, count in outcome.read.items()])]
        if outcome.faults:
            reasons = [
                (
                    tr("Row {number}, {column}", number=fault.row, column=fault.column),
                    f"{fault.value}  {fault.fault.text()}",
                )
                for faults in outcome.faults.values()
                for fault in faults[:MOST_LISTED]
            ]
            sections.append((tr("Rejected"), reasons))
        else:
            counts = {**outcome.new, **outcome.changed}
            words = _words()
            written = [(words.get(kind, kind), f"{count:,}") for kind, count in counts.items() if count]
            title = tr("Written") if outcome.written else tr("Would be written")
            sections.append((title, written or [(tr("Nothing"), tr("Everything is there already"))]))
        if outcome.listed:
            listed = [(one["asset"], f"{one['part']}  {one['at']}") for one in outcome.listed[:MOST_LISTED]]
            sections.append((tr("Failures without a work order, kept: {count}", count=len(outcome.listed)), listed))
        for place, (title, rows) in enumerate(sections):
            self._column.insertWidget(place, Section(KeyValues(rows), title))


def _words() -> dict[str, str]:
    """The kinds of rows that a profile writes, in the language in force."""
    return {
        "units": tr("Units"),
        "locations": tr("Stock locations"),
        "customers": tr("Customers"),
        "customer_units": tr("Customers of units"),
        "sites": tr("Sites"),
        "asset_classes": tr("Asset classes"),
        "items": tr("Items"),
        "item_fits": tr("Items that fit assets"),
        "failure_codes": tr("Failure codes"),
        "assets": tr("Assets"),
        "assets changed": tr("Assets changed"),
        "work_orders": tr("Work orders"),
        "openings": tr("Opening receipts"),
        "issues": tr("Issues"),
        "failures": tr("Failures"),
        "events": tr("Errors of machines"),
    }
