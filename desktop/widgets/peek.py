"""What Ctrl+K shows beside a hit: a look at the record without leaving the list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtWidgets import QWidget


class PeekPane(QWidget):
    """Shows one answer of `Peek.read`; `show_answer(None)` empties it."""

    def show_answer(self, answer: Any) -> None:
        raise NotImplementedError


@dataclass(frozen=True)
class Peek:
    """`kinds`: the keys of `Found` that it knows. `read` is called in a worker thread with such a record's id.

    `page` is where Ctrl+Enter takes the hit, by its code; empty where this person has no such page.
    """

    kinds: frozenset[str]
    read: Callable[[Any], Any]
    make: Callable[[], PeekPane]
    page: str = ""
