"""`tour`: the program shows itself: real windows, real keys, pictures and files."""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
from pathlib import Path

from desktop.commands.console import Add, tell
from desktop.domain.text import language, tr

LONGEST_SECONDS = 900
"""After this the tour is ended by force, whatever it is waiting for."""
REPORT = "tour.json"
"""The report lies beside the pictures too."""


class WrongSize(Exception):
    """Not a size of the form 1366x768."""


def register(add: Add) -> None:
    tour = add("tour", tr("Drive the windows through the three main jobs; keep pictures and files"), run)
    tour.add_argument("--out", type=Path, required=True, metavar="DIR", help=tr("Where pictures and files go"))
    tour.add_argument("--theme", choices=("light", "dark"), default="light", help=tr("Look of the windows"))
    tour.add_argument("--size", default="1366x768", metavar="WxH", help=tr("Size of the windows"))


def run(options: argparse.Namespace) -> int:
    """Prints one JSON object in any case; exit code 1 where a step failed."""
    from desktop.runtime import connection
    from desktop.tour.run import Look, make_tour

    width, height = size_of(options.size)
    if connection.chosen_dsn(options.dsn) is not None:
        raise WrongSize(tr("The tour works on the demo company of this computer, not on a shared server."))
    guard = threading.Timer(LONGEST_SECONDS, _give_up)
    guard.daemon = True
    guard.start()
    try:
        journal = make_tour(options.out.absolute(), Look(language(), options.theme, width, height), tell)
    finally:
        guard.cancel()
    tell(journal.summary())
    report = json.dumps(journal.as_json(), ensure_ascii=False, indent=1) + "\n"
    (options.out / REPORT).write_text(report, encoding="utf-8")
    sys.stdout.write(report)
    return 0 if journal.ok else 1


def size_of(text: str) -> tuple[int, int]:
    """``1366x768`` → (1366, 768). Raises WrongSize."""
    width, cross, height = text.partition("x")
    if not (cross and width.isdigit() and height.isdigit() and int(width) >= 960 and int(height) >= 560):
        raise WrongSize(tr("A size is written as 1366x768 and is at least 960x560"))
    return int(width), int(height)


def _give_up() -> None:
    """The last resort of a program that hangs: say so and end; the worker ends with us."""
    report = {"ok": False, "steps": [{"name": "time", "ok": False, "ms": LONGEST_SECONDS * 1000}]}
    sys.stdout.write(json.dumps(report | {"files": [], "pictures": []}) + "\n")
    sys.stdout.flush()
    os._exit(1)
