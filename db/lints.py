"""Questions to PostgreSQL's own catalogue: is every door still shut that we shut when we installed?

Each rule of lints.sql is one query that returns what is wrong, one object a row; none when all is well. `outpost admin
doctor` asks them of a living installation, where somebody may have granted, altered or added something since; the tests
ask them of a new one. They read the catalogue as the owner of the installation and change nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy.orm import Session

_FILE = Path(__file__).parent / "lints.sql"
_RULE = re.compile(r"^-- rule (\w+)\n-- en ([^\n]+)\n-- zh ([^\n]+)\n(.+?);$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Lint:
    """One rule, said in both languages; `query` returns the objects against it."""

    name: str
    en: str
    zh: str
    query: str


@dataclass(frozen=True)
class Fault:
    """A rule that does not hold, and where."""

    lint: Lint
    objects: tuple[str, ...]


@cache
def rules() -> tuple[Lint, ...]:
    """The rules of lints.sql in their order."""
    script = _FILE.read_text(encoding="utf-8")
    common = script[: script.index("-- rule ")]
    return tuple(Lint(name, en, zh, common + query) for name, en, zh, query in _RULE.findall(script))


def examine(session: Session) -> tuple[Fault, ...]:
    """Every rule that is broken."""
    return tuple(Fault(lint, found) for lint in rules() if (found := broken(session, lint)))


def broken(session: Session, lint: Lint) -> tuple[str, ...]:
    """The objects against one rule, in the order of their names."""
    # Percent signs are SQL here, not gaps.
    rows = session.connection().exec_driver_sql(lint.query.replace("%", "%%")).scalars()
    return tuple(sorted({str(row) for row in rows}))
