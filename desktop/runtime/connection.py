"""Which database this program talks to, and as whom.

An explicit DSN, else `OUTPOST_DSN`, else the embedded server of `OUTPOST_HOME`, which is started for as long as it is
used. On the embedded server nobody is asked who he is: without a name the installation owner acts, who bypasses
row-level security.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from db import embedded
from desktop.domain.text import language

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Connection:
    """A database that can be reached while the enclosing `connected` block lasts."""

    dsn: str = field(repr=False)
    server: embedded.Server | None

    @property
    def is_embedded(self) -> bool:
        return self.server is not None


def chosen_dsn(explicit: str | None = None) -> str | None:
    """The shared server that was asked for; None for the embedded one."""
    return explicit or os.environ.get("OUTPOST_DSN") or None


@contextmanager
def connected(explicit: str | None, *, tell: Tell) -> Iterator[Connection]:
    """The database as its owner (embedded) or as the DSN says. The embedded server runs until the block ends."""
    dsn = chosen_dsn(explicit)
    if dsn is not None:
        yield Connection(dsn, None)
        return
    with embedded.start(embedded.home(), progress=lambda text: tell(in_my_language(text))) as server:
        yield Connection(server.dsn(), server)


def in_my_language(text: embedded.Text | embedded.EmbeddedError) -> str:
    return text.zh if language() == "zh" else text.en
