"""`dsn` and `stop`: the embedded server, seen from outside."""

from __future__ import annotations

import argparse

from desktop.commands.console import Add, answer, tell
from desktop.domain.text import tr


def register(add: Add) -> None:
    dsn = add("dsn", tr("Print how to connect with psql, and leave the server running for that"), print_dsn)
    dsn.add_argument("--user", metavar="U", help=tr("Connect as this person"))
    stop = add("stop", tr("Stop the embedded server"), stop_server)
    stop.add_argument("--force", action="store_true", help=tr("Even while programs use it"))


def print_dsn(options: argparse.Namespace) -> int:
    from db import embedded
    from desktop.runtime import connection

    with connection.connected(options.dsn, user=options.user, tell=tell) as database:
        dsn = database.dsn
        if database.is_embedded:
            embedded.keep_until_idle(embedded.home())
    answer(options, dsn, {"dsn": dsn})
    return 0


def stop_server(options: argparse.Namespace) -> int:
    from db import embedded

    stopped = embedded.stop(embedded.home(), force=options.force)
    said = tr("The server has stopped") if stopped else tr("The server was not running")
    answer(options, said, {"stopped": stopped})
    return 0
