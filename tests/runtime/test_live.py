"""The change feed: others' commits reach the bus, a lost connection is found again, closing leaves no thread."""

from __future__ import annotations

import queue
import threading

import pytest
from pytestqt.qtbot import QtBot

from desktop.domain.changes import Changes
from desktop.runtime import live as live_module
from desktop.runtime.bus import Bus
from desktop.runtime.live import Live, LiveState


class Feed:
    """A feed whose far end the test holds: put changes, or an exception to lose the connection."""

    def __init__(self, alive: bool = True) -> None:
        self.items: queue.Queue[Changes | Exception] = queue.Queue()
        self.alive = alive
        self.closed = False

    def wait(self, seconds: float) -> Changes | None:
        try:
            item = self.items.get(timeout=0.02)
        except queue.Empty:
            return None
        if isinstance(item, Exception):
            raise item
        return item

    def latency_ms(self) -> int | None:
        return 38

    def worker_alive(self) -> bool:
        return self.alive

    def close(self) -> None:
        self.closed = True


def test_others_changes_reach_the_bus(qtbot: QtBot) -> None:
    bus, feed = Bus(), Feed()
    live = Live(bus, lambda: feed)
    with qtbot.waitSignal(bus.changed) as caught:
        live.start()
        feed.items.put(Changes.of(stock_move=[5]))
    assert caught.args == [Changes.of(stock_move=[5]), None]
    assert live.state == LiveState("live", 38, True)
    live.close()
    assert feed.closed


def test_without_the_workers_heartbeat_it_says_polling(qtbot: QtBot) -> None:
    live = Live(Bus(), lambda: Feed(alive=False))
    with qtbot.waitSignal(live.state_changed) as caught:
        live.start()
    assert caught.args[0].condition == "polling"
    live.close()


def test_a_lost_connection_is_told_and_found_again(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "_RETRY_SECONDS", (0.01,))
    feeds = [Feed(), Feed()]
    opened = iter(feeds)
    bus = Bus()
    live = Live(bus, lambda: next(opened))
    conditions: list[str] = []
    live.state_changed.connect(lambda state: conditions.append(state.condition))
    live.start()
    qtbot.waitUntil(lambda: conditions == ["live"])
    feeds[0].items.put(ConnectionError("server closed the connection"))
    qtbot.waitUntil(lambda: conditions == ["live", "offline", "live"])
    with qtbot.waitSignal(bus.changed):
        feeds[1].items.put(Changes.of(asset=[1]))
    live.close()
    assert feeds[0].closed and feeds[1].closed


def test_closing_ends_the_thread_even_while_offline(qtbot: QtBot) -> None:
    def refuse() -> Feed:
        raise ConnectionError("no route")

    live = Live(Bus(), refuse)
    live.start()
    live.close()
    assert not any(thread.name == "live" for thread in threading.enumerate())
