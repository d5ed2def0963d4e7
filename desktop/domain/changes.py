"""What an operation changed: the only thing that tells a view to look again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

ANYTHING = "*"
"""The topic that stands for all of them."""


@dataclass(frozen=True)
class Changes:
    """Rows touched by one committed transaction.

    `rows` maps a topic (a table's name without its schema, e.g. ``"stock_move"``) to the ids that changed;
    an empty set means "any row of it may have changed".
    """

    rows: Mapping[str, frozenset[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, **rows: Iterable[int]) -> Changes:
        """``Changes.of(stock_move=[7], stock_balance=())``."""
        return cls({topic: frozenset(ids) for topic, ids in rows.items()})

    @classmethod
    def everything(cls) -> Changes:
        """Too much was missed to say what changed: every topic is touched."""
        return cls({ANYTHING: frozenset()})

    def touches(self, topic: str) -> bool:
        return topic in self.rows or ANYTHING in self.rows

    def merged(self, other: Changes) -> Changes:
        rows = dict(self.rows)
        for topic, ids in other.rows.items():
            rows[topic] = rows[topic] | ids if rows.get(topic) and ids else frozenset()
        return Changes(rows)
