"""`worker`: the background jobs, headless."""

from __future__ import annotations

import argparse
import sys
import threading

from desktop.commands.console import Add, answer, tell
from desktop.domain.text import tr


def register(add: Add) -> None:
    worker = add("worker", tr("Run the background jobs; with --dsn as the worker's own log-in"), work)
    worker.add_argument("--once", action="store_true", help=tr("Do each job once and end"))
    worker.add_argument("--until-stdin-closes", action="store_true", help=argparse.SUPPRESS)


def work(options: argparse.Namespace) -> int:
    """Exit code 1 where a job failed in the last round."""
    from desktop.runtime import connection, service
    from desktop.worker import main

    end = threading.Event()
    if options.until_stdin_closes:
        threading.Thread(target=_wait_for_parent, args=(end,), daemon=True).start()
    with connection.connected(options.dsn, tell=tell) as found:
        dsn = service.worker_dsn(found.server) if found.server is not None else found.dsn
        failed = main.run(dsn, once=options.once, stop=end)
    answer(options, tr("{count} jobs failed", count=failed) if failed else tr("All jobs are done"), {"failed": failed})
    return 1 if failed else 0


def _wait_for_parent(end: threading.Event) -> None:
    """The program that started us holds the other end of our stdin; when it is gone, however, so are we."""
    sys.stdin.buffer.read()
    end.set()
