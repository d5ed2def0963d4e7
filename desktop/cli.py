"""The command `outpost`: a thin shell over the other rooms, each imported only when its command is given.

Results go to stdout, everything else to stderr. Errors are one message in the user's language and an exit code; the
traceback of a bug goes to the log under the id that the message names.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from desktop import __version__
from desktop.commands import admin, bench, exchange, lists, report, server, setup, tour, worker
from desktop.commands.console import Run, tell
from desktop.domain.text import LANGUAGES, set_language, tr


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the process's exit code."""
    set_language(language_of_environment())
    parser = make_parser()
    options = parser.parse_args(arguments)
    if options.lang:
        set_language(options.lang)
    signal.signal(signal.SIGTERM, _end_in_order)
    try:
        if options.server:
            options.dsn = _profile(options.server)
        return int(options.run(options))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader (head, less) has seen enough
        return 0
    except Exception as error:  # noqa: BLE001 - the last one who can tell the user anything
        return _report(error, as_json=options.json)


def language_of_environment() -> Any:
    """``"zh"`` where the system speaks Chinese."""
    for name in ("OUTPOST_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return "zh" if value.startswith("zh") else "en"
    return "en"


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="outpost", description=tr("Outpost, the back office of a service company"), parents=[_common()]
    )
    parser.set_defaults(dsn=None, server=None, lang=None, json=False, run=open_window)
    parser.add_argument("--version", action="version", version=f"Outpost {__version__}")
    commands = parser.add_subparsers(title=tr("Commands"), metavar="")

    def add(name: str, help_text: str, run: Run) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=help_text, description=help_text, parents=[_common()])
        made.set_defaults(run=run)
        return made

    for family in (setup, server, lists, exchange, report, tour, worker, admin, bench):
        family.register(add)
    return parser


def open_window(options: argparse.Namespace) -> int:
    """Without a command: the program itself."""
    from desktop import app

    return app.main(options.dsn, language=options.lang)


def _profile(name: str) -> Any:
    from desktop.runtime import server_profiles
    from desktop.runtime.settings import Settings

    return server_profiles.find(Settings(), name)


def _common() -> argparse.ArgumentParser:
    """Options of every command, before or after its name. Made anew each time: parsers share the actions of a parent,
    and with them the defaults.
    """
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    group = common.add_argument_group(tr("Everywhere"))
    shared = tr("A shared PostgreSQL instead of the embedded one; or OUTPOST_DSN")
    place = group.add_mutually_exclusive_group()
    place.add_argument("--dsn", metavar="URL", help=shared)
    place.add_argument("--server", metavar="NAME", help=tr("A server of the log-in window, by its name there"))
    group.add_argument("--lang", choices=LANGUAGES, help=tr("Language of texts; otherwise that of the system"))
    group.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=tr("Print one JSON object"))
    return common


def _report(error: Exception, *, as_json: bool) -> int:
    """Tell the user what is wrong; a bug also goes to the log."""
    from desktop.runtime import failures

    log = failures.log_to(_log_folder())
    failure = failures.describe(error, _refusals())
    message = f"{failure.message} ({log})" if failure.is_bug else failure.message
    if as_json:
        tell(json.dumps({"error": message, "log_id": failure.log_id}, ensure_ascii=False))
    else:
        tell(message)
    return 1


def _refusals() -> tuple[type[BaseException], ...]:
    """Errors that a user can understand and mend; all others are bugs."""
    from db.embedded import EmbeddedError
    from db.errors import UserError
    from desktop.exchange.files import FileProblem
    from desktop.operations.exporting import ExportRefused

    return (EmbeddedError, UserError, FileProblem, ExportRefused, lists.Unknown, tour.WrongSize)


def _log_folder() -> Path:
    from db import embedded

    folder = embedded.home() / "logs"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.gettempdir())
    return folder


def _end_in_order(_signal: int, _frame: object) -> None:
    """SIGTERM ends like Ctrl+C, so that what was started is stopped."""
    raise SystemExit(143)


if __name__ == "__main__":
    raise SystemExit(main())
