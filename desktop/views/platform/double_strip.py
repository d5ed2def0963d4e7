"""The strip of an import that asks about rows which look like an item that is there: one by one, or all at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction

from desktop.domain.importing import Double
from desktop.domain.progress import Progress
from desktop.domain.text import pick, tr
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.runtime.work import Job
from desktop.views.platform import import_session as session
from desktop.views.platform.import_doubles import Doubles
from desktop.views.platform.import_session import Checked
from desktop.widgets.buttons import Button
from desktop.widgets.labels import IconLabel, Label
from desktop.widgets.paint import Surface, column, row

_ONE = (("leave", "Del"), ("link", "Ctrl+L"), ("take", "Ctrl+J"))
_ALL = (("leave", "Ctrl+Shift+Del"), ("link", "Ctrl+Shift+L"), ("take", "Ctrl+Shift+J"))


class DoubleStrip(Surface):
    """Above: the row under the cursor. Below: all that nobody has decided."""

    def __init__(self) -> None:
        super().__init__("warn.bg", "b", "border.grid")
        self.words, self.rest = Label(elide=True), Label(role="text.secondary", elide=True)
        self.one = {key: Button("", height=24, key=keys if key == "leave" else "") for key, keys in _ONE}
        self.all = {key: Button("", "ghost", height=24) for key, _ in _ALL}
        above = row(IconLabel("copy", "warn.fg", 14), self.words, *self.one.values(), spacing=8)
        above.setStretch(1, 1)
        below = row(22, self.rest, *self.all.values(), spacing=8)
        below.setStretch(1, 1)
        self.setLayout(column(above, below, spacing=4, margins=(16, 6, 12, 6)))
        self.hide()

    def say(self, words: str, rest: str) -> None:
        self.words.setText(words)
        self.rest.setText(rest)


class DoubleDesk(QObject):
    """Looks for doubles after each check, off the UI thread, and keeps what was decided. `changed`: show it again;
    `relink`: rows were linked or unlinked, so what would be written is another thing: check again."""

    changed = Signal()
    relink = Signal(object)
    left_out = Signal(object)

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._job: Job | None = None
        self._turn = 0
        self._out: frozenset[int] = frozenset()
        self.state = Doubles()
        self.strip = DoubleStrip()
        self.actions: dict[str, QAction] = {}

    def make_actions(self, command: Callable[[str, Callable[[], object]], QAction], current: Callable[[], int]) -> None:
        """Keys of the page; `current` is the row number under the cursor."""
        for key, keys in (*_ONE[1:], *_ALL):
            name = f"all_{key}" if keys.startswith("Ctrl+Shift") else key
            many = name.startswith("all_")
            call = partial(self._decide_all, key) if many else partial(self._decide_one, key, current)
            action = self.actions[name] = command(keys, call)
            action.setData("edit")
            button = self.strip.all[key] if many else self.strip.one[key]
            button.follow(action)
        self.strip.one["leave"].clicked.connect(lambda: self.decide("leave", (current(),)))

    def _decide_all(self, what: str) -> None:
        self.decide(what, self.undecided)

    def _decide_one(self, what: str, current: Callable[[], int]) -> None:
        self.decide(what, (current(),))

    # deciding

    @property
    def undecided(self) -> tuple[int, ...]:
        return self.state.undecided(self._out)

    def decide(self, what: str, numbers: Sequence[int]) -> None:
        rows = [number for number in numbers if self.state.best(number) is not None]
        if not rows:
            return
        before = dict(self.state.linked)
        if what == "leave":
            self.left_out.emit(frozenset(rows))
        elif what == "take":
            self.state = self.state.take(rows)
        elif set(rows) <= set(before):
            self.state = self.state.unlink(rows)
        else:
            self.state = self.state.link(rows)
            alone = [number for number in rows if number not in self.state.linked]
            if alone:
                self._context.toast(
                    "info", tr("Rows of the file only: nothing to link to"),
                    tr("Leave one of them out, or take both."),
                )  # fmt: skip
        if dict(self.state.linked) != before:
            self.relink.emit({
                **dict.fromkeys(before),
                **{number: each.code for number, each in self.state.linked.items()},
            })  # fmt: skip
        else:
            self.changed.emit()

    # looking

    def forget(self) -> None:
        self.stop()
        self.state = Doubles()

    def stop(self) -> None:
        self._turn += 1
        if self._job is not None:
            self._job.cancel()
            self._job = None
            self.state = self.state.with_found({})

    def look(self, checked: Checked, *, wanted: bool) -> None:
        """Look for doubles among the new rows of a list of items; others have none."""
        self.stop()
        if not wanted:
            self.state = Doubles()
            return
        self.state = self.state.looked_for()
        progress = Progress()
        self._job = self._context.work.run(
            session.find_doubles, self._context.database, checked, progress,
            on_done=partial(self._found, self._turn), on_error=partial(self._failed, self._turn),
            on_cancelled=partial(self._stopped, self._turn), owner=self, title=tr("Looking for duplicates"),
            progress=progress,
        )  # fmt: skip

    def _found(self, turn: int, found: Mapping[int, tuple[Double, ...]]) -> None:
        if turn != self._turn:
            return  # another check has begun since
        self._job = None
        self.state = self.state.with_found(found)
        self.changed.emit()

    def _failed(self, turn: int, failure: Failure) -> None:
        """Without an answer the import works as before; it is said, and nobody is held up."""
        if turn == self._turn:
            self._context.toast("warn", tr("Duplicates could not be looked for"), failure.message)
            self._stopped(turn)

    def _stopped(self, turn: int) -> None:
        if turn == self._turn:
            self._job = None
            self.state = self.state.with_found({})
            self.changed.emit()

    # showing

    def marks(self) -> dict[int, str]:
        """What rows are beside their verdict."""
        waiting = dict.fromkeys(self.state.undecided(frozenset()), "double")
        return waiting | dict.fromkeys(self.state.linked, "linked")

    def show(self, current: int, out: frozenset[int]) -> None:
        self._out = out
        strip, waiting = self.strip, self.undecided
        strip.setVisible(bool(self.state.found) or not self.state.known)
        if not self.state.known:
            strip.say(tr("Looking for duplicates"), "")
        else:
            best = self.state.best(current)
            rest = tr("Nothing is undecided") if not waiting else tr("{count} undecided:", count=f"{len(waiting):,}")
            strip.say(tr("Row {number} is new", number=current) if best is None else _words(best), rest)
        known = self.state.best(current) is not None and self.state.known
        for key, button in strip.one.items():
            button.setEnabled(known and (key != "link" or self._linkable(current)))
        for name, action in self.actions.items():
            action.setEnabled(bool(waiting) if name.startswith("all_") else known)
        linked = current in self.state.linked
        strip.one["link"].setText(tr("Unlink") if linked else tr("Link"))
        strip.one["take"].setText(tr("Not new") if current in self.state.taken else tr("New all the same"))

    def _linkable(self, number: int) -> bool:
        return any(each.record_id is not None for each in (self.state.found or {}).get(number, ()))

    def retranslate(self) -> None:
        self.strip.one["leave"].setText(tr("Leave out"))
        for key, words in (
            ("all_leave", tr("Leave all out")), ("all_link", tr("Link all")), ("all_take", tr("All new")),
            ("link", tr("Link")), ("take", tr("New all the same")),
        ):  # fmt: skip
            self.actions[key].setText(words)
            if key.startswith("all_"):
                self.strip.all[key.removeprefix("all_")].setText(words)


def _words(double: Double) -> str:
    name = pick(double.name, double.name_zh)
    if double.row is not None:
        return tr(
            "Row {number} looks like row {other}: {code} {name}, {share} % alike",
            number=double.number, other=double.row, code=double.code, name=name, share=double.share,
        )  # fmt: skip
    return tr(
        "Row {number} looks like {code} {name}, {share} % alike",
        number=double.number, code=double.code, name=name, share=double.share,
    )  # fmt: skip
