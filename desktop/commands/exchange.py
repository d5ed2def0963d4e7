"""`import`: files into the database, by the same code as the import screen."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.commands.console import Add, answer, tell
from desktop.domain.progress import Progress
from desktop.domain.text import tr

if TYPE_CHECKING:
    from db.session import Database
    from desktop.domain.importing import CellFault

FAULTS_SHOWN = 20


def register(add: Add) -> None:
    take = add("import", tr("Import a file into a list, or a folder by a profile"), import_files)
    take.add_argument("path", type=Path, metavar="FILE", help=tr("Excel or CSV; with --profile a folder"))
    goal = take.add_mutually_exclusive_group(required=True)
    goal.add_argument("--into", metavar="KEY", help=tr("The list that takes the rows"))
    goal.add_argument("--profile", metavar="NAME", help=tr("A saved set of mappings for several files"))
    take.add_argument("--map", type=Path, metavar="FILE", help=tr("JSON that gives each column of the file a field"))
    take.add_argument("--dry-run", action="store_true", help=tr("Only say what would happen"))
    take.add_argument("--valid-only", action="store_true", help=tr("Import the valid rows even if others are rejected"))
    take.add_argument("--rejects", type=Path, metavar="PATH", help=tr("Where rejected rows go, with the reasons"))
    take.add_argument("--user", metavar="U", help=tr("Connect as this person"))


def import_files(options: argparse.Namespace) -> int:
    from desktop.runtime import connection

    with connection.database(options.dsn, user=options.user, tell=tell) as database:
        if options.profile:
            return _by_profile(options, database)
        return _by_mapping(options, database)


def _by_mapping(options: argparse.Namespace, database: Database) -> int:
    from desktop.exchange import importing
    from desktop.exchange.mapping import read_map_file

    columns = read_map_file(options.map) if options.map else None
    outcome = importing.import_file(
        database,
        options.path,
        options.into,
        columns=columns,
        dry_run=options.dry_run,
        valid_only=options.valid_only,
        reject_file=options.rejects,
        progress=Shown(),
    )
    counts = outcome.plan.counts()
    faults = outcome.plan.faults()
    for fault in faults[:FAULTS_SHOWN]:
        tell(_place(fault))
    if len(faults) > FAULTS_SHOWN:
        tell(tr("… and {count} more", count=len(faults) - FAULTS_SHOWN))
    summary = tr("{rows} rows: {new} new, {changed} changed, {same} unchanged, {rejected} rejected", **counts)
    record = {"target": outcome.plan.target, "dry_run": options.dry_run, "written": outcome.written, **counts}
    record["errors"] = [_as_json(fault) for fault in faults]
    record["reject_file"] = str(outcome.reject_file) if outcome.reject_file else None
    answer(options, f"{summary}\n{_ending(options, outcome.written)}", record)
    return 0 if outcome.written or (options.dry_run and not faults) else 1


def _by_profile(options: argparse.Namespace, database: Database) -> int:
    from desktop.exchange import profiles

    outcome = profiles.import_profile(
        database,
        options.path,
        options.profile,
        dry_run=options.dry_run,
        reject_folder=options.rejects,
        progress=Shown(),
    )
    record = outcome.as_json()
    lines = [f"{name}: {count}" for name, count in record["read"].items()]
    lines += [tr("new {kind}: {count}", kind=kind, count=n) for kind, n in record["new"].items() if n]
    lines += [tr("changed {kind}: {count}", kind=kind, count=n) for kind, n in record["changed"].items() if n]
    if outcome.listed:
        lines.append(tr("{count} records without a counterpart are kept and listed here:", count=len(outcome.listed)))
        lines += ["  " + "  ".join(str(value) for value in one.values()) for one in outcome.listed]
    for name, faults in outcome.faults.items():
        for fault in faults[:FAULTS_SHOWN]:
            tell(f"{name}: {_place(fault)}")
    lines.append(tr("Everything was there already") if outcome.unchanged() else _ending(options, outcome.written))
    answer(options, "\n".join(lines), record)
    return 1 if outcome.faults else 0


def _ending(options: argparse.Namespace, written: bool) -> str:
    if written:
        return tr("Imported")
    return tr("Dry run: nothing was written") if options.dry_run else tr("Nothing was written")


def _place(fault: CellFault) -> str:
    return tr("Row {row}, {column}: {reason}", row=fault.row, column=fault.column or "-", reason=fault.fault.text())


def _as_json(fault: CellFault) -> dict[str, Any]:
    return {
        "row": fault.row,
        "column": fault.column,
        "field": fault.field,
        "value": fault.value,
        "reason": fault.fault.text(),
    }


class Shown(Progress):
    """Progress on stderr, once a second, where a person looks."""

    def __init__(self) -> None:
        super().__init__()
        self._next = time.monotonic() + 1

    def report(self, done: int, total: int | None = None, note: str = "") -> None:
        super().report(done, total, note)
        if sys.stderr.isatty() and time.monotonic() >= self._next:
            self._next = time.monotonic() + 1
            tell(f"{self.note} {done:,}" + (f" / {total:,}" if total else ""))
