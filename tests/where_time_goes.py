"""`pytest --where-time-goes`: what a run costs, as processor time of the tests' own process and of its servers.

The clock says little on a busy machine; processor time is nearly the same on a busy and on a quiet one. What the clock
shows beyond both is waiting. A fixture pays for what it does itself, without the fixtures that it asks for. With a file
(`--where-time-goes=FILE`) every phase of every test is written there as well, tab separated.
"""

from __future__ import annotations

import os
import resource
import time
from collections import defaultdict
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

import pytest

from db.embedded import cluster

_TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
Cost = tuple[float, float, float]
"""Seconds of the test process with what it started, of its PostgreSQL servers, and of the clock."""
_ROWS = 40


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--where-time-goes",
        nargs="?",
        const="-",
        metavar="FILE",
        help="print the processor time of the tests by file, fixture and test (Linux); FILE gets every phase",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--where-time-goes"):
        config.pluginmanager.register(Ledger(config), "where-time-goes-ledger")


class Servers:
    """The PostgreSQL servers that this process has started, and what they have cost so far."""

    def __init__(self) -> None:
        self._pids: list[int] = []
        self._ended = 0.0
        launch = cluster.launch

        def noted(*args: Any, **words: Any) -> cluster.Postmaster:
            found = launch(*args, **words)
            self._pids.append(found.identity.pid)
            return found

        cluster.launch = noted
        self._last: dict[int, float] = {}

    def seconds(self) -> float:
        for pid in list(self._pids):
            spent = self._of(pid)
            if spent is None:
                self._pids.remove(pid)
                self._ended += self._last.pop(pid, 0.0)
            else:
                self._last[pid] = spent
        return self._ended + sum(self._last.values())

    def _of(self, postmaster: int) -> float | None:
        own = _ticks(postmaster, with_ended_children=True)
        if own is None:
            return None
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        return own + sum(_ticks(int(child)) or 0.0 for child in children)


def _ticks(pid: int, *, with_ended_children: bool = False) -> float | None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return sum(map(int, fields[11 : 15 if with_ended_children else 13])) / _TICK


class Ledger:
    """Writes down what each phase and each fixture cost; the process that prints adds the other processes' up."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._servers = Servers()
        self._began = self._now()
        self._nested: list[list[float]] = []
        self.phases: list[tuple[str, str, Cost]] = []
        self.fixtures: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0, 0.0])
        self.whole: list[Cost] = []

    def _now(self) -> Cost:
        own, ended = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
        python = own.ru_utime + own.ru_stime + ended.ru_utime + ended.ru_stime
        return python, self._servers.seconds(), time.monotonic()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, Any, Any]:
        return (yield from self._phase(item, "setup"))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        return (yield from self._phase(item, "call"))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, Any, Any]:
        return (yield from self._phase(item, "teardown"))

    def _phase(self, item: pytest.Item, name: str) -> Generator[None, Any, Any]:
        before = self._now()
        try:
            return (yield)
        finally:
            self.phases.append((item.nodeid, name, _between(before, self._now())))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, Any, Any]:
        before = self._now()
        self._nested.append([0.0, 0.0, 0.0])
        try:
            return (yield)
        finally:
            spent = _between(before, self._now())
            inner = self._nested.pop()
            name = f"{fixturedef.argname}  ({fixturedef.baseid or 'plugin'}, {fixturedef.scope})"
            own = self.fixtures[name]
            own[0] += 1
            for place, (all_of_it, others) in enumerate(zip(spent, inner, strict=True)):
                own[place + 1] += all_of_it - others
                if self._nested:
                    self._nested[-1][place] += all_of_it

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self._config.getoption("dist", "no") != "no" and not hasattr(self._config, "workeroutput"):
            return  # shares the tests out and runs none
        self.whole.append(_between(self._began, self._now()))
        output = getattr(self._config, "workeroutput", None)
        if output is not None:
            output["where_time_goes"] = [self.phases, dict(self.fixtures), self.whole]

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        phases, fixtures, whole = getattr(node, "workeroutput", {}).get("where_time_goes", ([], {}, []))
        self.phases += [(test, phase, tuple(cost)) for test, phase, cost in phases]
        self.whole += [tuple(cost) for cost in whole]
        for name, row in fixtures.items():
            self.fixtures[name] = [a + b for a, b in zip(self.fixtures[name], row, strict=True)]

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        say = terminalreporter.write_line
        terminalreporter.section("where the time goes (processor seconds)")
        python, server, clock = (sum(cost[place] for cost in self.whole) for place in range(3))
        for cost in self.whole:
            say(f"one process: {cost[0]:.1f} python + {cost[1]:.1f} PostgreSQL, {cost[2]:.1f} by the clock")
        say(f"all: {python:.1f} python + {server:.1f} PostgreSQL = {python + server:.1f}, {clock:.1f} by the clock")
        files: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0, 0.0])
        tests: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0, 0.0])
        for test, phase, cost in self.phases:
            for sums in (files[test.partition("::")[0]], tests[test]):
                sums[0] += phase == "call"
                for place, seconds in enumerate(cost):
                    sums[place + 1] += seconds
        for title, table in (("file", files), ("fixture", self.fixtures), ("test", tests)):
            say(f"\n{'python':>8} {'server':>8} {'clock':>8} {'times':>6}  {title}")
            for name, row in _dearest(table.items()):
                say(f"{row[1]:8.2f} {row[2]:8.2f} {row[3]:8.2f} {row[0]:6.0f}  {name}")
        self._write()

    def _write(self) -> None:
        path = self._config.getoption("--where-time-goes")
        if path != "-":
            rows = ((test, phase, *(f"{one:.4f}" for one in cost)) for test, phase, cost in self.phases)
            Path(path).write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")


def _between(before: Cost, after: Cost) -> Cost:
    return after[0] - before[0], after[1] - before[1], after[2] - before[2]


def _dearest(rows: Iterable[tuple[str, list[float]]]) -> list[tuple[str, list[float]]]:
    return sorted(rows, key=lambda entry: -(entry[1][1] + entry[1][2]))[:_ROWS]
