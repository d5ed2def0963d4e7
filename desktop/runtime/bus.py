"""The change bus: every commit, ours or another workstation's, tells the views here what to look at again."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from desktop.domain.changes import ANYTHING, Changes

Listener = Callable[[Changes, object], None]


@dataclass(frozen=True)
class _Subscription:
    topics: frozenset[str]
    listener: weakref.ref[Any]
    owner: weakref.ref[QObject] | None

    def target(self) -> Listener | None:
        """The listener, or None once it or its widget is gone."""
        if self.owner is not None:
            owner = self.owner()
            if owner is None or not isValid(owner):
                return None
        found: Listener | None = self.listener()
        return found


class Bus(QObject):
    """One per program, on the UI thread. Views hold it, it never holds views."""

    changed = Signal(object, object)
    """(`Changes`, initiator). The initiator is whoever made the change here (a page), None for other
    workstations.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._subscriptions: list[_Subscription] = []

    def subscribe(self, topics: Iterable[str], listener: Listener) -> None:
        """Call `listener(changes, initiator)` when one of `topics` changes; a bound method, held weakly.

        A view decides for itself whether it redraws at once or only notes that it is stale.
        """
        owner = getattr(listener, "__self__", None)
        if owner is None:
            raise TypeError("subscribe a bound method: nothing else tells when its life ends")
        keeper = weakref.ref(owner) if isinstance(owner, QObject) else None
        self._subscriptions.append(_Subscription(frozenset(topics), weakref.WeakMethod(listener), keeper))

    def publish(self, changes: Changes, initiator: object = None) -> None:
        """Tell everybody, on the UI thread."""
        if not changes.rows:
            return
        self.changed.emit(changes, initiator)
        alive: list[_Subscription] = []
        for subscription in list(self._subscriptions):
            listener = subscription.target()
            if listener is None:
                continue
            alive.append(subscription)
            if ANYTHING in changes.rows:
                listener(Changes({topic: frozenset() for topic in subscription.topics}), initiator)
            elif any(changes.touches(topic) for topic in subscription.topics):
                listener(changes, initiator)
        added = [each for each in self._subscriptions if each not in alive and each.target() is not None]
        self._subscriptions = alive + added
