"""What the tour did: steps with their time, files and pictures, told while it goes and printed in the end."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from PySide6.QtCore import QMessageLogContext, QtMsgType

from desktop.domain.text import tr

Tell = Callable[[str], None]
Act = Callable[[], str]
"""Does a step and says what came of it."""


@dataclass(frozen=True)
class Step:
    """One thing that was tried. `name` is ``"clerk.receive"``; `detail` says what came of it."""

    name: str
    ok: bool
    ms: int
    detail: str = ""


@dataclass
class Journal:
    """Keeps everything; `run` is the only way to do a step, so that none goes unreported."""

    folder: Path
    tell: Tell
    steps: list[Step] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    _bugs: list[str] = field(default_factory=list)

    def run(self, name: str, title: str, act: Act) -> bool:
        """Do a step. An error, also one inside Qt's callbacks meanwhile, makes it fail and is kept as its detail."""
        began = time.monotonic()
        self._bugs.clear()
        try:
            detail, ok = act(), True
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs into the report
            detail, ok = f"{type(error).__name__}: {error}", False
        if self._bugs:
            detail, ok = "; ".join([detail, *self._bugs]), False
        self._add(Step(name, ok, round((time.monotonic() - began) * 1000), detail), title)
        return ok

    def skip(self, name: str, title: str) -> None:
        """A step that could not be tried because one before it failed."""
        self._add(Step(name, False, 0, "not reached"), title)

    def _add(self, step: Step, title: str) -> None:
        self.steps.append(step)
        mark = "✓" if step.ok else "✗"
        self.tell(f"{mark} {title} ({step.ms / 1000:.1f} s)" + (f": {step.detail}" if not step.ok else ""))

    def file(self, name: str) -> Path:
        """Where a file of the tour goes; it is listed in the report."""
        if name not in self.files:
            self.files.append(name)
        return self.folder / name

    def picture(self, name: str) -> Path:
        file = f"{name}.png"
        if file not in self.pictures:
            self.pictures.append(file)
        return self.folder / file

    def caught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """As `sys.excepthook`: an error that a callback of Qt let through."""
        self.fault(f"{kind.__name__} in a callback: {error}")
        sys.__excepthook__(kind, error, trace)

    def fault(self, what: str) -> None:
        """Something that must not happen, noticed beside a step: the step fails."""
        self._bugs.append(what)

    def qt_said(self, kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        """Qt's own warnings are faults of ours, except that windows drawn in memory have no window manager."""
        if not message.startswith("This plugin does not support"):
            self.tell(message)
            if kind not in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg):
                self.fault(f"Qt: {message}")

    @property
    def ok(self) -> bool:
        return bool(self.steps) and all(step.ok for step in self.steps)

    def as_json(self) -> dict[str, Any]:
        steps = [{key: value for key, value in asdict(step).items() if value != ""} for step in self.steps]
        return {"ok": self.ok, "steps": steps, "files": self.files, "pictures": self.pictures}

    def summary(self) -> str:
        good = sum(step.ok for step in self.steps)
        return tr("{good} of {count} steps succeeded", good=good, count=len(self.steps))
