"""The bus tells whoever asked, and nobody who is gone."""

from __future__ import annotations

import gc

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from desktop.domain.changes import Changes
from desktop.runtime.bus import Bus


class View(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[Changes, object]] = []

    def look(self, changes: Changes, initiator: object) -> None:
        self.seen.append((changes, initiator))


def test_only_the_topics_asked_for(qtbot: QtBot) -> None:
    bus, view = Bus(), View()
    bus.subscribe(("stock_balance",), view.look)
    bus.publish(Changes.of(contract=[1]))
    bus.publish(Changes.of(stock_balance=[7], stock_move=[1]), initiator=view)
    assert view.seen == [(Changes.of(stock_balance=[7], stock_move=[1]), view)]


def test_a_deleted_widget_is_skipped_and_forgotten(qtbot: QtBot) -> None:
    bus, view, other = Bus(), View(), View()
    bus.subscribe(("asset",), view.look)
    bus.subscribe(("asset",), other.look)
    delete(view)
    bus.publish(Changes.of(asset=[1]))
    assert view.seen == [] and len(other.seen) == 1


def test_subscribing_keeps_nobody_alive(qtbot: QtBot) -> None:
    bus, view = Bus(), View()
    seen = view.seen
    bus.subscribe(("asset",), view.look)
    del view
    gc.collect()
    bus.publish(Changes.of(asset=[1]))
    assert seen == []


def test_subscribing_while_being_told_is_kept(qtbot: QtBot) -> None:
    bus, late = Bus(), View()

    class Opener(QObject):
        def look(self, changes: Changes, initiator: object) -> None:
            if not late.seen:
                bus.subscribe(("asset",), late.look)

    opener = Opener()
    bus.subscribe(("asset",), opener.look)
    bus.publish(Changes.of(asset=[1]))
    bus.publish(Changes.of(asset=[2]))
    assert late.seen[-1][0] == Changes.of(asset=[2])


def test_a_plain_function_is_refused(qtbot: QtBot) -> None:
    with pytest.raises(TypeError):
        Bus().subscribe(("asset",), lambda changes, initiator: None)


def test_nothing_changed_tells_nobody(qtbot: QtBot) -> None:
    bus = Bus()
    with qtbot.assertNotEmitted(bus.changed):
        bus.publish(Changes())


def test_after_too_much_was_missed_everybody_looks_again_at_his_own(qtbot: QtBot) -> None:
    bus, view = Bus(), View()
    bus.subscribe(("asset", "contract"), view.look)
    bus.publish(Changes.everything())
    assert view.seen == [(Changes.of(asset=(), contract=()), None)]
