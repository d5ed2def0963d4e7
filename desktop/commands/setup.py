"""`init`: the schema into the embedded server, or once into a shared one."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from desktop.commands.console import Add, answer, tell
from desktop.domain.text import tr

if TYPE_CHECKING:
    from desktop.runtime.first_start import Content


def register(add: Add) -> None:
    init = add("init", tr("Install the database, here or with --dsn into a shared PostgreSQL"), initialise)
    content = init.add_mutually_exclusive_group()
    content.add_argument("--demo", choices=("small", "medium", "large"), help=tr("With the demo company of this size"))
    content.add_argument("--empty", action="store_true", help=tr("With an empty company; usual on a shared server"))
    init.add_argument("--company", metavar="NAME", help=tr("The name of the first company"))
    init.add_argument("--prefix", default="outpost", help=tr("What the names of group roles and log-ins begin with"))


def initialise(options: argparse.Namespace) -> int:
    from db import embedded
    from desktop.runtime import connection, first_start, keys

    say = connection.in_my_language(tell)
    shared = connection.chosen_dsn(options.dsn)
    content = _content(options, shared=shared is not None)
    if shared is not None:
        made = first_start.complete_shared(shared, prefix=options.prefix, content=content, progress=say)
    else:
        with embedded.start(embedded.home(), progress=say) as server:
            made = first_start.complete(server, content=content, progress=say)
            if keys.ensure_own_key(server):
                tell(tr("An encryption key was made. See it, and note its recovery code: outpost admin key status"))
    said = tr("Outpost is installed") if made else tr("Outpost was installed there already; nothing was changed")
    answer(options, said, {"installed": made})
    return 0


def _content(options: argparse.Namespace, *, shared: bool) -> Content:
    """What the installation begins with: a shared server never gets the demo's open passwords unasked."""
    from desktop.runtime import first_start

    if options.demo or not (options.empty or options.company or shared):
        return first_start.Demo(options.demo or first_start.DEMO.size)
    usual = first_start.NEW_COMPANY
    return first_start.Company(usual.code, options.company, options.company) if options.company else usual
