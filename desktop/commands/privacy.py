"""`admin subject-export`: everything about one person, as JSON or Excel."""

from __future__ import annotations

import argparse
from pathlib import Path

from desktop.commands.console import answer, tell
from desktop.domain.text import language, tr


def add_arguments(admin: argparse.ArgumentParser) -> None:
    admin.add_argument(
        "--subject", metavar="KIND:ID", help=tr("Whose data: user:7, engineer:3, contact:12 or party:40")
    )
    admin.add_argument("--find", metavar="TEXT", help=tr("List the people that a name, number or telephone finds"))
    admin.add_argument("--to", metavar="FILE", type=Path, help=tr("The file to write: .xlsx or .json"))


def subject_export(options: argparse.Namespace) -> int:
    """Exit code 2 where it is not said whose data or where to."""
    from desktop.exchange import subject_export as writing
    from desktop.operations import privacy
    from desktop.runtime import connection

    with connection.database(options.dsn, user=options.user, tell=tell) as database:
        if options.find:
            people = privacy.find(database, options.find)
            lines = [f"{one.kind}:{one.id}  {one.code}  {one.name}  {one.name_zh or ''}" for one in people]
            found = [{"subject": f"{one.kind}:{one.id}", "code": one.code, "name": one.name} for one in people]
            answer(options, "\n".join(lines) or tr("Nobody is found"), {"people": found})
            return 0
        kind, _, number = str(options.subject or "").partition(":")
        if kind not in privacy.KINDS or not number.isdigit() or options.to is None or not _written(options.to):
            tell(tr("Say whose data (--subject user:7) and where to (--to file.xlsx or file.json)"))
            return 2
        data = privacy.subject_data(database, kind, int(number))
        if options.to.suffix == ".json":
            count = writing.write_json(data, options.to)
        else:
            count = writing.write_excel(database, data, options.to, language())
    facts = {
        "records": count,
        "file": str(options.to),
        "sections": {key: len(each) for key, each in data.sections.items()},
    }
    answer(options, tr("{count} records written to {file}", count=count, file=options.to), facts)
    return 0


def _written(path: Path) -> bool:
    return path.suffix in (".json", ".xlsx")
