"""What all commands share: how they are declared, and what goes to stdout and what to stderr."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any, Protocol

Run = Callable[[argparse.Namespace], int]


class Add(Protocol):
    """``add("stop", tr("Stop …"), stop)``: declare a command; returns its parser for the arguments of its own."""

    def __call__(self, name: str, help_text: str, run: Run) -> argparse.ArgumentParser: ...


def tell(text: str) -> None:
    """Progress and messages, for the person who waits and not for the pipe."""
    print(text, file=sys.stderr, flush=True)


def answer(options: argparse.Namespace, text: str, record: dict[str, Any]) -> None:
    """The result on stdout: `record` with --json, else `text`."""
    print(json.dumps(record, ensure_ascii=False, default=str) if options.json else text, flush=True)
