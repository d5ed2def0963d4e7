"""`worker`: the background jobs, headless."""

from __future__ import annotations

import argparse
import sys
import threading
from pathlib import Path

from desktop.commands.console import Add, answer, tell
from desktop.domain.text import tr


def register(add: Add) -> None:
    worker = add("worker", tr("Run the background jobs; with --dsn as the worker's own log-in"), work)
    worker.add_argument("--once", action="store_true", help=tr("Do each job once and end"))
    config = tr("Where anchors go and whose server log is read (TOML)")
    worker.add_argument("--config", type=Path, metavar="FILE", help=config)
    worker.add_argument("--until-stdin-closes", action="store_true", help=argparse.SUPPRESS)


def work(options: argparse.Namespace) -> int:
    """Exit code 1 where a job failed in the last round."""
    from db import embedded
    from desktop.commands.lists import Unknown
    from desktop.runtime import connection, service
    from desktop.worker import main
    from desktop.worker.settings import WrongSettings, for_home, for_server, read

    end = threading.Event()
    if options.until_stdin_closes:
        threading.Thread(target=_wait_for_parent, args=(end,), daemon=True).start()
    with connection.connected(options.dsn, tell=tell) as found:
        try:
            if found.server is None:
                dsn, settings = found.dsn, for_server(options.config)
            else:
                home = found.server.home
                dsn, settings = service.worker_dsn(found.server), for_home(home, embedded.log_folder(home))
                settings = read(options.config, settings) if options.config else settings
        except WrongSettings as error:
            raise Unknown(tr("The worker's settings cannot be read: {reason}", reason=str(error))) from error
        failed = main.run(dsn, settings=settings, once=options.once, stop=end)
    answer(options, tr("{count} jobs failed", count=failed) if failed else tr("All jobs are done"), {"failed": failed})
    return 1 if failed else 0


def _wait_for_parent(end: threading.Event) -> None:
    """The program that started us holds the other end of our stdin; when it is gone, however, so are we."""
    sys.stdin.buffer.read()
    end.set()
