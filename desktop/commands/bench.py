"""`bench NAME`: the benchmarks of tests/bench, from the checkout; offered only where that is there."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.commands.console import Add, tell
from desktop.domain.text import tr

if TYPE_CHECKING:
    from db.embedded import Server

FOLDER = Path(__file__).resolve().parents[2] / "tests" / "bench"


def register(add: Add) -> None:
    if not FOLDER.is_dir():
        return
    bench = add("bench", tr("Measure, beside the smallest program that does the same"), measure)
    bench.add_argument("name", metavar="NAME", nargs="?", help=tr("Without it: the names of all benches"))
    bench.add_argument("-o", "--output", type=Path, metavar="FILE", help=tr("Write into this file"))


def measure(options: argparse.Namespace) -> int:
    """One JSON object: the machine, the date, and what the bench measured on both sides."""
    from tests.bench import BENCHES

    if options.name is None:
        print_lines(sorted(BENCHES))
        return 0
    if options.name not in BENCHES:
        tell(tr("There is no bench {name}. Benches: {names}", name=options.name, names=", ".join(sorted(BENCHES))))
        return 1
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with ExitStack() as stack:
        result = BENCHES[options.name](lambda: _server(stack))
    record = {"bench": options.name, "at": datetime.now(UTC).isoformat(timespec="seconds"), **_machine(), **result}
    text = json.dumps(record, indent=2, ensure_ascii=False)
    if options.output:
        options.output.write_text(text + "\n", encoding="utf-8")
    else:
        print_lines([text])
    return 0


def print_lines(lines: list[str]) -> None:
    sys.stdout.write("\n".join(lines) + "\n")


def _server(stack: ExitStack) -> Server:
    """A server of its own, durable as in real use, gone afterwards."""
    from db import embedded
    from desktop.runtime import connection, first_start

    folder = Path(tempfile.mkdtemp(prefix="outpost-bench-"))
    folder.chmod(0o755)  # as root, the server's account must get in
    stack.callback(shutil.rmtree, folder)
    say = connection.in_my_language(tell)
    server = stack.enter_context(embedded.start(folder / "home", progress=say))
    first_start.complete(server, content=first_start.NEW_COMPANY, progress=say)
    return server


def _machine() -> dict[str, object]:
    return {"machine": platform.platform(), "cpus": os.cpu_count(), "python": platform.python_version()}
