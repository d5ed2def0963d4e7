"""The small demo company, made once for a server and copied for who wants it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache

from db.embedded import Server
from db.session import Database
from desktop.operations import demo
from tests import templates

TODAY = dt.date(2026, 11, 24)


@dataclass(frozen=True)
class DemoWorld:
    """`database(user)` logs in as that demo person, without a name as the installation's owner."""

    server: Server
    name: str
    prefix: str

    def dsn(self, user: str) -> str:
        return self.server.dsn(self.name, f"{self.prefix}_{user}", demo.password_of(user))

    def database(self, user: str | None = None) -> Database:
        return Database(self.server.dsn(self.name) if user is None else self.dsn(user), pool_size=2)


def make_demo_world(server: Server, name: str) -> DemoWorld:
    """A copy of the demo company. Its log-ins are those of all copies."""
    template = _demo(server)
    return DemoWorld(server, templates.copy(server, template.name, name), template.prefix)


def make_demo_world_of_its_own(server: Server, name: str) -> DemoWorld:
    """The demo company from the beginning, with log-ins that a test may lock out or forget."""
    world = DemoWorld(server, templates.make(server, name, prefix=name), name)
    with world.database() as owner:
        demo.create(owner, "small", today=TODAY)
    return world


@cache
def _demo(server: Server) -> DemoWorld:
    return make_demo_world_of_its_own(server, "demotemplate")


def make_empty_world(server: Server, name: str, *, company: bool = False) -> DemoWorld:
    """Installed, without a company unless asked: what ``init --empty`` leaves."""
    world = DemoWorld(server, templates.copy(server, templates.schema(server), name), templates.PREFIX)
    if company:
        from sqlalchemy import text

        with world.database() as owner, owner.write() as session:
            session.execute(text("select api.create_company('MAIN', 'Our company', '本公司')"))
    return world
