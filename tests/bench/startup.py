"""From the click to a usable window: with the server running, and with the embedded server cold, beside a bare window.

Each figure is the median of several processes; the page that opens has read its first rows.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from db import embedded
from desktop.operations import demo
from desktop.runtime import first_start

ROUNDS = 5
USER = "clerk"
_BARE = """
import sys, time
from PySide6.QtWidgets import QApplication, QWidget
app = QApplication([])
window = QWidget()
window.resize(1366, 768)
window.show()
app.processEvents()
print(round((time.time() - float(sys.argv[1])) * 1000, 1))
"""


def measure() -> dict[str, Any]:
    """Milliseconds: `running` and `cold` of the program, `bare` of an empty Qt window; ratios to the bare one."""
    folder = Path(tempfile.mkdtemp(prefix="outpost-startup-"))
    folder.chmod(0o755)  # as root, the server's account must get in
    try:
        return _measure(folder / "home")
    finally:
        shutil.rmtree(folder)


def _measure(home: Path) -> dict[str, Any]:
    with embedded.start(home) as server:
        first_start.complete(server, progress=lambda en, zh: None)
        running = [_probe(home) for _ in range(ROUNDS)]
    embedded.stop(home)
    cold = []
    for _ in range(ROUNDS):
        cold.append(_probe(home))
        embedded.stop(home)
    bare = statistics.median(_bare() for _ in range(ROUNDS))
    return {
        "bare_window_ms": bare,
        "running": _medians(running),
        "cold": _medians(cold),
        "running_over_bare": round(_medians(running)["usable_ms"] / bare, 2),
        "cold_over_bare": round(_medians(cold)["usable_ms"] / bare, 2),
    }


def _medians(found: list[dict[str, float]]) -> dict[str, float]:
    return {key: statistics.median(each[key] for each in found) for key in found[0]}


def _environment(home: Path | None) -> dict[str, str]:
    added = {"OUTPOST_HOME": str(home)} if home is not None else {}
    return {**os.environ, "QT_QPA_PLATFORM": "offscreen", **added}


def _probe(home: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.startup_probe", str(time.time()), USER, demo.password_of(USER)]
    found = subprocess.run(
        command, env=_environment(home), cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True
    )
    marks: dict[str, float] = json.loads(found.stdout.splitlines()[-1])
    return marks


def _bare() -> float:
    command = [sys.executable, "-c", _BARE, str(time.time())]
    found = subprocess.run(command, env=_environment(None), capture_output=True, text=True, check=True)
    return float(found.stdout)
