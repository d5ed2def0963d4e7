"""`admin …`: what keeps an installation healthy."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from desktop.commands import keys, privacy
from desktop.commands.console import Add, answer, tell
from desktop.domain.text import language, tr


def register(add: Add) -> None:
    admin = add("admin", tr("Look after the installation"), run)
    tasks = tr(
        "reconcile: prove the books; doctor: examine everything; key: encryption keys; "
        "verify-audit: prove the audit trail"
    )
    tasks += "; " + tr("subject-export: everything about one person")
    admin.add_argument("task", choices=sorted(_TASKS), help=tasks)
    admin.add_argument("--user", metavar="U", help=tr("Connect as this person"))
    keys.add_arguments(admin)
    privacy.add_arguments(admin)
    anchors = tr("verify-audit: compare with the anchors in this file too")
    admin.add_argument("--anchors", type=Path, metavar="FILE", help=anchors)
    restore = tr("verify-audit: a restore from a backup is known, what it lost is no fault")
    admin.add_argument("--accept-restore", action="store_true", help=restore)


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
    """Exit code 1 where something is wrong.

    While no window is open nobody works for the embedded server: a round of its worker comes first.
    """
    from db import embedded, health
    from desktop.operations import list_indexes
    from desktop.runtime import connection, service
    from desktop.worker import main
    from desktop.worker.settings import for_home

    with connection.connected(options.dsn, tell=tell) as found:
        if found.server is not None:
            home = found.server.home
            main.run(service.worker_dsn(found.server), settings=for_home(home, embedded.log_folder(home)), once=True)
        with connection.database(options.dsn, user=options.user, tell=tell) as database:
            findings = (*health.examine(database), list_indexes.examine(database))
    lines = [f"{'✓' if one.ok else '✗'} {one.zh if language() == 'zh' else one.en}" for one in findings]
    well = all(one.ok for one in findings)
    answer(options, "\n".join(lines), {"ok": well, "findings": [asdict(one) for one in findings]})
    return 0 if well else 1


def verify_audit(options: argparse.Namespace) -> int:
    """Exit code 1 where somebody tampered, or where nobody can say so."""
    from desktop.commands.lists import Unknown
    from desktop.operations import auditing
    from desktop.runtime import connection

    try:
        anchors = auditing.read_anchors(options.anchors) if options.anchors else ()
    except auditing.NoAnchors as error:
        raise Unknown(str(error)) from error
    with connection.database(options.dsn, user=options.user, tell=tell) as database:
        outcome = auditing.verify(database, anchors, accept_restore=options.accept_restore)
    lines = [fault.text() for fault in outcome.faults]
    lines += [one.text() for one in outcome.values]
    lines += [one.text() for one in outcome.anchors if one.verdict != "same"]
    lines.append(
        tr("{entries} entries under {seals} seals are proven", entries=f"{outcome.entries:,}", seals=outcome.seals)
        if outcome.ok
        else tr("The audit trail was tampered with")
    )
    if outcome.empty:
        lines[-1] = tr("Nothing is sealed yet")
    if options.anchors:
        lines.append(tr("{count} anchors compared", count=len(outcome.anchors)))
    answer(options, "\n".join(lines), outcome.as_json())
    return 0 if outcome.ok else 1


_TASKS = {
    "reconcile": reconcile,
    "doctor": doctor,
    "key": keys.run,
    "verify-audit": verify_audit,
    "subject-export": privacy.subject_export,
}
