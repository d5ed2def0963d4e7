"""`report KEY`: a paper as PDF, the same that the desks print."""

from __future__ import annotations

import argparse
from pathlib import Path

from desktop.commands.console import Add, answer, tell
from desktop.commands.lists import Unknown
from desktop.domain.text import tr


def register(add: Add) -> None:
    report = add("report", tr("Write a paper as PDF"), write_report)
    report.add_argument("key", metavar="KEY", nargs="?", help=tr("Without it: the keys of all papers"))
    about = tr("A number or a day, as the paper wants")
    report.add_argument("about", metavar="ABOUT", nargs="?", default="", help=about)
    report.add_argument("-o", "--output", type=Path, metavar="FILE", help=tr("Write into this file"))
    report.add_argument("--user", metavar="U", help=tr("Connect as this person"))


def write_report(options: argparse.Namespace) -> int:
    from desktop.operations.exporting import note, whole_file
    from desktop.reports.by_key import PAPERS
    from desktop.runtime import connection

    if options.key is None:
        lines = [f"{paper.key:<12} {paper.about:<36} {paper.title()}" for paper in PAPERS]
        papers = [{"key": paper.key, "about": paper.about, "title": paper.title()} for paper in PAPERS]
        answer(options, "\n".join(lines), {"reports": papers})
        return 0
    found = next((paper for paper in PAPERS if paper.key == options.key), None)
    if found is None:
        keys = ", ".join(paper.key for paper in PAPERS)
        raise Unknown(tr("There is no report {key}. Reports: {keys}", key=options.key, keys=keys))
    if options.output is None:
        raise Unknown(tr("This format needs a file: -o FILE"))
    if found.about and not found.about.startswith("[") and not options.about:
        raise Unknown(tr("This report needs to know what about: {key} {about}", key=found.key, about=found.about))
    path = Path(options.output)
    with connection.database(options.dsn, user=options.user, tell=tell) as database, whole_file(path) as draft:
        found.write(database, draft, options.about)
        note(database, "print", found.key, rows=1, form="pdf", document=options.about)
    answer(options, tr("{file} saved", file=path.name), {"file": str(path.absolute())})
    return 0
