"""The small demo company in a database of its own, made once a session: imports and its own tests look at it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from db.embedded import Server
from db.install import create_database, install
from db.session import Database
from desktop.operations import demo

TODAY = dt.date(2026, 11, 24)


@dataclass(frozen=True)
class DemoWorld:
    """`database(user)` logs in as that demo person, without a name as the installation's owner."""

    server: Server
    name: str

    def database(self, user: str | None = None) -> Database:
        if user is None:
            return Database(self.server.dsn(self.name), pool_size=2)
        login = f"{self.name}_{user}"
        return Database(self.server.dsn(self.name, login, demo.password_of(user)), pool_size=2)


def make_demo_world(
    server: Server, name: str = "demoworld", *, today: dt.date = TODAY, size: str = "small"
) -> DemoWorld:
    world = make_empty_world(server, name)
    with world.database() as owner:
        demo.create(owner, size, today=today)
    return world


def make_empty_world(server: Server, name: str, *, company: bool = False) -> DemoWorld:
    """Installed, without a company unless asked: what ``init --empty`` leaves."""
    create_database(server.dsn("postgres"), name)
    install(server.dsn(name), prefix=name)
    world = DemoWorld(server, name)
    if company:
        from sqlalchemy import text

        with world.database() as owner, owner.write() as session:
            session.execute(text("select api.create_company('MAIN', 'Our company', '本公司')"))
    return world
