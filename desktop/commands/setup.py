"""`init`: the schema into the embedded server, or once into a shared one."""

from __future__ import annotations

import argparse

from desktop.commands.console import Add, answer, tell
from desktop.domain.text import tr


def register(add: Add) -> None:
    init = add("init", tr("Install the database, here or with --dsn into a shared PostgreSQL"), initialise)
    init.add_argument("--empty", action="store_true", help=tr("Without the demo company"))
    init.add_argument("--company", metavar="NAME", help=tr("The name of the first company"))
    init.add_argument("--prefix", default="outpost", help=tr("What the names of group roles and log-ins begin with"))


def initialise(options: argparse.Namespace) -> int:
    from db import embedded
    from desktop.runtime import connection, first_start

    say = connection.in_my_language(tell)
    company = first_start.NEW_COMPANY
    if options.company:
        company = first_start.Company(company.code, options.company, options.company)
    shared = connection.chosen_dsn(options.dsn)
    if shared is not None:
        made = first_start.complete_shared(shared, prefix=options.prefix, company=company, progress=say)
    else:
        with embedded.start(embedded.home(), progress=say) as server:
            made = first_start.complete(server, company=company, progress=say)
    said = tr("Outpost is installed") if made else tr("Outpost was installed there already; nothing was changed")
    answer(options, said, {"installed": made})
    return 0
