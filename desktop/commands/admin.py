"""`admin …`: what keeps an installation healthy."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from desktop.commands import keys
from desktop.commands.console import Add, answer, tell
from desktop.domain.text import language, tr


def register(add: Add) -> None:
    admin = add("admin", tr("Look after the installation"), run)
    tasks = tr("reconcile: prove the books; doctor: examine everything; key: encryption keys")
    admin.add_argument("task", choices=sorted(_TASKS), help=tasks)
    admin.add_argument("--user", metavar="U", help=tr("Connect as this person"))
    keys.add_arguments(admin)


def run(options: argparse.Namespace) -> int:
    return _TASKS[options.task](options)


def reconcile(options: argparse.Namespace) -> int:
    """Exit code 1 where the books disagree."""
    from db import health
    from desktop.runtime import connection

    with connection.database(options.dsn, user=options.user, tell=tell) as database:
        differences = health.reconcile(database)
    lines = [
        tr("{rule}: expected {expected}, found {found} (item {item}, place {place})", rule=one.rule,
           expected=one.expected, found=one.found, item=one.item_id, place=one.location_id)
        for one in differences
    ]  # fmt: skip
    lines.append(tr("{count} differences", count=len(differences)) if differences else tr("The books agree"))
    answer(options, "\n".join(lines), {"ok": not differences, "differences": [asdict(one) for one in differences]})
    return 1 if differences else 0


def doctor(options: argparse.Namespace) -> int:
    """Exit code 1 where something is wrong."""
    from db import health
    from desktop.runtime import connection

    with connection.database(options.dsn, user=options.user, tell=tell) as database:
        findings = health.examine(database)
    lines = [f"{'✓' if one.ok else '✗'} {one.zh if language() == 'zh' else one.en}" for one in findings]
    well = all(one.ok for one in findings)
    answer(options, "\n".join(lines), {"ok": well, "findings": [asdict(one) for one in findings]})
    return 0 if well else 1


_TASKS = {"reconcile": reconcile, "doctor": doctor, "key": keys.run}
